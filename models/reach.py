"""How far the sources reach: what they list of what happens, for coordinates.

No part of the likelihood. What is reported is rate times reach, which data fix far better than
either (``parameters.Parameter.around``, ``size``).
"""

from typing import NamedTuple

import numpy as np

from . import centring, effects
from .design import SIZE_LOG_VICTIMS, Design
from .detection import by_region, covariates
from .engine import Array, Engine, Params

LEAST_REACH, LEAST_MISSED = 1e-300, 1e-12
"""Least that a source lists, and misses, in the reach: its logarithm and gradient stay finite."""


class Reach(NamedTuple):
    """How far the sources reach, on the log scale.

    Attributes
    ----------
    place
        -log Σ_v s_v / P[r,v], shape (region,), s the reported shares of sizes: rate of what
        is reported less that of what happens, if sizes are as reported.
    size
        Σ_r g_r log P[r,v], shape (size,), less its mean, g the reported shares of regions; and what
        wars and ``other`` have of their own, by their shares of what is named: where nearly all is
        a war's, data fix the sum of both and neither.
    """

    place: Array
    size: Array


def log_reach(params: Params, design: Design, engine: Engine) -> Reach:
    """Work out the reach from P[r,v], the probability that some source lists an incident.

    Of an average author and class, all of it published, sources independent given z.
    """
    listed = _log_listed(params, design, engine)
    shares = centring.reported_shares(design)
    place = -engine.logsumexp(np.log(shares.size) - listed, 1)
    by_size = (shares.region[:, None] * listed).sum(axis=0)
    n_size = (design.sizes["size"],)
    own = shares.wars * effects.effect(params, "size_rivalry", n_size, engine.xp)
    own = own + shares.other * effects.effect(params, "size_other", n_size, engine.xp)
    return Reach(place, by_size - by_size.mean() + own)


def _log_listed(params: Params, design: Design, engine: Engine) -> Array:
    """log P(some source lists it) of an average kind, shape (region, size)."""
    xp, attributed, factor = engine.xp, _attributes(params, design), _shrink(params, engine)
    size = params["detection_size"][:, None] * SIZE_LOG_VICTIMS
    x = by_region(params, design, engine)[:, :, None] + size[:, None, :]
    x = x * factor[:, None, None]
    listed = xp.clip(attributed[:, None, None] * engine.expit(x), LEAST_REACH, 1.0 - LEAST_MISSED)
    return xp.log(-xp.expm1(xp.log1p(-listed).sum(axis=0)))


def _attributes(params: Params, design: Design) -> Array:
    """P(attributes what it sees) of listers of which that is asked, else 1: shape (lister,)."""
    listers = design.histories.listers
    partly = (design.evidence.axes.sources["coverage"].iloc[listers] != "all").to_numpy()
    return 1.0 - partly * params["unknown"][listers]


def _shrink(params: Params, engine: Engine) -> Array:
    """By how much a logit shrinks when it is averaged over the visibility, shape (lister,).

    Over z the mean of expit(x + ξ z) is about expit(x / √(1 + π ξ² / 8)): MacKay 1992, (10).
    """
    return 1.0 / engine.xp.sqrt(1.0 + np.pi / 8.0 * params["visibility"] ** 2)


def of_reach(
    reach: Array, params: Params, design: Design, engine: Engine
) -> tuple[Array, Array, Array]:
    """Detection from how far sources reach in each place (``mapping_reached``).

    Parameters
    ----------
    reach
        L, shape (lister, region).

    Returns
    -------
    ``detection``, (lister,); ``detection_region``, (lister, region); the log volume of both in L.
    """
    xp, sigma = engine.xp, params["detection_region_scale"]
    n_lister, n = len(design.histories.listers), design.sizes["region"]
    mean = float(centring.reported_shares(design).size @ SIZE_LOG_VICTIMS)
    factor = _shrink(params, engine)
    straight = (reach - xp.log(_attributes(params, design))[:, None]) / factor[:, None]
    logit = straight - params["detection_size"][:, None] * mean
    logit = logit - covariates(params, design, engine)
    level = logit.mean(axis=1)
    volume = -n * xp.log(factor).sum() - n_lister * ((n - 1) * xp.log(sigma) + 0.5 * np.log(n))
    return level, (logit - level[:, None]) / sigma, volume
