"""The likelihood of ``superposition`` as fused loops; backwards it is ``kernel_back``.

The same numbers as the formulas there, which stay the reference (tests/test_kernel.py), with one
logarithm a pattern, and without any array of (pattern, author) or (history, source, node).
"""

from typing import Any, NamedTuple, cast

import numpy as np

from ..data.arrays import Floats
from . import visibility
from .compiled import jit
from .design import Design
from .kernel_histories import probabilities
from .kernel_histories_back import Gathered, gathered
from .kernel_layout import LayoutRef
from .kernel_patterns import author_parts, pattern_arrays, shares_of_marks
from .kernel_tables import Detection, Extent, Tables, tables
from .structs import Pointer, Struct, define, register


class Reals(NamedTuple):
    """The real arrays of the likelihood: ``superposition.Quantities``, in parts.

    Attributes
    ----------
    region, period, kind
        Parts of log μ, shapes (author, region), (author, period), (author, kind).
    visible
        log(1 - ψ), shape (author,).
    size, victim_class
        log ρ, shapes (author, region, kind, size) and (author, kind, class).
    claim
        P(claim in class | author), shape (setting, author, listing class).
    written
        P(what all wrote, claim in class | author), shape (row, author, listing class).
    detection
        What histories hang on.
    """

    region: Floats
    period: Floats
    kind: Floats
    visible: Floats
    size: Floats
    victim_class: Floats
    claim: Floats
    written: Floats
    detection: Detection


class Workspace(NamedTuple):
    """The large arrays of one evaluation, made once and filled again.

    Fresh memory costs more than the arithmetic in it. One chain has one workspace; two must not
    share it.

    Attributes
    ----------
    history, d_history
        P(history | …) of the evidence's histories, then of all silent by context, size and
        class, and its gradient: (row, reach class, listing class).
    rate, d_rate
        μ and the gradient in its logarithm, shape (cell, author).
    share, d_share
        P(seen | author, context) and its gradient, shape (context, author).
    unseen, d_unseen
        E[1, V, V²] of what is not seen, then of all that happens, given author and context, and
        its gradient: (context, author, 6).
    written, d_written
        P(what all sources wrote, …) and its gradient, shape (row, author, listing class).
    tables, gathered
        Room for histories, and for their gradient.
    """

    history: Floats
    d_history: Floats
    rate: Floats
    d_rate: Floats
    share: Floats
    d_share: Floats
    unseen: Floats
    d_unseen: Floats
    written: Floats
    d_written: Floats
    tables: Tables
    gathered: Gathered


@register
class _RealsStruct(Struct):
    pass


class RealsRef(Pointer):
    """``Reals`` as one pointer."""


define(RealsRef, _RealsStruct, Reals)


@register
class _WorkspaceStruct(Struct):
    pass


class WorkspaceRef(Pointer):
    """``Workspace`` as one pointer."""


define(WorkspaceRef, _WorkspaceStruct, Workspace)


@jit
def pack_workspace(record):
    """Point to a ``Workspace``."""
    return WorkspaceRef(*record)


def workspace(design: Design, lay: LayoutRef, per_history: int = 1) -> WorkspaceRef:
    """Make room for evaluations of one design and layout, with so many rows a history."""
    h, sizes = design.histories, design.sizes
    classes = (len(h.classes.author), len(h.classes.claim))
    n_context, n_author = len(h.context_spot), sizes["author"]
    silent = n_context * sizes["size"] * sizes["victim_class"]
    histories = len(h.spot) * per_history
    shapes = (
        (histories + silent, *classes), (len(design.cell_kind), n_author),
        (n_context, n_author), (n_context, n_author, 6),
        (len(design.statements.rows), n_author, classes[1]),
    )  # fmt: skip
    room: list[Any] = [np.empty(shape) for shape in shapes for _ in range(2)]
    made = tables(lay, _extent(design))
    room += [made, gathered(made)]
    return cast("WorkspaceRef", pack_workspace(Workspace(*room)))


def _extent(design: Design) -> Extent:
    h, around = design.histories, design.around
    return Extent(
        lister=len(h.listers),
        reach=len(h.classes.author),
        listing=len(h.classes.claim),
        epoch=around.past.shape[1],
        locale=len(around.locale_region),
        node=visibility.n_nodes(design),
        inner=len(h.group_nodes),
    )


@jit
def prepare(room, x, lay):
    """Fill histories, μ and the shares seen and unseen; ``room.written`` is there already."""
    probabilities(x.detection, lay, room.tables, room.history)
    _rates(room, x, lay)
    _shares(room, x, lay)


@jit
def _rates(room, x, lay):
    by_region, by_period = np.exp(x.region.T.copy()), np.exp(x.period.T.copy())
    by_kind = np.exp(x.kind.T.copy())
    cells, rate = lay.cells, room.rate
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(rate.shape[1]):
            rate[i, a] = by_region[r, a] * by_period[t, a] * by_kind[c, a]


@jit
def silent_share(claim, silent, setting, row, a, q):
    """P(all silent | context, author, size, class), claims averaged."""
    total = 0.0
    for g in range(claim.shape[2]):
        total += claim[setting, a, g] * silent[row, q, g]
    return total


@jit
def seen_share(missed):
    """1 - P(missed), at least 0: where nobody looks rounding alone would make it negative."""
    return np.maximum(1.0 - missed, 0.0)


@jit
def _shares(room, x, lay):
    """P(seen) and the moments of what is not, by context and author."""
    share, unseen, claim = room.share, room.unseen, x.claim
    silent = room.history[lay.first_silent :]
    contexts, reach, moments = lay.contexts, lay.reach_class, lay.moments
    sizes, classes, visible = np.exp(x.size), np.exp(x.victim_class), np.exp(x.visible)
    n_v, n_w = sizes.shape[3], classes.shape[2]
    share.fill(0.0)
    unseen.fill(0.0)
    for e in range(contexts.shape[0]):
        r, c, setting = contexts[e, 0], contexts[e, 1], contexts[e, 2]
        for a in range(share.shape[1]):
            for v in range(n_v):
                size, seen = sizes[a, r, c, v], 0.0
                for w in range(n_w):
                    row = (e * n_v + v) * n_w + w
                    missed = silent_share(claim, silent, setting, row, a, reach[a])
                    seen += classes[a, c, w] * seen_share(missed)
                share[e, a] += visible[a] * size * seen
                for j in range(3):
                    unseen[e, a, j] += moments[j, v] * size * (1.0 - visible[a] * seen)
                    unseen[e, a, 3 + j] += moments[j, v] * size


@jit
def terms(room, x, lay):
    """Give Σ n log m and the expected number seen, each of shape (cell,), and total moments."""
    size, known = shares_of_marks(x)
    p, cells, rate, share = pattern_arrays(room, lay), lay.cells, room.rate, room.share
    term, mass = np.zeros(cells.shape[0]), np.zeros(cells.shape[0])
    part = np.empty(rate.shape[1])
    for j in range(p.patterns.shape[0]):
        term[p.patterns[j, 1]] += p.patterns[j, 0] * np.log(author_parts(p, j, size, known, part))
    for i in range(cells.shape[0]):
        for a in range(rate.shape[1]):
            mass[i] += rate[i, a] * share[cells[i, 3], a]
    return term, mass, totals(room, lay)


@jit
def unseen_incidents(room, x, lay):
    """Expected incidents that no lister reports, shape (author, cell, size, class)."""
    n_v, n_w = x.size.shape[3], x.victim_class.shape[2]
    rate, cells, contexts, reach = room.rate, lay.cells, lay.contexts, lay.reach_class
    silent, claim = room.history[lay.first_silent :], x.claim
    sizes, classes, visible = np.exp(x.size), np.exp(x.victim_class), np.exp(x.visible)
    result = np.empty((rate.shape[1], cells.shape[0], n_v, n_w))
    for a in range(result.shape[0]):
        for i in range(result.shape[1]):
            r, c, e = cells[i, 0], cells[i, 2], cells[i, 3]
            for v in range(n_v):
                size = rate[i, a] * sizes[a, r, c, v]
                for w in range(n_w):
                    row = (e * n_v + v) * n_w + w
                    missed = silent_share(claim, silent, contexts[e, 2], row, a, reach[a])
                    hidden = 1.0 - visible[a] + visible[a] * missed
                    result[a, i, v, w] = size * classes[a, c, w] * hidden
    return result


@jit
def totals(room, lay):
    """μ E[1, V, V²] of the unseen, and of all, in each cell of each aggregate: (entry, 6)."""
    result = np.zeros((lay.total_cell.shape[0], 6))
    cells, rates, unseen = lay.cells, room.rate, room.unseen
    for g in range(lay.total_author_start.shape[0] - 1):
        first, last = lay.total_author_start[g], lay.total_author_start[g + 1]
        for at in range(lay.total_start[g], lay.total_start[g + 1]):
            i, share = lay.total_cell[at], lay.total_share[at]
            e = cells[i, 3]
            for n in range(first, last):
                a = lay.total_author[n]
                rate = share * rates[i, a]
                for j in range(6):
                    result[at, j] += rate * unseen[e, a, j]
    return result
