"""The profile likelihood: what the data say of a parameter alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.inference.movements import WEAK, carried, movements
from dtoscore.inference.profile import (
    OPEN,
    deviation_precision,
    directions,
    precision,
    profiles,
    scales,
)
from dtoscore.models import joint
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE
from scipy.optimize import minimize
from test_density import CASES, density
from tiny import COURT, NAMING, PRESS, Case, evidence

TRUTH = np.array([[2.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 0.0]])
"""Information of data that say nothing of their third parameter."""


def test_it_is_the_curvature_of_the_top_over_all_the_others() -> None:
    """Against the profile itself, by optimization; a flat direction has none."""
    spread = np.array([0.5, 0.8, 2.0])
    ways = np.column_stack([np.diag(spread), spread * [1, 1, 0]])
    root = np.diag(spread) @ np.linalg.cholesky(TRUTH + 1e-30 * np.eye(3))
    found = precision(root, ways, np.zeros(4))

    def fall(direction: np.ndarray, by: float) -> float:
        """How far the likelihood falls where one combination is ``by`` from its best."""
        best = minimize(
            lambda x: 0.5 * x @ TRUTH @ x,
            np.zeros(3),
            constraints={"type": "eq", "fun": lambda x: direction @ x - by},
        )
        return float(best.fun)

    told = [*np.eye(3)[:2], np.array([1.0, 1.0, 0.0])]
    for direction, one in zip(told, found[[0, 1, 3]], strict=True):
        assert fall(direction, 0.7) == pytest.approx(0.5 * 0.7**2 * one, rel=1e-3)
    assert found[2] == pytest.approx(0.0, abs=1e-12)


def test_levels_and_deviations_are_told_as_a_mixed_model_tells_them() -> None:
    """n groups of information w each, deviations of sd σ: the formulas of one-way ANOVA."""
    n, w, sigma = 7, 3.0, 0.8
    groups = np.column_stack([np.ones(n), np.eye(n)]) * w**0.5
    found = precision(groups.T, np.eye(n + 1), np.array([0.0, *[sigma**-2] * n]))
    of_one = sigma**2 + 1.0 / w
    assert found[0] == pytest.approx(n / of_one, rel=1e-3)
    np.testing.assert_allclose(found[1:], 1.0 / (1.0 / w + of_one / (n - 1)), rtol=1e-3)


@pytest.mark.parametrize("n", [2, 30, 1000])
def test_a_ridge_through_many_parameters_tells_of_none(n: int) -> None:
    """All their contrasts are known, their mean is not: each varies by 1, and all as one."""
    contrasts = 100.0 * (np.eye(n) - 1.0 / n)
    found = precision(contrasts, np.eye(n), np.zeros(n))
    assert found.max() < 0.2 * WEAK


def test_what_does_not_vary_or_is_no_number_has_none() -> None:
    ways = np.array([[0.5, 0.0]])
    assert np.isnan(precision(np.ones((1, 1)), ways, np.zeros(2))).tolist() == [False, True]
    target = density(CASES["full confusion matrices"])
    draws = around(target)
    draws["unknown"][0, 0] = np.nan
    assert all(bool(np.isnan(one).all()) for one in profiles(target, draws).values())


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
    expected = unnamed / share**2 + named / (1.0 - share) ** 2
    press, naming = (found["unknown"] / expected).to_numpy()
    assert 0.85 < press < 1.01
    assert naming < 0.25
    assert list(found["unknown"]["source"].to_numpy()) == list(target.design.coords["source"])
    assert np.isnan(found["rate_region_scale"])


def alone(target: Density, name: str) -> np.ndarray:
    """Share of the precision of draws that the data have."""
    draws = around(target)
    return np.asarray(profiles(target, draws)[name] * draws[name].var(("chain", "draw")))


def test_of_what_nobody_can_see_the_data_say_nothing_without_totals() -> None:
    """It only ever scales what is seen, which rates do as well: a ridge, at any value."""
    target = density(CASES["everything but wars"])
    assert target.totals is None
    assert alone(target, "never_visible").max() < 0.2 * WEAK
    assert alone(target, "unknown").max() > WEAK


def test_one_list_says_nothing_of_what_it_misses_and_several_say_something() -> None:
    """Two hardly: how far incidents that one misses are missed by the other is not known."""
    one = Case(("a", "b"), (PRESS,), ("a", "b"), n_period=3)
    several = replace(one, sources=(PRESS,) * 3)
    found = [alone(density(case), "detection") for case in (one, several)]
    assert found[0].max() < 100.0 * OPEN
    assert found[1].min() > WEAK / 10.0


def test_the_law_of_deviations_is_that_of_the_parameters() -> None:
    """Its log density falls by half the precision where a deviation goes one from zero."""
    target = density(CASES["everything but wars"])
    values = target.constrain(np.random.default_rng(3).normal(0.0, 0.3, target.n_free))
    params, law = target.unpack(values), deviation_precision(target, values)
    found, deviate = target.unpack(law), scales(target.parameters)
    assert {"rate_organization", "silencing", "rate_organization_region"} <= deviate.keys()
    for p in target.parameters:
        if p.name not in deviate:
            assert not found[p.name].any(), p.name
            continue
        scale, one = params[p.scale] if p.scale else None, np.zeros(p.shape)
        one.flat[0] = 1.0
        fell = p.log_density(np.zeros(p.shape), scale) - p.log_density(one, scale)
        assert float(fell) == pytest.approx(0.5 * found[p.name].flat[0]), p.name


def test_directions_keep_sums_hold_scales_and_are_as_long_as_draws_scatter() -> None:
    target = density(CASES["everything but wars"])
    free = np.random.default_rng(3).normal(0.0, 0.3, (200, target.n_free))
    draws = np.array([target.constrain(x) for x in free])
    found, held = directions(target, draws), set(scales(target.parameters).values())
    assert found.shape == (target.n_free - len(held), draws.shape[1])
    length = np.linalg.norm(found, axis=1)
    np.testing.assert_allclose((draws @ found.T / length).std(axis=0), length, rtol=1e-9)
    for p in target.parameters:
        moved = np.array([target.unpack(row)[p.name] for row in found])
        assert bool(moved.any()) == (p.name not in held)
        summed = 1 if p.distribution == "dirichlet" else p.zero_sum_axes
        for axis in range(-summed, 0):
            np.testing.assert_allclose(moved.sum(axis=axis), 0.0, atol=1e-12)


def moved(profile: xr.Dataset | None) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    draws = [
        xr.Dataset({"right": (("chain", "draw", "source"), rng.normal(0, sd, (2, 4000, 2)))})
        for sd in (0.5, 1.0)
    ]
    return movements(*(one.assign_coords(source=["x", "y"]) for one in draws), profile)


def test_the_share_of_the_precision_that_the_data_have_alone() -> None:
    profile = xr.Dataset({"right": ("source", [6.0, 0.04])}, {"source": ["x", "y"]})
    found = moved(profile)
    assert found["alone"].tolist() == pytest.approx([1.0, 0.01], abs=0.002)
    assert carried(found).startswith("Of 2 numbers that the data moved, 1 are known only with")
    assert moved(None)["alone"].isna().all()
    assert carried(moved(None)) == ""


def test_the_profile_is_twice_as_precise_with_twice_the_reports() -> None:
    """Where the data settle a parameter."""
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
    assert found[1] / found[0] == pytest.approx(2.0, rel=0.02)
