r"""The score: a published rubric applied to what happened.

.. math::
    \theta_k = \sum_{\text{kind}} w \sum_{\text{class}} m \sum_{\text{size}} L\, n

n is victims or incidents by the kind's unit, L the multiplier of large events.
"""

import numpy as np
import xarray as xr

from ..data.errors import InputError
from ..data.rubric import Rubric
from ..data.world import SIZE_EDGES, SIZES


def score(realized: xr.Dataset, rubric: Rubric) -> xr.DataArray:
    """Apply a rubric to realized counts; no refit and no new draw is needed.

    Parameters
    ----------
    realized
        As ``realize`` gives it.
    rubric
        Any rubric that knows the kinds; a victim class that it does not know counts once.

    Returns
    -------
    ``score`` (chain, draw, organization), in points of the rubric.

    Raises
    ------
    InputError
        Where a kind is not in the rubric, or its large events begin inside a size bin.
    """
    names = [str(name) for name in realized["kind"].to_numpy()]
    known = {kind.id: kind for kind in rubric.kinds}
    if strange := sorted(set(names) - set(known)):
        raise InputError([f"kind {kind!r} is not in rubric {rubric.id!r}" for kind in strange])
    value = 0.0
    for unit in ("victims", "incidents"):
        weight = [known[n].weight * (known[n].unit == unit) for n in names]
        weights = xr.DataArray(weight, dims="kind", coords={"kind": names})
        value = value + xr.dot(realized[unit], weights * _multipliers(realized, rubric))
    return xr.DataArray(value, name="score")


def _multipliers(realized: xr.Dataset, rubric: Rubric) -> xr.DataArray:
    """What class and size multiply by, dims (victim_class, size)."""
    if rubric.large_victims not in SIZE_EDGES:
        at, edges = rubric.large_victims, ", ".join(str(edge) for edge in SIZE_EDGES[2:])
        problem = f"large events begin at {at} dead, inside a size bin; choices: {edges}"
        raise InputError([f"rubric {rubric.id!r}: {problem}"])
    names = [str(name) for name in realized["victim_class"].to_numpy()]
    large = np.where(np.array(SIZE_EDGES) >= rubric.large_victims, rubric.large_multiplier, 1.0)
    by_class = np.array([rubric.victim_classes.get(name, 1.0) for name in names])
    return xr.DataArray(
        np.outer(by_class, large),
        dims=("victim_class", "size"),
        coords={"victim_class": names, "size": list(SIZES)},
    )
