"""Schemas judge text: what passes, what is emptied, what is ignored, what is refused."""

import pandas as pd
import pytest
from dtoscore.data import schema
from dtoscore.data.problems import Problems, Table
from dtoscore.data.tables import looks_personal
from dtoscore.data.values import mean_sd, unsafe


def table(**columns: list[str]) -> Table:
    rows = pd.RangeIndex(2, 2 + len(next(iter(columns.values()))), name="row")
    return Table("sources.csv", pd.DataFrame(columns, rows, dtype=str))


def judge(given: Table) -> tuple[pd.DataFrame, tuple[str, ...], list[str]]:
    problems = Problems()
    text, notes = schema.judge(given, schema.sources(["MX-SIN"], ["homicide"]), problems)
    return text, notes, problems.sentences


def test_what_is_left_out_has_its_default() -> None:
    text, notes, problems = judge(table(id=["a"], name=["A"], type=["press"], coverage=[""]))
    assert (notes, problems) == ((), [])
    row = text.loc[2]
    assert (row["coverage"], row["silence"], row["published"]) == ("all", "informative", "unknown")
    assert row["regions"] == ""


def test_a_slip_in_the_name_of_an_absent_column_is_refused_with_a_guess() -> None:
    _, notes, problems = judge(table(id=["a"], name=["A"], type=["press"], coverge=["all"]))
    assert notes == ()
    (problem,) = problems
    assert problem.startswith(
        "sources.csv: column 'coverge' is not known, and there is no column 'coverage'"
    )


def test_other_unknown_columns_are_listed_and_ignored() -> None:
    _, notes, problems = judge(table(id=["a"], name=["A"], type=["press"], x=[""]))
    assert problems == []
    assert len(notes) == 1
    assert notes[0].endswith("'x' is not known and was ignored")


def test_a_cell_at_fault_is_quoted_and_emptied() -> None:
    text, _, problems = judge(table(id=["a", "b"], name=["A", "B"], type=["press", "tv"]))
    assert text["type"].tolist() == ["press", ""]
    assert problems[0].startswith("sources.csv row 3: type 'tv' is no type of source")


def test_a_cell_breaks_one_rule_at_a_time() -> None:
    _, _, problems = judge(table(id=["a"], name=["=<b>"], type=["press"]))
    assert len(problems) == 1


@pytest.mark.parametrize(
    "name",
    ["victim_name", "Nombre", "journalist", "witness 2", "sospechoso", "names", "alias", "victima",
     "Nombres-víctimas", "reporter", "suspect", "capo", "email", "last_name", "lastname"],
)  # fmt: skip
def test_columns_of_persons_are_refused(name: str) -> None:
    assert looks_personal(name)


@pytest.mark.parametrize(
    "name",
    ["source_name", "victim_age", "n_dead", "municipality_name", "weapon", "side_a_name", "notes",
     "victim_sex", "latitud", "group_name"],
)  # fmt: skip
def test_other_columns_are_not(name: str) -> None:
    assert not looks_personal(name)


def test_mean_sd() -> None:
    assert mean_sd("0.8±0.1") == (0.8, 0.1)
    assert mean_sd(".8 +- .1") == (0.8, 0.1)
    assert mean_sd("0.8±0.5") is None
    assert mean_sd("0.8") is None


def test_names_that_are_common_are_safe() -> None:
    for name in ("Cártel de Jalisco - Nueva Generación", "Smith & Sons", "La Línea (Juárez)", ""):
        assert unsafe(name) == ""
