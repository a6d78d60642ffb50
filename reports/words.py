"""Numbers as people read them: rounded, never surer than they are, in two languages."""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal

EXTREME = 0.01
"""A probability nearer to 0 or 1 than this is printed as a bound."""

_SCALE: tuple[tuple[float, str, str], ...] = (
    (0.99, "virtually certain", "prácticamente seguro"),
    (0.95, "extremely likely", "sumamente probable"),
    (0.90, "very likely", "muy probable"),
    (0.66, "likely", "probable"),
    (0.50, "more likely than not", "más probable que improbable"),
    (0.33, "about as likely as not", "tan probable como improbable"),
    (0.10, "unlikely", "improbable"),
    (0.05, "very unlikely", "muy improbable"),
    (0.01, "extremely unlikely", "sumamente improbable"),
)
_LEAST = ("exceptionally unlikely", "excepcionalmente improbable")
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
NONE = "–"
LEAST_AMOUNT = 0.05
"""Amounts below it would print as nought."""


def rounded(value: float, digits: int = 0) -> str:
    """Round half up, as readers do: 11.5 is 12 and 78.5 is 79, with commas between thousands.

    What is a half but for its binary digits counts as a half.
    """
    shown = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{shown:,}"


def probability(value: float) -> str:
    """Print a probability with two decimals; never as 0 or 1."""
    if not math.isfinite(value):
        return NONE
    if value < EXTREME:
        return "<0.01"
    if value > 1 - EXTREME:
        return ">0.99"
    return rounded(value, 2)


def at_least(value: float) -> str:
    """Print a lower bound of a probability, rounded down; never as 1."""
    if not math.isfinite(value) or value < EXTREME:
        return "0.00" if math.isfinite(value) else NONE
    # The small term keeps 0.29 from reading 0.28 because of its binary digits.
    return f"{min(math.floor(value * 100 + 1e-9) / 100, 1 - EXTREME):.2f}"


def percent(value: float, language: str = "en") -> str:
    """Print a share in percent; never as 0 or 100 unless it is exactly that."""
    if not math.isfinite(value):
        return NONE
    sign = " %" if language == "es" else "%"
    if 0 < value < EXTREME:
        return f"<1{sign}"
    if 1 - EXTREME < value < 1:
        return f">99{sign}"
    return f"{rounded(100 * value)}{sign}"


def chance(value: float) -> str:
    """Print a probability in percent; never as 0 or 100."""
    if not math.isfinite(value):
        return NONE
    return percent(min(max(value, EXTREME / 2), 1 - EXTREME / 2))


def quantity(value: float) -> str:
    """Print an amount: whole numbers, from 1000 on three significant digits."""
    if not math.isfinite(value):
        return NONE
    if 0 < value < LEAST_AMOUNT:
        return "<0.1"
    if abs(value) >= 1000:
        step = 10 ** (math.floor(math.log10(abs(value))) - 2)
        value = math.floor(value / step + 0.5) * step
    text = rounded(value, 1 if 0 < abs(value) < 10 else 0)
    return text.removesuffix(".0")


def count(value: float) -> str:
    """Print a counted number in full."""
    return f"{int(value):,}" if math.isfinite(value) else NONE


def interval(low: float, high: float) -> str:
    """Print the two ends of an interval."""
    return f"{quantity(low)} to {quantity(high)}"


def in_words(value: float, language: str = "en") -> str:
    """Say a probability in the calibrated words of the IPCC's guidance note."""
    column = 1 if language == "en" else 2
    for bound, *texts in _SCALE:
        if value >= bound:
            return texts[column - 1]
    return _LEAST[column - 1]


def scale(language: str = "en") -> list[tuple[str, str]]:
    """List the words with the probability from which on each is used."""
    column = 0 if language == "en" else 1
    return [(texts[column], f"≥ {bound:.2f}") for bound, *texts in _SCALE]


def day(value: dt.date, language: str = "en") -> str:
    """Write a day in words."""
    if language == "es":
        return f"{value.day} de {_MONTHS_ES[value.month - 1]} de {value.year}"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
