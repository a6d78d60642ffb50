"""The page of real rounds: how they fit, whom they speak of, what they predict."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..inference.predictive import LARGE, LISTED, UNNAMED
from ..inference.predictive_scatter import SCATTER
from ..inference.predictive_totals import TOTAL
from .recovery_table import Row, joined, machine, markdown, pooled

FILE = "real-rounds.jsonl"
WITH = "with totals"
"""The fit of a round that comes first."""
LEAST_SAID = 0.01
"""Organizations with a smaller P(worst) are not listed."""
ORGANIZATIONS = (
    f"By name, those with P(worst) of {LEAST_SAID} or more; medians and 90% intervals. For whoever "
    "judges the method: what a release may say of them is its status."
)


def read(out: Path) -> list[Row]:
    """The records of an earlier ``real-rounds.jsonl``; or none."""
    file = out / FILE
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


def write(rows: Sequence[Row], out: Path) -> None:
    """Write ``real-rounds.jsonl``, one record a fit by rounds, and ``real-rounds.md``."""
    out.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: (row["round"], row["variant"] != WITH))
    text = "".join(json.dumps(row) + "\n" for row in ordered)
    (out / FILE).write_text(text, encoding="utf-8")
    (out / "real-rounds.md").write_text(page(ordered), encoding="utf-8")


def page(rows: Sequence[Row]) -> str:
    """Write the page."""
    method = (
        "Real data, not simulated: UCDP's events of Mexico with official totals; "
        f"`python -m dtoscore.studies.real_rounds`; {pooled(rows)}; on {machine()}. A fit that "
        "fails its gate is shown for whoever judges the method, and names nobody."
    )
    parts = [
        "# Real rounds",
        method,
        "## Fits",
        markdown(pd.DataFrame(list(map(_fit, rows))), {}),
        "## Organizations",
        ORGANIZATIONS,
        markdown(pd.DataFrame([one for row in rows for one in _named(row)]), {}),
        "## What the fits predict",
        "Medians and 90% intervals; position: share of the predictions below what was seen.",
        markdown(pd.DataFrame([one for row in rows for one in _predicted(row)]), {}),
    ]
    return joined(parts)


def _fit(row: Row) -> dict[str, object]:
    return {
        "round": row["round"],
        "fit": row["variant"],
        "incidents": row["incidents"],
        "coarse records (dead)": f"{row['coarse']} ({row['coarse_dead']:,})",
        "totals": row["totals"],
        "gate": "passes" if row["passed"] else "fails",
        "R-hat": f"{row['rhat']:.3f}",
        "ESS": f"{row['ess']:.0f}",
        "of a parameter": f"{row['parameter_ess']:.0f}",
        "divergences": row["divergences"],
        "chains x (tuned + kept)": row["sampled"],
        "steps for": f"{row['accepted']:g} accepted",
        "leapfrog steps": f"{row['steps']:.0f}",
        "minutes of a core": f"{row['seconds'] / 60:.0f}",
        "status": row["status"],
        "commit": row["commit"],
    }


def _between(one: Row, name: str = "") -> str:
    middle = one[name.rstrip("_") or "median"]
    low, high = one[f"{name}low"], one[f"{name}high"]
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _named(row: Row) -> list[dict[str, object]]:
    said = sorted(row["organizations"], key=lambda one: str(one["organization"]))
    return [
        {
            "round": row["round"],
            "fit": row["variant"],
            "status": row["status"],
            "organization": one["organization"],
            "P(worst)": f"{one['p_worst']:.2f}",
            "score": _between(one, "score_"),
            "unseen incidents": _between(one, "unseen_"),
        }
        for one in said
        if one["p_worst"] >= LEAST_SAID
    ]


def _predicted(row: Row) -> list[dict[str, object]]:
    order = (LISTED, UNNAMED, SCATTER, LARGE, TOTAL)
    said = sorted(row["predicted"], key=lambda one: order.index(one["check"]))
    return [
        {
            "round": row["round"],
            "fit": row["variant"],
            "check": one["check"],
            "of": one["of"],
            "seen": f"{one['observed']:,.0f}",
            "predicted": _between(one),
            "position": f"{one['position']:.3f}",
        }
        for one in said
    ]
