"""Who is where, who fights whom, what happened around the reports, what makes sources see less.

Each reader converts the judged text of one table and checks what compares its cells.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from .attribution import OTHER
from .naming import Names
from .problems import Problems, Table, counted, listed, numbered, shown
from .references import NO_ORGANIZATION, NO_VALUE
from .roster import days
from .rounds import Settings

FIRST, LAST = pd.Timestamp("1900-01-01"), pd.Timestamp("2099-12-31")
"""Stand for ends that are open: no day of a round lies outside them."""


def found(
    table: Table, text: pd.DataFrame, column: str, names: Names, problems: Problems
) -> pd.Series:
    """Find the ids of a column of organizations; None where a cell is empty or unknown."""
    ids = text[column].map(lambda name: names.find(name) if name else None).astype(object)
    lost = ids.isna() & (text[column] != "")
    choices = sorted(set(names.ids.values()))
    problems.where(table, column, lost, f"is {NO_ORGANIZATION}", choices)
    return ids.where(ids.notna(), None)


def check_ends(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    """Note stretches of days that end before they begin."""
    problems.where(table, "to", frame["to"] < frame["from"], "is earlier than from")


def read_presence(
    table: Table, text: pd.DataFrame, names: Names, problems: Problems
) -> pd.DataFrame:
    """Convert the judged text of ``presence.csv`` to the frame of ``Round.presence``."""
    ids = found(table, text, "organization", names, problems)
    clause = "is built in, violence by none of the organizations, and may be everywhere"
    problems.where(table, "organization", ids == OTHER, clause)
    frame = pd.DataFrame(
        {
            "organization": ids.map(names.rolled),
            "region": text["region"],
            "from": days(text["from"]),
            "to": days(text["to"]),
        }
    )
    check_ends(table, frame, problems)
    return frame.reset_index(drop=True)


def read_rivalries(
    table: Table, text: pd.DataFrame, names: Names, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Convert the judged text of ``rivalries.csv``.

    Returns
    -------
    The frame of ``Round.rivalries``, and a sentence on rows that roll-up left without sense.
    """
    written = {c: found(table, text, c, names, problems) for c in ("organization", "other")}
    for column, ids in written.items():
        clause = "is built in, violence by none of the organizations, and has no rivals"
        problems.where(table, column, ids == OTHER, clause)
    same = written["organization"].notna() & (written["organization"] == written["other"])
    problems.where(table, "other", same, "is the organization itself; a rivalry has two sides")
    frame = pd.DataFrame(
        {
            **{column: ids.map(names.rolled) for column, ids in written.items()},
            "weight": pd.to_numeric(text["weight"].where(text["weight"] != "")),
            "from": days(text["from"]),
            "to": days(text["to"]),
        }
    )
    check_ends(table, frame, problems)
    _check_pairs(table, frame.assign(**written), problems)
    merged = frame["organization"].notna() & (frame["organization"] == frame["other"]) & ~same
    said = counted(
        int(merged.sum()),
        "rivalry is between organizations that are rolled up into one, and is",
        "rivalries are between organizations that are rolled up into one, and are",
    )
    notes = (f"{table.file}: {said} left aside.",) if merged.any() else ()
    return frame[~merged].reset_index(drop=True), notes


def _check_pairs(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    """Note rows of one pair, in either order, that share days: which weight holds is not said."""
    good = frame["organization"].notna() & frame["other"].notna() & ~(frame["to"] < frame["from"])
    for column in ("from", "to"):
        good &= frame[column].notna() | (table.written(column).str.strip() == "")
    ends = frame.loc[good, ["organization", "other"]]
    for (one, other), rows in frame[good].groupby([ends.min(axis=1), ends.max(axis=1)]):
        again = sorted(
            {row for pair in combinations(rows.index, 2) if _meet(rows, *pair) for row in pair}
        )
        if again:
            problems.add(
                f"{table.file} {numbered(again)}: the rivalry of {shown(one)} and {shown(other)} "
                "is given more than once for the same days"
            )


def _meet(rows: pd.DataFrame, one: object, other: object) -> bool:
    """Whether two rows share a day."""
    first, last = (rows.loc[[one, other], column] for column in ("from", "to"))
    return bool(first.fillna(FIRST).max() <= last.fillna(LAST).min())


def read_events(
    table: Table, text: pd.DataFrame, names: Names, settings: Settings, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Convert the judged text of ``events.csv``.

    Returns
    -------
    The frame of ``Round.events``, and a sentence on events outside the modelled days.
    """
    ids = found(table, text, "organization", names, problems)
    clause = "is built in, violence by none of the organizations; leave it empty for all of them"
    problems.where(table, "organization", ids == OTHER, clause)
    frame = pd.DataFrame(
        {
            "date": days(text["date"]),
            "type": text["type"],
            "organization": ids.fillna(""),
            "region": text["region"],
        }
    )
    again = frame[frame.duplicated(keep=False) & frame["date"].notna() & (frame["type"] != "")]
    for _, rows in again.groupby(list(frame.columns)):
        problems.add(f"{table.file} {numbered(list(rows.index))}: the same event is given twice")
    frame["organization"] = frame["organization"].map(names.rolled)
    first, last = pd.Timestamp(settings.history), pd.Timestamp(settings.scored[1])
    outside = int(((frame["date"] < first) | (frame["date"] > last)).sum())
    said = counted(
        outside,
        "event lies outside history and window, and says nothing",
        "events lie outside history and window, and say nothing",
    )
    notes = (f"{table.file}: {said}.",)
    return frame.reset_index(drop=True), notes if outside else ()


def read_covariates(
    table: Table,
    text: pd.DataFrame,
    regions: tuple[str, ...],
    sources: tuple[str, ...],
    problems: Problems,
) -> pd.DataFrame:
    """Convert the judged text of ``covariates.csv`` to the frame of ``Round.covariates``."""
    frame = pd.DataFrame(
        {
            "name": text["name"],
            "region": text["region"],
            "source": text["source"],
            "value": pd.to_numeric(text["value"].where(text["value"] != "")),
        }
    )
    sound = frame[(text[["name", "region", "value"]] != "").all(axis=1)]
    whole = (table.written("source") == "") | (text["source"] != "")
    for name, rows in () if table.refused else sound.groupby("name"):
        again = rows[rows.duplicated(["region", "source"], keep=False)]
        if not again.empty:
            where = numbered(list(again.index))
            problems.add(f"{table.file} {where}: {shown(name)} is given twice for one place")
        elif whole[frame["name"] == name].all() and (frame["name"] == name).sum() == len(rows):
            _check_complete(table, rows, regions, sources, problems)
    return frame.reset_index(drop=True)


def spread(rows: pd.DataFrame, regions: tuple[str, ...], sources: tuple[str, ...]) -> pd.DataFrame:
    """Lay the values of one covariate out: index source, one column a region, NaN where none.

    A row that names a source goes before one that speaks of all of them.
    """
    values = pd.DataFrame(index=list(sources), columns=list(regions), dtype=float)
    for source in ("", *sources):
        own = rows[rows["source"] == source].set_index("region")["value"]
        values.loc[source or slice(None), list(own.index)] = own.to_numpy()
    return values


def _check_complete(
    table: Table,
    rows: pd.DataFrame,
    regions: tuple[str, ...],
    sources: tuple[str, ...],
    problems: Problems,
) -> None:
    """Note where a covariate has no value, and one that is the same everywhere."""
    name = shown(rows["name"].iloc[0])
    named = set(rows["source"])
    concerned = tuple(s for s in sources if "" in named or s in named)
    values = spread(rows, regions, concerned)
    lacking: dict[tuple[str, ...], list[str]] = {}
    for source, row in values.iterrows():
        lacking.setdefault(tuple(row.index[row.isna()]), []).append(str(source))
    lacking.pop((), None)
    for places, without in lacking.items():
        of = "" if len(without) == len(sources) else f" of {listed(without)}"
        problems.add(f"{table.file}: covariate {name} {NO_VALUE} {listed(places)}{of}")
    if not lacking and np.unique(values.to_numpy()).size == 1:
        problems.add(
            f"{table.file}: covariate {name} is the same everywhere, so that it explains nothing; "
            "remove it"
        )
