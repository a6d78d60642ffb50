"""One total against brute force: every way in which it can come about, enumerated."""

import itertools
import math

import numpy as np
import pytest
from dtoscore.models import aggregates
from dtoscore.models.aggregates import background, draw_incidents
from dtoscore.models.incident_totals import whole_items
from dtoscore.models.victim_totals import expected, interval
from laws import Shared, incidents, victims
from scipy import stats
from scipy.special import logsumexp

MOST = 60
"""More unseen than any case here can have: P(Poisson(6) > 60) is below 1e-30."""
CASES = [
    (0, 0, 2.0, 0.6), (3, 0, 1.5, 0.7), (4, 2, 0.8, 0.3), (5, 5, 2.5, 0.9), (2, 1, 0.0, 0.4),
    (3, 1, 2.0, 1.0), (3, 0, 0.0, 1.0), (6, 0, 6.0, 0.05),
]  # fmt: skip


def incident_pmf(totals, items: int, held: int, rate: float, capture: float) -> np.ndarray:
    """log P(T) of totals of incidents by the convolution from which they are drawn."""
    return logsumexp(aggregates._joint(totals, items, held, rate, capture), axis=1)


def enumerated(items: int, held: int, rate: float, capture: float) -> np.ndarray:
    """P(T, unseen) by every choice among the itemised and every number of unseen and counted."""
    table = np.zeros((MOST + items + 1, MOST))
    for unseen in range(MOST):
        happens = math.exp(-rate) * rate**unseen / math.factorial(unseen)
        for chosen in itertools.product((0, 1), repeat=items - held):
            of_items = math.prod(capture if c else 1 - capture for c in chosen)
            for counted in range(unseen + 1):
                ways = math.comb(unseen, counted) * capture**counted
                ways *= (1 - capture) ** (unseen - counted)
                table[held + sum(chosen) + counted, unseen] += happens * of_items * ways
    return table


@pytest.mark.parametrize("case", CASES)
def test_the_law_of_a_total_equals_enumeration(case) -> None:
    expected = enumerated(*case).sum(axis=1)
    found = np.exp(incident_pmf(np.arange(len(expected)), *case))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert np.exp(incident_pmf([-2, -1], *case)).tolist() == [0, 0]


@pytest.mark.parametrize("case", CASES)
def test_bounds_add_up(case) -> None:
    each = incident_pmf(np.arange(3, 8), *case)
    found = incidents(3, 7, *case).value
    np.testing.assert_allclose(found, logsumexp(each), rtol=1e-12, atol=1e-12)


def test_a_residual_total_is_poisson() -> None:
    found = incidents([0, 3, 9], [0, 3, 9], 0, 0, 4.0, 0.7).value
    np.testing.assert_allclose(found, stats.poisson.logpmf([0, 3, 9], 2.8), rtol=1e-12)


def test_a_capture_of_one_makes_the_unseen_known() -> None:
    """T = N exactly: nothing is left open, and a total below the itemised cannot be."""
    totals = np.arange(3, 9)
    found = incidents(totals, totals, 3, 1, 1.7, 1.0).value
    np.testing.assert_allclose(found, stats.poisson.logpmf(totals - 3, 1.7), rtol=1e-12)
    assert incidents(2, 2, 3, 1, 1.7, 1.0).value == -np.inf
    rng = np.random.default_rng(1)
    for total in totals.tolist():
        drawn = {draw_incidents(total, total, 3, 1, 1.7, 1.0, rng) for _ in range(50)}
        assert drawn == {aggregates.Drawn(total, 2, total - 3)}


def test_a_total_below_what_is_held_cannot_be() -> None:
    assert incidents(1, 1, 4, 2, 3.0, 0.5).value == -np.inf
    with pytest.raises(ValueError, match="from 1 to 1"):
        draw_incidents(1, 1, 4, 2, 3.0, 0.5, np.random.default_rng(0))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("low", "high"), [(4, 4), (5, 9), (0, 6)])
def test_derivatives_of_incidents(case, low, high) -> None:
    items, held, rate, capture = case
    found = incidents(low, high, *case)
    if found.value == -np.inf:
        assert np.isnan(found.rate)
        return
    step = 1e-6
    for name, at in (("rate", rate), ("capture", capture)):

        def value(x: float, name: str = name) -> float:
            changed = {"rate": rate, "capture": capture} | {name: x}
            return float(incidents(low, high, items, held, **changed).value)

        # at λ = 0 and p = 1 from inside, by a rule of second order
        side = 1 if at == 0 else -1 if at == 1 else 0
        if side:
            slope = 4 * value(at + side * step) - value(at + 2 * side * step) - 3 * value(at)
            slope /= 2 * side * step
        else:
            slope = (value(at + step) - value(at - step)) / (2 * step)
        assert getattr(found, name) == pytest.approx(slope, rel=2e-5, abs=1e-6)


@pytest.mark.parametrize(("low", "high"), [(4, 4), (5, 9), (0, 6), (0, 10**6), (60, 60)])
@pytest.mark.parametrize("shape", [0.5, 4.0, 1e9])
def test_months_factors_make_the_unseen_negative_binomial(low, high, shape) -> None:
    """x ~ Binomial(3, .4), X ~ Poisson(g λ p), g ~ Gamma: summed by scipy, and its slopes."""
    at = {"rate": 7.0, "capture": 0.4, "spread": 49.0 / shape}

    def exact(rate: float, capture: float, spread: float) -> float:
        size = rate**2 / spread
        law = stats.nbinom(size, size / (size + rate * capture))
        return sum(
            stats.binom.pmf(x, 3, capture)
            * (
                law.pmf(low - 2 - x)
                if low == high
                else law.cdf(high - 2 - x) - law.cdf(low - 3 - x)
            )
            for x in range(4)
        )

    found = incidents(low, high, 5, 2, **at)
    if shape < 1e6:  # beyond it scipy loses figures
        assert found.value == pytest.approx(np.log(exact(**at)), rel=1e-9, abs=1e-13)
    else:
        near = incidents(low, high, 5, 2, at["rate"], at["capture"]).value
        assert found.value == pytest.approx(near, rel=1e-7, abs=1e-12)
    for name, value in at.items():
        if name == "spread" and shape > 1e6:
            continue  # its slope there: the next test
        step = 1e-5 * value
        ends = [
            float(incidents(low, high, 5, 2, **at | {name: value + d}).value) for d in (step, -step)
        ]
        slope = (ends[0] - ends[1]) / (2 * step)
        assert getattr(found, name) == pytest.approx(slope, rel=1e-5, abs=1e-8), name


def test_small_and_large_spread_are_one_law() -> None:
    """No figures are lost where the spread is small: the slope at 0 is that of a finite step."""
    exact, step = incidents(9, 9, 0, 0, 7.0, 0.8, 0.0), 1e-3
    near = incidents(9, 9, 0, 0, 7.0, 0.8, step)
    assert exact.spread == pytest.approx(float((near.value - exact.value) / step), rel=1e-2)


def test_bounds_as_far_apart_as_they_may_be_cost_little() -> None:
    """From nothing to a million: certain, and no million numbers are gone through."""
    found = incidents(0, 10**9, 500, 20, 40.0, 0.5, 90.0)
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert found.rate == pytest.approx(0.0, abs=1e-12)


def test_parts_of_incidents_are_rounded() -> None:
    assert incidents(5, 5, 3.4, 1.0, 2.0, 0.5).value == incidents(5, 5, 3, 1, 2.0, 0.5).value
    assert whole_items(1.2, 2.0) == (2, 2)


@pytest.mark.parametrize("case", [c for c in CASES if c[2] > 0])
@pytest.mark.parametrize(("low", "high"), [(5, 5), (4, 7)])
def test_the_draw_is_the_conditional_law(case, low, high) -> None:
    """Unseen incidents given T, against enumeration; 20,000 draws, within 4.5 standard errors."""
    items, held, rate, capture = case
    joint = enumerated(*case)[low : high + 1]
    expected = joint.sum(axis=0) / joint.sum()
    rng = np.random.default_rng(11)
    n = 20_000
    drawn = [draw_incidents(low, high, items, held, rate, capture, rng) for _ in range(n)]
    unseen = np.bincount([d.unseen for d in drawn], minlength=MOST)[:MOST] / n
    error = np.sqrt(expected * (1 - expected) / n)
    assert (np.abs(unseen - expected) <= 4.5 * error + 1e-9).all()
    assert all(low <= d.total <= high and 0 <= d.itemised <= items - held for d in drawn)
    totals = joint.sum(axis=1) / joint.sum()
    of_total = np.bincount([d.total - low for d in drawn], minlength=len(totals)) / n
    assert (np.abs(of_total - totals) <= 4.5 * np.sqrt(totals * (1 - totals) / n) + 1e-9).all()


def test_a_share_divides_the_unseen_where_nothing_is_itemised() -> None:
    whole = np.array([2.0, 5.0])
    np.testing.assert_allclose(whole + background(whole, [0.5, 0.8]), [4.0, 6.25])
    np.testing.assert_allclose(background(8.0, 0.5), 8.0)
    np.testing.assert_allclose(background(8.0, 1.0), 0.0)


def test_a_series_that_counts_others_has_their_poisson_beside_it() -> None:
    """Organizations' events D, of which n are itemised; the series counts D and a background."""
    whole, seen, share, p, items = 3.0, 0.4, 0.6, 0.7, 2
    unseen = whole * (1 - seen)
    law = np.zeros(MOST)
    rest = whole * (1 / share - 1)
    for own, others in itertools.product(range(40), range(40)):
        weight = stats.poisson.pmf(own, unseen) * stats.poisson.pmf(others, rest)
        top = items + own + others + 1
        law[:top] += (weight * stats.binom.pmf(range(top), top - 1, p))[:MOST]
    found = np.exp(incident_pmf(np.arange(25), items, 0, unseen + background(whole, share), p))
    np.testing.assert_allclose(found, law[:25], rtol=1e-8, atol=1e-12)


MARKS = np.array([1, 1, 2, 5, 9])
NO_ITEMS = np.zeros((4, 1))


def test_mean_and_variance_of_victims_equal_enumeration() -> None:
    """Itemised victims chosen one by one; the unseen compound Poisson over sizes 1 and 4.

    What is written down is what is counted with a factor of 1 ± .3.
    """
    held, p, rates = 2, 0.35, {1: 1.2, 4: 0.3}
    mean = var = 0.0
    for chosen in itertools.product((0, 1), repeat=len(MARKS) - held):
        weight = math.prod(p if c else 1 - p for c in chosen)
        total = MARKS[:held].sum() + np.dot(chosen, MARKS[held:])
        mean, var = mean + weight * total, var + weight * total**2
    var -= mean**2
    for size, rate in rates.items():
        counts = np.arange(MOST)
        pmf = stats.poisson.pmf(counts, rate * p)
        mean += size * (pmf * counts).sum()
        var += size**2 * ((pmf * counts**2).sum() - (pmf * counts).sum() ** 2)
    moments = [MARKS.sum(), MARKS[:held].sum(), (MARKS**2).sum(), (MARKS[:held] ** 2).sum()]
    lam = sum(size * rate for size, rate in rates.items())
    squares = sum(size**2 * rate for size, rate in rates.items())
    noise = 0.3
    written = [0.5 * (1 + sign * noise) ** 2 * (var + mean**2) for sign in (1, -1)]
    moments = np.tile(np.array(moments)[:, None], 3)
    found = victims([3, 12, 20], [3, 15, 20], expected(moments, [lam] * 3, squares, p, noise)).value
    usual, wild = (stats.norm(mean, w * math.sqrt(sum(written) - mean**2)) for w in (1, 10))
    high, low = [3.5, 15.5, 20.5], [2.5, 11.5, 19.5]
    exact = np.log(
        0.98 * (usual.cdf(high) - usual.cdf(low)) + 0.02 * (wild.cdf(high) - wild.cdf(low))
    )
    np.testing.assert_allclose(found, exact, rtol=1e-9)


def test_probabilities_of_all_numbers_of_victims_add_up() -> None:
    counts = np.arange(2000)
    for rate in (0.01, 3.0, 80.0):
        found = victims(counts, counts, expected(NO_ITEMS, rate, 2 * rate, 0.8)).value
        assert np.exp(found).sum() == pytest.approx(1, abs=1e-10)


def test_nothing_counted_where_nothing_is_expected_is_certain_and_no_more() -> None:
    """A density would grow without bound as λ → 0."""
    rates = 10.0 ** -np.arange(1, 12)
    found = victims(0, 0, expected(NO_ITEMS, rates, rates, 0.9)).value
    assert (found <= 0).all()
    assert found[-1] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(("low", "high"), [(40, 40), (30, 70), (0, 0), (0, 25), (900, 900)])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_derivatives_of_victims(low, high, noise) -> None:
    moments = np.array([[30.0], [8.0], [90.0], [20.0]])
    base = {
        "rate": 25.0, "rate_squares": 80.0, "capture": 0.85, "noise": noise, "spread": 40.0
    }  # fmt: skip
    found = victims(low, high, expected(moments, **base | {"rate": [25.0]}))
    for name, at in base.items():
        if not at:
            continue  # without noise there is no such parameter
        step = 1e-6 * at
        ends = [
            victims(low, high, expected(moments, **base | {name: [at + s]})).value[0]
            for s in (step, -step)
        ]
        slope = (ends[0] - ends[1]) / (2 * step)
        assert getattr(found, name)[0] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def pair(told: tuple[float, float], p: tuple[float, float], both: float) -> tuple:
    """An inclusive total and a record of the same 40 unseen of one victim each."""
    x = expected(np.zeros((4, 2)), [40.0, 40.0], 40.0, np.array(p))
    return (
        np.array(told),
        np.array(told),
        x,
        Shared(np.array([0]), np.array([1]), np.array([both])),
    )


@pytest.mark.parametrize("record", [36.0, 20.0, 60.0])
def test_a_total_is_judged_given_the_record_of_the_same_dead(record: float) -> None:
    """U ~ Poisson(40), T₁ and T₂ binomial of U: E[T₁ | T₂] exactly, its variance at T₂ = E."""
    p = (0.6, 0.9)
    mean = p[0] * (record + 40 * (1 - p[1]))
    sd = math.sqrt(p[0] * (1 - p[0]) * 36 + p[0] * 40 * (1 - p[1]))
    found = victims(*pair((25.0, record), p, 40.0)).value[0]
    law = stats.norm(mean, sd)
    assert found == pytest.approx(np.log(law.cdf(25.5) - law.cdf(24.5)), rel=1e-9)
    alone = victims(*pair((25.0, record), p, 40.0)[:3]).value
    assert victims(*pair((25.0, record), p, 40.0)).value[1] == alone[1]


def test_two_series_of_the_same_dead_are_no_two_witnesses() -> None:
    """sd of λ given two counts of the unseen, against its exact posterior (flat prior)."""
    lam = np.linspace(10, 90, 321)
    u, p = np.arange(250), (0.9, 0.5)
    joint = stats.poisson.pmf(u[None], lam[:, None]) @ np.prod(
        [stats.binom.pmf(t, u, c) for t, c in zip((36, 20), p, strict=True)], axis=0
    )
    logs = []
    for value in lam:
        x = expected(np.zeros((4, 2)), [value] * 2, value, np.array(p[::-1]))
        shared = Shared(np.array([0]), np.array([1]), np.array([value]))
        counts = np.array([20.0, 36.0])
        logs.append([victims(counts, counts, x, *more).value.sum() for more in ((shared,), ())])
    given, apart = np.exp(np.array(logs) - np.max(logs, axis=0)).T

    def sd(weights: np.ndarray) -> float:
        mean = np.average(lam, weights=weights)
        return float(np.average((lam - mean) ** 2, weights=weights) ** 0.5)

    assert sd(given) == pytest.approx(sd(joint), rel=0.03)
    assert sd(apart) < 0.9 * sd(joint)


def test_derivatives_of_what_is_shared() -> None:
    """Of a total with noise and a record, by every number the law hangs on."""
    weight = np.array([1.3, 0.7])
    items = np.array([[30.0, 0.0], [8.0, 0.0], [90.0, 0.0], [20.0, 0.0]])
    base = {
        "rate": [25.0, 14.0], "rate_squares": [80.0, 40.0], "capture": [0.6, 0.85],
        "noise": [0.2, 0.0], "spread": [40.0, 12.0], "both": [45.0],
    }  # fmt: skip
    base = {name: np.array(value) for name, value in base.items()}
    counts = np.array([50.0, 19.0])

    def term(**changed):
        given = base | changed
        shared = Shared(np.array([0]), np.array([1]), given.pop("both"))
        return victims(counts, counts, expected(items, **given), shared, weight)

    found, step = term(), 1e-5
    for name, at in base.items():
        for k in range(len(at)):
            if not at[k]:
                continue
            moved = np.eye(len(at))[k] * step
            ends = [float(term(**{name: at + d}).value @ weight) for d in (moved, -moved)]
            slope = (ends[0] - ends[1]) / (2 * step)
            assert getattr(found, name)[k] == pytest.approx(slope, rel=1e-6, abs=1e-8), (name, k)


def test_far_tails_are_finite_and_right() -> None:
    mean, var = np.zeros(3), np.ones(3)
    value, by_mean, by_var = np.vectorize(interval)([10, 39, 10**6], [10, 39, 10**6], mean, var)
    assert np.isfinite([value, by_mean, by_var]).all()
    expected = stats.norm.logsf(9.5) + np.log1p(
        -np.exp(stats.norm.logsf(10.5) - stats.norm.logsf(9.5))
    )
    assert value[0] == pytest.approx(expected, rel=1e-12)
    assert value[1] == pytest.approx(stats.norm.logsf(38.5), rel=1e-9)
    mirrored = interval(10.0, 10.0, 20.0, 1.0)
    assert mirrored[0] == pytest.approx(value[0], rel=1e-12)
    assert mirrored[1] == pytest.approx(-by_mean[0], rel=1e-9)


def test_a_narrow_interval_is_the_density() -> None:
    found, *_ = interval(52_000.0, 52_000.0, 50_000.0, 4e6)
    assert found == pytest.approx(stats.norm.logpdf(52_000, 50_000, 2_000), abs=1e-6)


def test_a_total_that_nobody_foresees_says_little() -> None:
    """13 standard deviations above the mean its pull is that of one 1.3 above."""
    lam = np.array([5.0])
    far = victims(5 + 13 * 3, 5 + 13 * 3, expected(NO_ITEMS, lam, lam + 4, 1.0, 0.01))
    near = victims(9, 9, expected(NO_ITEMS, lam, lam + 4, 1.0, 0.01))
    assert 0 < far.rate[0] < near.rate[0]
    assert far.value[0] > math.log(0.02) - 6


def test_records_without_noise_are_counted_whatever_was_expected() -> None:
    lam = np.array([5.0])
    far = victims(44, 44, expected(NO_ITEMS, lam, lam + 4, 1.0))
    assert far.value[0] == pytest.approx(stats.norm(5, 3).logpdf(44), rel=0.02)


def test_noise_is_recovered_from_the_scatter_of_totals() -> None:
    """400 totals written down with a factor of sd .3: the likelihood is highest near it."""
    rng, n, p, noise = np.random.default_rng(8), 400, 0.7, 0.3
    lam = rng.uniform(20, 400, n)
    factor = rng.gamma(noise**-2, noise**2, n)
    totals = np.rint(2 * rng.poisson(p * lam / 2) * factor)
    grid = np.linspace(0.1, 0.6, 51)
    found = [victims(totals, totals, expected(NO_ITEMS, lam, 2 * lam, p, nu)) for nu in grid]
    best = grid[np.argmax([one.value.sum() for one in found])]
    error = noise / math.sqrt(2 * n)
    assert abs(best - noise) < 4 * error + 0.01


@pytest.mark.parametrize(("low", "high"), [(0, 10**8), (2_100, 10**8), (0, 1_900)])
def test_wide_bounds_cost_no_more_than_the_law_is_wide(low: int, high: int) -> None:
    """A total that may be anything up to 100 million: the law of T cut off at its bounds."""
    rng, n = np.random.default_rng(12), 4_000
    drawn = [draw_incidents(low, high, 500, 0, 3_500.0, 0.5, rng) for _ in range(n)]
    counts = np.arange(4_000)
    law = np.convolve(stats.binom.pmf(np.arange(501), 500, 0.5), stats.poisson.pmf(counts, 1_750.0))
    law = law[low : min(high, 4_000) + 1]
    law /= law.sum()
    values = low + np.arange(len(law))
    mean = law @ values
    sd = (law @ values**2 - mean**2) ** 0.5
    totals = np.array([d.total for d in drawn])
    assert low <= totals.min()
    assert totals.max() <= high
    assert abs(totals.mean() - mean) <= 4.5 * sd / n**0.5
