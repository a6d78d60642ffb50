"""The records of the recovery study as tables, their coverage and leaders, as Markdown."""

import math
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..data.arrays import Floats

Row = Mapping[str, Any]

FIT = ("setting", "round", "model")
"""What tells the fits of a study apart."""
INSIDE = (0.05, 0.95)
"""Positions of the truth among the draws that a 90% interval holds."""
NOMINAL = 0.9
LARGEST_ERROR = 0.025
"""Largest standard error of a coverage with which anything is said."""
PER_ROUND = (
    "setting", "round", "seed", "tries", "seen", "happened", "passed", "rhat", "ess", "divergences",
)  # fmt: skip
LEADERS = {"p_worst": "P(worst)", "raw": "raw counts", "majority": "majority vote"}


def contenders(rows: Iterable[Row], columns: Iterable[str] = PER_ROUND) -> pd.DataFrame:
    """One row a round and contender: truth, interval, position, the oracle's, each leader's.

    ``columns`` are those of the round.
    """
    kept = tuple(columns)
    records = [{**{k: row[k] for k in kept}, **one} for row in rows for one in row["contenders"]]
    return measured(pd.DataFrame(records))


def read(path: Path, columns: Iterable[str]) -> list[Row]:
    """Records of an earlier table of ``contenders``, one a setting, round and model; or none."""
    if not path.exists():
        return []
    table, kept = pd.read_csv(path), tuple(columns)
    own = [column for column in table if column not in kept]
    return [
        {**part.iloc[0][list(kept)], "contenders": part[own].to_dict("records")}
        for _, part in table.groupby(list(FIT), sort=False)
    ]


def fit_of(row: Row) -> tuple[Any, ...]:
    """Setting, round and model of a record."""
    return tuple(row[part] for part in FIT)


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Add whether the interval holds the truth, and how wide it is."""
    frame["covered"] = frame["position"].between(*INSIDE)
    frame["closed"] = frame["truth"].between(frame["q05"], frame["q95"])
    frame["width"] = frame["q95"] - frame["q05"]
    if "oracle_q05" in frame:
        frame["oracle_width"] = frame["oracle_q95"] - frame["oracle_q05"]
        frame["oracle_covered"] = frame["oracle_position"].between(*INSIDE)
    return frame


def coverage(frame: pd.DataFrame, column: str = "covered") -> tuple[float, float]:
    """Share that is covered and its standard error, clustered by round.

    Contenders of one round share its fit and its reports, so that rounds, not contenders,
    are what is drawn independently.
    """
    share, moved = influence(frame, column)
    return share, clustered(moved)


def influence(
    frame: pd.DataFrame, column: str = "covered", by: Sequence[str] = ("setting", "round")
) -> tuple[float, Floats]:
    """Share that is covered, and what each round moves it by, shape (round,)."""
    rounds = frame.astype({column: float}).groupby(list(by))[column]
    hits, sizes = rounds.sum().to_numpy(), rounds.size().to_numpy()
    share = float(hits.sum() / sizes.sum())
    return share, (hits - share * sizes) / float(sizes.sum())


def clustered(moved: Floats) -> float:
    """Standard error of a sum of what the rounds move it by."""
    groups = len(moved)
    return math.sqrt(float((moved**2).sum()) * groups / max(groups - 1, 1))


def judging_error(clustered_error: float, intervals: int) -> float:
    """Standard error by which a coverage is judged: clustered, but no less than at 90% by chance.

    Where every interval of a few rounds holds, they say nothing of how far coverage scatters; the
    error of as many independent intervals is then the least that it can be.
    """
    return max(clustered_error, math.sqrt(NOMINAL * (1.0 - NOMINAL) / intervals))


def above(position: pd.Series) -> pd.Series:
    """Whether the truth lies above its interval."""
    return position > INSIDE[1]


def below(position: pd.Series) -> pd.Series:
    """Whether the truth lies below its interval."""
    return position < INSIDE[0]


def leaders(table: pd.DataFrame) -> pd.DataFrame:
    """One row a round: the truly worst and the leader by every method; ties are listed all."""
    records = []
    for (setting, number), one in table.groupby(["setting", "round"], sort=False):
        record = {"setting": setting, "round": number, "truth": _first(one, "worst")}
        record |= {title: _first(one, column) for column, title in LEADERS.items()}
        records.append(record | {"P(worst) of its leader": one["p_worst"].max()})
    return pd.DataFrame(records)


def _first(frame: pd.DataFrame, column: str) -> str:
    """Whoever has most; nobody where all have nothing."""
    most = frame[column].max()
    return ", ".join(frame.loc[(frame[column] == most) & (most > 0), "contender"])


def listed(rows: Iterable[Row], part: str) -> pd.DataFrame:
    """One row a round and record of one of its parts: "sources" or "parameters"."""
    return pd.DataFrame(
        {"setting": row["setting"], "round": row["round"], **one}
        for row in rows
        for one in row[part]
    )


def machine() -> str:
    """Where a page was made."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def pooled(rows: Iterable[Row]) -> str:
    """Say of which commits the fits of a table are, and how many of each."""
    counts = Counter(str(row["commit"]) for row in rows)
    said = ", ".join(f"{number} of commit {commit}" for commit, number in counts.items())
    return f"{counts.total()} fits: {said}"


def under_way(done: int, asked: int) -> str:
    """Say of a page that its study is not at its end; "" where it is."""
    if done >= asked:
        return ""
    return (
        f"**Under way**: {done} of {asked} fits are there; the rest may change what is said here."
    )


def percent(share: float, error: float) -> str:
    """Write a share and its standard error."""
    return f"{100 * share:.1f} ± {100 * error:.1f}%"


def joined(parts: Iterable[str]) -> str:
    """Join the parts of a page, empty ones left out."""
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def markdown(frame: pd.DataFrame, formats: Mapping[str, str]) -> str:
    """Write a table as Markdown; where it has no rows, that there are none."""
    if frame.empty:
        return "None yet."
    shown = [[format(value, formats.get(str(c), "")) for c, value in zip(frame, row, strict=True)]
             for row in frame.itertuples(index=False)]  # fmt: skip
    head = [str(column) for column in frame]
    lines = [head, ["---"] * len(head), *shown]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
