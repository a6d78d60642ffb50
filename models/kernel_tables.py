"""The arrays of the loops of capture histories: what they read, and the tables they keep.

``kernel_histories`` fills the rest of the tables place by place, ``kernel_histories_back`` reads
them on the way back.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import jit, loop
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
    """exp(-γ - ξ z) of sources alone, exp(-γ - ξ z - ξ' y) of grouped ones."""
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
