"""The likelihood of ``superposition`` as one fused loop, forwards and backwards.

The same numbers as the formulas there, which stay the reference (tests/test_kernel.py), but
each incident pattern is worked on in the linear scale, with one logarithm: no array of
(pattern, author) or (history, source, node) is ever stored. Arrays come in as

    log_rate (author, region, period, kind)    log_size (author, kind, size)
    logit (lister, region, kind, size)         visibility (lister,)
    listed (lister, listing class)             log_statements (attribution row, author)

then the index arrays of ``layout``, in its order.
"""

import numba
import numpy as np

from .design import REPORTED, WAS_SILENT, Design

jit = numba.njit(cache=True, error_model="numpy", fastmath=False)


def layout(design: Design) -> tuple[np.ndarray, ...]:
    """Index arrays of the kernel, in the order of its arguments."""
    h, p = design.histories, design.counted
    cells = np.column_stack(
        [design.cell_region, design.cell_period, design.cell_kind, h.cell_context]
    )
    patterns = np.column_stack([p.count, p.cell, p.size, p.history, p.attribution])
    histories = np.column_stack([h.region, h.kind, h.size])
    contexts = np.column_stack([h.context_region, h.context_kind])
    integers = (
        cells, patterns, histories, h.mark, contexts, h.context_looking, h.listing_class,
    )  # fmt: skip
    arrays = [np.ascontiguousarray(a, dtype=np.int64) for a in integers]
    return (*arrays, h.nodes, h.weights)


@jit
def _nodes(logit, visibility, listed, nodes):  # type: ignore[no-untyped-def]
    """p and 1 - pL at every node: (lister, region, kind, size, node) and one more, class."""
    n_s, n_r, n_c, n_v = logit.shape
    n_q, n_g = nodes.shape[0], listed.shape[1]
    p = np.empty((n_r, n_c, n_v, n_s, n_q))
    silent = np.empty((n_r, n_c, n_v, n_s, n_q, n_g))
    for s in range(n_s):
        for r in range(n_r):
            for c in range(n_c):
                for v in range(n_v):
                    for q in range(n_q):
                        odds = np.exp(-logit[s, r, c, v] - visibility[s] * nodes[q])
                        p[r, c, v, s, q] = 1.0 / (1.0 + odds)
                        for g in range(n_g):
                            rest = 1.0 - listed[s, g]
                            silent[r, c, v, s, q, g] = (odds + rest) / (1.0 + odds)
    return p, silent


@jit
def _history_terms(p, silent, mark, weights, g, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` with each node's weighted probability of one history; return their sum."""
    total = 0.0
    for q in range(weights.shape[0]):
        term = weights[q]
        for s in range(mark.shape[0]):
            if mark[s] == REPORTED:
                term *= p[s, q]
            elif mark[s] == WAS_SILENT:
                term *= silent[s, q, g]
        out[q] = term
        total += term
    return total


@jit
def _history_back(  # type: ignore[no-untyped-def]
    p, silent, mark, terms, weight, nodes, listed, g, d_logit, d_visibility, d_listed
):
    """Add the gradient of ``weight`` Σ terms to the three gradients of one cell of p."""
    for s in range(mark.shape[0]):
        slope = 0.0
        if mark[s] == 0:
            continue
        for q in range(nodes.shape[0]):
            one = p[s, q]
            if mark[s] == REPORTED:
                d_x = terms[q] * (1.0 - one)
            else:
                miss = silent[s, q, g]
                d_x = -terms[q] * one * (1.0 - one) * listed[s, g] / miss
                d_listed[s, g] -= weight * terms[q] * one / miss
            slope += d_x
            d_visibility[s] += weight * d_x * nodes[q]
        d_logit[s] += weight * slope


@jit
def _histories(p, silent, histories, mark, weights, n_g):  # type: ignore[no-untyped-def]
    n = histories.shape[0]
    result = np.empty((n, n_g))
    scratch = np.empty(weights.shape[0])
    for i in range(n):
        r, c, v = histories[i]
        for g in range(n_g):
            result[i, g] = _history_terms(p[r, c, v], silent[r, c, v], mark[i], weights, g, scratch)
    return result


@jit
def _unseen(p, silent, contexts, looking, weights, n_g):  # type: ignore[no-untyped-def]
    """P(nobody lists it), shape (context, size, class); everybody looking is silent."""
    n, n_v = contexts.shape[0], p.shape[2]
    result = np.empty((n, n_v, n_g))
    scratch = np.empty(weights.shape[0])
    for e in range(n):
        r, c = contexts[e]
        for v in range(n_v):
            for g in range(n_g):
                result[e, v, g] = _history_terms(
                    p[r, c, v], silent[r, c, v], looking[e] * WAS_SILENT, weights, g, scratch
                )
    return result


@jit
def _share_seen(size, unseen, contexts, listing_class):  # type: ignore[no-untyped-def]
    """P(seen | author, context), shape (context, author)."""
    n_a, n_e, n_v = size.shape[0], contexts.shape[0], size.shape[2]
    share = np.zeros((n_e, n_a))
    for e in range(n_e):
        for a in range(n_a):
            for v in range(n_v):
                missed = unseen[e, v, listing_class[a]]
                share[e, a] += size[a, contexts[e, 1], v] * (1.0 - missed)
    return share


@jit
def _cell_rates(log_rate, cells):  # type: ignore[no-untyped-def]
    """μ, shape (cell, author)."""
    rate = np.empty((cells.shape[0], log_rate.shape[0]))
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(log_rate.shape[0]):
            rate[i, a] = np.exp(log_rate[a, r, t, c])
    return rate


@jit
def forward(  # type: ignore[no-untyped-def]
    log_rate, log_size, logit, visibility, listed, log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Give Σ n log m and the expected number seen, each of shape (cell,)."""
    n_cell, n_a, n_g = cells.shape[0], log_rate.shape[0], listed.shape[1]
    p, silent = _nodes(logit, visibility, listed, nodes)
    history = _histories(p, silent, histories, mark, weights, n_g)
    unseen = _unseen(p, silent, contexts, looking, weights, n_g)
    size, written = np.exp(log_size), np.exp(log_statements)
    rate = _cell_rates(log_rate, cells)
    share = _share_seen(size, unseen, contexts, listing_class)
    term, mass = np.zeros(n_cell), np.zeros(n_cell)
    for j in range(patterns.shape[0]):
        n, i, v, h, row = patterns[j]
        m = 0.0
        for a in range(n_a):
            m += (
                rate[i, a] * size[a, cells[i, 2], v] * history[h, listing_class[a]]
                * written[row, a]
            )  # fmt: skip
        term[i] += n * np.log(m)
    for i in range(n_cell):
        for a in range(n_a):
            mass[i] += rate[i, a] * share[cells[i, 3], a]
    return term, mass


@jit
def backward(  # type: ignore[no-untyped-def]
    d_term, d_mass, log_rate, log_size, logit, visibility, listed, log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Gradient of Σ d_term · term + Σ d_mass · mass in the six real arrays."""
    n_cell, n_a, n_g, n_v = cells.shape[0], log_rate.shape[0], listed.shape[1], log_size.shape[2]
    p, silent = _nodes(logit, visibility, listed, nodes)
    history = _histories(p, silent, histories, mark, weights, n_g)
    unseen = _unseen(p, silent, contexts, looking, weights, n_g)
    size, written = np.exp(log_size), np.exp(log_statements)
    rate = _cell_rates(log_rate, cells)
    share = _share_seen(size, unseen, contexts, listing_class)
    d_rate, d_size = np.zeros(log_rate.shape), np.zeros(log_size.shape)
    d_history, d_written = np.zeros(history.shape), np.zeros(written.shape)
    d_share = np.zeros(share.shape)
    part = np.empty(n_a)
    for j in range(patterns.shape[0]):
        n, i, v, h, row = patterns[j]
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        m = 0.0
        for a in range(n_a):
            part[a] = rate[i, a] * size[a, c, v] * history[h, listing_class[a]] * written[row, a]
            m += part[a]
        scale = n * d_term[i] / m
        for a in range(n_a):
            change = scale * part[a]
            d_rate[a, r, t, c] += change
            d_size[a, c, v] += change
            d_history[h, listing_class[a]] += change
            d_written[row, a] += change
    for i in range(n_cell):
        r, t, c, e = cells[i]
        for a in range(n_a):
            change = d_mass[i] * rate[i, a]
            d_rate[a, r, t, c] += change * share[e, a]
            d_share[e, a] += change
    d_unseen = np.zeros(unseen.shape)
    for e in range(contexts.shape[0]):
        c = contexts[e, 1]
        for a in range(n_a):
            g = listing_class[a]
            for v in range(n_v):
                change = d_share[e, a] * size[a, c, v]
                d_size[a, c, v] += change * (1.0 - unseen[e, v, g])
                d_unseen[e, v, g] -= change
    d_logit, d_visibility, d_listed = _detection_back(
        p, silent, history, d_history, d_unseen, listed, logit.shape,
        histories, mark, contexts, looking, nodes, weights,
    )  # fmt: skip
    return d_rate, d_size, d_logit, d_visibility, d_listed, d_written


@jit
def _detection_back(  # type: ignore[no-untyped-def]
    p, silent, history, d_history, d_unseen, listed, shape,
    histories, mark, contexts, looking, nodes, weights,
):  # fmt: skip
    """Carry the gradients of log P(history) and P(unseen) back to p's parameters."""
    n_s, n_r, n_c, n_v = shape
    by_place = np.zeros((n_r, n_c, n_v, n_s))
    d_visibility, d_listed = np.zeros(n_s), np.zeros(listed.shape)
    terms = np.empty(weights.shape[0])
    for i in range(histories.shape[0]):
        r, c, v = histories[i]
        for g in range(listed.shape[1]):
            total = _history_terms(p[r, c, v], silent[r, c, v], mark[i], weights, g, terms)
            _history_back(
                p[r, c, v], silent[r, c, v], mark[i], terms, d_history[i, g] / total, nodes,
                listed, g, by_place[r, c, v], d_visibility, d_listed,
            )  # fmt: skip
    for e in range(contexts.shape[0]):
        r, c = contexts[e]
        everybody = looking[e] * WAS_SILENT
        for v in range(n_v):
            for g in range(listed.shape[1]):
                _history_terms(p[r, c, v], silent[r, c, v], everybody, weights, g, terms)
                _history_back(
                    p[r, c, v], silent[r, c, v], everybody, terms, d_unseen[e, v, g], nodes,
                    listed, g, by_place[r, c, v], d_visibility, d_listed,
                )  # fmt: skip
    return by_place.transpose((3, 0, 1, 2)).copy(), d_visibility, d_listed
