"""From the flat parameters to the kernel's real arrays, and gradients the way back.

The compiled twin of ``rates.log_rate``, ``size.log_size``, ``detection.logits`` and
``rates``' other level; attribution's is in ``mapping_names``. Every function that ends in
``_back`` adds to ``d``, the gradient of the flat parameters. What the numbers mean is said
at the formulas; tests/test_density.py holds the two together.
"""

import numpy as np

from .compiled import jit


@jit
def path(values, scale, steps, n_level, n_period):
    """Walks that average to zero over the periods, shape (level, period)."""
    result = np.zeros((n_level, n_period))
    if steps < 0:
        return result
    for a in range(n_level):
        mean = 0.0
        for t in range(1, n_period):
            step = values[scale] * values[steps + (t - 1) * n_level + a]
            result[a, t] = result[a, t - 1] + step
            mean += result[a, t] / n_period
        result[a] -= mean
    return result


@jit
def path_back(values, scale, steps, d_path, d):
    """Add the gradient of ``path`` in its steps and scale."""
    if steps < 0:
        return
    n_level, n_period = d_path.shape
    for a in range(n_level):
        mean, rest = d_path[a].mean(), 0.0
        for t in range(n_period - 1, 0, -1):
            rest += d_path[a, t] - mean
            at = steps + (t - 1) * n_level + a
            d[at] += values[scale] * rest
            d[scale] += values[at] * rest


@jit
def add_rows(values, start, width, out, first, n):
    """Add one vector of ``width`` to rows ``first`` to ``first + n`` of ``out``."""
    if start >= 0:
        for a in range(first, first + n):
            for i in range(width):
                out[a, i] += values[start + i]


@jit
def add_rows_back(start, d_out, first, n, d):
    """Add the gradient of ``add_rows``."""
    if start >= 0:
        for a in range(first, first + n):
            for i in range(d_out.shape[1]):
                d[start + i] += d_out[a, i]


@jit
def add_table(values, start, out, first, n):
    """Add a table of shape (n, width) to rows ``first`` to ``first + n`` of ``out``."""
    if start >= 0:
        width = out.shape[1]
        for a in range(n):
            for i in range(width):
                out[first + a, i] += values[start + a * width + i]


@jit
def add_table_back(start, d_out, first, n, d):
    """Add the gradient of ``add_table``."""
    if start >= 0:
        width = d_out.shape[1]
        for a in range(n):
            for i in range(width):
                d[start + a * width + i] += d_out[first + a, i]


@jit
def add_scaled(values, scale, start, out, first, n):
    """Add a vector in units of its scale to rows ``first`` to ``first + n`` of ``out``."""
    if start >= 0:
        for a in range(first, first + n):
            for i in range(out.shape[1]):
                out[a, i] += values[scale] * values[start + i]


@jit
def add_scaled_back(values, scale, start, d_out, first, n, d):
    """Add the gradient of ``add_scaled``, its scale included."""
    if start >= 0:
        for a in range(first, first + n):
            for i in range(d_out.shape[1]):
                d[start + i] += values[scale] * d_out[a, i]
                d[scale] += values[start + i] * d_out[a, i]


@jit
def rates(values, at, ix, ratio):
    """The three parts of log μ; ``ratio`` = log ū - log ū_O, for the level of ``other``."""
    k, o, d = ix.n_organization, ix.n_other, ix.n_rivalry
    n, war = k + o + d, k + o
    region, period = np.zeros((n, ix.n_region)), ix.penalty.copy()
    kind = np.zeros((n, ix.n_kind))
    for first, count in ((0, k), (war, d)):
        add_rows(values, at.rate_region, ix.n_region, region, first, count)
        add_scaled(values, at.rate_period_scale, at.rate_period, period, first, count)
    add_table(values, at.rate_organization_region, region, 0, k)
    scale, steps = at.rate_organization_walk_scale, at.rate_organization_walk
    period[:k] += path(values, scale, steps, k, ix.n_period)
    add_rows(values, at.rate_kind, ix.n_kind, kind, 0, k)
    add_table(values, at.rate_organization_kind, kind, 0, k)
    for a in range(k):
        kind[a] += _level(values, at.rate_intercept, at.rate_organization, a)
    if d:
        add_table(values, at.rivalry_region, region, war, d)
        period[war:] += path(values, at.rivalry_walk_scale, at.rivalry_walk, d, ix.n_period)
        add_rows(values, at.rivalry_kind, ix.n_kind, kind, war, d)
        for a in range(d):
            kind[war + a] += _level(values, at.rivalry_intercept, at.rivalry_level, a)
    if o:
        add_rows(values, at.other_region, ix.n_region, region, k, 1)
        add_scaled(values, at.other_period_scale, at.other_period, period, k, 1)
        add_rows(values, at.other_kind, ix.n_kind, kind, k, 1)
        totals = _log_totals(region, period, kind)
        kind[k] += _log_named(totals, k) - totals[k] + ratio - values[at.other_share]
    return region, period, kind


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
def rates_back(values, at, ix, region, period, kind, d_region, d_period, d_kind, d):
    """Add the gradient in every rate parameter; return the gradient in ``ratio``.

    The gradients of the three parts are changed in place: the level of ``other`` hangs on all.
    """
    k, o, n_rivalry = ix.n_organization, ix.n_other, ix.n_rivalry
    war, d_ratio = k + o, 0.0
    if o:
        d_ratio = d_kind[k].sum()
        _other_level_back(k, d_ratio, (region, period, kind), (d_region, d_period, d_kind))
    for first, count in ((0, k), (war, n_rivalry)):
        add_rows_back(at.rate_region, d_region, first, count, d)
        add_scaled_back(values, at.rate_period_scale, at.rate_period, d_period, first, count, d)
    add_table_back(at.rate_organization_region, d_region, 0, k, d)
    scale, steps = at.rate_organization_walk_scale, at.rate_organization_walk
    path_back(values, scale, steps, d_period[:k], d)
    add_rows_back(at.rate_kind, d_kind, 0, k, d)
    add_table_back(at.rate_organization_kind, d_kind, 0, k, d)
    for a in range(k):
        _level_back(at.rate_intercept, at.rate_organization, a, d_kind[a].sum(), d)
    if n_rivalry:
        add_table_back(at.rivalry_region, d_region, war, n_rivalry, d)
        path_back(values, at.rivalry_walk_scale, at.rivalry_walk, d_period[war:], d)
        add_rows_back(at.rivalry_kind, d_kind, war, n_rivalry, d)
        for a in range(n_rivalry):
            _level_back(at.rivalry_intercept, at.rivalry_level, a, d_kind[war + a].sum(), d)
    if o:
        add_rows_back(at.other_region, d_region, k, 1, d)
        add_scaled_back(values, at.other_period_scale, at.other_period, d_period, k, 1, d)
        add_rows_back(at.other_kind, d_kind, k, 1, d)
        d[at.other_share] -= d_ratio
    return d_ratio


@jit
def _other_level_back(k, change, parts, d_parts):
    """Add the gradient of log Σ μ of the named over that of the shape of ``other``."""
    region, period, kind = parts
    d_region, d_period, d_kind = d_parts
    totals = _log_totals(region, period, kind)
    named = _log_named(totals, k)
    for a in range(totals.shape[0]):
        weight = -change if a == k else change * np.exp(totals[a] - named)
        d_region[a] += weight * np.exp(region[a] - _log_sum(region[a]))
        d_period[a] += weight * np.exp(period[a] - _log_sum(period[a]))
        d_kind[a] += weight * np.exp(kind[a] - _log_sum(kind[a]))


@jit
def _level_back(intercept, effect, a, change, d):
    d[intercept] += change
    if effect >= 0:
        d[effect + a] += change


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
