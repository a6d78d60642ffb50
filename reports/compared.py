"""Alternatives of the model side by side: as a terminal shows them, as sentences and as JSON."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table

from ..data.problems import counted
from ..inference.summary import LEADING
from .words import NONE, interval, probability, quantity


def alternatives_table(frame: pd.DataFrame) -> Table:
    """Tabulate P(worst) and scores, one row an organization, two columns a structure.

    Parameters
    ----------
    frame
        As ``inference.alternatives.compare`` gives it. Of a fit that did not pass its gate no
        probability is shown.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("organization")
    for title in ("model", "score (90% interval)", "P(worst)"):
        table.add_column(title, justify="left" if title == "model" else "right", no_wrap=True)
    for organization, rows in frame.groupby("organization", sort=True):
        for number, row in enumerate(rows.to_dict("records")):
            name = escape(str(organization)) if number == 0 else ""
            table.add_row(name, *_cells(row), end_section=number == len(rows) - 1)
    return table


def _cells(row: dict[Any, Any]) -> tuple[str, str, str]:
    score = f"{quantity(row['q50'])} ({interval(row['q05'], row['q95'])})"
    worst = probability(row["p_worst"]) if row["passed"] else NONE
    return escape(str(row["structure"])), score, worst


def sentences(frame: pd.DataFrame) -> list[str]:
    """Say what each model would let be announced, which are of no use, and whether others agree."""
    usable = frame["passed"].astype(bool)
    failed, leaders = _structures(frame[~usable]), _leaders(frame[usable])
    said = [*_statuses(frame[usable])]
    if failed:
        fits = counted(len(failed), "fit is", "fits are")
        said.append(f"{fits} not good enough to be used: {', '.join(failed)}.")
    if len(leaders) > 1:
        same = len(set(leaders.values())) == 1
        said.append(
            f"The likeliest worst is the same in all {len(leaders)} models that can be used."
            if same
            else "The likeliest worst is not the same in all models: the answer rests on what "
            "they assume."
        )
    return said


def _statuses(frame: pd.DataFrame) -> Iterator[str]:
    """Say what each model would let be announced."""
    groups = [(str(s), _structures(rows)) for s, rows in frame.groupby("status", sort=True)]
    if groups:
        each = (f"{status.replace('_', ' ')} by {', '.join(names)}" for status, names in groups)
        yield f"What would be announced: {'; '.join(each)}."
    if not set(frame["status"]) <= LEADING:
        yield "Where nobody may be named, P(worst) is part of the record and no finding."


def alternatives_document(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Arrange the rows for machines; P(worst) of a fit that failed its gate is null."""
    rows = [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
    return [row if row["passed"] else row | {"p_worst": None} for row in rows]


def _structures(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(str(name) for name in frame["structure"]))


def _leaders(frame: pd.DataFrame) -> dict[str, str]:
    """Who leads by P(worst) in each structure, ties by name."""
    ordered = frame.sort_values(["p_worst", "organization"], ascending=[False, True])
    first = ordered.groupby("structure", sort=False).first()
    return {str(name): str(who) for name, who in first["organization"].items()}
