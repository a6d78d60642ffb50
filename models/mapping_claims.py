"""Claims from the flat parameters, and gradients the way back: the compiled twin of ``claims``."""

import numpy as np

from .compiled import jit
from .special import expit, logit


@jit
def claims(values, at, ix):
    """Φ, shape (setting, author, claim); where the model has no claims each author's own."""
    plain, n = ix.n_organization + ix.n_other, ix.member.shape[0]
    result = np.zeros((ix.n_setting, n, n + 1))
    for i in range(ix.n_setting):
        for k in range(n):
            if at.claim_false < 0:
                result[i, k, k] = 1.0
            elif k >= plain:
                false = values[at.claim_rivalry + k - plain]
                result[i, k] = false * ix.war_rest[k - plain]
                result[i, k, k] += 1.0 - false
            else:
                _plain(values, at, ix, i, k, result[i, k])
    return result


@jit
def _nobody(values, at, ix, k):
    shift = 0.0
    if at.claim_unsigned >= 0 and k < ix.n_organization:
        shift = values[at.claim_unsigned + k]
    return expit(logit(values[at.claim_nobody]) + shift)


@jit
def _false(values, at, ix, i, k):
    log_odds = logit(values[at.claim_false + k])
    if at.claim_event >= 0:
        for j in range(ix.claim_event.shape[0]):
            share = ix.claim_event[j, k * ix.n_epoch + ix.setting_epoch[i]]
            log_odds += share * values[at.claim_event + j]
    return expit(log_odds)


@jit
def _clash(values, at, ix, k):
    """Share of k's false claims that are a clash."""
    return values[at.claim_clash] * ix.war_share[k].sum() if ix.n_rivalry else 0.0


@jit
def _blamed(values, at, ix, i, k, out):
    """Fill where false claims fall that are no clash."""
    plain, total = out.shape[0], 0.0
    for m in range(plain):
        out[m] = 0.0
        if m != k:
            log_odds = values[at.claim_rival] * ix.rivalry[k, m]
            if at.notoriety >= 0:
                log_odds += values[at.notoriety + m]
            out[m] = np.exp(log_odds) * ix.setting_weight[i, m]
            total += out[m]
    if total > 0.0:
        out /= total
    else:
        out[k] = 1.0  # one name alone: what is false cannot fall on another


@jit
def _plain(values, at, ix, i, k, row):
    plain = ix.n_organization + ix.n_other
    nobody, false = _nobody(values, at, ix, k), _false(values, at, ix, i, k)
    clash, blamed = _clash(values, at, ix, k), np.empty(plain)
    _blamed(values, at, ix, i, k, blamed)
    for m in range(plain):
        row[m] = (1.0 - nobody) * false * (1.0 - clash) * blamed[m]
    row[k] += (1.0 - nobody) * (1.0 - false)
    for w in range(ix.n_rivalry):
        share = values[at.claim_clash] * ix.war_share[k, w]
        row[plain + w] = (1.0 - nobody) * false * share
    row[row.shape[0] - 1] = nobody


@jit
def claims_back(values, at, ix, d_claims, d):
    """Add the gradient of ``claims``."""
    if at.claim_false < 0:
        return
    plain, n = ix.n_organization + ix.n_other, ix.member.shape[0]
    for i in range(ix.n_setting):
        for k in range(n):
            row = d_claims[i, k]
            if k >= plain:
                d[at.claim_rivalry + k - plain] += (ix.war_rest[k - plain] * row).sum() - row[k]
            else:
                _plain_back(values, at, ix, i, k, row, d)


@jit
def _plain_back(values, at, ix, i, k, row, d):
    plain = ix.n_organization + ix.n_other
    nobody, false = _nobody(values, at, ix, k), _false(values, at, ix, i, k)
    clash, blamed = _clash(values, at, ix, k), np.empty(plain)
    _blamed(values, at, ix, i, k, blamed)
    elsewhere, wars = (blamed * row[:plain]).sum(), 0.0
    for w in range(ix.n_rivalry):
        wars += ix.war_share[k, w] * row[plain + w]
    clash_part = values[at.claim_clash] * wars if ix.n_rivalry else 0.0
    named = (1.0 - false) * row[k] + false * ((1.0 - clash) * elsewhere + clash_part)
    d_nobody = (row[row.shape[0] - 1] - named) * nobody * (1.0 - nobody)
    base = values[at.claim_nobody]
    d[at.claim_nobody] += d_nobody / (base * (1.0 - base))
    if at.claim_unsigned >= 0 and k < ix.n_organization:
        d[at.claim_unsigned + k] += d_nobody
    signed = 1.0 - nobody
    d_false = signed * ((1.0 - clash) * elsewhere + clash_part - row[k]) * false * (1.0 - false)
    base = values[at.claim_false + k]
    d[at.claim_false + k] += d_false / (base * (1.0 - base))
    if at.claim_event >= 0:
        for j in range(ix.claim_event.shape[0]):
            share = ix.claim_event[j, k * ix.n_epoch + ix.setting_epoch[i]]
            d[at.claim_event + j] += share * d_false
    if ix.n_rivalry:
        d[at.claim_clash] += signed * false * (wars - ix.war_share[k].sum() * elsewhere)
    scale = signed * false * (1.0 - clash)
    for m in range(plain):
        if m != k:
            change = scale * blamed[m] * (row[m] - elsewhere)
            d[at.claim_rival] += change * ix.rivalry[k, m]
            if at.notoriety >= 0:
                d[at.notoriety + m] += change


@jit
def class_shares(ix, phi):
    """P(claim in class | author), shape (setting, author, listing class)."""
    result = np.zeros((phi.shape[0], phi.shape[1], ix.class_claim.shape[0]))
    for i in range(phi.shape[0]):
        for k in range(phi.shape[1]):
            for m in range(phi.shape[2]):
                result[i, k, _class(ix, m)] += phi[i, k, m]
    return result


@jit
def _class(ix, m):
    """Listing class of a claim; one for all where listing does not go by claim."""
    return ix.listing_class[m] if ix.by_claim else 0


@jit
def class_shares_back(ix, d_shares, d_phi):
    """Add the gradient of ``class_shares``."""
    for i in range(d_phi.shape[0]):
        for k in range(d_phi.shape[1]):
            for m in range(d_phi.shape[2]):
                d_phi[i, k, m] += d_shares[i, k, _class(ix, m)]
