r"""What the data say of a parameter alone: the profile of their likelihood.

The profile of a parameter c is the top of the likelihood over all other parameters, of which
nothing is believed beforehand but that deviations (of regions, of organizations, …) follow their
law of mean zero, as in a mixed model: else no level could be told from its deviations. With scales
of deviations where the posterior has them, it falls off as a normal law of precision

.. math::
    \frac{1}{[W (J + \Lambda)^{-1} W^\top]_{cc}} - \lambda_c

J the Fisher information of the data (``models.information``) in the middle of the posterior, Λ the
precision of the deviations' laws, :math:`\lambda_c` what c's own adds to it, and W the ways in
which the parameters can go there: their own axes, contrasts where they sum to a constant. Where
nothing is told each direction has ``OPEN``, a precision that is as good as none.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.linalg import eigh, helmert

from ..data.arrays import Floats
from ..models import information
from ..models.density import Density
from ..models.parameters import Parameter
from .params_of import flatten

OPEN = 1e-5
"""In units of the posterior's precision. Along a ridge through n parameters it is up to n times as
much, and the differences that J is made of are off by less."""


def profiles(target: Density, posterior: xr.Dataset) -> xr.Dataset:
    """Precision of each parameter's profile, by their names and dims; NaN where none is asked for.

    That is of scales of deviations, of what does not vary in the posterior, and of all where a
    draw is no number.

    Parameters
    ----------
    posterior
        Draws of every parameter; the profile is taken at their mean.
    """
    draws = flatten(posterior, target.parameters)
    flat = draws.reshape(-1, draws.shape[-1])
    found = np.full(flat.shape[1], np.nan)
    if np.isfinite(flat).all():
        middle = flat.mean(axis=0)
        law = deviation_precision(target, middle)
        ways = directions(target, flat)
        root = information.root(target, middle, ways)
        if np.isfinite(root).all():
            found = precision(root, ways, law)
    by_name = target.unpack(found)
    made = {p.name: posterior[p.name].isel(chain=0, draw=0, drop=True) for p in target.parameters}
    return xr.Dataset({name: one.copy(data=by_name[name]) for name, one in made.items()})


def precision(root: Floats, ways: Floats, law: Floats) -> Floats:
    """Precision of the profile of every constrained value, NaN where no way changes it.

    Parameters
    ----------
    root
        R with R Rᵀ = J, shape (direction, observation).
    ways
        W, as long as the posterior's standard deviations: (direction, constrained).
    law
        Precision of the law of deviations, 0 of what is none: (constrained,).
    """
    of_law = (ways**2 * law).sum(axis=1)
    found, axes = eigh(root @ root.T + np.diag(of_law))
    whole = _along(axes.T @ ways, np.maximum(found, 0.0) + OPEN)
    own = _along(ways, of_law + OPEN)
    moves = (ways != 0.0).any(axis=0)
    return np.where(moves, np.maximum(1.0 / whole - 1.0 / own, 0.0), np.nan)


def _along(ways: Floats, found: Floats) -> Floats:
    """Variance of every constrained value, 1 of what no way changes."""
    variance = np.asarray((ways**2 / found[:, None]).sum(axis=0))
    return np.where(variance > 0.0, variance, 1.0)


def scales(parameters: Sequence[Parameter]) -> dict[str, str]:
    """Name of the scale of each deviation, which ``models.families`` calls after it."""
    names = {p.name for p in parameters}
    return {name: f"{name}_scale" for name in names if f"{name}_scale" in names}


def deviation_precision(target: Density, values: Floats) -> Floats:
    """Precision of the law of each deviation at these values, 0 of what is none: (constrained,)."""
    deviate, at = scales(target.parameters), target.starts
    result = np.zeros(len(values))
    for p in target.parameters:
        if p.name in deviate:
            centred = float(values[at[p.scale]][0]) if p.scale else 1.0
            result[at[p.name]] = centred**-2.0
    return result


def directions(target: Density, draws: Floats) -> Floats:
    """The ways that are open, each as long as the draws scatter: (direction, constrained).

    Scales of deviations are held.
    """
    held, rows = set(scales(target.parameters).values()), []
    for p in target.parameters:
        if p.name not in held:
            at, contrasts = target.starts[p.name], _contrasts(p)
            row = np.zeros((len(contrasts), draws.shape[1]))
            row[:, at] = contrasts * (draws[:, at] @ contrasts.T).std(axis=0)[:, None]
            rows.append(row)
    found = np.concatenate(rows)
    return np.asarray(found[(found != 0.0).any(axis=1)])


def _contrasts(parameter: Parameter) -> Floats:
    """Orthonormal directions of one parameter, shape (free, constrained)."""
    result = np.eye(1)
    for n, free in zip(parameter.shape, parameter.free_shape, strict=True):
        result = np.kron(result, np.eye(n) if free == n else helmert(n))
    return result
