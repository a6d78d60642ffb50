"""Rounds to recover: parameters drawn from the priors, made into a world, simulated, read.

Every parameter of a round is drawn from the very priors that its fit believes; the law of the
victims inside a size bin and of their classes from those of ``marks``. A round is kept by
what can be *seen* of it alone (``accepted``), never by its parameters or its truth: what
holds of a posterior given the reports holds of it given any choice made by the reports, so
that intervals keep their probability. What would be refused anyway, but for a chance below
``FAR_CHANCE``, is not simulated.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..data.attribution import parse
from ..data.evidence import Evidence
from ..data.problems import Problems
from ..data.readers import read_round
from ..data.rubric import Rubric
from ..data.rubrics import default_rubric, read_rubric
from ..data.simulate import simulate
from ..data.simulated import Simulated, write_round
from ..data.tabulate import tabulate
from ..data.values import ADJUDICATED, UNKNOWN_CLASS
from ..data.world import World
from ..inference.marks import CLASS_PRIOR_TOTAL
from ..inference.prior import prior_draws
from ..models import attribution, joint, superposition, written
from ..models.engine import NUMPY, Params
from ..models.numbers import TAIL_GRID, tail_posterior
from ..models.priors import Priors
from .recovery_size import Size

MOST_TRIES = 20_000
MOST_INCIDENTS = 3e6
"""Expected incidents of a world that is not worth simulating; none came near so far."""
SIDES_COUNTED = 0.1
"""Share of the reports of a clash that tell its dead by side."""
FAR = 10.0
"""Standard deviations from the bounds at which a round is as good as sure to be refused."""
FAR_CHANCE = 1e-18
"""Largest chance that a round so far from the bounds would have been kept."""


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

    The number of reported incidents lies within bounds, and every kind, every rivalry, a set
    of two organizations and, where there are rivalries, dead by side are reported, so that the
    parameters are those that ``draw_parameters`` draws.
    """
    axes = evidence.axes
    sets = any(len(parse(text).members) == 2 for text in axes.statements)
    same = (axes.kinds, axes.rivalries, axes.has_other) == (size.kinds, size.rivalries, True)
    told = (evidence.incidents[["by_first", "by_second"]] > 0).any(axis=None)
    sides = bool(told) or not size.rivals
    return sets and same and sides and size.seen[0] <= len(evidence.incidents) <= size.seen[1]


def draw_parameters(size: Size, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw every free variable of the model from its prior."""
    listed = joint.parameters(size.plan, size.priors)
    listed += attribution.side_parameters(size.priors, size.plan) if size.rivals else []
    drawn = prior_draws(listed, size.plan, 1, int(rng.integers(2**62)))
    return {name: np.asarray(value[0]) for name, value in drawn.items()}


def world(params: Params, size: Size, rng: np.random.Generator) -> World:
    """Say the same as the parameters in the simulator's terms; marks are drawn here."""
    plan = size.plan
    q = superposition.quantities(params, plan, NUMPY)
    classes = _class_names(size)
    return World(
        organizations=size.names,
        contenders=size.names,
        has_other=True,
        rivalries=size.rivalries,
        regions=plan.evidence.axes.regions,
        periods=size.months,
        window=(size.months[-size.window_months][0], size.months[-1][1]),
        kinds=size.kinds,
        sources=size.sources,
        rate=np.exp(q.log_rate),
        size=np.exp(q.log_size),
        detection=np.asarray(q.chances.logit),
        visibility=np.asarray(q.chances.visibility),
        right=np.asarray(params["right"]),
        unknown=np.asarray(q.unknown[:, 0]),
        blame=np.asarray(attribution.blame(params, plan, NUMPY)[0, 0]),
        one_sided=_one_sided(params, size),
        **(_sides(params, size) if size.rivals else {"split": np.zeros(0)}),
        set_size=np.asarray(q.set_shares),
        tail=float(rng.choice(TAIL_GRID, p=tail_posterior(np.zeros(0, np.int64)))),
        victims_in_bin=(rng.dirichlet(np.ones(2)), rng.dirichlet(np.ones(4))),
        victim_classes=classes,
        victim_class=_class_shares(classes, size, rng),
    )


def _sides(params: Params, size: Size) -> dict[str, Any]:
    """Whose violence a rivalry's is, and how its dead are told by side."""
    return {
        "split": np.asarray(params["split"]),
        "told_split": np.asarray(written.told_split(params, size.plan, NUMPY)),
        "side_concentration": float(params["side_concentration"]),
        "sides_counted": SIDES_COUNTED,
    }


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


def reported(simulated: Simulated, toml: str | None = None) -> tuple[Evidence, Rubric]:
    """Write a round, read it and count it, as a user's would be.

    Parameters
    ----------
    toml
        Text of its ``rubric.toml``; default: the rubric that ships with the package.
    """
    with TemporaryDirectory() as parent:
        apart, problems = Path(parent), Problems()
        if toml is not None:
            (apart / "rubric.toml").write_text(toml, encoding="utf-8")
        rubric, _ = read_rubric(apart, problems)
        problems.stop_if_any()
        folder = write_round(simulated, apart / "round", "Recovery", rubric=rubric)
        if toml is not None:
            (apart / "rubric.toml").rename(folder / "rubric.toml")
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
