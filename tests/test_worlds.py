"""National worlds: plausible, checked, and misleading where they are meant to be."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.readers import read_round
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import Simulated, write_round
from dtoscore.data.truth import score
from dtoscore.data.worlds import (
    DEMO_SEED,
    demo_world,
    months,
    national_world,
    organization_names,
)


def raw_leader(drawn: Simulated) -> str:
    """Return the leader of the rubric on what any source attributes to one alone."""
    named = drawn.reports[drawn.reports["attribution"].isin(drawn.world.contenders)]
    once = named.drop_duplicates(["incident_id", "attribution"], ignore_index=True)
    parts = once.rename(columns={"attribution": "organization"}).assign(incidents=1)
    counts: pd.Series = score(parts, drawn.incidents, default_rubric())
    return str(counts.idxmax())


def leaders(notoriety: bool) -> list[tuple[str, str]]:
    """Return the true worst and the raw-count leader of ten rounds."""
    found = []
    for seed in range(10):
        drawn = simulate(national_world(seed, notoriety=notoriety), seed)
        found.append((str(drawn.truth(default_rubric())["worst"]), raw_leader(drawn)))
    return found


def test_notoriety_misleads_raw_counts() -> None:
    notorious, even = leaders(notoriety=True), leaders(notoriety=False)
    assert sum(worst == raw for worst, raw in notorious) <= 2
    assert sum(worst == raw for worst, raw in even) > 6


def test_the_demonstration_is_what_it_says(tmp_path) -> None:
    world = demo_world()
    drawn = simulate(world, DEMO_SEED)
    assert len(world.organizations) == 8
    assert len(world.regions) == 32
    assert len(world.periods) == 12
    assert world.window == (dt.date(2023, 10, 1), dt.date(2023, 12, 31))
    assert sum(spec.type == "adjudicated" for spec in world.sources) == 1
    assert len(world.sources) == 5
    assert 2700 < len(drawn.incidents) < 3300
    true = drawn.truth(default_rubric())
    assert raw_leader(drawn) != true["worst"]
    folder = write_round(drawn, tmp_path / "demo", "Demonstration", region_set="MX")
    assert len(read_round(folder).reports) == len(drawn.reports)


def test_a_silenced_press_is_silent_where_the_worst_is() -> None:
    heard = national_world(3)
    silenced = national_world(3, silenced_press=True)
    change = (heard.detection - silenced.detection)[:, :, 0, 0]
    press = [spec.type == "press" for spec in heard.sources]
    assert (change[~np.array(press)] == 0).all()
    worst = heard.rate[: len(heard.organizations)].sum(axis=(1, 2, 3)).argmax()
    share = heard.rate[worst].sum(axis=(1, 2)) / heard.rate[worst].sum()
    assert (change[0] > 0).any()
    assert share[change[0] > 0].sum() > 0.6


@pytest.mark.parametrize("organizations", [1, 2, 12])
@pytest.mark.parametrize("other_share", [0.0, 0.4])
def test_small_and_large_worlds_can_be_drawn(organizations: int, other_share: float) -> None:
    world = national_world(
        1,
        organizations=organizations,
        other_share=other_share,
        regions=("MX-SIN", "MX-SON"),
        n_months=2,
        window_months=1,
        incidents=300.0,
    )
    assert world.rate.sum() == pytest.approx(300.0)
    assert simulate(world, 1).incidents["author"].isin(world.authors).all()


def test_names_are_distinct() -> None:
    assert len(set(organization_names(256))) == 256


def test_months_are_whole() -> None:
    assert months(dt.date(2023, 12, 1), 2) == (
        (dt.date(2023, 12, 1), dt.date(2023, 12, 31)),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 31)),
    )
