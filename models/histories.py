"""Capture histories: who reported, who was silent, and where anybody was looking."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.attribution import OTHER
from ..data.evidence import SILENT, Evidence
from .engine import Floats, Ints
from .names import Names
from .quadrature import visibility_nodes

ABSENT, REPORTED, WAS_SILENT = 0, 1, 2


@dataclass(frozen=True)
class Histories:
    """Who reported and who was silent, and where anybody was looking.

    ``listers`` are the sources with informative silence, the only ones with a detection
    probability. A *context* is a distinct (region, kind, who was looking).

    Attributes
    ----------
    listers
        Positions of the listers among all sources.
    region, kind, size, mark
        Of each distinct history row, shape (history,); ``mark`` is ABSENT, REPORTED or
        WAS_SILENT, shape (history, lister).
    context_region, context_kind, context_looking
        Of each context, shape (context,) and (context, lister).
    cell_context
        Context of each cell, shape (cell,).
    listing_class, class_author
        Authors that every source lists alike share a class: class of each author, and one
        author of each class.
    nodes, weights
        Quadrature of the visibility.
    """

    listers: Ints
    region: Ints
    kind: Ints
    size: Ints
    mark: Ints
    context_region: Ints
    context_kind: Ints
    context_looking: NDArray[np.bool_]
    cell_context: Ints
    listing_class: Ints
    class_author: Ints
    nodes: Floats
    weights: Floats


def histories_of(
    evidence: Evidence, names: Names, patterns: xr.Dataset, cells: tuple[Ints, Ints, Ints]
) -> tuple[Histories, Ints]:
    """Collect the histories of ``Evidence.patterns()``, and the history of each pattern.

    Parameters
    ----------
    cells
        Region, period and kind of each included cell.
    """
    listers = np.nonzero(evidence.looking.any(axis=(1, 2, 3)))[0]
    history, history_of = _marked_rows(evidence.looking[listers], patterns, listers)
    context, context_of = _contexts(evidence.looking[listers], cells)
    listing_class, class_author = _listing_classes(evidence, names, listers)
    nodes, weights = visibility_nodes(len(listers))
    return Histories(
        listers=listers,
        region=history[:, 0],
        kind=history[:, 1],
        size=history[:, 2],
        mark=history[:, 3:],
        context_region=context[:, 0],
        context_kind=context[:, 1],
        context_looking=context[:, 2:].astype(bool),
        cell_context=context_of,
        listing_class=listing_class,
        class_author=class_author,
        nodes=nodes,
        weights=weights,
    ), history_of


def _marked_rows(
    looking: NDArray[np.bool_], patterns: xr.Dataset, listers: Ints
) -> tuple[Ints, Ints]:
    """Distinct (region, kind, size, mark of each lister), and the row of each pattern."""
    r, t, c, v = (patterns[name].to_numpy() for name in ("region", "period", "kind", "size"))
    reported = patterns["said"].to_numpy()[:, listers] != SILENT
    mark = np.where(reported, REPORTED, WAS_SILENT) * looking[:, r, t, c].T
    rows, inverse = np.unique(np.column_stack([r, c, v, mark]), axis=0, return_inverse=True)
    return rows, inverse.ravel()


def _contexts(looking: NDArray[np.bool_], cells: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints]:
    """Distinct (region, kind, who was looking), and the row of each cell."""
    region, period, kind = cells
    rows, inverse = np.unique(
        np.column_stack([region, kind, looking[:, region, period, kind].T]),
        axis=0, return_inverse=True,
    )  # fmt: skip
    return rows, inverse.ravel()


def _listing_classes(evidence: Evidence, names: Names, listers: Ints) -> tuple[Ints, Ints]:
    """Group authors whose incidents every source lists with the same probability."""
    coverage = set(evidence.axes.sources["coverage"].iloc[listers])
    authors = pd.Series(names.authors, dtype=object)
    if "contenders_only" in coverage:
        label = authors
    elif "attributed_only" in coverage:
        label = (authors == OTHER).astype(str)
    else:
        label = authors.map(lambda _: "all")
    codes, uniques = pd.factorize(label)
    first = [int(np.argmax(codes == i)) for i in range(len(uniques))]
    return codes.astype(np.int64), np.array(first, np.int64)
