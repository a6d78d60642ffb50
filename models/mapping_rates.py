"""log μ from the flat parameters, and gradients the way back: the compiled twin of ``rates``.

Functions that end in ``_back`` add to ``d``, the gradient of the flat parameters, or to the
gradients they are given.
"""

import numpy as np

from .compiled import jit
from .engine import LOG_2PI
from .mapping_effects import (
    UNSCALED,
    add_rows,
    add_rows_back,
    add_table,
    add_table_back,
    path,
    path_back,
)


@jit
def rates(values, at, ix, ratio):
    """The three parts of log μ, and log Σ μ of each author.

    ``ratio`` = log ū - log ū_O, for the level of ``other``.
    """
    k, o, d = ix.n_organization, ix.n_other, ix.n_rivalry
    n, war = k + o + d, k + o
    region, period = np.zeros((n, ix.n_region)), ix.period_offset.copy()
    if at.absence >= 0:
        region += values[at.absence] * ix.absent
        period += values[at.absence] * ix.disputed
    kind = np.zeros((n, ix.n_kind))
    for first, count in ((0, k), (war, d)):
        add_rows(values, UNSCALED, at.rate_region, region, first, count)
        add_rows(values, at.rate_period_scale, at.rate_period, period, first, count)
    add_table(values, UNSCALED, at.rate_organization_region, region, 0, k)
    scale, steps = at.rate_organization_walk_scale, at.rate_organization_walk
    period[:k] += path(values, scale, steps, k, ix.n_period)
    add_rows(values, UNSCALED, at.rate_kind, kind, 0, k)
    add_table(values, UNSCALED, at.rate_organization_kind, kind, 0, k)
    for a in range(k):
        kind[a] += _level(values, at.rate_intercept, at.rate_organization, a)
    if d:
        add_table(values, UNSCALED, at.rivalry_region, region, war, d)
        period[war:] += path(values, at.rivalry_walk_scale, at.rivalry_walk, d, ix.n_period)
        add_rows(values, UNSCALED, at.rivalry_kind, kind, war, d)
        for a in range(d):
            kind[war + a] += _level(values, at.rivalry_intercept, at.rivalry_level, a)
    if o:
        add_rows(values, UNSCALED, at.other_region, region, k, 1)
        add_rows(values, at.other_period_scale, at.other_period, period, k, 1)
        add_rows(values, UNSCALED, at.other_kind, kind, k, 1)
    totals = _log_totals(region, period, kind)
    if o:
        level = _log_named(totals, k) - totals[k] + ratio - values[at.other_share]
        kind[k] += level
        totals[k] += level
    return (region, period, kind), totals


@jit
def _log_sum(x):
    highest = x.max()
    return highest + np.log(np.exp(x - highest).sum())


@jit
def _log_totals(region, period, kind):
    """log Σ μ over all places, periods and kinds, shape (author,)."""
    result = np.empty(region.shape[0])
    for a in range(region.shape[0]):
        result[a] = _log_sum(region[a]) + _log_sum(period[a]) + _log_sum(kind[a])
    return result


@jit
def _log_named(totals, k):
    """log Σ exp(total) over all authors but ``other``, which is number k."""
    rest = totals.copy()
    rest[k] = -np.inf
    return _log_sum(rest)


@jit
def _level(values, intercept, effect, a):
    return values[intercept] + (values[effect + a] if effect >= 0 else 0.0)


@jit
def rates_back(values, at, ix, parts, totals, d_parts, d_totals, d):
    """Add the gradient in every rate parameter; return the gradient in ``ratio``.

    ``d_totals`` has nothing of ``other``, whose total is not free. Both gradients are changed
    in place: the level of ``other`` hangs on all.
    """
    k, o, n_rivalry = ix.n_organization, ix.n_other, ix.n_rivalry
    war, d_ratio = k + o, 0.0
    d_region, d_period, d_kind = d_parts
    if o:
        d_ratio = d_kind[k].sum()
        d_totals += d_ratio * np.exp(totals - _log_named(totals, k))
        d_totals[k] = -d_ratio
    _totals_back(d_totals, parts, d_parts)
    if at.absence >= 0:
        d[at.absence] += (d_region * ix.absent).sum() + (d_period * ix.disputed).sum()
    for first, count in ((0, k), (war, n_rivalry)):
        add_rows_back(values, UNSCALED, at.rate_region, d_region, first, count, d)
        add_rows_back(values, at.rate_period_scale, at.rate_period, d_period, first, count, d)
    add_table_back(values, UNSCALED, at.rate_organization_region, d_region, 0, k, d)
    scale, steps = at.rate_organization_walk_scale, at.rate_organization_walk
    path_back(values, scale, steps, d_period[:k], d)
    add_rows_back(values, UNSCALED, at.rate_kind, d_kind, 0, k, d)
    add_table_back(values, UNSCALED, at.rate_organization_kind, d_kind, 0, k, d)
    for a in range(k):
        _level_back(at.rate_intercept, at.rate_organization, a, d_kind[a].sum(), d)
    if n_rivalry:
        add_table_back(values, UNSCALED, at.rivalry_region, d_region, war, n_rivalry, d)
        path_back(values, at.rivalry_walk_scale, at.rivalry_walk, d_period[war:], d)
        add_rows_back(values, UNSCALED, at.rivalry_kind, d_kind, war, n_rivalry, d)
        for a in range(n_rivalry):
            _level_back(at.rivalry_intercept, at.rivalry_level, a, d_kind[war + a].sum(), d)
    if o:
        add_rows_back(values, UNSCALED, at.other_region, d_region, k, 1, d)
        add_rows_back(values, at.other_period_scale, at.other_period, d_period, k, 1, d)
        add_rows_back(values, UNSCALED, at.other_kind, d_kind, k, 1, d)
        d[at.other_share] -= d_ratio
    return d_ratio


@jit
def _totals_back(d_totals, parts, d_parts):
    """Add the gradient of ``_log_totals``; those of the parts' sums are the shares."""
    for part, d_part in zip(parts, d_parts):  # noqa: B905 (numba's zip takes no keyword)
        for a in range(d_totals.shape[0]):
            if d_totals[a] != 0.0:
                d_part[a] += d_totals[a] * np.exp(part[a] - _log_sum(part[a]))


@jit
def total_priors(at, ix, one, two, totals):
    """Log prior densities of the log totals of organizations and of rivalries.

    Returns (densities, shape (2,); the gradient of their sum in ``totals``).
    """
    densities, d_totals = np.zeros(2), np.zeros(totals.shape[0])
    for i, (where, first, n) in enumerate(_totalled(at, ix)):
        if n:
            of_each = totals[first : first + n]
            total = _log_sum(of_each)
            off = (total - one[where]) / two[where]
            densities[i] = -0.5 * off**2 - np.log(two[where]) - 0.5 * LOG_2PI
            d_totals[first : first + n] = -off / two[where] * np.exp(of_each - total)
    return densities, d_totals


@jit
def _totalled(at, ix):
    """Of each log total: where its prior lies, its first author and how many it has."""
    war = ix.n_organization + ix.n_other
    return (
        (at.rate_intercept, 0, ix.n_organization),
        (at.rivalry_intercept, war, ix.n_rivalry),
    )


@jit
def _level_back(intercept, effect, a, change, d):
    d[intercept] += change
    if effect >= 0:
        d[effect + a] += change
