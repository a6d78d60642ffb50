"""One realization as one compiled loop: incidents, seen and unseen, given to organizations.

Plain arrays only; ``realize`` gives them names. Randomness comes from the numpy Generator
that is passed in, so that a seed fixes the result.
"""

import numpy as np

from ..data.arrays import Floats, Ints
from ..data.world import SIZE_EDGES
from ..models.compiled import jit
from ..models.dealing import deal, pick
from .division import Shares
from .marks import Marks
from .records import Counts, Event, Observed, Places

FEW = 4
"""So many incidents of one author, cell and size are drawn as fast one by one as together."""

_EDGES = np.array(SIZE_EDGES)


@jit
def fill(  # type: ignore[no-untyped-def]
    rng: np.random.Generator,
    responsibilities: Floats,
    happened: Ints,
    free: Floats,
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
        Cumulative weights of the (author, class) of each pattern, shape (pattern, author x
        class).
    happened
        Incidents that no informative source reported, shape (author, cell, size, class).
    free
        How many of them were expected, 0 where totals had a part in the draw; same shape.
    """
    held = np.zeros(happened.shape, np.int64)
    for i in range(observed.pattern.shape[0]):
        author, known = divmod(pick(rng, responsibilities[observed.pattern[i]]), held.shape[3])
        cell = observed.cell[i]
        if observed.is_held[i]:
            held[author, cell, observed.size[i], known] += 1
        classes = marks.classes[places.kind[cell]]
        event = _observed_event(rng, observed, i, author, places.classes[known], classes)
        actor = _place(rng, event, places, shares, counts)
        if 0 <= actor < places.n_organizations:
            for s in range(counts.listed.shape[0]):
                counts.listed[s] += observed.reported[i, s]
    seen = counts.incidents_by_region.sum(axis=1)
    _fill_unseen(rng, _beyond(rng, happened, held, free), places, marks, shares, counts)
    counts.unseen_incidents[:] = counts.incidents_by_region.sum(axis=1) - seen


@jit
def _observed_event(rng, observed, i, author, known, classes):  # type: ignore[no-untyped-def]
    """Draw what is not known of a reported incident: its dead, its class.

    Its size follows the dead that are drawn. Where these are fewer than its reports count by
    side, those who are left out of the count are drawn evenly: neither side is cut first.
    """
    dead = _told_dead(rng, observed.told, i)
    victim_class = observed.victim_class[i]
    if victim_class < 0:
        victim_class = known if known >= 0 else pick(rng, classes)
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
def _beyond(rng, happened, held, free):  # type: ignore[no-untyped-def]
    """Leave out those already known from a source whose silence says nothing.

    They are among the unreported of their author, cell, size and class, which are therefore at
    least as many: N given N ≥ held, by drawing N anew from that law where it was fewer.
    """
    beyond = happened.copy()
    for author, cell, size, known in zip(*np.nonzero(held)):  # noqa: B905 (numba)
        at = (author, cell, size, known)
        beyond[at] -= held[at]
        if beyond[at] < 0:
            beyond[at] = _more_than(rng, free[at], held[at])
    return beyond


@jit
def _more_than(rng, mean, fewest):  # type: ignore[no-untyped-def]
    """Draw N - fewest of N ~ Poisson(mean) given N ≥ fewest."""
    weight, whole, number = 1.0, 1.0, 0
    while weight > 1e-16 * whole:
        number += 1
        weight *= mean / (fewest + number)
        whole += weight
    level, weight, number = rng.random() * whole, 1.0, 0
    while level > weight and weight > 0.0:
        level -= weight
        number += 1
        weight *= mean / (fewest + number)
    return number


@jit
def _fill_unseen(rng, beyond, places, marks, shares, counts):  # type: ignore[no-untyped-def]
    """Place the incidents that nobody reported."""
    for author, cell, size, known in zip(*np.nonzero(beyond)):  # noqa: B905 (numba)
        number = beyond[author, cell, size, known]
        victim_class = places.classes[known]
        if number > FEW:
            _place_group(
                rng, number, author, cell, size, victim_class, places, marks, shares, counts
            )
            continue
        for _ in range(number):
            victims = _EDGES[size] + pick(rng, marks.numbers[size])
            own = victim_class
            if own < 0:
                own = pick(rng, marks.classes[places.kind[cell]])
            event = Event(author, cell, size, victims, own, 0, 0)
            _place(rng, event, places, shares, counts)


@jit
def _place_group(  # type: ignore[no-untyped-def]
    rng, number, author, cell, size, known, places, marks, shares, counts
):
    """Count incidents of one author, cell and size as ``_place`` would one after the other.

    The side of an incident and the sides of its dead are independent of each other, so that
    the sums over all incidents of one victim class are divided at once. ``known`` is their
    class, -1 where it is drawn.
    """
    classes = np.zeros(marks.classes.shape[1], np.int64)
    if known >= 0:
        classes[known] = number
    else:
        dealt = deal(rng, number, marks.classes[places.kind[cell]])
        classes[: dealt.shape[0]] = dealt
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
    dealt = deal(rng, number, numbers)
    return (np.arange(dealt.shape[0]) * dealt).sum()


@jit
def _place_side(  # type: ignore[no-untyped-def]
    rng, event, side, happened, dead, places, shares, counts
):
    """Count what one side did for its members."""
    name = places.sides[event.author, side]
    given = deal(rng, happened, shares.members[name])
    killed = deal(rng, dead, shares.members[name])
    for m in range(given.shape[0]):
        who = places.members[name, m]
        if who >= 0:
            _add_incidents(counts, who, event, places, given[m])
            _add_victims(counts, who, event, places, killed[m])


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
    return places.members[name, pick(rng, shares.members[name])]


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
