"""A valid round folder, read: defaults, conversions, CSV and Parquet alike."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from dtoscore.data.errors import InputError
from dtoscore.data.readers import BESIDE, read_round
from dtoscore.data.rounds import Round
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.sidetables import spread
from dtoscore.data.tabulate import tabulate
from rounds import write_full_round, write_small_round

MINIMAL = {
    "round.toml": 'id = "r"\nwindow = ["2010-01-01", "2010-12-31"]\n',
    "organizations.csv": "id,name\na,Group A\nb,Group B\n",
    "sources.csv": "id,name,type\ns,Source,press\n",
    "reports.csv": "report_id,source,date,region,kind,victims\n1,s,2009-05-04,MX-SIN,homicide,1\n",
}


def write(folder: Path, **changes: str) -> Path:
    """Write the smallest round there is, with some files changed."""
    folder.mkdir(exist_ok=True)
    files = MINIMAL | {name.replace("_", "."): text for name, text in changes.items()}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def reports(*rows: str, header: str = "") -> str:
    columns = "report_id,source,date,region,kind,victims" + header
    return "\n".join([columns, *rows]) + "\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Round:
    return read_round(write_small_round(tmp_path_factory.mktemp("small")))


def test_the_small_round(small: Round) -> None:
    assert small.settings.regions == ("MX-SIN", "MX-CHH")
    assert len(small.reports) == 33
    assert list(small.organizations.index) == ["sinaloa", "juarez", "zetas"]
    assert small.organizations.loc["zetas", "aliases"] == ("Zetas",)
    assert small.organizations["parent"].isna().all()
    assert small.contenders() == ("sinaloa", "juarez", "zetas")
    assert small.reports["row"].tolist() == list(range(2, 35))
    assert not small.is_simulated
    assert small.presence is None


def test_types_of_the_reports(small: Round) -> None:
    frame = small.reports
    assert frame["date"].dtype.kind == frame["published"].dtype.kind == "M"
    assert (frame["date_end"] == frame["date"]).all()
    for column in ("victims", "victims_low", "victims_high", "deaths_a", "deaths_b", "row"):
        assert frame[column].dtype == "int64"
    assert frame["retracted"].dtype == "bool"
    assert set(frame["precision"]) == {"exact"}


def test_attributions_are_canonical_and_sides_follow(small: Round) -> None:
    clash = small.reports[small.reports["attribution"].str.contains("><")]
    assert set(clash["attribution"]) == {"juarez><sinaloa"}
    assert (clash["deaths_a"] == 1).all()
    assert (clash["deaths_b"] == clash["victims"] - 1).all()
    alone = small.reports[~small.reports["attribution"].str.contains("><")]
    assert (alone[["deaths_a", "deaths_b"]] == -1).all(axis=None)
    assert "zetas" in set(alone["attribution"])


def test_only_what_is_required(tmp_path: Path) -> None:
    read = read_round(write(tmp_path))
    settings = read.settings
    assert settings.title == "r"
    assert settings.period == "month"
    assert len(settings.regions) == 32
    assert settings.region_set == "MX"
    assert settings.history == dt.date(2009, 5, 4)
    assert settings.as_of == dt.date(2010, 12, 31)
    assert read.rubric == default_rubric()
    assert read.reports.loc[0, "incident_id"] is None
    assert read.reports.loc[0, "attribution"] == ""
    assert read.reports.loc[0, "victim_class"] == "unknown"
    assert any("no history is given" in note for note in read.notes)
    assert any("weights are this product's choice" in note for note in read.notes)


def test_as_of_defaults_to_the_latest_day_published(tmp_path: Path) -> None:
    rows = reports("1,s,2010-05-04,MX-SIN,homicide,1,2011-02-03", header=",published")
    assert read_round(write(tmp_path, reports_csv=rows)).settings.as_of == dt.date(2011, 2, 3)


def test_reports_outside_the_window_are_no_fault(tmp_path: Path) -> None:
    rows = reports("1,s,2011-05-04,MX-SIN,homicide,1", "2,s,2010-05-04,MX,homicide,1")
    read = read_round(write(tmp_path, reports_csv=rows))
    assert len(read.reports) == 2
    assert read.settings.history == dt.date(2010, 1, 1)


def test_one_contender_is_read(tmp_path: Path) -> None:
    read = read_round(write(tmp_path, organizations_csv="id,name\na,Group A\n"))
    assert read.contenders() == ("a",)


def test_contenders_leave_out_the_excluded_the_gone_and_the_rolled_up(tmp_path: Path) -> None:
    roster = (
        "id,name,active_to,parent,roll_up,contender\n"
        "a,A,,,,\nb,B,2009-12-31,,,\nc,C,,a,yes,\nd,D,,,,no\ne,E,,,,\n"
    )
    toml = MINIMAL["round.toml"] + 'exclude = ["e"]\n'
    read = read_round(write(tmp_path, organizations_csv=roster, round_toml=toml))
    assert read.contenders() == ("a",)


def test_victims_from_low_and_high(tmp_path: Path) -> None:
    rows = reports(
        "1,s,2010-05-04,MX-SIN,homicide,,2,5", "2,s,2010-05-04,MX-SIN,homicide,3,,",
        "3,s,2010-05-04,MX-SIN,homicide,3,2,", "4,s,2010-05-04,MX-SIN,homicide,9,2,5",
        header=",victims_low,victims_high",
    )  # fmt: skip
    read = read_round(write(tmp_path, reports_csv=rows))
    counts = read.reports[["victims_low", "victims", "victims_high"]].to_numpy().tolist()
    assert counts == [[2, 4, 5], [3, 3, 3], [2, 3, 3], [2, 9, 9]]
    assert any("in 1 row victims lies outside" in note for note in read.notes)


def test_massacre_and_withdrawn_codes_read_as_what_they_are(tmp_path: Path) -> None:
    rows = reports("1,s,2010-05-04,MX-DIF,massacre,9,9015", header=",municipality")
    first = read_round(write(tmp_path, reports_csv=rows)).reports.iloc[0]
    assert (first["kind"], first["region"], first["municipality"]) == (
        "homicide", "MX-CMX", "09015",
    )  # fmt: skip


def test_a_disputed_parent_is_one_answer_and_is_said(tmp_path: Path) -> None:
    roster = (
        "id,name,parent,roll_up,disputed\na,A,,,\nb,B,a,true,parent\nc,C,a,false,dates|parent\n"
    )
    rows = reports("1,s,2010-05-04,MX-SIN,homicide,1")
    notes = read_round(write(tmp_path, organizations_csv=roster, reports_csv=rows)).notes
    said = [note for note in notes if "the parent of" in note]
    assert [("'b'" in note, "scored under it" in note) for note in said] == [
        (True, True), (False, False),
    ]  # fmt: skip
    assert "roll_up true" in said[1]


def test_lists_by_name_of_one_group_are_said_to_count_as_so_many_witnesses(tmp_path: Path) -> None:
    sources = (
        "id,name,type,group,coverage\nl,L,academic,g,organizations_only\n"
        "m,M,ngo,g,contenders_only\nn,N,ngo,h,contenders_only\ns,S,press,g,all\n"
    )
    rows = reports("1,l,2010-05-04,MX-SIN,homicide,1")
    notes = read_round(write(tmp_path, sources_csv=sources, reports_csv=rows)).notes
    (said,) = [note for note in notes if "witness" in note]
    assert said == (
        "sources.csv: l, m of group 'g' list what names an organization and nothing else; a name "
        "that one has from another counts as a witness of its own. Run the round without one of "
        "them as well and compare."
    )


def test_roll_up_in_the_reports(tmp_path: Path) -> None:
    roster = "id,name,parent,roll_up\na,A,,\nb,B,a,true\nc,C,B,true\nd,D,,\n"
    rows = reports(
        "1,s,2010-05-04,MX-SIN,homicide,4,b><c,3><1", "2,s,2010-05-04,MX-SIN,homicide,4,d><c,3><1",
        header=",attribution,victims_by_side",
    )  # fmt: skip
    read = read_round(write(tmp_path, organizations_csv=roster, reports_csv=rows))
    frame = read.reports[["attribution", "deaths_a", "deaths_b"]]
    assert frame.to_numpy().tolist() == [["a", -1, -1], ["a><d", 1, 3]]
    assert any("1 clash between organizations that are rolled up" in n for n in read.notes)


def test_parquet_reads_as_csv_does(tmp_path: Path, small: Round) -> None:
    folder = write_full_round(tmp_path / "packed")
    for name in ("reports", "organizations", "sources", *BESIDE, "mappings", "totals"):
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path)
        if name == "reports":
            frame["date"] = pd.to_datetime(frame["date"])
        frame.to_parquet(path.with_suffix(".parquet"))
        path.unlink()
    read = read_round(folder)
    assert read.reports["row"].tolist() == list(range(1, 34))
    pd.testing.assert_frame_equal(
        read.reports.drop(columns="row"), small.reports.drop(columns="row")
    )
    pd.testing.assert_frame_equal(read.organizations, small.organizations)
    plain = read_round(write_full_round(tmp_path / "plain"))
    for name in (*BESIDE, "mappings"):
        frames = (getattr(one, name) for one in (read, plain))
        pd.testing.assert_frame_equal(*(f.reset_index(drop=True) for f in frames))
    assert read.totals is not None


def test_parquet_of_unusual_types(tmp_path: Path) -> None:
    folder = write(tmp_path)
    frame = pd.DataFrame(
        {
            "report_id": [1, 2],
            "source": pd.Categorical(["s", "s"]),
            "date": [dt.date(2010, 1, 2), dt.date(2010, 1, 3)],
            "region": ["MX-SIN", "MX-SON"],
            "kind": ["homicide", "homicide"],
            "victims": [1.0, 2.0],
            "victims_low": [None, 1],
            "retracted": [True, None],
            "links": [[1, 2], []],
        }
    ).set_index("report_id")
    frame.to_parquet(folder / "reports.parquet")
    (folder / "reports.csv").unlink()
    read = read_round(folder)
    assert read.reports["report_id"].tolist() == ["1", "2"]
    assert read.reports["victims_low"].tolist() == [1, 1]
    assert read.reports["retracted"].tolist() == [True, False]
    assert any("'links' is not known" in note for note in read.notes)


def test_the_optional_tables(tmp_path: Path) -> None:
    read = read_round(write_full_round(tmp_path / "full"))
    assert read.presence is not None
    assert read.presence.loc[0, "organization"] == "zetas"
    assert read.totals is not None
    assert read.totals.loc[0, "count"] == 40
    assert read.settings.totals == {"official": {"capture": "0.9±0.05"}}
    assert [kind.id for kind in read.rubric.kinds] == ["homicide", "kidnapping"]
    assert read.rubric.victim_classes == {"civilian": 2.0, "unknown": 1.0}


def test_names_that_may_be_several(tmp_path: Path) -> None:
    folder = write_full_round(tmp_path / "full")
    frame = pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)
    early, late = frame.index[0], frame.index[frame["date"] >= "2010-04-01"][0]
    frame.loc[[early, late], "attribution"] = ["the  COMPANY", "The Company"]
    frame.loc[[early, late], "victims_by_side"] = ""
    frame.to_csv(folder / "reports.csv", index=False)
    read = read_round(folder)
    assert read.reports.loc[[early, late], "attribution"].tolist() == [
        "juarez@0.25|zetas@0.75", "zetas",
    ]  # fmt: skip
    assert read.mappings is not None
    assert read.mappings["organization"].tolist() == ["zetas", "juarez", "zetas"]


@pytest.mark.parametrize(("day", "text"), [("03-31", "juarez@0.25|zetas@0.75"), ("04-01", "zetas")])
def test_both_ends_of_a_mapping_are_in(tmp_path: Path, day: str, text: str) -> None:
    folder = write_full_round(tmp_path / "full")
    row = f"2010-{day},MX-SIN,homicide,,1,The Company,,2010-04-05,i99\n"
    with (folder / "reports.csv").open("a", encoding="utf-8") as file:
        file.write("r99,daily," + row)
    assert read_round(folder).reports["attribution"].iloc[-1] == text


def test_weights_follow_roll_up(tmp_path: Path) -> None:
    roster = "id,name,parent,roll_up\na,A,,\nb,B,a,true\nc,C,B,true\nd,D,,\n"
    mappings = (
        "name,organization,probability\nX,b,0.1\nX,D,0.7\nX,c,.2\nY,b,0.5\nY,c,0.5\n"
        "Z,a,0.333333\nZ,other,0.333333\nZ,d,0.333333\n"
    )
    said = ("X", "y", "Z", "c@.4|d@.6")
    rows = reports(
        *(f"{n},s,2010-05-04,MX-SIN,homicide,1,{text}" for n, text in enumerate(said)),
        header=",attribution",
    )
    found = write(tmp_path, organizations_csv=roster, reports_csv=rows, mappings_csv=mappings)
    assert read_round(found).reports["attribution"].tolist() == [
        "a@0.3|d@0.7", "a", "a@0.333333|d@0.333333|other@0.333333", "a@0.4|d@0.6",
    ]  # fmt: skip


def test_the_tables_beside_the_reports(tmp_path: Path) -> None:
    read = read_round(write_full_round(tmp_path / "full"))
    assert read.rivalries is not None
    assert read.rivalries[["organization", "other", "weight"]].to_numpy().tolist() == [
        ["sinaloa", "zetas", 3.0], ["juarez", "zetas", 1.0],
    ]  # fmt: skip
    assert read.rivalries["from"].isna().tolist() == [True, False]
    assert read.events is not None
    assert read.events[["type", "organization", "region"]].to_numpy().tolist() == [
        ["announcement", "", ""], ["enforcement", "zetas", "MX-SIN"],
    ]  # fmt: skip
    assert read.covariates is not None
    assert read.covariates["value"].tolist() == [2.0, 5.5, -10.0, 40.0]
    assert read.covariates["source"].tolist() == ["daily", "daily", "", ""]


def test_rivalries_and_events_are_rolled_up(tmp_path: Path) -> None:
    roster = "id,name,parent,roll_up\na,A,,\nb,B,a,true\nc,C,B,true\nd,D,,\n"
    rivals = "organization,other\nb,c\nC,d\na,b\n"
    events = "date,type,organization\n2010-05-01,enforcement,c\n2011-05-01,enforcement,\n"
    found = write(tmp_path, organizations_csv=roster, rivalries_csv=rivals, events_csv=events)
    read = read_round(found)
    assert read.rivalries is not None
    assert read.rivalries[["organization", "other"]].to_numpy().tolist() == [["a", "d"]]
    assert any("2 rivalries are between organizations that are rolled" in n for n in read.notes)
    assert read.events is not None
    assert read.events["organization"].tolist() == ["a", ""]
    assert any("1 event lies outside history and window" in note for note in read.notes)
    assert [read.scored_under(name) for name in ("a", "b", "c", "d", "other")] == [
        "a", "a", "a", "d", "other",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("second", "is_fault"),
    [
        ("a,d,2,,", True),
        ("d,a,2,2010-03-31,", True),
        ("a,d,2,2010-04-01,", False),
        ("d,a,2,2010-05-01,2010-05-31\na,d,3,2010-06-01,", False),
    ],
)
def test_a_rivalry_is_given_once_for_a_day(tmp_path: Path, second: str, is_fault: bool) -> None:
    roster = "id,name\na,A\nd,D\n"
    rows = f"organization,other,weight,from,to\nd,a,1,,2010-03-31\n{second}\n"
    folder = write(tmp_path, organizations_csv=roster, rivalries_csv=rows)
    if is_fault:
        with pytest.raises(InputError, match="rows 2, 3: the rivalry of 'a' and 'd' is given more"):
            read_round(folder)
    else:
        assert read_round(folder).rivalries is not None


@pytest.mark.parametrize(
    "second", ["a,d,2,2010-13-01,", "a,d,2,2010-03-05,2010-03-01", "a,stranger,2,,"]
)
def test_a_rivalry_with_a_fault_of_its_own_is_not_given_twice(tmp_path: Path, second: str) -> None:
    rows = f"organization,other,weight,from,to\nd,a,1,,2010-03-31\n{second}\n"
    with pytest.raises(InputError) as fault:
        read_round(write(tmp_path, organizations_csv="id,name\na,A\nd,D\n", rivalries_csv=rows))
    assert len(fault.value.problems) == 1
    assert "more than once" not in fault.value.problems[0]


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("presence", "organization,region,from,to"),
        ("rivalries", "organization,other,weight,from,to"),
        ("mappings", "name,organization,probability,from,to"),
        ("events", "date,type,organization,region"),
        ("covariates", "name,region,source,value"),
        ("totals", "series,region,period,from,to,kind,count"),
    ],
)
def test_a_table_without_a_row_says_nothing(tmp_path: Path, table: str, header: str) -> None:
    round_ = read_round(write(tmp_path, **{f"{table}_csv": f"{header}\n"}))
    assert tabulate(round_).ground is not None


def test_a_rivalry_within_one_organization_leaves_none(tmp_path: Path) -> None:
    """All rows are left aside, by roll-up: what is left has no row."""
    roster = "id,name,parent,roll_up\na,A,,\nb,B,a,true\nc,C,B,true\nd,D,,\n"
    rivals = "organization,other\nb,c\n"
    round_ = read_round(write(tmp_path, organizations_csv=roster, rivalries_csv=rivals))
    ground = tabulate(round_).ground
    assert ground is not None
    assert not ground.rivalry.any()


def test_other_is_nowhere_declared(tmp_path: Path) -> None:
    text = "organization,region\nother,MX-SIN\n"
    toml = MINIMAL["round.toml"] + 'regions = ["MX-SIN", "MX-SON"]\n'
    with pytest.raises(InputError, match=r"presence\.csv row 2: organization 'other' is built in"):
        read_round(write(tmp_path, round_toml=toml, presence_csv=text))


def test_a_value_of_one_source_goes_before_that_of_all(tmp_path: Path) -> None:
    text = "name,region,source,value\n" + "".join(
        f"x,{code},{source},{value}\n"
        for code, source, value in (("MX-SIN", "", 1), ("MX-SON", "", 2), ("MX-SIN", "s", 4))
    )
    toml = MINIMAL["round.toml"] + 'regions = ["MX-SIN", "MX-SON"]\n'
    sources = "id,name,type\ns,S,press\nt,T,press\n"
    rows = reports("1,s,2010-05-04,MX-SIN,homicide,1,i", header=",incident_id")
    read = read_round(
        write(tmp_path, round_toml=toml, sources_csv=sources, covariates_csv=text, reports_csv=rows)
    )
    assert read.covariates is not None
    laid = spread(read.covariates, ("MX-SIN", "MX-SON"), ("s", "t"))
    assert laid.to_numpy().tolist() == [[4, 2], [1, 2]]


def test_tables_that_the_model_does_not_use_are_said_so(tmp_path: Path) -> None:
    notes = read_round(write_full_round(tmp_path / "full")).notes
    unused = [note for note in notes if "does not use" in note]
    assert not unused


def test_what_a_later_version_reads_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, links_csv="link_id\n", quantities_csv="kg\n")
    toml = MINIMAL["round.toml"] + '[looks]\nfirst = "2010-06-01"\n'
    (folder / "round.toml").write_text(toml, "utf-8")
    notes = "\n".join(read_round(folder).notes)
    for what in ("links.csv", "quantities.csv", "[looks]"):
        assert what in notes


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("event.csv", "events.csv"),
        ("Presence.csv", "presence.csv"),
        ("rivalry.csv", "rivalries.csv"),
    ],
)
def test_a_slip_in_the_name_of_a_file_is_an_error(tmp_path: Path, name: str, meant: str) -> None:
    folder = write(tmp_path)
    (folder / name).write_text("region\n", "utf-8")
    with pytest.raises(InputError, match=f"{name} is no file of a round; did you mean '{meant}'"):
        read_round(folder)


def test_other_files_beside_a_round_s_are_said(tmp_path: Path) -> None:
    """A copy of a file that is there is no slip; what is no table at all is nobody's business."""
    folder = write(tmp_path)
    for name in ("reports-old.csv", "notes.csv", "README.md"):
        (folder / name).write_text("x\n", "utf-8")
    said = [note for note in read_round(folder).notes if "no file of a round" in note]
    assert [note.split()[0] for note in said] == ["notes.csv", "reports-old.csv"]


def test_reports_outside_their_source_s_view_are_counted(tmp_path: Path) -> None:
    declared = "id,name,type,regions,from\ns,S,press,MX-SON,2010-01-01\n"
    notes = "\n".join(read_round(write(tmp_path, sources_csv=declared)).notes)
    assert "1 report of 's' lies outside the regions" in notes
    assert "1 report of 's' lies outside the from and to" in notes
    rows = reports("1,s,2010-05-04,MX-SIN,homicide,1", "2,s,2010-05-05,MX-SIN,homicide,1")
    notes = "\n".join(read_round(write(tmp_path, sources_csv=declared, reports_csv=rows)).notes)
    assert "2 reports of 's' lie outside the regions" in notes


def test_incidents_whose_reports_lie_far_apart_are_doubted(tmp_path: Path) -> None:
    two = "id,name,type\ns,S,press\nt,T,press\n"
    rows = [
        "1,s,2010-05-04,MX-SIN,homicide,1,7", "2,t,2010-05-04,MX-SON,homicide,1,7",
        "3,s,2010-05-04,MX-SIN,homicide,1,8", "4,t,2010-09-05,MX-SIN,homicide,1,8",
        "5,s,2010-05-04,MX-SIN,homicide,1,9", "6,t,2010-05-06,MX,homicide,1,9",
    ]  # fmt: skip
    told = reports(*rows, header=",incident_id")
    found = read_round(write(tmp_path, sources_csv=two, reports_csv=told))
    assert any("in 2 incidents" in note and "first: '7'" in note for note in found.notes)
    told = reports(*rows[4:], header=",incident_id")
    found = read_round(write(tmp_path, sources_csv=two, reports_csv=told))
    assert not any("one incident_id" in note for note in found.notes)


def test_columns_that_were_ignored_are_known(tmp_path: Path) -> None:
    told = reports("1,s,2010-05-04,MX-SIN,homicide,1,x", header=",remark")
    found = read_round(write(tmp_path, reports_csv=told))
    assert "remark" not in found.columns["reports.csv"]
    assert found.columns["organizations.csv"] == ("id", "name")


def test_line_numbers_count_lines_not_records(tmp_path: Path) -> None:
    roster = 'id,name\na,"Group\n A"\n'
    with pytest.raises(InputError, match=r"row 3: name .* control character"):
        read_round(write(tmp_path, organizations_csv=roster))


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    folder = write(tmp_path)
    roster = MINIMAL["organizations.csv"].replace("\n", "\r\n").encode("utf-8-sig")
    (folder / "organizations.csv").write_bytes(roster)
    assert list(read_round(folder).organizations.index) == ["a", "b"]


def test_every_default_weight_has_its_reason_beside_it(root: Path) -> None:
    text = (root / "data" / "assets" / "rubric.toml").read_text("utf-8")
    numbers = ("weight", "multiplier", "victims", "concentration", "min_", "max_")
    lines = [line for line in text.splitlines() if line.startswith(numbers)]
    assert len(lines) == 20
    assert all("#" in line for line in lines)


def test_the_default_rubric() -> None:
    rubric = default_rubric()
    assert rubric.id == "default-1"
    assert [kind.id for kind in rubric.kinds] == [
        "homicide", "kidnapping", "non-fatal-shooting", "terrorism", "threat",
    ]  # fmt: skip
    assert all(set(kind.title) == {"en", "es"} for kind in rubric.kinds)
    assert rubric.large_victims == 8
