"""The compiled laws of totals for whole arrays, their numbers by name."""

from typing import NamedTuple

import numpy as np
from dtoscore.models import incident_totals, victim_totals
from dtoscore.models.victim_totals import Expected
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class IncidentTerm(NamedTuple):
    """Log-likelihood of totals of incidents, and its derivatives in λ, D and p."""

    value: Floats
    rate: Floats
    spread: Floats
    capture: Floats


def incidents(
    low: ArrayLike, high: ArrayLike, items: ArrayLike, held: ArrayLike,
    rate: ArrayLike, capture: ArrayLike, spread: ArrayLike = 0.0,
) -> IncidentTerm:  # fmt: skip
    given = np.broadcast_arrays(low, high, items, held, rate, capture, spread)
    each = np.vectorize(incident_totals.one, otypes=[float] * 4)
    return IncidentTerm(*each(*(x.astype(float) for x in given)))


class Shared(NamedTuple):
    """Numbers of a total and its record, and what both may count, (pair,)."""

    inclusive: Ints
    residual: Ints
    both: Floats


NOTHING_SHARED = Shared(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class VictimTerm(NamedTuple):
    """Log-likelihood of totals of victims, and derivatives of its weighted sum."""

    value: Floats
    rate: Floats
    rate_squares: Floats
    spread: Floats
    capture: Floats
    noise: Floats
    both: Floats


def victims(
    low: ArrayLike, high: ArrayLike, x: Expected, shared: Shared = NOTHING_SHARED,
    weight: ArrayLike = 1.0,
) -> VictimTerm:  # fmt: skip
    given = np.broadcast_arrays(low, high, weight, *x.items, *x[1:])
    rows = np.ascontiguousarray(given, dtype=float)
    found, d_both = victim_totals.terms(*rows[:3], rows[3:7], rows[7:], *shared)
    return VictimTerm(*found.T, d_both)
