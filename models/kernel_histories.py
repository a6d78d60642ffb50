"""P(capture history) as fused loops; ``kernel_histories_back`` goes the way back.

The formulas are in ``detection``, the layout in ``kernel_rows``. At a place, for one class of
victims, every source has one probability of reporting by author and node of the visibility: it is
worked out once, and all histories of the place use it. The vector that the inner loops run along is
(author, node), nodes innermost; sources of a group have one for each inner node
(``kernel_groups``).
"""

import numpy as np

from .compiled import inlined, jit, loop
from .histories import ANY_CLASS
from .kernel_groups import fill_answers, fill_moments
from .kernel_tables import around, fill_tables, unpacked


@inlined
def fill_reporting(t, x, lay, place, w):
    """Fill p, 1 - p and the moments of one place and class of victims."""
    r, c, epoch, v = place_of(lay.place, place)
    for s in range(t.blocks.shape[0]):
        logit = x.region[s, r] + x.kind[s, c] + x.size[s, v] + x.victim_class[s, w]
        base = np.exp(-logit)
        for block in range(t.blocks[s]):
            _fill_one(t.pure, t.odds, s, epoch, block, base)
    for s in lay.alone:
        _copy(t.factor, t.pure, 2 * s)
    fill_moments(t, lay, place)


@loop
def place_of(place, i):
    """Region, kind, epoch and size of one place."""
    return place[i, 0], place[i, 1], place[i, 2], place[i, 3]


@loop
def _fill_one(pure, odds, s, epoch, block, base):
    for i in range(pure.shape[2]):
        against = base * odds[s, epoch, block, i]
        p = 1.0 / (1.0 + against)
        pure[2 * s, block, i] = p
        pure[2 * s + 1, block, i] = against * p


@loop
def _copy(factor, pure, k):
    for i in range(factor.shape[1]):
        factor[k, i] = pure[k, 0, i]


@inlined
def _all_in(x, s, locale, day, g):
    """Whether all that a source saw is published and listed."""
    if x.published[s, day] != 1.0:
        return False
    for a in range(x.listed.shape[2]):
        share = x.listed[s, locale, a, g]
        if share != 1.0:
            return False
    return True


@inlined
def fill_factors(t, x, lay, visit, day, g):
    """Fill 1 - pFL of one visit, day and class of claims, and the answers of groups."""
    locale = lay.visit[visit, 1]
    for s in range(t.blocks.shape[0]):
        t.whole[s] = _all_in(x, s, locale, day, g)
    for s in lay.grouped:
        if not t.whole[s]:
            _fill_held(t.held, t.listed, s, locale, g, x.published[s, day])
    for s in lay.alone:
        if t.whole[s]:
            _copy(t.factor, t.pure, 2 * s + 1)
        else:
            _missed(t.factor, t.pure, t.listed, s, locale, g, x.published[s, day])
    fill_answers(t, lay, visit)


@loop
def _fill_held(held, listed, s, locale, g, in_now):
    for i in range(held.shape[1]):
        held[s, i] = 1.0 - in_now * listed[s, locale, g, i]


@loop
def _missed(factor, pure, listed, s, locale, g, in_now):
    """1 - pFL as (1 - p) + p (1 - FL): nothing cancels."""
    for i in range(factor.shape[1]):
        held = 1.0 - in_now * listed[s, locale, g, i]
        factor[2 * s + 1, i] = pure[2 * s + 1, 0, i] + held * pure[2 * s, 0, i]


@loop
def row_product(terms, weights, factor, factors, first, last):
    """Fill each author's and node's part of P(history), but for ΠF."""
    for i in range(terms.shape[0]):
        terms[i] = weights[i]
    for j in range(first, last - 1, 2):
        one, two = factors[j], factors[j + 1]
        for i in range(terms.shape[0]):
            terms[i] *= factor[one, i] * factor[two, i]
    if (last - first) % 2:
        one = factors[last - 1]
        for i in range(terms.shape[0]):
            terms[i] *= factor[one, i]


@inlined
def asked(lay, place, w):
    """Whether a place has a row of this class, or of an unknown one."""
    first, last = lay.visit_start[place], lay.visit_start[place + 1]
    for i in range(lay.start[first], lay.start[last]):
        known = lay.victim_class[lay.order[i]]
        if known in (w, ANY_CLASS):
            return True
    return False


@loop
def sum_nodes(terms, total, n_q):
    """Fill ``total`` with each author's sum over nodes."""
    for a in range(total.shape[0]):
        mass = 0.0
        for q in range(n_q):
            mass += terms[a * n_q + q]
        total[a] = mass


@loop
def in_by(published, reporter, first, last, day):
    """ΠF of those that reported."""
    scale = 1.0
    for j in range(first, last):
        scale *= published[reporter[j], day]
    return scale


@inlined
def _visit(t, x, lay, visit, c, w, g, day, share, result):
    """Add the rows of one visit, class and day; ``share`` is the day's weight."""
    order, victim_class, published, classes = lay.order, lay.victim_class, x.published, x.mark_class
    starts, factors, by_start, reporter = (
        lay.factor_start, lay.factor, lay.reporter_start, lay.reporter
    )  # fmt: skip
    terms, weights, factor, total, n_q = t.terms, t.weights, t.factor, t.total, x.nodes.shape[0]
    for i in range(lay.start[visit], lay.start[visit + 1]):
        row = order[i]
        known = victim_class[row]
        if known not in (w, ANY_CLASS):
            continue
        row_product(terms, weights, factor, factors, starts[i], starts[i + 1])
        sum_nodes(terms, total, n_q)
        scale = share * in_by(published, reporter, by_start[i], by_start[i + 1], day)
        for a in range(total.shape[0]):
            of_class = classes[a, c, w] if known == ANY_CLASS else 1.0
            result[row, a, g] += total[a] * scale * of_class


@jit
def probabilities(detection, layout, t, result):
    """Fill P(history | author, claim), shape (row, reach class, listing class)."""
    x, lay = unpacked(detection), around(layout)
    fill_tables(t, x, lay)
    result.fill(0.0)
    for place in range(lay.place.shape[0]):
        for w in range(x.victim_class.shape[1]):
            if asked(lay, place, w):
                fill_reporting(t, x, lay, place, w)
                _place(t, x, lay, place, w, result)


@loop
def _place(t, x, lay, place, w, result):
    for visit in range(lay.visit_start[place], lay.visit_start[place + 1]):
        lag = lay.visit[visit, 0]
        begin, end = lay.lag_start[lag], lay.lag_start[lag + 1]
        for day in range(begin, end):
            for g in range(result.shape[2]):
                fill_factors(t, x, lay, visit, day, g)
                share = 1.0 / (end - begin)
                _visit(t, x, lay, visit, lay.place[place, 1], w, g, day, share, result)
