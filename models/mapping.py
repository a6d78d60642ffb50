"""Marks from the flat parameters, and gradients the way back, as compiled loops.

The compiled twin of ``size.log_size`` and ``victims.log_class``; those of the other parts are
in the modules ``mapping_…``. Every function that ends in
``_back`` adds to ``d``, the gradient of the flat parameters. What the numbers mean is said
at the formulas; tests/test_density.py holds the two together.
"""

import numpy as np

from .compiled import jit
from .mapping_effects import (
    UNSCALED,
    add_rows,
    add_rows_back,
    add_table,
    add_table_back,
)


@jit
def log_size(values, at, ix):
    """log P(size | author, region, kind), shape (author, region, kind, size)."""
    k, o, n_v = ix.n_organization, ix.n_other, ix.n_size
    author = np.zeros((k + o + ix.n_rivalry, n_v))
    place = np.zeros((ix.n_region, n_v))
    wars = _wars(at, k, n_v)
    add_table(values, at.size_author_scale, at.size_author, author, 0, k)
    add_table(values, at.size_author_scale, wars, author, k + o, ix.n_rivalry)
    add_table(values, at.size_region_scale, at.size_region, place, 0, ix.n_region)
    add_rows(values, UNSCALED, at.size_other, author, k, o)
    add_rows(values, UNSCALED, at.size_rivalry, author, k + o, ix.n_rivalry)
    result = np.empty((author.shape[0], ix.n_region, ix.n_kind, n_v))
    for a in range(author.shape[0]):
        for r in range(ix.n_region):
            for c in range(ix.n_kind):
                start = at.size_base + c * n_v
                for v in range(n_v):
                    result[a, r, c, v] = author[a, v] + place[r, v] + values[start + v]
                _log_softmax(result[a, r, c])
    return result


@jit
def _wars(at, k, n_size):
    """Where the sizes of rivalries lie, behind those of organizations; -1 where none do."""
    return at.size_author + k * n_size if at.size_author >= 0 else -1


@jit
def _log_softmax(x):
    """In place."""
    highest, total = x.max(), 0.0
    for v in range(x.shape[0]):
        total += np.exp(x[v] - highest)
    x -= highest + np.log(total)


@jit
def log_size_back(values, at, ix, log_sizes, d_log, d):
    """Add the gradient of ``log_size``."""
    k, o, n_v = ix.n_organization, ix.n_other, ix.n_size
    d_author, d_place = np.zeros((d_log.shape[0], n_v)), np.zeros((ix.n_region, n_v))
    for a in range(d_log.shape[0]):
        for r in range(ix.n_region):
            for c in range(ix.n_kind):
                total = d_log[a, r, c].sum()
                for v in range(n_v):
                    change = d_log[a, r, c, v] - total * np.exp(log_sizes[a, r, c, v])
                    d_author[a, v] += change
                    d_place[r, v] += change
                    d[at.size_base + c * n_v + v] += change
    wars = _wars(at, k, n_v)
    add_table_back(values, at.size_author_scale, at.size_author, d_author, 0, k, d)
    add_table_back(values, at.size_author_scale, wars, d_author, k + o, ix.n_rivalry, d)
    add_table_back(values, at.size_region_scale, at.size_region, d_place, 0, ix.n_region, d)
    add_rows_back(values, UNSCALED, at.size_other, d_author, k, o, d)
    add_rows_back(values, UNSCALED, at.size_rivalry, d_author, k + o, ix.n_rivalry, d)


@jit
def log_class(values, at, ix):
    """log P(class | author, kind), shape (author, kind, class)."""
    n_a, n_w = ix.member.shape[0], ix.n_class
    author, kind = np.zeros((n_a, n_w)), np.zeros((ix.n_kind, n_w))
    add_table(values, at.class_author_scale, at.class_author, author, 0, n_a)
    add_table(values, UNSCALED, at.class_base, kind, 0, ix.n_kind)
    result = np.empty((n_a, ix.n_kind, n_w))
    for a in range(n_a):
        for c in range(ix.n_kind):
            result[a, c] = author[a] + kind[c]
            _log_softmax(result[a, c])
    return result


@jit
def log_class_back(values, at, ix, log_classes, d_log, d):
    """Add the gradient of ``log_class``."""
    n_a, n_w = ix.member.shape[0], ix.n_class
    d_author, d_kind = np.zeros((n_a, n_w)), np.zeros((ix.n_kind, n_w))
    for a in range(n_a):
        for c in range(ix.n_kind):
            total = d_log[a, c].sum()
            for w in range(n_w):
                change = d_log[a, c, w] - total * np.exp(log_classes[a, c, w])
                d_author[a, w] += change
                d_kind[c, w] += change
    add_table_back(values, at.class_author_scale, at.class_author, d_author, 0, n_a, d)
    add_table_back(values, UNSCALED, at.class_base, d_kind, 0, ix.n_kind, d)
