"""A world to simulate: the parameters of what happens, who reports it, who is blamed.

Plain arrays with their axes beside them, so that the simulator knows nothing of the model.
Axes: ``author`` = organizations, then "other" where it exists, then rivalries (canonical
text "a><b"; a coalition that acts alone is "a+b"); ``name`` (what a source may write) is the
same list; ``size`` = bins 0, 1, 2-3, 4-7, 8+ of victims; ``group`` = the groups of the
sources, in the sources' order. Every structure after the first list is off by default;
each draws random numbers of its own, so that turning one on leaves the rest as it was.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .worldparts import AmbiguousName, Bribe, Event, SourceSpec, Splinter, TotalSpec

__all__ = ["LARGEST_EVENT", "SIZES", "SIZE_EDGES", "Flags", "Floats", "SourceSpec", "World"]

SIZES: tuple[str, ...] = ("0", "1", "2-3", "4-7", "8+")
SIZE_EDGES: tuple[int, ...] = (0, 1, 2, 4, 8)
LARGEST_EVENT = 500

Flags = NDArray[np.bool_]


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
        P(names nobody | the name it sees), shape (source, author) or (source, region, author).
    blame
        Where wrong names fall, shape (name,) or, a source's own favour, (source, name):
        seeing m, a wrong name is drawn from ``blame`` without m; a rivalry drawn so is
        written whole, its sides may be drawn.
    one_sided
        P(writes one side | it names the rivalry it sees), shape (source,); 1 for
        adjudicated. The first side with probability ``split``, each source by itself unless
        there are ``leads``.
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
        Optional P(claim | author), shape (author, name) or (author, name + 1), or by place
        and time, (region or 1, period or 1, author, name [+ 1]); shared by all sources of
        an incident; identity where absent. The last of name + 1 columns: nobody can tell,
        and whoever is not adjudicated names nobody.
    victim_class
        P(class | kind), shape (kind, class) or (author, kind, class), with
        ``victim_classes`` its names; empty: no class is reported.

    noise_sd
        Sd of a factor of the rates ~ Gamma with mean 1, by (region, period), shared by all
        authors and kinds: counts are then negative binomial.
    own_noise_sd
        The same by (author, region, period).
    rate_tail
        Exponent above 1 of a Pareto factor with mean 1, by (author, region, period): rare
        cells in which an author does many times the usual. None: off.
    low_share
        Two classes of visibility in place of the normal law: z = -√((1-q)/q) with
        probability q = ``low_share``, else √(q/(1-q)); mean 0, variance 1. None: off.
    never_visible
        Share of incidents that no source can see, courts neither, shape (author,).
    group_visibility
        Weight of z_g ~ N(0,1), which the sources of a group share, shape (source,); 0 where
        a source has no group.
    silencing
        Added to the logit of detection, negative = silenced, shape (source, author) or
        (source, author, period).
    habits
        Added to the logit of detection, shape (source, period): a source that looks harder,
        or less hard, from a period on.
    class_detection
        Added to the logit of detection, shape (source, victim_class).
    copying
        κ, shape (group,): with this probability all sources of the group that report an
        incident and name somebody repeat one statement, that of one of them, evenly chosen;
        else each says its own. Sources that are adjudicated, bribed or list organizations or
        contenders only neither copy nor are copied.
    delay
        (location, shape) of a log-logistic law of the days from incident to report, shape
        (source, 2): P(delay <= n) = expit(shape · (log(n + 1) - location)).
    as_of
        Reports published later are not in the round, and the window is scored no further.
        None: 60 days after the window, and every report is out by then.
    leads
        Whether the scene of a clash shows one side as having struck, the same to all who see it:
        who writes one side of it writes that one. Courts, and who lists by names, draw their own.
    presence
        Where wrong names may fall on an organization, shape (organization, region) or
        (organization, region, period), written to ``presence.csv``; on a rivalry where all
        its members are.
    count_error
        P(the number of victims told is wrong), shape (source,): by a quarter, at least 1,
        up or down evenly, up where it would fall below 1. Never of an incident without
        victims, nor where the dead are told by side.
    count_range
        P(a report gives low and high too: a quarter, at least 1, around the number it
        tells), shape (source,).
    bribes, ambiguous, totals
        See their records; ``ambiguous`` goes to ``mappings.csv``, ``totals`` to
        ``totals.csv``.
    events
        Written to ``events.csv``.
    splinters
        Who split off whom.
    unlisted
        Organizations that act and are on no roster: a source that names one writes "other"
        ("" where the world has no "other"), the truth counts them as "other".
    rivalry_weight
        Who fights whom, symmetric, shape (organization, organization), written to
        ``rivalries.csv``.
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
    noise_sd: float = 0.0
    own_noise_sd: float = 0.0
    rate_tail: float | None = None
    low_share: float | None = None
    never_visible: Floats | None = None
    group_visibility: Floats | None = None
    silencing: Floats | None = None
    habits: Floats | None = None
    class_detection: Floats | None = None
    copying: Floats | None = None
    delay: Floats | None = None
    as_of: dt.date | None = None
    leads: bool = False
    presence: Flags | None = None
    count_error: Floats | None = None
    count_range: Floats | None = None
    bribes: tuple[Bribe, ...] = ()
    ambiguous: tuple[AmbiguousName, ...] = ()
    totals: tuple[TotalSpec, ...] = ()
    events: tuple[Event, ...] = ()
    splinters: tuple[Splinter, ...] = ()
    unlisted: tuple[str, ...] = ()
    rivalry_weight: Floats | None = None

    @property
    def plain(self) -> tuple[str, ...]:
        """Organizations, then "other" where there is one."""
        return self.organizations + (("other",) if self.has_other else ())

    @property
    def authors(self) -> tuple[str, ...]:
        """Those, then rivalries."""
        return self.plain + self.rivalries

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of sources, in the sources' order."""
        return tuple(dict.fromkeys(s.group for s in self.sources if s.group is not None))

    @property
    def listed(self) -> tuple[str, ...]:
        """Organizations that the roster knows."""
        return tuple(name for name in self.organizations if name not in self.unlisted)

    @property
    def scored_under(self) -> dict[str, str]:
        """Organizations whose violence another name is scored for: parents, "other"."""
        parents = {s.organization: s.parent for s in self.splinters if s.roll_up}
        under = {name: self._root(name, parents) for name in parents}
        return under | dict.fromkeys(self.unlisted, "other")

    @property
    def scored(self) -> tuple[str, ...]:
        """Organizations that have a score of their own."""
        under = self.scored_under
        return tuple(name for name in self.organizations if name not in under)

    @staticmethod
    def _root(name: str, parents: dict[str, str]) -> str:
        while name in parents:
            name = parents[name]
        return name
