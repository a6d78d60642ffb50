"""``organizations.csv`` and ``sources.csv``: who may have done it, and who may tell of it."""

from collections.abc import Mapping

import pandas as pd

from .attribution import OTHER
from .naming import Names
from .problems import Problems, Table, listed, meant, shown
from .references import NO_ORGANIZATION
from .rules import TRUE, split
from .values import GOES_BY_NAME, fold, mean_sd, unfit


def days(text: pd.Series) -> pd.Series:
    """Convert ISO days that passed their schema to datetime64; empty ones are NaT."""
    return pd.to_datetime(text.where(text != ""), format="%Y-%m-%d").astype("datetime64[us]")


def flags(text: pd.Series) -> pd.Series:
    """Convert flags that passed their schema to bool."""
    return text.isin(TRUE)


def optional(text: pd.Series) -> pd.Series:
    """Convert text to objects, None where it is empty."""
    return text.astype(object).where(text != "", None)


def read_organizations(
    table: Table, text: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, Names]:
    """Convert the judged text of ``organizations.csv``, and check names and lineage.

    Returns
    -------
    The frame of ``Round.organizations``, and the names that reports may use.
    """
    frame = pd.DataFrame(
        {
            "id": text["id"],
            "name": text["name"],
            "aliases": text["aliases"].map(split),
            "active_from": days(text["active_from"]),
            "active_to": days(text["active_to"]),
            "parent": optional(text["parent"]),
            "relation": optional(text["relation"]),
            "roll_up": flags(text["roll_up"]),
            "contender": flags(text["contender"]),
            "disputed": text["disputed"].map(split),
        }
    )
    problems.where(
        table, "active_to", frame["active_to"] < frame["active_from"], "is earlier than active_from"
    )
    _check_aliases(table, frame, problems)
    names = _read_names(table, frame, problems)
    frame["parent"] = _read_parents(table, frame, names, problems)
    names = Names(names.ids, _scored_under(table, frame, problems))
    return frame.set_index("id"), names


def lineage_notes(table: Table, frame: pd.DataFrame) -> tuple[str, ...]:
    """Say whose parent is disputed: one answer is taken, and the other is a run of its own."""
    return tuple(
        f"{table.file}: the parent of {shown(str(name))} is disputed, and its violence is scored "
        f"{'under it' if rolled_up else 'apart'}, as roll_up says; run the round with roll_up "
        f"{'false' if rolled_up else 'true'} as well and compare."
        for name, rolled_up, disputed in frame[["roll_up", "disputed"]].itertuples()
        if "parent" in disputed
    )


def copy_notes(table: Table, frame: pd.DataFrame) -> tuple[str, ...]:
    """Say which sources of a group may repeat each other's names where no copying is modelled."""
    by_name = frame[frame["coverage"].isin(GOES_BY_NAME) & frame["group"].notna()]
    return tuple(
        f"{table.file}: {listed(one.index.map(str))} of group {shown(str(group))} list what names "
        "an organization and nothing else; a name that one has from another counts as a witness "
        "of its own. Run the round without one of them as well and compare."
        for group, one in by_name.groupby("group", sort=False)
        if len(one) > 1
    )


def _check_aliases(table: Table, frame: pd.DataFrame, problems: Problems) -> None:
    for row, aliases in frame["aliases"].items():
        for alias in aliases:
            if unfit(alias):
                problems.add(f"{table.file} row {row}: alias {shown(alias)} {unfit(alias)}")


def _read_names(table: Table, frame: pd.DataFrame, problems: Problems) -> Names:
    """Map every way to write an organization to its id; one way may mean only one."""
    meanings: dict[str, dict[str, str]] = {}
    for organization, name, aliases in zip(
        frame["id"], frame["name"], frame["aliases"], strict=True
    ):
        for written in (organization, name, *aliases):
            if organization and fold(written):
                meanings.setdefault(fold(written), {})[organization] = written
    for folded, owners in meanings.items():
        if len(owners) > 1 and len({fold(owner) for owner in owners}) > 1:
            problems.add(
                f"{table.file}: {shown(next(iter(owners.values())))} names "
                f"{listed(owners)}; a name or alias must mean one organization"
            )
        elif folded == OTHER and fold(next(iter(owners))) != OTHER:
            problems.add(
                f"{table.file}: {next(iter(owners))!r} is also called 'other', which is "
                "built in: violence by none of the organizations"
            )
    refused = {fold(w): r[0] for r in table.refused if r[0] for cell in r for w in split(cell)}
    return Names(refused | {folded: next(iter(owners)) for folded, owners in meanings.items()})


def _read_parents(table: Table, frame: pd.DataFrame, names: Names, problems: Problems) -> pd.Series:
    parents = frame["parent"].map(lambda name: names.find(name) if name else None)
    lost = frame["parent"].notna() & parents.isna()
    ids = [name for name in frame["id"] if name]
    problems.where(table, "parent", lost, f"is {NO_ORGANIZATION}", ids)
    problems.where(table, "parent", parents == OTHER, "is built in and parent of nobody")
    problems.where(
        table, "parent", parents.notna() & (parents == frame["id"]), "is the organization itself"
    )
    alone = frame["roll_up"] & frame["parent"].isna()
    problems.where(table, "roll_up", alone, "needs a parent to be scored under")
    own = (parents == frame["id"]) | (parents == OTHER)
    return parents.astype(object).where(parents.notna() & ~own, None)


def _scored_under(table: Table, frame: pd.DataFrame, problems: Problems) -> dict[str, str]:
    """Follow each rolled-up organization to the one that is scored for it."""
    parents = {i: p for i, p in zip(frame["id"], frame["parent"], strict=True) if p}
    rolled = set(frame.loc[frame["roll_up"], "id"])
    circles = {tuple(sorted(circle)) for i in parents if (circle := _circle(i, parents))}
    for circle in sorted(circles):
        problems.add(
            f"{table.file}: column parent runs in a cycle: {' -> '.join(circle)} -> "
            f"{circle[0]}; a lineage must have a beginning"
        )
    under = {}
    for organization in () if circles else rolled & set(parents):
        parent = parents[organization]
        while parent in rolled and parent in parents:
            parent = parents[parent]
        under[organization] = parent
    return under


def _circle(start: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the cycle through ``start``, or nothing."""
    path = [start]
    while (parent := parents.get(path[-1])) is not None and parent not in path:
        path.append(parent)
    return tuple(path) if parent == start else ()


def read_sources(table: Table, text: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Convert the judged text of ``sources.csv`` to the frame of ``Round.sources``."""
    frame = pd.DataFrame(
        {
            "id": text["id"],
            "name": text["name"],
            "type": text["type"],
            "group": optional(text["group"]),
            "regions": text["regions"].map(split),
            "kinds": text["kinds"].map(split),
            "from": days(text["from"]),
            "to": days(text["to"]),
            "coverage": text["coverage"],
            "silence": text["silence"],
            "published": text["published"],
            "accuracy_prior": text["accuracy_prior"].map(mean_sd).astype(object),
        }
    )
    problems.where(table, "to", frame["to"] < frame["from"], "is earlier than from")
    frame["accuracy_prior"] = frame["accuracy_prior"].where(frame["accuracy_prior"].notna(), None)
    return frame.set_index("id")


def check_exclude(exclude: tuple[str, ...], known: tuple[str, ...], problems: Problems) -> None:
    """Note what the round excludes though the roster does not hold it."""
    for name in exclude:
        if name not in known:
            problems.add(
                f"round.toml: exclude holds {shown(name)}, which is not in "
                f"organizations.csv{meant(name, [i for i in dict.fromkeys(known) if i])}"
            )
