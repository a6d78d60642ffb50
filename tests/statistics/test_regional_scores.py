"""Scores of regions, whoever did it, against the truth of simulated rounds, fitted for real.

Every round's truth is drawn from the priors that its fit believes, what no source can see and the
noise of months among them: the data say nothing of a share that nobody sees, so that in worlds
without any the truth lies below what the model says, and rightly. Regions of one round share their
detection and all that is hidden; so rounds are what is counted, never regions.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from dtoscore.data.evidence import Evidence
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import Simulated
from dtoscore.data.world import Floats, World
from dtoscore.inference.fit import FitOptions, density, run_nutpie
from dtoscore.inference.prior import prior_draws
from dtoscore.inference.ranks import rank
from dtoscore.inference.realize import realize
from dtoscore.inference.scores import score_places
from dtoscore.models import joint, superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.structure import CORE
from dtoscore.studies import recovery_world
from dtoscore.studies.recovery_compare import place
from dtoscore.studies.recovery_size import LIST, PRESS, Size
from scipy import stats

ROUNDS = 20
STRUCTURE = replace(CORE, never_visible=True, noise=True)
"""The parts of the complete model that bear on how much happened where, and no others."""
SIZE = Size("places", 3, (), (*PRESS, LIST), 6, 3, 2, ("homicide",), 250, 50, (150, 500), 50)
CLEAR = 1.4
"""True score of the worst region over that of the next from which a lead counts as clear."""


@dataclass(frozen=True)
class Fitted:
    """Regions of one round: where the truth lies among the draws, P(worst) and the true scores."""

    positions: Floats
    p_worst: Floats
    truth: Floats


def drawn(seed: int) -> tuple[Simulated, Evidence]:
    """Draw worlds until the reports of one are neither few nor many.

    A choice by reports alone: given them, the truth stays as probable as it was.
    """
    plan = design(SIZE.plan.evidence, STRUCTURE)
    listed = joint.parameters(plan, SIZE.priors)
    for number in itertools.count():
        rng = np.random.default_rng([seed, number])
        draws = prior_draws(listed, plan, 1, int(rng.integers(2**62)))
        params = {name: np.asarray(value[0]) for name, value in draws.items()}
        simulated = simulate(world(params, plan, rng), int(rng.integers(2**62)))
        if SIZE.seen[0] <= simulated.reports["incident_id"].nunique() <= SIZE.seen[1]:
            evidence, _ = recovery_world.reported(simulated)
            if recovery_world.accepted(evidence, SIZE):
                return simulated, evidence
    raise AssertionError


def world(params: Params, plan: Design, rng: np.random.Generator) -> World:
    """The world of the core's parameters, with what is hidden and the noise of months."""
    hidden = -np.expm1(superposition.quantities(params, plan, NUMPY).log_visible)
    core = recovery_world.world(params, SIZE, rng)
    return replace(core, never_visible=hidden, noise_sd=float(params["noise"]))


def fitted(seed: int) -> Fitted:
    """Draw a round and fit it: a position needs few draws, so both chains are short."""
    simulated, evidence = drawn(seed)
    plan, rubric = design(evidence, STRUCTURE), default_rubric()
    options = FitOptions(draws=SIZE.draws, tune=100, chains=2, cores=1, seed=seed)
    draws = run_nutpie(density(plan, SIZE.priors), options, None)["posterior"].to_dataset()
    found = score_places(realize(draws, plan, rubric, seed), rubric)
    regions = list(evidence.axes.regions)
    truth = simulated.score_places(rubric)[regions].to_numpy(float)
    scores = found.transpose("region", ...).to_numpy().reshape(len(regions), -1)
    rng = np.random.default_rng(seed)
    positions = [place(*one, rng)["position"] for one in zip(truth, scores, strict=True)]
    return Fitted(np.array(positions), rank(found, regions)["p_worst"].to_numpy(), truth)


@pytest.fixture(scope="module")
def rounds() -> list[Fitted]:
    return [fitted(seed) for seed in range(1, ROUNDS + 1)]


def leads(rounds: list[Fitted]) -> np.ndarray:
    """Whether the truly worst region comes first, by round."""
    return np.array([one.p_worst.argmax() == one.truth.argmax() for one in rounds])


@pytest.mark.slow
def test_the_truth_lies_as_much_above_as_below(rounds: list[Fitted]) -> None:
    """Its position is even on (0, 1), and so is a half on average."""
    means = [one.positions.mean() for one in rounds]
    assert stats.ttest_1samp(means, 0.5).pvalue > 1e-3, means


@pytest.mark.slow
def test_intervals_are_as_wide_as_they_should_be(rounds: list[Fitted]) -> None:
    """Of an even position the distance from the middle, as a share of the largest, is a half.

    More: intervals are too narrow; less: too wide.
    """
    means = [np.abs(2.0 * one.positions - 1.0).mean() for one in rounds]
    assert stats.ttest_1samp(means, 0.5).pvalue > 1e-3, means


@pytest.mark.slow
def test_who_comes_first_is_the_worst_as_often_as_it_says(rounds: list[Fitted]) -> None:
    said = np.array([one.p_worst.max() for one in rounds])
    error = np.sqrt((said * (1 - said)).sum())
    assert abs(leads(rounds).sum() - said.sum()) < 3.3 * error


@pytest.mark.slow
def test_the_true_worst_comes_first_where_its_lead_is_clear(rounds: list[Fitted]) -> None:
    """In three of four at least; 20 of 22 did in 30 rounds."""
    two = np.array([np.sort(one.truth)[-2:] for one in rounds])
    clear = two[:, 1] >= CLEAR * two[:, 0]
    assert clear.sum() >= ROUNDS / 2
    assert leads(rounds)[clear].mean() >= 0.75
