"""Scores of regions, whoever did it, against the truth of simulated rounds, fitted for real.

Rounds differ in where violence is and in how much sources miss there. Intervals of regions of one
round share its detection, so they are not independent; the binomial bound at one in a thousand
leaves room for that.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from dtoscore.data.readers import read_round
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import write_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.world import SourceSpec, World
from dtoscore.data.worlds import months
from dtoscore.inference.fit import FitOptions, sample
from dtoscore.inference.ranks import rank
from dtoscore.inference.realize import realize
from dtoscore.inference.scores import score_places
from dtoscore.models.design import SIZE_LOG_VICTIMS, design
from dtoscore.models.priors import Priors
from scipy import stats

ROUNDS = 5
ORGANIZATIONS = ("ash", "birch", "cedar")
REGIONS = ("MX-BCN", "MX-CHH", "MX-GRO", "MX-JAL", "MX-MIC", "MX-SIN", "MX-TAM", "MX-ZAC")
LEAD = 1.8
"""In every second round one region is expected to have so much more than the next."""
CLEAR = 1.4
"""True score of the worst region over that of the next from which a lead counts as clear."""


def world(seed: int) -> World:
    """Three sources that miss half and more, a quarter of the names wrong or missing."""
    rng = np.random.default_rng(seed)
    periods = months(dt.date(2021, 1, 1), 4)
    places = np.exp(rng.normal(0.0, 0.7, (4, len(REGIONS))))  # the last is other
    if seed % 2:
        violence = places[:3].sum(axis=0)
        first = rng.integers(len(REGIONS))
        places[:3, first] *= LEAD * violence.max() / violence[first]
    level = rng.normal(-0.2, 0.5, 3)[:, None] + rng.normal(0.0, 0.4, (3, len(REGIONS)))
    return World(
        organizations=ORGANIZATIONS,
        contenders=ORGANIZATIONS,
        has_other=True,
        rivalries=(),
        regions=REGIONS,
        periods=periods,
        window=(periods[1][0], periods[-1][1]),
        kinds=("homicide",),
        sources=tuple(SourceSpec(name) for name in ("daily", "weekly", "list")),
        rate=6.0 * np.repeat(places[:, :, None, None], len(periods), axis=2),
        size=np.tile([0.0, 0.75, 0.17, 0.06, 0.02], (4, len(REGIONS), 1, 1)),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=2.0,
        detection=level[:, :, None, None] + 0.5 * SIZE_LOG_VICTIMS,
        visibility=np.full(3, 0.6),
        right=np.full(3, 0.85),
        unknown=np.array([[0.3, 0.3, 0.3, 0.6]] * 3),
        blame=np.full(4, 0.25),
        one_sided=np.zeros(3),
        split=np.zeros(0),
        set_size=np.ones((3, 1)),
    )


def fitted(seed: int, folder: Path) -> tuple[xr.DataArray, xr.DataArray]:
    """Scores of the regions in every draw, and as they truly were."""
    simulated = simulate(world(seed), seed)
    plan = design(tabulate(read_round(write_round(simulated, folder / f"{seed}", "places"))))
    options = FitOptions(draws=400, tune=500, chains=2, cores=2, seed=seed)
    draws = sample(plan, Priors(), options)["posterior"].to_dataset()
    found = score_places(realize(draws, plan, default_rubric(), seed), default_rubric())
    truth = simulated.score_places(default_rubric()).rename_axis("region").to_xarray()
    return found, truth.sel(region=list(REGIONS))


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[xr.DataArray, xr.DataArray]]:
    folder = tmp_path_factory.mktemp("regions")
    return [fitted(seed, folder) for seed in range(1, ROUNDS + 1)]


@pytest.mark.slow
def test_intervals_hold_the_truth(rounds: list[tuple[xr.DataArray, xr.DataArray]]) -> None:
    """About nine in ten, and the true score is as often above the median as below it."""
    held = above = 0
    for found, truth in rounds:
        low, middle, high = found.quantile([0.05, 0.5, 0.95], ["chain", "draw"]).to_numpy()
        held += int(((low <= truth) & (truth <= high)).sum())
        above += int((truth > middle).sum())
    total = ROUNDS * len(REGIONS)
    assert held >= stats.binom.ppf(1e-3, total, 0.9), held
    least = stats.binom.ppf(1e-3, total, 0.5)
    assert least <= above <= total - least, above


@pytest.mark.slow
def test_the_true_worst_comes_first_where_its_lead_is_clear(
    rounds: list[tuple[xr.DataArray, xr.DataArray]],
) -> None:
    clear = 0
    for found, truth in rounds:
        second, first = np.sort(truth.to_numpy())[-2:]
        if first < CLEAR * second:
            continue
        clear += 1
        p = rank(found, list(REGIONS))["p_worst"]
        assert str(p.idxmax("region").item()) == str(truth.idxmax("region").item())
        assert float(p.max()) > 0.5
    assert clear >= 2
