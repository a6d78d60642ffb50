"""The visibility nodes against adaptive integration, every history within 1%.

At the largest weights that they hold.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from dtoscore.models.priors import Priors
from dtoscore.models.quadrature import MOST, group_nodes, visibility_nodes
from scipy.integrate import quad
from scipy.special import log_expit
from scipy.stats import halfnorm

LAMBDA, OF_GROUP = MOST["visibility"], MOST["group_visibility"]
Nodes = tuple[np.ndarray, np.ndarray]
LOGITS = np.arange(-6.0, 3.5, 1.0)
MOST_HISTORIES = 40


def log_history(
    z: np.ndarray, logits: np.ndarray, marks: np.ndarray, slope: np.ndarray
) -> np.ndarray:
    """log P(history | z), shape of z; marks are 1 reported, -1 silent, 0 not looking."""
    x = logits[:, None] + slope[:, None] * np.atleast_1d(z)
    return np.where(marks[:, None] == 0, 0.0, log_expit(marks[:, None] * x)).sum(axis=0)


def by_nodes(
    logits: np.ndarray,
    marks: np.ndarray,
    slope: np.ndarray,
    nodes_of: Callable[[int], Nodes] = visibility_nodes,
) -> float:
    nodes, weights = nodes_of(len(logits))
    return float(weights @ np.exp(log_history(nodes, logits, marks, slope)))


def adaptive(logits: np.ndarray, marks: np.ndarray, slope: np.ndarray) -> float:
    """Integrate by quad, on both sides of the integrand's peak, scaled to one there."""
    grid = np.linspace(-12.0, 12.0, 481)
    height = log_history(grid, logits, marks, slope) - grid**2 / 2
    peak, top = grid[height.argmax()], height.max()

    def integrand(z: float) -> float:
        return math.exp(log_history(z, logits, marks, slope)[0] - z * z / 2 - top)

    halves = [
        quad(integrand, a, b, epsabs=1e-9, epsrel=1e-7, limit=200)[0]
        for a, b in ((peak - 14.0, peak), (peak, peak + 14.0))
    ]
    return sum(halves) * math.exp(top) / math.sqrt(2 * math.pi)


def off(
    logits: np.ndarray,
    marks: np.ndarray,
    slope: np.ndarray | float = LAMBDA,
    nodes_of: Callable[[int], Nodes] = visibility_nodes,
) -> float:
    """Relative error of the nodes."""
    slope = np.broadcast_to(slope, logits.shape)
    return by_nodes(logits, marks, slope, nodes_of) / adaptive(logits, marks, slope) - 1.0


def histories(n: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Every history of n sources; of many sources a random choice, none and all among it."""
    every = np.array(list(itertools.product((-1, 1), repeat=n)))
    if len(every) <= MOST_HISTORIES:
        return list(every)
    chosen = rng.choice(len(every), MOST_HISTORIES, replace=False)
    return [every[0], every[-1], *every[chosen]]


@pytest.mark.parametrize("n", range(1, 11))
def test_equal_sources(n: int) -> None:
    """Sources alike: a history is how many of them reported."""
    worst = max(
        abs(off(np.full(n, logit), np.where(np.arange(n) < reported, 1, -1)))
        for logit in LOGITS
        for reported in range(n + 1)
    )
    assert worst < 0.01


@pytest.mark.parametrize("n", range(2, 11))
def test_equal_sources_of_a_group(n: int) -> None:
    worst = max(
        abs(off(np.full(n, logit), np.where(np.arange(n) < told, 1, -1), OF_GROUP, group_nodes))
        for logit in LOGITS
        for told in range(n + 1)
    )
    assert worst < 0.01


def test_the_limits_are_the_quantiles_of_the_priors() -> None:
    for name, most in (("visibility", LAMBDA), ("group_visibility", OF_GROUP)):
        quantile = halfnorm(scale=Priors()[name]["sigma"]).ppf(0.99)
        assert quantile <= most == pytest.approx(quantile, rel=0.002)


@pytest.mark.parametrize("n", range(1, 11))
def test_unlike_sources(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(10):
        logits = rng.uniform(-6.0, 3.0, n)
        assert max(abs(off(logits, marks)) for marks in histories(n, rng)) < 0.01


@pytest.mark.parametrize("n", range(2, 11))
def test_what_is_hard_to_see_alone_is_seen(n: int) -> None:
    """The rarest histories, whose peak lies where the grid is widest."""
    rng = np.random.default_rng(300 + n)
    for nodes_of, slope in ((visibility_nodes, LAMBDA), (group_nodes, OF_GROUP)):
        for _ in range(10):
            logits = rng.choice([-6.0, 3.0], n)
            assert abs(off(logits, np.where(logits < 0.0, 1, -1), slope, nodes_of)) < 0.01


@pytest.mark.parametrize("n", [2, 5, 10])
def test_unlike_slopes_and_sources_that_were_not_looking(n: int) -> None:
    rng = np.random.default_rng(100 + n)
    for _ in range(30):
        logits, slope = rng.uniform(-6.0, 3.0, n), rng.uniform(0.0, LAMBDA, n)
        assert abs(off(logits, rng.integers(-1, 2, n), slope)) < 0.01


@pytest.mark.parametrize("n", range(1, 11))
def test_a_group_has_half_the_weight_and_fewer_nodes(n: int) -> None:
    rng, slope = np.random.default_rng(200 + n), np.full(n, OF_GROUP)
    logits = rng.uniform(-6.0, 3.0, n)
    for marks in histories(n, rng):
        found = by_nodes(logits, marks, slope, group_nodes)
        assert abs(found / adaptive(logits, marks, slope) - 1.0) < 0.01
    assert len(group_nodes(n)[0]) < len(visibility_nodes(n)[0])


@pytest.mark.parametrize("n", range(13))
def test_weights_are_those_of_a_standard_normal(n: int) -> None:
    nodes, weights = visibility_nodes(n)
    assert weights.sum() == pytest.approx(1.0, abs=1e-14)
    assert weights @ nodes == pytest.approx(0.0, abs=1e-14)
    assert weights @ nodes**2 == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_array_equal(nodes, -nodes[::-1])


def test_a_known_integral() -> None:
    """E expit(a + λz) = P(logistic < a + λz), by symmetry one half at a = 0."""
    assert by_nodes(np.zeros(1), np.ones(1), np.array([LAMBDA])) == pytest.approx(0.5, abs=1e-12)
