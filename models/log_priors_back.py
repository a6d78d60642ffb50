"""Gradients of the log priors through the constraints, as compiled loops."""

import numpy as np

from .compiled import jit
from .constraints import (
    DIRECTIONS,
    DIRICHLET,
    FLAT,
    HALFNORMAL,
    LEVEL,
    LEVELS,
    LOGNORMAL,
    NORMAL,
    RAYLEIGH,
    REACH,
    REACHES,
    SIZES,
    TABLE,
    UNIT,
    ZERO_SUM,
    coarser,
    has,
)
from .log_priors import degrees
from .mapping_levels import other_level_back
from .mapping_reach import log_reach_back
from .mapping_reached import detection_of_reach_back
from .walls import slopes


@jit
def log_prior_back(free, values, place, table_rows, one, two, d_values, at, ix):
    """Gradient in the unconstrained values of log prior, Jacobians and what has ``d_values``."""
    d = d_values.copy()
    d_place, d_size = np.zeros(ix.n_region), np.zeros(ix.n_size)
    by_level = has(table_rows, LEVEL)
    if by_level:
        _share_back(values, one, two, at, ix, d)
    _effects_back(free, values, table_rows, one, two, place, d, d_place, d_size)
    if by_level:
        _levels_back(at, ix, d, d_place)
    log_reach_back(values, at, ix, d_place, d_size, d)
    if has(table_rows, REACH):
        _reach_back(values, one, two, at, ix, d)
    _units_back(values, table_rows, two, d, ix.size_directions)
    return _to_free(d, free, values, table_rows, one, two)


@jit
def _to_free(d, free, values, table_rows, one, two):
    """Gradient in the unconstrained values from that in what is laid out as they are."""
    result = np.zeros(free.shape[0])
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second = table_rows[i, :6]
        if kind in (ZERO_SUM, SIZES):
            for block in range(outer):
                _extend_back(d, p + block * first * second, first, second, result, f)
                f += max(first - 1, 1) * (second - 1)
        elif kind == DIRECTIONS:
            _directions_to_free(d, table_rows[i], result)
        elif kind in (LEVELS, REACHES):
            _levels_to_free(d, table_rows[i], result)
        elif kind == DIRICHLET:
            for _block in range(outer):
                _simplex_back(values, one, d, p, second, result, f)
                f, p = f + second - 1, p + second
        else:
            for j in range(outer * first * second):
                x, a, b = values[p + j], one[p + j], two[p + j]
                result[f + j] = _simple_back(kind, x, free[f + j], a, b, d[p + j])
    return result


@jit
def _directions_to_free(d, row, result):
    """Of coefficients along directions, in the place of all levels but the last."""
    _, f, p, outer, first, second = row[:6]
    for block in range(outer):
        for a in range(max(first - 1, 1)):
            start = p + (block * first + a) * second
            result[f : f + second - 1] = d[start : start + second - 1]
            f += second - 1


@jit
def _levels_to_free(d, row, result):
    """Of levels by place, all but the last and the last one apart."""
    _, f, p, outer, _, second = row[:6]
    last = max(row[7], row[8])
    for block in range(outer):
        start, end = p + block * second, p + (block + 1) * second - 1
        result[f : f + second - 1] = d[start:end]
        result[last + block] = d[end]
        f += second - 1


@jit
def _share_back(values, one, two, at, ix, d):
    """From the share of ``other``, prior included, to the level that it is put down as."""
    p = at.other_share
    change = _simple_back(NORMAL, values[p], 0.0, one[p], two[p], d[p])
    other_level_back(values, at, ix, change, d)
    d[p] = -change


@jit
def _levels_back(at, ix, d, d_place):
    """From the effect by region and the mean level to the level in each region."""
    n = ix.n_region
    if at.other_region >= 0:
        of_place = d[at.other_region : at.other_region + n]
        of_place += d[at.other_share] / n - of_place.mean()
        d_place -= ix.other_listed * of_place
    else:
        d_place -= ix.other_listed * d[at.other_share] / n


@jit
def _reach_back(values, one, two, at, ix, d):
    """From detection, prior included, to the reach in each place that it is put down as."""
    for p in range(at.detection, at.detection + ix.n_lister):
        d[p] = _simple_back(NORMAL, values[p], 0.0, one[p], two[p], d[p])
    detection_of_reach_back(values, at, ix, d)


@jit
def _effects_back(free, values, table_rows, one, two, place, d, d_place, d_size):
    """Add the gradient of effects around zero, their scales and what they are centred on."""
    for i in range(table_rows.shape[0]):
        kind, _, p, outer, first, second, scale = table_rows[i, :7]
        if kind in (ZERO_SUM, TABLE, SIZES, LEVELS, REACHES, DIRECTIONS):
            sigma = values[scale] if scale >= 0 else one[p]
            squares = _spread_back(values, p, outer * first * second, sigma, d)
            if scale >= 0:
                d[scale] += squares / sigma**3 - degrees(table_rows[i]) / sigma
        if kind == TABLE:
            _centre_back(free, values, d, table_rows[i], one, two, place, d_place)
    for i in range(table_rows.shape[0]):
        kind, _, p, outer, _, second = table_rows[i, :6]
        if kind == FLAT:
            d_place -= d[p] / d_place.shape[0]
        elif kind == SIZES:
            for block in range(outer):
                d_size -= d[p + block * second : p + (block + 1) * second]


@jit
def _units_back(values, table_rows, two, d, basis):
    """From zero-sum effects to themselves in units of a power of a scale, volume included."""
    for i in range(table_rows.shape[0]):
        _, _, p, outer, first, second = table_rows[i, :6]
        size, unit = outer * first * second, table_rows[i, UNIT]
        if table_rows[i, 0] == DIRECTIONS:
            _directions_back(values, table_rows[i], two, d, basis)
        elif unit >= 0:
            sigma, each = values[unit], degrees(table_rows[i]) / size
            for j in range(p, p + size):
                d[unit] += two[j] / sigma * (d[j] * values[j] + each)
                d[j] *= sigma ** two[j]


@jit
def _directions_back(values, row, power, d, basis):
    """Put the gradient in the coefficients in the place of that in all levels but the last."""
    p, outer, first, second, unit = row[2], row[3], row[4], row[5], row[UNIT]
    for start in range(p, p + outer * first * second, first * second):
        own = _along(values, start, first, second, basis)
        change = _along(d, start, first, second, basis)
        for a in range(max(first - 1, 1)):
            for b in range(second - 1):
                j = start + a * second + b
                d[unit] += power[j] / values[unit] * (change[a, b] * own[a, b] + 1.0)
                d[j] = change[a, b] * values[unit] ** power[j]


@jit
def _along(values, start, first, second, basis):
    """Coefficients along the directions, shape (first, direction), the last row of many no one."""
    result = np.empty((first, second - 1))
    for a in range(first):
        result[a] = basis.T @ values[start + a * second : start + (a + 1) * second]
    if first > 1:
        _extend_columns_back(result)
    return result


@jit
def _spread_back(values, p, size, sigma, d):
    """Add the gradient of an effect around zero itself; return its sum of squares."""
    squares = 0.0
    for j in range(p, p + size):
        d[j] -= values[j] / sigma**2
        squares += values[j] ** 2
    return squares


@jit
def _simple_back(kind, x, free, a, b, d):
    if kind in (TABLE, FLAT, LEVEL, REACH):
        return d
    if kind == NORMAL:
        return d - (x - a) / b**2
    if kind == HALFNORMAL:
        return x * (d - x / b**2) + 1.0
    if kind == RAYLEIGH:
        return x * (d - x / b**2) + 2.0
    if kind == LOGNORMAL:
        return x * d - (free - a) / b**2
    return x * (1.0 - x) * d + a * (1.0 - x) - b * x


@jit
def _centre_back(free, values, d, row, wall, weight, reach, d_reach):
    """Add the gradient of ``_centre``, volume included, to that of what a table hangs on."""
    _, f, p, _, first, second, scale, every, by_first, by_second = row[:10]
    for a in range(first):
        for b in range(second):
            j = a * second + b
            if wall[p + j] > -np.inf:
                base = coarser(values, row, reach, a, b) + wall[p + j]
                change = _wall_back(free[f + j], values, d, p + j, scale, base)
            else:
                change = _weighted_back(values, d, p + j, scale, weight[p + j])
            d[every] += change
            d_reach[b] += change
            if by_first >= 0:
                d[by_first + a] += change
            if by_second >= 0:
                d[by_second + b] += change


@jit
def _weighted_back(values, d, at, scale, weight):
    """Of a cell between its own level and its deviation; returns that of what it is around."""
    own = 1.0 - weight
    d[scale] += own / values[scale] * (values[at] * d[at] + 1.0)
    d[at] *= values[scale] ** own
    return -weight * d[at]


@jit
def _wall_back(free, values, d, at, scale, base):
    """Of a cell with a wall; returns the gradient of what it is around."""
    sigma = values[scale]
    slope, bend = slopes(sigma * free + base)
    by_y = d[at] * slope + bend
    around = by_y - d[at]
    d[scale] += by_y * free + 1.0 / sigma
    d[at] = sigma * by_y
    return around


@jit
def _extend_columns_back(wide):
    """Transpose of ``_extend_columns``, in place; the last row is left as it is."""
    for b in range(wide.shape[1]):
        _extend_line_back(wide[:, b])


@jit
def _extend_line_back(line):
    """Transpose of ``_extend_line``, in place; the last entry is left as it is."""
    n = line.shape[0]
    total, last = line.sum(), line[n - 1]
    change = (last - total) / (np.sqrt(n) + n) - last / np.sqrt(n)
    line[: n - 1] += change


@jit
def _extend_back(d, p, first, second, result, f):
    wide = np.empty((first, second))
    for a in range(first):
        wide[a] = d[p + a * second : p + (a + 1) * second]
        _extend_line_back(wide[a])
    if first == 1:
        result[f : f + second - 1] = wide[0, : second - 1]
        return
    _extend_columns_back(wide[:, : second - 1])
    for a in range(first - 1):
        start = f + a * (second - 1)
        result[start : start + second - 1] = wide[a, : second - 1]


@jit
def _simplex_back(values, a, d, p, n, result, f):
    """Gradient of Σ a log x, Jacobian included, and of ``d``, in the log-ratios."""
    total, weighted, last = 0.0, 0.0, 0.0
    for j in range(n):
        total += a[p + j]
        weighted += values[p + j] * d[p + j]
    for j in range(n - 1, -1, -1):
        x = values[p + j]
        change = x * (d[p + j] - weighted) + a[p + j] - total * x
        if j == n - 1:
            last = change
        else:
            result[f + j] = change - last
