"""Noise and totals: what the log density has beside terms by cell, as compiled loops."""

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np

from . import noise, totals_loops
from .compiled import jit
from .design import Design
from .engine import Floats, Ints
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
def _by_block(mass, blocks):  # type: ignore[no-untyped-def]
    result = np.zeros(blocks.seen.shape[0])
    for i in range(mass.shape[0]):
        result[blocks.of_cell[i]] += mass[i]
    return result


@jit
def noise_at(mass, values, blocks, d):  # type: ignore[no-untyped-def]
    """Log likelihood of what is seen beside Σ n log m, and its gradient in mass, shape (cell,).

    Adds that in the values to ``d``.
    """
    d_mass = -np.ones(mass.shape[0])
    if blocks.noise < 0:
        return -mass.sum(), d_mass
    sigma = values[blocks.noise]
    value, by_mass, by_sigma = noise.block_terms(_by_block(mass, blocks), blocks.seen, sigma)
    d[blocks.noise] += by_sigma
    for i in range(mass.shape[0]):
        d_mass[i] = by_mass[blocks.of_cell[i]]
    return value.sum(), d_mass


@jit
def _laws(mass, values, blocks):  # type: ignore[no-untyped-def]
    """What reports say of the months' factors, ``noise.block_laws``: 1 without noise."""
    if blocks.noise >= 0:
        return noise.block_laws(_by_block(mass, blocks), blocks.seen, values[blocks.noise])
    result = np.zeros((6, blocks.seen.shape[0]))
    result[0] = 1.0
    return result


@jit
def moments_at(entries, mass, values, blocks, totals):  # type: ignore[no-untyped-def]
    """``totals_loops.moments`` given what is reported."""
    laws = _laws(mass, values, blocks)
    return totals_loops.moments(entries, laws[0], laws[1], totals)


@jit
def totals_at(entries, mass, values, weight, blocks, totals, d):  # type: ignore[no-untyped-def]
    """Log likelihood of each total; gradient of Σ weight · value in entries and in mass.

    Adds that in the values to ``d``.
    """
    d_mass = np.zeros(mass.shape[0])
    if totals.series.shape[0] == 0:
        return np.zeros(0), np.zeros(entries.shape), d_mass
    laws = _laws(mass, values, blocks)
    found, both = totals_loops.moments(entries, laws[0], laws[1], totals)
    of = totals_loops.of_series(values, totals)
    value, d_found, d_both, d_of = totals_loops.terms(found, both, of, weight, totals)
    totals_loops.of_series_back(d_of, totals, d)
    d_entries, by_mean, by_variance = totals_loops.moments_back(
        entries, laws[0], laws[1], totals, d_found, d_both
    )
    if blocks.noise >= 0:
        d[blocks.noise] += (by_mean * laws[4] + by_variance * laws[5]).sum()
        for i in range(mass.shape[0]):
            b = blocks.of_cell[i]
            d_mass[i] = by_mean[b] * laws[2, b] + by_variance[b] * laws[3, b]
    return value, d_entries, d_mass
