"""The page of real rounds: how they fit, whom they speak of, what they predict."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..inference.fit import FitOptions
from ..inference.predictive import LARGE, LISTED, SCATTER, UNNAMED
from ..inference.predictive_totals import TOTAL
from .recovery_table import Row, machine, markdown

LEAST_SAID = 0.01
"""Organizations with a smaller P(worst) are not listed."""


def write(rows: Sequence[Row], out: Path, about: str, options: FitOptions) -> None:
    """Write ``real-rounds.csv`` (one row a prediction) and ``real-rounds.md``."""
    out.mkdir(parents=True, exist_ok=True)
    records = [
        {"round": row["round"], "variant": row["variant"], **one}
        for row in rows
        for one in row["predicted"]
    ]
    made = pd.DataFrame(records)
    made.to_csv(out / "real-rounds.csv", index=False, float_format="%.6g", lineterminator="\n")
    (out / "real-rounds.md").write_text(page(rows, about, options), encoding="utf-8")


def page(rows: Sequence[Row], about: str, options: FitOptions) -> str:
    """Write the page."""
    method = (
        "Real data, not simulated: UCDP's events of Mexico with official totals; "
        f"`python -m dtoscore.studies.real_rounds`; {about}; {options.chains} chains of "
        f"{options.tune} + {options.draws} draws, steps for {options.target_accept} accepted, seed "
        f"{options.seed}; on {machine()}. A fit that "
        "fails its gate is shown for whoever judges the method, and names nobody."
    )
    parts = [
        "# Real rounds",
        method,
        "## Fits",
        markdown(pd.DataFrame(list(map(_fit, rows))), {}),
        "## Organizations",
        f"Those with P(worst) of {LEAST_SAID} or more; medians and 90% intervals.",
        markdown(pd.DataFrame([one for row in rows for one in _named(row)]), {}),
        "## What the fits predict",
        "Medians and 90% intervals; position: share of the predictions below what was seen.",
        markdown(pd.DataFrame([one for row in rows for one in _predicted(row)]), {}),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


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
        "leapfrog steps": f"{row['steps']:.0f}",
        "minutes of a core": f"{row['seconds'] / 60:.0f}",
        "status": row["status"],
    }


def _between(one: Row, name: str = "") -> str:
    middle = one[name.rstrip("_") or "median"]
    low, high = one[f"{name}low"], one[f"{name}high"]
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _named(row: Row) -> list[dict[str, object]]:
    said = sorted(row["organizations"], key=lambda one: -one["p_worst"])
    return [
        {
            "round": row["round"],
            "fit": row["variant"],
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
