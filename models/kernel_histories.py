"""P(capture history) as fused loops, forwards and backwards; the formulas are in ``detection``.

At a place, for one class of authors and victims, one class of claims and one day, every source has
one probability of reporting at each node of the visibility: it is worked out once, and all
histories of the place use it. Sources of a group have inner nodes as well.
"""

from typing import NamedTuple

import numpy as np

from .compiled import jit
from .engine import Floats
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
    logarithms of seen and missed. Of sources alone the first nodes are used.
    """

    p: Floats
    seen: Floats
    missed: Floats
    shown: Floats
    hidden: Floats


@register
class _DetectionStruct(Struct):
    pass


class DetectionRef(Pointer):
    """``Detection`` as one pointer."""


define(DetectionRef, _DetectionStruct, Detection)


@register
class _TablesStruct(Struct):
    pass


class TablesRef(Pointer):
    """``Tables`` as one pointer."""


define(TablesRef, _TablesStruct, Tables)


@jit
def pack_detection(record):
    """Point to a ``Detection``."""
    return DetectionRef(*record)


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
    return TablesRef(
        np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
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
def _group_terms(t, lay, mark, row, group, out):
    """Fill Σ_i w_i Π f of one group at each node of z; False where none of it was looking."""
    n_i, any_looking = lay.group_nodes.shape[0], False
    for j in range(lay.group_start[group], lay.group_start[group + 1]):
        any_looking = any_looking or mark[row, lay.grouped[j]] > 0
    if not any_looking:
        return False
    for q in range(out.shape[0]):
        total = 0.0
        for i in range(n_i):
            total += _inner(t, lay, mark, row, group, q * n_i + i) * lay.group_weights[i]
        out[q] = total
    return True


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
def _terms(t, x, lay, mark, row, terms, by_group):
    """Fill each node's part of P(history); ``by_group`` holds the groups' factors."""
    for q in range(terms.shape[0]):
        terms[q] = x.weights[q]
    for s in lay.alone:
        if mark[row, s] == REPORTED:
            for q in range(terms.shape[0]):
                terms[q] *= t.seen[s, q]
        elif mark[row, s] == WAS_SILENT:
            for q in range(terms.shape[0]):
                terms[q] *= t.missed[s, q]
    for group in range(by_group.shape[0]):
        if _group_terms(t, lay, mark, row, group, by_group[group]):
            for q in range(terms.shape[0]):
                terms[q] *= by_group[group, q]


@jit
def _asked(rows, first, last, w):
    """Whether a place has a row of this class, or of an unknown one."""
    for i in range(first, last):
        known = rows.victim_class[rows.order[i]]
        if known in (w, ANY_CLASS):
            return True
    return False


@jit
def _row_weight(x, rows, row, a, c, w, days):
    """Weight of one class and day in a row's probability; 0 where it is of another class."""
    known = rows.victim_class[row]
    if known == ANY_CLASS:
        return x.mark_class[a, c, w] / days
    return 1.0 / days if known == w else 0.0


@jit
def probabilities(x, lay, rows, result):
    """Fill P(history | author, claim), shape (row, reach class, listing class)."""
    t, odds = _tables(x, lay), _node_odds(x, lay)
    widths = np.array([_width(x, lay, s) for s in range(x.region.shape[0])])
    n_v, n_a, n_w, n_g = x.size.shape[1], result.shape[1], x.victim_class.shape[1], result.shape[2]
    terms = np.empty(x.nodes.shape[0])
    by_group = np.empty((lay.group_start.shape[0] - 1, terms.shape[0]))
    result[:] = 0.0
    for place in range(rows.start.shape[0] - 1):
        first, last = rows.start[place], rows.start[place + 1]
        spot, v = lay.spots[place // n_v], place % n_v
        begin, end = lay.lag_start[spot[2]], lay.lag_start[spot[2] + 1]
        for w in range(n_w):
            if not _asked(rows, first, last, w):
                continue
            for a in range(n_a):
                for g in range(n_g):
                    for day in range(begin, end):
                        _fill(t, x, odds, widths, spot, v, a, w, g, day)
                        for i in range(first, last):
                            row = rows.order[i]
                            weight = _row_weight(x, rows, row, a, spot[1], w, end - begin)
                            if weight > 0.0:
                                _terms(t, x, lay, rows.mark, row, terms, by_group)
                                result[row, a, g] += weight * terms.sum()


@jit
def probabilities_back(x, lay, rows, d_result, d):
    """Add the gradient of ``probabilities`` to ``d``."""
    t, odds = _tables(x, lay), _node_odds(x, lay)
    widths = np.array([_width(x, lay, s) for s in range(x.region.shape[0])])
    n_v, n_a, n_w = x.size.shape[1], d_result.shape[1], x.victim_class.shape[1]
    terms = np.empty(x.nodes.shape[0])
    by_group = np.empty((lay.group_start.shape[0] - 1, terms.shape[0]))
    for place in range(rows.start.shape[0] - 1):
        first, last = rows.start[place], rows.start[place + 1]
        spot, v = lay.spots[place // n_v], place % n_v
        begin, end = lay.lag_start[spot[2]], lay.lag_start[spot[2] + 1]
        for w in range(n_w):
            if not _asked(rows, first, last, w):
                continue
            for a in range(n_a):
                for g in range(d_result.shape[2]):
                    for day in range(begin, end):
                        _fill(t, x, odds, widths, spot, v, a, w, g, day)
                        t.shown.fill(0.0)
                        t.hidden.fill(0.0)
                        for i in range(first, last):
                            row = rows.order[i]
                            _row_back(
                                t, x, lay, rows, row, a, spot[1], w, end - begin,
                                d_result[row, a, g], terms, by_group, d,
                            )  # fmt: skip
                        _tables_back(t, x, lay, widths, spot, v, a, w, g, day, d)


@jit
def _row_back(t, x, lay, rows, row, a, c, w, days, change, terms, by_group, d):
    """Gather one row's gradient in the tables, the nodes' weights and the class shares."""
    weight = _row_weight(x, rows, row, a, c, w, days)
    if weight == 0.0 or change == 0.0:
        return
    mark = rows.mark
    _terms(t, x, lay, mark, row, terms, by_group)
    if rows.victim_class[row] == ANY_CLASS:
        d.mark_class[a, c, w] += change * terms.sum() / days
    for q in range(terms.shape[0]):
        terms[q] *= weight * change
        d.weights[q] += terms[q] / x.weights[q]
    _alone_back(t, lay, mark, row, terms)
    for group in range(by_group.shape[0]):
        if _group_terms(t, lay, mark, row, group, by_group[group]):
            _group_back(t, lay, mark, row, group, terms, by_group[group])


@jit
def _alone_back(t, lay, mark, row, terms):
    """Gather the gradient of the sources that are in no group."""
    for s in lay.alone:
        if mark[row, s] == REPORTED:
            for q in range(terms.shape[0]):
                t.shown[s, q] += terms[q]
        elif mark[row, s] == WAS_SILENT:
            for q in range(terms.shape[0]):
                t.hidden[s, q] += terms[q]


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
def _tables_back(t, x, lay, widths, spot, v, a, w, g, day, d):
    """Carry what the tables gathered to the arrays that they were made of."""
    r, c, epoch, locale = spot[0], spot[1], spot[3], spot[4]
    n_q, n_i = x.nodes.shape[0], lay.group_nodes.shape[0]
    for s in range(t.p.shape[0]):
        in_now, lists = x.published[s, day], x.listed[s, locale, a, g]
        inner = n_i if widths[s] > n_q else 1
        j = _among(lay.grouped, s) if inner > 1 else -1
        slope, in_change, list_change = 0.0, 0.0, 0.0
        for q in range(n_q):
            at_node = 0.0
            for i in range(inner):
                at = q * inner + i
                p, missed = t.p[s, at], t.missed[s, at]
                hidden = t.hidden[s, at] / missed
                change = (1.0 - p) * (t.shown[s, at] - hidden * in_now * lists * p)
                at_node += change
                in_change += t.shown[s, at] / in_now - hidden * p * lists
                list_change -= hidden * p * in_now
                if j >= 0:
                    d.group_visibility[j] += change * lay.group_nodes[i]
            slope += at_node
            d.visibility[s] += at_node * x.nodes[q]
            d.nodes[q] += at_node * x.visibility[s]
        d.region[s, r] += slope
        d.kind[s, c] += slope
        d.size[s, v] += slope
        d.victim_class[s, w] += slope
        d.author[s, a, epoch] += slope
        d.published[s, day] += in_change
        d.listed[s, locale, a, g] += list_change


@jit
def _among(values, wanted):
    for i in range(values.shape[0]):
        if values[i] == wanted:
            return i
    return -1
