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

import numpy as np

from .compiled import jit
from .design import REPORTED, WAS_SILENT, Design


def layout(design: Design) -> tuple[np.ndarray, ...]:
    """Index arrays of the kernel, in the order of its arguments."""
    h, p = design.histories, design.counted
    cells = np.column_stack(
        [design.cell_region, design.cell_period, design.cell_kind, h.cell_context]
    )
    patterns = np.column_stack([p.count, p.cell, p.size, p.history, p.attribution])
    histories = np.column_stack([h.region, h.kind, h.size])
    contexts = np.column_stack([h.context_region, h.context_kind])
    looking = h.context_looking * WAS_SILENT
    integers = (cells, patterns, histories, h.mark, contexts, looking, h.listing_class)
    arrays = [np.ascontiguousarray(a, dtype=np.int64) for a in integers]
    return (*arrays, h.nodes, h.weights)


@jit
def _node_probabilities(by_region, by_kind, by_size, visibility, listed, nodes):  # type: ignore[no-untyped-def]
    """p, and 1 - pL by class, at every node: (region, kind, size, lister, node[, class]).

    1 - pL = (1 - p) + p(1 - L), both terms positive: nothing cancels where L is 1.
    """
    n_s, n_r, n_c, n_v = by_region.shape[0], by_region.shape[1], by_kind.shape[1], by_size.shape[1]
    n_q, n_g = nodes.shape[0], listed.shape[1]
    p = np.empty((n_r, n_c, n_v, n_s, n_q))
    silent = np.empty((n_r, n_c, n_v, n_s, n_q, n_g))
    for s in range(n_s):
        at_node = np.exp(-visibility[s] * nodes)
        for r in range(n_r):
            for c in range(n_c):
                for v in range(n_v):
                    base = np.exp(-by_region[s, r] - by_kind[s, c] - by_size[s, v])
                    for q in range(n_q):
                        one = 1.0 / (1.0 + base * at_node[q])
                        p[r, c, v, s, q] = one
                        for g in range(n_g):
                            silent[r, c, v, s, q, g] = (
                                base * at_node[q] + (1.0 - listed[s, g])
                            ) * one
    return p, silent


@jit
def _history_terms(p, silent, mark, weights, g, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` with each node's weighted probability of one history; return their sum."""
    out[:] = weights
    for s in range(mark.shape[0]):
        if mark[s] == REPORTED:
            for q in range(weights.shape[0]):
                out[q] *= p[s, q]
        elif mark[s] == WAS_SILENT:
            for q in range(weights.shape[0]):
                out[q] *= silent[s, q, g]
    total = 0.0
    for q in range(weights.shape[0]):
        total += out[q]
    return total


@jit
def _history_back(  # type: ignore[no-untyped-def]
    p, silent, mark, terms, weight, nodes, listed, g, d_logit, d_visibility, d_listed
):
    """Add the gradient of ``weight`` Σ terms to those of p's parameters at one place."""
    for s in range(mark.shape[0]):
        if mark[s] == 0:
            continue
        slope, tilt, rest = 0.0, 0.0, 0.0
        for q in range(nodes.shape[0]):
            one = p[s, q]
            if mark[s] == REPORTED:
                d_x = terms[q] * (1.0 - one)
            else:
                reached = terms[q] * one / silent[s, q, g]
                d_x = -reached * (1.0 - one) * listed[s, g]
                rest -= reached
            slope += d_x
            tilt += d_x * nodes[q]
        d_logit[s] += weight * slope
        d_visibility[s] += weight * tilt
        d_listed[s, g] += weight * rest


@jit
def _histories(p, silent, histories, mark, weights, n_g):  # type: ignore[no-untyped-def]
    """P(history), shape (history, class)."""
    n = histories.shape[0]
    result = np.empty((n, n_g))
    scratch = np.empty(weights.shape[0])
    for i in range(n):
        r, c, v = histories[i, 0], histories[i, 1], histories[i, 2]
        for g in range(n_g):
            result[i, g] = _history_terms(p[r, c, v], silent[r, c, v], mark[i], weights, g, scratch)
    return result


@jit
def _unseen(p, silent, contexts, looking, weights, n_g):  # type: ignore[no-untyped-def]
    """P(nobody lists it), shape (context, size, class)."""
    n, n_v = contexts.shape[0], p.shape[2]
    result = np.empty((n, n_v, n_g))
    scratch = np.empty(weights.shape[0])
    for e in range(n):
        r, c = contexts[e, 0], contexts[e, 1]
        for v in range(n_v):
            for g in range(n_g):
                result[e, v, g] = _history_terms(
                    p[r, c, v], silent[r, c, v], looking[e], weights, g, scratch
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
def _cell_rates(region, period, kind, cells):  # type: ignore[no-untyped-def]
    """μ, shape (cell, author)."""
    n_a = region.shape[0]
    by_region, by_period, by_kind = np.exp(region.T), np.exp(period.T), np.exp(kind.T)
    rate = np.empty((cells.shape[0], n_a))
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(n_a):
            rate[i, a] = by_region[r, a] * by_period[t, a] * by_kind[c, a]
    return rate


@jit
def forward(  # type: ignore[no-untyped-def]
    region, period, kind, log_size, by_region, by_kind, by_size, visibility, listed,
    log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Give Σ n log m and the expected number seen, each of shape (cell,)."""
    n_cell, n_a, n_g = cells.shape[0], region.shape[0], listed.shape[1]
    p, silent = _node_probabilities(by_region, by_kind, by_size, visibility, listed, nodes)
    history = _histories(p, silent, histories, mark, weights, n_g)
    unseen = _unseen(p, silent, contexts, looking, weights, n_g)
    size, written = np.exp(log_size), np.exp(log_statements)
    rate = _cell_rates(region, period, kind, cells)
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
    d_term, d_mass, region, period, kind, log_size, by_region, by_kind, by_size, visibility,
    listed, log_statements,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Value f = Σ d_term · term + Σ d_mass · mass, and its gradient in the ten real arrays."""
    n_g = listed.shape[1]
    p, silent = _node_probabilities(by_region, by_kind, by_size, visibility, listed, nodes)
    history = _histories(p, silent, histories, mark, weights, n_g)
    unseen = _unseen(p, silent, contexts, looking, weights, n_g)
    size, written = np.exp(log_size), np.exp(log_statements)
    rate = _cell_rates(region, period, kind, cells)
    share = _share_seen(size, unseen, contexts, listing_class)
    d_size, d_written = np.zeros(log_size.shape), np.zeros(written.shape)
    d_cell, d_history = np.zeros(rate.shape), np.zeros(history.shape)
    d_share = np.zeros(share.shape)
    value = _patterns_back(
        d_term, rate, size, history, written, cells, patterns, listing_class,
        d_cell, d_size, d_history, d_written,
    )  # fmt: skip
    value += _mass_back(d_mass, rate, share, cells, d_cell, d_share)
    d_unseen = _share_back(d_share, size, unseen, contexts, listing_class, d_size)
    d_region, d_period, d_kind = np.zeros(region.shape), np.zeros(period.shape), np.zeros(kind.shape)
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(region.shape[0]):
            d_region[a, r] += d_cell[i, a]
            d_period[a, t] += d_cell[i, a]
            d_kind[a, c] += d_cell[i, a]
    d_by_region, d_by_kind, d_by_size = (
        np.zeros(by_region.shape), np.zeros(by_kind.shape), np.zeros(by_size.shape),
    )  # fmt: skip
    d_visibility, d_listed = np.zeros(visibility.shape), np.zeros(listed.shape)
    _detection_back(
        p, silent, d_history, d_unseen, listed, histories, mark, contexts, looking, nodes,
        weights, d_by_region, d_by_kind, d_by_size, d_visibility, d_listed,
    )  # fmt: skip
    return (
        value, d_region, d_period, d_kind, d_size, d_by_region, d_by_kind, d_by_size,
        d_visibility, d_listed, d_written,
    )  # fmt: skip


@jit
def _patterns_back(  # type: ignore[no-untyped-def]
    d_term, rate, size, history, written, cells, patterns, listing_class,
    d_cell, d_size, d_history, d_written,
):  # fmt: skip
    """Share out n/m of every pattern among its factors; d_history is for P, not log P."""
    n_a = rate.shape[1]
    part = np.empty(n_a)
    value = 0.0
    for j in range(patterns.shape[0]):
        n, i, v, h, row = patterns[j]
        c = cells[i, 2]
        m = 0.0
        for a in range(n_a):
            part[a] = rate[i, a] * size[a, c, v] * history[h, listing_class[a]] * written[row, a]
            m += part[a]
        value += d_term[i] * n * np.log(m)
        scale = n * d_term[i] / m
        for a in range(n_a):
            change = scale * part[a]
            d_cell[i, a] += change
            d_size[a, c, v] += change
            d_history[h, listing_class[a]] += change / history[h, listing_class[a]]
            d_written[row, a] += change
    return value


@jit
def _mass_back(d_mass, rate, share, cells, d_cell, d_share):  # type: ignore[no-untyped-def]
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
def _share_back(d_share, size, unseen, contexts, listing_class, d_size):  # type: ignore[no-untyped-def]
    d_unseen = np.zeros(unseen.shape)
    for e in range(contexts.shape[0]):
        c = contexts[e, 1]
        for a in range(size.shape[0]):
            g = listing_class[a]
            for v in range(size.shape[2]):
                change = d_share[e, a] * size[a, c, v]
                d_size[a, c, v] += change * (1.0 - unseen[e, v, g])
                d_unseen[e, v, g] -= change
    return d_unseen


@jit
def _detection_back(  # type: ignore[no-untyped-def]
    p, silent, d_history, d_unseen, listed, histories, mark, contexts, looking, nodes, weights,
    d_by_region, d_by_kind, d_by_size, d_visibility, d_listed,
):  # fmt: skip
    """Carry the gradients of P(history) and P(unseen) back to p's parameters."""
    terms = np.empty(weights.shape[0])
    n_s = d_visibility.shape[0]
    d_place = np.empty(n_s)
    n_history, n_v = histories.shape[0], d_by_size.shape[1]
    for number in range(n_history + contexts.shape[0] * n_v):
        if number < n_history:
            r, c, v = histories[number, 0], histories[number, 1], histories[number, 2]
            marks = mark[number]
        else:
            e, v = divmod(number - n_history, n_v)
            r, c = contexts[e, 0], contexts[e, 1]
            marks = looking[e]
        d_place[:] = 0.0
        for g in range(listed.shape[1]):
            if number < n_history:
                weight = d_history[number, g]
            else:
                weight = d_unseen[(number - n_history) // n_v, v, g]
            _history_terms(p[r, c, v], silent[r, c, v], marks, weights, g, terms)
            _history_back(
                p[r, c, v], silent[r, c, v], marks, terms, weight, nodes, listed, g,
                d_place, d_visibility, d_listed,
            )  # fmt: skip
        for s in range(n_s):
            d_by_region[s, r] += d_place[s]
            d_by_kind[s, c] += d_place[s]
            d_by_size[s, v] += d_place[s]
