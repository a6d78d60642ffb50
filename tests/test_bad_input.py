"""Every kind of bad input gets a clear sentence: the file, the place, the value, the rule.

The kinds stand in ``bad_input.txt``: each is one change to a round folder that is valid.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from dtoscore import cli
from dtoscore.data.references import REFERS
from rounds import write_full_round
from typer.testing import CliRunner


class Case(NamedTuple):
    """One kind of bad input: where, which changes, and words that its sentence must hold."""

    name: str
    file: str
    changes: list[str]
    words: list[str]


def read_cases() -> list[Case]:
    """Read ``bad_input.txt``."""
    cases, file = [], ""
    for line in Path(__file__).with_name("bad_input.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            file = line.strip("[]")
        elif line and not line.startswith("#"):
            name, changes, words = line.split(" :: ")
            cases.append(Case(name, file, changes.split(" ;; "), words.split(" .. ")))
    return cases


CASES = read_cases()


def problems_of(folder: Path) -> str:
    """Return what ``dtoscore check`` tells the user of a folder that is at fault."""
    result = CliRunner().invoke(cli.app, ["check", str(folder)])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def spoil(folder: Path, file: str, change: str) -> None:
    """Make one change, written as ``bad_input.txt`` says."""
    if change.startswith("@"):
        file, _, change = change[1:].partition(" ")
    path = folder / file
    if change == "delete":
        path.unlink()
    elif change.startswith("drop "):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.drop(columns=change.removeprefix("drop ")).to_csv(path, index=False)
    elif change.startswith("content "):
        path.write_bytes(unescaped(change.removeprefix("content ")).encode("latin-1"))
    elif change.startswith("+ "):
        text = unescaped(change.removeprefix("+ "))
        path.write_text(path.read_text("utf-8") + text + "\n", "utf-8")
    elif "=>" in change:
        old, new = (part.strip() for part in change.split("=>"))
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new.replace("\\n", "\n"), 1), "utf-8")
    else:
        place, value = change.split("=", 1)
        row, _, column = place.strip().partition(" ")
        put(path, int(row), column, value.strip().replace("\\x1b", "\x1b"))


def unescaped(text: str) -> str:
    return text.encode("latin-1").decode("unicode_escape")


def put(path: Path, row: int, column: str, value: str) -> None:
    """Change one cell; ``row`` is its line in the file."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    if column not in lines[0]:
        lines = [[*line, ""] for line in lines]
        lines[0][-1] = column
    lines[row - 1][lines[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)


def test_there_are_at_least_forty_kinds_over_all_files() -> None:
    assert len({(case.file, case.name) for case in CASES}) == len(CASES) >= 40
    assert {case.file.partition(".")[0] for case in CASES} == {
        "round", "organizations", "sources", "reports", "rubric", "presence", "mappings",
        "rivalries", "events", "covariates", "totals",
    }  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}-{case.name}" for case in CASES])
def test_bad_input_gets_a_clear_sentence(case: Case, tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    for change in case.changes:
        spoil(folder, case.file, change)
    told = problems_of(folder)
    sentences = [line for line in told.splitlines() if line.startswith(case.file)]
    assert any(all(word in line for word in case.words) for line in sentences), told


def test_a_slip_in_one_cell_is_one_sentence(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "reports.csv", "5 kind = homocide")
    assert len(problems_of(folder).splitlines()) == 1


@pytest.mark.parametrize("column", ["comment", "attribution_es", "kind2", "district"])
def test_a_column_that_is_no_slip_is_a_note(column: str, tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "reports.csv", f"2 {column} = x")
    result = CliRunner().invoke(cli.app, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert f"reports.csv: column '{column}' is not known and was ignored" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "column"),
    [
        ("organizations.csv", "sinaloa,The same again,,,,,,false,true", "id"),
        ("organizations.csv", "SINALOA,In capitals,,,,,,false,true", "id"),
        ("organizations.csv", "other,Everybody else,,,,,,false,true", "id"),
        ("sources.csv", "daily,The same again,press,,all,informative", "id"),
    ],
)
def test_a_duplicated_id_has_no_problems_in_its_train(
    file: str, line: str, column: str, tmp_path: Path
) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, file, f"+ {line}")
    told = problems_of(folder).splitlines()
    assert all(f": {column} " in sentence for sentence in told), told
    assert len({sentence.partition(":")[0] for sentence in told}) <= 2
    assert all(sentence.startswith(file) for sentence in told)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("sources.csv", "The Daily => The, Daily"),
        ("organizations.csv", "Sinaloa Cartel => Sinaloa, Cartel"),
        ("organizations.csv", "Los Zetas,Zetas => Los Zetas,,Zetas"),
    ],
)
def test_an_unquoted_comma_has_no_problems_in_its_train(
    file: str, change: str, tmp_path: Path
) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "round.toml", 'period = => exclude = ["sinaloa"]\\nperiod =')
    spoil(folder, file, change)
    told = problems_of(folder).splitlines()
    assert len(told) == 1, told
    assert f"{file} row " in told[0]
    assert " cells, the header has " in told[0]


@pytest.mark.parametrize("file", [
    "reports.csv", "sources.csv", "organizations.csv", "mappings.csv", "covariates.csv",
])  # fmt: skip
def test_a_cell_too_many_in_every_row_is_one_sentence(file: str, tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    header, *rows = (folder / file).read_text("utf-8").splitlines()
    (folder / file).write_text("\n".join([header, *(f"{row},x" for row in rows)]), "utf-8")
    told = problems_of(folder).splitlines()
    assert len(told) == 1, told
    more = f" and {len(rows) - 6} more" if len(rows) > 6 else ""
    first = ", ".join(str(row) for row in range(2, 2 + min(len(rows), 6)))
    assert told[0].startswith(f"{file} rows {first}{more}: have ")


def test_a_name_that_cannot_be_drawn_is_one_sentence(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "organizations.csv", "Los Zetas => Los Zetas 💀")
    path = folder / "reports.csv"
    path.write_text(path.read_text("utf-8").replace("Los Zetas", "Los Zetas 💀"), "utf-8")
    told = problems_of(folder).splitlines()
    assert len(told) == 1, told


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    for file, change in (
        ("reports.csv", "2 kind = homocide"),
        ("reports.csv", "3 victims = -1"),
        ("reports.csv", "4 date = 2010-13-01"),
        ("organizations.csv", "2 active_from = soon"),
        ("sources.csv", "2 coverage = some"),
        ("round.toml", '"month" => "day"'),
        ("rubric.toml", "1.0 => -1.0"),
        ("presence.csv", "2 organization = gulf"),
        ("mappings.csv", "2 probability = 2"),
        ("rivalries.csv", "2 weight = -1"),
        ("events.csv", "2 type = war"),
        ("covariates.csv", "2 value = high"),
        ("totals.csv", "2 count = -1"),
    ):
        spoil(folder, file, change)
    told = problems_of(folder).splitlines()
    files = {line.split()[0].rstrip(":") for line in told}
    assert files == {case.file for case in CASES} - {"reports.parquet"}
    assert len([line for line in told if line.startswith("reports.csv")]) == 3


def test_the_same_slip_in_many_rows_is_one_sentence(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    path = folder / "reports.csv"
    path.write_text(path.read_text("utf-8").replace(",homicide,", ",murder,"), "utf-8")
    told = problems_of(folder).splitlines()
    assert len(told) == 1
    assert "rows 2, 3, 4, 5, 6, 7 and" in told[0]


def test_many_different_slips_are_counted_not_cut(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    for row in range(2, 22):
        spoil(folder, "reports.csv", f"{row} kind = kind{row}")
    told = problems_of(folder).splitlines()
    assert len(told) == 13
    assert "kind is not in the rubric in 8 more rows" in told[-1]


def test_an_empty_folder_names_all_that_is_missing(tmp_path: Path) -> None:
    told = problems_of(tmp_path)
    for file in ("round.toml", "reports.csv", "organizations.csv", "sources.csv"):
        assert f"{file} is missing" in told


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert "is no folder" in problems_of(tmp_path / "nowhere")


def keep(folder: Path, which: str, value: str) -> None:
    """Leave only the rows of a table where a column has a value; ``which`` names both."""
    file, column = which.split(" ")
    frame = pd.read_csv(folder / file, dtype=str, keep_default_na=False)
    frame[frame[column] == value].to_csv(folder / file, index=False)


@pytest.mark.parametrize("meagre", ["one source", "no overlap", "no attribution", "one contender"])
def test_meagre_input_is_valid_and_left_to_later_stages(meagre: str, tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    if meagre == "one source":
        keep(folder, "reports.csv source", "daily")
        keep(folder, "sources.csv id", "daily")
    elif meagre == "no overlap":
        frame = pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)
        frame.assign(incident_id=frame["report_id"]).to_csv(folder / "reports.csv", index=False)
    elif meagre == "no attribution":
        spoil(folder, "reports.csv", "drop victims_by_side")
        spoil(folder, "reports.csv", "drop attribution")
    else:
        for row in (2, 3):
            spoil(folder, "organizations.csv", f"{row} contender = no")
    result = CliRunner().invoke(cli.app, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert "is valid" in result.stdout


def test_a_window_without_reports_is_noted(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "round.toml", '["2010-04-01", "2010-06-30"] => ["2011-04-01", "2011-06-30"]')
    spoil(folder, "round.toml", '"2010-07-31" => "2011-07-31"')
    result = CliRunner().invoke(cli.app, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert "no report is dated in the window, 2011-04-01 to 2011-06-30" in result.stdout


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("organizations.csv", r"content id,name\n\xe1,A\n", "organizations.csv row 2: byte 0xe1"),
        ("sources.csv", r"content id,name\n\xe1,A\n", "sources.csv row 2: byte 0xe1"),
        ("mappings.csv", r"content name,organization\n\xe1,A\n", "mappings.csv row 2: byte 0xe1"),
        ("rubric.toml", "content id = ", "rubric.toml: is no valid TOML"),
        ("round.toml", "content id = ", "round.toml: is no valid TOML"),
    ],
)
def test_who_refers_to_a_file_that_cannot_be_read_is_not_at_fault(
    file: str, content: str, said: str, tmp_path: Path
) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, file, content)
    told = problems_of(folder).splitlines()
    assert [line for line in told if line.startswith(said)] == told, told


def test_an_unreadable_table_hides_no_other_problem(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "mappings.csv", r"content name,organization\n\xe1,A\n")
    spoil(folder, "round.toml", 'period = => exclude = ["gulf"]\nperiod =')
    told = problems_of(folder).splitlines()
    assert len(told) == 2
    assert any("exclude holds 'gulf'" in line for line in told)


def test_no_sentence_on_a_stranger_is_part_of_one_of_another_kind() -> None:
    clauses = [clause for of in REFERS.values() for clause in of]
    assert not any(a != b and a in b for a in clauses for b in clauses)


def test_a_round_toml_that_cannot_be_read_is_no_round_that_hides_its_truth(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    (folder / "truth.json").write_text("{}")
    assert "does not say that the data are invented" in problems_of(folder)
    spoil(folder, "round.toml", "content id = ")
    assert problems_of(folder).splitlines()[0].startswith("round.toml: is no valid TOML")
    assert "truth.json" not in problems_of(folder)


def test_priors_are_judged_with_the_files(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    spoil(folder, "round.toml", "+ [priors]\\nnope = { mu = 1.0 }\\nvisibility = { sigma = -1.0 }")
    spoil(folder, "reports.csv", "5 kind = homocide")
    told = problems_of(folder)
    for words in ("[priors] nope", "[priors] visibility", "kind 'homocide'"):
        assert words in told
    assert len(told.splitlines()) == 3
