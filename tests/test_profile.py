"""The profile likelihood: what the likelihood says of a parameter alone."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from dtoscore.inference.movements import movements
from dtoscore.inference.profile import FLAT, directions, profile_sd, profiles
from dtoscore.models import joint
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE
from scipy.optimize import minimize
from test_density import CASES, density
from tiny import COURT, NAMING, PRESS, Case, evidence

TRUTH = np.array([[2.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 0.0]])
"""Information of a likelihood that says nothing of its third parameter."""


def test_it_is_the_curvature_of_the_top_over_all_the_others() -> None:
    """Against the profile itself, by optimization; a flat direction is as good as open."""
    spread = np.array([0.5, 0.8, 2.0])
    ways = np.column_stack([np.diag(spread), spread * [1, 1, 0]])
    root = np.diag(spread) @ np.linalg.cholesky(TRUTH + 1e-30 * np.eye(3))
    found = profile_sd(root, ways)

    def fall(direction: np.ndarray, by: float) -> float:
        """How far the likelihood falls where one combination is ``by`` from its best."""
        best = minimize(
            lambda x: 0.5 * x @ TRUTH @ x,
            np.zeros(3),
            constraints={"type": "eq", "fun": lambda x: direction @ x - by},
        )
        return float(best.fun)

    told = [*np.eye(3)[:2], np.array([1.0, 1.0, 0.0])]
    for direction, sd in zip(told, found[[0, 1, 3]], strict=True):
        assert fall(direction, 0.7) == pytest.approx(0.5 * (0.7 / sd) ** 2, rel=5e-3)
    assert found[2] == pytest.approx(spread[2] / FLAT**0.5)


def around(target: Density, spread: float = 0.7) -> xr.Dataset:
    """Draws around one value of the parameters."""
    rng, shape = np.random.default_rng(5), (2, 100)
    free = rng.normal(0.0, 0.3, target.n_free) + rng.normal(0.0, spread, (*shape, target.n_free))
    draws = [[target.unpack(target.constrain(x)) for x in chain] for chain in free]
    coords = target.design.coords
    made = {
        p.name: (("chain", "draw", *p.dims), np.array([[d[p.name] for d in c] for c in draws]))
        for p in target.parameters
    }
    return xr.Dataset(made).assign_coords(
        {dim: list(coords[dim]) for p in target.parameters for dim in p.dims}
    )


@pytest.fixture(scope="module")
def target() -> Density:
    case = Case(("a", "b"), (PRESS, NAMING), ("a", "b"), n_region=2, n_period=3)
    plan = design(evidence(case, 3), CORE)
    return Density(plan, joint.parameters(plan, Priors()))


def test_a_share_that_is_counted_has_its_binomial_error_and_a_scale_none(target: Density) -> None:
    """How often a source names nobody is told by its own reports, whatever else is true.

    But not by those of one that lists only what it attributes: it may have missed the rest. The
    information is that of the patterns at hand, in which other parameters seem to tell a little.
    """
    draws = around(target)
    found = profiles(target, draws)
    share = draws["unknown"].mean(("chain", "draw"))
    said = target.design.evidence.said
    unnamed, named = (said == 0).sum(axis=0), (said > 0).sum(axis=0)
    expected = (unnamed / share**2 + named / (1.0 - share) ** 2) ** -0.5
    press, naming = (found["unknown"] / expected).to_numpy()
    assert 0.99 < press < 1.1
    assert naming > 2.0
    assert list(found["unknown"]["source"].to_numpy()) == list(target.design.coords["source"])
    scale = draws["rate_region_scale"].std()
    assert found["rate_region_scale"] == pytest.approx(float(scale) / FLAT**0.5)


def alone(target: Density, name: str) -> np.ndarray:
    """Share of the precision of draws that the likelihood has."""
    draws = around(target)
    own = draws[name].var(("chain", "draw"))
    return np.asarray(own / profiles(target, draws)[name] ** 2)


def test_of_what_nobody_can_see_the_likelihood_says_nothing() -> None:
    """It only ever scales what is seen, which rates do as well: a ridge, at any value."""
    target = density(CASES["everything but wars"])
    rates = around(target)["rate_intercept"].var(("chain", "draw"))
    assert alone(target, "never_visible").max() < 2.0 * FLAT
    assert rates > 0.0
    assert alone(target, "unknown").max() > 10.0 * FLAT


def test_one_list_says_nothing_of_what_it_misses_and_several_say_something() -> None:
    """Two hardly: how far incidents that one misses are missed by the other is not known."""
    one = Case(("a", "b"), (PRESS,), ("a", "b"), n_period=3)
    several = replace(one, sources=(PRESS,) * 3)
    found = [alone(density(case), "detection") for case in (one, several)]
    assert found[0].max() < 2.0 * FLAT
    assert found[1].min() > 10.0 * FLAT


def test_directions_keep_sums_and_are_as_long_as_draws_scatter() -> None:
    target = density(CASES["everything but wars"])
    free = np.random.default_rng(3).normal(0.0, 0.3, (200, target.n_free))
    draws = np.array([target.constrain(x) for x in free])
    found = directions(target.parameters, draws)
    assert found.shape == (target.n_free, draws.shape[1])
    length = np.linalg.norm(found, axis=1)
    np.testing.assert_allclose((draws @ found.T / length).std(axis=0), length, rtol=1e-9)
    for p in target.parameters:
        moved = np.array([target.unpack(row)[p.name] for row in found])
        summed = 1 if p.distribution == "dirichlet" else p.zero_sum_axes
        for axis in range(-summed, 0):
            np.testing.assert_allclose(moved.sum(axis=axis), 0.0, atol=1e-12)


def test_the_share_of_the_precision_that_the_likelihood_has_alone() -> None:
    rng = np.random.default_rng(2)
    draws = [
        xr.Dataset({"right": (("chain", "draw", "source"), rng.normal(0, sd, (2, 4000, 2)))})
        for sd in (0.5, 1.0)
    ]
    named = [one.assign_coords(source=["x", "y"]) for one in draws]
    profile = xr.Dataset({"right": ("source", [0.4, 5.0])}, {"source": ["x", "y"]})
    found = movements(*named, profile)["alone"]
    assert found.tolist() == pytest.approx([1.0, 0.01], abs=0.002)
    assert movements(*named)["alone"].isna().all()


def test_the_profile_is_narrower_with_twice_the_reports() -> None:
    """By the root of two, where the data settle a parameter."""
    case = Case(("a", "b"), (PRESS, COURT), ("a", "b"), n_period=3)
    once = evidence(case, 3)
    twice = replace(
        once,
        incidents=once.incidents.loc[np.repeat(once.incidents.index, 2)].reset_index(drop=True),
        said=np.repeat(once.said, 2, axis=0),
    )
    found = []
    for told in (once, twice):
        plan = design(told, CORE)
        one = Density(plan, joint.parameters(plan, Priors()))
        found.append(profiles(one, around(one))["unknown"].to_numpy()[0])
    assert found[0] / found[1] == pytest.approx(2.0**0.5, rel=0.02)
