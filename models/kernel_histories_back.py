"""The gradient of ``kernel_histories.probabilities``."""

from typing import NamedTuple

import numpy as np

from .compiled import jit, loop
from .engine import Floats
from .histories import ANY_CLASS
from .kernel_histories import (
    all_in,
    among,
    around,
    asked,
    fill_factors,
    fill_reporting,
    in_by,
    inner_product,
    place_of,
    row_product,
    sum_nodes,
    tables,
    unpacked,
)


class Gathered(NamedTuple):
    """What rows, visits and places gather; the last axis is (author x node) as in ``Tables``.

    Of the rows of one visit, day and claim, ``credit`` (factor, …): gradient in the logarithms of
    factors, answers of groups among them. ``factor`` (factor, inner node, …): that in the factors
    of listers; of silence of one visit, day and claim, of reporting of one place. Of all places,
    ``listed`` (lister, locale, listing class, …) in L, ``logit`` (lister, epoch, inner node, …) in
    logit p, ``node`` (…) in the logarithms of the nodes' weights. The rest is room: ``outer`` (…),
    ``total`` and ``change`` (author,).
    """

    credit: Floats
    factor: Floats
    listed: Floats
    logit: Floats
    node: Floats
    outer: Floats
    total: Floats
    change: Floats


@jit
def _gathered(t):
    width, n_a, n_s = t.weights.shape[0], t.total.shape[0], t.blocks.shape[0]
    return Gathered(
        np.zeros((t.factor.shape[0], width)), np.zeros((2 * n_s, t.factor.shape[1], width)),
        np.zeros(t.listed.shape), np.zeros(t.odds.shape), np.zeros(width), np.empty(width),
        np.empty(n_a), np.empty(n_a),
    )  # fmt: skip


@jit
def probabilities_back(detection, layout, d_result, gradient):
    """Add the gradient of ``probabilities`` to ``gradient``."""
    x, d, lay = unpacked(detection), unpacked(gradient), around(layout)
    t = tables(x, lay)
    got = _gathered(t)
    for place in range(lay.place.shape[0]):
        for w in range(x.victim_class.shape[1]):
            if asked(lay, place, w):
                fill_reporting(t, x, lay, place, w)
                _place_back(t, got, x, lay, place, w, d_result, d)
                _reporting_back(t, got, lay, place, w, d)
    _nodes_back(t, got, x, lay, d)


@loop
def _place_back(t, got, x, lay, place, w, d_result, d):
    """Carry the gradient of a place's rows to p, F, L and the class shares."""
    for visit in range(lay.visit_start[place], lay.visit_start[place + 1]):
        lag, locale = lay.visit[visit, 0], lay.visit[visit, 1]
        begin, end = lay.lag_start[lag], lay.lag_start[lag + 1]
        for day in range(begin, end):
            for g in range(d_result.shape[2]):
                fill_factors(t, x, lay, visit, day, g)
                share = 1.0 / (end - begin)
                _visit_back(t, got, x, lay, visit, lay.place[place, 1], w, g, day, share,
                            d_result, d)  # fmt: skip
                _answers_back(t, got, lay, visit)
                _alone_back(got.credit, t.factor, got.factor, lay.alone)
                _silence_back(t, got, x, locale, g, day, d)


@loop
def _visit_back(t, got, x, lay, visit, c, w, g, day, share, d_result, d):
    """Gather the gradient of a visit's rows in ``credit``, in F and in the class shares."""
    order, victim_class, published, classes = lay.order, lay.victim_class, x.published, x.mark_class
    starts, factors, by_start, reporter = (
        lay.factor_start, lay.factor, lay.reporter_start, lay.reporter
    )  # fmt: skip
    terms, weights, factor, n_q = t.terms, t.weights, t.factor, x.nodes.shape[0]
    total, change, credit, d_classes = got.total, got.change, got.credit, d.mark_class
    for i in range(lay.start[visit], lay.start[visit + 1]):
        row = order[i]
        known = victim_class[row]
        if known not in (w, ANY_CLASS):
            continue
        row_product(terms, weights, factor, factors, starts[i], starts[i + 1])
        scale = share * in_by(published, reporter, by_start[i], by_start[i + 1], day)
        for a in range(change.shape[0]):
            change[a] = d_result[row, a, g] * scale
        if known == ANY_CLASS:
            sum_nodes(terms, total, n_q)
            for a in range(change.shape[0]):
                d_classes[a, c, w] += change[a] * total[a]
                change[a] *= classes[a, c, w]
        mass = _scale(terms, change, got.node, n_q)
        for j in range(by_start[i], by_start[i + 1]):
            d.published[reporter[j], day] += mass / published[reporter[j], day]
        for j in range(starts[i], starts[i + 1]):
            _gather(credit, terms, factors[j])


@loop
def _scale(terms, change, node, n_q):
    """Turn each author's and node's part of P(history) into its gradient; return their sum."""
    mass = 0.0
    for a in range(change.shape[0]):
        by = change[a]
        for q in range(n_q):
            terms[a * n_q + q] *= by
    for i in range(terms.shape[0]):
        node[i] += terms[i]
        mass += terms[i]
    return mass


@loop
def _gather(credit, terms, k):
    for i in range(terms.shape[0]):
        credit[k, i] += terms[i]


@loop
def _answers_back(t, got, lay, visit):
    """Carry the credit of groups' answers to their parts; forget it."""
    first, outer = lay.answer_start[visit], got.outer
    for answer in range(first, lay.answer_start[visit + 1]):
        k = 2 * t.blocks.shape[0] + answer - first
        _spend(outer, got.credit, t.factor, k)
        begin, end = lay.part_start[answer], lay.part_start[answer + 1]
        one, two = lay.part[begin], lay.part[end - 1]
        for block in range(lay.group_nodes.shape[0]):
            weight = lay.group_weights[block]
            if end - begin == 1:
                _one_back(got.factor, outer, one, block, weight)
            elif end - begin == 2:
                _two_back(got.factor, t.factor, outer, one, two, block, weight)
            else:
                inner_product(t.product, t.factor, lay.part, begin, end, block)
                for j in range(begin, end):
                    _part_back(got.factor, t.factor, t.product, outer, lay.part[j], block, weight)


@loop
def _spend(outer, credit, factor, k):
    """Gradient in a factor from that in its logarithm, forgotten then."""
    for i in range(outer.shape[0]):
        outer[i] = credit[k, i] / factor[k, 0, i]
    for i in range(outer.shape[0]):
        credit[k, i] = 0.0


@loop
def _one_back(d_factor, outer, one, block, weight):
    for i in range(outer.shape[0]):
        d_factor[one, block, i] += weight * outer[i]


@loop
def _two_back(d_factor, factor, outer, one, two, block, weight):
    for i in range(outer.shape[0]):
        d_factor[one, block, i] += weight * outer[i] * factor[two, block, i]
    for i in range(outer.shape[0]):
        d_factor[two, block, i] += weight * outer[i] * factor[one, block, i]


@loop
def _part_back(d_factor, factor, product, outer, part, block, weight):
    for i in range(outer.shape[0]):
        d_factor[part, block, i] += weight * outer[i] * product[i] / factor[part, block, i]


@loop
def _alone_back(credit, factor, d_factor, alone):
    """Carry the credit of listers in no group to their factors; forget it."""
    for s in alone:
        for k in range(2 * s, 2 * s + 2):
            for i in range(credit.shape[1]):
                d_factor[k, 0, i] += credit[k, i] / factor[k, 0, i]
            for i in range(credit.shape[1]):
                credit[k, i] = 0.0


@loop
def _silence_back(t, got, x, locale, g, day, d):
    """Carry the gradient in 1 - pFL to p, F and L; forget it."""
    for s in range(t.blocks.shape[0]):
        whole = all_in(x, s, locale, day, g)
        for block in range(t.blocks[s]):
            if whole:
                _whole_back(got.factor, s, block)
            else:
                d.published[s, day] += _part_in_back(
                    t.factor, t.listed, got.factor, got.listed, s, block, locale, g,
                    x.published[s, day],
                )  # fmt: skip


@loop
def _whole_back(d_factor, s, block):
    for i in range(d_factor.shape[2]):
        d_factor[2 * s, block, i] -= d_factor[2 * s + 1, block, i]
    for i in range(d_factor.shape[2]):
        d_factor[2 * s + 1, block, i] = 0.0


@loop
def _part_in_back(factor, listed, d_factor, d_listed, s, block, locale, g, in_now):
    """d(1 - pFL) = -(FL dp + pL dF + pF dL); return the gradient in F."""
    change = 0.0
    for i in range(factor.shape[2]):
        lost, share = d_factor[2 * s + 1, block, i], listed[s, locale, g, i]
        by_p = factor[2 * s, block, i] * lost
        change -= share * by_p
        d_listed[s, locale, g, i] -= in_now * by_p
        d_factor[2 * s, block, i] -= in_now * share * lost
    for i in range(factor.shape[2]):
        d_factor[2 * s + 1, block, i] = 0.0
    return change


@loop
def _reporting_back(t, got, lay, place, w, d):
    """Carry the gradient in p to logit p and its parts; forget it."""
    r, c, epoch, v = place_of(lay.place, place)
    for s in range(t.blocks.shape[0]):
        slope = 0.0
        for block in range(t.blocks[s]):
            slope += _to_logit(t.factor, t.miss, got.factor, got.logit, s, epoch, block)
        d.region[s, r] += slope
        d.kind[s, c] += slope
        d.size[s, v] += slope
        d.victim_class[s, w] += slope


@loop
def _to_logit(factor, miss, d_factor, logit, s, epoch, block):
    slope = 0.0
    for i in range(miss.shape[2]):
        change = factor[2 * s, block, i] * miss[s, block, i] * d_factor[2 * s, block, i]
        logit[s, epoch, block, i] += change
        slope += change
    for i in range(miss.shape[2]):
        d_factor[2 * s, block, i] = 0.0
    return slope


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
