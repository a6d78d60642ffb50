"""TOML, read key by key: every value that breaks its rule is a problem, no key is skipped."""

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from .problems import Problems, meant, shown
from .tables import read_text
from .values import is_day, share, unsafe

WHAT: Mapping[type, str] = {str: "text", int: "a whole number", bool: "true or false"}


def read_toml(path: Path, problems: Problems) -> "Section | None":
    """Read a TOML file; None where it cannot be parsed."""
    text = read_text(path, problems)
    if text is None:
        return None
    try:
        return Section(path.name, "", tomllib.loads(text), problems)
    except tomllib.TOMLDecodeError as error:
        problems.add(f"{path.name}: is no valid TOML: {error}")
        return None


MOST_ITEMS = 12
"""More items of a list at fault are not shown."""


class Section:
    """One table of a TOML file, asked for its keys one after the other.

    Every getter returns the default where the key is absent or its value is at fault; the
    fault is noted. ``close`` notes the keys that nobody asked for.
    """

    def __init__(
        self, file: str, path: str, entries: Mapping[str, object], problems: Problems
    ) -> None:
        self.file = file
        self.path = path
        self.entries = entries
        self._problems = problems
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def fault(self, key: str, clause: str, choices: Sequence[str] = ()) -> None:
        """Note that the value of a key breaks a rule."""
        value = self.entries.get(key)
        hint = meant(str(value), choices)
        self._problems.add(f"{self.file}: {self._name(key)} = {_written(value)} {clause}{hint}")

    def require(self, key: str) -> None:
        """Note that a key is missing."""
        if key not in self.entries:
            self._problems.add(f"{self.file}: {self._name(key)} is missing; it is required")

    def text(self, key: str, default: str = "") -> str:
        """Return a line of text that is safe to show."""
        value = self._typed(key, str)
        if value is None:
            return default
        fault = unsafe(value)
        if fault:
            self.fault(key, fault)
        return default if fault else value

    def match(self, key: str, pattern: re.Pattern[str], clause: str, default: str = "") -> str:
        """Return text of a given shape."""
        value = self.text(key, default)
        if key in self.entries and value and not pattern.fullmatch(value):
            self.fault(key, clause)
            return default
        return value

    def choice(self, key: str, default: str, choices: Sequence[str]) -> str:
        """Return one of the choices."""
        value = self._typed(key, str)
        if value is not None and value not in choices:
            self.fault(key, "is not known", choices)
            return default
        return default if value is None else value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._typed(key, bool)
        return default if value is None else value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number between two bounds, both in."""
        value = self._typed(key, int)
        if value is not None and not low <= value <= high:
            self.fault(key, f"must be between {low} and {high}")
            return default
        return default if value is None else value

    def number(
        self,
        key: str,
        default: float,
        low: float = 0.0,
        high: float = math.inf,
        *,
        inside: bool = False,
    ) -> float:
        """Return a finite number between two bounds, both in, or both out where ``inside``."""
        self._asked.add(key)
        value = self.entries.get(key, default)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not good:
            self.fault(key, "must be a number")
            return default
        held = low < value < high if inside else low <= value <= high
        if not (math.isfinite(value) and held):
            ends = "above" if inside else "at least"
            top = "" if high == math.inf else f" and {'below' if inside else 'at most'} {high:g}"
            self.fault(key, f"must be a number {ends} {low:g}{top}")
            return default
        return float(value)

    def day(self, key: str) -> dt.date | None:
        """Return a day, written as a TOML date or as text."""
        self._asked.add(key)
        value = self.entries.get(key)
        return None if value is None else self._as_day(key, value)

    def days(self, key: str) -> tuple[dt.date, dt.date] | None:
        """Return a first and a last day, in this order."""
        self._asked.add(key)
        value = self.entries.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2:
            self.fault(key, 'must be two days, ["2010-01-01", "2010-12-31"]')
            return None
        first, last = (self._as_day(key, day) for day in value)
        if first is None or last is None:
            return None
        if last < first:
            self.fault(key, "ends before it starts")
            return None
        return first, last

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the key is absent."""
        self._asked.add(key)
        value = self.entries.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(key, "must be a list of texts")
            return ()
        return tuple(value)

    def share(self, key: str) -> None:
        """Check that a key, where given, is the "mean±sd" of a share; sd 0 means known."""
        self._asked.add(key)
        value = self.entries.get(key)
        if value is not None and (not isinstance(value, str) or share(value) is None):
            self.fault(key, 'must be "mean±sd" of a share, such as "0.8±0.1"; "1±0" is known')

    def table(self, key: str) -> "Section":
        """Return a table inside this one; empty where it is absent."""
        self._asked.add(key)
        value = self.entries.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"must be a table: write [{self._name(key)}]")
            value = {}
        return Section(self.file, self._name(key), value, self._problems)

    def tables(self, key: str) -> "dict[str, Section]":
        """Return the tables inside a table, by name."""
        outer = self.table(key)
        return {name: outer.table(name) for name in outer.entries}

    def close(self) -> None:
        """Note every key that nobody asked for: a misspelt setting must not pass silently."""
        for key in self.entries:
            if key not in self._asked:
                where = f"[{self.path}] " if self.path else ""
                hint = meant(key, sorted(self._asked))
                self._problems.add(f"{self.file}: {where}{shown(key)} is no setting{hint}")

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _typed[T: (str, int, bool)](self, key: str, kind: type[T]) -> T | None:
        self._asked.add(key)
        value = self.entries.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"must be {WHAT[kind]}")
            return None
        return value

    def _as_day(self, key: str, value: object) -> dt.date | None:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        if isinstance(value, str) and is_day(value):
            return dt.date.fromisoformat(value)
        self.fault(key, "must be an ISO day such as 2010-01-31")
        return None


def _written(value: object) -> str:
    """Quote a value as TOML writes it: a list in brackets, with no quotes around the whole."""
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value[:MOST_ITEMS])}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_written(one)}' for key, one in value.items())} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return repr(value) if isinstance(value, int | float) else shown(value)
