"""The tables of a report in printed numbers: what was found, and on what grounds."""

import math
from dataclasses import replace

import pandas as pd

from ..inference.summary import Summary
from . import grounds, regions, words
from .printing import Table
from .roster import UNFIT, contenders, is_usable, may_order, with_other

_BY_ORGANIZATION = (
    "Reported: an incident that two sources give to two organizations counts for each of them, so "
    "these numbers do not add up to those by region or by kind."
)
_BY_PLACE = (
    "Reported: each incident counts once, whichever organizations its reports name, alone or with "
    "others; so these numbers are not the sums of those by organization."
)
_TIES = (
    "The probabilities of a pair, in both directions, add up to less than 1 where the two scores "
    "can be equal."
)


def printed(summary: Summary) -> dict[str, Table]:
    """Print every table of the report, by the name of its figure or section.

    A failed fit has no tables of probabilities, and marks those of its estimates.
    """
    compared = {
        "worst": _worst(summary),
        "ranks": _ranks(summary),
        "pairwise": _pairwise(summary),
    }
    estimated = {
        "scores": _scores(summary),
        "incidents": _incidents(summary),
        "kinds": _kinds(summary),
        "sources": grounds.sources(summary),
        "completeness": grounds.completeness(summary),
        "regions": _regions(summary),
        "region_scores": regions.scores_table(summary),
        "timeline": _timeline(summary),
        "baselines": _baselines(summary),
    }
    usable = is_usable(summary)
    return (estimated | compared if usable else _marked(estimated)) | {
        "diagnostics": grounds.diagnostics(summary),
        "gate": grounds.gate(summary),
        "series": grounds.series(summary),
        "set_aside": grounds.set_aside(summary),
        "rows": grounds.set_aside_rows(summary),
        "identification": grounds.identification(summary),
        "parameters": grounds.parameters(summary),
        "weights": grounds.weights(summary),
    }


def _marked(tables: dict[str, Table]) -> dict[str, Table]:
    """Say in every caption that a table is not for use: it may be passed on alone."""
    return {
        name: replace(table, caption=f"{UNFIT}. {table.caption}") for name, table in tables.items()
    }


def _names(summary: Summary) -> dict[str, str]:
    return {str(k): str(v) for k, v in summary.organizations["name"].items()}


def _estimated(row: pd.Series) -> tuple[str, str, str]:
    """Print what was reported, the estimate and its interval, or that there is none."""
    reported = words.count(row["reported"])
    if not math.isfinite(row["mean"]):
        return reported, "not estimated", ""
    return reported, words.quantity(row["mean"]), words.interval(row["q05"], row["q95"])


def _worst(summary: Summary) -> Table:
    error = summary.organizations["p_worst_mcse"].to_dict()
    loss = summary.organizations["expected_loss"].to_dict()
    rows = [
        (
            c.name,
            words.probability(c.p_worst),
            _error(float(error[c.id])),
            words.quantity(float(loss[c.id])),
        )
        for c in contenders(summary)
    ]
    columns = ("Organization", "Probability", "Monte-Carlo error", "Expected loss")
    return Table("Probability of having the highest score", columns, tuple(rows))


def _error(value: float) -> str:
    if not math.isfinite(value):
        return words.NONE
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _scores(summary: Summary) -> Table:
    frame = summary.organizations
    ids = with_other(summary, frame.index)
    columns = ("Organization", "Median", "50% interval", "90% interval", "Mean", "Contender")
    rows = [
        (
            str(row["name"]),
            words.quantity(row["q50"]),
            words.interval(row["q25"], row["q75"]),
            words.interval(row["q05"], row["q95"]),
            words.quantity(row["mean"]),
            "yes" if row["contender"] else "no",
        )
        for _, row in frame.loc[ids].iterrows()
    ]
    return Table("Realized score of the window", columns, tuple(rows))


def _ranks(summary: Summary) -> Table:
    table = summary.rank_probabilities
    columns = ("Organization", *(str(c) for c in table.columns))
    rows = [
        (c.name, *(words.probability(float(p)) for p in table.loc[c.id].to_numpy(float)))
        for c in contenders(summary)
    ]
    return Table("Probability of each rank", columns, tuple(rows))


def _pairwise(summary: Summary) -> Table:
    chosen = contenders(summary)
    table = summary.pairwise.astype(float).to_dict("index")
    rows = [
        (
            row.name,
            *(words.probability(table[row.id][k.id] if k != row else math.nan) for k in chosen),
        )
        for row in chosen
    ]
    caption = "Probability that the row's score is higher than the column's"
    columns = ("Organization", *(c.name for c in chosen))
    return Table(caption, columns, tuple(rows), note=_TIES)


def _incidents(summary: Summary) -> Table:
    frame = summary.organizations
    ids = with_other(summary, frame.index)
    rows = [
        (
            str(row["name"]),
            words.count(row["reported"]),
            words.quantity(row["incidents_mean"]),
            words.interval(row["incidents_q05"], row["incidents_q95"]),
        )
        for _, row in frame.loc[ids].iterrows()
    ]
    columns = ("Organization", "Reported", "Estimated", "90% interval")
    caption = "Incidents in the window, all kinds"
    return Table(caption, columns, tuple(rows), note=_BY_ORGANIZATION)


def _kinds(summary: Summary) -> Table:
    rows = [
        (
            str(row["title"]),
            str(row["unit"]),
            *_estimated(row),
        )
        for _, row in summary.kinds.iterrows()
    ]
    columns = ("Kind", "Counted in", "Reported", "Estimated", "90% interval")
    return Table("Violence by kind", columns, tuple(rows), 2, _BY_PLACE)


def _regions(summary: Summary) -> Table:
    frame = regions.by_incidents(summary)
    rows = [(str(row["name"]), *_estimated(row)) for _, row in frame.iterrows()]
    columns = ("Region", "Reported", "Estimated", "90% interval")
    caption = "Incidents of the organizations by region"
    return Table(caption, columns, tuple(rows), 1, _BY_PLACE)


def _timeline(summary: Summary) -> Table:
    names = _names(summary)
    order = {c.id: i for i, c in enumerate(contenders(summary))}
    frame = summary.timeline
    frame = frame.assign(order=frame["organization"].map(order)).sort_values(["order", "period"])
    rows = [
        (
            names.get(str(row["organization"]), str(row["organization"])),
            str(row["period"]),
            *_estimated(row),
        )
        for _, row in frame.iterrows()
    ]
    columns = ("Organization", "Period", "Reported", "Estimated", "90% interval")
    return Table("Incidents by period", columns, tuple(rows), 2, _BY_ORGANIZATION)


def _baselines(summary: Summary) -> Table:
    groups = {
        str(name): rows.set_index("organization")
        for name, rows in summary.baselines.groupby("baseline", sort=False)
    }
    usable = is_usable(summary)
    rows = [
        (
            c.name,
            *(_baseline(rows, c.id, summary) for rows in groups.values()),
            *((words.probability(c.p_worst),) if usable else ()),
        )
        for c in contenders(summary)
    ]
    titles = (name[0].upper() + name[1:] for name in groups)
    columns = ("Organization", *titles, *(("Model: P(highest score)",) if usable else ()))
    return Table("Simple counts beside the model", columns, tuple(rows))


def _baseline(rows: pd.DataFrame, organization: str, summary: Summary) -> str:
    values, leads = rows["value"].to_dict(), rows["leader"].to_dict()
    if organization not in values:
        return words.NONE
    text = words.quantity(float(values[organization]))
    highest = may_order(summary) and bool(leads[organization])
    return f"{text} (highest)" if highest else text
