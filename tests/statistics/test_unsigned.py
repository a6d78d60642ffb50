"""Two organizations that do the same, of which one leaves no signature.

Of ash's incidents .8 remain unnamed, of birch's .4, whoever reports them. Under one common share
ash has a fourth of birch's score, and birch is named with certainty. No report tells the share of
one from that of the other (docs/methods.md, "What cannot be known"): the prior of its log odds
says how far they may differ, and adjudicated incidents show it.
"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.simulate import simulate
from dtoscore.data.world import SourceSpec, World
from dtoscore.data.worlds import months
from dtoscore.inference.fit import FitOptions, sample
from dtoscore.inference.realize import realize
from dtoscore.inference.scores import score
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, Structure
from dtoscore.studies.recovery_world import reported

ASH, BIRCH = "ash", "birch"
INCIDENTS = {ASH: 500.0, BIRCH: 500.0, "cedar": 200.0, "elm": 200.0}
UNNAMED = {ASH: 0.8, BIRCH: 0.4, "cedar": 0.6, "elm": 0.6}
REGIONS = ("MX-CHH", "MX-SIN", "MX-TAM", "MX-MIC")
"""Each organization does seven tenths of its violence in one of them."""
SOURCES = ("daily", "weekly", "list")
BY_EACH = 0.2
"""Share that a source leaves unnamed of what it could name."""
SIGNED = replace(CORE, claims=True, unsigned=True)
WIDE = Priors().override({"claim_unsigned": {"sigma": 1.5}})


def world(judged: float) -> World:
    """Four months; courts that report a share ``judged`` of all."""
    periods, names, n = months(dt.date(2022, 1, 1), 4), tuple(INCIDENTS), len(SOURCES)
    k = len(names)
    unreadable = np.array([1.0 - (1.0 - UNNAMED[name]) / (1.0 - BY_EACH) for name in names])
    claim = np.column_stack([np.diag(1.0 - unreadable), unreadable])
    where = 0.1 + 0.6 * np.eye(k)
    total = np.array(list(INCIDENTS.values()))[:, None]
    courts = SourceSpec("courts", type="adjudicated", coverage="attributed_only")
    level = np.append(np.full(n, 0.5), np.log(judged / (1.0 - judged)) if judged else -9.0)
    return World(
        organizations=names,
        contenders=names,
        has_other=False,
        rivalries=(),
        regions=REGIONS,
        periods=periods,
        window=(periods[0][0], periods[-1][1]),
        kinds=("homicide",),
        sources=(*(SourceSpec(name) for name in SOURCES), courts),
        rate=np.tile((total * where)[:, :, None, None] / 4, (1, 1, 4, 1)),
        size=np.tile([0.0, 0.7, 0.2, 0.08, 0.02], (k, 4, 1, 1)),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=2.0,
        detection=np.tile(level[:, None, None, None], (1, 4, 1, 5)),
        visibility=np.array([0.5, 0.5, 0.5, 0.0]),
        right=np.array([0.95, 0.95, 0.95, 0.99]),
        unknown=np.array([[BY_EACH] * k] * n + [[0.0] * k]),
        blame=np.full(k, 1 / k),
        one_sided=np.array([0.0, 0.0, 0.0, 1.0]),
        split=np.zeros(0),
        set_size=np.ones((n + 1, 1)),
        claim=claim,
    )


Row = tuple[float, float, float]


def intervals(judged: float, structure: Structure, priors: Priors) -> dict[str, Row]:
    """By organization: the 90% interval of its score over the truth, and its width over it."""
    simulated = simulate(world(judged), 3)
    evidence, rubric = reported(simulated)
    plan = design(evidence, structure)
    options = FitOptions(draws=150, tune=250, chains=2, cores=1, seed=1)
    draws = sample(plan, priors, options)["posterior"].to_dataset()
    found = score(realize(draws, plan, rubric, seed=1), rubric)
    truth, result = simulated.score(rubric), {}
    for name in INCIDENTS:
        low, high = np.quantile(found.sel(organization=name) / truth[name], [0.05, 0.95])
        result[name] = (float(low), float(high), float(high - low))
    return result


@pytest.mark.slow
def test_one_share_for_all_takes_the_quiet_one_for_a_small_one() -> None:
    found = intervals(0.0, CORE, Priors())
    assert found[ASH][1] < 0.5
    assert found[BIRCH][0] > 2.0 * found[ASH][1]


@pytest.mark.slow
def test_shares_of_their_own_hold_the_truth_and_courts_tell_them() -> None:
    """By a prior that reaches so far; a quarter of all incidents before the courts narrow it."""
    believed, told = (intervals(judged, SIGNED, WIDE) for judged in (0.0, 0.25))
    for name in (ASH, BIRCH):
        for low, high, _ in (believed[name], told[name]):
            assert low <= 1.0 <= high
        assert told[name][2] < 0.7 * believed[name][2]
