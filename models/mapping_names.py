"""Attribution from the flat parameters, and gradients the way back, as compiled loops.

The compiled twin of ``attribution``, where the formulas are. Functions that end in ``_back``
add to ``d``, the gradient of the flat parameters, or to the gradients they are given.
"""

import numpy as np

from .attribution import ADJUDICATED_ONE_SIDED
from .compiled import jit
from .mapping_effects import add_table, add_table_back
from .special import expit, logit


@jit
def unknowns(values, at, ix):
    """P(names nobody | author named), shape (source, locale, author).

    The last row of ``types`` is 0, of sources of no informant type (-1).
    """
    n = ix.n_organization + ix.n_other + ix.n_rivalry
    n_type = ix.informant_type.max() + 1
    types = np.zeros((n_type + 1, ix.n_region))
    add_table(values, at.unknown_region_scale, at.unknown_region, types, 0, n_type)
    result = np.empty((ix.n_source, ix.n_locale, n))
    for s in range(ix.n_source):
        base = logit(values[at.unknown + s])
        for place in range(ix.n_locale):
            log_odds = base + types[ix.informant_type[s], ix.locale_region[place]]
            result[s, place] = expit(log_odds)
            if ix.n_other:
                other = log_odds + values[at.unknown_other]
                result[s, place, ix.n_organization] = expit(other)
    return result


@jit
def unknowns_back(values, at, ix, u, d_u, d):
    """Add the gradient of ``unknowns``."""
    n_type = ix.informant_type.max() + 1
    d_types = np.zeros((n_type + 1, ix.n_region))
    for s in range(ix.n_source):
        base, whole = values[at.unknown + s], 0.0
        for place in range(ix.n_locale):
            total = 0.0
            for a in range(u.shape[2]):
                change = d_u[s, place, a] * u[s, place, a] * (1.0 - u[s, place, a])
                total += change
                if ix.n_other and a == ix.n_organization:
                    d[at.unknown_other] += change
            d_types[ix.informant_type[s], ix.locale_region[place]] += total
            whole += total
        d[at.unknown + s] += whole / (base * (1.0 - base))
    add_table_back(values, at.unknown_region_scale, at.unknown_region, d_types, 0, n_type, d)


@jit
def unattributed(values, at, ix):
    """Mean P(nobody is named) of an organization's incident and of ``other``'s."""
    nobody = values[at.claim_nobody] if at.claim_nobody >= 0 else 0.0
    own, other = 0.0, 0.0
    for s in range(ix.n_source):
        u = values[at.unknown + s]
        own += u / ix.n_source
        other += expit(logit(u) + values[at.unknown_other]) / ix.n_source
    return nobody + (1.0 - nobody) * own, nobody + (1.0 - nobody) * other


@jit
def log_ratio(values, at, ix):
    """log ū - log ū_O, for the level of ``other``."""
    if not ix.n_other:
        return 0.0
    own, other = unattributed(values, at, ix)
    return np.log(own) - np.log(other)


@jit
def log_ratio_back(values, at, ix, change, d):
    """Add the gradient of ``change`` times ``log_ratio``."""
    if not ix.n_other:
        return
    own, other = unattributed(values, at, ix)
    by_own, by_other = change / (own * ix.n_source), -change / (other * ix.n_source)
    nobody = values[at.claim_nobody] if at.claim_nobody >= 0 else 0.0
    for s in range(ix.n_source):
        u = values[at.unknown + s]
        v = expit(logit(u) + values[at.unknown_other])
        slope = (1.0 - nobody) * v * (1.0 - v)
        d[at.unknown + s] += by_own * (1.0 - nobody) + by_other * slope / (u * (1.0 - u))
        d[at.unknown_other] += by_other * slope
        if at.claim_nobody >= 0:
            d[at.claim_nobody] += by_own * (1.0 - u) + by_other * (1.0 - v)


@jit
def blame(values, at, ix):
    """Where wrong names fall, shape (setting, source, author)."""
    plain, war = ix.n_organization + ix.n_other, ix.n_rivalry
    odds = np.zeros((ix.n_source, plain))
    add_table(values, at.favour_scale, at.favour, odds, 0, ix.n_source)
    result = np.zeros((ix.n_setting, ix.n_source, plain + war))
    kept = 1.0 - values[at.blame_rivalry] if war else 1.0
    for s in range(ix.n_source):
        for a in range(plain):
            if at.notoriety >= 0:
                odds[s, a] += values[at.notoriety + a]
            odds[s, a] = ix.blame_weight[s, a] * np.exp(odds[s, a])
        for i in range(ix.n_setting):
            total = 0.0
            for a in range(plain):
                total += odds[s, a] * ix.setting_weight[i, a]
            for a in range(plain):
                result[i, s, a] = kept * odds[s, a] * ix.setting_weight[i, a] / total
            for a in range(plain, plain + war):
                result[i, s, a] = values[at.blame_rivalry] / war
    return result


@jit
def blame_back(values, at, ix, phi, d_phi, d):
    """Add the gradient of ``blame``."""
    plain, war = ix.n_organization + ix.n_other, ix.n_rivalry
    d_odds = np.zeros((ix.n_source, plain))
    kept = 1.0 - values[at.blame_rivalry] if war else 1.0
    for i in range(ix.n_setting):
        for s in range(ix.n_source):
            mean = 0.0
            for a in range(plain):
                mean += phi[i, s, a] * d_phi[i, s, a]
            if war:
                d[at.blame_rivalry] += d_phi[i, s, plain:].sum() / war - mean / kept
            for a in range(plain):
                d_odds[s, a] += phi[i, s, a] * (d_phi[i, s, a] - mean / kept)
    add_table_back(values, at.favour_scale, at.favour, d_odds, 0, ix.n_source, d)
    if at.notoriety >= 0:
        for a in range(plain):
            d[at.notoriety + a] += d_odds[:, a].sum()


@jit
def confusions(values, at, ix):
    """P(name | author, it names somebody), shape (setting, source, author and lead, name).

    Behind the authors stand the leads of each rivalry, the first side and the second: its row, were
    all one-sided names of that side.
    """
    plain = ix.n_organization + ix.n_other
    n = plain + ix.n_rivalry
    result = np.zeros((ix.n_setting, ix.n_source, n + ix.n_lead, ix.n_name))
    if at.confusion >= 0:
        size = n * ix.n_name
        for s in range(ix.n_source):
            start = at.confusion + s * size
            for i in range(ix.n_setting):
                result[i, s] = values[start : start + size].copy().reshape((n, ix.n_name))
        return result
    phi = blame(values, at, ix)
    for i in range(ix.n_setting):
        for s in range(ix.n_source):
            for row in range(n + ix.n_lead):
                m, split = _shown(values, at, ix, row)
                sure = _is_sure(ix, s, m, n)
                theta = 1.0 if sure else values[at.right + s]
                _right(values, at, ix, s, m, theta, split, result[i, s, row])
                if not sure:
                    rest = _others(phi[i, s], m)
                    for a in range(n):
                        if a != m:
                            result[i, s, row, a] += (1.0 - theta) * phi[i, s, a] / rest
    return result


@jit
def _shown(values, at, ix, row):
    """Author of a row, and which share of its one-sided names are of its first side."""
    plain = ix.n_organization + ix.n_other
    n = plain + ix.n_rivalry
    if row >= n:
        return plain + (row - n) // 2, 1.0 - (row - n) % 2
    return row, values[at.split + row - plain] if row >= plain else 1.0


@jit
def _is_sure(ix, s, m, n):
    """Whether θ is 1: there is nobody else, or the source leaves out what it takes for m."""
    return n < 2 or (ix.roster_only[s] and ix.n_other and m == ix.n_organization)


@jit
def _others(phi, m):
    """1 - φ_m as a sum: where nearly all blame falls on m a difference would lose all figures."""
    total = 0.0
    for a in range(phi.shape[0]):
        if a != m:
            total += phi[a]
    return total


@jit
def _right(values, at, ix, s, m, theta, split, row):
    """Fill what a source writes when it is right, times θ."""
    plain = ix.n_organization + ix.n_other
    if m < plain:
        row[m] = theta
        return
    sided = ADJUDICATED_ONE_SIDED if ix.adjudicated[s] else values[at.one_sided + s]
    row[m] += theta * (1.0 - sided)
    row[ix.sides[m - plain, 0]] += theta * sided * split
    row[ix.sides[m - plain, 1]] += theta * sided * (1.0 - split)


@jit
def confusions_back(values, at, ix, d_matrix, d):
    """Add the gradient of ``confusions``."""
    plain = ix.n_organization + ix.n_other
    n = plain + ix.n_rivalry
    if at.confusion >= 0:
        size = n * ix.n_name
        for i in range(ix.n_setting):
            for s in range(ix.n_source):
                start = at.confusion + s * size
                d[start : start + size] += d_matrix[i, s].copy().reshape(size)
        return
    phi = blame(values, at, ix)
    d_phi = np.zeros(phi.shape)
    for i in range(ix.n_setting):
        for s in range(ix.n_source):
            for number in range(n + ix.n_lead):
                m, split = _shown(values, at, ix, number)
                row, sure = d_matrix[i, s, number], _is_sure(ix, s, m, n)
                theta = 1.0 if sure else values[at.right + s]
                right = row[m]
                if m >= plain:
                    by_split = number < n
                    right = _war_back(values, at, ix, s, m, theta, split, by_split, row, d)
                if not sure:
                    wrong = _wrong_back(phi[i, s], row, m, 1.0 - theta, d_phi[i, s])
                    d[at.right + s] += right - wrong
    blame_back(values, at, ix, phi, d_phi, d)


@jit
def _wrong_back(phi, row, m, scale, d_phi):
    """Add the gradient of ``scale`` times the part that wrong names have; return that part."""
    rest, wrong = _others(phi, m), 0.0
    for a in range(phi.shape[0]):
        if a != m:
            wrong += row[a] * phi[a] / rest
    for a in range(phi.shape[0]):
        if a != m:
            d_phi[a] += scale * (row[a] - wrong) / rest
    return wrong


@jit
def _war_back(values, at, ix, s, m, theta, split, by_split, row, d):
    """Add the gradients of one-sidedness and split; return that of theta's right part."""
    rivalry = m - ix.n_organization - ix.n_other
    first, second = row[ix.sides[rivalry, 0]], row[ix.sides[rivalry, 1]]
    sided = ADJUDICATED_ONE_SIDED if ix.adjudicated[s] else values[at.one_sided + s]
    mixed = split * first + (1.0 - split) * second
    if not ix.adjudicated[s]:
        d[at.one_sided + s] += theta * (mixed - row[m])
    if by_split:
        d[at.split + rivalry] += theta * sided * (first - second)
    return (1.0 - sided) * row[m] + sided * mixed


@jit
def set_shares(values, at, ix):
    """Share of sets of each size, shape (source, set_size)."""
    result = np.ones((ix.n_source, ix.n_set))
    if at.set_share >= 0:
        flat = values[at.set_share : at.set_share + result.size]
        result[:] = flat.copy().reshape(result.shape)
    return result
