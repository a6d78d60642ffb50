r"""The law of a total given the sizes of the unseen incidents that it covers: compiled.

What ``incident_totals`` and ``victim_totals`` say of a total with the unseen summed out, this says
of one set of them, for the draw of the unseen given the totals: U incidents of sizes v, U_v each,

.. math::
    T \sim h + \mathrm{Binomial}(n - h + U, p) + \mathrm{Poisson}(p M (1/s - 1))

where incidents are counted, and of victims a normal law of mean V_h + p (V_n - V_h + Σ U_v E[V])
and the variance that counting and the numbers inside the bins leave open, noise and wildness as
there.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from .compiled import loop
from .victim_totals import log_written

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
def log_probability(laws, j, by_size):  # type: ignore[no-untyped-def]
    """log P(T_j | unseen of these sizes)."""
    if laws.in_incidents[j]:
        return _counted(laws, j, by_size.sum())
    p, mean, squares, spread = laws.capture[j], 0.0, 0.0, 0.0
    for v in range(by_size.shape[0]):
        mean += by_size[v] * laws.first[v]
        squares += by_size[v] * laws.second[v]
        spread += by_size[v] * max(laws.second[v] - laws.first[v] ** 2, 0.0)
    mean = laws.sure[j] + p * (laws.free[j] + mean + laws.background[j, 1])
    var = p * (1.0 - p) * (laws.free_squares[j] + squares) + p * p * spread
    var += p * laws.background[j, 2]
    return log_written(laws.low[j], laws.high[j], mean, var, laws.noise[j])


@loop
def _counted(laws, j, unseen):  # type: ignore[no-untyped-def]
    """log P(low ≤ h + Binomial(n − h + U, p) + Poisson(M (1/s − 1) p) ≤ high)."""
    trials = laws.items[j] - laws.held[j] + np.int64(np.rint(unseen))
    p, others = laws.capture[j], laws.capture[j] * laws.background[j, 0]
    low, high = int(laws.low[j]) - laws.held[j], int(laws.high[j]) - laws.held[j]
    result = -np.inf
    for counted in range(max(low, 0), high + 1):
        first = 0 if others > 0.0 else counted
        for own in range(first, min(counted, trials) + 1):
            log = log_binomial(trials, own, p) + _log_poisson(counted - own, others)
            result = np.logaddexp(result, log)
    if result == -np.inf:
        mean = p * trials + others
        return CANNOT_BE - EACH * max(low - mean, mean - high, 0.0)
    return result


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
    if mean <= 0.0:
        return 0.0 if k == 0 else -np.inf
    return k * math.log(mean) - mean - math.lgamma(k + 1.0)


@loop
def log_choose(n, k):  # type: ignore[no-untyped-def]
    """Log of the number of ways to choose k of n."""
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
