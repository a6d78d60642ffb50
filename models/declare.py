"""Parameters as PyMC's free variables, in the coordinates that the compiled density has."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.transforms import ZeroSumTransform

from ..data.arrays import Floats
from .design import Design
from .engine import PYTENSOR, Array, Params
from .parameters import Parameter
from .reach import Reach, of_reach
from .walls import REST, STRAIGHT


def declare(p: Parameter, params: Params, reach: Reach | None = None) -> Array:
    """Declare a parameter in the open PyMC model, after those that it depends on.

    Parameters
    ----------
    reach
        Of the sources, for shifted ones.
    """
    if p.distribution == "directions":
        return _directions(p, params)
    if p.distribution == "zero_sum":
        return _zero_sum(p, params)
    if reach is None:
        return _PYMC[p.distribution](p.name, **p.arguments, dims=p.dims or None)
    if p.distribution == "table":
        return _table(p, params, reach.place)
    if p.distribution == "sizes":
        return _sizes(p, reach.size)
    return pm.Deterministic(p.name, pm.Flat(p.free_name) - reach.place.mean())


def declare_reach(params: Params, listed: Mapping[str, Parameter], plan: Design) -> None:
    """Declare detection and its effect by region by how far each source reaches in each."""
    level, region = listed["detection"], listed["detection_region"]
    last = pm.Flat(level.free_name, shape=level.shape)[:, None]
    reach = pt.concatenate([pm.Flat(region.free_name, shape=region.free_shape), last], axis=1)
    of_source, of_place, volume = of_reach(reach, params, plan, PYTENSOR)
    params[level.name] = pm.Deterministic(level.name, of_source, dims=level.dims)
    params[region.name] = pm.Deterministic(region.name, of_place, dims=region.dims)
    prior = pm.Normal.dist(level.arguments["mu"], level.arguments["sigma"])
    law = pm.ZeroSumNormal.dist(sigma=region.arguments["sigma"], shape=region.shape)
    pm.Potential("detection_prior", pm.logp(prior, of_source).sum() + volume)
    pm.Potential("detection_region_prior", pm.logp(law, of_place).sum())


def _zero_sum(p: Parameter, params: Params) -> Array:
    """An effect as it is, or in units of a power of its scale."""
    sigma = params[p.scale] if p.scale else p.arguments["sigma"]
    law = {"dims": p.dims or None, "n_zerosum_axes": p.zero_sum_axes}
    if not p.unit:
        return pm.ZeroSumNormal(p.name, sigma=sigma, **law)
    factor = params[p.unit] ** p.arguments["power"]
    level = pm.ZeroSumNormal(p.free_name, sigma=sigma / factor, **law)
    return pm.Deterministic(p.name, level * factor, dims=p.dims)


def _directions(p: Parameter, params: Params) -> Array:
    """An effect by its coefficients along directions, in units of powers of its scale."""
    factor = params[p.unit] ** p.arguments["power"][..., :-1]
    level = pm.Normal(p.free_name, sigma=1.0 / factor, shape=p.free_shape)
    own = level * factor
    own = own if p.zero_sum_axes == 1 else ZeroSumTransform.extend_axis(own, axis=0)
    return pm.Deterministic(p.name, pt.dot(own, p.arguments["basis"].T), dims=p.dims)


def _sizes(p: Parameter, shift: Array) -> Array:
    """The reported sizes as if they had the prior, and the difference put right."""
    sigma, dims = p.arguments["sigma"], p.dims
    level = pm.ZeroSumNormal(p.free_name, sigma=sigma, dims=dims)
    effect = level - shift
    pm.Potential(f"{p.name}_prior", 0.5 * (level**2 - effect**2).sum() / sigma**2)
    return pm.Deterministic(p.name, effect, dims=dims)


def _table(p: Parameter, params: Params, reach: Array) -> Array:
    """Effect and weighted coarser ones in one; the effect is what these leave."""
    coarser = reach
    for one in p.around:
        value = params[one.name]
        coarser = coarser + (value[:, None] if one.dims == p.dims[:1] else value)
    weight, sigma = p.arguments["weight"], params[p.scale]
    shift = weight * coarser
    level = pm.Normal(p.free_name, mu=shift, sigma=sigma**weight, dims=p.dims)
    straight = (level - shift) * sigma ** (1.0 - weight)
    return pm.Deterministic(p.name, _bent(p, straight, coarser, sigma), dims=p.dims)


def _bent(p: Parameter, straight: Array, coarser: Array, sigma: Array) -> Array:
    """Bend the deviations of cells with a wall (``walls``), and put right what they were."""
    at = np.nonzero(np.isfinite(p.arguments["wall"]))
    if not len(at[0]):
        return straight
    base, own = (coarser + np.zeros(p.shape))[at] + p.arguments["wall"][at], straight[at]
    reported, log_slope = _log_reported(own + base)
    bent = reported - base
    change = 0.5 * (own**2 - bent**2) / sigma**2 + log_slope
    pm.Potential(f"{p.name}_prior", change.sum())
    return pt.set_subtensor(straight[at], bent)


def _log_reported(y: Array) -> tuple[Array, Array]:
    """``walls.log_reported`` and the log of its slope."""
    far = y < -STRAIGHT
    near = pt.where(far, 0.0, y)
    n = pt.softplus(near)
    log_slope = pt.log(pt.sigmoid(near)) + pt.log(1.0 / n + REST)
    return pt.where(far, y, pt.log(n) + REST * n), pt.where(far, 0.0, log_slope)


def _rayleigh(name: str, sigma: Floats, dims: tuple[str, ...] | None) -> Array:
    return pm.Weibull(name, alpha=2.0, beta=np.sqrt(2.0) * sigma, dims=dims)


_PYMC: dict[str, Any] = {
    "normal": pm.Normal,
    "halfnormal": pm.HalfNormal,
    "lognormal": pm.LogNormal,
    "rayleigh": _rayleigh,
    "beta": pm.Beta,
    "dirichlet": pm.Dirichlet,
}
