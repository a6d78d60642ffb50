"""What nobody saw, drawn given totals that share cells: enumeration, ranks of what is known."""

from itertools import product

import numpy as np
import pytest
from dtoscore.inference import given_totals
from dtoscore.inference.given_totals_chain import Months
from dtoscore.inference.strata import Cover, by_stratum, deal, stratify
from dtoscore.inference.unseen import SWEEPS
from dtoscore.models import victim_totals
from dtoscore.models.given_sizes import Laws, log_probability
from numpy.typing import NDArray
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
    columns |= {name: columns[name].astype(float) for name in ("low", "high")}  # compiled once
    return Laws(**columns, first=FIRST, second=SECOND)


def cover(*cells: tuple[int, ...], shares: np.ndarray) -> Cover:
    """Totals of each cell; ``shares`` (entry, author)."""
    cell = np.repeat(np.arange(len(cells)), [len(totals) for totals in cells])
    return Cover(cell, np.concatenate(cells).astype(np.int64), shares)


TWO = cover((0,), (0, 1), (1,), shares=np.ones((4, 2)))
"""The first total covers cells 0 and 1, the second 1 and 2, of both authors."""
FEW = 8


NO_NOISE = (1.0, 0.0)
NOISE = (8.0, 8.0)
"""Shape and rate of the law of each month's factor."""
ONE, SEVERAL = np.array([0, 0, 0]), np.array([0, 1, 1])
"""Month of each of three cells."""


def log_prior(
    states: np.ndarray, expected: np.ndarray, noise: tuple[float, float], of_kind: np.ndarray
) -> np.ndarray:
    """Of unseen incidents (state, kind): Poisson, the factor of their month integrated out."""
    (shape, rate), log = noise, stats.poisson(expected).logpmf(states).sum(axis=1)
    for month in np.unique(of_kind) if rate else ():
        n, whole = states[:, of_kind == month].sum(axis=1), expected[of_kind == month].sum()
        gamma = gammaln(shape + n) - gammaln(shape) + shape * np.log(rate)
        log = log + whole + gamma - (shape + n) * np.log(rate + whole)
    return log


def of_share(share: np.ndarray | float) -> np.ndarray:
    """What of an incident is COVERED, its square, and whether it is covered whole."""
    return np.stack([np.asarray(share), np.square(share), np.equal(share, 1.0)]).astype(float)


def enumerated(
    expected: np.ndarray, law: Laws, by: Cover, noise: tuple[float, float], of_cell: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each number of unseen incidents given the totals, shape of expected."""
    shape, flat = expected.shape, expected.ravel()
    at = np.flatnonzero(flat)
    states = np.zeros((FEW ** len(at), len(flat)), np.int64)
    states[:, at] = list(product(range(FEW), repeat=len(at)))
    log = log_prior(states, flat, noise, np.repeat(of_cell, flat.size // len(of_cell)))
    whole = states.reshape(-1, *shape)
    for j in range(len(law.low)):
        sums = np.zeros((len(states), 3, shape[2]))
        for e in np.flatnonzero(by.total == j):
            sums += np.einsum("navw,ra->nrv", whole[:, by.cell[e]], of_share(by.share[e]))
        log += [log_probability(law, j, row) for row in sums]
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = weight @ states
    return mean.reshape(shape), (weight @ states**2 - mean**2).reshape(shape)


class Chain:
    """Draws of the unseen given totals, each from a free draw; all in one month unless said."""

    def __init__(
        self, expected: np.ndarray, law: Laws, by: Cover,
        noise: tuple[float, float] = NO_NOISE, of_cell: np.ndarray | None = None, seed: int = 7,
    ) -> None:  # fmt: skip
        self.rng, self.expected = np.random.default_rng(seed), expected
        self.law, self.noise = law, noise
        self.of_cell = np.zeros(len(expected), np.int64) if of_cell is None else of_cell
        self.blocks, self.strata, self.pairs = stratify(by, self.of_cell, len(law.low))
        self.own = np.ascontiguousarray(expected[self.pairs.cell, self.pairs.author])
        self.rates = by_stratum(self.own, self.pairs)

    def counts(self, sweeps: int = SWEEPS) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Incidents by stratum and size, and the months' factors."""
        n = len(self.blocks)
        factor = np.ones(n) if self.noise == NO_NOISE else self.free_factor(n)
        months = Months(factor, *(np.full(n, x) for x in self.noise))
        counts = self.rng.poisson(self.rates * factor[self.strata.block, None])
        given_totals.renew(self.rng, counts, self.rates, self.law, self.strata, months, sweeps)
        return counts, factor

    def free_factor(self, n: int) -> np.ndarray:
        return self.rng.gamma(self.noise[0], 1.0 / self.noise[1], n)

    def dealt(self, sweeps: int = SWEEPS) -> NDArray[np.int64]:
        """Incidents by cell, author, size and class; every month has some that totals cover."""
        counts, factor = self.counts(sweeps)
        result = self.rng.poisson(self.expected * factor[self.of_cell, None, None, None])
        at = self.pairs.cell, self.pairs.author
        result[at] = deal(self.rng, counts, self.own, self.pairs.start)
        return result

    def log_totals(self, counts: np.ndarray) -> float:
        """log P of all totals."""
        s = self.strata
        result = 0.0
        for j in range(len(self.law.low)):
            own = np.zeros((3, counts.shape[1]))
            for e in np.flatnonzero(s.total == j):
                owner = np.searchsorted(s.start, e, side="right") - 1
                own += of_share(s.share[e])[:, None] * counts[owner]
            result += log_probability(self.law, j, own)
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


MONTHS = {"rates": (NO_NOISE, ONE), "factors of two months": (NOISE, SEVERAL)}


@pytest.mark.parametrize(("noise", "of_cell"), MONTHS.values(), ids=MONTHS)
@pytest.mark.parametrize(("law", "by"), CASES.values(), ids=CASES)
def test_equals_enumeration(
    law: Laws, by: Cover, noise: tuple[float, float], of_cell: np.ndarray
) -> None:
    expected = np.zeros((3, 2, 2, 1))  # cell, author, size, class
    expected[:, 0, 0, 0] = 0.9, 0.5, 1.1
    expected[1:, 1, 1, 0] = 0.6, 0.8
    mean, variance = enumerated(expected, law, by, noise, of_cell)
    n = 1500
    chain = Chain(expected, law, by, noise, of_cell)
    found = np.array([chain.dealt() for _ in range(n)])
    error = np.sqrt(variance / n)
    assert (np.abs(found.mean(axis=0) - mean) <= 4.5 * error + 1e-9).all()
    np.testing.assert_allclose(found.var(axis=0), variance, rtol=0.2, atol=0.03)


def test_one_long_chain_keeps_the_law() -> None:
    """Whatever starts are worth: the law that moves of many incidents leave as it is."""
    expected = np.zeros((3, 2, 2, 1))
    expected[:, 0, 0, 0] = 0.9, 0.5, 1.1
    expected[1:, 1, 1, 0] = 0.6, 0.8
    law, by = CASES["victims"]
    mean, variance = enumerated(expected, law, by, NOISE, SEVERAL)
    chain = Chain(expected, law, by, NOISE, SEVERAL)
    found = np.array([chain.dealt(200) for _ in range(500)])
    assert (np.abs(found.mean(axis=0) - mean) <= 4.5 * np.sqrt(variance / 500) + 1e-9).all()


def test_where_totals_say_nothing_draws_are_poisson() -> None:
    expected = np.full((3, 2, 2, 1), 0.7)
    law = laws(*[{"in_incidents": False, "low": 0, "high": 1e9}] * 2)
    chain = Chain(expected, law, TWO)
    found = np.array([chain.dealt() for _ in range(2000)])
    assert found.mean() == pytest.approx(0.7, abs=4.5 * (0.7 / 2000 / 12) ** 0.5)
    assert found.var() == pytest.approx(0.7, rel=0.05)


def test_where_totals_say_nothing_factors_keep_their_law() -> None:
    """1,000 incidents of a month tell its factor: all ways from one to another are open."""
    law = laws({"in_incidents": False, "low": 0, "high": 1e9})
    chain = Chain(np.full((1, 2, 2, 1), 250.0), law, cover((0,), shares=np.ones((1, 2))), NOISE)
    factor = np.array([chain.counts()[1][0] for _ in range(2000)])
    assert stats.kstest(factor, stats.gamma(8.0, scale=1 / 8.0).cdf).pvalue > 1e-3


@pytest.mark.parametrize("count", [0, 60])
def test_finds_its_way_to_where_the_total_can_be(count: int) -> None:
    """About 14 are expected of the total, in many cells: the number counted comes out."""
    cells, expected = 20, np.full((20, 2, 2, 1), 0.18)
    by = cover(*[(0,)] * cells, shares=np.ones((cells, 2)))
    chain = Chain(expected, laws({"low": count, "high": count}), by)
    found = np.array([chain.dealt() for _ in range(100)])
    assert (found.sum(axis=(1, 2, 3, 4)) == count).all()


@pytest.mark.parametrize("expected", [1.0, 100.0])
def test_a_total_of_incidents_tells_of_the_factor(expected: float) -> None:
    """Half are counted, 90 of 100 expected: 177 happened, if months differ by half.

    Where 1 was expected the total is far from all that was foreseen, and is met all the same.
    """
    shape, total = 4.0, 90
    u = np.arange(5000)
    prior = stats.nbinom(shape, shape / (shape + expected))
    log = prior.logpmf(u) + stats.binom(u, 0.5).logpmf(total)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = weight @ u
    sd = (weight @ u**2 - mean**2) ** 0.5
    law = laws({"low": total, "high": total, "capture": 0.5})
    by = cover((0,), shares=np.ones((1, 1)))
    chain = Chain(np.full((1, 1, 1, 1), expected), law, by, (shape, shape))
    found = [chain.counts() for _ in range(2000)]
    happened = np.array([counts.sum() for counts, _ in found])
    assert happened.mean() == pytest.approx(mean, abs=4.5 * sd / 2000**0.5)
    assert happened.std() == pytest.approx(sd, rel=0.08)
    factor = np.array([factor[0] for _, factor in found])
    by_law = (shape + mean) / (shape + expected)
    assert factor.mean() == pytest.approx(by_law, abs=4.5 * factor.std() / 2000**0.5)


def test_victims_far_from_what_was_expected() -> None:
    """300 incidents are expected, and 867 dead there must be: longer runs find no others."""
    law = laws({"in_incidents": False, "low": 780, "high": 780, "capture": 0.9})
    by = cover((0,), shares=np.ones((1, 1)))
    shares = np.array([0.9, 0.1])
    chain = Chain(300.0 * shares[None, None, :, None], law, by, (10.0, 10.0))
    few, many = (
        np.array([chain.counts(sweeps)[0] for _ in range(400)], float) @ FIRST
        for sweeps in (SWEEPS, 10 * SWEEPS)
    )
    error = np.hypot(few.std(), many.std()) / 400**0.5
    assert abs(few.mean() - many.mean()) < 4.5 * error
    assert few.std() == pytest.approx(many.std(), rel=0.15)


def world(rng: np.random.Generator) -> tuple[Chain, np.ndarray]:
    """Six months of 300 to 1,000 expected and their totals; one author has a total of its own.

    Months' totals count half, with noise; the author's nine in ten of three months. What is drawn
    of the model: the factors, the unseen, the totals.
    """
    sizes = np.array([0.7, 0.3])
    expected = np.geomspace(300, 1000, 6)[:, None, None] * np.array([[0.3], [0.7]]) * sizes
    own = np.array([[1.0, 1.0]] * 6 + [[1.0, 0.0]] * 3)
    by = Cover(np.array([*range(6), 1, 2, 3]), np.array([*range(6), 6, 6, 6]), own)
    usual = {"in_incidents": False, "capture": 0.5, "noise": 0.1}
    rows = [usual] * 6 + [usual | {"capture": 0.9, "noise": 0.0}]
    factor = rng.gamma(20.0, 1 / 20.0, 6)
    truth = rng.poisson(expected * factor[:, None, None])
    covered = np.zeros((7, 2))
    np.add.at(covered, by.total, np.einsum("ea,eav->ev", own, truth[by.cell]))
    told = [
        row | {"low": t, "high": t}
        for row, t in zip(rows, counted(rng, rows, covered), strict=True)
    ]
    seed = int(rng.integers(2**31))
    return Chain(expected[..., None], laws(*told), by, (20.0, 20.0), np.arange(6), seed), truth


def counted(rng: np.random.Generator, rows: list[dict], sizes: np.ndarray) -> np.ndarray:
    """Totals of victims of these sizes, shape (total,); of series with noise some are wild."""
    p, nu = (np.array([row[name] for row in rows]) for name in ("capture", "noise"))
    mean = p * (sizes @ FIRST)
    var = p * (1 - p) * (sizes @ SECOND) + p**2 * (sizes @ (SECOND - FIRST**2))
    sd = np.sqrt((1 + nu**2) * var + (nu * mean) ** 2)
    wild = (rng.random(len(p)) < victim_totals.WILD) & (nu > 0)
    return np.maximum(np.rint(rng.normal(mean, sd * np.where(wild, victim_totals.WIDER, 1.0))), 0.0)


def summaries(chain: Chain, counts: np.ndarray) -> list[float]:
    """Of the last month and the second; of the author's own total; and how well totals are met.

    The last sees a chain that stays where it starts: free draws and the truth rank alike in all
    others, whatever is told.
    """
    s = chain.strata
    of_author = s.member[s.of_total[6] : s.of_total[7]]
    months = [counts[s.block == month].sum() for month in (5, 1)]
    return [*months, counts[of_author].sum(), chain.log_totals(counts)]


def test_the_truth_ranks_as_any_draw() -> None:
    """Simulation-based calibration (Talts et al. 2018), of the data too (Modrák et al. 2023)."""
    rng, n, draws = np.random.default_rng(11), 150, 19
    ranks = np.empty((n, 4), np.int64)
    for i in range(n):
        chain, truth = world(rng)
        s, pairs = chain.strata, chain.pairs
        known = np.zeros((len(s.block), 2), np.int64)
        owner = np.repeat(np.arange(len(s.block)), np.diff(pairs.start))
        np.add.at(known, owner, truth[pairs.cell, pairs.author])
        right = np.array(summaries(chain, known))
        found = np.array([summaries(chain, chain.counts()[0]) for _ in range(draws)])
        ties = (found == right).sum(axis=0)
        ranks[i] = (found < right).sum(axis=0) + rng.integers(0, ties + 1)
    bins = np.array([np.bincount(column // 2, minlength=10) for column in ranks.T])
    assert (stats.chisquare(bins, axis=1).pvalue > 1e-3).all(), bins


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
    by_normal = np.vectorize(victim_totals.contaminated)
    expected = by_normal(law.low, law.high, np.array(mean), np.array(var), wild)[0]
    found = [log_probability(law, j, np.tile(sizes, (3, 1))) for j in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def thinned(law: Laws, groups: list[tuple[int, float]], most: int) -> np.ndarray:
    """P(T) of incidents of which each is counted with probability s p, by convolution."""
    p, rest = float(law.capture[0]), float(law.capture[0] * law.background[0, 0])
    whole = stats.poisson(rest).pmf(np.arange(most + 1))
    for n, share in [(int(law.items[0] - law.held[0]), 1.0), *groups]:
        whole = np.convolve(whole, stats.binom(n, share * p).pmf(np.arange(n + 1)))[: most + 1]
    return np.concatenate([np.zeros(int(law.held[0])), whole])


def log_of(law: Laws, groups: list[tuple[int, float]], count: int) -> float:
    sums = sum(n * of_share(share) for n, share in groups)
    told = law._replace(low=np.array([float(count)]), high=np.array([float(count)]))
    return log_probability(told, 0, np.stack([sums, np.zeros(3)], axis=1))


PART = {
    "half a month": ([(9, 0.5)], {}, 1e-9),
    "half, and whole ones": ([(7, 0.5), (4, 1.0)], {"items": 3, "held": 1}, 1e-9),
    "all of what it covers is counted": ([(9, 0.5), (2, 1.0)], {"capture": 1.0}, 1e-9),
    "two shares": ([(8, 0.5), (6, 0.25), (3, 1.0)], {}, 0.01),
    "and others too": ([(12, 0.4)], {"background": np.array([5.0, 0.0, 0.0])}, 0.01),
}


@pytest.mark.parametrize(("groups", "row", "far"), PART.values(), ids=PART)
def test_what_is_covered_in_part_is_counted_by_chance(
    groups: list[tuple[int, float]], row: dict, far: float
) -> None:
    """Not half of nine, but each of nine by half: exactly so where one share is below 1."""
    law = laws({"capture": 0.8} | row)
    right = thinned(law, groups, 40)
    found = np.array([np.exp(log_of(law, groups, count)) for count in range(25)])
    assert np.abs(found - right[:25]).max() < far


def test_victims_of_incidents_that_are_covered_in_part_scatter_by_chance() -> None:
    """Six incidents of 1 dead and four of 4 ± √2; half are looked at, .8 of these counted."""
    law = laws({"in_incidents": False, "low": 5, "high": 9, "capture": 0.8})
    counts, share = np.array([6.0, 4.0]), 0.5
    q = 0.8 * share
    mean, var = q * counts @ FIRST, counts @ (q * SECOND - q**2 * FIRST**2)
    expected = np.vectorize(victim_totals.contaminated)(5.0, 9.0, mean, var, 0.0)[0]
    found = log_probability(law, 0, of_share(share)[:, None] * counts)
    assert found == pytest.approx(float(expected), rel=1e-9)
    draws = np.random.default_rng(3)
    seen = draws.binomial(counts.astype(int), q, (200_000, 2))
    dead = seen[:, 0] + 4 * seen[:, 1] + np.sqrt(2.0 * seen[:, 1]) * draws.normal(size=200_000)
    assert dead.mean() == pytest.approx(mean, rel=0.01)
    assert dead.var() == pytest.approx(var, rel=0.02)


def test_a_total_of_half_a_month_leaves_the_other_half_as_it_was() -> None:
    """Ten of the covered half are known; those of the other half are Poisson, 10 are expected."""
    law, by = laws({"low": 10, "high": 10}), cover((0,), shares=np.full((1, 1), 0.5))
    chain = Chain(np.full((1, 1, 1, 1), 20.0), law, by)
    found = np.array([chain.counts()[0].sum() for _ in range(2000)])
    assert found.mean() == pytest.approx(20.0, abs=4.5 * (10 / 2000) ** 0.5)
    assert found.var() == pytest.approx(10.0, rel=0.15)
