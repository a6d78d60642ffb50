"""The rubric's minimum of evidence, counted on tiny rounds."""

from dataclasses import replace

import pandas as pd
import pytest
from dtoscore.data.readers import read_round
from dtoscore.data.rubric import EvidenceMinimum
from dtoscore.data.tabulate import (
    COARSE,
    OUTSIDE,
    REPEATED,
    RETRACTED,
    UNATTRIBUTED,
    UNPUBLISHED,
    tabulate,
)
from dtoscore.inference.minimum import (
    Found,
    by_region,
    found,
    regional_minimum,
    set_aside_share,
    shortfalls,
)
from realizing import Incident, evidence
from rounds import write_small_round

ENOUGH = Found(sources=5, overlap=100, adjudicated=3, set_aside=0.1, contenders=4)


def held(*incidents, silence=("informative",) * 3, **columns):
    one = evidence(incidents, silence=silence)
    sources = one.axes.sources.assign(**columns)
    return replace(one, axes=replace(one.axes, sources=sources))


def test_window_alone_counts():
    one = held(
        Incident(("a", "a", None)),
        Incident(("a", None, None), period=2),
        Incident((None, "", "b"), period=0),
    )
    assert found(one) == Found(sources=2, overlap=1, adjudicated=0, set_aside=0.0, contenders=2)


def test_copies_of_each_other_do_not_overlap():
    incidents = (Incident(("a", "a", None)), Incident((None, "b", "b")))
    assert found(held(*incidents, group=["g", "g", None])).overlap == 1
    assert found(held(*incidents, group=["g", "h", "h"])).overlap == 1
    assert found(held(*incidents)).overlap == 2


def test_a_group_named_as_a_source_is_not_that_source():
    assert found(held(Incident(("a", "a", None)), group=["s1", None, None])).overlap == 1


def test_overlap_needs_informative_silence_there():
    one = held(
        Incident(("a", "a", None)),
        Incident(("a", None, "a")),
        silence=("informative", "informative", "uninformative"),
    )
    assert found(one).overlap == 1
    looking = one.looking.copy()
    looking[1, 0] = False
    assert found(replace(one, looking=looking)).overlap == 0


def test_adjudicated_cases_name_somebody():
    one = held(
        Incident(("a", "", None)),
        Incident(("a", "b", None)),
        Incident(("a", None, "a")),
        type=["press", "adjudicated", "press"],
    )
    assert found(one).adjudicated == 1


def aside(*rows):
    columns = ["reason", "victims", "in_window"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(report_id=[f"r{n}" for n in range(len(rows))], row=range(len(rows)))


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([], 0.0),
        ([(COARSE, 20, True)], 0.2),
        ([(COARSE, 20, True), (UNATTRIBUTED, 5, True)], 0.25),
        ([(COARSE, 20, False)], 0.0),
        ([(COARSE, 20, True), (RETRACTED, 20, True)], 0.25),
        ([(REPEATED, 20, True), (UNPUBLISHED, 5, True), (OUTSIDE, 5, True)], 0.0),
        ([(COARSE, 100, True)], 1.0),
    ],
)
def test_share_of_victims_that_could_not_be_used(rows, share):
    one = replace(held(Incident(("a", None, None))), set_aside=aside(*rows))
    assert set_aside_share(replace(one, reports_in_window=(50, 100))) == pytest.approx(share)


def test_share_of_no_victims_is_none():
    one = replace(held(Incident(("a", None, None))), set_aside=aside((COARSE, 0, True)))
    assert set_aside_share(replace(one, reports_in_window=(1, 0))) == 0.0


def test_a_round_as_read(tmp_path):
    one = tabulate(read_round(write_small_round(tmp_path / "round")))
    held_ = found(one)
    assert (held_.sources, held_.contenders, held_.set_aside) == (3, 3, 0.0)
    assert 0 < held_.adjudicated <= held_.overlap < 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": 1}, "sources that report from the window: 1; the rubric asks for at least 2."),
        ({"overlap": 29}, "two independent sources report: 29; the rubric asks for at least 30."),
        ({"adjudicated": 1}, "adjudicated source: 1; the rubric asks for at least 2."),
        ({"set_aside": 0.2001}, "could not be used: 0.201; the rubric allows at most 0.2."),
        ({"contenders": 1}, "contenders: 1; the rubric asks for at least 2."),
    ],
)
def test_every_shortfall_has_its_sentence(change, words):
    least = EvidenceMinimum(min_adjudicated=2)
    assert shortfalls(ENOUGH, least) == ()
    said = shortfalls(replace(ENOUGH, **change), least)
    assert len(said) == 1
    assert words in str(said[0])


def test_all_shortfalls_are_said_at_once():
    assert len(shortfalls(Found(0, 0, 0, 1.0, 0), EvidenceMinimum(min_adjudicated=1))) == 5


@pytest.mark.parametrize(("asked", "there"), [(30, 10), (31, 11), (1, 1), (0, 0)])
def test_a_region_needs_a_third_of_the_shared_incidents_rounded_up(asked, there):
    assert regional_minimum(EvidenceMinimum(min_sources=3, min_overlap=asked)) == (3, there)


def test_evidence_is_counted_region_by_region():
    """R0: s0 and s1 share two of the window, of different groups; R1: s1 and s2, of one group."""
    one = held(
        *[Incident(("a", "b", None))] * 2,
        Incident((None, None, "a")),
        Incident(("a", "a", None), period=0),
        *[Incident((None, "a", "a"), region=1)] * 5,
        group=["g", "h", "h"],
    )
    table = by_region(one, EvidenceMinimum(min_sources=2, min_overlap=6))
    assert table.index.tolist() == ["R0", "R1"]
    assert table["sources"].tolist() == [3, 2]
    assert table["overlap"].tolist() == [2, 0]
    assert table["enough"].tolist() == [True, False]
    strict = by_region(one, EvidenceMinimum(min_sources=4, min_overlap=0))
    assert strict["enough"].tolist() == [False, False]
    assert by_region(one, EvidenceMinimum(min_overlap=0))["enough"].all()
    # The parts of the window add up to the whole that the round's minimum counts.
    assert table["overlap"].sum() == found(one).overlap
