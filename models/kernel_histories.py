"""P(capture history) as fused loops; ``kernel_histories_back`` goes the way back.

The formulas are in ``detection``. At a place, for one class of victims, every source has one
probability of reporting by author and node of the visibility: it is worked out once, and all
histories of the place use it. The vector that the inner loops run along is (node, author), authors
innermost; sources of a group have one for each inner node.
"""

from typing import NamedTuple

import numpy as np

from .compiled import jit, loop
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


class Around(NamedTuple):
    """Histories by place, and which listers share a visibility: see ``kernel_layout.Layout``."""

    start: Ints
    order: Ints
    victim_class: Ints
    mark: Ints
    spots: Ints
    lag_start: Ints
    alone: Ints
    group_start: Ints
    grouped: Ints
    group_nodes: Floats
    group_weights: Floats


class Tables(NamedTuple):
    """What a place asks for again and again; the last axis is (author x node) unless said.

    ``odds`` (lister, epoch, inner node, …) against reporting, without the place's own part;
    ``blocks`` (lister,) says how many inner nodes each has, 1 outside groups; ``weights`` (…) of
    the nodes, for every author; ``listed`` (lister, locale, listing class, …) L, for every node.
    Of one place and class of victims, (lister, inner node, …): ``p``, ``miss`` 1 - p, and of one
    day and class of claims ``missed`` 1 - pFL. The rest is room: ``terms`` and ``product`` (…),
    ``by_group`` (group, …), ``total`` (author,).
    """

    odds: Floats
    blocks: Ints
    weights: Floats
    listed: Floats
    p: Floats
    miss: Floats
    missed: Floats
    terms: Floats
    product: Floats
    by_group: Floats
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
    rows = lay.rows
    return Around(
        rows.start, rows.order, rows.victim_class, rows.mark, lay.spots, lay.lag_start, lay.alone,
        lay.group_start, lay.grouped, lay.group_nodes, lay.group_weights,
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


@jit
def tables(x, lay):
    """Make the tables, with what hangs on no place filled."""
    n_s, n_a, n_q = x.region.shape[0], x.author.shape[1], x.nodes.shape[0]
    blocks = np.ones(n_s, np.int64)
    for s in lay.grouped:
        blocks[s] = lay.group_nodes.shape[0]
    width, groups = n_a * n_q, lay.group_start.shape[0] - 1
    shape, weights = (n_s, blocks.max(), width), np.empty(width)
    for i in range(width):
        weights[i] = x.weights[i % n_q]
    return Tables(
        _odds(x, lay, blocks, shape), blocks, weights, _listed(x), np.empty(shape),
        np.empty(shape), np.empty(shape), np.empty(width), np.empty(width),
        np.empty((groups, width)), np.empty(n_a),
    )  # fmt: skip


@jit
def _odds(x, lay, blocks, shape):
    """exp(-γ - λ z) of sources alone, exp(-γ - λ z - λ' y) of grouped ones."""
    n_s, n_a, n_epoch = x.author.shape
    n_q, author = x.nodes.shape[0], np.exp(-x.author)
    result = np.ones((n_s, n_epoch, *shape[1:]))
    for s in range(n_s):
        j = among(lay.grouped, s)
        for block in range(blocks[s]):
            own = x.group_visibility[j] * lay.group_nodes[block] if j >= 0 else 0.0
            shared = np.exp(-x.visibility[s] * x.nodes - own)
            for epoch in range(n_epoch):
                for a in range(n_a):
                    for q in range(n_q):
                        result[s, epoch, block, a * n_q + q] = author[s, a, epoch] * shared[q]
    return result


@jit
def _listed(x):
    n_s, n_locale, n_a, n_g = x.listed.shape
    n_q = x.nodes.shape[0]
    result = np.empty((n_s, n_locale, n_g, n_a * n_q))
    for s in range(n_s):
        for locale in range(n_locale):
            for g in range(n_g):
                for a in range(n_a):
                    for q in range(n_q):
                        result[s, locale, g, a * n_q + q] = x.listed[s, locale, a, g]
    return result


@loop
def among(values, wanted):
    """Where a value is among others, -1 where it is not."""
    for i in range(values.shape[0]):
        if values[i] == wanted:
            return i
    return -1


@loop
def fill_reporting(t, x, spot, v, w):
    """Fill p and 1 - p of one place and class of victims."""
    for s in range(t.blocks.shape[0]):
        logit = x.region[s, spot[0]] + x.kind[s, spot[1]] + x.size[s, v] + x.victim_class[s, w]
        base = np.exp(-logit)
        for block in range(t.blocks[s]):
            _fill_one(t.p, t.miss, t.odds, s, spot[3], block, base)


@loop
def _fill_one(p, miss, odds, s, epoch, block, base):
    for i in range(p.shape[2]):
        against = base * odds[s, epoch, block, i]
        p[s, block, i] = 1.0 / (1.0 + against)
        miss[s, block, i] = against * p[s, block, i]


@loop
def all_in(x, s, locale, day, g):
    """Whether all that a source saw is published and listed."""
    if x.published[s, day] != 1.0:
        return False
    for a in range(x.listed.shape[2]):
        share = x.listed[s, locale, a, g]
        if share != 1.0:
            return False
    return True


@loop
def fill_missed(t, x, locale, day, g):
    """Fill 1 - pFL of one day and class of claims, as (1 - p) + p (1 - FL)."""
    for s in range(t.blocks.shape[0]):
        whole = all_in(x, s, locale, day, g)
        for block in range(t.blocks[s]):
            if whole:
                _copy(t.missed, t.miss, s, block)
            else:
                _missed(t.missed, t.miss, t.p, t.listed, s, block, locale, g, x.published[s, day])


@loop
def _copy(missed, miss, s, block):
    for i in range(missed.shape[2]):
        missed[s, block, i] = miss[s, block, i]


@loop
def _missed(missed, miss, p, listed, s, block, locale, g, in_now):
    for i in range(missed.shape[2]):
        held = 1.0 - in_now * listed[s, locale, g, i]
        missed[s, block, i] = miss[s, block, i] + held * p[s, block, i]


@loop
def product(terms, weights, p, missed, mark, row, alone):
    """Fill each node's and author's part of P(history), but for groups and ΠF."""
    for i in range(terms.shape[0]):
        terms[i] = weights[i]
    for k in range(alone.shape[0]):
        _multiply(terms, p, missed, mark[row, alone[k]], alone[k], 0)


@loop
def _multiply(terms, p, missed, mark, s, block):
    if mark == REPORTED:
        for i in range(terms.shape[0]):
            terms[i] *= p[s, block, i]
    elif mark == WAS_SILENT:
        for i in range(terms.shape[0]):
            terms[i] *= missed[s, block, i]


@loop
def times_groups(t, lay, mark, row):
    """Multiply with Σ_i w_i Π f of every group, kept in ``by_group``."""
    terms, by_group, inner = t.terms, t.by_group, t.product
    for group in range(by_group.shape[0]):
        by_group[group].fill(0.0)
        for block in range(lay.group_nodes.shape[0]):
            inner_product(t, lay, mark, row, group, block)
            weight = lay.group_weights[block]
            for i in range(terms.shape[0]):
                by_group[group, i] += weight * inner[i]
        for i in range(terms.shape[0]):
            terms[i] *= by_group[group, i]


@loop
def inner_product(t, lay, mark, row, group, block):
    """Fill ``product`` with Π f of a group's sources at one inner node."""
    inner, grouped = t.product, lay.grouped
    inner.fill(1.0)
    for j in range(lay.group_start[group], lay.group_start[group + 1]):
        s = grouped[j]
        _multiply(inner, t.p, t.missed, mark[row, s], s, block)


@loop
def spot_of(spots, i):
    """Region, kind, lag class, epoch and locale of one spot."""
    return spots[i, 0], spots[i, 1], spots[i, 2], spots[i, 3], spots[i, 4]


@loop
def asked(order, victim_class, first, last, w):
    """Whether a place has a row of this class, or of an unknown one."""
    for i in range(first, last):
        known = victim_class[order[i]]
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
def in_by(published, mark, row, day):
    """ΠF of those that reported."""
    scale = 1.0
    for s in range(published.shape[0]):
        if mark[row, s] == REPORTED:
            scale *= published[s, day]
    return scale


@loop
def _place(t, x, lay, first, last, c, w, g, day, share, result):
    """Add the rows of one place, class and day; ``share`` is the day's weight."""
    order, victim_class, mark = lay.order, lay.victim_class, lay.mark
    terms, weights, p, missed, total = t.terms, t.weights, t.p, t.missed, t.total
    alone, published, classes, n_q = lay.alone, x.published, x.mark_class, x.nodes.shape[0]
    for i in range(first, last):
        row = order[i]
        known = victim_class[row]
        if known not in (w, ANY_CLASS):
            continue
        product(terms, weights, p, missed, mark, row, alone)
        if t.by_group.shape[0]:
            times_groups(t, lay, mark, row)
        sum_nodes(terms, total, n_q)
        scale = share * in_by(published, mark, row, day)
        for a in range(total.shape[0]):
            of_class = classes[a, c, w] if known == ANY_CLASS else 1.0
            result[row, a, g] += total[a] * scale * of_class


@jit
def probabilities(detection, layout, result):
    """Fill P(history | author, claim), shape (row, reach class, listing class)."""
    x, lay = unpacked(detection), around(layout)
    t, n_v = tables(x, lay), x.size.shape[1]
    result.fill(0.0)
    for place in range(lay.start.shape[0] - 1):
        first, last = lay.start[place], lay.start[place + 1]
        spot = spot_of(lay.spots, place // n_v)
        begin, end = lay.lag_start[spot[2]], lay.lag_start[spot[2] + 1]
        for w in range(x.victim_class.shape[1]):
            if not asked(lay.order, lay.victim_class, first, last, w):
                continue
            fill_reporting(t, x, spot, place % n_v, w)
            for day in range(begin, end):
                for g in range(result.shape[2]):
                    fill_missed(t, x, spot[4], day, g)
                    share = 1.0 / (end - begin)
                    _place(t, x, lay, first, last, spot[1], w, g, day, share, result)
