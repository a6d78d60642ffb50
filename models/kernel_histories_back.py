"""The gradient of ``kernel_histories.probabilities``."""

from typing import NamedTuple

import numpy as np

from .compiled import jit, loop
from .engine import Floats
from .histories import ANY_CLASS, REPORTED, WAS_SILENT
from .kernel_histories import (
    all_in,
    among,
    around,
    asked,
    fill_missed,
    fill_reporting,
    in_by,
    inner_product,
    product,
    spot_of,
    sum_nodes,
    tables,
    times_groups,
    unpacked,
)


class Gathered(NamedTuple):
    """What rows and places gather; the last axis is (author x node) as in ``Tables``.

    ``shown`` and ``hidden`` (lister, inner node, …), of one place, day and claim: gradient in the
    logarithms of p and of 1 - pFL. Of all places, ``listed`` (lister, locale, listing class, …)
    in L, ``logit`` (lister, epoch, inner node, …) in logit p, ``node`` (…) in the logarithms of
    the nodes' weights. The rest is room: ``outer`` (…), ``total`` and ``change`` (author,).
    """

    shown: Floats
    hidden: Floats
    listed: Floats
    logit: Floats
    node: Floats
    outer: Floats
    total: Floats
    change: Floats


@jit
def _gathered(t):
    width, n_a = t.weights.shape[0], t.total.shape[0]
    return Gathered(
        np.zeros(t.p.shape), np.zeros(t.p.shape), np.zeros(t.listed.shape),
        np.zeros(t.odds.shape), np.zeros(width), np.empty(width), np.empty(n_a), np.empty(n_a),
    )  # fmt: skip


@jit
def probabilities_back(detection, layout, d_result, gradient):
    """Add the gradient of ``probabilities`` to ``gradient``."""
    x, d, lay = unpacked(detection), unpacked(gradient), around(layout)
    t, n_v = tables(x, lay), x.size.shape[1]
    got = _gathered(t)
    for place in range(lay.start.shape[0] - 1):
        first, last = lay.start[place], lay.start[place + 1]
        spot, v = spot_of(lay.spots, place // n_v), place % n_v
        begin, end = lay.lag_start[spot[2]], lay.lag_start[spot[2] + 1]
        for w in range(x.victim_class.shape[1]):
            if not asked(lay.order, lay.victim_class, first, last, w):
                continue
            fill_reporting(t, x, spot, v, w)
            for day in range(begin, end):
                for g in range(d_result.shape[2]):
                    fill_missed(t, x, spot[4], day, g)
                    share = 1.0 / (end - begin)
                    _place_back(t, got, x, lay, first, last, spot[1], w, g, day, share, d_result, d)
                    _sources_back(t, got, x, spot, v, w, g, day, d)
    _nodes_back(t, got, x, lay, d)


@loop
def _place_back(t, got, x, lay, first, last, c, w, g, day, share, d_result, d):
    """Gather the gradient of a place's rows in the tables, and in the class shares."""
    order, victim_class, mark = lay.order, lay.victim_class, lay.mark
    terms, weights, p, missed, alone = t.terms, t.weights, t.p, t.missed, lay.alone
    total, change, node, published = got.total, got.change, got.node, x.published
    shown, hidden, classes, d_classes = got.shown, got.hidden, x.mark_class, d.mark_class
    for i in range(first, last):
        row = order[i]
        known = victim_class[row]
        if known not in (w, ANY_CLASS):
            continue
        product(terms, weights, p, missed, mark, row, alone)
        if t.by_group.shape[0]:
            times_groups(t, lay, mark, row)
        scale = share * in_by(published, mark, row, day)
        for a in range(change.shape[0]):
            change[a] = d_result[row, a, g] * scale
        if known == ANY_CLASS:
            sum_nodes(terms, total, x.nodes.shape[0])
            for a in range(change.shape[0]):
                d_classes[a, c, w] += change[a] * total[a]
                change[a] *= classes[a, c, w]
        _scale(terms, change, node, x.nodes.shape[0])
        for k in range(alone.shape[0]):
            _gather(shown, hidden, terms, mark[row, alone[k]], alone[k], 0)
        if t.by_group.shape[0]:
            _groups_back(t, got, lay, mark, row)


@loop
def _scale(terms, change, node, n_q):
    """Turn each node's part of P(history) into its gradient."""
    for a in range(change.shape[0]):
        by = change[a]
        for q in range(n_q):
            terms[a * n_q + q] *= by
    for i in range(terms.shape[0]):
        node[i] += terms[i]


@loop
def _gather(shown, hidden, terms, mark, s, block):
    if mark == REPORTED:
        for i in range(terms.shape[0]):
            shown[s, block, i] += terms[i]
    elif mark == WAS_SILENT:
        for i in range(terms.shape[0]):
            hidden[s, block, i] += terms[i]


@loop
def _groups_back(t, got, lay, mark, row):
    """Gather the gradient of the groups' sources at their inner nodes."""
    terms, inner, outer, by_group, grouped = t.terms, t.product, got.outer, t.by_group, lay.grouped
    for group in range(by_group.shape[0]):
        for i in range(terms.shape[0]):
            outer[i] = terms[i] / by_group[group, i]
        for block in range(lay.group_nodes.shape[0]):
            inner_product(t, lay, mark, row, group, block)
            weight = lay.group_weights[block]
            for i in range(terms.shape[0]):
                inner[i] *= weight * outer[i]
            for j in range(lay.group_start[group], lay.group_start[group + 1]):
                _gather(got.shown, got.hidden, inner, mark[row, grouped[j]], grouped[j], block)


@loop
def _sources_back(t, got, x, spot, v, w, g, day, d):
    """Carry what one place gathered to logit p and its parts, to F and to L; forget it."""
    r, c, epoch, locale = spot[0], spot[1], spot[3], spot[4]
    for s in range(t.blocks.shape[0]):
        slope, whole = 0.0, all_in(x, s, locale, day, g)
        for block in range(t.blocks[s]):
            if not whole:
                in_now = x.published[s, day]
                d.published[s, day] += _shares_back(
                    t.p, t.miss, t.missed, t.listed, got.shown, got.hidden, got.listed, s, block,
                    locale, g, in_now,
                )  # fmt: skip
            slope += _to_logit(t.p, t.miss, got.shown, got.hidden, got.logit, s, epoch, block)
        d.region[s, r] += slope
        d.kind[s, c] += slope
        d.size[s, v] += slope
        d.victim_class[s, w] += slope


@loop
def _to_logit(p, miss, shown, hidden, logit, s, epoch, block):
    """Gradient in logit p from those in log p and log (1 - p), forgotten then; return its sum."""
    slope = 0.0
    for i in range(p.shape[2]):
        change = miss[s, block, i] * shown[s, block, i] - p[s, block, i] * hidden[s, block, i]
        logit[s, epoch, block, i] += change
        slope += change
    for i in range(p.shape[2]):
        shown[s, block, i] = 0.0
        hidden[s, block, i] = 0.0
    return slope


@loop
def _shares_back(p, miss, missed, listed, shown, hidden, d_listed, s, block, locale, g, in_now):
    """Gradient in F, returned, and in L; ``hidden`` turns into that in log(1 - p).

    d log(1 - pFL) = -(FL dp + pL dF + pF dL) / (1 - pFL), and log seen = log p + log F.
    """
    change = 0.0
    for i in range(p.shape[2]):
        lost = hidden[s, block, i] / missed[s, block, i]
        by_listed = p[s, block, i] * lost
        change += shown[s, block, i] / in_now - listed[s, locale, g, i] * by_listed
        d_listed[s, locale, g, i] -= in_now * by_listed
        hidden[s, block, i] = in_now * listed[s, locale, g, i] * miss[s, block, i] * lost
    return change


@loop
def _nodes_back(t, got, x, lay, d):
    """Carry what all places gathered to authors, visibilities, nodes and weights."""
    n_q, node, logit = x.nodes.shape[0], got.node, got.logit
    for i in range(node.shape[0]):
        d.weights[i % n_q] += node[i] / x.weights[i % n_q]
    for s in range(logit.shape[0]):
        j = among(lay.grouped, s)
        for epoch in range(logit.shape[1]):
            for block in range(t.blocks[s]):
                for i in range(node.shape[0]):
                    change, q = logit[s, epoch, block, i], i % n_q
                    d.author[s, i // n_q, epoch] += change
                    d.visibility[s] += change * x.nodes[q]
                    d.nodes[q] += change * x.visibility[s]
                    if j >= 0:
                        d.group_visibility[j] += change * lay.group_nodes[block]
    _listed_back(got.listed, d.listed, n_q)


@loop
def _listed_back(listed, d_listed, n_q):
    n_s, n_locale, n_g, width = listed.shape
    for s in range(n_s):
        for locale in range(n_locale):
            for g in range(n_g):
                for i in range(width):
                    d_listed[s, locale, i // n_q, g] += listed[s, locale, g, i]
