"""The families that parameters come in: independent levels, zero-sum effects, tables, walks."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats
from .parameters import Parameter, Sizes
from .prior_table import Prior
from .priors import Priors


def simple(
    name: str, prior: Prior, dims: Sequence[str] = (), sizes: Sizes | None = None
) -> Parameter:
    """A parameter with independent levels."""
    arguments = {key: np.asarray(float(value)) for key, value in prior.parameters.items()}
    return Parameter(name, prior.distribution, tuple(dims), _shape(dims, sizes), arguments)


def shares(name: str, laws: Sequence[Prior], dim: str) -> Parameter:
    """Independent shares, a beta prior for each level of a dim."""
    arguments = {key: np.array([float(law[key]) for law in laws]) for key in ("alpha", "beta")}
    return Parameter(name, "beta", (dim,), (len(laws),), arguments)


def pooled(
    name: str, priors: Priors, dims: Sequence[str], sizes: Sizes, weight: float = 1.0
) -> list[Parameter]:
    r"""A zero-sum effect, centred unless ``weight`` is below 1, with a scale of its own.

    .. math:: x \sim \mathrm{ZeroSumNormal}(\sigma), \quad \sigma \sim \text{prior}

    Zero-sum over every dim; none where a dim has one level. Centred, because the effects
    declared so are those that many incidents inform: 31 against 151 and more leapfrog steps
    in the prototype; its scale's prior keeps away from the funnel at zero.
    """
    if _trivial(dims, sizes):
        return []
    scale = simple(f"{name}_scale", priors[f"{name}_scale"])
    effect = Parameter(
        name, "zero_sum", tuple(dims), _shape(dims, sizes), {}, scale.name, len(dims)
    )
    return [scale, _in_units(effect, scale.name, 1.0 - np.asarray(weight))]


class Cells(NamedTuple):
    """How the cells of a table, an author in a region, are sampled: shape (author, region) each.

    Attributes
    ----------
    wall
        Of a cell without a named incident: log of how many would be reported with a name, were its
        log rate plus the log reach 0 wherever somebody looks (``walls``); -inf of a cell that has
        incidents, or of which nobody could have told.
    weight
        n / (n + 1) after n incidents.
    """

    wall: Floats
    weight: Floats


def table(
    name: str,
    priors: Priors,
    dims: Sequence[str],
    around: Sequence[Parameter],
    cells: Cells,
    sizes: Sizes,
) -> list[Parameter]:
    r"""A table of deviations from coarser effects, each a normal with one scale.

    .. math:: b_{kr} \sim N(0, \sigma), \quad \sigma \sim \text{prior}

    Most cells of such a table are empty and a few hold nearly all incidents: wars are local.
    Zero-sum deviations tie the full cells to the empty ones, and the sampler needed 359
    leapfrog steps on the UCDP events of Mexico (docs/evidence/geometry.md). ``cells`` says
    how far each is its own master, and where those without a report have their wall.
    """
    if _trivial(dims[-1:], sizes):
        return []
    scale = simple(f"{name}_scale", priors[f"{name}_scale"])
    effect = Parameter(
        name, "table", tuple(dims), _shape(dims, sizes), cells._asdict(), scale.name,
        around=tuple(around),
    )  # fmt: skip
    return [scale, effect]


def standardized(
    name: str,
    priors: Priors,
    dims: Sequence[str],
    axes: int,
    sizes: Sizes,
    weight: Floats | float = 0.0,
) -> list[Parameter]:
    r"""A zero-sum effect in units of its scale, for effects that few data inform.

    .. math:: b = \sigma x, \quad x \sim \mathrm{ZeroSumNormal}(1), \quad \sigma \sim \text{prior}

    The parameter is x. Levels that many incidents inform fix σx, not x: ``weight``, which
    broadcasts to the shape and is one number for all levels that sum to zero, says how far x
    is sampled as that product (``centring.weights``). It changes no density.
    """
    if _trivial(dims[-axes:], sizes):
        return []
    scale = simple(f"{name}_scale", priors[f"{name}_scale"])
    effect = _zero_sum(name, 1.0, dims, axes, sizes)
    return [scale, _in_units(effect, scale.name, -np.asarray(weight))]


def _in_units(effect: Parameter, scale: str, power: Floats) -> Parameter:
    """Sample an effect in units of a power of a scale; as it is where the power is 0."""
    if not power.any():
        return effect
    return replace(effect, unit=scale, arguments={**effect.arguments, "power": power})


def fixed_scale(
    name: str, priors: Priors, dims: Sequence[str], axes: int, sizes: Sizes
) -> list[Parameter]:
    """A zero-sum effect whose scale its prior states; ``axes`` trailing dims sum to zero."""
    if _trivial(dims[-axes:], sizes):
        return []
    return [_zero_sum(name, priors[name]["sigma"], dims, axes, sizes)]


def walk(name: str, priors: Priors, level: str, sizes: Sizes, months: float) -> list[Parameter]:
    """Steps of random walks over periods, in units of their scale, zero-sum over ``level``.

    The scale's prior speaks of a month; a step over ``months`` is √months as large.
    """
    if not sizes["step"]:
        return []
    scale = simple(f"{name}_scale", priors[f"{name}_scale"].scaled(math.sqrt(months)))
    dims = ("step", level)
    if sizes[level] > 1:
        return [scale, _zero_sum(name, 1.0, dims, 1, sizes)]
    unit = Prior("normal", {"mu": 0.0, "sigma": 1.0})
    return [scale, simple(name, unit, dims, sizes)]


def _zero_sum(name: str, sigma: float, dims: Sequence[str], axes: int, sizes: Sizes) -> Parameter:
    arguments = {"sigma": np.asarray(float(sigma))}
    return Parameter(name, "zero_sum", tuple(dims), _shape(dims, sizes), arguments, "", axes)


def _shape(dims: Sequence[str], sizes: Sizes | None) -> tuple[int, ...]:
    return tuple(sizes[dim] for dim in dims) if sizes else ()


def _trivial(dims: Sequence[str], sizes: Sizes) -> bool:
    return any(sizes[dim] < 2 for dim in dims)
