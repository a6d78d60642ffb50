"""One source, and places where incidents differ in their dead: it tells nothing of what it misses.

Were sizes the same everywhere, a place with larger incidents would pass for one where small
ones are missed, and a single list would seem to measure its own detection. The UCDP events of
2021 did so: 81% of the incidents with one victim seen in Baja California, 6% in Zacatecas
(docs/evidence/ucdp.md).
"""

import datetime as dt

import numpy as np
import pytest
import xarray as xr
from dtoscore.data.evidence import Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import write_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.world import SourceSpec, World
from dtoscore.data.worlds import months
from dtoscore.inference.fit import FitOptions, sample
from dtoscore.models.design import SIZE_LOG_VICTIMS, design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE

ORGANIZATIONS = ("ash", "birch", "cedar")
REGIONS = ("MX-BCN", "MX-CHH", "MX-GRO", "MX-MIC", "MX-SIN", "MX-ZAC")
LEVEL, SLOPE = 0.3, 0.5
SMALL, LARGE = np.array([0.0, 0.86, 0.11, 0.02, 0.01]), np.array([0.0, 0.48, 0.37, 0.11, 0.04])


def world() -> World:
    """Half the places have small incidents, half large ones; detection is the same in all."""
    periods = months(dt.date(2021, 1, 1), 4)
    by_place = np.array([SMALL, LARGE] * 3)
    territory = 30.0 * np.exp(np.random.default_rng(7).normal(0.0, 0.8, (3, len(REGIONS))))
    return World(
        organizations=ORGANIZATIONS,
        contenders=ORGANIZATIONS,
        has_other=False,
        rivalries=(),
        regions=REGIONS,
        periods=periods,
        window=(periods[0][0], periods[-1][1]),
        kinds=("homicide",),
        sources=(SourceSpec("compilation", type="academic", coverage="attributed_only"),),
        rate=np.broadcast_to(territory[:, :, None, None], (3, len(REGIONS), 4, 1)),
        size=np.tile(by_place[:, None], (3, 1, 1, 1)),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=2.0,
        detection=np.broadcast_to(LEVEL + SLOPE * SIZE_LOG_VICTIMS, (1, len(REGIONS), 1, 5)),
        visibility=np.array([0.5]),
        right=np.array([0.95]),
        unknown=np.full((1, 3), 0.2),
        blame=np.full(3, 1 / 3),
        one_sided=np.array([0.0]),
        split=np.zeros(0),
        set_size=np.ones((1, 1)),
    )


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("places") / "round"
    return tabulate(read_round(write_round(simulate(world(), seed=5), folder, "places")))


def fitted(evidence: Evidence, priors: Priors) -> xr.Dataset:
    options = FitOptions(draws=400, tune=500, chains=2, cores=2, seed=1)
    return sample(design(evidence, CORE), priors, options)["posterior"].to_dataset()


def spread(posterior: xr.Dataset) -> float:
    """Posterior mean of how far places differ in detection, on the logit scale."""
    return float(posterior["detection_region_scale"].mean())


@pytest.mark.slow
def test_detection_keeps_its_prior(evidence: Evidence) -> None:
    posterior = fitted(evidence, Priors())
    slope = posterior["detection_size"]
    low, high = slope.quantile([0.05, 0.95]).to_numpy()
    assert low <= SLOPE <= high
    prior = Priors()["detection_size"]
    assert float(slope.std()) > 0.7 * prior["sigma"]
    assert abs(float(slope.mean()) - prior["mu"]) < prior["sigma"]
    logit = posterior["detection"] + posterior["detection_region_scale"] * posterior[
        "detection_region"
    ].squeeze("lister")
    low, high = logit.quantile([0.05, 0.95], dim=("chain", "draw")).to_numpy()
    assert ((low <= LEVEL) & (high >= LEVEL)).all()


@pytest.mark.slow
def test_it_would_not_if_sizes_were_the_same_everywhere(evidence: Evidence) -> None:
    """What the effect is for: without it a single list seems to measure what it misses."""
    same = Priors().override({"size_region_scale": {"sigma": 1e-3}})
    assert spread(fitted(evidence, same)) > 2.0 * spread(fitted(evidence, Priors()))
