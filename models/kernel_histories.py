"""P(capture history) at every place as fused loops, forwards and backwards.

A *place* is a (region, kind, size): there every source has one probability of reporting at
each node of the visibility. Arguments are those of ``kernel``.
"""

import numpy as np

from .compiled import jit
from .histories import REPORTED, WAS_SILENT


@jit
def node_probabilities(by_region, by_kind, by_size, visibility, nodes, p, miss):
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
def sometimes_mute(listed):
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
def probabilities(p, miss, places, mark, rows, weights, mute, listed, result):
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
def probabilities_back(
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
def unseen_rows(contexts, n_c, n_v):
    """Place and context of each (context, size), one behind the other."""
    n = contexts.shape[0] * n_v
    places, rows = np.empty(n, np.int64), np.empty(n, np.int64)
    for e in range(contexts.shape[0]):
        for v in range(n_v):
            places[e * n_v + v] = (contexts[e, 0] * n_c + contexts[e, 1]) * n_v + v
            rows[e * n_v + v] = e
    return places, rows


@jit
def places_back(d_place, by_region, by_kind, by_size):
    """Gradient of logit p by place, shape (place, lister), in its three parts."""
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
