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
other given the month's factor. What this leaves out: the factor that several records of one month
share; and that inclusive totals of several months stay tied to each other where one coarse record
spans them all.

Arrays have shape (aggregate,) unless said. Compiled: official totals are asked in every gradient.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..data.arrays import Floats
from .compiled import jit, loop
from .special import log_ndtr

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
    rows = np.ascontiguousarray(np.broadcast_arrays(*x.items, *x[1:]), dtype=float)
    mean, counted, variance = alone(rows[:4], rows[4:]).T
    return VictimLaw(mean, variance, counted, np.where(x.noise > 0.0, WILD, 0.0))


@loop
def _law(items, x, j):  # type: ignore[no-untyped-def]
    """E and S of one total."""
    v_items, v_held, w_items, w_held = items[0, j], items[1, j], items[2, j], items[3, j]
    p = x[3, j]
    mean = v_held + p * (v_items - v_held + x[0, j])
    return mean, p * (1.0 - p) * (w_items - w_held) + p * (x[1, j] + p * x[2, j])


@loop
def _variance(mean, counted, noise):  # type: ignore[no-untyped-def]
    """Of what is written down with noise."""
    return (1.0 + noise**2) * counted + (noise * mean) ** 2


@jit
def alone(items, x):  # type: ignore[no-untyped-def]
    """E, S and the variance of each total, shape (aggregate, 3).

    ``x`` is λ_V, λ_VV, D, p and ν, shape (5, aggregate).
    """
    result = np.empty((x.shape[1], 3))
    for j in range(len(result)):
        mean, counted = _law(items, x, j)
        result[j] = mean, counted, _variance(mean, counted, x[4, j])
    return result


@jit
def terms(low, high, weight, items, x, inclusive, residual, both):  # type: ignore[no-untyped-def]
    """Log probability of totals of victims, with the derivatives of Σ weight · value.

    Parameters
    ----------
    low, high
        Bounds, both in; equal where the count is known.
    items
        V_n, V_h, W_n and W_h, shape (4, aggregate).
    x
        λ_V, λ_VV, D, p and ν, shape (5, aggregate).
    inclusive, residual, both
        Pairs of an inclusive total and a coarse record that may count the same dead: their numbers,
        and λ_VV + D of what both may count; (pair,).

    Returns
    -------
    Values and derivatives by each of ``x``, shape (aggregate, 6), and by ``both``.
    """
    law = alone(items, x)
    more, left = np.zeros(len(law)), law[:, 1].copy()
    for n in range(len(both)):
        i, j = inclusive[n], residual[n]
        common, var = x[3, i] * x[3, j] * both[n], max(law[j, 2], LEAST_VARIANCE)
        more[i] += common / var * (0.5 * (low[j] + high[j]) - law[j, 0])
        left[i] -= common**2 / var
    value, by, kept = _given(low, high, weight, law, more, left, x[4])
    by_p, d_both = _pairs_back(low, high, law, x, inclusive, residual, both, by, kept)
    result = np.empty((len(law), 6))
    for j in range(len(law)):
        by_mean, by_counted, p = by[j, 0], by[j, 1], x[3, j]
        by_p[j] += by_mean * (items[0, j] - items[1, j] + x[0, j]) + by_counted * (
            (1.0 - 2.0 * p) * (items[2, j] - items[3, j]) + x[1, j] + 2.0 * p * x[2, j]
        )
        result[j] = value[j], by_mean * p, by_counted * p, by_counted * p**2, by_p[j], by[j, 2]
    return result, d_both


@jit
def _given(low, high, weight, law, more, left, noise):  # type: ignore[no-untyped-def]
    """Values of totals given their records; derivatives in E, S and ν; whether S is its own."""
    value, by, kept = np.empty(len(law)), np.zeros((len(law), 3)), np.ones(len(law), np.bool_)
    for j in range(len(law)):
        least, mean = LEAST_LEFT * law[j, 1], law[j, 0] + more[j]
        kept[j] = left[j] >= least
        counted = left[j] if kept[j] else least
        wild = WILD if noise[j] > 0.0 else 0.0
        var = _variance(mean, counted, noise[j])
        value[j], by_mean, by_var = contaminated(low[j], high[j], mean, var, wild)
        _written_back(by, j, mean, counted, noise[j], weight[j] * by_mean, weight[j] * by_var)
        if not kept[j]:
            by[j, 1] *= LEAST_LEFT
    return value, by, kept


@jit
def _written_back(by, j, mean, counted, noise, by_mean, by_var):  # type: ignore[no-untyped-def]
    """From mean and variance of what is written down to those of what is counted."""
    by[j, 0] += by_mean + by_var * 2.0 * noise**2 * mean
    by[j, 1] += by_var * (1.0 + noise**2)
    by[j, 2] += by_var * 2.0 * noise * (counted + mean**2)


@jit
def _pairs_back(low, high, law, x, inclusive, residual, both, by, kept):  # type: ignore[no-untyped-def]
    """Add what records are asked for to ``by``; derivatives in p, and in what is shared."""
    by_p, d_both = np.zeros(len(law)), np.empty(len(both))
    for n in range(len(both)):
        i, j = inclusive[n], residual[n]
        common, var = x[3, i] * x[3, j] * both[n], max(law[j, 2], LEAST_VARIANCE)
        off = 0.5 * (low[j] + high[j]) - law[j, 0]
        by_mean, by_left = by[i, 0], by[i, 1] if kept[i] else 0.0
        d_common = by_mean * off / var - by_left * 2.0 * common / var
        d_var = (by_left * common**2 - by_mean * common * off) / var**2
        _written_back(by, j, law[j, 0], law[j, 1], x[4, j], -by_mean * common / var, d_var)
        by_p[i] += d_common * x[3, j] * both[n]
        by_p[j] += d_common * x[3, i] * both[n]
        d_both[n] = d_common * x[3, i] * x[3, j]
    return by_p, d_both


@loop
def log_written(low, high, mean, counted, noise):  # type: ignore[no-untyped-def]
    """Log probability of what is written down of a count of this mean and variance."""
    var = _variance(mean, counted, noise)
    usual = log_interval(low, high, mean, var)
    if noise == 0.0:
        return usual
    wild = log_interval(low, high, mean, var * WIDER**2)
    return np.logaddexp(math.log1p(-WILD) + usual, math.log(WILD) + wild)


@loop
def contaminated(low, high, mean, var, wild):  # type: ignore[no-untyped-def]
    """``interval`` of a normal X whose sd is ``WIDER`` times as large with probability ``wild``."""
    usual, by_mean, by_var = interval(low, high, mean, var)
    if wild == 0.0:
        return usual, by_mean, by_var
    far, mean_far, var_far = interval(low, high, mean, var * WIDER**2)
    usual, far = usual + math.log1p(-wild), far + math.log(wild)
    top = max(usual, far)
    value = top + math.log(math.exp(usual - top) + math.exp(far - top))
    w, w_far = math.exp(usual - value), math.exp(far - value)
    return value, w * by_mean + w_far * mean_far, w * by_var + w_far * var_far * WIDER**2


@loop
def interval(low, high, mean, var):  # type: ignore[no-untyped-def]
    """``log_interval``, and its derivatives in mean and variance."""
    value = log_interval(low, high, mean, var)
    var = max(var, LEAST_VARIANCE)
    sd = math.sqrt(var)
    b = (high + 0.5 - mean) / sd
    at_b = _relative(b, value)
    by_mean, by_var = -at_b, -b * at_b
    if low > 0.0:
        a = (low - 0.5 - mean) / sd
        at_a = _relative(a, value)
        by_mean, by_var = by_mean + at_a, by_var + a * at_a
    return value, by_mean / sd, by_var / (2.0 * var)


@loop
def log_interval(low, high, mean, var):  # type: ignore[no-untyped-def]
    """log P(low − ½ ≤ X ≤ high + ½) of a normal X; from −∞ where low is 0.

    Far in a tail, too: logarithms of Φ are subtracted on the side where both are small.
    """
    sd = math.sqrt(max(var, LEAST_VARIANCE))
    a = -np.inf if low <= 0.0 else (low - 0.5 - mean) / sd
    b = (high + 0.5 - mean) / sd
    if a > 0.0:
        a, b = -b, -a
    top = log_ndtr(b)
    return top if a == -np.inf else top + math.log(-math.expm1(log_ndtr(a) - top))


@loop
def _relative(z, log_probability):  # type: ignore[no-untyped-def]
    """φ(z) over a probability."""
    return math.exp(-0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - log_probability)
