"""What statements and listing are made of, and the way back: part of the twin of ``written``.

Functions that end in ``_back`` add to the gradients they are given.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats
from .compiled import jit
from .structs import Pointer, Struct, define, register
from .written import LEAST_PROBABLE


class Said(NamedTuple):
    """What rows are made of, and gradients in the same form.

    ``u`` (source, locale, author), ``chosen`` (setting, pair, author and lead), ``lists`` (source,
    locale, reach class, listing class), ``claims`` (setting, author, claim).
    """

    u: Floats
    chosen: Floats
    lists: Floats
    claims: Floats


@register
class _SaidStruct(Struct):
    pass


class SaidRef(Pointer):
    """``Said`` as one pointer."""


define(SaidRef, _SaidStruct, Said)


@jit
def _speaks(ix, eta, s, name):
    """P(the source's coverage holds the statement | this name was picked)."""
    if ix.spoken[s, name] > 0.0 or name >= ix.n_organization + ix.n_other:
        return ix.spoken[s, name]
    return (eta[s] * ix.spoken_share[s]).sum()


@jit
def _attributing(ix, u, matrix, eta, s, place, m):
    """P(lists an incident it saw | author or claim named)."""
    if not ix.partly[s]:
        return 1.0
    if not ix.by_name[s]:
        return 1.0 - u[s, place, m]
    setting, spoken = ix.locale_setting[place], 0.0
    for name in range(ix.n_name):
        spoken += matrix[setting, s, m, name] * _speaks(ix, eta, s, name)
    return (1.0 - u[s, place, m]) * spoken


@jit
def _seen_as(ix, s, q, g):
    """What listing hangs on: the author of the reach class, or the claim; -1 for nobody."""
    if ix.adjudicated[s] or not ix.by_claim:
        return ix.class_author[q]
    m = ix.class_claim[g]
    return m if m < ix.member.shape[0] else -1


@jit
def listed(ix, u, matrix, eta):
    """P(lists an incident it saw), shape (source, locale, reach class, listing class)."""
    shape = (ix.n_source, ix.n_locale, ix.class_author.shape[0], ix.class_claim.shape[0])
    result = np.ones(shape)
    for s in range(shape[0]):
        if not ix.partly[s]:
            continue
        for place in range(shape[1]):
            for q in range(shape[2]):
                for g in range(shape[3]):
                    m = _seen_as(ix, s, q, g)
                    found = _attributing(ix, u, matrix, eta, s, place, m) if m >= 0 else 0.0
                    result[s, place, q, g] = found
    return result


@jit
def listed_back(ix, u, matrix, eta, lists, d_lists, d_u, d_matrix, d_eta):
    """Add the gradient of ``listed`` to those of its three arrays."""
    for s in range(lists.shape[0]):
        if not ix.partly[s]:
            continue
        for place in range(lists.shape[1]):
            setting = ix.locale_setting[place]
            for q in range(lists.shape[2]):
                for g in range(lists.shape[3]):
                    m, change = _seen_as(ix, s, q, g), d_lists[s, place, q, g]
                    if m < 0 or change == 0.0:
                        continue
                    d_u[s, place, m] -= change * lists[s, place, q, g] / (1.0 - u[s, place, m])
                    if ix.by_name[s]:
                        scale = change * (1.0 - u[s, place, m])
                        _spoken_back(ix, matrix, eta, s, setting, m, scale, d_matrix, d_eta)


@jit
def _spoken_back(ix, matrix, eta, s, setting, m, scale, d_matrix, d_eta):
    for name in range(ix.n_name):
        d_matrix[setting, s, m, name] += scale * _speaks(ix, eta, s, name)
        free = ix.spoken[s, name] == 0.0
        if free and name < ix.n_organization + ix.n_other:
            d_eta[s] += scale * matrix[setting, s, m, name] * ix.spoken_share[s]


@jit
def chosen(ix, matrix, eta):
    """P(what a pair says | author, it names somebody), shape (setting, pair, author and lead).

    What those say of a rivalry who write its lead stands with its leads.
    """
    n_a = matrix.shape[2]
    result = np.ones((matrix.shape[0], ix.pair_source.shape[0], n_a))
    for i in range(result.shape[0]):
        for pair in range(result.shape[1]):
            if ix.pair_unknown[pair]:
                continue
            s = ix.pair_source[pair]
            share = eta[s, ix.pair_set[pair]] if ix.pair_plain[pair] else 1.0
            for m in range(n_a):
                if _is_asked(ix, s, m):
                    result[i, pair, m] = share * _sum(ix, matrix[i, s, m], pair)
    return result


@jit
def _is_asked(ix, s, m):
    """Whether what a source says is asked of this author or lead."""
    plain = ix.n_organization + ix.n_other
    if ix.n_lead == 0 or m < plain:
        return True
    return ix.is_led[s] == (m >= plain + ix.n_rivalry)


@jit
def _sum(ix, row, pair):
    total = 0.0
    for at in range(ix.pair_start[pair], ix.pair_start[pair + 1]):
        total += ix.pair_weight[at] * row[ix.pair_name[at]]
    return max(total, LEAST_PROBABLE)


@jit
def chosen_back(ix, matrix, eta, d_chosen, d_matrix, d_eta):
    """Add the gradient of ``chosen`` to those of its two arrays."""
    for i in range(d_chosen.shape[0]):
        for pair in range(d_chosen.shape[1]):
            if ix.pair_unknown[pair]:
                continue
            s = ix.pair_source[pair]
            plain = ix.pair_plain[pair]
            share = eta[s, ix.pair_set[pair]] if plain else 1.0
            for m in range(d_chosen.shape[2]):
                change = d_chosen[i, pair, m]
                if not _is_asked(ix, s, m):
                    continue
                if plain:
                    d_eta[s, ix.pair_set[pair]] += change * _sum(ix, matrix[i, s, m], pair)
                for at in range(ix.pair_start[pair], ix.pair_start[pair + 1]):
                    name = ix.pair_name[at]
                    d_matrix[i, s, m, name] += change * share * ix.pair_weight[at]
