"""From reports to evidence: what is settled how, what is set aside and why."""

from pathlib import Path

import pandas as pd
import pytest
from dtoscore.data import tabulate as module
from dtoscore.data.errors import InputError
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.models.design import design
from rounds import write_small_round

HEADER = "report_id,source,date,region,kind,victims,attribution,published,incident_id"
EXTRA = (
    "date_end", "victim_class", "victims_by_side", "retracted", "supersedes", "version",
    "victims_low", "victims_high",
)  # fmt: skip


def row(report: str, incident: str = "i1", source: str = "daily", **changed: object) -> dict:
    """Write one report; what is not said is the usual."""
    usual = {
        "report_id": report,
        "source": source,
        "date": "2010-05-10",
        "region": "MX-SIN",
        "kind": "homicide",
        "victims": 1,
        "attribution": "sinaloa",
        "published": "2010-05-12",
        "incident_id": incident,
    }
    return usual | dict.fromkeys(EXTRA, "") | changed


def evidence(folder: Path, *rows: dict, **files: str) -> Evidence:
    """Tabulate a round of these reports; other files are the small round's."""
    write_small_round(folder)
    pd.DataFrame(rows).to_csv(folder / "reports.csv", index=False)
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.write_text(text, encoding="utf-8")
    return tabulate(read_round(folder))


def settings(**changed: str) -> str:
    lines = {
        "id": '"x"',
        "window": '["2010-04-01", "2010-06-30"]',
        "history": '"2010-01-01"',
        "as_of": '"2010-07-31"',
        "regions": '["MX-SIN", "MX-CHH"]',
    }
    return "".join(f"{key} = {value}\n" for key, value in (lines | changed).items())


def one(evidence: Evidence) -> pd.Series:
    """The only incident."""
    assert len(evidence.incidents) == 1
    return evidence.incidents.iloc[0]


def reasons(evidence: Evidence) -> dict[str, str]:
    return dict(zip(evidence.set_aside["report_id"], evidence.set_aside["reason"], strict=True))


def told(evidence: Evidence) -> list[dict[str, str]]:
    """What each source said, by incident."""
    axes = evidence.axes
    return [
        {
            str(source): axes.statements[code]
            for source, code in zip(axes.sources.index, line, strict=True)
            if code != SILENT
        }
        for line in evidence.said
    ]


def place(evidence: Evidence) -> tuple[str, str, str]:
    incident, axes = one(evidence), evidence.axes
    return (
        axes.regions[incident["region"]],
        axes.periods[incident["period"]].id,
        axes.kinds[incident["kind"]],
    )


class TestAgreement:
    def test_region_and_period_by_majority(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", region="MX-CHH", date="2010-04-30", published="2010-05-01"),
            row("b", source="weekly"),
            row("c", source="court"),
        )
        assert place(found) == ("MX-SIN", "2010-05", "homicide")

    def test_ties_go_to_the_earliest_published(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", published="2010-05-20"),
            row("b", source="weekly", region="MX-CHH", date="2010-04-30", published="2010-05-11"),
        )
        assert place(found) == ("MX-CHH", "2010-04", "homicide")

    def test_of_equal_days_the_file_decides(self, tmp_path: Path) -> None:
        found = evidence(tmp_path, row("a", region="MX-CHH"), row("b", source="weekly"))
        assert place(found)[0] == "MX-CHH"

    def test_kind_by_the_order_of_the_rubric(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", kind="kidnapping"),
            row("b", source="weekly", kind="kidnapping"),
            row("c", source="court", published="2010-07-01"),
        )
        assert place(found)[2] == "homicide"
        assert found.axes.kinds == ("homicide", "kidnapping")

    @pytest.mark.parametrize(
        ("victims", "settled", "size"),
        [((2, 9), 9, 4), ((1, 3, 8), 3, 2), ((0,), 0, 0), ((4, 7), 7, 3), ((5, 1, 1), 1, 1)],
    )
    def test_upper_median_of_victims(
        self, tmp_path: Path, victims: tuple[int, ...], settled: int, size: int
    ) -> None:
        sources = ("daily", "weekly", "court")
        pairs = zip(sources, victims, strict=False)
        found = evidence(tmp_path, *(row(s, source=s, victims=n) for s, n in pairs))
        assert (one(found)["victims"], one(found)["size"]) == (settled, size)

    def test_the_numbers_of_every_report_are_kept(self, tmp_path: Path) -> None:
        """In the order of the sources, whatever was published first; a range that is not given
        is the number itself."""
        found = evidence(
            tmp_path,
            row("c", source="court", victims=2, victims_low=1, victims_high=6),
            row("a", victims=4, published="2010-06-20"),
            row("b", source="weekly", victims="", victims_low=5, victims_high=8),
            row("d", "i2", source="weekly", victims=1),
        )
        first, second = found.incidents.to_dict("records")
        assert first["numbers"] == ((4, 4, 4), (5, 7, 8), (1, 2, 6))
        assert (first["victims"], first["victims_low"], first["victims_high"]) == (4, 1, 8)
        assert second["numbers"] == ((1, 1, 1),)
        less = found.without(source="court").incidents.iloc[0]
        assert less["numbers"] == ((4, 4, 4), (5, 7, 8))
        assert (less["victims"], less["victims_low"], less["victims_high"]) == (7, 4, 8)

    def test_unknown_class_has_no_vote(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", victim_class="unknown"),
            row("b", source="weekly"),
            row("c", source="court", victim_class="civilian"),
            row("d", "i2", victim_class=""),
        )
        assert list(found.incidents["victim_class"]) == ["civilian", "unknown"]

    def test_deaths_of_a_side_are_by_the_other(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", victims=9, attribution="sinaloa><juarez", victims_by_side="3><1"),
            row(
                "b",
                source="weekly",
                victims=9,
                attribution="juarez><sinaloa",
                victims_by_side="2><2",
                published="2010-05-20",
            ),
        )
        incident = one(found)
        assert found.axes.rivalries == ("juarez><sinaloa",)
        # written sinaloa><juarez: three of Sinaloa died, by the hand of Juarez, the first side
        assert (incident["rivalry"], incident["by_first"], incident["by_second"]) == (0, 3, 1)

    def test_deaths_by_side_are_cut_to_the_settled_dead(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", victims=5, attribution="juarez><sinaloa", victims_by_side="2><3"),
            row("b", source="weekly", victims=4),
            row("c", source="court", victims=1),
        )
        incident = one(found)
        assert (incident["victims"], incident["by_first"], incident["by_second"]) == (4, 2, 1)

    @pytest.mark.parametrize(
        ("of_sides", "settled", "by_sides"),
        [
            ("2><3", 4, (2, 1)),  # 2.4 and 1.6: one of the four is neither side's
            ("0><9", 4, (4, 0)),
            ("4><4", 4, (2, 2)),
            ("1><1", 1, (0, 0)),
            ("1><2", 3, (2, 1)),
            ("1><1", 4, (1, 1)),
        ],
    )
    def test_the_cut_knows_no_first_side(
        self, tmp_path: Path, of_sides: str, settled: int, by_sides: tuple[int, int]
    ) -> None:
        """Written of the other sides the counts are the other sides', whatever their names."""
        turned = "><".join(reversed(of_sides.split("><")))
        for number, text in enumerate((of_sides, turned)):
            found = evidence(
                tmp_path / str(number),
                row("a", victims=12, attribution="juarez><sinaloa", victims_by_side=text),
                row("b", source="weekly", victims=settled),
                row("c", source="court", victims=0),
            )
            incident = one(found)
            assert incident["victims"] == settled
            assert (incident["by_first"], incident["by_second"]) == by_sides[:: 1 - 2 * number]


class TestVersions:
    def test_the_latest_version_counts(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("new", version=2, attribution="zetas"),
            row("old", version=1, published="2010-05-30"),
        )
        assert told(found) == [{"daily": "zetas"}]
        assert reasons(found) == {"old": module.REPEATED}

    def test_of_two_of_one_version_the_latest_published_counts(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path, row("late", attribution="zetas", published="2010-06-01"), row("early")
        )
        assert told(found) == [{"daily": "zetas"}]
        assert reasons(found) == {"early": module.REPEATED}

    def test_a_withdrawn_report_does_not_count(self, tmp_path: Path) -> None:
        found = evidence(tmp_path, row("a", retracted="true"), row("b", source="weekly"))
        assert told(found) == [{"weekly": "sinaloa"}]
        assert reasons(found) == {"a": module.RETRACTED}

    def test_an_older_report_stands_again_when_the_newer_is_withdrawn(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path, row("a"), row("b", supersedes="a", retracted="true", attribution="zetas")
        )
        assert told(found) == [{"daily": "sinaloa"}]
        assert reasons(found) == {"b": module.RETRACTED}

    def test_a_chain_of_versions_leaves_the_last(self, tmp_path: Path) -> None:
        """Without incident ids too, and where the middle one was withdrawn."""
        rows = [
            row("a"),
            row("b", supersedes="a", retracted="true"),
            row("c", supersedes="b", attribution="zetas"),
        ]
        for line in rows:
            del line["incident_id"]
        found = evidence(tmp_path, *rows)
        assert told(found) == [{"daily": "zetas"}]
        assert reasons(found) == dict.fromkeys("ab", module.RETRACTED)

    def test_what_replaces_it_after_as_of_is_not_known_yet(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path, row("a"), row("b", supersedes="a", version=2, published="2010-08-01")
        )
        assert told(found) == [{"daily": "sinaloa"}]
        assert reasons(found) == {"b": module.UNPUBLISHED}

    def test_the_delay_of_a_revision_is_that_of_what_it_revises(self, tmp_path: Path) -> None:
        """To the first of the chain, a withdrawn one too; where its day is not known, nothing."""
        rows = [
            row("a", published="2010-05-11"),
            row("b", supersedes="a", retracted="true", published="2010-06-10"),
            row("c", supersedes="b", published="2010-07-20"),
            row("d", "i2", published="2010-05-30"),
            row("e", "i3", published=""),
            row("f", "i3", supersedes="e", published="2010-05-14"),
            row("g", "i4", source="weekly", published="2010-05-20"),
            row("h", "i4", source="weekly", supersedes="g", published="2010-05-15"),
        ]
        sources = "id,name,type,published\ndaily,D,press,unknown\nweekly,W,press,known\n"
        found = evidence(tmp_path, *rows, sources_csv=sources)
        frame = found.reports.set_index("report_id")
        assert frame["delay"].to_dict() == {"c": 1, "d": 20, "f": -1, "h": 5}
        assert set(frame["lag"]) == {82}


class TestDays:
    @pytest.mark.parametrize(
        ("first", "last", "period"),
        [
            ("2010-04-28", "2010-05-04", "2010-05"),  # seven days, their midpoint is 1 May
            ("2010-04-27", "2010-05-03", "2010-04"),
            ("2010-05-01", "2010-05-31", "2010-05"),  # long, but in one period
            ("2010-03-30", "2010-04-01", "2010-03"),
        ],
    )
    def test_ranges_go_to_their_midpoint(
        self, tmp_path: Path, first: str, last: str, period: str
    ) -> None:
        found = evidence(tmp_path, row("a", date=first, date_end=last, published="2010-07-01"))
        assert place(found)[1] == period

    @pytest.mark.parametrize(
        ("first", "last"), [("2010-04-26", "2010-05-03"), ("2010-06-01", "2010-07-10")]
    )
    def test_longer_ranges_across_a_border_are_coarse(
        self, tmp_path: Path, first: str, last: str
    ) -> None:
        found = evidence(
            tmp_path, row("a", date=first, date_end=last, published="2010-07-20"), row("b", "i2")
        )
        assert reasons(found) == {"a": module.COARSE}

    def test_reports_of_other_days_are_listed_not_counted(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("before", "i1", date="2009-12-31"),
            row("after", "i2", date="2010-07-01", published="2010-07-02"),
            row("history", "i3", date="2010-01-01", victims=3),
            row("first", "i4", date="2010-04-01", victims=4),
            row("last", "i5", date="2010-06-30", published="2010-07-02", victims=5),
        )
        assert reasons(found) == dict.fromkeys(("before", "after"), module.OUTSIDE)
        assert not found.set_aside["in_window"].any()
        assert found.reports_in_window == (2, 9)
        assert list(found.incidents["incident_id"]) == ["i3", "i4", "i5"]

    def test_an_interim_look_ends_at_as_of(self, tmp_path: Path) -> None:
        """Periods, window and reports end there, and who is active only later is not modelled."""
        found = evidence(
            tmp_path,
            row("a", date="2010-05-10", published="2010-05-20"),
            row("b", "i2", date="2010-05-10", published="2010-05-21", victims=7),
            round_toml=settings(as_of='"2010-05-20"'),
            organizations_csv="id,name,active_from\nsinaloa,S,\njuarez,J,2010-06-01\n",
        )
        assert reasons(found) == {"b": module.UNPUBLISHED}
        assert [p.id for p in found.axes.periods][-1] == "2010-05"
        assert str(found.axes.periods[-1].end) == "2010-05-20"
        assert found.reports_in_window == (2, 8)
        assert found.axes.organizations == ("sinaloa",)

    def test_what_happens_and_is_published_after_as_of_is_set_aside(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", date="2010-05-10", published="2010-05-20"),
            row("b", "i2", date="2010-06-10", published="2010-06-12", victims=7),
            row("c", "i3", date="2010-05-19", date_end="2010-05-21", published="2010-05-22"),
            round_toml=settings(as_of='"2010-05-20"'),
        )
        assert reasons(found) == {"b": module.UNPUBLISHED, "c": module.UNPUBLISHED}
        assert found.reports_in_window == (2, 2), "the day of b is after as_of"

    def test_after_an_interim_look_nothing_is_in_the_window(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", date="2010-05-19", date_end="2010-05-20", published="2010-05-20"),
            row("b", "i2", date="2010-05-20", published="2010-05-20"),
            round_toml=settings(as_of='"2010-05-20"'),
        )
        assert found.reports_in_window == (2, 2)


class TestCoverage:
    def test_no_attribution_of_a_source_that_attributes(self, tmp_path: Path) -> None:
        found = evidence(
            tmp_path,
            row("a", source="court", attribution="", victims=4),
            row("b", source="weekly", attribution=""),
        )
        assert told(found) == [{"weekly": ""}]
        assert reasons(found) == {"a": module.UNATTRIBUTED}
        assert found.set_aside.loc[0, ["victims", "in_window"]].tolist() == [4, True]

    def test_no_contender_of_a_source_that_lists_contenders(self, tmp_path: Path) -> None:
        sources = "id,name,type,coverage\nwatch,W,ngo,contenders_only\ndaily,D,press,all\n"
        found = evidence(
            tmp_path,
            row("a", "i1", "watch", attribution="juarez"),
            row("b", "i2", "watch", attribution="other"),
            row("c", "i3", "watch", attribution=""),
            row("d", "i4", "watch", attribution="juarez|sinaloa"),
            row("e", "i5", "watch", attribution="juarez><sinaloa"),
            row("f", "i6", "daily", attribution="juarez"),
            row("g", "i7", "watch", attribution="juarez@0.9|sinaloa@0.1"),
            row("h", "i8", "watch", attribution="juarez@0.9|other@0.1"),
            round_toml=settings(exclude='["juarez"]'),
            sources_csv=sources,
        )
        assert reasons(found) == {
            "a": module.NO_CONTENDER,
            "b": module.NO_CONTENDER,
            "c": module.UNATTRIBUTED,
            "h": module.NO_CONTENDER,
        }
        assert list(found.incidents["incident_id"]) == ["i4", "i5", "i6", "i7"]

    def test_other_of_a_source_that_lists_organizations(self, tmp_path: Path) -> None:
        sources = "id,name,type,coverage\nged,G,academic,organizations_only\ndaily,D,press,all\n"
        found = evidence(
            tmp_path,
            row("a", "i1", "ged", attribution="other"),
            row("b", "i2", "ged", attribution=""),
            row("c", "i3", "ged", attribution="juarez|other"),
            row("d", "i4", "ged", attribution="juarez><other"),
            row("e", "i5", "daily", attribution="other"),
            row("f", "i6", "ged", attribution="juarez"),
            sources_csv=sources,
        )
        assert reasons(found) == {"a": module.NO_ORGANIZATION, "b": module.UNATTRIBUTED}
        assert list(found.incidents["incident_id"]) == ["i3", "i4", "i5", "i6"]

    def test_the_country_alone_is_coarse(self, tmp_path: Path) -> None:
        found = evidence(tmp_path, row("a", region="MX"), row("b", "i2"))
        assert reasons(found) == {"a": module.COARSE}

    def test_where_a_source_looks(self, tmp_path: Path) -> None:
        sources = (
            "id,name,type,regions,kinds,from,to,silence\n"
            "daily,D,press,MX-SIN,homicide,,2010-02-28,informative\n"
            "weekly,W,press,,,2010-06-01,,informative\n"
            "monthly,M,press,,,,,uninformative\n"
        )
        found = evidence(tmp_path, row("a"), row("b", "i2", kind="kidnapping"), sources_csv=sources)
        daily, weekly, monthly = found.looking
        assert found.axes.kinds == ("homicide", "kidnapping")
        assert daily.sum() == 2
        assert daily[0, :2, 0].all()
        assert weekly.sum() == 4
        assert weekly[:, -1].all()
        assert not monthly.any()

    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            ("", "", "123456"),
            ("2010-02-01", "2010-04-30", "234"),
            ("2010-02-02", "2010-04-29", "3"),
            ("2010-01-31", "2010-02-27", ""),
            ("2009-01-01", "2010-01-30", ""),
            ("2010-06-30", "", ""),
        ],
    )
    def test_silence_counts_in_periods_looked_at_from_end_to_end(
        self, tmp_path: Path, first: str, last: str, months: str
    ) -> None:
        sources = f"id,name,type,from,to\ndaily,D,press,{first},{last}\n"
        found = evidence(tmp_path, row("a"), sources_csv=sources)
        ids = [p.id for p in found.axes.periods]
        assert [ids[t][-1] for t in found.looking[0, 0, :, 0].nonzero()[0]] == list(months)

    def test_a_period_is_whole_as_far_as_it_is_modelled(self, tmp_path: Path) -> None:
        """History begins in January, the window cuts April, as_of ends June: each in two."""
        sources = "id,name,type,from,to\ndaily,D,press,2010-01-20,2010-06-10\n"
        cut = settings(
            window='["2010-04-10", "2010-06-30"]', history='"2010-01-20"', as_of='"2010-06-10"'
        )
        found = evidence(tmp_path, row("a"), sources_csv=sources, round_toml=cut)
        assert [p.id for p in found.axes.periods][3:5] == ["2010-04a", "2010-04b"]
        assert found.looking.all()
        late = sources.replace("2010-01-20", "2010-04-10")
        found = evidence(tmp_path, row("a"), sources_csv=late, round_toml=cut)
        assert found.looking[0, 0, :, 0].tolist() == [False] * 4 + [True] * 3

    def test_what_is_reported_from_a_period_looked_at_in_part_is_used(self, tmp_path: Path) -> None:
        """It names an author, given that it was reported, and says nothing of detection."""
        sources = "id,name,type,from\ndaily,D,press,2010-05-05\nweekly,W,press,\ncourt,C,press,\n"
        found = evidence(
            tmp_path,
            row("a"),
            row("b", "i2"),
            row("c", "i2", "weekly"),
            row("d", "i3", date="2010-06-10", published="2010-06-12"),
            sources_csv=sources,
        )
        assert len(found.set_aside) == 0
        plan = design(found)
        pairs = zip(plan.statements.source, plan.statements.given_reported, strict=True)
        assert {(int(s), bool(g)) for s, g in pairs} == {(0, True), (0, False), (1, False)}
        assert plan.every.count.sum() == 3
        assert plan.counted.count.sum() == 2  # i1 is known from the daily's May alone


class TestAxes:
    def test_authors_and_when_they_can_have_acted(self, tmp_path: Path) -> None:
        organizations = (
            "id,name,active_from,active_to,disputed,contender\n"
            "gone,G,,2009-06-30,,true\n"
            "late,L,2010-05-15,,,true\n"
            "perhaps,P,2010-06-15,,dates,false\n"
            "there,T,,,,true\n"
        )
        found = evidence(
            tmp_path,
            row("a", attribution="there><late"),
            row("b", "i2", attribution="there+perhaps"),
            row("c", "i3", attribution="late|perhaps"),
            organizations_csv=organizations,
        )
        assert found.axes.organizations == ("late", "perhaps", "there")
        assert found.axes.contenders == ("late", "there")
        assert found.axes.authors[3:] == ("other", "late><there", "perhaps+there")
        by_author = dict(zip(found.axes.authors, found.possible.tolist(), strict=True))
        from_may = [False] * 4 + [True] * 2
        assert by_author["late"] == by_author["late><there"] == from_may
        assert all(by_author["perhaps"] + by_author["other"] + by_author["perhaps+there"])

    def test_a_weighted_set_names_its_members(self, tmp_path: Path) -> None:
        organizations = "id,name,active_to,contender\ngone,G,2009-06-30,\nthere,T,,\n"
        found = evidence(
            tmp_path,
            row("a", attribution="there@.4|gone@.1|other@.5"),
            row("b", source="weekly", attribution="G"),
            row("c", source="court", attribution="the Old Ones"),
            organizations_csv=organizations,
            mappings_csv="name,organization,probability\nThe old ones,G,.25\nthe Old ones,T,.75\n",
            sources_csv="id,name,type,coverage\ndaily,D,press,attributed_only\n"
            "weekly,W,press,attributed_only\ncourt,C,adjudicated,attributed_only\n",
        )
        assert found.axes.organizations == ("gone", "there")
        assert found.axes.has_other
        assert found.axes.rivalries == ()
        assert told(found) == [
            {"daily": "gone@0.1|other@0.5|there@0.4", "weekly": "gone",
             "court": "gone@0.25|there@0.75"},
        ]  # fmt: skip

    def test_without_ids_of_incidents_one_source_is_one_report_one_incident(
        self, tmp_path: Path
    ) -> None:
        rows = [row("a"), row("b")]
        for line in rows:
            del line["incident_id"]
        assert list(evidence(tmp_path, *rows).incidents["incident_id"]) == ["a", "b"]

    def test_without_ids_of_incidents_two_sources_are_an_error(self, tmp_path: Path) -> None:
        rows = [row("a"), row("b", source="weekly")]
        for line in rows:
            del line["incident_id"]
        with pytest.raises(InputError, match="incident_id"):
            evidence(tmp_path, *rows)

    def test_all_set_aside_leaves_empty_evidence(self, tmp_path: Path) -> None:
        found = evidence(tmp_path, row("a", source="court", attribution=""))
        assert len(found.incidents) == 0
        assert found.said.shape == (0, 3)
        assert found.patterns().sizes["pattern"] == 0
        assert len(found.set_aside) == 1
