"""Gradient of the likelihood alone, without priors and changes of variables.

Of the way back from the constrained values ``log_priors`` has one loop, with the priors in it; it
is affine in what it is handed, so that twice the way, once with nothing, leaves the likelihood.
"""

from typing import cast

import numpy as np

from . import log_priors, mapping_detection
from .density import Density
from .engine import Floats
from .tail import by_block, noise_at


def likelihood_slope(target: Density, free: Floats) -> Floats:
    """Gradient of log L in the unconstrained values, shape (free,)."""
    values, t = target.constrain(free), target.table

    def back(d: Floats) -> Floats:
        found = log_priors.log_prior_back(free, values, t.rows, t.one, t.two, d, *target.points)
        return cast("Floats", found)

    return back(_by_value(target, values)) - back(np.zeros(len(values)))


def _by_value(target: Density, values: Floats) -> Floats:
    """Gradient of log L in the constrained values: incidents, noise, totals and delays."""
    _, mass, _ = target.entries(values)
    blocks, d = target.tail.blocks, np.zeros(len(values))
    _, d_mass = noise_at(by_block(mass, blocks), values, blocks, d)
    mapping_detection.delays(values, *target.points, d)
    return target.pull_back(values, np.ones(len(mass)), d_mass) + d
