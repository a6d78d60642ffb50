"""From a table of relations between groups to the ``rivalries.csv`` of a round.

Read are ``relation, group, other, weight``, as in ``bacrim2020_relations.csv``; rivalries
alone are taken, between groups that the round's roster knows. Such a table tells the same
rivalry from both sides, and may know one organization by several names: of the rows of one
pair the largest weight counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from . import schema, sideschema
from .errors import InputError
from .folder import csv_text
from .naming import Names
from .problems import Problems, counted, numbered
from .readers import Reader
from .roster import read_organizations
from .tables import read_table

RIVALRY = "rivalry"
FILE = "rivalries.csv"
NO_RIVALRY = "no rivalry"
STRANGERS = "a name that the round's organizations.csv does not hold"
ONE = "both names are one organization"
_IN_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)", re.DOTALL)


@dataclass(frozen=True)
class RelationsReport:
    """What an import of relations read, wrote and left out.

    Attributes
    ----------
    file
        What was written.
    rows_read, rows_used
        Rows of the table, and those that a rivalry was made of.
    rivalries
        Pairs of organizations written.
    left_out
        Rows that were not used, by reason.
    strange_rows
        Lines of the file with a rivalry of a name that the roster does not hold. The names are not
        repeated: in such tables some are persons'.
    """

    file: Path
    rows_read: int
    rows_used: int
    rivalries: int
    left_out: Mapping[str, int]
    strange_rows: tuple[int, ...]

    def sentences(self) -> tuple[str, ...]:
        """Say what was done, for the command."""
        written = counted(self.rivalries, "rivalry", "rivalries")
        read = counted(self.rows_read, "row")
        left = [f"{counted(n, 'row')} left out: {why}." for why, n in self.left_out.items() if n]
        rows = f"Names that are not known: {numbered(self.strange_rows)} of the table."
        return (
            f"{self.file}: {written} of {self.rows_used:,} of {read} read.",
            *left,
            *((rows,) if self.strange_rows else ()),
        )


def import_relations(file: Path, folder: Path) -> RelationsReport:
    """Write ``rivalries.csv`` into a round folder.

    Parameters
    ----------
    file
        CSV or Parquet with ``relation, group, other, weight``.
    folder
        A round folder with ``organizations.csv``.

    Raises
    ------
    InputError
        Where either cannot be read, where nothing can be taken, and where the folder holds
        other rivalries already.
    """
    names = _roster(folder)
    rows = _read(file)
    rivals = rows[rows["relation"] == RIVALRY]
    ids = {name: _find(names, name) for name in {*rivals["group"], *rivals["other"]}}
    one, other = (rivals[column].map(ids) for column in ("group", "other"))
    known = one.notna() & other.notna()
    apart = known & (one != other)
    table = _pairs(rivals[apart].assign(group=one, other=other))
    if table.empty:
        raise InputError([f"{file}: holds no rivalry between two organizations of {folder}"])
    left_out = {
        NO_RIVALRY: len(rows) - len(rivals),
        STRANGERS: int((~known).sum()),
        ONE: int((known & ~apart).sum()),
    }
    strange = tuple(int(row) for row in rivals.index[~known])
    path = _write(folder / FILE, csv_text(table))
    return RelationsReport(path, len(rows), int(apart.sum()), len(table), left_out, strange)


def _roster(folder: Path) -> Names:
    """Read the roster alone: the rest of the round may not be complete yet."""
    reader = Reader(folder)
    if not folder.is_dir():
        raise InputError([f"{folder} is no folder; a round is a folder with organizations.csv"])
    text = reader.needed("organizations", schema.organizations())
    _, names = read_organizations(reader.tables["organizations"], text, reader.problems)
    reader.problems.stop_if_any()
    return names


def _read(file: Path) -> pd.DataFrame:
    problems = Problems()
    if file.suffix not in (".csv", ".parquet") or not file.is_file():
        raise InputError([f"{file} is no file of type .csv or .parquet"])
    table = read_table(file.parent, file.stem, problems)
    if table is None:
        raise InputError(problems.sentences)
    text, _ = schema.judge(table, sideschema.relations(), problems)
    problems.stop_if_any()
    return text.assign(weight=pd.to_numeric(text["weight"]))


def _find(names: Names, written: str) -> str | None:
    """Find a group by its name, or by what stands before or in brackets: "… Cartel (CJNG)"."""
    parts = _IN_BRACKETS.fullmatch(written)
    ways = (written, *parts.groups()) if parts else (written,)
    if names.find(written):
        return names.find(written)
    found = {names.find(way) for way in ways} - {None}
    return found.pop() if len(found) == 1 else None


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each pair of organizations once, in alphabetical order, with its largest weight."""
    pairs = pd.DataFrame(
        {
            "organization": rows[["group", "other"]].min(axis=1),
            "other": rows[["group", "other"]].max(axis=1),
            "weight": rows["weight"],
        }
    )
    return pairs.groupby(["organization", "other"])["weight"].max().reset_index()


def _write(path: Path, text: str) -> Path:
    """Write the table, in place of none but one that says the same."""
    packed = path.with_suffix(".parquet")
    if packed.exists() or (path.exists() and path.read_bytes() != text.encode()):
        there = packed if packed.exists() else path
        raise InputError([f"{there} exists and says something else; move it away first"])
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
