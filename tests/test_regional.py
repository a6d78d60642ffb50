"""Regional scores and P(worst region), from a hand-made posterior whose every count is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from draws import normal_scores, parameters, sample_stats, unseen
from dtoscore.data.rubric import EvidenceMinimum
from dtoscore.data.tabulate import COARSE
from dtoscore.data.world import SIZES
from dtoscore.inference import chains
from dtoscore.inference.diagnose import diagnose
from dtoscore.inference.ranks import rank
from dtoscore.inference.regional import regional
from realizing import RUBRIC, Incident, evidence

SHAPE = (4, 1000)
REGIONS = ("R0", "R1", "R2")
EASY = replace(RUBRIC, evidence=EvidenceMinimum(min_sources=2, min_overlap=6))


def known(regions=REGIONS, shared=(2, 2, 2)):
    """Two sources that share so many incidents in each region."""
    incidents = [
        Incident(("a", "b"), region=at) for at, number in enumerate(shared) for _ in range(number)
    ]
    one = evidence(incidents, regions=regions, silence=("informative",) * 2)
    return replace(one, reports_in_window=(2 * len(incidents), 100))


def realized(dead: np.ndarray, regions=REGIONS) -> xr.Dataset:
    """Incidents of three dead each, killed in these numbers; shape (chain, draw, region)."""
    shape = (*dead.shape[:2], len(regions), 2, 3, len(SIZES))
    happened, victims = (np.zeros(shape, np.int32) for _ in range(2))
    happened[..., 0, 2, 2], victims[..., 0, 2, 2] = dead, 3 * dead
    dims = ("chain", "draw", "region", "kind", "victim_class", "size")
    return xr.Dataset(
        {"incidents_by_place": (dims, happened), "victims_by_place": (dims, victims)},
        coords={
            "chain": np.arange(dead.shape[0]), "draw": np.arange(dead.shape[1]),
            "region": list(regions), "kind": ["homicide", "terrorism"],
            "victim_class": ["trafficker", "journalist", "unknown"], "size": list(SIZES),
        },
    )  # fmt: skip


def numbers(seed=1, means=(20.0, 18.0, 3.0)) -> np.ndarray:
    return np.random.default_rng(seed).poisson(means, (*SHAPE, len(means)))


def good(shape=SHAPE, level=0.0):
    """A fit that passes its gate, or whose first chain lies so far off that it does not."""
    score = normal_scores([1.0, 0.0], shape=shape)
    score[0] += level
    worst = rank(score, ["a", "b"])["worst"]
    return diagnose(score, worst, sample_stats(shape), parameters(shape), unseen(shape))


def test_scores_and_p_worst_are_counted() -> None:
    """Against a loop over draws: three points an incident, and the largest, ties split."""
    dead = numbers()
    found = regional(realized(dead), known(), EASY, good())
    np.testing.assert_array_equal(found.scores.to_numpy(), 3.0 * dead)
    counted = np.zeros(3)
    for draw in dead.reshape(-1, 3):
        top = np.flatnonzero(draw == draw.max())
        counted[top] += 1 / len(top)
    p = counted / dead[..., 0].size
    assert found.ranks["p_worst"].to_numpy() == pytest.approx(p)
    ess = chains.ess(found.ranks["worst"].to_numpy(), "mean")
    expected = np.sqrt(p * (1 - p) / ess)
    assert found.ranks["p_worst_mcse"].to_numpy()[:2] == pytest.approx(expected[:2])
    assert found.published.tolist() == [True] * 3
    assert found.table["note"].tolist() == [""] * 3


def test_a_region_below_the_minimum_takes_part_and_has_no_p_worst() -> None:
    found = regional(realized(numbers()), known(shared=(1, 2, 2)), EASY, good())
    assert found.published.tolist() == [False, True, True]
    assert found.table["note"].iloc[0] == "too little evidence there"
    # The others are no surer of leading for that.
    whole = regional(realized(numbers()), known(), EASY, good())
    assert found.ranks.identical(whole.ranks)
    assert float(found.ranks["p_worst"].sel(region=["R1", "R2"]).sum()) < 0.5


def test_a_region_that_the_draws_do_not_settle_has_no_p_worst() -> None:
    dead = numbers()
    dead[0, :, 2] += 40  # one chain has another answer for R2, and so for who leads
    found = regional(realized(dead), known(), EASY, good())
    assert found.published.tolist() == [False] * 3
    assert found.table["rhat"].min() > 1.01
    dead = numbers(means=(500.0, 18.0, 3.0))
    dead[0, :, 2] += 40  # of R2 alone, which leads nowhere
    found = regional(realized(dead), known(), EASY, good())
    assert found.table["note"].tolist() == ["", "", "the simulation is too short to settle it"]
    assert found.ranks["p_worst"].to_numpy().tolist() == [1.0, 0.0, 0.0]


def test_too_few_draws_settle_nothing() -> None:
    dead = numbers()[:, :50]
    found = regional(realized(dead), known(), EASY, good())
    assert not found.published.any()
    assert found.table["ess_bulk"].max() < 400


def test_a_refused_fit_has_no_p_worst() -> None:
    refused = good(level=5.0)
    assert not refused.passed
    found = regional(realized(numbers()), known(), EASY, refused)
    assert set(found.table["note"]) == {"the calculation did not pass its quality checks"}


def test_one_region_is_compared_with_nothing() -> None:
    dead = numbers(means=(20.0,))
    one = known(("R0",), (4,))
    found = regional(realized(dead, ("R0",)), one, EASY, good())
    assert found.table["note"].tolist() == ["there is no other region to compare it with"]


def test_where_too_much_was_set_aside_no_region_has_a_p_worst() -> None:
    aside = pd.DataFrame({"reason": [COARSE], "victims": [30], "in_window": [True]})
    held = replace(known(), set_aside=aside)
    found = regional(realized(numbers()), held, EASY, good())
    said = "too many of the victims reported in the window could not be used"
    assert found.table["note"].tolist() == [said] * 3
