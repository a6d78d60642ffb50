"""The report of the recovery study: from records of rounds to one table and one page."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from .recovery_results import DRAWN, leading, parameters, scores, sources
from .recovery_size import SIZES, Size
from .recovery_table import (
    INSIDE,
    Row,
    contenders,
    coverage,
    joined,
    leaders,
    machine,
    markdown,
    percent,
)
from .recovery_world import FAR, FAR_CHANCE


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
        *scores(inside),
        "## Who leads",
        leading(table),
        "## Sources",
        sources(drawn),
        "## Parameters",
        parameters(drawn),
        "## Where the model's assumptions do not hold",
        *_violations(table),
        "## The sampler's gate",
        _gate(rows),
        "## Every round",
        markdown(leaders(table), {"P(worst) of its leader": ".2f"}),
    ]
    return joined(parts)


def _method(about: str, rows: Sequence[Row]) -> str:
    seconds = sum(row["seconds"] for row in rows)
    return f"""
Made by `make evidence`; {about}; on {machine()}; {seconds / 60:.0f} minutes of one core in all.

Of the **core model** (`models.structure.CORE`: no silencing, visibility of groups, claims, copying,
delay, noise or totals), which `dtoscore run` does not fit; `strained.md` is of the complete one.

All parameters of a round are drawn from the priors that its fit believes, turned into a world,
and simulated; the reports are written to a round folder, read, counted, and scored as a
user's would be. A drawn round is kept if the number of *reported* incidents lies within the
bounds below, and if every kind, every rivalry and some set of two organizations is reported.
That rule reads nothing but the reports, so that the probability of what is not seen, given the
reports, stays what it was: intervals of the rounds kept must hold the truth as often as they
say. The centres of the two priors that are usually taken from the reports (`rate_total`,
`rivalry_total`) are stated. A tenth of the reports of a clash tell its
dead by side, and rounds with rivalries are kept only if some do.

One shortcut reads the parameters. The number of reported incidents is Poisson given them; where
its mean lies beyond a bound by more than {FAR:.0f} standard deviations of a count at that bound,
the round is refused without being simulated. Its chance of being kept would have been below
{FAR_CHANCE:g}, so that no interval can tell.

The oracle knows the true parameters and draws only what no parameter settles: who did each
reported incident, what went unreported, how large that was. No method can be narrower and right.
"""


def _sizes(drawn: Sequence[Row]) -> str:
    records = [_size(size, [r for r in drawn if r["setting"] == size.name]) for size in SIZES]
    return markdown(pd.DataFrame(records), {})


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


VIOLATION_TEXTS = {
    "notoriety": "Not drawn from the priors, and wrong names fall mostly on one notorious "
    "organization that is not the worst. The model knows notoriety; simple counts do not.",
    "silenced press": "Not drawn from the priors, and the press is nearly silent where the worst "
    "is strong. Detection of the core model, which is the one studied here, knows no perpetrator, "
    "so that it is wrong here. But the "
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
            parts += [markdown(listed, {"P(worst) of its leader": ".2f"})]
    return parts


def _violated(part: pd.DataFrame) -> str:
    share, error = coverage(part)
    worst = part[part["worst"] == 1.0]
    below = int((worst["position"] > INSIDE[1]).sum())
    return (
        f"Coverage of the 90% intervals: {percent(share, error)} of {len(part)} contenders "
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
