"""The study of strained rounds without its fits: its rounds, what is drawn, the page."""

import numpy as np
import pytest
from dtoscore.data.scenarios import STUDIED
from dtoscore.studies import strained, strained_report
from dtoscore.studies.recovery_compare import Row


def test_every_fit_has_a_file_of_its_own_and_settings_come_in_turn() -> None:
    tasks = strained.tasks(3, 1)
    assert len({task.file for task in tasks}) == len(tasks)
    assert len(tasks) == 2 * (3 * len(STUDIED) + len(strained.ADJUDICATED))
    assert {task.setting for task in tasks[: 2 * len(strained.SETTINGS)]} == {*strained.SETTINGS}


def test_a_round_is_the_same_in_every_setting_and_model() -> None:
    first, second = (strained.Task("none", 4, "core"), strained.Task("all", 4, "complete"))
    assert first.seed == second.seed
    assert first.options.seed != second.options.seed
    np.testing.assert_array_equal(strained.world(first).rate, strained.world(second).rate)


def test_what_nobody_can_see_is_drawn_from_its_prior() -> None:
    """Beta(1, 9) has mean .1 and sd .09; a rivalry has the mean of its members."""
    drawn = []
    for number in range(40):
        world = strained.world(strained.Task("none", number, "core"))
        assert world.never_visible is not None
        own = dict(zip(world.authors, world.never_visible, strict=True))
        drawn += [own[name] for name in world.organizations]
        for name in world.rivalries:
            a, b = name.split("><")
            assert own[name] == pytest.approx((own[a] + own[b]) / 2)
    assert abs(np.mean(drawn) - 0.1) < 4 * 0.0905 / np.sqrt(len(drawn))


def record(setting: str, model: str, number: int, position: float) -> Row:
    fit = {"seen": 9, "happened": 12, "passed": True, "rhat": 1.0, "ess": 400.0, "divergences": 0}
    one = {"truth": 3.0, "q05": 1.0, "q95": 5.0, "position": position, "raw": 2.0, "majority": 2.0}
    contenders = [
        {"contender": "ash", "worst": 1.0, "p_worst": 0.95, **one},
        {"contender": "birch", "worst": 0.0, "p_worst": 0.05, **one},
    ]
    return {
        "setting": setting, "model": model, "round": number, "seed": 1, "steps": 15.0,
        "seconds": 60.0, "commit": "x", "failures": [],
        "terms": [{"term": "copying", "of": "north", "truth": 0.7, "position": 0.4}]
        if model == "complete" else [], "contenders": contenders, **fit,
    }  # fmt: skip


def test_the_page_says_coverage_and_leader_by_setting_and_model() -> None:
    rows = [record("all", "complete", n, 0.5) for n in range(2)]
    rows += [record("all", "core", 0, 0.99), record("all", "core", 1, 0.5)]
    page = strained_report.page(rows, strained_report.contenders(rows), "seed 1")
    table = page.split("## Coverage and leader")[1].split("## What")[0].strip().splitlines()
    header, _, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table)
    said = {line[1]: dict(zip(header, line, strict=True)) for line in lines}
    assert said["complete"]["rounds"] == "2"
    assert said["complete"]["coverage of 90%"] == "100.0 ± 0.0%"
    assert said["core"]["coverage of 90%"] == "50.0 ± 50.0%"
    assert said["core"]["from 90%, in errors"] == "-0.8"
    assert (said["core"]["truth above"], said["core"]["truth below"]) == ("50%", "0%")
    assert said["core"]["leader right"] == "2 of 2"
    assert "Simulated rounds" in page


def test_a_study_goes_on_after_what_its_table_holds(tmp_path) -> None:
    rows = [record("all", model, n, 0.5) for n in range(2) for model in ("complete", "core")]
    assert strained_report.read(tmp_path) == []
    strained_report.write(rows, tmp_path, "seed 1")
    before = (tmp_path / "strained.csv").read_text()
    again = strained_report.read(tmp_path)
    assert [row["round"] for row in again] == [0, 0, 1, 1]
    assert [len(row["terms"]) for row in again] == [1, 0, 1, 0]
    strained_report.write(again, tmp_path, "seed 1")
    assert (tmp_path / "strained.csv").read_text() == before
