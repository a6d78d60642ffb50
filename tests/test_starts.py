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


def test_claims_are_taken_nearly_at_their_word(target: Density) -> None:
    start, at = starts.initial_point(target, 3), dict(slices(target))
    own, ordinary = (Priors()[name] for name in ("claim_false", "claim_false_other"))
    middle = np.full(target.design.names.n_plain, np.log(own["alpha"] / own["beta"]))
    middle[-1] = np.log(ordinary["alpha"] / ordinary["beta"])
    off = start[at["claim_false"]] - (middle - starts.BELIEVED)
    assert np.abs(off).max() < 5.0 * starts.NOISE
    assert (start[at["unknown"]] > -5.0 * starts.NOISE).all()


def test_chains_start_apart(target: Density) -> None:
    one, other = (starts.initial_point(target, seed) for seed in (1, 2))
    assert (one != other).all()
    np.testing.assert_array_equal(one, starts.initial_point(target, 1))


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
