"""All that is written of an incident, and gradients the way back: the compiled twin of ``written``.

Functions that end in ``_back`` add to ``d``, the gradient of the flat parameters, or to the
gradients they are given.
"""

import math
from typing import NamedTuple

import numpy as np

from .compiled import jit, loop
from .engine import Floats, Ints
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
def _rows(ix, said):
    return Rows(
        ix.rows, ix.row_locale, ix.locale_setting, ix.pair_source, ix.pair_said, ix.pair_unknown,
        ix.pair_given, ix.adjudicated, ix.group_of, ix.group_start, ix.group_source,
        ix.reach_class, ix.listing_class, ix.by_claim, said.u, said.chosen, said.lists,
        said.claims,
    )  # fmt: skip


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


@loop
def _times_amount(r, pair, place, out, n):
    """Multiply with u or 1 - u of one statement; given that it reported where all else is moot."""
    s, u = r.pair_source[pair], r.u
    if r.pair_unknown[pair]:
        for m in range(n):
            out[m] *= u[s, place, m]
    else:
        for m in range(n):
            out[m] *= 1.0 - u[s, place, m]
    if r.pair_given[pair]:
        for m in range(n):
            out[m] /= _own_list(r, s, place, m)


@loop
def _own_list(r, s, place, m):
    if r.adjudicated[s] or not r.by_claim:
        return r.lists[s, place, r.reach_class[m], 0]
    return r.lists[s, place, 0, r.listing_class[m]]


@loop
def _amount_back(r, d_r, pair, place, out, d_out, n):
    """Add the gradient of ``_times_amount``, whose result, all considered, is ``out``."""
    s, u, d_u = r.pair_source[pair], r.u, d_r.u
    if r.pair_unknown[pair]:
        for m in range(n):
            d_u[s, place, m] += d_out[m] * out[m] / u[s, place, m]
    else:
        for m in range(n):
            d_u[s, place, m] -= d_out[m] * out[m] / (1.0 - u[s, place, m])
    if r.pair_given[pair]:
        for m in range(n):
            by = d_out[m] * out[m] / _own_list(r, s, place, m)
            if r.adjudicated[s] or not r.by_claim:
                d_r.lists[s, place, r.reach_class[m], 0] -= by
            else:
                d_r.lists[s, place, 0, r.listing_class[m]] -= by


@loop
def _times_chosen(chosen, setting, pair, out, n):
    for m in range(n):
        out[m] *= chosen[setting, pair, m]


@loop
def _chosen_back(chosen, d_chosen, setting, pair, out, d_out, n):
    for m in range(n):
        d_chosen[setting, pair, m] += d_out[m] * out[m] / chosen[setting, pair, m]


@loop
def _copies(r, row, group):
    """How many of a group name somebody, and whether all say the same."""
    count, same, first = 0, True, -1
    for j in range(r.group_start[group], r.group_start[group + 1]):
        pair = r.rows[row, r.group_source[j]] - 1
        if pair < 0 or r.pair_unknown[pair]:
            continue
        count += 1
        if first < 0:
            first = r.pair_said[pair]
        same = same and r.pair_said[pair] == first
    return count, same


@loop
def _group(r, row, setting, group, kappa, m):
    """Product of one group's names at a claim: (copies considered, plain product, mean)."""
    product, mean = 1.0, 0.0
    count, same = _copies(r, row, group)
    for j in range(r.group_start[group], r.group_start[group + 1]):
        pair = r.rows[row, r.group_source[j]] - 1
        if pair >= 0 and not r.pair_unknown[pair]:
            product *= r.chosen[setting, pair, m]
            mean += r.chosen[setting, pair, m] / count
    if count < 2:
        return product, product, mean
    return kappa * same * mean + (1.0 - kappa) * product, product, mean


@loop
def _group_back(r, d_r, row, setting, group, kappa, m, change):
    """Add the gradient of ``change`` times the first of ``_group``; return that in kappa."""
    count, same = _copies(r, row, group)
    _, product, mean = _group(r, row, setting, group, kappa, m)
    own = kappa if count > 1 else 0.0
    for j in range(r.group_start[group], r.group_start[group + 1]):
        pair = r.rows[row, r.group_source[j]] - 1
        if pair >= 0 and not r.pair_unknown[pair]:
            slope = (1.0 - own) * product / r.chosen[setting, pair, m]
            if count > 1:
                slope += own * same / count
            d_r.chosen[setting, pair, m] += change * slope
    return change * (same * mean - product) if count > 1 else 0.0


@jit
def _copying(values, at, ix):
    """κ of every group; 0 where copying is not modelled."""
    n = ix.group_start.shape[0] - 1
    if at.copying < 0:
        return np.zeros(n)
    return values[at.copying : at.copying + n].copy()


@loop
def _seeing(r, copying, row, out):
    """Fill P(what those who see claims wrote | claim), shape (claim,)."""
    n, place = out.shape[0] - 1, r.row_locale[row]
    setting = r.locale_setting[place]
    for m in range(n + 1):
        out[m] = 1.0
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair < 0 or r.adjudicated[s]:
            continue
        _times_amount(r, pair, place, out, n)
        if not r.pair_unknown[pair]:
            out[n] = 0.0
            if r.group_of[s] < 0:
                _times_chosen(r.chosen, setting, pair, out, n)
    for group in range(r.group_start.shape[0] - 1):
        if _copies(r, row, group)[0] > 0:
            for m in range(n):
                out[m] *= _group(r, row, setting, group, copying[group], m)[0]


@loop
def _blind(r, row, out):
    """Fill P(what the adjudicated wrote | author), shape (author,)."""
    place = r.row_locale[row]
    setting = r.locale_setting[place]
    for a in range(out.shape[0]):
        out[a] = 1.0
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair >= 0 and r.adjudicated[s]:
            _times_amount(r, pair, place, out, out.shape[0])
            _times_chosen(r.chosen, setting, pair, out, out.shape[0])


@jit
def rows(values, at, ix, said, result):
    """Fill P(what all wrote, claim in class | author), shape (row, author, listing class)."""
    r, copying, claimed = _rows(ix, said), _copying(values, at, ix), at.claim_false >= 0
    n, by_side, war = result.shape[1], at.side_concentration >= 0, ix.row_rivalry
    seeing, blind, listing = np.empty(n + 1), np.empty(n), _listing(r, n + 1)
    result.fill(0.0)
    for row in range(result.shape[0]):
        _seeing(r, copying, row, seeing)
        _blind(r, row, blind)
        if by_side and war[row] >= 0:
            _sides(values, at, ix, row, blind)
        if claimed:
            _over_claims(r, row, blind, seeing, listing, result)
        else:
            _claims_are_authors(row, blind, seeing, listing, result)


@loop
def _claims_are_authors(row, blind, seeing, listing, result):
    for k in range(blind.shape[0]):
        result[row, k, listing[k]] = blind[k] * seeing[k]


@loop
def _over_claims(r, row, blind, seeing, listing, result):
    """Sum over the claims of each listing class."""
    setting, claims = r.locale_setting[r.row_locale[row]], r.claims
    for k in range(blind.shape[0]):
        if result.shape[2] > 1:
            for m in range(seeing.shape[0]):
                result[row, k, listing[m]] += blind[k] * claims[setting, k, m] * seeing[m]
        else:
            total = 0.0
            for m in range(seeing.shape[0]):
                total += claims[setting, k, m] * seeing[m]
            result[row, k, 0] = blind[k] * total


@jit
def _listing(r, n):
    """Listing class of each claim."""
    return r.listing_class[:n].copy() if r.by_claim else np.zeros(n, np.int64)


@jit
def rows_back(values, at, ix, said, d_rows, d_said, d):
    """Add the gradient of ``rows`` to those of its arrays, and of what deaths by side speak of."""
    r, d_r, copying = _rows(ix, said), _rows(ix, d_said), _copying(values, at, ix)
    n, d_copying, claimed = d_rows.shape[1], np.zeros(copying.shape), at.claim_false >= 0
    seeing, blind, d_seeing, d_blind = np.empty(n + 1), np.empty(n), np.empty(n + 1), np.empty(n)
    listing, by_side, war = _listing(r, n + 1), at.side_concentration >= 0, ix.row_rivalry
    for row in range(d_rows.shape[0]):
        _seeing(r, copying, row, seeing)
        _blind(r, row, blind)
        if by_side and war[row] >= 0:
            _sides(values, at, ix, row, blind)
        if claimed:
            _over_claims_back(r, d_r, row, blind, seeing, listing, d_rows, d_blind, d_seeing)
        else:
            _claims_are_authors_back(row, blind, seeing, listing, d_rows, d_blind, d_seeing)
        _seeing_back(r, d_r, copying, row, seeing, d_seeing, d_copying)
        _blind_back(r, d_r, row, blind, d_blind)
        if by_side and war[row] >= 0:
            author = ix.n_organization + ix.n_other + war[row]
            _sides_back(values, at, ix, row, d_blind[author] * blind[author], d)
    if at.copying >= 0:
        d[at.copying : at.copying + d_copying.shape[0]] += d_copying


@loop
def _claims_are_authors_back(row, blind, seeing, listing, d_rows, d_blind, d_seeing):
    """Fill the gradients of both factors."""
    d_seeing[blind.shape[0]] = 0.0
    for k in range(blind.shape[0]):
        change = d_rows[row, k, listing[k]]
        d_seeing[k] = change * blind[k]
        d_blind[k] = change * seeing[k]


@loop
def _over_claims_back(r, d_r, row, blind, seeing, listing, d_rows, d_blind, d_seeing):
    """Fill the gradients of both factors, and add that of the claims' probabilities."""
    setting, single = r.locale_setting[r.row_locale[row]], d_rows.shape[2] == 1
    claims, d_claims = r.claims, d_r.claims
    for m in range(seeing.shape[0]):
        d_seeing[m] = 0.0
    for k in range(blind.shape[0]):
        if single:
            total = _row_back(
                r.claims, d_r.claims, setting, k, blind, seeing, d_rows, row, d_seeing
            )
        else:
            total = _row_classes_back(
                claims, d_claims, setting, k, blind, seeing, listing, d_rows, row, d_seeing
            )
        d_blind[k] = total


@loop
def _row_back(claims, d_claims, setting, k, blind, seeing, d_rows, row, d_seeing):
    """One author's claims where all are of one listing class; return the gradient in blind."""
    total, change = 0.0, d_rows[row, k, 0]
    by = change * blind[k]
    for m in range(seeing.shape[0]):
        total += claims[setting, k, m] * seeing[m]
        d_seeing[m] += by * claims[setting, k, m]
        d_claims[setting, k, m] += by * seeing[m]
    return change * total


@loop
def _row_classes_back(claims, d_claims, setting, k, blind, seeing, listing, d_rows, row, d_seeing):
    total = 0.0
    for m in range(seeing.shape[0]):
        share, change = claims[setting, k, m], d_rows[row, k, listing[m]]
        total += change * share * seeing[m]
        d_seeing[m] += change * blind[k] * share
        d_claims[setting, k, m] += change * blind[k] * seeing[m]
    return total


@loop
def _seeing_back(r, d_r, copying, row, seeing, d_seeing, d_copying):
    n, place = seeing.shape[0] - 1, r.row_locale[row]
    setting = r.locale_setting[place]
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair < 0 or r.adjudicated[s]:
            continue
        _amount_back(r, d_r, pair, place, seeing, d_seeing, n)
        if r.group_of[s] < 0 and not r.pair_unknown[pair]:
            _chosen_back(r.chosen, d_r.chosen, setting, pair, seeing, d_seeing, n)
    for group in range(r.group_start.shape[0] - 1):
        if _copies(r, row, group)[0] == 0:
            continue
        kappa = copying[group]
        for m in range(n):
            own = _group(r, row, setting, group, kappa, m)[0]
            if own > 0.0:
                change = d_seeing[m] * seeing[m] / own
                d_copying[group] += _group_back(r, d_r, row, setting, group, kappa, m, change)


@loop
def _blind_back(r, d_r, row, blind, d_blind):
    place = r.row_locale[row]
    setting = r.locale_setting[place]
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair >= 0 and r.adjudicated[s]:
            n = blind.shape[0]
            _amount_back(r, d_r, pair, place, blind, d_blind, n)
            _chosen_back(r.chosen, d_r.chosen, setting, pair, blind, d_blind, n)


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
