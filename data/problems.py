"""Collecting everything that is wrong with a round before saying any of it.

A problem is one sentence: the file, the rows, the value, the rule, the choices.
The same value breaking the same rule in many rows is one sentence.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from .errors import InputError
from .references import REFERS

MOST_ROWS = 6
MOST_VALUES = 12
MOST_CHOICES, FEW_CHOICES = 40, 12
"""Choices that are listed: few where one of them is probably meant."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, before any value was read.

    Parameters
    ----------
    file
        The file's name, as messages call it.
    frame
        Text in every cell, "" where it is empty; index ``row``: the line in the file
        (CSV) or the number of the record (Parquet).
    refused
        Cells of the rows that are not in ``frame``, because they have another number of cells
        than the header: who refers to their ids is not at fault.
    """

    file: str
    frame: pd.DataFrame
    refused: tuple[tuple[str, ...], ...] = ()

    def refused_ids(self) -> tuple[str, ...]:
        """Return what the refused rows begin with."""
        return tuple(row[0] for row in self.refused if row[0])

    def written(self, column: str) -> pd.Series:
        """Return a column as it was written; empty cells where the file has none."""
        if column in self.frame:
            return self.frame[column]
        return pd.Series("", index=self.frame.index, dtype=str)


class Problems:
    """Sentences about one round folder, in the order in which they were found."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self._unread: set[str] = set()

    def add(self, sentence: str) -> None:
        """Note one problem, once."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def unread(self, file: str) -> None:
        """Remember that a file cannot be read: nobody can tell who refers to it wrongly."""
        self._unread.add(file)

    def values(
        self, table: Table, column: str, bad: pd.Series, clause: str, choices: Sequence[str] = ()
    ) -> None:
        """Note that values of a column break a rule: one sentence a distinct value.

        Parameters
        ----------
        bad
            The values at fault as they were written, index ``row``.
        clause
            What follows the value: "must be an ISO day such as 2010-03-05".
        choices
            The values that were possible, for a guess at what was meant.
        """
        groups = list(bad.groupby(bad, sort=False))
        for value, rows in groups[:MOST_VALUES]:
            where = f"{table.file} {numbered(list(rows.index))}"
            hint = meant(str(value), choices)
            self.add(f"{where}: {column} {shown(value)} {clause}{hint}")
        if len(groups) > MOST_VALUES:
            more = sum(len(rows) for _, rows in groups[MOST_VALUES:])
            rows_more = counted(more, "more row")
            self.add(f"{table.file}: {column} {clause} in {rows_more}")

    def where(
        self, table: Table, column: str, mask: pd.Series, clause: str, choices: Sequence[str] = ()
    ) -> None:
        """Note that a column breaks a rule in the rows where ``mask`` is true."""
        bad = table.written(column)[mask.to_numpy(bool)]
        self.values(table, column, bad, clause, choices)

    def stop_if_any(self) -> None:
        """Raise what was collected.

        Raises
        ------
        InputError
            With every problem at once, but for those that a file which could not be read may show
            to be none.
        """
        unknown = [clause for file in self._unread for clause in REFERS.get(file, ())]
        if self.sentences:
            raise InputError([s for s in self.sentences if not any(c in s for c in unknown)])


def meant(value: str, choices: Sequence[str]) -> str:
    """Return "; did you mean …? Choices: …" for a value that is none of the choices."""
    if not choices:
        return ""
    near = nearest(value, choices)
    guess = f"; did you mean {near!r}?" if near else "."
    return f"{guess} Choices: {listed(choices, FEW_CHOICES if near else MOST_CHOICES)}"


def nearest(value: str, choices: Sequence[str], alike: float = 0.6) -> str:
    """Return the choice that is most like a value, "" where none is so much alike (0 to 1)."""
    folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(value.casefold(), folded, n=1, cutoff=alike)
    return folded[close[0]] if close else ""


def listed(values: Iterable[str], most: int = MOST_CHOICES) -> str:
    """Join values by commas, the tail of a long list as a number."""
    names = list(values)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def counted(number: int, one: str, many: str = "") -> str:
    """Say a number with the words for one or for many; without those, one with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def shown(value: object) -> str:
    """Quote a value so that it fits a line and nothing in it can act."""
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def numbered(rows: Sequence[object]) -> str:
    """Say which rows, the tail of a long list as a number."""
    first = ", ".join(str(row) for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        return f"rows {first} and {len(rows) - MOST_ROWS} more"
    return f"{'row' if len(rows) == 1 else 'rows'} {first}"
