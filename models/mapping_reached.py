r"""Detection from how far a source reaches in each place, and the way back, as compiled loops.

Where totals fix what one source lists in each place, they fix neither its detection nor its
visibility nor what it leaves unattributed. In the place of α and z its coordinates are then

.. math::
    L_{sr} = t_s (\alpha_s + \sigma z_{sr} + b \cdot x_{sr} + \beta_s m) + \log(1 - u_s), \qquad
    t_s = (1 + \pi \xi_s^2 / 8)^{-1/2}

with m the mean log victims of what is reported (``reach.Reach``), and of n places the log
volume is :math:`-n \log t - (n - 1) \log \sigma - \log(n) / 2`.
"""

import numpy as np

from .compiled import jit
from .mapping_detection import by_region
from .mapping_reach import attributes, shrink
from .reach import LEAST_REACH


@jit
def detection_of_reach(values, at, ix):
    """Put α and z in the place of L, which is where z belongs."""
    n, known = ix.n_region, _known(values, at, ix)
    for s in range(ix.n_lister):
        start = at.detection_region + s * n
        of_place = values[start : start + n]
        of_place -= np.log(max(attributes(values, at, ix, s), LEAST_REACH))
        of_place /= shrink(values, at, s)
        of_place -= known[s]
        values[at.detection + s] = of_place.mean()
        of_place -= of_place.mean()
        of_place /= values[at.detection_region_scale]


@jit
def _known(values, at, ix):
    """b·x + β m, shape (lister, region)."""
    result = np.zeros((ix.n_lister, ix.n_region))
    if at.detection_covariate >= 0:
        for c in range(ix.covariate.shape[0]):
            result += values[at.detection_covariate + c] * ix.covariate[c]
    mean = (ix.size_share * ix.log_victims).sum()
    for s in range(ix.n_lister):
        result[s] += values[at.detection_size + s] * mean
    return result


@jit
def log_reach_volume(values, at, ix):
    """Log Jacobian of ``detection_of_reach``."""
    n, result = ix.n_region, 0.0
    for s in range(ix.n_lister):
        result -= n * np.log(shrink(values, at, s)) + 0.5 * np.log(n)
        result -= (n - 1) * np.log(values[at.detection_region_scale])
    return result


@jit
def detection_of_reach_back(values, at, ix, d):
    """Put the gradient in L in the place of that in z, and add that in all that L hangs on.

    Volume included.
    """
    n, sigma, scale = ix.n_region, values[at.detection_region_scale], at.detection_region_scale
    logit, mean = by_region(values, at, ix), (ix.size_share * ix.log_victims).sum()
    for s in range(ix.n_lister):
        start, factor = at.detection_region + s * n, shrink(values, at, s)
        change = d[start : start + n]
        d[scale] -= ((change * values[start : start + n]).sum() + n - 1) / sigma
        change -= change.mean()
        change /= sigma
        change += d[at.detection + s] / n
        d[at.detection_size + s] -= change.sum() * mean
        if at.detection_covariate >= 0:
            for c in range(ix.covariate.shape[0]):
                d[at.detection_covariate + c] -= (change * ix.covariate[c, s]).sum()
        straight, visibility = logit[s] + values[at.detection_size + s] * mean, at.visibility + s
        by_log = -(change * straight).sum() - n
        d[visibility] -= by_log * np.pi / 8.0 * values[visibility] * factor**2
        change /= factor
        if ix.partly[ix.listers[s]]:
            d[at.unknown + ix.listers[s]] += change.sum() / attributes(values, at, ix, s)
