r"""The law of a total given the sizes of the unseen incidents that it covers: compiled.

What ``incident_totals`` and ``victim_totals`` say of a total with the unseen summed out, this says
of one set of them, for the draw of the unseen given the totals. Of some a total covers a share z
below 1, of their days or of their class: each of these is counted with probability z p, for itself.
Where incidents are counted, U of them covered whole,

.. math::
    T \sim h + \mathrm{Binomial}(n - h + U, p) + R, \qquad
    E[R] = p \sum_{z < 1} z U_z + p M (1/s - 1), \quad
    \mathrm{var}[R] = E[R] - p^2 \sum_{z < 1} z^2 U_z

R is a binomial number of this mean and, but for a whole number of trials, this variance: exactly so
of one share alone; Poisson where nothing is covered in part. Of victims a normal law of mean
V_h + p (V_n - V_h + Σ z U E[V]) and the variance that counting and the numbers inside bins leave
open, Σ U (z p E[V²] - z² p² E[V]²); noise and wildness as there.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from .compiled import loop
from .victim_totals import log_written

COVERED, SQUARES, WHOLE = 0, 1, 2
"""Of the unseen that a total covers: Σ z U, Σ z² U, and Σ U of those with z = 1."""
LEAST = 1e-9
"""Sums of shares below it are rounding."""
CANNOT_BE, EACH = -1e15, 1e4
"""Stands for log 0, less so much for each incident that is missing or too many: a draw that starts
where a total cannot be finds its way to where it can."""


class Laws(NamedTuple):
    """Law of each total given the sizes of the unseen it covers; (total,) unless said.

    Attributes
    ----------
    in_incidents
        Whether incidents are counted, not victims.
    low, high
        Bounds of the count, both in.
    items, held
        n and h in incidents.
    free, free_squares, sure
        V_n − V_h, W_n − W_h, V_h in victims.
    capture, noise
        p and ν, relative to what is counted.
    background
        M (1/s − 1) in incidents, victims and squares: what is none of the organizations',
        shape (total, 3).
    first, second
        E[V] and E[V²] by size, shape (size,).
    """

    in_incidents: NDArray[np.bool_]
    low: Floats
    high: Floats
    items: Ints
    held: Ints
    free: Floats
    free_squares: Floats
    sure: Floats
    capture: Floats
    noise: Floats
    background: Floats
    first: Floats
    second: Floats


@loop
def log_probability(laws, j, sums):  # type: ignore[no-untyped-def]
    """log P(T_j | unseen), ``sums`` (COVERED to WHOLE, size)."""
    if laws.in_incidents[j]:
        return _counted(laws, j, sums)
    p, mean, squares, even = laws.capture[j], 0.0, 0.0, 0.0
    for v in range(sums.shape[1]):
        mean += sums[COVERED, v] * laws.first[v]
        squares += sums[COVERED, v] * laws.second[v]
        even += sums[SQUARES, v] * min(laws.first[v] ** 2, laws.second[v])
    mean = laws.sure[j] + p * (laws.free[j] + mean + laws.background[j, 1])
    var = p * (1.0 - p) * laws.free_squares[j] + max(p * squares - p * p * even, 0.0)
    var += p * laws.background[j, 2]
    return log_written(laws.low[j], laws.high[j], mean, var, laws.noise[j])


@loop
def _counted(laws, j, sums):  # type: ignore[no-untyped-def]
    """log P(low ≤ h + Binomial(n − h + U, p) + R ≤ high)."""
    whole, p = sums[WHOLE].sum(), laws.capture[j]
    part, squares = sums[COVERED].sum() - whole, sums[SQUARES].sum() - whole
    trials = laws.items[j] - laws.held[j] + np.int64(np.rint(whole))
    rest = p * (max(part, 0.0) + laws.background[j, 0])
    below = p * p * squares if squares > LEAST else 0.0
    low, high = int(laws.low[j]) - laws.held[j], int(laws.high[j]) - laws.held[j]
    result = -np.inf
    for counted in range(max(low, 0), high + 1):
        first = 0 if rest > LEAST else counted
        for own in range(first, min(counted, trials) + 1):
            log = log_binomial(trials, own, p) + _log_rest(counted - own, rest, below)
            result = np.logaddexp(result, log)
    if result == -np.inf:
        mean = p * trials + rest
        return CANNOT_BE - EACH * max(low - mean, mean - high, 0.0)
    return result


@loop
def _log_rest(k, mean, below):  # type: ignore[no-untyped-def]
    """log P(R = k), whose variance is so much below its mean."""
    if below <= 0.0:
        return _log_poisson(k, mean)
    trials = math.ceil(mean * mean / below - LEAST)
    return log_binomial(trials, k, mean / trials) if k <= trials else -np.inf


@loop
def log_binomial(n, k, p):  # type: ignore[no-untyped-def]
    """log P(k of n, each with probability p); 0 and 1 are probabilities too."""
    log = log_choose(n, k)
    if k > 0:
        log += k * math.log(p) if p > 0.0 else -np.inf
    if n > k:
        log += (n - k) * math.log1p(-p) if p < 1.0 else -np.inf
    return log


@loop
def _log_poisson(k, mean):  # type: ignore[no-untyped-def]
    if mean <= LEAST:
        return 0.0 if k == 0 else -np.inf
    return k * math.log(mean) - mean - math.lgamma(k + 1.0)


@loop
def log_choose(n, k):  # type: ignore[no-untyped-def]
    """Log of the number of ways to choose k of n."""
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
