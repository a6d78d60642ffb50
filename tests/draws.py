"""Draws of known properties, for tests of what is made of draws."""

import numpy as np
import xarray as xr


def scores(values, names=None):
    """Label scores of shape (chain, draw, organization)."""
    values = np.asarray(values, float)
    names = names or [chr(97 + i) for i in range(values.shape[2])]
    coords = {
        "chain": np.arange(values.shape[0]),
        "draw": np.arange(values.shape[1]),
        "organization": list(names),
    }
    return xr.DataArray(values, coords, ("chain", "draw", "organization"), name="score")


def normal_scores(means, sd=1.0, seed=1, shape=(4, 1000)):
    """Independent normal scores around some means."""
    rng = np.random.default_rng(seed)
    return scores(rng.normal(means, sd, (*shape, len(means))))


def sample_stats(shape=(4, 1000), divergent=0, seed=2):
    """Sampler statistics of independent energies, so that E-BFMI is about 2."""
    rng = np.random.default_rng(seed)
    diverging = np.zeros(shape, bool)
    diverging.flat[:divergent] = True
    dims = ("chain", "draw")
    return xr.Dataset({"diverging": (dims, diverging), "energy": (dims, rng.normal(size=shape))})


def parameters(shape=(4, 1000), seed=3, **changes):
    """Draws of two scalars and of a parameter of two sources that mix well; or others by name."""
    rng = np.random.default_rng(seed)
    values = {name: (("chain", "draw"), rng.normal(size=shape)) for name in ("level", "scale")}
    values["right"] = (("chain", "draw", "source"), rng.normal(size=(*shape, 2)))
    return xr.Dataset(values | changes, coords={"source": ["daily", "weekly"]})


def unseen(shape=(4, 1000), expected=50.0):
    """Unreported incidents that each draw expects: the same in all."""
    return xr.DataArray(np.full(shape, expected), dims=("chain", "draw"))
