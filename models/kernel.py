"""The likelihood of ``superposition`` as fused loops, forwards and backwards.

The same numbers as the formulas there, which stay the reference (tests/test_kernel.py), but
in the linear scale with one logarithm a pattern, and without any array of (pattern, author)
or (history, source, node). Arguments are, in this order, the real arrays

    region (author, region)   period (author, period)   kind (author, kind): parts of log μ
    log_size (author, region, kind, size)
    by_region (lister, region)   by_kind (lister, kind)   by_size (lister, size): of logit p
    visibility (lister,)   listed (lister, listing class)
    log_statements (attribution row, author)

and the index arrays of ``layout``.
"""

from typing import NamedTuple

import numpy as np

from .compiled import jit
from .design import Design
from .engine import Floats
from .histories import WAS_SILENT
from .kernel_histories import (
    node_probabilities,
    places_back,
    probabilities,
    probabilities_back,
    sometimes_mute,
    unseen_rows,
)
from .kernel_rates import cell_rates, cells_back, mass_back


class Workspace(NamedTuple):
    """The large arrays of one evaluation, made once and filled again.

    Fresh memory costs more than the arithmetic in it: 450 of 490 µs for p and 1 - p of the
    demonstration. One chain has one workspace; two must not share it.

    Attributes
    ----------
    p, miss
        p and 1 - p, shape (place, lister, node).
    history, d_history
        P(history | listing class) and its gradient, shape (history, class).
    rate, d_cell
        μ and the gradient in its logarithm, shape (cell, author).
    written, d_written
        P(what all sources wrote) and the gradient in its logarithm, shape (row, author).
    """

    p: Floats
    miss: Floats
    history: Floats
    d_history: Floats
    rate: Floats
    d_cell: Floats
    written: Floats
    d_written: Floats


def workspace(design: Design) -> Workspace:
    """Make room for evaluations of one design."""
    sizes, h = design.sizes, design.histories
    places = (sizes["region"] * sizes["kind"] * sizes["size"], len(h.listers), len(h.nodes))
    history = (len(h.region), len(h.class_author))
    cells = (len(design.cell_kind), sizes["author"])
    rows = (len(design.statements.rows), sizes["author"])
    shapes = (places, places, history, history, cells, cells, rows, rows)
    return Workspace(*(np.empty(shape) for shape in shapes))


def layout(design: Design) -> tuple[np.ndarray, ...]:
    """Index arrays of the kernel, in the order of its arguments."""
    h, p, sizes = design.histories, design.counted, design.sizes
    cells = np.column_stack(
        [design.cell_region, design.cell_period, design.cell_kind, h.cell_context]
    )
    patterns = np.column_stack([p.count, p.cell, p.size, p.history, p.attribution])
    place = (h.region * sizes["kind"] + h.kind) * sizes["size"] + h.size
    histories = np.column_stack([h.region, h.kind, h.size, place])
    contexts = np.column_stack([h.context_region, h.context_kind])
    looking = h.context_looking * WAS_SILENT
    integers = (cells, patterns, histories, h.mark, contexts, looking, h.listing_class)
    arrays = [np.ascontiguousarray(a, dtype=np.int64) for a in integers]
    return (*arrays, h.nodes, h.weights)


@jit
def _share_seen(size, unseen, contexts, listing_class):
    """P(seen | author, context), shape (context, author); ``unseen`` (context x size, class)."""
    n_a, n_e, n_v = size.shape[0], contexts.shape[0], size.shape[3]
    share = np.zeros((n_e, n_a))
    for e in range(n_e):
        r, c = contexts[e, 0], contexts[e, 1]
        for a in range(n_a):
            for v in range(n_v):
                missed = unseen[e * n_v + v, listing_class[a]]
                share[e, a] += size[a, r, c, v] * (1.0 - missed)
    return share


@jit
def _sizes_first(size):
    """Shape (region, kind, size, author), so that a pattern reads one run of memory."""
    return size.transpose((1, 2, 3, 0)).copy()


@jit
def make_room(region, by_region, by_kind, by_size, listed, written, cells, histories, nodes):
    """Make a workspace within compiled code."""
    places = by_region.shape[1] * by_kind.shape[1] * by_size.shape[1]
    p = np.empty((places, by_region.shape[0], nodes.shape[0]))
    history = np.empty((histories.shape[0], listed.shape[1]))
    rate = np.empty((cells.shape[0], region.shape[0]))
    return Workspace(
        p, np.empty(p.shape), history, np.empty(history.shape), rate, np.empty(rate.shape),
        written, np.empty(written.shape),
    )  # fmt: skip


@jit
def _prepare(
    room, region, period, kind, by_region, by_kind, by_size, visibility, listed, size,
    cells, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Fill p, the histories and μ; return P(unseen) and P(seen | author) by context."""
    node_probabilities(by_region, by_kind, by_size, visibility, nodes, room.p, room.miss)
    mute = sometimes_mute(listed)
    order = np.arange(histories.shape[0])
    probabilities(
        room.p, room.miss, histories[:, 3].copy(), mark, order, weights, mute, listed, room.history
    )
    places, rows = unseen_rows(contexts, by_kind.shape[1], by_size.shape[1])
    unseen = np.empty((places.shape[0], listed.shape[1]))
    probabilities(room.p, room.miss, places, looking, rows, weights, mute, listed, unseen)
    cell_rates(region, period, kind, cells, room.rate)
    return unseen, _share_seen(size, unseen, contexts, listing_class)


@jit
def forward(
    region, period, kind, log_size, by_region, by_kind, by_size, visibility, listed,
    log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Give Σ n log m and the expected number seen, each of shape (cell,)."""
    written = np.exp(log_statements)
    room = make_room(region, by_region, by_kind, by_size, listed, written, cells, histories, nodes)
    return forward_from(
        room, region, period, kind, log_size, by_region, by_kind, by_size, visibility, listed,
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip


@jit
def forward_from(
    room, region, period, kind, log_size, by_region, by_kind, by_size, visibility, listed,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """As ``forward``, with the statements' probabilities in ``room.written``."""
    size = np.exp(log_size)
    _, share = _prepare(
        room, region, period, kind, by_region, by_kind, by_size, visibility, listed, size,
        cells, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip
    by_size_first, n_a = _sizes_first(size), region.shape[0]
    rate, history, written = room.rate, room.history, room.written
    term, mass = np.zeros(cells.shape[0]), np.zeros(cells.shape[0])
    for j in range(patterns.shape[0]):
        i, v, h, row = patterns[j, 1], patterns[j, 2], patterns[j, 3], patterns[j, 4]
        of_size = by_size_first[cells[i, 0], cells[i, 2], v]
        m = 0.0
        for a in range(n_a):
            m += rate[i, a] * of_size[a] * history[h, listing_class[a]] * written[row, a]
        term[i] += patterns[j, 0] * np.log(m)
    for i in range(cells.shape[0]):
        for a in range(n_a):
            mass[i] += rate[i, a] * share[cells[i, 3], a]
    return term, mass


@jit
def backward(
    d_term, d_mass, region, period, kind, log_size, by_region, by_kind, by_size, visibility,
    listed, log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Value f = Σ d_term · term + Σ d_mass · mass, and its gradient in the ten real arrays."""
    written = np.exp(log_statements)
    room = make_room(region, by_region, by_kind, by_size, listed, written, cells, histories, nodes)
    return backward_from(
        room, d_term, d_mass, region, period, kind, log_size, by_region, by_kind, by_size,
        visibility, listed,
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip


@jit
def backward_from(
    room, d_term, d_mass, region, period, kind, log_size, by_region, by_kind, by_size,
    visibility, listed,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """As ``backward``, with the statements' probabilities in ``room.written``."""
    size = np.exp(log_size)
    unseen, share = _prepare(
        room, region, period, kind, by_region, by_kind, by_size, visibility, listed, size,
        cells, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip
    d_size = np.zeros(log_size.shape)
    room.d_written[:], room.d_cell[:], room.d_history[:] = 0.0, 0.0, 0.0
    value = _patterns_back(
        d_term, room.rate, _sizes_first(size), room.history, room.written, cells, patterns,
        listing_class, room.d_cell, d_size, room.d_history, room.d_written,
    )  # fmt: skip
    d_share = np.zeros(share.shape)
    value += mass_back(d_mass, room.rate, share, cells, room.d_cell, d_share)
    d_unseen = _share_back(d_share, size, unseen, contexts, listing_class, d_size)
    d_region, d_period, d_kind = cells_back(room.d_cell, cells, region, period, kind)
    d_place = np.zeros((room.p.shape[0], room.p.shape[1]))
    d_visibility, d_listed = np.zeros(visibility.shape), np.zeros(listed.shape)
    mute, order = sometimes_mute(listed), np.arange(histories.shape[0])
    probabilities_back(
        room.p, room.miss, histories[:, 3].copy(), mark, order, weights, mute, listed, nodes,
        room.d_history, d_place, d_visibility, d_listed,
    )  # fmt: skip
    places, rows = unseen_rows(contexts, by_kind.shape[1], by_size.shape[1])
    probabilities_back(
        room.p, room.miss, places, looking, rows, weights, mute, listed, nodes, d_unseen,
        d_place, d_visibility, d_listed,
    )  # fmt: skip
    d_by_region, d_by_kind, d_by_size = places_back(d_place, by_region, by_kind, by_size)
    return (
        value, d_region, d_period, d_kind, d_size, d_by_region, d_by_kind, d_by_size,
        d_visibility, d_listed, room.d_written,
    )  # fmt: skip


@jit
def _patterns_back(
    d_term, rate, size, history, written, cells, patterns, listing_class,
    d_cell, d_size, d_history, d_written,
):  # fmt: skip
    """Share out n/m of every pattern among its factors; d_history is for P, not log P."""
    n_a = rate.shape[1]
    part = np.empty(n_a)
    by_size = np.zeros(size.shape)
    value = 0.0
    for j in range(patterns.shape[0]):
        n, i, v, h, row = (
            patterns[j, 0], patterns[j, 1], patterns[j, 2], patterns[j, 3], patterns[j, 4],
        )  # fmt: skip
        r, c = cells[i, 0], cells[i, 2]
        m = 0.0
        for a in range(n_a):
            part[a] = rate[i, a] * size[r, c, v, a] * history[h, listing_class[a]] * written[row, a]
            m += part[a]
        value += d_term[i] * n * np.log(m)
        scale = n * d_term[i] / m
        for a in range(n_a):
            change = scale * part[a]
            d_cell[i, a] += change
            by_size[r, c, v, a] += change
            d_history[h, listing_class[a]] += change
            d_written[row, a] += change
    for h in range(history.shape[0]):
        for g in range(history.shape[1]):
            if d_history[h, g] != 0.0:
                d_history[h, g] /= history[h, g]
    d_size += by_size.transpose((3, 0, 1, 2))
    return value


@jit
def _share_back(d_share, size, unseen, contexts, listing_class, d_size):
    d_unseen = np.zeros(unseen.shape)
    n_v = size.shape[3]
    for e in range(contexts.shape[0]):
        r, c = contexts[e, 0], contexts[e, 1]
        for a in range(size.shape[0]):
            g = listing_class[a]
            for v in range(n_v):
                change = d_share[e, a] * size[a, r, c, v]
                d_size[a, r, c, v] += change * (1.0 - unseen[e * n_v + v, g])
                d_unseen[e * n_v + v, g] -= change
    return d_unseen
