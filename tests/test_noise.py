"""Overdispersion: the closed form against integration over the factor that cells share."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from dtoscore.models import joint, noise, superposition
from dtoscore.models.design import Design
from dtoscore.models.engine import NUMPY, PYTENSOR, Params
from dtoscore.models.noise import Blocks
from dtoscore.models.structure import CORE
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from scipy import integrate, stats
from tiny import PRESS, Case, parameters, plan

NOISY = Case(
    ("a", "b"), (PRESS, PRESS), n_region=2, n_period=2, n_kind=2,
    structure=replace(CORE, noise=True, plain=True),
)  # fmt: skip
UNSEEN = replace(NOISY, blind=tuple((s, 0, c) for s in (0, 1) for c in (0, 1)))
"""Nobody looks at the first region."""
PYTHON = Mode(linker="py", optimizer=None)

BLOCKS = Blocks(np.array([0, 0, 1, 2]), np.array([7.0, 0.0, 3.0]))
MASS = np.array([2.0, 3.5, 1.2, 0.4])
BY_BLOCK = np.array([5.5, 1.2, 0.4])


class Factor(NamedTuple):
    value: np.ndarray
    mass: np.ndarray
    sigma: float


def factor(mass: np.ndarray, sigma: float) -> Factor:
    return Factor(*noise.block_terms(BLOCKS.sums(mass), BLOCKS.seen, sigma))


def updated(mass: np.ndarray, sigma: float) -> noise.FactorMoments:
    return noise.factor_moments(BLOCKS.sums(mass), BLOCKS.seen, sigma)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.5])
def test_value_is_the_integral_over_the_factor(sigma: float) -> None:
    """∫ g^n e^{-gM} Gamma(g; φ, φ) dg, block by block."""
    found = factor(MASS, sigma).value
    law = stats.gamma(sigma**-2, scale=sigma**2)
    for n, m, value in zip(BLOCKS.seen, BY_BLOCK, found, strict=True):
        whole, _ = integrate.quad(
            lambda g, n=n, m=m: g**n * np.exp(-g * m) * law.pdf(g), 0, np.inf, epsabs=1e-13
        )
        assert value == pytest.approx(np.log(whole), rel=1e-7)


def test_without_noise_it_is_poisson() -> None:
    found = factor(MASS, 1e-5).value
    np.testing.assert_allclose(found, -BY_BLOCK, atol=1e-4)


@pytest.mark.parametrize("sigma", [0.2, 0.8])
def test_derivatives_are_slopes(sigma: float) -> None:
    found, step = factor(MASS, sigma), 1e-6
    up, down = (factor(MASS, sigma + d).value.sum() for d in (step, -step))
    assert found.sigma == pytest.approx((up - down) / (2 * step), rel=1e-5)
    for cell, block in enumerate(BLOCKS.of_cell):
        moved = np.eye(4)[cell] * step
        up, down = (factor(MASS + d, sigma).value.sum() for d in (moved, -moved))
        assert found.mass[block] == pytest.approx((up - down) / (2 * step), rel=1e-5)


def test_the_factor_is_drawn_given_what_was_seen() -> None:
    """Gamma(n + φ, M + φ): means and sds of 20,000 draws within 5 standard errors."""
    sigma, rng = 0.6, np.random.default_rng(1)
    given = noise.given_reports(MASS, sigma, BLOCKS)
    drawn = rng.gamma(given.shape, 1.0 / given.rate, (20_000, len(given.shape)))[:, given.of_cell]
    phi = sigma**-2
    for cell, block in enumerate(BLOCKS.of_cell):
        law = stats.gamma(BLOCKS.seen[block] + phi, scale=1 / (BY_BLOCK[block] + phi))
        assert abs(drawn[:, cell].mean() - law.mean()) < 5 * law.std() / 20_000**0.5
        assert drawn[:, cell].std() == pytest.approx(law.std(), rel=0.03)


def test_what_reports_say_of_a_factor_is_its_law_and_its_slopes() -> None:
    sigma, step = 0.6, 1e-6
    found = updated(MASS, sigma)
    phi = sigma**-2
    for block, seen in enumerate(BLOCKS.seen):
        law = stats.gamma(seen + phi, scale=1 / (BY_BLOCK[block] + phi))
        assert found.mean[block] == pytest.approx(law.mean())
        assert found.variance[block] == pytest.approx(law.var())
    up, down = (updated(MASS, sigma + d) for d in (step, -step))
    np.testing.assert_allclose(found.mean_by_sigma, (up.mean - down.mean) / (2 * step), rtol=1e-5)
    slope = (up.variance - down.variance) / (2 * step)
    np.testing.assert_allclose(found.variance_by_sigma, slope, rtol=1e-5)
    for cell, block in enumerate(BLOCKS.of_cell):
        moved = np.eye(4)[cell] * step
        up, down = (updated(MASS + d, sigma) for d in (moved, -moved))
        slope = (up.mean - down.mean)[block] / (2 * step)
        assert found.mean_by_mass[block] == pytest.approx(slope, rel=1e-5)
        slope = (up.variance - down.variance)[block] / (2 * step)
        assert found.variance_by_mass[block] == pytest.approx(slope, rel=1e-5)


def noisy(case: Case) -> tuple[Design, Params]:
    return plan(case), parameters(case, 5) | {"noise": np.asarray(0.6)}


def test_pymc_draws_one_factor_for_all_cells_of_a_block() -> None:
    """Sums of blocks have the variance M + σ² M², and not that of Poisson counts."""
    made, params = noisy(NOISY)
    model, draws = joint.build(made), 3000
    values = {model[name]: pt.constant(value) for name, value in params.items()}
    (incidents,) = graph_replace([model["incidents"]], values)
    drawn = pm.draw(incidents, draws=draws, mode=PYTHON, random_seed=1)
    blocks = noise.blocks(made)
    mass = superposition.mass(superposition.quantities(params, made, NUMPY), made, NUMPY)
    n = len(blocks.seen)
    mean = np.bincount(blocks.of_cell, mass, n)
    sums = np.stack([np.bincount(blocks.of_cell, one, n) for one in drawn])
    expected = mean + 0.36 * mean**2
    assert (np.abs(sums.mean(axis=0) - mean) < 5 * np.sqrt(expected / draws)).all()
    np.testing.assert_allclose(sums.var(axis=0), expected, rtol=0.2)
    assert (expected > 1.5 * mean).any(), "else it shows nothing"


def test_where_nobody_looks_nothing_is_seen_and_nothing_is_no_number() -> None:
    made, params = noisy(UNSEEN)
    q = superposition.quantities(params, made, NUMPY)
    mass = superposition.mass(q, made, NUMPY)
    blind = made.cell_region == 0
    assert (mass >= 0).all()
    assert (mass[blind] < 1e-9).all()
    np.testing.assert_allclose(joint.log_lik(params, made)[blind], 0.0, atol=1e-9)
    assert np.isfinite(joint.log_lik(params, made)).all()
    of_none = mass * ~blind
    given = pt.dvector()
    symbols = {name: pt.constant(value) for name, value in params.items()}
    graph = noise.log_lik(given, symbols, made, PYTENSOR)
    slope = pytensor.grad(graph.sum(), given)
    found, change = pytensor.function([given], [graph, slope], mode=PYTHON)(of_none)
    np.testing.assert_allclose(found, noise.log_lik(of_none, params, made, NUMPY), atol=1e-9)
    assert np.isfinite(change).all()
