"""Sampling the posterior with nutpie's NUTS, and what belongs beside the draws."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..data.errors import FitError, InputError
from ..models import joint, noise, rates
from ..models.density import Density
from ..models.design import Design
from ..models.engine import NUMPY
from ..models.priors import Priors
from . import nuts
from .callbacks import Watch, is_panic
from .diagnose import LEAST_CHAINS
from .params_of import flatten
from .prior import Draws, prior_draws
from .seeds import derive

Progress = Callable[[str], None]

MOST = 2**63 - 1
"""Of any of the options: the sampler takes 64 bits."""
WHY = {"chains": ": one chain alone cannot show that it agrees with another"}


@dataclass(frozen=True)
class FitOptions:
    """How to sample.

    Attributes
    ----------
    draws, tune
        Kept and discarded iterations of each chain.
    chains, cores
        How many chains, at least 2, and how many at a time (None: one a processor, at most
        ``chains``).
    seed
        Of everything random in fit and scores.
    target_accept
        Of the step-size adaptation: higher takes smaller steps.

    Raises
    ------
    InputError
        Where a value is of another kind or out of its bounds; all problems at once.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    cores: int | None = None
    seed: int = 1
    target_accept: float = 0.8

    def __post_init__(self) -> None:
        """Refuse what cannot be sampled, before anything is."""
        least = {"draws": 1, "tune": 1, "chains": LEAST_CHAINS, "cores": 1, "seed": 0}
        problems = [
            f"{name} is {value!r}; it must be a whole number, at least {low}{WHY.get(name, '')}"
            for name, low in least.items()
            if not (_is_whole(value := getattr(self, name)) and low <= value <= MOST)
            and not (name == "cores" and value is None)
        ]
        accept: object = self.target_accept
        if not (isinstance(accept, float) and 0 < accept < 1):
            problems.append(f"target_accept is {accept!r}; it must be a number between 0 and 1")
        if problems:
            raise InputError(problems)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def density(plan: Design, priors: Priors) -> Density:
    """The compiled log density of one evidence, with the parts that its design has."""
    return Density(plan, joint.parameters(plan, priors))


def sample(
    plan: Design,
    priors: Priors,
    options: FitOptions,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Sample the posterior of one evidence.

    Returns
    -------
    A DataTree as ArviZ makes it: ``posterior``, ``sample_stats``, ``prior`` (as many draws
    as one chain), ``log_likelihood`` and ``posterior_predictive`` by cell, ``log_prior`` by
    parameter, ``observed_data``. The same options give the same draws on one machine.

    Raises
    ------
    ModelError
        Where the evidence can carry no model.
    FitError
        Where the sampler could not start or was stopped.
    """
    joint.check(plan)
    target = density(plan, priors)
    trace = run_nutpie(target, options, progress)
    if progress:
        progress("working out the likelihood of every cell")
    return _tree(trace, target, options)


def run_nutpie(target: Density, options: FitOptions, progress: Progress | None) -> xr.DataTree:
    """Run NUTS on the compiled density, a large one in coordinates of its own (``nuts``).

    Dims of the posterior have their names: the sampler takes numbers only.
    """
    trace = _trace(target, options, progress)
    posterior, coords = trace["posterior"].to_dataset(), target.design.coords
    named = posterior.assign_coords({dim: coords[dim] for dim in posterior.dims if dim in coords})
    trace["posterior"] = xr.DataTree(named)
    return trace


def _trace(target: Density, options: FitOptions, progress: Progress | None) -> xr.DataTree:
    watch, told = Watch(), progress or (lambda _: None)
    try:
        change = None
        if target.n_free >= nuts.LARGE:
            told("sampling roughly, for coordinates in which it goes faster")
            change = nuts.rough_coordinates(target, watch, options.seed)
        told(f"sampling {options.chains} chains of {options.tune} + {options.draws} draws")
        return nuts.trace(
            nuts.compiled(target, watch, change),
            draws=options.draws,
            tune=options.tune,
            chains=options.chains,
            cores=options.cores,
            seed=options.seed,
            target_accept=options.target_accept,
            progress_bar=progress is not None and sys.stderr.isatty(),
        )
    except BaseException as error:
        if isinstance(error, RuntimeError) or is_panic(error):
            raise FitError(watch.reason(error)) from (watch.fault or error)
        raise


def _tree(trace: xr.DataTree, target: Density, options: FitOptions) -> xr.DataTree:
    plan = target.design
    posterior = trace["posterior"].to_dataset()
    values = flatten(posterior, target.parameters)
    rng = np.random.default_rng(derive(options.seed, "predictive"))
    likelihood, predicted = _by_cell(values, posterior, target, rng)
    prior = prior_draws(target.parameters, plan, options.draws, derive(options.seed, "prior"))
    coords = {name: list(labels) for name, labels in plan.coords.items()}
    observed = xr.Dataset({"incidents": ("cell", joint.observed(plan))})
    groups = {
        "posterior": posterior,
        "sample_stats": trace["sample_stats"].to_dataset(),
        "prior": _prior_dataset(prior, target, coords),
        "log_likelihood": likelihood,
        "log_prior": _log_prior(values, posterior, target),
        "posterior_predictive": predicted,
        "observed_data": observed.assign_coords(cell=coords["cell"]),
    }
    return xr.DataTree.from_dict(groups)


def _by_cell(
    values: np.ndarray, posterior: xr.Dataset, target: Density, rng: np.random.Generator
) -> tuple[xr.Dataset, xr.Dataset]:
    """Log likelihood, and incidents seen in a replication, of every cell and draw."""
    chains, draws = values.shape[:2]
    n_cell, blocks = len(target.design.cell_kind), noise.blocks(target.design)
    value = np.empty((chains, draws, n_cell))
    seen = np.empty((chains, draws, n_cell), np.int64)
    for chain in range(chains):
        for draw in range(draws):
            term, mass = target.cells(values[chain, draw])
            params = target.unpack(values[chain, draw])
            value[chain, draw] = term + noise.log_lik(mass, params, target.design, NUMPY)
            seen[chain, draw] = noise.counts(mass, params, blocks, rng)
    coords = {
        "chain": posterior["chain"],
        "draw": posterior["draw"],
        "cell": ("cell", target.design.coords["cell"]),
    }
    dims = ("chain", "draw", "cell")
    return (
        xr.Dataset({"incidents": (dims, value)}, coords=coords),
        xr.Dataset({"incidents": (dims, seen)}, coords=coords),
    )


def _log_prior(values: np.ndarray, posterior: xr.Dataset, target: Density) -> xr.Dataset:
    """Log prior density of each parameter and draw, for power-scaling."""
    result = {}
    for p in target.parameters:
        value = posterior[p.name].to_numpy()
        scale = posterior[p.scale].to_numpy() if p.scale else None
        if p.distribution != "flat":
            result[p.name] = (("chain", "draw"), p.log_density(value, scale))
    for name, value in _log_total_priors(values, target).items():
        result[rates.TOTALS[name]] = (("chain", "draw"), value)
    return xr.Dataset(result, coords={"chain": posterior["chain"], "draw": posterior["draw"]})


def _log_total_priors(values: np.ndarray, target: Density) -> Draws:
    found = [[target.log_total_priors(draw) for draw in chain] for chain in values]
    return {
        name: np.array([[draw[name] for draw in chain] for chain in found]) for name in found[0][0]
    }


def _prior_dataset(prior: Draws, target: Density, coords: Mapping[str, Any]) -> xr.Dataset:
    variables = {
        p.name: (("chain", "draw", *p.dims), prior[p.name][None]) for p in target.parameters
    }
    used = {dim for p in target.parameters for dim in p.dims}
    return xr.Dataset(variables, coords={dim: coords[dim] for dim in sorted(used)})
