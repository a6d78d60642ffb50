"""Clashes whose dead are told by side are no random sample of a war.

A side whose dead are recognized, or paraded, is told of more often. If the model took such
clashes for a sample, forty of them would settle a war of thousands, and P(worst) with it: on
the UCDP events of 2021 37 of 1,777 clashes did so (docs/evidence/ucdp.md).
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
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE

ASH, BIRCH = "ash", "birch"
WAR = f"{ASH}><{BIRCH}"
SPLIT, TOLD = 0.35, 0.55
"""Log odds apart by .82, a little more than one prior standard deviation of their difference."""


def world() -> World:
    """One war, of which a tenth is told by side, and in a way that flatters the second side."""
    periods = months(dt.date(2021, 1, 1), 4)
    incidents = np.array([5.0, 5.0, 900.0])
    return World(
        organizations=(ASH, BIRCH),
        contenders=(ASH, BIRCH),
        has_other=False,
        rivalries=(WAR,),
        regions=("MX-CHH", "MX-SIN"),
        periods=periods,
        window=(periods[0][0], periods[-1][1]),
        kinds=("homicide",),
        sources=(SourceSpec("compilation", type="academic", coverage="attributed_only"),),
        rate=np.tile(incidents[:, None, None, None] / 8, (1, 2, 4, 1)),
        size=np.tile([0.0, 0.6, 0.3, 0.08, 0.02], (3, 2, 1, 1)),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=2.0,
        detection=np.full((1, 2, 1, 5), 0.5),
        visibility=np.array([0.5]),
        right=np.array([0.95]),
        unknown=np.full((1, 3), 0.2),
        blame=np.full(3, 1 / 3),
        one_sided=np.array([0.0]),
        split=np.array([SPLIT]),
        set_size=np.ones((1, 1)),
        sides_counted=0.3,
        told_split=np.array([TOLD]),
    )


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("sides") / "round"
    return tabulate(read_round(write_round(simulate(world(), seed=2), folder, "sides")))


def split(evidence: Evidence, priors: Priors) -> xr.DataArray:
    options = FitOptions(draws=300, tune=400, chains=2, cores=1, seed=1)
    return (
        sample(design(evidence, CORE), priors, options)["posterior"].to_dataset()["split"].squeeze()
    )


@pytest.mark.slow
def test_the_war_is_not_settled_by_the_clashes_told(evidence: Evidence) -> None:
    """The interval holds the truth, and is narrower than that of a uniform prior all the same."""
    told = (evidence.incidents["by_first"] + evidence.incidents["by_second"] > 0).sum()
    assert told > 80
    found = split(evidence, Priors())
    low, high = found.quantile([0.05, 0.95]).to_numpy()
    assert low <= SPLIT <= high
    assert 0.12 < float(found.std()) < 0.25


@pytest.mark.slow
def test_taken_for_a_sample_they_settle_it_wrongly(evidence: Evidence) -> None:
    found = split(evidence, Priors().override({"side_selection": {"sigma": 0.01}}))
    low, high = found.quantile([0.05, 0.95]).to_numpy()
    assert low <= TOLD <= high
    assert low > SPLIT
    assert float(found.std()) < 0.07
