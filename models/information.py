r"""Fisher information of the data alone: what they say, no prior with them.

.. math::
    J = \sum_j n_j (u_j - \bar u_b)(u_j - \bar u_b)^\top
        + \sum_b \frac{M_b A_0}{M_b + A_0}\, \bar u_b \bar u_b^\top
        + \sum_k \frac{\nabla E_k\, \nabla E_k^\top}{S_k} + \dots

with :math:`u_j = \nabla \log m_j` of a pattern and :math:`\bar u_b = \nabla \log M_b` of its block
(``noise``): how many incidents a block has is negative binomial (Poisson without noise, A₀ → ∞) of
mean M_b, and given that the patterns are multinomial. Total k has mean E and variance S; one of
victims, which is taken as normal, tells by S too, :math:`\tfrac12 \nabla \log S\, \nabla \log
S^\top`. What follows is of the noise itself, by block, and of the delays, by report.

Patterns, noise and delays have the outer products of their own slopes in place of the mean of these
(Berndt, Hall, Hall & Hausman 1974): of p parameters that n incidents settle, the inverse of J is
too large by about 1 / (1 - p / n).

Where a direction changes nothing that can be seen, J is 0 along it, at any value and however the
direction bends; the curvature of log L is not, but for the top of the likelihood.

Left out: that records and totals of the same dead lean on each other, and the wild share of totals.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats
from . import delay, noise, victim_totals
from .density import Density
from .engine import NUMPY, Params
from .noise import LEAST_MASS, Blocks
from .totals import Moments, Totals

STEP = 1e-4
"""Of the differences, in lengths of the directions."""


class Laws(NamedTuple):
    """What the laws of the data are made of, at one value of the parameters.

    Attributes
    ----------
    pattern, block
        log m and log M, shapes (pattern,), (block,).
    noise
        Log likelihood of each block's number in σ, M held, shape (block,); none without noise.
    total, spread
        E and log S of the official totals, shape (aggregate,).
    delay
        log P of each row of ``delay.reports``.
    """

    pattern: Floats
    block: Floats
    noise: Floats
    total: Floats
    spread: Floats
    delay: Floats


def root(target: Density, values: Floats, directions: Floats) -> Floats:
    """R with R Rᵀ = J, in the coordinates that ``directions`` are.

    Parameters
    ----------
    values
        Constrained values, all parameters one behind the other.
    directions
        Ways in which these may go, shape (direction, constrained).

    Returns
    -------
    Shape (direction, observation).
    """
    found = noise.blocks(target.design)
    mass = found.sums(target.expectations(values)[1])
    weights = _weights(target, laws(target, values, found, mass), values, mass)
    of_pattern = found.of_cell[target.design.counted.cell]
    result = np.empty((len(directions), sum(len(part) for part in weights)))
    for i, way in enumerate(STEP * directions):
        ends = (laws(target, values + sign * way, found, mass) for sign in (1.0, -1.0))
        slope = Laws(*((a - b) / (2.0 * STEP) for a, b in zip(*ends, strict=True)))
        within = slope._replace(pattern=slope.pattern - slope.block[of_pattern])
        result[i] = np.concatenate([w * x for w, x in zip(weights, within, strict=True)])
    return result


def _weights(target: Density, at: Laws, values: Floats, mass: Floats) -> Laws:
    """The root of what each observation weighs."""
    *_, reports = delay.reports(target.design)
    sigma = _sigma(target.unpack(values))
    of_victims = np.zeros(0) if target.totals is None else ~target.totals.in_incidents
    return Laws(
        pattern=np.sqrt(target.design.counted.count),
        block=np.sqrt(mass / (1.0 + mass * sigma**2)),
        noise=np.ones(len(at.noise)),
        total=np.exp(-0.5 * at.spread),
        spread=np.sqrt(0.5) * of_victims,
        delay=np.sqrt(reports[: len(at.delay)]),
    )


def laws(target: Density, values: Floats, found: Blocks, mass: Floats) -> Laws:
    """What the laws of the data are made of.

    Parameters
    ----------
    found
        Blocks of the design.
    mass
        M at which the noise is judged, shape (block,).
    """
    params, nothing = target.unpack(values), np.zeros(0)
    pattern, by_cell, entries = target.expectations(values)
    sigma = _sigma(params)
    of_noise = noise.block_terms(mass, found.seen, sigma)[0] if sigma else nothing
    mean, variance = nothing, nothing
    if target.totals is not None:
        moments = target.moments_of(values, by_cell, entries)
        mean, variance = of_totals(target.totals, moments, params)
    late = "delay" in params
    return Laws(
        pattern=pattern,
        block=np.log(np.maximum(found.sums(by_cell), LEAST_MASS)),
        noise=of_noise,
        total=mean,
        spread=np.log(variance),
        delay=delay.log_share(params, target.design, NUMPY) if late else nothing,
    )


def _sigma(params: Params) -> float:
    """σ of the noise; 0 without any."""
    return float(params.get("noise", 0.0))


def of_totals(totals: Totals, moments: Moments, params: Params) -> tuple[Floats, Floats]:
    """Mean and variance of every total, of incidents or of victims: (aggregate,) each.

    Incidents are victims of which each event has one. What bounds and whole numbers leave open is
    part of the variance: that of a uniform law between them (Sheppard).
    """
    p, s, nu = (part[totals.series] for part in totals.of_series.values(params))
    incidents, victims, squares = totals.counted(moments, s)
    spread, items = totals.of_class(moments).spread, totals.items
    ones = items[[0, 1, 0, 1]]
    of_victims = victim_totals.expected(items[2:], victims, squares, p, nu, spread[:, 1])
    of_incidents = victim_totals.expected(ones, incidents, incidents, p, 0.0, spread[:, 0])
    laws = victim_totals.law_of(of_incidents), victim_totals.law_of(of_victims)
    low, high = totals.bounds
    open_ = ((high - low + 1.0) ** 2 - totals.in_incidents) / 12.0
    mean = np.where(totals.in_incidents, laws[0].mean, laws[1].mean)
    return mean, np.where(totals.in_incidents, laws[0].variance, laws[1].variance) + open_
