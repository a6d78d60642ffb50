"""A star of rivalries: the hub fights everybody, and the worst is one of those it fights.

Reading a clash as "one of the two, at random" gives the hub everything, with certainty
(docs/methods.md, "Rivalries"). The split between the sides is not identified here, and the
result must say so.
"""

import datetime as dt

import numpy as np
import pytest
from dtoscore.data.readers import read_round
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import write_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.world import SourceSpec, World
from dtoscore.data.worlds import months
from dtoscore.inference.fit import FitOptions, sample
from dtoscore.inference.ranks import rank
from dtoscore.inference.realize import realize
from dtoscore.inference.scores import score
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE

HUB, LEAF = "hub", "leaf-1"
RIVALRIES = ("hub><leaf-1", "hub><leaf-2", "hub><leaf-3", "hub><leaf-4")


def star_world() -> World:
    """Five organizations, four wars of the hub; of the greatest, 85% is the leaf's doing."""
    organizations = (HUB, *(f"leaf-{n}" for n in range(1, 5)))
    n_author = len(organizations) + len(RIVALRIES)
    incidents = np.array([3.0] * len(organizations) + [240.0, 60.0, 60.0, 60.0])
    periods = months(dt.date(2020, 1, 1), 6)
    return World(
        organizations=organizations,
        contenders=organizations,
        has_other=False,
        rivalries=RIVALRIES,
        regions=("MX-CHH", "MX-SIN"),
        periods=periods,
        window=(periods[0][0], periods[-1][1]),
        kinds=("homicide",),
        sources=(SourceSpec("compilation", type="academic", coverage="attributed_only"),),
        rate=np.tile(incidents[:, None, None, None] / 12, (1, 2, 6, 1)),
        size=np.tile([0.0, 0.75, 0.2, 0.04, 0.01], (n_author, 2, 1, 1)),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=2.0,
        detection=np.full((1, 2, 1, 5), 0.5),
        visibility=np.array([0.5]),
        right=np.array([0.95]),
        unknown=np.full((1, n_author), 0.2),
        blame=np.full(n_author, 1 / n_author),
        one_sided=np.array([0.0]),
        split=np.array([0.15, 0.5, 0.5, 0.5]),
        set_size=np.ones((1, 1)),
    )


@pytest.mark.slow
def test_hub_of_a_star_is_not_named_with_certainty(tmp_path):
    """P(hub) < .9, P(leaf) clearly positive, and the leaf's interval holds its truth."""
    simulated = simulate(star_world(), seed=3)
    truth = simulated.score(default_rubric())
    assert truth.idxmax() == LEAF
    evidence = tabulate(read_round(write_round(simulated, tmp_path / "star", "star")))
    plan = design(evidence, CORE)
    tree = sample(plan, Priors(), FitOptions(draws=500, tune=400, chains=2, cores=1, seed=1))
    realized = realize(tree["posterior"].to_dataset(), plan, default_rubric(), seed=1)
    scores = score(realized, default_rubric())
    p_worst = rank(scores, evidence.axes.contenders)["p_worst"]
    low, high = scores.sel(organization=LEAF).quantile([0.05, 0.95]).to_numpy()
    assert float(p_worst.sel(organization=HUB)) < 0.9
    assert float(p_worst.sel(organization=LEAF)) > 0.1
    assert low <= truth[LEAF] <= high
