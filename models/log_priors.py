"""Log priors of the parameters as compiled loops, with gradients through the constraints."""

import math

import numpy as np

from .compiled import jit
from .constraints import (
    BETA,
    DIRICHLET,
    FLAT,
    HALFNORMAL,
    LEVEL,
    LEVELS,
    LOGNORMAL,
    NORMAL,
    RAYLEIGH,
    SIZES,
    TABLE,
    UNIT,
    ZERO_SUM,
    coarser,
    has_levels,
)
from .engine import LOG_2PI
from .mapping_levels import other_level_back
from .mapping_reach import log_reach_back
from .walls import slopes


@jit
def log_prior(free, values, place, table_rows, one, two):
    """Log prior of each parameter without, and of all with, the change of variables.

    ``place`` is the log reach that ``constrain`` returns.

    Returns (by parameter, shape (parameter,); sum of the log Jacobians).
    """
    by = np.zeros(table_rows.shape[0])
    jacobian = 0.0
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second, scale = table_rows[i, :7]
        if kind in (ZERO_SUM, TABLE, SIZES, LEVELS):
            sigma = values[scale] if scale >= 0 else one[p]
            degrees = _degrees(table_rows[i])
            by[i] = _log_spread(values, p, outer * first * second, degrees, sigma)
            jacobian += _log_effect_volume(table_rows[i], values, sigma, two)
            if kind == TABLE:
                jacobian += _log_wall_volume(table_rows[i], free, values, one, place)
        elif kind == DIRICHLET:
            for block in range(outer):
                start = p + block * second
                by[i] += _log_dirichlet(values, one, start, second)
                jacobian += np.log(second) + np.log(values[start : start + second]).sum()
        else:
            for j in range(outer * first * second):
                x = values[p + j]
                by[i] += _log_simple(kind, x, one[p + j], two[p + j])
                if kind == BETA:
                    jacobian += np.log(x) + np.log1p(-x)
                elif kind in (HALFNORMAL, LOGNORMAL, RAYLEIGH):
                    jacobian += free[f + j]
    return by, jacobian


@jit
def _log_effect_volume(row, values, sigma, two):
    """Log Jacobian of the coordinates of an effect around zero."""
    kind, _, p, outer, first, second = row[:6]
    if row[UNIT] >= 0:
        powers = two[p : p + outer * first * second].mean()
        return _degrees(row) * powers * np.log(values[row[UNIT]])
    if kind == TABLE:
        return (1.0 - two[p : p + first * second]).sum() * np.log(sigma)
    return -0.5 * np.log(second) if kind == LEVELS else 0.0


@jit
def _log_wall_volume(row, free, values, wall, reach):
    """Log Jacobian of the bends of a table's cells with a wall (``walls``)."""
    _, f, p, _, first, second, scale = row[:7]
    result = 0.0
    for a in range(first):
        for b in range(second):
            j = a * second + b
            if wall[p + j] > -np.inf:
                base = coarser(values, row, reach, a, b) + wall[p + j]
                result += np.log(slopes(values[scale] * free[f + j] + base)[0])
    return result


@jit
def _log_simple(kind, x, a, b):
    if kind == FLAT:
        return 0.0
    if kind in (NORMAL, LEVEL):
        return -0.5 * ((x - a) / b) ** 2 - np.log(b) - 0.5 * LOG_2PI
    if kind == HALFNORMAL:
        return np.log(2.0) - 0.5 * (x / b) ** 2 - np.log(b) - 0.5 * LOG_2PI
    if kind == RAYLEIGH:
        return np.log(x) - 2.0 * np.log(b) - 0.5 * (x / b) ** 2
    if kind == LOGNORMAL:
        y = np.log(x)
        return -0.5 * ((y - a) / b) ** 2 - np.log(b) - 0.5 * LOG_2PI - y
    constant = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return constant + (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x)


@jit
def _degrees(row):
    """Degrees of freedom of an effect around zero."""
    kind, _, _, outer, first, second = row[:6]
    return outer * first * second if kind == TABLE else outer * max(first - 1, 1) * (second - 1)


@jit
def _log_spread(values, p, size, degrees, sigma):
    result = -degrees * (0.5 * LOG_2PI + np.log(sigma))
    for j in range(p, p + size):
        result -= 0.5 * (values[j] / sigma) ** 2
    return result


@jit
def _log_dirichlet(values, a, start, n):
    result = math.lgamma(a[start : start + n].sum())
    for j in range(start, start + n):
        result += (a[j] - 1.0) * np.log(values[j]) - math.lgamma(a[j])
    return result


@jit
def log_prior_back(free, values, place, table_rows, one, two, d_values, at, ix):
    """Gradient in the unconstrained values of log prior, Jacobians and what has ``d_values``."""
    d = d_values.copy()
    d_place, d_size = np.zeros(ix.n_region), np.zeros(ix.n_size)
    by_level = has_levels(table_rows)
    if by_level:
        _share_back(values, one, two, at, ix, d)
    _effects_back(free, values, table_rows, one, two, place, d, d_place, d_size)
    if by_level:
        _levels_back(at, ix, d, d_place)
    log_reach_back(values, at, ix, d_place, d_size, d)
    _units_back(values, table_rows, two, d)
    result = np.zeros(free.shape[0])
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second = table_rows[i, :6]
        if kind in (ZERO_SUM, SIZES):
            for block in range(outer):
                _extend_back(d, p + block * first * second, first, second, result, f)
                f += max(first - 1, 1) * (second - 1)
        elif kind == LEVELS:
            result[f : f + second - 1] = d[p : p + second - 1]
            result[table_rows[i, 7]] = d[p + second - 1]
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
def _effects_back(free, values, table_rows, one, two, place, d, d_place, d_size):
    """Add the gradient of effects around zero, their scales and what they are centred on."""
    for i in range(table_rows.shape[0]):
        kind, _, p, outer, first, second, scale = table_rows[i, :7]
        if kind in (ZERO_SUM, TABLE, SIZES, LEVELS):
            sigma = values[scale] if scale >= 0 else one[p]
            squares = _spread_back(values, p, outer * first * second, sigma, d)
            if scale >= 0:
                d[scale] += squares / sigma**3 - _degrees(table_rows[i]) / sigma
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
def _units_back(values, table_rows, two, d):
    """From zero-sum effects to themselves in units of a power of a scale, volume included."""
    for i in range(table_rows.shape[0]):
        _, _, p, outer, first, second = table_rows[i, :6]
        size, unit = outer * first * second, table_rows[i, UNIT]
        if unit >= 0:
            sigma, each = values[unit], _degrees(table_rows[i]) / size
            for j in range(p, p + size):
                d[unit] += two[j] / sigma * (d[j] * values[j] + each)
                d[j] *= sigma ** two[j]


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
    if kind in (TABLE, FLAT, LEVEL):
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
    for b in range(second - 1):
        _extend_line_back(wide[:, b])
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
