"""The reach of the sources from the flat parameters: the compiled twin of ``models.reach``."""

import numpy as np

from .compiled import jit
from .mapping_detection import by_region, by_region_back
from .reach import LEAST_MISSED, LEAST_REACH


@jit
def log_reach(values, at, ix):
    """Log reach by place and by size, shapes (region,) and (size,); see ``models.reach``."""
    listed = _log_listed(_listed(values, at, ix))
    place = np.zeros(ix.n_region)
    size = np.zeros(ix.n_size)
    for r in range(ix.n_region):
        place[r] = -np.log((ix.size_share / np.exp(listed[r])).sum())
        size += ix.region_share[r] * listed[r]
    size -= size.mean()
    for v in range(ix.n_size):
        if at.size_rivalry >= 0:
            size[v] += ix.war_reports * values[at.size_rivalry + v]
        if at.size_other >= 0:
            size[v] += ix.other_reports * values[at.size_other + v]
    return place, size


@jit
def log_reach_back(values, at, ix, d_place, d_size, d):
    """Add the gradient of ``log_reach``."""
    for v in range(ix.n_size):
        if at.size_rivalry >= 0:
            d[at.size_rivalry + v] += ix.war_reports * d_size[v]
        if at.size_other >= 0:
            d[at.size_other + v] += ix.other_reports * d_size[v]
    each, d_region = _listed(values, at, ix), np.zeros((ix.n_lister, ix.n_region))
    listed, region = _log_listed(each), by_region(values, at, ix)
    d_listed = np.empty(listed.shape)
    for r in range(ix.n_region):
        weight = ix.size_share / np.exp(listed[r])
        d_listed[r] = d_place[r] * weight / weight.sum()
        d_listed[r] += ix.region_share[r] * (d_size - d_size.mean())
    for i in range(ix.n_lister):
        for r in range(ix.n_region):
            for v in range(ix.n_size):
                odds = d_listed[r, v] * (1.0 / np.exp(listed[r, v]) - 1.0)
                change = odds / (1.0 - each[i, r, v])
                d_region[i, r] += _one_back(values, at, ix, region, i, r, v, change, d)
    by_region_back(values, at, ix, d_region, d)


@jit
def _listed(values, at, ix):
    """P(one source lists it), shape (lister, region, size)."""
    result, region = np.empty((ix.n_lister, ix.n_region, ix.n_size)), by_region(values, at, ix)
    for i in range(ix.n_lister):
        factor, given = shrink(values, at, i), attributes(values, at, ix, i)
        for r in range(ix.n_region):
            for v in range(ix.n_size):
                x = region[i, r] + values[at.detection_size + i] * ix.log_victims[v]
                p = 1.0 / (1.0 + np.exp(-factor * x))
                result[i, r, v] = min(max(given * p, LEAST_REACH), 1.0 - LEAST_MISSED)
    return result


@jit
def _log_listed(each):
    """log P(some source lists it), shape (region, size)."""
    missed = np.log1p(-each[0])
    for i in range(1, each.shape[0]):
        missed += np.log1p(-each[i])
    return np.log(-np.expm1(missed))


@jit
def shrink(values, at, i):
    """By how much a logit shrinks when it is averaged over the visibility."""
    return 1.0 / np.sqrt(1.0 + np.pi / 8.0 * values[at.visibility + i] ** 2)


@jit
def attributes(values, at, ix, i):
    """P(attributes what it sees), where that is asked of a lister, else 1."""
    s = ix.listers[i]
    return 1.0 - values[at.unknown + s] if ix.partly[s] else 1.0


@jit
def _one_back(values, at, ix, region, i, r, v, change, d):
    """Add the gradient of P(source i lists it) at one place and size, times ``change``.

    Returns that in the logit's part by region.
    """
    factor, given = shrink(values, at, i), attributes(values, at, ix, i)
    x = region[i, r] + values[at.detection_size + i] * ix.log_victims[v]
    p = 1.0 / (1.0 + np.exp(-factor * x))
    slope = change * given * p * (1.0 - p)
    d[at.detection_size + i] += slope * factor * ix.log_victims[v]
    d[at.visibility + i] -= slope * x * np.pi / 8.0 * values[at.visibility + i] * factor**3
    if ix.partly[ix.listers[i]]:
        d[at.unknown + ix.listers[i]] -= change * p
    return slope * factor
