"""Patterns one by one, in the compiled likelihood: m of each, and whose it may be."""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import jit


class PatternArrays(NamedTuple):
    """The arrays that each pattern asks for, unpacked for the inner loop."""

    patterns: Ints
    cells: Ints
    reach_class: Ints
    victim_class: Ints
    rate: Floats
    history: Floats
    written: Floats


@jit
def pattern_arrays(room, lay):
    """The arrays of one evaluation, once its workspace is filled."""
    return PatternArrays(
        lay.patterns, lay.cells, lay.reach_class, lay.rows.victim_class, room.rate,
        room.history, room.written,
    )  # fmt: skip


@jit
def shares_of_marks(x):
    """(1 - ψ) ρ of size and of class, authors last, so that a pattern reads runs of memory."""
    size = np.exp(x.size.transpose((1, 2, 3, 0)).copy()) * np.exp(x.visible)
    return size, np.exp(x.victim_class.transpose((1, 2, 0)).copy())


@jit
def author_parts(p, j, size, known, part):
    """Fill each author's share of m of one pattern; return m."""
    i, v, h, row = p.patterns[j, 1], p.patterns[j, 2], p.patterns[j, 3], p.patterns[j, 4]
    r, c, w = p.cells[i, 0], p.cells[i, 2], p.victim_class[h]
    m = 0.0
    for a in range(part.shape[0]):
        shown = 0.0
        for g in range(p.written.shape[2]):
            shown += p.history[h, p.reach_class[a], g] * p.written[row, a, g]
        part[a] = p.rate[i, a] * size[r, c, v, a] * shown
        if w >= 0:
            part[a] *= known[c, w, a]
        m += part[a]
    return m


@jit
def log_patterns(room, x, lay):
    """log m of every pattern, shape (pattern,), after ``kernel.prepare``."""
    size, known = shares_of_marks(x)
    p, part = pattern_arrays(room, lay), np.empty(room.rate.shape[1])
    result = np.empty(p.patterns.shape[0])
    for j in range(result.shape[0]):
        result[j] = np.log(author_parts(p, j, size, known, part))
    return result


@jit
def shares_of_authors(room, x, lay, known):
    """Weights of (author, class) behind each pattern, cumulative: (pattern, author x class).

    ``lay`` has histories by class (``kernel_layout.by_class``); ``known`` is each history's own
    class, -1 where unknown.
    """
    size, share = shares_of_marks(x)
    p, n_a, n_w = pattern_arrays(room, lay), room.rate.shape[1], x.victim_class.shape[2]
    result = np.zeros((p.patterns.shape[0], n_a * n_w))
    for j in range(result.shape[0]):
        i, v, h, row = p.patterns[j, 1], p.patterns[j, 2], p.patterns[j, 3], p.patterns[j, 4]
        r, c, total = p.cells[i, 0], p.cells[i, 2], 0.0
        for a in range(n_a):
            base, q = p.rate[i, a] * size[r, c, v, a], p.reach_class[a]
            for w in range(n_w):
                if known[h] in (w, -1):
                    shown = 0.0
                    for g in range(p.written.shape[2]):
                        shown += p.history[h * n_w + w, q, g] * p.written[row, a, g]
                    total += base * share[c, w, a] * shown
                result[j, a * n_w + w] = total
    return result
