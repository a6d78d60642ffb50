"""A round as it was read: settings and validated tables, immutable.

The tables are pandas frames whose columns are those of docs/formats.md, with every
default filled in and every value normalised. ``readers.read_round`` makes a Round,
``tabulate.tabulate`` turns it into Evidence.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from .rubric import Rubric

INVENTED = "SIMULATED: the data are invented."
"""What is said first wherever a round that says so of itself speaks in words."""


@dataclass(frozen=True)
class Settings:
    """What ``round.toml`` says, defaults filled in.

    ``totals`` holds the tables ``[totals.NAME]`` as they were written, by series.
    """

    id: str
    title: str
    window: tuple[dt.date, dt.date]
    history: dt.date
    as_of: dt.date
    period: str
    regions: tuple[str, ...]
    region_set: str | None
    risk_limit: float = 0.05
    exclude: tuple[str, ...] = ()
    sequence: int = 1
    previous: str | None = None
    redistribute: bool = True
    simulated: bool = False
    priors: Mapping[str, object] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[dt.date, dt.date]:
        """First and last day that are scored: the window, at an interim look up to ``as_of``."""
        return self.window[0], min(self.window[1], self.as_of)


@dataclass(frozen=True)
class Round:
    """A validated round.

    Attributes
    ----------
    settings
        The settings of ``round.toml``.
    organizations
        One row an organization, index ``id``: ``name, aliases`` (tuple), ``active_from,
        active_to`` (NaT where open), ``parent, relation`` (None), ``roll_up, contender``
        (bool), ``disputed`` (tuple of "dates", "parent").
    sources
        One row a source, index ``id``: ``name, type, group`` (None), ``regions, kinds``
        (tuple, empty = all), ``from, to`` (NaT), ``coverage, silence, published,
        accuracy_prior`` (None or (mean, sd)).
    reports
        One row a report, in the file's order: ``row`` (line in the file), ``report_id,
        source, date, date_end`` (datetime64; date_end = date where not given), ``region,
        kind``, ``victim_class`` ("unknown" where not given), ``victims, victims_low,
        victims_high`` (int64; victims = midpoint of low and high where not given),
        ``attribution`` (canonical text, aliases resolved, rolled up), ``deaths_a, deaths_b``
        (int64 dead *of* each side in canonical order, -1 where not given), ``status``,
        ``published`` (NaT), ``retracted`` (bool), ``version`` (int64), ``supersedes,
        incident_id`` (None where not given), ``precision`` ("exact", "coarse", as declared),
        ``municipality`` (INEGI code or None), ``latitude, longitude`` (NaN).
    presence
        ``organization`` (rolled up), ``region, from, to`` (NaT where open), or None.
    mappings
        ``name, organization`` (id), ``probability`` (float), ``from, to``; reports whose
        attribution is such a name hold the weighted set already; or None.
    rivalries
        ``organization, other`` (rolled up), ``weight`` (float, above 0), ``from, to``; or None.
    events
        ``date`` (datetime64), ``type``, ``organization`` (rolled up, "" = all), ``region``
        ("" = all); or None.
    covariates
        ``name, region, source`` ("" = all), ``value`` (float); or None.
    totals
        Columns of docs/formats.md; counts int64, -1 where not given; or None.
    rubric
        The scoring system.
    notes
        Sentences for the user: ignored columns, defaults that matter.
    folder
        Where it was read from.
    columns
        Columns that were read and judged, by file: others were ignored.
    """

    settings: Settings
    organizations: pd.DataFrame
    sources: pd.DataFrame
    reports: pd.DataFrame
    rubric: Rubric
    folder: Path
    presence: pd.DataFrame | None = None
    mappings: pd.DataFrame | None = None
    rivalries: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    covariates: pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_simulated(self) -> bool:
        """Whether the round says of itself that its data are invented."""
        return self.settings.simulated

    def scored_under(self, name: str) -> str:
        """Return the organization that one is scored under, mostly itself."""
        rolled = self.organizations["roll_up"]
        while name in rolled.index[rolled]:
            name = str(self.organizations.loc[name, "parent"])
        return name

    def contenders(self) -> tuple[str, ...]:
        """Organizations that may be named: contender, not excluded, active in the window."""
        first, last = (pd.Timestamp(day) for day in self.settings.scored)
        frame = self.organizations
        active = ~(frame["active_from"] > last) & ~(frame["active_to"] < first)
        chosen = frame["contender"] & active & ~frame["roll_up"]
        return tuple(i for i in frame.index[chosen] if i not in self.settings.exclude)
