"""Whether there is evidence enough to name anybody: the rubric's minimum, counted.

Reports of the scoring window alone count (docs/formats.md, ``[evidence]``). For a region the same
minimum is read as ``by_region`` says.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.evidence import SILENT, Evidence
from ..data.rubric import EvidenceMinimum
from ..data.tabulate import NO_ORGANIZATION, OUTSIDE, REPEATED, RETRACTED, UNPUBLISHED
from ..data.totals import RESIDUAL
from ..data.values import ADJUDICATED
from .sentences import Sentence

NOT_LOST = frozenset({RETRACTED, REPEATED, UNPUBLISHED, OUTSIDE, NO_ORGANIZATION})
"""Set aside without a loss: another report stands for it, as_of does not know it yet, or it is of
no organization."""
REGIONAL_PART = 3
"""A region needs one incident that independent sources share for every so many that the rubric asks
of the round. What is missed there is learnt from there and, by pooling, from everywhere: m shared
incidents tell a source's log odds of detection p with precision m (1 - p), the prior of a region's
deviation has precision 4 where its scale is .5. With 10 of 30 and p up to .6 the region itself
says as much as all others together."""


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
        overlap=int(_shared(evidence, inside).sum()),
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


def by_region(evidence: Evidence, least: EvidenceMinimum) -> pd.DataFrame:
    """Read the minimum for each region: whether its evidence carries a P(worst) of its own.

    It needs as many sources that report incidents there in the window as the rubric asks of
    the round, and a third as many (rounded up) incidents there that two sources of different
    groups report. Who did it does not matter for where it was, so neither adjudicated cases
    nor contenders are asked for; what could not be used has often no place, so its share is
    asked of the round alone.

    Returns
    -------
    Index ``region``: ``sources``, ``overlap`` (counts) and ``enough``.
    """
    axes = evidence.axes
    inside = in_window(evidence)
    region = evidence.incidents["region"].to_numpy(np.int64)[inside]
    told = np.zeros((len(axes.regions), len(axes.sources)), bool)
    np.logical_or.at(told, region, evidence.said[inside] != SILENT)
    shared = region[_shared(evidence, inside)]
    frame = pd.DataFrame(
        {
            "sources": told.sum(axis=1),
            "overlap": np.bincount(shared, minlength=len(axes.regions)),
        },
        index=pd.Index(axes.regions, name="region"),
    )
    sources, overlap = regional_minimum(least)
    return frame.assign(enough=(frame["sources"] >= sources) & (frame["overlap"] >= overlap))


def regional_minimum(least: EvidenceMinimum) -> tuple[int, int]:
    """How many sources, and how many shared incidents, a region needs."""
    return least.min_sources, -(-least.min_overlap // REGIONAL_PART)


def _shared(evidence: Evidence, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether sources of two groups report an incident where their silence would have meant."""
    rows = evidence.incidents[inside]
    region, period, kind = (rows[name].to_numpy(int) for name in ("region", "period", "kind"))
    looking = evidence.looking[:, region, period, kind].T
    told = (evidence.said[inside] != SILENT) & looking
    group = _groups(evidence.axes.sources)
    by_group = np.zeros((len(rows), int(group.max(initial=-1)) + 1), bool)
    for column, number in enumerate(group):
        by_group[:, number] |= told[:, column]
    shared: NDArray[np.bool_] = by_group.sum(axis=1) >= 2
    return shared


def _groups(sources: pd.DataFrame) -> NDArray[np.int64]:
    """Number the groups; a source without one stands alone."""
    group = sources["group"].astype(object)
    own = pd.Series([("source", name) for name in sources.index], sources.index, dtype=object)
    shared = group.map(lambda name: ("group", name))
    codes, _ = pd.factorize(own.where(group.isna(), shared))
    return codes.astype(np.int64)
