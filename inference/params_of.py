"""Draws of a posterior as the likelihood takes them: one by one, or all as flat vectors."""

import numpy as np
import xarray as xr

from ..models.engine import Params
from ..models.parameters import Parameter


def params_of(posterior: xr.Dataset, n: int) -> list[Params]:
    """Values of the parameters in n draws, spread evenly over all chains one behind the other.

    A draw stands there more than once where n is more than there are.
    """
    values = {
        str(name): value.to_numpy().reshape(-1, *value.shape[2:])
        for name, value in posterior.data_vars.items()
    }
    last = posterior.sizes["chain"] * posterior.sizes["draw"] - 1
    chosen = np.linspace(0, last, n).astype(int)
    return [{name: value[i] for name, value in values.items()} for i in chosen]


def flatten(posterior: xr.Dataset, parameters: list[Parameter]) -> np.ndarray:
    """All parameters one behind the other, shape (chain, draw, constrained)."""
    arrays = [posterior[p.name].to_numpy() for p in parameters]
    return np.concatenate([a.reshape((*a.shape[:2], -1)) for a in arrays], axis=2)
