r"""How many died in an incident of a size bin: laws that the reported incidents inform.

.. math::
    P(n \mid 2\text{–}3),\ P(n \mid 4\text{–}7) &\sim \mathrm{Dirichlet}(1 + \text{observed}) \\
    P(n \mid 8+) &\propto n^{-(\tau + 1)}, \quad 8 \le n \le 500

Detection sees the size bin and no more, so that inside a bin the numbers of the reported incidents
speak for the unreported ones; all reports of the round, history too, are used. Where detection
rises with the dead beyond 8, the large events that nobody reported are smaller than this has them.

Totals of victims (``aggregates``) take the moments of these laws, and the unseen are given numbers
by them (``inference.marks``): were one of the two to know the reported numbers only, the dead that
a total is thought to hold would be other dead than those that are scored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.world import LARGEST_EVENT, SIZE_EDGES, SIZES

TAIL_GRID = np.arange(0.2, 6.0, 0.05)
"""Exponents τ of events with 8 dead or more."""
TAIL_PRIOR = (1.5, 0.4)
"""Median and log sd of τ ~ LogNormal: published exponents of the number of dead in attacks and
battles lie mostly between 1 and 2.5 (Clauset, Young & Gleditsch 2007 give 1.4 for attacks)."""
LARGE = np.arange(SIZE_EDGES[-1], LARGEST_EVENT + 1)
"""Numbers of dead of the last bin."""


class Numbers(NamedTuple):
    """What the reported incidents say of the numbers inside the bins.

    ``pair, quad``: Dirichlet weights of 2, 3 and of 4, …, 7; ``tail``: P(τ), shape of
    ``TAIL_GRID``.
    """

    pair: Floats
    quad: Floats
    tail: Floats


def numbers_of(victims: Ints) -> Numbers:
    """Learn the laws from the settled dead of the reported incidents, shape (incident,)."""
    two, four, last = SIZE_EDGES[2:]
    counts = np.bincount(np.clip(victims, 0, last), minlength=last).astype(float)
    return Numbers(
        pair=1.0 + counts[two:four],
        quad=1.0 + counts[four:last],
        tail=tail_posterior(victims[victims >= last]),
    )


def tail_posterior(victims: Ints) -> Floats:
    """P(τ | numbers of events with 8 dead or more), shape of TAIL_GRID.

    A number above the cap of 500 speaks as one at the cap.
    """
    median, sd = TAIL_PRIOR
    prior = -0.5 * ((np.log(TAIL_GRID) - np.log(median)) / sd) ** 2 - np.log(TAIL_GRID)
    logs = np.log(np.minimum(victims, LARGEST_EVENT)).sum()
    norm = np.log((LARGE[None, :] ** -(TAIL_GRID[:, None] + 1)).sum(axis=1))
    value = prior - (TAIL_GRID + 1) * logs - len(victims) * norm
    weights = np.exp(value - value.max())
    return np.asarray(weights / weights.sum())


def moments(found: Numbers) -> Floats:
    """1, E[V] and E[V²] of the dead of an unseen incident of each size bin, shape (3, size).

    Over what is not known of the laws, too: of 8 and more the mean over τ.
    """
    result = np.ones((3, len(SIZES)))
    result[1:, 0] = 0.0
    for size, weights in ((2, found.pair), (3, found.quad)):
        result[1:, size] = _of(SIZE_EDGES[size] + np.arange(len(weights)), weights)
    result[1:, 4] = _of(LARGE, found.tail @ _laws())
    return result


def _of(numbers: Ints, weights: Floats) -> tuple[float, float]:
    shares = weights / weights.sum()
    return float(shares @ numbers), float(shares @ numbers**2.0)


def _laws() -> Floats:
    """P(n | τ) of events with 8 dead or more, shape (τ, n)."""
    law = LARGE[None, :] ** -(TAIL_GRID[:, None] + 1.0)
    return np.asarray(law / law.sum(axis=1, keepdims=True))


def cumulative(shares: NDArray[np.floating]) -> Floats:
    """Cumulative shares whose last is exactly one."""
    total = np.cumsum(shares, axis=-1)
    return np.asarray(total / total[..., -1:])


TAILS = cumulative(_laws())
"""P(at most n | τ), shape (τ, n)."""


def draw_large(exponent: int, n: int, rng: np.random.Generator) -> Ints:
    """Draw the dead of n events with 8 dead or more.

    Parameters
    ----------
    exponent
        Position in ``TAIL_GRID``.
    """
    return np.asarray(LARGE[np.searchsorted(TAILS[exponent], rng.random(n))], np.int64)
