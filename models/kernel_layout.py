"""The index arrays of the compiled likelihood, laid out for its loops."""

from typing import NamedTuple, cast

import numpy as np

from .compiled import jit
from .design import Design, Patterns
from .detection import Rows, observed_rows, unseen_rows
from .engine import Floats, Ints
from .structs import Pointer, Struct, define, register


class RowIndex(NamedTuple):
    """Histories, in runs of one place; a place is a (spot, size).

    ``order[start[i]:start[i + 1]]`` are the rows of place i; ``victim_class``: (row,);
    ``mark``: (row, lister).
    """

    start: Ints
    order: Ints
    victim_class: Ints
    mark: Ints


class Layout(NamedTuple):
    """All that the loops know beside the parameters.

    Attributes
    ----------
    spots
        ``region, kind, lag, epoch, locale`` of each spot, shape (spot, 5).
    lag_start
        Where each lag class begins among the lag nodes.
    alone
        Listers in no group, shape (lister alone,).
    group_start, grouped
        Where each group begins among the grouped listers, and which these are.
    group_nodes, group_weights
        Quadrature of a group's own visibility.
    rows
        The histories of the evidence, then all silent in each (context, size, class), so that
        what a place asks for is worked out once for both.
    first_silent
        Where the silent ones begin.
    cells
        ``region, period, kind, context`` of each cell, shape (cell, 4).
    contexts
        ``region, kind, setting`` of each context, shape (context, 3).
    patterns
        ``count, cell, size, history, attribution row`` of each pattern, shape (pattern, 5).
    reach_class, claim_class
        Of each author, and of each claim.
    class_author
        One author of each reach class.
    moments
        1, E[V] and E[V²] of the number of victims in each size bin, shape (3, size).
    total_start, total_cell, total_share
        Cells of each aggregate and the shares of them that it covers.
    total_author
        Which authors an aggregate counts, shape (aggregate, author).
    """

    spots: Ints
    lag_start: Ints
    alone: Ints
    group_start: Ints
    grouped: Ints
    group_nodes: Floats
    group_weights: Floats
    rows: RowIndex
    first_silent: int
    cells: Ints
    contexts: Ints
    patterns: Ints
    reach_class: Ints
    claim_class: Ints
    class_author: Ints
    moments: Floats
    total_start: Ints
    total_cell: Ints
    total_share: Floats
    total_author: Floats


@register
class _LayoutStruct(Struct):
    pass


class LayoutRef(Pointer):
    """``Layout`` as one pointer."""


define(LayoutRef, _LayoutStruct, Layout)


@jit
def _pack(record):  # type: ignore[no-untyped-def]
    return LayoutRef(*record)


def layout(design: Design, patterns: Patterns | None = None) -> LayoutRef:
    """Lay out the index arrays of one design.

    Parameters
    ----------
    patterns
        Those to be worked out; default: the ones that the likelihood counts.
    """
    h, p, around = design.histories, patterns or design.counted, design.around
    spots = [h.spot_region, h.spot_kind, h.spot_lag, h.spot_epoch, h.spot_locale]
    cells = [design.cell_region, design.cell_period, design.cell_kind, h.cell_context]
    setting = around.locale_setting[h.spot_locale[h.context_spot]]
    sizes = [len(group) for group in h.groups]
    start, cell, share, author = total_scopes(design)
    seen = observed_rows(design) if patterns is None else by_class(design)
    record = Layout(
        spots=_table(spots),
        lag_start=around.lag_start,
        alone=_ints([s for s in range(len(h.listers)) if s not in h.grouped]),
        group_start=_ints(np.concatenate([[0], np.cumsum(sizes)])),
        grouped=_ints(h.grouped),
        group_nodes=h.group_nodes,
        group_weights=h.group_weights,
        rows=_rows(seen, unseen_rows(design), design),
        first_silent=len(seen.spot),
        cells=_table(cells),
        contexts=_table([h.context_region, h.context_kind, setting]),
        patterns=_table([p.count, p.cell, p.size, p.history, p.attribution]),
        reach_class=_ints(h.classes.of_author),
        claim_class=_ints(h.classes.of_claim),
        class_author=_ints(h.classes.author),
        moments=design.moments,
        total_start=start,
        total_cell=cell,
        total_share=share,
        total_author=author,
    )
    return cast("LayoutRef", _pack(record))


def _rows(seen: Rows, silent: Rows, design: Design) -> RowIndex:
    both = Rows(*(np.concatenate(parts) for parts in zip(seen, silent, strict=True)))
    n_size = design.sizes["size"]
    place = both.spot * n_size + both.size
    counts = np.bincount(place, minlength=len(design.histories.spot_region) * n_size)
    return RowIndex(
        start=_ints(np.concatenate([[0], np.cumsum(counts)])),
        order=_ints(np.argsort(place, kind="stable")),
        victim_class=_ints(both.victim_class),
        mark=np.ascontiguousarray(both.mark, dtype=np.int64),
    )


def by_class(design: Design) -> Rows:
    """The histories of the evidence once for each class of victims: row = history x class."""
    rows, n = observed_rows(design), design.sizes["victim_class"]
    again = np.repeat(np.arange(len(rows.spot)), n)
    victim_class = np.tile(np.arange(n), len(rows.spot))
    return Rows(rows.spot[again], rows.size[again], victim_class, rows.mark[again])


def total_scopes(design: Design) -> tuple[Ints, Ints, Floats, Floats]:
    """Cells of each aggregate in runs, their shares, and its authors."""
    found, n_author = design.evidence.aggregates, len(design.names.authors)
    if found is None or not len(found) or not design.structure.totals:
        return _ints([0]), _ints([]), np.zeros(0), np.zeros((0, n_author))
    shape = (*design.evidence.included.shape, design.sizes["kind"])
    number = np.full(shape, -1)
    number[design.cell_region, design.cell_period, design.cell_kind] = np.arange(
        len(design.cell_kind)
    )
    scope = found.scope
    cell = number[scope.region, scope.period, scope.kind]
    counts = np.bincount(scope.aggregate[cell >= 0], minlength=len(found))
    return (
        _ints(np.concatenate([[0], np.cumsum(counts)])), _ints(cell[cell >= 0]),
        np.ascontiguousarray(scope.share[cell >= 0]), found.authors.astype(float),
    )  # fmt: skip


def _table(columns: list[Ints]) -> Ints:
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.int64)


def _ints(values: object) -> Ints:
    return np.ascontiguousarray(np.asarray(values), dtype=np.int64)
