r"""Answers of a group as sums of few moments, which do not change from day to day.

An answer is E Π p over those who reported times Π (1 - pFL) over those who were silent, the mean
over what the group shares. Now 1 - pFL = (1 - p) + p h with h = 1 - FL, the share *held back*:

.. math:: E \prod_{R} p \prod_{Z} (1 - p F L) = \sum_{T \subseteq Z} \prod_{T} h \;
    E \prod_{R \cup T} p \prod_{Z \setminus T} (1 - p)

where all terms are positive: nothing cancels. The *moments* E Π hang on the place alone, those of
a day and locale on h alone, and only those who may hold anything back count in T. Where too many
may, the answer is worked out node by node: it has no terms.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Ints
from .kernel_runs import flat, ints

MOST_HELD = 4
"""Silent members that may hold back; with more, 32 terms or more would cost as much as nodes."""


class AnswerIndex(NamedTuple):
    """What answers are made of, answers in the order of visits.

    Attributes
    ----------
    part_start, part
        Factors of each answer in runs: lister ``s`` reported (``2 s``), was silent (``2 s + 1``).
    term_start, term_moment
        Terms of each answer in runs, the one of T = ∅ first, and its moment, numbered within a
        place.
    held_start, held
        Listers in T of each term in runs.
    moment_start, piece_start, piece
        Where the moments of each place begin; factors of each moment in runs, as of answers, but
        silence is 1 - p.
    """

    part_start: Ints
    part: Ints
    term_start: Ints
    term_moment: Ints
    held_start: Ints
    held: Ints
    moment_start: Ints
    piece_start: Ints
    piece: Ints


def answer_index(parts: Ints, place_start: Ints, may_hold: NDArray[np.bool_]) -> AnswerIndex:
    """Split answers into terms.

    Parameters
    ----------
    parts
        Factors of each answer, -1 where there is none, shape (answer, part).
    place_start
        Where the answers of each place begin.
    may_hold
        Of each lister, whether it may hold back what it saw.
    """
    holds = (parts >= 0) & (parts % 2 == 1) & may_hold[parts // 2]
    answer, held, pieces = _terms(parts, holds)
    place = np.repeat(np.arange(len(place_start) - 1), np.diff(place_start))
    table = np.column_stack([place[answer], pieces])
    moments, which = np.unique(table, axis=0, return_inverse=True)
    moment_start = np.searchsorted(moments[:, 0], np.arange(len(place_start)))
    local = which.ravel() - moment_start[place[answer]]
    term_start = np.searchsorted(answer, np.arange(len(parts) + 1))
    return AnswerIndex(
        *flat(parts), ints(term_start), ints(local), *flat(held), ints(moment_start),
        *flat(moments[:, 1:]),
    )  # fmt: skip


def _terms(parts: Ints, holds: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Answer, listers of T and factors of every term; answers in order, smallest T first."""
    few = holds.sum(axis=1) <= MOST_HELD
    found = []
    for size in range(min(MOST_HELD, parts.shape[1]) + 1):
        for columns in map(list, combinations(range(parts.shape[1]), size)):
            answer = np.flatnonzero(few & holds[:, columns].all(axis=1))
            pieces, held = parts[answer], np.full((len(answer), MOST_HELD), -1)
            held[:, :size] = pieces[:, columns] // 2
            pieces[:, columns] -= 1
            found.append((answer, held, pieces))
    answer, held, pieces = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(answer, kind="stable")
    return answer[order], held[order], pieces[order]
