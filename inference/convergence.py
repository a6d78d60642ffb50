"""Convergence of every quantity as a table, with the words by which the public reads of it."""

from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from . import chains
from .ranks import axis_of
from .sentences import Sentence

NAMELESS = frozenset(
    {"region", "period", "step", "kind", "size", "source", "lister", "grouped", "set_size"}
)
"""Dims whose levels are no organizations, so that a sentence may name them: it stands in public,
and no organization's name may stand in it, beside "worst" least of all."""
_SAID = {
    "score": Sentence("an organization's score"),
    "worst": Sentence("whether an organization is the worst"),
}


def of_scores(score: xr.DataArray, worst: xr.DataArray) -> pd.DataFrame:
    """Measure every contender's score and worst-indicator.

    Parameters
    ----------
    score, worst
        Dims (chain, draw, organization), the same organizations.

    Returns
    -------
    As ``measured``, with ``said``, how a public sentence calls each quantity.
    """
    table = measured(score, worst)
    said = [_SAID[str(quantity).partition("[")[0]] for quantity in table.index]
    return table.assign(said=pd.Series(said, table.index, dtype=object))


def measured(score: xr.DataArray, worst: xr.DataArray) -> pd.DataFrame:
    """Measure scores and worst-indicators, of organizations or of regions.

    Returns
    -------
    Index ``quantity`` ("score[cjng]"): ``rhat, ess_bulk, ess_tail``, and ``constant`` (never
    changes).
    """
    axis = axis_of(worst)
    names = [str(name) for name in worst[axis].to_numpy()]
    parts = {"score": score, "worst": worst}
    ordered = [part.transpose("chain", "draw", axis) for part in parts.values()]
    draws = np.concatenate([part.to_numpy().astype(float) for part in ordered], axis=2)
    return pd.DataFrame(
        {
            "rhat": chains.rhat(draws),
            "ess_bulk": chains.ess(draws, "bulk"),
            "ess_tail": chains.ess(draws, "tail"),
            "constant": chains.is_constant(draws),
        },
        index=pd.Index([f"{part}[{name}]" for part in parts for name in names], name="quantity"),
    )


def of_parameters(posterior: xr.Dataset) -> pd.DataFrame:
    """Measure every element of every variable that changes: ``rhat, ess_bulk, said``.

    ``said`` is how a public sentence calls it.
    """
    frames = [_elements(posterior[name]) for name in sorted(map(str, posterior.data_vars))]
    columns = ["rhat", "ess_bulk", "constant", "said"]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns, dtype=float)
    return frame[~frame["constant"].astype(bool)].drop(columns="constant")


def of_levels(holds: xr.DataArray) -> "pd.Series[float]":
    """Share of the draws in which something holds, by how a public sentence calls each element."""
    ordered = holds.transpose("chain", "draw", ...)
    share = ordered.to_numpy().mean(axis=(0, 1)).ravel()
    return pd.Series(share, index=pd.Index(_labels(ordered), dtype=object))


def _elements(variable: xr.DataArray) -> pd.DataFrame:
    ordered = variable.transpose("chain", "draw", ...)
    said = _labels(ordered)
    draws = ordered.to_numpy().astype(float).reshape(*ordered.shape[:2], len(said))
    return pd.DataFrame(
        {
            "rhat": chains.rhat(draws),
            "ess_bulk": chains.ess(draws, "bulk"),
            "constant": chains.is_constant(draws),
            "said": pd.Series(said, dtype=object).to_numpy(),
        }
    )


def _labels(variable: xr.DataArray) -> list[str]:
    """Say each element of a parameter, without the levels that are organizations."""
    levels = [
        variable[dim].to_numpy().tolist() if dim in NAMELESS else [None] * variable.sizes[dim]
        for dim in variable.dims[2:]
    ]
    kept = [[str(level) for level in at if level is not None] for at in product(*levels)]
    return [f"{variable.name}[{', '.join(at)}]" if at else str(variable.name) for at in kept]
