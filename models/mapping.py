"""From the flat parameters to the kernel's real arrays, and gradients the way back.

The compiled twin of ``size.log_size`` and ``detection.logits``; that of the rates is in
``mapping_rates``, of attribution in ``mapping_names``. Every function that ends in
``_back`` adds to ``d``, the gradient of the flat parameters. What the numbers mean is said
at the formulas; tests/test_density.py holds the two together.
"""

import numpy as np

from .compiled import jit
from .mapping_effects import add_scaled, add_scaled_back


@jit
def log_size(values, at, ix):
    """log P(size | author, kind), shape (author, kind, size)."""
    k, o, n_v = ix.n_organization, ix.n_other, ix.n_size
    shift = np.zeros((k + o + ix.n_rivalry, n_v))
    for a in range(shift.shape[0]):
        for v in range(n_v):
            if at.size_author >= 0:
                shift[a, v] = values[at.size_author_scale] * values[at.size_author + a * n_v + v]
            if o and a == k:
                shift[a, v] += values[at.size_other + v]
            elif a >= k + o:
                shift[a, v] += values[at.size_rivalry + v]
    result = np.empty((shift.shape[0], ix.n_kind, n_v))
    for a in range(shift.shape[0]):
        for c in range(ix.n_kind):
            for v in range(n_v):
                result[a, c, v] = values[at.size_base + c * n_v + v] + shift[a, v]
            highest = result[a, c].max()
            result[a, c] -= highest + np.log(np.exp(result[a, c] - highest).sum())
    return result


@jit
def log_size_back(values, at, ix, log_sizes, d_log, d):
    """Add the gradient of ``log_size``."""
    k, o, n_v = ix.n_organization, ix.n_other, ix.n_size
    for a in range(d_log.shape[0]):
        for c in range(ix.n_kind):
            total = d_log[a, c].sum()
            for v in range(n_v):
                change = d_log[a, c, v] - total * np.exp(log_sizes[a, c, v])
                d[at.size_base + c * n_v + v] += change
                if at.size_author >= 0:
                    unit = at.size_author + a * n_v + v
                    d[unit] += values[at.size_author_scale] * change
                    d[at.size_author_scale] += values[unit] * change
                if o and a == k:
                    d[at.size_other + v] += change
                elif a >= k + o:
                    d[at.size_rivalry + v] += change


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
        add_scaled(values, at.detection_region_scale, start, region, s, 1)
        start = at.detection_kind + s * ix.n_kind if at.detection_kind >= 0 else -1
        add_scaled(values, at.detection_kind_scale, start, kind, s, 1)
    return region, kind, size, visibility


@jit
def logits_back(values, at, ix, d_region, d_kind, d_size, d_visibility, d):
    """Add the gradient of ``logits``."""
    for s in range(ix.n_lister):
        d[at.detection + s] += d_region[s].sum()
        d[at.visibility + s] += d_visibility[s]
        d[at.detection_size + s] += (d_size[s] * ix.log_victims).sum()
        start = at.detection_region + s * ix.n_region if at.detection_region >= 0 else -1
        add_scaled_back(values, at.detection_region_scale, start, d_region, s, 1, d)
        start = at.detection_kind + s * ix.n_kind if at.detection_kind >= 0 else -1
        add_scaled_back(values, at.detection_kind_scale, start, d_kind, s, 1, d)
