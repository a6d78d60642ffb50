"""Residual rows that overlap: what each of them counts that no other does.

Rows of one series, kind, class, unit and author count different events. Where their days overlap,
as those of a year's tally and of an event of one of its months, neither counts all that is left of
its days: read so, the month's row would say that there was hardly any violence in it. Nothing says
where in the year the tally's dead fell, so rows of one region that share days are added up over all
of them. A country's row counts where no region's row does: added up over the country, a few
dead of no known state would take from every state's tally where it was.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .totals import RESIDUAL

SAID = ["series", "kind", "victim_class", "unit", "scope", "attribution"]
"""Residual rows that are alike in these count different events."""


def joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Give residual rows of one region that overlap the days of all of them.

    Parameters
    ----------
    rows
        ``SAID``, ``region, first, last``.
    """
    by = [*SAID, "region"]
    ordered = rows.sort_values([*by, "first", "last"])
    latest = ordered.groupby(by)["last"].cummax()
    before = latest.groupby([ordered[name] for name in by]).shift()
    run = (~(ordered["first"] <= before)).cumsum()
    spans = ordered.groupby(run)
    ordered = ordered.assign(
        first=spans["first"].transform("min"), last=spans["last"].transform("max")
    )
    return ordered.reindex(rows.index)


def counted_apart(
    table: pd.DataFrame, entries: pd.DataFrame, regions: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Whether no region's row counts what a country's counts in a cell, shape (entry,).

    Parameters
    ----------
    table
        Of aggregates: ``SAID`` and ``region``.
    entries
        ``aggregate, region, period``: codes of the cells that they cover.
    regions
        Codes of the axis.
    """
    of = entries["aggregate"].to_numpy(np.int64)
    said = table.groupby(SAID).ngroup().to_numpy()[of]
    residual = (table["scope"] == RESIDUAL).to_numpy()[of]
    whole = ~table["region"].isin(regions).to_numpy()[of]
    places = (entries["region"], entries["period"])
    cell = pd.MultiIndex.from_arrays([said, *places])
    return np.asarray(~(residual & whole & cell.isin(cell[~whole])))
