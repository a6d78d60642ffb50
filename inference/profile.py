r"""What the likelihood says of a parameter alone: its profile.

The profile of the likelihood of a parameter c is its top over all other parameters, which no prior
holds. It falls off as a normal law with

.. math::
    s_c^2 = [T J^{-1} T^\top]_{cc}

J the Fisher information (``models.information``) in the middle of the posterior, T the ways in
which the parameters can go there: their own axes, contrasts where they sum to a constant. Where the
likelihood is flat in a direction, s is large: each direction has the precision ``FLAT``, in units
of the posterior's. A scale of effects is never in the likelihood but through them, so that alone it
says nothing of one.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.linalg import eigh, helmert

from ..models import information
from ..models.density import Density
from ..models.engine import Floats
from ..models.parameters import Parameter
from .fit import flatten

FLAT = 1e-3
"""Precision that every direction has, in units of the posterior's: as good as none."""


def profiles(target: Density, posterior: xr.Dataset) -> xr.Dataset:
    """Standard deviation of each parameter's profile likelihood, by their names and dims.

    Parameters
    ----------
    posterior
        Draws of every parameter; the profile is taken at their mean.
    """
    draws = flatten(posterior, target.parameters)
    flat = draws.reshape(-1, draws.shape[-1])
    ways = directions(target.parameters, flat)
    found = profile_sd(information.root(target, flat.mean(axis=0), ways), ways)
    by_name = target.unpack(found)
    made = {p.name: posterior[p.name].isel(chain=0, draw=0, drop=True) for p in target.parameters}
    return xr.Dataset({name: one.copy(data=by_name[name]) for name, one in made.items()})


def profile_sd(root: Floats, ways: Floats) -> Floats:
    """s of every constrained value, shape (constrained,).

    Parameters
    ----------
    root
        R with R Rᵀ = J, shape (direction, observation).
    ways
        T, as long as the posterior's standard deviations: (direction, constrained).
    """
    precision, axes = eigh(root @ root.T)
    along = axes.T @ ways
    return np.asarray(np.sqrt((along**2 / (np.maximum(precision, 0.0) + FLAT)[:, None]).sum(0)))


def directions(parameters: Sequence[Parameter], draws: Floats) -> Floats:
    """The ways that are open, each as long as the draws scatter: (direction, constrained)."""
    result, position = np.zeros((0, draws.shape[1])), 0
    for p in parameters:
        contrasts = _contrasts(p)
        size = contrasts.shape[1]
        own = draws[:, position : position + size]
        rows = np.zeros((len(contrasts), draws.shape[1]))
        rows[:, position : position + size] = contrasts * (own @ contrasts.T).std(axis=0)[:, None]
        result, position = np.concatenate([result, rows]), position + size
    return result


def _contrasts(parameter: Parameter) -> Floats:
    """Orthonormal directions of one parameter, shape (free, constrained)."""
    result = np.eye(1)
    for n, free in zip(parameter.shape, parameter.free_shape, strict=True):
        result = np.kron(result, np.eye(n) if free == n else helmert(n))
    return result
