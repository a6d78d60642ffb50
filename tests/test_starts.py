"""Where chains start: in values that the density has, with rates that fit, all else untouched."""

from collections.abc import Iterator

import numpy as np
import pytest
from dtoscore.inference import starts
from dtoscore.models import joint
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from realizing import Incident, evidence
from totalled import total


@pytest.fixture(scope="module")
def target() -> Density:
    """Two incidents are reported, and an official total has 4,000 dead."""
    told = evidence([Incident(("a",)), Incident(("b",), 2)], has_other=True)
    plan = design(total(told, 4000, unit="victims"))
    return Density(plan, joint.parameters(plan, Priors()))


def slices(target: Density) -> Iterator[tuple[str, slice]]:
    position = 0
    for p in target.parameters:
        own = slice(position, position + int(np.prod(p.free_shape, dtype=int)))
        yield p.name, own
        position = own.stop


def test_rates_go_where_totals_are_and_nothing_else_moves(
    target: Density, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = starts.initial_point(target, 3)
    monkeypatch.setattr(starts, "STEPS", 0)
    middle = starts.initial_point(target, 3)
    value = target.evaluator()
    assert value(found)[0] > value(middle)[0] + 100.0
    moved = {name for name, own in slices(target) if (found[own] != middle[own]).any()}
    assert {"rate_intercept", "other_share"} <= moved
    assert all(name.startswith(starts.RATES) and not name.endswith("_scale") for name in moved)


def test_chains_believe_claims_to_different_degrees(target: Density) -> None:
    """From the middle of the prior to a twentieth of it, in one chain more and in one less."""
    at = dict(slices(target))["claim_false"]
    own, ordinary = (Priors()[name] for name in ("claim_false", "claim_false_other"))
    middle = np.full(target.design.names.n_plain, np.log(own["alpha"] / own["beta"]))
    middle[-1] = np.log(ordinary["alpha"] / ordinary["beta"])
    off = np.array([starts.initial_point(target, seed)[at] - middle for seed in range(60)])
    belief = -off.mean(axis=1)
    error = starts.NOISE / np.sqrt(off.shape[1])
    assert -4.0 * error < belief.min() < 0.5
    assert starts.BELIEVED - 0.5 < belief.max() < starts.BELIEVED + 4.0 * error
    assert np.abs(off + belief[:, None]).max() < 5.0 * starts.NOISE


def test_chains_start_apart(target: Density, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not go uphill is spread about its middle; one seed is one place."""
    monkeypatch.setattr(starts, "STEPS", 0)
    all_ = np.array([starts.initial_point(target, seed) for seed in range(60)])
    spread, error = all_.std(axis=0), starts.NOISE / np.sqrt(2.0 * len(all_))
    claims = np.concatenate([spread[own] for name, own in slices(target) if name in starts.CLAIMS])
    rest = np.concatenate(
        [spread[own] for name, own in slices(target) if name not in starts.CLAIMS]
    )
    assert np.abs(rest - starts.NOISE).max() < 5.0 * error
    assert claims.min() > starts.NOISE + 3.0 * error
    np.testing.assert_array_equal(all_[1], starts.initial_point(target, 1))


def test_where_the_density_has_no_value_chains_start_in_the_middle(target: Density) -> None:
    class Nowhere(Density):
        def evaluator(self):
            return lambda x: (-np.inf, np.zeros_like(x))

    nowhere = Nowhere(target.design, target.parameters)
    start = starts.initial_point(nowhere, 3)
    assert np.isfinite(start).all()
    own = dict(slices(target))["rate_intercept"]
    expected = next(p for p in target.parameters if p.name == "rate_intercept").arguments["start"]
    assert abs(start[own][0] - expected) < 6 * starts.NOISE
