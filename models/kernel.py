"""The likelihood of ``superposition`` as fused loops, forwards and backwards.

The same numbers as the formulas there, which stay the reference (tests/test_kernel.py), but
in the linear scale with one logarithm a pattern, and without any array of (pattern, author)
or (history, source, node). Arguments are, in this order, the real arrays

    region (author, region)   period (author, period)   kind (author, kind): parts of log μ
    log_size (author, kind, size)
    by_region (lister, region)   by_kind (lister, kind)   by_size (lister, size): of logit p
    visibility (lister,)   listed (lister, listing class)
    log_statements (attribution row, author)

and the index arrays of ``layout``.
"""

from typing import NamedTuple

import numpy as np

from .compiled import jit
from .design import REPORTED, WAS_SILENT, Design
from .engine import Floats


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
def _node_probabilities(by_region, by_kind, by_size, visibility, nodes, p, miss):
    """Fill p and 1 - p at every node, shape (place, lister, node); place = (region, kind, size)."""
    n_s, n_r, n_c, n_v = by_region.shape[0], by_region.shape[1], by_kind.shape[1], by_size.shape[1]
    n_q = nodes.shape[0]
    at_node = np.empty((n_s, n_q))
    for s in range(n_s):
        for q in range(n_q):
            at_node[s, q] = np.exp(-visibility[s] * nodes[q])
    for r in range(n_r):
        for c in range(n_c):
            for v in range(n_v):
                place = (r * n_c + c) * n_v + v
                for s in range(n_s):
                    base = np.exp(-by_region[s, r] - by_kind[s, c] - by_size[s, v])
                    for q in range(n_q):
                        odds = base * at_node[s, q]
                        one = 1.0 / (1.0 + odds)
                        p[place, s, q] = one
                        miss[place, s, q] = odds * one


@jit
def _sometimes_mute(listed):
    """Whether a lister may see an incident and yet not list it, shape (lister,)."""
    result = np.zeros(listed.shape[0], np.bool_)
    for s in range(listed.shape[0]):
        for g in range(listed.shape[1]):
            if listed[s, g] < 1.0:
                result[s] = True
    return result


@jit
def _common_terms(p, miss, place, mark, row, weights, mute, out):
    """Fill ``out`` with each node's weight times what is the same for every listing class.

    Returns whether some silent source may have been mute, so that classes differ.
    """
    differs = False
    for q in range(weights.shape[0]):
        out[q] = weights[q]
    for s in range(mark.shape[1]):
        if mark[row, s] == REPORTED:
            for q in range(weights.shape[0]):
                out[q] *= p[place, s, q]
        elif mark[row, s] == WAS_SILENT:
            if mute[s]:
                differs = True
            else:
                for q in range(weights.shape[0]):
                    out[q] *= miss[place, s, q]
    return differs


@jit
def _class_terms(p, miss, place, mark, row, mute, listed, g, common, out):
    """Multiply ``common`` with 1 - pL = (1 - p) + p(1 - L) of the silent that may be mute."""
    for q in range(common.shape[0]):
        out[q] = common[q]
    for s in range(mark.shape[1]):
        if mark[row, s] == WAS_SILENT and mute[s]:
            rest = 1.0 - listed[s, g]
            for q in range(common.shape[0]):
                out[q] *= miss[place, s, q] + rest * p[place, s, q]


@jit
def _probabilities(p, miss, places, mark, rows, weights, mute, listed, result):
    """Fill P(history | listing class), shape (history, class).

    ``places`` and ``rows`` (of ``mark``) say what each history is.
    """
    n_g, n_q = listed.shape[1], weights.shape[0]
    common, terms = np.empty(n_q), np.empty(n_q)
    for i in range(places.shape[0]):
        place, row = places[i], rows[i]
        if not _common_terms(p, miss, place, mark, row, weights, mute, common):
            total = 0.0
            for q in range(n_q):
                total += common[q]
            for g in range(n_g):
                result[i, g] = total
            continue
        for g in range(n_g):
            _class_terms(p, miss, place, mark, row, mute, listed, g, common, terms)
            total = 0.0
            for q in range(n_q):
                total += terms[q]
            result[i, g] = total


@jit
def _probabilities_back(
    p, miss, places, mark, rows, weights, mute, listed, nodes, d_result,
    d_place, d_visibility, d_listed,
):  # fmt: skip
    """Carry the gradient of P(history) back to logit p by place, λ and L."""
    n_g, n_q = listed.shape[1], weights.shape[0]
    common, terms = np.empty(n_q), np.empty(n_q)
    for i in range(places.shape[0]):
        place, row = places[i], rows[i]
        if not _common_terms(p, miss, place, mark, row, weights, mute, common):
            weight = 0.0
            for g in range(n_g):
                weight += d_result[i, g]
            _terms_back(
                p, miss, place, mark, row, mute, listed, 0, nodes, common, weight,
                d_place, d_visibility, d_listed,
            )  # fmt: skip
            continue
        for g in range(n_g):
            _class_terms(p, miss, place, mark, row, mute, listed, g, common, terms)
            _terms_back(
                p, miss, place, mark, row, mute, listed, g, nodes, terms, d_result[i, g],
                d_place, d_visibility, d_listed,
            )  # fmt: skip


@jit
def _terms_back(
    p, miss, place, mark, row, mute, listed, g, nodes, terms, weight,
    d_place, d_visibility, d_listed,
):  # fmt: skip
    """Add the gradient of ``weight`` Σ terms."""
    for s in range(mark.shape[1]):
        slope, tilt, rest = 0.0, 0.0, 0.0
        if mark[row, s] == REPORTED:
            for q in range(nodes.shape[0]):
                change = terms[q] * miss[place, s, q]
                slope += change
                tilt += change * nodes[q]
        elif mark[row, s] == WAS_SILENT and not mute[s]:
            for q in range(nodes.shape[0]):
                change = terms[q] * p[place, s, q]
                slope -= change
                tilt -= change * nodes[q]
        elif mark[row, s] == WAS_SILENT:
            held = 1.0 - listed[s, g]
            for q in range(nodes.shape[0]):
                reached = terms[q] * p[place, s, q] / (miss[place, s, q] + held * p[place, s, q])
                change = reached * miss[place, s, q] * listed[s, g]
                slope -= change
                tilt -= change * nodes[q]
                rest -= reached
            d_listed[s, g] += weight * rest
        d_place[place, s] += weight * slope
        d_visibility[s] += weight * tilt


@jit
def _unseen_rows(contexts, n_c, n_v):
    """Place and context of each (context, size), one behind the other."""
    n = contexts.shape[0] * n_v
    places, rows = np.empty(n, np.int64), np.empty(n, np.int64)
    for e in range(contexts.shape[0]):
        for v in range(n_v):
            places[e * n_v + v] = (contexts[e, 0] * n_c + contexts[e, 1]) * n_v + v
            rows[e * n_v + v] = e
    return places, rows


@jit
def _share_seen(size, unseen, contexts, listing_class):
    """P(seen | author, context), shape (context, author); ``unseen`` (context x size, class)."""
    n_a, n_e, n_v = size.shape[0], contexts.shape[0], size.shape[2]
    share = np.zeros((n_e, n_a))
    for e in range(n_e):
        for a in range(n_a):
            for v in range(n_v):
                missed = unseen[e * n_v + v, listing_class[a]]
                share[e, a] += size[a, contexts[e, 1], v] * (1.0 - missed)
    return share


@jit
def _cell_rates(region, period, kind, cells, rate):
    """Fill μ, shape (cell, author)."""
    n_a = region.shape[0]
    by_region, by_period = np.exp(region.T.copy()), np.exp(period.T.copy())
    by_kind = np.exp(kind.T.copy())
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(n_a):
            rate[i, a] = by_region[r, a] * by_period[t, a] * by_kind[c, a]


@jit
def _sizes_first(size):
    """Shape (kind, size, author), so that a pattern reads one run of memory."""
    return size.transpose((1, 2, 0)).copy()


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
    _node_probabilities(by_region, by_kind, by_size, visibility, nodes, room.p, room.miss)
    mute = _sometimes_mute(listed)
    order = np.arange(histories.shape[0])
    _probabilities(
        room.p, room.miss, histories[:, 3].copy(), mark, order, weights, mute, listed, room.history
    )
    places, rows = _unseen_rows(contexts, by_kind.shape[1], by_size.shape[1])
    unseen = np.empty((places.shape[0], listed.shape[1]))
    _probabilities(room.p, room.miss, places, looking, rows, weights, mute, listed, unseen)
    _cell_rates(region, period, kind, cells, room.rate)
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
        m = 0.0
        for a in range(n_a):
            m += (
                rate[i, a] * by_size_first[cells[i, 2], v, a] * history[h, listing_class[a]]
                * written[row, a]
            )  # fmt: skip
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
    value += _mass_back(d_mass, room.rate, share, cells, room.d_cell, d_share)
    d_unseen = _share_back(d_share, size, unseen, contexts, listing_class, d_size)
    d_region, d_period, d_kind = _cells_back(room.d_cell, cells, region, period, kind)
    d_place = np.zeros((room.p.shape[0], room.p.shape[1]))
    d_visibility, d_listed = np.zeros(visibility.shape), np.zeros(listed.shape)
    mute, order = _sometimes_mute(listed), np.arange(histories.shape[0])
    _probabilities_back(
        room.p, room.miss, histories[:, 3].copy(), mark, order, weights, mute, listed, nodes,
        room.d_history, d_place, d_visibility, d_listed,
    )  # fmt: skip
    places, rows = _unseen_rows(contexts, by_kind.shape[1], by_size.shape[1])
    _probabilities_back(
        room.p, room.miss, places, looking, rows, weights, mute, listed, nodes, d_unseen,
        d_place, d_visibility, d_listed,
    )  # fmt: skip
    d_by_region, d_by_kind, d_by_size = _places_back(d_place, by_region, by_kind, by_size)
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
        c = cells[i, 2]
        m = 0.0
        for a in range(n_a):
            part[a] = rate[i, a] * size[c, v, a] * history[h, listing_class[a]] * written[row, a]
            m += part[a]
        value += d_term[i] * n * np.log(m)
        scale = n * d_term[i] / m
        for a in range(n_a):
            change = scale * part[a]
            d_cell[i, a] += change
            by_size[c, v, a] += change
            d_history[h, listing_class[a]] += change
            d_written[row, a] += change
    for h in range(history.shape[0]):
        for g in range(history.shape[1]):
            if d_history[h, g] != 0.0:
                d_history[h, g] /= history[h, g]
    d_size += by_size.transpose((2, 0, 1))
    return value


@jit
def _mass_back(d_mass, rate, share, cells, d_cell, d_share):
    value = 0.0
    for i in range(cells.shape[0]):
        e = cells[i, 3]
        for a in range(rate.shape[1]):
            change = d_mass[i] * rate[i, a]
            value += change * share[e, a]
            d_cell[i, a] += change * share[e, a]
            d_share[e, a] += change
    return value


@jit
def _share_back(d_share, size, unseen, contexts, listing_class, d_size):
    d_unseen = np.zeros(unseen.shape)
    n_v = size.shape[2]
    for e in range(contexts.shape[0]):
        c = contexts[e, 1]
        for a in range(size.shape[0]):
            g = listing_class[a]
            for v in range(n_v):
                change = d_share[e, a] * size[a, c, v]
                d_size[a, c, v] += change * (1.0 - unseen[e * n_v + v, g])
                d_unseen[e * n_v + v, g] -= change
    return d_unseen


@jit
def _cells_back(d_cell, cells, region, period, kind):
    d_region, d_period = np.zeros(region.T.shape), np.zeros(period.T.shape)
    d_kind = np.zeros(kind.T.shape)
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(d_cell.shape[1]):
            d_region[r, a] += d_cell[i, a]
            d_period[t, a] += d_cell[i, a]
            d_kind[c, a] += d_cell[i, a]
    return d_region.T.copy(), d_period.T.copy(), d_kind.T.copy()


@jit
def _places_back(d_place, by_region, by_kind, by_size):
    d_region, d_kind = np.zeros(by_region.shape), np.zeros(by_kind.shape)
    d_size = np.zeros(by_size.shape)
    n_c, n_v = by_kind.shape[1], by_size.shape[1]
    for place in range(d_place.shape[0]):
        r, c, v = place // (n_c * n_v), place // n_v % n_c, place % n_v
        for s in range(d_place.shape[1]):
            d_region[s, r] += d_place[place, s]
            d_kind[s, c] += d_place[place, s]
            d_size[s, v] += d_place[place, s]
    return d_region, d_kind, d_size
