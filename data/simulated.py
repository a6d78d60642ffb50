"""A simulated round: its reports, the truth beside them, and the round folder of both."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from . import truth
from .extras import settings_of_totals, side_tables
from .folder import csv_text, toml_text, write_folder
from .rubric import Rubric
from .rubrics import default_rubric
from .world import World

PUBLICATION_DAYS = 60
"""Days from the window's end to ``as_of`` where the world does not say; all is out by then."""


@dataclass(frozen=True)
class Simulated:
    """A simulated round and its truth.

    Attributes
    ----------
    world, seed
        What it was drawn from.
    reports
        The columns of ``reports.csv`` (docs/formats.md); days as datetime64.
    incidents
        What happened, seen or not, index ``incident_id``: ``author, claim`` (names of the
        world; claim "" where nobody can tell), ``region, period`` (position in
        ``world.periods``), ``date, kind, size, victims, victim_class`` ("" where the world
        has none), ``z`` (visibility), ``by_first, by_second`` (deaths caused by each side;
        all by the first where the author has one side), ``in_window`` (by ``as_of``),
        ``visible`` (to any source).
    pieces
        The incidents divided among those they are scored for (a splinter that is rolled up
        is its parent, an organization on no roster is "other"): ``incident_id,
        organization, incidents, victims``.
    totals
        The columns of ``totals.csv``; None where the world has no series.
    """

    world: World
    seed: int
    reports: pd.DataFrame
    incidents: pd.DataFrame
    pieces: pd.DataFrame
    totals: pd.DataFrame | None = None

    @property
    def as_of(self) -> dt.date:
        """The day until which published reports are in the round."""
        return last_day(self.world)

    def score(self, rubric: Rubric) -> pd.Series:
        """Score of the window by organization, as it truly was."""
        return truth.score(self.pieces, self.incidents, rubric)

    def score_places(self, rubric: Rubric) -> pd.Series:
        """Score of the window by region, of the organizations together, as it truly was."""
        return truth.score_places(self.pieces, self.incidents, self.world.regions, rubric)

    def truth(self, rubric: Rubric) -> dict[str, object]:
        """Give what ``truth.json`` holds."""
        world = self.world
        contenders = tuple(name for name in world.contenders if name in world.scored)
        return truth.truth(
            self.pieces, self.incidents, world.scored, contenders, world.regions, rubric
        )


def last_day(world: World) -> dt.date:
    """Return the world's ``as_of``: by default the day on which its last report is out."""
    if world.as_of is not None:
        return world.as_of
    return world.window[1] + dt.timedelta(days=PUBLICATION_DAYS)


def write_round(
    simulated: Simulated,
    folder: Path,
    title: str,
    rubric: Rubric | None = None,
    *,
    round_id: str = "simulated",
    period: str = "month",
    region_set: str | None = None,
    risk_limit: float = 0.05,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write a simulated round as a round folder, with ``truth.json`` beside it.

    Parameters
    ----------
    folder
        A new or empty folder.
    rubric
        What the truth is scored by; default: the one that ships with the package, which
        the round is read with unless a ``rubric.toml`` is put beside it.
    period
        Which periods the world's are: month, week or quarter.
    region_set
        Name of the region set ("MX") where the world's regions are all of it.
    names
        Display names by id, of organizations and sources; else made from the id.

    Raises
    ------
    InputError
        Where a kind is not in the rubric, the folder is not empty or cannot be written.
    """
    world = simulated.world
    true = simulated.truth(rubric or default_rubric())
    shown = {} if names is None else names
    settings = {
        "id": round_id,
        "title": title,
        "window": world.window,
        "history": world.periods[0][0],
        "as_of": simulated.as_of,
        "period": period,
        "regions": region_set or world.regions,
        "risk_limit": risk_limit,
        "simulated": True,
        **settings_of_totals(world),
    }
    tables = side_tables(world)
    if simulated.totals is not None:
        tables["totals"] = simulated.totals
    files = {
        "round.toml": toml_text(settings),
        "organizations.csv": csv_text(_organization_table(world, shown)),
        "sources.csv": csv_text(_source_table(world, shown)),
        "reports.csv": csv_text(simulated.reports),
        "truth.json": json.dumps(true, indent=2, sort_keys=True) + "\n",
        **{f"{name}.csv": csv_text(table) for name, table in tables.items()},
    }
    return write_folder(folder, files)


def _organization_table(world: World, names: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "id": name,
            "name": names.get(name, name.replace("-", " ").title()),
            "contender": str(name in world.contenders).lower(),
        }
        for name in world.listed
    ]
    table = pd.DataFrame(rows)
    return table.join(_lineage(world), on="id") if world.splinters else table


def _lineage(world: World) -> pd.DataFrame:
    """Say who split off whom, index id; an organization without a row has empty cells."""
    rows = [
        {
            "active_from": splinter.date.isoformat(),
            "parent": splinter.parent,
            "relation": "splinter_of",
            "roll_up": str(splinter.roll_up).lower(),
        }
        for splinter in world.splinters
    ]
    return pd.DataFrame(rows, index=[splinter.organization for splinter in world.splinters])


def _source_table(world: World, names: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "id": spec.id,
            "name": names.get(spec.id, spec.id.replace("-", " ").title()),
            "type": spec.type,
            "group": spec.group or "",
            "regions": "|".join(spec.regions),
            "coverage": spec.coverage,
            "silence": spec.silence,
            "published": "known",
        }
        for spec in world.sources
    ]
    return pd.DataFrame(rows)
