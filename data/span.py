"""Which days a GED file speaks of: whole years, to which history and coverage are cut.

A year before the first event of a file was not looked at, or its events were cut away: read as
looked at, its silence would tell the model that nothing happened.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Span:
    """The days that a round takes from a file.

    Attributes
    ----------
    history
        First day of the reports that inform the model; never later than the window's first.
    looked
        ``from`` and ``to`` of the source, where the file holds less than history and window.
    notes
        Sentences for the user: what was cut.
    """

    history: dt.date
    looked: dict[str, dt.date]
    notes: tuple[str, ...]


def spanned(events: pd.DataFrame, window: tuple[dt.date, dt.date], history: dt.date) -> Span:
    """Cut history and coverage to the years that a file holds, all countries taken together.

    An event over New Year belongs to both years, so that the first year is that of the earliest
    end and the last that of the latest start.
    """
    first = dt.date(events["date_end"].min().year, 1, 1)
    last = dt.date(events["date_start"].max().year, 12, 31)
    looked, notes = {}, []
    if first > history:
        looked["from"] = first
        notes.append(_late(first, window[0], history))
    if last < window[1]:
        looked["to"] = last
        notes.append(
            f"The file holds nothing after {last.year}: the source's `to` is {last}, and what is "
            "said of later days of the window rests on other days."
        )
    return Span(min(max(history, first), window[0]), looked, tuple(notes))


def _late(first: dt.date, window: dt.date, history: dt.date) -> str:
    """Say that a file begins after the history that was asked for, or inside the window."""
    holds = f"The file holds nothing before {first.year}"
    if first <= window:
        return f"{holds}: history begins on {first}, not on {history}, and so does the source."
    return (
        f"{holds}: history begins with the window, on {window}, not on {history}; the source's "
        f"`from` is {first}, and what is said of earlier days of the window rests on other days."
    )
