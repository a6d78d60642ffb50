r"""Who is the worst, with what probability and with what Monte-Carlo error.

.. math::
    W_{sk} = \frac{[\theta_{sk} = \max_j \theta_{sj}]}{\#\{j : \theta_{sj} = \max\}}, \qquad
    P(\text{worst})_k = \overline{W_k}, \qquad
    \mathrm{MCSE} = \sqrt{p (1 - p) / \mathrm{ESS}(W_k)}

The ESS is that of the indicator, not of the score: an indicator can mix much worse. Where W
never changes, its error is not zero but unknown; 3 / ESS(θ_k), the rule of three, bounds it.
Rank 1 is the worst; ties share their ranks evenly. What is ranked are organizations or regions:
whatever the scores have as their axis beside chain and draw.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from ..data.arrays import Floats
from ..data.errors import DecisionError
from . import chains

RULE_OF_THREE = 3.0
"""Nothing seen in n draws: with 95% confidence its probability is below 3/n."""


SAMPLE = ("chain", "draw")


def rank(score: xr.DataArray, chosen: Sequence[str]) -> xr.Dataset:
    """Rank some organizations, or some regions; the others take no part.

    Parameters
    ----------
    score
        Realized scores, dims (chain, draw) and one more, ``organization`` or ``region``.
    chosen
        Those that are ranked, such as the organizations that may be named; may be empty.

    Returns
    -------
    Dataset over the axis of the scores (those chosen), ``versus`` (the same) and ``rank``
    (1..n). Where the axis is ``organization``: ``worst`` (W; chain, draw, organization),
    ``p_worst, p_worst_mcse, worst_ess, expected_rank, sucra, expected_loss`` (organization),
    ``rank_probability`` (organization, rank), ``p_higher`` (organization, versus).

    Raises
    ------
    DecisionError
        Where one that is chosen has no score, or a score is no number.
    """
    axis, names = axis_of(score), list(chosen)
    theta = _chosen(score, names)
    shares = worst_share(theta)
    probability = rank_probabilities(_flat(theta))
    expected = probability @ np.arange(1.0, len(names) + 1)
    return xr.Dataset(
        {
            "worst": ((*SAMPLE, axis), shares),
            "p_worst": (axis, _mean(shares)),
            "p_worst_mcse": (axis, worst_mcse(shares, theta)),
            "worst_ess": (axis, chains.ess(shares, "mean")),
            "expected_rank": (axis, expected),
            "sucra": (axis, _sucra(expected)),
            "expected_loss": (axis, expected_loss(_flat(theta))),
            "rank_probability": ((axis, "rank"), probability),
            "p_higher": ((axis, "versus"), p_higher(_flat(theta))),
        },
        coords={
            axis: names,
            "versus": names,
            "rank": np.arange(1, len(names) + 1),
            **{dim: score[dim].to_numpy() for dim in SAMPLE},
        },
    )


def axis_of(score: xr.DataArray) -> str:
    """Name the axis of scores beside chain and draw: ``organization`` or ``region``."""
    (axis,) = (str(dim) for dim in score.dims if dim not in SAMPLE)
    return axis


def worst_share(theta: Floats) -> Floats:
    """W: 1 for the largest of the last axis, ties split evenly; same shape."""
    if not theta.shape[-1]:
        return theta
    top = theta == theta.max(axis=-1, keepdims=True)
    shares: Floats = top / top.sum(axis=-1, keepdims=True)
    return shares


def worst_mcse(shares: Floats, theta: Floats) -> Floats:
    """Monte-Carlo standard error of P(worst), shape (chain, draw, axis) in."""
    p = _mean(shares)
    error = np.sqrt(p * (1.0 - p) / chains.ess(shares, "mean"))
    bound = np.minimum(1.0, RULE_OF_THREE / chains.ess(theta, "bulk"))
    return np.where(chains.is_constant(shares), bound, error)


def rank_probabilities(theta: Floats) -> Floats:
    """P(rank), rank 1 the largest; shape (sample, axis) in, (axis, rank) out.

    Of m tied at the ranks r to r + m - 1 each holds each with 1/m.
    """
    samples, n = theta.shape
    result = np.zeros((n, n + 1))
    if not n:
        return result[:, :0]
    first = rankdata(-theta, method="min", axis=1).astype(np.int64) - 1
    last = rankdata(-theta, method="max", axis=1).astype(np.int64)
    for k in range(n):
        # Each draw spreads 1/m evenly from its first to its last rank: a step up, a step down.
        weight = 1.0 / (last[:, k] - first[:, k])
        result[k] += np.bincount(first[:, k], weight, n + 1)
        result[k] -= np.bincount(last[:, k], weight, n + 1)
    summed = np.cumsum(result, axis=1)[:, :n] / samples
    clipped: Floats = np.clip(summed, 0.0, 1.0)
    return clipped


def expected_loss(theta: Floats) -> Floats:
    """E[max θ - θ_k]: what naming k instead of the worst would miss; shape (axis,)."""
    if not theta.shape[1]:
        return np.zeros(0)
    loss: Floats = (theta.max(axis=1, keepdims=True) - theta).mean(axis=0)
    return loss


def p_higher(theta: Floats) -> Floats:
    """P(θ_i > θ_j), shape (axis, axis); a tie is not higher."""
    columns = [(theta[:, i, None] > theta).mean(axis=0) for i in range(theta.shape[1])]
    return np.array(columns).reshape(theta.shape[1], theta.shape[1])


def _sucra(expected: Floats) -> Floats:
    """Share of the others that lie below, on average; NaN where there are no others."""
    n = len(expected)
    return (n - expected) / (n - 1) if n > 1 else np.full(n, np.nan)


def _chosen(score: xr.DataArray, names: list[str]) -> Floats:
    axis = axis_of(score)
    known = set(score[axis].to_numpy().tolist())
    if missing := [name for name in names if name not in known]:
        raise DecisionError(f"{axis} {missing[0]!r} has no score")
    ordered = score.transpose(*SAMPLE, axis)
    theta = ordered.sel({axis: names}).to_numpy().astype(np.float64)
    if not np.isfinite(theta).all():
        bad = np.nonzero(~np.isfinite(theta).all(axis=(0, 1)))[0]
        raise DecisionError(f"the score of {names[bad[0]]!r} is not a number in some draws")
    return theta


def _mean(draws: Floats) -> Floats:
    mean: Floats = _flat(draws).mean(axis=0)
    return mean


def _flat(draws: Floats) -> Floats:
    return draws.reshape(draws.shape[0] * draws.shape[1], draws.shape[2])
