r"""Overdispersion: months in which more happens, or less, than rates say, whoever does it.

.. math::
    g_{rt} &\sim \mathrm{Gamma}(A_0, A_0), \quad A_0 = 1/\sigma^2, \quad
        \text{incidents of } (r, t) \mid g \sim \mathrm{Poisson}(g\,\mu) \\
    \ell_{rt} &= \sum_j n_j \log m_j + \log\Gamma(n + A_0) - \log\Gamma(A_0)
        + A_0\logA_0 - (n + A_0) \log(M + A_0) \\
    g_{rt} \mid \text{reports} &\sim \mathrm{Gamma}(n + A_0,\; M + A_0)

with n the incidents seen in region r and period t, of all kinds and authors, and M those to be
expected. One factor for all authors of a region and period keeps the likelihood closed; one
for each author does not. The unseen are drawn with the updated factor. Where
σ goes to 0 the Poisson law comes back.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..data.arrays import Floats, Ints
from .compiled import jit
from .design import Design
from .engine import Array, Engine, Params
from .families import simple
from .parameters import Parameter
from .priors import Priors
from .special import digamma

LEAST_MASS = 1e-100
"""A cell's share of its block is nothing, not 0/0, where nobody looks in any cell of it."""


MOST_DRAWN = 1e9
"""Of a cell: an absurd draw of the parameters expects more than a Poisson law can draw."""


class Blocks(NamedTuple):
    """Cells of one region and period share a factor: block of each cell, and incidents seen."""

    of_cell: Ints
    seen: Floats

    def sums(self, values: Floats | Ints) -> Floats:
        """Add up by block what has shape (cell,)."""
        return np.bincount(self.of_cell, values, len(self.seen))


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the noise; none where the switch is off."""
    return [simple("noise", priors["noise"])] if design.structure.noise else []


def blocks(design: Design) -> Blocks:
    """Find the blocks of a design."""
    cells = np.column_stack([design.cell_region, design.cell_period])
    _, of_cell = np.unique(cells, axis=0, return_inverse=True)
    of_cell = of_cell.ravel().astype(np.int64)
    n = int(of_cell.max(initial=-1)) + 1
    by_cell = np.bincount(design.counted.cell, design.counted.count, len(of_cell))
    return Blocks(of_cell, np.bincount(of_cell, by_cell, n))


@jit
def block_terms(m, n, sigma):  # type: ignore[no-untyped-def]
    """Log-likelihood beside Σ n log m of blocks in which m are expected and n seen.

    Returns values and their derivatives in m, each (block,), and that of the sum in σ.
    """
    phi, slope = sigma**-2, 0.0
    value, by_mass = np.empty(len(m)), np.empty(len(m))
    at_0, psi_0 = math.lgamma(phi), digamma(phi)
    for b in range(len(m)):
        more = math.log1p(m[b] / phi)
        value[b] = math.lgamma(n[b] + phi) - at_0 - n[b] * math.log(m[b] + phi) - phi * more
        slope += digamma(n[b] + phi) - psi_0 - more + (m[b] - n[b]) / (m[b] + phi)
        by_mass[b] = -(n[b] + phi) / (m[b] + phi)
    return value, by_mass, slope * -2.0 * sigma**-3


class FactorMoments(NamedTuple):
    """Mean and variance of each block's factor given what was seen, and their derivatives.

    All of shape (block,); by the number expected, and by σ.
    """

    mean: Floats
    variance: Floats
    mean_by_mass: Floats
    variance_by_mass: Floats
    mean_by_sigma: Floats
    variance_by_sigma: Floats


@jit
def factor_moments(m, n, sigma):  # type: ignore[no-untyped-def]
    """What reports say of the factors, Gamma(n + A₀, m + A₀): ``FactorMoments``."""
    phi, by_sigma = sigma**-2, -2.0 * sigma**-3
    shape, rate = n + phi, m + phi
    return FactorMoments(
        shape / rate, shape / rate**2, -shape / rate**2, -2.0 * shape / rate**3,
        (rate - shape) / rate**2 * by_sigma, (rate - 2.0 * shape) / rate**3 * by_sigma,
    )  # fmt: skip


class Law(NamedTuple):
    """Gamma laws of the blocks' factors, and the block of each cell; rate 0: the factor is 1."""

    shape: Floats
    rate: Floats
    of_cell: Ints

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw the blocks' factors, shape (block,)."""
        if not self.rate.any():
            return np.ones(len(self.rate))
        return rng.gamma(self.shape, 1.0 / self.rate)


def replicated(
    params: Params, found: Blocks, rng: np.random.Generator, shape: tuple[int, ...] = ()
) -> Floats:
    """Draw the factor of each cell anew, as the law of noise has it; 1 without noise.

    Returns
    -------
    Shape (*shape, cell): one factor for all cells of a block.
    """
    if "noise" not in params:
        return np.ones((*shape, len(found.of_cell)))
    phi = float(params["noise"]) ** -2
    return np.asarray(rng.gamma(phi, 1.0 / phi, (*shape, len(found.seen)))[..., found.of_cell])


def counts(
    mass: Floats, params: Params, found: Blocks, rng: np.random.Generator,
    shape: tuple[int, ...] = (),
) -> Ints:  # fmt: skip
    """Draw the incidents seen anew: (*shape, cell)."""
    return poisson(mass * replicated(params, found, rng, shape), rng)


def poisson(mean: ArrayLike, rng: np.random.Generator) -> Ints:
    """Poisson numbers of at most about ``MOST_DRAWN``: a draw of the prior may expect any."""
    return np.asarray(rng.poisson(np.minimum(mean, MOST_DRAWN)))


def known(found: Blocks) -> Law:
    """The law of factors of 1: there is no noise."""
    ones = np.ones(len(found.seen))
    return Law(ones, np.zeros_like(ones), found.of_cell)


def given_reports(mass: Floats, sigma: float, found: Blocks) -> Law:
    """The law of each block's factor given what was seen."""
    phi = sigma**-2
    m = found.sums(mass)
    return Law(found.seen + phi, m + phi, found.of_cell)


def log_lik(mass: Array, params: Params, design: Design, engine: Engine) -> Array:
    """Log-likelihood by cell beside Σ n log m - log n!, shape (cell,).

    With noise the cells of a region and period hang together: each has the part of its block
    that its expected number has, so that only their sum means something.
    """
    if "noise" not in params:
        return -mass
    xp, found = engine.xp, blocks(design)
    n, phi = found.seen, params["noise"] ** -2.0
    m = engine.segment_sum(mass, found.of_cell, len(n))
    value = (
        engine.gammaln(n + phi) - engine.gammaln(phi) - n * xp.log(m + phi)
        - phi * xp.log1p(m / phi)
    )  # fmt: skip
    share = mass / xp.maximum(m, LEAST_MASS)[found.of_cell]
    return value[found.of_cell] * share
