"""All that is written of an incident, and gradients the way back: the compiled twin of ``written``.

Functions that end in ``_back`` add to ``d``, the gradient of the flat parameters, or to the
gradients they are given.
"""

import math
from typing import NamedTuple

import numpy as np

from .compiled import jit
from .engine import Floats
from .mapping_claims import _class
from .special import betaln, digamma
from .structs import Pointer, Struct, define, register
from .written import LEAST_PROBABLE


class Said(NamedTuple):
    """What rows are made of, and gradients in the same form.

    ``u`` (source, locale, author), ``chosen`` (setting, pair, author), ``lists`` (source, locale,
    reach class, listing class), ``claims`` (setting, author, claim).
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
    """P(the statement names a contender | this name was picked)."""
    if ix.contender[name] > 0.0 or name >= ix.n_organization + ix.n_other:
        return ix.contender[name]
    return (eta[s] * ix.spoken_share).sum()


@jit
def _attributing(ix, u, matrix, eta, s, place, m):
    """P(lists an incident it saw | author or claim named)."""
    if ix.coverage[s] == 0:
        return 1.0
    if ix.coverage[s] == 1:
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
        if ix.coverage[s] == 0:
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
        if ix.coverage[s] == 0:
            continue
        for place in range(lists.shape[1]):
            setting = ix.locale_setting[place]
            for q in range(lists.shape[2]):
                for g in range(lists.shape[3]):
                    m, change = _seen_as(ix, s, q, g), d_lists[s, place, q, g]
                    if m < 0 or change == 0.0:
                        continue
                    d_u[s, place, m] -= change * lists[s, place, q, g] / (1.0 - u[s, place, m])
                    if ix.coverage[s] == 2:
                        scale = change * (1.0 - u[s, place, m])
                        _spoken_back(ix, matrix, eta, s, setting, m, scale, d_matrix, d_eta)


@jit
def _spoken_back(ix, matrix, eta, s, setting, m, scale, d_matrix, d_eta):
    for name in range(ix.n_name):
        d_matrix[setting, s, m, name] += scale * _speaks(ix, eta, s, name)
        free = ix.contender[name] == 0.0
        if free and name < ix.n_organization + ix.n_other:
            d_eta[s] += scale * matrix[setting, s, m, name] * ix.spoken_share


@jit
def chosen(ix, matrix, eta):
    """P(what a pair says | author, it names somebody), shape (setting, pair, author)."""
    n_a = matrix.shape[2]
    result = np.ones((matrix.shape[0], ix.pair_source.shape[0], n_a))
    for i in range(result.shape[0]):
        for pair in range(result.shape[1]):
            if ix.pair_unknown[pair]:
                continue
            s = ix.pair_source[pair]
            share = eta[s, ix.pair_set[pair]] if ix.pair_plain[pair] else 1.0
            for m in range(n_a):
                result[i, pair, m] = share * _sum(ix, matrix[i, s, m], pair)
    return result


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
                if plain:
                    d_eta[s, ix.pair_set[pair]] += change * _sum(ix, matrix[i, s, m], pair)
                for at in range(ix.pair_start[pair], ix.pair_start[pair + 1]):
                    name = ix.pair_name[at]
                    d_matrix[i, s, m, name] += change * share * ix.pair_weight[at]


@jit
def _amount(ix, said, pair, place, m):
    """u or 1 - u of one statement, given that it reported where that is all that is asked."""
    s = ix.pair_source[pair]
    value = said.u[s, place, m] if ix.pair_unknown[pair] else 1.0 - said.u[s, place, m]
    return value / _own_list(ix, said, s, place, m) if ix.pair_given[pair] else value


@jit
def _own_list(ix, said, s, place, m):
    if ix.adjudicated[s] or not ix.by_claim:
        return said.lists[s, place, ix.reach_class[m], 0]
    return said.lists[s, place, 0, ix.listing_class[m]]


@jit
def _amount_back(ix, said, d_said, pair, place, m, change):
    """Add the gradient of ``change`` times log ``_amount``."""
    s = ix.pair_source[pair]
    u = said.u[s, place, m]
    d_said.u[s, place, m] += change / u if ix.pair_unknown[pair] else -change / (1.0 - u)
    if ix.pair_given[pair]:
        by = change / _own_list(ix, said, s, place, m)
        if ix.adjudicated[s] or not ix.by_claim:
            d_said.lists[s, place, ix.reach_class[m], 0] -= by
        else:
            d_said.lists[s, place, 0, ix.listing_class[m]] -= by


@jit
def _copies(ix, row, group):
    """How many of a group name somebody, and whether all say the same."""
    count, same, first = 0, True, -1
    for j in range(ix.group_start[group], ix.group_start[group + 1]):
        pair = ix.rows[row, ix.group_source[j]] - 1
        if pair < 0 or ix.pair_unknown[pair]:
            continue
        count += 1
        if first < 0:
            first = ix.pair_said[pair]
        same = same and ix.pair_said[pair] == first
    return count, same


@jit
def _group(values, at, ix, said, row, setting, group, m):
    """Product of one group's names at a claim: (copies considered, plain product, mean)."""
    product, mean = 1.0, 0.0
    count, same = _copies(ix, row, group)
    for j in range(ix.group_start[group], ix.group_start[group + 1]):
        pair = ix.rows[row, ix.group_source[j]] - 1
        if pair >= 0 and not ix.pair_unknown[pair]:
            product *= said.chosen[setting, pair, m]
            mean += said.chosen[setting, pair, m] / count
    if count < 2 or at.copying < 0:
        return product, product, mean
    kappa = values[at.copying + group]
    return kappa * same * mean + (1.0 - kappa) * product, product, mean


@jit
def _group_back(values, at, ix, said, d_said, row, setting, group, m, change, d):
    """Add the gradient of ``change`` times the first of ``_group``."""
    count, same = _copies(ix, row, group)
    _, product, mean = _group(values, at, ix, said, row, setting, group, m)
    kappa = values[at.copying + group] if count > 1 and at.copying >= 0 else 0.0
    if count > 1 and at.copying >= 0:
        d[at.copying + group] += change * (same * mean - product)
    for j in range(ix.group_start[group], ix.group_start[group + 1]):
        pair = ix.rows[row, ix.group_source[j]] - 1
        if pair >= 0 and not ix.pair_unknown[pair]:
            slope = (1.0 - kappa) * product / said.chosen[setting, pair, m]
            if count > 1:
                slope += kappa * same / count
            d_said.chosen[setting, pair, m] += change * slope


@jit
def _seeing(values, at, ix, said, row, out):
    """Fill P(what those who see claims wrote | claim), shape (claim,)."""
    n, place = out.shape[0] - 1, ix.row_locale[row]
    setting = ix.locale_setting[place]
    out[:] = 1.0
    for s in range(ix.rows.shape[1]):
        pair = ix.rows[row, s] - 1
        if pair < 0 or ix.adjudicated[s]:
            continue
        alone = ix.group_of[s] < 0 and not ix.pair_unknown[pair]
        for m in range(n):
            out[m] *= _amount(ix, said, pair, place, m)
            if alone:
                out[m] *= said.chosen[setting, pair, m]
        if not ix.pair_unknown[pair]:
            out[n] = 0.0
    for group in range(ix.group_start.shape[0] - 1):
        if _copies(ix, row, group)[0] > 0:
            for m in range(n):
                out[m] *= _group(values, at, ix, said, row, setting, group, m)[0]


@jit
def _blind(values, at, ix, said, row, out):
    """Fill P(what the adjudicated wrote, deaths by side | author), shape (author,)."""
    place = ix.row_locale[row]
    setting = ix.locale_setting[place]
    out[:] = 1.0
    for s in range(ix.rows.shape[1]):
        pair = ix.rows[row, s] - 1
        if pair >= 0 and ix.adjudicated[s]:
            for k in range(out.shape[0]):
                out[k] *= _amount(ix, said, pair, place, k) * said.chosen[setting, pair, k]
    if ix.row_rivalry[row] >= 0 and at.side_concentration >= 0:
        _sides(values, at, ix, row, out)


@jit
def rows(values, at, ix, said, result):
    """Fill P(what all wrote, claim in class | author), shape (row, author, listing class)."""
    n = result.shape[1]
    seeing, blind = np.empty(n + 1), np.empty(n)
    result[:] = 0.0
    for row in range(result.shape[0]):
        setting = ix.locale_setting[ix.row_locale[row]]
        _seeing(values, at, ix, said, row, seeing)
        _blind(values, at, ix, said, row, blind)
        if at.claim_false < 0:
            for k in range(n):
                result[row, k, _class(ix, k)] = blind[k] * seeing[k]
            continue
        for k in range(n):
            for m in range(n + 1):
                share = said.claims[setting, k, m]
                if share > 0.0:
                    result[row, k, _class(ix, m)] += blind[k] * share * seeing[m]


@jit
def rows_back(values, at, ix, said, d_rows, d_said, d):
    """Add the gradient of ``rows`` to those of its arrays, and of what deaths by side speak of."""
    n = d_rows.shape[1]
    seeing, blind, d_seeing, d_blind = np.empty(n + 1), np.empty(n), np.empty(n + 1), np.empty(n)
    for row in range(d_rows.shape[0]):
        setting = ix.locale_setting[ix.row_locale[row]]
        _seeing(values, at, ix, said, row, seeing)
        _blind(values, at, ix, said, row, blind)
        d_seeing[:], d_blind[:] = 0.0, 0.0
        for k in range(n):
            for m in range(n + 1):
                share = said.claims[setting, k, m]
                if share == 0.0:
                    continue
                change = d_rows[row, k, _class(ix, m)]
                d_seeing[m] += change * blind[k] * share
                d_blind[k] += change * share * seeing[m]
                d_said.claims[setting, k, m] += change * blind[k] * seeing[m]
        _seeing_back(values, at, ix, said, d_said, row, seeing, d_seeing, d)
        _blind_back(values, at, ix, said, d_said, row, blind, d_blind, d)


@jit
def _seeing_back(values, at, ix, said, d_said, row, seeing, d_seeing, d):
    n, place = seeing.shape[0] - 1, ix.row_locale[row]
    setting = ix.locale_setting[place]
    for s in range(ix.rows.shape[1]):
        pair = ix.rows[row, s] - 1
        if pair < 0 or ix.adjudicated[s]:
            continue
        alone = ix.group_of[s] < 0 and not ix.pair_unknown[pair]
        for m in range(n):
            change = d_seeing[m] * seeing[m]
            _amount_back(ix, said, d_said, pair, place, m, change)
            if alone:
                d_said.chosen[setting, pair, m] += change / said.chosen[setting, pair, m]
    for group in range(ix.group_start.shape[0] - 1):
        if _copies(ix, row, group)[0] == 0:
            continue
        for m in range(n):
            own = _group(values, at, ix, said, row, setting, group, m)[0]
            if own > 0.0:
                change = d_seeing[m] * seeing[m] / own
                _group_back(values, at, ix, said, d_said, row, setting, group, m, change, d)


@jit
def _blind_back(values, at, ix, said, d_said, row, blind, d_blind, d):
    place = ix.row_locale[row]
    setting = ix.locale_setting[place]
    for s in range(ix.rows.shape[1]):
        pair = ix.rows[row, s] - 1
        if pair >= 0 and ix.adjudicated[s]:
            for k in range(blind.shape[0]):
                change = d_blind[k] * blind[k]
                _amount_back(ix, said, d_said, pair, place, k, change)
                d_said.chosen[setting, pair, k] += change / said.chosen[setting, pair, k]
    war = ix.row_rivalry[row]
    if war >= 0 and at.side_concentration >= 0:
        author = ix.n_organization + ix.n_other + war
        _sides_back(values, at, ix, row, d_blind[author] * blind[author], d)


@jit
def _told_split(values, at, ix, d):
    """Split of the clashes of one war whose dead are told by side."""
    split, selection = values[at.split + d], 0.0
    for k in range(ix.lean.shape[1]):
        selection += ix.lean[d, k] * values[at.side_selection + k]
    odds = split / (1.0 - split) * np.exp(selection)
    return odds / (1.0 + odds)


@jit
def _sides(values, at, ix, row, result):
    """Multiply one row with the probability of its deaths by side."""
    d, x, y = ix.row_rivalry[row], ix.by_first[row], ix.by_second[row]
    author = ix.n_organization + ix.n_other + d
    for a in range(result.shape[0]):
        if a != author:
            result[a] /= x + y + 1.0
    strength, told = values[at.side_concentration], _told_split(values, at, ix, d)
    a, b = strength * told, strength * (1.0 - told)
    choose = math.lgamma(x + y + 1.0) - math.lgamma(x + 1.0) - math.lgamma(y + 1.0)
    result[author] *= np.exp(choose + betaln(a + x, b + y) - betaln(a, b))


@jit
def _sides_back(values, at, ix, row, change, d):
    """Add the gradient of one row's deaths by side in split, concentration and selection."""
    war, x, y = ix.row_rivalry[row], ix.by_first[row], ix.by_second[row]
    strength, told = values[at.side_concentration], _told_split(values, at, ix, war)
    a, b = strength * told, strength * (1.0 - told)
    whole = digamma(strength) - digamma(strength + x + y)
    d_a = digamma(a + x) - digamma(a) + whole
    d_b = digamma(b + y) - digamma(b) + whole
    d[at.side_concentration] += change * (told * d_a + (1.0 - told) * d_b)
    by_odds = change * strength * (d_a - d_b) * told * (1.0 - told)
    split = values[at.split + war]
    d[at.split + war] += by_odds / (split * (1.0 - split))
    for k in range(ix.lean.shape[1]):
        d[at.side_selection + k] += by_odds * ix.lean[war, k]
