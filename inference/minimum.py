"""Whether there is evidence enough to name anybody: the rubric's minimum, counted.

Reports of the scoring window alone count (docs/formats.md, ``[evidence]``).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.evidence import SILENT, Evidence
from ..data.rubric import EvidenceMinimum
from ..data.tabulate import OUTSIDE, REPEATED, RETRACTED, UNPUBLISHED
from ..data.totals import RESIDUAL
from ..data.values import ADJUDICATED
from .sentences import Sentence

NOT_LOST = frozenset({RETRACTED, REPEATED, UNPUBLISHED, OUTSIDE})
"""Set aside without a loss: another report stands for it, or as_of does not know it yet."""


@dataclass(frozen=True)
class Found:
    """What the window holds.

    Attributes
    ----------
    sources
        Sources with a report that is used.
    overlap
        Incidents that two sources of different groups report, where both were looking.
    adjudicated
        Incidents for which an adjudicated source names somebody.
    set_aside
        Share of the reported victims that could not be used.
    contenders
        Organizations that may be named.
    """

    sources: int
    overlap: int
    adjudicated: int
    set_aside: float
    contenders: int


def found(evidence: Evidence) -> Found:
    """Count what the rubric's minimum asks for."""
    axes = evidence.axes
    inside = in_window(evidence)
    told = evidence.said[inside] != SILENT
    settled = (axes.sources["type"] == ADJUDICATED).to_numpy()
    named = evidence.said[inside] > 0  # statement 0 is "unknown"
    return Found(
        sources=int(told.any(axis=0).sum()),
        overlap=_overlap(evidence, inside),
        adjudicated=int((named & settled).any(axis=1).sum()),
        set_aside=set_aside_share(evidence),
        contenders=len(axes.contenders),
    )


def in_window(evidence: Evidence) -> NDArray[np.bool_]:
    """Whether each incident lies in the scoring window, shape (incident,)."""
    inside: NDArray[np.bool_] = evidence.axes.window[evidence.incidents["period"].to_numpy(int)]
    return inside


def set_aside_share(evidence: Evidence) -> float:
    """Share of the victims reported in the window that could not be used; 0 of none.

    Coarse records in ``totals.csv`` are reports in this sense.
    """
    _, victims = evidence.reports_in_window
    not_lost, lost = _aside_in_window(evidence)
    coarse, coarse_lost = _coarse_in_window(evidence)
    whole = victims - not_lost + coarse
    return (lost + coarse_lost) / whole if whole > 0 else 0.0


def _aside_in_window(evidence: Evidence) -> tuple[int, int]:
    """Victims of the window's reports that are set aside without a loss, and with one."""
    aside = evidence.set_aside
    if not len(aside):
        return 0, 0
    aside = aside[aside["in_window"].astype(bool)]
    free = aside["reason"].isin(NOT_LOST)
    return int(aside.loc[free, "victims"].sum()), int(aside.loc[~free, "victims"].sum())


def _coarse_in_window(evidence: Evidence) -> tuple[int, int]:
    """Victims of the window's coarse records, and of those that could not be used.

    Coarse records are the residual totals; inclusive ones count what others report too.
    """
    aggregates = evidence.aggregates
    if aggregates is None:
        return 0, 0
    aside = aggregates.set_aside
    lost = aside["in_window"].astype(bool) & (aside["scope"] == RESIDUAL)
    return aggregates.reported_in_window, int(aside.loc[lost, "victims"].sum())


def shortfalls(held: Found, least: EvidenceMinimum) -> tuple[Sentence, ...]:
    """Say in a sentence each what the rubric asks for and the window does not hold."""
    asked = (
        (Sentence("contenders"), held.contenders, least.min_contenders),
        (Sentence("sources that report from the window"), held.sources, least.min_sources),
        (
            Sentence("incidents of the window that two independent sources report"),
            held.overlap,
            least.min_overlap,
        ),
        (
            Sentence("incidents of the window settled by an adjudicated source"),
            held.adjudicated,
            least.min_adjudicated,
        ),
    )
    short = tuple(
        Sentence(
            "Too little evidence: {what}: {number}; the rubric asks for at least {fewest}.",
            {"what": what, "number": number, "fewest": fewest},
        )
        for what, number, fewest in asked
        if number < fewest
    )
    return (*short, *_wasted(held.set_aside, least.max_set_aside))


def _wasted(share: float, most: float) -> tuple[Sentence, ...]:
    """Say that too many of the reported victims could not be used."""
    if share <= most:
        return ()
    return (
        Sentence(
            "Too little evidence: share of the window's reported victims that could not be "
            "used: {share}; the rubric allows at most {most:.3g}.",
            {"share": _up(share), "most": most},
        ),
    )


def _up(share: float) -> str:
    """Three decimals, rounded up, so that what is too much never reads as allowed."""
    return f"{math.ceil(share * 1000 - 1e-9) / 1000:.3f}"


def _overlap(evidence: Evidence, inside: NDArray[np.bool_]) -> int:
    """Count incidents that sources of two groups report where their silence would have meant."""
    rows = evidence.incidents[inside]
    region, period, kind = (rows[name].to_numpy(int) for name in ("region", "period", "kind"))
    looking = evidence.looking[:, region, period, kind].T
    told = (evidence.said[inside] != SILENT) & looking
    group = _groups(evidence.axes.sources)
    by_group = np.zeros((len(rows), int(group.max(initial=-1)) + 1), bool)
    for column, number in enumerate(group):
        by_group[:, number] |= told[:, column]
    return int((by_group.sum(axis=1) >= 2).sum())


def _groups(sources: pd.DataFrame) -> NDArray[np.int64]:
    """Number the groups; a source without one stands alone."""
    group = sources["group"].astype(object)
    own = pd.Series([("source", name) for name in sources.index], sources.index, dtype=object)
    shared = group.map(lambda name: ("group", name))
    codes, _ = pd.factorize(own.where(group.isna(), shared))
    return codes.astype(np.int64)
