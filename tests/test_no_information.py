"""With no information the posterior is the prior: what the likelihood provably does not move.

The prior of a parameter is independent of the rest, or, of an effect in units of its scale, given
the scale; so where no value of it changes the likelihood its posterior is its prior. Where only a
combination is informed, the likelihood has a ridge, along which the prior alone decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import EllipsisType

import numpy as np
import pytest
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.models import attribution, delay, joint, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.priors import Priors
from dtoscore.models.structure import TWO_CLASS, Structure
from scipy.special import expit, logit
from test_density import blocks, log_jacobian
from tiny import COPY, COURT, PAPER, PRESS, WATCH, Case, Teller, evidence, parameters_of, told
from tiny_ground import Ground

Where = EllipsisType | tuple[slice | int, ...]
EVERYWHERE = ...
CLAIMS = ("claim_nobody", "claim_unsigned", "claim_false", "claim_rival")
NAMING = ("right", "notoriety", "favour", "favour_scale", "unknown", "unknown_region",
          "unknown_region_scale", "set_share", "copying")  # fmt: skip
OF_WARS = ("one_sided", "blame_rivalry", "split", "claim_rivalry", "claim_clash")


@dataclass(frozen=True)
class Uninformed:
    """A design in which the likelihood does not move some parameters.

    Attributes
    ----------
    free
        Where of each parameter.
    kept
        Whether an incident, by what was said of it, is in the evidence.
    fixed
        Values at which this is so.
    """

    case: Case
    free: dict[str, Where]
    kept: Callable[[Evidence], np.ndarray] = lambda whole: np.ones(len(whole.said), bool)
    fixed: tuple[tuple[str, float], ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The incidents that are kept."""
        whole = evidence(self.case, 1)
        kept = np.flatnonzero(self.kept(whole))
        incidents = whole.incidents.iloc[kept].reset_index(drop=True)
        return replace(whole, incidents=incidents, said=whole.said[kept])


def nothing(whole: Evidence) -> np.ndarray:
    return np.zeros(len(whole.said), bool)


def where_somebody_looks(whole: Evidence) -> np.ndarray:
    return (whole.incidents["region"] == 0).to_numpy()


def told_by_one(whole: Evidence) -> np.ndarray:
    return np.asarray((whole.said != SILENT).sum(axis=1) == 1)


CASES = {
    "nothing was reported, and all list everything: nothing is known of who is blamed": Uninformed(
        Case(
            ("a", "b", "c"), (PAPER, PAPER, PRESS), rivalries=("a><b",), largest_set=2,
            n_region=2, structure=Structure(), ground=Ground(absent=(("a", 0),)),
        ),
        dict.fromkeys((*NAMING, *OF_WARS, *CLAIMS), EVERYWHERE),
        nothing,
    ),
    "nobody looks in a region: nothing is known of it": Uninformed(
        Case(
            ("a", "b", "c"), (PRESS, Teller("ngo")), n_region=2, structure=Structure(),
            blind=((0, 1, 0), (1, 1, 0)),
        ),
        {
            "rate_region": (1,), "rate_organization_region": (slice(None), 1),
            "detection_region": (slice(None), 1), "size_region": (1,),
            "unknown_region": (slice(None), 1),
        },
        where_somebody_looks,
    ),
    "of two names a wrong one is always the other": Uninformed(
        Case(("a", "b"), (PRESS, COURT), n_kind=2, structure=Structure()),
        dict.fromkeys(("notoriety", "favour", "favour_scale", "claim_rival"), EVERYWHERE),
    ),
    "no two of a wire name somebody: nothing is known of copies": Uninformed(
        Case(("a", "b", "c"), (PAPER, COPY), structure=Structure()),
        {"copying": EVERYWHERE},
        told_by_one,
    ),
    "an event that is still to come": Uninformed(
        Case(
            ("a", "b"), (PRESS, COURT), n_period=2, structure=Structure(),
            ground=Ground(events=(("a", 2), ("", 1))),
        ),
        {"silencing_event": (0,), "claim_event": (0,)},
    ),
    "sources that have nothing in common: no class of visibility": Uninformed(
        Case(("a", "b"), (PRESS, COURT), structure=Structure(visibility=TWO_CLASS)),
        {"low_share": EVERYWHERE},
        fixed=(("visibility", 0.0),),
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def found(request: pytest.FixtureRequest) -> Uninformed:
    return CASES[request.param]


@pytest.fixture(scope="module")
def target(found: Uninformed) -> Density:
    plan = design(found.evidence, found.case.structure)
    return Density(plan, joint.parameters(plan, Priors()))


def values_of(found: Uninformed, seed: int) -> Params:
    drawn = parameters_of(found.evidence, seed, found.case.structure)
    return drawn | {name: np.full_like(drawn[name], x) for name, x in found.fixed}


def log_lik(target: Density, params: Params) -> float:
    """Of the patterns, and of the delays of what is in."""
    term, mass = target.cells(target.pack(params))
    return float((term - mass).sum() + delay.log_lik(params, target.design, NUMPY).sum())


def test_likelihood_is_the_same_whatever_they_are(found: Uninformed, target: Density) -> None:
    params = values_of(found, 1)
    expected = log_lik(target, params)
    for seed in (2, 3):
        other = values_of(found, seed)
        moved = {name: value.copy() for name, value in params.items()}
        for name, where in found.free.items():
            moved[name][where] = other[name][where]
        assert log_lik(target, moved) == pytest.approx(expected, rel=1e-12), seed
        q = superposition.quantities(moved, target.design, NUMPY)
        by_formula = (
            superposition.pattern_term(q, target.design, NUMPY)
            - superposition.mass(q, target.design, NUMPY)
        ).sum()
        assert by_formula == pytest.approx(expected, rel=1e-10)


def test_likelihood_has_no_slope_in_them(found: Uninformed, target: Density) -> None:
    params, n = values_of(found, 1), len(target.design.cell_kind)
    slopes = target.unpack(target.pull_back(target.pack(params), np.ones(n), -np.ones(n)))
    largest = max(np.abs(slope).max() for slope in slopes.values() if slope.size)
    for name, where in found.free.items():
        np.testing.assert_allclose(slopes[name][where], 0.0, atol=1e-12 * largest, err_msg=name)


@pytest.mark.parametrize("name", [n for n in CASES if EVERYWHERE in CASES[n].free.values()])
def test_density_moves_with_the_prior_alone(name: str) -> None:
    """In the unconstrained values that the sampler moves: posterior and prior change alike."""
    found = CASES[name]
    plan = design(found.evidence, found.case.structure)
    target = Density(plan, joint.parameters(plan, Priors()))
    free, rng = np.random.default_rng(5).normal(0.0, 0.5, target.n_free), np.random.default_rng(6)
    where = blocks(target)
    for parameter, _ in found.fixed:
        free[where[parameter]] = -30.0  # the logarithm of next to nothing
    moved = free.copy()
    for parameter in found.free:
        block = where[parameter]
        moved[block] += rng.normal(0.0, 0.5, block.stop - block.start)
    change = target.value_and_gradient(moved)[0] - target.value_and_gradient(free)[0]
    prior = prior_alone(target, moved) - prior_alone(target, free)
    assert change == pytest.approx(prior, rel=1e-9, abs=1e-8)


def prior_alone(target: Density, free: np.ndarray) -> float:
    """Log prior of the unconstrained values."""
    return sum(target.log_priors(free).values()) + log_jacobian(target, free)


SEES_CLAIMS = Case(
    ("a", "b"), (PRESS, Teller("ngo", "attributed_only")),
    structure=Structure().without("silencing"),
)  # fmt: skip
WITH_COURT = replace(SEES_CLAIMS, sources=(*SEES_CLAIMS.sources, COURT))


def alike(case: Case, seed: int = 1) -> Params:
    """Values at which sizes and detection do not tell organizations apart."""
    params = parameters_of(evidence(case), seed, case.structure)
    return params | {"size_author": np.zeros_like(params["size_author"])}


def test_a_region_has_one_share_of_what_a_source_never_lists() -> None:
    """Unattributed or unseen is the same silence of a court: only its detection has regions."""
    case = Case(("a", "b"), (PRESS, COURT), has_other=True, n_region=2, structure=Structure())
    plan = design(evidence(case), case.structure)
    params = parameters_of(plan.evidence, 1, case.structure)
    assert params["unknown_region"].shape == (1, 2)
    u = attribution.unknown(params, plan, NUMPY)
    assert (u[0, 0] != u[0, 1]).all()
    np.testing.assert_array_equal(u[1, 0], u[1, 1])


def test_where_nobody_may_be_left_unnamed_no_region_has_a_share() -> None:
    case = Case(("a", "b"), (COURT, WATCH), n_region=2, structure=Structure())
    plan = design(evidence(case), case.structure)
    assert not [p.name for p in joint.parameters(plan, Priors()) if "unknown_region" in p.name]
    assert len(plan.around.locale_region) == 1


def test_more_is_seen_or_less_is_never_visible() -> None:
    """A ridge: twice the incidents of which half are never visible give the same evidence."""
    plan = design(evidence(WITH_COURT), WITH_COURT.structure)
    params = parameters_of(plan.evidence, 1, WITH_COURT.structure)
    hidden, more = params["never_visible"], np.array([1.4, 0.9])
    other = params | {
        "never_visible": 1.0 - (1.0 - hidden) / more,
        "rate_organization": params["rate_organization"] + np.log(more),
    }
    np.testing.assert_allclose(joint.log_lik(other, plan), joint.log_lik(params, plan), rtol=1e-12)


@pytest.mark.parametrize("case", [SEES_CLAIMS, WITH_COURT], ids=["claims alone", "a court"])
def test_who_did_it_or_who_was_framed(case: Case) -> None:
    """Without a court only what scenes present is known: other rates and false claims fit as well.

    Φ'μ, the incidents by claim, stays what it was.
    """
    plan = design(evidence(case), case.structure)
    params = alike(case) | {"claim_false": np.array([0.2, 0.3]), "claim_unsigned": np.zeros(2)}
    other = params | {"claim_false": np.array([0.1, 0.35])}
    before, after = (superposition.quantities(p, plan, NUMPY) for p in (params, other))
    mu = np.exp(before.log_rate[:, 0, 0, 0] + before.log_visible)
    presented = mu @ before.claims[0][:, :2]
    change = np.log(np.linalg.solve(after.claims[0][:, :2].T, presented) / mu)
    other["rate_organization"] = params["rate_organization"] + change
    one, two = (float(joint.log_lik(p, plan).sum()) for p in (params, other))
    if case is SEES_CLAIMS:
        assert two == pytest.approx(one, rel=1e-11)
    else:
        assert abs(two - one) > 1.0


@pytest.mark.parametrize(
    ("case", "informed"), [(SEES_CLAIMS, 3), (WITH_COURT, 6)], ids=["claims alone", "a court"]
)
def test_how_much_of_claims_is_informed(case: Case, informed: int) -> None:
    """Of two rates, two shares of false claims and two of unsigned scenes: three sums, or all."""
    plan = design(evidence(case), case.structure)
    params = alike(case)
    names = ("rate_organization", "claim_false", "claim_unsigned")
    columns = [slope(params, name, k, plan) for name in names for k in range(2)]
    assert np.linalg.matrix_rank(np.column_stack(columns), tol=1e-6) == informed


def slope(params: Params, name: str, k: int, plan: joint.Design) -> np.ndarray:
    """Derivative of the logarithm of every pattern's mean."""
    step = np.zeros(2)
    step[k] = 1e-5
    ends = [
        np.log(superposition.mean(
            superposition.quantities(params | {name: params[name] + sign * step}, plan, NUMPY),
            plan, NUMPY,
        ))
        for sign in (1, -1)
    ]  # fmt: skip
    return np.asarray((ends[0] - ends[1]) / 2e-5)


def test_whose_violence_a_war_is_or_whose_dead_are_told() -> None:
    """A ridge: where no source is one-sided, deaths by side know the two together alone."""
    case = Case(
        ("a", "b"), (PRESS, PRESS), rivalries=("a><b",), sides_total=3, structure=Structure()
    )
    plan = design(evidence(case), case.structure)
    params = parameters_of(plan.evidence, 1, case.structure) | {"one_sided": np.zeros(2)}
    moved = params | {
        "split": expit(logit(params["split"]) + 0.8),
        "side_selection": params["side_selection"] - np.array([0.5, -0.3]),
    }
    np.testing.assert_allclose(joint.log_lik(moved, plan), joint.log_lik(params, plan), rtol=1e-12)
    one_sided = {"one_sided": np.full(2, 0.3)}
    one, two = (float(joint.log_lik(p | one_sided, plan).sum()) for p in (params, moved))
    assert abs(one - two) > 0.1


def test_a_design_without_incidents_has_a_likelihood() -> None:
    """Of nothing seen: exp(-mass)."""
    case = Case(("a", "b"), (PRESS, COURT), structure=Structure().without("noise"))
    plan = design(told(case), case.structure)
    params = parameters_of(plan.evidence, 1, case.structure)
    q = superposition.quantities(params, plan, NUMPY)
    np.testing.assert_allclose(joint.log_lik(params, plan), -superposition.mass(q, plan, NUMPY))
