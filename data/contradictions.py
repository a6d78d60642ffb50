"""Totals that contradict their round: refused before a fit meets a likelihood of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from .aggregates import Aggregates, Bools, itemised
from .arrays import Floats
from .attribution import OTHER
from .axes import Axes
from .errors import InputError
from .problems import numbered, shown
from .totals import ANY, RESIDUAL, VICTIMS

if TYPE_CHECKING:
    from .evidence import Evidence

FAR = 4.0
"""Standard deviations: one in thirty thousand, of a thousand totals none by chance."""
MOST_SAID = 3
"""Rows of one series that are at fault alike: the others are counted."""


def check(evidence: Evidence) -> None:
    """Refuse totals that contradict the round.

    Raises
    ------
    InputError
        With every problem at once: a share where ``other`` is the background too, a class that
        no report has, a total below the least that it can be, one of nobody who can have acted.
    """
    aggregates = evidence.aggregates
    if aggregates is None or not len(aggregates):
        return
    items, held = in_unit(evidence)
    problems = [
        *_shared_background(aggregates, evidence.axes),
        *_unknown_classes(aggregates, evidence),
        *_below_least(aggregates, items, held),
        *_nobodys(aggregates, evidence, items),
    ]
    if problems:
        raise InputError(problems)


def _where(table: pd.DataFrame) -> str:
    lines = sorted(line for rows in table["rows"] for line in rows)
    return f"totals.csv {numbered(lines)}"


def _by_series(table: pd.DataFrame, chosen: Bools) -> list[tuple[str, list[int]]]:
    """Positions of the chosen totals by series, series in the order of the table."""
    series = table["series"].to_numpy()
    names = dict.fromkeys(series[chosen].tolist())
    return [(name, np.flatnonzero(chosen & (series == name)).tolist()) for name in names]


def _shared_background(aggregates: Aggregates, axes: Axes) -> list[str]:
    table = aggregates.table
    if not axes.has_other:
        return []
    behind = aggregates.authors[:, axes.authors.index(OTHER)]
    shared = aggregates.series.index[aggregates.series["share_mean"].notna()]
    return [
        f"{_where(table[behind & (table['series'] == name)])}: series {shown(name)} has a share in "
        "round.toml, and violence by none of the organizations is 'other' in this round (a source "
        "covers all, a report names it, or a series without a share counts it), so that the rest "
        "would be counted twice: take the share away"
        for name in shared
        if (behind & (table["series"] == name)).any()
    ]


def _unknown_classes(aggregates: Aggregates, evidence: Evidence) -> list[str]:
    table, known = aggregates.table, set(evidence.incidents["victim_class"])
    return [
        f"{_where(rows)}: victim_class {shown(name)} is the class of no incident that is reported, "
        "so nothing is known of its share; leave the total out, or its class"
        for name, rows in table.groupby("victim_class")
        if name != ANY and name not in known
    ]


def unlikely(evidence: Evidence) -> tuple[str, ...]:
    """Note series with totals far below what their declared capture makes of the reports there.

    Far: by more than ``FAR`` standard deviations of capture, noise and counting.
    """
    aggregates = evidence.aggregates
    if aggregates is None or not len(aggregates):
        return ()
    items, _ = in_unit(evidence)
    table, most = aggregates.table, aggregates.bounds[1]
    known = aggregates.series.loc[list(table["series"])]
    capture, sd, noise = (
        known[name].to_numpy(float) for name in ("capture_mean", "capture_sd", "noise")
    )
    spread = np.sqrt((sd * items) ** 2 + (noise * capture * items) ** 2 + capture * items)
    far = most < capture * items - FAR * spread  # False where no capture is declared
    return tuple(
        f"{_where(table.iloc[low])}: series {shown(name)} counts far less than is reported there, "
        f"as {most[low[0]]:.0f} of {items[low[0]]:.0f} {table['unit'].iloc[low[0]]}, and says that "
        f"it counts {capture[low[0]]:g} of them: its capture or noise in round.toml is wrong, or "
        "these rows are."
        for name, low in _by_series(table, far)
    )


def in_unit(evidence: Evidence) -> tuple[Floats, Floats]:
    """Items and held of each total in its own unit, none of a residual one; (aggregate,) each.

    Raises
    ------
    ValueError
        Where the evidence has no aggregates.
    """
    known = itemised(evidence)
    table = cast("Aggregates", evidence.aggregates).table
    victims, apart = table["unit"] == VICTIMS, table["scope"] == RESIDUAL
    pairs = ((known.items_victims, known.items), (known.held_victims, known.held))
    items, held = (np.where(apart, 0.0, np.where(victims, *pair)) for pair in pairs)
    return items, held


def _is_exact(aggregates: Aggregates) -> Bools:
    """Whether a total's series is known to count all there is, without noise; (aggregate,)."""
    known = aggregates.series.loc[list(aggregates.table["series"])]
    whole = (known["capture_mean"] == 1.0) & (known["capture_sd"] == 0.0) & (known["noise"] == 0.0)
    return whole.to_numpy(bool)


def _below_least(aggregates: Aggregates, items: Floats, held: Floats) -> list[str]:
    """Refuse what is below what it holds for certain, or below all where all is counted.

    That is where the series counts all there is, and without noise; of periods covered in part the
    part, rounded as in the model.
    """
    most, table = aggregates.bounds[1], aggregates.table
    bound = np.where(_is_exact(aggregates), np.maximum(np.rint(items), held), held)
    said = list[str]()
    for name, low in _by_series(table, most < bound):
        said += [
            f"{_where(table.iloc[[i]])}: count {most[i]:.0f} of series {shown(name)} is below the "
            f"{_why(most[i], bound[i], held[i], table['unit'].iloc[i])}"
            for i in low[:MOST_SAID]
        ]
        if rest := low[MOST_SAID:]:
            said.append(
                f"{_where(table.iloc[rest])}: {len(rest)} more counts of series {shown(name)} are "
                f"below what is reported there, {len(low)} of its "
                f"{(table['series'] == name).sum()} in all: is it a count of the same violence?"
            )
    return said


def _why(most: float, bound: float, held: float, unit: str) -> str:
    """Say what a total is below, and what to do."""
    if most < held:
        return (
            f"{held:.0f} {unit} that its sources (holds in round.toml) report there: correct the "
            "count, or take the source out of holds"
        )
    return (
        f"{bound:.0f} {unit} that are reported there, and with capture 1±0 and no noise it counts "
        "all of them: correct the count, or give its capture an sd in round.toml"
    )


def _nobodys(aggregates: Aggregates, evidence: Evidence, items: Floats) -> list[str]:
    """Refuse what nobody can have done, but for what is itemised, whoever that is told of."""
    more = aggregates.bounds[0] > np.rint(items)
    lost = aggregates.table[more & ~_can_be(aggregates, evidence)]
    return [
        f"{_where(rows)}: attribution {shown(text)} names nobody who can have acted on these days "
        "(active_from and active_to in organizations.csv), so that nothing more than is reported "
        "can be counted: correct the attribution or the dates, or write dates under disputed"
        for text, rows in lost.groupby("attribution")
    ]


def _can_be(aggregates: Aggregates, evidence: Evidence) -> Bools:
    """Whether somebody who can be behind a total can have acted in its scope; (aggregate,)."""
    scope, result = aggregates.scope, np.zeros(len(aggregates), bool)
    behind = aggregates.authors[scope.aggregate] & evidence.possible[:, scope.period].T
    np.logical_or.at(result, scope.aggregate, behind.any(axis=1))
    return result
