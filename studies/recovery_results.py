"""What the recovery study found, in words and tables: scores, leaders, sources, parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .recovery_compare import LARGEST_LISTED
from .recovery_size import SIZES
from .recovery_table import (
    INSIDE,
    LARGEST_ERROR,
    LEADERS,
    NOMINAL,
    Row,
    coverage,
    judging_error,
    leaders,
    listed,
    markdown,
    measured,
    percent,
)

OFF = 3.0
"""Standard errors beyond which a parameter's coverage is pointed at."""
DRAWN = tuple(size.name for size in SIZES)
TIES_TEXT = (
    "Scores are sums of counts, often few: a closed interval of counts holds more than 90%. So "
    "the *position* of the truth among the draws is used, ties broken at random, which is "
    "uniform where the draws are right; the closed interval stands beside it. The 50% coverage "
    "is that of positions between .25 and .75."
)
LEADING_TEXT = (
    "Rounds in which the leader by each method is the truly worst, alone. A round is missed "
    "where two lead together."
)


def scores(table: pd.DataFrame) -> list[str]:
    """Say how often the intervals hold the true scores, and how wide they are."""
    share, clustered_error = coverage(table)
    error = judging_error(clustered_error, len(table))
    far = abs(share - NOMINAL) / error
    verdict = "within" if far <= 2.0 else "NOT within"
    precise = "at most" if error <= LARGEST_ERROR else "above"
    sentence = (
        f"The 90% intervals of the realized scores hold the truth of {share:.1%} of "
        f"{len(table)} contenders, standard error {error:.1%} (clustered by round, {precise} "
        f"{LARGEST_ERROR:.1%}): {verdict} 2 standard errors of 90%, at {far:.1f}."
    )
    every = [(name, table[table["setting"] == name]) for name in DRAWN]
    every += [("all", table), ("all whose fit passes the gate", table[table["passed"]])]
    every += [("all whose fit does not", table[~table["passed"]])]
    rows = [_score_row(name, part) for name, part in every if len(part)]
    counts = np.histogram(table["position"], bins=10, range=(0, 1))[0]
    tenths = ", ".join(str(n) for n in counts)
    return [
        sentence,
        TIES_TEXT,
        markdown(pd.DataFrame(rows), {}),
        f"Contenders by tenths of the position: {tenths} (even: {len(table) / 10:.0f} each).",
    ]


def _score_row(name: str, part: pd.DataFrame) -> dict[str, str]:
    middle = part.assign(middle=part["position"].between(0.25, 0.75))
    width, known = part["width"].mean(), part["oracle_width"].mean()
    return {
        "size": name,
        "contenders": str(len(part)),
        "coverage of 90%": percent(*coverage(part)),
        "of 50%": percent(*coverage(middle, "middle")),
        "closed interval": percent(*coverage(part, "closed")),
        "oracle's coverage": percent(*coverage(part, "oracle_covered")),
        "mean width": f"{width:.0f}",
        "oracle's": f"{known:.0f}",
        "ratio": f"{width / known:.2f}",
        "median width": f"{part['width'].median():.0f}",
        "oracle's median": f"{part['oracle_width'].median():.0f}",
    }


def leading(table: pd.DataFrame) -> str:
    """Say how often the leader by each method is the truly worst."""
    every = leaders(table)
    records = []
    for setting, part in every.groupby("setting", sort=False):
        record: dict[str, object] = {"setting": setting, "rounds": len(part)}
        for title in LEADERS.values():
            record[title] = int((part[title] == part["truth"]).sum())
        record["mean P(worst) of its leader"] = f"{part['P(worst) of its leader'].mean():.2f}"
        records.append(record)
    drawn = every[every["setting"].isin(DRAWN)]
    right = (drawn["P(worst)"] == drawn["truth"]).astype(float)
    said = drawn["P(worst) of its leader"]
    error = (said * (1 - said)).sum() ** 0.5 / max(len(said), 1)
    sentence = (
        f"In the rounds drawn from the priors the leader by P(worst) is the truly worst in "
        f"{right.mean():.1%}; it said {said.mean():.1%} on average (standard error of the "
        f"share, if what it said is right: {error:.1%})."
    )
    table_ = markdown(pd.DataFrame(records), {})
    return "\n\n".join([LEADING_TEXT, table_, sentence, _said(said, right)])


def _said(said: pd.Series, right: pd.Series) -> str:
    """Of the times it said about so much, how often was it right."""
    bins = pd.cut(said, [0.0, 0.5, 0.7, 0.9, 0.99, 1.0], include_lowest=True)
    records = [
        {
            "P(worst) of the leader": f"{max(interval.left, 0.0):.2f} to {interval.right:.2f}",
            "rounds": len(part),
            "mean said": f"{part.mean():.2f}",
            "was the worst": f"{right[part.index].mean():.2f}",
        }
        for interval, part in said.groupby(bins, observed=True)
    ]
    return markdown(pd.DataFrame(records), {})


def sources(drawn: Sequence[Row]) -> str:
    """Say how often the intervals of every quality of a source hold the truth."""
    frame = measured(listed(drawn, "sources"))
    titles = {
        "detection": "share of the organizations' incidents of the window that it listed",
        "right": "P(the right name, given a name)",
        "unknown": "P(names nobody)",
    }
    rows = [
        {
            "of each source": titles[str(what)],
            "values": len(part),
            "coverage of 90%": percent(*coverage(part)),
            "mean width": f"{part['width'].mean():.3f}",
            "mean of the truth": f"{part['truth'].mean():.3f}",
        }
        for what, part in frame.groupby("what", sort=False)
    ]
    return markdown(pd.DataFrame(rows), {})


def parameters(drawn: Sequence[Row]) -> str:
    """Say how often the intervals of every parameter hold the truth."""
    frame = listed(drawn, "parameters")
    frame["covered"] = frame["position"].between(*INSIDE)
    rows = [_parameter_row(str(name), part) for name, part in frame.groupby("parameter")]
    off = [row["parameter"] for row in rows if row.pop("off")]
    named = ", ".join(off) if off else "none"
    sentence = (
        f"90% intervals of {len(frame)} values of {len(rows)} parameters, of each that has at most "
        f"{LARGEST_LISTED} levels in a round; larger ones are not compared. More than {OFF:.0f} "
        f"standard errors (clustered by round) from 90%: {named}. "
        "The mean position is .5 where nothing leans."
    )
    return sentence + "\n\n" + markdown(pd.DataFrame(rows), {})


def _parameter_row(name: str, part: pd.DataFrame) -> dict[str, Any]:
    share, error = coverage(part)
    return {
        "parameter": name,
        "values": len(part),
        "coverage of 90%": percent(share, error),
        "mean position": f"{part['position'].mean():.2f}",
        "off": error > 0 and abs(share - NOMINAL) > OFF * error,
    }
