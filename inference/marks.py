r"""The marks of incidents that nobody reported: how many died, and of which class.

.. math::
    P(\text{class} \mid c) \sim \mathrm{Dirichlet}(2/K + \text{observed}_c)

and the numbers by the laws of ``models.numbers``. All are drawn once a draw; all reports of the
round, history too, are used.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.evidence import Evidence
from ..data.rubric import Rubric
from ..data.values import UNKNOWN_CLASS
from ..data.world import SIZES
from ..models.numbers import LARGE, TAIL_GRID, TAILS, Numbers, cumulative, numbers_of

CLASS_PRIOR_TOTAL = 2.0
"""Weight of the prior on class shares, in incidents, spread evenly over the K classes.

As much as two incidents: a kind with a dozen known classes speaks for itself, and one with
none is told neither to be even nor to be like other kinds: single draws put most of the
violence in one or two classes, another in each draw, so that what is not known stays wide.
"""


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
    of_bins
        Of the numbers inside the size bins.
    numbers
        P(victims <= the bin's edge + i | bin), shape (size, i), where one knows it: then
        ``of_bins`` is not asked.
    """

    classes: tuple[str, ...]
    reported: bool
    class_weights: Floats
    of_bins: Numbers
    numbers: Floats | None = None

    def draw(self, rng: np.random.Generator) -> Marks:
        """Draw the laws of the marks once."""
        numbers = self._draw_numbers(rng) if self.numbers is None else self.numbers
        return Marks(numbers, self._draw_classes(rng))

    def _draw_numbers(self, rng: np.random.Generator) -> Floats:
        numbers = np.ones((len(SIZES), len(LARGE)))
        for size, weights in ((2, self.of_bins.pair), (3, self.of_bins.quad)):
            numbers[size, : len(weights)] = cumulative(rng.dirichlet(weights))
        numbers[4] = TAILS[rng.choice(len(TAIL_GRID), p=self.of_bins.tail)]
        return numbers

    def _draw_classes(self, rng: np.random.Generator) -> Floats:
        shares = np.zeros((len(self.class_weights), len(self.classes)))
        if not self.reported:
            shares[:, -1] = 1.0
        else:
            shares[:, :-1] = [rng.dirichlet(weights) for weights in self.class_weights]
        return cumulative(shares)


def mark_posterior(evidence: Evidence, rubric: Rubric) -> MarkPosterior:
    """Learn the marks' laws from the reported incidents.

    Classes are the rubric's, then any that a report names and the rubric does not.
    """
    frame = evidence.incidents
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
        of_bins=numbers_of(frame["victims"].to_numpy(np.int64)),
    )


def _known_classes(rubric: Rubric, named: NDArray[np.object_]) -> tuple[str, ...]:
    strange = sorted(set(named) - set(rubric.victim_classes) - {UNKNOWN_CLASS})
    return (*(name for name in rubric.victim_classes if name != UNKNOWN_CLASS), *strange)


def class_codes(evidence: Evidence, classes: tuple[str, ...]) -> Ints:
    """Position of each incident's class, -1 where it is not known."""
    position = {name: code for code, name in enumerate(classes) if name != UNKNOWN_CLASS}
    named = evidence.incidents["victim_class"]
    return np.array([position.get(name, -1) for name in named], np.int64)


def known_numbers(in_bin: tuple[Floats, Floats], tail: float) -> Floats:
    """P(victims <= the bin's edge + i | bin), shape (size, i), as one has it who knows the law.

    Parameters
    ----------
    in_bin
        P(number | bin) of the numbers 2, 3 and 4, ..., 7.
    tail
        The exponent τ.
    """
    numbers = np.ones((len(SIZES), len(LARGE)))
    for size, shares in zip((2, 3), in_bin, strict=True):
        numbers[size, : len(shares)] = cumulative(shares)
    numbers[4] = cumulative(LARGE ** -(tail + 1.0))
    return numbers
