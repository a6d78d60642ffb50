"""In which order organizations are shown, and which may be singled out."""

import math
from dataclasses import dataclass

from ..inference.summary import Summary

LEADING = frozenset({"designated", "candidates", "retracted"})
"""Statuses in which the contenders may be put in order of their probability."""
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
        return tuple(sorted(found, key=lambda c: (-_finite(c.p_worst), float(rank[c.id]), c.id)))
    return tuple(sorted(found, key=lambda c: (c.name.casefold(), c.id)))


def named(summary: Summary, organization: str | None) -> Contender | None:
    """Find one contender by its id."""
    return next((c for c in contenders(summary) if c.id == organization), None)


def may_order(summary: Summary) -> bool:
    """Whether the result lets contenders be put in order at all."""
    return summary.decision.status in LEADING


def is_usable(summary: Summary) -> bool:
    """Whether the numbers may be used: the fit passed its own checks."""
    return summary.diagnostics.passed and summary.decision.status != "refused"


def _finite(value: float) -> float:
    return value if math.isfinite(value) else -1.0
