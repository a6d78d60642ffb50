"""The sizes of round that the recovery study draws: their axes, priors and bounds."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..data.attribution import parse
from ..data.evidence import Axes, Evidence
from ..data.periods import Period
from ..data.regions import SETS
from ..data.values import ADJUDICATED
from ..data.world import SourceSpec
from ..data.worlds import months, organization_names
from ..models.design import Design, design
from ..models.priors import Priors
from ..models.structure import CORE

FIRST_MONTH = dt.date(2023, 1, 1)


@dataclass(frozen=True)
class Size:
    """A size of round.

    Attributes
    ----------
    name, organizations, regions, n_months, window_months, kinds, sources
        The axes: how many organizations, regions and months; all organizations contend.
    rivals
        Positions of the two sides of each rivalry.
    incidents, clashes
        Centres of the priors ``rate_total`` and ``rivalry_total``, as incidents of all months,
        stated, since the usual ones are taken from the reports.
    seen
        Fewest and most reported incidents of a round that is kept.
    draws
        Kept draws of each chain of its fit: where less is known, chains move more slowly.
    classes
        Whether victims have classes.
    """

    name: str
    organizations: int
    rivals: tuple[tuple[int, int], ...]
    sources: tuple[SourceSpec, ...]
    regions: int
    n_months: int
    window_months: int
    kinds: tuple[str, ...]
    incidents: float
    clashes: float
    seen: tuple[int, int]
    draws: int
    classes: bool = False

    @property
    def priors(self) -> Priors:
        """What worlds are drawn from and what their fit believes."""
        centres = {"rate_total": self.incidents, "rivalry_total": self.clashes}
        return Priors().override({name: {"mu": np.log(n)} for name, n in centres.items()})

    @property
    def names(self) -> tuple[str, ...]:
        """Organizations, in the order of the axis."""
        return organization_names(self.organizations)

    @property
    def rivalries(self) -> tuple[str, ...]:
        """Rivalries, in the order of the axis."""
        return tuple(
            sorted(str(parse(f"{self.names[a]}><{self.names[b]}")) for a, b in self.rivals)
        )

    @cached_property
    def months(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """Its months as (first day, last day)."""
        return months(FIRST_MONTH, self.n_months)

    @cached_property
    def plan(self) -> Design:
        """The axes of its rounds, without a report."""
        return design(_no_reports(_axes(self)), CORE)


PRESS = (SourceSpec("north-press"), SourceSpec("south-press"))
LIST = SourceSpec("federal-list", type="government")
GROUPS = SourceSpec("rights-groups", type="ngo")
COURTS = SourceSpec("courts", type=ADJUDICATED, coverage="attributed_only")

SIZES = (
    Size("small", 4, (), (*PRESS, LIST), 4, 8, 4, ("homicide",), 250, 50, (100, 600), 1500),
    Size(
        "medium", 6, ((0, 1), (1, 2)), (*PRESS, LIST, COURTS), 6, 10, 4,
        ("homicide", "terrorism"), 400, 100, (200, 900), 1500, classes=True,
    ),
    Size(
        "larger", 8, ((0, 1), (2, 3), (1, 4)), (*PRESS, GROUPS, LIST, COURTS), 10, 12, 4,
        ("homicide", "terrorism"), 900, 250, (800, 1500), 1200, classes=True,
    ),
)  # fmt: skip


def _axes(size: Size) -> Axes:
    names = size.names
    pair = str(parse("|".join(names[:2])))
    return Axes(
        organizations=names,
        contenders=names,
        has_other=True,
        rivalries=size.rivalries,
        regions=SETS["MX"][: size.regions],
        periods=_periods(size),
        kinds=size.kinds,
        sources=_sources(size),
        statements=("", *sorted((*names, *size.rivalries, pair))),
    )


def _periods(size: Size) -> tuple[Period, ...]:
    scored = size.n_months - size.window_months
    return tuple(
        Period(f"{a:%Y-%m}", a, b, in_window=n >= scored) for n, (a, b) in enumerate(size.months)
    )


def _sources(size: Size) -> pd.DataFrame:
    rows = [
        {"name": s.id, "type": s.type, "coverage": s.coverage, "silence": s.silence}
        for s in size.sources
    ]
    index = pd.Index([s.id for s in size.sources], name="source")
    return pd.DataFrame(rows, index=index).assign(
        group=None, accuracy_prior=None, published="unknown"
    )


def _no_reports(axes: Axes) -> Evidence:
    columns = ["region", "period", "kind", "size", "victims", "victims_low", "victims_high"]
    columns += ["rivalry", "by_first", "by_second"]
    empty = pd.DataFrame({name: np.zeros(0, np.int64) for name in columns})
    cells = (len(axes.regions), len(axes.periods), len(axes.kinds))
    return Evidence(
        axes=axes,
        incidents=empty.assign(incident_id="", victim_class="", reports=None, numbers=None),
        said=np.zeros((0, len(axes.sources)), np.int64),
        looking=np.ones((len(axes.sources), *cells), bool),
        possible=np.ones((len(axes.authors), len(axes.periods)), bool),
        included=np.ones(cells[:2], bool),
    )
