r"""The unseen that totals cover, drawn given these totals: one compiled loop.

All that happens in a month b has one factor (``models.noise``), g_b ~ Gamma(A, R) given what was
reported. Without it the numbers N of unseen incidents by stratum and size (``strata``) have, given
the totals T, the law

.. math:: P(N \mid T) \propto \prod_b \frac{\Gamma(A_b + n_b)}{(R_b + \Lambda_b)^{n_b}}
    \prod_k \frac{\lambda_k^{N_k}}{N_k!} \prod_j P(T_j \mid N),
    \qquad n_b = \sum_{k \in b} N_k, \quad \Lambda_b = \sum_{k \in b} \lambda_k.

It is drawn by Metropolis–Hastings; in the end g_b | N ~ Gamma(A_b + n_b, R_b + Λ_b), with which
what no total covers is drawn. (Were the factor kept beside the numbers, each would hold the other:
1,000 incidents tell g to 3 %, and however far a total asks them to go, one step would not go
farther.) Moves:

- k more or fewer of a month, or of one stratum: new ones by λ, old ones whichever, all alike. With
  m there and λ_G expected, the law without totals changes by
  ``Γ(A + n + k) / Γ(A + n) (λ_G / (R + Λ))^k m! / (m + k)!``, whatever their strata and sizes: what
  the draw of these says stands in both, and falls out.
- k of one size in a stratum against k of another, or against as many as have their dead.
- k of one stratum go to another of the same month, or of the same total, with their sizes: who
  did it, and when, changes, and what a total that covers both counts does not.

k is log-uniform between 1 and what the law without totals, and the totals' distance from it, ask
for: large distances are crossed in few moves, and where totals say nearly all, small steps fit.
Before that, totals that cannot be are mended: one incident too many weighs more than all else.

Plain arrays only; ``unseen`` gives them names.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..models.compiled import inlined, jit, loop
from ..models.given_sizes import CANNOT_BE, Laws, log_choose, log_probability
from .strata import Strata

MOVES, TRADES = 4, 3
"""In one sweep, of each month and stratum: more or fewer; and in each stratum between sizes."""

FEW = 16
"""So many incidents are drawn as fast one by one as together."""

MOST_STALLED = 20
"""Sweeps towards where every total can be that bring it no nearer; then some total never can."""


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


class _Chain(NamedTuple):
    """What does not change, what is, and what would be after a move.

    ``expected, reach``: (stratum,), ``of_block, far``: the same of months; ``log_rate``: of
    R + Λ, (block,). ``counts``: (stratum, size); ``within``: (stratum,), ``whole``: (block,) their
    sums. ``by_size``: incidents that totals cover, (total, size); ``log``: log P, (total,).
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
    by_size: Floats
    log: Floats
    change: Ints
    moved: Ints
    trial: Floats
    found: Floats
    touched: Ints
    is_touched: NDArray[np.bool_]
    n: Ints


@jit
def renew(  # type: ignore[no-untyped-def]
    rng: np.random.Generator,
    counts: Ints,
    rates: Floats,
    laws: Laws,
    strata: Strata,
    months: Months,
    sweeps: int,
):
    """Move ``counts`` to a draw given the totals, and draw the months' factors; in place.

    Sweeps are counted from where every total can be, or comes no nearer to it.

    Parameters
    ----------
    counts, rates
        Shape (stratum, size): unseen incidents, and how many are expected by the rates.
    """
    chain = _begin(counts, rates, laws, strata, months)
    best, stalled = _impossible(chain.log), 0
    while best < 0.0 and stalled < MOST_STALLED:
        _sweep(rng, laws, strata, months, chain)
        stalled = 0 if _impossible(chain.log) > best else stalled + 1
        best = max(best, _impossible(chain.log))
    for _ in range(sweeps):
        _sweep(rng, laws, strata, months, chain)
    for b in range(chain.whole.shape[0]):
        if months.rate[b] > 0.0:
            shape, rate = months.shape[b] + chain.whole[b], months.rate[b] + chain.of_block[b]
            months.factor[b] = rng.gamma(shape, 1.0 / rate)


@loop
def _impossible(log):  # type: ignore[no-untyped-def]
    """Sum over the totals that cannot be; 0 where all can."""
    result = 0.0
    for j in range(log.shape[0]):
        if log[j] < 0.1 * CANNOT_BE:
            result += log[j]
    return result


@jit
def _begin(counts, rates, laws, strata, months):  # type: ignore[no-untyped-def]
    n_block, n_total = months.rate.shape[0], laws.low.shape[0]
    expected, of_block = rates.sum(axis=1), np.zeros(n_block)
    within, whole = counts.sum(axis=1), np.zeros(n_block, np.int64)
    for i in range(expected.shape[0]):
        of_block[strata.block[i]] += expected[i]
        whole[strata.block[i]] += within[i]
    by_size, log = np.zeros((n_total, rates.shape[1])), np.empty(n_total)
    for i in range(expected.shape[0]):
        for e in range(strata.start[i], strata.start[i + 1]):
            by_size[strata.total[e]] += strata.share[e] * counts[i]
    for j in range(n_total):
        log[j] = log_probability(laws, j, by_size[j])
    log_rate = np.where(months.rate > 0.0, np.log(months.rate + of_block), -np.log(months.factor))
    reach, far = _reaches(rates, expected, of_block, laws, strata, months)
    return _Chain(
        rates, expected, of_block, log_rate, reach, far, counts, within, whole, by_size, log,
        np.zeros_like(counts), np.zeros(expected.shape[0], np.int64), by_size.copy(), log.copy(),
        np.zeros(n_total, np.int64), np.zeros(n_total, np.bool_), np.zeros(2, np.int64),
    )  # fmt: skip


@jit
def _reaches(rates, expected, of_block, laws, strata, months):  # type: ignore[no-untyped-def]
    """How many incidents moves change at most: of each stratum, of each month."""
    known = months.rate <= 0.0
    mean = np.where(known, months.factor, months.shape / np.where(known, 1.0, months.rate))
    spread = np.where(known, 0.0, 1.0 / months.shape)
    reach = np.empty(expected.shape[0])
    far = 1.0 + 2.0 * np.sqrt(mean * of_block + spread * (mean * of_block) ** 2)
    by_size = np.zeros((laws.low.shape[0], rates.shape[1]))
    for i in range(expected.shape[0]):
        b = strata.block[i]
        likely = mean[b] * expected[i]
        reach[i] = 1.0 + 2.0 * math.sqrt(likely + spread[b] * likely**2)
        for e in range(strata.start[i], strata.start[i + 1]):
            by_size[strata.total[e]] += strata.share[e] * mean[b] * rates[i]
    distance = np.array([_distance(laws, j, by_size[j]) for j in range(laws.low.shape[0])])
    for i in range(expected.shape[0]):
        for e in range(strata.start[i], strata.start[i + 1]):
            j, b = strata.total[e], strata.block[i]
            reach[i] = max(reach[i], distance[j])
            far[b] = max(far[b], distance[j])
    return reach, far


@jit
def _distance(laws, j, by_size):  # type: ignore[no-untyped-def]
    """How many incidents a total is away from what is expected of it."""
    n, p = by_size.sum(), laws.capture[j]
    if laws.in_incidents[j]:
        own = p * n
        mean = laws.held[j] + p * (laws.items[j] - laws.held[j] + laws.background[j, 0]) + own
    else:
        own = p * (by_size * laws.first).sum()
        mean = laws.sure[j] + p * (laws.free[j] + laws.background[j, 1]) + own
    off = max(laws.low[j] - mean, mean - laws.high[j], 0.0)
    return off * n / own if own > 0.0 else 0.0


@jit
def _sweep(rng, laws, strata, months, chain):  # type: ignore[no-untyped-def]
    """Try every kind of move of every month and stratum of which something is expected."""
    for b in range(chain.of_block.shape[0]):
        first, end = strata.of_block[b], strata.of_block[b + 1]
        if chain.of_block[b] <= 0.0:
            continue
        for _ in range(MOVES if end > first + 1 else 0):
            _more_or_fewer(rng, first, end, chain.far[b], laws, strata, months, chain)
        for i in range(first, end):
            if chain.expected[i] > 0.0:
                for _ in range(MOVES):
                    _more_or_fewer(rng, i, i + 1, chain.reach[i], laws, strata, months, chain)
                for _ in range(TRADES):
                    _trade(rng, i, laws, strata, months, chain)
                if end > first + 1:
                    _transfer(rng, i, first + _below(rng, end - first), laws, strata, months, chain)
                e = strata.start[i] + _below(rng, strata.start[i + 1] - strata.start[i])
                first_of, end_of = strata.of_total[strata.total[e] : strata.total[e] + 2]
                if end_of > first_of + 1:
                    other = strata.member[first_of + _below(rng, end_of - first_of)]
                    _transfer(rng, i, other, laws, strata, months, chain)


@loop
def _below(rng, n):  # type: ignore[no-untyped-def]
    """A whole number from 0 to n − 1."""
    return min(int(rng.random() * n), n - 1)


@loop
def _number(rng, most):  # type: ignore[no-untyped-def]
    """A number from 1 to ``most``, its logarithm uniform."""
    return int(math.exp(rng.random() * math.log(most + 1.0)))


@inlined
def _more_or_fewer(  # type: ignore[no-untyped-def]
    rng, first, end, most, laws, strata, months, chain
):
    """Add incidents to strata of one month, or take some away."""
    k, there, expected = _number(rng, most), 0, 0.0
    for i in range(first, end):
        there += chain.within[i]
        expected += chain.expected[i]
    if rng.random() < 0.5:
        _put(rng, k, first, end, chain)
    elif k > there:
        return
    else:
        _take(rng, k, first, end, chain)
        k = -k
    prior = _of_month(months, chain, strata.block[first], k) + k * math.log(expected)
    prior -= _rising(there + 1.0, k)
    for i in range(first, end):
        _try(i, strata, chain)
    _judge(rng, prior, laws, strata, chain)


@inlined
def _of_month(months, chain, b, k):  # type: ignore[no-untyped-def]
    """log of Γ(A + n + k) / Γ(A + n) / (R + Λ)^k; of a known factor log g^k."""
    result = -k * chain.log_rate[b]
    if months.rate[b] > 0.0:
        result += _rising(months.shape[b] + chain.whole[b], k)
    return result


@loop
def _rising(x, k):  # type: ignore[no-untyped-def]
    """log of Γ(x + k) / Γ(x), for a few as a product: most moves are of a few incidents."""
    if abs(k) > FEW:
        return math.lgamma(x + k) - math.lgamma(x)
    product = 1.0
    for i in range(min(k, 0), max(k, 0)):
        product *= x + i
    return math.log(product) if k >= 0 else -math.log(product)


@inlined
def _trade(rng, i, laws, strata, months, chain):  # type: ignore[no-untyped-def]
    """Set incidents of one size against as many of another, or as many as have their dead."""
    large, small = _below(rng, chain.rates.shape[1]), _below(rng, chain.rates.shape[1])
    if laws.first[large] < laws.first[small]:
        large, small = small, large
    if large == small or chain.rates[i, large] <= 0.0 or chain.rates[i, small] <= 0.0:
        return
    k = _number(rng, chain.reach[i])
    alike = k
    if rng.random() < 0.5 and laws.first[small] > 0.0:
        alike = int(np.rint(k * laws.first[large] / laws.first[small]))
    sign = 1 if rng.random() < 0.5 else -1
    prior = _of_month(months, chain, strata.block[i], sign * (alike - k))
    for size, more in ((large, -sign * k), (small, sign * alike)):
        there = chain.counts[i, size]
        if there + more < 0:
            chain.change[i, large] = 0
            return
        chain.change[i, size] = more
        prior += more * math.log(chain.rates[i, size])
        prior -= _rising(there + 1.0, more)
    _try(i, strata, chain)
    _judge(rng, prior, laws, strata, chain)


@inlined
def _transfer(rng, i, other, laws, strata, months, chain):  # type: ignore[no-untyped-def]
    """Let incidents of one of two strata be the other's, with their sizes."""
    k = _number(rng, max(chain.reach[i], chain.reach[other]))
    if rng.random() < 0.5:
        i, other = other, i
    n, m = chain.within[i], chain.within[other]
    if i == other or k > n:
        return
    _take(rng, k, i, i + 1, chain)
    prior = -_rising(n + 1.0, -k) - _rising(m + 1.0, k)
    if strata.block[i] != strata.block[other]:
        prior += _of_month(months, chain, strata.block[i], -k)
        prior += _of_month(months, chain, strata.block[other], k)
    for size in range(chain.rates.shape[1]):
        more = -chain.change[i, size]
        chain.change[other, size] = more
        if more > 0:
            expected = chain.rates[other, size]
            ratio = expected / chain.rates[i, size]
            prior += more * math.log(ratio) if expected > 0.0 else -np.inf
    _try(i, strata, chain)
    _try(other, strata, chain)
    _judge(rng, prior, laws, strata, chain)


@inlined
def _put(rng, k, first, end, chain):  # type: ignore[no-untyped-def]
    """Add k incidents to the change of these strata, by what is expected of them."""
    if k <= FEW:
        whole = chain.expected[first:end].sum()
        for _ in range(k):
            i, size = _place(rng.random() * whole, first, end, chain.expected, chain.rates)
            chain.change[i, size] += 1
        return
    for i in range(first, end):
        n = _binomial(rng, k, chain.expected[i], chain.expected[i:end].sum())
        k -= n
        for size in range(chain.rates.shape[1]):
            if n == 0:
                break
            more = _binomial(rng, n, chain.rates[i, size], chain.rates[i, size:].sum())
            chain.change[i, size] += more
            n -= more


@loop
def _place(level, first, end, sums, parts):  # type: ignore[no-untyped-def]
    """Stratum and size in which a level of the cumulated parts lies, the last that has any."""
    i = first
    while i < end - 1 and level >= sums[i]:
        level -= sums[i]
        i += 1
    while sums[i] <= 0.0:
        i -= 1
    size, last = 0, parts.shape[1] - 1
    while size < last and level >= parts[i, size]:
        level -= parts[i, size]
        size += 1
    while parts[i, size] <= 0.0:
        size -= 1
    return i, size


@loop
def _binomial(rng, n, part, whole):  # type: ignore[no-untyped-def]
    return n if part >= whole else rng.binomial(n, part / whole)


@inlined
def _take(rng, k, first, end, chain):  # type: ignore[no-untyped-def]
    """Take k incidents, any of all alike, out of the change of these strata."""
    rest = chain.within[first:end].sum()
    if k <= FEW:
        _take_each(rng, k, rest, first, end, chain)
        return
    for i in range(first, end):
        there = chain.within[i]
        n, rest = _hypergeometric(rng, there, rest - there, k), rest - there
        k -= n
        for size in range(chain.rates.shape[1]):
            own = chain.counts[i, size]
            less = _hypergeometric(rng, own, there - own, n)
            chain.change[i, size] -= less
            n, there = n - less, there - own


@loop
def _take_each(rng, k, there, first, end, chain):  # type: ignore[no-untyped-def]
    """The same one by one: whichever is drawn again was taken already, and another is drawn."""
    while k > 0:
        number = _below(rng, there)
        i, size = _place(number, first, end, chain.within, chain.counts)
        own = chain.counts[i, size]
        if rng.random() * own < own + chain.change[i, size]:
            chain.change[i, size] -= 1
            k -= 1


@loop
def _hypergeometric(rng, good, bad, n):  # type: ignore[no-untyped-def]
    """How many of n, drawn from good and bad ones without putting back, are good.

    By inversion: probabilities are added up from the mode outwards.
    """
    low, high = max(0, n - bad), min(n, good)
    if low == high:
        return low
    mode = min(max(int((n + 1.0) * (good + 1.0) / (good + bad + 2.0)), low), high)
    log = log_choose(good, mode) + log_choose(bad, n - mode) - log_choose(good + bad, n)
    down, up, level = mode, mode, rng.random()
    below = above = math.exp(log)
    level -= below
    while level > 0.0 and (down > low or up < high):
        if up < high:
            above *= (good - up) * (n - up) / ((up + 1.0) * (bad - n + up + 1.0))
            up, level = up + 1, level - above
            if level <= 0.0:
                return up
        if down > low:
            below *= down * (bad - n + down) / ((good - down + 1.0) * (n - down + 1.0))
            down, level = down - 1, level - below
            if level <= 0.0:
                return down
    return mode


@inlined
def _try(i, strata, chain):  # type: ignore[no-untyped-def]
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
            for size in range(chain.trial.shape[1]):
                chain.trial[j, size] = chain.by_size[j, size]
        for size in range(chain.change.shape[1]):
            chain.trial[j, size] += strata.share[e] * chain.change[i, size]


@inlined
def _judge(rng, prior, laws, strata, chain):  # type: ignore[no-untyped-def]
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
        for size in range(chain.trial.shape[1]):
            chain.by_size[j, size] = chain.trial[j, size]
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
