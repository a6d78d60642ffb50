"""Adding totals to a round folder that is there: both files change, or none does."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from .contradictions import in_unit
from .errors import InputError
from .evidence import Evidence
from .folder import csv_text
from .problems import Problems, listed
from .readers import read_round
from .rounds import Round
from .tables import read_table
from .tabulate import tabulate
from .totals import INCLUSIVE, overlapping
from .values import MOST_TOTAL

TOTALS, SETTINGS = "totals.csv", "round.toml"
"""The files that change."""
KIND = "homicide"
FIRST_ROW = 2
"""Number of the first row below the header, as messages count them."""
MOST_SHORT = 0.1
"""Share of the counts that may be below what a source reports there that feeds the series: of the
federal series of 2007 to 2010, beside UCDP, at most one month in twenty is. A choice."""


def totals_rows(parts: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Write inclusive totals as rows of ``totals.csv``.

    Parameters
    ----------
    parts
        ``series, region, from, to`` (whole months), ``count``.
    """
    rows = parts.sort_values(["series", "from", "region"], ignore_index=True)
    return pd.DataFrame(
        {
            "series": rows["series"],
            "region": rows["region"],
            "from": rows["from"].dt.strftime("%Y-%m-%d"),
            "to": rows["to"].dt.strftime("%Y-%m-%d"),
            "kind": KIND,
            "count": rows["count"].astype(str),
            "unit": unit,
            "scope": INCLUSIVE,
        }
    )


def check_room(rows: pd.DataFrame, round_: Round) -> None:
    """Refuse totals of events that an inclusive total of the round counts already.

    Raises
    ------
    InputError
        Naming the series that count them.
    """
    if round_.totals is None:
        return
    there = round_.totals[round_.totals["scope"] == INCLUSIVE]
    new = rows.assign(
        **{name: pd.to_datetime(rows[name]) for name in ("from", "to")},
        victim_class="",
        attribution="",
    )
    names = ["from", "to", "region", "kind", "victim_class", "attribution"]
    both = overlapping(pd.concat([there[names], new[names]], ignore_index=True))
    common = both[: len(there), len(there) :]
    if common.any():
        series = sorted(set(there.loc[common.any(axis=1), "series"]))
        said = (
            f"{TOTALS}: the round has inclusive totals of {int(common.any(axis=0).sum())} of these "
            f"already ({listed(series)}); a second one would count the same unseen violence twice: "
            "take those away first, or leave these"
        )
        raise InputError([said])


def widened(folder: Path, rows: pd.DataFrame, declared: str) -> tuple[pd.DataFrame, int]:
    """Let counts below what their own sources report there range to as far above that.

    A series that another source feeds counts what that one reports, but for errors of day, place
    or copying. Where it counts less, an error that large was made, and one as large the other way
    could have been: the number lies in [count, held + (held − count)]. Were it at most what is
    held, the law T = held + … would leave that number alone, and nothing unseen.

    Where more than ``MOST_SHORT`` of those are below, the source does not feed the series, and
    they are left as they are: ``amend`` will refuse them.

    Returns
    -------
    The rows, with ``count_low`` and ``count_high`` where that is needed, and how many have them.

    Raises
    ------
    InputError
        Where the round would be at fault in other ways.
    """
    unbounded = rows.assign(count_low="0", count_high=str(MOST_TOTAL))
    evidence = _tried(folder, _texts(folder, unbounded, declared))
    found = evidence.aggregates
    if found is None:
        return rows, 0
    first, held = _line_of(folder), in_unit(evidence)[1]
    own = [(lines[0] - first, n) for lines, n in zip(found.table["rows"], held, strict=True)]
    reported = pd.Series({at: number for at, number in own if at >= 0 and number > 0}, dtype=float)
    counted = rows["count"].astype(float)
    short = reported[reported > counted.loc[reported.index]]
    if short.empty or len(short) > MOST_SHORT * len(reported):
        return rows, 0
    low = rows["count"].where(rows.index.isin(short.index), "")
    most = 2.0 * short - counted.loc[short.index]
    high = most.map("{:.0f}".format).reindex(rows.index).fillna("")
    return rows.assign(count_low=low, count_high=high), len(short)


def amend(folder: Path, rows: pd.DataFrame, declared: str) -> None:
    """Add rows to ``totals.csv`` and tables to ``round.toml``.

    The round as it would be is read and tabulated first, in a copy.

    Raises
    ------
    InputError
        Where the round would be at fault, or its files cannot be written.
    """
    texts = _texts(folder, rows, declared)
    _tried(folder, texts)
    _write(folder, texts)


def _texts(folder: Path, rows: pd.DataFrame, declared: str) -> dict[str, str]:
    """Both files as they would be."""
    settings = (folder / SETTINGS).read_text(encoding="utf-8").rstrip("\n")
    return {TOTALS: csv_text(_extended(folder, rows)), SETTINGS: settings + "\n" + declared}


def _tried(folder: Path, texts: dict[str, str]) -> Evidence:
    """Read and tabulate a copy of the round with these files."""
    with TemporaryDirectory() as place:
        trial = Path(place) / "round"
        trial.mkdir()
        for path in folder.iterdir():
            if path.is_file():
                shutil.copyfile(path, trial / path.name)
        _write(trial, texts)
        return tabulate(read_round(trial))


def _line_of(folder: Path) -> int:
    """Row number that the first of the added rows will have."""
    table = read_table(folder, "totals", Problems())
    return FIRST_ROW if table is None else FIRST_ROW + len(table.frame)


def _extended(folder: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the totals that are there, as they were written, and the new rows below them."""
    if (folder / "totals.parquet").exists():
        raise InputError([f"{folder / 'totals.parquet'}: cannot be added to; write it as {TOTALS}"])
    problems = Problems()
    table = read_table(folder, "totals", problems)
    problems.stop_if_any()
    return rows if table is None else pd.concat([table.frame, rows]).fillna("")


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write both files under other names first, so that neither is ever half there."""
    try:
        for name, text in texts.items():
            partial = folder / f".{name}.partial"
            partial.write_text(text, encoding="utf-8", newline="\n")
        for name in texts:
            (folder / f".{name}.partial").replace(folder / name)
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror or error}"]) from error
