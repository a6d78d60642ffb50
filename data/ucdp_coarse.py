"""Coarse records of UCDP GED as rows of ``totals.csv``: events counted, not itemised.

- A row whose place is known no better than a state, or its day no better than a month (code 4
  and above), or that names no state, is a total of a series of its own: ``residual``, since GED
  lists an event once.
- Its days are widened to whole months, the model's cells. A record of one day in an
  unknown town says nothing finer in them than "in this month, in this state"; taken as a total
  of that one day it would say that a thirtieth of a month's violence came to so much, and only
  such days as have a record would ever be asked about. Records of one dyad, state and months are
  added up by tabulation.
- Its bounds are widened to hold its best number, as those of reports are.
"""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from .problems import counted
from .regions import country

SERIES = "ucdp-coarse"
CAPTURE = "0.9±0.08"
COARSE_CODE = 4
NO_STATE = 6
"""From this place code on the country alone is known."""
GOVERNMENT_LIST = r"CIDE-(?:PPD|DPP|PDD)"
"""How rows cite the CIDE-PPD list, misspelt ones among them."""
DECLARED = f"""
[totals.{SERIES}]
# GED counts what some source puts in figures, for a dyad, a state and some months; what it does not
# count there has no figure anywhere, so its capture cannot be measured. It cannot be above 1; much
# below .8 would make of every yearly total a fifth more dead that nobody has counted. A choice.
capture = "{CAPTURE}"
"""


def is_coarse(events: pd.DataFrame) -> pd.Series:
    """Whether the day or the place of an event is known no better than a month or a state."""
    return (events["where_prec"] >= COARSE_CODE) | (events["date_prec"] >= COARSE_CODE)


def coarse_totals(events: pd.DataFrame, kind: str, days: tuple[dt.date, dt.date]) -> pd.DataFrame:
    """Make ``totals.csv`` of coarse events.

    Parameters
    ----------
    events
        As ``read_ged`` returns them, with ``region`` and ``attribution``.
    days
        First day of history and last of the window: months are cut there. An event that reaches
        over them keeps its own days, so that reading sets it aside.
    """
    first, last = (pd.Timestamp(day) for day in days)
    start, end = events["date_start"], events["date_end"]
    month_start = start.dt.to_period("M").dt.start_time.clip(lower=first)
    month_end = end.dt.to_period("M").dt.end_time.dt.normalize().clip(upper=last)
    across = is_across(events, days)
    bounds = events[["low", "best", "high"]]
    columns = {
        "series": SERIES,
        "region": _region(events),
        "from": month_start.where(~across, start),
        "to": month_end.where(~across, end),
        "kind": kind,
        "count": events["best"],
        "count_low": bounds.min(axis=1),
        "count_high": bounds.max(axis=1),
        "unit": "victims",
        "scope": "residual",
        "attribution": events["attribution"],
    }
    return pd.DataFrame(columns)


def is_across(events: pd.DataFrame, days: tuple[dt.date, dt.date]) -> pd.Series:
    """Whether an event reaches over the first or the last of some days."""
    first, last = (pd.Timestamp(day) for day in days)
    return (events["date_start"] < first) | (events["date_end"] > last)


def _region(events: pd.DataFrame) -> pd.Series:
    return events["region"].mask(events["where_prec"] >= NO_STATE, events["region"].map(country))


def coarse_notes(events: pd.DataFrame, days: tuple[dt.date, dt.date]) -> tuple[str, ...]:
    """Say which of the coarse events cannot be used, and how many rows a government list feeds.

    Parameters
    ----------
    events
        All events that are written, with ``source_article`` and ``coarse``.
    """
    across = is_across(events, days) & events["coarse"]
    dead = int(events.loc[across, "best"].sum())
    citing = events["source_article"].str.contains(GOVERNMENT_LIST, regex=True)
    notes: Mapping[str, pd.Series] = {
        (
            f"over the first or last day of the round, {dead:,} dead in all: in totals.csv, but "
            "set aside, since how much of them lies inside is not known"
        ): across,
        (
            "CIDE-PPD, a government list: the federal series of those months is not independent "
            "of them; import totals --holds ucdp says that it counts all that UCDP reports"
        ): citing,
    }
    verbs = (("coarse event reaches", "coarse events reach"), ("event cites", "events cite"))
    return tuple(
        f"{counted(int(mask.sum()), *verb)} {clause}."
        for (clause, mask), verb in zip(notes.items(), verbs, strict=True)
        if mask.any()
    )
