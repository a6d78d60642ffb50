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
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.attribution import OTHER
from . import effects
from .design import Design
from .engine import Array, Engine, Params
from .parameters import Parameter, Sizes, fixed_scale, pooled, simple, standardized, walk
from .priors import Prior, Priors

IMPOSSIBLE = -700.0
"""log μ of an author outside its dates: e^-700 counts for nothing and has no NaN gradient."""


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the rates' parameters."""
    sizes = design.sizes
    k = "organization"
    return [
        _intercept(priors, "rate_intercept", design),
        *fixed_scale("rate_kind", priors, ["kind"], 1, sizes),
        *pooled("rate_region", priors, ["region"], sizes),
        *standardized("rate_period", priors, ["period"], 1, sizes),
        *pooled("rate_organization", priors, [k], sizes),
        *pooled("rate_organization_kind", priors, [k, "kind"], sizes),
        *pooled("rate_organization_region", priors, [k, "region"], sizes),
        *walk("rate_organization_walk", priors, k, sizes),
        *(_rivalry_parameters(priors, design) if design.names.rivalries else []),
        *(_other_parameters(priors, sizes) if design.names.has_other else []),
    ]


def _rivalry_parameters(priors: Priors, design: Design) -> list[Parameter]:
    sizes = design.sizes
    return [
        _intercept(priors, "rivalry_intercept", design),
        *fixed_scale("rivalry_kind", priors, ["kind"], 1, sizes),
        *pooled("rivalry_level", priors, ["rivalry"], sizes),
        *pooled("rivalry_region", priors, ["rivalry", "region"], sizes),
        *walk("rivalry_walk", priors, "rivalry", sizes),
    ]


def _other_parameters(priors: Priors, sizes: Sizes) -> list[Parameter]:
    return [
        simple("other_share", priors["other_share"]),
        *fixed_scale("other_kind", priors, ["kind"], 1, sizes),
        *pooled("other_region", priors, ["region"], sizes),
        *standardized("other_period", priors, ["period"], 1, sizes),
    ]


def _intercept(priors: Priors, name: str, design: Design) -> Parameter:
    prior = priors[name]
    if math.isnan(prior["mu"]):
        centre = typical_log_rate(design, name)
        prior = Prior("normal", {"mu": centre, "sigma": prior["sigma"]})
    return simple(name, prior)


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


@dataclass(frozen=True)
class LogRate:
    """log μ in parts that add up: no part knows more than two axes.

    Attributes
    ----------
    region
        Shape (author, region).
    period
        Shape (author, period); IMPOSSIBLE is added outside an author's dates.
    kind
        Shape (author, kind), with the author's level.
    """

    region: Array
    period: Array
    kind: Array

    @property
    def full(self) -> Array:
        """log μ, shape (author, region, period, kind)."""
        region, period, kind = self.region, self.period, self.kind
        return region[:, :, None, None] + period[:, None, :, None] + kind[:, None, None, :]


def log_rate(params: Params, design: Design, unknown: Array, engine: Engine) -> LogRate:
    """Work out log μ.

    Parameters
    ----------
    unknown
        P(names nobody | author), shape (source, author); only the level of ``other`` uses it.
    """
    xp, names = engine.xp, design.names
    blocks = [_organizations(params, design, xp)]
    if names.has_other:
        blocks.append(_other(params, design, unknown, engine))
    if names.rivalries:
        blocks.append(_rivalries(params, design, xp))
    region, period, kind = (
        xp.concatenate([getattr(block, part) for block in blocks], axis=0)
        for part in ("region", "period", "kind")
    )
    return LogRate(region, period + np.where(design.possible, 0.0, IMPOSSIBLE), kind)


def _organizations(params: Params, design: Design, xp: Any) -> LogRate:
    n, k = design.sizes, len(design.names.organizations)
    level = params["rate_intercept"] + effects.effect(params, "rate_organization", (k,), xp)
    by_kind = effects.effect(params, "rate_organization_kind", (k, n["kind"]), xp)
    by_region = effects.effect(params, "rate_organization_region", (k, n["region"]), xp)
    path = effects.centred_walk(params, "rate_organization_walk", (k, n["period"]), xp)
    return LogRate(
        region=effects.effect(params, "rate_region", (n["region"],), xp) + by_region,
        period=effects.scaled(params, "rate_period", (n["period"],), xp) + path,
        kind=level[:, None] + effects.effect(params, "rate_kind", (n["kind"],), xp) + by_kind,
    )


def _rivalries(params: Params, design: Design, xp: Any) -> LogRate:
    n, d = design.sizes, len(design.names.rivalries)
    level = params["rivalry_intercept"] + effects.effect(params, "rivalry_level", (d,), xp)
    by_region = effects.effect(params, "rivalry_region", (d, n["region"]), xp)
    path = effects.centred_walk(params, "rivalry_walk", (d, n["period"]), xp)
    return LogRate(
        region=effects.effect(params, "rate_region", (n["region"],), xp) + by_region,
        period=effects.scaled(params, "rate_period", (n["period"],), xp) + path,
        kind=level[:, None] + effects.effect(params, "rivalry_kind", (n["kind"],), xp),
    )


def _other(params: Params, design: Design, unknown: Array, engine: Engine) -> LogRate:
    xp, n = engine.xp, design.sizes
    level = _other_level(params, design, unknown, engine)
    return LogRate(
        region=effects.effect(params, "other_region", (n["region"],), xp)[None],
        period=effects.scaled(params, "other_period", (n["period"],), xp)[None],
        kind=(level + effects.effect(params, "other_kind", (n["kind"],), xp))[None],
    )


def _other_level(params: Params, design: Design, unknown: Array, engine: Engine) -> Array:
    xp, names = engine.xp, design.names
    k = len(names.organizations)
    deviation = effects.effect(params, "rate_organization", (k,), xp)
    levels = [params["rate_intercept"] + deviation]
    if d := len(names.rivalries):
        deviation = effects.effect(params, "rivalry_level", (d,), xp)
        levels.append(params["rivalry_intercept"] + deviation)
    total = engine.logsumexp(xp.concatenate(levels), 0)
    mean = unknown.mean(axis=0)
    ratio = xp.log(mean[0]) - xp.log(mean[names.authors.index(OTHER)])
    return total + ratio - params["other_share"]
