"""docs/extending.md is true: its blocks run, and find the effect that was planted."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import write_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.worlds import national_world
from scipy import stats
from test_docs import blocks, execute

EFFECT = 1.0
"""Planted: logit of the newspapers' detection per standard deviation of press freedom."""
REGIONS = ("MX-BCN", "MX-CHH", "MX-GRO", "MX-JAL", "MX-MIC", "MX-SIN", "MX-TAM", "MX-ZAC")
LINES = 20
"""A covariate takes fewer."""


@dataclass(frozen=True)
class Run:
    """What the page's blocks left: their names, and the folder they ran in."""

    names: dict[str, Any]
    folder: Path


def page(root: Path) -> Path:
    return root / "docs" / "extending.md"


def planted(folder: Path) -> None:
    """Write a round in which two of five sources see more where the press is free."""
    value = np.linspace(20.0, 80.0, len(REGIONS))[np.random.default_rng(5).permutation(8)]
    standard = (value - value.mean()) / value.std()
    world = national_world(
        3, organizations=3, regions=REGIONS, n_months=2, incidents=400.0, rivalries=0,
        first_month=dt.date(2023, 1, 1), window_months=1, kinds=("homicide",),
        other_share=0.0, rivalry_share=0.0,
    )  # fmt: skip
    press = np.array([source.type == "press" for source in world.sources])
    more = EFFECT * np.outer(press, standard)[:, :, None, None]
    write_round(
        simulate(replace(world, detection=world.detection + more), 4), folder / "toy", "Toy"
    )
    table = pd.DataFrame({"region": REGIONS, "value": value})
    table.to_csv(folder / "press_freedom.csv", index=False)


@pytest.fixture(scope="module")
def ran(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Every block of the page, run in its order beside a round with a planted effect."""
    folder, before = tmp_path_factory.mktemp("extending"), Path.cwd()
    planted(folder)
    os.chdir(folder)
    try:
        yield Run(execute(page(root)), folder)
    finally:
        os.chdir(before)


def test_a_covariate_takes_under_twenty_lines(root: Path) -> None:
    found = [b for b in blocks(page(root)) if b.language == "python" and "freedom" in b.code]
    assert len(found) == 2, "one as a file, one in Python"
    assert all(len(block.code.splitlines()) < LINES for block in found)


def test_the_planted_effect_is_found(ran: Run) -> None:
    """In sign beyond doubt, and within three posterior sds of its value."""
    effect = ran.names["effect"]
    mean, sd = float(effect.mean()), float(effect.std())
    assert effect.sizes == {"chain": 2, "draw": 100}
    assert mean > 2 * sd
    assert abs(mean - EFFECT) < 3 * sd


def test_the_file_says_what_the_python_says(ran: Run) -> None:
    ground = tabulate(read_round(ran.folder / "toy")).ground
    assert ground is not None
    assert ground.covariates == ("press_freedom",)
    np.testing.assert_allclose(ground.covariate, ran.names["covariate"], atol=1e-12)


def test_the_term_is_the_one_that_was_meant(ran: Run) -> None:
    """Of the model on the page: normal of sd .2 in the difference of the two newspapers."""
    model, north, south = ran.names["model"], 0.3, -0.1
    (term,) = (p for p in model.potentials if p.name == "papers_are_alike")
    detection = np.zeros(model["detection"].eval().shape)
    detection[:2] = north, south
    value = float(term.eval({model["detection"]: detection}))
    assert value == pytest.approx(stats.norm(0.0, 0.2).logpdf(north - south))
    assert list(model.coords["covariate"]) == ["freedom"]
