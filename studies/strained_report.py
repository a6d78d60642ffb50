"""The report of the study of strained rounds: one table and one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import recovery_table
from .recovery_table import LEADERS, Row, coverage, leaders, machine, markdown, percent, pooled

PER_FIT = (
    "setting", "round", "model", "seed", "seen", "happened", "passed", "rhat", "ess",
    "divergences", "steps", "seconds", "commit",
)  # fmt: skip
NOMINAL = 0.9
FILE, TERMS_FILE = "strained.csv", "strained-terms.csv"
COMPLETE = "complete"


def read(out: Path) -> list[Row]:
    """The rows of an earlier ``strained.csv``, a record each as the study makes them; or none."""
    rows = recovery_table.read(out / FILE, PER_FIT)
    if not rows:
        return []
    said = pd.read_csv(out / TERMS_FILE).set_index(["setting", "round"])
    where = [(row["setting"], row["round"], row["model"]) for row in rows]
    return [{**row, "terms": _terms_of(said, at)} for row, at in zip(rows, where, strict=True)]


def _terms_of(said: pd.DataFrame, where: tuple[Any, ...]) -> list[Any]:
    there = where[-1] == COMPLETE and where[:2] in said.index
    return said.loc[[where[:2]]].to_dict("records") if there else []


def write(rows: Sequence[Row], out: Path, about: str) -> None:
    """Write ``strained.csv`` (a row a round, model and contender) and ``strained.md``."""
    out.mkdir(parents=True, exist_ok=True)
    table = contenders(rows)
    for frame, name in ((table, FILE), (terms(rows), TERMS_FILE)):
        frame.to_csv(out / name, index=False, float_format="%.6g", lineterminator="\n")
    (out / "strained.md").write_text(page(rows, table, about), encoding="utf-8")


def contenders(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a round, model and contender."""
    return recovery_table.contenders(rows, PER_FIT)


def terms(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a round and structure's parameter, as the complete model has it."""
    columns = ["setting", "round", "term", "of", "truth", "position"]
    return recovery_table.listed(rows, "terms").reindex(columns=columns)


def page(rows: Sequence[Row], table: pd.DataFrame, about: str) -> str:
    """Write the page."""
    parts = [
        "# Strained rounds",
        _method(rows, about),
        "## Coverage and leader",
        markdown(pd.DataFrame(_settings(table)), {}),
        "## What the complete model says of the structures",
        markdown(pd.DataFrame(_of_terms(terms(rows))), {}),
        "## Fits",
        markdown(pd.DataFrame(_fits(rows)), {}),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _method(rows: Sequence[Row], about: str) -> str:
    seconds = sum(row["seconds"] for row in rows)
    return f"""
Simulated rounds; `python -m dtoscore.studies.strained`; {about};
{pooled(rows)}; on {machine()}; {seconds / 60:.0f} minutes of one core in all.
6 organizations, 6 regions, killings alone, 12 months of which three are scored, two groups of
two press sources, a federal list, and courts that report
a tenth of all incidents unless said. Silencing: γ of sd 0.8 by organization, on the press.
Framing: 15% of claims, each author's own share drawn around that. Copying: κ = 0.7. Delay: median
30 days, the round ends 10 days after the window. What no report can inform is drawn from its
prior: the share that nobody can see, the share of scenes that nobody can read, how much of what
nobody attributes is ordinary violence, whose violence a clash is, the law of the dead in large
events. "oracle": one who knows the world, and draws only what no parameter settles.
Coverage is of 90% intervals of the realized scores, with a
standard error clustered by round. "core" is the model without any extension.
"""


def _settings(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        _setting(str(setting), str(model), part)
        for (setting, model), part in table.groupby(["setting", "model"], sort=False)
    ]


def _setting(setting: str, model: str, part: pd.DataFrame) -> dict[str, object]:
    share, error = coverage(part)
    lead = leaders(part)
    by_p = LEADERS["p_worst"]
    right = lead[by_p] == lead["truth"]
    said = lead["P(worst) of its leader"]
    wrong = said[~right]
    return {
        "setting": setting,
        "model": model,
        "rounds": part["round"].nunique(),
        "coverage of 90%": percent(share, error),
        "from 90%, in errors": f"{(share - NOMINAL) / error:+.1f}" if error else "-",
        "truth above": _share(part["position"] > 0.95),
        "truth below": _share(part["position"] < 0.05),
        "median width": f"{part['width'].median():.0f}",
        **_oracle(part),
        "leader right": f"{int(right.sum())} of {len(right)}",
        "mean P(worst) said": f"{said.mean():.2f}",
        "wrong at 0.9 or more": int((wrong >= NOMINAL).sum()),
    }


def _oracle(part: pd.DataFrame) -> dict[str, object]:
    """Ratio of the mean widths, and how often the oracle's interval holds the truth."""
    none: dict[str, object] = {"width over oracle's": "-", "oracle's coverage": "-"}
    if "oracle_width" not in part:
        return none
    known = part[part["oracle_width"].notna()]
    if known.empty:
        return none
    ratio = known["width"].sum() / known["oracle_width"].sum()
    return {
        "width over oracle's": f"{ratio:.2f}",
        "oracle's coverage": percent(*coverage(known, "oracle_covered")),
    }


def _of_terms(said: pd.DataFrame) -> list[dict[str, object]]:
    """How often 90% intervals of each structure's parameters hold the truth."""
    said = said.assign(covered=said["position"].between(0.05, 0.95))
    return [
        {
            "setting": setting,
            "term": term,
            "rounds": part["round"].nunique(),
            "parameters": len(part),
            "coverage of 90%": percent(*coverage(part)),
            "truth above": _share(part["position"] > 0.95),
            "truth below": _share(part["position"] < 0.05),
        }
        for (setting, term), part in said.groupby(["setting", "term"], sort=False)
    ]


def _share(which: pd.Series) -> str:
    return f"{100 * which.mean():.0f}%"


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
