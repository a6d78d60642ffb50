"""Level of ``other`` at an even share, from the flat parameters: see ``rates.other_level``.

The compiled twin, for coordinates: its value and gradient.
"""

import numpy as np

from .compiled import jit
from .mapping_names import log_ratio, log_ratio_back
from .mapping_rates import rates, rates_back


@jit
def other_level(values, at, ix):
    """Level of ``other``, were the logit of the organizations' share zero."""
    even = _even(values, at)
    (_, _, kind), _ = rates(even, at, ix, log_ratio(even, at, ix))
    own = values[at.other_kind] if at.other_kind >= 0 else 0.0
    return kind[ix.n_organization, 0] - own


@jit
def other_level_back(values, at, ix, change, d):
    """Add the gradient of ``change`` times ``other_level``."""
    even, k = _even(values, at), ix.n_organization
    parts, totals = rates(even, at, ix, log_ratio(even, at, ix))
    region, period, kind = parts
    d_kind, d_share = np.zeros(kind.shape), d[at.other_share]
    d_kind[k, 0] = change
    d_parts = (np.zeros(region.shape), np.zeros(period.shape), d_kind)
    d_ratio = rates_back(even, at, ix, parts, totals, d_parts, np.zeros(len(totals)), d)
    log_ratio_back(even, at, ix, d_ratio, d)
    d[at.other_share] = d_share
    if at.other_kind >= 0:
        d[at.other_kind] -= change


@jit
def _even(values, at):
    even = values.copy()
    even[at.other_share] = 0.0
    return even
