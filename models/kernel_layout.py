"""The index arrays of the compiled likelihood, laid out for its loops."""

from typing import NamedTuple, cast

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import jit
from .design import Design, Patterns
from .detection import Rows, observed_rows, unseen_rows
from .kernel_rows import RowIndex, row_index
from .kernel_runs import flat, ints
from .structs import Pointer, Struct, define, register
from .totals import total_scopes


class Layout(NamedTuple):
    """All that the loops know beside the parameters.

    Attributes
    ----------
    lag_start
        Where each lag class begins among the lag nodes.
    alone, grouped
        Listers in no group, and those in one, shapes (lister alone,), (grouped lister,).
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
    reach_class
        Of each author.
    class_author
        One author of each reach class.
    moments
        1, E[V] and E[V²] of the number of victims in each size bin, shape (3, size).
    total_start, total_cell, total_share
        Cells of each aggregate and the shares of them that it covers.
    total_author_start, total_author
        Authors that each aggregate counts, in runs.
    """

    lag_start: Ints
    alone: Ints
    grouped: Ints
    group_nodes: Floats
    group_weights: Floats
    rows: RowIndex
    first_silent: int
    cells: Ints
    contexts: Ints
    patterns: Ints
    reach_class: Ints
    class_author: Ints
    moments: Floats
    total_start: Ints
    total_cell: Ints
    total_share: Floats
    total_author_start: Ints
    total_author: Ints


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
    cells = [design.cell_region, design.cell_period, design.cell_kind, h.cell_context]
    setting = around.locale_setting[h.spot_locale[h.context_spot]]
    start, cell, share, counts = total_scopes(design)
    author_start, author = flat(np.where(counts > 0, np.arange(counts.shape[1]), -1))
    seen = observed_rows(design) if patterns is None else by_class(design)
    record = Layout(
        lag_start=around.lag_start,
        alone=ints([s for s in range(len(h.listers)) if s not in h.grouped]),
        grouped=ints(h.grouped),
        group_nodes=h.group_nodes,
        group_weights=h.group_weights,
        rows=row_index(_both(seen, unseen_rows(design)), design),
        first_silent=len(seen.spot),
        cells=_table(cells),
        contexts=_table([h.context_region, h.context_kind, setting]),
        patterns=_table([p.count, p.cell, p.size, p.history, p.attribution]),
        reach_class=ints(h.classes.of_author),
        class_author=ints(h.classes.author),
        moments=design.moments,
        total_start=start,
        total_cell=cell,
        total_share=share,
        total_author_start=author_start,
        total_author=author,
    )
    return cast("LayoutRef", _pack(record))


def _both(seen: Rows, silent: Rows) -> Rows:
    return Rows(*(np.concatenate(parts) for parts in zip(seen, silent, strict=True)))


def by_class(design: Design) -> Rows:
    """The histories of the evidence once for each class of victims: row = history x class."""
    rows, n = observed_rows(design), design.sizes["victim_class"]
    again = np.repeat(np.arange(len(rows.spot)), n)
    victim_class = np.tile(np.arange(n), len(rows.spot))
    return Rows(rows.spot[again], rows.size[again], victim_class, rows.mark[again])


def _table(columns: list[Ints]) -> Ints:
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.int64)
