"""Violence by place, whoever of the roster did it: scores of regions, and which is the worst.

Where no organization can be named, the same draws still say where violence was. A region's score is
the rubric applied to what the roster's organizations together did there (``scores.score_places``);
violence of ``other`` is in no region's score. All regions are compared, and P(worst) of one is
published where the draws settle it and its evidence carries it (``minimum.by_region``). A region
that falls short still takes part: were it left out, the others would be surer of leading than they
are. What they leave of the probability is said of them together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ..data.evidence import Evidence
from ..data.rubric import EvidenceMinimum, Rubric
from .convergence import measured
from .diagnose import LEAST_ESS, MOST_RHAT
from .minimum import by_region, set_aside_share
from .ranks import rank
from .scores import score_places
from .summary import Diagnostics

FEWEST = 2
"""Regions that can be compared."""


@dataclass(frozen=True)
class Regional:
    """What the draws say of regions, and what of it may be published.

    Attributes
    ----------
    scores, ranks
        As ``scores.score_places`` and ``ranks.rank`` give them: every region of the round.
    table
        Index ``region``: ``sources, overlap`` (the evidence of the window there), ``rhat,
        ess_bulk, ess_tail`` (the worse of its score and its indicator; R-hat NaN where
        neither changes), ``note``: why it has no P(worst) of its own, "" where it has.
    """

    scores: xr.DataArray
    ranks: xr.Dataset
    table: pd.DataFrame

    @property
    def published(self) -> pd.Series:
        """Whether P(worst) of a region may be published; index ``region``."""
        return self.table["note"] == ""


def regional(
    realized: xr.Dataset, evidence: Evidence, rubric: Rubric, diagnostics: Diagnostics
) -> Regional:
    """Score and rank the regions, and judge what may be said of each.

    Parameters
    ----------
    realized
        As ``realize`` gives it.
    evidence, rubric
        Whose ``[evidence]`` is read for regions as ``minimum.by_region`` says.
    diagnostics
        Of the fit: where it is refused no region has a P(worst).
    """
    scores = score_places(realized, rubric)
    ranks = rank(scores, [str(name) for name in scores["region"].to_numpy()])
    table = by_region(evidence, rubric.evidence).join(_settled(scores, ranks["worst"]))
    whole = _of_the_round(evidence, rubric.evidence, diagnostics)
    table["note"] = [whole or note for note in _of_each(table)]
    return Regional(scores, ranks, table.drop(columns=["enough", "settled"]))


def _settled(scores: xr.DataArray, worst: xr.DataArray) -> pd.DataFrame:
    """Hold every region's score and indicator against the limits of the gate."""
    found = measured(scores, worst)
    good = (found["rhat"] <= MOST_RHAT) | found["constant"]
    good &= (found["ess_bulk"] >= LEAST_ESS) & (found["ess_tail"] >= LEAST_ESS)
    by = np.tile(scores["region"].to_numpy().astype(str), 2)
    table = found.assign(settled=good).groupby(by)
    return table.agg({"rhat": "max", "ess_bulk": "min", "ess_tail": "min", "settled": "all"})


def _of_the_round(evidence: Evidence, least: EvidenceMinimum, diagnostics: Diagnostics) -> str:
    """Say what keeps every region from having a P(worst); "" where nothing does."""
    if not diagnostics.passed:
        return "the calculation did not pass its quality checks"
    if len(evidence.axes.regions) < FEWEST:
        return "there is no other region to compare it with"
    if set_aside_share(evidence) > least.max_set_aside:
        return "too many of the victims reported in the window could not be used"
    return ""


def _of_each(table: pd.DataFrame) -> Iterator[str]:
    """Say what keeps a region from having a P(worst); "" where nothing does."""
    for enough, settled in zip(table["enough"], table["settled"], strict=True):
        if not enough:
            yield "too little evidence there"
        elif not settled:
            yield "the simulation is too short to settle it"
        else:
            yield ""
