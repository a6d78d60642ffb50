"""Totals become aggregates: which cells, which authors, what is itemised, what is refused."""

import datetime as dt
import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore import cli
from dtoscore.data.adding import BEYOND, COVERED, OUTSIDE, PARTLY
from dtoscore.data.aggregates import Aggregates, itemised
from dtoscore.data.attribution import parse
from dtoscore.data.contradictions import unlikely
from dtoscore.data.errors import InputError
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.regions import SETS
from dtoscore.data.tabulate import tabulate
from dtoscore.data.totals import overlapping, period_days
from dtoscore.inference.minimum import set_aside_share
from dtoscore.inference.store import evidence_hash
from dtoscore.models import joint
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import Structure
from dtoscore.reports.stores import write_evidence
from rounds import write_small_round
from tiny import parameters_of
from typer.testing import CliRunner

HEAD = "series,region,period,from,to,kind,victim_class,count,count_low,count_high,unit,scope,"
SERIES = '[totals.official]\ncapture = "0.9±0.05"\n[totals.coarse]\ncapture = "0.8±0.1"\n'


def with_setting(text: str) -> str:
    """Give the official series one setting more."""
    return SERIES.replace('0.05"', f'0.05"\n{text}')


def write(folder: Path, *rows: str, series: str = SERIES, press: str = "") -> Path:
    """Write the small round with totals; ``press`` is the coverage of all sources."""
    write_small_round(folder)
    settings = folder / "round.toml"
    settings.write_text(settings.read_text("utf-8") + series, encoding="utf-8")
    text = "\n".join([HEAD + "attribution", *rows, ""])
    (folder / "totals.csv").write_text(text, encoding="utf-8")
    if press:
        sources = (folder / "sources.csv").read_text("utf-8").replace(",all,", f",{press},")
        (folder / "sources.csv").write_text(sources, encoding="utf-8")
        told = pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)
        named = told[(told["attribution"] != "") & (told["attribution"] != "other")]
        named.to_csv(folder / "reports.csv", index=False)
    return folder


def made(folder: Path, *rows: str, series: str = SERIES, press: str = "") -> Evidence:
    return tabulate(read_round(write(folder, *rows, series=series, press=press)))


def aggregates(evidence: Evidence) -> Aggregates:
    assert evidence.aggregates is not None
    return evidence.aggregates


def refused(folder: Path, *rows: str, series: str = SERIES, press: str = "") -> str:
    with pytest.raises(InputError) as caught:
        made(folder, *rows, series=series, press=press)
    return str(caught.value)


MAY = "official,MX-SIN,2010-05,,,homicide,,40,,,victims,,"
OF_ZETAS = "coarse,MX-CHH,,2010-05-10,2010-06-14,homicide,,9,5,12,victims,residual,"


def test_a_round_without_totals_has_no_aggregates(tmp_path: Path) -> None:
    assert tabulate(read_round(write_small_round(tmp_path))).aggregates is None


def test_one_row_is_one_aggregate(tmp_path: Path) -> None:
    found = aggregates(made(tmp_path, MAY, OF_ZETAS + "zetas"))
    assert list(found.table.index) == [
        "coarse MX-CHH 2010-05-10..2010-06-14 homicide zetas",
        "official MX-SIN 2010-05 homicide",
    ]
    first = found.table.iloc[0]
    assert first[["count", "count_low", "count_high"]].tolist() == [9, 5, 12]
    assert (first["unit"], first["scope"], first["attribution"]) == ("victims", "residual", "zetas")
    assert (first["row"], first["rows"]) == (3, (3,))
    second = found.table.iloc[1]
    assert (second["first"], second["last"]) == tuple(map(pd.Timestamp, ("2010-05-01", "20100531")))
    assert (second["scope"], second["count_low"], second["victim_class"]) == ("inclusive", -1, "")


def test_the_midpoint_stands_for_bounds_alone(tmp_path: Path) -> None:
    found = aggregates(made(tmp_path, "official,MX-SIN,2010-05,,,homicide,,,4,7,victims,,"))
    assert found.table[["count", "count_low", "count_high"]].to_numpy().tolist() == [[6, 4, 7]]


def test_cells_hold_the_share_of_their_days(tmp_path: Path) -> None:
    evidence = made(tmp_path, MAY, OF_ZETAS + "zetas", series=SERIES)
    axes = evidence.axes
    shape = (2, len(axes.regions), len(axes.periods), len(axes.kinds))
    scope, dense = aggregates(evidence).scope, np.zeros(shape)
    dense[scope.aggregate, scope.region, scope.period, scope.kind] = scope.share
    kind, may, june = axes.kinds.index("homicide"), 4, 5
    sinaloa, chihuahua = axes.regions.index("MX-SIN"), axes.regions.index("MX-CHH")
    assert dense[0, chihuahua, may, kind] == 22 / 31
    assert dense[0, chihuahua, june, kind] == 14 / 30
    assert dense[1, sinaloa, may, kind] == 1.0
    assert dense.sum() == pytest.approx(22 / 31 + 14 / 30 + 1)


def of_mexico(folder: Path, *rows: str) -> Evidence:
    """Make the small round, of all states."""
    settings = write(folder, *rows) / "round.toml"
    text = settings.read_text("utf-8").replace('["MX-SIN", "MX-CHH"]', '"MX"')
    settings.write_text(text, "utf-8")
    return tabulate(read_round(folder))


def test_a_country_holds_its_regions_only_where_the_round_has_them_all(tmp_path: Path) -> None:
    row = "official,MX,2010-05,,,homicide,,40,,,victims,,"
    some = made(tmp_path / "some", row)
    assert len(aggregates(some)) == 0
    assert aggregates(some).set_aside["reason"].tolist() == [BEYOND]
    scope = aggregates(of_mexico(tmp_path / "all", row)).scope
    assert scope.region.tolist() == list(range(32))
    assert set(scope.period.tolist()) == {4}


def test_a_country_whose_regions_are_not_known_is_never_held_whole(tmp_path: Path) -> None:
    """The round has two regions of the United States, and nobody knows which others there are."""
    rows = MAY.replace("MX-SIN", "US-AZ"), MAY.replace("official,MX-SIN", "coarse,US")
    folder = write(tmp_path, *rows)
    for name in ("round.toml", "reports.csv"):
        text = (folder / name).read_text("utf-8")
        text = text.replace("MX-SIN", "US-AZ").replace("MX-CHH", "US-NM")
        (folder / name).write_text(text, "utf-8")
    found = aggregates(tabulate(read_round(folder)))
    assert found.table["region"].tolist() == ["US-AZ"]
    assert found.set_aside[["region", "reason"]].to_numpy().tolist() == [["US", BEYOND]]


def test_totals_outside_the_days_are_set_aside_and_listed(tmp_path: Path) -> None:
    rows = [
        "official,MX-SIN,2009,,,homicide,,40,,,victims,residual,",
        "official,MX-SIN,2010,,,homicide,,50,,,victims,residual,",
        "official,MX-SIN,,2009-12-31,2010-02-01,homicide,,60,,,incidents,residual,",
        "official,MX-SIN,,2010-01-01,2010-06-30,homicide,,70,,,victims,residual,",
        "official,MX-SIN,,2010-04-02,2010-07-31,homicide,,80,,,victims,residual,",
    ]
    found = aggregates(made(tmp_path, *rows))
    assert found.table["count"].tolist() == [70], "history and window together are inside"
    aside = found.set_aside
    assert aside["reason"].tolist() == [OUTSIDE, PARTLY, PARTLY, PARTLY]
    assert aside["row"].tolist() == [2, 3, 4, 6]
    assert aside["in_window"].tolist() == [False, True, False, True], "any day is enough"
    assert aside["victims"].tolist() == [40, 50, 0, 80]
    assert found.reported_in_window == 200, "the midpoint of January to June is 1 April"


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([OF_ZETAS + "zetas"], 0.0),
        (["coarse,MX-SIN,,2010-04-02,2010-07-31,homicide,,12,,,victims,residual,"], 12 / (12 + 24)),
        (["coarse,MX-SIN,,2010-04-02,2010-07-31,homicide,,12,,,victims,inclusive,"], 0.0),
        (["coarse,MX-SIN,,2010-04-02,2010-07-31,homicide,,12,,,incidents,residual,"], 0.0),
        (["coarse,MX-SIN,2009,,,homicide,,12,,,victims,residual,"], 0.0),
        (["coarse,MX-SIN,2010,,,homicide,,12,,,victims,residual,"], 12 / (12 + 24)),
    ],
)
def test_coarse_records_that_cannot_be_used_are_victims_set_aside(tmp_path, rows, share) -> None:
    evidence = made(tmp_path, *rows)
    evidence = replace(evidence, reports_in_window=(9, 24))
    assert set_aside_share(evidence) == pytest.approx(share)


def test_what_is_set_aside_is_told(tmp_path) -> None:
    row = "official,MX-SIN,,2010-04-02,2010-07-31,homicide,,80,,,victims,residual,"
    folder = write(tmp_path, row, row, MAY)
    said = CliRunner().invoke(cli.app, ["check", str(folder)]).stdout
    assert "3 contenders, 1 total." in said
    assert f"Set aside: 2 rows of totals.csv, {PARTLY}." in said
    told = json.loads(CliRunner().invoke(cli.app, ["check", str(folder), "--json"]).stdout)
    assert told["set_aside"] == {PARTLY: 2}
    assert told["totals"] == 1


def test_coarse_reports_are_told_where_they_would_count(tmp_path) -> None:
    folder = write(tmp_path, MAY)
    path = folder / "reports.csv"
    path.write_text(path.read_text("utf-8").replace(",MX-SIN,", ",MX,", 2), "utf-8")
    notes = read_round(folder).notes
    found = [note for note in notes if "as rows of totals.csv they would count" in note]
    assert len(found) == 1
    assert found[0].startswith("reports.csv: 2 reports are coarse")
    assert not any("totals.csv they" in note for note in read_round(write(tmp_path / "b")).notes)


def test_residual_rows_of_one_scope_are_added_up(tmp_path: Path) -> None:
    start = "coarse,MX-CHH,2010-05,,,homicide,,"
    rows = [
        f"{start}4,,,victims,residual,zetas", f"{start}3,2,5,victims,residual,zetas",
        f"{start}7,,,victims,residual,juarez", f"{start}1,,,incidents,residual,zetas",
        f"{start}2,,,victims,residual,zetas",
    ]  # fmt: skip
    table = aggregates(made(tmp_path, *rows)).table
    assert table["count"].tolist() == [1, 9, 7] or sorted(table["count"]) == [1, 7, 9]
    total = table[table["count"] == 9].iloc[0]
    assert total[["count_low", "count_high"]].tolist() == [8, 11]
    assert (total["row"], total["rows"]) == (2, (2, 3, 6))
    assert (table.loc[table["count"] == 7, ["count_low", "count_high"]] == -1).all(axis=None)
    assert table.index.is_unique
    assert sum("incidents residual" in name for name in table.index) == 1


def test_residual_rows_of_one_region_that_share_days_are_added_up(tmp_path: Path) -> None:
    """A year's tally and an event of one month are different dead, wherever in the year they fell.

    Read each as all that is left of its days, the month's row would say that the other months had
    the tally.
    """
    days = [
        ("2010-01-01", "2010-03-31", 90), ("2010-02-01", "2010-02-28", 2),
        ("2010-03-15", "2010-04-10", 5), ("2010-04-11", "2010-05-31", 7),
    ]  # fmt: skip
    rows = [
        f"coarse,MX-CHH,,{first},{last},homicide,,{n},,,victims,residual,zetas"
        for first, last, n in days
    ]
    apart = "coarse,MX-{},,2010-02-01,2010-02-28,homicide,,4,,,victims,residual,{}"
    others = [apart.format("SIN", "zetas"), apart.format("CHH", "juarez")]
    table = aggregates(made(tmp_path, *rows, *others)).table
    spans = table[["region", "attribution", "first", "last", "count", "rows"]].astype(
        {"first": str, "last": str}
    )
    assert sorted(spans.itertuples(index=False, name=None)) == [
        ("MX-CHH", "juarez", "2010-02-01", "2010-02-28", 4, (7,)),
        ("MX-CHH", "zetas", "2010-01-01", "2010-04-10", 97, (2, 3, 4)),
        ("MX-CHH", "zetas", "2010-04-11", "2010-05-31", 7, (5,)),
        ("MX-SIN", "zetas", "2010-02-01", "2010-02-28", 4, (6,)),
    ]


def test_residual_rows_that_overlap_and_cannot_be_added_up_are_noted(tmp_path: Path) -> None:
    row = "{},MX-CHH,2010-04,,,homicide,{},9,,,victims,residual,{}".format
    fine = row("coarse", "", "zetas"), row("coarse", "", "juarez"), row("official", "", "zetas")
    assert not any("residual rows" in note for note in notes(tmp_path / "fine", *fine))
    for number, other in enumerate(
        (row("coarse", "", "zetas|juarez"), row("coarse", "civilian", "zetas"))
    ):
        said = [n for n in notes(tmp_path / str(number), *fine, other) if "residual rows" in n]
        assert len(said) == 1
        assert "series 'coarse'" in said[0]


def notes(folder: Path, *rows: str) -> tuple[str, ...]:
    return read_round(write(folder, *rows)).notes


def test_a_country_counts_where_no_region_does(tmp_path: Path) -> None:
    """Its two dead of no known state are none of the tally's of one state."""
    row = "coarse,{},2010-0{},,,homicide,,{},,,victims,residual,{}".format
    rows = [
        row("MX", 4, 2, "zetas"), row("MX-CHH", 4, 90, "zetas"), row("MX-SIN", 4, 5, "juarez"),
        row("MX", 5, 3, "zetas"), *(row(code, 6, 1, "zetas") for code in SETS["MX"]),
        row("MX", 6, 8, "zetas"),
    ]  # fmt: skip
    evidence = of_mexico(tmp_path, *rows)
    found, places = aggregates(evidence), evidence.axes.regions
    assert found.set_aside[["region", "count", "reason"]].to_numpy().tolist() == [
        ["MX", 8, COVERED]
    ]
    scope = pd.DataFrame({"id": found.table.index[found.scope.aggregate],
                          "region": [places[r] for r in found.scope.region]})  # fmt: skip
    covered = scope.groupby("id")["region"].agg(tuple)
    assert covered["coarse MX 2010-04 homicide zetas"] == tuple(r for r in places if r != "MX-CHH")
    assert covered["coarse MX 2010-05 homicide zetas"] == tuple(places)


def test_who_can_be_behind_a_total(tmp_path: Path) -> None:
    said = ("", "zetas", "zetas><juarez", "juarez|zetas", "sinaloa+juarez><zetas", "sinaloa+zetas")
    rows = [f"coarse,MX-CHH,2010-0{i + 1},,,homicide,,9,,,victims,residual,{text}"
            for i, text in enumerate(said)]  # fmt: skip
    evidence = made(tmp_path, *rows)
    axes, found = evidence.axes, aggregates(evidence)
    named = [{axes.authors[i] for i in np.flatnonzero(row)} for row in found.authors]
    assert named == [
        set(axes.authors), {"zetas"}, {"juarez><zetas"}, {"juarez", "zetas"},
        {"juarez+sinaloa><zetas"}, {"sinaloa+zetas"},
    ]  # fmt: skip
    assert "other" in named[0]
    assert {"juarez><zetas", "juarez+sinaloa><zetas", "sinaloa+zetas"} <= set(axes.rivalries)
    assert not {"juarez><zetas", "sinaloa+zetas"} & set(axes.statements)


def test_the_formulas_take_rivalries_that_only_totals_name(tmp_path: Path) -> None:
    evidence = made(tmp_path, OF_ZETAS + "sinaloa+juarez><zetas", OF_ZETAS + "sinaloa+zetas")
    assert not set(evidence.axes.rivalries) <= set(evidence.axes.statements)
    assert np.isfinite(joint.log_lik(parameters_of(evidence, 3), design(evidence))).all()


def test_other_is_on_the_axis_where_a_total_needs_it(tmp_path: Path) -> None:
    def has_other(name: str, *rows: str, series: str = SERIES) -> bool:
        return made(tmp_path / name, *rows, series=series, press="attributed_only").axes.has_other

    shared = with_setting('share = "0.5±0.1"')
    assert not has_other("named", OF_ZETAS + "zetas")
    assert not has_other("none")
    assert has_other("everybody's", MAY)
    assert has_other("itself", OF_ZETAS + "zetas|other")
    assert not has_other("a clash with it", OF_ZETAS + "zetas><other")
    assert not has_other("share", MAY, series=shared)


def test_a_kind_that_only_totals_count_is_on_the_axis(tmp_path: Path) -> None:
    evidence = made(tmp_path, "official,MX-SIN,2010-05,,,threat,,40,,,incidents,,")
    assert evidence.axes.kinds[-1] == "threat"
    assert not itemised(evidence).items.any()


def test_the_settings_of_the_series(tmp_path: Path) -> None:
    series = (
        '[totals.official]\ncapture = "0.9±0.05"\nholds = ["daily", "court"]\nnoise = 0.1\n'
        '[totals.known]\ncapture = "1±0"\nshare = "0.6±0.1"\n[totals.plain]\n'
    )
    found = aggregates(made(tmp_path, series=series, press="attributed_only")).series
    shares = found[["capture_mean", "capture_sd", "share_mean", "share_sd"]]
    np.testing.assert_array_equal(
        shares, [[0.9, 0.05, np.nan, np.nan], [1, 0, 0.6, 0.1], [np.nan] * 4]
    )
    assert found["holds"].tolist() == [("daily", "court"), (), ()]
    assert found["noise"].tolist() == [0.1, 0.0, 0.0]


def test_a_noise_of_incidents_is_refused(tmp_path: Path) -> None:
    """The model would not look at it."""
    incidents = MAY.replace("victims", "incidents")
    coarse = incidents.replace("official", "coarse")
    noisy = with_setting("noise = 0.1")
    said = refused(tmp_path / "noisy", incidents, coarse, series=noisy)
    assert "round.toml: totals.official.noise is 0.1, but that series counts incidents in" in said
    assert "totals.csv row 2 and noise is of victims: take it away" in said
    assert "totals.coarse" not in said
    for name, rows, series in (
        ("none", [incidents], with_setting("noise = 0.0")), ("victims", [MAY], noisy),
    ):  # fmt: skip
        assert len(aggregates(made(tmp_path / name, *rows, series=series))) == 1
    both = MAY.replace("SIN", "CHH")
    assert "row 3" in refused(tmp_path / "both", both, incidents, series=noisy)


ATTRIBUTIONS = ("", "zetas", "juarez><sinaloa", "juarez|zetas", "sinaloa|other")
SPANS = ((dt.date(2010, 5, 1), dt.date(2010, 5, 31)), (dt.date(2010, 4, 10), dt.date(2010, 6, 8)))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Totals of every attribution, span, region, class and scope there is, fed by two sources.

    Each span has a series of its own: rows of one series that share days are added up.
    """
    spans = list(zip(("coarse", "second"), SPANS, strict=True))
    combined = itertools.product(ATTRIBUTIONS, spans, ("MX-SIN", "MX-CHH"), ("", "civilian"))
    rows = [
        f"{name},{region},,{first},{last},homicide,{chosen},9,,,victims,residual,{said}"
        for said, (name, (first, last)), region, chosen in combined
    ]
    holds = 'holds = ["weekly", "court"]\n'
    series = f"{SERIES}{holds}[totals.second]\n{holds}"
    return made(tmp_path_factory.mktemp("many") / "round", *rows, series=series)


def by_hand(evidence: Evidence, name: str) -> list[float]:
    """Count one aggregate's incidents one by one, as docs/formats.md says."""
    axes, row = evidence.axes, aggregates(evidence).table.loc[name]
    wanted = parse(row["attribution"])
    whom = set(wanted.members) or {row["attribution"]}
    totals = np.zeros(6)
    feeding = [list(axes.sources.index).index(name) for name in ("weekly", "court")
               if name in axes.sources.index]  # fmt: skip
    for said, incident in zip(evidence.said, evidence.incidents.itertuples(), strict=True):
        period = axes.periods[incident.period]
        days = pd.date_range(period.start, period.end)
        share = ((days >= row["first"]) & (days <= row["last"])).mean()
        if axes.regions[incident.region] != row["region"]:
            continue
        if axes.kinds[incident.kind] != row["kind"]:
            continue
        if row["victim_class"] not in ("", incident.victim_class):
            continue
        fits = []
        for code in said:
            text = None if code == SILENT else axes.statements[code]
            named = set() if not text else set(parse(text).members) or {text}
            fits.append(text is not None and (row["attribution"] == "" or bool(named & whom)))
        if any(fits):
            marks = np.array([1, incident.victims, incident.victims**2])
            totals[:3] += share * marks
            totals[3:] += marks * (share == 1 and any(fits[i] for i in feeding))
    return [totals[0], totals[3], totals[1], totals[4], totals[2], totals[5]]


def check_by_hand(evidence: Evidence) -> None:
    known = itemised(evidence)
    found = np.column_stack([known.items, known.held, known.items_victims, known.held_victims,
                             known.items_squares, known.held_squares])  # fmt: skip
    expected = [by_hand(evidence, name) for name in aggregates(evidence).table.index]
    np.testing.assert_allclose(found, np.array(expected).reshape(-1, 6), rtol=1e-12)


def test_what_is_itemised_and_held(many: Evidence) -> None:
    check_by_hand(many)
    known = itemised(many)
    assert (known.held > 0).any()
    assert (known.items % 1 != 0).any(), "some periods are covered in part"
    assert len(set(known.items.tolist())) > 5


def test_without_a_source(many: Evidence) -> None:
    found = many.without(source="weekly")
    assert aggregates(found).series["holds"]["coarse"] == ("court",)
    assert itemised(found).held.sum() < itemised(many).held.sum()
    check_by_hand(found)
    check_by_hand(many.without(reports=many.reports["report_id"].tolist()[::3]))


def test_without_a_region_or_a_period(many: Evidence) -> None:
    found = many.without(region="MX-SIN")
    assert set(aggregates(found).table["region"]) == {"MX-CHH"}
    before, after = itemised(many), itemised(found)
    stays = (aggregates(many).table["region"] == "MX-CHH").to_numpy()
    np.testing.assert_array_equal(after.items, before.items[stays])
    check_by_hand(found)
    later = found.without(period="2010-04")
    assert (aggregates(later).table["first"] == pd.Timestamp("2010-05-01")).all()
    assert 0 < len(aggregates(later)) < len(aggregates(found))
    check_by_hand(later)
    assert aggregates(later).scope.aggregate.max() == len(aggregates(later)) - 1


def test_without_an_organization(many: Evidence) -> None:
    found = many.without(organization="sinaloa")
    assert set(aggregates(found).table["attribution"]) == {
        "",
        "zetas",
        "juarez",
        "juarez|zetas",
        "other",
    }
    assert aggregates(found).authors.shape == (len(aggregates(found)), len(found.axes.authors))
    check_by_hand(found)


def test_without_an_organization_equals_a_round_without_it(tmp_path: Path) -> None:
    """What becomes alike is added up; a rivalry that only a total names is an author still."""
    start = "coarse,MX-CHH,2010-05,,,homicide,,"

    def rows(*said: str) -> list[str]:
        return [f"{start}{i + 2},,,victims,residual,{text}" for i, text in enumerate(said)]

    wide = made(tmp_path / "wide", *rows("zetas", "juarez+sinaloa><zetas", "sinaloa><zetas"))
    narrow = made(tmp_path / "narrow", *rows("zetas", "juarez><zetas", "zetas"))
    found = aggregates(wide.without(organization="sinaloa"))
    pd.testing.assert_frame_equal(found.table, aggregates(narrow).table)
    assert found.table["count"].tolist() == [2 + 4, 3] or found.table["count"].tolist() == [3, 6]
    assert "juarez><zetas" in wide.without(organization="sinaloa").axes.rivalries


def test_a_share_of_the_series_stays_when_an_organization_becomes_other(tmp_path: Path) -> None:
    shared = with_setting('share = "0.5±0.1"')
    evidence = made(tmp_path, MAY, series=shared, press="attributed_only")
    assert not evidence.axes.has_other
    found = evidence.without(organization="zetas")
    assert found.axes.has_other
    assert aggregates(found).authors.all(), "its violence was the organizations' and is counted"


@pytest.mark.parametrize(
    ("row", "series", "press", "said"),
    [
        (MAY.replace(",40,", ",1,"), with_setting('holds = ["daily"]'), "",
         "totals.csv row 2: count 1 of series 'official' is below the"),
        (MAY.replace("victims", "incidents").replace(",40,", ",0,"),
         with_setting('holds = ["daily"]'), "",
         "incidents that its sources"),
        (MAY, with_setting('share = "0.5±0.1"'), "",
         "totals.csv row 2: series 'official' has a share"),
        (MAY.replace("homicide,,", "homicide,journalist,"), SERIES, "",
         "totals.csv row 2: victim_class 'journalist' is the class of no incident"),
        (MAY + "sinaloa|other", with_setting('share = "0.5±0.1"'),
         "attributed_only", "totals.csv row 2: series 'official' has a share"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(tmp_path: Path, row, series, press, said) -> None:
    assert said in refused(tmp_path, row, series=series, press=press)


def test_counts_that_are_too_low_alike_are_said_in_few_sentences(tmp_path: Path) -> None:
    """All of a series that a source does not feed: three by name, the others by number."""
    months = [MAY.replace("-05,", f"-0{m},").replace(",40,", ",0,") for m in range(1, 7)]
    wild = [row.replace("MX-SIN", "MX-CHH") for row in months]
    said = refused(tmp_path, *months, *wild, series=with_setting('holds = ["daily"]'))
    few = [line for line in said.splitlines() if "count 0 of series 'official' is below" in line]
    assert len(few) == 3
    assert "more counts of series 'official' are below what is reported there" in said


def test_a_total_far_below_the_reports_is_doubted(tmp_path: Path) -> None:
    few = MAY.replace(",40,", ",1,")
    folder = write(tmp_path / "few", few)
    told = pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)
    there = (told["region"] == "MX-SIN") & told["date"].str.startswith("2010-05")
    told.assign(victims=told["victims"].mask(there, "60")).to_csv(
        folder / "reports.csv", index=False
    )
    evidence = tabulate(read_round(folder))
    items = itemised(evidence).items_victims[0]
    (said,) = unlikely(evidence)
    assert said.startswith("totals.csv row 2: series 'official' counts far less than is reported")
    assert f"as 1 of {items:.0f} victims, and says that it counts 0.9 of them" in said
    assert unlikely(made(tmp_path / "more", MAY)) == ()
    assert unlikely(made(tmp_path / "two", few)) == (), "of two victims one may be missed"
    open_ = SERIES.replace('capture = "0.9±0.05"\n', "")
    assert unlikely(made(tmp_path / "open", few, series=open_)) == (), "nothing was declared"
    assert unlikely(tabulate(read_round(write_small_round(tmp_path / "none")))) == ()


def test_a_total_equal_to_what_is_held_is_no_fault(tmp_path: Path) -> None:
    holding = with_setting('holds = ["daily"]')
    held = itemised(made(tmp_path / "more", MAY, series=holding)).held_victims[0]
    exact = MAY.replace(",40,", f",{held:.0f},")
    assert len(aggregates(made(tmp_path / "exact", exact, series=holding))) == 1
    said = refused(tmp_path / "less", MAY.replace(",40,", f",{held - 1:.0f},"), series=holding)
    assert f"below the {held:.0f} victims" in said
    high = MAY.replace(",40,,,", f",,1,{held:.0f},")
    assert len(aggregates(made(tmp_path / "bound", high, series=holding))) == 1


def test_one_bound_alone_is_no_bound(tmp_path: Path) -> None:
    """For the model as for what is refused: beside a count it says nothing."""
    alone = MAY.replace(",40,,,", ",40,,900,")
    both = MAY.replace("SIN", "CHH").replace(",40,,,", ",,3,900,")
    found = aggregates(made(tmp_path / "round", alone, both))
    assert found.table.loc["official MX-SIN 2010-05 homicide", "count_high"] == 900
    assert found.bounds.tolist() == [[3, 40], [900, 40]]
    holding = with_setting('holds = ["daily"]')
    said = refused(tmp_path / "held", alone.replace(",40,", ",1,"), series=holding)
    assert "count 1 of series 'official' is below the" in said


@pytest.mark.parametrize("unit", ["victims", "incidents"])
def test_where_all_is_counted_a_total_is_at_least_what_is_itemised(tmp_path: Path, unit) -> None:
    """Of a share that is not known, or with noise, the count may be lower."""
    row = MAY.replace("victims", unit)
    exact = SERIES.replace("0.9±0.05", "1±0")
    known = itemised(made(tmp_path / "more", row, series=exact))
    items = known.items_victims[0] if unit == "victims" else known.items[0]
    assert items > 1
    equal, less = (row.replace(",40,", f",{n:.0f},") for n in (items, items - 1))
    said = refused(tmp_path / "less", less, series=exact)
    assert f"totals.csv row 2: count {items - 1:.0f} of series 'official' is below the" in said
    assert f"{items:.0f} {unit} that are reported there, and with capture 1±0" in said
    residual = less.replace(f"{unit},,", f"{unit},residual,")
    for name, one, series in (
        ("equal", equal, exact), ("residual", residual, exact), ("part", less, SERIES),
        ("bound", less.replace(f",{items - 1:.0f},,", f",{items - 1:.0f},0,{items:.0f}"), exact),
    ):  # fmt: skip
        assert len(aggregates(made(tmp_path / name, one, series=series))) == 1
    if unit == "victims":
        noisy = exact.replace('1±0"', '1±0"\nnoise = 0.1', 1)
        assert len(aggregates(made(tmp_path / "noise", less, series=noisy))) == 1


JANUARY = OF_ZETAS.replace("2010-05-10,2010-06-14", "2010-01-01,2010-01-31")


def test_a_total_of_nobody_who_can_have_acted_is_refused(tmp_path: Path) -> None:
    """Los Zetas act from February; who else may be behind it, or none of it, is no fault."""
    for number, said in enumerate(("zetas", "zetas><juarez")):
        told = refused(tmp_path / str(number), MAY, JANUARY + said)
        assert "totals.csv row 3: attribution" in told
        assert "names nobody who can have acted on these days" in told
    none = JANUARY.replace(",9,5,12,", ",0,,,") + "zetas"
    into_may = JANUARY.replace("2010-01-31", "2010-05-31") + "zetas"
    rows = (JANUARY + "zetas|juarez", JANUARY, none, into_may)
    assert len(aggregates(made(tmp_path / "fine", *rows[:3]))) == 3
    assert len(aggregates(made(tmp_path / "too", into_may))) == 1
    folder = write(tmp_path / "disputed", JANUARY + "zetas")
    roster = folder / "organizations.csv"
    lines = roster.read_text("utf-8").splitlines()
    disputed = [lines[0] + ",disputed", *(line + ",dates" for line in lines[1:])]
    roster.write_text("\n".join(disputed), "utf-8")
    assert len(aggregates(tabulate(read_round(folder)))) == 1


def test_a_class_that_is_reported_no_more_takes_its_totals_with_it(tmp_path: Path) -> None:
    """Nothing is known of its share any more: the likelihood would be nothing."""
    folder = write(tmp_path, MAY.replace("homicide,,", "homicide,official,"), OF_ZETAS)
    reports = pd.read_csv(folder / "reports.csv", dtype=str, keep_default_na=False)
    chosen = reports["incident_id"] == "i5"
    reports.assign(victim_class=reports["victim_class"].mask(chosen, "official")).to_csv(
        folder / "reports.csv", index=False
    )
    evidence = tabulate(read_round(folder))
    assert aggregates(evidence).table["victim_class"].tolist() == ["", "official"]
    less = evidence.without(reports=reports.loc[chosen, "report_id"])
    assert aggregates(less).table["victim_class"].tolist() == [""]
    assert np.isfinite(joint.log_lik(parameters_of(less, 3), design(less))).all()
    other = reports.loc[reports["incident_id"] == "i6", "report_id"]
    assert len(aggregates(evidence.without(reports=other))) == 2


YEAR = "official,MX-SIN,,2010-01-01,2010-06-30,homicide,,400,,,victims,,"


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        (MAY, YEAR, True),
        (MAY, MAY, True),
        (MAY, MAY.replace("2010-05", "2010-04"), False),
        (MAY, YEAR.replace("SIN", "CHH"), False),
        (MAY, YEAR.replace("MX-SIN", "MX"), True),
        (MAY, YEAR.replace("homicide", "kidnapping"), False),
        (MAY, YEAR.replace("homicide,", "homicide,civilian"), True),
        (MAY.replace("e,", "e,official"), YEAR.replace("homicide,", "homicide,civilian"), False),
        (MAY + "zetas", YEAR + "juarez", False),
        (MAY + "zetas|sinaloa", YEAR + "juarez|sinaloa", True),
        (MAY + "zetas", YEAR + "juarez><zetas", False),
        (MAY, YEAR + "juarez><zetas", True),
        (MAY, YEAR.replace("victims", "incidents"), True),
    ],
)  # fmt: skip
def test_what_one_series_counts_twice_is_refused(tmp_path: Path, one, other, twice) -> None:
    folder = write(tmp_path, one, other)
    try:
        read_round(folder)
        said = ""
    except InputError as fault:
        said = str(fault)
    assert ("totals.csv rows 2, 3: series 'official' counts the same days" in said) == twice


def test_two_series_of_the_same_events_are_noted(tmp_path: Path) -> None:
    other = MAY.replace("official", "coarse")
    notes = read_round(write(tmp_path / "two", MAY, other)).notes
    assert any("'coarse' and 'official' both count events" in note for note in notes)
    residual = other.replace("victims,,", "victims,residual,")
    notes = read_round(write(tmp_path / "one", MAY, residual)).notes
    assert not any("both count events" in note for note in notes)


def test_overlaps_are_symmetric(many: Evidence) -> None:
    table = aggregates(many).table.rename(columns={"first": "from", "last": "to"})
    both = overlapping(table)
    assert (both == both.T).all()
    assert both.diagonal().all()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2010", ("2010-01-01", "2010-12-31")),
        ("2008-02", ("2008-02-01", "2008-02-29")),
        ("2010-W05", ("2010-02-01", "2010-02-07")),
        ("2009-W53", ("2009-12-28", "2010-01-03")),
    ],
)
def test_the_days_of_a_period(text: str, days: tuple[str, str]) -> None:
    assert period_days(text) == tuple(map(dt.date.fromisoformat, days))


def test_a_week_that_the_year_has_not() -> None:
    assert period_days("2010-W53") is None


def test_the_hash_knows_the_totals(many: Evidence) -> None:
    def key(evidence: Evidence) -> str:
        return evidence_hash(evidence, Priors(), Structure())

    found = aggregates(many)
    bare = replace(many, aggregates=None)
    assert key(replace(many, aggregates=found.where(np.zeros(len(found), bool)))) == key(bare)
    other_count = found.table.assign(count=found.table["count"] + 1)
    fewer = found.series.assign(holds=[()] * 3)
    changed = [
        many, bare, replace(many, aggregates=replace(found, table=other_count)),
        replace(many, aggregates=replace(found, series=fewer)),
        replace(many, aggregates=replace(found, authors=~found.authors)),
        replace(many, incidents=many.incidents.assign(victims=many.incidents["victims"] + 1)),
    ]  # fmt: skip
    assert len({key(evidence) for evidence in changed}) == len(changed)


def test_the_aggregates_are_stored(many: Evidence, tmp_path: Path) -> None:
    write_evidence(many.to_dataset(), tmp_path / "evidence.zarr")
    stored = xr.open_zarr(tmp_path / "evidence.zarr", consolidated=False)
    assert list(stored["aggregate"].to_numpy()) == list(aggregates(many).table.index)
    np.testing.assert_array_equal(stored["aggregate_held"], itemised(many).held)
    assert stored["aggregate_first"].to_numpy()[0] in ("2010-04-10", "2010-05-01")


def test_the_dataset_holds_the_aggregates(many: Evidence) -> None:
    data = many.to_dataset()
    assert data["aggregate"].to_numpy().tolist() == list(aggregates(many).table.index)
    np.testing.assert_array_equal(data["aggregate_items"], itemised(many).items)
    assert data["aggregate_author"].dims == ("aggregate", "author")
    assert data["scope_share"].dims == ("scope_entry",)
    assert set(data["aggregate_holds"].to_numpy()) == {"weekly|court"}
    assert "aggregate" not in replace(many, aggregates=None).to_dataset().variables
