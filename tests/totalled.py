"""Evidence with an official total, written by hand."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from dtoscore.data.aggregates import Aggregates, Scope
from dtoscore.data.evidence import Evidence


def total(
    told: Evidence, count: int, unit: str = "incidents", scope: str = "inclusive",
    capture: tuple[float, float] = (1.0, 0.0), noise: float = 0.0,
    periods: Sequence[int] = (1, 2), kinds: Sequence[int] | None = None,
) -> Evidence:  # fmt: skip
    """Add one total over all regions of some periods and kinds; default: all kinds."""
    axes = told.axes
    chosen = range(len(axes.kinds)) if kinds is None else kinds
    cells = list(itertools.product(range(len(axes.regions)), periods, chosen))
    region, period, kind = (np.array(column) for column in zip(*cells, strict=True))
    row = {
        "series": "official", "region": "MX", "first": pd.Timestamp(axes.periods[periods[0]].start),
        "last": pd.Timestamp(axes.periods[periods[-1]].end), "kind": axes.kinds[0],
        "victim_class": "",
        "count": count, "count_low": -1, "count_high": -1, "unit": unit, "scope": scope,
        "attribution": "", "row": 2, "rows": (2,),
    }  # fmt: skip
    series = pd.DataFrame(
        {
            "capture_mean": [capture[0]], "capture_sd": [capture[1]], "share_mean": [np.nan],
            "share_sd": [np.nan], "holds": [()], "noise": [noise],
        },
        index=pd.Index(["official"], name="series"),
    )  # fmt: skip
    ones = np.ones(len(cells))
    found = Aggregates(
        table=pd.DataFrame([row], index=pd.Index(["t"], name="aggregate")),
        scope=Scope(np.zeros(len(cells), np.int64), region, period, kind, ones),
        authors=np.ones((1, len(axes.authors)), bool),
        series=series,
    )
    return replace(told, aggregates=found)
