"""Draws of a posterior, cut down to an evidence of fewer sources and all else alike."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ..data.errors import ModelError
from . import attribution
from .design import Design
from .engine import NUMPY, Params

FEWER = (
    "source", "lister", "grouped", "source_type", "silenced_type", "informant_type", "delayed",
    "group",
)  # fmt: skip
"""Dims of which an evidence may have fewer levels than a posterior: the rest is as it was."""


def draw(posterior: xr.Dataset, chain: int, number: int, plan: Design | None = None) -> Params:
    """One draw of every variable of a posterior, as plain arrays by name.

    Parameters
    ----------
    posterior
        As ``inference.fit.sample`` gives it, with the names of all levels.
    chain, number
        Which draw, by position.
    plan
        Design of the evidence that the draw is meant for: what ``without(source=...)`` leaves
        out is left out here too. Default: the one that was fitted.

    Raises
    ------
    ModelError
        As ``fitted``.
    """
    one = posterior.isel(chain=chain, draw=number)
    one = one if plan is None else fitted(one, plan)
    return {str(name): np.asarray(value.to_numpy()) for name, value in one.data_vars.items()}


def fitted(posterior: xr.Dataset, plan: Design) -> xr.Dataset:
    """Cut draws down to the levels of a design, which may have fewer sources.

    A variable of which no level is left (of the copying of a group that is gone) is left out.
    The share of ``other`` is of what the sources there are leave unattributed: of fewer, the same
    violence is another share.

    Raises
    ------
    ModelError
        Where the design has a source that was not fitted, or other organizations: without one
        of them its violence is that of ``other``, which no draw of this posterior says.
    """
    check_levels(posterior, plan.coords)
    named = [dim for dim in FEWER if dim in posterior.dims and dim in posterior.coords]
    fewer = [dim for dim in named if posterior[dim].to_numpy().tolist() != plan.coords[dim]]
    cut = posterior.sel({dim: plan.coords[dim] for dim in fewer})
    if "source" in fewer and "other_share" in cut:
        left = _unattributed_ratio(cut) - _unattributed_ratio(posterior)
        cut["other_share"] = cut["other_share"] + left
    return cut[[name for name, value in cut.data_vars.items() if value.size]]


def _unattributed_ratio(draws: xr.Dataset) -> xr.DataArray:
    """log ū − log ū of ``other``, by which a share of ``other`` is a level: see ``rates``."""
    names = [name for name in ("unknown", "unknown_other", "claim_nobody") if name in draws]
    unnamed = draws[names].transpose(..., "source")
    params = {str(name): value.to_numpy() for name, value in unnamed.data_vars.items()}
    own, of_other = attribution.unattributed(params, NUMPY)
    return draws["other_share"].copy(data=np.log(own / of_other))


def check_levels(draws: xr.Dataset, coords: Mapping[str, Sequence[str]]) -> None:
    """Refuse a design whose levels draws have not, or have not alone.

    Raises
    ------
    ModelError
        One sentence, of the first dim that differs.
    """
    named = (str(dim) for dim in draws.dims if dim in coords and dim in draws.coords)
    for dim in named:
        fitted, asked = set(draws[dim].to_numpy().tolist()), set(coords[dim])
        differs = asked - fitted if dim in FEWER else asked ^ fitted
        if differs:
            raise ModelError(
                f"{dim} {', '.join(sorted(differs))}: in the fit or in this evidence, not in both; "
                "fit this evidence anew"
            )
