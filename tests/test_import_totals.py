"""``import totals``: official series by state and month, added to a round that is there."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from dtoscore import cli
from dtoscore.data.aggregates import itemised
from dtoscore.data.errors import InputError
from dtoscore.data.known_series import FEDERAL, FEDERAL_PARTS, KNOWN
from dtoscore.data.official import Added, Wanted, import_totals
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.ucdp import import_ucdp
from rounds import write_full_round, write_small_round
from typer.testing import CliRunner

REGIONS, YEAR = ("MX-SIN", "MX-CHH", "MX-SON"), 2010
SESNSP, INEGI = "sesnsp_intentional_homicide_victims", "inegi_registered_homicides"
EXECUTIONS = "presidencia_organized_crime_executions"
SHOOTOUTS = "presidencia_organized_crime_shootouts"


def long(*series: str, months: tuple[int, ...] = tuple(range(1, 13))) -> pd.DataFrame:
    """Make a long file: the count says which series, region and month it is of."""
    return pd.DataFrame(
        [
            (name, region, YEAR, month, 1000 * (s + 1) + 100 * r + month)
            for s, name in enumerate(series)
            for r, region in enumerate(REGIONS)
            for month in months
        ],
        columns=["series", "region", "year", "month", "count"],
    )


def added(folder: Path, frame: pd.DataFrame, **asked: object) -> Added:
    """Add a file's totals."""
    file = folder.parent / "official.csv"
    frame.to_csv(file, index=False)
    return import_totals(file, folder, Wanted(**asked))  # type: ignore[arg-type]


MONTHLY = {"monthly": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_round(tmp_path / "round")


def totals(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "totals.csv", dtype=str, keep_default_na=False)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("named", [(SESNSP,), ()])
def test_real_series_do_not_stand_beside_invented_reports(
    folder: Path, named: tuple[str, ...]
) -> None:
    settings = (folder / "round.toml").read_text("utf-8")
    (folder / "round.toml").write_text(f"simulated = true\n{settings}", encoding="utf-8")
    before = bytes_of(folder)
    with pytest.raises(InputError, match=f"are invented, and {SESNSP} is a real series"):
        added(folder, long(SESNSP), series=named)
    assert bytes_of(folder) == before
    invented = long(SESNSP).assign(series="invented")
    assert added(folder, invented, series=("invented",) if named else ()).rows


def test_months_of_which_the_round_has_some_days_are_said_to_be_left_out(folder: Path) -> None:
    said = added(folder, long(SESNSP), series=(SESNSP,), **MONTHLY)
    assert not any("only some days" in note for note in said.notes)
    settings = (folder / "round.toml").read_text("utf-8").split("[totals")[0]
    for old, new in (("2010-06-30", "2010-06-15"), ("2010-01-01", "2010-01-03")):
        assert old in settings
        settings = settings.replace(old, new)
    (folder / "round.toml").write_text(settings, encoding="utf-8")
    (folder / "totals.csv").unlink()
    said = added(folder, long(SESNSP), series=(SESNSP,), **MONTHLY)
    assert said.rows == 8, "February to May of two states"
    (note,) = (note for note in said.notes if "only some days" in note)
    assert note.startswith("Of 2010-01, 2010-06 only some days are in the round: ")


def test_rows_of_the_round_s_regions_and_days(folder: Path) -> None:
    """Two of three regions, January to June: 12 rows, whole months, inclusive victims."""
    said = added(folder, long(SESNSP), series=(SESNSP,), **MONTHLY)
    frame = totals(folder)
    assert (said.rows, len(frame)) == (12, 12)
    assert set(frame["region"]) == {"MX-SIN", "MX-CHH"}
    assert frame.iloc[1].to_dict() == {
        "series": SESNSP, "region": "MX-SIN", "from": "2010-01-01", "to": "2010-01-31",
        "kind": "homicide", "count": "1001", "unit": "victims", "scope": "inclusive",
    }  # fmt: skip
    assert frame["to"].max() == "2010-06-30"
    read = read_round(folder)
    assert read.settings.totals[SESNSP] == {"capture": "0.9±0.05", "noise": 0.1}
    evidence = tabulate(read)
    assert evidence.aggregates is not None
    assert len(evidence.aggregates) == 12
    assert f"{SESNSP} MX-CHH 2010-02 homicide" in evidence.aggregates.table.index


def test_months_are_added_up_over_the_window_and_over_the_history(folder: Path) -> None:
    """A month without a figure parts what is added up: none is no zero."""
    frame = long(SESNSP)
    lacking = (frame["region"] == "MX-CHH") & (frame["month"] == 5)
    said = added(folder, frame[~lacking], series=(SESNSP,))
    rows = totals(folder)
    assert rows[["region", "from", "to", "count"]].to_numpy().tolist() == [
        ["MX-CHH", "2010-01-01", "2010-03-31", str(3 * 1100 + 6)],
        ["MX-SIN", "2010-01-01", "2010-03-31", str(3 * 1000 + 6)],
        ["MX-CHH", "2010-04-01", "2010-04-30", "1104"],
        ["MX-SIN", "2010-04-01", "2010-06-30", str(3 * 1000 + 15)],
        ["MX-CHH", "2010-06-01", "2010-06-30", "1106"],
    ]
    assert said.rows == 5
    assert any(note.startswith("1 state-month has no figure") for note in said.notes)
    assert (
        "11 state-months were added up to 5 totals, those of the window apart, of 1 state more "
        "than one; --monthly keeps months."
    ) in said.notes
    assert tabulate(read_round(folder)).aggregates is not None


def test_a_month_that_no_state_has_is_missing_too(folder: Path) -> None:
    said = added(folder, long(SESNSP, months=(1, 2, 4, 6)), series=(SESNSP,))
    assert said.rows == 6
    assert any(note.startswith("4 state-months have no figure") for note in said.notes)
    assert any("of 2 states more than one" in note for note in said.notes)


def test_the_month_in_which_the_window_begins_is_a_total_of_its_own(folder: Path) -> None:
    text = (folder / "round.toml").read_text()
    assert "2010-04-01" in text
    (folder / "round.toml").write_text(text.replace("2010-04-01", "2010-04-10"))
    added(folder, long(SESNSP), series=(SESNSP,))
    rows = totals(folder)
    assert rows.loc[rows["region"] == "MX-SIN", ["from", "to"]].to_numpy().tolist() == [
        ["2010-01-01", "2010-03-31"],
        ["2010-04-01", "2010-04-30"],
        ["2010-05-01", "2010-06-30"],
    ]


def test_what_is_asked_for_is_written(folder: Path) -> None:
    added(
        folder, long("own"), series=("own",), capture="0.7±0.1", holds=("daily", "court"),
        unit="incidents",
    )  # fmt: skip
    read = read_round(folder)
    declared = {"capture": "0.7±0.1", "holds": ["daily", "court"]}
    assert read.settings.totals["own"] == declared, "noise is of victims"
    assert set(totals(folder)["unit"]) == {"incidents"}
    evidence = tabulate(read)
    assert itemised(evidence).held.sum() > 0


def test_totals_that_are_there_are_extended(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    before = totals(folder)
    frame = long(SESNSP)
    lacking = (frame["region"] == "MX-SIN") & (frame["month"] == 5)
    added(folder, frame[~lacking], series=(SESNSP,), **MONTHLY)
    after = totals(folder)
    pd.testing.assert_frame_equal(after.loc[:0, before.columns], before)
    assert len(after) == 1 + 11
    assert set(read_round(folder).settings.totals) == {"official", SESNSP}


def test_a_second_total_of_the_same_events_is_refused(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "round")
    before = bytes_of(folder)
    with pytest.raises(InputError, match=r"of 1 of these already \(official\)"):
        added(folder, long(SESNSP), series=(SESNSP,))
    assert bytes_of(folder) == before


def test_a_series_that_is_there_already(folder: Path) -> None:
    added(folder, long(SESNSP, months=(1, 2)), series=(SESNSP,))
    before = bytes_of(folder)
    for asked in ({"series": (SESNSP,)}, {}):
        with pytest.raises(InputError, match=f"series '{SESNSP}' is in the round already"):
            added(folder, long(SESNSP, months=(4, 5)), **asked)
        assert bytes_of(folder) == before


def test_one_series_is_taken_and_the_others_are_named(folder: Path) -> None:
    frame = pd.concat([long(INEGI, *FEDERAL_PARTS), long(SESNSP, months=(1, 2))])
    said = added(folder, frame)
    assert said.series == (FEDERAL,), "it has as many months as INEGI, and goes before it"
    text = " ".join(said.sentences())
    assert f"Other series of the same days: {INEGI}, {SESNSP}." in text
    assert "held to be organized crime" in text
    assert "'other' is among the authors" in text
    assert read_round(folder).settings.totals[FEDERAL]["capture"] == "0.5±0.15"
    rows = totals(folder).set_index(["region", "from"])
    assert len(rows) == 4
    of_state = sum(sum(1000 * s + month for month in (4, 5, 6)) for s in (2, 3, 4))
    assert rows.loc[("MX-SIN", "2010-04-01"), "count"] == str(of_state)


def test_a_count_in_parts_that_lacks_one_is_not_taken_for_the_whole(folder: Path) -> None:
    said = added(folder, long(INEGI, EXECUTIONS, SHOOTOUTS))
    assert said.series == (INEGI,)


def test_a_file_of_parts_alone_gives_one_and_says_that_it_is_a_part(folder: Path) -> None:
    said = added(folder, long(EXECUTIONS, SHOOTOUTS))
    assert said.series == (EXECUTIONS,)
    assert any("what share of the violence one or two of them count" in x for x in said.notes)


def test_a_file_that_has_the_sum_itself(folder: Path) -> None:
    said = added(folder, long(FEDERAL))
    assert said.series == (FEDERAL,)
    assert read_round(folder).settings.totals[FEDERAL]["capture"] == "0.5±0.15"


def test_a_series_beside_a_part_keeps_what_is_known_of_it(folder: Path) -> None:
    frame = pd.concat([long(EXECUTIONS, months=(1, 2, 3)), long(INEGI)])
    said = added(folder, frame, series=(EXECUTIONS, INEGI))
    declared = read_round(folder).settings.totals
    assert declared[INEGI] == {"capture": "0.9±0.05", "noise": 0.25}
    assert "capture" not in declared[EXECUTIONS]
    assert any("month of registration, not of death" in note for note in said.notes)


def test_the_capture_of_a_series_that_a_source_feeds_is_that_of_the_rest(folder: Path) -> None:
    added(folder, long(*FEDERAL_PARTS), holds=("daily",))
    assert read_round(folder).settings.totals[FEDERAL]["capture"] == "0.4±0.15"


@pytest.mark.parametrize("how", [{}, {"together": "two-parts"}])
def test_parts_of_a_count_have_no_capture_of_the_whole(folder: Path, how: dict) -> None:
    chosen = (EXECUTIONS, SHOOTOUTS) if how else (SHOOTOUTS,)
    said = added(folder, long(*FEDERAL_PARTS), series=chosen, **how)
    declared = read_round(folder).settings.totals
    assert [entries.get("capture") for entries in declared.values()] == [None]
    assert "what share of the violence one or two of them count is not known" in " ".join(
        said.notes
    )
    assert tabulate(read_round(folder)).aggregates is not None


def test_a_month_is_taken_from_the_first_series_that_has_it(folder: Path) -> None:
    frame = pd.concat([long(INEGI), long(SESNSP, months=(2, 3)).assign(count=7)])
    said = added(folder, frame, series=(SESNSP, INEGI), **MONTHLY)
    rows = totals(folder)
    assert rows.groupby("series").size().to_dict() == {SESNSP: 4, INEGI: 8}
    assert not rows.duplicated(["region", "from"]).any()
    assert set(rows.loc[rows["series"] == SESNSP, "from"]) == {"2010-02-01", "2010-03-01"}
    assert any("month of registration, not of death" in note for note in said.notes)
    assert read_round(folder).settings.totals[INEGI]["noise"] == 0.25


def test_where_series_take_turns_each_has_totals_of_its_own(folder: Path) -> None:
    frame = pd.concat([long(INEGI), long(SESNSP, months=(5,)).assign(count=7)])
    added(folder, frame, series=(SESNSP, INEGI))
    rows = totals(folder)
    sinaloa = rows[rows["region"] == "MX-SIN"].sort_values("from")
    assert sinaloa[["series", "from", "to", "count"]].to_numpy().tolist() == [
        [INEGI, "2010-01-01", "2010-03-31", str(3 * 1000 + 6)],
        [INEGI, "2010-04-01", "2010-04-30", "1004"],
        [SESNSP, "2010-05-01", "2010-05-31", "7"],
        [INEGI, "2010-06-01", "2010-06-30", "1006"],
    ]


def test_parts_are_added_up(folder: Path) -> None:
    frame = long(*FEDERAL_PARTS)
    lacking = (frame["series"] == SHOOTOUTS) & (frame["month"] == 3)
    said = added(folder, frame[~lacking], series=FEDERAL_PARTS, together="federal", **MONTHLY)
    rows = totals(folder).set_index(["region", "from"])
    assert said.series == ("federal",)
    assert len(rows) == 10, "March is not known whole"
    assert rows.loc[("MX-CHH", "2010-02-01"), "count"] == str(1102 + 2102 + 3102)
    assert any(note.startswith("2 state-months have no figure") for note in said.notes)
    assert read_round(folder).settings.totals["federal"]["capture"] == "0.5±0.15"


def test_a_share_goes_with_no_other(folder: Path) -> None:
    """The press of the small round covers all, so that 'other' is on its axis."""
    before = bytes_of(folder)
    with pytest.raises(InputError, match=r"has a share in round\.toml"):
        added(folder, long(SESNSP), series=(SESNSP,), share="0.6±0.1")
    assert bytes_of(folder) == before


def test_a_total_now_and_then_below_what_its_source_reports_ranges_as_far_above_that(
    tmp_path: Path,
) -> None:
    """One state-month in ten: its error may be as large the other way, and the user is told."""
    frame, asked = long(SESNSP), {"series": (SESNSP,), "holds": ("daily",), **MONTHLY}
    other = write_small_round(tmp_path / "other")
    added(other, frame, **asked)
    evidence = tabulate(read_round(other))
    assert evidence.aggregates is not None
    held = pd.Series(itemised(evidence).held_victims, evidence.aggregates.table.index)
    line = evidence.aggregates.table.loc[held.idxmax(), "rows"][0]
    of_row = totals(other).loc[line - 2]
    assert (held > 0).sum() >= 10
    month = pd.Timestamp(of_row["from"]).month
    this = (frame["region"] == of_row["region"]) & (frame["month"] == month)
    folder = write_small_round(tmp_path / "round")
    said = added(folder, frame.assign(count=frame["count"].mask(this, 1)), **asked)
    table = totals(folder)
    ranged = table[table["count_high"] != ""]
    assert ranged[["count", "count_low", "count_high"]].to_numpy().tolist() == [
        ["1", "1", f"{2 * held.max() - 1:.0f}"]
    ]
    told = "1 count is below what daily reports there: taken as anything from the count to as far"
    assert any(told in note for note in said.notes)
    found = tabulate(read_round(folder))
    assert found.aggregates is not None
    assert (found.aggregates.table["count_high"] > itemised(found).held_victims).any()


def test_a_total_below_what_its_source_reports_is_refused(folder: Path) -> None:
    before = bytes_of(folder)
    with pytest.raises(InputError, match="is below the"):
        added(folder, long(SESNSP).assign(count=0), series=(SESNSP,), holds=("daily",))
    assert bytes_of(folder) == before


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({"region": "Sinaloa"}, {}, "region 'Sinaloa' is no ISO 3166-2 code"),
        ({"year": 10}, {}, "year '10' must be a year of four digits"),
        ({"month": 13}, {}, "month '13' must be a month from 1 to 12"),
        ({"count": -1}, {}, "count '-1' must be a whole number"),
        ({"count": 1.5}, {}, "count '1.5' must be a whole number"),
        ({"series": "a b"}, {}, "series 'a b' must be an id"),
        ({"month": 1}, {}, "has a region and month more than once"),
        ({}, {"series": ("sesnsp",)}, f"has no series 'sesnsp'.*Choices: {SESNSP}"),
        ({}, {"capture": "1.5±0.1"}, "--capture '1.5±0.1' must be"),
        ({}, {"share": "half"}, "--share 'half' must be"),
        ({}, {"holds": ("dayly",)}, "--holds 'dayly' is no source.*did you mean 'daily'"),
        ({}, {"series": (SESNSP,), "together": "x"}, "--together adds up several series"),
        ({}, {"series": (SESNSP,), "together": "x y"}, "--together 'x y' must be an id"),
        ({"year": 2011}, {}, "no month of .* lies in the round's regions and days"),
    ],
)
def test_what_is_at_fault_is_said(folder: Path, change, asked, message) -> None:
    before = bytes_of(folder)
    with pytest.raises(InputError, match=message):
        added(folder, long(SESNSP).assign(**change), **asked)
    assert bytes_of(folder) == before


def test_files_that_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv cannot be read: it does not exist"):
        import_totals(tmp_path / "none.csv", folder, Wanted())
    (tmp_path / "some.txt").write_text("x")
    with pytest.raises(InputError, match=r"some\.txt cannot be read: it must end in \.csv"):
        import_totals(tmp_path / "some.txt", folder, Wanted())
    with pytest.raises(InputError, match="lacks the columns month"):
        added(folder, long(SESNSP).drop(columns="month"))
    (folder / "totals.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match=r"totals\.parquet"):
        added(folder, long(SESNSP))


def test_the_command(folder: Path) -> None:
    file = folder.parent / "official.csv"
    long(SESNSP, INEGI).to_csv(file, index=False)
    run = CliRunner().invoke(cli.app, ["import", "totals", str(file), str(folder)])
    assert run.exit_code == 0, run.output
    assert f"4 totals added ({SESNSP})" in run.stdout
    again = CliRunner().invoke(
        cli.app, ["import", "totals", str(file), str(folder), "--series", INEGI]
    )
    assert again.exit_code == 1
    assert "4 of these already" in again.stderr


@pytest.mark.parametrize(("year", "series"), [(2010, FEDERAL), (2021, SESNSP)])
def test_the_real_files(real_data: Path, tmp_path: Path, year: int, series: str) -> None:
    """UCDP and the official series together: coarse rows and months in one totals.csv."""
    folder = tmp_path / "round"
    window = (dt.date(year, 1, 1), dt.date(year, 12, 31))
    import_ucdp(real_data / "ucdp_ged_mexico.csv.gz", folder, window, dt.date(year - 1, 1, 1))
    coarse = len(totals(folder))
    said = import_totals(real_data / "mx_homicide_totals_state_month.csv", folder, Wanted())
    assert said.series == (series,)
    assert said.rows == 2 * 32, "the year, and the one before it"
    assert series in KNOWN
    assert len(totals(folder)) == coarse + said.rows
    evidence = tabulate(read_round(folder))
    assert evidence.aggregates is not None
    assert evidence.aggregates.set_aside.empty
    assert evidence.axes.has_other
    table = evidence.aggregates.table
    assert (table["scope"] == "inclusive").sum() == said.rows
    known = itemised(evidence)
    inclusive = (table["scope"] == "inclusive").to_numpy()
    assert known.items[inclusive].sum() == len(evidence.incidents)
