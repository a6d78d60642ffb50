"""The reach of the sources from the flat parameters: the compiled twin of ``log_reach``."""

import numpy as np

from .compiled import jit
from .detection import CERTAIN, LEAST_REACH


@jit
def log_reach(values, at, ix):
    """log P(some source lists it), shape (region,); see ``detection.log_reach``."""
    result = np.empty(ix.n_region)
    for r in range(ix.n_region):
        missed = 0.0
        for i in range(ix.n_lister):
            attributes, p = _parts(values, at, ix, i, r)
            missed += np.log1p(-_within(attributes * p))
        result[r] = np.log(-np.expm1(missed))
    return result


@jit
def log_reach_back(values, at, ix, d_reach, d):
    """Add the gradient of ``log_reach``."""
    for r in range(ix.n_region):
        missed = 0.0
        for i in range(ix.n_lister):
            attributes, p = _parts(values, at, ix, i, r)
            missed += np.log1p(-_within(attributes * p))
        odds = d_reach[r] * np.exp(missed) / -np.expm1(missed)
        for i in range(ix.n_lister):
            attributes, p = _parts(values, at, ix, i, r)
            change = odds / (1.0 - _within(attributes * p))
            slope = change * attributes * p * (1.0 - p)
            d[at.detection + i] += slope
            if at.detection_region >= 0:
                where = at.detection_region + i * ix.n_region + r
                d[where] += slope * values[at.detection_region_scale]
                d[at.detection_region_scale] += slope * values[where]
            if ix.coverage[ix.listers[i]] > 0:
                d[at.unknown + ix.listers[i]] -= change * p


@jit
def _parts(values, at, ix, i, r):
    """P(attributes what it sees), where that is asked of it, and P(sees) of one lister."""
    x = values[at.detection + i]
    if at.detection_region >= 0:
        x += values[at.detection_region_scale] * values[at.detection_region + i * ix.n_region + r]
    s = ix.listers[i]
    attributes = 1.0 - values[at.unknown + s] if ix.coverage[s] > 0 else 1.0
    return attributes, 1.0 / (1.0 + np.exp(-x))


@jit
def _within(listed):
    return min(max(listed, LEAST_REACH), 1.0 - CERTAIN)
