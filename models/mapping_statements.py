"""Statements of one incident by claim or author, and the way back: part of the twin of ``written``.

Functions that end in ``_back`` add to gradients in the form of ``Rows``; they are given ``part``,
the gradient in the logarithm of the product that the function without it multiplies.
"""

from typing import NamedTuple

from ..data.arrays import Floats, Ints
from .compiled import inlined, jit, loop


class Rows(NamedTuple):
    """The arrays that rows of statements ask for, unpacked for the inner loops.

    Those of ``mapping_index.Index`` and of ``Said``, by the same names.
    """

    rows: Ints
    row_locale: Ints
    locale_setting: Ints
    pair_source: Ints
    pair_said: Ints
    pair_unknown: Ints
    pair_given: Ints
    adjudicated: Ints
    group_of: Ints
    group_start: Ints
    group_source: Ints
    reach_class: Ints
    listing_class: Ints
    by_claim: bool
    u: Floats
    chosen: Floats
    lists: Floats
    claims: Floats


@jit
def statement_rows(ix, said):
    """Unpack what rows ask for; with gradients in the form of ``Said``, these."""
    return Rows(
        ix.rows, ix.row_locale, ix.locale_setting, ix.pair_source, ix.pair_said, ix.pair_unknown,
        ix.pair_given, ix.adjudicated, ix.group_of, ix.group_start, ix.group_source,
        ix.reach_class, ix.listing_class, ix.by_claim, said.u, said.chosen, said.lists,
        said.claims,
    )  # fmt: skip


@inlined
def times_amount(r, pair, place, out, n):
    """Multiply with u or 1 - u of one statement; given that it reported where all else is moot."""
    s, u = r.pair_source[pair], r.u
    if r.pair_unknown[pair]:
        for m in range(n):
            out[m] *= u[s, place, m]
    else:
        for m in range(n):
            out[m] *= 1.0 - u[s, place, m]
    if r.pair_given[pair]:
        if r.adjudicated[s] or not r.by_claim:
            _over_lists_of_authors(r.lists, r.reach_class, s, place, out, n)
        else:
            _over_lists_of_claims(r.lists, r.listing_class, s, place, out, n)


@loop
def _over_lists_of_authors(lists, classes, s, place, out, n):
    for m in range(n):
        out[m] /= lists[s, place, classes[m], 0]


@loop
def _over_lists_of_claims(lists, classes, s, place, out, n):
    for m in range(n):
        out[m] /= lists[s, place, 0, classes[m]]


@inlined
def amount_back(r, d_r, pair, place, part, n):
    """Add the gradient of ``times_amount``; ``part`` is that in the logarithm of the result."""
    s, u, d_u = r.pair_source[pair], r.u, d_r.u
    if r.pair_unknown[pair]:
        for m in range(n):
            d_u[s, place, m] += part[m] / u[s, place, m]
    else:
        for m in range(n):
            d_u[s, place, m] -= part[m] / (1.0 - u[s, place, m])
    if r.pair_given[pair]:
        lists, d_lists = r.lists, d_r.lists
        if r.adjudicated[s] or not r.by_claim:
            classes = r.reach_class
            for m in range(n):
                d_lists[s, place, classes[m], 0] -= part[m] / lists[s, place, classes[m], 0]
        else:
            classes = r.listing_class
            for m in range(n):
                d_lists[s, place, 0, classes[m]] -= part[m] / lists[s, place, 0, classes[m]]


@loop
def times_chosen(chosen, setting, pair, first, out, n):
    """Multiply with P(what a statement says | it names somebody), n of it from ``first`` on."""
    for m in range(n):
        out[m] *= chosen[setting, pair, first + m]


@loop
def chosen_back(chosen, d_chosen, setting, pair, first, part, n):
    """Add the gradient of ``times_chosen``."""
    for m in range(n):
        d_chosen[setting, pair, first + m] += part[m] / chosen[setting, pair, first + m]


@inlined
def _names_of(r, row, setting, group, start, product, mean):
    """Fill product and mean of what those of a group who name somebody say, by claim or lead.

    Return how many they are, and whether all say the same.
    """
    count, same, first, chosen = 0, True, -1, r.chosen
    for m in range(product.shape[0]):
        product[m], mean[m] = 1.0, 0.0
    for j in range(r.group_start[group], r.group_start[group + 1]):
        pair = r.rows[row, r.group_source[j]] - 1
        if pair < 0 or r.pair_unknown[pair]:
            continue
        count += 1
        if first < 0:
            first = r.pair_said[pair]
        same = same and r.pair_said[pair] == first
        for m in range(product.shape[0]):
            product[m] *= chosen[setting, pair, start + m]
            mean[m] += chosen[setting, pair, start + m]
    for m in range(product.shape[0]):
        mean[m] /= count
    return count, same


@inlined
def times_group(r, row, setting, group, kappa, start, product, mean, out):
    """Multiply with a group's names: κ, when all say the same, of their mean, else product."""
    count, same = _names_of(r, row, setting, group, start, product, mean)
    if count > 0:
        for m in range(product.shape[0]):
            out[m] *= kappa * same * mean[m] + (1.0 - kappa) * product[m]


@inlined
def group_back(r, d_r, row, setting, group, kappa, start, product, mean, part):
    """Add the gradient of ``times_group``; return that in kappa."""
    count, same = _names_of(r, row, setting, group, start, product, mean)
    if count == 0:
        return 0.0
    chosen, d_chosen, by_kappa = r.chosen, d_r.chosen, 0.0
    for m in range(product.shape[0]):
        own = kappa * same * mean[m] + (1.0 - kappa) * product[m]
        by = part[m] / own if own > 0.0 else 0.0
        by_kappa += by * (same * mean[m] - product[m])
        mean[m], product[m] = by * kappa * same / count, by * (1.0 - kappa) * product[m]
    for j in range(r.group_start[group], r.group_start[group + 1]):
        pair = r.rows[row, r.group_source[j]] - 1
        if pair >= 0 and not r.pair_unknown[pair]:
            for m in range(product.shape[0]):
                slope = mean[m] + product[m] / chosen[setting, pair, start + m]
                d_chosen[setting, pair, start + m] += slope
    return by_kappa
