"""Periods cover every day once and never straddle the window's border."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from dtoscore.data.periods import cut
from dtoscore.data.rounds import Settings
from hypothesis import given
from hypothesis import strategies as st

DAY = dt.date
YEAR = Settings(
    id="r", title="r", window=(DAY(2010, 4, 1), DAY(2010, 6, 30)), history=DAY(2010, 1, 1),
    as_of=DAY(2010, 12, 31), period="month", regions=("MX-SIN",), region_set=None,
)  # fmt: skip


def test_months() -> None:
    periods = cut(YEAR)
    assert [p.id for p in periods] == [f"2010-0{month}" for month in range(1, 7)]
    assert [p.in_window for p in periods] == [False] * 3 + [True] * 3
    assert periods[1].days == 28


def test_a_window_that_starts_mid_month_splits_that_month() -> None:
    periods = cut(replace(YEAR, window=(DAY(2010, 3, 16), DAY(2010, 4, 10))))
    assert [p.id for p in periods] == ["2010-01", "2010-02", "2010-03a", "2010-03b", "2010-04"]
    assert [p.in_window for p in periods] == [False, False, False, True, True]
    assert periods[2].end == DAY(2010, 3, 15)
    assert periods[3].start == DAY(2010, 3, 16)
    assert periods[-1].end == DAY(2010, 4, 10)


@pytest.mark.parametrize(
    ("period", "ids"),
    [
        ("quarter", ["2009-Q4", "2010-Q1", "2010-Q2"]),
        ("month", ["2009-12", "2010-01", "2010-02", "2010-03", "2010-04"]),
        ("week", ["2009-W53", "2010-W01", "2010-W02"]),
    ],
)
def test_names_at_the_turn_of_the_year(period: str, ids: list[str]) -> None:
    settings = replace(
        YEAR, history=DAY(2009, 12, 29), window=(DAY(2010, 4, 1), DAY(2010, 4, 30)), period=period
    )
    assert [p.id for p in cut(settings)][: len(ids)] == ids


def test_an_interim_look_ends_at_as_of() -> None:
    periods = cut(replace(YEAR, as_of=DAY(2010, 5, 15)))
    assert periods[-1].id == "2010-05"
    assert periods[-1].end == DAY(2010, 5, 15)


@given(
    st.dates(DAY(2005, 1, 1), DAY(2012, 1, 1)),
    st.integers(0, 500),
    st.integers(0, 400),
    st.sampled_from(["week", "month", "quarter"]),
)
def test_every_day_lies_in_one_period(start: dt.date, before: int, length: int, kind: str) -> None:
    first, last = start + dt.timedelta(before), start + dt.timedelta(before + length)
    settings = replace(YEAR, history=start, window=(first, last), as_of=last, period=kind)
    periods = cut(settings)
    assert periods[0].start == start
    assert periods[-1].end == last
    assert sum(p.days for p in periods) == before + length + 1
    assert all(b.start - a.end == dt.timedelta(1) for a, b in pairwise(periods))
    assert all(p.in_window == (p.start >= first) == (p.end >= first) for p in periods)
    assert len({p.id for p in periods}) == len(periods)
