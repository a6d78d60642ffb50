"""Which inclusive totals and coarse records may count the same dead, and how many of them.

A pair is an inclusive total of victims and a residual record of victims of another series that
cover common cells, where everybody who can be behind the record can be behind the total too. Of
what both may count, λ_VV + D, see ``victim_totals``. Pairs whose authors overlap in part, and
totals of one victim class, are left alone: how many of their dead are common is not known.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.aggregates import Aggregates
from ..data.arrays import Floats, Ints
from ..data.totals import ANY, INCLUSIVE, RESIDUAL, VICTIMS


@dataclass(frozen=True)
class Overlap:
    """Pairs, and the common cells of each.

    Attributes
    ----------
    inclusive, residual
        Numbers of the aggregates, shape (pair,).
    pair, of_total, of_record
        Pair of each common cell, and the entries of both there, shape (common,).
    share
        How much of the record's days there the total covers too, shape (common,).
    """

    inclusive: Ints
    residual: Ints
    pair: Ints
    of_total: Ints
    of_record: Ints
    share: Floats


def overlap_of(found: Aggregates, owner: Ints, cell: Ints, share: Floats) -> Overlap:
    """Find the pairs.

    Parameters
    ----------
    owner, cell, share
        Aggregate and cell of each entry, and what share of the cell's days is covered; (entry,).
    """
    entries = pd.DataFrame({"cell": cell, "entry": np.arange(len(cell))})
    total, record = (entries[chosen[owner]] for chosen in _kinds(found))
    i, j = total.merge(record, on="cell")[["entry_x", "entry_y"]].to_numpy(np.int64).T
    fits = _may_share(found, owner[i], owner[j])
    i, j = i[fits], j[fits]
    pairs, pair = np.unique(np.column_stack([owner[i], owner[j]]), axis=0, return_inverse=True)
    common = np.minimum(share[i] / share[j], 1.0)
    return Overlap(pairs[:, 0], pairs[:, 1], pair.reshape(-1), i, j, common)


def _kinds(found: Aggregates) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether an aggregate can be the one, or the other, of a pair."""
    table = found.table
    counts = ((table["unit"] == VICTIMS) & (table["victim_class"] == ANY)).to_numpy(bool)
    inclusive, residual = ((table["scope"] == s).to_numpy(bool) for s in (INCLUSIVE, RESIDUAL))
    return counts & inclusive, counts & residual


def _may_share(found: Aggregates, total: Ints, record: Ints) -> NDArray[np.bool_]:
    series = found.table["series"].to_numpy(str)
    inside = (found.authors[total] | ~found.authors[record]).all(axis=1)
    return np.asarray(inside & (series[total] != series[record]))
