"""From relations between groups to rivalries of a round: what is taken, and what is said."""

from pathlib import Path

import pandas as pd
import pytest
from dtoscore import cli
from dtoscore.data.errors import InputError
from dtoscore.data.readers import read_round
from dtoscore.data.relations import RelationsReport, import_relations
from rounds import write_small_round
from typer.testing import CliRunner

HEAD = "relation,group,other,weight"
ROWS = (
    "rivalry,Sinaloa Cartel,Los Zetas,2",
    "rivalry,Los Zetas,Sinaloa Cartel,2",
    "rivalry,Zetas,Pacific Cartel,5",
    "rivalry,JUAREZ CARTEL (JC),Zetas,1",
    "alliance,Juarez Cartel,Sinaloa Cartel,9",
    "rivalry,Pacific Cartel,Sinaloa Cartel,3",
    "rivalry,Los Cuervos,Juarez Cartel,4",
    "rivalry,Los Zetas (Juarez),Sinaloa Cartel,4",
)


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    file = folder / "relations.csv"
    file.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return file


def imported(folder: Path, *rows: str) -> tuple[RelationsReport, pd.DataFrame]:
    place = write_small_round(folder / "round")
    report = import_relations(table(folder, *rows), place)
    frame = read_round(place).rivalries
    assert frame is not None
    return report, frame


def test_pairs_once_with_their_largest_weight(tmp_path: Path) -> None:
    report, frame = imported(tmp_path, *ROWS)
    assert frame[["organization", "other", "weight"]].to_numpy().tolist() == [
        ["juarez", "zetas", 1], ["sinaloa", "zetas", 5],
    ]  # fmt: skip
    assert (report.rows_read, report.rows_used, report.rivalries) == (8, 4, 2)
    assert len(report.strange_rows) == 2
    assert sum(report.left_out.values()) + report.rows_used == report.rows_read


def test_the_command_says_what_was_done(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    words = ["import", "relations", str(table(tmp_path, *ROWS)), str(folder)]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{folder / 'rivalries.csv'}: 2 rivalries of 4 of 8 rows read.",
        "1 row left out: no rivalry.",
        "2 rows left out: a name that the round's organizations.csv does not hold.",
        "1 row left out: both names are one organization.",
        "Names that are not known: rows 8, 9 of the table.",
    ]
    assert CliRunner().invoke(cli.app, words).exit_code == 0, "the same again"
    (folder / "rivalries.csv").write_text("organization,other\nsinaloa,juarez\n", "utf-8")
    again = CliRunner().invoke(cli.app, words)
    assert again.exit_code == 1
    assert "says something else" in again.stderr
    assert (folder / "rivalries.csv").read_text("utf-8").endswith("sinaloa,juarez\n")


def test_an_incomplete_round_has_a_roster_all_the_same(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    (folder / "reports.csv").unlink()
    assert import_relations(table(tmp_path, *ROWS), folder).rivalries == 2


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["alliance,Los Zetas,Juarez Cartel,1"], "holds no rivalry between two organizations"),
        (["rivalry,Los Zetas,Juarez Cartel,0"], "relations.csv row 2: weight '0' must be a finite"),
        (["rivalry,Los Zetas,,1"], "relations.csv row 2: other '' is empty"),
        (["rivalry,Los Zetas"], "row 2: has 2 cells"),
        ([], "holds no rivalry"),
    ],
)
def test_tables_at_fault(tmp_path: Path, rows: list[str], sentence: str) -> None:
    folder = write_small_round(tmp_path / "round")
    with pytest.raises(InputError, match=sentence):
        import_relations(table(tmp_path, *rows), folder)
    assert not (folder / "rivalries.csv").exists()


def test_places_at_fault(tmp_path: Path) -> None:
    folder = write_small_round(tmp_path / "round")
    with pytest.raises(InputError, match="is no file of type"):
        import_relations(tmp_path / "none.csv", folder)
    with pytest.raises(InputError, match="is no folder"):
        import_relations(table(tmp_path, *ROWS), tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"organizations\.csv is missing"):
        import_relations(table(tmp_path, *ROWS), tmp_path)
    with pytest.raises(InputError, match="column 'weight' is missing"):
        import_relations(table(tmp_path, "a,b,c", head="relation,group,other"), folder)


def test_the_table_of_2020(real_data: Path, tmp_path: Path) -> None:
    roster = "id,name\ncjng,CJNG\nsinaloa,Cártel de Sinaloa\njuarez,cártel de juárez\n"
    (tmp_path / "organizations.csv").write_text(roster, "utf-8")
    report = import_relations(real_data / "bacrim2020_relations.csv", tmp_path)
    frame = pd.read_csv(tmp_path / "rivalries.csv")
    assert report.rows_read == 257
    assert report.left_out["no rivalry"] == 130
    assert frame.loc[frame["other"] == "sinaloa", "organization"].tolist() == ["cjng", "juarez"]
    assert frame["weight"].max() == 7
