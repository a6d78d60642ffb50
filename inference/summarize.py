"""From draws to the small tables of a Summary; nothing after this computes anything."""

import pandas as pd

from ..data.doubts import doubts
from ..data.evidence import Evidence
from ..models.design import Design
from . import baselines, estimates, series, switches
from .estimates import Parts
from .identification import identification
from .minimum import in_window, set_aside_share
from .movements import carried, movements
from .overturned import overturned
from .summary import Header, Summary

__all__ = ["Parts", "summarize"]

ESTIMAND = (
    "Realized score of the window, {first} to {last}: what happened, reported or not, weighted "
    "by the rubric '{rubric}'. The worst is the contender whose realized score is the largest."
)

TOTALS = "totals.csv"
"""Stands for the id of what is set aside there: its rows have none."""


def summarize(parts: Parts) -> Summary:
    """Reduce a scored round to small tables."""
    round_, evidence = parts.round, parts.evidence
    moved = movements(parts.posterior, parts.prior, parts.profiles)
    return Summary(
        header=_header(parts),
        decision=parts.decision,
        diagnostics=parts.diagnostics,
        checks=parts.checks,
        organizations=estimates.organizations(parts),
        rank_probabilities=estimates.rank_probabilities(parts.ranks),
        pairwise=estimates.pairwise(parts.ranks),
        sources=estimates.sources(parts),
        series=series.series(parts.plan, parts.posterior),
        regions=estimates.regions(parts),
        timeline=estimates.timeline(parts),
        kinds=estimates.kinds(parts),
        baselines=baselines.baselines(evidence, round_.rubric),
        set_aside=_set_aside(evidence),
        set_aside_rows=_set_aside_rows(evidence),
        identification=identification(moved, parts.plan, parts.other_law),
        parameters=moved,
        notes=_notes(parts, moved),
        counts=_counts(parts),
    )


def _header(parts: Parts) -> Header:
    settings = parts.round.settings
    first, last = settings.scored
    rubric = parts.round.rubric.id
    return Header(
        id=settings.id,
        title=settings.title,
        window=settings.window,
        history=settings.history,
        as_of=settings.as_of,
        period=settings.period,
        sequence=settings.sequence,
        previous=settings.previous,
        is_simulated=parts.round.is_simulated,
        seed=parts.seed,
        rubric=rubric,
        estimand=ESTIMAND.format(first=first, last=last, rubric=rubric),
        left_out=switches.left_out(parts.plan.structure),
        visibility=parts.plan.structure.visibility,
    )


def _set_aside(evidence: Evidence) -> pd.DataFrame:
    frame = _set_aside_rows(evidence, ["reason", "victims"])
    grouped = frame.groupby("reason", sort=True)["victims"].agg(["size", "sum"]).reset_index()
    return grouped.rename(columns={"size": "reports", "sum": "victims"})


def _set_aside_rows(evidence: Evidence, columns: list[str] | None = None) -> pd.DataFrame:
    columns = columns or ["report_id", "row", "reason"]
    frames = [evidence.set_aside]
    if evidence.aggregates is not None and len(evidence.aggregates.set_aside):
        frames.append(evidence.aggregates.set_aside.assign(report_id=TOTALS))
    return pd.concat([frame.reindex(columns=columns) for frame in frames], ignore_index=True)


def _counts(parts: Parts) -> dict[str, float]:
    evidence, reports = parts.evidence, len(parts.round.reports)
    aggregates = evidence.aggregates
    return ({} if aggregates is None else {"totals": len(aggregates)}) | {
        "reports": reports,
        "used": reports - len(evidence.set_aside),
        "set_aside": len(evidence.set_aside),
        "incidents": len(evidence.incidents),
        "reports_in_window": evidence.reports_in_window[0],
        "incidents_in_window": int(in_window(evidence).sum()),
        "patterns": len(parts.plan.every.count),
        "set_aside_victim_share": set_aside_share(evidence),
    }


def _notes(parts: Parts, moved: pd.DataFrame) -> tuple[str, ...]:
    """What was noted in reading, and what of the input limits the result."""
    frame, evidence = parts.round.organizations, parts.evidence
    notes = [
        *parts.round.notes,
        *doubts(parts.round, evidence),
        *switches.notes(parts.plan.structure),
    ]
    notes += overturned(moved, evidence)
    notes += [said] if (said := carried(moved)) else []
    absent = [str(k) for k in frame.index if k not in evidence.axes.organizations]
    if absent:
        notes.append(
            "Organizations of the roster without a score of their own, because they are rolled "
            f"up into another or not active since the history begins: {', '.join(absent)}."
        )
    if len(evidence.axes.sources) == 1:
        notes.append(
            "There is one source: no other one tells how much it misses, or how often it errs."
        )
    notes += _group_notes(parts.plan)
    if not parts.realized.attrs.get("classes_reported", True):
        notes.append("No report has a victim class: every victim counts as of unknown class.")
    return tuple(notes)


def _group_notes(plan: Design) -> list[str]:
    """Say which sources are taken to copy each other, and which groups are taken to be none.

    A court copies nobody, and of a source that lists contenders only copying is not modelled;
    a group with one other source, and every group where that part is left out, copies nothing.
    """
    sources = plan.evidence.axes.sources
    counts = sources["group"].dropna().value_counts()
    declared = sorted(str(name) for name in counts.index[counts > 1])
    copying = {str(sources["group"].iloc[members[0]]) for members in plan.statements.groups}
    notes = []
    if copying:
        notes.append(
            "Sources of one group copy each other: of a name that several of them give, some may "
            "have it from another, and how often is estimated. Groups: "
            f"{', '.join(sorted(copying))}."
        )
    if alone := [name for name in declared if name not in copying]:
        notes.append(
            "Sources of these groups are counted as independent, since copying is modelled "
            "neither of courts nor of sources that list contenders only, nor where it is left "
            "out; if they copy, the result is surer than it should be: "
            f"{', '.join(alone)}."
        )
    return notes
