"""The gradient of ``kernel_histories.probabilities``."""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import inlined, jit, loop
from .histories import ANY_CLASS
from .kernel_groups import answers_back, moment_back, spend
from .kernel_histories import (
    asked,
    fill_factors,
    fill_reporting,
    in_by,
    place_of,
    row_product,
    sum_nodes,
)
from .kernel_pairs import is_pair, pair_back, pair_end
from .kernel_tables import among, around, unpacked


class Gathered(NamedTuple):
    """What rows, visits and places gather; the last axis is (author x node) as in ``Tables``.

    Of the rows of one visit, day and claim, ``credit`` (factor, …): gradient in the logarithms of
    factors, answers of groups among them; ``held`` (lister, …) in the share held back. Of one
    place, ``pure`` (factor, inner node, …) in p and 1 - p, ``logs`` in their logarithms,
    ``moment`` (moment, …) and a row of zeros, ``asked`` (lister,) whether one has any in p. Of
    all places, ``listed`` (lister, locale, listing class, …) in L, ``logit`` (lister, epoch, inner
    node, …) in logit p, ``node`` (…) in the logarithms of the nodes' weights. The rest is room:
    ``outer`` (…), ``total`` and ``change`` (author,).
    """

    credit: Floats
    held: Floats
    pure: Floats
    logs: Floats
    moment: Floats
    asked: Ints
    listed: Floats
    logit: Floats
    node: Floats
    outer: Floats
    total: Floats
    change: Floats


@jit
def gathered(t):
    """Make room for what tables gather; all zeros, which each evaluation leaves behind again."""
    width, n_a = t.weights.shape[0], t.total.shape[0]
    return Gathered(
        np.zeros(t.factor.shape), np.zeros(t.held.shape), np.zeros(t.pure.shape),
        np.zeros(t.pure.shape), np.zeros((t.moment.shape[0] + 1, width)),
        np.zeros(t.blocks.shape[0], np.int64), np.zeros(t.listed.shape),
        np.zeros(t.odds.shape), np.zeros(width), np.empty(width), np.empty(n_a),
        np.empty(n_a),
    )  # fmt: skip


@jit
def probabilities_back(detection, layout, t, got, d_result, gradient):
    """Add the gradient of ``probabilities``, whose tables are ``t``, to ``gradient``."""
    x, d, lay = unpacked(detection), unpacked(gradient), around(layout)
    for place in range(lay.place.shape[0]):
        for w in range(x.victim_class.shape[1]):
            if asked(lay, place, w):
                fill_reporting(t, x, lay, place, w)
                _place_back(t, got, x, lay, place, w, d_result, d)
                _moments_back(t, got, lay, place, w, d)
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
                answers_back(t, got, lay, visit)
                _alone_back(t, got, x, lay.alone, locale, g, day, d)
                _held_back(t, got, x, lay.grouped, locale, g, day, d)


@inlined
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


@inlined
def _alone_back(t, got, x, alone, locale, g, day, d):
    """Carry the credit of silent listers in no group to p, F and L; forget it.

    That in p itself waits for the end of the place: it needs no division there.
    """
    for s in alone:
        if t.whole[s]:
            _move(got.logs, got.credit, 2 * s + 1)
        else:
            in_now = x.published[s, day]
            spend(got.outer, got.credit, t.factor, 2 * s + 1)
            _missed_back(got.pure, got.outer, t.listed, s, locale, g, in_now)
            d.published[s, day] -= _pure_share(
                got.outer, t.pure, t.listed, got.listed, s, locale, g, in_now
            )


@loop
def _move(logs, credit, k):
    """Of a factor that is p or 1 - p, credit is the gradient in its logarithm."""
    for i in range(credit.shape[1]):
        logs[k, 0, i] += credit[k, i]
        credit[k, i] = 0.0


@loop
def _missed_back(d_pure, outer, listed, s, locale, g, in_now):
    for i in range(outer.shape[0]):
        d_pure[2 * s + 1, 0, i] += outer[i]
        d_pure[2 * s, 0, i] += (1.0 - in_now * listed[s, locale, g, i]) * outer[i]


@loop
def _pure_share(outer, pure, listed, d_listed, s, locale, g, in_now):
    """Carry the gradient in 1 - pFL to L; return that in -F."""
    change = 0.0
    for i in range(outer.shape[0]):
        by_held = pure[2 * s, 0, i] * outer[i]
        change += listed[s, locale, g, i] * by_held
        d_listed[s, locale, g, i] -= in_now * by_held
    return change


@inlined
def _held_back(t, got, x, grouped, locale, g, day, d):
    """Carry the gradient in 1 - FL of listers in groups to F and L; forget it."""
    for s in grouped:
        if not t.whole[s]:
            d.published[s, day] -= _listed_share(
                got.held, t.listed, got.listed, s, locale, g, x.published[s, day]
            )


@loop
def _listed_share(d_held, listed, d_listed, s, locale, g, in_now):
    change = 0.0
    for i in range(d_held.shape[1]):
        change += listed[s, locale, g, i] * d_held[s, i]
        d_listed[s, locale, g, i] -= in_now * d_held[s, i]
    for i in range(d_held.shape[1]):
        d_held[s, i] = 0.0
    return change


@inlined
def _moments_back(t, got, lay, place, w, d):
    """Carry the gradient of one place's moments to its listers; forget it."""
    _, _, epoch, _ = place_of(lay.place, place)
    first, last = lay.moment_start[place], lay.moment_start[place + 1]
    k = first
    while k < last:
        end = k + 1
        if is_pair(lay, k):
            end = pair_end(lay, k, last)
            one, two, by_one, by_two = pair_back(t, got, lay, first, k, end, epoch)
            _add_slope(lay, place, w, d, one, by_one)
            _add_slope(lay, place, w, d, two, by_two)
        else:
            moment_back(t, got, lay, k, k - first)
        for m in range(k - first, end - first):
            _forget(got.moment, m)
        k = end


@loop
def _forget(moment, m):
    for i in range(moment.shape[1]):
        moment[m, i] = 0.0


@inlined
def _add_slope(lay, place, w, d, s, slope):
    """Carry the gradient in all of a lister's logits of one place to their parts."""
    r, c, _, v = place_of(lay.place, place)
    d.region[s, r] += slope
    d.kind[s, c] += slope
    d.size[s, v] += slope
    d.victim_class[s, w] += slope


@inlined
def _reporting_back(t, got, lay, place, w, d):
    """Carry the gradient in p to logit p and its parts; forget it."""
    _, _, epoch, _ = place_of(lay.place, place)
    for s in lay.alone:
        _move(got.logs, got.credit, 2 * s)
        got.asked[s] = 1
    for s in range(t.blocks.shape[0]):
        if got.asked[s]:
            slope = 0.0
            for block in range(t.blocks[s]):
                slope += _to_logit(t.pure, got.pure, got.logs, got.logit, s, epoch, block)
            _add_slope(lay, place, w, d, s, slope)
            got.asked[s] = 0


@loop
def _to_logit(pure, d_pure, logs, logit, s, epoch, block):
    slope = 0.0
    for i in range(pure.shape[2]):
        p, rest = pure[2 * s, block, i], pure[2 * s + 1, block, i]
        change = p * rest * (d_pure[2 * s, block, i] - d_pure[2 * s + 1, block, i])
        change += rest * logs[2 * s, block, i] - p * logs[2 * s + 1, block, i]
        logit[s, epoch, block, i] += change
        slope += change
    for i in range(pure.shape[2]):
        d_pure[2 * s, block, i] = 0.0
        d_pure[2 * s + 1, block, i] = 0.0
        logs[2 * s, block, i] = 0.0
        logs[2 * s + 1, block, i] = 0.0
    return slope


@jit
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
    got.logit.fill(0.0)
    got.listed.fill(0.0)
    got.node.fill(0.0)


@loop
def _listed_back(listed, d_listed, n_q):
    n_s, n_locale, n_g, width = listed.shape
    for s in range(n_s):
        for locale in range(n_locale):
            for g in range(n_g):
                for i in range(width):
                    d_listed[s, locale, i // n_q, g] += listed[s, locale, g, i]
