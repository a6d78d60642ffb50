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

import numpy as np

from ..data.arrays import Floats, Ints
from ..models.compiled import inlined, jit, loop
from ..models.given_sizes import Laws
from .given_totals_chain import Months, begin, impossible, judge, try_change
from .given_totals_draws import FEW, below, log_uniform, put, take
from .strata import Strata

MOVES, TRADES = 4, 3
"""In one sweep, of each month and stratum: more or fewer; and in each stratum between sizes."""

MOST_STALLED = 20
"""Sweeps towards where every total can be that bring it no nearer; then some total never can."""


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
    chain = begin(counts, rates, laws, strata, months)
    best, stalled = impossible(chain.log), 0
    while best < 0.0 and stalled < MOST_STALLED:
        _sweep(rng, laws, strata, months, chain)
        stalled = 0 if impossible(chain.log) > best else stalled + 1
        best = max(best, impossible(chain.log))
    for _ in range(sweeps):
        _sweep(rng, laws, strata, months, chain)
    for b in range(chain.whole.shape[0]):
        if months.rate[b] > 0.0:
            shape, rate = months.shape[b] + chain.whole[b], months.rate[b] + chain.of_block[b]
            months.factor[b] = rng.gamma(shape, 1.0 / rate)


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
                    _transfer(rng, i, first + below(rng, end - first), laws, strata, months, chain)
                e = strata.start[i] + below(rng, strata.start[i + 1] - strata.start[i])
                first_of, end_of = strata.of_total[strata.total[e] : strata.total[e] + 2]
                if end_of > first_of + 1:
                    other = strata.member[first_of + below(rng, end_of - first_of)]
                    _transfer(rng, i, other, laws, strata, months, chain)


@inlined
def _more_or_fewer(  # type: ignore[no-untyped-def]
    rng, first, end, most, laws, strata, months, chain
):
    """Add incidents to strata of one month, or take some away."""
    k, there, expected = log_uniform(rng, most), 0, 0.0
    for i in range(first, end):
        there += chain.within[i]
        expected += chain.expected[i]
    if rng.random() < 0.5:
        put(rng, k, first, end, chain)
    elif k > there:
        return
    else:
        take(rng, k, first, end, chain)
        k = -k
    prior = _of_month(months, chain, strata.block[first], k) + k * math.log(expected)
    prior -= _rising(there + 1.0, k)
    for i in range(first, end):
        try_change(i, strata, chain)
    judge(rng, prior, laws, strata, chain)


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
    large, small = below(rng, chain.rates.shape[1]), below(rng, chain.rates.shape[1])
    if laws.first[large] < laws.first[small]:
        large, small = small, large
    if large == small or chain.rates[i, large] <= 0.0 or chain.rates[i, small] <= 0.0:
        return
    k = log_uniform(rng, chain.reach[i])
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
    try_change(i, strata, chain)
    judge(rng, prior, laws, strata, chain)


@inlined
def _transfer(rng, i, other, laws, strata, months, chain):  # type: ignore[no-untyped-def]
    """Let incidents of one of two strata be the other's, with their sizes."""
    k = log_uniform(rng, max(chain.reach[i], chain.reach[other]))
    if rng.random() < 0.5:
        i, other = other, i
    n, m = chain.within[i], chain.within[other]
    if i == other or k > n:
        return
    take(rng, k, i, i + 1, chain)
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
    try_change(i, strata, chain)
    try_change(other, strata, chain)
    judge(rng, prior, laws, strata, chain)
