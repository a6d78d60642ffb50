r"""The score: a published rubric applied to what happened.

.. math::
    \theta_k = \sum_{\text{kind}} w \sum_{\text{class}} m \sum_{\text{size}} L\, n

n is victims or incidents by the kind's unit, L the multiplier of large events.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from ..data.errors import InputError
from ..data.rubric import Rubric
from ..data.world import SIZE_EDGES, SIZES

UNITS = ("victims", "incidents")


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
    return _applied({unit: realized[unit] for unit in UNITS}, rubric)


def score_places(realized: xr.Dataset, rubric: Rubric) -> xr.DataArray:
    """Apply a rubric to what happened in each region, whoever of the roster did it.

    The roster's organizations together; violence of ``other`` is in no region's score.

    Returns
    -------
    ``score`` (chain, draw, region), in points of the rubric: over all regions it adds up to
    the sum over the roster's organizations of what ``score`` gives.

    Raises
    ------
    InputError
        As ``score``.
    """
    return _applied({unit: realized[f"{unit}_by_place"] for unit in UNITS}, rubric)


def _applied(counts: Mapping[str, xr.DataArray], rubric: Rubric) -> xr.DataArray:
    """Weigh counts by unit kind by kind, so that only one kind's are held as floats at once."""
    some = counts[UNITS[0]]
    names = [str(name) for name in some["kind"].to_numpy()]
    known = {kind.id: kind for kind in rubric.kinds}
    if strange := sorted(set(names) - set(known)):
        raise InputError([f"kind {kind!r} is not in rubric {rubric.id!r}" for kind in strange])
    multipliers = _multipliers(some, rubric)
    nothing = some.isel(victim_class=0, size=0, drop=True).sum("kind")
    value = xr.zeros_like(nothing, dtype=float)
    for name in names:
        counted = counts[known[name].unit].sel(kind=name, drop=True)
        value = value + known[name].weight * xr.dot(counted, multipliers)
    return value.rename("score")


def _multipliers(counts: xr.DataArray, rubric: Rubric) -> xr.DataArray:
    """What class and size multiply by, dims (victim_class, size)."""
    if rubric.large_victims not in SIZE_EDGES:
        at, edges = rubric.large_victims, ", ".join(str(edge) for edge in SIZE_EDGES[2:])
        problem = f"large events begin at {at} dead, inside a size bin; choices: {edges}"
        raise InputError([f"rubric {rubric.id!r}: {problem}"])
    names = [str(name) for name in counts["victim_class"].to_numpy()]
    large = np.where(np.array(SIZE_EDGES) >= rubric.large_victims, rubric.large_multiplier, 1.0)
    by_class = np.array([rubric.victim_classes.get(name, 1.0) for name in names])
    return xr.DataArray(
        np.outer(by_class, large),
        dims=("victim_class", "size"),
        coords={"victim_class": names, "size": list(SIZES)},
    )
