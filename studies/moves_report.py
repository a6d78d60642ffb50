"""The report of the study of moves: one table and one page."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from . import recovery_table
from .recovery_table import (
    Row,
    above,
    below,
    coverage,
    joined,
    machine,
    markdown,
    percent,
    pooled,
    under_way,
)

HEARD, SILENCED = "press heard", "press silenced"
AS_IT_WAS, COPIES, HONEST = "as it was", "ten copies", "two honest"
ROLLED_UP, APART = "splinter rolled up", "splinter apart"
PER_FIT = (
    "setting", "round", "model", "seed", "followed", "seen", "happened", "passed", "rhat", "ess",
    "divergences", "steps", "seconds", "commit",
)  # fmt: skip


def read(out: Path) -> list[Row]:
    """The rows of an earlier ``moves.csv``; or none."""
    return recovery_table.read(out / "moves.csv", PER_FIT)


def write(rows: Sequence[Row], out: Path, about: str, asked: int) -> None:
    """Write ``moves.csv`` (a row a fit and contender) and ``moves.md``."""
    out.mkdir(parents=True, exist_ok=True)
    table = contenders(rows)
    table.to_csv(out / "moves.csv", index=False, float_format="%.6g", lineterminator="\n")
    (out / "moves.md").write_text(page(rows, table, about, asked), encoding="utf-8")


def contenders(rows: Sequence[Row]) -> pd.DataFrame:
    """One row a fit and contender."""
    return recovery_table.contenders(rows, PER_FIT)


def page(rows: Sequence[Row], table: pd.DataFrame, about: str, asked: int) -> str:
    """Write the page, of so many fits that are asked for."""
    parts = [
        "# Moves of P(worst)",
        under_way(len(rows), asked),
        _method(rows, about),
        "## The one followed",
        markdown(pd.DataFrame(_followed(table)), {}),
        "## Moves, in rounds in which the same happened",
        markdown(pd.DataFrame(_moves(table)), {}),
    ]
    return joined(parts)


def _method(rows: Sequence[Row], about: str) -> str:
    seconds, passed = sum(row["seconds"] for row in rows), sum(row["passed"] for row in rows)
    return f"""
Simulated rounds; `python -m dtoscore.studies.moves`; {about}; {pooled(rows)};
on {machine()}; {seconds / 60:.0f} minutes of one core in all; {passed} pass the gate.
6 organizations, 8 regions, 12 months of which three are scored. *Press*: the worst silences three
press lists (logit of detection 2.5 lower), but not the federal one; it is followed. *Copies*, in a
world of 4 regions: of 8 incidents of the worst all twelve sources tell, and nobody says whose they
are, or the ten of a group whose members copy one another name the next, or the two honest ones do;
the next is followed. *Splinter*: in mid-window half of the worst becomes another organization,
rolled up into its parent or scored apart; the parent is followed.
"""


def followed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the organization that is followed."""
    return table[table["contender"] == table["followed"]]


def _followed(table: pd.DataFrame) -> list[dict[str, object]]:
    own = followed(table).groupby(["setting", "model"], sort=False)
    every = dict(list(table.groupby(["setting", "model"], sort=False)))
    return [
        {
            "variant": key[0],
            "model": key[1],
            "rounds": part["round"].nunique(),
            "truly worst": int((part["worst"] == 1.0).sum()),
            "mean P(worst)": f"{part['p_worst'].mean():.2f}",
            "truth above its interval": int(above(part["position"]).sum()),
            "truth below": int(below(part["position"]).sum()),
            "coverage of 90%, all contenders": percent(*coverage(every[key])),
        }
        for key, part in own
    ]


def _moves(table: pd.DataFrame) -> list[dict[str, object]]:
    """Changes of P(worst) of the one followed, between variants of one round."""
    pairs = [(HEARD, SILENCED, "complete"), (HEARD, SILENCED, "core"),
             (AS_IT_WAS, COPIES, "complete"), (AS_IT_WAS, HONEST, "complete")]  # fmt: skip
    return [
        _move(change, before, after, model)
        for before, after, model in pairs
        for change in [moves(table, before, after, model)]
        if len(change)
    ]


def moves(table: pd.DataFrame, before: str, after: str, model: str) -> pd.Series:
    """P(worst) after less before, by round."""
    own = followed(table)
    own = own[own["model"] == model]
    found = own.pivot_table(values="p_worst", index="round", columns="setting")
    found = found.reindex(columns=[before, after])
    return (found[after] - found[before]).dropna()


def _move(change: pd.Series, before: str, after: str, model: str) -> dict[str, object]:
    error = f" ± {change.std() / np.sqrt(len(change)):.3f}" if len(change) > 1 else ""
    return {
        "from": before,
        "to": after,
        "model": model,
        "rounds": len(change),
        "mean move": f"{change.mean():+.3f}{error}",
        "least, most": f"{change.min():+.2f}, {change.max():+.2f}",
    }
