"""nutpie's NUTS on a compiled density, plain or in coordinates that a rough fit chose."""

from typing import Any

import numpy as np
import nutpie
import xarray as xr
from nutpie.compiled_pyfunc import from_pyfunc

from ..data.arrays import Floats
from ..models.density import Density
from .callbacks import Evaluator, Watch, in_range, is_panic
from .coordinates import Coordinates, coordinates
from .seeds import derive
from .starts import initial_point

MAX_DEPTH = 8
"""At most 255 leapfrog steps. Usual fits take 15 to 127; deeper trees come only at the start of
tuning, while the mass matrix is still wrong, and took two thirds of the time of a UCDP round."""

LARGE = 1_300
"""Free parameters from which on a rough fit comes first: 58 steps a draw became 33 on UCDP's 2010
with its totals (1,418); UCDP's 2007 (633) stays at 31, and the demonstration (1,289, five sources)
takes 15 without, where the rough fit costs a sixth of the whole (docs/evidence/geometry.md)."""
ROUGH_TUNE, ROUGH_DRAWS = 200, 100


def compiled(target: Density, watch: Watch, change: Coordinates | None = None) -> Any:
    """Hand a density to nutpie.

    Parameters
    ----------
    watch
        Remembers what fails.
    change
        Coordinates to sample in; None: the unconstrained values themselves.
    """
    return from_pyfunc(
        target.n_free,
        lambda: watch.over(in_range(_changed(target.evaluator(), change))),
        lambda *_: watch.over(lambda y: target.unpack(target.constrain(_free(y, change)))),
        [np.dtype(np.float64)] * len(target.parameters),
        [p.shape for p in target.parameters],
        [p.name for p in target.parameters],
        coords={dim: np.arange(size) for dim, size in target.design.sizes.items()},
        dims={p.name: p.dims for p in target.parameters},
        make_initial_point_fn=watch.over(lambda seed: _start(target, seed, change)),
    )


def _changed(evaluate: Evaluator, change: Coordinates | None) -> Evaluator:
    if change is None:
        return evaluate

    def changed(y: Floats) -> tuple[float, Floats]:
        value, gradient = evaluate(change.free(y))
        return value, change.gradient(gradient)

    return changed


def _free(y: Floats, change: Coordinates | None) -> Floats:
    return y if change is None else change.free(y)


def _start(target: Density, seed: int, change: Coordinates | None) -> Floats:
    start = initial_point(target, seed)
    return start if change is None else change.of(start)


def rough_coordinates(target: Density, watch: Watch, seed: int) -> Coordinates:
    """Coordinates by one short chain, from whose draws nothing else is taken."""
    found = trace(
        compiled(target, watch),
        draws=ROUGH_DRAWS,
        tune=ROUGH_TUNE,
        chains=1,
        cores=1,
        seed=derive(seed, "rough"),
        store_unconstrained=True,
        progress_bar=False,
    )
    draws = found["sample_stats"]["unconstrained_draw"].to_numpy()[0]
    evaluate = target.evaluator()
    return coordinates(lambda x: evaluate(x)[1], draws, derive(seed, "directions"))


def trace(model: Any, **options: Any) -> xr.DataTree:
    """Every draw that was asked for, or none.

    Left to wait by itself, nutpie takes Ctrl-C for a wish to see the draws so far, and
    they would pass for the posterior.
    """
    sampler = nutpie.sample(model, maxdepth=MAX_DEPTH, save_warmup=False, blocking=False, **options)
    try:
        found: xr.DataTree = sampler.wait()
    except BaseException as error:
        if not is_panic(error):  # which has ended all chains: to cancel them would panic again
            sampler.cancel()
        raise
    return found
