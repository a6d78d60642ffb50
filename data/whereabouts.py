"""Where and when organizations were, as declared, beside what reports say of them.

A row of ``presence.csv`` that has run out, or a slip in ``active_to``, takes an organization off
the map or out of the contest, and the model then explains its reports as errors. No rule is broken
by that, so it is a note; one who meant it loses nothing by reading it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .attribution import OTHER, parse
from .periods import any_day_within, cut
from .problems import counted, listed, shown
from .rounds import Round

MOST_REGIONS = 3
DAY = "%Y-%m-%d"


def with_notes(round_: Round) -> Round:
    """Add to a round the notes on reports that put somebody where or when it was not."""
    named = _named(round_)
    found = (
        *_standing_apart(round_, named),
        *_out_of_time(round_, named),
        *_away(round_, named),
        *_idle(round_),
    )
    return replace(round_, notes=(*round_.notes, *found))


def _named(round_: Round) -> pd.DataFrame:
    """Reports of the modelled days, once for each organization that they name for certain.

    Members of a set are not named for certain.
    """
    settings = round_.settings
    first, last = pd.Timestamp(settings.history), pd.Timestamp(settings.scored[1])
    reports = round_.reports
    inside = reports[(reports["date_end"] >= first) & (reports["date"] <= last)]
    names = {text: _surely(text) for text in inside["attribution"].unique()}
    frame = inside[["date", "date_end", "region"]].assign(
        organization=inside["attribution"].map(names)
    )
    return frame.explode("organization").dropna(subset="organization")


def _surely(text: str) -> list[str]:
    said = parse(text)
    return [name for name in said.organizations if not said.members and name != OTHER]


def _standing_apart(round_: Round, named: pd.DataFrame) -> Iterator[str]:
    """Say whom the dates keep from being a contender, with what the window says of them."""
    frame, settings = round_.organizations, round_.settings
    is_meant = frame["contender"] & ~frame["roll_up"] & ~frame.index.isin(settings.exclude)
    first, last = (pd.Timestamp(day) for day in settings.scored)
    of_window = named[(named["date_end"] >= first) & (named["date"] <= last)]
    by_name = frame[is_meant & ~frame.index.isin(round_.contenders())].to_dict("index")
    for name, about in by_name.items():
        number = int((of_window["organization"] == name).sum())
        one, many = "report of the window names it", "reports of the window name it"
        said = f"; {counted(number, one, many)}" if number else ""
        yield (
            f"organizations.csv: {shown(str(name))} is no contender, because it is not active on "
            f"any day that is scored, {first:{DAY}} to {last:{DAY}} ({_dates(about)}){said}."
        )


def _out_of_time(round_: Round, named: pd.DataFrame) -> Iterator[str]:
    """Say of whom reports tell on days on which it was not active, and nobody disputes that."""
    by_name = round_.organizations.to_dict("index")
    for name, own in named.groupby("organization", sort=True):
        about = by_name[name]
        early, late = own["date_end"] < about["active_from"], own["date"] > about["active_to"]
        number = int((early | late).sum())
        if number and "dates" not in about["disputed"]:
            yield (
                f"organizations.csv: {counted(number, 'report names', 'reports name')} "
                f"{shown(str(name))} on days on which it was not active ({_dates(about)}); in "
                "whole periods outside these dates the model takes that for an error of the "
                "source. Correct the dates, or write dates under disputed."
            )


def _dates(about: Mapping[Any, Any]) -> str:
    ends = {end: about[end] for end in ("active_from", "active_to")}
    return ", ".join(f"{end} {day:{DAY}}" for end, day in ends.items() if not pd.isna(day))


def _away(round_: Round, named: pd.DataFrame) -> Iterator[str]:
    """Say who is declared to be nowhere, and of whom reports tell where it is not."""
    rows = round_.presence
    if rows is None:
        return
    holds = _holds(round_, rows)
    for name in rows["organization"].unique():
        there = rows.loc[holds & (rows["organization"] == name), "region"]
        if not len(there):
            yield (
                f"presence.csv: no row of {shown(name)} holds on any day from history to the "
                "window's end, so it is taken to be in no region at all; extend a row, or remove "
                "them all so that it may be everywhere."
            )
        elsewhere = named[(named["organization"] == name) & ~named["region"].isin(there)]
        regions = elsewhere.loc[elsewhere["region"].isin(round_.settings.regions), "region"]
        if len(regions):
            yield _reported_away(name, regions.value_counts())


def _holds(round_: Round, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a row holds on some modelled day, shape (row,)."""
    periods = cut(round_.settings)
    ends = zip(rows["from"], rows["to"], strict=True)
    return np.array([any_day_within(a, b, periods).any() for a, b in ends], bool)


def _idle(round_: Round) -> Iterator[str]:
    """Count the rows that hold on no modelled day."""
    for name, rows in (("presence", round_.presence), ("rivalries", round_.rivalries)):
        number = 0 if rows is None else int((~_holds(round_, rows)).sum())
        if number:
            said = counted(number, "row is", "rows are")
            yield f"{name}.csv: {said} of no day from history to the window's end, and not used."


def _reported_away(name: str, by_region: pd.Series) -> str:
    most = [f"{region} ({n})" for region, n in by_region.head(MOST_REGIONS).items()]
    more = len(by_region) - len(most)
    told = counted(int(by_region.sum()), "report names", "reports name")
    return (
        f"presence.csv: {told} {shown(name)} in {counted(len(by_region), 'region')} in which no "
        f"row has it: {listed(most)}{f' and {more} more' if more else ''}. The model doubts them; "
        "if they are right, add a row."
    )
