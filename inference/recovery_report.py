"""The report of the recovery study: from records of rounds to one table and one page."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .recovery_world import FAR, FAR_CHANCE, SIZES, Size

Row = Mapping[str, Any]

INSIDE = (0.05, 0.95)
NOMINAL = 0.9
LARGEST_ERROR = 0.025
"""Largest standard error of the coverage with which the study says anything."""
OFF = 3.0
"""Standard errors beyond which a parameter's coverage is pointed at."""
PER_ROUND = (
    "setting", "round", "seed", "tries", "seen", "happened", "passed", "rhat", "ess", "divergences",
)  # fmt: skip
LEADERS = {"p_worst": "P(worst)", "raw": "raw counts", "majority": "majority vote"}
DRAWN = tuple(size.name for size in SIZES)


def write(rows: Sequence[Row], out: Path, about: str) -> None:
    """Write ``recovery.csv`` (a row a round and contender) and ``recovery.md``.

    Parameters
    ----------
    rows
        Records of rounds, as ``recovery.study`` gives them.
    about
        Commit and seed, for the page.
    """
    out.mkdir(parents=True, exist_ok=True)
    table = contenders(rows)
    table.to_csv(out / "recovery.csv", index=False, float_format="%.6g", lineterminator="\n")
    (out / "recovery.md").write_text(page(rows, table, about), encoding="utf-8")


def contenders(rows: Iterable[Row]) -> pd.DataFrame:
    """One row a round and contender: truth, interval, position, the oracle's, each leader's."""
    records = [
        {**{k: row[k] for k in PER_ROUND}, **one} for row in rows for one in row["contenders"]
    ]
    return _measured(pd.DataFrame(records))


def _measured(frame: pd.DataFrame) -> pd.DataFrame:
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
    by = frame.astype({column: float}).groupby(["setting", "round"])[column]
    hits, sizes = by.sum().to_numpy(), by.size().to_numpy()
    share = float(hits.sum() / sizes.sum())
    groups = len(sizes)
    spread = float(((hits - share * sizes) ** 2).sum()) * groups / max(groups - 1, 1)
    return share, spread**0.5 / float(sizes.sum())


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


def page(rows: Sequence[Row], table: pd.DataFrame, about: str) -> str:
    """Write the page."""
    drawn = [row for row in rows if row["setting"] in DRAWN]
    inside = table[table["setting"].isin(DRAWN)]
    parts = [
        "# Truth recovery",
        _method(about, rows),
        "## Rounds drawn from the priors",
        _sizes(drawn),
        "## Scores",
        *_scores(inside),
        "## Who leads",
        _leading(table),
        "## Sources",
        _sources(drawn),
        "## Parameters",
        _parameters(drawn),
        "## Where the model's assumptions do not hold",
        *_violations(table),
        "## The sampler's gate",
        _gate(rows),
        "## Every round",
        _text(leaders(table), {"P(worst) of its leader": ".2f"}),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _method(about: str, rows: Sequence[Row]) -> str:
    seconds = sum(row["seconds"] for row in rows)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""
Made by `make evidence`; {about}; on {machine}; {seconds / 60:.0f} minutes of one core in all.

All parameters of a round are drawn from the priors that its fit believes, turned into a world,
and simulated; the reports are written to a round folder, read, counted, fitted and scored as a
user's would be. A drawn round is kept if the number of *reported* incidents lies within the
bounds below, and if every kind, every rivalry and some set of two organizations is reported.
That rule reads nothing but the reports, so that the probability of what is not seen, given the
reports, stays what it was: intervals of the rounds kept must hold the truth as often as they
say. The centres of the two priors that are usually taken from the reports (`rate_intercept`,
`rivalry_intercept`) are stated. Deaths by side are not reported in these rounds.

One shortcut reads the parameters. The number of reported incidents is Poisson given them; where
its mean lies beyond a bound by more than {FAR:.0f} standard deviations of a count at that bound,
the round is refused without being simulated. Its chance of being kept would have been below
{FAR_CHANCE:g}, so that no interval can tell.

The oracle knows the true parameters and draws only what no parameter settles: who did each
reported incident, what went unreported, how large that was. No method can be narrower and right.
"""


def _sizes(drawn: Sequence[Row]) -> str:
    records = [_size(size, [r for r in drawn if r["setting"] == size.name]) for size in SIZES]
    return _text(pd.DataFrame(records), {})


def _size(size: Size, rows: Sequence[Row]) -> dict[str, object]:
    seen = [row["seen"] for row in rows] or [0]
    share = [row["seen"] / row["happened"] for row in rows] or [float("nan")]
    return {
        "size": size.name,
        "organizations": size.organizations,
        "rivalries": len(size.rivals),
        "sources": len(size.sources),
        "regions": size.regions,
        "months (scored)": f"{size.n_months} ({size.window_months})",
        "kinds": len(size.kinds),
        "reported incidents, bounds": f"{size.seen[0]} to {size.seen[1]}",
        "median": f"{np.median(seen):.0f}",
        "share reported, median (least)": f"{np.median(share):.2f} ({min(share):.2f})",
        "kept of drawn": f"{len(rows)} of {sum(row['tries'] for row in rows)}",
    }


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


def _scores(table: pd.DataFrame) -> list[str]:
    share, error = coverage(table)
    far = abs(share - NOMINAL) / error if error else float("inf")
    verdict = "within" if far <= 2.0 else "NOT within"
    precise = "at most" if error <= LARGEST_ERROR else "above"
    sentence = (
        f"The 90% intervals of the realized scores hold the truth of {share:.1%} of "
        f"{len(table)} contenders, standard error {error:.1%} (clustered by round, {precise} "
        f"{LARGEST_ERROR:.1%}): {verdict} 2 standard errors of 90%, at {far:.1f}."
    )
    every = [(name, table[table["setting"] == name]) for name in DRAWN]
    every += [("all", table), ("all whose fit passes the gate", table[table["passed"]])]
    rows = [_score_row(name, part) for name, part in every if len(part)]
    counts = np.histogram(table["position"], bins=10, range=(0, 1))[0]
    tenths = ", ".join(str(n) for n in counts)
    return [
        sentence,
        TIES_TEXT,
        _text(pd.DataFrame(rows), {}),
        f"Contenders by tenths of the position: {tenths} (even: {len(table) / 10:.0f} each).",
    ]


def _score_row(name: str, part: pd.DataFrame) -> dict[str, str]:
    middle = part.assign(middle=part["position"].between(0.25, 0.75))
    width, known = part["width"].mean(), part["oracle_width"].mean()
    return {
        "size": name,
        "contenders": str(len(part)),
        "coverage of 90%": _percent(*coverage(part)),
        "of 50%": _percent(*coverage(middle, "middle")),
        "closed interval": _percent(*coverage(part, "closed")),
        "oracle's coverage": _percent(*coverage(part, "oracle_covered")),
        "mean width": f"{width:.0f}",
        "oracle's": f"{known:.0f}",
        "ratio": f"{width / known:.2f}",
        "median width": f"{part['width'].median():.0f}",
        "oracle's median": f"{part['oracle_width'].median():.0f}",
    }


def _leading(table: pd.DataFrame) -> str:
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
    table_ = _text(pd.DataFrame(records), {})
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
    return _text(pd.DataFrame(records), {})


def _sources(drawn: Sequence[Row]) -> str:
    records = [
        {"setting": row["setting"], "round": row["round"], **one}
        for row in drawn
        for one in row["sources"]
    ]
    frame = _measured(pd.DataFrame(records))
    titles = {
        "detection": "share of the organizations' incidents of the window that it listed",
        "right": "P(the right name, given a name)",
        "unknown": "P(names nobody)",
    }
    rows = [
        {
            "of each source": titles[str(what)],
            "values": len(part),
            "coverage of 90%": _percent(*coverage(part)),
            "mean width": f"{part['width'].mean():.3f}",
            "mean of the truth": f"{part['truth'].mean():.3f}",
        }
        for what, part in frame.groupby("what", sort=False)
    ]
    return _text(pd.DataFrame(rows), {})


def _parameters(drawn: Sequence[Row]) -> str:
    records = [
        {"setting": row["setting"], "round": row["round"], **one}
        for row in drawn
        for one in row["parameters"]
    ]
    frame = pd.DataFrame(records)
    frame["covered"] = frame["position"].between(*INSIDE)
    rows = [_parameter_row(str(name), part) for name, part in frame.groupby("parameter")]
    off = [row["parameter"] for row in rows if row.pop("off")]
    named = ", ".join(off) if off else "none"
    sentence = (
        f"90% intervals of {len(frame)} values of {len(rows)} parameters. More than {OFF:.0f} "
        f"standard errors (clustered by round) from 90%: {named}. "
        "The mean position is .5 where nothing leans."
    )
    return sentence + "\n\n" + _text(pd.DataFrame(rows), {})


def _parameter_row(name: str, part: pd.DataFrame) -> dict[str, Any]:
    share, error = coverage(part)
    return {
        "parameter": name,
        "values": len(part),
        "coverage of 90%": _percent(share, error),
        "mean position": f"{part['position'].mean():.2f}",
        "off": error > 0 and abs(share - NOMINAL) > OFF * error,
    }


VIOLATION_TEXTS = {
    "notoriety": "Not drawn from the priors, and wrong names fall mostly on one notorious "
    "organization that is not the worst. The model knows notoriety; simple counts do not.",
    "silenced press": "Not drawn from the priors, and the press is nearly silent where the worst "
    "is strong. The model's detection knows no perpetrator, so that it is wrong here. But the "
    "silence follows regions, which detection does know, so that part of it is taken up there; "
    "silence that followed the perpetrator within a region would not be.",
}


def _violations(table: pd.DataFrame) -> list[str]:
    parts = []
    for setting, text in VIOLATION_TEXTS.items():
        part = table[table["setting"] == setting]
        if len(part):
            listed = leaders(part).drop(columns="setting")
            title = f"### {setting.capitalize()}"
            parts += [title, text, _violated(part)]
            parts += [_text(listed, {"P(worst) of its leader": ".2f"})]
    return parts


def _violated(part: pd.DataFrame) -> str:
    share, error = coverage(part)
    worst = part[part["worst"] == 1.0]
    below = int((worst["position"] > INSIDE[1]).sum())
    return (
        f"Coverage of the 90% intervals: {_percent(share, error)} of {len(part)} contenders "
        f"in {part['round'].nunique()} rounds. The truly worst lies above its interval in "
        f"{below} of {len(worst)} rounds; mean of its raw count over its true score: "
        f"{(worst['raw'] / worst['truth']).mean():.2f}."
    )


def _gate(rows: Sequence[Row]) -> str:
    failed = [row for row in rows if not row["passed"]]
    lines = [f"- {row['setting']} {row['round']}: {' '.join(row['failures'])}" for row in failed]
    sentence = (
        f"Two chains a round. {len(rows) - len(failed)} of {len(rows)} fits pass the gate that a "
        "release has to pass; those that do not are listed, and are in every table above."
    )
    return "\n".join([sentence, "", *lines])


def _percent(share: float, error: float) -> str:
    return f"{100 * share:.1f} ± {100 * error:.1f}%"


def _text(frame: pd.DataFrame, formats: Mapping[str, str]) -> str:
    """Write a table as Markdown."""
    shown = [[format(value, formats.get(str(c), "")) for c, value in zip(frame, row, strict=True)]
             for row in frame.itertuples(index=False)]  # fmt: skip
    head = [str(column) for column in frame]
    lines = [head, ["---"] * len(head), *shown]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
