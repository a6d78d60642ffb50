"""What draws of a posterior say of the contenders: counts, scores, ranks, and how good they are."""

from typing import NamedTuple

import xarray as xr

from ..data.rubric import Rubric
from ..models.design import Design
from .diagnose import diagnose
from .ranks import rank
from .realize import realize
from .scores import score
from .seeds import derive
from .summary import Diagnostics


class Standing(NamedTuple):
    """Counts of ``realize``, scores of all, ranks of the contenders, and the gate on the draws."""

    realized: xr.Dataset
    scores: xr.DataArray
    ranks: xr.Dataset
    diagnostics: Diagnostics


def standing(
    posterior: xr.Dataset, sample_stats: xr.Dataset, plan: Design, rubric: Rubric, seed: int
) -> Standing:
    """Realize, score, rank and judge the draws.

    Parameters
    ----------
    posterior, sample_stats
        Of one fit, in memory.
    seed
        That of the run; the seed of what is drawn here derives from it.
    """
    realized = realize(posterior, plan, rubric, derive(seed, "realize"))
    scores = score(realized, rubric)
    ranks = rank(scores, plan.evidence.axes.contenders)
    found = diagnose(scores, ranks["worst"], sample_stats, posterior, realized["unseen"])
    return Standing(realized, scores, ranks, found)
