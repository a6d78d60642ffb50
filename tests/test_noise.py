"""Overdispersion: the closed form against integration over the factor that cells share."""

import numpy as np
import pytest
from dtoscore.models import noise
from dtoscore.models.noise import Blocks
from scipy import integrate, stats

BLOCKS = Blocks(np.array([0, 0, 1, 2]), np.array([7.0, 0.0, 3.0]))
MASS = np.array([2.0, 3.5, 1.2, 0.4])
BY_BLOCK = np.array([5.5, 1.2, 0.4])


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.5])
def test_value_is_the_integral_over_the_factor(sigma: float) -> None:
    """∫ g^n e^{-gM} Gamma(g; φ, φ) dg, block by block."""
    found = noise.factor(MASS, sigma, BLOCKS).value
    law = stats.gamma(sigma**-2, scale=sigma**2)
    for n, m, value in zip(BLOCKS.seen, BY_BLOCK, found, strict=True):
        whole, _ = integrate.quad(
            lambda g, n=n, m=m: g**n * np.exp(-g * m) * law.pdf(g), 0, np.inf, epsabs=1e-13
        )
        assert value == pytest.approx(np.log(whole), rel=1e-7)


def test_without_noise_it_is_poisson() -> None:
    found = noise.factor(MASS, 1e-5, BLOCKS).value
    np.testing.assert_allclose(found, -BY_BLOCK, atol=1e-4)


@pytest.mark.parametrize("sigma", [0.2, 0.8])
def test_derivatives_are_slopes(sigma: float) -> None:
    found, step = noise.factor(MASS, sigma, BLOCKS), 1e-6
    up, down = (noise.factor(MASS, sigma + d, BLOCKS).value.sum() for d in (step, -step))
    assert found.sigma == pytest.approx((up - down) / (2 * step), rel=1e-5)
    for cell, block in enumerate(BLOCKS.of_cell):
        moved = np.eye(4)[cell] * step
        up, down = (noise.factor(MASS + d, sigma, BLOCKS).value.sum() for d in (moved, -moved))
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
    found = noise.updated(MASS, sigma, BLOCKS)
    phi = sigma**-2
    for block, seen in enumerate(BLOCKS.seen):
        law = stats.gamma(seen + phi, scale=1 / (BY_BLOCK[block] + phi))
        assert found.mean[block] == pytest.approx(law.mean())
        assert found.variance[block] == pytest.approx(law.var())
    up, down = (noise.updated(MASS, sigma + d, BLOCKS) for d in (step, -step))
    np.testing.assert_allclose(found.mean_by_sigma, (up.mean - down.mean) / (2 * step), rtol=1e-5)
    slope = (up.variance - down.variance) / (2 * step)
    np.testing.assert_allclose(found.variance_by_sigma, slope, rtol=1e-5)
    for cell, block in enumerate(BLOCKS.of_cell):
        moved = np.eye(4)[cell] * step
        up, down = (noise.updated(MASS + d, sigma, BLOCKS) for d in (moved, -moved))
        slope = (up.mean - down.mean)[block] / (2 * step)
        assert found.mean_by_mass[block] == pytest.approx(slope, rel=1e-5)
        slope = (up.variance - down.variance)[block] / (2 * step)
        assert found.variance_by_mass[block] == pytest.approx(slope, rel=1e-5)
