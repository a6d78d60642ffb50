"""A world to simulate: the parameters of what happens, who reports it, who is blamed.

Plain arrays with their axes beside them, so that the simulator knows nothing of the model.
Axes: ``author`` = organizations, then "other" where it exists, then rivalries (canonical
text "a><b"; a coalition that acts alone is "a+b"); ``name`` (what a source may write) is the
same list; ``size`` = bins 0, 1, 2-3, 4-7, 8+ of victims.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SIZES: tuple[str, ...] = ("0", "1", "2-3", "4-7", "8+")
SIZE_EDGES: tuple[int, ...] = (0, 1, 2, 4, 8)
LARGEST_EVENT = 500

Floats = NDArray[np.float64]


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
class World:
    """Everything the simulator needs; probabilities sum to one over their last axis.

    What a source *sees* of an incident is its claim, drawn once for all sources; an
    adjudicated source sees the author. Where a source looks, and its coverage lists what it
    has to say, it reports with probability expit(detection + visibility · z).

    Attributes
    ----------
    organizations, contenders, has_other, rivalries
        The author axis.
    regions, periods, kinds, sources
        The other axes; ``periods`` are (first day, last day).
    window
        First and last day of the scoring window.
    rate
        Expected incidents, shape (author, region, period, kind).
    size
        P(size | author, region, kind), shape (author, region, kind, size).
    victims_in_bin
        P(number | bin) for "2-3" (2 values) and "4-7" (4 values).
    tail
        Exponent of the discrete Pareto of events with 8 dead or more, P(n) ∝ n^-(tail+1),
        cut at LARGEST_EVENT.
    detection
        logit P(reported | visibility 0), shape (source, region, kind, size).
    visibility
        Weight of the shared visibility z ~ N(0,1), shape (source,).
    right
        P(the name it sees | it names somebody), shape (source,).
    unknown
        P(names nobody | the name it sees), shape (source, author).
    blame
        Where wrong names fall, shape (name,): seeing m, a wrong name is drawn from
        ``blame`` without m; a rivalry drawn so is written whole, its sides may be drawn.
    one_sided
        P(writes one side | it names the rivalry it sees), shape (source,); 1 for
        adjudicated. The first side with probability ``split``, each source by itself.
    split
        Share of the violence that is done *by* the first side, shape (rivalry,), so deaths
        *of* the second side follow it; of no effect for a coalition that acts alone.
    side_concentration
        Beta concentration of the deaths by side of one incident around ``told_split``.
    sides_counted
        P(a report that names the true rivalry gives deaths by side); the reports of one
        incident that do give the same.
    told_split
        Optional share of the first side where a report gives deaths by side, shape
        (rivalry,): told clashes need not be like the rest; ``split`` where absent.
    set_size
        P(writes a set of 1, 2, … members | it names one organization or "other"), shape
        (source, n); the other members are drawn evenly, never rivalries or coalitions.
    confusion
        Optional P(name | author) of sources that name somebody, shape (source, author,
        name); where given it replaces ``right`` and ``blame``.
    claim
        Optional P(claim | author), shape (author, name), shared by all sources of an
        incident; identity where absent.
    victim_class
        P(class | kind), shape (kind, class), with ``victim_classes`` its names; empty:
        no class is reported.
    """

    organizations: tuple[str, ...]
    contenders: tuple[str, ...]
    has_other: bool
    rivalries: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[tuple[dt.date, dt.date], ...]
    window: tuple[dt.date, dt.date]
    kinds: tuple[str, ...]
    sources: tuple[SourceSpec, ...]
    rate: Floats
    size: Floats
    victims_in_bin: tuple[Floats, Floats]
    tail: float
    detection: Floats
    visibility: Floats
    right: Floats
    unknown: Floats
    blame: Floats
    one_sided: Floats
    split: Floats
    set_size: Floats
    side_concentration: float = 5.0
    sides_counted: float = 0.0
    told_split: Floats | None = None
    confusion: Floats | None = None
    claim: Floats | None = None
    victim_classes: tuple[str, ...] = ()
    victim_class: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def authors(self) -> tuple[str, ...]:
        """Organizations, then "other", then rivalries."""
        other = ("other",) if self.has_other else ()
        return self.organizations + other + self.rivalries
