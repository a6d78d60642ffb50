"""Whole numbers dealt to positions by weights, as compiled loops that draw from a Generator."""

import numpy as np

from .compiled import jit


@jit
def deal(rng, number, cumulative):  # type: ignore[no-untyped-def]
    """Draw how many of a number fall on each position, by cumulative weights.

    Positions behind the last that has a weight are left away. A number below that of the
    positions is dealt one by one, a larger one position by position: the time that it takes
    is bounded by the positions alone.
    """
    last = np.searchsorted(cumulative, cumulative[-1])
    dealt = np.zeros(last + 1, np.int64)
    if number < last:
        for _ in range(number):
            dealt[pick(rng, cumulative[: last + 1])] += 1
        return dealt
    below = 0.0
    for i in range(last):
        dealt[i] = rng.binomial(number, (cumulative[i] - below) / (cumulative[last] - below))
        number -= dealt[i]
        below = cumulative[i]
    dealt[last] = number
    return dealt


@jit
def pick(rng, cumulative):  # type: ignore[no-untyped-def]
    """Draw a position from cumulative weights."""
    last = cumulative.shape[0] - 1
    level = rng.random() * cumulative[last]
    return min(np.searchsorted(cumulative, level, side="right"), last)
