"""What a single value may look like, wherever it stands: ids, names, days, numbers."""

import re
import unicodedata

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
ID_RULE = "must be an id: letters, digits, '-', '_' and '.', beginning with a letter or digit"
DAY = r"(?:19|20)\d\d-\d\d-\d\d"
MEAN_SD = re.compile(r"\s*(\d*\.?\d+)\s*(?:±|\+-|\+/-)\s*(\d*\.?\d+)\s*")
LONGEST = 200
MOST_VICTIMS = 100_000
"""More dead than any incident of this kind has had: a larger number is a slip."""


def fold(name: str) -> str:
    """Return a name so that case, spacing and Unicode form make no difference."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def unsafe(text: str) -> str:
    """Return the rule that a text shown to people breaks, "" where it breaks none.

    Names go into pages and spreadsheets: markup, formulas and control characters are
    refused at the door, whatever is escaped later.
    """
    if "<" in text or ">" in text:
        return "holds '<' or '>', which a browser reads as HTML; write it without"
    if text[:1] in ("=", "+", "-", "@"):
        return f"begins with {text[0]!r}, which a spreadsheet runs as a formula; write it without"
    if any(unicodedata.category(sign) in ("Cc", "Cf") for sign in text):
        return "holds a control character; write it without"
    if len(text) > LONGEST:
        return f"is longer than {LONGEST} characters"
    return ""


def mean_sd(text: str) -> tuple[float, float] | None:
    """Read "0.8±0.1" as (mean, sd) of a share; None where no Beta has them."""
    found = MEAN_SD.fullmatch(text)
    if not found:
        return None
    mean, sd = float(found[1]), float(found[2])
    return (mean, sd) if 0 < mean < 1 and 0 < sd * sd < mean * (1 - mean) else None
