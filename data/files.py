"""Files of a round folder that no reader asks for: said, and never left aside in silence."""

from pathlib import Path

from .problems import Problems, nearest

LATER = {
    "links": "the US side",
    "quantities": "drug quantities",
    "flows": "routes",
}
"""Tables of the format that this version leaves aside."""
TABLES = (
    "reports", "sources", "organizations", "mappings", "totals", "presence", "rivalries", "events",
    "covariates",
)  # fmt: skip
READ = (*(f"{name}.csv" for name in TABLES), "round.toml", "rubric.toml")
ENDS = (".csv", ".parquet", ".toml")
ALIKE = 0.8
"""From so much alike on, a name is taken for a slip of the pen: ``rivalry.csv``."""


def check_files(folder: Path, problems: Problems) -> list[str]:
    """Notes on the files that are not read; a problem of one that stands for a missing one."""
    notes = []
    for path in sorted(one for one in folder.glob("*") if one.suffix.casefold() in ENDS):
        name, stem = path.name, path.stem
        if name in READ or (stem in TABLES and path.suffix == ".parquet"):
            continue
        if stem in LATER:
            later = f"({LATER[stem]}) is read by a later version; this one leaves it aside."
            notes.append(f"{name} {later}")
            continue
        near = nearest(name, READ, ALIKE)
        if near and not _is_there(folder, near):
            problems.add(f"{name} is no file of a round; did you mean {near!r}?")
        else:
            notes.append(f"{name} is no file of a round; it is left aside.")
    return notes


def _is_there(folder: Path, name: str) -> bool:
    present = {path.name for path in folder.glob("*")}
    return name in present or name.replace(".csv", ".parquet") in present
