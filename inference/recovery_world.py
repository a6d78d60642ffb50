"""Rounds to recover: parameters drawn from the priors, made into a world, simulated, read.

Every parameter of a round is drawn from the very priors that its fit believes; the law of the
victims inside a size bin and of their classes from those of ``marks``. A round is kept by
what can be *seen* of it alone (``accepted``), never by its parameters or its truth: what
holds of a posterior given the reports holds of it given any choice made by the reports, so
that intervals keep their probability. What would be refused anyway, but for a chance below
``FAR_CHANCE``, is not simulated.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from ..data.attribution import parse
from ..data.evidence import Axes, Evidence
from ..data.periods import Period
from ..data.readers import read_round
from ..data.regions import SETS
from ..data.rubric import Rubric
from ..data.rubrics import default_rubric
from ..data.simulate import Simulated, simulate, write_round
from ..data.tabulate import tabulate
from ..data.values import ADJUDICATED
from ..data.world import SourceSpec, World
from ..data.worlds import months, organization_names
from ..models import attribution, joint, superposition
from ..models.design import Design, design
from ..models.engine import NUMPY, Params
from ..models.priors import Priors
from .fit import prior_draws
from .marks import CLASS_PRIOR_TOTAL, TAIL_GRID, UNKNOWN_CLASS, tail_posterior

FIRST_MONTH = pd.Timestamp(2023, 1, 1).date()
MOST_TRIES = 20_000
MOST_INCIDENTS = 3e6
"""Expected incidents of a world that is not worth simulating; none came near so far."""
FAR = 10.0
"""Standard deviations from the bounds at which a round is as good as sure to be refused."""
FAR_CHANCE = 1e-18
"""Largest chance that a round so far from the bounds would have been kept."""


@dataclass(frozen=True)
class Size:
    """A size of round.

    Attributes
    ----------
    name, organizations, regions, n_months, window_months, kinds, sources
        The axes: how many organizations, regions and months; all organizations contend.
    rivals
        Positions of the two sides of each rivalry.
    rate, rivalry_rate
        Centre of the priors of ``rate_intercept`` and ``rivalry_intercept``, stated, since
        the usual ones are taken from the reports.
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
    rate: float
    rivalry_rate: float
    seen: tuple[int, int]
    draws: int
    classes: bool = False

    @property
    def priors(self) -> Priors:
        """What worlds are drawn from and what their fit believes."""
        centres = {"rate_intercept": self.rate, "rivalry_intercept": self.rivalry_rate}
        return Priors().override({name: {"mu": mu} for name, mu in centres.items()})

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
    def plan(self) -> Design:
        """The axes of its rounds, without a report."""
        return design(_no_reports(_axes(self)))


PRESS = (SourceSpec("north-press"), SourceSpec("south-press"))
LIST = SourceSpec("federal-list", type="government")
GROUPS = SourceSpec("rights-groups", type="ngo")
COURTS = SourceSpec("courts", type=ADJUDICATED, coverage="attributed_only")

SIZES = (
    Size("small", 4, (), (*PRESS, LIST), 4, 8, 4, ("homicide",), -1.5, -1.5, (100, 600), 1500),
    Size(
        "medium", 6, ((0, 1), (1, 2)), (*PRESS, LIST, COURTS), 6, 10, 4,
        ("homicide", "terrorism"), -2.5, -2.0, (200, 900), 1000, classes=True,
    ),
    Size(
        "larger", 8, ((0, 1), (2, 3), (1, 4)), (*PRESS, GROUPS, LIST, COURTS), 10, 12, 4,
        ("homicide", "terrorism"), -2.5, -2.0, (800, 1500), 500, classes=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Recoverable:
    """A simulated round as the fit meets it, and all that was drawn to make it.

    Attributes
    ----------
    params
        The true value of every free variable of the model; none where the world was not
        drawn from the priors.
    simulated, evidence, rubric
        What happened, what was reported of it, and how it is scored.
    priors
        What its fit believes.
    tries
        Rounds drawn until this one was kept.
    """

    params: Params
    simulated: Simulated
    evidence: Evidence
    rubric: Rubric
    priors: Priors
    tries: int = 1


def draw_round(size: Size, seed: int) -> Recoverable:
    """Draw rounds until one is kept.

    Raises
    ------
    RuntimeError
        Where none is, or a world would take too long to simulate.
    """
    for number in range(MOST_TRIES):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        params = draw_parameters(size, rng)
        if not _hopeless(params, size):
            simulated = simulate(world(params, size, rng), int(rng.integers(2**62)))
            if not size.seen[0] <= simulated.reports["incident_id"].nunique() <= size.seen[1]:
                continue  # said by ``accepted`` too; but a round without a report cannot be read
            evidence, rubric = reported(simulated)
            if accepted(evidence, size):
                return Recoverable(params, simulated, evidence, rubric, size.priors, number + 1)
    raise RuntimeError(f"none of {MOST_TRIES} rounds of size {size.name!r} was kept")


def accepted(evidence: Evidence, size: Size) -> bool:
    """Whether a round is kept: a rule on what was reported, and on nothing else.

    The number of reported incidents lies within bounds, and every kind, every rivalry and a
    set of two organizations are reported, so that the parameters are those of ``size.plan``.
    """
    axes = evidence.axes
    sets = any(len(parse(text).members) == 2 for text in axes.statements)
    same = (axes.kinds, axes.rivalries, axes.has_other) == (size.kinds, size.rivalries, True)
    return sets and same and size.seen[0] <= len(evidence.incidents) <= size.seen[1]


def draw_parameters(size: Size, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw every free variable of the model from its prior."""
    listed = joint.parameters(size.plan, size.priors, joint.Structure())
    drawn = prior_draws(listed, 1, int(rng.integers(2**62)))
    return {name: np.asarray(value[0]) for name, value in drawn.items()}


def world(params: Params, size: Size, rng: np.random.Generator) -> World:
    """Say the same as the parameters in the simulator's terms; marks are drawn here."""
    plan = size.plan
    q = superposition.quantities(params, plan, NUMPY)
    periods = months(FIRST_MONTH, size.n_months)
    classes = _class_names(size)
    return World(
        organizations=size.names,
        contenders=size.names,
        has_other=True,
        rivalries=size.rivalries,
        regions=plan.evidence.axes.regions,
        periods=periods,
        window=(periods[-size.window_months][0], periods[-1][1]),
        kinds=size.kinds,
        sources=size.sources,
        rate=np.exp(q.log_rate),
        size=np.exp(q.log_size),
        detection=np.asarray(q.detection),
        visibility=np.asarray(q.visibility),
        right=np.asarray(params["right"]),
        unknown=np.asarray(q.unknown),
        blame=np.asarray(attribution.blame(params, plan, NUMPY)),
        one_sided=_one_sided(params, size),
        split=np.asarray(params["split"]) if size.rivals else np.zeros(0),
        set_size=np.asarray(q.set_shares),
        tail=float(rng.choice(TAIL_GRID, p=tail_posterior(np.zeros(0, np.int64)))),
        victims_in_bin=(rng.dirichlet(np.ones(2)), rng.dirichlet(np.ones(4))),
        victim_classes=classes,
        victim_class=_class_shares(classes, size, rng),
    )


def _one_sided(params: Params, size: Size) -> np.ndarray:
    if not size.rivals:
        return np.zeros(len(size.sources))
    courts = [spec.type == ADJUDICATED for spec in size.sources]
    return np.where(courts, attribution.ADJUDICATED_ONE_SIDED, params["one_sided"])


def _class_names(size: Size) -> tuple[str, ...]:
    if not size.classes:
        return ()
    return tuple(name for name in default_rubric().victim_classes if name != UNKNOWN_CLASS)


def _class_shares(classes: tuple[str, ...], size: Size, rng: np.random.Generator) -> np.ndarray:
    """Draw P(class | kind) from the prior of ``marks``, shape (kind, class)."""
    if not classes:
        return np.zeros((0, 0))
    return rng.dirichlet(np.full(len(classes), CLASS_PRIOR_TOTAL / len(classes)), len(size.kinds))


def reported(simulated: Simulated) -> tuple[Evidence, Rubric]:
    """Write a round, read it and count it, as a user's would be."""
    with TemporaryDirectory() as parent:
        folder = write_round(simulated, Path(parent) / "round", "Recovery")
        round_ = read_round(folder)
        return tabulate(round_), round_.rubric


def _hopeless(params: Params, size: Size) -> bool:
    """Whether the number of reported incidents is as good as sure to be out of bounds."""
    q = superposition.quantities(params, size.plan, NUMPY)
    seen = float(superposition.mass(q, size.plan, NUMPY).sum())
    low, high = (
        edge + sign * FAR * edge**0.5 for edge, sign in zip(size.seen, (-1, 1), strict=True)
    )
    if not low <= seen <= high:
        return True
    if (total := float(np.exp(q.log_rate).sum())) > MOST_INCIDENTS:
        raise RuntimeError(f"a world expects {total:.3g} incidents")
    return False


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
    every = months(FIRST_MONTH, size.n_months)
    scored = size.n_months - size.window_months
    return tuple(
        Period(f"{a:%Y-%m}", a, b, in_window=n >= scored) for n, (a, b) in enumerate(every)
    )


def _sources(size: Size) -> pd.DataFrame:
    rows = [
        {"name": s.id, "type": s.type, "coverage": s.coverage, "silence": s.silence}
        for s in size.sources
    ]
    index = pd.Index([s.id for s in size.sources], name="source")
    return pd.DataFrame(rows, index=index).assign(group=None, accuracy_prior=None)


def _no_reports(axes: Axes) -> Evidence:
    columns = ["region", "period", "kind", "size", "victims", "rivalry", "by_first", "by_second"]
    empty = pd.DataFrame({name: np.zeros(0, np.int64) for name in columns})
    cells = (len(axes.regions), len(axes.periods), len(axes.kinds))
    return Evidence(
        axes=axes,
        incidents=empty.assign(incident_id="", victim_class="", reports=None),
        said=np.zeros((0, len(axes.sources)), np.int64),
        looking=np.ones((len(axes.sources), *cells), bool),
        possible=np.ones((len(axes.authors), len(axes.periods)), bool),
        included=np.ones(cells[:2], bool),
    )
