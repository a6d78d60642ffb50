"""The study of moves without its fits: what happens in its rounds, and its page."""

import numpy as np
import pytest
from dtoscore.studies import moves, moves_report
from dtoscore.studies.moves_report import APART, AS_IT_WAS, COPIES, HEARD, HONEST, SILENCED
from dtoscore.studies.recovery_compare import Row


def task(variant: str, number: int = 0) -> moves.Task:
    return moves.Task(variant, number, "complete")


def test_every_fit_has_a_file_of_its_own() -> None:
    tasks = moves.tasks(2)
    assert len({one.file for one in tasks}) == len(tasks) == 2 * 9


@pytest.mark.parametrize(
    ("before", "after"), [(HEARD, SILENCED), (AS_IT_WAS, COPIES), (AS_IT_WAS, HONEST)]
)
def test_the_same_happens_in_every_variant(before: str, after: str) -> None:
    first, second = moves.happened(task(before)), moves.happened(task(after))
    assert first[1] == second[1]
    columns = ["author", "date", "region", "kind", "victims"]
    assert first[0].incidents[columns].equals(second[0].incidents[columns])
    assert not first[0].reports.equals(second[0].reports)


def test_who_silences_the_press_is_listed_less_there_and_as_much_by_the_federal_list() -> None:
    share = {}
    for variant in (HEARD, SILENCED):
        simulated, worst = moves.happened(task(variant))
        own = simulated.incidents.index[simulated.incidents["author"] == worst]
        reports = simulated.reports[simulated.reports["incident_id"].isin(own)]
        share[variant] = reports["source"].value_counts() / len(own)
    press = ["north-press", "centre-press", "south-press"]
    assert (share[SILENCED][press] < 0.5 * share[HEARD][press]).all()
    assert share[SILENCED]["federal-list"] == share[HEARD]["federal-list"]


@pytest.mark.parametrize(("variant", "tellers"), [(COPIES, 10), (HONEST, 2)])
def test_incidents_of_the_worst_are_told_as_the_next_one_s(variant: str, tellers: int) -> None:
    simulated, named = moves.happened(task(variant))
    told = simulated.reports[simulated.reports["report_id"].str.startswith("retold")]
    assert (told.groupby("incident_id")["source"].nunique() == 12).all()
    naming = told[told["attribution"] != ""]
    assert (naming["attribution"] == named).all()
    assert (naming.groupby("incident_id")["source"].nunique() == tellers).all()
    truly = simulated.incidents.loc[told["incident_id"].unique(), "author"]
    assert len(truly) == moves.RETOLD
    assert truly.nunique() == 1
    assert truly.iloc[0] != named


def record(variant: str, number: int, p_worst: float) -> Row:
    one = {"truth": 3.0, "q05": 1.0, "q95": 5.0, "position": 0.5, "raw": 2.0, "majority": 2.0}
    return {
        "setting": variant, "model": "complete", "round": number, "seed": 1, "followed": "ash",
        "seen": 9, "happened": 12, "passed": True, "rhat": 1.0, "ess": 400.0, "divergences": 0,
        "steps": 15.0, "seconds": 60.0, "commit": "abc",
        "contenders": [{"contender": "ash", "worst": 1.0, "p_worst": p_worst, **one},
                       {"contender": "birch", "worst": 0.0, "p_worst": 1 - p_worst, **one}],
    }  # fmt: skip


def test_moves_are_of_the_one_followed_within_a_round() -> None:
    rows = [record(AS_IT_WAS, 0, 0.2), record(COPIES, 0, 0.25), record(HONEST, 0, 0.6)]
    rows += [record(AS_IT_WAS, 1, 0.3), record(COPIES, 1, 0.33), record(APART, 1, 0.5)]
    table = moves_report.contenders(rows)
    found = moves_report.moves(table, AS_IT_WAS, COPIES, "complete")
    np.testing.assert_allclose(found, [0.05, 0.03])
    np.testing.assert_allclose(moves_report.moves(table, AS_IT_WAS, HONEST, "complete"), [0.4])
    page = moves_report.page(rows, table, "seed 1", len(rows) + 1)
    assert "+0.040 ± 0.010" in page
    assert "+0.400 |" in page, "one round has no error"
    assert "nan" not in page
    assert "**Under way**: 6 of 7 fits" in page
    assert "Simulated rounds" in page


def test_a_study_goes_on_after_its_table(tmp_path) -> None:
    rows = [record(AS_IT_WAS, 0, 0.2), record(COPIES, 0, 0.25)]
    moves_report.write(rows, tmp_path, "seed 1", 4)
    found = moves_report.read(tmp_path)
    assert [(r["setting"], r["round"], r["model"]) for r in found] == [
        (AS_IT_WAS, 0, "complete"), (COPIES, 0, "complete"),
    ]  # fmt: skip
    moves_report.write(found, tmp_path / "again", "seed 1", 4)
    tables = [(folder / "moves.csv").read_text() for folder in (tmp_path, tmp_path / "again")]
    assert tables[0] == tables[1]
    assert moves_report.read(tmp_path / "nowhere") == []
