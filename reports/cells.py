"""The tables that stand behind the figures, in printed numbers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from ..inference.summary import Summary
from . import words
from .figures import shown
from .roster import contenders, is_usable, may_order


@dataclass(frozen=True)
class Table:
    """A table ready to print: the first column names the row, the others may be numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1
    """How many columns from the left hold text; the rest are numbers, set to the right."""


def printed(summary: Summary) -> dict[str, Table]:
    """Print every table of the report, by the name of its figure or section.

    A failed fit has no tables of probabilities.
    """
    compared = {
        "worst": _worst(summary),
        "ranks": _ranks(summary),
        "pairwise": _pairwise(summary),
    }
    return (compared if is_usable(summary) else {}) | {
        "scores": _scores(summary),
        "incidents": _incidents(summary),
        "kinds": _kinds(summary),
        "sources": _sources(summary),
        "regions": _regions(summary),
        "timeline": _timeline(summary),
        "baselines": _baselines(summary),
        "diagnostics": _diagnostics(summary),
        "gate": _gate(summary),
        "set_aside": _set_aside(summary),
        "rows": _rows(summary),
        "identification": _identification(summary),
        "weights": _weights(summary),
    }


def frame_table(caption: str, frame: pd.DataFrame) -> Table:
    """Print a frame as it is, such as the table of a check."""
    columns = tuple(str(name) for name in frame.columns)
    rows = tuple(
        tuple(_cell(value) for value in row) for row in frame.itertuples(index=False, name=None)
    )
    text = 0
    while text < len(columns) and not pd.api.types.is_numeric_dtype(frame.iloc[:, text]):
        text += 1
    return Table(caption, columns, rows, max(text, 1))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else words.NONE
    return words.NONE if value is None else str(value)


def _names(summary: Summary) -> dict[str, str]:
    return {str(k): str(v) for k, v in summary.organizations["name"].items()}


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
    ids = shown(summary) + [k for k in ("other",) if k in frame.index]
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
    return Table(caption, ("Organization", *(c.name for c in chosen)), tuple(rows))


def _incidents(summary: Summary) -> Table:
    frame = summary.organizations
    ids = shown(summary) + [k for k in ("other",) if k in frame.index]
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
    return Table("Incidents in the window, all kinds", columns, tuple(rows))


def _kinds(summary: Summary) -> Table:
    rows = [
        (
            str(row["title"]),
            str(row["unit"]),
            words.count(row["reported"]),
            words.quantity(row["mean"]),
            words.interval(row["q05"], row["q95"]),
        )
        for _, row in summary.kinds.iterrows()
    ]
    columns = ("Kind", "Counted in", "Reported", "Estimated", "90% interval")
    return Table("Violence by kind", columns, tuple(rows), 2)


def _sources(summary: Summary) -> Table:
    rows = [
        (
            str(row["name"]),
            str(row["type"]),
            _cell(row["note"]) if row["note"] else "",
            words.count(row["reports"]),
            *_share(row, "detection"),
            *_share(row, "accuracy"),
        )
        for _, row in summary.sources.iterrows()
    ]
    columns = (
        "Source", "Type", "Note", "Reports", "Detection", "90% interval", "Accuracy",
        "90% interval",
    )  # fmt: skip
    return Table("Detection and accuracy", columns, tuple(rows), 3)


def _share(row: "pd.Series", part: str) -> Iterable[str]:
    low, high = (words.probability(float(row[f"{part}_{end}"])) for end in ("q05", "q95"))
    missing = words.NONE in (low, high)
    span = words.NONE if missing else f"{low} to {high}"
    return words.probability(float(row[f"{part}_mean"])), span


def _regions(summary: Summary) -> Table:
    names = _names(summary)
    frame = summary.regions.sort_values(["mean", "name"], ascending=[False, True])
    ordered = may_order(summary)
    rows = [
        (
            str(row["name"]),
            *((f"{names.get(row['leader'], row['leader'])}",) if ordered else ()),
            *((words.percent(row["leader_share"]),) if ordered else ()),
            words.count(row["reported"]),
            words.quantity(row["mean"]),
            words.interval(row["q05"], row["q95"]),
        )
        for _, row in frame.iterrows()
    ]
    lead = ("Largest share", "Share") if ordered else ()
    columns = ("Region", *lead, "Reported", "Estimated", "90% interval")
    return Table(
        "Incidents of the organizations by region", columns, tuple(rows), len(lead[:1]) + 1
    )


def _timeline(summary: Summary) -> Table:
    names = _names(summary)
    order = {c.id: i for i, c in enumerate(contenders(summary))}
    frame = summary.timeline
    frame = frame.assign(order=frame["organization"].map(order)).sort_values(["order", "period"])
    rows = [
        (
            names.get(str(row["organization"]), str(row["organization"])),
            str(row["period"]),
            words.count(row["reported"]),
            words.quantity(row["mean"]),
            words.interval(row["q05"], row["q95"]),
        )
        for _, row in frame.iterrows()
    ]
    columns = ("Organization", "Period", "Reported", "Estimated", "90% interval")
    return Table("Incidents by period", columns, tuple(rows), 2)


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


def _diagnostics(summary: Summary) -> Table:
    return frame_table(
        "Convergence by quantity",
        summary.diagnostics.table.rename_axis("Quantity").reset_index(),
    )


def _gate(summary: Summary) -> Table:
    fit = summary.diagnostics
    rows: Sequence[tuple[str, str, str]] = (
        ("Largest R-hat", f"{fit.rhat_max:.3f}", "at most 1.01"),
        ("Smallest bulk ESS", words.count(fit.ess_bulk_min), "at least 400"),
        ("Smallest tail ESS", words.count(fit.ess_tail_min), "at least 400"),
        ("Largest R-hat of a parameter", f"{fit.parameter_rhat_max:.3f}", "at most 1.05"),
        (
            "Smallest bulk ESS of a parameter",
            words.count(fit.parameter_ess_bulk_min),
            "at least 100",
        ),
        ("Divergent transitions", words.count(fit.divergences), "none, or at most 0.1%"),
        ("Smallest E-BFMI", f"{fit.ebfmi_min:.2f}", "at least 0.3"),
        ("Most unreported incidents in a draw", words.count(fit.unseen_max), "at most 1,000,000"),
        ("Chains × draws", f"{fit.chains} × {fit.draws}", ""),
    )
    return Table("The fit against its gate", ("Measure", "Found", "Required"), tuple(rows))


def _set_aside(summary: Summary) -> Table:
    rows = [
        (str(row["reason"]), words.count(row["reports"]), words.count(row["victims"]))
        for _, row in summary.set_aside.iterrows()
    ]
    return Table("Set aside, by reason", ("Reason", "Reports", "Victims"), tuple(rows))


def _rows(summary: Summary) -> Table:
    frame = summary.set_aside_rows[["report_id", "row", "reason"]].head(200)
    rows = tuple((str(r), str(n), str(why)) for r, n, why in frame.itertuples(index=False))
    return Table(
        "Reports set aside (at most 200)", ("Report", "Row of the file", "Reason"), rows, 3
    )


def _identification(summary: Summary) -> Table:
    rows = [
        (str(row["parameter"]), str(row["sentence"]), f"{row['moved']:.2f}")
        for _, row in summary.identification.iterrows()
    ]
    columns = ("Parameter", "What it means", "Moved by the data")
    return Table("What the data did not inform", columns, tuple(rows), 2)


def _weights(summary: Summary) -> Table:
    rows = [
        (str(row["title"]), str(row["unit"]), f"{row['weight']:g}")
        for _, row in summary.kinds.iterrows()
    ]
    return Table("Weights by kind", ("Kind", "Counted in", "Weight"), tuple(rows), 2)
