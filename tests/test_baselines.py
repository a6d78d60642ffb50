"""Simple counts: raw, by majority, by source, and what the reports of the window say."""

from dataclasses import replace

import pandas as pd
import pytest
from dtoscore.inference import reported
from dtoscore.inference.baselines import (
    MAJORITY,
    RAW,
    baseline_check,
    baselines,
    by_source,
    incident_points,
)
from dtoscore.inference.summary import NOT_RUN, PASS, REVIEW, Decision
from realizing import RUBRIC, Incident, evidence

THREE = ("informative",) * 3


def held(*incidents, **how):
    return evidence(incidents, silence=THREE, has_other=True, **how)


def values(frame, baseline):
    return frame[frame["baseline"] == baseline].set_index("organization")["value"].to_dict()


def leaders(frame, baseline):
    return frame.loc[(frame["baseline"] == baseline) & frame["leader"], "organization"].tolist()


def test_points_follow_the_rubric():
    one = held(
        Incident(("a", None, None), victims=3),
        Incident(("a", None, None), victims=3, kind=1),
        Incident(("a", None, None), victims=2, victim_class="journalist"),
        Incident(("a", None, None), victims=10),
        Incident(("a", None, None), victims=10, kind=1, victim_class="journalist"),
        Incident(("a", None, None), victims=0),
    )
    assert incident_points(one, RUBRIC).tolist() == [3.0, 3.0, 6.0, 20.0, 18.0, 0.0]


def test_raw_counts_take_each_incident_once_for_everyone_named_alone():
    one = held(
        Incident(("a", "a", "b")),
        Incident(("a", "a><b", None), rivalry=0),
        Incident(("a|b", "", "other")),
        Incident(("b", None, None), period=0),
        rivalries=("a><b",),
    )
    frame = baselines(one, RUBRIC)
    assert values(frame, RAW) == {"a": 2.0, "b": 1.0}
    assert leaders(frame, RAW) == ["a"]
    assert list(frame.columns) == ["baseline", "organization", "value", "leader"]


def test_a_weighted_set_is_no_vote():
    one = held(
        Incident(("a@0.9|b@0.1", "a@0.9|b@0.1", "b")),
        Incident(("a@0.9|other@0.1", "", None)),
    )
    plain = held(Incident(("a|b", "a|b", "b")), Incident(("a|other", "", None)))
    for name in (RAW, MAJORITY):
        assert values(baselines(one, RUBRIC), name) == {"a": 0.0, "b": 1.0}
    assert baselines(one, RUBRIC).equals(baselines(plain, RUBRIC))
    assert reported.by_organization(one).equals(reported.by_organization(plain))
    pd.testing.assert_frame_equal(by_source(one, RUBRIC), by_source(plain, RUBRIC))


def test_majority_splits_ties_and_other_may_win():
    one = held(
        Incident(("a", "b", "b")),
        Incident(("a", "b", None), victims=2),
        Incident(("a", "other", "other")),
        Incident(("", None, None)),
    )
    assert values(baselines(one, RUBRIC), MAJORITY) == {"a": 1.0, "b": 2.0}


def test_ties_lead_together_and_nothing_leads_nobody():
    even = baselines(held(Incident(("a", "b", None))), RUBRIC)
    assert leaders(even, RAW) == ["a", "b"]
    nothing = baselines(held(Incident(("", None, None))), RUBRIC)
    assert leaders(nothing, RAW) == []


def test_by_source():
    frame = by_source(held(Incident(("a", "b", None)), Incident(("a", None, "a|b"))), RUBRIC)
    assert frame.to_dict("index") == {
        "a": {"s0": 2.0, "s1": 0.0, "s2": 0.0},
        "b": {"s0": 0.0, "s1": 1.0, "s2": 0.0},
    }


def test_no_contender():
    one = held(Incident(("a", None, None)))
    empty = replace(one, axes=replace(one.axes, contenders=()))
    assert len(baselines(empty, RUBRIC)) == 0
    assert baseline_check(empty, RUBRIC, None, decided("no_designation")).verdict == NOT_RUN


def decided(status):
    return Decision(status, None, (), 1.0, 0.05, 0.99, False, ())


@pytest.mark.parametrize(
    ("leader", "status", "verdict"),
    [
        ("a", "candidates", REVIEW),
        ("b", "designated", REVIEW),
        ("a", "refused", NOT_RUN),
        ("a", "no_designation", NOT_RUN),
    ],
)
def test_check_compares_leaders_where_anybody_may_lead(leader, status, verdict):
    """Raw counts lead to a, the majority to b."""
    one = held(
        Incident(("a", "b", "b")), Incident(("a", None, None)), Incident(("a", "b", "b"), victims=2)
    )
    check = baseline_check(one, RUBRIC, leader, decided(status))
    assert check.verdict == verdict
    assert "leader" not in check.summary
    table = None if check.table is None else list(check.table.columns)
    assert table == (None if verdict == NOT_RUN else ["organization", "s0", "s1", "s2"])


def test_where_all_reports_are_of_clashes_nothing_is_counted_and_nobody_disagrees():
    one = held(Incident(("a><b", "a|b", None), rivalry=0), rivalries=("a><b",))
    check = baseline_check(one, RUBRIC, "b", decided("candidates"))
    assert check.verdict == NOT_RUN
    assert "names one contender alone" in check.summary


def test_what_has_no_points_is_not_said_to_be_named_by_nobody():
    check = baseline_check(held(Incident(("b", None, None), victims=0)), RUBRIC, "b",
                           decided("candidates"))  # fmt: skip
    assert check.verdict == NOT_RUN
    assert "has no points" in check.summary


def test_check_passes_where_all_agree_and_names_nobody():
    check = baseline_check(held(Incident(("b", "b", None))), RUBRIC, "b", decided("candidates"))
    assert check.verdict == PASS
    assert " b" not in check.summary.replace("baselines", "")


def test_reported_counts_of_the_window():
    one = held(
        Incident(("a", "a", None), victims=4, region=1),
        Incident(("a><b", None, None), victims=2, period=2, rivalry=0),
        Incident(("a|b", None, None), kind=1, period=2),
        Incident(("other", "b", None), kind=1, victims=9),
        Incident(("other", "", None), region=1),
        Incident(("a", "b", "b"), period=0),
        rivalries=("a><b",),
    )
    assert reported.by_organization(one).to_dict() == {"a": 1, "b": 1, "other": 2}
    assert reported.by_region(one).to_dict() == {"R0": 3, "R1": 1}
    assert reported.by_kind(one, RUBRIC).to_dict() == {"homicide": 6, "terrorism": 2}
    assert reported.by_source(one).to_dict() == {"s0": 5, "s1": 3, "s2": 0}
    expected = pd.DataFrame(
        {"a": [1, 0], "b": [1, 0], "other": [2, 0]}, index=["2020-02", "2020-03"]
    )
    pd.testing.assert_frame_equal(
        reported.by_period(one), expected, check_index_type=False, check_column_type=False
    )


def test_rounds_without_incidents():
    one = held(Incident(("a", None, None)))
    empty = replace(one, incidents=one.incidents.iloc[:0], said=one.said[:0])
    assert leaders(baselines(empty, RUBRIC), RAW) == []
    assert reported.by_kind(empty, RUBRIC).sum() == 0
    assert reported.by_region(empty).sum() == 0
