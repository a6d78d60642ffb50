"""What is known beside the reports: on the axes of the evidence, as the tables say it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.evidence import Evidence
from dtoscore.data.ground import NODES, Ground, delays_of
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.store import evidence_hash
from dtoscore.models.priors import Priors
from dtoscore.models.structure import Structure

SETTINGS = """\
id = "x"
window = ["2010-04-01", "2010-05-31"]
history = "2010-02-01"
as_of = "2010-06-30"
regions = ["MX-SIN", "MX-CHH", "MX-DUR"]
"""
FILES = {
    "round.toml": SETTINGS,
    "organizations.csv": "id,name,aliases,active_from,active_to,disputed,parent,relation,roll_up\n"
    "a,Alpha,First,,,,,,\n"
    "b,Beta,,2010-04-10,,dates,,,\n"
    "c,Gamma,,2010-03-01,2010-04-30,,a,splinter_of,\n"
    "d,Delta,,,,,,,\n"
    "f,Faction,,,,,d,part_of,true\n"
    "gone,Gone,,,2009-12-31,,,,\n",
    "sources.csv": "id,name,type,published\n"
    "daily,Daily,press,known\nweekly,Weekly,press,unknown\nwire,Wire,press,known\n",
}
DEFAULT = (
    ("daily", "2010-02-03", "a", "2010-02-05"),
    ("weekly", "2010-02-03", "a", "2010-02-09"),
    ("wire", "2010-03-01", "a", "2010-03-01"),
    ("daily", "2010-05-31", "d", "2010-06-30"),
)
Row = tuple[str, str, str, str]


def written(folder: Path, rows: tuple[Row, ...] = DEFAULT, **tables: str) -> Evidence:
    """Tabulate a round: of each report source, day, attribution and day of publication."""
    folder.mkdir(exist_ok=True)
    beside = {f"{name}.csv": text for name, text in tables.items()}
    for name, text in (FILES | beside).items():
        (folder / name).write_text(text, "utf-8")
    lines = [
        f"r{n},{source},{day},MX-SIN,homicide,1,{said},{published},i{n}"
        for n, (source, day, said, published) in enumerate(rows)
    ]
    head = "report_id,source,date,region,kind,victims,attribution,published,incident_id"
    (folder / "reports.csv").write_text("\n".join([head, *lines]), "utf-8")
    return tabulate(read_round(folder))


def ground(folder: Path, rows: tuple[Row, ...] = DEFAULT, **tables: str) -> Ground:
    found = written(folder, rows, **tables)
    assert found.axes.organizations == ("a", "b", "c", "d")
    assert found.ground is not None
    return found.ground


def test_without_tables_nothing_is_restricted(tmp_path: Path) -> None:
    found = ground(tmp_path)
    assert found.present.shape == (4, 3)
    assert found.present.all()
    assert found.events.empty
    assert list(found.events.columns) == ["date", "type", "organization", "region"]
    assert found.after.shape == (0, 4)
    assert found.covariates == ()
    assert found.covariate.shape == (0, 3, 3)


class TestPresence:
    HEAD = "organization,region,from,to\n"

    def test_whoever_has_no_row_is_everywhere(self, tmp_path: Path) -> None:
        found = ground(tmp_path, presence=self.HEAD + "First,MX-SIN,,\na,MX-DUR,,\n")
        assert found.present.tolist() == [[True, False, True], *[[True] * 3] * 3]

    @pytest.mark.parametrize(
        ("ends", "there"),
        [
            (",", True), ("2010-05-31,", True), ("2010-06-01,", False), (",2010-02-01", True),
            (",2010-01-31", False), ("2010-03-05,2010-03-06", True),
        ],
    )  # fmt: skip
    def test_any_modelled_day_will_do(self, tmp_path: Path, ends: str, there: bool) -> None:
        rows = f"d,MX-SIN,,\nd,MX-CHH,{ends}\n"
        assert ground(tmp_path, presence=self.HEAD + rows).present[3].tolist() == [
            True, there, False,
        ]  # fmt: skip

    def test_what_is_rolled_up_counts_for_its_parent(self, tmp_path: Path) -> None:
        found = ground(tmp_path, presence=self.HEAD + "f,MX-CHH,,\n")
        assert found.present[3].tolist() == [False, True, False]


def test_disputed_dates_are_possible_and_marked(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert found.ground is not None
    assert found.possible[1].all(), "b: dates are disputed"
    assert found.ground.disputed[1].tolist() == [True, True, False, False]
    assert found.possible[2].tolist() == [False, True, True, False], "c: dates are not disputed"
    assert not found.ground.disputed[[0, 2, 3]].any()


class TestRivalry:
    HEAD = "organization,other,weight,from,to\n"

    def test_weights_are_shares_of_the_largest(self, tmp_path: Path) -> None:
        rows = "Alpha,b,2,,2010-02-28\nb,a,1,2010-03-01,\nf,b,8,,\nd,b,4,,\na,d,80,2011-01-01,\n"
        found = ground(tmp_path, rivalries=self.HEAD + rows)
        expected = np.zeros((4, 4))
        expected[0, 1] = expected[1, 0] = 0.25
        expected[1, 3] = expected[3, 1] = 1.0
        expected[0, 2] = expected[2, 0] = 1.0  # c is a splinter of a
        np.testing.assert_array_equal(found.rivalry, expected)

    def test_a_row_holds_where_it_touches_the_modelled_days(self, tmp_path: Path) -> None:
        rows = "a,b,1,,2010-01-31\na,d,1,,2010-02-01\nb,d,2,2010-05-31,\n"
        found = ground(tmp_path, rivalries=self.HEAD + rows)
        assert found.rivalry[[0, 0, 1], [1, 3, 3]].tolist() == [0.0, 0.5, 1.0]

    def test_clashes_that_are_used_make_rivals(self, tmp_path: Path) -> None:
        rows = (
            ("daily", "2010-04-03", "b><d", "2010-04-05"),
            ("daily", "2010-04-04", "a+f><b", "2010-04-05"),
            ("daily", "2009-04-04", "a><d", "2009-04-05"),
            ("daily", "2010-04-04", "a|d", "2010-04-05"),
            ("daily", "2010-04-04", "c+d", "2010-04-05"),
        )
        found = ground(tmp_path, rows).rivalry
        pairs = {(int(a), int(b)) for a, b in np.argwhere(np.triu(found))}
        assert pairs == {(1, 3), (0, 1), (0, 2)}
        assert set(found[found > 0]) == {1.0}

    def test_who_never_meets_has_no_rivalry(self, tmp_path: Path) -> None:
        rows = "a,b,1,,\nb,d,1,,\n"
        places = "organization,region,from,to\na,MX-SIN,,\nb,MX-CHH,,\nc,MX-CHH,,\n"
        found = ground(tmp_path, rivalries=self.HEAD + rows, presence=places)
        assert found.rivalry[0].tolist() == [0.0] * 4, "not even its splinter"
        assert found.rivalry[1, 3] == 1.0

    def test_other_has_none(self, tmp_path: Path) -> None:
        rows = (("daily", "2010-04-03", "b><other", "2010-04-05"),)
        found = ground(tmp_path, rows).rivalry
        np.testing.assert_array_equal(found, found.T)
        assert found[1].tolist() == [0.0] * 4


class TestEvents:
    HEAD = "date,type,organization,region\n"

    def test_they_speak_from_the_next_period_on(self, tmp_path: Path) -> None:
        rows = (
            "2010-04-01,enforcement,,\n2010-03-02,announcement,Beta,MX-SIN\n"
            "2010-05-31,announcement,d,\n2010-02-01,announcement,,MX-DUR\n"
        )
        found = ground(tmp_path, events=self.HEAD + rows)
        assert list(found.events.index) == [
            "2010-02-01 announcement MX-DUR",
            "2010-03-02 announcement b MX-SIN",
            "2010-04-01 enforcement",
            "2010-05-31 announcement d",
        ]
        assert found.events.index.name == "event"
        assert found.after.astype(int).tolist() == [
            [1, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0],
        ]  # fmt: skip
        assert found.events["organization"].tolist() == ["", "b", "", "d"]

    def test_only_those_of_modelled_days_and_organizations(self, tmp_path: Path) -> None:
        rows = (
            "2010-01-31,enforcement,,\n2010-06-01,enforcement,,\n2010-03-01,enforcement,gone,\n"
            "2010-03-01,enforcement,f,\n2010-03-01,enforcement,d,\n"
        )
        found = ground(tmp_path, events=self.HEAD + rows)
        assert list(found.events.index) == ["2010-03-01 enforcement d"]
        assert found.events.index.is_unique


class TestCovariates:
    HEAD = "name,region,source,value\n"

    def test_values_are_standardized_over_those_given(self, tmp_path: Path) -> None:
        rows = (
            "y,MX-SIN,,1\ny,MX-CHH,,2\ny,MX-DUR,,6\nx,MX-SIN,weekly,5\nx,MX-CHH,weekly,7\n"
            "x,MX-DUR,weekly,5\nx,MX-SIN,wire,5\nx,MX-CHH,wire,7\nx,MX-DUR,wire,1\n"
        )
        found = ground(tmp_path, covariates=self.HEAD + rows)
        assert found.covariates == ("x", "y")
        assert found.covariate.shape == (2, 3, 3)
        assert (found.covariate[0, 0] == 0).all(), "the daily is not concerned"
        given = np.array([[5, 7, 5], [5, 7, 1]])
        expected = (given - given.mean()) / given.std()
        np.testing.assert_allclose(found.covariate[0, 1:], expected, rtol=1e-12)
        np.testing.assert_allclose(found.covariate[1], [[-2, -1, 3]] * 3 / np.sqrt(14 / 3))

    def test_scale_and_origin_are_no_matter(self, tmp_path: Path) -> None:
        rows = "y,MX-SIN,,{}\ny,MX-CHH,,{}\ny,MX-DUR,,{}\n"
        one = ground(tmp_path / "1", covariates=self.HEAD + rows.format(1, 2, 6)).covariate
        two = ground(tmp_path / "2", covariates=self.HEAD + rows.format(110, 120, 160)).covariate
        np.testing.assert_allclose(one, two, rtol=1e-12)


class TestDelays:
    def test_reports_of_sources_that_publish_their_days(self, tmp_path: Path) -> None:
        found = ground(tmp_path)
        assert found.published.tolist() == [True, False, True]
        assert found.delays.to_numpy().tolist() == [
            [0, 2, 147, 1], [0, 30, 30, 1], [2, 0, 121, 1],
        ]  # fmt: skip
        assert list(found.delays.columns) == ["source", "delay", "lag", "count"]

    def test_what_the_reports_keep(self, tmp_path: Path) -> None:
        rows = (*DEFAULT, ("weekly", "2010-05-01", "a", ""))
        reports = written(tmp_path, rows).reports.set_index("report_id")
        assert reports.loc[["r0", "r1", "r4"], "delay"].tolist() == [2, 6, -1]
        assert reports.loc[["r0", "r3", "r4"], "lag"].tolist() == [147, 30, 60]

    def test_equal_ones_are_counted(self) -> None:
        reports = pd.DataFrame(
            {"source": [1, 0, 1, 1], "delay": [3, 3, 3, -1], "lag": [9, 9, 9, 9]}
        )
        counted = delays_of(reports, np.array([False, True]))
        assert counted.to_numpy().tolist() == [[1, 3, 9, 2]]
        assert delays_of(reports[:0], np.array([True, True])).empty

    def test_of_a_stretch_of_days_the_middle_counts(self, tmp_path: Path) -> None:
        written(tmp_path)
        path = tmp_path / "reports.csv"
        head, first, *_ = path.read_text("utf-8").splitlines()
        text = "\n".join([head + ",date_end", first + ",2010-02-07"])
        path.write_text(text, "utf-8")
        reports = tabulate(read_round(tmp_path)).reports
        assert reports[["delay", "lag"]].to_numpy().tolist() == [[0, 145]]

    def test_lags_of_a_period_are_those_of_its_days(self, tmp_path: Path) -> None:
        found = written(tmp_path)
        assert found.ground is not None
        lag, as_of = found.ground.lag, pd.Timestamp("2010-06-30")
        assert lag.shape == (4, NODES)
        for row, period in zip(lag, found.axes.periods, strict=True):
            days = (as_of - pd.date_range(period.start, period.end)).days
            assert row.mean() == pytest.approx(days.to_numpy().mean())
            np.testing.assert_allclose(np.diff(row), -period.days / NODES)

    def test_lags_end_at_nought(self, tmp_path: Path) -> None:
        folder = tmp_path / "interim"
        written(folder)
        text = SETTINGS.replace("2010-06-30", "2010-04-01")
        (folder / "round.toml").write_text(text, "utf-8")
        rows = (folder / "reports.csv").read_text("utf-8").splitlines()
        (folder / "reports.csv").write_text("\n".join(rows[:4]), "utf-8")
        found = tabulate(read_round(folder))
        assert found.ground is not None
        assert found.axes.periods[-1].days == 1
        np.testing.assert_allclose(found.ground.lag[-1], [0.4, 0.2, 0, 0, 0], atol=1e-12)


TABLES = {
    "presence": "organization,region,from,to\na,MX-SIN,,\nd,MX-CHH,,\nd,MX-SIN,,\n",
    "rivalries": "organization,other,weight\na,d,2\nb,d,1\na,b,1\n",
    "events": "date,type,organization,region\n2010-03-02,announcement,b,MX-SIN\n"
    "2010-03-02,enforcement,,\n",
    "covariates": "name,region,source,value\nx,MX-SIN,,1\nx,MX-CHH,,2\nx,MX-DUR,,6\n",
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return written(tmp_path_factory.mktemp("full") / "round", **TABLES)


def hashed(evidence: Evidence) -> str:
    return evidence_hash(evidence, Priors(), Structure())


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("presence", "a,MX-SIN", "a,MX-CHH"),
        ("rivalries", "b,d,1", "b,d,1.5"),
        ("events", "2010-03-02,announcement", "2010-03-01,announcement"),
        ("events", "2010-03-02,announcement", "2010-03-03,announcement"),
        ("events", "announcement,b", "enforcement,b"),
        ("events", "announcement,b", "announcement,c"),
        ("events", "b,MX-SIN", "b,MX-DUR"),
        ("covariates", "MX-DUR,,6", "MX-DUR,,5"),
        ("covariates", "x,", "z,"),
    ],
)
def test_a_change_in_any_table_changes_the_hash(
    full: Evidence, tmp_path: Path, table: str, old: str, new: str
) -> None:
    assert old in TABLES[table]
    changed = TABLES | {table: TABLES[table].replace(old, new)}
    assert hashed(written(tmp_path / "1", **changed)) != hashed(full)
    assert hashed(written(tmp_path / "2", **TABLES)) == hashed(full)


def test_more_that_the_hash_holds(full: Evidence, tmp_path: Path) -> None:
    later = (("daily", "2010-02-03", "a", "2010-02-06"), *DEFAULT[1:])
    assert full.ground is not None
    published = ~full.ground.published
    others = {
        hashed(full),
        hashed(written(tmp_path / "1", later, **TABLES)),
        hashed(replace(full, ground=None)),
        hashed(replace(full, ground=replace(full.ground, published=published))),
        hashed(replace(full, ground=replace(full.ground, lag=full.ground.lag + 1))),
        hashed(replace(full, ground=replace(full.ground, disputed=~full.ground.disputed))),
    }
    assert len(others) == 6


def test_the_dataset_holds_it(full: Evidence) -> None:
    data = full.to_dataset()
    assert full.ground is not None
    for name, (dims, values) in full.ground.variables().items():
        assert data[name].dims == dims
        np.testing.assert_array_equal(data[name], values)
    assert data["organization"].to_numpy().tolist() == ["a", "b", "c", "d"]
    assert data.sizes["node"] == NODES
    bare = replace(full, ground=None).to_dataset()
    assert set(bare.variables) < set(data.variables)


def test_without_a_source(full: Evidence) -> None:
    found = full.without(source="weekly").ground
    assert found is not None
    assert full.ground is not None
    assert found.published.tolist() == [True, True]
    np.testing.assert_array_equal(found.covariate, full.ground.covariate[:, [0, 2]])
    assert found.delays["source"].tolist() == [0, 0, 1]
    again = full.without(source="daily").ground
    assert again is not None
    assert again.delays.to_numpy().tolist() == [[1, 0, 121, 1]]


def test_without_an_organization(full: Evidence) -> None:
    found = full.without(organization="b").ground
    assert found is not None
    assert full.ground is not None
    kept = [0, 2, 3]
    for name in ("present", "disputed"):
        np.testing.assert_array_equal(getattr(found, name), getattr(full.ground, name)[kept])
    np.testing.assert_array_equal(found.rivalry, full.ground.rivalry[np.ix_(kept, kept)])
    assert list(found.events.index) == ["2010-03-02 enforcement"]
    np.testing.assert_array_equal(found.after, full.ground.after[1:])
    assert found.delays.equals(full.ground.delays)


REMOVALS: list[Callable[[Evidence], Evidence]] = [
    lambda e: e.without(period="2010-02"),
    lambda e: e.without(reports=["r0"]),
]


@pytest.mark.parametrize("removal", REMOVALS)
def test_delays_are_those_of_the_reports_left(
    full: Evidence, removal: Callable[[Evidence], Evidence]
) -> None:
    found = removal(full).ground
    assert found is not None
    assert found.delays.to_numpy().tolist() == [[0, 30, 30, 1], [2, 0, 121, 1]]
    nothing = full.without(region="MX-SIN").ground
    assert nothing is not None
    assert nothing.delays.empty


def test_hand_made_evidence_needs_none(full: Evidence) -> None:
    bare = replace(full, ground=None)
    assert bare.without(source="weekly", organization="b", region="MX-CHH").ground is None
