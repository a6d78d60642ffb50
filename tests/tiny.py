"""Tiny evidences made by hand, that hold every pattern there can be, and random parameters.

A ``Case`` says who can have done it, who tells and where; ``evidence`` writes each pattern
of each cell into it at least once; ``parameters`` draws a value of everything the formulas
of ``models/`` read.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from dtoscore.data.attribution import OTHER, UNKNOWN, parse
from dtoscore.data.evidence import SILENT, Axes, Evidence
from dtoscore.data.periods import DAY, Period
from dtoscore.data.world import SIZES

SIDES_SIZE = SIZES.index("2-3")
"""Deaths by side are written into patterns of this size."""


@dataclass(frozen=True)
class Teller:
    """A source."""

    type: str = "press"
    coverage: str = "all"
    silence: str = "informative"

    def may_list(self, text: str, contenders: tuple[str, ...]) -> bool:
        """Whether its coverage holds a statement."""
        if self.coverage == "all":
            return True
        named = parse(text).organizations
        return bool(set(named) & set(contenders)) if self.coverage[0] == "c" else bool(named)


PRESS = Teller()
NAMING = Teller(coverage="attributed_only")
WATCH = Teller("ngo", coverage="contenders_only")
COURT = Teller("adjudicated", coverage="attributed_only")
QUIET = Teller("government", coverage="attributed_only", silence="uninformative")


@dataclass(frozen=True)
class Case:
    """Who can have done it, who tells, where and when.

    Attributes
    ----------
    blind
        (source, region, kind) where a source is not looking.
    never
        (author, period) that cannot be.
    excluded
        (region, period) that the evidence leaves out.
    sides_total
        Victims of each rivalry's incidents whose deaths by side are known; 0: none.
    """

    organizations: tuple[str, ...]
    sources: tuple[Teller, ...]
    contenders: tuple[str, ...] = ()
    has_other: bool = False
    rivalries: tuple[str, ...] = ()
    largest_set: int = 1
    n_region: int = 1
    n_period: int = 1
    n_kind: int = 1
    blind: tuple[tuple[int, int, int], ...] = ()
    never: tuple[tuple[str, int], ...] = ()
    excluded: tuple[tuple[int, int], ...] = ()
    sides_total: int = 0
    full_confusion: bool = False

    @property
    def plain(self) -> tuple[str, ...]:
        """Organizations, and other where it is on the axis."""
        return self.organizations + (OTHER,) * self.has_other

    @property
    def authors(self) -> tuple[str, ...]:
        """The author axis."""
        return self.plain + self.rivalries

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What may be written of one author: the axis, and sides that are on no axis."""
        sides = {"+".join(side) for text in self.rivalries for side in parse(text).sides}
        return self.authors + tuple(sorted(sides - set(self.authors)))

    @cached_property
    def statements(self) -> tuple[str, ...]:
        """Everything a source can say, unknown first."""
        sizes = range(2, self.largest_set + 1)
        sets = ["|".join(sorted(s)) for n in sizes for s in itertools.combinations(self.plain, n)]
        return (UNKNOWN, *self.names, *sets)

    @property
    def listers(self) -> list[int]:
        """Sources with a detection probability."""
        return [s for s, teller in enumerate(self.sources) if teller.silence == "informative"]

    def looks(self, source: int, cell: tuple[int, int, int]) -> bool:
        """Whether a source's silence means something there; if not, it may report all the same."""
        return source in self.listers and (source, cell[0], cell[2]) not in self.blind

    def options(self, source: int) -> list[int]:
        """Codes of what a source can be found to have said of an incident."""
        listed = self.sources[source].may_list
        return [
            SILENT,
            *(i for i, text in enumerate(self.statements) if listed(text, self.contenders)),
        ]

    @property
    def cells(self) -> list[tuple[int, int, int]]:
        """Every (region, period, kind) that is not excluded."""
        whole = itertools.product(range(self.n_region), range(self.n_period), range(self.n_kind))
        return [cell for cell in whole if cell[:2] not in self.excluded]


def evidence(case: Case, seed: int = 0) -> Evidence:
    """Hold every pattern of every cell once to three times."""
    rng = np.random.default_rng(seed)
    rows = [row for cell in case.cells for row in _patterns(case, cell)]
    table = np.array(rows)[np.repeat(np.arange(len(rows)), rng.integers(1, 4, len(rows)))]
    columns = ["region", "period", "kind", "size", "rivalry", "by_first", "by_second"]
    incidents = pd.DataFrame(table[:, : len(columns)], columns=columns)
    said = table[:, len(columns) :]
    reports = [
        tuple(None if code == SILENT else f"r{i}s{s}" for s, code in enumerate(row))
        for i, row in enumerate(said)
    ]
    victims = np.array([0, 1, 2, 4, 8])[incidents["size"]]
    return Evidence(
        axes=_axes(case),
        incidents=incidents.assign(
            incident_id=[f"i{i}" for i in range(len(table))],
            victims=victims,
            victims_low=victims,
            victims_high=victims,
            numbers=pd.Series([((n, n, n),) for n in victims.tolist()], dtype=object),
            victim_class="unknown",
            reports=pd.Series(reports, dtype=object),
        ),
        said=said,
        looking=_looking(case),
        possible=_possible(case),
        included=_included(case),
    )


def _patterns(case: Case, cell: tuple[int, int, int]) -> list[tuple[int, ...]]:
    said = [case.options(s) for s in range(len(case.sources))]
    told = [row for row in itertools.product(*said) if set(row) != {SILENT}]
    no_sides = [(*cell, v, -1, 0, 0, *row) for v in range(len(SIZES)) for row in told]
    return no_sides + [
        (*cell, SIDES_SIZE, d, first, case.sides_total - first, *row)
        for row in told
        for d, text in enumerate(case.rivalries)
        if case.sides_total and parse(text).is_rivalry and case.statements.index(text) in row
        for first in range(case.sides_total + 1)
    ]


def _axes(case: Case) -> Axes:
    day = dt.date(2020, 1, 1)
    sources = pd.DataFrame(
        {
            "name": [f"Source {s}" for s in range(len(case.sources))],
            "type": [teller.type for teller in case.sources],
            "coverage": [teller.coverage for teller in case.sources],
            "silence": [teller.silence for teller in case.sources],
            "group": None,
            "accuracy_prior": None,
            "published": "unknown",
        },
        index=pd.Index([f"s{s}" for s in range(len(case.sources))], name="source"),
    )
    return Axes(
        organizations=case.organizations,
        contenders=case.contenders,
        has_other=case.has_other,
        rivalries=case.rivalries,
        regions=tuple(f"R{r}" for r in range(case.n_region)),
        periods=tuple(
            Period(f"T{t}", day + t * DAY, day + t * DAY, True) for t in range(case.n_period)
        ),
        kinds=tuple(f"kind{c}" for c in range(case.n_kind)),
        sources=sources,
        statements=case.statements,
    )


def _looking(case: Case) -> np.ndarray:
    shape = (len(case.sources), case.n_region, case.n_period, case.n_kind)
    looking = np.zeros(shape, bool)
    for s, r, t, c in np.ndindex(shape):
        looking[s, r, t, c] = case.looks(s, (r, t, c))
    return looking


def _included(case: Case) -> np.ndarray:
    included = np.ones((case.n_region, case.n_period), bool)
    for region, period in case.excluded:
        included[region, period] = False
    return included


def _possible(case: Case) -> np.ndarray:
    possible = np.ones((len(case.authors), case.n_period), bool)
    for author, period in case.never:
        possible[case.authors.index(author), period] = False
    return possible


def parameters_of(evidence: Evidence, seed: int) -> dict[str, np.ndarray]:
    """Draw a value of every parameter that fits the axes of an evidence."""
    axes = evidence.axes
    case = Case(
        organizations=axes.organizations,
        sources=tuple(Teller(silence=silence) for silence in axes.sources["silence"]),
        has_other=axes.has_other,
        rivalries=axes.rivalries,
        largest_set=max(_names_in_set(text) for text in axes.statements),
        n_region=len(axes.regions),
        n_period=len(axes.periods),
        n_kind=len(axes.kinds),
        sides_total=1,
    )
    return parameters(case, seed)


def _names_in_set(text: str) -> int:
    """Names of a set; a name that may be several organizations is one."""
    said = parse(text)
    return 1 if said.weights else len(said.members) or 1


def parameters(case: Case, seed: int) -> dict[str, np.ndarray]:
    """Draw a value of every parameter that a model of the case has."""
    rng = np.random.default_rng(seed)
    k, d, a = len(case.organizations), len(case.rivalries), len(case.authors)
    n, s, q = len(case.plain), len(case.sources), len(case.listers)
    r, t, c = case.n_region, case.n_period, case.n_kind
    normal: dict[str, tuple[int, ...]] = {
        "rate_intercept": (), "rate_kind": (c,), "rate_region": (r,), "rate_period": (t,),
        "rate_organization": (k,), "rate_organization_kind": (k, c),
        "rate_organization_region": (k, r), "rate_organization_walk": (t - 1, k),
        "size_base": (c, 5), "size_author": (a, 5),
        "detection": (q,), "detection_size": (q,), "detection_region": (q, r),
        "detection_kind": (q, c), "notoriety": (n,),
    }  # fmt: skip
    if r > 1:
        normal["size_region"] = (r, 5)
    if case.has_other:
        normal |= {"other_share": (), "other_kind": (c,), "other_region": (r,),
                   "other_period": (t,), "size_other": (5,), "unknown_other": ()}  # fmt: skip
    if d:
        normal |= {"rivalry_intercept": (), "rivalry_kind": (c,), "rivalry_level": (d,),
                   "rivalry_region": (d, r), "rivalry_walk": (t - 1, d),
                   "size_rivalry": (5,)}  # fmt: skip
    drawn = {name: rng.normal(size=shape) for name, shape in normal.items()}
    scaled = [n for n in drawn if n in SCALED]
    drawn |= {f"{name}_scale": rng.uniform(0.3, 1.5) for name in scaled}
    drawn["visibility"] = rng.uniform(0.2, 2.5, q)
    for name, shape in {"unknown": s, "right": s, "one_sided": s, "split": d}.items():
        drawn[name] = rng.uniform(0.05, 0.95, shape)
    drawn["blame_rivalry"] = rng.uniform(0.05, 0.5)
    if case.sides_total:
        drawn["side_concentration"] = rng.uniform(1.0, 8.0)
        drawn["side_selection"] = rng.normal(size=n)
    if case.largest_set > 1:
        drawn["set_share"] = rng.dirichlet(np.ones(case.largest_set), s)
    if case.full_confusion:
        drawn["confusion"] = rng.dirichlet(np.ones(len(case.names)), (s, a))
    return {name: np.asarray(value) for name, value in drawn.items()}


SCALED = (
    "rate_period", "other_period", "rate_organization_walk", "rivalry_walk", "size_author",
    "size_region", "detection_region", "detection_kind",
)  # fmt: skip
"""Effects that are written in units of a scale of their own."""
