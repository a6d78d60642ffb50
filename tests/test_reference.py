"""The problems by which fits are measured, and their page."""

from pathlib import Path

import pytest
from dtoscore.data import worlds
from dtoscore.data.simulate import simulate
from dtoscore.inference.fit import FitOptions
from dtoscore.studies import reference
from dtoscore.studies.recovery_run import once
from dtoscore.studies.recovery_world import reported
from dtoscore.studies.study_main import fit_file

ROW = {
    "problem": "demonstration", "model": "core", "seen": 1234, "happened": 3000, "passed": False,
    "rhat": 1.02, "ess": 210.0, "divergences": 3, "failures": ["The R-hat is 1.02."],
    "steps": 15.4, "patterns": 900, "parameters": 333, "gradient_ms": 1.25, "wall": 90.0,
    "cpu": 170.0, "memory": 0.9,
}  # fmt: skip


def test_the_reference_problem_is_that_of_the_design() -> None:
    world = worlds.reference_world()
    assert [len(x) for x in (world.organizations, world.regions, world.periods)] == [12, 32, 24]
    assert [len(x) for x in (world.kinds, world.sources)] == [6, 5]
    assert world.rate.sum() == pytest.approx(21_217)


def test_the_reference_problem_is_scored_whatever_its_kinds() -> None:
    """It has kinds that the rubric which ships does not weigh; the demonstration has none."""
    world = worlds.reference_world()
    evidence, rubric = reported(simulate(world, 1), reference.rubric_toml(world.kinds))
    assert set(evidence.axes.kinds) == set(world.kinds) <= {kind.id for kind in rubric.kinds}
    assert reference.rubric_toml(worlds.demo_world().kinds) is None


def test_the_page_says_what_failed() -> None:
    said = reference.page([ROW], "commit abc", FitOptions(draws=100, tune=50, chains=2))
    assert "Simulated reports, no real violence" in said
    assert "| demonstration | core | 3,000 | 1,234 | 900 | 333 | fails | 1.020 |" in said
    assert "- demonstration, core: The R-hat is 1.02." in said


def test_what_is_kept_is_not_studied_again(tmp_path: Path) -> None:
    made = []

    def study() -> dict[str, int]:
        made.append(1)
        return {"seen": 7}

    for _ in range(2):
        assert once(study, tmp_path / "work" / "one.json") == {"seen": 7}
    assert len(made) == 1


def test_a_fit_of_other_options_is_another_record(tmp_path: Path) -> None:
    options = [FitOptions(), FitOptions(tune=50), FitOptions(target_accept=0.9)]
    files = {fit_file(tmp_path, ("2007", "with totals"), how) for how in options}
    assert len(files) == 3
    assert all(" " not in file.name for file in files)
