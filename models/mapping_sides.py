"""Deaths told by side, and the way back: part of the twin of ``written``."""

import math

import numpy as np

from .compiled import jit
from .special import betaln, digamma


@jit
def _told_split(values, at, ix, d):
    """Split of the clashes of one war whose dead are told by side."""
    split, selection = values[at.split + d], 0.0
    for k in range(ix.lean.shape[1]):
        selection += ix.lean[d, k] * values[at.side_selection + k]
    odds = split / (1.0 - split) * np.exp(selection)
    return odds / (1.0 + odds)


@jit
def times_sides(values, at, ix, row, result):
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
def sides_back(values, at, ix, row, change, d):
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
