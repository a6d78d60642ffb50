"""Coordinates of a posterior with directions that are narrow."""

import numpy as np
import pytest
from dtoscore.inference.coordinates import NARROW, Coordinates, coordinates
from scipy import stats

N = 60


@pytest.fixture(scope="module")
def precision() -> np.ndarray:
    """Of a normal law: scales from .1 to 10, five combinations a hundred times as narrow."""
    rng = np.random.default_rng(1)
    spread = np.geomspace(0.1, 10.0, N)
    ties = rng.normal(size=(5, N)) / N**0.5
    return (np.eye(N) + 1e4 * ties.T @ ties) / np.outer(spread, spread)


@pytest.fixture(scope="module")
def found(precision: np.ndarray) -> Coordinates:
    rng = np.random.default_rng(2)
    draws = rng.multivariate_normal(np.full(N, 3.0), np.linalg.inv(precision), 400)
    return coordinates(lambda x: -precision @ (x - 3.0), draws, 1)


def condition(matrix: np.ndarray) -> float:
    values = np.linalg.eigvalsh(matrix)
    return float(values[-1] / values[0])


def test_no_direction_is_narrow_any_more(precision: np.ndarray, found: Coordinates) -> None:
    rows = np.array([found.gradient(row) for row in precision])
    changed = np.array([found.gradient(column) for column in rows.T])
    scaled = precision * np.outer(found.spread, found.spread)
    assert condition(scaled) > 5_000
    assert np.linalg.eigvalsh(changed)[-1] < 2.0 * NARROW


def test_values_come_back(found: Coordinates) -> None:
    x = np.random.default_rng(3).normal(size=N)
    np.testing.assert_allclose(found.free(found.of(x)), x, rtol=1e-9)


def test_gradient_is_that_of_the_map(precision: np.ndarray, found: Coordinates) -> None:
    law = stats.multivariate_normal(np.full(N, 3.0), np.linalg.inv(precision))
    y = np.random.default_rng(4).normal(0.0, 0.3, N)
    gradient = found.gradient(-precision @ (found.free(y) - 3.0))
    for i in range(0, N, 7):
        step = np.eye(N)[i] * 1e-5
        slope = law.logpdf(found.free(y + step)) - law.logpdf(found.free(y - step))
        assert gradient[i] == pytest.approx(slope / 2e-5, rel=1e-4, abs=1e-4)
