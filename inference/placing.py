"""One realization as one compiled loop: incidents, seen and unseen, given to organizations.

Plain arrays only; ``realize`` gives them names. Randomness comes from the numpy Generator
that is passed in, so that a seed fixes the result. All loops are in this one file: compiled
code is kept under a key of the file that it is written in.
"""

import numpy as np

from ..data.world import SIZE_EDGES
from ..models.compiled import jit
from .division import Shares
from .marks import Marks
from .records import Counts, Event, Floats, Observed, Places

MOST_UNSEEN = 100_000_000
"""Unreported incidents of one draw. Whatever expects more is no result but a broken fit, which
the gate on the draws refuses (``diagnose``); until then so many stand for them. So many are
counted in 32 bits; their dead, up to ``LARGEST_EVENT`` in each, need 64."""
FEW = 4
"""So many incidents of one author, cell and size are drawn as fast one by one as together."""

_EDGES = np.array(SIZE_EDGES)


@jit
def fill(  # type: ignore[no-untyped-def]
    rng: np.random.Generator,
    responsibilities: Floats,
    unseen: Floats,
    observed: Observed,
    places: Places,
    marks: Marks,
    shares: Shares,
    counts: Counts,
):
    """Fill ``counts`` with one realization.

    Parameters
    ----------
    responsibilities
        Cumulative weights of the authors of each pattern, shape (pattern, author).
    unseen
        Cumulative expected incidents that nobody reports, over (author, cell, size) in that
        order, shape (author * cell * size,).
    """
    shape = (places.sides.shape[0], places.kind.shape[0], marks.numbers.shape[0])
    held = np.zeros(shape, np.int64)
    for i in range(observed.pattern.shape[0]):
        author = _pick(rng, responsibilities[observed.pattern[i]])
        cell = observed.cell[i]
        if observed.is_held[i]:
            held[author, cell, observed.size[i]] += 1
        event = _observed_event(rng, observed, i, author, marks.classes[places.kind[cell]])
        actor = _place(rng, event, places, shares, counts)
        if 0 <= actor < places.n_organizations:
            for s in range(counts.listed.shape[0]):
                counts.listed[s] += observed.reported[i, s]
    _fill_unseen(rng, unseen, held, places, marks, shares, counts)


@jit
def _observed_event(rng, observed, i, author, classes):  # type: ignore[no-untyped-def]
    """Draw what is not known of a reported incident: its dead, its class.

    Its size follows the dead that are drawn. Where these are fewer than its reports count by
    side, those who are left out of the count are drawn evenly: neither side is cut first.
    """
    dead = _told_dead(rng, observed.told, i)
    victim_class = observed.victim_class[i]
    if victim_class < 0:
        victim_class = _pick(rng, classes)
    first, second = observed.by_first[i], observed.by_second[i]
    if observed.counted_by[i] != author:
        first, second = 0, 0
    while first + second > dead:
        if rng.random() * (first + second) < first:
            first -= 1
        else:
            second -= 1
    size = np.searchsorted(_EDGES, dead, side="right") - 1
    return Event(author, observed.cell[i], size, dead, victim_class, first, second)


@jit
def _told_dead(rng, told, i):  # type: ignore[no-untyped-def]
    """Draw the dead of one reported incident; no random number is used for a single answer."""
    report, last = told.begins[i], told.begins[i + 1] - 1
    if last > report:
        report = min(report + int(rng.random() * (last - report + 1)), last)
    return _within(rng, told.low[report], told.best[report], told.high[report])


@jit
def _within(rng, low, best, high):  # type: ignore[no-untyped-def]
    """Draw a number by the law of one report (``told``): of its two slopes the left has the top."""
    if low == high:
        return best
    left, right = best - low, high - best
    if rng.random() * (left + right + 2) < left + 2:
        return low + _climb(rng, left + 1) - 1
    return high - _climb(rng, right) + 1


@jit
def _climb(rng, top):  # type: ignore[no-untyped-def]
    """Draw i of 1, …, top with probability proportional to i."""
    level = rng.random() * top * (top + 1.0) / 2.0
    i = int(np.ceil((np.sqrt(1.0 + 8.0 * level) - 1.0) / 2.0))
    return min(max(i, 1), top)


@jit
def _fill_unseen(rng, unseen, held, places, marks, shares, counts):  # type: ignore[no-untyped-def]
    """Draw the incidents that no informative source reported.

    All of one draw are one Poisson number, dealt to (author, cell, size) by the expected
    shares: the same law as a Poisson number in each. Those already known from a source whose
    silence says nothing are among them, so that as many of the same author, cell and size
    are left out.
    """
    n_cell, n_size = held.shape[1:]
    if unseen.shape[0] == 0 or not unseen[-1] > 0.0:
        return
    happened = _deal(rng, rng.poisson(min(unseen[-1], MOST_UNSEEN)), unseen)
    for where in np.flatnonzero(happened):
        size = where % n_size
        cell = where // n_size % n_cell
        author = where // (n_size * n_cell)
        number = happened[where] - held[author, cell, size]
        if number > FEW:
            _place_group(rng, number, author, cell, size, places, marks, shares, counts)
            continue
        for _ in range(number):
            victims = _EDGES[size] + _pick(rng, marks.numbers[size])
            victim_class = _pick(rng, marks.classes[places.kind[cell]])
            event = Event(author, cell, size, victims, victim_class, 0, 0)
            _place(rng, event, places, shares, counts)


@jit
def _place_group(  # type: ignore[no-untyped-def]
    rng, number, author, cell, size, places, marks, shares, counts
):
    """Count incidents of one author, cell and size as ``_place`` would one after the other.

    The side of an incident and the sides of its dead are independent of each other, so that
    the sums over all incidents of one victim class are divided at once.
    """
    classes = _deal(rng, number, marks.classes[places.kind[cell]])
    for victim_class in range(classes.shape[0]):
        happened = classes[victim_class]
        if happened == 0:
            continue
        dead = happened * _EDGES[size] + _excess(rng, happened, marks.numbers[size])
        event = Event(author, cell, size, dead, victim_class, 0, 0)
        first = rng.binomial(happened, shares.split[author])
        killed = rng.binomial(dead, shares.split[author])
        _place_side(rng, event, 0, first, killed, places, shares, counts)
        _place_side(rng, event, 1, happened - first, dead - killed, places, shares, counts)


@jit
def _excess(rng, number, numbers):  # type: ignore[no-untyped-def]
    """Draw the dead beyond the bin's edge of so many incidents, together."""
    dealt = _deal(rng, number, numbers)
    return (np.arange(dealt.shape[0]) * dealt).sum()


@jit
def _place_side(  # type: ignore[no-untyped-def]
    rng, event, side, happened, dead, places, shares, counts
):
    """Count what one side did for its members."""
    name = places.sides[event.author, side]
    given = _deal(rng, happened, shares.members[name])
    killed = _deal(rng, dead, shares.members[name])
    for m in range(given.shape[0]):
        who = places.members[name, m]
        if who >= 0:
            _add_incidents(counts, who, event, places, given[m])
            _add_victims(counts, who, event, places, killed[m])


@jit
def _deal(rng, number, cumulative):  # type: ignore[no-untyped-def]
    """Draw how many of a number fall on each position, by cumulative weights.

    Positions behind the last that has a weight are left away. A number below that of the
    positions is dealt one by one, a larger one position by position: the time that it takes
    is bounded by the positions alone.
    """
    last = np.searchsorted(cumulative, cumulative[-1])
    dealt = np.zeros(last + 1, np.int64)
    if number < last:
        for _ in range(number):
            dealt[_pick(rng, cumulative[: last + 1])] += 1
        return dealt
    below = 0.0
    for i in range(last):
        dealt[i] = rng.binomial(number, (cumulative[i] - below) / (cumulative[last] - below))
        number -= dealt[i]
        below = cumulative[i]
    dealt[last] = number
    return dealt


@jit
def _pick(rng, cumulative):  # type: ignore[no-untyped-def]
    """Draw a position from cumulative weights."""
    last = cumulative.shape[0] - 1
    level = rng.random() * cumulative[last]
    return min(np.searchsorted(cumulative, level, side="right"), last)


@jit
def _place(rng, event, places, shares, counts):  # type: ignore[no-untyped-def]
    """Count one incident and its dead; give back who answers for the incident."""
    sides = places.sides[event.author]
    side = 0 if rng.random() < shares.split[event.author] else 1
    actor = _member(rng, sides[side], places, shares)
    if actor >= 0:
        _add_incidents(counts, actor, event, places, 1)
    if sides[0] == sides[1] and shares.members[sides[0], 0] >= 1.0:
        if actor >= 0:
            _add_victims(counts, actor, event, places, event.victims)
        return actor
    split = shares.split[event.author]
    for number in range(event.victims):
        if number < event.by_first:
            side = 0
        elif number < event.by_first + event.by_second:
            side = 1
        else:
            side = 0 if rng.random() < split else 1
        killer = _member(rng, sides[side], places, shares)
        if killer >= 0:
            _add_victims(counts, killer, event, places, 1)
    return actor


@jit
def _member(rng, name, places, shares):  # type: ignore[no-untyped-def]
    """Draw one member of a side; -1 is ``other`` where it has no axis."""
    if shares.members[name, 0] >= 1.0:
        return places.members[name, 0]
    return places.members[name, _pick(rng, shares.members[name])]


@jit
def _add_incidents(counts, who, event, places, number):  # type: ignore[no-untyped-def]
    cell = event.cell
    kind, region = places.kind[cell], places.region[cell]
    counts.incidents[who, kind, event.victim_class, event.size] += number
    counts.incidents_by_region[who, region] += number
    counts.incidents_by_period[who, places.period[cell]] += number
    if who < places.n_organizations:
        counts.incidents_by_place[region, kind, event.victim_class, event.size] += number


@jit
def _add_victims(counts, who, event, places, dead):  # type: ignore[no-untyped-def]
    cell = event.cell
    kind, region = places.kind[cell], places.region[cell]
    counts.victims[who, kind, event.victim_class, event.size] += dead
    counts.victims_by_region[who, region] += dead
    counts.victims_by_period[who, places.period[cell]] += dead
    if who < places.n_organizations:
        counts.victims_by_place[region, kind, event.victim_class, event.size] += dead
