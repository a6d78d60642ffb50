r"""Priors and constraints of the parameters as compiled loops, with gradients.

Each parameter is a row of integers (``Table``): which distribution, where it lies in the
unconstrained and in the constrained vector, its shape, how many trailing axes sum to zero.
The unconstrained values are PyMC's own: logarithms of positive numbers, log odds of
probabilities, one less than the levels of a zero-sum axis (its orthonormal extension), and
log-ratios of a simplex; so that both engines speak of the same vector.
"""

import math
from typing import NamedTuple

import numpy as np

from .engine import Floats, Ints
from .compiled import jit
from .parameters import Parameter

NORMAL, HALFNORMAL, LOGNORMAL, BETA, ZERO_SUM, DIRICHLET = range(6)
KINDS = {
    "normal": NORMAL, "halfnormal": HALFNORMAL, "lognormal": LOGNORMAL,
    "beta": BETA, "zero_sum": ZERO_SUM, "dirichlet": DIRICHLET,
}  # fmt: skip
ARGUMENTS = {
    "normal": ("mu", "sigma"), "halfnormal": ("sigma", "sigma"), "lognormal": ("mu", "sigma"),
    "beta": ("alpha", "beta"), "zero_sum": ("sigma", "sigma"), "dirichlet": ("a", "a"),
}  # fmt: skip
LOG_2PI = float(np.log(2 * np.pi))


class Table(NamedTuple):
    """The parameters, one row each, and their arguments, one entry a constrained value.

    Attributes
    ----------
    rows
        ``kind, free start, start, outer, first, second, scale``: shape (parameter, 7). A
        zero-sum effect is ``outer`` blocks of (first, second) with first = 1 where only the
        last axis sums to zero; ``scale`` is the position of its sigma, -1 where a number.
    one, two
        mu and sigma, alpha and beta, or a: shape (constrained,).
    """

    rows: Ints
    one: Floats
    two: Floats

    @property
    def n_free(self) -> int:
        """Length of the unconstrained vector."""
        return int(sum(_n_free(row) for row in self.rows))


def table(parameters: list[Parameter]) -> Table:
    """Lay the parameters out one behind the other."""
    rows, one, two = list[list[int]](), list[Floats](), list[Floats]()
    starts: dict[str, int] = {}
    free = position = 0
    for p in parameters:
        starts[p.name] = position
        outer, first, second = _blocks(p)
        scale = starts[p.scale] if p.scale else -1
        rows.append([KINDS[p.distribution], free, position, outer, first, second, scale])
        for values, name in zip((one, two), ARGUMENTS[p.distribution], strict=True):
            argument = p.arguments.get(name, np.asarray(1.0))
            values.append(np.broadcast_to(argument, p.shape).astype(float).ravel())
        free += int(np.prod(p.free_shape, dtype=int))
        position += int(np.prod(p.shape, dtype=int))
    return Table(np.array(rows, np.int64), np.concatenate(one), np.concatenate(two))


def _blocks(p: Parameter) -> tuple[int, int, int]:
    """Write a shape as (outer, first, second), the last one or two axes apart."""
    if p.distribution == "zero_sum" and p.zero_sum_axes == 2:
        return 1, p.shape[0], p.shape[1]
    if p.distribution in ("zero_sum", "dirichlet"):
        return int(np.prod(p.shape[:-1], dtype=int)), 1, p.shape[-1]
    return 1, 1, int(np.prod(p.shape, dtype=int))


def _n_free(row: Ints) -> int:
    kind, _, _, outer, first, second, _ = row
    if kind == ZERO_SUM:
        return int(outer * max(first - 1, 1) * (second - 1))
    return int(outer * (second - 1) if kind == DIRICHLET else outer * first * second)


@jit
def constrain(free, rows, n):  # type: ignore[no-untyped-def]
    """Unconstrained to constrained values, shape (constrained,) = (n,)."""
    values = np.empty(n)
    for i in range(rows.shape[0]):
        kind, f, p, outer, first, second, _ = rows[i]
        size = first * second
        if kind == ZERO_SUM:
            for block in range(outer):
                _extend(free, f, values, p + block * size, first, second)
                f += max(first - 1, 1) * (second - 1)
        elif kind == DIRICHLET:
            for block in range(outer):
                _simplex(free[f : f + second - 1], values[p : p + second])
                f, p = f + second - 1, p + second
        else:
            for j in range(outer * size):
                x = free[f + j]
                if kind == BETA:
                    values[p + j] = 1.0 / (1.0 + np.exp(-x))
                elif kind == NORMAL:
                    values[p + j] = x
                else:
                    values[p + j] = np.exp(x)
    return values


@jit
def _extend(free, f, values, p, first, second):  # type: ignore[no-untyped-def]
    """Fill a block that sums to zero along its last axis, and along its first if it has one."""
    wide = np.zeros((first, second))
    if first == 1:
        wide[0, : second - 1] = free[f : f + second - 1]
    else:
        for a in range(first - 1):
            start = f + a * (second - 1)
            wide[a, : second - 1] = free[start : start + second - 1]
        for b in range(second - 1):
            _extend_line(wide[:, b])
    for a in range(first):
        _extend_line(wide[a])
        values[p + a * second : p + (a + 1) * second] = wide[a]


@jit
def _extend_line(line):  # type: ignore[no-untyped-def]
    """Orthonormal extension of n-1 numbers to n that sum to zero, in place."""
    n = line.shape[0]
    total = line[: n - 1].sum()
    norm = total / (np.sqrt(n) + n)
    line[n - 1] = norm - total / np.sqrt(n)
    line -= norm


@jit
def _extend_line_back(line):  # type: ignore[no-untyped-def]
    """Transpose of ``_extend_line``, in place; the last entry is left as it is."""
    n = line.shape[0]
    total, last = line.sum(), line[n - 1]
    change = (last - total) / (np.sqrt(n) + n) - last / np.sqrt(n)
    line[: n - 1] += change


@jit
def _simplex(free, out):  # type: ignore[no-untyped-def]
    n = out.shape[0]
    out[: n - 1] = free
    out[n - 1] = -free.sum()
    out[:] = np.exp(out - out.max())
    out /= out.sum()


@jit
def log_prior(free, values, table_rows, one, two):  # type: ignore[no-untyped-def]
    """log prior of each parameter without, and of all with, the change of variables.

    Returns (by parameter, shape (parameter,); sum of the log Jacobians).
    """
    by = np.zeros(table_rows.shape[0])
    jacobian = 0.0
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second, scale = table_rows[i]
        size = outer * first * second
        if kind == ZERO_SUM:
            sigma = values[scale] if scale >= 0 else one[p]
            degrees = outer * max(first - 1, 1) * (second - 1)
            by[i] = -degrees * (0.5 * LOG_2PI + np.log(sigma))
            for j in range(p, p + size):
                by[i] -= 0.5 * (values[j] / sigma) ** 2
            continue
        for j in range(size):
            x, a, b = values[p + j], one[p + j], two[p + j]
            if kind == NORMAL:
                by[i] -= 0.5 * ((x - a) / b) ** 2 + np.log(b) + 0.5 * LOG_2PI
            elif kind == HALFNORMAL:
                by[i] += np.log(2.0) - 0.5 * (x / b) ** 2 - np.log(b) - 0.5 * LOG_2PI
                jacobian += free[f + j]
            elif kind == LOGNORMAL:
                y = free[f + j]
                by[i] -= 0.5 * ((y - a) / b) ** 2 + np.log(b) + 0.5 * LOG_2PI + y
                jacobian += y
            elif kind == BETA:
                by[i] += (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x)
                by[i] += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
                jacobian += np.log(x) + np.log1p(-x)
            else:
                by[i] += (a - 1.0) * np.log(x) - math.lgamma(a)
                jacobian += np.log(x)
        if kind == DIRICHLET:
            jacobian += outer * np.log(second)
            for block in range(outer):
                start = p + block * second
                by[i] += math.lgamma(one[start : start + second].sum())
    return by, jacobian


@jit
def log_prior_back(free, values, table_rows, one, two, d_values):  # type: ignore[no-untyped-def]
    """Gradient in the unconstrained values of log prior, Jacobians and whatever has ``d_values``."""
    d = d_values.copy()
    result = np.zeros(free.shape[0])
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second, scale = table_rows[i]
        if kind == ZERO_SUM:
            sigma = values[scale] if scale >= 0 else one[p]
            squares = 0.0
            for j in range(p, p + outer * first * second):
                d[j] -= values[j] / sigma**2
                squares += values[j] ** 2
            if scale >= 0:
                degrees = outer * max(first - 1, 1) * (second - 1)
                d[scale] += squares / sigma**3 - degrees / sigma
    for i in range(table_rows.shape[0]):
        kind, f, p, outer, first, second, scale = table_rows[i]
        if kind == ZERO_SUM:
            for block in range(outer):
                _extend_back(d, p + block * first * second, first, second, result, f)
                f += max(first - 1, 1) * (second - 1)
            continue
        if kind == DIRICHLET:
            for block in range(outer):
                _simplex_back(values, one, d, p, second, result, f)
                f, p = f + second - 1, p + second
            continue
        for j in range(outer * first * second):
            x, a, b = values[p + j], one[p + j], two[p + j]
            if kind == NORMAL:
                result[f + j] = d[p + j] - (x - a) / b**2
            elif kind == HALFNORMAL:
                result[f + j] = x * (d[p + j] - x / b**2) + 1.0
            elif kind == LOGNORMAL:
                result[f + j] = x * d[p + j] - (free[f + j] - a) / b**2
            else:
                result[f + j] = x * (1.0 - x) * d[p + j] + a * (1.0 - x) - b * x
    return result


@jit
def _extend_back(d, p, first, second, result, f):  # type: ignore[no-untyped-def]
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
def _simplex_back(values, a, d, p, n, result, f):  # type: ignore[no-untyped-def]
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
