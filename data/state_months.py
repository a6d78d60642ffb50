"""Counts by state and month: those of a round, which series they are taken from, and their sums."""

from collections.abc import Sequence

import pandas as pd

from .known_series import KNOWN, PARTS, SUMS
from .regions import current
from .rounds import Round

ROW = ["series", "region", "from", "to", "count"]


def of_round(text: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Take the rows of the round's regions and whole months, with their first and last day.

    Parameters
    ----------
    text
        ``series, region, year, month, count``, each as it can be read.

    Returns
    -------
    ``series, region, from, to, count``.
    """
    year, month = (text[name].astype("int64") for name in ("year", "month"))
    first = pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": 1}))
    last = first + pd.offsets.MonthEnd(0)
    rows = pd.DataFrame(
        {
            "series": text["series"],
            "region": text["region"].map(current),
            "from": first,
            "to": last,
            "count": text["count"].astype(float).astype("int64"),
        }
    )
    begins, ends = _span(round_)
    inside = (first >= begins) & (last <= ends)
    return rows[inside & rows["region"].isin(round_.settings.regions)]


def _span(round_: Round) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of history and window."""
    return pd.Timestamp(round_.settings.history), pd.Timestamp(round_.settings.scored[1])


def whole_months(round_: Round) -> int:
    """Count the whole months of history and window."""
    begins, ends = _span(round_)
    first = begins + pd.offsets.MonthBegin(0)
    return len(pd.date_range(first, ends, freq="ME"))


def part_months(round_: Round) -> list[str]:
    """Name the months of which history and window hold some days and not all."""
    begins, ends = _span(round_)
    months = pd.period_range(begins, ends, freq="M")
    cut = (months.start_time < begins) | (months.end_time.normalize() > ends)
    return [str(month) for month in months[cut]]


def preferred(rows: pd.DataFrame, there: Sequence[str]) -> str:
    """Name the series, or the count in parts, that has most of the round's state-months.

    At a tie the first known. A part alone is not what is known of its count: it comes last.

    Parameters
    ----------
    rows
        As ``of_round`` gives them.
    there
        All series of the file, at least one.
    """
    number = {name: int((rows["series"] == name).sum()) for name in there}
    for name, parts in SUMS.items():
        if set(parts) <= set(there):
            number[name] = max(len(together(rows, parts, name)), number.get(name, 0))
    order = [*KNOWN, *sorted(set(number) - set(KNOWN))]
    return min(number, key=lambda name: (name in PARTS, -number[name], order.index(name)))


def together(rows: pd.DataFrame, chosen: Sequence[str], name: str) -> pd.DataFrame:
    """Add up series where all of them have the month; elsewhere the sum is not known."""
    parts = rows[rows["series"].isin(chosen)].groupby(["region", "from", "to"])["count"]
    total = parts.agg(["sum", "size"]).reset_index()
    whole = total[total["size"] == len(set(chosen))].rename(columns={"sum": "count"})
    return whole.assign(series=name)[ROW]


def in_turn(rows: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    """Take each state-month from the first series that has it."""
    order = {name: number for number, name in enumerate(chosen)}
    some = rows[rows["series"].isin(chosen)]
    some = some.assign(order=some["series"].map(order)).sort_values(["order", "from", "region"])
    return some.drop_duplicates(["region", "from"])[ROW]


def over_the_window(parts: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Add up a state's months, those of the window apart; a month without a figure parts them.

    In a model whose sources report one share of a place all along, months would tell what they
    cannot: that a month with few reports was a calm one (docs/methods.md, "Official totals"). A
    month in which the window begins belongs to neither side, and stays apart.
    """
    rows = parts.sort_values(ROW[:3], ignore_index=True)
    rows["side"] = _side(rows, round_)
    same = ["series", "region", "side"]
    follows = (rows[same] == rows[same].shift()).all(axis=1)
    follows &= rows["from"] == rows["to"].shift() + pd.Timedelta(days=1)
    runs = rows.groupby((~follows).cumsum())
    first = runs[["series", "region", "from"]].first()
    made = first.assign(to=runs["to"].last(), count=runs["count"].sum())
    return made.reset_index(drop=True)[ROW]


def _side(rows: pd.DataFrame, round_: Round) -> pd.Series:
    """0 before the window, 2 inside, 1 across its first day."""
    begins = pd.Timestamp(round_.settings.window[0])
    return (rows["to"] >= begins).astype(int) + (rows["from"] >= begins)


def parted(sums: pd.DataFrame, round_: Round) -> int:
    """Count the states with more than one total of the window, or of the history."""
    again = sums.assign(side=_side(sums, round_)).duplicated(["region", "side"])
    return int(sums.loc[again, "region"].nunique())
