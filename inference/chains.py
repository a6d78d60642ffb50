"""R-hat and effective sample size of many quantities at once, constants handled.

Rank-normalised, split chains (Vehtari et al. 2021), as ArviZ computes them. A quantity that
never changes has no R-hat (NaN) and every draw counts.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from arviz_stats.base.array import BaseArray
from numpy.typing import NDArray

from ..data.arrays import Floats

_STATISTICS: Any = BaseArray()  # its methods carry no types
TAILS = (0.05, 0.95)
FEWEST_DRAWS = 4
"""Split chains of fewer draws have no variance."""


def is_constant(draws: Floats) -> NDArray[np.bool_]:
    """Whether each quantity has one value in all chains; shape (chain, draw, quantity) in."""
    flat = _flat(draws)
    return (flat == flat[:1]).all(axis=0) if len(flat) else np.ones(flat.shape[1], bool)


def rhat(draws: Floats) -> Floats:
    """Rank-normalised R-hat, the larger of bulk and folded.

    Parameters
    ----------
    draws
        Shape (chain, draw, quantity).

    Returns
    -------
    Shape (quantity,). NaN for a constant, and where there are too few draws; infinite where
    chains stand still at different values.
    """
    ranked = _each(draws, lambda one: _rhat(one, "rank"))
    # Folding a two-valued quantity at its median can leave a constant: then bulk alone counts.
    lacking = np.isnan(ranked)
    ranked[lacking] = _each(draws[:, :, lacking], lambda one: _rhat(one, "z_scale"))
    return ranked


def ess(draws: Floats, method: str) -> Floats:
    """Effective sample size, shape (chain, draw, quantity) in, (quantity,) out.

    Parameters
    ----------
    method
        "bulk", "tail" (the smaller of the 5% and the 95% quantile's), or "mean" (of the mean
        as it is, without ranks).
    """
    prob = TAILS if method == "tail" else None
    found = _each(
        draws,
        lambda one: float(
            _STATISTICS.ess(one, chain_axis=0, draw_axis=1, method=method, prob=prob)
        ),
    )
    return np.where(is_constant(draws), float(draws.shape[0] * draws.shape[1]), found)


def ebfmi(energy: Floats) -> Floats:
    """Bayesian fraction of missing information of each chain; shape (chain, draw) in.

    NaN where the energy never changes, or there are too few draws.
    """
    if energy.shape[1] < FEWEST_DRAWS:
        return np.full(energy.shape[0], np.nan)
    moved = np.square(np.diff(energy, axis=1)).mean(axis=1)
    spread = energy.var(axis=1)
    fraction: Floats = np.divide(moved, spread, out=np.full(len(spread), np.nan), where=spread > 0)
    return fraction


def _rhat(one: Floats, method: str) -> float:
    return float(_STATISTICS.rhat(one, chain_axis=0, draw_axis=1, method=method))


def _each(draws: Floats, statistic: Callable[[Floats], float]) -> Floats:
    """Apply a statistic of (chain, draw) to every quantity that changes."""
    result = np.full(draws.shape[2], np.nan)
    if draws.shape[1] < FEWEST_DRAWS:
        return result
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        for number in np.nonzero(~is_constant(draws))[0]:
            result[number] = statistic(np.ascontiguousarray(draws[:, :, number]))
    return result


def _flat(draws: Floats) -> Floats:
    return draws.reshape(draws.shape[0] * draws.shape[1], draws.shape[2])
