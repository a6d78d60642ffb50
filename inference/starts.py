"""Where chains start: about the middle of the priors, with rates that fit what is told at all.

From the middle of the priors of a country with 30,000 dead in official totals the first steps go
where the slope is steepest, which is what bears on all totals at once: scenes that nobody can read,
captures. A chain is then hundreds of iterations on its way back. So rates go first, for a few steps
uphill with all else as it is; scales are among what stays, so that no effect can collapse to
nothing.

Chains start apart, since R-hat tells of nothing that all of them have missed. In claims they differ
on purpose, from the middle of their prior to nearly at their word: a few reports of one name may be
its own violence or a small part of all others', falsely claimed, and with a tenth of everybody's
scenes false rates go uphill to the second (docs/evidence/geometry.md). A round in which both have
mass is one on which chains do not agree.
"""

import numpy as np
from scipy.optimize import minimize

from ..data.arrays import Floats
from ..models.density import Density
from ..models.parameters import Parameter

RATES = ("rate_", "rivalry_", "other_")
STEPS = 60
"""Of L-BFGS: as many gradients, or a few more."""
NOISE = 0.5
"""Sd on the unconstrained scale."""
CLAIMS, BELIEVED = ("claim_false", "claim_rivalry"), 3.0
"""Shares of false claims start up to so far below the middle of their prior, in log odds."""


def initial_point(target: Density, seed: int) -> Floats:
    """Start about the middle of the priors, with rates that fit, a place for each seed."""
    rng = np.random.default_rng(seed)
    start, believed = rng.normal(0.0, NOISE, target.n_free), rng.uniform(0.0, BELIEVED)
    position, moved = 0, np.zeros(target.n_free, bool)
    for p in target.parameters:
        own = slice(position, position + int(np.prod(p.free_shape, dtype=int)))
        start[own] += np.ravel(_middle(p)) - (believed if p.name in CLAIMS else 0.0)
        moved[own] = p.name.startswith(RATES) and not p.name.endswith("_scale")
        position = own.stop
    return _uphill(target, start, moved)


def _uphill(target: Density, start: Floats, moved: np.ndarray) -> Floats:
    """Go a few steps uphill in what is ``moved``."""
    evaluate = target.evaluator()

    def loss(x: Floats) -> tuple[float, Floats]:
        point = start.copy()
        point[moved] = x
        value, gradient = evaluate(point)
        return -value, -gradient[moved]

    found = minimize(loss, start[moved], jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    result = start.copy()
    if np.isfinite(found.fun):
        result[moved] = found.x
    return result


def _middle(p: Parameter) -> np.ndarray | float:
    """Where the prior lies, on the unconstrained scale."""
    if p.distribution == "table":
        return p.arguments["weight"] * sum(_middle(coarser) for coarser in p.around)
    first = {name: float(np.mean(value)) for name, value in p.arguments.items()}
    if p.distribution in ("normal", "lognormal", "reach"):
        return first["mu"]
    if p.distribution in ("flat", "level"):
        return first["start"]
    if p.distribution in ("levels", "reaches"):
        return _middle(p.around[0])
    if p.distribution == "halfnormal":
        return float(np.log(first["sigma"] / 2))
    if p.distribution == "rayleigh":
        return float(np.log(first["sigma"]))
    if p.distribution == "beta":
        return np.log(p.arguments["alpha"] / p.arguments["beta"])
    return 0.0
