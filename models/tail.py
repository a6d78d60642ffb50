"""Noise and totals: what the log density has beside terms by cell, as compiled loops."""

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np

from ..data.arrays import Floats, Ints
from . import noise, totals_loops
from .compiled import jit
from .design import Design
from .kernel_runs import ints
from .structs import Pointer, Struct, define, register
from .totals import Totals, layout_of


class BlockLayout(NamedTuple):
    """Cells that share a factor, and where the noise lies in the flat vector, -1 without any.

    ``of_cell`` (cell,), ``seen`` (block,); see ``noise.Blocks``.
    """

    of_cell: Ints
    seen: Floats
    noise: int


@register
class _BlockStruct(Struct):
    pass


class BlocksRef(Pointer):
    """``BlockLayout`` as one pointer."""


define(BlocksRef, _BlockStruct, BlockLayout)


class Tail(NamedTuple):
    """Blocks and totals of one design, as the loops take them."""

    blocks: BlocksRef
    totals: totals_loops.TotalsRef


@jit
def _pack(record):  # type: ignore[no-untyped-def]
    return BlocksRef(*record)


def tail_of(design: Design, totals: Totals | None, starts: Mapping[str, slice]) -> Tail:
    """Lay out noise and totals; ``starts`` says where parameters lie in the flat vector."""
    found = noise.blocks(design)
    at = starts["noise"].start if "noise" in starts else -1
    blocks = cast("BlocksRef", _pack(BlockLayout(ints(found.of_cell), found.seen, at)))
    return Tail(blocks, layout_of(totals, found.of_cell, starts))


@jit
def by_block(mass, blocks):  # type: ignore[no-untyped-def]
    """Expected numbers of the cells, shape (cell,), added up by block."""
    result = np.zeros(blocks.seen.shape[0])
    for i in range(mass.shape[0]):
        result[blocks.of_cell[i]] += mass[i]
    return result


@jit
def noise_at(expected, values, blocks, d):  # type: ignore[no-untyped-def]
    """Log likelihood of what is seen beside Σ n log m, and its gradient by cell, shape (cell,).

    ``expected`` as of ``by_block``. Adds the gradient in the values to ``d``.
    """
    if blocks.noise < 0:
        return -expected.sum(), -np.ones(blocks.of_cell.shape[0])
    sigma = values[blocks.noise]
    value, by_expected, by_sigma = noise.block_terms(expected, blocks.seen, sigma)
    d[blocks.noise] += by_sigma
    return value.sum(), by_expected[blocks.of_cell]


@jit
def _factors(expected, values, blocks):  # type: ignore[no-untyped-def]
    """What reports say of the months' factors, ``noise.factor_moments``: 1 without noise."""
    if blocks.noise >= 0:
        return noise.factor_moments(expected, blocks.seen, values[blocks.noise])
    n = blocks.seen.shape[0]
    return noise.FactorMoments(
        np.ones(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    )


@jit
def moments_at(entries, expected, values, blocks, totals):  # type: ignore[no-untyped-def]
    """``totals_loops.moments`` given what is reported."""
    factor = _factors(expected, values, blocks)
    return totals_loops.moments(entries, factor.mean, factor.variance, totals)


@jit
def totals_at(entries, expected, values, weight, blocks, totals, d):  # type: ignore[no-untyped-def]
    """Log likelihood of each total; gradient of Σ weight · value in entries and by cell.

    Adds that in the values to ``d``.
    """
    d_mass = np.zeros(blocks.of_cell.shape[0])
    if totals.series.shape[0] == 0:
        return np.zeros(0), np.zeros(entries.shape), d_mass
    factor = _factors(expected, values, blocks)
    found, both = totals_loops.moments(entries, factor.mean, factor.variance, totals)
    of = totals_loops.of_series(values, totals)
    value, d_found, d_both, d_of = totals_loops.terms(found, both, of, weight, totals)
    totals_loops.of_series_back(d_of, totals, d)
    d_entries, by_mean, by_variance = totals_loops.moments_back(
        entries, factor.mean, factor.variance, totals, d_found, d_both
    )
    if blocks.noise >= 0:
        by_sigma = by_mean * factor.mean_by_sigma + by_variance * factor.variance_by_sigma
        by_mass = by_mean * factor.mean_by_mass + by_variance * factor.variance_by_mass
        d[blocks.noise] += by_sigma.sum()
        d_mass += by_mass[blocks.of_cell]
    return value, d_entries, d_mass
