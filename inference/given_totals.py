r"""The unseen of cells that totals cover, drawn given these totals: one compiled loop.

The unseen U of the cells are Poisson, and their law given the totals T is

.. math:: P(U \mid T) \propto \prod_k \mathrm{Poisson}(U_k; \lambda_k) \prod_j P(T_j \mid U).

It is drawn by Metropolis–Hastings. A move renews a share ρ of one cell: each of its incidents stays
with probability 1 − ρ, Poisson(ρ λ) new ones come, and the result is taken with probability
min(1, Π P(T_j | new) / P(T_j | old)). Thinning and adding leave Poisson(λ) as it is and are
reversible, so that nothing else enters the ratio: what the Crank–Nicolson proposal is for normal
laws (Cotter, Roberts, Stuart & White 2013). Every cell is renewed whole, by a quarter and by a
sixteenth in each sweep: whole where totals say little, by little where they say much. Where a total
says nearly all, what one cell has too many another lacks: as often as there are cells an
incident, any of all alike, goes to a place drawn by λ, which is reversible too and judged alike.

All that happens in a month has one factor (``models.noise``); before each sweep it is drawn given
what was seen and what was not.

Plain arrays only; ``unseen`` gives them names. All loops are in this one file: compiled code is
kept under a key of the file that it is written in.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..models.compiled import jit
from ..models.victim_totals import LEAST_VARIANCE, WIDER, WILD

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHARES = (1.0, 1 / 4, 1 / 16)
"""Of a cell that its moves renew, in this order."""

CANNOT_BE = -1e15
"""Stands for log 0, less 10 for each incident that is missing or too many: a draw that starts where
a total cannot be finds its way to where it can."""

MOST_STALLED = 20
"""Sweeps towards where every total can be that bring it no nearer; then some total never can."""

_FAR = -30.0
"""Standard deviations below which Φ is taken from its asymptotic series."""


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


class Cover(NamedTuple):
    """Which totals cover each cell: entries ``start[c]`` to ``start[c + 1]`` are cell c's.

    Attributes
    ----------
    start
        Shape (cell + 1,).
    total
        Number of the total, shape (entry,).
    share
        What it counts of each author's incidents there, shape (entry, author).
    """

    start: Ints
    total: Ints
    share: Floats


class Months(NamedTuple):
    """Factors of all that happens in a month, drawn with the unseen.

    Attributes
    ----------
    of_cell
        Month of each cell, shape (cell,).
    factor
        Shape (month,); changed in place.
    shape, rate
        Of its gamma law given what is reported, shape (month,); rate 0: it is known.
    """

    of_cell: Ints
    factor: Floats
    shape: Floats
    rate: Floats


class _State(NamedTuple):
    """What the totals cover now, and what they would after a move.

    ``by_size, trial``: incidents of each size, (total, size); ``log, found``: log P, (total,);
    ``touched``: the first ``n_touched[0]`` are the totals of the move, which ``is_touched``.
    """

    by_size: Floats
    trial: Floats
    log: Floats
    found: Floats
    touched: Ints
    n_touched: Ints
    is_touched: NDArray[np.bool_]


@jit
def renew(  # type: ignore[no-untyped-def]
    rng: np.random.Generator,
    unseen: Ints,
    expected: Floats,
    laws: Laws,
    cover: Cover,
    months: Months,
    sweeps: int,
):
    """Move ``unseen``, drawn freely, to a draw given the totals; in place.

    Given the unseen a month's factor is Gamma(shape + U, rate + λ). Sweeps are counted from
    where every total can be, or comes no nearer to it.

    Parameters
    ----------
    unseen, expected
        Shape (cell, author, size, class); expected by the rates.
    """
    state = _begin(unseen, laws, cover)
    by_rates = expected.reshape(expected.shape[0], -1).sum(axis=1)
    best, stalled = _impossible(state.log), 0
    while best < 0.0 and stalled < MOST_STALLED:
        _sweep(rng, unseen, expected, laws, cover, months, state)
        stalled = 0 if _impossible(state.log) > best else stalled + 1
        best = max(best, _impossible(state.log))
    for _ in range(sweeps):
        _update(rng, unseen, by_rates, months)
        _sweep(rng, unseen, expected, laws, cover, months, state)
        by_cell = np.cumsum(by_rates * months.factor[months.of_cell])
        within = unseen.reshape(unseen.shape[0], -1).sum(axis=1)
        for _ in range(unseen.shape[0]):
            _relocate(rng, unseen, within, expected, by_cell, laws, cover, state)


@jit
def _impossible(log):  # type: ignore[no-untyped-def]
    """Sum over the totals that cannot be; 0 where all can."""
    result = 0.0
    for j in range(log.shape[0]):
        if log[j] < 0.1 * CANNOT_BE:
            result += log[j]
    return result


@jit
def _update(rng, unseen, by_rates, months):  # type: ignore[no-untyped-def]
    """Draw the months' factors given what was seen and what was not."""
    shape, rate = months.shape.copy(), months.rate.copy()
    for c in range(unseen.shape[0]):
        shape[months.of_cell[c]] += unseen[c].sum()
        rate[months.of_cell[c]] += by_rates[c]
    for b in range(shape.shape[0]):
        if months.rate[b] > 0.0:
            months.factor[b] = rng.gamma(shape[b], 1.0 / rate[b])


@jit
def _begin(unseen, laws, cover):  # type: ignore[no-untyped-def]
    n = laws.low.shape[0]
    by_size, log = np.zeros((n, unseen.shape[2])), np.empty(n)
    for c in range(unseen.shape[0]):
        for e in range(cover.start[c], cover.start[c + 1]):
            _add(by_size[cover.total[e]], unseen[c], cover.share[e])
    for j in range(n):
        log[j] = log_probability(laws, j, by_size[j])
    return _State(
        by_size, by_size.copy(), log, log.copy(), np.zeros(n, np.int64), np.zeros(1, np.int64),
        np.zeros(n, np.bool_),
    )  # fmt: skip


@jit
def _sweep(rng, unseen, expected, laws, cover, months, state):  # type: ignore[no-untyped-def]
    """Renew every cell in part."""
    for c in range(unseen.shape[0]):
        cumulated, factor = np.cumsum(expected[c]), months.factor[months.of_cell[c]]
        for share in SHARES:
            other = _renewed(rng, unseen[c], expected[c], cumulated, share, factor)
            _try(c, other - unseen[c], cover, state)
            if _is_taken(rng, laws, state):
                unseen[c] = other


@jit
def _relocate(  # type: ignore[no-untyped-def]
    rng, unseen, within, expected, by_cell, laws, cover, state
):
    """Send one incident, any of all alike, to a place drawn by what is expected.

    ``within``: incidents of each cell, kept as they go.
    """
    n = within.sum()
    if n == 0 or by_cell[-1] <= 0.0:
        return
    old = _place_of(unseen, within, rng.integers(0, n))
    to = min(np.searchsorted(by_cell, rng.random() * by_cell[-1], side="right"), len(by_cell) - 1)
    cumulated = np.cumsum(expected[to])
    place = np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right")
    size = unseen.shape[2] * unseen.shape[3]
    place = min(place, len(cumulated) - 1)
    new = (to, place // size, place % size // unseen.shape[3], place % unseen.shape[3])
    change = np.zeros(unseen.shape[1:], np.int64)
    change[old[1:]] = -1
    _try(old[0], change, cover, state)
    change[old[1:]], change[new[1:]] = 0, 1
    _try(new[0], change, cover, state)
    if _is_taken(rng, laws, state):
        unseen[old] -= 1
        unseen[new] += 1
        within[old[0]] -= 1
        within[to] += 1


@jit
def _place_of(unseen, within, number):  # type: ignore[no-untyped-def]
    """Where the incident of this number is: (cell, author, size, class)."""
    for c in range(unseen.shape[0]):
        if number >= within[c]:
            number -= within[c]
            continue
        for a in range(unseen.shape[1]):
            for v in range(unseen.shape[2]):
                for w in range(unseen.shape[3]):
                    number -= unseen[c, a, v, w]
                    if number < 0:
                        return c, a, v, w
    return 0, 0, 0, 0


@jit
def _renewed(rng, old, expected, cumulated, share, factor):  # type: ignore[no-untyped-def]
    """Thin what one cell has and add new ones: (author, size, class).

    Many new ones are drawn kind by kind, few one by one.
    """
    new, flat = old.copy(), expected.reshape(-1)
    counts = new.reshape(-1)
    for k in range(counts.shape[0]):
        if counts[k] > 0:
            counts[k] = rng.binomial(counts[k], 1.0 - share) if share < 1.0 else 0
    whole = cumulated[-1]
    if share * factor * whole > counts.shape[0]:
        for k in range(counts.shape[0]):
            counts[k] += rng.poisson(share * factor * flat[k])
        return new
    for _ in range(rng.poisson(share * factor * whole)):
        k = np.searchsorted(cumulated, rng.random() * whole, side="right")
        counts[min(k, counts.shape[0] - 1)] += 1
    return new


@jit
def _try(c, change, cover, state):  # type: ignore[no-untyped-def]
    """Put a change of one cell into the move that is tried."""
    for e in range(cover.start[c], cover.start[c + 1]):
        j = cover.total[e]
        if not state.is_touched[j]:
            state.is_touched[j] = True
            state.touched[state.n_touched[0]] = j
            state.n_touched[0] += 1
            state.trial[j] = state.by_size[j]
        _add(state.trial[j], change, cover.share[e])


@jit
def _is_taken(rng, laws, state):  # type: ignore[no-untyped-def]
    """Judge the move that was tried, and begin the next."""
    ratio = 0.0
    for i in range(state.n_touched[0]):
        j = state.touched[i]
        state.is_touched[j] = False
        state.found[j] = log_probability(laws, j, state.trial[j])
        ratio += state.found[j] - state.log[j]
    taken = ratio >= 0.0 or rng.random() < math.exp(ratio)
    if taken:
        for i in range(state.n_touched[0]):
            j = state.touched[i]
            state.by_size[j], state.log[j] = state.trial[j], state.found[j]
    state.n_touched[0] = 0
    return taken


@jit
def _add(by_size, incidents, share):  # type: ignore[no-untyped-def]
    """Add what a total counts of these incidents, shape (author, size, class), to its sizes."""
    for a in range(incidents.shape[0]):
        for v in range(incidents.shape[1]):
            for w in range(incidents.shape[2]):
                by_size[v] += share[a] * incidents[a, v, w]


@jit
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
    var = (1.0 + laws.noise[j] ** 2) * var + (laws.noise[j] * mean) ** 2
    usual = _interval(laws.low[j], laws.high[j], mean, var)
    if laws.noise[j] == 0.0:
        return usual
    wild = _interval(laws.low[j], laws.high[j], mean, WIDER**2 * var)
    return np.logaddexp(math.log(1.0 - WILD) + usual, math.log(WILD) + wild)


@jit
def _counted(laws, j, unseen):  # type: ignore[no-untyped-def]
    """log P(low ≤ h + Binomial(n − h + U, p) + Poisson(M (1/s − 1) p) ≤ high)."""
    trials = laws.items[j] - laws.held[j] + np.int64(np.rint(unseen))
    p, others = laws.capture[j], laws.capture[j] * laws.background[j, 0]
    low, high = int(laws.low[j]) - laws.held[j], int(laws.high[j]) - laws.held[j]
    result = -np.inf
    for counted in range(max(low, 0), high + 1):
        first = 0 if others > 0.0 else counted
        for own in range(first, min(counted, trials) + 1):
            log = _log_binomial(trials, own, p) + _log_poisson(counted - own, others)
            result = np.logaddexp(result, log)
    if result == -np.inf:
        mean = p * trials + others
        return CANNOT_BE - 10.0 * max(low - mean, mean - high, 0.0)
    return result


@jit
def _log_binomial(n, k, p):  # type: ignore[no-untyped-def]
    log = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
    if k > 0:
        log += k * math.log(p) if p > 0.0 else -np.inf
    if n > k:
        log += (n - k) * math.log1p(-p) if p < 1.0 else -np.inf
    return log


@jit
def _log_poisson(k, mean):  # type: ignore[no-untyped-def]
    if mean <= 0.0:
        return 0.0 if k == 0 else -np.inf
    return k * math.log(mean) - mean - math.lgamma(k + 1.0)


@jit
def _interval(low, high, mean, var):  # type: ignore[no-untyped-def]
    """log P(low − ½ ≤ X ≤ high + ½) of a normal X; as ``victim_totals.interval``."""
    sd = math.sqrt(max(var, LEAST_VARIANCE))
    a = -np.inf if low <= 0.0 else (low - 0.5 - mean) / sd
    b = (high + 0.5 - mean) / sd
    if a > 0.0:
        a, b = -b, -a
    top = _log_ndtr(b)
    return top if a == -np.inf else top + math.log(-math.expm1(_log_ndtr(a) - top))


@jit
def _log_ndtr(z):  # type: ignore[no-untyped-def]
    """log Φ(z)."""
    if z > _FAR:
        return math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
    series = 1.0 - 1.0 / z**2 + 3.0 / z**4 - 15.0 / z**6
    return -0.5 * z * z - math.log(-z * math.sqrt(2.0 * math.pi)) + math.log(series)
