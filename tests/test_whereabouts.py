"""Notes on reports that put an organization where, or when, the round says it was not."""

from pathlib import Path

import pytest
from dtoscore.data.readers import read_round
from rounds import ORGANIZATIONS, PRESENCE, write_full_round

ZETAS = "zetas,Los Zetas,Zetas,2010-02-01,,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_full_round(tmp_path / "round")


def notes(folder: Path, file: str) -> list[str]:
    return [note for note in read_round(folder).notes if note.startswith(f"{file}: ")]


def dated(folder: Path, row: str) -> list[str]:
    text = ORGANIZATIONS.replace(ZETAS, row)
    assert text != ORGANIZATIONS
    (folder / "organizations.csv").write_text(text, encoding="utf-8")
    return notes(folder, "organizations.csv")


def test_whom_its_dates_keep_from_being_a_contender(folder):
    """A slip in the year, and it is out of the contest."""
    first, *_ = dated(folder, "zetas,Los Zetas,Zetas,2009-02-01,2010-02-28,")
    assert first.startswith(
        "organizations.csv: 'zetas' is no contender, because it is not active on any day that is "
        "scored, 2010-04-01 to 2010-06-30 (active_from 2009-02-01, active_to 2010-02-28); "
    )
    number = sum(
        ",zetas," in line or ",Los Zetas," in line
        for line in (folder / "reports.csv").read_text("utf-8").splitlines()
        if "2010-04-01" <= line.split(",")[2] <= "2010-06-30"
    )
    assert f"; {number} reports of the window name it." in first


def test_who_acts_outside_its_dates(folder):
    _, second = dated(folder, "zetas,Los Zetas,Zetas,2009-02-01,2010-02-28,")
    assert "reports name 'zetas' on days on which it was not active (active_from 2009-" in second


def test_an_open_end_is_no_end(folder):
    assert dated(folder, "zetas,Los Zetas,Zetas,,,") == []


def test_disputed_dates_are_not_held_against_the_reports(folder):
    text = ORGANIZATIONS.replace(ZETAS, "zetas,Los Zetas,Zetas,2010-06-20,,").splitlines()
    lines = [text[0] + ",disputed", *(f"{line}," for line in text[1:3]), f"{text[3]},dates"]
    (folder / "organizations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert notes(folder, "organizations.csv") == []


def test_a_row_that_has_run_out_takes_an_organization_off_the_map(folder):
    rows = PRESENCE.replace("2010-02-01,", "2008-02-01,2009-12-31")
    (folder / "presence.csv").write_text(rows, encoding="utf-8")
    nowhere, away, idle = notes(folder, "presence.csv")
    assert "no row of 'zetas' holds on any day from history to the window's end" in nowhere
    assert "name 'zetas' in 1 region in which no row has it: MX-SIN (10). " in away
    assert "1 row is of no day" in idle


def test_reports_from_where_it_is_not(folder):
    assert notes(folder, "presence.csv") == []
    elsewhere = PRESENCE.replace("MX-SIN", "MX-CHH")
    (folder / "presence.csv").write_text(elsewhere, encoding="utf-8")
    (note,) = notes(folder, "presence.csv")
    assert "10 reports name 'zetas' in 1 region in which no row has it: MX-SIN (10). " in note
    both = PRESENCE + "zetas,MX-CHH,,\n"
    (folder / "presence.csv").write_text(both, encoding="utf-8")
    assert notes(folder, "presence.csv") == []


def test_rows_that_hold_on_no_modelled_day_are_counted(folder):
    rows = "organization,other,weight,from,to\nsinaloa,zetas,3,,2009-12-31\njuarez,zetas,1,,\n"
    (folder / "rivalries.csv").write_text(rows, encoding="utf-8")
    (note,) = notes(folder, "rivalries.csv")
    assert "1 row is of no day from history to the window's end, and not used." in note


def test_without_the_table_nobody_is_away(folder):
    (folder / "presence.csv").unlink()
    assert notes(folder, "presence.csv") == []


def test_a_set_names_nobody_for_certain(folder):
    """Of 'juarez|zetas' one was there: that may be the other."""
    elsewhere = PRESENCE.replace("MX-SIN", "MX-CHH")
    (folder / "presence.csv").write_text(elsewhere, encoding="utf-8")
    rows = (folder / "reports.csv").read_text("utf-8")
    for said in ("Los Zetas", ",zetas,"):
        rows = rows.replace(said, ",juarez|zetas," if said.startswith(",") else "juarez|zetas")
    (folder / "reports.csv").write_text(rows, encoding="utf-8")
    assert "juarez|zetas" in rows
    assert notes(folder, "presence.csv") == []
