"""Fisher information of the likelihood against the scores of simulated rounds, and against laws."""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.evidence import Evidence
from dtoscore.models import information, joint, mapping_detection
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.structure import TWO_CLASS, Structure
from dtoscore.models.tail import by_block, noise_at
from every_term import PRIORS, drawn, simulated
from laws import incidents
from test_density import CASES as EVERY
from test_density import point, some_of
from tiny import COPY, COURT, PAPER, PRESS, Case, evidence
from tiny_ground import Ground
from totalled import total

ROUNDS = 120
LEVELS = {
    "rate_total": {"mu": float(np.log(60.0)), "sigma": 0.2},
    "rivalry_total": {"mu": float(np.log(40.0)), "sigma": 0.2},
}
CASES = {
    "a wire's two papers, a war, other, delays, noise": Case(
        ("a", "b"), (PAPER, COPY), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_period=2, structure=Structure(), ground=Ground(lag=(8.0, 3.0)),
    ),
    "a paper, a court and two classes of visibility": Case(
        ("a", "b"), (PRESS, COURT), ("a", "b"), n_region=2, n_period=2,
        structure=Structure(visibility=TWO_CLASS),
    ),
}  # fmt: skip


def without_total(found: Evidence, case: Case) -> Density:
    plan = design(replace(found, aggregates=None), case.structure)
    return Density(plan, joint.parameters(plan, PRIORS.override(LEVELS)))


def score(target: Density, values: np.ndarray) -> np.ndarray:
    """Gradient of the log likelihood in the constrained values, from the compiled way back."""
    _, mass, _ = target.entries(values)
    found, d = target.tail.blocks, np.zeros(len(values))
    _, d_mass = noise_at(by_block(mass, found), values, found, d)
    mapping_detection.delays(values, *target.points, d)
    return target.pull_back(values, np.ones(len(mass)), d_mass) + d


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_variance_of_the_scores_of_simulated_rounds(name: str) -> None:
    """In one direction of each parameter and some of all; rounds are those of plain enumeration."""
    case, rng = CASES[name], np.random.default_rng(12)
    truth = drawn(case, rng) | {"noise": np.array(0.4)}
    scores, found = [], []
    for number in range(ROUNDS):
        target = without_total(simulated(case, truth, rng), case)
        values = target.pack({p.name: truth[p.name] for p in target.parameters})
        ways = 0.1 * some_ways(target)
        scores.append(ways @ score(target, values))
        if number % 6 == 0:
            found.append((information.root(target, values, ways) ** 2).sum(axis=1))
    expected, squares = np.array(found), np.array(scores) ** 2
    told = squares.mean(axis=0) > 1e-4
    assert told.sum() > 20
    error = np.hypot(_error(squares), _error(expected))[told]
    off = (squares.mean(axis=0) - expected.mean(axis=0))[told] / error
    assert np.abs(off).max() < 4.5
    ratio = np.log(expected.mean(axis=0)[told] / squares.mean(axis=0)[told])
    assert abs(ratio.mean()) < 4.5 * (2.0 / ROUNDS) ** 0.5 / told.sum() ** 0.5 + 0.02
    mean = np.array(scores)[:, told].mean(axis=0)  # of scores at the truth 0
    assert np.abs(mean / _error(np.array(scores))[told]).max() < 4.5


def _error(values: np.ndarray) -> np.ndarray:
    """Standard error of means over the first axis."""
    return np.asarray(values.std(axis=0) / np.sqrt(len(values)))


def some_ways(target: Density) -> np.ndarray:
    """A random direction within each parameter, then five of all: (direction, constrained)."""
    rng, n = np.random.default_rng(1), sum(int(np.prod(p.shape)) for p in target.parameters)
    rows = [rng.normal(size=n) / np.sqrt(n) for _ in range(5)]
    for p in target.parameters:
        at = target.starts[p.name]
        row = np.zeros(n)
        row[at] = rng.normal(size=at.stop - at.start)
        rows.insert(-5, row / np.linalg.norm(row))
    return np.array(rows)


def with_total(unit: str) -> tuple[Density, np.ndarray]:
    """A tiny round with a total of two months, and a value of its parameters."""
    case = EVERY["everything but wars"]
    told = total(
        some_of(evidence(case, 3), 60), 40, unit, capture=(0.7, 0.1), noise=0.2, periods=(0, 1)
    )
    plan = design(told, case.structure)
    target = Density(plan, joint.parameters(plan, PRIORS))
    params = target.unpack(target.constrain(point(target)))
    return target, target.pack(params | {"rate_intercept": np.array(1.0)})


def test_mean_and_variance_of_a_total_of_incidents_are_those_of_its_law() -> None:
    """Summed over all that it may count."""
    target, values = with_total("incidents")
    assert target.totals is not None
    moments, params = target.moments(values), target.unpack(values)
    (mean,), (variance,) = information.of_totals(target.totals, moments, params)
    counts, items, p = np.arange(2000), np.rint(target.totals.items[:2, 0]), params["capture"][0]
    log_p = incidents(counts, counts, *items, moments.unseen[0, 0], p, moments.spread[0, 0]).value
    law = np.exp(log_p)
    assert law.sum() == pytest.approx(1.0, abs=1e-6)
    assert mean == pytest.approx(law @ counts, rel=1e-3)
    assert variance == pytest.approx(law @ counts**2 - (law @ counts) ** 2, rel=1e-3)


@pytest.mark.parametrize("level", [-3.0, -1.0, 1.0])
def test_a_total_of_incidents_tells_of_its_mean_as_its_law_does(level: float) -> None:
    """E[(∂ log P / ∂λ)²] over all that it may count, beside (∂E/∂λ)² / S: few or many expected."""
    target, values = with_total("incidents")
    values = target.pack(target.unpack(values) | {"rate_intercept": np.array(level)})
    assert target.totals is not None
    moments, p = target.moments(values), target.unpack(values)["capture"][0]
    counts, rate, spread = np.arange(900), moments.unseen[0, 0], moments.spread[0, 0]
    law = incidents(counts, counts, 0.0, 0.0, rate, p, spread)
    score = law.rate + law.spread * 2.0 * spread / rate
    exact = np.exp(law.value) @ score**2
    assert exact == pytest.approx(p**2 / (p * rate + p**2 * spread), rel=0.03)


def test_bounds_leave_open_what_a_uniform_law_between_them_does() -> None:
    target, values = with_total("victims")
    assert target.totals is not None
    found = target.totals.found
    wide = replace(found, table=found.table.assign(count_low=20, count_high=79, count=-1))
    told = replace(target.design.evidence, aggregates=wide)
    plan = design(told, target.design.structure)
    other = Density(plan, joint.parameters(plan, PRIORS))
    assert other.totals is not None
    assert other.totals.bounds.tolist() == [[20.0], [79.0]]
    moments, params = target.moments(values), target.unpack(values)
    narrow = information.of_totals(target.totals, moments, params)
    open_ = information.of_totals(other.totals, moments, params)
    assert open_[0] == narrow[0]
    assert float(open_[1][0] - narrow[1][0]) == pytest.approx((60**2 - 1) / 12)


@pytest.mark.parametrize("unit", ["incidents", "victims"])
def test_totals_add_what_their_mean_and_variance_tell(unit: str) -> None:
    target, values = with_total(unit)
    assert target.totals is not None
    without = without_total(target.design.evidence, EVERY["everything but wars"])
    listed = {p.name for p in without.parameters}
    way = np.zeros(len(values))
    way[target.starts["rate_intercept"]] = 0.1
    up, down = (
        information.of_totals(target.totals, target.moments(x), target.unpack(x))
        for x in (values + 1e-3 * way, values - 1e-3 * way)
    )
    at = information.of_totals(target.totals, target.moments(values), target.unpack(values))
    mean, spread = (up[0] - down[0])[0] / 2e-3, np.log(up[1] / down[1])[0] / 2e-3
    expected = mean**2 / at[1][0] + (0.5 * spread**2 if unit == "victims" else 0.0)
    short = without.pack({k: v for k, v in target.unpack(values).items() if k in listed})
    shorter = np.zeros(len(short))
    shorter[without.starts["rate_intercept"]] = 0.1
    found = [
        (information.root(one, x, w[None]) ** 2).sum()
        for one, x, w in ((target, values, way), (without, short, shorter))
    ]
    assert found[0] - found[1] == pytest.approx(expected, rel=1e-4)


def test_mean_and_variance_of_a_total_of_victims_are_those_of_the_formula() -> None:
    target, values = with_total("victims")
    assert target.totals is not None
    moments, params = target.moments(values), target.unpack(values)
    (mean,), (variance,) = information.of_totals(target.totals, moments, params)
    v, held, w, w_held = target.totals.items[2:, 0]
    p, nu = params["capture"][0], params["total_noise"][0]
    expected = held + p * (v - held) + p * moments.unseen[0, 1]
    counted = p * (1.0 - p) * (w - w_held) + p * (moments.unseen[0, 2] + p * moments.spread[0, 1])
    assert mean == pytest.approx(expected)
    noisy = (1.0 + nu**2) * counted + nu**2 * expected**2
    assert variance == pytest.approx(noisy + 1.0 / 12.0)
