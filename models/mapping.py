"""From the flat parameters to the kernel's real arrays, and gradients the way back.

The compiled twin of ``size.log_size`` and ``detection.logits``; that of the rates is in
``mapping_rates``, of attribution in ``mapping_names``. Every function that ends in
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
    add_table(values, at.size_author_scale, at.size_author, author, 0, author.shape[0])
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
    n = d_author.shape[0]
    add_table_back(values, at.size_author_scale, at.size_author, d_author, 0, n, d)
    add_table_back(values, at.size_region_scale, at.size_region, d_place, 0, ix.n_region, d)
    add_rows_back(values, UNSCALED, at.size_other, d_author, k, o, d)
    add_rows_back(values, UNSCALED, at.size_rivalry, d_author, k + o, ix.n_rivalry, d)


@jit
def logits(values, at, ix):
    """The three parts of logit p, and λ."""
    n = ix.n_lister
    region, kind = np.zeros((n, ix.n_region)), np.zeros((n, ix.n_kind))
    size, visibility = np.zeros((n, ix.n_size)), np.zeros(n)
    for s in range(n):
        region[s] += values[at.detection + s]
        visibility[s] = values[at.visibility + s]
        size[s] = values[at.detection_size + s] * ix.log_victims
        start = at.detection_region + s * ix.n_region if at.detection_region >= 0 else -1
        add_rows(values, at.detection_region_scale, start, region, s, 1)
        start = at.detection_kind + s * ix.n_kind if at.detection_kind >= 0 else -1
        add_rows(values, at.detection_kind_scale, start, kind, s, 1)
    return region, kind, size, visibility


@jit
def logits_back(values, at, ix, d_region, d_kind, d_size, d_visibility, d):
    """Add the gradient of ``logits``."""
    for s in range(ix.n_lister):
        d[at.detection + s] += d_region[s].sum()
        d[at.visibility + s] += d_visibility[s]
        d[at.detection_size + s] += (d_size[s] * ix.log_victims).sum()
        start = at.detection_region + s * ix.n_region if at.detection_region >= 0 else -1
        add_rows_back(values, at.detection_region_scale, start, d_region, s, 1, d)
        start = at.detection_kind + s * ix.n_kind if at.detection_kind >= 0 else -1
        add_rows_back(values, at.detection_kind_scale, start, d_kind, s, 1, d)
