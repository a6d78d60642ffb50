"""Which reports are too coarse to belong to one period and one region."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .periods import DAY, Period
from .rounds import Settings

LONGEST_RANGE = pd.Timedelta(days=7)


def is_coarse(
    reports: pd.DataFrame, settings: Settings, periods: Sequence[Period]
) -> pd.Series[bool]:
    """Whether the day or the place of a report is not known closely enough.

    It says so itself, its region is none of the round's, or its days are more than seven and
    cross a period's border.

    Parameters
    ----------
    reports
        ``date, date_end`` (datetime64), ``region, precision``.
    """
    after = periods[-1].end + DAY
    borders = pd.DatetimeIndex([pd.Timestamp(day) for day in (*(p.start for p in periods), after)])
    first = borders.searchsorted(reports["date"], side="right")
    last = borders.searchsorted(reports["date_end"], side="right")
    crossing = pd.Series(first != last, index=reports.index)
    long = (reports["date_end"] - reports["date"] >= LONGEST_RANGE) & crossing
    nowhere = ~reports["region"].isin(settings.regions)
    return long | nowhere | (reports["precision"] == "coarse")
