"""Tables of indices as the compiled loops take them: entries of rows one behind the other."""

import numpy as np

from ..data.arrays import Ints


def ints(values: object) -> Ints:
    """Indices as the loops take them."""
    return np.ascontiguousarray(np.asarray(values), dtype=np.int64)


def starts(lengths: list[int] | Ints) -> Ints:
    """Where each run of so many entries begins, and the last one ends."""
    return ints(np.concatenate([[0], np.cumsum(lengths)]))


def runs(table: Ints) -> tuple[Ints, Ints]:
    """Distinct rows of a sorted table, and where the run of each begins and the last one ends."""
    new = np.ones(len(table), bool)
    new[1:] = (table[1:] != table[:-1]).any(axis=1)
    return table[new], np.append(np.flatnonzero(new), len(table))


def flat(table: Ints) -> tuple[Ints, Ints]:
    """Where each row's entries begin, and all entries that are not -1."""
    there = table >= 0
    return starts(there.sum(axis=1)), ints(table[there])
