"""The report of the study of strained rounds: one table and one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import recovery_table
from .recovery_table import (
    FIT,
    INSIDE,
    LARGEST_ERROR,
    Row,
    above,
    below,
    coverage,
    fit_of,
    joined,
    machine,
    markdown,
    percent,
    pooled,
    under_way,
)
from .strained_results import COMPLETE, changes, judged, regions, settings, share
from .study_task import DRAWS, TUNE

PER_FIT = (
    "setting", "round", "model", "seed", "seen", "happened", "passed", "rhat", "ess",
    "divergences", "steps", "seconds", "commit",
)  # fmt: skip
RULE_TEXT = (
    "Each row is judged by one rule: |coverage - 90%| within 2 standard errors, clustered by "
    f"round, of at most {100 * LARGEST_ERROR:.1f} points each; where they come out smaller, those "
    "of as many independent intervals count. It is asked of the complete model in the first six "
    "settings, in which what reports do not inform is drawn from its priors; elsewhere it shows "
    "by how much intervals fall short. What reports do inform is fixed (γ's sd, κ, the delays), so "
    "that the rule is a test of robustness and no identity. Points are hundredths. The fits are "
    f"short, two chains of {TUNE} + {DRAWS} draws: no release would be made of them, which asks "
    "for 400 effective draws and an R-hat of 1.01. Where some pass that gate all the same they "
    "stand beside all."
)
SAME_TEXT = (
    "The settings are no samples of their own: round 0 has one seed, and the same incidents happen "
    "in it in every setting (by whom, where, when, with how many dead; only the sides of clashes "
    "are drawn after the reports, and a world without any courts is another), and so on for every "
    "round. A round that is hard is hard in every row, and rows of the tables above and below may "
    "not be counted as independent of each other. What differs between them is told by the change "
    "within the rounds that both have, with its own standard error, clustered by round; in points."
)
REGIONS_TEXT = (
    'Violence by place, whoever of the roster did it. "As P(worst) says": in how many rounds the '
    "leading region should be the truly worst, by the sum of its P(worst), and the error of such "
    "a number if these probabilities are right. The first fits were made before regions were "
    "compared and are not among them."
)
FILE, TERMS_FILE, REGIONS_FILE = "strained.csv", "strained-terms.csv", "strained-regions.csv"


def read(out: Path) -> list[Row]:
    """The rows of an earlier ``strained.csv``, a record each as the study makes them; or none."""
    rows = recovery_table.read(out / FILE, PER_FIT)
    if not rows:
        return []
    said = pd.read_csv(out / TERMS_FILE).assign(model=COMPLETE)
    parts = {"terms": _by_fit(said), "regions": _by_fit(pd.read_csv(out / REGIONS_FILE))}
    return [{**row, **{k: v.get(fit_of(row), []) for k, v in parts.items()}} for row in rows]


def _by_fit(frame: pd.DataFrame) -> dict[tuple[Any, ...], list[Any]]:
    """Records of a table by the fit that they are of."""
    keys = list(FIT)
    parts = frame.groupby(keys, sort=False)
    return {fit: part.drop(columns=keys).to_dict("records") for fit, part in parts}


def write(rows: Sequence[Row], out: Path, about: str, asked: int) -> None:
    """Write ``strained.csv`` (a row a round, model and contender), its like, and the page."""
    out.mkdir(parents=True, exist_ok=True)
    table = contenders(rows)
    parts = {FILE: table, TERMS_FILE: terms(rows), REGIONS_FILE: places(rows)}
    for name, frame in parts.items():
        frame.to_csv(out / name, index=False, float_format="%.6g", lineterminator="\n")
    (out / "strained.md").write_text(page(rows, table, about, asked), encoding="utf-8")


def contenders(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a round, model and contender."""
    return recovery_table.contenders(rows, PER_FIT)


def terms(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a round and structure's parameter, as the complete model has it."""
    columns = ["setting", "round", "term", "of", "truth", "position"]
    return recovery_table.listed(rows, "terms").reindex(columns=columns)


def places(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a fit and region; fits of before regions were compared have none."""
    found = [{**{k: row[k] for k in FIT}, **one} for row in rows for one in row.get("regions", ())]
    columns = [*FIT, "region", "truth", "worst", "q05", "q95", "position", "p_worst"]
    return pd.DataFrame(found).reindex(columns=columns)


def page(rows: Sequence[Row], table: pd.DataFrame, about: str, asked: int) -> str:
    """Write the page, of so many fits that are asked for."""
    parts = [
        "# Strained rounds",
        under_way(len(rows), asked),
        _method(rows, about),
        "## Coverage",
        RULE_TEXT,
        markdown(pd.DataFrame(judged(table)), {}),
        "## Changes of coverage in the same rounds",
        SAME_TEXT,
        markdown(pd.DataFrame(changes(table)), {}),
        "## Intervals and leaders",
        markdown(pd.DataFrame(settings(table)), {}),
        "## Regions",
        REGIONS_TEXT,
        markdown(pd.DataFrame(regions(places(rows))), {}),
        "## What the complete model says of the structures",
        markdown(pd.DataFrame(_of_terms(terms(rows))), {}),
        "## Fits",
        markdown(pd.DataFrame(_fits(rows)), {}),
    ]
    return joined(parts)


def _method(rows: Sequence[Row], about: str) -> str:
    seconds = sum(row["seconds"] for row in rows)
    return f"""
Simulated rounds; `python -m dtoscore.studies.strained`; {about};
{pooled(rows)}; on {machine()}; {seconds / 60:.0f} minutes of one core in all.
6 organizations, 6 regions, killings alone, 12 months of which three are scored, two groups of
two press sources, a federal list, and courts that report a tenth of all incidents unless said.
Silencing: γ of sd 0.8 by organization, on the press. Framing: 15% of the claims of an
organization are false on average, where the prior says 10%; of those of "other" 1%, in every
setting. Copying: κ = 0.7. Delay: median 30 days, the round ends 10 days after the window. What
reports do not inform, or hardly, is drawn from its prior in every setting: each author's share of
false claims and on whom these fall, whom wrong names fall on, how often a source is right, the
share that nobody can see, what sources see or miss together, how much harder a type of source sees
organizations than ordinary violence, whom courts pursue, the share of scenes that nobody can read,
how much of what nobody attributes is ordinary violence, whose violence a clash is and who writes it
as one side's, the law of the dead in large events. Months have no factor of their own. "Fixed
framing" (30% of everybody's claims) and "outside the model" are other worlds: there nobody's claims
are false, or the same share of everybody's, or each author's own around 15%; never those of
"other", and they fall on rivals by their territories.

"oracle": one who knows the world, the law of the dead with it, and draws only what no parameter
settles. Coverage is of 90% intervals of the realized scores, with a standard error clustered by
round. "core" is the model without any extension, which knows neither false claims nor what nobody
can see, nor that a clash shows one side to all who see it: these are in every setting.
"""


def _of_terms(said: pd.DataFrame) -> list[dict[str, object]]:
    """How often 90% intervals of each structure's parameters hold the truth."""
    said = said.assign(covered=said["position"].between(*INSIDE))
    return [
        {
            "setting": setting,
            "term": term,
            "rounds": part["round"].nunique(),
            "parameters": len(part),
            "coverage of 90%": percent(*coverage(part)),
            "truth above": share(above(part["position"])),
            "truth below": share(below(part["position"])),
        }
        for (setting, term), part in said.groupby(["setting", "term"], sort=False)
    ]


def _fits(rows: Sequence[Row]) -> list[dict[str, object]]:
    columns = ["setting", "model", "passed", "rhat", "ess", "divergences", "steps", "seconds"]
    frame = pd.DataFrame([{k: row[k] for k in columns} for row in rows])
    return [
        {
            "setting": setting,
            "model": model,
            "fits": len(part),
            "pass the gate": int(part["passed"].sum()),
            "median R-hat": f"{part['rhat'].median():.3f}",
            "median ESS": f"{part['ess'].median():.0f}",
            "divergences": int(part["divergences"].sum()),
            "mean leapfrog steps": f"{part['steps'].mean():.0f}",
            "median seconds": f"{part['seconds'].median():.0f}",
        }
        for (setting, model), part in frame.groupby(["setting", "model"], sort=False)
    ]
