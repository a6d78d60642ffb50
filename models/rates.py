r"""What happens: how many incidents of each author, place, month and kind.

.. math::
    N_{krtc} &\sim \mathrm{Poisson}(\mu_{krtc}) \\
    \log \mu_{krtc} &= \alpha + \alpha_c + a_r + a_t + b_k + b_{kc} + b_{kr} + b_{kt} \\
    \log \lambda_{drtc} &= \alpha^D + \alpha^D_c + a_r + a_t + b_d + b_{dr} + b_{dt}

Organizations k, rivalries d. Every effect is zero-sum over the axes it shares with a coarser
one; b_kt and b_dt are random walks, centred over t, so that b_k is k's mean level over the
modelled history. ``other`` stands outside every zero-sum block, with its own intercept,
region, period and kind effects. Its level is not free: the organizations' share w of the
incidents that nobody attributes has a declared prior (docs/methods.md), and in an average
cell

.. math::
    \alpha^O = \log\Big(\sum_k e^{\alpha + b_k} + \sum_d e^{\alpha^D + b_d}\Big)
               + \log \bar u - \log \bar u_O - \operatorname{logit} w

with ū and ū_O the mean unknown shares, so that w is exactly what its prior speaks of.
"""

import math

import numpy as np
import pymc as pm

from ..data.attribution import OTHER
from . import effects
from .design import Design
from .engine import Array, Engine, Params
from .priors import Priors

IMPOSSIBLE = -700.0
"""log μ of an author outside its dates: e^-700 counts for nothing and has no NaN gradient."""


def declare(params: Params, priors: Priors, design: Design) -> None:
    """Declare the rates' parameters in the open PyMC model, into ``params``."""
    params["rate_intercept"] = _intercept(priors, "rate_intercept", design)
    effects.fixed_scale(params, priors, "rate_kind", ["kind"], 1)
    effects.pooled(params, priors, "rate_region", ["region"])
    effects.standardized(params, priors, "rate_period", ["period"], 1)
    effects.pooled(params, priors, "rate_organization", ["organization"])
    effects.pooled(params, priors, "rate_organization_kind", ["organization", "kind"])
    effects.pooled(params, priors, "rate_organization_region", ["organization", "region"])
    effects.walk(params, priors, "rate_organization_walk", "organization")
    if design.names.rivalries:
        _declare_rivalries(params, priors, design)
    if design.names.has_other:
        _declare_other(params, priors)


def _declare_rivalries(params: Params, priors: Priors, design: Design) -> None:
    params["rivalry_intercept"] = _intercept(priors, "rivalry_intercept", design)
    effects.fixed_scale(params, priors, "rivalry_kind", ["kind"], 1)
    effects.pooled(params, priors, "rivalry_level", ["rivalry"])
    effects.pooled(params, priors, "rivalry_region", ["rivalry", "region"])
    effects.walk(params, priors, "rivalry_walk", "rivalry")


def _declare_other(params: Params, priors: Priors) -> None:
    params["other_share"] = priors["other_share"].variable("other_share")
    effects.fixed_scale(params, priors, "other_kind", ["kind"], 1)
    effects.pooled(params, priors, "other_region", ["region"])
    effects.standardized(params, priors, "other_period", ["period"], 1)


def _intercept(priors: Priors, name: str, design: Design) -> Array:
    prior = priors[name]
    if not math.isnan(prior["mu"]):
        return prior.variable(name)
    return pm.Normal(name, mu=typical_log_rate(design, name), sigma=prior["sigma"])


def typical_log_rate(design: Design, name: str) -> float:
    """Centre of an intercept: log of the incidents known per author and cell.

    Only the order of magnitude is taken from the data: the prior is wide (sd 1.5), and
    effects that sum to zero on the log scale lie below the log of the mean.
    """
    if name == "rate_intercept":
        authors, share = len(design.names.organizations), 0.5
    else:
        authors, share = len(design.names.rivalries), 0.5
    known = max(int(design.every.count.sum()), 1)
    return float(np.log(share * known / (max(authors, 1) * max(len(design.cell_kind), 1)))) - 1.0


def log_rate(params: Params, design: Design, unknown: Array, engine: Engine) -> Array:
    """log μ, shape (author, region, period, kind).

    Parameters
    ----------
    unknown
        P(names nobody | author), shape (source, author); only the level of ``other`` uses it.
    """
    xp, names, axes = engine.xp, design.names, design.evidence.axes
    n_region, n_period, n_kind = len(axes.regions), len(axes.periods), len(axes.kinds)
    region = effects.effect(params, "rate_region", (n_region,), xp)
    period = effects.effect(params, "rate_period", (n_period,), xp, scaled=True)
    place = region[:, None, None] + period[:, None]
    blocks = []
    if names.organizations:
        blocks.append(_organizations(params, design, xp) + place[None])
    if names.has_other:
        blocks.append(_other(params, design, unknown, engine)[None])
    if names.rivalries:
        blocks.append(_rivalries(params, design, xp) + place[None])
    full = xp.concatenate(blocks, axis=0) + xp.zeros((1, n_region, n_period, n_kind))
    return xp.where(design.possible[:, None, :, None], full, IMPOSSIBLE)


def _organizations(params: Params, design: Design, xp: object) -> Array:
    axes, k = design.evidence.axes, len(design.names.organizations)
    n_region, n_period, n_kind = len(axes.regions), len(axes.periods), len(axes.kinds)
    level = params["rate_intercept"] + effects.effect(params, "rate_organization", (k,), xp)
    kind = effects.effect(params, "rate_kind", (n_kind,), xp)
    by_kind = effects.effect(params, "rate_organization_kind", (k, n_kind), xp)
    by_region = effects.effect(params, "rate_organization_region", (k, n_region), xp)
    path = effects.centred_walk(params, "rate_organization_walk", (k, n_period), xp)
    return (
        level[:, None, None, None]
        + (kind + by_kind)[:, None, None, :]
        + by_region[:, :, None, None]
        + path[:, None, :, None]
    )


def _rivalries(params: Params, design: Design, xp: object) -> Array:
    axes, d = design.evidence.axes, len(design.names.rivalries)
    n_region, n_period, n_kind = len(axes.regions), len(axes.periods), len(axes.kinds)
    level = params["rivalry_intercept"] + effects.effect(params, "rivalry_level", (d,), xp)
    kind = effects.effect(params, "rivalry_kind", (n_kind,), xp)
    by_region = effects.effect(params, "rivalry_region", (d, n_region), xp)
    path = effects.centred_walk(params, "rivalry_walk", (d, n_period), xp)
    return (
        level[:, None, None, None]
        + kind[None, None, None, :]
        + by_region[:, :, None, None]
        + path[:, None, :, None]
    )


def _other(params: Params, design: Design, unknown: Array, engine: Engine) -> Array:
    """log μ of ``other``, shape (region, period, kind)."""
    xp, axes = engine.xp, design.evidence.axes
    n_region, n_period, n_kind = len(axes.regions), len(axes.periods), len(axes.kinds)
    kind = effects.effect(params, "other_kind", (n_kind,), xp)
    region = effects.effect(params, "other_region", (n_region,), xp)
    period = effects.effect(params, "other_period", (n_period,), xp, scaled=True)
    level = _other_level(params, design, unknown, engine)
    return level + region[:, None, None] + period[:, None] + kind


def _other_level(params: Params, design: Design, unknown: Array, engine: Engine) -> Array:
    xp, names = engine.xp, design.names
    levels = []
    if k := len(names.organizations):
        deviation = effects.effect(params, "rate_organization", (k,), xp)
        levels.append(params["rate_intercept"] + deviation)
    if d := len(names.rivalries):
        deviation = effects.effect(params, "rivalry_level", (d,), xp)
        levels.append(params["rivalry_intercept"] + deviation)
    total = engine.logsumexp(xp.concatenate(levels), 0)
    mean = unknown.mean(axis=0)
    other = names.authors.index(OTHER)
    named = 0 if other else other + 1
    ratio = xp.log(mean[named]) - xp.log(mean[other])
    return total + ratio - params["other_share"]
