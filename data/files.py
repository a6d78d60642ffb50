"""Files of a round folder that no reader asks for: said, and never left aside in silence."""

from collections.abc import Sequence
from pathlib import Path

from .problems import Problems, nearest
from .rubrics import FILE as RUBRIC
from .settings import FILE as SETTINGS

LATER = {
    "links": "the US side",
    "quantities": "drug quantities",
    "flows": "routes",
}
"""Tables of the format that this version leaves aside."""
ENDS = (".csv", ".parquet", ".toml")
ALIKE = 0.8
"""From so much alike on, a name is taken for a slip of the pen: ``rivalry.csv``."""


def check_files(folder: Path, tables: Sequence[str], problems: Problems) -> list[str]:
    """Notes on the files that are not read; a problem of one that stands for a missing one.

    Parameters
    ----------
    tables
        Names of those that were asked for, whether they are there or not.
    """
    names = [*(f"{table}.csv" for table in tables), SETTINGS, RUBRIC]
    read = {*names, *(f"{table}.parquet" for table in tables)}
    paths = sorted(folder.glob("*"))
    there = {path.stem for path in paths if path.name in read}
    missing = [name for name in names if Path(name).stem not in there]
    notes = []
    for path in paths:
        name, near = path.name, nearest(path.name, names, ALIKE)
        if path.stem in LATER:
            later = f"({LATER[path.stem]}) is read by a later version; this one leaves it aside."
            notes.append(f"{name} {later}")
        elif name in read or path.suffix.casefold() not in ENDS:
            continue
        elif near in missing:
            problems.add(f"{name} is no file of a round; did you mean {near!r}?")
        else:
            notes.append(f"{name} is no file of a round; it is left aside.")
    return notes
