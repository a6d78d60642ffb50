"""All that is written of an incident, and gradients the way back: the compiled twin of ``written``.

Functions that end in ``_back`` add to ``d``, the gradient of the flat parameters, or to the
gradients they are given.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats
from .compiled import inlined, jit, loop
from .mapping_sides import sides_back, times_sides
from .mapping_statements import (
    amount_back,
    chosen_back,
    group_back,
    statement_rows,
    times_amount,
    times_chosen,
    times_group,
)


@jit
def _copying(values, at, ix):
    """κ of every group; 0 where copying is not modelled."""
    n = ix.group_start.shape[0] - 1
    if at.copying < 0:
        return np.zeros(n)
    return values[at.copying : at.copying + n].copy()


class Room(NamedTuple):
    """Room of one row.

    ``seeing`` (claim,), ``blind`` (author,), ``lead`` (lead,) and their gradients; ``mixed``
    (rivalry,): its two leads together; ``product`` and ``mean`` of a group's names by what has no
    leads, ``product_led`` and ``mean_led`` by lead.
    """

    seeing: Floats
    blind: Floats
    lead: Floats
    mixed: Floats
    d_seeing: Floats
    d_blind: Floats
    d_lead: Floats
    product: Floats
    mean: Floats
    product_led: Floats
    mean_led: Floats


@jit
def _room(n, n_lead):
    led = n_lead // 2
    return Room(
        np.empty(n + 1), np.empty(n), np.empty(n_lead), np.empty(led), np.empty(n + 1),
        np.empty(n), np.empty(n_lead), np.empty(n - led), np.empty(n - led), np.empty(n_lead),
        np.empty(n_lead),
    )  # fmt: skip


@jit
def _splits(values, at, ix):
    """π of every rivalry that has leads."""
    n = ix.n_lead // 2
    return values[at.split : at.split + n].copy() if n else np.zeros(0)


@inlined
def _fill_seeing(r, copying, split, row, room):
    """Fill P(what those who see claims wrote | claim), of a rivalry over its two leads."""
    out, n, place = room.seeing, room.blind.shape[0], r.row_locale[row]
    setting, lead, n_lead = r.locale_setting[place], room.lead, room.lead.shape[0]
    plain = room.product.shape[0]
    for m in range(n + 1):
        out[m] = 1.0
    for m in range(n_lead):
        lead[m] = 1.0
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair < 0 or r.adjudicated[s]:
            continue
        times_amount(r, pair, place, out, n)
        if not r.pair_unknown[pair]:
            out[n] = 0.0
            if r.group_of[s] < 0:
                times_chosen(r.chosen, setting, pair, 0, out, n)
                times_chosen(r.chosen, setting, pair, n, lead, n_lead)
    for group in range(r.group_start.shape[0] - 1):
        times_group(r, row, setting, group, copying[group], 0, room.product, room.mean, out)
        if n_lead:
            times_group(
                r, row, setting, group, copying[group], n, room.product_led, room.mean_led, lead
            )
    for i in range(room.mixed.shape[0]):
        room.mixed[i] = split[i] * lead[2 * i] + (1.0 - split[i]) * lead[2 * i + 1]
        out[plain + i] *= room.mixed[i]


@inlined
def _leads_back(split, room, d_split):
    """Share out the gradient in the logarithm of a rivalry among its leads and π."""
    part, lead, d_lead, plain = room.d_seeing, room.lead, room.d_lead, room.product.shape[0]
    for i in range(room.mixed.shape[0]):
        by = part[plain + i] / room.mixed[i] if room.mixed[i] > 0.0 else 0.0
        d_split[i] += by * (lead[2 * i] - lead[2 * i + 1])
        d_lead[2 * i] = by * split[i] * lead[2 * i]
        d_lead[2 * i + 1] = by * (1.0 - split[i]) * lead[2 * i + 1]


@inlined
def _seeing_back(r, d_r, copying, split, row, room, d_copying, d_split):
    part, n, place = room.d_seeing, room.blind.shape[0], r.row_locale[row]
    setting = r.locale_setting[place]
    d_lead, n_lead = room.d_lead, room.lead.shape[0]
    for m in range(n):
        part[m] *= room.seeing[m]
    _leads_back(split, room, d_split)
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair < 0 or r.adjudicated[s]:
            continue
        amount_back(r, d_r, pair, place, part, n)
        if r.group_of[s] < 0 and not r.pair_unknown[pair]:
            chosen_back(r.chosen, d_r.chosen, setting, pair, 0, part, n)
            chosen_back(r.chosen, d_r.chosen, setting, pair, n, d_lead, n_lead)
    for group in range(r.group_start.shape[0] - 1):
        d_copying[group] += group_back(
            r, d_r, row, setting, group, copying[group], 0, room.product, room.mean, part
        )
        if n_lead:
            d_copying[group] += group_back(
                r, d_r, row, setting, group, copying[group], n, room.product_led, room.mean_led,
                d_lead,
            )  # fmt: skip


@inlined
def _fill_blind(r, row, out):
    """Fill P(what the adjudicated wrote | author)."""
    place = r.row_locale[row]
    setting = r.locale_setting[place]
    for a in range(out.shape[0]):
        out[a] = 1.0
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair >= 0 and r.adjudicated[s]:
            times_amount(r, pair, place, out, out.shape[0])
            times_chosen(r.chosen, setting, pair, 0, out, out.shape[0])


@inlined
def _blind_back(r, d_r, row, blind, part):
    place, n = r.row_locale[row], blind.shape[0]
    setting = r.locale_setting[place]
    for a in range(n):
        part[a] *= blind[a]
    for s in range(r.rows.shape[1]):
        pair = r.rows[row, s] - 1
        if pair >= 0 and r.adjudicated[s]:
            amount_back(r, d_r, pair, place, part, n)
            chosen_back(r.chosen, d_r.chosen, setting, pair, 0, part, n)


@jit
def rows(values, at, ix, said, result):
    """Fill P(what all wrote, claim in class | author), shape (row, author, listing class)."""
    r, copying, claimed = statement_rows(ix, said), _copying(values, at, ix), at.claim_false >= 0
    room, split = _room(result.shape[1], ix.n_lead), _splits(values, at, ix)
    by_side, war = at.side_concentration >= 0, ix.row_rivalry
    listing = _listing(r, room.seeing.shape[0])
    runs = _runs(listing)
    result.fill(0.0)
    for row in range(result.shape[0]):
        _fill_seeing(r, copying, split, row, room)
        _fill_blind(r, row, room.blind)
        if by_side and war[row] >= 0:
            times_sides(values, at, ix, row, room.blind)
        if claimed:
            _over_claims(r, row, room.blind, room.seeing, runs, result)
        else:
            _claims_are_authors(row, room.blind, room.seeing, listing, result)


@loop
def _claims_are_authors(row, blind, seeing, listing, result):
    for k in range(blind.shape[0]):
        result[row, k, listing[k]] = blind[k] * seeing[k]


@inlined
def _over_claims(r, row, blind, seeing, runs, result):
    """Sum over the claims of each listing class; ``runs`` says where they stand together."""
    setting, claims = r.locale_setting[r.row_locale[row]], r.claims
    for k in range(blind.shape[0]):
        for i in range(runs.shape[0]):
            first, last, g = runs[i, 0], runs[i, 1], runs[i, 2]
            total = 0.0
            for m in range(first, last):
                total += claims[setting, k, m] * seeing[m]
            result[row, k, g] += blind[k] * total


@jit
def _runs(listing):
    """Runs of claims of one listing class: first, end, class."""
    result = np.empty((listing.shape[0], 3), np.int64)
    n = 0
    for m in range(listing.shape[0]):
        if m == 0 or listing[m] != listing[m - 1]:
            result[n, 0], result[n, 2] = m, listing[m]
            n += 1
        result[n - 1, 1] = m + 1
    return result[:n].copy()


@jit
def _listing(r, n):
    """Listing class of each claim."""
    return r.listing_class[:n].copy() if r.by_claim else np.zeros(n, np.int64)


@jit
def rows_back(values, at, ix, said, d_rows, d_said, d):
    """Add the gradient of ``rows`` to those of its arrays, and of what deaths by side speak of."""
    r, d_r, copying = statement_rows(ix, said), statement_rows(ix, d_said), _copying(values, at, ix)
    room, split = _room(d_rows.shape[1], ix.n_lead), _splits(values, at, ix)
    d_copying, d_split = np.zeros(copying.shape), np.zeros(split.shape)
    claimed = at.claim_false >= 0
    by_side, war = at.side_concentration >= 0, ix.row_rivalry
    listing = _listing(r, room.seeing.shape[0])
    runs = _runs(listing)
    for row in range(d_rows.shape[0]):
        _fill_seeing(r, copying, split, row, room)
        _fill_blind(r, row, room.blind)
        if by_side and war[row] >= 0:
            times_sides(values, at, ix, row, room.blind)
        if claimed:
            _over_claims_back(r, d_r, row, room, runs, d_rows)
        else:
            _claims_are_authors_back(row, room, listing, d_rows)
        _seeing_back(r, d_r, copying, split, row, room, d_copying, d_split)
        _blind_back(r, d_r, row, room.blind, room.d_blind)
        if by_side and war[row] >= 0:
            author = ix.n_organization + ix.n_other + war[row]
            sides_back(values, at, ix, row, room.d_blind[author], d)
    if at.copying >= 0:
        d[at.copying : at.copying + d_copying.shape[0]] += d_copying
    if ix.n_lead:
        d[at.split : at.split + d_split.shape[0]] += d_split


@inlined
def _claims_are_authors_back(row, room, listing, d_rows):
    """Fill the gradients of both factors."""
    room.d_seeing[room.blind.shape[0]] = 0.0
    for k in range(room.blind.shape[0]):
        change = d_rows[row, k, listing[k]]
        room.d_seeing[k] = change * room.blind[k]
        room.d_blind[k] = change * room.seeing[k]


@inlined
def _over_claims_back(r, d_r, row, room, runs, d_rows):
    """Fill the gradients of both factors, and add that of the claims' probabilities."""
    setting = r.locale_setting[r.row_locale[row]]
    claims, d_claims, seeing, d_seeing = r.claims, d_r.claims, room.seeing, room.d_seeing
    for m in range(seeing.shape[0]):
        d_seeing[m] = 0.0
    for k in range(room.blind.shape[0]):
        whole = 0.0
        for i in range(runs.shape[0]):
            change, total = d_rows[row, k, runs[i, 2]], 0.0
            by = change * room.blind[k]
            for m in range(runs[i, 0], runs[i, 1]):
                total += claims[setting, k, m] * seeing[m]
                d_seeing[m] += by * claims[setting, k, m]
                d_claims[setting, k, m] += by * seeing[m]
            whole += change * total
        room.d_blind[k] = whole
