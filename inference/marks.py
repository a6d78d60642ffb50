r"""The marks of incidents that nobody reported: how many died, and of which class.

.. math::
    P(n \mid 2\text{–}3),\ P(n \mid 4\text{–}7) &\sim \mathrm{Dirichlet}(1 + \text{observed}) \\
    P(n \mid 8+) &\propto n^{-(\tau + 1)}, \quad 8 \le n \le 500 \\
    P(\text{class} \mid c) &\sim \mathrm{Dirichlet}(2/K + \text{observed}_c)

All are drawn once a draw. Detection sees the size bin and no more, so that inside a bin the
numbers of the reported incidents speak for the unreported ones; all reports of the round,
history too, are used.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.evidence import Evidence
from ..data.rubric import Rubric
from ..data.world import LARGEST_EVENT, SIZE_EDGES, SIZES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNKNOWN_CLASS = "unknown"
CLASS_PRIOR_TOTAL = 2.0
"""Weight of the prior on class shares, in incidents, spread evenly over the K classes.

As much as two incidents: a kind with a dozen known classes speaks for itself, and one with
none is told neither to be even nor to be like other kinds: single draws put most of the
violence in one or two classes, another in each draw, so that what is not known stays wide.
"""
TAIL_GRID = np.arange(0.2, 6.0, 0.05)
"""Exponents τ of events with 8 dead or more."""
TAIL_PRIOR = (1.5, 0.4)
"""Median and log sd of τ ~ LogNormal: published exponents of the number of dead in attacks and
battles lie mostly between 1 and 2.5 (Clauset, Young & Gleditsch 2007 give 1.4 for attacks)."""

_LARGE = np.arange(SIZE_EDGES[-1], LARGEST_EVENT + 1)


class Marks(NamedTuple):
    """One draw of the marks' laws, as cumulative probabilities.

    ``numbers``: P(victims <= the bin's edge + i | bin), shape (size, i); ``classes``:
    P(class <= i | kind), shape (kind, i).
    """

    numbers: Floats
    classes: Floats


@dataclass(frozen=True)
class MarkPosterior:
    """What the reported incidents say of the marks.

    Attributes
    ----------
    classes
        Names of the class axis: known ones, then "unknown".
    reported
        Whether any incident of the round has a known class; else all stay "unknown".
    class_weights
        Dirichlet weights, shape (kind, known class).
    pair, quad
        Dirichlet weights of the numbers 2, 3 and 4, ..., 7.
    tail
        P(τ), shape of TAIL_GRID.
    numbers
        P(victims <= the bin's edge + i | bin), shape (size, i), where one knows it: then
        ``pair``, ``quad`` and ``tail`` are not asked.
    """

    classes: tuple[str, ...]
    reported: bool
    class_weights: Floats
    pair: Floats
    quad: Floats
    tail: Floats
    numbers: Floats | None = None

    def draw(self, rng: np.random.Generator) -> Marks:
        """Draw the laws of the marks once."""
        numbers = self._draw_numbers(rng) if self.numbers is None else self.numbers
        return Marks(numbers, self._draw_classes(rng))

    def _draw_numbers(self, rng: np.random.Generator) -> Floats:
        numbers = np.ones((len(SIZES), len(_LARGE)))
        for size, weights in ((2, self.pair), (3, self.quad)):
            numbers[size, : len(weights)] = _cumulative(rng.dirichlet(weights))
        numbers[4] = _TAILS[rng.choice(len(TAIL_GRID), p=self.tail)]
        return numbers

    def _draw_classes(self, rng: np.random.Generator) -> Floats:
        shares = np.zeros((len(self.class_weights), len(self.classes)))
        if not self.reported:
            shares[:, -1] = 1.0
        else:
            shares[:, :-1] = [rng.dirichlet(weights) for weights in self.class_weights]
        return _cumulative(shares)


def mark_posterior(evidence: Evidence, rubric: Rubric) -> MarkPosterior:
    """Learn the marks' laws from the reported incidents.

    Classes are the rubric's, then any that a report names and the rubric does not.
    """
    frame = evidence.incidents
    victims = frame["victims"].to_numpy(np.int64)
    named = frame["victim_class"].to_numpy(object)
    known = _known_classes(rubric, named)
    counts = np.zeros((len(evidence.axes.kinds), len(known)))
    for column, name in enumerate(known):
        kinds = frame["kind"].to_numpy(np.int64)[named == name]
        counts[:, column] = np.bincount(kinds, minlength=len(counts))
    return MarkPosterior(
        classes=(*known, UNKNOWN_CLASS),
        reported=bool(counts.sum() > 0),
        class_weights=counts + CLASS_PRIOR_TOTAL / max(len(known), 1),
        pair=1.0 + np.array([(victims == n).sum() for n in range(2, 4)]),
        quad=1.0 + np.array([(victims == n).sum() for n in range(4, 8)]),
        tail=tail_posterior(victims[victims >= SIZE_EDGES[-1]]),
    )


def _known_classes(rubric: Rubric, named: NDArray[np.object_]) -> tuple[str, ...]:
    strange = sorted(set(named) - set(rubric.victim_classes) - {UNKNOWN_CLASS})
    return (*(name for name in rubric.victim_classes if name != UNKNOWN_CLASS), *strange)


def class_codes(evidence: Evidence, classes: tuple[str, ...]) -> Ints:
    """Position of each incident's class, -1 where it is not known."""
    position = {name: code for code, name in enumerate(classes) if name != UNKNOWN_CLASS}
    named = evidence.incidents["victim_class"]
    return np.array([position.get(name, -1) for name in named], np.int64)


def tail_posterior(victims: Ints) -> Floats:
    """P(τ | numbers of events with 8 dead or more), shape of TAIL_GRID.

    A number above the cap of 500 speaks as one at the cap.
    """
    median, sd = TAIL_PRIOR
    prior = -0.5 * ((np.log(TAIL_GRID) - np.log(median)) / sd) ** 2 - np.log(TAIL_GRID)
    logs = np.log(np.minimum(victims, LARGEST_EVENT)).sum()
    norm = np.log((_LARGE[None, :] ** -(TAIL_GRID[:, None] + 1)).sum(axis=1))
    value = prior - (TAIL_GRID + 1) * logs - len(victims) * norm
    weights = np.exp(value - value.max())
    return np.asarray(weights / weights.sum())


def _cumulative(shares: NDArray[np.floating]) -> Floats:
    """Cumulative shares whose last is exactly one."""
    total = np.cumsum(shares, axis=-1)
    return np.asarray(total / total[..., -1:])


_TAILS = _cumulative(_LARGE[None, :] ** -(TAIL_GRID[:, None] + 1.0))


def known_numbers(in_bin: tuple[Floats, Floats], tail: float) -> Floats:
    """P(victims <= the bin's edge + i | bin), shape (size, i), as one has it who knows the law.

    Parameters
    ----------
    in_bin
        P(number | bin) of the numbers 2, 3 and 4, ..., 7.
    tail
        The exponent τ.
    """
    numbers = np.ones((len(SIZES), len(_LARGE)))
    for size, shares in zip((2, 3), in_bin, strict=True):
        numbers[size, : len(shares)] = _cumulative(shares)
    numbers[4] = _cumulative(_LARGE ** -(tail + 1.0))
    return numbers


def draw_large(exponent: int, n: int, rng: np.random.Generator) -> Ints:
    """Draw the dead of n events with 8 dead or more.

    Parameters
    ----------
    exponent
        Position in ``TAIL_GRID``.
    """
    return np.asarray(_LARGE[np.searchsorted(_TAILS[exponent], rng.random(n))], np.int64)
