"""Gradients of the fused likelihood (``kernel``), after its loops forwards."""

import numpy as np

from .compiled import jit
from .kernel import RealsRef, seen_share, silent_share
from .kernel_histories_back import probabilities_back
from .kernel_patterns import author_parts, pattern_arrays, shares_of_marks
from .kernel_tables import zeros_like


@jit
def backward(room, x, lay, d_term, d_mass, d_totals):
    """Gradient of Σ d_term · term + Σ d_mass · mass + Σ d_totals · totals, as ``Reals``.

    After ``prepare``. The gradient in ``written`` is that of the probabilities, not of their
    logarithms.
    """
    d_size, d_class = np.zeros(x.size.shape), np.zeros(x.victim_class.shape)
    d_visible, d_claim = np.zeros(x.visible.shape), np.zeros(x.claim.shape)
    for array in (room.d_rate, room.d_share):
        array.fill(0.0)
    for array in (room.d_written, room.d_history, room.d_unseen):
        array.fill(0.0)
    _patterns_back(room, x, lay, d_term, d_size, d_class, d_visible)
    _mass_back(room, lay, d_mass)
    _totals_back(room, lay, d_totals)
    _shares_back(room, x, lay, d_size, d_class, d_visible, d_claim)
    d_detection = zeros_like(x.detection)
    probabilities_back(x.detection, lay, room.tables, room.gathered, room.d_history, d_detection)
    _class_shares_back(x, lay, d_detection, d_class)
    d_region, d_period, d_kind = _rates_back(room, x, lay)
    return RealsRef(
        d_region, d_period, d_kind, d_visible, d_size, d_class, d_claim, room.d_written,
        d_detection,
    )  # fmt: skip


@jit
def _patterns_back(room, x, lay, d_term, d_size, d_class, d_visible):
    """Share out n/m of every pattern among its factors."""
    size, known = shares_of_marks(x)
    p, by_size, n_a = pattern_arrays(room, lay), np.zeros(size.shape), room.rate.shape[1]
    d_rate, d_history, d_written = room.d_rate, room.d_history, room.d_written
    part = np.empty(n_a)
    for j in range(p.patterns.shape[0]):
        n, i, v = p.patterns[j, 0], p.patterns[j, 1], p.patterns[j, 2]
        h, row = p.patterns[j, 3], p.patterns[j, 4]
        r, c, w = p.cells[i, 0], p.cells[i, 2], p.victim_class[h]
        scale = n * d_term[i] / author_parts(p, j, size, known, part)
        for a in range(n_a):
            change = scale * part[a]
            d_rate[i, a] += change
            by_size[r, c, v, a] += change
            base = scale * p.rate[i, a] * size[r, c, v, a]
            if w >= 0:
                d_class[a, c, w] += change
                base *= known[c, w, a]
            q = p.reach_class[a]
            for g in range(p.written.shape[2]):
                d_history[h, q, g] += base * p.written[row, a, g]
                d_written[row, a, g] += base * p.history[h, q, g]
    d_size += by_size.transpose((3, 0, 1, 2))
    for a in range(n_a):
        d_visible[a] += d_size[a].sum()


@jit
def _mass_back(room, lay, d_mass):
    cells, rate, share = lay.cells, room.rate, room.share
    d_rate, d_share = room.d_rate, room.d_share
    for i in range(cells.shape[0]):
        e = cells[i, 3]
        for a in range(rate.shape[1]):
            change = d_mass[i] * rate[i, a]
            d_rate[i, a] += change * share[e, a]
            d_share[e, a] += change


@jit
def _totals_back(room, lay, d_totals):
    cells, rates, unseen = lay.cells, room.rate, room.unseen
    d_rate, d_unseen = room.d_rate, room.d_unseen
    for g in range(lay.total_author_start.shape[0] - 1):
        first, last = lay.total_author_start[g], lay.total_author_start[g + 1]
        for at in range(lay.total_start[g], lay.total_start[g + 1]):
            i, share = lay.total_cell[at], lay.total_share[at]
            e = cells[i, 3]
            for n in range(first, last):
                a, change = lay.total_author[n], 0.0
                rate = share * rates[i, a]
                for j in range(6):
                    change += d_totals[at, j] * unseen[e, a, j]
                    d_unseen[e, a, j] += d_totals[at, j] * rate
                d_rate[i, a] += rate * change


@jit
def _shares_back(room, x, lay, d_size, d_class, d_visible, d_claim):
    """Carry the gradient of the shares seen and unseen to marks, claims and silence."""
    n_v, n_w, n_g = x.size.shape[3], x.victim_class.shape[2], x.claim.shape[2]
    contexts, reach, moments = lay.contexts, lay.reach_class, lay.moments
    silent, claim = room.history[lay.first_silent :], x.claim
    d_silent = room.d_history[lay.first_silent :]
    d_share, d_unseen = room.d_share, room.d_unseen
    sizes, classes, visible = np.exp(x.size), np.exp(x.victim_class), np.exp(x.visible)
    for e in range(contexts.shape[0]):
        r, c, setting = contexts[e, 0], contexts[e, 1], contexts[e, 2]
        for a in range(d_share.shape[1]):
            q = reach[a]
            for v in range(n_v):
                size, seen = sizes[a, r, c, v], 0.0
                by_seen, by_mark = d_share[e, a] * visible[a] * size, 0.0
                for j in range(3):
                    change = d_unseen[e, a, j] * moments[j, v] * size
                    by_seen -= change * visible[a]
                    by_mark += change + d_unseen[e, a, 3 + j] * moments[j, v] * size
                for w in range(n_w):
                    row, one = (e * n_v + v) * n_w + w, classes[a, c, w]
                    missed = silent_share(claim, silent, setting, row, a, q)
                    seen += one * seen_share(missed)
                    d_class[a, c, w] += by_seen * one * seen_share(missed)
                    for g in range(n_g):
                        d_claim[setting, a, g] -= by_seen * one * silent[row, q, g]
                        d_silent[row, q, g] -= by_seen * one * claim[setting, a, g]
                d_visible[a] += by_seen * seen
                d_size[a, r, c, v] += by_seen * seen + by_mark


@jit
def _class_shares_back(x, lay, d_detection, d_class):
    """From P(class) of each reach class to log P(class) of its author."""
    for q in range(lay.class_author.shape[0]):
        a = lay.class_author[q]
        for c in range(d_class.shape[1]):
            for w in range(d_class.shape[2]):
                d_class[a, c, w] += (
                    d_detection.mark_class[q, c, w] * x.detection.mark_class[q, c, w]
                )


@jit
def _rates_back(room, x, lay):
    """Gradient in log μ by cell in its three parts."""
    d_region, d_period = np.zeros(x.region.T.shape), np.zeros(x.period.T.shape)
    d_kind, cells, d_rate = np.zeros(x.kind.T.shape), lay.cells, room.d_rate
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(d_rate.shape[1]):
            change = d_rate[i, a]
            d_region[r, a] += change
            d_period[t, a] += change
            d_kind[c, a] += change
    return d_region.T.copy(), d_period.T.copy(), d_kind.T.copy()
