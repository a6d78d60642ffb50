"""Official totals in the likelihood and in what is realized given them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.aggregates import Scope
from dtoscore.data.evidence import Evidence
from dtoscore.inference.realize import oracle
from dtoscore.inference.unseen import drawer
from dtoscore.inference.windowed import in_window
from dtoscore.models import joint, noise, superposition, totals
from dtoscore.models.aggregates import background
from dtoscore.models.density import Density
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY
from dtoscore.models.priors import Priors
from dtoscore.models.victim_totals import expected
from laws import Shared, incidents, victims
from realizing import RUBRIC, Incident, evidence, parameters
from scipy import stats
from totalled import total


def with_record(told: Evidence, count: int, **changes: object) -> Evidence:
    """Add a coarse record of one author in the same cells, of a series of its own."""
    found = told.aggregates
    names = {"series": "record", "scope": "residual", "count": count, "attribution": "a", **changes}
    row = found.table.assign(**names).rename(index={"t": "u"})
    series = found.series.assign(capture_mean=0.9, capture_sd=0.05, noise=0.0)
    own = np.array([name == "a" for name in told.axes.authors])
    scope = Scope(*(np.tile(getattr(found.scope, f), 2) for f in Scope.__dataclass_fields__))
    number = np.repeat([0, 1], len(found.scope.share))
    return replace(
        told,
        aggregates=replace(
            found,
            table=pd.concat([found.table, row]),
            scope=replace(scope, aggregate=number),
            authors=np.vstack([found.authors, own]),
            series=pd.concat([found.series, series.rename(index={"official": "record"})]),
        ),
    )


def with_share(told: Evidence, mean: float, sd: float) -> Evidence:
    """Let the series count others too."""
    series = told.aggregates.series.assign(share_mean=mean, share_sd=sd)
    return replace(told, aggregates=replace(told.aggregates, series=series))


def of_class(told: Evidence) -> Evidence:
    """Let every third incident be of a class, and the totals count that class alone."""
    n = len(told.incidents)
    classes = np.where(np.arange(n) % 3 == 0, "press", "civilian")
    table = told.aggregates.table.assign(victim_class="press")
    return replace(
        told,
        incidents=told.incidents.assign(victim_class=classes),
        aggregates=replace(told.aggregates, table=table),
    )


def reported(n: int = 12) -> Evidence:
    return evidence([Incident(("a",)), Incident(("b",), region=1, period=2)] * (n // 2))


@pytest.fixture(scope="module")
def plan() -> Design:
    return design(total(reported(), 40, capture=(0.8, 0.1)))


def density(plan: Design) -> Density:
    return Density(plan, joint.parameters(plan, Priors()))


def test_its_mean_is_what_nobody_saw(plan: Design) -> None:
    """The moments of the loops are those of the formulas, months by what they reported."""
    target = density(plan)
    values = target.constrain(np.random.default_rng(1).normal(0, 0.4, target.n_free))
    q = superposition.quantities(target.unpack(values), plan, NUMPY)
    share = superposition.unseen_share(q, plan, NUMPY).sum(axis=3)[:, plan.histories.cell_context]
    rate = np.exp(q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind]
    rho = np.exp(q.log_size)[:, plan.cell_region, plan.cell_kind]
    inside, months = plan.cell_period > 0, noise.blocks(plan)
    phi = float(target.unpack(values)["noise"]) ** -2.0
    mass = np.bincount(months.of_cell, target.cells(values)[1])
    factor = ((months.seen + phi) / (mass + phi))[months.of_cell]
    unseen, whole = (
        [(rate[:, :, None] * marks * power).sum(axis=(0, 2)) for power in plan.moments]
        for marks in (share, rho)
    )
    found = target.moments(values)
    expected = [(factor * x)[inside].sum() for x in unseen]
    np.testing.assert_allclose(found.unseen[0], expected, rtol=1e-10)
    np.testing.assert_allclose(found.whole[0], [x[inside].sum() for x in whole], rtol=1e-10)
    variance = ((months.seen + phi) / (mass + phi) ** 2)[months.of_cell]
    expected = [(variance * x**2)[inside].sum() for x in unseen[:2]]
    np.testing.assert_allclose(found.spread[0], expected, rtol=1e-10)


def test_its_law_is_the_convolution(plan: Design) -> None:
    """T = Binomial(items, p) + negative binomial of mean λ p, summed by scipy."""
    target = density(plan)
    values = target.constrain(np.random.default_rng(2).normal(0, 0.4, target.n_free))
    p = float(target.unpack(values)["capture"][0])
    moments = target.moments(values)
    lam = moments.unseen[0, 0]
    size = lam**2 / moments.spread[0, 0]
    unseen = stats.nbinom(size, size / (size + lam * p))
    items = int(totals.totals_of(plan).items[0, 0])
    expected = sum(stats.binom(items, p).pmf(x) * unseen.pmf(40 - x) for x in range(items + 1))
    assert target.total_log_lik(values)[0] == pytest.approx(np.log(expected), rel=1e-9)


@pytest.mark.parametrize(
    "how",
    [
        {"count": 40, "capture": (0.8, 0.1)},
        {"count": 60, "unit": "victims", "capture": (0.7, 0.1), "noise": 0.1},
        {"count": 30, "unit": "victims", "scope": "residual", "capture": (0.9, 0.05)},
        {"count": 60, "unit": "victims", "capture": (0.7, 0.1), "noise": 0.1, "record": 9},
    ],
    ids=["incidents", "victims", "residual", "victims and a record"],
)
def test_gradient_is_the_slope(how: dict) -> None:
    record = how.pop("record", None)
    told = total(reported(), **how)
    target = density(design(told if record is None else with_record(told, record)))
    free = np.random.default_rng(3).normal(0, 0.4, target.n_free)
    _, gradient = target.value_and_gradient(free)
    step = 3e-5
    for i in range(target.n_free):
        moved = np.eye(target.n_free)[i] * step
        up, down = (target.value_and_gradient(free + d)[0] for d in (moved, -moved))
        assert gradient[i] == pytest.approx((up - down) / (2 * step), rel=2e-5, abs=2e-5)


OF_VICTIMS = {"unit": "victims", "capture": (0.7, 0.1), "noise": 0.1}
ALL_KINDS = {
    "a share, incidents": lambda: with_share(total(reported(), 40, capture=(0.8, 0.1)), 0.7, 0.1),
    "a share, victims": lambda: with_share(total(reported(), 60, **OF_VICTIMS), 0.7, 0.1),
    "one class, victims, a share": lambda: with_share(
        of_class(total(reported(), 20, **OF_VICTIMS)), 0.7, 0.1
    ),
    "one class, incidents": lambda: of_class(total(reported(), 12, capture=(0.8, 0.1))),
    "incidents and victims": lambda: with_record(
        total(reported(), 40, capture=(0.8, 0.1)), 9, unit="victims"
    ),
    "a total and a record": lambda: with_record(total(reported(), 60, **OF_VICTIMS), 9),
}


@pytest.mark.parametrize("told", ALL_KINDS.values(), ids=ALL_KINDS)
def test_weighted_totals_are_pulled_back_by_their_slopes(told: Callable[[], Evidence]) -> None:
    """And each is what the laws say of what is counted of its moments."""
    target = density(design(told()))
    values = target.constrain(np.random.default_rng(5).normal(0, 0.4, target.n_free))
    weight = np.array([1.3, 0.6])[: len(target.totals.found)]
    none = np.zeros(len(target.design.cell_kind))
    gradient = target.pull_back(values, none, none, weight)
    for i in range(len(values)):
        moved = np.eye(len(values))[i] * 1e-6 * max(abs(values[i]), 0.1)
        up, down = (weight @ target.total_log_lik(values + d) for d in (moved, -moved))
        slope = (up - down) / (2 * moved[i])
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=2e-6)
    np.testing.assert_allclose(target.total_log_lik(values), by_law(target, values), rtol=1e-10)


def by_law(target: Density, values: np.ndarray) -> list[float]:
    """Log likelihood of each total by the laws of one, of what is counted of its moments."""
    found, params = target.totals, target.unpack(values)
    p, s, nu = (part[found.series] for part in found.of_series.values(params))
    moments = found.of_class(target.moments(values))
    rate = (moments.unseen + background(moments.whole, s[:, None])).T
    low, high = found.bounds
    of_incidents = incidents(low, high, *found.items[:2], rate[0], p, moments.spread[:, 0]).value
    x = expected(found.items[2:], rate[1], rate[2], p, nu, moments.spread[:, 1])
    pairs = found.overlap
    shared = Shared(pairs.inclusive, pairs.residual, moments.both)
    return np.where(found.in_incidents, of_incidents, victims(low, high, x, shared).value)


def test_what_a_total_and_a_record_may_both_count_is_the_authors_unseen() -> None:
    """λ_VV of the record's author, and what the months' factors add to both: by the formulas."""
    target = density(design(with_record(total(reported(), 60, unit="victims"), 9)))
    values = target.constrain(np.random.default_rng(4).normal(0, 0.4, target.n_free))
    found, plan = target.moments(values), target.design
    q = superposition.quantities(target.unpack(values), plan, NUMPY)
    share = superposition.unseen_share(q, plan, NUMPY).sum(axis=3)[:, plan.histories.cell_context]
    rate = np.exp(q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind]
    of = [(rate[:, :, None] * share * power).sum(axis=2) for power in plan.moments]
    months, inside = noise.blocks(plan), plan.cell_period > 0
    phi = float(target.unpack(values)["noise"]) ** -2.0
    shape, mass = months.seen + phi, np.bincount(months.of_cell, target.cells(values)[1]) + phi
    mean, var = ((shape / mass**power)[months.of_cell] for power in (1, 2))
    own = plan.names.authors.index("a")
    expected = (mean * of[2][own] + var * of[1].sum(axis=0) * of[1][own])[inside].sum()
    np.testing.assert_allclose(found.both, [expected], rtol=1e-10)


@pytest.mark.parametrize(
    ("unit", "declared", "names"), [("victims", 0.1, ["official"]), ("victims", 0.0, []),
    ("incidents", 0.1, [])],
)  # fmt: skip
def test_noise_is_a_parameter_where_victims_are_counted_with_some(
    unit: str, declared: float, names: list[str]
) -> None:
    """Log-normal around what is declared."""
    plan = design(total(reported(), 40, unit=unit, noise=declared))
    assert plan.coords["total_noise_series"] == names
    found = [p for p in joint.parameters(plan, Priors()) if p.name == "total_noise"]
    assert len(found) == len(names)
    for p in found:
        np.testing.assert_allclose(np.exp(p.arguments["mu"]), declared)


def test_with_all_captured_the_realized_count_is_known() -> None:
    """T = N exactly: every draw has the total's number of incidents, reported and not."""
    told = total(reported(12), 40)
    plan = design(told)
    drawn = oracle(parameters(plan, rate_intercept=1.0), plan, RUBRIC, 50, 1)
    counts = drawn["incidents"].sum(["organization", "kind", "victim_class", "size"])
    assert (counts == 40).all()


def test_what_no_lister_reports_is_among_the_unseen() -> None:
    """T = N: five that only a source with uninformative silence tells are no second time there.

    Where fewer are drawn of their author, cell and size they stand for more (``realize``).
    """
    told = [Incident(("a", None))] * 12 + [Incident((None, "a"))] * 5
    listed = evidence(told, silence=("informative", "uninformative"))
    plan = design(total(listed, 40))
    assert totals.totals_of(plan).items[0, 0] == 12
    drawn = oracle(parameters(plan, rate_intercept=1.0), plan, RUBRIC, 50, 1)
    counts = drawn["incidents"].sum(["organization", "kind", "victim_class", "size"])
    assert (counts >= 40).all()
    assert (counts <= 45).all()


def test_with_some_captured_it_is_drawn_given_the_total() -> None:
    """P(U | T) by enumeration: unseen U ~ Poisson(λ), T = Binomial(12 + U, p)."""
    told = total(reported(12), 20, capture=(0.5, 0.0))
    plan = design(told)
    params = parameters(plan, rate_intercept=1.0)
    drawn = oracle(params, plan, RUBRIC, 4000, 2)
    found = drawn["incidents"].sum(["organization", "kind", "victim_class", "size"]) - 12
    lam = float(drawn["unseen"].isel(chain=0, draw=0))
    u = np.arange(400)
    weight = stats.poisson(lam).pmf(u) * stats.binom(12 + u, 0.5).pmf(20)
    weight /= weight.sum()
    mean = (weight * u).sum()
    sd = ((weight * u**2).sum() - mean**2) ** 0.5
    assert abs(float(found.mean()) - mean) < 5 * sd / 4000**0.5


@pytest.mark.parametrize("capture", [0.5, 1.0])
def test_a_lone_total_tells_of_the_factor_of_its_month(capture: float) -> None:
    """Half of one kind's incidents are counted, 90: 177 happened, and of the other kind more too.

    100 of the one kind are expected, 50 of the other. Where all are counted 90 happened.
    """
    told = total(reported(12), 90, capture=(capture, 0.0), scope="residual")
    zero, one = np.zeros(1, np.int64), np.ones(1, np.int64)
    scope = Scope(zero, zero, one, zero, np.ones(1))
    plan = in_window(design(replace(told, aggregates=replace(told.aggregates, scope=scope))))
    month = (plan.cell_region == 0) & (plan.cell_period == 1)
    expected = np.zeros((len(plan.names.authors), len(month), 5, plan.sizes["victim_class"]))
    for kind, mean in enumerate((100.0, 50.0)):
        at = month & (plan.cell_kind == kind)
        expected[:, at] = mean / expected[:, at].size
    blocks = noise.blocks(plan)
    shapes = np.full(len(blocks.seen), 4.0)
    law, own = noise.Law(shapes, shapes, blocks.of_cell), drawer(plan)
    rng, n, u = np.random.default_rng(5), 1000, np.arange(2000)
    drawn = np.array(
        [own.draw(expected, parameters(plan), law, np.zeros((1, 3)), rng)[0] for _ in range(n)]
    ).sum(axis=(1, 3, 4))
    weight = stats.nbinom(4.0, 4.0 / 104.0).pmf(u) * stats.binom(u, capture).pmf(90)
    mean = (weight / weight.sum()) @ u
    happened, beside = (drawn[:, month & (plan.cell_kind == kind)].sum(axis=1) for kind in (0, 1))
    assert happened.mean() == pytest.approx(mean, abs=4.5 * happened.std() / n**0.5 + 1e-9)
    factor = (4.0 + mean) / 104.0
    assert beside.mean() == pytest.approx(50.0 * factor, abs=4.5 * beside.std() / n**0.5)
    assert (happened == 90).all() == (capture == 1.0)


def test_victims_pull_the_unseen_towards_the_total() -> None:
    """Nearer to the total than free draws."""
    free = design(reported(12))
    told = design(total(reported(12), 60, unit="victims", noise=0.05))
    sums = []
    for plan, more in ((free, {}), (told, {"total_noise": np.array([0.05])})):
        drawn = oracle(parameters(plan, rate_intercept=1.0, **more), plan, RUBRIC, 300, 3)
        sums.append(drawn["victims"].sum(["organization", "kind", "victim_class", "size"]))
    assert abs(float(sums[1].mean()) - 60) < abs(float(sums[0].mean()) - 60)


def test_what_is_nobodys_takes_its_part_of_the_total() -> None:
    """With a share of 1/2 as many are expected of others as of organizations, itemised or not."""
    told = total(reported(12), 40)
    told.aggregates.series[["share_mean", "share_sd"]] = 0.5, 0.0
    plan = design(told)
    params = parameters(plan, rate_intercept=1.0)
    drawn = oracle(params, plan, RUBRIC, 2000, 4)
    found = drawn["incidents"].sum(["organization", "kind", "victim_class", "size"]) - 12
    lam = float(drawn["unseen"].isel(chain=0, draw=0))
    target = Density(plan, [p for p in joint.parameters(plan, Priors()) if p.name in params])
    others = target.moments(target.pack(params)).whole[0, 0]
    u = np.arange(29)
    weight = stats.poisson(lam).pmf(u) * stats.poisson(others).pmf(28 - u)
    weight /= weight.sum()
    mean = (weight * u).sum()
    sd = ((weight * u**2).sum() - mean**2) ** 0.5
    assert abs(float(found.mean()) - mean) < 4.5 * sd / 2000**0.5
    assert float(found.std()) == pytest.approx(sd, rel=0.1)
