"""The UCDP Georeferenced Event Dataset, as its official CSV has it: read and checked.

One row an event, columns as in the codebook (Sundberg and Melander 2013,
doi:10.1177/0022343313484347).
"""

import zlib
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from .errors import InputError
from .problems import Problems, Table, listed, shown

STATE_BASED, NON_STATE, ONE_SIDED = 1, 2, 3

_WHOLE = r"\d{1,9}"
_DAY = r"(?:19|20)\d\d-\d\d-\d\d(?: 00:00:00(?:\.0+)?)?"
_COUNT = (_WHOLE, "must be a whole number of at least 0")
_DATE = (_DAY, "must be a day such as 2010-03-05")
_NAME = (r".*\S.*", "is empty; it is required")
_PRECISION = "must be a precision code"
RULES: dict[str, tuple[str, str]] = {
    "id": (_WHOLE, "must be a whole number"),
    "type_of_violence": ("[123]", "must be 1 (state-based), 2 (non-state) or 3 (one-sided)"),
    "side_a": _NAME,
    "side_b": _NAME,
    "country": _NAME,
    "adm_1": (r".*", ""),
    "where_prec": ("[1-7]", f"{_PRECISION} from 1 to 7"),
    "date_prec": ("[1-5]", f"{_PRECISION} from 1 to 5"),
    "date_start": _DATE,
    "date_end": _DATE,
    "deaths_a": _COUNT,
    "deaths_b": _COUNT,
    "best": _COUNT,
    "low": _COUNT,
    "high": _COUNT,
}
"""Each column that is read: the form of its values, and what a message says."""

OPTIONAL = ("source_article",)
"""Columns that are read where the file has them: what a row cites."""
_COUNTS = tuple(name for name, rule in RULES.items() if rule is _COUNT)
_NUMBERS = (*_COUNTS, "type_of_violence", "where_prec", "date_prec")
_DAYS = ("date_start", "date_end")


def read_ged(file: Path) -> pd.DataFrame:
    """Read a GED file, plain or gzipped.

    Returns
    -------
    pandas.DataFrame
        One row an event in the file's order: ``id, side_a, side_b, country, adm_1`` (text,
        "" where empty; so ``source_article``, where the file has none too), ``date_start,
        date_end`` (datetime64), the rest int64.

    Raises
    ------
    InputError
        Where the file cannot be read, is no GED file, or holds values that GED cannot
        hold; every problem at once.
    """
    table = _read(Path(file))
    problems = Problems()
    _check(table, problems)
    problems.stop_if_any()
    frame = _converted(table.frame)
    for column in _DAYS:
        problems.where(table, column, frame[column].isna(), "is no day of the calendar")
    backwards = frame["date_end"] < frame["date_start"]
    problems.where(table, "date_end", backwards, "is before date_start")
    problems.stop_if_any()
    return frame.reset_index(drop=True)


def _read(file: Path) -> Table:
    try:
        frame = pd.read_csv(
            file,
            dtype=str,
            keep_default_na=False,
            usecols=lambda name: name in RULES or name in OPTIONAL,
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError as error:
        raise InputError([f"{file.name}: is not text in UTF-8 ({error.reason})"]) from error
    except (EOFError, zlib.error) as error:
        raise InputError([f"{file.name}: the gzip file is cut short or damaged"]) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([f"{file} cannot be read: {reason}"]) from error
    except pd.errors.EmptyDataError as error:
        raise InputError([_no_ged(file, "it is empty")]) from error
    except (pd.errors.ParserError, ValueError) as error:
        raise InputError([_no_ged(file, str(error).splitlines()[0])]) from error
    _require_columns(file, frame)
    return Table(file.name, frame.set_axis(range(2, len(frame) + 2)).rename_axis("row"))


def _no_ged(file: Path, reason: str) -> str:
    return f"{file.name} is no UCDP GED file in CSV: {reason}"


def _require_columns(file: Path, frame: pd.DataFrame) -> None:
    missing = [name for name in RULES if name not in frame]
    if len(missing) > len(RULES) / 2:
        raise InputError([_no_ged(file, f"it lacks the columns {listed(missing)}")])
    problems = [f"{file.name}: column {shown(name)} is missing" for name in missing]
    if frame.empty:
        problems.append(f"{file.name}: holds no event")
    if problems:
        raise InputError(problems)


def _check(table: Table, problems: Problems) -> None:
    columns = {
        name: pa.Column(str, pa.Check.str_matches(f"^(?:{form})$", error=clause))
        for name, (form, clause) in RULES.items()
    }
    try:
        pa.DataFrameSchema(columns).validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        found = errors.failure_cases
        for (column, clause), cases in found.groupby(["column", "check"], sort=False):
            values = cases.set_index("index")["failure_case"].astype("str")
            problems.values(table, str(column), values, str(clause))
    twice = table.frame["id"].duplicated(keep=False)
    problems.where(table, "id", twice, "is given more than once; an event has one row")


def _converted(text: pd.DataFrame) -> pd.DataFrame:
    days = {
        name: pd.to_datetime(text[name].str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        for name in _DAYS
    }
    cited = {name: text.get(name, "") for name in OPTIONAL}
    return text.astype(dict.fromkeys(_NUMBERS, "int64")).assign(**days, **cited)
