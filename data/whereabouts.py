"""Where and when organizations were, as declared, beside what the used reports say of them.

A row of ``presence.csv`` that has run out, or a slip in ``active_to``, takes an organization off
the map or out of the contest, and the model then explains its reports as errors. No rule is broken
by that, so it is a note; one who meant it loses nothing by reading it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from .attribution import OTHER, parse
from .evidence import Evidence
from .periods import any_day_within, rows_within
from .problems import counted, listed, shown
from .rounds import Round

MOST_REGIONS = 3
DAY = "%Y-%m-%d"
NAMED = ("names", "name")


def doubtful(round_: Round, evidence: Evidence) -> tuple[str, ...]:
    """Say who is no contender by its dates, and which reports put somebody where it was not."""
    named = _named(evidence)
    return (
        *_standing_apart(round_, evidence, named),
        *_out_of_time(round_, evidence, named),
        *_away(round_, evidence, named),
        *_idle(round_, evidence),
    )


def _named(evidence: Evidence) -> pd.DataFrame:
    """Give the used reports once for each organization that they name for certain.

    Members of a set are not named for certain.

    Returns
    -------
    ``organization`` (id, of what is rolled up its parent's), ``region, period`` (axis codes).
    """
    names = [
        [name for name in said.organizations if not said.members and name != OTHER]
        for said in map(parse, evidence.axes.statements)
    ]
    if evidence.reports.empty:
        return pd.DataFrame(columns=["organization", "region", "period"])
    frame = evidence.reports[["statement", "region", "period"]].copy()
    frame["organization"] = pd.Series([names[k] for k in frame["statement"]], frame.index, object)
    return frame.explode("organization").dropna(subset="organization")


def _standing_apart(round_: Round, evidence: Evidence, named: pd.DataFrame) -> Iterator[str]:
    """Say whom the dates keep from being a contender, with what the window says of them."""
    frame, settings = round_.organizations, round_.settings
    is_meant = frame["contender"] & ~frame["roll_up"] & ~frame.index.isin(settings.exclude)
    lost = frame[is_meant & ~frame.index.isin(round_.contenders())].to_dict("index")
    first, last = settings.scored
    of_window = named[evidence.axes.window[named["period"].to_numpy(np.int64)]]
    for name, about in lost.items():
        number = int((of_window["organization"] == name).sum())
        told = f"; {_reports(number, 'of the window ')}{_who(round_, name)}" if number else ""
        yield (
            f"{_file(round_, 'organizations')}: {shown(str(name))} is no contender, because it is "
            f"not active on any day that is scored, {first} to {last} ({_dates(about)}){told}."
        )


def _out_of_time(round_: Round, evidence: Evidence, named: pd.DataFrame) -> Iterator[str]:
    """Say of whom reports tell in periods in which it was never active, if nobody disputes that."""
    roster = round_.organizations.to_dict("index")
    for name, own in named.groupby("organization", sort=True):
        about = roster[name]
        ends = about["active_from"], about["active_to"]
        active = any_day_within(*ends, evidence.axes.periods) | ("dates" in about["disputed"])
        number = int((~active[own["period"].to_numpy(np.int64)]).sum())
        if number:
            yield (
                f"{_file(round_, 'organizations')}: {_reports(number)}{_who(round_, name)} in a "
                f"{round_.settings.period} in which it was never active ({_dates(about)}): the "
                "model takes that for an error of the source. Correct the dates, or write dates "
                "under disputed."
            )


def _away(round_: Round, evidence: Evidence, named: pd.DataFrame) -> Iterator[str]:
    """Say who is declared to be nowhere, and of whom reports tell where it is not."""
    rows, ground, axes = round_.presence, evidence.ground, evidence.axes
    if rows is None or ground is None:
        return
    for name in rows["organization"].unique():
        if name not in axes.organizations:
            continue
        present = ground.present[axes.organizations.index(name)]
        if not present.any():
            yield (
                f"{_file(round_, 'presence')}: no row of {shown(name)} holds on any day from "
                "history to the window's end, so it is taken to be in no region at all; extend a "
                "row, or remove them all so that it may be everywhere."
            )
        codes = named.loc[named["organization"] == name, "region"].to_numpy(np.int64)
        away = pd.Series([axes.regions[code] for code in codes[~present[codes]]], dtype=object)
        if len(away):
            yield _reported_away(round_, name, away.value_counts())


def _reported_away(round_: Round, name: str, by_region: "pd.Series[int]") -> str:
    regions = listed((f"{region} ({n})" for region, n in by_region.items()), MOST_REGIONS)
    return (
        f"{_file(round_, 'presence')}: {_reports(int(by_region.sum()))}{_who(round_, name)} in "
        f"{counted(len(by_region), 'region')} in which no row has it: {regions}. The model doubts "
        "them; if they are right, add a row."
    )


def _idle(round_: Round, evidence: Evidence) -> Iterator[str]:
    """Count the rows that hold on no modelled day."""
    for name, rows in (("presence", round_.presence), ("rivalries", round_.rivalries)):
        if rows is None:
            continue
        if idle := int((~rows_within(rows, evidence.axes.periods)).sum()):
            said = counted(idle, "row is", "rows are")
            yield (
                f"{_file(round_, name)}: {said} of no day from history to the window's end, and "
                "not used."
            )


def _reports(number: int, which: str = "") -> str:
    """Count the reports that name somebody, up to the name."""
    return counted(number, f"used report {which}names ", f"used reports {which}name ")


def _who(round_: Round, name: object) -> str:
    """Name an organization, with what is rolled up into it: its reports are its parent's."""
    frame = round_.organizations
    parts = [str(k) for k in frame.index[frame["roll_up"]] if round_.scored_under(str(k)) == name]
    return shown(str(name)) + (f" or what is rolled up into it ({listed(parts)})" if parts else "")


def _dates(about: Mapping[Any, Any]) -> str:
    ends = {end: about[end] for end in ("active_from", "active_to")}
    return ", ".join(f"{end} {day:{DAY}}" for end, day in ends.items() if not pd.isna(day))


def _file(round_: Round, name: str) -> str:
    """The file that a table was read from."""
    return next((file for file in round_.columns if file.startswith(f"{name}.")), f"{name}.csv")
