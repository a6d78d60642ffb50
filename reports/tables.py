"""tables/*.csv: every table behind the report, safe to open in a spreadsheet."""

import math
from pathlib import Path

import pandas as pd

from ..inference.summary import Summary
from .announcement import LANGUAGES, phrases
from .canonical import DIGITS
from .roster import COMPARED, is_usable, published

WARNING = "NOT-FOR-USE.txt"
SIMULATED = "SIMULATED.txt"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def tables(summary: Summary) -> dict[str, pd.DataFrame]:
    """Name every table of a release; the index becomes the first column.

    Where the fit failed its gate nobody is compared: those columns are empty, and there is
    neither ``rank_probabilities`` nor ``pairwise``. Where nobody is named nobody leads either.
    """
    usable, summary = is_usable(summary), published(summary)
    named = (_comparisons(summary) if usable else {}) | {
        "organizations": _organizations(summary, usable=usable),
        "sources": summary.sources.rename_axis("source").reset_index(),
        "series": summary.series.rename_axis("series").reset_index(),
        "regions": summary.regions.rename_axis("region").reset_index(),
        "kinds": summary.kinds.rename_axis("kind").reset_index(),
        "timeline": summary.timeline,
        "baselines": summary.baselines,
        "set_aside": summary.set_aside,
        "set_aside_rows": summary.set_aside_rows,
        "identification": summary.identification,
        "parameters": summary.parameters,
        "diagnostics": summary.diagnostics.table.rename_axis("quantity").reset_index(),
        "checks": _checks(summary),
    }
    return named | _check_tables(summary)


def write_tables(summary: Summary, folder: Path) -> None:
    """Write every table as CSV: Unix line ends, six significant digits, NaN empty.

    A CSV file has no room for a mark that every reader skips, so the marks of a failed fit and of a
    simulated round are files beside them.
    """
    folder.mkdir()
    files = {f"{name}.csv": csv_text(frame) for name, frame in tables(summary).items()}
    if not is_usable(summary):
        files[WARNING] = _said("tables_unfit")
    if summary.header.is_simulated:
        files[SIMULATED] = _said("tables_simulated")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _said(phrase: str) -> str:
    """A phrase in every language, a line each."""
    return "".join(f"{phrases(language)[phrase]}\n" for language in LANGUAGES)


def csv_text(frame: pd.DataFrame) -> str:
    """Write one table; text that a spreadsheet would run as a formula gets a leading quote."""
    safe = frame.map(_safe).rename(columns=lambda name: _safe(str(name)))
    return safe.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _comparisons(summary: Summary) -> dict[str, pd.DataFrame]:
    return {
        "rank_probabilities": summary.rank_probabilities.rename_axis("organization").reset_index(),
        "pairwise": summary.pairwise.rename_axis("organization").reset_index(),
    }


def _organizations(summary: Summary, *, usable: bool) -> pd.DataFrame:
    frame = summary.organizations.rename_axis("organization").reset_index()
    return frame if usable else frame.assign(**dict.fromkeys(COMPARED, math.nan))


def _checks(summary: Summary) -> pd.DataFrame:
    rows = [(check.name, check.verdict, check.summary) for check in summary.checks]
    return pd.DataFrame(rows, columns=["name", "verdict", "summary"])


def _check_tables(summary: Summary) -> dict[str, pd.DataFrame]:
    return {
        f"check_{slug(check.name)}": check.table
        for check in summary.checks
        if check.table is not None and not check.table.empty
    }


def slug(text: str) -> str:
    """Make a file name of a check's name."""
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in text.casefold())
