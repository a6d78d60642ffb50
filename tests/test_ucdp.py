"""The import of UCDP GED: each rule on rows made by hand, and the real file where it is."""

import datetime as dt
import gzip
from pathlib import Path

import pandas as pd
import pytest
from dtoscore.data.actors import slug
from dtoscore.data.adding import PARTLY
from dtoscore.data.errors import InputError
from dtoscore.data.imported import ImportReport
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import COARSE, tabulate
from dtoscore.data.ucdp import ALWAYS, import_ucdp
from dtoscore.models.priors import Priors

WINDOW = (dt.date(2015, 1, 1), dt.date(2015, 12, 31))
HISTORY = dt.date(2014, 1, 1)
EVENT = {
    "id": 1, "relid": "X-1", "year": 2015, "type_of_violence": 2, "side_a": "Red Herons",
    "side_b": "Blue Ibises", "dyad_name": "never read", "where_prec": 1, "adm_1": "Sonora state",
    "latitude": 29.1, "longitude": -110.9, "country": "Mexico", "date_prec": 1,
    "date_start": "2015-03-04", "date_end": "2015-03-04", "deaths_a": 0, "deaths_b": 0,
    "deaths_civilians": 0, "deaths_unknown": 3, "best": 3, "low": 3, "high": 3,
}  # fmt: skip

ABROAD_BEFORE = {"country": "Elsewhere", "date_start": "2014-02-01", "date_end": "2014-02-01"}


def write(folder: Path, *events: dict[str, object]) -> Path:
    """Write events, each a change of the usual one, as a GED file."""
    rows = [EVENT | {"id": number} | event for number, event in enumerate(events, start=1)]
    file = folder / "ged.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return file


@pytest.fixture
def convert(tmp_path):
    """Import events made by hand: what was said, the reports by id, and the roster."""

    def do(*events: dict[str, object]) -> tuple[ImportReport, pd.DataFrame, pd.DataFrame]:
        said = import_ucdp(write(tmp_path, *events), tmp_path / "round", WINDOW, HISTORY)
        tables = (
            pd.read_csv(tmp_path / "round" / f"{name}.csv", dtype=str, keep_default_na=False)
            for name in ("reports", "organizations")
        )
        reports, roster = tables
        return said, reports.set_index("report_id"), roster.set_index("id")

    return do


def test_a_dyad_is_a_rivalry(convert) -> None:
    said, reports, _ = convert({})
    row = reports.loc["1"]
    assert row["attribution"] == "blue-ibises><red-herons"
    assert row["incident_id"] == "1"
    assert (row["kind"], row["victims"], row["region"]) == ("homicide", "3", "MX-SON")
    assert (row["date"], row["date_end"], row["precision"]) == ("2015-03-04", "2015-03-04", "exact")
    assert row["victims_by_side"] == ""
    assert said.rivalries == ("blue-ibises><red-herons",)
    assert said.contenders == ("blue-ibises", "red-herons")


def test_deaths_of_a_side_follow_it_into_canonical_order(convert) -> None:
    _, reports, _ = convert(
        {"deaths_a": 2, "deaths_b": 1, "best": 4},
        {"side_a": "Blue Ibises", "side_b": "Red Herons", "deaths_a": 2, "deaths_b": 1},
    )
    assert reports.loc["1", "victims_by_side"] == "1><2", "two of the Red Herons died"
    assert reports.loc["2", "victims_by_side"] == "2><1"


def test_a_coalition_is_one_side(convert) -> None:
    said, reports, roster = convert({"side_a": "White Terns, Red Herons, Grey Wrens"})
    assert reports.loc["1", "attribution"] == "blue-ibises><grey-wrens+red-herons+white-terns"
    assert list(roster.index) == ["blue-ibises", "grey-wrens", "red-herons", "white-terns"]
    assert len(said.contenders) == 4


def test_one_sided_violence_is_by_side_a(convert) -> None:
    _, reports, roster = convert(
        {"type_of_violence": 3, "side_b": "Civilians", "deaths_civilians": 3},
        {"type_of_violence": 3, "side_b": "Civilians", "side_a": "Red Herons, Grey Wrens"},
    )
    assert reports["attribution"].tolist() == ["red-herons", "grey-wrens+red-herons"]
    assert list(roster.index) == ["grey-wrens", "red-herons"]


def test_a_government_is_other_and_makes_no_contender(convert) -> None:
    state = {"type_of_violence": 1, "side_a": "Government of Mexico", "deaths_b": 2}
    said, reports, roster = convert({}, state | {"side_b": "Grey Wrens"}, state)
    assert reports.loc["2", "attribution"] == "grey-wrens><other"
    assert reports.loc["2", "victims_by_side"] == "2><0"
    assert roster["contender"].to_dict() == {
        "blue-ibises": "true",
        "grey-wrens": "false",
        "red-herons": "true",
    }
    assert said.contenders == ("blue-ibises", "red-herons")


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ({"type_of_violence": 1, "side_a": "Government of Mexico"}, 1),
        ({"date_start": "2014-05-01", "date_end": "2014-05-01"}, 0),
    ],
    ids=["clashes with the state", "nothing in the window"],
)
def test_a_window_without_contenders_is_refused(convert, tmp_path, event, number) -> None:
    said = f"no organization is named in the window, 2015-01-01 to 2015-12-31.*Mexico: {number}"
    with pytest.raises(InputError, match=said):
        convert(event)
    assert not (tmp_path / "round").exists()


ALONE = {"type_of_violence": 3, "side_a": "Government of Mexico", "side_b": "Civilians"}


def test_what_governments_do_alone_makes_no_round(convert, tmp_path) -> None:
    with pytest.raises(InputError, match="no event can be used: 1 by a government alone"):
        convert(ALONE)
    with pytest.raises(InputError, match="1 event of these days is coarse"):
        convert(ALONE, {"where_prec": 4})
    assert not (tmp_path / "round").exists()


@pytest.mark.parametrize("where_prec", [1, 4], ids=["itemised", "coarse"])
@pytest.mark.parametrize(
    "sides",
    [
        {"type_of_violence": 1, "side_b": "Government of Elsewhere"},
        {"type_of_violence": 3, "side_b": "Civilians"},
    ],
    ids=["two governments", "one-sided"],
)
def test_what_governments_do_alone_is_left_out(convert, tmp_path, sides, where_prec) -> None:
    """As a total of all that is nobody's it would bound every murder of that month."""
    state = sides | {"side_a": "Government of Mexico", "where_prec": where_prec}
    said, reports, _ = convert({}, state)
    assert reports.index.tolist() == ["1"]
    assert said.left_out["by a government alone"] == 1
    assert (said.window_rows, said.coarse_rows, said.rows_read) == (1, 0, 2)
    assert not (tmp_path / "round" / "totals.csv").exists()


def test_contenders_are_named_in_the_window(convert) -> None:
    old = {"date_start": "2014-05-01", "date_end": "2014-05-01", "side_b": "Grey Wrens"}
    said, _, roster = convert({}, old)
    assert roster.loc["grey-wrens", "contender"] == "false"
    assert said.rivalries == ("blue-ibises><red-herons",)
    assert said.rivalries_written == ("blue-ibises><red-herons", "grey-wrens><red-herons")


def test_factions_stay_separate_with_their_parent_beside_them(convert) -> None:
    _, reports, roster = convert(
        {"side_b": "Red Herons - Northern faction"}, {"side_b": "Jade Owls - The Young"}
    )
    assert reports.loc["1", "attribution"] == "red-herons><red-herons-northern-faction"
    faction = roster.loc["red-herons-northern-faction"]
    assert (faction["parent"], faction["relation"]) == ("red-herons", "part_of")
    assert roster.loc["jade-owls-the-young", "parent"] == "", "its parent is not in the roster"
    assert (roster["contender"] == "true").all()


@pytest.mark.parametrize(
    ("where_prec", "date_prec", "precision"),
    [(1, 1, "exact"), (3, 3, "exact"), (4, 1, "coarse"), (1, 4, "coarse"), (6, 5, "coarse")],
)
def test_codes_of_four_and_above_are_coarse(
    convert, tmp_path, where_prec, date_prec, precision
) -> None:
    said, reports, _ = convert({"where_prec": where_prec, "date_prec": date_prec}, {})
    assert ("1" in reports.index) == (precision == "exact")
    assert (tmp_path / "round" / "totals.csv").exists() == (precision == "coarse")
    assert said.coarse_share == (precision == "coarse") / 2
    assert said.rows_written + said.coarse_written == 2


def totals_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "totals.csv", dtype=str, keep_default_na=False)


def test_a_coarse_event_is_a_residual_total(convert, tmp_path) -> None:
    said, *_ = convert(
        {},
        {
            "where_prec": 4, "date_prec": 2, "side_a": "White Terns, Red Herons",
            "date_start": "2015-02-27", "date_end": "2015-03-03", "best": 9, "low": 10, "high": 12,
        },
    )  # fmt: skip
    assert totals_of(tmp_path / "round").to_dict("records") == [
        {
            "series": "ucdp-coarse", "region": "MX-SON", "from": "2015-02-01", "to": "2015-03-31",
            "kind": "homicide", "count": "9", "count_low": "9", "count_high": "12",
            "unit": "victims", "scope": "residual",
            "attribution": "blue-ibises><red-herons+white-terns",
        }
    ]  # fmt: skip
    sentences = said.sentences()
    assert any("1 report and 1 coarse record (totals.csv) of 2 events read" in s for s in sentences)
    read = read_round(tmp_path / "round")
    assert read.settings.totals == {"ucdp-coarse": {"capture": "0.9±0.08"}}
    evidence = tabulate(read)
    assert evidence.set_aside.empty, "it is used, not set aside"
    assert evidence.aggregates is not None
    assert evidence.aggregates.set_aside.empty
    assert evidence.axes.rivalries == ("blue-ibises><red-herons", *EXPECTED)


EXPECTED = ("blue-ibises><red-herons+white-terns",)


def test_coarse_events_of_one_dyad_state_and_month_are_one_total(convert, tmp_path) -> None:
    convert({}, {"where_prec": 4}, {"where_prec": 4, "date_start": "2015-03-09",
            "date_end": "2015-03-09"}, {"where_prec": 6, "adm_1": "Sonora state"})  # fmt: skip
    evidence = tabulate(read_round(tmp_path / "round"))
    assert evidence.aggregates is not None
    table = evidence.aggregates.table
    assert table["count"].to_dict() == {
        "ucdp-coarse MX 2015-03 homicide blue-ibises><red-herons": 3,
        "ucdp-coarse MX-SON 2015-03 homicide blue-ibises><red-herons": 6,
    }


def test_coarse_events_over_the_borders_are_written_and_set_aside(convert, tmp_path) -> None:
    year = {"date_prec": 5, "date_start": "2013-06-01", "date_end": "2014-02-28"}
    late = {"date_prec": 5, "date_start": "2015-12-20", "date_end": "2016-07-31"}
    gone = {"date_prec": 5, "date_start": "2013-01-01", "date_end": "2013-12-31"}
    said, *_ = convert({}, year, late, gone)
    assert totals_of(tmp_path / "round")[["from", "to"]].to_numpy().tolist() == [
        ["2013-06-01", "2014-02-28"], ["2015-12-20", "2016-07-31"]
    ]  # fmt: skip
    assert said.left_out == {"not between 2014-01-01 and 2015-12-31": 1}
    assert any(
        "2 coarse events reach over the first or last day of the round, 6 dead in all" in note
        for note in said.notes
    )
    evidence = tabulate(read_round(tmp_path / "round"))
    assert evidence.aggregates is not None
    assert evidence.aggregates.set_aside["reason"].tolist() == [PARTLY, PARTLY]


def test_months_are_cut_at_the_borders(tmp_path) -> None:
    file = write(tmp_path, {}, {"where_prec": 4})
    window = (dt.date(2015, 3, 3), dt.date(2015, 3, 20))
    import_ucdp(file, tmp_path / "round", window, dt.date(2015, 3, 2))
    row = totals_of(tmp_path / "round").iloc[0]
    assert (row["from"], row["to"]) == ("2015-03-02", "2015-03-20")


def test_a_file_of_coarse_events_alone_is_refused(convert) -> None:
    with pytest.raises(InputError, match="1 event of these days is coarse"):
        convert({"where_prec": 4})


def test_rows_that_cite_the_government_list_are_counted(convert) -> None:
    cited = {"source_article": '"CIDE-PPD,2007-12-31"'}
    said, *_ = convert({"source_article": ""}, cited, {"source_article": '"CIDE-DPP,2007-04-05"'})
    assert any(note.startswith("2 events cite CIDE-PPD, a government list") for note in said.notes)


def test_a_range_counts_where_its_midpoint_falls(convert) -> None:
    def event(first: str, last: str) -> dict[str, object]:
        return {"date_start": first, "date_end": last, "date_prec": 2}

    said, reports, _ = convert(
        event("2014-12-31", "2015-01-04"),
        event("2014-12-29", "2015-01-03"),
        event("2013-12-30", "2014-01-01"),
        event("2015-12-30", "2016-01-05"),
    )
    assert said.window_rows == 1, "the first"
    assert sorted(reports.index) == ["1", "2"], "the second is history, the others outside"


def test_bounds_hold_the_best_number(convert) -> None:
    said, reports, _ = convert(
        {"best": 3, "low": 5, "high": 6}, {"best": 9, "low": 2, "high": 4}, {}
    )
    bounds = reports[["victims_low", "victims", "victims_high"]].astype(int)
    assert bounds.loc["1"].tolist() == [3, 3, 6]
    assert bounds.loc["2"].tolist() == [2, 9, 9]
    assert "1 event had low above best: the bounds were widened to hold best." in said.notes
    assert "1 event had best above high: the bounds were widened to hold best." in said.notes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ciudad de México", "MX-CMX"), ("Distrito Federal", "MX-CMX"),
        ("México state", "MX-MEX"), ("Baja California Sur state", "MX-BCS"),
        ("Nuevo León state", "MX-NLE"), ("Nuevo Leon", "MX-NLE"),
        ("Michoacán de Ocampo state", "MX-MIC"), ("", "MX"), ("Atlantis state", "MX"),
    ],
)  # fmt: skip
def test_states_have_their_code(convert, tmp_path, name: str, code: str) -> None:
    said, reports, _ = convert({"adm_1": name}, {})
    assert reports.loc["2", "region"] == "MX-SON"
    if code == "MX":
        assert totals_of(tmp_path / "round")["region"].tolist() == ["MX"], "it is coarse"
    else:
        assert reports.loc["1", "region"] == code
    placed = "1 event names no state of Mexico: region MX."
    assert (placed in said.notes) == (code == "MX")
    assert ("No state is called 'Atlantis state'." in said.notes) == (name == "Atlantis state")


def test_what_is_left_out_is_counted(convert) -> None:
    said, reports, _ = convert(
        {},
        {"country": "Elsewhere"},
        {"date_start": "2013-12-31", "date_end": "2013-12-31"},
        {"date_start": "2016-01-01", "date_end": "2016-01-01"},
    )
    assert list(reports.index) == ["1"]
    assert (said.rows_read, said.rows_written) == (4, 1)
    assert said.left_out == {"not in Mexico": 1, "not between 2014-01-01 and 2015-12-31": 2}
    assert "1 event left out: not in Mexico." in said.sentences()


def test_ids_are_made_of_names() -> None:
    assert slug("Cártel de Santa Ñ. (north)") == "cartel-de-santa-n-north"
    long = slug("a" * 80)
    assert len(long) <= 64
    assert long != slug("a" * 81)
    assert slug("鳥") != slug("魚")


def test_names_with_one_slug_are_told_apart(convert) -> None:
    _, _, roster = convert({"side_a": "Los Ibis", "side_b": "Los Íbis"}, {"side_b": "Other"})
    assert roster["name"].nunique() == 4
    assert "los-ibis" not in roster.index
    assert "other" not in roster.index


def test_the_same_file_gives_the_same_bytes(tmp_path) -> None:
    plain = write(tmp_path, {}, {"side_b": "Grey Wrens"})
    packed = tmp_path / "ged.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for name, file in (("one", plain), ("two", packed)):
        import_ucdp(file, tmp_path / name, WINDOW, HISTORY)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_days_with_a_midnight_are_days(convert) -> None:
    midnight = "2015-03-04 00:00:00.000"
    _, reports, _ = convert({"date_start": midnight, "date_end": midnight})
    assert reports.loc["1", "date"] == "2015-03-04"


def test_the_folder_reads_as_a_round(convert, tmp_path) -> None:
    convert(
        {"deaths_a": 2, "deaths_b": 1},
        {"where_prec": 4},
        {"adm_1": "", "where_prec": 6},
        ABROAD_BEFORE,
    )
    read = read_round(tmp_path / "round")
    assert read.settings.id == "ucdp-2015"
    assert read.settings.window == WINDOW
    assert read.settings.history == HISTORY
    prior = Priors().override(read.settings.priors)["one_sided"]
    assert (prior.distribution, prior["alpha"], prior["beta"]) == ("beta", 1, 9999)
    assert "round.toml: priors are given there for one_sided." in read.notes
    assert read.contenders() == ("blue-ibises", "red-herons")
    source = read.sources.loc["ucdp"]
    assert (source["type"], source["coverage"], source["published"]) == (
        "academic", "organizations_only", "unknown",
    )  # fmt: skip
    assert read.reports[["deaths_a", "deaths_b"]].to_numpy().tolist() == [[1, 2]]
    assert read.reports["precision"].tolist() == ["exact"]
    assert read.totals is not None
    assert read.totals["region"].tolist() == ["MX-SON", "MX"]


def coverage(folder: Path) -> tuple[dt.date, object, object]:
    """Give a round's history, and its source's first and last day."""
    read = read_round(folder)
    source = read.sources.loc["ucdp"]
    return read.settings.history, source["from"], source["to"]


def test_a_file_that_speaks_of_all_days_is_not_cut(convert, tmp_path) -> None:
    said, *_ = convert({}, ABROAD_BEFORE)
    history, *looked = coverage(tmp_path / "round")
    assert history == HISTORY
    assert pd.isna(looked).all()
    assert said.notes == ALWAYS


def test_years_before_the_file_are_no_history(convert, tmp_path) -> None:
    said, *_ = convert({}, {"date_start": "2014-12-30", "date_end": "2015-01-02"})
    assert coverage(tmp_path / "round")[:2] == (WINDOW[0], pd.Timestamp(WINDOW[0]))
    assert said.notes[0] == (
        "The file holds nothing before 2015: history begins on 2015-01-01, not on 2014-01-01, "
        "and so does the source."
    )


def test_a_file_that_holds_a_part_of_the_window_was_looking_in_that_part(tmp_path) -> None:
    window = (dt.date(2014, 7, 1), dt.date(2016, 6, 30))
    said = import_ucdp(write(tmp_path, {}), tmp_path / "round", window, dt.date(2012, 7, 1))
    history, first, last = coverage(tmp_path / "round")
    assert (history, first, last) == (window[0], *map(pd.Timestamp, WINDOW))
    assert "history begins with the window, on 2014-07-01, not on 2012-07-01" in said.notes[0]
    assert "holds nothing after 2015: the source's `to` is 2015-12-31" in said.notes[1]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"best": "many"}, "ged.csv row 2: best 'many' must be a whole number"),
        ({"deaths_a": -1}, "deaths_a '-1' must be a whole number of at least 0"),
        ({"type_of_violence": 4}, "type_of_violence '4' must be 1"),
        ({"where_prec": 0}, "where_prec '0' must be a precision code"),
        ({"date_prec": 9}, "date_prec '9' must be a precision code"),
        ({"date_start": "04/03/2015"}, "date_start '04/03/2015' must be a day"),
        ({"date_start": "2015-02-30"}, "date_start '2015-02-30' is no day of the calendar"),
        ({"date_end": "2015-03-01"}, "date_end '2015-03-01' is before date_start"),
        ({"side_b": " "}, "side_b ' ' is empty"),
        ({"side_b": "Red Herons"}, "an organization cannot stand on both sides"),
        ({"id": "x"}, "id 'x' must be a whole number"),
    ],
)
def test_values_that_ged_cannot_hold_are_refused(tmp_path, event, message: str) -> None:
    with pytest.raises(InputError, match=message):
        import_ucdp(write(tmp_path, event), tmp_path / "round", WINDOW, HISTORY)
    assert not (tmp_path / "round").exists()


def test_all_problems_come_at_once(tmp_path) -> None:
    file = write(tmp_path, {"best": "x"}, {"id": 1, "low": "y"})
    with pytest.raises(InputError) as caught:
        import_ucdp(file, tmp_path / "round", WINDOW, HISTORY)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no UCDP GED file in CSV: it is empty"),
        (b"a,b\n1,2\n", "is no UCDP GED file in CSV: it lacks the columns"),
        (b"a,b\n1,2\n1,2,3,4\n", "is no UCDP GED file in CSV"),
        (",".join(EVENT).encode() + b"\n", "holds no event"),
        (",".join(n for n in EVENT if n != "best").encode() + b"\n", "column 'best' is missing"),
        (",".join(EVENT).encode() + b"\n\xff\xfe,1\n", "is not text in UTF-8"),
        (b"\x1f\x8b\x08\x00", "is not text in UTF-8"),
    ],
)
def test_files_that_are_no_ged_are_refused(tmp_path, content: bytes, message: str) -> None:
    file = tmp_path / "ged.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        import_ucdp(file, tmp_path / "round", WINDOW, HISTORY)


@pytest.mark.parametrize(
    "content", [b"plain text", gzip.compress(b"id,year\n" * 999)[:30]], ids=["plain", "cut short"]
)
def test_a_damaged_gzip_is_refused(tmp_path, content: bytes) -> None:
    file = tmp_path / "ged.csv.gz"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"ged\.csv\.gz"):
        import_ucdp(file, tmp_path / "round", WINDOW, HISTORY)


def test_an_absent_file_a_full_folder_and_wrong_days_are_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        import_ucdp(tmp_path / "no.csv", tmp_path / "round", WINDOW, HISTORY)
    file = write(tmp_path, {})
    with pytest.raises(InputError, match="is not empty"):
        import_ucdp(file, tmp_path, WINDOW, HISTORY)
    with pytest.raises(InputError, match="must be in this order"):
        import_ucdp(file, tmp_path / "round", WINDOW, dt.date(2016, 1, 1))
    with pytest.raises(InputError, match="no event can be used: 1 not between"):
        import_ucdp(
            file,
            tmp_path / "round",
            (dt.date(1990, 1, 1), dt.date(1990, 12, 31)),
            dt.date(1989, 1, 1),
        )


@pytest.mark.parametrize(
    ("year", "share", "rows", "coarse", "citing", "contenders", "rivalries"),
    [(2010, 0.43, 2845, 166, 1817, 11, 11), (2021, 0.69, 6253, 564, 0, 27, 23)],
)
def test_the_real_file(
    real_data, tmp_path, year, share, rows, coarse, citing, contenders, rivalries
) -> None:
    file = real_data / "ucdp_ged_mexico.csv.gz"
    window = (dt.date(year, 1, 1), dt.date(year, 12, 31))
    said = import_ucdp(file, tmp_path / "round", window, dt.date(year - 2, 1, 1))
    assert said.coarse_share == pytest.approx(share, abs=0.005)
    assert (said.rows_written, said.coarse_written) == (rows, coarse)
    found = [n for n in said.notes if "CIDE-PPD" in n]
    assert [n.split(" ")[0] for n in found] == ([f"{citing:,}"] if citing else [])
    assert len(said.contenders) == contenders
    assert len(said.rivalries) == rivalries
    assert sum(said.left_out.values()) + rows + coarse == said.rows_read
    read = read_round(tmp_path / "round")
    assert len(read.reports) == rows
    assert read.settings.history == dt.date(year - 2, 1, 1)
    assert read.sources[["from", "to"]].isna().all(axis=None)
    assert set(read.contenders()) == set(said.contenders)
    evidence = tabulate(read)
    assert evidence.aggregates is not None
    assert evidence.aggregates.set_aside.empty
    assert not (evidence.set_aside["reason"] == COARSE).any()
    dead = evidence.aggregates.table["count"].sum()
    assert dead == pd.read_csv(tmp_path / "round" / "totals.csv")["count"].sum()
