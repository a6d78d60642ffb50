r"""The likelihood of one total, given what is itemised and what is expected unseen.

A series counts each event with probability p, its capture. Of the events inside a total's scope
n are itemised (some source reports them), h of those are held (the series counts them for
certain, because a source that feeds it reports them), and the unseen are Poisson(λ):

.. math::
    T = h + \mathrm{Binomial}(n - h, p) + \mathrm{Poisson}(\lambda p).

A residual total counts what is not itemised elsewhere: n = h = 0. At p = 1 the unseen are
known, T − n. Itemised events are no second time in the likelihood of μ: given them only the
unseen bear on it.

**Victims** have no such law in closed form. T is normal with

.. math::
    E = V_h + p (V_n - V_h) + p \lambda_V, \qquad
    S = p (1 - p) (W_n - W_h) + p \lambda_{VV}, \qquad
    \mathrm{var} = (1 + \nu^2) S + \nu^2 E^2,

V and W the sums of v and v² over itemised and held, λ_V = Σ μ P(unseen) E[V], λ_VV = Σ μ
P(unseen) E[V²], and ν the series' own noise, relative: what is counted, of mean E and variance
S, is written down with a factor of mean 1 and sd ν. A count is a whole number: its probability is
that of [T − ½, T + ½], of bounds that of [low − ½, high + ½], from −∞ where low is 0, so that
the probabilities of all counts add up to 1. A density in its place would have no bound: where
nothing is expected and nothing counted, its logarithm grows without end as λ goes to 0.

No mean and variance foresee the month of a massacre, so the normal law of a series with noise is
contaminated (Tukey 1960): with probability 1/50 its sd is ten times as large. A total that nobody
expected then says little, where else an organization of which little is told would be given a
wild month. Records without noise are deaths that somebody counted, and none of them is wild.

**Share.** Where a series counts more than the organizations' violence, s being their share of it,
the rest is Poisson with mean M (1/s − 1), M = Σ μ their whole expected violence in the scope,
itemised or not, and is none of the itemised: λ becomes λ + M (1/s − 1). Where nothing of it
is itemised M = λ, and λ becomes λ / s.

Arrays have shape (aggregate,). Nothing here knows of cells or authors.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, log_ndtr, logsumexp, xlog1py, xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_VARIANCE = 1e-9
"""Stands for none: with p = 1, nothing unseen and no noise the number of victims is certain."""
WILD, WIDER = 0.02, 10.0
"""Share of totals of victims, of series with noise, that hold what no model foresees, and how many
times as large their sd is."""


class VictimLaw(NamedTuple):
    """Mean and variance of totals of victims, shape (aggregate,).

    ``mean, variance`` of what is written down, ``counted`` the variance S without the noise,
    ``wild`` the probability that the sd is ``WIDER`` times as large.
    """

    mean: Floats
    variance: Floats
    counted: Floats
    wild: Floats


class IncidentTerm(NamedTuple):
    """Log-likelihood of totals of incidents, and its derivatives; shape (aggregate,)."""

    value: Floats
    rate: Floats
    capture: Floats


class VictimTerm(NamedTuple):
    """Log-likelihood of totals of victims, and its derivatives; shape (aggregate,).

    ``rate`` is the derivative in λ_V, ``rate_squares`` in λ_VV, ``noise`` in ν.
    """

    value: Floats
    rate: Floats
    rate_squares: Floats
    capture: Floats
    noise: Floats


class Counted(NamedTuple):
    """λ of all that a series counts unseen, and its derivatives; shape (aggregate,)."""

    rate: Floats
    unseen: Floats
    whole: Floats
    share: Floats


class Drawn(NamedTuple):
    """What happened behind one total of incidents: whole numbers.

    Attributes
    ----------
    total
        The total itself: drawn where only bounds are known.
    itemised
        Itemised incidents that it counts, the held ones apart.
    unseen
        Unseen incidents of the organizations, counted or not: what is scored.
    background
        Incidents that it counts and that are none of the organizations'.
    """

    total: int
    itemised: int
    unseen: int
    background: int


def counted_rate(unseen: ArrayLike, whole: ArrayLike, share: ArrayLike) -> Counted:
    """λ + M (1/s − 1): what is expected beside the itemised, where the series counts others too.

    Parameters
    ----------
    unseen
        λ (or λ_V, λ_VV) of the organizations.
    whole
        M, the same without P(unseen).
    share
        s; 1 where the series counts nothing else.
    """
    lam, total, s = np.broadcast_arrays(*(np.asarray(x, float) for x in (unseen, whole, share)))
    rest = 1.0 / s - 1.0
    return Counted(lam + total * rest, np.ones_like(lam), rest, -total / s**2)


def incident_pmf(totals: ArrayLike, items: int, held: int, rate: float, capture: float) -> Floats:
    """log P(T) of totals of incidents by the convolution in logs; −inf where T cannot be.

    Parameters
    ----------
    totals
        T, whole numbers, shape (total,); below 0 they have probability 0.
    items, held
        n and h, whole numbers.
    rate, capture
        λ and p.
    """
    return np.asarray(logsumexp(_joint(totals, items, held, rate, capture), axis=1), float)


def _joint(totals: ArrayLike, items: int, held: int, rate: float, capture: float) -> Floats:
    """log P(T, x) of x counted ones among the itemised that are not held: (total, x)."""
    free = int(items) - int(held)
    counted = np.arange(free + 1)
    unseen = np.asarray(totals, np.int64).reshape(-1, 1) - int(held) - counted
    choices = gammaln(free + 1) - gammaln(counted + 1) - gammaln(free - counted + 1)
    binomial = choices + xlogy(counted, capture) + xlog1py(free - counted, -capture)
    mean = rate * capture
    some = np.maximum(unseen, 0)
    poisson = np.where(unseen < 0, -np.inf, xlogy(some, mean) - mean - gammaln(some + 1))
    return np.asarray(binomial + poisson, float)


def incidents(
    low: ArrayLike, high: ArrayLike, items: ArrayLike, held: ArrayLike,
    rate: ArrayLike, capture: ArrayLike,
) -> IncidentTerm:  # fmt: skip
    """log P(low ≤ T ≤ high) of totals of incidents, with derivatives in λ and p.

    Since a Poisson pmf changes by its own step, ∂P(T)/∂λ = p (P(T−1) − P(T)), and a binomial one
    likewise, sums over T keep their ends alone; so nothing is divided by p, 1 − p or λ, and
    the derivatives hold at p = 1 and λ = 0. −inf where the total cannot be.

    Parameters
    ----------
    low, high
        Bounds, both in; equal where the count is known.
    items, held
        n and h; rounded to whole numbers, n first (a period covered in part counts in part).
    rate, capture
        λ and p.
    """
    given = np.broadcast_arrays(*map(np.asarray, (low, high, items, held, rate, capture)))
    terms = [_one(*row) for row in zip(*(x.ravel().tolist() for x in given), strict=True)]
    columns = np.array(terms, float).reshape(-1, 3).T
    return IncidentTerm(*(column.reshape(given[0].shape) for column in columns))


def _one(
    low: int, high: int, items: float, held: float, rate: float, capture: float
) -> tuple[float, float, float]:
    n, h = whole_items(items, held)
    value = float(logsumexp(incident_pmf(np.arange(low, high + 1), n, h, rate, capture)))
    ends = [low - 1, high]
    if value == -np.inf:
        return value, np.nan, np.nan
    before, last = np.exp(incident_pmf(ends, n, h, rate, capture) - value)
    by_rate, by_capture = before - last, 0.0
    if n > h:
        fewer_before, fewer_last = np.exp(incident_pmf(ends, n - 1, h, rate, capture) - value)
        by_capture = (n - h) * (fewer_before - fewer_last)
    return value, capture * by_rate, by_capture + rate * by_rate


def whole_items(items: float, held: float) -> tuple[int, int]:
    """n and h as whole numbers: n to the nearest, never below h."""
    h = int(np.rint(held))
    return max(int(np.rint(items)), h), h


def victim_law(
    moments: Floats, rate: ArrayLike, rate_squares: ArrayLike, capture: ArrayLike, noise: ArrayLike
) -> VictimLaw:
    """Mean and variance of totals of victims; for parameters see ``victims``."""
    free, free_squares, sure = _free(moments)
    lam, squares, p, nu = (np.asarray(x, float) for x in (rate, rate_squares, capture, noise))
    mean = sure + p * (free + lam)
    counted = p * (1.0 - p) * free_squares + p * squares
    variance = (1.0 + nu**2) * counted + (nu * mean) ** 2
    return VictimLaw(mean, variance, counted, np.where(nu > 0.0, WILD, 0.0))


def victims(
    low: ArrayLike, high: ArrayLike, moments: ArrayLike, rate: ArrayLike, rate_squares: ArrayLike,
    capture: ArrayLike, noise: ArrayLike = 0.0,
) -> VictimTerm:  # fmt: skip
    """Log probability of totals of victims, with derivatives in λ_V, λ_VV, p and ν.

    Parameters
    ----------
    low, high
        Bounds, both in; equal where the count is known.
    moments
        V_n, V_h, W_n, W_h, shape (4, aggregate); zeros for a residual total.
    rate, rate_squares, capture
        λ_V, λ_VV and p.
    noise
        ν, relative.
    """
    sums = np.asarray(moments, float)
    free, free_squares, _ = _free(sums)
    lam, lam_squares, p, nu = (np.asarray(x, float) for x in (rate, rate_squares, capture, noise))
    law = victim_law(sums, lam, lam_squares, p, nu)
    value, by_mean, by_var = contaminated(low, high, law.mean, law.variance, law.wild)
    of_mean, of_counted = by_mean + by_var * 2.0 * nu**2 * law.mean, by_var * (1.0 + nu**2)
    return VictimTerm(
        value,
        of_mean * p,
        of_counted * p,
        of_mean * (free + lam) + of_counted * ((1 - 2 * p) * free_squares + lam_squares),
        by_var * 2.0 * nu * (law.counted + law.mean**2),
    )


def _free(moments: Floats) -> tuple[Floats, Floats, Floats]:
    """Victims and squares of those not held, and victims held."""
    v_items, v_held, w_items, w_held = moments
    return v_items - v_held, w_items - w_held, v_held


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


def draw_incidents(
    low: int, high: int, items: float, held: float, unseen: float, capture: float,
    rng: np.random.Generator, background: float = 0.0,
) -> Drawn:  # fmt: skip
    """Draw exactly what happened behind one total of incidents, given it.

    x of the itemised counted, from P(x | T) ∝ Binomial(x; n − h, p) Poisson(T − h − x; λ p);
    the rest of T is unseen and counted, each the organizations' with their part of λ; unseen and
    not counted are Poisson(λ (1 − p)), which T says nothing of. Totals of victims have no such
    draw (``inference.given_totals``).

    Parameters
    ----------
    unseen, background
        λ of the organizations, and M (1/s − 1) of everybody else the series counts.

    Raises
    ------
    ValueError
        Where the total cannot be.
    """
    n, h = whole_items(items, held)
    rate = unseen + background
    totals = np.arange(max(low, h), high + 1)
    joint = _joint(totals, n, h, rate, capture)
    if not joint.size or joint.max() == -np.inf:
        raise ValueError(f"no number of events gives a total from {low} to {high}")
    weights = np.exp(joint - joint.max()).ravel()
    row, x = np.divmod(rng.choice(weights.size, p=weights / weights.sum()), joint.shape[1])
    counted = int(totals[row]) - h - int(x)
    own = int(rng.binomial(counted, unseen / rate)) if rate > 0 else 0
    missed = int(rng.poisson(unseen * (1 - capture)))
    return Drawn(int(totals[row]), int(x), own + missed, counted - own)
