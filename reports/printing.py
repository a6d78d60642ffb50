"""A table ready to print, and frames printed as they are."""

import math
from dataclasses import dataclass

import pandas as pd

from . import words


@dataclass(frozen=True)
class Table:
    """A table ready to print: the first column names the row, the others may be numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1
    """How many columns from the left hold text; the rest are numbers, set to the right."""
    note: str = ""
    """What must be known to read it, printed below."""


def frame_table(caption: str, frame: pd.DataFrame) -> Table:
    """Print a frame as it is, such as the table of a check."""
    columns = tuple(str(name) for name in frame.columns)
    rows = tuple(
        tuple(cell(value) for value in row) for row in frame.itertuples(index=False, name=None)
    )
    text = 0
    while text < len(columns) and not pd.api.types.is_numeric_dtype(frame.iloc[:, text]):
        text += 1
    return Table(caption, columns, rows, max(text, 1))


def cell(value: object) -> str:
    """Print a value: numbers to four digits, a dash where there is none."""
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else words.NONE
    return words.NONE if value is None else str(value)
