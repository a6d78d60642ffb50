"""A release as a terminal shows it: the P(worst) table, the decision, and the truth beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..data.errors import InputError
from ..data.rounds import INVENTED
from ..inference.summary import LEADING, Summary
from .announcement import announcement, where
from .roster import UNFIT
from .words import NONE, count, interval, probability, quantity

Document = Mapping[str, Any]
LINE = 110
MISSED = "!"
"""Stands after a true score that its interval does not hold."""


def worst_table(document: Document, truth: Document | None = None) -> Table:
    """Tabulate score, P(worst) and candidates, the likeliest worst first.

    Where nobody is named organizations stand by name; a failed fit has no P(worst) at all.

    Parameters
    ----------
    document
        What release.json holds.
    truth
        What truth.json holds; its score is then a column more, "!" where it lies outside
        the 90% interval.
    """
    mark = None if _is_usable(document) else UNFIT
    table = Table(title=mark, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("organization")
    worst = ("P(worst)",) if _is_usable(document) else ()
    for title in ("reported", "score (90% interval)", *worst):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("candidate", no_wrap=True)
    if truth is not None:
        table.add_column("true score", justify="right", no_wrap=True)
    for organization in _ordered(document):
        cells = _cells(organization, document)
        table.add_row(*cells, *([] if truth is None else [_true(organization, truth["score"])]))
    return table


def region_table(document: Document, truth: Document) -> Table | None:
    """Tabulate the regions' scores beside the truth; None where either has none."""
    found = [region for region in document.get("regions", []) if "score" in region]
    true = truth.get("region_score")
    if not found or not isinstance(true, dict):
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("region")
    for title in ("score (90% interval)", "P(worst region)", "true score"):
        table.add_column(title, justify="right", no_wrap=True)
    for region in sorted(found, key=lambda r: (-float(true.get(r["id"], 0.0)), r["id"])):
        score, worst = region["score"], region.get("p_worst")
        table.add_row(
            escape(region["name"]),
            f"{quantity(score['q50'])} ({interval(score['q05'], score['q95'])})",
            NONE if worst is None else probability(worst),
            _true(region, true),
        )
    return table


def sentences(summary: Summary) -> list[str]:
    """Say what was decided as the announcement does, and every reason why no more was.

    Where no organization can be named, say where violence was highest.
    """
    said, place = announcement(summary), where(summary)
    reasons = [f"- {reason}" for reason in summary.decision.reasons]
    invented = [INVENTED] if summary.header.is_simulated else []
    return [*invented, f"{said.status}: {said.headline}", *reasons, *([place] if place else [])]


def verdict_on(document: Document, truth: Document) -> list[str]:
    """Say how a release did against the truth: its leader, raw counts, the intervals.

    The first sentence explains the table's "!" where it has one.
    """
    worst = truth["worst"] or "nobody alone"
    scored = [o for o in document["organizations"] if o["contender"]]
    held = sum(_holds(o, truth["score"]) for o in scored)
    baselines = [
        f"Leader by {name}: {', '.join(found['leaders'])} ({_right(found['leaders'] == [worst])})."
        for name, found in sorted(document.get("baselines", {}).items())
        if _may_order(document)
    ]
    intervals = f"The 90% interval holds the true score of {held} of {len(scored)} contenders."
    model = _leader(document, worst)
    said = [f"True worst: {worst}. {model}", *baselines, intervals]
    return [*_missed(document, truth), *said, *_places(document, truth)]


def shown(table: Table) -> None:
    """Print a table to stdout; where that is no terminal, in lines long enough to be read."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=LINE)
    console.print(table)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        Where the file is missing or is no JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([f"{path} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise InputError([f"{path} is not JSON: {error}"]) from error
    if not isinstance(value, dict):
        raise InputError([f"{path} holds no JSON object"])
    return value


def _ordered(document: Document) -> list[dict[str, Any]]:
    """Put contenders first, by falling P(worst) as printed, then score; the rest by score.

    Where nobody is named both stand by name.
    """
    found = document["organizations"]
    if not _may_order(document):
        return sorted(found, key=lambda o: (not o["contender"], o["name"].casefold(), o["id"]))
    return sorted(
        found,
        key=lambda o: (
            not o["contender"],
            -round(o.get("p_worst", 0.0), 2),
            -o["score"]["q50"],
            o["id"],
        ),
    )


def _is_usable(document: Document) -> bool:
    return bool(document["diagnostics"]["passed"])


def _may_order(document: Document) -> bool:
    return document["decision"]["status"] in LEADING


def _leader(document: Document, worst: str) -> str:
    if not _is_usable(document):
        return "The model has no leader: its fit is not good enough to be used."
    if not _may_order(document):
        return "The model has no leader: nobody can be named."
    leader = str(_ordered(document)[0]["id"])
    return f"The model's leader: {leader} ({_right(leader == worst)})."


def _cells(organization: dict[str, Any], document: Document) -> list[str]:
    score = organization["score"]
    worst = organization.get("p_worst")
    chance_of_it = [NONE if worst is None else probability(worst)]
    return [
        escape(organization["name"]),
        count(organization["incidents"]["reported"]),
        f"{quantity(score['q50'])} ({interval(score['q05'], score['q95'])})",
        *(chance_of_it if _is_usable(document) else []),
        "yes" if organization["id"] in document["decision"]["candidates"] else "",
    ]


def _places(document: Document, truth: Document) -> list[str]:
    """Say how the regions did against the truth; nothing where either has none."""
    if region_table(document, truth) is None:
        return []
    worst, true = truth.get("worst_region") or "none alone", truth["region_score"]
    scored = [region for region in document["regions"] if region["id"] in true]
    ranked = [region for region in scored if region.get("p_worst") is not None]
    model = "The model puts no region first."
    if ranked:
        first = max(ranked, key=lambda r: (r["p_worst"], r["score"]["q50"], r["id"]))["id"]
        model = f"The model's: {first} ({_right(first == worst)})."
    held = sum(_holds(region, true) for region in scored)
    intervals = f"The 90% interval holds the true score of {held} of {len(scored)} regions."
    return [f"Region with the highest true score: {worst}. {model}", intervals]


def _true(scored: dict[str, Any], truth: Document) -> str:
    """Print the true score of an organization or a region, marked where its interval misses it."""
    value = truth.get(scored["id"])
    if value is None:
        return ""
    return quantity(value) + ("" if _holds(scored, truth) else f" {MISSED}")


def _missed(document: Document, truth: Document) -> list[str]:
    """Explain the mark of a true score that its interval does not hold."""
    cells = [_true(organization, truth["score"]) for organization in document["organizations"]]
    places = [_true(r, truth.get("region_score", {})) for r in document.get("regions", [])]
    marked = any(cell.endswith(MISSED) for cell in (*cells, *places))
    return [f"{MISSED} The true score lies outside the 90% interval."] if marked else []


def _holds(scored: dict[str, Any], truth: Document) -> bool:
    value = float(truth.get(scored["id"], 0.0))
    score = scored["score"]
    return bool(score["q05"] <= value <= score["q95"])


def _right(is_right: bool) -> str:
    return "right" if is_right else "wrong"
