r"""What the likelihood says of a parameter alone: the curvature of its profile.

The profile of the likelihood of a parameter c is its top over all other parameters, which no prior
holds. Near the middle of the posterior it falls off as a normal law with

.. math::
    s_c^2 = [G J^{-1} G^\top]_{cc}, \qquad J = -\nabla^2 \log L, \quad G = \partial c / \partial x,

x the unconstrained values. Where the likelihood is flat in a direction, or bends the other way as
it can far from its top, s is large: the direction is given the precision ``FLAT``, in units of
the posterior's. A scale of effects is never in the likelihood but through them, so that alone it
says nothing of one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from scipy.linalg import eigh

from ..models.density import Density
from ..models.engine import Floats
from ..models.likelihood_slope import likelihood_slope

STEP = 1e-4
"""Of the differences, in standard deviations of the posterior."""
FLAT = 1e-3
"""Least precision of a direction, in units of the posterior's: as good as none."""


def profiles(target: Density, unconstrained: xr.Dataset) -> xr.Dataset:
    """Standard deviation of each parameter's profile likelihood.

    Parameters
    ----------
    unconstrained
        ``middle`` and ``spread`` of the posterior's unconstrained values, dim ``free``.

    Returns
    -------
    A variable a parameter, dims as the posterior has them; none of a fit by a sampler that gives no
    unconstrained values.
    """
    if "middle" not in unconstrained:
        return xr.Dataset()
    middle, spread = (unconstrained[name].to_numpy() for name in ("middle", "spread"))
    found = profile_sd(lambda x: likelihood_slope(target, x), target.constrain, middle, spread)
    by_name, coords = target.unpack(found), target.design.coords
    made = xr.Dataset({p.name: (p.dims, by_name[p.name]) for p in target.parameters})
    return made.assign_coords({dim: list(coords[dim]) for dim in made.dims if dim in coords})


def profile_sd(
    slope: Callable[[Floats], Floats],
    constrain: Callable[[Floats], Floats],
    middle: Floats,
    spread: Floats,
) -> Floats:
    """s of every constrained value, shape (constrained,).

    Parameters
    ----------
    slope
        Gradient of log L in the unconstrained values.
    constrain
        Constrained values of unconstrained ones.
    middle, spread
        Where, and the posterior's standard deviations there; shape (free,).
    """
    bent = -_differences(slope, middle, spread) * spread
    precision, directions = eigh(0.5 * (bent + bent.T))
    along = _differences(constrain, middle, spread).T @ directions
    return np.asarray(np.sqrt((along**2 / np.maximum(precision, FLAT)).sum(axis=1)))


def _differences(function: Callable[[Floats], Floats], at: Floats, spread: Floats) -> Any:
    """Change of a function with each value, by its standard deviation: (value, of the function)."""
    steps = STEP * np.diag(spread)
    return np.array([(function(at + h) - function(at - h)) / (2.0 * STEP) for h in steps])
