"""Effects added to tables and walks along time, with gradients the way back: compiled loops."""

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
def add_rows(values, start, out, first, n):
    """Add one vector to rows ``first`` to ``first + n`` of ``out``."""
    if start >= 0:
        for a in range(first, first + n):
            for i in range(out.shape[1]):
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
def add_scaled_table(values, scale, start, out):
    """Add a table in units of its scale, of the shape of ``out``."""
    if start >= 0:
        width = out.shape[1]
        for a in range(out.shape[0]):
            for i in range(width):
                out[a, i] += values[scale] * values[start + a * width + i]


@jit
def add_scaled_table_back(values, scale, start, d_out, d):
    """Add the gradient of ``add_scaled_table``, its scale included."""
    if start >= 0:
        width = d_out.shape[1]
        for a in range(d_out.shape[0]):
            for i in range(width):
                d[start + a * width + i] += values[scale] * d_out[a, i]
                d[scale] += values[start + a * width + i] * d_out[a, i]
