"""The tables that a simulated world adds to its round folder where it holds their matter."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from .world import Flags, World


def side_tables(world: World) -> dict[str, pd.DataFrame]:
    """Return the tables by name ("presence"), for what the world has alone."""
    tables: dict[str, list[dict[str, object]]] = {
        "presence": [] if world.presence is None else list(_presence(world, world.presence)),
        "rivalries": list(_rivalries(world)),
        "mappings": [
            {"name": spec.name, "organization": name, "probability": share, "from": "", "to": ""}
            for spec in world.ambiguous
            for name, share in zip(spec.organizations, spec.probability, strict=True)
        ],
        "events": [
            {
                "date": event.date.isoformat(),
                "type": event.type,
                "organization": event.organization,
                "region": event.region,
            }
            for event in world.events
        ],
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}


def settings_of_totals(world: World) -> dict[str, dict[str, object]]:
    """Return what round.toml says of each series, by its dotted key."""
    return {
        f"totals.{spec.series}": {
            key: value
            for key, value in {
                "capture": None
                if spec.stated_capture is None
                else "{:g}±{:g}".format(*spec.stated_capture),
                "holds": spec.holds,
            }.items()
            if value
        }
        for spec in world.totals
    }


def _presence(world: World, presence: Flags) -> Iterator[dict[str, object]]:
    """Write a row for each unbroken run of periods in which an organization is in a region."""
    for name in world.listed:
        given = presence[world.organizations.index(name)]
        for place, region in enumerate(world.regions):
            for first, last in _runs(world, given[place]):
                yield {"organization": name, "region": region, "from": first, "to": last}


def _runs(world: World, there: np.bool_ | Flags) -> Iterator[tuple[str, str]]:
    """Return the runs of presence as first and last day, "" where open at the world's ends."""
    flags = np.broadcast_to(np.atleast_1d(there), len(world.periods))
    steps = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    for start, stop in zip(steps[::2], steps[1::2], strict=True):
        first: dt.date | None = world.periods[start][0] if start > 0 else None
        last = world.periods[stop - 1][1] if stop < len(world.periods) else None
        yield (first.isoformat() if first else ""), (last.isoformat() if last else "")


def _rivalries(world: World) -> Iterator[dict[str, object]]:
    if world.rivalry_weight is None:
        return
    for i, j in zip(*np.nonzero(np.triu(world.rivalry_weight, 1)), strict=True):
        pair = (world.organizations[i], world.organizations[j])
        if not set(pair) & set(world.unlisted):
            weight = round(float(world.rivalry_weight[i, j]), 6)
            yield {
                "organization": pair[0],
                "other": pair[1],
                "weight": weight,
                "from": "",
                "to": "",
            }
