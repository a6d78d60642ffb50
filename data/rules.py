"""Rules on the values of one column, each with the clause that a message says."""

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import pandas as pd
import pandera.pandas as pa

from .attribution import OTHER
from .values import DANGERS, ID, ID_RULE, MOST_VICTIMS, NAME_DANGERS, fold, is_day, mean_sd

TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class Rule:
    """A rule on the values of one column.

    Parameters
    ----------
    clause
        What a message says after the value: "must be …".
    holds
        From the cells of the column to a verdict on each.
    choices
        The values that are possible, where they can be listed.
    on_empty
        Whether the rule is asked of empty cells too.
    keeps
        Whether a value that breaks the rule stays for what follows: an id given twice is an
        id all the same, and who refers to it is not at fault.
    """

    clause: str
    holds: Callable[[list[str]], list[bool]]
    choices: tuple[str, ...] = ()
    on_empty: bool = False
    keeps: bool = False

    def check(self) -> pa.Check:
        """Return the rule as pandera's check."""
        return pa.Check(self._passes, error=self.clause)

    def _passes(self, text: pd.Series) -> pd.Series:
        cells = text.tolist()
        passed = (
            good or (not cell and not self.on_empty)
            for cell, good in zip(cells, self.holds(cells), strict=True)
        )
        return pd.Series(list(passed), text.index, dtype=bool)


def each(clause: str, good: Callable[[str], bool]) -> Rule:
    """Make a rule of a function of one value; it is asked once a distinct value."""

    def holds(cells: list[str]) -> list[bool]:
        verdict = {cell: good(cell) for cell in set(cells)}
        return [verdict[cell] for cell in cells]

    return Rule(clause, holds)


def unique(clause: str, key: Callable[[str], str]) -> Rule:
    """Make a rule that no two cells have the same key."""

    def holds(cells: list[str]) -> list[bool]:
        count = Counter(map(key, cells))
        return [count[key(cell)] == 1 for cell in cells]

    return Rule(clause, holds, keeps=True)


def one_of(choices: Collection[str], what: str) -> Rule:
    """Make a rule of a list of choices."""
    known = frozenset(choices)
    return replace(each(f"is {what}", lambda text: text in known), choices=tuple(choices))


def all_of(choices: Collection[str], what: str) -> Rule:
    """Make a rule for cells that hold several choices with ``|`` between them."""
    known = frozenset(choices)
    rule = each(f"holds {what}", lambda text: set(split(text)) <= known)
    return replace(rule, choices=tuple(choices))


def number(low: float, high: float, clause: str) -> Rule:
    """Make a rule for numbers between two bounds, both in."""
    return each(clause, lambda text: _is_number(text) and low <= float(text) <= high)


def whole(low: int, high: int) -> Rule:
    """Make a rule for whole numbers between two bounds, both in; "3.0" is whole."""
    clause = f"must be a whole number from {low} to {high}"
    return each(
        clause,
        lambda text: _is_number(text) and low <= float(text) <= high and float(text).is_integer(),
    )


def split(text: str) -> tuple[str, ...]:
    """Split a cell at ``|``."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII))


def _harmless(clause: str, found: Callable[[str], bool]) -> Rule:
    return each(clause, lambda text: not found(text))


FILLED = replace(each("is empty; it is required", bool), on_empty=True)
UNIQUE = unique("is given more than once; it must be unique", str)
UNIQUE_ID = unique("is given more than once; it must be unique, in capitals or not", str.casefold)
IS_ID = each(ID_RULE, lambda text: bool(ID.fullmatch(text)))
NOT_BUILT_IN = replace(
    each(
        "is built in: violence by none of the organizations; choose another id",
        lambda text: fold(text) != OTHER,
    ),
    keeps=True,
)
IS_DAY = each("must be an ISO day such as 2010-03-05, of the years 1900 to 2099", is_day)
IS_COUNT = whole(0, MOST_VICTIMS)
IS_FLAG = one_of(TRUE + FALSE, "neither true nor false")
IS_SHARE = each(
    'must be "mean±sd" of a share, such as 0.8±0.1', lambda text: mean_sd(text) is not None
)
SAFE = tuple(_harmless(clause, found) for clause, found in DANGERS)
IS_NAME = (
    *SAFE,
    *(replace(_harmless(clause, found), keeps=True) for clause, found in NAME_DANGERS),
)
