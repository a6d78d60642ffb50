"""Which of the unseen incidents of some strata come or go in one move: compiled loops.

A chain's ``change`` is where it is written (``given_totals_chain.Chain``).
"""

import math

from ..models.compiled import inlined, loop
from ..models.given_sizes import log_choose

FEW = 16
"""So many incidents are drawn as fast one by one as together."""


@loop
def below(rng, n):  # type: ignore[no-untyped-def]
    """A whole number from 0 to n − 1."""
    return min(int(rng.random() * n), n - 1)


@loop
def log_uniform(rng, most):  # type: ignore[no-untyped-def]
    """A number from 1 to ``most``, its logarithm uniform."""
    return int(math.exp(rng.random() * math.log(most + 1.0)))


@inlined
def put(rng, k, first, end, chain):  # type: ignore[no-untyped-def]
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
def take(rng, k, first, end, chain):  # type: ignore[no-untyped-def]
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
        number = below(rng, there)
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
