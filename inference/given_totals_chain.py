"""What the draw of the unseen given totals holds, and what becomes of a move: compiled loops."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..models.compiled import inlined, jit, loop
from ..models.given_sizes import CANNOT_BE, COVERED, SQUARES, WHOLE, log_probability


class Months(NamedTuple):
    """Factors of all that happens in a month, shape (block,).

    Attributes
    ----------
    factor
        Changed in place.
    shape, rate
        Of its gamma law given what is reported; rate 0: it is known.
    """

    factor: Floats
    shape: Floats
    rate: Floats


class Chain(NamedTuple):
    """What does not change, what is, and what would be after a move.

    ``expected, reach``: (stratum,), ``of_block, far``: the same of months; ``log_rate``: of
    R + Λ, (block,). ``counts``: (stratum, size); ``within``: (stratum,), ``whole``: (block,) their
    sums. ``sums``: what totals cover of them, (total, COVERED to WHOLE, size); ``log``: log P,
    (total,).
    ``change``: of the counts, in the first ``n[0]`` strata of ``moved``; ``trial, found``: of the
    first ``n[1]`` totals of ``touched``, which ``is_touched``.
    """

    rates: Floats
    expected: Floats
    of_block: Floats
    log_rate: Floats
    reach: Floats
    far: Floats
    counts: Ints
    within: Ints
    whole: Ints
    sums: Floats
    log: Floats
    change: Ints
    moved: Ints
    trial: Floats
    found: Floats
    touched: Ints
    is_touched: NDArray[np.bool_]
    n: Ints


@jit
def begin(counts, rates, laws, strata, months):  # type: ignore[no-untyped-def]
    """Make the chain at these counts, no move under way."""
    n_block, n_total = months.rate.shape[0], laws.low.shape[0]
    expected, of_block = rates.sum(axis=1), np.zeros(n_block)
    within, whole = counts.sum(axis=1), np.zeros(n_block, np.int64)
    for i in range(expected.shape[0]):
        of_block[strata.block[i]] += expected[i]
        whole[strata.block[i]] += within[i]
    sums, log = np.zeros((n_total, 3, rates.shape[1])), np.empty(n_total)
    for i in range(expected.shape[0]):
        for e in range(strata.start[i], strata.start[i + 1]):
            for size in range(rates.shape[1]):
                _cover(sums, strata.total[e], size, strata.share[e], counts[i, size])
    for j in range(n_total):
        log[j] = log_probability(laws, j, sums[j])
    log_rate = np.where(months.rate > 0.0, np.log(months.rate + of_block), -np.log(months.factor))
    reach, far = _reaches(rates, expected, of_block, laws, strata, months)
    return Chain(
        rates, expected, of_block, log_rate, reach, far, counts, within, whole, sums, log,
        np.zeros_like(counts), np.zeros(expected.shape[0], np.int64), sums.copy(), log.copy(),
        np.zeros(n_total, np.int64), np.zeros(n_total, np.bool_), np.zeros(2, np.int64),
    )  # fmt: skip


@loop
def _cover(sums, j, size, share, number):  # type: ignore[no-untyped-def]
    """Add incidents of one size to what a total covers."""
    sums[j, COVERED, size] += share * number
    sums[j, SQUARES, size] += share * share * number
    if share == 1.0:
        sums[j, WHOLE, size] += number


@jit
def _reaches(rates, expected, of_block, laws, strata, months):  # type: ignore[no-untyped-def]
    """How many incidents moves change at most: of each stratum, of each month."""
    known = months.rate <= 0.0
    mean = np.where(known, months.factor, months.shape / np.where(known, 1.0, months.rate))
    spread = np.where(known, 0.0, 1.0 / months.shape)
    reach = np.empty(expected.shape[0])
    far = 1.0 + 2.0 * np.sqrt(mean * of_block + spread * (mean * of_block) ** 2)
    sums = np.zeros((laws.low.shape[0], 3, rates.shape[1]))
    for i in range(expected.shape[0]):
        b = strata.block[i]
        likely = mean[b] * expected[i]
        reach[i] = 1.0 + 2.0 * math.sqrt(likely + spread[b] * likely**2)
        for e in range(strata.start[i], strata.start[i + 1]):
            for size in range(rates.shape[1]):
                _cover(sums, strata.total[e], size, strata.share[e], mean[b] * rates[i, size])
    distance = np.array([_distance(laws, j, sums[j]) for j in range(laws.low.shape[0])])
    for i in range(expected.shape[0]):
        for e in range(strata.start[i], strata.start[i + 1]):
            j, b = strata.total[e], strata.block[i]
            reach[i] = max(reach[i], distance[j])
            far[b] = max(far[b], distance[j])
    return reach, far


@jit
def _distance(laws, j, sums):  # type: ignore[no-untyped-def]
    """How many incidents a total is away from what is expected of it."""
    covered, p = sums[COVERED], laws.capture[j]
    n = covered.sum()
    if laws.in_incidents[j]:
        own = p * n
        mean = laws.held[j] + p * (laws.items[j] - laws.held[j] + laws.background[j, 0]) + own
    else:
        own = p * (covered * laws.first).sum()
        mean = laws.sure[j] + p * (laws.free[j] + laws.background[j, 1]) + own
    off = max(laws.low[j] - mean, mean - laws.high[j], 0.0)
    return off * n / own if own > 0.0 else 0.0


@inlined
def try_change(i, strata, chain):  # type: ignore[no-untyped-def]
    """Put the change of one stratum into what its totals would cover."""
    if not chain.change[i].any():
        return
    chain.moved[chain.n[0]] = i
    chain.n[0] += 1
    for e in range(strata.start[i], strata.start[i + 1]):
        j = strata.total[e]
        if not chain.is_touched[j]:
            chain.is_touched[j] = True
            chain.touched[chain.n[1]] = j
            chain.n[1] += 1
            _copy(chain.trial, chain.sums, j)
        for size in range(chain.change.shape[1]):
            _cover(chain.trial, j, size, strata.share[e], chain.change[i, size])


@loop
def _copy(to, what, j):  # type: ignore[no-untyped-def]
    for row in range(to.shape[1]):
        for size in range(to.shape[2]):
            to[j, row, size] = what[j, row, size]


@inlined
def judge(rng, prior, laws, strata, chain):  # type: ignore[no-untyped-def]
    """Take the move that was tried, or leave it, and begin the next.

    ``prior``: log ratio of the law without totals, with that of proposing the move and the way
    back.
    """
    ratio = prior
    for t in range(chain.n[1]):
        j = chain.touched[t]
        chain.is_touched[j] = False
        chain.found[j] = log_probability(laws, j, chain.trial[j])
        ratio += chain.found[j] - chain.log[j]
    taken = ratio >= 0.0 or rng.random() < math.exp(ratio)
    for t in range(chain.n[1] if taken else 0):
        j = chain.touched[t]
        chain.log[j] = chain.found[j]
        _copy(chain.sums, chain.trial, j)
    for t in range(chain.n[0]):
        _keep(chain.moved[t], taken, strata, chain)
    chain.n[0] = chain.n[1] = 0


@inlined
def _keep(i, taken, strata, chain):  # type: ignore[no-untyped-def]
    """Keep the change of a stratum, or leave it."""
    for size in range(chain.change.shape[1]):
        more = chain.change[i, size]
        chain.change[i, size] = 0
        if taken:
            chain.counts[i, size] += more
            chain.within[i] += more
            chain.whole[strata.block[i]] += more


@loop
def impossible(log):  # type: ignore[no-untyped-def]
    """Sum over the totals that cannot be; 0 where all can."""
    result = 0.0
    for j in range(log.shape[0]):
        if log[j] < 0.1 * CANNOT_BE:
            result += log[j]
    return result
