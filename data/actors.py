"""Who the sides of a GED event are: organizations, their ids, and the attribution.

Governments are none of the organizations, civilians are no side, the members of a
coalition are parted by ", ".
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

from .attribution import OTHER, is_swapped, parse
from .errors import InputError
from .ged import ONE_SIDED, STATE_BASED

LONGEST_ID = 64


def organization_ids(events: pd.DataFrame) -> dict[str, str]:
    """Give every organization that is named an id, the same in every import.

    Parameters
    ----------
    events
        ``type_of_violence, side_a, side_b``, as ``read_ged`` returns them.
    """
    pairs = events[["type_of_violence", "side_a", "side_b"]].drop_duplicates()
    slugs = {name: slug(name) for name in sorted(_all_named(pairs))}
    taken = pd.Series(list(slugs.values()))
    clashing = set(taken[taken.duplicated()]) | {OTHER}
    return {
        name: f"{short}-{_fingerprint(name)}" if short in clashing else short
        for name, short in slugs.items()
    }


def attributed(events: pd.DataFrame, ids: Mapping[str, str], file: str) -> pd.DataFrame:
    """Add ``attribution`` (canonical) and ``swapped``: its sides stand the other way round.

    Raises
    ------
    InputError
        Where the sides of an event make no attribution, one organization on both.
    """
    keys = ["type_of_violence", "side_a", "side_b"]
    pairs = events[keys].drop_duplicates()
    texts, problems = [], []
    for row_type, side_a, side_b in pairs.itertuples(index=False):
        texts.append(_attribution(row_type, side_a, side_b, ids))
        try:
            parse(texts[-1])
        except ValueError as error:
            problems.append(f"{file}: side_a {side_a!r}, side_b {side_b!r}: {error}")
    if problems:
        raise InputError(problems)
    pairs["attribution"] = [str(parse(text)) for text in texts]
    pairs["swapped"] = [is_swapped(text) for text in texts]
    return events.merge(pairs, on=keys, how="left", validate="many_to_one")


def roster_table(
    events: pd.DataFrame, ids: Mapping[str, str], in_window: pd.Series
) -> pd.DataFrame:
    """Make ``organizations.csv``.

    A faction ("Parent - Faction") has its parent beside it where that is in the roster.
    Contenders are named in the window, in a row that is not state-based.
    """
    rows = events.loc[in_window & (events["type_of_violence"] != STATE_BASED)]
    pairs = rows[["type_of_violence", "side_a", "side_b"]].drop_duplicates()
    contenders = _all_named(pairs)
    parents = {name: ids.get(name.split(" - ")[0], "") for name in ids if " - " in name}
    table = [
        {
            "id": short,
            "name": name,
            "parent": parents.get(name, ""),
            "relation": "part_of" if parents.get(name) else "",
            "contender": "true" if name in contenders else "false",
        }
        for name, short in ids.items()
    ]
    columns = ["id", "name", "parent", "relation", "contender"]
    return pd.DataFrame(table, columns=columns).sort_values("id", ignore_index=True)


def slug(name: str) -> str:
    """Make an id of a name: lower case, no accents, words joined by "-".

    A name too long for an id, or with no letter that ASCII knows, is told apart by a
    fingerprint.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if short and len(short) <= LONGEST_ID - 7:
        return short
    return f"{short[: LONGEST_ID - 7].strip('-') or 'organization'}-{_fingerprint(name)}"


def _fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _attribution(row_type: int, side_a: str, side_b: str, ids: Mapping[str, str]) -> str:
    sides = [side_a] if row_type == ONE_SIDED else [side_a, side_b]
    written = [
        "+".join(OTHER if _is_government(name) else ids[name] for name in _members(side))
        for side in sides
    ]
    between_states = row_type == STATE_BASED and written == [OTHER, OTHER]
    return OTHER if between_states else "><".join(written)


def _all_named(pairs: pd.DataFrame) -> set[str]:
    return {name for row in pairs.itertuples(index=False) for name in _named(*row)}


def _named(row_type: int, side_a: str, side_b: str) -> tuple[str, ...]:
    """Names of the organizations in a row; governments and civilians are none."""
    sides = side_a if row_type == ONE_SIDED else f"{side_a}, {side_b}"
    return tuple(name for name in _members(sides) if not _is_government(name))


def _members(side: str) -> list[str]:
    return [name.strip() for name in side.split(", ") if name.strip()]


def _is_government(name: str) -> bool:
    return name.startswith("Government of ")
