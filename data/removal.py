"""The evidence as it would have been without a source, place, time, name or report.

Reports are taken away and what is left is settled again, so that the result is what
tabulating the remaining reports would have given. The axes stay, so that parameters fit,
but for the source or organization that goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .adding import added_up, scope_of
from .aggregates import Aggregates, author_mask
from .attribution import OTHER, Attribution, parse, set_of
from .axes import Axes, code, listed
from .errors import InputError
from .settle import settle
from .totals import ANY

if TYPE_CHECKING:
    from .evidence import Evidence


def settled(evidence: Evidence, axes: Axes, reports: pd.DataFrame) -> Evidence:
    """Replace the reports, and settle the incidents of the included cells again."""
    reports = reports.reset_index(drop=True)
    incidents, said = settle(reports, axes)
    keep = evidence.included[incidents["region"], incidents["period"]]
    ground = evidence.ground
    return replace(
        evidence,
        ground=None if ground is None else ground.with_reports(reports),
        axes=axes,
        reports=reports,
        incidents=incidents[keep].reset_index(drop=True),
        said=said[keep],
    )


def without_source(evidence: Evidence, name: str) -> Evidence:
    """Take away what one source said, and its looking."""
    axes = evidence.axes
    gone = code(name, tuple(axes.sources.index), "source")
    spoken = evidence.reports["source"]
    reports = evidence.reports.assign(source=spoken - (spoken > gone))[spoken != gone]
    ground = evidence.ground
    reduced = replace(
        evidence,
        looking=np.delete(evidence.looking, gone, axis=0),
        aggregates=_not_held_by(evidence.aggregates, name),
        ground=None if ground is None else ground.without_source(gone),
    )
    return settled(reduced, replace(axes, sources=axes.sources.drop(index=name)), reports)


def _not_held_by(aggregates: Aggregates | None, source: str) -> Aggregates | None:
    """Take a source from those that feed a series: what it told is told no more."""
    if aggregates is None:
        return None
    held = aggregates.series["holds"].map(lambda names: tuple(n for n in names if n != source))
    return replace(aggregates, series=aggregates.series.assign(holds=held))


def without_group(evidence: Evidence, group: str) -> Evidence:
    """Take away every source of a group.

    Raises
    ------
    InputError
        Where no source is of that group.
    """
    sources = evidence.axes.sources
    chosen = [str(name) for name in sources.index[sources["group"] == group]]
    if not chosen:
        raise InputError([f"no source is of group {group!r}"])
    for name in chosen:
        evidence = without_source(evidence, name)
    return evidence


def without_region(evidence: Evidence, name: str) -> Evidence:
    """Take away a region's incidents and its mass."""
    number = code(name, evidence.axes.regions, "region")
    included = evidence.included.copy()
    included[number] = False
    return _without_cells(evidence, included)


def without_period(evidence: Evidence, name: str) -> Evidence:
    """Take away a period's incidents and its mass."""
    number = code(name, tuple(p.id for p in evidence.axes.periods), "period")
    included = evidence.included.copy()
    included[:, number] = False
    return _without_cells(evidence, included)


def _without_cells(evidence: Evidence, included: np.ndarray) -> Evidence:
    incidents = evidence.incidents
    here = included[incidents["region"], incidents["period"]]
    left = evidence.reports["incident_id"].isin(incidents["incident_id"][here])
    aggregates = evidence.aggregates
    if aggregates is not None:
        aggregates = aggregates.where(~_touching(aggregates, included))
    reduced = replace(evidence, included=included, aggregates=aggregates)
    return settled(reduced, evidence.axes, evidence.reports[left])


def _touching(aggregates: Aggregates, included: np.ndarray) -> np.ndarray:
    """Whether an aggregate covers a cell that is left out: what of it lies there is not known."""
    scope = aggregates.scope
    touched = np.zeros(len(aggregates), bool)
    np.logical_or.at(touched, scope.aggregate, ~included[scope.region, scope.period])
    return touched


def without_reports(evidence: Evidence, gone: frozenset[str]) -> Evidence:
    """Take away single reports.

    Raises
    ------
    InputError
        Where the evidence holds no such report.
    """
    ids = evidence.reports["report_id"]
    if missing := sorted(gone - set(ids)):
        raise InputError([f"report {name!r} is not in the evidence" for name in missing])
    return settled(evidence, evidence.axes, evidence.reports[~ids.isin(gone)])


def of_known_classes(evidence: Evidence) -> Evidence:
    """Take away the totals of a victim class of which no incident is left."""
    aggregates = evidence.aggregates
    if aggregates is None:
        return evidence
    chosen = aggregates.table["victim_class"]
    keep = (chosen == ANY) | chosen.isin(evidence.incidents["victim_class"].unique())
    return replace(evidence, aggregates=aggregates.where(keep.to_numpy(bool)))


def without_organization(evidence: Evidence, gone: str) -> Evidence:
    """Read an organization as ``other``, and its rivalries as its opponent's own doing.

    What a source wrote that its coverage no longer holds goes too.
    """
    axes = evidence.axes
    number = code(gone, axes.organizations, "organization")
    texts, kept = _texts_without(evidence, gone)
    table = _renamed_totals(evidence.aggregates, gone)
    counted = () if table is None else tuple(table["attribution"].unique())
    new = _axes_without(axes, gone, set(texts[kept]), counted)
    reports = _reread(evidence.reports[kept], axes, gone).assign(
        statement=pd.Index(new.statements).get_indexer(texts[kept])
    )
    aggregates, ground = evidence.aggregates, evidence.ground
    if aggregates is not None and table is not None:
        scope, authors = scope_of(table, new), author_mask(list(table["attribution"]), new)
        aggregates = replace(aggregates, table=table, scope=scope, authors=authors)
        aggregates = aggregates.where(aggregates.has_cells)
    reduced = replace(
        evidence,
        possible=_possible(evidence, new),
        aggregates=aggregates,
        ground=None if ground is None else ground.without_organization(number, gone),
    )
    return settled(reduced, new, reports)


def _texts_without(evidence: Evidence, gone: str) -> tuple[np.ndarray, np.ndarray]:
    """What each report then says, and whether its source's coverage still holds it: (report,)."""
    axes, reports = evidence.axes, evidence.reports
    renamed = np.array([_rename(text, gone) for text in axes.statements], dtype=object)
    texts = renamed[reports["statement"].to_numpy(np.int64)]
    contenders = tuple(name for name in axes.contenders if name != gone)
    coverage = axes.sources["coverage"].to_numpy()[reports["source"].to_numpy(np.int64)]
    return texts, listed(coverage, texts, contenders)


def _renamed_totals(aggregates: Aggregates | None, gone: str) -> pd.DataFrame | None:
    """Read ``gone`` in the totals as in the reports; what has become alike is added up."""
    if aggregates is None:
        return None
    table = aggregates.table
    return added_up(table.assign(attribution=table["attribution"].map(lambda t: _rename(t, gone))))


def _axes_without(axes: Axes, gone: str, said: set[str], counted: tuple[str, ...]) -> Axes:
    """Give the axes; ``counted`` are the attributions of totals, which are no statements."""
    statements = tuple(sorted(said))
    named = {text: parse(text) for text in sorted({*statements, *counted})}
    alone = any(OTHER in text.organizations and not text.is_rivalry for text in named.values())
    return replace(
        axes,
        organizations=tuple(name for name in axes.organizations if name != gone),
        contenders=tuple(name for name in axes.contenders if name != gone),
        has_other=axes.has_other or alone,
        rivalries=tuple(text for text in named if _is_author(named[text])),
        statements=statements,
    )


def _is_author(said: Attribution) -> bool:
    return said.is_rivalry or said.is_joint


def _rename(text: str, gone: str) -> str:
    """Read ``gone`` as ``other``; of a rivalry that held it, what is left of the opponent."""
    said = parse(text)
    if gone not in said.organizations:
        return text
    if said.members:
        return str(set_of([OTHER if m == gone else m for m in said.members], said.weights))
    sides = _sides_without(said, gone)
    return str(Attribution(sides=tuple(sorted(sides)))) if sides else OTHER


def _sides_without(said: Attribution, gone: str) -> tuple[tuple[str, ...], ...]:
    sides = (tuple(name for name in side if name != gone) for side in said.sides)
    return tuple(side for side in sides if side)


def _reread(reports: pd.DataFrame, axes: Axes, gone: str) -> pd.DataFrame:
    """Turn deaths by side with their sides; forget them where one side is left."""
    sides = [_sides_without(parse(text), gone) for text in axes.statements]
    statement = reports["statement"].to_numpy(np.int64)
    turned = np.array([s != tuple(sorted(s)) for s in sides])[statement]
    clash = np.array([len(s) == 2 for s in sides])[statement]
    a, b = reports["deaths_a"], reports["deaths_b"]
    return reports.assign(
        deaths_a=a.mask(turned, b).where(clash, -1), deaths_b=b.mask(turned, a).where(clash, -1)
    )


def _possible(evidence: Evidence, axes: Axes) -> np.ndarray:
    """Carry over when each author can have acted; a rivalry where all of its sides could."""
    rows = dict(zip(evidence.axes.authors, evidence.possible, strict=True))
    rows[OTHER] = np.ones(len(axes.periods), bool)
    for text in axes.rivalries:
        rows[text] = np.logical_and.reduce([rows[name] for name in parse(text).organizations])
    chosen = [rows[author] for author in axes.authors]
    return np.stack(chosen) if chosen else np.zeros((0, len(axes.periods)), bool)
