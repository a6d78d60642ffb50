r"""What totals can tell apart of the unseen: strata, and the way back to who and where.

A total sees how many incidents of each size it covers, and nothing else of them. So the unseen of
a month that the same totals count in the same shares are alike to all of them, whoever did them,
of whatever kind and class: they are one stratum. Only the numbers by stratum and size have to be
drawn given the totals (``given_totals``); given these the incidents are dealt to (author, cell,
class) by their rates, exactly, because Poisson numbers given their sum are multinomial.

What no total counts is in no stratum.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from ..models import dealing
from ..models.compiled import jit
from ..models.kernel_runs import starts

Counted = tuple[tuple[int, float], ...]
"""Totals that count an incident, and the share of it that each of them counts."""


class Cover(NamedTuple):
    """Which totals cover each cell: one an entry.

    Attributes
    ----------
    cell, total
        Shape (entry,).
    share
        What the total counts of each author's incidents there, shape (entry, author).
    """

    cell: Ints
    total: Ints
    share: Floats


class Strata(NamedTuple):
    """Strata of the unseen, those of one month one behind the other.

    Attributes
    ----------
    block
        Month of each, a number among those that have strata: shape (stratum,).
    of_block
        Month b has strata ``of_block[b]`` to ``of_block[b + 1]``.
    start, total, share
        Stratum i is counted by entries ``start[i]`` to ``start[i + 1]``: by which total, and
        what share of it.
    of_total, member
        Total j counts strata ``member[of_total[j]]`` to ``member[of_total[j + 1] - 1]``.
    """

    block: Ints
    of_block: Ints
    start: Ints
    total: Ints
    share: Floats
    of_total: Ints
    member: Ints


class Pairs(NamedTuple):
    """Pairs of author and cell by stratum: ``start[i]`` to ``start[i + 1]`` are stratum i's.

    ``author, cell``: shape (pair,).
    """

    start: Ints
    author: Ints
    cell: Ints


def stratify(cover: Cover, of_cell: Ints, n_total: int) -> tuple[Ints, Strata, Pairs]:
    """Find the strata of all that some total counts.

    Parameters
    ----------
    of_cell
        Month of each cell, shape (cell,).

    Returns
    -------
    Months that have strata, shape (block,); the strata; their pairs of author and cell.
    """
    found = _alike(cover, of_cell)
    keys = sorted(found)
    blocks, block = np.unique(_ints([month for month, _ in keys]), return_inverse=True)
    counted = [totals for _, totals in keys]
    owner = np.repeat(np.arange(len(keys)), [len(totals) for totals in counted])
    total = _ints([j for totals in counted for j, _ in totals])
    share = np.array([x for totals in counted for _, x in totals], float)
    pairs = _ints([pair for key in keys for pair in found[key]]).reshape(-1, 2)
    order = np.argsort(total, kind="stable")
    strata = Strata(
        _ints(block), _ints(np.searchsorted(block, np.arange(len(blocks) + 1))),
        _starts(owner, len(keys)), total, share, _starts(total, n_total), owner[order],
    )  # fmt: skip
    size = np.repeat(np.arange(len(keys)), [len(found[key]) for key in keys])
    author, cell = (np.ascontiguousarray(x) for x in pairs.T)
    return blocks, strata, Pairs(_starts(size, len(keys)), author, cell)


def _alike(cover: Cover, of_cell: Ints) -> dict[tuple[int, Counted], list[tuple[int, int]]]:
    """Pairs (author, cell) of each month that the same totals count in the same shares."""
    result: dict[tuple[int, Counted], list[tuple[int, int]]] = {}
    order = np.lexsort((cover.total, cover.cell))
    cells, first = np.unique(cover.cell[order], return_index=True)
    for cell, entries in zip(cells, np.split(order, first[1:]), strict=False):
        for author in range(cover.share.shape[1]):
            counted = tuple(
                (int(cover.total[e]), float(cover.share[e, author]))
                for e in entries
                if cover.share[e, author] > 0.0
            )
            if counted:
                key = (int(of_cell[cell]), counted)
                result.setdefault(key, []).append((author, int(cell)))
    return result


def _ints(numbers: list[int] | Ints | list[tuple[int, int]]) -> Ints:
    return np.array(numbers, np.int64)


def _starts(owner: Ints, n: int) -> Ints:
    return np.asarray(starts(np.bincount(owner, minlength=n)))


def by_stratum(own: Floats, pairs: Pairs) -> Floats:
    """Sum what is expected of the pairs, shape (pair, size, class): (stratum, size)."""
    if not len(own):
        return np.zeros((0, own.shape[1]))
    return np.asarray(np.add.reduceat(own.sum(axis=2), pairs.start[:-1], axis=0))


@jit
def deal(  # type: ignore[no-untyped-def]
    rng: np.random.Generator, counts: Ints, own: Floats, start: Ints
):
    """Deal the incidents of each stratum and size to its pairs and classes by what is expected.

    Parameters
    ----------
    counts
        Shape (stratum, size).
    own
        What is expected of the pairs, shape (pair, size, class).
    start
        Of the pairs of each stratum.

    Returns
    -------
    Incidents, shape of ``own``.
    """
    dealt, width = np.zeros(own.shape, np.int64), own.shape[2]
    for i in range(counts.shape[0]):
        first, end = start[i], start[i + 1]
        for size in range(counts.shape[1]):
            if counts[i, size] > 0:
                given = dealing.deal(rng, counts[i, size], np.cumsum(own[first:end, size]))
                for place in range(given.shape[0]):
                    dealt[first + place // width, size, place % width] = given[place]
    return dealt
