r"""Fisher information of the likelihood alone: what the data say, no prior with them.

.. math::
    J = \sum_j n_j (u_j - \bar u_b)(u_j - \bar u_b)^\top
        + \sum_b \frac{M_b \varphi}{M_b + \varphi}\, \bar u_b \bar u_b^\top
        + \sum_T \Big( \frac{\nabla E\, \nabla E^\top}{S}
            + \tfrac12 \nabla \log S\, \nabla \log S^\top \Big) + \dots

with :math:`u_j = \nabla \log m_j` of a pattern and :math:`\bar u_b = \nabla \log M_b` of its block
(``noise``): how many incidents a block has is negative binomial (Poisson without noise, φ → ∞) of
mean M_b, and given that the patterns are multinomial. Totals are taken as normal of their mean E
and variance S. What follows is of the noise itself, by block, and of the delays, by report.
Patterns, noise and delays have the outer products of their own slopes in place of the mean of these
(Berndt, Hall, Hall & Hausman 1974).

Where a direction changes nothing that can be seen, J is 0 along it, at any value and however the
direction bends; the curvature of log L is not, but for the top of the likelihood.

Left out: that records and totals of the same dead lean on each other, and the wild share of totals.
"""

from typing import NamedTuple

import numpy as np

from . import delay, noise, victim_totals
from .density import Density
from .engine import NUMPY, Floats, Params
from .noise import LEAST_MASS
from .totals import Moments, Totals

STEP = 1e-4
"""Of the differences, in lengths of the directions."""
OF_ROUNDING = 1.0 / 12.0
"""Variance of what a whole number leaves open (Sheppard)."""


class Seen(NamedTuple):
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
    mass = noise.blocks(target.design).sums(target.expectations(values)[1])
    at = seen(target, values, mass)
    ends = ([seen(target, values + s * STEP * d, mass) for s in (1.0, -1.0)] for d in directions)
    slopes = [[(a - b) / (2.0 * STEP) for a, b in zip(*pair, strict=True)] for pair in ends]
    by_part = Seen(*(np.array(part) for part in zip(*slopes, strict=True)))
    return np.concatenate(_weighted(target, by_part, at, values, mass), axis=1)


def _weighted(
    target: Density, slope: Seen, at: Seen, values: Floats, mass: Floats
) -> tuple[Floats, ...]:
    """Slopes by the root of what each observation weighs."""
    plan = target.design
    block = noise.blocks(plan).of_cell[plan.counted.cell]
    *_, reports = delay.reports(plan)
    sigma = _sigma(target.unpack(values))
    weight = mass / (1.0 + mass * sigma**2)
    return (
        np.sqrt(plan.counted.count) * (slope.pattern - slope.block[:, block]),
        np.sqrt(weight) * slope.block,
        slope.noise,
        slope.total * np.exp(-0.5 * at.spread),
        slope.spread * np.sqrt(0.5),
        slope.delay * np.sqrt(reports),
    )


def seen(target: Density, values: Floats, mass: Floats) -> Seen:
    """What the laws of the data are made of.

    Parameters
    ----------
    mass
        M at which the noise is judged, shape (block,).
    """
    found, params = noise.blocks(target.design), target.unpack(values)
    pattern, by_cell, entries = target.expectations(values)
    nothing, sigma = np.zeros(0), _sigma(params)
    of_noise = noise.block_terms(mass, found.seen, sigma)[0] if sigma else nothing
    mean, variance = nothing, nothing
    if target.totals is not None:
        moments = target.moments_of(values, by_cell, entries)
        mean, variance = normal(target.totals, moments, params)
    late = "delay" in params
    return Seen(
        pattern,
        np.log(np.maximum(found.sums(by_cell), LEAST_MASS)),
        of_noise,
        mean,
        np.log(variance + OF_ROUNDING),
        delay.log_share(params, target.design, NUMPY) if late else nothing,
    )


def _sigma(params: Params) -> float:
    """σ of the noise; 0 without any."""
    return float(params.get("noise", 0.0))


def normal(totals: Totals, moments: Moments, params: Params) -> tuple[Floats, Floats]:
    """Mean and variance of every total, of incidents or of victims: (aggregate,) each.

    Incidents are victims of which each event has one.
    """
    p, s, nu = (part[totals.series] for part in totals.of_series.values(params))
    incidents, victims, squares = totals.counted(moments, s)
    spread, items = totals.of_class(moments).spread, totals.items
    ones = items[[0, 1, 0, 1]]
    of_victims = victim_totals.expected(items[2:], victims, squares, p, nu, spread[:, 1])
    of_incidents = victim_totals.expected(ones, incidents, incidents, p, 0.0, spread[:, 0])
    laws = victim_totals.law_of(of_incidents), victim_totals.law_of(of_victims)
    mean = np.where(totals.in_incidents, laws[0].mean, laws[1].mean)
    return mean, np.where(totals.in_incidents, laws[0].variance, laws[1].variance)
