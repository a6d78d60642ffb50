"""``mappings.csv``: names that may be several organizations, and what a report says by one.

A report that names nothing but such a name says a weighted set, ``a@0.7|b@0.3``, by the
probabilities that hold on its date.
"""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
from pandas.api.typing import NaTType

from .attribution import adds_up
from .naming import Names
from .problems import Problems, Table, listed, numbered, shown
from .roster import days
from .sidetables import FIRST, LAST, check_ends, found
from .values import fold

DAY = pd.Timedelta(days=1)


def read_mappings(
    table: Table, text: pd.DataFrame, names: Names, problems: Problems
) -> tuple[pd.DataFrame, Names]:
    """Convert the judged text of ``mappings.csv``.

    Returns
    -------
    The frame of ``Round.mappings``, and the names, which now know those of the table.
    """
    frame = pd.DataFrame(
        {
            "name": text["name"],
            "organization": found(table, text, "organization", names, problems),
            "probability": pd.to_numeric(text["probability"].where(text["probability"] != "")),
            "from": days(text["from"]),
            "to": days(text["to"]),
        }
    )
    check_ends(table, frame, problems)
    taken = text["name"].map(lambda name: bool(name) and names.find(name) is not None)
    clause = "is in organizations.csv, too: a name means one organization, or several"
    problems.where(table, "name", taken, clause)
    written = {fold(name) for name in (*table.written("name"), *table.refused_ids())}
    for _, rows in () if table.refused else frame.groupby(frame["name"].map(fold)):
        _check_probabilities(table, rows, problems)
    return frame, replace(names, several=frozenset(written - {""}))


def resolved(
    table: Table, text: pd.DataFrame, mappings: pd.DataFrame, names: Names, problems: Problems
) -> pd.DataFrame:
    """Put weighted sets in the place of names that may be several.

    Parameters
    ----------
    table, text
        ``reports.csv``, and its judged text.
    mappings
        As ``read_mappings`` returned it.
    """
    folded = text["attribution"].map({name: fold(name) for name in text["attribution"].unique()})
    pairs = pd.DataFrame({"name": folded, "date": days(text["date"])})[folded.isin(names.several)]
    key = mappings["name"].map(fold)
    sets = {
        (name, date): _set_on(mappings[key == name], date)
        for name, date in pairs.drop_duplicates().itertuples(index=False)
    }
    said = pd.Series([sets[pair] for pair in pairs.itertuples(index=False, name=None)], pairs.index)
    unsaid = said.isna().reindex(text.index, fill_value=False)
    clause = "is in mappings.csv, but for other days than the report's date"
    problems.where(table, "attribution", unsaid, clause)
    attribution = text["attribution"].mask(folded.isin(names.several), said.fillna(""))
    return text.assign(attribution=attribution)


def _set_on(rows: pd.DataFrame, date: pd.Timestamp | NaTType) -> str | None:
    """Write what a name means on a day; None where it means nothing then, "" after a fault."""
    if pd.isna(date) or rows.empty or rows.isna()[["organization", "probability"]].any(axis=None):
        return ""
    valid = rows[_valid(rows, date)]
    if valid.empty:
        return None
    weights = [float(weight) for weight in valid["probability"]]
    members = zip(valid["organization"], weights, strict=True)
    return "|".join(f"{name}@{weight!r}" for name, weight in members) if adds_up(weights) else ""


def _valid(rows: pd.DataFrame, date: pd.Timestamp) -> pd.Series:
    return (rows["from"].fillna(FIRST) <= date) & (date <= rows["to"].fillna(LAST))


def _check_probabilities(table: Table, rows: pd.DataFrame, problems: Problems) -> None:
    """Note days on which the probabilities of one name do not add up, or one is given twice."""
    name = rows["name"].iloc[0]
    if not name or rows[["organization", "probability"]].isna().any(axis=None):
        return
    for start, valid in _spans(rows):
        when = "" if start == FIRST else f" from {start:%Y-%m-%d} on"
        twice = valid["organization"].duplicated(keep=False)
        if twice.any():
            ids = listed(sorted(set(valid.loc[twice, "organization"])))
            where = numbered(list(valid.index[twice]))
            problems.add(f"{table.file} {where}: {shown(name)} has {ids} more than once{when}")
        elif not adds_up(list(valid["probability"])):
            total = f"{valid['probability'].sum():.6g}"
            where = numbered(list(valid.index))
            of_it = f"{table.file} {where}: probabilities of {shown(name)}"
            problems.add(f"{of_it} add up to {total}{when}, not to 1")


def _spans(rows: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Cut time where some row begins or ends; give each span's first day, and its rows."""
    ends = rows["to"].dropna() + DAY
    for start in sorted({*rows["from"].fillna(FIRST), *ends}):
        valid = rows[_valid(rows, start)]
        if not valid.empty:
            yield start, valid
