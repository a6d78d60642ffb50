"""Regions: in which order they are shown, what may be said of them, and their table of scores.

Regions are where people suffered violence, and nothing that a measure is aimed at: no text here
calls one guilty or a target.
"""

import math
from dataclasses import dataclass

import pandas as pd

from ..inference.summary import Summary
from . import words
from .printing import Table
from .roster import is_usable

MOST_NAMED = 5
NAMED_SHARE = 0.9
"""So many regions are named in a sentence, or fewer that have so much of the probability."""
LEAST_SAID = 0.005
"""What is left to the regions that are not named is said from here on."""
_SCORES_NOTE = (
    "Violence of the organizations of the roster together, whoever of them did it; violence by "
    "others is in no region's score. Shared: incidents that two independent sources report. All "
    "regions are compared; one with a note takes part, and has no probability of its own."
)


@dataclass(frozen=True)
class Place:
    """A region with a probability of its own of having had the highest score."""

    id: str
    name: str
    p_worst: float


def by_score(summary: Summary) -> pd.DataFrame:
    """Regions by falling score; by name where the numbers may not be used."""
    return _by(summary, "score_mean")


def by_incidents(summary: Summary) -> pd.DataFrame:
    """Regions by falling estimate of incidents; by name where the numbers may not be used."""
    return _by(summary, "mean")


def _by(summary: Summary, column: str) -> pd.DataFrame:
    frame = summary.regions
    if is_usable(summary):
        return frame.sort_values([column, "name"], ascending=[False, True])
    return frame.sort_values("name", key=lambda names: names.str.casefold())


def leading(summary: Summary) -> tuple[Place, ...]:
    """Regions that have a P(worst), by falling P(worst) as printed; none after a failed fit."""
    if not is_usable(summary):
        return ()
    frame = summary.regions.dropna(subset="p_worst")
    found = [
        Place(str(name), str(row["name"]), float(row["p_worst"])) for name, row in frame.iterrows()
    ]
    score = frame["score_mean"]
    return tuple(sorted(found, key=lambda p: (-round(p.p_worst, 2), -float(score[p.id]), p.id)))


def named(summary: Summary) -> tuple[tuple[Place, ...], float]:
    """Choose the regions that a sentence names, and what probability is left to all others."""
    chosen: list[Place] = []
    for place in leading(summary)[:MOST_NAMED]:
        if math.fsum(p.p_worst for p in chosen) >= NAMED_SHARE:
            break
        chosen.append(place)
    return tuple(chosen), max(0.0, 1.0 - math.fsum(p.p_worst for p in chosen))


def sentences(summary: Summary) -> tuple[str, ...]:
    """Say in the report where the score is highest, and what is not known of which regions."""
    if not is_usable(summary):
        return ()
    chosen, rest = named(summary)
    said = [f"{place.name} ({words.probability(place.p_worst)})" for place in chosen]
    if said and rest >= LEAST_SAID:
        said.append(f"another region ({words.probability(rest)})")
    leader = (f"The region with the highest score, with its probability: {', '.join(said)}.",)
    return (*(leader if said else ()), *_short(summary))


def _short(summary: Summary) -> tuple[str, ...]:
    """State the share of the score of the regions that have no probability of their own."""
    frame = summary.regions
    short = frame[frame["p_worst"].isna()]
    if not len(short):
        return ()
    share = words.percent(float(short["share_mean"].sum()))
    number = f"{len(short)} of {len(frame)} regions"
    left = max(0.0, 1.0 - float(frame["p_worst"].sum()))
    said = f"{number} have no probability of their own, for the reasons in the table"
    if len(short) == len(frame):
        return (f"{said}.",)
    theirs = f"{share} of the score (mean), and the highest score with probability"
    return (f"{said}; together they have {theirs} {words.probability(left)}.",)


def scores_table(summary: Summary) -> Table:
    """Print score, share and probability of every region, and what stands behind them."""
    rows = [
        (
            str(row["name"]),
            str(row["note"]),
            words.quantity(row["score_q50"]),
            words.interval(row["score_q05"], row["score_q95"]),
            words.percent(row["share_mean"]),
            words.probability(row["p_worst"]),
            words.count(row["sources"]),
            words.count(row["overlap"]),
        )
        for _, row in by_score(summary).iterrows()
    ]
    columns = (
        "Region", "Note", "Median", "90% interval", "Share", "P(highest score)", "Sources",
        "Shared",
    )  # fmt: skip
    return Table("Violence scores by region", columns, tuple(rows), 2, _SCORES_NOTE)
