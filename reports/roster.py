"""In which order organizations are shown, and which may be singled out."""

import math
from dataclasses import dataclass, replace

import pandas as pd

from ..data.attribution import OTHER
from ..inference.summary import REFUSED, Summary

UNFIT = "NOT FOR USE: fit failed"
"""What every figure and every table of scores of a refused release is marked with."""
COMPARED = ("p_worst", "p_worst_mcse", "rank_mean", "expected_loss")
"""Columns of ``organizations`` that set a contender against the others: empty in every output
where the fit failed its gate."""


@dataclass(frozen=True)
class Contender:
    """An organization that may be named, with its probability of being the worst."""

    id: str
    name: str
    p_worst: float


def contenders(summary: Summary) -> tuple[Contender, ...]:
    """List the contenders: by falling P(worst), or by name where nobody may stand out."""
    frame = summary.organizations
    found = [
        Contender(str(i), str(row["name"]), float(row["p_worst"]))
        for i, row in frame.loc[frame.index.isin(summary.rank_probabilities.index)].iterrows()
    ]
    if may_order(summary):
        rank = frame["rank_mean"]
        # As printed: below a hundredth the order is the simulation's noise.
        return tuple(
            sorted(found, key=lambda c: (-round(_finite(c.p_worst), 2), float(rank[c.id]), c.id))
        )
    return tuple(sorted(found, key=lambda c: (c.name.casefold(), c.id)))


def named(summary: Summary, organization: str | None) -> Contender | None:
    """Find one contender by its id."""
    return next((c for c in contenders(summary) if c.id == organization), None)


def may_order(summary: Summary) -> bool:
    """Whether the result lets contenders be put in order at all."""
    return summary.decision.may_order


def is_usable(summary: Summary) -> bool:
    """Whether the numbers may be used: the fit passed its own checks."""
    return summary.diagnostics.passed and summary.decision.status != REFUSED


def published(summary: Summary) -> Summary:
    """Take out of the tables what puts anybody first, where nobody may stand out.

    Rows are then by name, and simple counts have no leader.
    """
    if may_order(summary):
        return summary
    chosen = [c.id for c in contenders(summary)]
    baselines, timeline = summary.baselines, summary.timeline
    return replace(
        summary,
        organizations=summary.organizations.loc[by_name(summary)],
        rank_probabilities=summary.rank_probabilities.loc[chosen],
        pairwise=summary.pairwise.loc[chosen, chosen],
        timeline=_listed(timeline, ["period", "organization"], chosen),
        baselines=_listed(baselines, ["baseline", "organization"], chosen).assign(leader=""),
    )


def by_name(summary: Summary) -> list[str]:
    """List every organization by name, ``other`` last."""
    names = {str(k): str(name).casefold() for k, name in summary.organizations["name"].items()}
    return sorted(names, key=lambda k: (k == OTHER, names[k], k))


def everybody(summary: Summary) -> list[str]:
    """List all organizations: contenders, then others of the roster."""
    first = [c.id for c in contenders(summary)]
    rest = [k for k in by_name(summary) if k not in first and k != OTHER]
    return first + rest


def with_other(summary: Summary, index: pd.Index) -> list[str]:
    """List all organizations, then violence by none of them where a table has it."""
    return everybody(summary) + [k for k in (OTHER,) if k in index]


def with_room(summary: Summary, ids: list[str], most: int) -> list[str]:
    """Keep as many as there is room for: the first, or where nobody leads those most reported."""
    if may_order(summary):
        return ids[:most]
    reported = summary.organizations.loc[ids, "reported"].sort_values(
        ascending=False, kind="stable"
    )
    kept = set(reported.index[:most])
    return [name for name in ids if name in kept]


def _listed(frame: pd.DataFrame, columns: list[str], chosen: list[str]) -> pd.DataFrame:
    """Sort rows by their group, and within it as the organizations are listed."""
    place = {identity: at for at, identity in enumerate(chosen)}
    return frame.sort_values(
        columns, key=lambda c: c.map(place) if c.name == "organization" else c, kind="stable"
    )


def _finite(value: float) -> float:
    return value if math.isfinite(value) else -1.0
