"""Declaring the effects that all parts share: zero-sum, pooled, random walks."""

from collections.abc import Sequence
from typing import Any

import pymc as pm

from .engine import Array, Params
from .priors import Priors


def pooled(params: Params, priors: Priors, name: str, dims: Sequence[str]) -> None:
    """Declare a zero-sum effect, centred, with a scale of its own.

    .. math:: x \\sim \\mathrm{ZeroSumNormal}(\\sigma), \\quad \\sigma \\sim \\text{prior}

    Zero-sum over every dim; no effect at all where a dim has one level. Centred, because
    the effects declared so are those that many incidents inform: 151 against 31 leapfrog
    steps in the prototype, and its scale's prior keeps away from the funnel at zero.
    """
    if _trivial(dims):
        return
    params[f"{name}_scale"] = sigma = priors[f"{name}_scale"].variable(f"{name}_scale")
    params[name] = pm.ZeroSumNormal(name, sigma=sigma, dims=tuple(dims), n_zerosum_axes=len(dims))


def standardized(params: Params, priors: Priors, name: str, dims: Sequence[str], axes: int) -> None:
    """Declare a zero-sum effect in units of its scale: for effects that few data inform.

    ``axes`` trailing dims sum to zero.
    """
    if _trivial(dims[-axes:]):
        return
    params[f"{name}_scale"] = priors[f"{name}_scale"].variable(f"{name}_scale")
    params[name] = pm.ZeroSumNormal(name, sigma=1.0, dims=tuple(dims), n_zerosum_axes=axes)


def fixed_scale(params: Params, priors: Priors, name: str, dims: Sequence[str], axes: int) -> None:
    """Declare a zero-sum effect whose scale its prior states; ``axes`` trailing dims sum to 0."""
    if _trivial(dims[-axes:]):
        return
    params[name] = pm.ZeroSumNormal(
        name, sigma=priors[name]["sigma"], dims=tuple(dims), n_zerosum_axes=axes
    )


def walk(params: Params, priors: Priors, name: str, level: str) -> None:
    """Declare the steps of random walks over periods, zero-sum over ``level`` (one walk each).

    The steps are declared in units of their scale.
    """
    if not _levels("step"):
        return
    params[f"{name}_scale"] = priors[f"{name}_scale"].variable(f"{name}_scale")
    if _levels(level) > 1:
        params[name] = pm.ZeroSumNormal(name, sigma=1.0, dims=("step", level))
    else:
        params[name] = pm.Normal(name, dims=("step", level))


def centred_walk(params: Params, name: str, shape: tuple[int, int], xp: Any) -> Array:
    """Give walks that start anywhere and average to zero over the periods.

    Returns
    -------
    Shape (level, period) for ``shape`` = (level, period).
    """
    if name not in params:
        return xp.zeros(shape)
    steps = params[f"{name}_scale"] * params[name]
    path = xp.concatenate([xp.zeros((1, shape[0])), xp.cumsum(steps, axis=0)], axis=0)
    return (path - path.mean(axis=0, keepdims=True)).T


def effect(params: Params, name: str, shape: tuple[int, ...], xp: Any, scaled: bool = False) -> Array:
    """An effect, or zeros of ``shape`` where the model has none."""
    if name not in params:
        return xp.zeros(shape)
    return params[f"{name}_scale"] * params[name] if scaled else params[name]


def _levels(dim: str) -> int:
    return len(pm.modelcontext(None).coords[dim])


def _trivial(dims: Sequence[str]) -> bool:
    return any(_levels(dim) < 2 for dim in dims)


