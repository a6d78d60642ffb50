"""Effects added to tables and walks along time, with gradients the way back: compiled loops."""

import numpy as np

from .compiled import jit

UNSCALED = -1
"""In place of the position of a scale, for effects that are written as they are."""


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
def add_rows(values, scale, start, out, first, n):
    """Add one vector, in units of its scale, to rows ``first`` to ``first + n`` of ``out``."""
    if start >= 0:
        factor = _factor(values, scale)
        for a in range(first, first + n):
            for i in range(out.shape[1]):
                out[a, i] += factor * values[start + i]


@jit
def add_rows_back(values, scale, start, d_out, first, n, d):
    """Add the gradient of ``add_rows``, its scale included."""
    if start >= 0:
        factor = _factor(values, scale)
        for a in range(first, first + n):
            for i in range(d_out.shape[1]):
                d[start + i] += factor * d_out[a, i]
                if scale >= 0:
                    d[scale] += values[start + i] * d_out[a, i]


@jit
def add_table(values, scale, start, out, first, n):
    """Add a table of shape (n, width), in units of its scale, to rows of ``out``."""
    if start >= 0:
        width = out.shape[1]
        for a in range(n):
            add_rows(values, scale, start + a * width, out, first + a, 1)


@jit
def add_table_back(values, scale, start, d_out, first, n, d):
    """Add the gradient of ``add_table``, its scale included."""
    if start >= 0:
        width = d_out.shape[1]
        for a in range(n):
            add_rows_back(values, scale, start + a * width, d_out, first + a, 1, d)


@jit
def _factor(values, scale):
    return values[scale] if scale >= 0 else 1.0
