r"""The likelihood of totals of victims, given what is itemised and what is expected unseen.

T is normal with

.. math::
    E = V_h + p (V_n - V_h) + p \lambda_V, \qquad
    S = p (1 - p) (W_n - W_h) + p (\lambda_{VV} + p D), \qquad
    \mathrm{var} = (1 + \nu^2) S + \nu^2 E^2,

V and W the sums of v and v² over itemised and held, λ_V = Σ μ P(unseen) E[V], λ_VV = Σ μ
P(unseen) E[V²], D what the months' factors add (``totals``), and ν the series' own noise, relative:
what is counted, of mean E and variance S, is written down with a factor of mean 1 and sd ν. A count
is a whole number: its probability is that of [T − ½, T + ½], of bounds that of
[low − ½, high + ½], from −∞ where low is 0, so that the probabilities of all counts add up to 1. A
density in its place would have no bound: where nothing is expected and nothing counted, its
logarithm grows without end as λ goes to 0.

No mean and variance foresee the month of a massacre, so the normal law of a series with noise is
contaminated (Tukey 1960): with probability 1/50 its sd is ten times as large. A total that nobody
expected then says little, where else an organization of which little is told would be given a
wild month. Records without noise are deaths that somebody counted, and none of them is wild.

**Two series of the same unseen.** A coarse record T_j and an inclusive total T_i that cover the
same cells speak of the same dead, and are no two independent witnesses of their rate. Given the
rates their covariance is that of the dead they may both count, C = p_i p_j (λ_VV + D of both), so
that T_i is judged given T_j:

.. math::
    E_i \to E_i + \sum_j \frac{C_{ij}}{\mathrm{var}_j} (T_j - E_j), \qquad
    S_i \to S_i - \sum_j \frac{C_{ij}^2}{\mathrm{var}_j},

as of jointly normal numbers of which the T_j, which count different events, are independent of each
other. What this leaves out: inclusive totals of several months stay tied to each other where one
coarse record spans them all.

Arrays have shape (aggregate,) unless said.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_VARIANCE = 1e-9
"""Stands for none: with p = 1, nothing unseen and no noise the number of victims is certain."""
LEAST_LEFT = 1e-3
"""Share of S that no coarse record can take away: sizes are known by their moments alone."""
WILD, WIDER = 0.02, 10.0
"""Share of totals of victims, of series with noise, that hold what no model foresees, and how many
times as large their sd is."""


class Expected(NamedTuple):
    """What the law of totals of victims hangs on.

    ``items``: V_n, V_h, W_n, W_h, shape (4, aggregate), zeros for a residual total; then λ_V,
    λ_VV, D, p and ν.
    """

    items: Floats
    rate: Floats
    rate_squares: Floats
    spread: Floats
    capture: Floats
    noise: Floats


class VictimLaw(NamedTuple):
    """Mean and variance of totals of victims.

    ``mean, variance`` of what is written down, ``counted`` the variance S without the noise,
    ``wild`` the probability that the sd is ``WIDER`` times as large.
    """

    mean: Floats
    variance: Floats
    counted: Floats
    wild: Floats


class Shared(NamedTuple):
    """Pairs of an inclusive total and a coarse record that may count the same dead; (pair,).

    ``inclusive, residual``: their numbers; ``both``: λ_VV + D of what both may count.
    """

    inclusive: Ints
    residual: Ints
    both: Floats


NOTHING_SHARED = Shared(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class VictimTerm(NamedTuple):
    """Log-likelihood of totals of victims, and derivatives of its weighted sum.

    ``value``, then by λ_V, λ_VV, D, p and ν, each (aggregate,), and by ``Shared.both``, (pair,).
    """

    value: Floats
    rate: Floats
    rate_squares: Floats
    spread: Floats
    capture: Floats
    noise: Floats
    both: Floats


class _Tied(NamedTuple):
    """How totals hang on the coarse records that share their dead.

    ``inclusive, residual, both``: as of ``Shared``; ``common``: C, ``var``: of the record,
    ``off``: how far it is from what was expected, (pair,); ``left``: S of a total given its
    records, ``kept``: whether that is no less than the least, (aggregate,).
    """

    inclusive: Ints
    residual: Ints
    both: Floats
    common: Floats
    var: Floats
    off: Floats
    left: Floats
    kept: NDArray[np.bool_]


class _By(NamedTuple):
    """Derivatives in E, S and ν of each total."""

    mean: Floats
    counted: Floats
    noise: Floats


def expected(
    items: ArrayLike, rate: ArrayLike, rate_squares: ArrayLike, capture: ArrayLike,
    noise: ArrayLike = 0.0, spread: ArrayLike = 0.0,
) -> Expected:  # fmt: skip
    """Put together what the law hangs on, each number for all totals where it is one."""
    sums = np.asarray(items, float)
    parts = np.broadcast_arrays(rate, rate_squares, spread, capture, noise, sums[0])[:-1]
    return Expected(sums, *(np.asarray(x, float) for x in parts))


def law_of(x: Expected) -> VictimLaw:
    """Mean and variance of each total, whatever the others say."""
    v_items, v_held, w_items, w_held = x.items
    p, squares = x.capture, x.rate_squares + x.capture * x.spread
    mean = v_held + p * (v_items - v_held + x.rate)
    counted = p * (1.0 - p) * (w_items - w_held) + p * squares
    return _written(mean, counted, x.noise)


def _written(mean: Floats, counted: Floats, noise: Floats) -> VictimLaw:
    variance = (1.0 + noise**2) * counted + (noise * mean) ** 2
    return VictimLaw(mean, variance, counted, np.where(noise > 0.0, WILD, 0.0))


def victims(
    low: ArrayLike, high: ArrayLike, x: Expected, shared: Shared = NOTHING_SHARED,
    weight: Floats | float = 1.0,
) -> VictimTerm:  # fmt: skip
    """Log probability of totals of victims, with the derivatives of Σ weight · value.

    Parameters
    ----------
    low, high
        Bounds, both in; equal where the count is known.
    x
        Of ``expected``.
    """
    alone = law_of(x)
    told = 0.5 * (np.asarray(low, float) + np.asarray(high, float)) + np.zeros_like(alone.mean)
    tied = _tied(alone, told, x, shared)
    law = _given(alone, x, tied)
    value, by_mean, by_var = contaminated(low, high, law.mean, law.variance, law.wild)
    by = _written_back(law, x.noise, weight * by_mean, weight * by_var)
    by, by_capture, by_both = _given_back(alone, x, tied, by)
    return _alone_back(value, x, by, by_capture, by_both)


def _tied(alone: VictimLaw, told: Floats, x: Expected, shared: Shared) -> _Tied:
    i, j, both = shared
    common, var = x.capture[i] * x.capture[j] * both, np.maximum(alone.variance[j], LEAST_VARIANCE)
    left = alone.counted - np.bincount(i, common**2 / var, len(alone.mean))
    kept = left >= LEAST_LEFT * alone.counted
    return _Tied(i, j, both, common, var, told[j] - alone.mean[j], left, kept)


def _given(alone: VictimLaw, x: Expected, tied: _Tied) -> VictimLaw:
    """The law of each total given the coarse records that share its dead."""
    more = np.bincount(tied.inclusive, tied.common / tied.var * tied.off, len(alone.mean))
    left = np.where(tied.kept, tied.left, LEAST_LEFT * alone.counted)
    return _written(alone.mean + more, left, x.noise)


def _written_back(law: VictimLaw, noise: Floats, by_mean: Floats, by_var: Floats) -> _By:
    """From mean and variance of what is written down to those of what is counted."""
    return _By(
        by_mean + by_var * 2.0 * noise**2 * law.mean,
        by_var * (1.0 + noise**2),
        by_var * 2.0 * noise * (law.counted + law.mean**2),
    )


def _given_back(alone: VictimLaw, x: Expected, tied: _Tied, by: _By) -> tuple[_By, Floats, Floats]:
    """Gradient of ``_given``: in E, S and ν of each total alone, in p, and in what is shared."""
    i, j, both, common, var, off, _, kept = tied
    n, p = len(alone.mean), x.capture
    by_mean, by_left = by.mean[i], np.where(kept, by.counted, 0.0)[i]
    d_common = by_mean * off / var - by_left * 2.0 * common / var
    d_var = np.bincount(j, (-by_mean * common * off + by_left * common**2) / var**2, n)
    of_records = _written_back(alone, x.noise, np.bincount(j, -by_mean * common / var, n), d_var)
    of_total = np.where(kept, by.counted, LEAST_LEFT * by.counted)
    return (
        _By(by.mean + of_records.mean, of_total + of_records.counted, by.noise + of_records.noise),
        np.bincount(i, d_common * p[j] * both, n) + np.bincount(j, d_common * p[i] * both, n),
        d_common * p[i] * p[j],
    )  # fmt: skip


def _alone_back(
    value: Floats, x: Expected, by: _By, by_capture: Floats, by_both: Floats
) -> VictimTerm:
    """Gradient of ``law_of``."""
    v_items, v_held, w_items, w_held = x.items
    p = x.capture
    by_p = by.mean * (v_items - v_held + x.rate) + by.counted * (
        (1.0 - 2.0 * p) * (w_items - w_held) + x.rate_squares + 2.0 * p * x.spread
    )
    return VictimTerm(
        value, by.mean * p, by.counted * p, by.counted * p**2, by_p + by_capture, by.noise, by_both
    )


def contaminated(
    low: ArrayLike, high: ArrayLike, mean: Floats, var: Floats, wild: Floats
) -> tuple[Floats, Floats, Floats]:
    """``interval`` of a normal X whose sd is ``WIDER`` times as large with probability ``wild``."""
    usual, mean_usual, var_usual = interval(low, high, mean, var)
    far, mean_far, var_far = interval(low, high, mean, var * WIDER**2)
    usual, far = usual + np.log1p(-wild), far + _log(wild)
    value = np.logaddexp(usual, far)
    w, w_far = np.exp(usual - value), np.exp(far - value)
    by_mean = w * mean_usual + w_far * mean_far
    return value, by_mean, w * var_usual + w_far * var_far * WIDER**2


def _log(x: Floats) -> Floats:
    """log x, -inf at 0 without a warning."""
    return np.log(x, out=np.full(np.shape(x), -np.inf), where=x > 0)


def interval(
    low: ArrayLike, high: ArrayLike, mean: Floats, var: Floats
) -> tuple[Floats, Floats, Floats]:
    """log P(low − ½ ≤ X ≤ high + ½) of a normal X, and its derivatives in mean and variance.

    Far in a tail, too: logarithms of Φ are subtracted on the side where both are small.
    """
    var = np.maximum(var, LEAST_VARIANCE)
    sd = np.sqrt(var)
    least = np.where(np.asarray(low) <= 0, -np.inf, np.asarray(low, float) - 0.5)
    a, b = (least - mean) / sd, (np.asarray(high, float) + 0.5 - mean) / sd
    turned = a > 0
    left, right = np.where(turned, -b, a), np.where(turned, -a, b)
    top = log_ndtr(right)
    value = top + np.log(-np.expm1(log_ndtr(left) - top))
    at_a, at_b = _relative(a, value), _relative(b, value)
    finite = np.where(np.isfinite(a), a, 0.0)
    return value, (at_a - at_b) / sd, (finite * at_a - b * at_b) / (2 * var)


def _relative(z: Floats, log_probability: Floats) -> Floats:
    """φ(z) over a probability."""
    return np.asarray(np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_probability), float)
