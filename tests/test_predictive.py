"""Posterior predictive numbers against simulation, and totals against their law."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.data.attribution import UNKNOWN
from dtoscore.data.evidence import SILENT
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.tabulate import tabulate
from dtoscore.inference import predictive, predictive_scatter, predictive_totals
from dtoscore.inference.predictive import (
    LARGE,
    LISTED,
    MANY,
    UNNAMED,
    predicted,
)
from dtoscore.inference.predictive_scatter import (
    AUTHORS,
    REGIONS_AND_MONTHS,
    SCATTER,
    WITHOUT_NOISE,
    scatters,
)
from dtoscore.inference.responsibility import Reader
from dtoscore.models import noise, superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.numbers import TAIL_GRID, tail_posterior
from dtoscore.models.priors import Priors
from dtoscore.models.series import OfSeries
from dtoscore.models.structure import CORE, Structure
from dtoscore.models.totals import Moments, totals_of
from dtoscore.studies.recovery_size import SIZES
from dtoscore.studies.recovery_world import Recoverable, draw_round, reported
from enumeration import Shown, means
from realizing import Incident, evidence, posterior
from rounds import write_full_round
from scipy import stats
from tiny import PAPER, PRESS, Case, parameters, parameters_of
from tiny import plan as plan_of
from tiny_ground import Ground

DRAWS, SIMULATED = 400, 60


@pytest.fixture(scope="module")
def drawn() -> Recoverable:
    return draw_round(SIZES[0], 5)


@pytest.fixture(scope="module")
def table(drawn: Recoverable) -> pd.DataFrame:
    """Predictions of one who knows the parameters, by check and of what."""
    plan = design(drawn.evidence, CORE)
    posterior = xr.Dataset(
        {
            name: (["chain", "draw", *(f"{name}_{n}" for n in range(np.ndim(value)))],
                   np.asarray(value)[None, None])
            for name, value in drawn.params.items()
        }
    )  # fmt: skip
    return predicted(posterior, plan, DRAWS, 1).set_index(["check", "of"])


def seen(drawn: Recoverable, seed: int) -> dict[tuple[str, str], int]:
    """Incidents that each source, and each two, report, and that each names nobody for."""
    reports = simulate(drawn.simulated.world, seed).reports
    by = {str(s): set(part["incident_id"]) for s, part in reports.groupby("source")}
    silent = reports[reports["attribution"] == UNKNOWN]["source"].value_counts()
    result = {(LISTED, s): len(found) for s, found in by.items()}
    names = [str(name) for name in drawn.evidence.axes.sources.index]
    for i, a in enumerate(names):
        result |= {(LISTED, f"{a} and {b}"): len(by[a] & by[b]) for b in names[i + 1 :]}
    return result | {(UNNAMED, str(s)): int(n) for s, n in silent.items()}


def test_predictions_are_the_mean_of_simulations(drawn: Recoverable, table: pd.DataFrame) -> None:
    """Both are Poisson: the mean of the simulations scatters by √(mean/60) around the rate."""
    made = pd.DataFrame([seen(drawn, seed) for seed in range(SIMULATED)]).fillna(0)
    common = [key for key in made if key in table.index]
    assert len(common) >= 8
    for key in common:
        mean = made[key].mean()
        error = np.sqrt(max(mean, 1.0) * (1 / SIMULATED + 1.6 / DRAWS))
        assert abs(table.loc[key, "median"] - mean) < 4 * error + 0.7, key


def test_what_was_seen_is_that_of_the_reports(drawn: Recoverable, table: pd.DataFrame) -> None:
    reports = drawn.simulated.reports
    for source, part in reports.groupby("source"):
        key = (LISTED, str(source))
        if key in table.index:
            assert table.loc[key, "observed"] == part["incident_id"].nunique()
    by_size = [k for k in table.index if k[0] == LISTED and k[1].endswith("dead")]
    whole = [
        k for k in table.index if k[0] == LISTED and "dead" not in k[1] and " and " not in k[1]
    ]
    assert table.loc[by_size, "observed"].sum() == table.loc[whole, "observed"].sum()


@pytest.mark.parametrize("largest", [12, 60, 400])
def test_large_events_are_placed_among_their_like(largest: int) -> None:
    """Positions worked out from P(τ | what was seen): of 20 events the largest, and many."""
    victims = [8, 9, 9, 10, 11] * 4 + [largest]
    plan = design(evidence([Incident(("a",), victims=n) for n in victims]))
    draws, seen = 4000, np.array(victims)
    found = list(predictive._large(plan, draws, np.random.default_rng(1)))
    numbers = np.arange(8, 501)
    law = numbers[None, :] ** -(TAIL_GRID[:, None] + 1.0)
    law /= law.sum(axis=1, keepdims=True)
    tail, n = tail_posterior(seen), len(victims)
    below = (law * (numbers < largest)).sum(axis=1) ** n
    up_to = (law * (numbers <= largest)).sum(axis=1) ** n
    rows = {of: predictive._row(LARGE, of, *rest) for _, of, *rest in found}
    expected = tail @ (below + up_to) / 2
    error = 4 * np.sqrt(expected * (1 - expected) / draws) + 0.001
    assert rows["most dead"]["observed"] == largest
    assert abs(rows["most dead"]["position"] - expected) < error
    for least, (_, of, observed, made) in zip(MANY, found[1:], strict=True):
        assert observed == (seen >= least).sum()
        mean = n * (tail @ (law * (numbers >= least)).sum(axis=1))
        assert abs(made.mean() - mean) < 4 * made.std() / np.sqrt(draws) + 1e-3, of


EVERYTHING = Case(
    ("a", "b"), (PAPER, replace(PAPER, published=False), PRESS), ("a", "b"), has_other=True,
    n_period=2, structure=Structure(), classes=("civilian", "press"),
    ground=Ground(events=(("a", 1),), lag=(45.0, 3.5)),
)  # fmt: skip
"""Claims, a group that copies, classes, delay, silencing, noise."""


@pytest.fixture(scope="module")
def complete() -> tuple[Design, Params]:
    return plan_of(EVERYTHING), parameters(EVERYTHING, 4)


def by_enumeration(params: Params) -> list[dict[Shown, float]]:
    """Expected incidents of each size, class and report, of every latent label, by cell."""
    return [
        {shown: sum(by_author) for shown, by_author in means(EVERYTHING, params, cell).items()}
        for cell in EVERYTHING.cells
    ]


def expectations(params: Params) -> dict[tuple[str, str], np.ndarray]:
    """Of each source, each two, and what each leaves unnamed: by cell."""
    worked, names, result = by_enumeration(params), [f"s{s}" for s in range(3)], {}

    def total(wanted: Callable[[tuple[int, ...]], bool]) -> np.ndarray:
        return np.array([sum(x for (*_, said), x in one.items() if wanted(said)) for one in worked])

    for i, j in itertools.combinations_with_replacement(range(3), 2):
        of = names[i] if i == j else f"{names[i]} and {names[j]}"
        result[LISTED, of] = total(lambda said, i=i, j=j: SILENT not in (said[i], said[j]))
    for i, name in enumerate(names):
        result[UNNAMED, name] = total(lambda said, i=i: said[i] == 0)
    return result


def test_numbers_of_the_whole_model_are_those_of_enumeration(
    complete: tuple[Design, Params],
) -> None:
    """Means within 5 standard errors; variances M + σ² M² by region and month, all alike."""
    made, params = complete
    params = params | {"noise": np.asarray(0.7)}
    asked, n = predictive._Asked(made), 150
    plain = {name: value for name, value in params.items() if name != "noise"}
    q, rng = superposition.quantities(plain, made, NUMPY), np.random.default_rng(1)
    sure = predictive._weights(q, plain, made, noise.blocks(made), rng)
    expected = expectations(params)
    for i, chosen in enumerate(asked.sets):
        of = " and ".join(asked.names[s] for s in chosen)
        mean = predictive._mean(asked, q, sure, chosen).sum()
        assert mean == pytest.approx(expected[LISTED, of].sum(), rel=1e-9), (i, of)
    for s, name in enumerate(asked.names):
        mean = predictive._mean_unnamed(asked, q, sure, s)
        assert mean == pytest.approx(expected[UNNAMED, name].sum(), rel=1e-9), name
    drawn = {(c, of): x for c, of, _, x in predictive._numbers(asked, [params] * n, rng)}
    ratios, plain = [], []
    for key, mean in expected.items():
        variance = (mean + 0.49 * mean**2).sum()
        assert abs(drawn[key].mean() - mean.sum()) < 5 * np.sqrt(variance / n), key
        ratios.append(drawn[key].var() / variance)
        plain.append(mean.sum() / variance)
    assert max(plain) < 0.5, "Poisson counts would scatter far less"
    assert 0.55 < np.mean(ratios) < 1.8


def with_counts(made: Design, by_block: np.ndarray) -> Design:
    """Let each region and month have so many incidents, all of one pattern."""
    blocks, counted = noise.blocks(made), made.counted
    count = np.zeros(len(counted.cell), np.int64)
    _, first = np.unique(blocks.of_cell[counted.cell], return_index=True)
    count[first] = by_block
    return replace(made, counted=replace(counted, count=count))


def test_scatter_of_months_tells_noise_from_none() -> None:
    """E D is the number of blocks, and with noise σ² Σ M more; and where what is seen stands."""
    case = Case(("a", "b"), (PRESS, PRESS), n_region=3, n_period=4, structure=CORE)
    made, params = plan_of(case), parameters(case, 6)
    params["rate_intercept"] = np.asarray(3.0)
    noisy = params | {"noise": np.asarray(0.5)}
    mass = superposition.mass(superposition.quantities(params, made, NUMPY), made, NUMPY)
    blocks = noise.blocks(made)
    mean = np.bincount(blocks.of_cell, mass, len(blocks.seen))
    rng, n = np.random.default_rng(2), 2000
    calm = with_counts(made, rng.poisson(mean))
    found = {of: row for _, of, *row in scatters(calm, [params] * n, rng)}
    assert set(found) == {REGIONS_AND_MONTHS, AUTHORS}
    assert found[REGIONS_AND_MONTHS][1].mean() == pytest.approx(len(mean), rel=0.05)
    spread = rng.poisson(mean * rng.gamma(4.0, 0.25, len(mean)))
    wild = with_counts(replace(made, structure=replace(CORE, noise=True)), spread)
    found = {of: row for _, of, *row in scatters(wild, [noisy] * n, rng)}
    observed, made_up = found[REGIONS_AND_MONTHS]
    np.testing.assert_allclose(observed, ((spread - mean) ** 2 / mean).sum(), rtol=1e-9)
    assert made_up.mean() == pytest.approx(len(mean) + 0.25 * mean.sum(), rel=0.06)
    assert found[WITHOUT_NOISE][1].mean() == pytest.approx(len(mean), rel=0.05)
    positions = {of: predictive._row(SCATTER, of, *row)["position"] for of, row in found.items()}
    assert positions[WITHOUT_NOISE] > 0.999, "it asks for noise"
    assert 0.02 < positions[REGIONS_AND_MONTHS] < 0.98, "and noise answers"


def test_authors_are_placed_where_they_scatter_by_themselves(drawn: Recoverable) -> None:
    """At the true parameters: as they have it, and where each author has its own factor."""
    world, params, n = drawn.simulated.world, drawn.params, 60
    plan, rng = design(drawn.evidence, CORE), np.random.default_rng(5)
    position = {}
    for name, shape in (("as it is", None), ("own", (*world.rate.shape[:3], 1))):
        factor = 1.0 if shape is None else rng.gamma(1.0, 1.0, shape)
        made = simulate(replace(world, rate=world.rate * factor), 8)
        told = design(reported(made)[0], CORE)
        assert told.coords["author"] == plan.coords["author"]
        _, _, *row = next(x for x in scatters(told, [params] * n, rng) if x[1] == AUTHORS)
        position[name] = predictive._row(SCATTER, AUTHORS, *row)["position"]
    assert 0.02 < position["as it is"] < 0.98
    assert position["own"] > 0.99


def test_whose_incidents_are_is_drawn_as_they_are_responsible(drawn: Recoverable) -> None:
    """The mean of many draws is the sum of responsibilities; each has all incidents of a cell."""
    plan, rng, n = design(drawn.evidence, CORE), np.random.default_rng(6), 400
    outcome = Reader(replace(plan, every=plan.counted), frozenset(drawn.params)).outcome(
        drawn.params
    )
    made = np.array([predictive_scatter._drawn_authors(plan, outcome, rng) for _ in range(n)])
    in_cell = np.bincount(plan.counted.cell, plan.counted.count, len(plan.cell_kind))
    np.testing.assert_array_equal(made.sum(axis=1), np.tile(in_cell, (n, 1)))
    q = superposition.quantities(drawn.params, plan, NUMPY)
    share = superposition.joint(q, plan, plan.counted, NUMPY)
    share = share / share.sum(axis=1, keepdims=True) * plan.counted.count[:, None]
    expected = np.zeros((len(in_cell), share.shape[1]))
    np.add.at(expected, plan.counted.cell, share)
    error = np.sqrt(expected.T / n) + 1e-3
    assert (np.abs(made.mean(axis=0) - expected.T) < 5 * error).all()


@pytest.fixture(scope="module")
def with_totals(tmp_path_factory: pytest.TempPathFactory) -> Design:
    folder = write_full_round(Path(tmp_path_factory.mktemp("totals")) / "round")
    return design(tabulate(read_round(folder)), Structure())


def test_a_total_is_drawn_from_its_law(with_totals: Design) -> None:
    """4,000 draws by the formulas of ``models.aggregates``: of incidents mean and variance, of
    victims the shares below what normal laws of these and of ten times the sd say."""
    totals = totals_of(with_totals)
    assert totals is not None
    rng, n, m = np.random.default_rng(3), len(totals.found), 4000
    rows = ([50.0, 80.0, 200.0], [60.0, 90.0, 220.0], [150.0, 400.0])
    moments = Moments(*(np.tile(row, (n, 1)) for row in rows), np.zeros(0))
    n_series = len(totals.found.series)
    of_series = OfSeries(np.full(n_series, 0.6), np.ones(n_series), np.full(n_series, 0.2))
    made = np.array([predictive_totals._draw(totals, moments, of_series, rng) for _ in range(m)])
    items, held, dead, held_dead, squares, held_squares = totals.items
    share, counts = totals.class_share, totals.in_incidents
    rest = 0.6 * 50.0 * share
    mean = held + 0.6 * (items - held) + rest
    variance = 0.24 * (items - held) + rest + 0.36 * 150.0 * share**2
    np.testing.assert_allclose(made.mean(axis=0)[counts], mean[counts], atol=0.1, rtol=0.01)
    np.testing.assert_allclose(made.var(axis=0)[counts], variance[counts], rtol=0.12, atol=0.2)
    of_dead = held_dead + 0.6 * (dead - held_dead) + 0.6 * 80.0 * share
    counted = 0.24 * (squares - held_squares) + 0.6 * 200.0 * share + 0.36 * 400.0 * share**2
    sd = np.sqrt(1.04 * counted + (0.2 * of_dead) ** 2)
    for z in (-1.0, 0.5, 3.0):
        most = np.floor(of_dead + z * sd)
        inside = (most + 0.5 - of_dead) / sd
        expected = 0.98 * stats.norm.cdf(inside) + 0.02 * stats.norm.cdf(inside / 10)
        error = np.sqrt(expected * (1 - expected) / m)
        found = (made <= most).mean(axis=0)
        assert (np.abs(found - expected) <= 4.5 * error)[~counts].all()


def test_a_fit_without_totals_draws_what_it_lacks_from_its_prior(with_totals: Design) -> None:
    totals = totals_of(with_totals)
    assert totals is not None
    rng = np.random.default_rng(4)
    made = [predictive_totals._of_series(totals, {}, Priors(), rng) for _ in range(4000)]
    capture, noise = (np.array([getattr(x, name) for x in made]) for name in ("capture", "noise"))
    mean, sd = (totals.found.series[f"capture_{part}"].to_numpy(float) for part in ("mean", "sd"))
    declared = np.isfinite(mean)
    np.testing.assert_allclose(capture.mean(axis=0)[declared], mean[declared], atol=0.01)
    np.testing.assert_allclose(capture.std(axis=0)[declared], sd[declared], atol=0.01)
    around = totals.found.series["noise"].to_numpy(float)
    np.testing.assert_allclose(np.median(noise, axis=0), around, rtol=0.06)


def test_what_a_fit_lacks_is_drawn_from_the_priors_of_the_round(
    with_totals: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = with_totals.evidence.aggregates
    assert found is not None
    unknown = found.series.assign(capture_mean=np.nan, capture_sd=np.nan)
    held = replace(with_totals.evidence, aggregates=replace(found, series=unknown))
    totals = totals_of(design(held))
    assert totals is not None
    priors = Priors().override({"capture": {"alpha": 1e5, "beta": 9e5}})
    made = predictive_totals._of_series(totals, {}, priors, np.random.default_rng(4))
    np.testing.assert_allclose(made.capture, 0.1, atol=0.005)
    handed = []
    monkeypatch.setattr(predictive, "totals", lambda *given: handed.append(given) or iter(()))
    params = parameters_of(with_totals.evidence, 1, with_totals.structure)
    predicted(posterior(params, 1, 1), with_totals, 2, 1, priors)
    assert handed[0][2] is priors


def test_the_columns_say_interval_and_position() -> None:
    row = predictive._row("x", "y", 2.0, np.arange(5.0))
    assert row["position"] == 0.5
    by_draw = predictive._row("x", "y", np.array([9.0, 9.0, 0.0, 3.0, 4.0]), np.arange(5.0))
    assert (by_draw["observed"], by_draw["position"]) == (4.0, pytest.approx(0.6))
    assert (row["low"], row["median"], row["high"]) == (0.2, 2.0, 3.8)
