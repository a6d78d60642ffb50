"""The joint model: all parts in one PyMC model, with named dims and an observed node.

A statistician adds a term without forking::

    model = build(evidence)
    with model:
        pm.Potential("my_belief", pm.logp(pm.Normal.dist(0, 1), model["rate_intercept"]))
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from ..data.errors import ModelError
from ..data.evidence import Evidence
from . import (
    attribution,
    claims,
    delay,
    detection,
    noise,
    other,
    rates,
    reach,
    size,
    superposition,
    totals,
    victims,
)
from .declare import declare, declare_reach
from .density import Density
from .design import Design, design
from .engine import NUMPY, PYTENSOR, Array, Params
from .kernel_op import cell_terms, total_terms
from .parameters import OF_OTHER, OF_REACH, Parameter
from .priors import Priors
from .rates import LogRate
from .structure import Structure

WITHOUT_EFFECT = frozenset(
    {"side_concentration", "side_selection", "court_selection_scale", "court_selection"}
)
"""Parameters that say nothing of an evidence whose design lacks them: of dead told by side, and of
whom courts pursue."""


def build(
    evidence: Evidence | Design, priors: Priors | None = None, structure: Structure | None = None
) -> pm.Model:
    r"""Build the model of one evidence.

    .. math::
        n_{cell, j} \sim \mathrm{Poisson}\Big(\sum_k \mu_{k,cell}\,\rho_k[v_j]\,P(h_j \mid k)
        \prod_{s \in j} \Theta_s[k, a_{js}]\Big)

    The parts are documented where they are declared: ``rates``, ``size``, ``detection``,
    ``attribution``, ``superposition``.

    Returns
    -------
    A ``pm.Model`` whose observed node ``incidents`` has dim ``cell``; its ``log_likelihood``
    is by cell, its posterior predictive the number of incidents that some source sees.

    Raises
    ------
    ModelError
        Where the evidence can carry no model: no organization, no report, no lister.
    """
    plan = evidence if isinstance(evidence, Design) else design(evidence, structure, priors)
    check(plan)
    with pm.Model(coords=plan.coords) as model:
        params: Params = {}
        listed = parameters(plan, priors or Priors())
        for p in (p for p in listed if not p.is_shifted):
            params[p.name] = declare(p, params)
        if any(p.distribution in OF_REACH for p in listed):
            declare_reach(params, {p.name: p for p in listed}, plan)
        reached = reach.log_reach(params, plan, PYTENSOR)
        for p in (p for p in listed if p.is_shifted and p.distribution not in OF_OTHER + OF_REACH):
            params[p.name] = declare(p, params, reached)
        if plan.names.has_other and other.is_told(plan):
            _declare_levels(params, {p.name: p for p in listed}, reached.place, plan)
        _declare_totals(rates.log_rate(params, plan, PYTENSOR), listed, plan)
        if plan.around.delayed.any():
            pm.Potential("delays", delay.log_lik(params, plan, PYTENSOR))
        target = Density(plan, listed)
        term, mass = _cell_terms(params, target, plan)
        if target.totals is not None:
            pm.Potential("totals", total_terms(params, target))
        pm.CustomDist(
            "incidents",
            term,
            mass,
            noise.log_lik(mass, params, plan, PYTENSOR),
            params.get("noise", 0.0),
            logp=_logp,
            random=partial(_random, noise.blocks(plan)),
            signature="(),(),(),()->()",
            dtype="int64",
            observed=observed(plan),
            dims="cell",
        )
    return model


def _declare_levels(
    params: Params, listed: Mapping[str, Parameter], reach: Array, plan: Design
) -> None:
    """Declare the share of ``other`` and its effect by region by its level in each region."""
    share, region = listed["other_share"], listed.get("other_region")
    levels = pm.Flat(share.free_name)[None]
    if region is not None:
        levels = pt.concatenate([pm.Flat(region.free_name, shape=region.free_shape), levels])
    levels = levels - float(other.is_listed(plan)) * reach
    if region is not None:
        effect = levels - levels.mean()
        params[region.name] = pm.Deterministic(region.name, effect, dims=region.dims)
        law = pm.ZeroSumNormal.dist(sigma=params[region.scale], shape=region.shape)
        volume = -0.5 * np.log(region.shape[0])
        pm.Potential("other_region_prior", pm.logp(law, effect) + volume)
    even = rates.other_level(params, plan, PYTENSOR)
    params[share.name] = pm.Deterministic(share.name, even - levels.mean())
    prior = pm.Normal.dist(share.arguments["mu"], share.arguments["sigma"])
    pm.Potential("other_share_prior", pm.logp(prior, params[share.name]))


def _declare_totals(rate: LogRate, listed: list[Parameter], plan: Design) -> None:
    """Declare the priors of the log totals, by their names in ``Priors``."""
    for p in listed:
        if p.distribution == "flat":
            total = rates.log_total(rate, p.name, plan, PYTENSOR)
            prior = pm.Normal.dist(p.arguments["mu"], p.arguments["sigma"])
            pm.Potential(rates.TOTALS[p.name], pm.logp(prior, total))


def _cell_terms(params: Params, target: Density, plan: Design) -> tuple[Array, Array]:
    if not plan.structure.plain:
        return cell_terms(params, target)
    q = superposition.quantities(params, plan, PYTENSOR)
    return superposition.pattern_term(q, plan, PYTENSOR), superposition.mass(q, plan, PYTENSOR)


def parameters(plan: Design, priors: Priors) -> list[Parameter]:
    """List every free variable of the model, in the order of its unconstrained vector."""
    structure = plan.structure
    return [
        *rates.parameters(priors, plan),
        *size.parameters(priors, plan),
        *victims.parameters(priors, plan),
        *detection.parameters(priors, plan),
        *attribution.parameters(priors, plan),
        *(claims.parameters(priors, plan) if structure.claims and not structure.confusion else []),
        *noise.parameters(priors, plan),
        *totals.parameters(priors, plan),
    ]


def parameters_of(plan: Design, names: Collection[str]) -> list[Parameter]:
    """List the parameters of a design that draws have, of which it may have more.

    Raises
    ------
    ModelError
        Where draws have one that the design lacks: what it says would be lost without a word.
    """
    listed = parameters(plan, Priors())
    if strange := sorted(set(names) - {p.name for p in listed} - WITHOUT_EFFECT):
        raise ModelError(
            f"{', '.join(strange)}: in the fit, and not in the model of this evidence and "
            "structure; fit this evidence anew"
        )
    return [p for p in listed if p.name in names]


def observed(plan: Design) -> np.ndarray:
    """Incidents that some lister saw, by cell."""
    counts = np.bincount(plan.counted.cell, plan.counted.count, len(plan.cell_kind))
    return counts.astype(np.int64)


def log_lik(params: Params, plan: Design) -> xr.DataArray:
    """Log likelihood by cell at one value of the parameters, without sampling or graph.

    Parameters
    ----------
    params
        One value of every free variable, by name, as ``draw(posterior, chain, number, plan)``
        gives.
    plan
        Design of any evidence over the same axes, or fewer, as ``evidence.without(...)`` makes,
        for the structure that was fitted.

    Returns
    -------
    Shape (cell,), empty cells included with their mass. Official totals and delays are no cells
    and not among them.
    """
    q = superposition.quantities(params, plan, NUMPY)
    mass = superposition.mass(q, plan, NUMPY)
    value = superposition.pattern_term(q, plan, NUMPY) + noise.log_lik(mass, params, plan, NUMPY)
    return xr.DataArray(value, dims="cell", coords={"cell": plan.coords["cell"]}, name="log_lik")


def _logp(value: Any, pattern_term: Any, _mass: Any, rest: Any, _noise: Any) -> Any:
    """The cell's log likelihood; the counts themselves are inside ``pattern_term``."""
    return pattern_term + rest + 0 * value


def _random(
    found: noise.Blocks,
    _pattern_term: np.ndarray,
    mass: np.ndarray,
    _rest: np.ndarray,
    sigma: np.ndarray,
    rng: np.random.Generator,
    size: Any = None,
) -> np.ndarray:
    """Draw incidents that some source sees, shape (…, cell), one factor for each block."""
    shape = np.shape(mass) if size is None else tuple(size)
    spread = float(np.ravel(sigma)[0])
    params: Params = {"noise": np.asarray(spread)} if spread else {}
    return noise.counts(mass, params, found, rng, shape[:-1])


def check(plan: Design) -> None:
    """Raise ModelError where the evidence can carry no model."""
    problems = [
        (not plan.names.organizations, "the roster has no organization that can have acted"),
        (not len(plan.every.count), "no report can be used, so there is nothing to fit"),
        (
            not len(plan.histories.listers),
            "no source's silence is informative, so nothing is known of what went unreported",
        ),
    ]
    for wrong, sentence in problems:
        if wrong:
            raise ModelError(f"no model can be built: {sentence}")
