"""Official totals of a simulated world: series that count incidents or dead, not reports."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from .regions import country
from .streams import stream
from .world import Flags, World
from .worldparts import MONTH, TotalSpec

COLUMNS = ("series", "region", "period", "from", "to", "kind", "count", "unit", "scope")


def draw_totals(
    world: World, incidents: pd.DataFrame, reports: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Draw every series of a world.

    Parameters
    ----------
    incidents
        As ``Simulated.incidents``.
    reports
        The round's reports: ``source, incident_id``.

    Returns
    -------
    The columns of ``totals.csv``, a row for every place and time of each series, those
    without a count among them.
    """
    parts = []
    for number, spec in enumerate(world.totals):
        counted = _counted(stream(seed, "totals", number), spec, incidents, reports)
        parts.append(_rows(world, spec, incidents[counted]))
    return pd.concat(parts, ignore_index=True)


def _counted(
    rng: np.random.Generator,
    spec: TotalSpec,
    incidents: pd.DataFrame,
    reports: pd.DataFrame,
) -> Flags:
    """Draw which incidents a series counts, shape (incident,)."""
    captured = rng.random(len(incidents)) < spec.capture
    fed = reports.loc[reports["source"].isin(spec.holds), "incident_id"]
    itemised = incidents.index.isin(reports["incident_id"])
    inclusive = spec.scope == "inclusive"
    found = captured | incidents.index.isin(fed) if inclusive else captured & ~itemised
    found &= (incidents["kind"] == spec.kind).to_numpy()
    if spec.organizations_only:
        found &= (incidents["author"] != "other").to_numpy()
    if spec.attribution:
        found &= (incidents["author"] == spec.attribution).to_numpy()
    flags: Flags = found
    return flags


def _rows(world: World, spec: TotalSpec, counted: pd.DataFrame) -> pd.DataFrame:
    places = (country(world.regions[0]),) if spec.national else world.regions
    rows = []
    for text, first, last in _spans(world, spec.every):
        inside = counted[counted["date"].between(pd.Timestamp(first), pd.Timestamp(last))]
        whole = text is not None
        for place in places:
            here = inside if spec.national else inside[inside["region"] == place]
            rows.append(
                {
                    "series": spec.series,
                    "region": place,
                    "period": text or "",
                    "from": "" if whole else first.isoformat(),
                    "to": "" if whole else last.isoformat(),
                    "kind": spec.kind,
                    "count": int(here["victims"].sum()) if spec.unit == "victims" else len(here),
                    "unit": spec.unit,
                    "scope": spec.scope,
                    "attribution": spec.attribution,
                }
            )
    return pd.DataFrame(rows, columns=[*COLUMNS, "attribution"])


def _spans(world: World, every: str) -> Iterator[tuple[str | None, dt.date, dt.date]]:
    """Cut the world's days into months or years: name (None where not whole), first, last.

    What is not over by ``as_of`` is not yet counted.
    """
    begin, end = world.periods[0][0], world.periods[-1][1]
    known = world.as_of or dt.date.max
    first = begin
    while first <= end:
        head, tail = _around(first, every)
        last = min(tail, end)
        if last <= known:
            text = f"{head:%Y-%m}" if every == MONTH else f"{head:%Y}"
            yield text if (first, last) == (head, tail) else None, first, last
        first = last + dt.timedelta(days=1)


def _around(day: dt.date, every: str) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the month or the year that a day is of."""
    if every == MONTH:
        head = day.replace(day=1)
        return head, (head + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return day.replace(month=1, day=1), day.replace(month=12, day=31)
