"""Attribution from the flat parameters, and gradients the way back, as compiled loops.

The compiled twin of ``attribution``, where the formulas are. Functions that end in ``_back``
add to ``d``, the gradient of the flat parameters, or to the gradients they are given.
"""

import math

import numpy as np

from .attribution import ADJUDICATED_ONE_SIDED, LEAST_PROBABLE
from .compiled import jit
from .special import betaln, digamma


@jit
def unknowns(values, at, ix):
    """P(names nobody), shape (source, author)."""
    n = ix.n_organization + ix.n_other + ix.n_rivalry
    result = np.empty((ix.n_source, n))
    for s in range(ix.n_source):
        u = values[at.unknown + s]
        result[s] = u
        if ix.n_other:
            odds = u / (1.0 - u) * np.exp(values[at.unknown_other])
            result[s, ix.n_organization] = odds / (1.0 + odds)
    return result


@jit
def unknowns_back(values, at, ix, u, d_u, d):
    """Add the gradient of ``unknowns``."""
    for s in range(ix.n_source):
        base = values[at.unknown + s]
        for a in range(u.shape[1]):
            if ix.n_other and a == ix.n_organization:
                change = d_u[s, a] * u[s, a] * (1.0 - u[s, a])
                d[at.unknown_other] += change
                d[at.unknown + s] += change / (base * (1.0 - base))
            else:
                d[at.unknown + s] += d_u[s, a]


@jit
def blame(values, at, ix):
    """Where wrong names fall, shape (author,)."""
    plain, war = ix.n_organization + ix.n_other, ix.n_rivalry
    phi = np.ones(plain + war)
    if at.notoriety >= 0:
        phi[:plain] = np.exp(values[at.notoriety : at.notoriety + plain])
    phi[:plain] /= phi[:plain].sum()
    if war:
        phi[:plain] *= 1.0 - values[at.blame_rivalry]
        phi[plain:] = values[at.blame_rivalry] / war
    return phi


@jit
def blame_back(values, at, ix, phi, d_phi, d):
    """Add the gradient of ``blame``."""
    plain, war = ix.n_organization + ix.n_other, ix.n_rivalry
    kept = 1.0
    if war:
        kept = 1.0 - values[at.blame_rivalry]
        d[at.blame_rivalry] += d_phi[plain:].sum() / war
        d[at.blame_rivalry] -= (phi[:plain] * d_phi[:plain]).sum() / kept
    if at.notoriety >= 0:
        mean = (phi[:plain] * d_phi[:plain]).sum() / kept
        d[at.notoriety : at.notoriety + plain] += phi[:plain] * (d_phi[:plain] - mean)


@jit
def confusions(values, at, ix):
    """P(name | author, it names somebody), shape (source, author, name)."""
    plain = ix.n_organization + ix.n_other
    n = plain + ix.n_rivalry
    result = np.zeros((ix.n_source, n, ix.n_name))
    if at.confusion >= 0:
        size = n * ix.n_name
        for s in range(ix.n_source):
            start = at.confusion + s * size
            result[s] = values[start : start + size].copy().reshape((n, ix.n_name))
        return result
    phi = blame(values, at, ix)
    for s in range(ix.n_source):
        theta = values[at.right + s] if n > 1 else 1.0
        for m in range(n):
            if m < plain:
                result[s, m, m] = theta
            else:
                sided = ADJUDICATED_ONE_SIDED if ix.adjudicated[s] else values[at.one_sided + s]
                split = values[at.split + m - plain]
                result[s, m, m] += theta * (1.0 - sided)
                result[s, m, ix.sides[m - plain, 0]] += theta * sided * split
                result[s, m, ix.sides[m - plain, 1]] += theta * sided * (1.0 - split)
            for a in range(n):
                if a != m:
                    result[s, m, a] += (1.0 - theta) * phi[a] / (1.0 - phi[m])
    return result


@jit
def confusions_back(values, at, ix, d_matrix, d):
    """Add the gradient of ``confusions``."""
    plain = ix.n_organization + ix.n_other
    n = plain + ix.n_rivalry
    if at.confusion >= 0:
        d[at.confusion : at.confusion + d_matrix.size] += d_matrix.reshape(d_matrix.size)
        return
    phi = blame(values, at, ix)
    d_phi = np.zeros(n)
    for s in range(ix.n_source):
        theta = values[at.right + s] if n > 1 else 1.0
        for m in range(n):
            row = d_matrix[s, m]
            right = row[m] if m < plain else _rivalry_back(values, at, ix, s, m, theta, row, d)
            wrong = 0.0
            for a in range(n):
                if a != m:
                    wrong += row[a] * phi[a]
                    d_phi[a] += (1.0 - theta) * row[a] / (1.0 - phi[m])
            if n > 1:
                d_phi[m] += (1.0 - theta) * wrong / (1.0 - phi[m]) ** 2
                d[at.right + s] += right - wrong / (1.0 - phi[m])
    blame_back(values, at, ix, phi, d_phi, d)


@jit
def _rivalry_back(values, at, ix, s, m, theta, row, d):
    """Add the gradients of one-sidedness and split; return that of theta's right part."""
    rivalry = m - ix.n_organization - ix.n_other
    first, second = row[ix.sides[rivalry, 0]], row[ix.sides[rivalry, 1]]
    split = values[at.split + rivalry]
    sided = ADJUDICATED_ONE_SIDED if ix.adjudicated[s] else values[at.one_sided + s]
    mixed = split * first + (1.0 - split) * second
    if not ix.adjudicated[s]:
        d[at.one_sided + s] += theta * (mixed - row[m])
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


@jit
def _speaks(ix, eta, s, name):
    """P(the statement names a contender | this name was picked)."""
    if ix.contender[name] > 0.0 or name >= ix.n_organization + ix.n_other:
        return ix.contender[name]
    return (eta[s] * ix.spoken_share).sum()


@jit
def listed(ix, u, matrix, eta):
    """P(lists an incident it saw), shape (source, listing class)."""
    result = np.ones((ix.n_source, ix.class_author.shape[0]))
    for s in range(ix.n_source):
        for g in range(result.shape[1]):
            m = ix.class_author[g]
            if ix.coverage[s] > 0:
                result[s, g] = 1.0 - u[s, m]
            if ix.coverage[s] == 2:
                spoken = 0.0
                for name in range(ix.n_name):
                    spoken += matrix[s, m, name] * _speaks(ix, eta, s, name)
                result[s, g] *= spoken
    return result


@jit
def listed_back(ix, u, matrix, eta, lists, d_lists, d_u, d_matrix, d_eta):
    """Add the gradient of ``listed`` to those of its three arrays."""
    for s in range(ix.n_source):
        for g in range(lists.shape[1]):
            m = ix.class_author[g]
            if ix.coverage[s] == 0:
                continue
            d_u[s, m] -= d_lists[s, g] * lists[s, g] / (1.0 - u[s, m])
            if ix.coverage[s] == 2:
                scale = d_lists[s, g] * (1.0 - u[s, m])
                for name in range(ix.n_name):
                    d_matrix[s, m, name] += scale * _speaks(ix, eta, s, name)
                    free = ix.contender[name] == 0.0
                    if free and name < ix.n_organization + ix.n_other:
                        d_eta[s] += scale * matrix[s, m, name] * ix.spoken_share


@jit
def pairs(ix, u, matrix, eta, lists):
    """Log probability of each (source, statement) pair, shape (pair, author)."""
    n_a = u.shape[1]
    result = np.empty((ix.pair_source.shape[0], n_a))
    for i in range(result.shape[0]):
        s = ix.pair_source[i]
        for m in range(n_a):
            if ix.pair_unknown[i]:
                result[i, m] = np.log(u[s, m])
            else:
                result[i, m] = np.log(_chosen(ix, matrix, i, s, m)) + np.log1p(-u[s, m])
                if ix.pair_plain[i]:
                    result[i, m] += np.log(eta[s, ix.pair_set[i]])
            if ix.pair_given[i]:
                result[i, m] -= np.log(lists[s, ix.listing_class[m]])
    return result


@jit
def _chosen(ix, matrix, i, s, m):
    total = 0.0
    for position in range(ix.pair_start[i], ix.pair_start[i + 1]):
        total += ix.pair_weight[i] * matrix[s, m, ix.pair_name[position]]
    return max(total, LEAST_PROBABLE)


@jit
def pairs_back(ix, u, matrix, eta, lists, d_pairs, d_u, d_matrix, d_eta, d_lists):
    """Add the gradient of ``pairs`` to those of its four arrays."""
    for i in range(d_pairs.shape[0]):
        s = ix.pair_source[i]
        for m in range(u.shape[1]):
            change = d_pairs[i, m]
            if ix.pair_unknown[i]:
                d_u[s, m] += change / u[s, m]
            else:
                d_u[s, m] -= change / (1.0 - u[s, m])
                each = change * ix.pair_weight[i] / _chosen(ix, matrix, i, s, m)
                for position in range(ix.pair_start[i], ix.pair_start[i + 1]):
                    d_matrix[s, m, ix.pair_name[position]] += each
                if ix.pair_plain[i]:
                    d_eta[s, ix.pair_set[i]] += change / eta[s, ix.pair_set[i]]
            if ix.pair_given[i]:
                g = ix.listing_class[m]
                d_lists[s, g] -= change / lists[s, g]


@jit
def rows(values, at, ix, log_pairs, result):
    """Fill the probability of what all sources wrote, and of deaths by side: (row, author)."""
    n_a = log_pairs.shape[1]
    single = np.exp(log_pairs)
    result[:] = 1.0
    for row in range(result.shape[0]):
        for s in range(ix.rows.shape[1]):
            pair = ix.rows[row, s] - 1
            if pair >= 0:
                for a in range(n_a):
                    result[row, a] *= single[pair, a]
        if ix.row_rivalry[row] >= 0 and at.side_concentration >= 0:
            _sides(values, at, ix, row, result)


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
    for a in range(result.shape[1]):
        if a != author:
            result[row, a] /= x + y + 1.0
    strength, told = values[at.side_concentration], _told_split(values, at, ix, d)
    a, b = strength * told, strength * (1.0 - told)
    choose = math.lgamma(x + y + 1.0) - math.lgamma(x + 1.0) - math.lgamma(y + 1.0)
    result[row, author] *= np.exp(choose + betaln(a + x, b + y) - betaln(a, b))


@jit
def rows_back(values, at, ix, d_rows, d_pairs, d):
    """Add the gradient of ``rows`` to that of the pairs, and of what deaths by side speak of."""
    war = ix.n_organization + ix.n_other
    for row in range(d_rows.shape[0]):
        for s in range(ix.rows.shape[1]):
            pair = ix.rows[row, s] - 1
            if pair >= 0:
                for a in range(d_rows.shape[1]):
                    d_pairs[pair, a] += d_rows[row, a]
        rivalry = ix.row_rivalry[row]
        if rivalry >= 0 and at.side_concentration >= 0:
            _sides_back(values, at, ix, row, d_rows[row, war + rivalry], d)


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
