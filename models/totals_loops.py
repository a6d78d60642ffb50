"""Totals in the likelihood as compiled loops, forwards and backwards.

The formulas are in ``totals`` and ``aggregates``. Official totals are asked in every gradient, of
a few hundred numbers each time: as numpy they took as long as the incidents themselves, and chains
waited for each other.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from . import incident_totals, victim_totals
from .compiled import jit
from .structs import Pointer, Struct, define, register

N_MOMENTS = 8
"""Of each total: E[1, V, V²] of the unseen, of all, and D of incidents and of victims."""


class TotalsLayout(NamedTuple):
    """What the loops know of the totals beside the parameters.

    Attributes
    ----------
    owner, block
        Aggregate of each entry of ``kernel.totals``, and its month's block, shape (entry,).
    inclusive, residual, pair, of_total, of_record, covered
        Of ``overlap``: the last is how much of the record's days the total covers.
    low, high, items
        Bounds and ``Totals.items``, shapes (aggregate,), (6, aggregate).
    counts_incidents, counts_victims
        Numbers of the aggregates that do.
    class_share
        Of ``Totals.class_share``.
    series
        Of each aggregate.
    known, at
        Capture, share and noise of each series, and where each lies among the parameters, -1
        where it is known: (3, series).
    """

    owner: Ints
    block: Ints
    inclusive: Ints
    residual: Ints
    pair: Ints
    of_total: Ints
    of_record: Ints
    covered: Floats
    low: Floats
    high: Floats
    items: Floats
    counts_incidents: Ints
    counts_victims: Ints
    class_share: Floats
    series: Ints
    known: Floats
    at: Ints


@register
class _TotalsStruct(Struct):
    pass


class TotalsRef(Pointer):
    """``TotalsLayout`` as one pointer."""


define(TotalsRef, _TotalsStruct, TotalsLayout)


@jit
def pack(record):  # type: ignore[no-untyped-def]
    """Point to a ``TotalsLayout``."""
    return TotalsRef(*record)


@jit
def moments(entries, mean, variance, lay):  # type: ignore[no-untyped-def]
    """What is expected in each total's scope, and of what both of a pair may count.

    Parameters
    ----------
    entries
        Of ``kernel.totals``, shape (entry, 6).
    mean, variance
        What reports say of the factor of each block.
    """
    result, both = np.zeros((lay.series.shape[0], N_MOMENTS)), np.zeros(lay.inclusive.shape[0])
    for e in range(entries.shape[0]):
        o, b = lay.owner[e], lay.block[e]
        for i in range(3):
            result[o, i] += mean[b] * entries[e, i]
            result[o, 3 + i] += entries[e, 3 + i]
        for i in range(2):
            result[o, 6 + i] += variance[b] * entries[e, i] ** 2
    for c in range(lay.pair.shape[0]):
        i, j = lay.of_total[c], lay.of_record[c]
        b = lay.block[j]
        squares = mean[b] * lay.covered[c] * entries[j, 2]
        both[lay.pair[c]] += squares + variance[b] * entries[i, 1] * entries[j, 1]
    return result, both


@jit
def moments_back(entries, mean, variance, lay, d, d_both):  # type: ignore[no-untyped-def]
    """Gradient of ``moments`` in the entries, and in mean and variance of the blocks' factors."""
    d_entries, by_mean, by_variance = np.zeros((len(entries), 6)), 0.0 * mean, 0.0 * mean
    for e in range(entries.shape[0]):
        o, b = lay.owner[e], lay.block[e]
        for i in range(3):
            d_entries[e, i] += mean[b] * d[o, i]
            d_entries[e, 3 + i] += d[o, 3 + i]
            by_mean[b] += entries[e, i] * d[o, i]
        for i in range(2):
            d_entries[e, i] += 2.0 * variance[b] * entries[e, i] * d[o, 6 + i]
            by_variance[b] += entries[e, i] ** 2 * d[o, 6 + i]
    for c in range(lay.pair.shape[0]):
        i, j, change = lay.of_total[c], lay.of_record[c], d_both[lay.pair[c]]
        b = lay.block[j]
        d_entries[j, 2] += change * mean[b] * lay.covered[c]
        d_entries[i, 1] += change * variance[b] * entries[j, 1]
        d_entries[j, 1] += change * variance[b] * entries[i, 1]
        by_mean[b] += change * lay.covered[c] * entries[j, 2]
        by_variance[b] += change * entries[i, 1] * entries[j, 1]
    return d_entries, by_mean, by_variance


@jit
def of_series(values, lay):  # type: ignore[no-untyped-def]
    """Capture, share and noise of the series of each total, shape (3, aggregate)."""
    result = np.empty((3, lay.series.shape[0]))
    for part in range(3):
        for j in range(result.shape[1]):
            k = lay.series[j]
            at = lay.at[part, k]
            result[part, j] = values[at] if at >= 0 else lay.known[part, k]
    return result


@jit
def of_series_back(d_of, lay, d):  # type: ignore[no-untyped-def]
    """Add the gradient of ``of_series``."""
    for part in range(3):
        for j in range(d_of.shape[1]):
            at = lay.at[part, lay.series[j]]
            if at >= 0:
                d[at] += d_of[part, j]


@jit
def terms(found, both, of, weight, lay):  # type: ignore[no-untyped-def]
    """Log likelihood of each total, and derivatives of Σ weight · value.

    Parameters
    ----------
    found, both
        Of ``moments``.
    of
        Of ``of_series``.

    Returns
    -------
    Values, (aggregate,), then derivatives in the moments, in what pairs share, and in ``of``.
    """
    n = len(found)
    d_found, d_of, d_both = np.zeros((n, N_MOMENTS)), np.zeros((3, n)), np.zeros(len(both))
    value, by_counted, counted = np.zeros(n), np.zeros((3, n)), _counted(found, of, lay)
    _incidents(found, counted, of, weight, lay, value, by_counted, d_found, d_of)
    if len(lay.counts_victims):
        d_both = _victims(
            found, both, counted, of, weight, lay, value, by_counted, d_found, d_of
        )  # fmt: skip
    _counted_back(found, of, lay, by_counted, d_found, d_of)
    return value, d_found, d_both, d_of


@jit
def _counted(found, of, lay):  # type: ignore[no-untyped-def]
    """λ + M (1/s − 1) in E[1, V, V²]; of one victim class its share: (3, aggregate)."""
    result = np.empty((3, len(found)))
    for j in range(len(found)):
        for i in range(3):
            others = found[j, 3 + i] * (1.0 / of[1, j] - 1.0)
            result[i, j] = lay.class_share[j] * (found[j, i] + others)
    return result


@jit
def _counted_back(found, of, lay, by_counted, d_found, d_of):  # type: ignore[no-untyped-def]
    for j in range(len(found)):
        s = of[1, j]
        for i in range(3):
            change = lay.class_share[j] * by_counted[i, j]
            d_found[j, i] += change
            d_found[j, 3 + i] += change * (1.0 / s - 1.0)
            d_of[1, j] -= change * found[j, 3 + i] / s**2


@jit
def _incidents(found, counted, of, weight, lay, value, by_counted, d_found, d_of):  # type: ignore[no-untyped-def]
    """Fill in the totals of incidents."""
    for j in lay.counts_incidents:
        squared = lay.class_share[j] ** 2
        value[j], by_rate, by_spread, by_capture = incident_totals.one(
            lay.low[j], lay.high[j], lay.items[0, j], lay.items[1, j], counted[0, j], of[0, j],
            squared * found[j, 6],
        )  # fmt: skip
        by_counted[0, j] = weight[j] * by_rate
        d_found[j, 6] = weight[j] * squared * by_spread
        d_of[0, j] = weight[j] * by_capture


@jit
def _victims(found, both, counted, of, weight, lay, value, by_counted, d_found, d_of):  # type: ignore[no-untyped-def]
    """Fill in the totals of victims; the gradient in what pairs share."""
    at = lay.counts_victims
    x, items = np.empty((5, len(at))), np.empty((4, len(at)))
    for n in range(len(at)):
        j = at[n]
        x[0, n], x[1, n], x[2, n] = (
            counted[1, j],
            counted[2, j],
            lay.class_share[j] ** 2 * found[j, 7],
        )
        x[3, n], x[4, n] = of[0, j], of[2, j]
        for i in range(4):
            items[i, n] = lay.items[2 + i, j]
    inside, d_both = victim_totals.terms(
        lay.low[at], lay.high[at], weight[at], items, x, lay.inclusive, lay.residual, both
    )
    for n in range(len(at)):
        j = at[n]
        value[j], by_counted[1, j], by_counted[2, j] = inside[n, 0], inside[n, 1], inside[n, 2]
        d_found[j, 7] = lay.class_share[j] ** 2 * inside[n, 3]
        d_of[0, j], d_of[2, j] = inside[n, 4], inside[n, 5]
    return d_both
