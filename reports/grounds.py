"""The tables of what the findings rest on: sources, the fit, what was set aside, weights."""

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from ..inference.diagnose import (
    EBFMI_SAID,
    ESS_SAID,
    LEAST_EBFMI,
    LEAST_ESS,
    LEAST_PARAMETER_ESS,
    MOST_DIVERGENT,
    MOST_PARAMETER_RHAT,
    MOST_RHAT,
    RHAT_SAID,
)
from ..inference.movements import by_parameter
from ..inference.parameter_words import about_all
from ..inference.summary import Summary
from ..inference.unseen import MOST_UNSEEN
from . import words
from .printing import Table, cell, frame_table


def sources(summary: Summary) -> Table:
    """Print every source: its reports, detection and accuracy."""
    rows = [
        (
            str(row["name"]),
            str(row["type"]),
            cell(row["note"]) if row["note"] else "",
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
    return Table("Detection and accuracy", columns, tuple(rows), 3, _SOURCES)


_SOURCES = (
    "A clash given to one side alone counts as right by that side's share of the war's violence, "
    "so that even a court's accuracy lies below 1 where there are clashes."
)


def _share(row: pd.Series, part: str) -> Iterable[str]:
    low, high = (words.probability(float(row[f"{part}_{end}"])) for end in ("q05", "q95"))
    missing = words.NONE in (low, high)
    span = words.NONE if missing else f"{low} to {high}"
    return words.probability(float(row[f"{part}_mean"])), span


def series(summary: Summary) -> Table:
    """Print what every series of totals counts."""
    rows = [
        (
            str(name),
            f"{row['first']} to {row['last']}",
            *(words.count(row[key]) for key in ("totals", "residual", "victims", "incidents")),
        )
        for name, row in summary.series.iterrows()
    ]
    columns = ("Series", "Days", "Totals", "Coarse records", "Victims", "Incidents")
    return Table("Official totals and coarse records", columns, tuple(rows), 2, _SERIES)


_SERIES = "Coarse records: how many of the totals count only what no report itemises."


def completeness(summary: Summary) -> Table:
    """Print how completely and exactly every series counts, as declared and as found."""
    rows = [
        (str(name), title, *_declared(row, part), *_known(row, part))
        for name, row in summary.series.iterrows()
        for part, title in _OF_SERIES.items()
    ]
    columns = ("Series", "What", "Declared", "Found", "90% interval")
    return Table("How completely the series count", columns, tuple(rows), 2, _COMPLETENESS)


_OF_SERIES = {
    "capture": "share that it counts (of what those who feed it do not report, where some do)",
    "share": "share of its count that is the organizations'",
    "noise": "its error, relative to what it counts",
}
_COMPLETENESS = "Declared: in round.toml, a dash where nothing is. No interval: taken as known."


def _declared(row: pd.Series, part: str) -> tuple[str]:
    middle, sd = (float(row[f"{part}_{name}"]) for name in ("declared", "declared_sd"))
    if math.isnan(middle):
        return (words.NONE,)
    return (f"{middle:g} ± {sd:g}" if sd > 0 else f"{middle:g}",)


def _known(row: pd.Series, part: str) -> tuple[str, str]:
    """The mean, and the interval where there is one."""
    mean, low, high = (float(row[f"{part}_{q}"]) for q in ("mean", "q05", "q95"))
    if low == high:
        return words.rounded(mean, 2), words.NONE
    one = words.probability if part != "noise" else _small
    return one(mean), f"{one(low)} to {one(high)}"


def _small(value: float) -> str:
    """Print to the second digit."""
    return f"{value:.2g}"


def diagnostics(summary: Summary) -> Table:
    """Print the convergence of every quantity that is checked."""
    return frame_table(
        "Convergence by quantity",
        summary.diagnostics.table.rename_axis("Quantity").reset_index(),
    )


def gate(summary: Summary) -> Table:
    """Print the fit beside what a release asks of it."""
    fit = summary.diagnostics
    enough = f"at least {LEAST_ESS:.0f}"
    rows: Sequence[tuple[str, str, str]] = (
        ("Largest R-hat", _found(fit.rhat_max, RHAT_SAID), f"at most {MOST_RHAT}"),
        ("Smallest bulk ESS", _found(fit.ess_bulk_min, ESS_SAID), enough),
        ("Smallest tail ESS", _found(fit.ess_tail_min, ESS_SAID), enough),
        (
            "Largest R-hat of a parameter",
            _found(fit.parameter_rhat_max, RHAT_SAID),
            f"at most {MOST_PARAMETER_RHAT}",
        ),
        (
            "Smallest bulk ESS of a parameter",
            _found(fit.parameter_ess_bulk_min, ESS_SAID),
            f"at least {LEAST_PARAMETER_ESS:.0f}",
        ),
        (
            "Divergent transitions",
            words.count(fit.divergences),
            f"none, or at most {MOST_DIVERGENT:.1%}",
        ),
        ("Smallest E-BFMI", _found(fit.ebfmi_min, EBFMI_SAID), f"at least {LEAST_EBFMI}"),
        (
            "Most unreported incidents in a draw",
            words.count(fit.unseen_max),
            f"at most {words.count(MOST_UNSEEN)}",
        ),
        ("Chains × draws", f"{fit.chains} × {fit.draws}", ""),
    )
    return Table("The fit against its gate", ("Measure", "Found", "Required"), tuple(rows))


def _found(value: float, rounded: Callable[[float], str]) -> str:
    """Print a measure as the sentences on the gate say it."""
    return rounded(value) if math.isfinite(value) else words.NONE


def set_aside(summary: Summary) -> Table:
    """Print how much was set aside, by reason."""
    rows = [
        (str(row["reason"]), words.count(row["reports"]), words.count(row["victims"]))
        for _, row in summary.set_aside.iterrows()
    ]
    return Table("Set aside, by reason", ("Reason", "Reports", "Victims"), tuple(rows))


def set_aside_rows(summary: Summary) -> Table:
    """Print which reports were set aside."""
    frame = summary.set_aside_rows[["report_id", "row", "reason"]].head(200)
    rows = tuple((str(r), str(n), str(why)) for r, n, why in frame.itertuples(index=False))
    return Table(
        "Reports set aside (at most 200)", ("Report", "Row of the file", "Reason"), rows, 3
    )


def identification(summary: Summary) -> Table:
    """Print the parameters that the data did not inform."""
    rows = [
        (str(row["parameter"]), str(row["sentence"]), _moved(row["moved"]))
        for _, row in summary.identification.iterrows()
    ]
    columns = ("Parameter", "What it means", "Moved by the data")
    return Table("What the data did not inform", columns, tuple(rows), 2)


def parameters(summary: Summary) -> Table:
    """Print every parameter of the model: how far the data moved it; none of them of a bad fit."""
    found = by_parameter(summary.parameters) if summary.diagnostics.passed else pd.DataFrame()
    rows = [
        (
            str(name),
            about_all(str(name), str(row["dims"])),
            f"{words.count(row['informed'])} of {words.count(row['levels'])}",
            _moved(row["moved"]),
            words.NONE if math.isnan(row["alone"]) else words.percent(row["alone"]),
            _around(row["prior_mean"], row["prior_sd"]),
            _around(row["mean"], row["sd"]),
        )
        for name, row in found.iterrows()
    ]
    columns = (
        "Parameter", "What it is about", "Levels informed", "Moved by the data",
        "Known from the data alone", "Before", "After",
    )  # fmt: skip
    return Table("Every parameter, before the data and after", columns, tuple(rows), 2, _EVERY)


_EVERY = (
    "Moved: by how much the standard deviation shrank, on average over the levels. Known from the "
    "data alone: the share of the precision that the data would have if nothing were believed of "
    "any other parameter. Before and after: mean and standard deviation, of a single number."
)


def _around(mean: float, sd: float) -> str:
    """Print both to the second digit of the sd."""
    if math.isnan(mean):
        return words.NONE
    digits = max(0, 1 - math.floor(math.log10(sd))) if sd > 0 else 2
    return f"{mean:,.{digits}f} ± {sd:,.{digits}f}"


def _moved(moved: float) -> str:
    return words.NONE if math.isnan(moved) else words.rounded(moved, 2)


def weights(summary: Summary) -> Table:
    """Print the weight of every kind."""
    rows = [
        (str(row["title"]), str(row["unit"]), f"{row['weight']:g}")
        for _, row in summary.kinds.iterrows()
    ]
    return Table("Weights by kind", ("Kind", "Counted in", "Weight"), tuple(rows), 2)
