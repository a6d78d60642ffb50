"""``reports.csv``: what each source said of each incident, converted and cross-checked."""

from collections.abc import Mapping

import pandas as pd

from . import regions
from .naming import Names, Reading
from .problems import Problems, Table, counted, shown
from .roster import days, flags, optional
from .rounds import Settings
from .values import UNKNOWN_CLASS

NO_COUNT = -1
FAR_APART = 30
"""Days between two reports of one incident that are a reason to doubt its id."""


def whole(text: pd.Series, empty: int = NO_COUNT) -> pd.Series:
    """Convert counts that passed their schema to int64; ``empty`` stands for an empty cell."""
    return pd.to_numeric(text.mask(text == "", str(empty))).round().astype("int64")


def read_reports(
    table: Table, text: pd.DataFrame, names: Names, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Convert the judged text of ``reports.csv`` to the frame of ``Round.reports``.

    Parameters
    ----------
    text
        As ``schema.judge`` returned it.

    Returns
    -------
    The frame, and sentences on values that were changed in reading.
    """
    readings = {written: names.read(written) for written in text["attribution"].unique()}
    frame = pd.DataFrame(
        {
            "report_id": text["report_id"],
            "source": text["source"],
            "date": days(text["date"]),
            "date_end": days(text["date_end"]).fillna(days(text["date"])),
            "region": text["region"].map(regions.current),
            "kind": text["kind"],
            "victim_class": text["victim_class"].mask(text["victim_class"] == "", UNKNOWN_CLASS),
            **_counts(table, text, problems),
            "attribution": text["attribution"].map(lambda written: readings[written].text),
            "status": text["status"],
            "published": days(text["published"]),
            "retracted": flags(text["retracted"]),
            "version": whole(text["version"]),
            "supersedes": optional(text["supersedes"]),
            "incident_id": optional(text["incident_id"]),
            "precision": text["precision"],
            "municipality": optional(text["municipality"].map(_padded)),
            "latitude": pd.to_numeric(text["latitude"].where(text["latitude"] != "")),
            "longitude": pd.to_numeric(text["longitude"].where(text["longitude"] != "")),
        }
    )
    _check_attributions(table, text, readings, problems)
    frame = frame.join(_deaths(table, text, frame, readings, problems))
    _check_dates(table, frame, problems)
    _check_places(table, text, frame, problems)
    _check_versions(table, frame, problems)
    _check_incidents(table, frame, problems)
    frame, widened = _widened(table, frame)
    notes = widened + _merged(table, text, readings)
    return frame.reset_index(names="row"), notes


def _padded(code: str) -> str:
    """Give back the leading zero that spreadsheets take from a municipality's code."""
    return code.zfill(5) if code else ""


def _counts(table: Table, text: pd.DataFrame, problems: Problems) -> dict[str, pd.Series]:
    """Return victims and their bounds, each filled in from the others where it is empty."""
    given, low, high = (whole(text[name]) for name in ("victims", "victims_low", "victims_high"))
    both = (low >= 0) & (high >= 0)
    bounded = (table.written("victims_low") != "") & (table.written("victims_high") != "")
    bare = (table.written("victims") == "") & ~bounded
    problems.where(
        table,
        "victims",
        bare,
        "is empty; it is required unless victims_low and victims_high are given",
    )
    problems.where(table, "victims_low", both & (low > high), "is above victims_high")
    victims = given.where(given >= 0, ((low + high + 1) // 2).where(both, 0))
    return {
        "victims": victims,
        "victims_low": low.where(low >= 0, victims.where(high < 0, victims.clip(upper=high))),
        "victims_high": high.where(high >= 0, victims.where(low < 0, victims.clip(lower=low))),
    }


def _widened(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Stretch bounds that do not hold their own number: compilations have such rows."""
    low = frame["victims_low"].clip(upper=frame["victims"])
    high = frame["victims_high"].clip(lower=frame["victims"])
    count = int(((low != frame["victims_low"]) | (high != frame["victims_high"])).sum())
    note = (
        f"{table.file}: in {counted(count, 'row')} victims lies outside victims_low "
        "and victims_high; the bounds were stretched to hold it."
    )
    return frame.assign(victims_low=low, victims_high=high), (note,) if count else ()


def _check_attributions(
    table: Table, text: pd.DataFrame, readings: Mapping[str, Reading], problems: Problems
) -> None:
    for written, reading in readings.items():
        if reading.fault:
            rows = text.index[text["attribution"] == written]
            problems.values(
                table, "attribution", text.loc[rows, "attribution"], _clause(reading.fault)
            )


def _clause(fault: str) -> str:
    return fault if fault.startswith("names ") else f"cannot be read: {fault}"


def _merged(table: Table, text: pd.DataFrame, readings: Mapping[str, Reading]) -> tuple[str, ...]:
    count = sum(readings[written].merged for written in text["attribution"])
    said = counted(
        count,
        "clash between organizations that are rolled up into one is read as that one's own",
        "clashes between organizations that are rolled up into one are read as that one's own",
    )
    return (f"{table.file}: {said}.",) if count else ()


def _deaths(
    table: Table,
    text: pd.DataFrame,
    frame: pd.DataFrame,
    readings: Mapping[str, Reading],
    problems: Problems,
) -> pd.DataFrame:
    """Return dead of each side, in canonical order; -1 where they are not given."""
    sides = text["victims_by_side"].str.extract(r"^(\d+)\s*><\s*(\d+)$")
    first, second = (whole(sides[side].fillna("")) for side in (0, 1))
    given = first >= 0
    clash = text["attribution"].str.contains("><", regex=False)
    problems.where(
        table, "victims_by_side", given & ~clash, "needs an attribution with two sides, a><b"
    )
    most = frame[["victims", "victims_high"]].max(axis=1)
    problems.where(
        table, "victims_by_side", given & (first + second > most), "adds up to more than victims"
    )
    swapped = text["attribution"].map(lambda written: readings[written].swapped).astype(bool)
    rivals = text["attribution"].map(lambda written: readings[written].is_rivalry).astype(bool)
    return pd.DataFrame(
        {
            "deaths_a": first.mask(swapped, second).where(rivals, NO_COUNT),
            "deaths_b": second.mask(swapped, first).where(rivals, NO_COUNT),
        }
    )


def _check_dates(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    problems.where(table, "date_end", frame["date_end"] < frame["date"], "is earlier than date")
    problems.where(
        table,
        "published",
        frame["published"] < frame["date"],
        "is earlier than date: nothing is reported before it happened",
    )


def check_calendar(
    table: Table, frame: pd.DataFrame, settings: Settings, problems: Problems
) -> None:
    """Note reports of days after ``as_of`` that are not said to be published after it.

    One that is published later is no fault: it is set aside like any other that came later.
    """
    frame = frame.set_index("row")
    as_of = pd.Timestamp(settings.as_of)
    early = ~(frame["published"] > as_of)
    clause = f"is later than as_of, {settings.as_of}, and published is not: it cannot be known yet"
    problems.where(table, "date", early & (frame["date"] > as_of), clause)
    ends_late = (frame["date_end"] > as_of) & (frame["date"] <= as_of)
    problems.where(table, "date_end", early & ends_late, clause)


def _check_places(
    table: Table, text: pd.DataFrame, frame: pd.DataFrame, problems: Problems
) -> None:
    half = (text["latitude"] == "") != (text["longitude"] == "")
    problems.where(table, "latitude", half, "needs longitude beside it, and longitude latitude")
    states = frame["region"].map(
        lambda code: regions.BY_ID[code].inegi if code in regions.BY_ID else ""
    )
    elsewhere = (
        (text["municipality"] != "") & (states != "") & (frame["municipality"].str[:2] != states)
    )
    problems.where(
        table,
        "municipality",
        elsewhere,
        "is not in the region: its first two digits are another state's",
    )


def _check_versions(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    """Note a report that supersedes one of another source, or in the end itself."""
    older = frame["supersedes"]
    source = dict(zip(frame["report_id"], frame["source"], strict=True))
    unknown = older.notna() & ~older.isin(source)
    problems.where(table, "supersedes", unknown, "is no report_id of this file")
    foreign = older.notna() & ~unknown & (older.map(source) != frame["source"])
    problems.where(table, "supersedes", foreign, "is a report of another source")
    chain = {i: o for i, o in zip(frame["report_id"], older, strict=True) if o is not None}
    circular = frame["report_id"].map(lambda report: _returns(report, chain)).astype(bool)
    problems.where(table, "supersedes", circular, "leads back to the report itself")


def _returns(start: str, chain: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    here = chain.get(start)
    while here is not None and here != start and here not in seen:
        seen.add(here)
        here = chain.get(here)
    return here == start


def _check_incidents(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    empty = frame["incident_id"].isna()
    if not empty.all():
        problems.where(
            table,
            "incident_id",
            empty,
            "is empty, though other rows have one; give it on every row or on none",
        )
    elif len(frame["source"].unique()) > 1:
        problems.add(
            f"{table.file}: column 'incident_id' is required with several sources: this "
            "version does not link their reports; reports with the same incident_id are "
            "one incident"
        )


def incident_notes(table: Table, frame: pd.DataFrame) -> tuple[str, ...]:
    """Doubt incidents whose reports lie far apart: sources' own running numbers collide."""
    if frame["incident_id"].isna().any():
        return ()
    states = frame["region"].where(frame["region"].str.contains("-"))  # a country holds them all
    by_incident = frame.assign(region=states).groupby("incident_id")
    days_apart = (by_incident["date"].max() - by_incident["date_end"].min()).dt.days
    number_of_states = by_incident["region"].agg("nunique")
    far = (days_apart > FAR_APART) | (number_of_states > 1)
    if not far.any():
        return ()
    said, first = counted(int(far.sum()), "incident", "incidents"), shown(str(far.index[far][0]))
    note = (
        f"{table.file}: in {said} the reports with one incident_id name several regions or lie "
        f"more than {FAR_APART} days apart (first: {first}); one incident_id must mean one "
        "incident in all sources."
    )
    return (note,)


def coverage_notes(table: Table, frame: pd.DataFrame, sources: pd.DataFrame) -> tuple[str, ...]:
    """Say how many reports lie where their source was declared not to be looking."""
    known = frame.loc[frame["source"].isin(sources.index)]
    of = sources.loc[known["source"]].set_index(known.index)
    outside = {
        "regions": _outside(known["region"], of["regions"]),
        "kinds": _outside(known["kind"], of["kinds"]),
        "from and to": (known["date_end"] < of["from"]) | (known["date"] > of["to"]),
    }
    notes = []
    for what, mask in outside.items():
        counts = known.loc[mask, "source"].value_counts().sort_index()
        for source, count in counts.items():
            of_it = shown(source)
            lie = counted(count, f"report of {of_it} lies", f"reports of {of_it} lie")
            notes.append(f"{table.file}: {lie} outside the {what} of its row in sources.csv.")
    return tuple(notes)


def _outside(values: pd.Series, covered: pd.Series) -> pd.Series:
    pairs = zip(values, covered, strict=True)
    verdicts = [bool(some) and value not in some for value, some in pairs]
    return pd.Series(verdicts, values.index, dtype=bool)


def check_published(
    table: Table, frame: pd.DataFrame, sources: pd.DataFrame, problems: Problems
) -> None:
    """Note reports without a day of publication whose source is declared to have one."""
    known = set(sources.index[sources["published"] == "known"])
    lacking = set(frame.loc[frame["published"].isna(), "source"]) & known
    for source in sorted(lacking):
        problems.add(
            f"{table.file}: column published is empty in reports of {shown(source)}, "
            "which sources.csv declares as published = known"
        )
