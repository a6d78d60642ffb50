"""Draws from the priors alone."""

from collections.abc import Mapping

import numpy as np

from ..models import rates
from ..models.design import Design
from ..models.parameters import NORMAL, Parameter

Draws = Mapping[str, np.ndarray]


def prior_draws(parameters: list[Parameter], plan: Design, draws: int, seed: int) -> Draws:
    """Draw every parameter from its prior, each of shape (draw, …)."""
    rng = np.random.default_rng(seed)
    result: dict[str, np.ndarray] = {}
    for p in parameters:
        result[p.name] = draw(p, result, draws, rng)
    for p in parameters:
        if p.distribution == "flat":
            result[p.name] = _intercepts(p, result, plan)
    return result


def _intercepts(p: Parameter, drawn: Draws, plan: Design) -> np.ndarray:
    """The intercepts that raise the totals as drawn, which stand in their place."""
    log_totals = drawn[p.name]
    raised = [
        rates.named_total({name: value[i] for name, value in drawn.items()}, p.name, plan)
        for i in range(len(log_totals))
    ]
    return np.asarray(2.0 * log_totals - np.array(raised))


def draw(p: Parameter, before: Draws, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one parameter, after those it depends on: shape (draw, …)."""
    shape, a = (draws, *p.shape), p.arguments
    if p.distribution == "table":
        return rng.normal(size=shape) * before[p.scale].reshape((draws,) + (1,) * len(p.shape))
    if p.distribution in (*NORMAL, "flat"):  # of a flat one, the log total first
        return rng.normal(a["mu"], a["sigma"], shape)
    if p.distribution == "halfnormal":
        return np.abs(rng.normal(0.0, a["sigma"], shape))
    if p.distribution == "rayleigh":
        return rng.rayleigh(a["sigma"], shape)
    if p.distribution == "lognormal":
        return rng.lognormal(a["mu"], a["sigma"], shape)
    if p.distribution == "beta":
        return rng.beta(a["alpha"], a["beta"], shape)
    if p.distribution == "dirichlet":
        gamma = rng.standard_gamma(np.broadcast_to(a["a"], shape))
        return gamma / gamma.sum(axis=-1, keepdims=True)
    x = rng.normal(size=shape)
    for axis in range(-p.zero_sum_axes, 0):
        x = x - x.mean(axis=axis, keepdims=True)
    sigma = before[p.scale] if p.scale else np.full(draws, a["sigma"])
    return x * sigma.reshape((draws,) + (1,) * len(p.shape))
