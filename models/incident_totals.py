r"""The likelihood of totals of incidents, bounds and months' factors included: compiled.

Of the n itemised incidents h are held; the unseen have mean λ, and D is what the months' factors
add to their variance (``totals``). Each is counted with probability p:

.. math::
    T &= h + \mathrm{Binomial}(n - h, p) + X, \\
    P(X = u) &= (1 + m q)^{-1/q} \prod_{i=1}^{u} \frac{m}{i}\, \frac{1 + (i - 1) q}{1 + m q},
    \qquad m = p \lambda, \quad q = D / \lambda^2.

X is negative binomial of mean m and variance m + p² D: exactly, where one month's factor is behind
all of it, and by its two moments where there are several. At q = 0 it is Poisson. Written so,
neither the law nor its derivatives lose figures where q is small. Where the bounds of T lie apart,
sums over X are differences of cumulated ones, so that the work grows with the number of answers
and not with their number times that of the itemised.
"""

import math

import numpy as np

from .compiled import jit, loop
from .given_sizes import log_binomial

LEAST_MEAN = 1e-300
"""Stands for none expected: what then is seen nevertheless has a probability of this size."""
LEAST_SHARE = 1e-18
"""Of the probability so far; answers beyond the mean that are less likely are not summed."""


@loop
def whole_items(items, held):  # type: ignore[no-untyped-def]
    """n and h as whole numbers: n to the nearest, never below h."""
    h = int(np.rint(held))
    return max(int(np.rint(items)), h), h


@jit
def one(least, most, items, held, rate, p, spread):  # type: ignore[no-untyped-def]
    """log P(least ≤ T ≤ most) of one total, and its derivatives in λ, D and p.

    −∞ where the total cannot be, and then the derivatives are NaN. Both bounds are in; ``items``
    and ``held`` are rounded to whole numbers, n first (a period covered in part counts in part).
    """
    n, h = whole_items(items, held)
    low, high, free = int(least) - h, int(most) - h, n - h  # what it holds taken off
    if high < 0:
        return -np.inf, np.nan, np.nan, np.nan
    lam = max(rate, LEAST_MEAN)
    q = spread / lam / lam
    law = _unseen(p * lam, q, max(low, 0), high)
    value, by_mean, by_q, by_p = _sum(law, low, high, free, p)
    if value == -np.inf or (rate <= 0.0 and value < 0.5 * math.log(LEAST_MEAN)):
        return -np.inf, np.nan, np.nan, np.nan
    return value, p * by_mean - 2.0 * q / lam * by_q, by_q / lam / lam, by_p + lam * by_mean


@jit
def _unseen(mean, q, enough, last):  # type: ignore[no-untyped-def]
    """log P(X = u) and its derivatives in m and q, shape (3, u), as far as it matters.

    ``enough``: answers that are needed however unlikely they are.
    """
    m = max(mean, LEAST_MEAN)
    n = _far(m, q, enough, last)
    law, wide = np.empty((3, n + 1)), 1.0 + m * q
    law[:, 0] = _none(m, q), -1.0 / wide, _none_by_q(m, q)
    for u in range(1, n + 1):
        up = 1.0 + (u - 1) * q
        law[0, u] = law[0, u - 1] + math.log(m * up / (u * wide))
        law[1, u] = law[1, u - 1] + 1.0 / m - q / wide
        law[2, u] = law[2, u - 1] + (u - 1) / up - m / wide
    return law


@jit
def _far(m, q, enough, last):  # type: ignore[no-untyped-def]
    """The last answer that matters, which may be far below what a total allows."""
    log, within, u = _none(m, q), 0.0, 0
    while u < last:
        u += 1
        log += math.log(m * (1.0 + (u - 1) * q) / (u * (1.0 + m * q)))
        within += math.exp(log)
        if u > enough and u > m and math.exp(log) < LEAST_SHARE * within:
            break
    return u


@jit
def _none(m, q):  # type: ignore[no-untyped-def]
    """log P(X = 0)."""
    return -math.log1p(m * q) / q if q > 0.0 else -m


@jit
def _none_by_q(m, q):  # type: ignore[no-untyped-def]
    """Derivative of log P(X = 0) in q."""
    x = m * q
    if x < 1e-4:
        return m * m * (0.5 - x * (2.0 / 3.0 - 0.75 * x))
    return (math.log1p(x) - x / (1.0 + x)) / q**2


@jit
def _sum(law, low, high, free, p):  # type: ignore[no-untyped-def]
    """log P(low ≤ x + X ≤ high), x ~ Binomial(free, p), and derivatives in m, q and p."""
    logs, slopes = _slices(law, low, high, free)
    parts = np.empty(free + 1)
    for x in range(free + 1):
        parts[x] = log_binomial(free, x, p) + logs[x]
    top = parts.max()
    if top == -np.inf:
        return top, 0.0, 0.0, 0.0
    weights = np.exp(parts - top)
    value, by_p = top + math.log(weights.sum()), 0.0
    weights /= weights.sum()
    for x in range(free):
        fewer = log_binomial(free - 1, x, p) - value
        by_p += free * (math.exp(fewer + logs[x + 1]) - math.exp(fewer + logs[x]))
    return value, (weights * slopes[0]).sum(), (weights * slopes[1]).sum(), by_p


@jit
def _slices(law, low, high, free):  # type: ignore[no-untyped-def]
    """log P(low − x ≤ X ≤ high − x) by x, shape (x,), and its derivatives in m and q, (2, x)."""
    last = law.shape[1] - 1
    logs, slopes = np.full(free + 1, -np.inf), np.zeros((2, free + 1))
    if low == high:
        for x in range(max(low - last, 0), min(free, low) + 1):
            logs[x] = law[0, low - x]
            slopes[:, x] = law[1:, low - x]
        return logs, slopes
    first = max(low - free, 0)
    top = law[0, first:].max()
    cumulated = np.zeros((3, last - first + 2))
    for u in range(first, last + 1):
        here = math.exp(law[0, u] - top)
        for i in range(3):
            slope = law[i, u] if i > 0 else 1.0
            cumulated[i, u - first + 1] = cumulated[i, u - first] + here * slope
    for x in range(free + 1):
        a, b = max(low - x, 0) - first, min(high - x, last) - first + 1
        mass = cumulated[0, b] - cumulated[0, a] if b > a else 0.0
        if mass > 0.0:
            logs[x] = top + math.log(mass)
            for i in range(2):
                slopes[i, x] = (cumulated[i + 1, b] - cumulated[i + 1, a]) / mass
    return logs, slopes
