"""What nobody saw, drawn given totals that share cells, against enumeration."""

from itertools import product

import numpy as np
import pytest
from dtoscore.inference import given_totals
from dtoscore.inference.given_totals import Cover, Laws, Months
from dtoscore.inference.unseen import SWEEPS
from dtoscore.models import victim_totals
from scipy import stats
from scipy.special import gammaln

FIRST, SECOND = np.array([1.0, 4.0]), np.array([1.0, 18.0])
"""Dead and their squares of an incident of each size: of the second they vary by 2."""


def laws(*rows: dict) -> Laws:
    """Totals, one a row; what a row does not say is as where nothing is itemised."""
    usual = {
        "in_incidents": True, "low": 0.0, "high": 0.0, "items": 0, "held": 0, "free": 0.0,
        "free_squares": 0.0, "sure": 0.0, "capture": 1.0, "noise": 0.0,
        "background": np.zeros(3),
    }  # fmt: skip
    columns = {name: np.array([(usual | row)[name] for row in rows]) for name in usual}
    return Laws(**columns, first=FIRST, second=SECOND)


def cover(*cells: tuple[int, ...], shares: np.ndarray) -> Cover:
    """Totals of each cell; ``shares`` (entry, author)."""
    start = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])])
    return Cover(start, np.concatenate(cells).astype(np.int64), shares)


TWO = cover((0,), (0, 1), (1,), shares=np.ones((4, 2)))
"""The first total covers cells 0 and 1, the second 1 and 2, of both authors."""
FEW = 8


NO_NOISE = (1.0, 0.0)
NOISE = (8.0, 8.0)
"""Shape and rate of the law of the one month's factor."""


def months(n_cell: int, shape: float, rate: float) -> Months:
    return Months(np.zeros(n_cell, np.int64), np.ones(1), np.array([shape]), np.array([rate]))


def log_prior(states: np.ndarray, expected: np.ndarray, shape: float, rate: float) -> np.ndarray:
    """Of unseen incidents (state, kind): Poisson, the factor they share integrated out."""
    log = stats.poisson(expected).logpmf(states).sum(axis=1)
    if rate == 0.0:
        return log
    n, whole = states.sum(axis=1), expected.sum()
    gamma = gammaln(shape + n) - gammaln(shape) + shape * np.log(rate)
    return log + whole + gamma - (shape + n) * np.log(rate + whole)


def enumerated(
    expected: np.ndarray, law: Laws, by: Cover, noise: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each number of unseen incidents given the totals, shape of expected."""
    shape, flat = expected.shape, expected.ravel()
    at = np.flatnonzero(flat)
    states = np.zeros((FEW ** len(at), len(flat)), np.int64)
    states[:, at] = list(product(range(FEW), repeat=len(at)))
    log = log_prior(states, flat, *noise)
    whole = states.reshape(-1, *shape)
    for j in range(len(law.low)):
        sizes = np.zeros((len(states), shape[2]))
        for c in range(shape[0]):
            for e in range(by.start[c], by.start[c + 1]):
                if by.total[e] == j:
                    sizes += np.einsum("navw,a->nv", whole[:, c], by.share[e])
        log += [given_totals.log_probability(law, j, row) for row in sizes]
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = weight @ states
    return mean.reshape(shape), (weight @ states**2 - mean**2).reshape(shape)


def drawn(
    expected: np.ndarray, law: Laws, by: Cover, n: int, noise: tuple[float, float] = NO_NOISE
) -> np.ndarray:
    rng = np.random.default_rng(7)
    result = np.empty((n, *expected.shape), np.int64)
    for i in range(n):
        month = months(len(expected), *noise)
        if noise != NO_NOISE:
            month.factor[0] = rng.gamma(noise[0], 1.0 / noise[1])
        result[i] = rng.poisson(expected * month.factor[0])
        given_totals.renew(rng, result[i], expected, law, by, month, SWEEPS)
    return result


CASES = {
    "incidents, all counted": (laws({"low": 4, "high": 4}, {"low": 2, "high": 3}), TWO),
    "incidents, some counted": (
        laws(
            {"low": 5, "high": 5, "items": 3, "held": 1, "capture": 0.6},
            {"low": 3, "high": 4, "capture": 0.5},
        ),
        TWO,
    ),
    "incidents, of others too": (
        laws(
            {"low": 5, "high": 5, "capture": 0.9, "background": np.array([2.0, 4.0, 9.0])},
            {"low": 2, "high": 2},
        ),
        TWO,
    ),
    "victims": (
        laws(
            {"in_incidents": False, "low": 9, "high": 9, "capture": 0.8, "noise": 0.1},
            {"in_incidents": False, "low": 6, "high": 8, "free": 2.0, "sure": 1.0, "noise": 0.2},
        ),
        TWO,
    ),
    "of one author, for part of a cell": (
        laws({"low": 3, "high": 3}, {"in_incidents": False, "low": 4, "high": 4, "noise": 0.3}),
        cover((0, 1), (0,), (1,), shares=np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0], [0.4, 1]])),
    ),
}


@pytest.mark.parametrize("noise", [NO_NOISE, NOISE], ids=["rates", "a month's factor"])
@pytest.mark.parametrize(("law", "by"), CASES.values(), ids=CASES)
def test_equals_enumeration(law: Laws, by: Cover, noise: tuple[float, float]) -> None:
    expected = np.zeros((3, 2, 2, 1))  # cell, author, size, class
    expected[:, 0, 0, 0] = 0.9, 0.5, 1.1
    expected[1:, 1, 1, 0] = 0.6, 0.8
    mean, variance = enumerated(expected, law, by, noise)
    n = 4000
    found = drawn(expected, law, by, n, noise)
    error = np.sqrt(variance / n)
    assert (np.abs(found.mean(axis=0) - mean) <= 4.5 * error + 1e-9).all()
    np.testing.assert_allclose(found.var(axis=0), variance, rtol=0.15, atol=0.02)


def test_where_totals_say_nothing_draws_are_poisson() -> None:
    expected = np.full((3, 2, 2, 1), 0.7)
    law = laws(*[{"in_incidents": False, "low": 0, "high": 1e9}] * 2)
    found = drawn(expected, law, TWO, 4000)
    assert found.mean() == pytest.approx(0.7, abs=4.5 * (0.7 / 4000 / 12) ** 0.5)
    assert found.var() == pytest.approx(0.7, rel=0.05)


@pytest.mark.parametrize("count", [0, 60])
def test_finds_its_way_to_where_the_total_can_be(count: int) -> None:
    """About 14 are expected of the first total, in many cells: the number counted comes out."""
    cells, expected = 20, np.full((20, 2, 2, 1), 0.18)
    by = cover(*[(0,)] * cells, shares=np.ones((cells, 2)))
    found = drawn(expected, laws({"low": count, "high": count}), by, 100)
    assert (found.sum(axis=(1, 2, 3, 4)) == count).all()


def test_more_sweeps_change_nothing_where_totals_are_large() -> None:
    """Hundreds of dead of a month, and of its year: expected 16 % too low of the rates."""
    expected = np.full((12, 3, 2, 1), 12.0)
    year = {"in_incidents": False, "low": 2500, "high": 2500, "noise": 0.01}
    month = {"in_incidents": False, "low": 210, "high": 210, "noise": 0.02}
    by = cover(*[(0, 1 + c) for c in range(12)], shares=np.ones((24, 3)))
    law = laws(year, *[month] * 12)
    rng = np.random.default_rng(3)
    sums = {SWEEPS: [], 20 * SWEEPS: []}
    for sweeps, dead in sums.items():
        for _ in range(200):
            unseen = rng.poisson(expected)
            month = months(12, *NO_NOISE)
            given_totals.renew(rng, unseen, expected, law, by, month, sweeps)
            dead.append((unseen.sum(axis=(0, 1, 3)) * FIRST).sum())
    few, many = (np.array(x, float) for x in sums.values())
    error = np.hypot(few.std(), many.std()) / 200**0.5
    assert abs(few.mean() - many.mean()) < 4.5 * error
    assert few.std() == pytest.approx(many.std(), rel=0.25)


def test_victims_have_the_probability_of_the_formula() -> None:
    law = laws(
        {"in_incidents": False, "low": 9, "high": 12, "free": 2.0, "free_squares": 5.0,
         "sure": 3.0, "capture": 0.7, "noise": 0.2, "background": np.array([1.0, 2.0, 6.0])},
        {"in_incidents": False, "low": 0, "high": 4, "capture": 0.9},
        {"in_incidents": False, "low": 900, "high": 900, "noise": 0.5},
    )  # fmt: skip
    sizes = np.array([3.0, 2.0])
    v, w = sizes @ FIRST, sizes @ SECOND
    spread = sizes @ (SECOND - FIRST**2)
    mean = [3 + 0.7 * (2 + v + 2), 0.9 * v, v]
    var = [
        1.04 * (0.7 * 0.3 * (5 + w) + 0.49 * spread + 0.7 * 6) + (0.2 * mean[0]) ** 2,
        0.9 * 0.1 * w + 0.81 * spread,
        1.25 * spread + (0.5 * mean[2]) ** 2,
    ]
    wild = np.array([victim_totals.WILD, 0.0, victim_totals.WILD])
    expected = victim_totals.contaminated(law.low, law.high, np.array(mean), np.array(var), wild)[0]
    found = [given_totals.log_probability(law, j, sizes) for j in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
