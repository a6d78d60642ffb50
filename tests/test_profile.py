"""The curvature of the profile likelihood: what the likelihood says of a parameter alone."""

import numpy as np
import pytest
import xarray as xr
from dtoscore.inference.movements import movements
from dtoscore.inference.profile import FLAT, profile_sd, profiles
from dtoscore.models import joint
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE
from scipy.optimize import minimize
from tiny import NAMING, PRESS, Case, evidence

TRUTH = np.array([[2.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 0.0]])
"""Precision of a likelihood that says nothing of its third parameter."""


def slope(x: np.ndarray) -> np.ndarray:
    return -TRUTH @ (x - 0.3)


def test_it_is_the_curvature_of_the_top_over_all_the_others() -> None:
    """Against the profile itself, by optimization; a flat direction is as good as open."""
    middle, spread = np.array([0.2, 0.5, 0.1]), np.array([0.5, 0.8, 2.0])
    found = profile_sd(slope, lambda x: np.append(x, x[0] + x[1]), middle, spread)

    def fall(direction: np.ndarray, by: float) -> float:
        """How far the likelihood falls where one combination is ``by`` from its best."""
        best = minimize(
            lambda x: 0.5 * (x - 0.3) @ TRUTH @ (x - 0.3),
            np.zeros(3),
            constraints={"type": "eq", "fun": lambda x: direction @ (x - 0.3) - by},
        )
        return float(best.fun)

    for direction, sd in zip(
        [*np.eye(3)[:2], np.array([1.0, 1.0, 0.0])], found[[0, 1, 3]], strict=True
    ):
        assert fall(direction, 0.7) == pytest.approx(0.5 * (0.7 / sd) ** 2, rel=1e-4)
    assert found[2] == pytest.approx(spread[2] / FLAT**0.5)


@pytest.fixture(scope="module")
def target() -> Density:
    case = Case(("a", "b"), (PRESS, NAMING), ("a", "b"), n_region=2, n_period=3)
    plan = design(evidence(case, 3), CORE)
    return Density(plan, joint.parameters(plan, Priors()))


def test_a_share_that_is_counted_has_its_binomial_error_and_a_scale_none(target: Density) -> None:
    """How often a source names nobody is told by its own reports, whatever else is true.

    But not by those of one that lists only what it attributes: it may have missed the rest.
    """
    n, spread = target.n_free, 0.1
    at = xr.Dataset({"middle": ("free", np.zeros(n)), "spread": ("free", np.full(n, spread))})
    found = profiles(target, at)
    share = target.unpack(target.constrain(np.zeros(n)))["unknown"]
    reports = (target.design.evidence.said >= 0).sum(axis=0)
    expected = np.sqrt(share * (1.0 - share) / reports)
    press, naming = found["unknown"].to_numpy() / expected
    assert press == pytest.approx(1.0, rel=1e-3)
    assert naming > 2.0
    assert list(found["unknown"]["source"].to_numpy()) == list(target.design.coords["source"])
    assert found["rate_region_scale"] > 10.0 * spread


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
