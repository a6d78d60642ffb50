"""Log priors of the parameters as compiled loops; ``log_priors_back`` has their gradients."""

import math

import numpy as np

from .compiled import jit
from .constraints import (
    BETA,
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
from .engine import LOG_2PI
from .mapping_reached import log_reach_volume
from .walls import slopes


@jit
def log_prior(free, values, place, table_rows, one, two, at, ix):
    """Log prior of each parameter without, and of all with, the change of variables.

    ``place`` is the log reach that ``constrain`` returns.

    Returns (by parameter, shape (parameter,); sum of the log Jacobians).
    """
    by = np.zeros(table_rows.shape[0])
    jacobian = log_reach_volume(values, at, ix) if has(table_rows, REACH) else 0.0
    for i in range(table_rows.shape[0]):
        kind, _, p, outer, first, second, scale = table_rows[i, :7]
        if kind in (ZERO_SUM, TABLE, SIZES, LEVELS, REACHES, DIRECTIONS):
            sigma = values[scale] if scale >= 0 else one[p]
            size = outer * first * second
            by[i] = _log_spread(values, p, size, degrees(table_rows[i]), sigma)
            jacobian += _log_effect_volume(table_rows[i], values, sigma, two)
            if kind == TABLE:
                jacobian += _log_wall_volume(table_rows[i], free, values, one, place)
        elif kind == DIRICHLET:
            for block in range(outer):
                start = p + block * second
                by[i] += _log_dirichlet(values, one, start, second)
                jacobian += np.log(second) + np.log(values[start : start + second]).sum()
        else:
            for j in range(p, p + outer * first * second):
                by[i] += _log_simple(kind, values[j], one[j], two[j])
                jacobian += _log_simple_volume(kind, values[j])
    return by, jacobian


@jit
def _log_simple_volume(kind, x):
    if kind == BETA:
        return np.log(x) + np.log1p(-x)
    return np.log(x) if kind in (HALFNORMAL, LOGNORMAL, RAYLEIGH) else 0.0


@jit
def _log_effect_volume(row, values, sigma, two):
    """Log Jacobian of the coordinates of an effect around zero."""
    kind, _, p, outer, first, second = row[:6]
    if kind == DIRECTIONS:
        powers = two[p : p + outer * first * second].reshape((outer, first, second))
        powers = powers[:, : max(first - 1, 1), : second - 1]
        return powers.sum() * np.log(values[row[UNIT]])
    if row[UNIT] >= 0:
        powers = two[p : p + outer * first * second].mean()
        return degrees(row) * powers * np.log(values[row[UNIT]])
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
    if kind in (NORMAL, LEVEL, REACH):
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
def degrees(row):
    """Degrees of freedom of an effect around zero."""
    kind, _, _, outer, first, second = row[:6]
    return outer * first * second if kind == TABLE else outer * max(first - 1, 1) * (second - 1)


@jit
def _log_spread(values, p, size, n, sigma):
    result = -n * (0.5 * LOG_2PI + np.log(sigma))
    for j in range(p, p + size):
        result -= 0.5 * (values[j] / sigma) ** 2
    return result


@jit
def _log_dirichlet(values, a, start, n):
    result = math.lgamma(a[start : start + n].sum())
    for j in range(start, start + n):
        result += (a[j] - 1.0) * np.log(values[j]) - math.lgamma(a[j])
    return result
