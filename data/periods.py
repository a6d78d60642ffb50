"""The time axis of a round: months, weeks or quarters, cut at the window's borders."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.typing import NaTType

from .rounds import Settings

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends in.

    Parameters
    ----------
    id
        ``2010-03``, ``2010-W05`` or ``2010-Q1``; where the window's border splits it, the
        part before the border ends in ``a`` and the part after it in ``b``.
    start, end
        First and last day.
    in_window
        Whether it belongs to the scoring window.
    """

    id: str
    start: dt.date
    end: dt.date
    in_window: bool

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


def cut(settings: Settings) -> tuple[Period, ...]:
    """Cut the days from the history's first to the scored window's last into periods.

    No day is left out, none is in two periods, and no period straddles the window's first
    day. The first and the last period may be shorter than a calendar one.
    """
    first, last = settings.scored
    cuts: list[Period] = []
    for start, end in _calendar(settings.history, last, settings.period):
        name = calendar_name(start, settings.period)
        if start < first <= end:
            cuts.append(Period(name + "a", start, first - DAY, in_window=False))
            cuts.append(Period(name + "b", first, end, in_window=True))
        else:
            cuts.append(Period(name, start, end, in_window=start >= first))
    return tuple(cuts)


def calendar_name(day: dt.date, period: str) -> str:
    """Return the name of the calendar period that holds a day: ``2010-W05``."""
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if period == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    return f"{day.year:04d}-{day.month:02d}"


def calendar_end(day: dt.date, period: str) -> dt.date:
    """Return the last day of the calendar period that holds a day."""
    if period == "week":
        return day + dt.timedelta(days=7 - day.isoweekday())
    month = day.month if period == "month" else (day.month + 2) // 3 * 3
    year, following = (day.year + 1, 1) if month == 12 else (day.year, month + 1)
    return dt.date(year, following, 1) - DAY


def any_day_within(
    first: pd.Timestamp | NaTType, last: pd.Timestamp | NaTType, periods: Sequence[Period]
) -> NDArray[np.bool_]:
    """Whether any day of each period lies between two days; an open end is NaT."""
    return _between(first, last, [p.end for p in periods], [p.start for p in periods])


def every_day_within(
    first: pd.Timestamp | NaTType, last: pd.Timestamp | NaTType, periods: Sequence[Period]
) -> NDArray[np.bool_]:
    """Whether every day of each period lies between two days; an open end is NaT."""
    return _between(first, last, [p.start for p in periods], [p.end for p in periods])


def rows_within(rows: pd.DataFrame, periods: Sequence[Period]) -> NDArray[np.bool_]:
    """Whether rows hold on any day of any period, by their ``from`` and ``to``; shape (row,)."""
    ends = zip(rows["from"], rows["to"], strict=True)
    return np.array([any_day_within(a, b, periods).any() for a, b in ends], bool)


def _between(
    first: pd.Timestamp | NaTType,
    last: pd.Timestamp | NaTType,
    not_before: Sequence[dt.date],
    not_after: Sequence[dt.date],
) -> NDArray[np.bool_]:
    """Whether one day of each pair lies not before the first day, the other not after the last."""
    opened = [pd.isna(first) or pd.Timestamp(day) >= first for day in not_before]
    closed = [pd.isna(last) or pd.Timestamp(day) <= last for day in not_after]
    return np.logical_and(opened, closed)


def _calendar(first: dt.date, last: dt.date, period: str) -> Iterator[tuple[dt.date, dt.date]]:
    start = first
    while start <= last:
        end = min(calendar_end(start, period), last)
        yield start, end
        start = end + DAY
