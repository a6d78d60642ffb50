"""P(capture history) as fused loops; ``kernel_histories_back`` goes the way back.

The formulas are in ``detection``, the layout in ``kernel_rows``. At a place, for one class of
victims, every source has one probability of reporting by author and node of the visibility: it is
worked out once, and all histories of the place use it. The vector that the inner loops run along is
(author, node), nodes innermost; sources of a group have one for each inner node
(``kernel_groups``).
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import inlined, jit, loop
from .histories import ANY_CLASS
from .kernel_groups import fill_answers, fill_moments
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


@register
class _DetectionStruct(Struct):
    pass


class DetectionRef(Pointer):
    """``Detection`` as one pointer."""


define(DetectionRef, _DetectionStruct, Detection)


class Around(NamedTuple):
    """What the loops read of ``kernel_layout.Layout`` and ``kernel_rows.RowIndex``."""

    place: Ints
    visit_start: Ints
    visit: Ints
    start: Ints
    order: Ints
    victim_class: Ints
    factor_start: Ints
    factor: Ints
    reporter_start: Ints
    reporter: Ints
    answer_start: Ints
    part_start: Ints
    part: Ints
    term_start: Ints
    term_moment: Ints
    held_start: Ints
    held: Ints
    moment_start: Ints
    piece_start: Ints
    piece: Ints
    lag_start: Ints
    alone: Ints
    grouped: Ints
    group_nodes: Floats
    group_weights: Floats


class Tables(NamedTuple):
    """What a place asks for again and again; the last axis is (author x node) unless said.

    ``odds`` (lister, epoch, inner node, …) against reporting, without the place's own part;
    ``blocks`` (lister,) says how many inner nodes each has, 1 outside groups; ``weights`` (…) of
    the nodes, for every author; ``listed`` (lister, locale, listing class, …) L, for every node.

    Of one place and class of victims, ``pure`` (factor, inner node, …) p and 1 - p of every lister,
    ``moment`` (moment, …) of groups. Of one day and class of claims, ``held`` (lister, …) 1 - FL of
    listers in groups; ``whole`` (lister,) where that is 0, of all; ``factor`` (factor, …) p and
    1 - pFL of listers alone, then the answers of groups. The rest is room: ``terms``,
    ``product`` (…), ``total`` (author,).
    """

    odds: Floats
    blocks: Ints
    weights: Floats
    listed: Floats
    pure: Floats
    moment: Floats
    held: Floats
    whole: Ints
    factor: Floats
    terms: Floats
    product: Floats
    total: Floats


@jit
def unpacked(x):
    """Arrays themselves for the loops: to follow pointers there would take most of the time."""
    return Detection(
        x.region, x.kind, x.size, x.victim_class, x.author, x.visibility, x.group_visibility,
        x.nodes, x.weights, x.published, x.listed, x.mark_class,
    )  # fmt: skip


@jit
def around(lay):
    """What the loops read of a layout."""
    r, a = lay.rows, lay.rows.answers
    return Around(
        r.place, r.visit_start, r.visit, r.start, r.order, r.victim_class, r.factor_start, r.factor,
        r.reporter_start, r.reporter, r.answer_start, a.part_start, a.part, a.term_start,
        a.term_moment, a.held_start, a.held, a.moment_start, a.piece_start, a.piece, lay.lag_start,
        lay.alone, lay.grouped, lay.group_nodes, lay.group_weights,
    )  # fmt: skip


@jit
def zeros_like(x):
    """A gradient of zeros."""
    return DetectionRef(
        np.zeros(x.region.shape), np.zeros(x.kind.shape), np.zeros(x.size.shape),
        np.zeros(x.victim_class.shape), np.zeros(x.author.shape), np.zeros(x.visibility.shape),
        np.zeros(x.group_visibility.shape), np.zeros(x.nodes.shape), np.zeros(x.weights.shape),
        np.zeros(x.published.shape), np.zeros(x.listed.shape), np.zeros(x.mark_class.shape),
    )  # fmt: skip


class Extent(NamedTuple):
    """How many there are of what the tables run over."""

    lister: int
    reach: int
    listing: int
    epoch: int
    locale: int
    node: int
    inner: int


@jit
def tables(layout, n):
    """Make room for the tables of one ``Extent``."""
    lay, width = around(layout), n.reach * n.node
    blocks = np.ones(n.lister, np.int64)
    for s in lay.grouped:
        blocks[s] = n.inner
    most, factors = blocks.max(), 2 * n.lister + longest(lay.answer_start)
    return Tables(
        np.ones((n.lister, n.epoch, most, width)), blocks, np.empty(width),
        np.empty((n.lister, n.locale, n.listing, width)), np.empty((2 * n.lister, most, width)),
        np.empty((longest(lay.moment_start), width)), np.empty((n.lister, width)),
        np.zeros(n.lister, np.int64), np.empty((factors, width)), np.empty(width),
        np.empty(width), np.empty(n.reach),
    )  # fmt: skip


@jit
def fill_tables(t, x, lay):
    """Fill what hangs on no place."""
    n_q = x.nodes.shape[0]
    assert t.weights.shape[0] == x.author.shape[1] * n_q  # noqa: S101  else it would write anywhere
    for i in range(t.weights.shape[0]):
        t.weights[i] = x.weights[i % n_q]
    _fill_odds(t, x, lay)
    _fill_listed(t, x)


@loop
def longest(start):
    """Length of the longest run."""
    result = 0
    for i in range(start.shape[0] - 1):
        result = max(result, start[i + 1] - start[i])
    return result


@jit
def _fill_odds(t, x, lay):
    """exp(-γ - λ z) of sources alone, exp(-γ - λ z - λ' y) of grouped ones."""
    n_s, n_a, n_epoch = x.author.shape
    n_q, author = x.nodes.shape[0], np.exp(-x.author)
    for s in range(n_s):
        j = among(lay.grouped, s)
        for block in range(t.blocks[s]):
            own = x.group_visibility[j] * lay.group_nodes[block] if j >= 0 else 0.0
            shared = np.exp(-x.visibility[s] * x.nodes - own)
            for epoch in range(n_epoch):
                for a in range(n_a):
                    for q in range(n_q):
                        t.odds[s, epoch, block, a * n_q + q] = author[s, a, epoch] * shared[q]


@jit
def _fill_listed(t, x):
    n_s, n_locale, n_a, n_g = x.listed.shape
    n_q = x.nodes.shape[0]
    for s in range(n_s):
        for locale in range(n_locale):
            for g in range(n_g):
                for a in range(n_a):
                    for q in range(n_q):
                        t.listed[s, locale, g, a * n_q + q] = x.listed[s, locale, a, g]


@loop
def among(values, wanted):
    """Where a value is among others, -1 where it is not."""
    for i in range(values.shape[0]):
        if values[i] == wanted:
            return i
    return -1


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
