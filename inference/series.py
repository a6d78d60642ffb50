"""The series of official totals and coarse records that a fit rests on: declared, and found."""

import numpy as np
import pandas as pd
import xarray as xr

from ..data.aggregates import Aggregates
from ..models.design import Design
from ..models.series import OF_SERIES, series_of
from .estimates import LEVELS, NARROW, SAMPLE

UNITS = ("victims", "incidents")
PARTS = tuple(name.removeprefix("total_") for name in OF_SERIES)
"""What is known or supposed of a series, as its columns begin: capture, share, noise."""
DECLARED = {
    "capture": ("capture_mean", "capture_sd"),
    "share": ("share_mean", "share_sd"),
    "noise": ("noise", None),
}
"""Where what is declared of a series stands in ``Aggregates.series``: its middle, and its sd."""
FOUND = ("declared", "declared_sd", "mean", *NARROW)
COLUMNS = (
    "totals", "residual", *UNITS, "first", "last",
    *(f"{part}_{column}" for part in PARTS for column in FOUND),
)  # fmt: skip


def series(plan: Design, posterior: xr.Dataset) -> pd.DataFrame:
    """Say of every series that the model uses what it counts, and how well.

    Returns
    -------
    Index ``series``, columns ``COLUMNS``: its totals that are used, rows that were added up
    counting once, those of them that are coarse records (``residual``), the victims and the
    incidents that they count (NaN where none counts these), their first and last day; then of
    capture, share and noise what is declared (NaN where nothing is) and the posterior's mean and
    90% interval, which is a point where it is known.
    Empty where there are no totals, or the model leaves them out.
    """
    found = plan.evidence.aggregates
    if found is None or not len(found) or not plan.structure.totals:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="series", dtype=object))
    return _counted(found).join(_known(found, posterior))[list(COLUMNS)]


def _counted(found: Aggregates) -> pd.DataFrame:
    table = found.table
    grouped = table.groupby("series", sort=True)
    frame = grouped.agg(totals=("count", "size"), first=("first", "min"), last=("last", "max"))
    residual = table["scope"].eq("residual").groupby(table["series"]).sum()
    counts = table.pivot_table("count", "series", "unit", "sum").reindex(columns=list(UNITS))
    days = {end: frame[end].dt.date.astype(str) for end in ("first", "last")}
    return frame.assign(residual=residual, **days).join(counts.astype(float))


def _known(found: Aggregates, posterior: xr.Dataset) -> pd.DataFrame:
    of, declared = series_of(found), found.series
    frame = pd.DataFrame(index=declared.index)
    for parameter, name in zip(OF_SERIES, PARTS, strict=True):
        middle, sd = DECLARED[name]
        # A noise of 0 is what stands where none is declared.
        frame[f"{name}_declared"] = declared[middle].replace(0.0, np.nan)
        frame[f"{name}_declared_sd"] = np.nan if sd is None else declared[sd]
        known = of.known[parameter]
        for column in FOUND[2:]:
            frame[f"{name}_{column}"] = known
        if parameter in posterior:
            _put(frame, name, posterior[parameter])
    return frame


def _put(frame: pd.DataFrame, name: str, draws: xr.DataArray) -> None:
    """Put in what the draws say of the series of which this is a parameter."""
    at = [str(level) for level in draws[draws.dims[-1]].to_numpy()]
    frame.loc[at, f"{name}_mean"] = draws.mean(SAMPLE).to_numpy()
    for column in NARROW:
        frame.loc[at, f"{name}_{column}"] = draws.quantile(LEVELS[column], SAMPLE).to_numpy()
