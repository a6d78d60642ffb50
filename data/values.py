"""What a single value may look like, wherever it stands: ids, names, days, numbers."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
ID_RULE = "must be an id: letters, digits, '-', '_' and '.', beginning with a letter or digit"
DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
MEAN_SD = re.compile(r"\s*(\d*\.?\d+)\s*(?:±|\+-|\+/-)\s*(\d*\.?\d+)\s*")
LONGEST = 200
MOST_VICTIMS = 100_000
"""More dead than any incident of this kind has had: a larger number is a slip."""
MOST_TOTAL = 100_000_000
ADJUDICATED = "adjudicated"
"""Type of a source whose findings settle who did it: courts, forensic services."""
GOES_BY_NAME = ("contenders_only", "organizations_only")
"""Coverages that hold an incident or not by whom the source names: ``other`` is none of either's,
unless a set or a clash has an organization beside it."""
UNKNOWN_CLASS = "unknown"
"""Victim class of whom no report says what they were: missing, never a true class."""


def fold(name: str) -> str:
    """Return a name so that case, spacing and Unicode form make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


DANGERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        "holds '<' or '>', which a browser reads as HTML; write it without",
        lambda text: "<" in text or ">" in text,
    ),
    (
        "begins with '=', '+', '-' or '@', which a spreadsheet runs as a formula; write it without",
        lambda text: text[:1] in ("=", "+", "-", "@"),
    ),
    (
        "holds a control character; write it without",
        lambda text: any(unicodedata.category(sign) in ("Cc", "Cf") for sign in text),
    ),
    (f"is longer than {LONGEST} characters", lambda text: len(text) > LONGEST),
)
"""What makes a text unfit to be shown, and how to find it. Names go into pages and
spreadsheets: markup and formulas are refused at the door, whatever is escaped later."""


NAME_DANGERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        "holds a web address ('http', '://' or 'www.'); write the name without",
        lambda text: any(part in text.casefold() for part in ("http", "://", "www.")),
    ),
    (
        "holds an emoji or another sign that a release cannot draw; write the name without",
        lambda text: any(unicodedata.category(sign) in ("So", "Cs", "Co", "Cn") for sign in text),
    ),
)
"""What makes a text unfit to be a name: a release is no place to send readers elsewhere, and its
figures have no font for such signs."""


def unsafe(text: str) -> str:
    """Return the rule that a text shown to people breaks, "" where it breaks none."""
    return _broken(text, DANGERS)


def unfit(name: str) -> str:
    """Return the rule that a name breaks, "" where it breaks none."""
    return _broken(name, (*DANGERS, *NAME_DANGERS))


def _broken(text: str, dangers: tuple[tuple[str, Callable[[str], bool]], ...]) -> str:
    return next((clause for clause, found in dangers if text and found(text)), "")


def is_day(text: str) -> bool:
    """Whether a text is an ISO day of the years 1900 to 2099."""
    try:
        return bool(DAY.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def mean_sd(text: str) -> tuple[float, float] | None:
    """Read "0.8±0.1" as (mean, sd) of a share; None where no Beta has them."""
    found = MEAN_SD.fullmatch(text)
    if not found:
        return None
    mean, sd = float(found[1]), float(found[2])
    return (mean, sd) if 0 < mean < 1 and 0 < sd * sd < mean * (1 - mean) else None


def share(text: str) -> tuple[float, float] | None:
    """Read "0.8±0.1" as ``mean_sd`` does, or "1±0": a share above 0 that is known exactly."""
    found = MEAN_SD.fullmatch(text)
    if found and float(found[2]) == 0 and 0 < float(found[1]) <= 1:
        return float(found[1]), 0.0
    return mean_sd(text)
