"""From the reports of a round to its Evidence.

Reports become incidents by their ``incident_id``; what cannot be used is set aside with
its reason, never dropped silently (docs/formats.md, "Window and history").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import adding, contradictions
from .attribution import OTHER, UNKNOWN, parse
from .axes import Axes, listed
from .coarse import is_coarse
from .errors import InputError
from .evidence import Evidence
from .ground import NO_DELAY, ground_of
from .periods import Period, any_day_within, cut, every_day_within
from .rounds import Round
from .settle import settle

RETRACTED = "withdrawn or replaced by a later version"
UNPUBLISHED = "published after as_of"
OUTSIDE = "outside history and window"
COARSE = "coarse: day or place not known"
UNATTRIBUTED = "no attribution, from a source that lists nothing without one"
NO_CONTENDER = "names no contender, from a source that lists contenders only"
NO_ORGANIZATION = "names no organization, from a source that lists organizations only"
REPEATED = "a second report of one incident by the same source"
SOURCE = ("name", "type", "coverage", "silence", "group", "accuracy_prior", "published")
"""Columns of sources.csv that the evidence keeps."""


def tabulate(round_: Round) -> Evidence:
    """Turn a round's reports into evidence.

    Raises
    ------
    InputError
        Where incidents cannot be told apart: several sources and no ``incident_id``; or where
        totals contradict the round.
    """
    periods = cut(round_.settings)
    reports = _dated(round_, periods)
    reason = _reasons(round_, reports, periods)
    usable = reports[reason == ""]
    repeated = _repeated(usable)
    reason.loc[usable.index[repeated]] = REPEATED
    usable = usable[~repeated]
    totals = adding.usable(round_)
    axes = _axes(round_, usable, periods, None if totals is None else totals[0])
    coded = _coded(usable, axes, round_)
    incidents, said = settle(coded, axes)
    in_window = _in_window(round_, reports)
    evidence = Evidence(
        axes=axes,
        incidents=incidents,
        said=said,
        reports=coded,
        looking=_looking(round_, axes),
        possible=_possible(round_, axes),
        included=np.ones((len(axes.regions), len(periods)), bool),
        set_aside=_set_aside(reports, reason, in_window),
        reports_in_window=(int(in_window.sum()), int(reports.loc[in_window, "victims"].sum())),
        aggregates=adding.aggregates_of(round_, totals, axes),
        ground=ground_of(round_, axes, coded),
    )
    contradictions.check(evidence)
    return evidence


def _in_window(round_: Round, reports: pd.DataFrame) -> pd.Series[bool]:
    """Whether a report is dated in the days that are scored."""
    first, last = (pd.Timestamp(day) for day in round_.settings.scored)
    return reports["day"].between(first, last)


def _dated(round_: Round, periods: Sequence[Period]) -> pd.DataFrame:
    """Add ``day`` (the midpoint of a range) and ``period`` (-1 outside all of them)."""
    reports = round_.reports.reset_index(drop=True)
    length = reports["date_end"] - reports["date"]
    day = (reports["date"] + length / 2).dt.normalize()
    starts = pd.DatetimeIndex([pd.Timestamp(p.start) for p in periods])
    code = starts.searchsorted(day, side="right") - 1
    beyond = day > pd.Timestamp(periods[-1].end)
    return reports.assign(day=day, period=np.where(beyond, -1, code))


def _reasons(round_: Round, reports: pd.DataFrame, periods: Sequence[Period]) -> pd.Series:
    """Why each report cannot be used; the first reason that applies, "" where none does."""
    unpublished = reports["published"] > pd.Timestamp(round_.settings.as_of)
    unknown = reports["attribution"] == UNKNOWN
    coverage = reports["source"].map(round_.sources["coverage"])
    uncovered = ~listed(coverage, reports["attribution"], round_.contenders())
    rules = (
        (_withdrawn(reports, unpublished), RETRACTED),
        (unpublished, UNPUBLISHED),
        (reports["period"] < 0, OUTSIDE),
        (is_coarse(reports, round_.settings, periods), COARSE),
        (uncovered & unknown, UNATTRIBUTED),
        (uncovered & (coverage == "organizations_only"), NO_ORGANIZATION),
        (uncovered, NO_CONTENDER),
    )
    reason = pd.Series("", index=reports.index)
    for applies, text in rules:
        reason = reason.mask(applies & (reason == ""), text)
    return reason


def _withdrawn(reports: pd.DataFrame, unpublished: pd.Series[bool]) -> pd.Series[bool]:
    """Whether a report is withdrawn, or replaced by one that stands and is published."""
    older = dict(zip(reports["report_id"], reports["supersedes"], strict=True))
    replaced: set[str] = set()
    for report in reports.loc[~reports["retracted"] & ~unpublished, "supersedes"].dropna():
        while isinstance(report, str) and report not in replaced:
            replaced.add(report)
            report = older.get(report)
    return reports["retracted"] | reports["report_id"].isin(replaced)


def _repeated(reports: pd.DataFrame) -> np.ndarray:
    """All but the latest version of what one source said of one incident."""
    if reports["incident_id"].isna().all():
        return np.zeros(len(reports), bool)
    order = [c for c in ("version", "published", "row") if c in reports]
    latest = reports.sort_values(order, na_position="first").duplicated(
        ["incident_id", "source"], keep="last"
    )
    return latest.reindex(reports.index).to_numpy()


def _axes(
    round_: Round,
    reports: pd.DataFrame,
    periods: Sequence[Period],
    totals: pd.DataFrame | None,
) -> Axes:
    """Give what the numbers are about: what reports name, and what totals that are used do."""
    organizations = round_.organizations
    texts = sorted(set(reports["attribution"]) - {UNKNOWN})
    counted = set() if totals is None else set(totals["attribution"]) - {UNKNOWN}
    kinds = set(reports["kind"]) | (set() if totals is None else set(totals["kind"]))
    named = {text: parse(text) for text in sorted({*texts, *counted})}
    alone = any(OTHER in named[text].organizations and not named[text].is_rivalry for text in texts)
    background = totals is not None and adding.needs_other(round_, totals)
    contenders = set(round_.contenders())
    mentioned = {name for a in named.values() for name in a.organizations}
    modelled = _modelled(round_) | organizations.index.isin(mentioned)
    kept = tuple(str(i) for i in organizations.index[modelled])
    return Axes(
        organizations=kept,
        contenders=tuple(i for i in kept if i in contenders),
        has_other=alone or background or bool((round_.sources["coverage"] == "all").any()),
        rivalries=tuple(t for t in named if named[t].is_rivalry or named[t].is_joint),
        regions=round_.settings.regions,
        periods=tuple(periods),
        kinds=tuple(kind.id for kind in round_.rubric.kinds if kind.id in kinds),
        sources=round_.sources[list(SOURCE)],
        statements=(UNKNOWN, *texts),
    )


def _modelled(round_: Round) -> pd.Series:
    """Organizations scored in their own name and active at some time since history."""
    frame = round_.organizations
    first, last = pd.Timestamp(round_.settings.history), pd.Timestamp(round_.settings.scored[1])
    return ~frame["roll_up"] & ~(frame["active_from"] > last) & ~(frame["active_to"] < first)


def _coded(reports: pd.DataFrame, axes: Axes, round_: Round) -> pd.DataFrame:
    """Give the frame of ``Evidence.reports``."""
    key = _incident_key(reports, round_)
    ordered = reports.assign(incident_id=key).sort_values(["incident_id", "published", "row"])
    columns = {
        "report_id": ordered["report_id"],
        "incident_id": ordered["incident_id"],
        "source": _codes(ordered["source"], axes.sources.index),
        "statement": _codes(ordered["attribution"], axes.statements),
        "region": _codes(ordered["region"], axes.regions),
        "period": ordered["period"],
        "kind": _codes(ordered["kind"], axes.kinds),
    }
    numbers = ["victims", "victims_low", "victims_high"]
    rest = ordered[[*numbers, "victim_class", "deaths_a", "deaths_b"]]
    frame = pd.DataFrame(columns, ordered.index).join(rest)
    return frame.join(_delays(ordered, round_)).reset_index(drop=True)


def _delays(reports: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Days from the incident to its first publication, and to ``as_of``."""
    first = reports["report_id"].map(_first_published(round_.reports))
    delay = (first - reports["day"]).dt.days.clip(lower=0)
    lag = (pd.Timestamp(round_.settings.as_of) - reports["day"]).dt.days.clip(lower=0)
    known = delay.fillna(NO_DELAY).astype(np.int64)
    return pd.DataFrame({"delay": known, "lag": lag.astype(np.int64)})


def _first_published(reports: pd.DataFrame) -> pd.Series:
    """Give the day on which each report was there first, index ``report_id``.

    Of one that revises others that is theirs: its own day says when a source mended what it had
    told, not how long the news took. NaT where the day of the first of them is not known.
    """
    chain = reports.set_index("report_id")[["supersedes", "published"]]
    first = chain["published"].copy()
    older = chain["supersedes"].dropna()
    while len(older):
        before = chain.loc[older.to_numpy()]
        day = before["published"].set_axis(older.index)
        first[older.index] = first[older.index].where(first[older.index] <= day, day)
        older = before["supersedes"].set_axis(older.index).dropna()
    return first


def _codes(values: pd.Series[str], axis: Sequence[str] | pd.Index[str]) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = pd.Index(axis).get_indexer(pd.Index(values)).astype(np.int64)
    return codes


def _incident_key(reports: pd.DataFrame, round_: Round) -> pd.Series[str]:
    if not reports["incident_id"].isna().all():
        return reports["incident_id"].astype(str)
    sources = len(reports["source"].unique())
    if len(round_.sources) > 1 and sources > 1:
        sentence = (
            f"reports.csv: column 'incident_id' is absent and there are {sources} sources; "
            "which reports speak of one incident must be said until record linkage exists: "
            "give every row an incident_id"
        )
        raise InputError([sentence])
    return reports["report_id"].astype(str)


def _looking(round_: Round, axes: Axes) -> np.ndarray:
    """Where and when each source's silence means something: (source, region, period, kind).

    A source that was looking on some days of a period only could not have listed what
    happened on the others, so that its silence in that period says nothing.
    """
    shape = (len(axes.sources), len(axes.regions), len(axes.periods), len(axes.kinds))
    looking = np.zeros(shape, bool)
    for number, (_, source) in enumerate(round_.sources.iterrows()):
        if source["silence"] != "informative":
            continue
        regions = np.isin(axes.regions, source["regions"] or axes.regions)
        kinds = np.isin(axes.kinds, source["kinds"] or axes.kinds)
        periods = every_day_within(source["from"], source["to"], axes.periods)
        looking[number] = regions[:, None, None] & periods[:, None] & kinds
    return looking


def _possible(round_: Round, axes: Axes) -> np.ndarray:
    """When each author can have acted: (author, period); a rivalry where both sides could."""
    frame = round_.organizations
    by_name = {OTHER: np.ones(len(axes.periods), bool)}
    for name in frame.index:
        dates = frame.loc[name]
        doubtful = "dates" in dates["disputed"]
        active = any_day_within(dates["active_from"], dates["active_to"], axes.periods)
        by_name[str(name)] = active | doubtful
    rows = [by_name[name] for name in axes.organizations]
    rows += [by_name[OTHER]] * axes.has_other
    for text in axes.rivalries:
        sides = [by_name[name] for name in parse(text).organizations]
        rows.append(np.logical_and.reduce(sides))
    return np.stack(rows) if rows else np.zeros((0, len(axes.periods)), bool)


def _set_aside(reports: pd.DataFrame, reason: pd.Series, in_window: pd.Series) -> pd.DataFrame:
    frame = reports.assign(reason=reason, in_window=in_window)
    columns = ["report_id", "row", "reason", "victims", "in_window"]
    return frame.loc[reason != "", columns].reset_index(drop=True)
