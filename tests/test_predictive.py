"""Posterior predictive numbers against simulation, and totals against their law."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.data.attribution import UNKNOWN
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.tabulate import tabulate
from dtoscore.inference import predictive, predictive_totals
from dtoscore.inference.predictive import LARGE, LISTED, UNNAMED, predicted
from dtoscore.models.design import Design, design
from dtoscore.models.series import OfSeries
from dtoscore.models.structure import CORE, Structure
from dtoscore.models.totals import Moments, totals_of
from dtoscore.studies.recovery_size import SIZES
from dtoscore.studies.recovery_world import Recoverable, draw_round
from rounds import write_full_round
from scipy import stats

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


def test_large_events_are_placed_among_their_like(table: pd.DataFrame) -> None:
    found = table.loc[[k for k in table.index if k[0] == LARGE]]
    assert (found["low"] <= found["median"]).all()
    assert found["position"].between(0.0, 1.0).all()


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
    moments = Moments(*(np.tile(row, (n, 1)) for row in rows))
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
    made = [predictive_totals._of_series(totals, {}, rng) for _ in range(4000)]
    capture, noise = (np.array([getattr(x, name) for x in made]) for name in ("capture", "noise"))
    mean, sd = (totals.found.series[f"capture_{part}"].to_numpy(float) for part in ("mean", "sd"))
    declared = np.isfinite(mean)
    np.testing.assert_allclose(capture.mean(axis=0)[declared], mean[declared], atol=0.01)
    np.testing.assert_allclose(capture.std(axis=0)[declared], sd[declared], atol=0.01)
    around = totals.found.series["noise"].to_numpy(float)
    np.testing.assert_allclose(np.median(noise, axis=0), around, rtol=0.06)


def test_the_columns_say_interval_and_position() -> None:
    row = predictive._row("x", "y", 2.0, np.arange(5.0))
    assert row["position"] == 0.5
    assert (row["low"], row["median"], row["high"]) == (0.2, 2.0, 3.8)
