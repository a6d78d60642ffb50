"""What a world holds beside its arrays: sources, lineage, events, bribes, names, totals."""

import datetime as dt
from dataclasses import dataclass

MONTH, YEAR = "month", "year"


@dataclass(frozen=True)
class SourceSpec:
    """A source as ``sources.csv`` declares it."""

    id: str
    type: str = "press"
    coverage: str = "all"
    silence: str = "informative"
    group: str | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Splinter:
    """An organization that split off its parent; both stand on the author axis.

    It is a row of the roster with that parent and relation "splinter_of", active from
    ``date`` on. The world's rates say that it does nothing earlier, not this record.
    ``roll_up``: the round, and the truth with it, score it under its parent.
    """

    organization: str
    parent: str
    date: dt.date
    roll_up: bool = False


@dataclass(frozen=True)
class Event:
    """A row of ``events.csv``; what it changes stands in the world's arrays by period."""

    date: dt.date
    type: str = "announcement"
    organization: str = ""
    region: str = ""


@dataclass(frozen=True)
class Bribe:
    """A source that never names an organization.

    Whatever it would write that names it, alone or among others, becomes its ``rival`` with
    ``probability``, and else nobody.
    """

    source: str
    organization: str
    rival: str
    probability: float = 0.5


@dataclass(frozen=True)
class AmbiguousName:
    """A name that may mean several organizations, and is on no roster.

    Where a source names one of ``organizations`` alone, it writes ``name`` in its place
    with chance use · probability / max(probability). So P(name | organization) is in
    proportion to ``probability``, which is what ``mappings.csv`` says.
    """

    name: str
    organizations: tuple[str, ...]
    probability: tuple[float, ...]
    use: float = 0.3


@dataclass(frozen=True)
class TotalSpec:
    """A series of official totals, a row a place and time, with ``[totals.SERIES]``.

    Of the incidents of ``kind``, ``inclusive`` counts each with probability ``capture``,
    those that a source of ``holds`` reported for certain; ``residual`` counts, with
    probability ``capture``, only those that no report of the round tells of.

    Attributes
    ----------
    unit
        "incidents", or "victims": the true dead of the incidents it counts.
    every
        A row a calendar "month" or a "year", as far as the world's periods reach.
    national
        One row for all regions of the world together, else a row a region.
    holds
        Sources that feed it.
    organizations_only
        It leaves out the violence of "other".
    attribution
        Only incidents of this author (a name of the world); "": of all.
    stated_capture
        What round.toml says of ``capture``, (mean, sd); None: nothing.
    """

    series: str
    scope: str = "inclusive"
    unit: str = "incidents"
    capture: float = 0.9
    every: str = MONTH
    national: bool = False
    kind: str = "homicide"
    holds: tuple[str, ...] = ()
    organizations_only: bool = False
    attribution: str = ""
    stated_capture: tuple[float, float] | None = None
