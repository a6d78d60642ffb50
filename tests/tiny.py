"""Tiny evidences made by hand, that hold every pattern there can be, and random parameters.

A ``Case`` says who can have done it, who tells, where and what is known beforehand; ``evidence``
writes each pattern of each cell into it at least once; ``plan`` is its design for the case's
structure; ``parameters`` draws a value of everything that the formulas of ``models/`` read.
"""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from dtoscore.data.attribution import OTHER, UNKNOWN, parse
from dtoscore.data.evidence import SILENT, Axes, Evidence
from dtoscore.data.periods import DAY, Period
from dtoscore.data.values import UNKNOWN_CLASS
from dtoscore.data.world import SIZES
from dtoscore.models import joint
from dtoscore.models.design import Design, design
from dtoscore.models.parameters import Parameter
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, Structure
from tiny_ground import Ground, ground_of

SIDES_SIZE = SIZES.index("2-3")
"""Deaths by side are written into patterns of this size."""


@dataclass(frozen=True)
class Teller:
    """A source."""

    type: str = "press"
    coverage: str = "all"
    silence: str = "informative"
    group: str = ""
    published: bool = False

    def may_list(self, text: str, contenders: tuple[str, ...]) -> bool:
        """Whether its coverage holds a statement."""
        if self.coverage == "all":
            return True
        named = set(parse(text).organizations)
        held = {"c": named & set(contenders), "o": named - {"other"}, "a": named}
        return bool(held[self.coverage[0]])

    @property
    def is_court(self) -> bool:
        """Whether it sees the author, not what the scene presents."""
        return self.type == "adjudicated"


PRESS = Teller()
NAMING = Teller(coverage="attributed_only")
GED = Teller("academic", coverage="organizations_only")
WATCH = Teller("ngo", coverage="contenders_only")
COURT = Teller("adjudicated", coverage="attributed_only")
QUIET = Teller("government", coverage="attributed_only", silence="uninformative")
PAPER = Teller(group="wire", published=True)
COPY = Teller(group="wire", coverage="attributed_only")


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
    structure
        Which parts the model has.
    classes
        Victim classes that reports know; each pattern is there with each, and with none.
    ground
        What is known beforehand; None: nothing.
    days
        Of each period; none given: one.
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
    structure: Structure = CORE
    classes: tuple[str, ...] = ()
    ground: Ground | None = None
    days: tuple[int, ...] = ()

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

    def feud(self, first: str, second: str) -> float:
        """How much two are rivals: as declared, else whether they are on two sides of a clash."""
        for a, b, degree in self.ground.feuds if self.ground else ():
            if {a, b} == {first, second}:
                return degree
        pairs = [parse(text).sides for text in self.rivalries if parse(text).is_rivalry]
        return float(
            any({first, second} <= {*a, *b} and (first in a) != (second in a) for a, b in pairs)
        )

    @property
    def cells(self) -> list[tuple[int, int, int]]:
        """Every (region, period, kind) that is not excluded."""
        whole = itertools.product(range(self.n_region), range(self.n_period), range(self.n_kind))
        return [cell for cell in whole if cell[:2] not in self.excluded]


def evidence(case: Case, seed: int = 0) -> Evidence:
    """Hold every pattern of every cell once to three times."""
    rng = np.random.default_rng(seed)
    rows = [row for cell in case.cells for row in _patterns(case, cell)]
    return evidence_of(
        case, np.array(rows)[np.repeat(np.arange(len(rows)), rng.integers(1, 4, len(rows)))]
    )


def told(case: Case, *incidents: tuple[str | None, ...]) -> Evidence:
    """Hold some incidents of one victim in the first cell: what each source wrote, None nothing."""
    code = {None: SILENT} | {text: i for i, text in enumerate(case.statements)}
    place = (0, 0, 0, 1, -1, 0, 0, len(case.classes))
    rows = [(*place, *(code[text] for text in texts)) for texts in incidents]
    return evidence_of(case, np.array(rows, np.int64).reshape(len(rows), 8 + len(case.sources)))


def evidence_of(case: Case, table: np.ndarray) -> Evidence:
    """Hold incidents: region, period, kind, size, rivalry, dead by side, class, statements."""
    columns = ["region", "period", "kind", "size", "rivalry", "by_first", "by_second", "class"]
    incidents = pd.DataFrame(table[:, : len(columns)], columns=columns)
    said = table[:, len(columns) :]
    classes = np.array([*case.classes, UNKNOWN_CLASS])
    reports = [
        tuple(None if code == SILENT else f"r{i}s{s}" for s, code in enumerate(row))
        for i, row in enumerate(said)
    ]
    victims = np.array([0, 1, 2, 4, 8])[incidents["size"]]
    return Evidence(
        axes=_axes(case),
        incidents=incidents.drop(columns="class").assign(
            incident_id=[f"i{i}" for i in range(len(table))],
            victims=victims,
            victims_low=victims,
            victims_high=victims,
            numbers=pd.Series([((n, n, n),) for n in victims.tolist()], dtype=object),
            victim_class=classes[incidents["class"]],
            reports=pd.Series(reports, dtype=object),
        ),
        said=said,
        looking=_looking(case),
        possible=_possible(case),
        included=_included(case),
        ground=None if case.ground is None else ground_of(case.ground, case),
    )


def plan(case: Case, seed: int = 0) -> Design:
    """The design of its evidence, for the structure of the case."""
    return design(evidence(case, seed), case.structure)


def _patterns(case: Case, cell: tuple[int, int, int]) -> list[tuple[int, ...]]:
    said = [case.options(s) for s in range(len(case.sources))]
    told = [row for row in itertools.product(*said) if set(row) != {SILENT}]
    known = range(len(case.classes), -1, -1)
    no_sides = [
        (*cell, v, -1, 0, 0, w, *row) for w in known for v in range(len(SIZES)) for row in told
    ]
    return no_sides + [
        (*cell, SIDES_SIZE, d, first, case.sides_total - first, w, *row)
        for w in known
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
            "group": [teller.group or None for teller in case.sources],
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
            Period(f"T{t}", day + first * DAY, day + (first + n - 1) * DAY, True)
            for t, (first, n) in enumerate(_spans(case))
        ),
        kinds=tuple(f"kind{c}" for c in range(case.n_kind)),
        sources=sources,
        statements=case.statements,
    )


def _spans(case: Case) -> list[tuple[int, int]]:
    """First day and number of days of each period."""
    days = case.days or (1,) * case.n_period
    return [(sum(days[:t]), n) for t, n in enumerate(days)]


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


def parameters(case: Case, seed: int) -> dict[str, np.ndarray]:
    """Draw a value of every parameter that the model of the case has."""
    return _drawn(plan(case), seed)


def parameters_of(
    evidence: Evidence, seed: int, structure: Structure | None = None
) -> dict[str, np.ndarray]:
    """Draw a value of every parameter that the model of an evidence has."""
    return _drawn(design(evidence, structure), seed)


def labelled(params: Mapping[str, np.ndarray], plan: Design) -> xr.Dataset:
    """Make a posterior of one draw of one chain, with the names of all levels."""
    listed = [p for p in joint.parameters(plan, Priors()) if p.name in params]
    values = {p.name: (("chain", "draw", *p.dims), params[p.name][None, None]) for p in listed}
    one = xr.Dataset(values)
    return one.assign_coords({str(d): plan.coords[str(d)] for d in one.dims if d in plan.coords})


def _drawn(plan: Design, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {p.name: np.asarray(_value(p, rng)) for p in joint.parameters(plan, Priors())}


def _value(p: Parameter, rng: np.random.Generator) -> np.ndarray | float:
    """Some value that the parameter may have, none of them small, whatever its prior."""
    if p.distribution == "dirichlet":
        return rng.dirichlet(np.ones(p.shape[-1]), p.shape[:-1])
    if p.distribution == "beta":
        return rng.uniform(0.05, 0.95, p.shape)
    if p.distribution in ("halfnormal", "lognormal", "rayleigh"):
        return rng.uniform(0.3, 1.5, p.shape)
    return rng.normal(size=p.shape)
