"""``totals.csv``: official totals and coarse records, converted and cross-checked."""

import calendar
import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import regions
from .attribution import UNKNOWN, parse
from .naming import Names
from .problems import Problems, Table, counted, numbered
from .roster import days
from .testimony import whole
from .values import UNKNOWN_CLASS

COUNTS = ("count", "count_low", "count_high")
INCLUSIVE, RESIDUAL = "inclusive", "residual"
INCIDENTS, VICTIMS = "incidents", "victims"
ANY = ""
"""Every victim class; every author."""


def read_totals(
    table: Table, text: pd.DataFrame, names: Names, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Convert the judged text of ``totals.csv`` to the frame of ``Round.totals``.

    Parameters
    ----------
    text
        As ``schema.judge`` returned it.

    Returns
    -------
    The frame (``from`` and ``to`` filled in from ``period``; ``row`` is the line in the file),
    and sentences on totals that two series have in common.
    """
    _check_times(table, text, problems)
    _check_counts(table, text, problems)
    readings = {written: names.read(written) for written in text["attribution"].unique()}
    faults = text["attribution"].map(lambda written: readings[written].fault)
    for fault in faults[faults != ""].unique():
        problems.where(table, "attribution", faults == fault, fault)
    first, last = _days(table, text, problems)
    frame = text.assign(
        **{name: whole(text[name]) for name in COUNTS},
        **{"from": first, "to": last},
        region=text["region"].map(regions.current),
        attribution=text["attribution"].map(lambda written: readings[written].text),
    )
    notes = (*_check_overlaps(table, frame, problems), *_notes_on_residual(table, frame))
    return frame.reset_index(names="row"), notes


def check_noise(
    table: Table,
    totals: pd.DataFrame,
    series: Mapping[str, Mapping[str, object]],
    problems: Problems,
) -> None:
    """Refuse a noise of series that count incidents, which the model would not look at.

    Parameters
    ----------
    totals
        As ``read_totals`` returned it.
    series
        The tables ``[totals.NAME]`` of ``round.toml``.
    """
    for name, rows in totals[totals["unit"] == INCIDENTS].groupby("series"):
        noise = series.get(str(name), {}).get("noise")
        if isinstance(noise, int | float) and noise > 0:
            problems.add(
                f"round.toml: totals.{name}.noise is {noise}, but that series counts incidents in "
                f"{table.file} {numbered(list(rows['row']))} and noise is of victims: take it "
                "away, or make of the incidents a series of their own"
            )


def period_days(text: str) -> tuple[dt.date, dt.date] | None:
    """Give the first and the last day of "2010", "2010-03" or "2010-W05"; None of no such week.

    Weeks are ISO weeks, Monday to Sunday.
    """
    year = int(text[:4])
    try:
        if "W" in text:
            week = int(text[6:])
            return dt.date.fromisocalendar(year, week, 1), dt.date.fromisocalendar(year, week, 7)
    except ValueError:
        return None
    if len(text) == len("2010"):
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    month = int(text[5:])
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def _check_times(table: Table, text: pd.DataFrame, problems: Problems) -> None:
    ends = (table.written("from") != "").astype(int) + (table.written("to") != "")
    whole_period = (table.written("period") != "") & (ends == 0)
    problems.where(
        table,
        "period",
        ~whole_period & ((table.written("period") != "") | (ends < 2)),
        "must be given, or else both from and to, never all three",
    )
    problems.where(table, "to", days(text["to"]) < days(text["from"]), "is earlier than from")


def _check_counts(table: Table, text: pd.DataFrame, problems: Problems) -> None:
    bounded = (table.written("count_low") != "") & (table.written("count_high") != "")
    problems.where(
        table,
        "count",
        (table.written("count") == "") & ~bounded,
        "is empty; it is required unless count_low and count_high are given",
    )
    count, low, high = (whole(text[name]) for name in COUNTS)
    problems.where(table, "count_low", (high >= 0) & (low > high), "is above count_high")
    outside = (count >= 0) & ((low > count) | ((high >= 0) & (high < count)))
    problems.where(
        table, "count", outside & ~((high >= 0) & (low > high)), "lies outside its bounds"
    )
    problems.where(
        table,
        "victim_class",
        text["victim_class"] == UNKNOWN_CLASS,
        "is no class of its own; leave the cell empty for victims of every class",
    )


def _days(table: Table, text: pd.DataFrame, problems: Problems) -> tuple[pd.Series, pd.Series]:
    """Give first and last day of every row, from its period where it gives one."""
    known = {period: period_days(period) for period in text["period"].unique() if period}
    lost = text["period"].isin([period for period, found in known.items() if found is None])
    problems.where(table, "period", lost, "is no week of that year")
    ends = []
    for number, name in enumerate(("from", "to")):
        by_period = {period: found[number] for period, found in known.items() if found}
        of_period = pd.to_datetime(text["period"].map(by_period))
        ends.append(days(text[name]).fillna(of_period))
    return ends[0], ends[1]


def _check_overlaps(table: Table, frame: pd.DataFrame, problems: Problems) -> tuple[str, ...]:
    """Refuse what one series counts twice; note what two series count."""
    rows = frame[(frame["scope"] == INCLUSIVE) & frame["from"].notna() & frame["to"].notna()]
    both = overlapping(rows) & ~np.eye(len(rows), dtype=bool)
    series = rows["series"].to_numpy(str)
    alike = series[:, None] == series
    twice = pd.Series((both & alike).any(axis=1), rows.index).reindex(frame.index, fill_value=False)
    clause = (
        "counts the same days, places, kind and authors in these inclusive rows more than once; "
        "keep the months or the year, the states or the country"
    )
    problems.where(table, "series", twice, clause)
    pairs = {
        tuple(sorted((str(series[i]), str(series[j]))))
        for i, j in zip(*np.nonzero(both & ~alike), strict=True)
    }
    return tuple(
        f"{table.file}: series {one!r} and {other!r} both count events of the same days and "
        "places; two inclusive totals of the same events are not independent, so the result is "
        "surer than it should be: keep one."
        for one, other in sorted(pairs)
    )


def _notes_on_residual(table: Table, frame: pd.DataFrame) -> tuple[str, ...]:
    """Note series whose residual rows may count the same events, and cannot be added up."""
    rows = frame[(frame["scope"] == RESIDUAL) & frame["from"].notna() & frame["to"].notna()]
    series, said, of = (rows[c].to_numpy(str) for c in ("series", "attribution", "victim_class"))
    differ = (said[:, None] != said) | (of[:, None] != of)
    both = overlapping(rows) & (series[:, None] == series) & differ
    return tuple(
        f"{table.file}: series {name!r} has residual rows of the same days and places whose "
        "attributions or victim classes overlap without being the same; each is taken for all "
        "that no report itemises of its own: give them the same, or leave one out."
        for name in sorted(set(series[both.any(axis=1)].tolist()))
    )


def overlapping(totals: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether two totals can count the same event, shape (total, total).

    They share a day, a place (a country holds its regions), the kind, a victim class (none
    given means all) and a possible author (none given means all).

    Parameters
    ----------
    totals
        ``from, to`` (datetime64), ``region, kind, victim_class, attribution``.
    """
    first, last = (totals[name].to_numpy("datetime64[D]") for name in ("from", "to"))
    days_shared = (first[:, None] <= last) & (first <= last[:, None])
    return (
        days_shared
        & _alike(totals["region"], _same_place)
        & _alike(totals["kind"], str.__eq__)
        & _alike(totals["victim_class"], lambda a, b: ANY in (a, b) or a == b)
        & _alike(totals["attribution"], _same_author)
    )


def _alike(values: pd.Series, same: Callable[[str, str], bool]) -> NDArray[np.bool_]:
    """Compare all pairs of values, each distinct pair once."""
    codes, names = pd.factorize(values)
    table = np.array([[same(a, b) for b in names] for a in names], bool)
    pairs: NDArray[np.bool_] = table.reshape(len(names), len(names))[codes[:, None], codes]
    return pairs


def _same_place(one: str, other: str) -> bool:
    return one == other or regions.country(one) == other or one == regions.country(other)


def _same_author(one: str, other: str) -> bool:
    return UNKNOWN in (one, other) or not possible_authors(one).isdisjoint(possible_authors(other))


def possible_authors(attribution: str) -> frozenset[str]:
    """Give the authors that an attribution names: a set's members, else what it says itself.

    A rivalry is an author of its own, and so is a coalition that acts alone: neither is one
    of its members. Nothing said names nobody.
    """
    said = parse(attribution)
    return frozenset(said.members or ((str(said),) if said.sides else ()))


def lost_reports(file: str, number: int) -> tuple[str, ...]:
    """Say how coarse reports are written so that they count."""
    if not number:
        return ()
    said = counted(number, "report is coarse", "reports are coarse")
    note = (
        f"{file}: {said} (day or place not known) and set aside; as rows of totals.csv they would "
        "count: series, region, from, to, count, attribution, scope = residual, and a table "
        "[totals.SERIES] in round.toml."
    )
    return (note,)
