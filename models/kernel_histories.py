"""P(capture history) as fused loops, forwards and backwards; the formulas are in ``detection``.

At a place, for one class of authors and victims, one class of claims and one day, every source has
one probability of reporting at each node of the visibility: it is worked out once, and all
histories of the place use it. Sources of a group have inner nodes as well.
"""

from typing import NamedTuple

import numpy as np

from .compiled import jit
from .engine import Floats, Ints
from .histories import ANY_CLASS, REPORTED, WAS_SILENT
from .structs import Pointer, Struct, define, register


class Detection(NamedTuple):
    """The real arrays that histories hang on: ``detection.Chances``, all there.

    Gradients are written in the same form.
    """

    region: Floats
    kind: Floats
    size: Floats
    victim_class: Floats
    author: Floats
    visibility: Floats
    group_visibility: Floats
    nodes: Floats
    weights: Floats
    published: Floats
    listed: Floats
    mark_class: Floats


class Tables(NamedTuple):
    """What one place and class asks for again and again, shape (lister, node x inner node).

    ``seen`` pF, ``missed`` 1 - pFL, ``p``; ``shown`` and ``hidden`` gather the gradient of the
    logarithms of seen and missed, ``node`` that of the nodes' weights, shape (node,). Of sources
    alone the first nodes are used.
    """

    p: Floats
    seen: Floats
    missed: Floats
    shown: Floats
    hidden: Floats
    node: Floats


@register
class _DetectionStruct(Struct):
    pass


class DetectionRef(Pointer):
    """``Detection`` as one pointer."""


define(DetectionRef, _DetectionStruct, Detection)


@jit
def pack_detection(record):
    """Point to a ``Detection``."""
    return DetectionRef(*record)


class Sharing(NamedTuple):
    """Which listers share a visibility, and its quadrature: see ``kernel_layout.Layout``."""

    alone: Ints
    group_start: Ints
    grouped: Ints
    group_nodes: Floats
    group_weights: Floats


@jit
def _unpacked(x, lay):
    """Arrays themselves for the inner loops, where following pointers would take the time."""
    own = Detection(
        x.region, x.kind, x.size, x.victim_class, x.author, x.visibility, x.group_visibility,
        x.nodes, x.weights, x.published, x.listed, x.mark_class,
    )  # fmt: skip
    return own, Sharing(lay.alone, lay.group_start, lay.grouped, lay.group_nodes, lay.group_weights)


@jit
def zeros_like(x):
    """A gradient of zeros."""
    return DetectionRef(
        np.zeros(x.region.shape), np.zeros(x.kind.shape), np.zeros(x.size.shape),
        np.zeros(x.victim_class.shape), np.zeros(x.author.shape), np.zeros(x.visibility.shape),
        np.zeros(x.group_visibility.shape), np.zeros(x.nodes.shape), np.zeros(x.weights.shape),
        np.zeros(x.published.shape), np.zeros(x.listed.shape), np.zeros(x.mark_class.shape),
    )  # fmt: skip


@jit
def _tables(x, lay):
    shape = (x.region.shape[0], x.nodes.shape[0] * lay.group_nodes.shape[0])
    return Tables(
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(x.nodes.shape),
    )


@jit
def _node_odds(x, lay):
    """exp(-λ z) of sources alone, exp(-λ z - λ' y) of grouped ones, shape of the tables."""
    n_i = lay.group_nodes.shape[0]
    odds = np.ones((x.region.shape[0], x.nodes.shape[0] * n_i))
    for s in lay.alone:
        for q in range(x.nodes.shape[0]):
            odds[s, q] = np.exp(-x.visibility[s] * x.nodes[q])
    for j in range(lay.grouped.shape[0]):
        s = lay.grouped[j]
        for q in range(x.nodes.shape[0]):
            for i in range(n_i):
                own = x.group_visibility[j] * lay.group_nodes[i]
                odds[s, q * n_i + i] = np.exp(-x.visibility[s] * x.nodes[q] - own)
    return odds


@jit
def _width(x, lay, s):
    """How many nodes a source has in the tables."""
    for j in range(lay.grouped.shape[0]):
        if lay.grouped[j] == s:
            return x.nodes.shape[0] * lay.group_nodes.shape[0]
    return x.nodes.shape[0]


@jit
def _fill(t, x, odds, widths, spot, v, a, w, g, day):
    """Fill the tables of one place, class of authors, of victims and of claims, and day."""
    r, c, epoch, locale = spot[0], spot[1], spot[3], spot[4]
    for s in range(t.p.shape[0]):
        logit = x.region[s, r] + x.kind[s, c] + x.size[s, v] + x.victim_class[s, w]
        base = np.exp(-logit - x.author[s, a, epoch])
        in_now = x.published[s, day]
        held = 1.0 - in_now * x.listed[s, locale, a, g]
        for q in range(widths[s]):
            miss = base * odds[s, q]
            p = 1.0 / (1.0 + miss)
            t.p[s, q] = p
            t.seen[s, q] = in_now * p
            t.missed[s, q] = (miss + held) * p


@jit
def _multiply(seen, missed, mark, row, alone, terms):
    """Multiply each node's part of P(history) with the factors of sources that are in no group."""
    for s in alone:
        if mark[row, s] == REPORTED:
            for q in range(terms.shape[0]):
                terms[q] *= seen[s, q]
        elif mark[row, s] == WAS_SILENT:
            for q in range(terms.shape[0]):
                terms[q] *= missed[s, q]


@jit
def _multiply_groups(t, lay, mark, row, terms, by_group):
    """Multiply with Σ_i w_i Π f of each group, kept in ``by_group``; 1 where none was looking."""
    n_i = lay.group_nodes.shape[0]
    for group in range(by_group.shape[0]):
        for q in range(terms.shape[0]):
            total = 0.0
            for i in range(n_i):
                total += _inner(t, lay, mark, row, group, q * n_i + i) * lay.group_weights[i]
            by_group[group, q] = total
            terms[q] *= total


@jit
def _inner(t, lay, mark, row, group, at):
    product = 1.0
    for j in range(lay.group_start[group], lay.group_start[group + 1]):
        s = lay.grouped[j]
        if mark[row, s] == REPORTED:
            product *= t.seen[s, at]
        elif mark[row, s] == WAS_SILENT:
            product *= t.missed[s, at]
    return product


@jit
def _asked(rows, first, last, w):
    """Whether a place has a row of this class, or of an unknown one."""
    for i in range(first, last):
        known = rows.victim_class[rows.order[i]]
        if known in (w, ANY_CLASS):
            return True
    return False


@jit
def _place(t, x, lay, rows, first, last, a, w, g, share, days, result):
    """Add the rows of one place at one class and day; ``share`` is P(class | author)."""
    terms = np.empty(x.nodes.shape[0])
    by_group = np.empty((lay.group_start.shape[0] - 1, terms.shape[0]))
    for i in range(first, last):
        row = rows.order[i]
        known = rows.victim_class[row]
        if known not in (w, ANY_CLASS):
            continue
        for q in range(terms.shape[0]):
            terms[q] = x.weights[q]
        _multiply(t.seen, t.missed, rows.mark, row, lay.alone, terms)
        if by_group.shape[0]:
            _multiply_groups(t, lay, rows.mark, row, terms, by_group)
        total = 0.0
        for q in range(terms.shape[0]):
            total += terms[q]
        result[row, a, g] += total / days * (share if known == ANY_CLASS else 1.0)


@jit
def probabilities(detection, layout, rows, result):
    """Fill P(history | author, claim), shape (row, reach class, listing class)."""
    x, lay = _unpacked(detection, layout)
    spots, lag_start = layout.spots, layout.lag_start
    t, odds = _tables(x, lay), _node_odds(x, lay)
    widths = np.array([_width(x, lay, s) for s in range(x.region.shape[0])])
    n_v, n_a, n_w, n_g = x.size.shape[1], result.shape[1], x.victim_class.shape[1], result.shape[2]
    result.fill(0.0)
    for place in range(rows.start.shape[0] - 1):
        first, last = rows.start[place], rows.start[place + 1]
        spot, v = spots[place // n_v], place % n_v
        begin, end = lag_start[spot[2]], lag_start[spot[2] + 1]
        for w in range(n_w):
            if not _asked(rows, first, last, w):
                continue
            for a in range(n_a):
                share = x.mark_class[a, spot[1], w]
                for g in range(n_g):
                    for day in range(begin, end):
                        _fill(t, x, odds, widths, spot, v, a, w, g, day)
                        _place(t, x, lay, rows, first, last, a, w, g, share, end - begin, result)


@jit
def _place_back(t, x, lay, rows, first, last, a, c, w, g, days, d_result, d):
    """Gather the gradient of a place's rows in the tables, the nodes' weights, the class shares."""
    share, terms = x.mark_class[a, c, w], np.empty(x.nodes.shape[0])
    by_group = np.empty((lay.group_start.shape[0] - 1, terms.shape[0]))
    for i in range(first, last):
        row = rows.order[i]
        known, change = rows.victim_class[row], d_result[row, a, g] / days
        if known not in (w, ANY_CLASS) or change == 0.0:
            continue
        for q in range(terms.shape[0]):
            terms[q] = x.weights[q]
        _multiply(t.seen, t.missed, rows.mark, row, lay.alone, terms)
        if by_group.shape[0]:
            _multiply_groups(t, lay, rows.mark, row, terms, by_group)
        if known == ANY_CLASS:
            d.mark_class[a, c, w] += change * terms.sum()
            change *= share
        for q in range(terms.shape[0]):
            terms[q] *= change
            t.node[q] += terms[q]
        _gather(t.shown, t.hidden, rows.mark, row, lay.alone, terms)
        for group in range(by_group.shape[0]):
            _group_back(t, lay, rows.mark, row, group, terms, by_group[group])


@jit
def _gather(shown, hidden, mark, row, alone, terms):
    """Gather the gradient of the sources that are in no group."""
    for s in alone:
        if mark[row, s] == REPORTED:
            for q in range(terms.shape[0]):
                shown[s, q] += terms[q]
        elif mark[row, s] == WAS_SILENT:
            for q in range(terms.shape[0]):
                hidden[s, q] += terms[q]


@jit
def _group_back(t, lay, mark, row, group, terms, factor):
    """Gather the gradient of one group's sources at their inner nodes."""
    n_i = lay.group_nodes.shape[0]
    for q in range(terms.shape[0]):
        outer = terms[q] / factor[q]
        for i in range(n_i):
            at = q * n_i + i
            own = outer * lay.group_weights[i] * _inner(t, lay, mark, row, group, at)
            for j in range(lay.group_start[group], lay.group_start[group + 1]):
                s = lay.grouped[j]
                if mark[row, s] == REPORTED:
                    t.shown[s, at] += own
                elif mark[row, s] == WAS_SILENT:
                    t.hidden[s, at] += own


@jit
def probabilities_back(detection, layout, rows, d_result, gradient):
    """Add the gradient of ``probabilities`` to ``gradient``."""
    x, lay = _unpacked(detection, layout)
    d, _ = _unpacked(gradient, layout)
    spots, lag_start = layout.spots, layout.lag_start
    t, odds = _tables(x, lay), _node_odds(x, lay)
    widths = np.array([_width(x, lay, s) for s in range(x.region.shape[0])])
    n_v, n_a, n_w = x.size.shape[1], d_result.shape[1], x.victim_class.shape[1]
    for place in range(rows.start.shape[0] - 1):
        first, last = rows.start[place], rows.start[place + 1]
        spot, v = spots[place // n_v], place % n_v
        begin, end = lag_start[spot[2]], lag_start[spot[2] + 1]
        for w in range(n_w):
            if not _asked(rows, first, last, w):
                continue
            for a in range(n_a):
                for g in range(d_result.shape[2]):
                    for day in range(begin, end):
                        _fill(t, x, odds, widths, spot, v, a, w, g, day)
                        t.shown.fill(0.0)
                        t.hidden.fill(0.0)
                        t.node.fill(0.0)
                        _place_back(
                            t, x, lay, rows, first, last, a, spot[1], w, g, end - begin, d_result, d
                        )
                        _to_logit(t, x, widths, spot[4], a, g, day)
                        _tables_back(t, x, lay, widths, spot, v, a, w, g, day, d)


@jit
def _tables_back(t, x, lay, widths, spot, v, a, w, g, day, d):
    """Carry what the tables gathered to the arrays that they were made of."""
    r, c, epoch, locale = spot[0], spot[1], spot[3], spot[4]
    n_q = x.nodes.shape[0]
    for q in range(n_q):
        d.weights[q] += t.node[q] / x.weights[q]
    for s in range(t.p.shape[0]):
        if x.published[s, day] != 1.0 or x.listed[s, locale, a, g] != 1.0:
            _own_shares_back(t, x, widths, s, locale, a, g, day, d)
        if widths[s] > n_q:
            slope = _grouped_back(t, x, lay, s, d)
        else:
            slope = 0.0
            for q in range(n_q):
                slope += t.shown[s, q]
                d.visibility[s] += t.shown[s, q] * x.nodes[q]
                d.nodes[q] += t.shown[s, q] * x.visibility[s]
        d.region[s, r] += slope
        d.kind[s, c] += slope
        d.size[s, v] += slope
        d.victim_class[s, w] += slope
        d.author[s, a, epoch] += slope


@jit
def _to_logit(t, x, widths, locale, a, g, day):
    """Turn the gradient in log seen and log missed into that in logit p, in ``shown``.

    Where all is in and listed, missed is 1 - p, and nothing is divided.
    """
    for s in range(t.p.shape[0]):
        part = x.published[s, day] * x.listed[s, locale, a, g]
        for q in range(widths[s]):
            p = t.p[s, q]
            lost = p if part == 1.0 else part * p * (1.0 - p) / t.missed[s, q]
            t.shown[s, q] = (1.0 - p) * t.shown[s, q] - lost * t.hidden[s, q]


@jit
def _own_shares_back(t, x, widths, s, locale, a, g, day, d):
    """Add the gradient in what is published and listed of one source.

    After ``_to_logit``: seen = pF has the gradient of F through log F alone.
    """
    in_now, lists = x.published[s, day], x.listed[s, locale, a, g]
    for q in range(widths[s]):
        p = t.p[s, q]
        hidden = t.hidden[s, q] / t.missed[s, q]
        lost = in_now * lists * p * (1.0 - p) * hidden
        shown = (t.shown[s, q] + lost) / (1.0 - p)
        d.published[s, day] += shown / in_now - hidden * p * lists
        d.listed[s, locale, a, g] -= hidden * p * in_now


@jit
def _grouped_back(t, x, lay, s, d):
    """Add the gradient of one grouped source's visibilities; return that in its level."""
    n_i, slope, j = lay.group_nodes.shape[0], 0.0, _among(lay.grouped, s)
    for q in range(x.nodes.shape[0]):
        at_node = 0.0
        for i in range(n_i):
            change = t.shown[s, q * n_i + i]
            at_node += change
            d.group_visibility[j] += change * lay.group_nodes[i]
        slope += at_node
        d.visibility[s] += at_node * x.nodes[q]
        d.nodes[q] += at_node * x.visibility[s]
    return slope


@jit
def _among(values, wanted):
    for i in range(values.shape[0]):
        if values[i] == wanted:
            return i
    return -1
