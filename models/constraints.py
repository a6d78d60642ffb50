"""Constraints of the parameters as compiled loops.

Each parameter is a row of integers (``Table``): which distribution, where it lies in the
unconstrained and in the constrained vector, its shape, how many trailing axes sum to zero.
The unconstrained values are PyMC's own: logarithms of positive numbers, log odds of
probabilities, one less than the levels of a zero-sum axis (its orthonormal extension), and
log-ratios of a simplex; so that both engines speak of the same vector.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from .compiled import jit
from .mapping_levels import other_level
from .mapping_reach import log_reach
from .mapping_reached import detection_of_reach
from .parameters import ZERO_SUM as SUM_TO_ZERO
from .parameters import Parameter
from .walls import log_reported

(
    NORMAL, HALFNORMAL, LOGNORMAL, RAYLEIGH, BETA, ZERO_SUM, DIRICHLET, TABLE, FLAT, SIZES, LEVEL,
    LEVELS, REACH, REACHES, DIRECTIONS,
) = range(15)  # fmt: skip
KINDS = {
    "normal": NORMAL, "halfnormal": HALFNORMAL, "lognormal": LOGNORMAL, "rayleigh": RAYLEIGH,
    "beta": BETA, "zero_sum": ZERO_SUM, "dirichlet": DIRICHLET, "table": TABLE, "flat": FLAT,
    "sizes": SIZES, "level": LEVEL, "levels": LEVELS, "reach": REACH, "reaches": REACHES,
    "directions": DIRECTIONS,
}  # fmt: skip
UNIT = 10
"""Column of ``Table.rows``."""
ARGUMENTS = {
    "normal": ("mu", "sigma"), "halfnormal": ("sigma", "sigma"), "lognormal": ("mu", "sigma"),
    "beta": ("alpha", "beta"), "zero_sum": ("sigma", "power"), "dirichlet": ("a", "a"),
    "table": ("wall", "weight"), "flat": ("mu", "sigma"), "sizes": ("sigma", "sigma"),
    "rayleigh": ("sigma", "sigma"), "level": ("mu", "sigma"), "levels": ("sigma", "sigma"),
    "reach": ("mu", "sigma"), "reaches": ("sigma", "sigma"),
    "directions": ("sigma", "power"),
}  # fmt: skip


class Table(NamedTuple):
    """The parameters, one row each, and their arguments, one entry a constrained value.

    Attributes
    ----------
    rows
        ``kind, free start, start, outer, first, second, scale, all, by first, by second, unit``:
        shape (parameter, 11). A zero-sum effect is ``outer`` blocks of (first, second) with
        first = 1 where only the last axis sums to zero; ``scale`` is the position of its
        sigma, -1 where a number. The next three are the positions of what a table's free
        values are centred on, a number for all cells and one by row and by column, -1 where
        there is none; of ``levels`` and ``reaches`` that of the first free value of what they are
        of. ``unit`` is the position of the scale in whose power a zero-sum effect is sampled, -1
        where as it is.
    one, two
        mu and sigma, alpha and beta, a, or wall and weight; of a zero-sum effect sigma (where that
        is a number) and power: shape (constrained,).
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
    free_starts: dict[str, int] = {}
    free = position = 0
    for p in parameters:
        starts[p.name], free_starts[p.name] = position, free
        outer, first, second = _blocks(p)
        scale = starts[p.scale] if p.scale else -1
        rows.append([KINDS[p.distribution], free, position, outer, first, second, scale])
        rows[-1] += _around(p, free_starts if p.distribution in ("levels", "reaches") else starts)
        rows[-1].append(starts[p.unit] if p.unit else -1)
        for values, name in zip((one, two), ARGUMENTS[p.distribution], strict=True):
            argument = p.arguments.get(name, np.asarray(1.0))
            values.append(np.broadcast_to(argument, p.shape).astype(float).ravel())
        free += int(np.prod(p.free_shape, dtype=int))
        position += int(np.prod(p.shape, dtype=int))
    return Table(np.array(rows, np.int64), np.concatenate(one), np.concatenate(two))


def _blocks(p: Parameter) -> tuple[int, int, int]:
    """Write a shape as (outer, first, second), the last one or two axes apart."""
    if p.distribution == "table" or p.zero_sum_axes == 2:
        return 1, p.shape[0], p.shape[1]
    if p.distribution in (*SUM_TO_ZERO, "dirichlet"):
        return int(np.prod(p.shape[:-1], dtype=int)), 1, p.shape[-1]
    return 1, 1, int(np.prod(p.shape, dtype=int))


def _around(p: Parameter, starts: dict[str, int]) -> list[int]:
    """Positions of what the free values are centred on: of all, by row, by column."""
    by_dims = {coarser.dims: starts[coarser.name] for coarser in p.around}
    return (
        [by_dims.get(dims, -1) for dims in ((), p.dims[:1], p.dims[1:])] if p.around else [-1] * 3
    )


def _n_free(row: Ints) -> int:
    kind, _, _, outer, first, second = row[:6]
    if kind in (ZERO_SUM, SIZES, LEVELS, REACHES, DIRECTIONS):
        return int(outer * max(first - 1, 1) * (second - 1))
    return int(outer * (second - 1) if kind == DIRICHLET else outer * first * second)


@jit
def constrain(free, rows, one, two, at, ix):
    """Unconstrained to constrained values, and the log reach: (constrained,), (region,)."""
    values = np.empty(two.shape[0])
    for i in range(rows.shape[0]):
        kind, f, p, outer, first, second = rows[i, :6]
        if kind in (ZERO_SUM, SIZES):
            _zero_sum(free, rows[i], values, two)
        elif kind == DIRECTIONS:
            _directions(free, rows[i], values, two, ix.size_directions)
        elif kind in (LEVELS, REACHES):
            _levels(free, rows[i], values)
        elif kind == DIRICHLET:
            for _block in range(outer):
                _simplex(free[f : f + second - 1], values[p : p + second])
                f, p = f + second - 1, p + second
        else:
            for j in range(outer * first * second):
                values[p + j] = _from_free(kind, free[f + j])
    if has(rows, REACH):
        detection_of_reach(values, at, ix)
    place, size = log_reach(values, at, ix)
    _shift(values, rows, one, two, place, size, at, ix)
    return values, place


@jit
def _levels(free, row, values):
    """Levels by place, all but the last of which are an effect's free values."""
    _, f, p, outer, _, second = row[:6]
    last = max(row[7], row[8])
    for block in range(outer):
        start, end = p + block * second, p + (block + 1) * second - 1
        values[start:end] = free[f : f + second - 1]
        values[end] = free[last + block]
        f += second - 1


@jit
def _zero_sum(free, row, values, power):
    """Levels that sum to zero, in units of their scale."""
    _, f, p, outer, first, second = row[:6]
    size, unit = first * second, row[UNIT]
    for start in range(p, p + outer * size, size):
        _extend(free, f, values, start, first, second)
        f += max(first - 1, 1) * (second - 1)
        if unit >= 0:
            values[start : start + size] *= values[unit] ** power[start]


@jit
def _directions(free, row, values, power, basis):
    """Levels that sum to zero from their coefficients along the directions, in units."""
    _, f, p, outer, first, second = row[:6]
    unit = values[row[UNIT]]
    for start in range(p, p + outer * first * second, first * second):
        own = np.zeros((first, second - 1))
        for a in range(max(first - 1, 1)):
            factor = unit ** power[start + a * second : start + (a + 1) * second - 1]
            own[a] = free[f : f + second - 1] * factor
            f += second - 1
        if first > 1:
            _extend_columns(own)
        for a in range(first):
            values[start + a * second : start + (a + 1) * second] = basis @ own[a]


@jit
def _shift(values, rows, one, two, place, size, at, ix):
    """Take from reported quantities the reach, and from tables what they are centred on."""
    by_level, level = has(rows, LEVEL), 0.0
    if by_level:
        level = values[at.other_share] - ix.other_listed * place.mean()
    for i in range(rows.shape[0]):
        if rows[i, 0] == FLAT:
            values[rows[i, 2]] -= place.mean()
        elif rows[i, 0] == TABLE:
            _centre(values, rows[i], one, two, place)
        elif rows[i, 0] == SIZES:
            _less_reach(values, rows[i], size)
        elif rows[i, 0] == LEVELS:
            level = _less_level(values, rows[i], ix.other_listed * place)
    if by_level:
        values[at.other_share] = other_level(values, at, ix) - level


@jit
def has(rows, kind):
    """Whether a parameter has this distribution."""
    return (rows[:, 0] == kind).any()


@jit
def _from_free(kind, x):
    if kind == BETA:
        return 1.0 / (1.0 + np.exp(-x))
    return np.exp(x) if kind in (HALFNORMAL, LOGNORMAL, RAYLEIGH) else x


@jit
def _centre(values, row, wall, weight, reach):
    """Take from a table what it is centred on, complete by now, and give it its scale."""
    _, _, p, _, first, second, scale = row[:7]
    for a in range(first):
        for b in range(second):
            at, around = p + a * second + b, coarser(values, row, reach, a, b)
            deviation = values[at] - weight[at] * around
            values[at] = deviation * values[scale] ** (1.0 - weight[at])
            if wall[at] > -np.inf:
                base = around + wall[at]
                values[at] = log_reported(values[at] + base) - base


@jit
def coarser(values, row, reach, a, b):
    """What cell (a, b) of a table is centred on: coarser effects and log reach."""
    every, by_first, by_second = row[7], row[8], row[9]
    result = values[every] + reach[b]
    if by_first >= 0:
        result += values[by_first + a]
    if by_second >= 0:
        result += values[by_second + b]
    return result


@jit
def _less_reach(values, row, reach):
    """Take the reach by size from the sizes reported."""
    _, _, p, outer, _, second = row[:6]
    for block in range(outer):
        values[p + block * second : p + (block + 1) * second] -= reach


@jit
def _less_level(values, row, reach):
    """Take from the levels of ``other`` the reach and their mean, and return it."""
    of_place = values[row[2] : row[2] + row[5]]
    of_place -= reach
    level = of_place.mean()
    of_place -= level
    return level


@jit
def _extend(free, f, values, p, first, second):
    """Fill a block that sums to zero along its last axis, and along its first if it has one."""
    wide = np.zeros((first, second))
    if first == 1:
        wide[0, : second - 1] = free[f : f + second - 1]
    else:
        for a in range(first - 1):
            start = f + a * (second - 1)
            wide[a, : second - 1] = free[start : start + second - 1]
        _extend_columns(wide[:, : second - 1])
    for a in range(first):
        _extend_line(wide[a])
        values[p + a * second : p + (a + 1) * second] = wide[a]


@jit
def _extend_columns(wide):
    """Fill the last row of a block, so that its columns sum to zero, in place."""
    for b in range(wide.shape[1]):
        _extend_line(wide[:, b])


@jit
def _extend_line(line):
    """Orthonormal extension of n-1 numbers to n that sum to zero, in place."""
    n = line.shape[0]
    total = line[: n - 1].sum()
    norm = total / (np.sqrt(n) + n)
    line[n - 1] = norm - total / np.sqrt(n)
    line -= norm


@jit
def _simplex(free, out):
    n = out.shape[0]
    out[: n - 1] = free
    out[n - 1] = -free.sum()
    out[:] = np.exp(out - out.max())
    out /= out.sum()
