"""Files to text tables: CSV and Parquet alike, nothing guessed about their values."""

import csv
import datetime as dt
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from .problems import Problems, Table, counted, listed, numbered

csv.field_size_limit(1 << 20)

PERSON = frozenset(
    (
        "alias",
        "apellido",
        "apellidos",
        "apodo",
        "arrested",
        "autor",
        "author",
        "boss",
        "capo",
        "correo",
        "curp",
        "detained",
        "detainee",
        "detenido",
        "detenidos",
        "email",
        "firstname",
        "fullname",
        "informant",
        "jefe",
        "journalist",
        "journalists",
        "kingpin",
        "lastname",
        "leader",
        "lider",
        "name",
        "names",
        "nickname",
        "nombre",
        "nombres",
        "periodista",
        "periodistas",
        "perpetrator",
        "person",
        "persona",
        "phone",
        "reporter",
        "rfc",
        "sospechoso",
        "sospechosos",
        "surname",
        "suspect",
        "suspects",
        "telefono",
        "testigo",
        "testigos",
        "victim",
        "victima",
        "victimas",
        "witness",
        "witnesses",
    )
)
"""Words that, in a column's name, announce persons."""

THINGS = frozenset(
    (
        "age",
        "cartel",
        "city",
        "class",
        "conflict",
        "count",
        "dto",
        "dyad",
        "edad",
        "file",
        "group",
        "kind",
        "municipality",
        "newspaper",
        "number",
        "office",
        "org",
        "organization",
        "outlet",
        "place",
        "region",
        "series",
        "sex",
        "side",
        "source",
        "state",
        "type",
    )
)
"""Words that say that the column is about something else: ``source_name``, ``victim_age``."""


def read_table(folder: Path, name: str, problems: Problems) -> Table | None:
    """Read ``name.csv`` or ``name.parquet`` as text; None where neither exists or it fails.

    What is wrong with the file as a whole (its encoding, its rows' lengths, an empty file)
    goes to ``problems``; whether the table must exist is the caller's to say.
    """
    plain, packed = folder / f"{name}.csv", folder / f"{name}.parquet"
    if plain.exists() and packed.exists():
        problems.add(f"{plain.name} and {packed.name} both exist: keep one of them")
        return None
    if plain.exists():
        return _read_csv(plain, problems)
    return _read_parquet(packed, problems) if packed.exists() else None


def read_text(path: Path, problems: Problems) -> str | None:
    """Read a file as UTF-8, or say at which line it is not."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(f"{path.name} cannot be read: {error.strerror}")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = raw[error.start]
        problems.add(f"{path.name} row {line}: byte 0x{byte:02x} is not UTF-8; save it as UTF-8")
        return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.add(f"{path.name} row {line}: holds a NUL byte; it is no text in UTF-8")
        return None
    return text


def _read_csv(path: Path, problems: Problems) -> Table | None:
    text = read_text(path, problems)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        problems.add(f"{path.name} row {reader.line_num}: cannot be read as CSV: {error}")
        return None
    if not rows:
        problems.add(f"{path.name} is empty: its first row must name the columns")
        return None
    header = rows.pop(0)
    if not _header_is_good(path.name, header, problems):
        return None
    _check_lengths(path.name, header, rows, lines[1:], problems)
    whole = [
        (line, row) for line, row in zip(lines[1:], rows, strict=True) if len(row) == len(header)
    ]
    index = pd.Index([line for line, _ in whole], name="row", dtype="int64")
    frame = pd.DataFrame([row for _, row in whole], index, header, dtype=str)
    refused = tuple(tuple(row) for row in rows if len(row) != len(header))
    return Table(path.name, frame, refused)


def _check_lengths(
    file: str, header: list[str], rows: list[list[str]], lines: list[int], problems: Problems
) -> None:
    wrong: dict[int, list[int]] = {}
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(header):
            wrong.setdefault(len(row), []).append(line)
    for number, places in wrong.items():
        has = f"{'has' if len(places) == 1 else 'have'} {counted(number, 'cell')}"
        problems.add(f"{file} {numbered(places)}: {has}, the header has {len(header)}")


def _read_parquet(path: Path, problems: Problems) -> Table | None:
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        problems.add(f"{path.name} cannot be read as Parquet: {reason}")
        return None
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    header = [str(column) for column in frame.columns]
    if not _header_is_good(path.name, header, problems):
        return None
    frame = frame.set_axis(header, axis=1).reset_index(drop=True)
    text = frame.astype(object).map(_as_text).astype(str)
    text.index = pd.RangeIndex(1, len(text) + 1, name="row")
    return Table(path.name, text)


def _as_text(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value).strip()


def _header_is_good(file: str, header: list[str], problems: Problems) -> bool:
    if len(header) == 1 and re.search("[;\t|]", header[0]):
        problems.add(
            f"{file}: the header has one column, {header[0][:60]!r}; "
            "the columns must be separated by commas"
        )
        return False
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        named = listed(repr(column) for column in twice)
        problems.add(f"{file}: the header names {named} more than once")
        return False
    if "" in header:
        problems.add(f"{file}: column {header.index('') + 1} of the header has no name")
        return False
    return True


def looks_personal(column: str) -> bool:
    """Whether a column's name announces names of persons: ``victim_name``, ``testigo``."""
    plain = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode().lower()
    words = set(re.split(r"[^a-z]+", plain))
    return bool(words & PERSON) and not words & THINGS
