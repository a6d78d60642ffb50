"""Notes on reports that put an organization where, or when, the round says it was not."""

from pathlib import Path

import pandas as pd
import pytest
from dtoscore.data.doubts import doubts
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from rounds import ORGANIZATIONS, PRESENCE, write_full_round

ZETAS = "zetas,Los Zetas,Zetas,2010-02-01,,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_full_round(tmp_path / "round")


def notes(folder: Path, file: str) -> list[str]:
    round_ = read_round(folder)
    found = doubts(round_, tabulate(round_))
    return [note for note in found if note.startswith(f"{file}: ")]


def dated(folder: Path, row: str) -> list[str]:
    text = ORGANIZATIONS.replace(ZETAS, row)
    assert text != ORGANIZATIONS
    (folder / "organizations.csv").write_text(text, encoding="utf-8")
    return notes(folder, "organizations.csv")


def reports(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)


def of_zetas(folder: Path) -> "pd.Series[bool]":
    """Rows that name them for certain."""
    return reports(folder)["attribution"].isin(["zetas", "Los Zetas"])


ENDED = "zetas,Los Zetas,Zetas,2009-02-01,2010-02-28,"


def test_whom_its_dates_keep_from_being_a_contender(folder):
    """A slip in the year, and it is out of the contest."""
    first, *_ = dated(folder, ENDED)
    assert first.startswith(
        "organizations.csv: 'zetas' is no contender, because it is not active on any day that is "
        "scored, 2010-04-01 to 2010-06-30 (active_from 2009-02-01, active_to 2010-02-28); "
    )
    number = (of_zetas(folder) & (reports(folder)["date"] >= "2010-04-01")).sum()
    assert number
    assert f"; {number} used reports of the window name 'zetas'." in first


def test_who_acts_outside_its_dates(folder):
    _, second = dated(folder, ENDED)
    number = (of_zetas(folder) & (reports(folder)["date"] >= "2010-03-01")).sum()
    assert number
    assert f"{number} used reports name 'zetas' in a month in which it was never active" in second


def test_a_month_in_which_it_was_active_for_a_day_is_none_of_these(folder):
    """Whether an author can have acted is asked of whole periods: the model takes these as told."""
    frame = reports(folder)
    named = of_zetas(folder)
    first = frame.loc[named, "date"].min()
    begun = f"{first[:7]}-28"
    assert first < begun
    assert dated(folder, f"zetas,Los Zetas,Zetas,{begun},,") == []


def test_what_is_rolled_up_is_named_with_its_parent(folder):
    text = ORGANIZATIONS.replace("juarez,Juarez Cartel,,,,", "juarez,Juarez Cartel,,,2010-02-28,")
    text = text.replace("zetas,Los Zetas,Zetas,2010-02-01,,,splinter_of,false",
                        "zetas,Los Zetas,Zetas,,,juarez,splinter_of,true")  # fmt: skip
    (folder / "organizations.csv").write_text(text, encoding="utf-8")
    (folder / "rivalries.csv").unlink()
    said = notes(folder, "organizations.csv")
    assert len(said) == 2
    assert all("name 'juarez' or what is rolled up into it (zetas)" in note for note in said)


def test_reports_that_are_not_used_say_nothing(folder):
    """Withdrawn, and published after the round's day."""
    elsewhere = PRESENCE.replace("MX-SIN", "MX-CHH")
    (folder / "presence.csv").write_text(elsewhere, encoding="utf-8")
    frame, named = reports(folder), of_zetas(folder)
    (note,) = notes(folder, "presence.csv")
    assert f"presence.csv: {named.sum()} used reports name 'zetas' in 1 region" in note
    half = named & (named.cumsum() % 2 == 0)
    frame["retracted"] = half.map({True: "true", False: "false"})
    frame.to_csv(folder / "reports.csv", index=False)
    (note,) = notes(folder, "presence.csv")
    assert f"presence.csv: {(named & ~half).sum()} used reports name 'zetas'" in note
    frame.loc[named, "published"] = "2010-09-01"
    frame.to_csv(folder / "reports.csv", index=False)
    assert notes(folder, "presence.csv") == []


def test_the_file_is_called_as_it_is(folder):
    elsewhere = PRESENCE.replace("MX-SIN", "MX-CHH")
    (folder / "presence.csv").write_text(elsewhere, encoding="utf-8")
    pd.read_csv(folder / "presence.csv", dtype=str, keep_default_na=False).to_parquet(
        folder / "presence.parquet"
    )
    (folder / "presence.csv").unlink()
    assert notes(folder, "presence.csv") == []
    assert len(notes(folder, "presence.parquet")) == 1


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
    assert "used reports name 'zetas' in 1 region in which no row has it: MX-SIN (" in away
    assert "1 row is of no day" in idle


def test_reports_from_where_it_is_not(folder):
    assert notes(folder, "presence.csv") == []
    elsewhere = PRESENCE.replace("MX-SIN", "MX-CHH")
    (folder / "presence.csv").write_text(elsewhere, encoding="utf-8")
    (note,) = notes(folder, "presence.csv")
    assert "used reports name 'zetas' in 1 region in which no row has it: MX-SIN (" in note
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
