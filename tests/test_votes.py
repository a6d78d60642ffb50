"""What copies, scenes that nobody can read and silenced lists do to who did it, and how much.

By the formulas, at the means of the priors; no sampling.
"""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.attribution import OTHER, parse
from dtoscore.inference.prior import prior_draws
from dtoscore.models import joint, silencing, statements, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.parameters import NORMAL, Parameter
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, Structure
from scipy.optimize import minimize
from tiny import COURT, GED, PRESS, Case, Teller, plan, told

COPIES = 10
WIRE = Case(
    ("a", "b", "c"), (*[Teller(group="wire")] * COPIES, PRESS, Teller("ngo")), ("a", "b", "c")
)
QUIET_WIRE = (None,) * COPIES
TOLD = {
    "ten copies": (*("a",) * COPIES, None, None),
    "one honest report": (*QUIET_WIRE, "a", None),
    "two honest reports": (*QUIET_WIRE, "a", "a"),
    "ten copies against two honest reports": (*("a",) * COPIES, "b", "b"),
}  # fmt: skip


def prior_means(made: Design) -> Params:
    """Every parameter at its prior mean; effects at zero, so that organizations are alike."""
    return {p.name: np.broadcast_to(_mean(p), p.shape) for p in joint.parameters(made, Priors())}


def _mean(p: Parameter) -> np.ndarray | float:
    a = p.arguments
    if p.distribution == "beta":
        return a["alpha"] / (a["alpha"] + a["beta"])
    if p.distribution == "dirichlet":
        return a["a"] / a["a"].sum(axis=-1, keepdims=True)
    if p.distribution == "halfnormal":
        return a["sigma"] * np.sqrt(2.0 / np.pi)
    if p.distribution == "rayleigh":
        return a["sigma"] * np.sqrt(np.pi / 2.0)
    if p.distribution == "lognormal":
        return np.exp(a["mu"] + a["sigma"] ** 2 / 2.0)
    return a["mu"] if p.distribution in NORMAL else 0.0


def log_odds(structure: Structure, first: str = "a", second: str = "b") -> dict[str, float]:
    """How much more probable one author than another is after each incident; before it even."""
    made = design(told(WIRE, *TOLD.values()), structure)
    share = superposition.joint(
        superposition.quantities(prior_means(made), made, NUMPY), made, made.every, NUMPY
    )
    of_incident = np.log(share)[made.evidence.patterns()["pattern_of"].to_numpy()]
    one, two = (made.names.authors.index(name) for name in (first, second))
    odds = of_incident[:, one] - of_incident[:, two]
    return dict(zip(TOLD, odds.tolist(), strict=True))


WITHOUT_CLAIMS = Structure().without("claims")


@pytest.mark.parametrize("structure", [Structure(), WITHOUT_CLAIMS], ids=["claims", "no claims"])
def test_ten_copies_weigh_less_than_two_honest_reports(structure: Structure) -> None:
    odds = log_odds(structure)
    assert 0 < odds["ten copies"] < odds["two honest reports"]
    assert odds["one honest report"] < odds["two honest reports"]
    assert odds["ten copies against two honest reports"] < 0


def test_ten_copies_weigh_like_one_report_if_they_always_copy() -> None:
    """κ at its prior mean of a half: as one report up to what is left of ten of them."""
    odds = log_odds(WITHOUT_CLAIMS)
    right, wrong = 0.8, 0.1
    kappa = 0.5
    mixed = [kappa * x + (1 - kappa) * x**COPIES for x in (right, wrong)]
    assert odds["ten copies"] == pytest.approx(np.log(mixed[0] / mixed[1]), rel=1e-10)
    assert odds["one honest report"] == pytest.approx(np.log(right / wrong), rel=1e-10)


@pytest.mark.parametrize("part", ["groups", "copying"])
def test_without_copying_ten_copies_would_settle_it(part: str) -> None:
    odds = log_odds(WITHOUT_CLAIMS.without(part))
    assert odds["ten copies"] == pytest.approx(COPIES * odds["one honest report"], rel=1e-10)
    assert odds["ten copies against two honest reports"] > 0


def test_no_number_of_reports_says_more_than_the_scene() -> None:
    """All see the same claim: the odds stay below those of the claim itself."""
    odds = log_odds(Structure().without("groups"))
    false = 0.1
    bound = np.log((1 - false) / (false / 2))
    assert odds["two honest reports"] < odds["ten copies"] < bound
    assert odds["ten copies"] == pytest.approx(bound, rel=1e-3)


def test_without_copying_sources_of_a_group_still_miss_the_same_incidents() -> None:
    structure = Structure()
    whole, apart = (
        design(told(WIRE, *TOLD.values()), one) for one in (structure, structure.without("copying"))
    )
    missing = {p.name for p in joint.parameters(whole, Priors())}
    missing -= {p.name for p in joint.parameters(apart, Priors())}
    assert missing == {"copying"}


def test_without_unsigned_all_scenes_are_read_alike() -> None:
    """A switch takes away the one effect that only courts could tell of."""
    structure = Structure()
    whole, alike = (
        design(told(WIRE, *TOLD.values()), one)
        for one in (structure, structure.without("unsigned"))
    )
    missing = {p.name for p in joint.parameters(whole, Priors())}
    missing -= {p.name for p in joint.parameters(alike, Priors())}
    assert missing == {"claim_unsigned"}
    shifted = prior_means(whole) | {"claim_unsigned": np.array([1.0, -1.0, 0.0])}
    plain = superposition.quantities(prior_means(alike), alike, NUMPY).claims
    moved = superposition.quantities(shifted, whole, NUMPY).claims
    even = superposition.quantities(prior_means(whole), whole, NUMPY).claims
    np.testing.assert_allclose(plain, even, rtol=1e-12)
    assert np.abs(moved - plain).max() > 0.05


def test_at_a_scene_that_nobody_can_read_only_a_court_names_somebody() -> None:
    case = Case(("a", "b"), (PRESS, COURT), has_other=True, structure=Structure())
    incidents = [("a", None), ("", None), ("", "a"), ("", "b"), ("", OTHER), ("b", "a")]
    made = design(told(case, *incidents), case.structure)
    params = prior_means(made) | {"claim_nobody": np.array(1.0 - 1e-12)}
    q = superposition.quantities(params, made, NUMPY)
    mean = superposition.joint(q, made, made.every, NUMPY)
    mean = mean[made.evidence.patterns()["pattern_of"].to_numpy()]
    named, unknown, *by_court, against = mean
    assert max(named.max(), against.max()) < 1e-9 * unknown.min()
    # What the court says tells authors apart as much as it is right, and no more.
    theta = np.array([q.confusion[0, 1, :, name] for name in range(3)])
    np.testing.assert_allclose(by_court / np.sum(by_court, axis=0), theta, rtol=1e-9)


LISTS = Case(
    ("a", "b"), (PRESS, PRESS, PRESS, Teller("government")), ("a", "b"),
    structure=replace(CORE, silencing=True),
)  # fmt: skip
MANY, HUSHED = 8.0, -2.5


def silenced(made: Design, by_type: tuple[float, float]) -> Params:
    """Many incidents; organization a keeps sources of each type from reporting, b nobody."""
    types = made.coords["silenced_type"]
    gamma = np.zeros((len(types), 2))
    gamma[types.index("press"), 0], gamma[types.index("government"), 0] = by_type
    return prior_means(made) | {
        "rate_intercept": np.array(MANY), "right": np.full(4, 1.0 - 1e-12),
        "visibility": np.zeros(4), "silencing": np.zeros(2), "silencing_type": gamma,
        "silencing_type_scale": np.array(1.0),
    }  # fmt: skip


def test_whom_courts_pursue_says_nothing_of_whom_the_press_fears() -> None:
    """Else an organization that courts pursue would be thought to be reported less: the worse."""
    tellers = (PRESS, Teller("government"), COURT)
    made = plan(Case(("a", "b", "c"), tellers, structure=replace(CORE, silencing=True)))
    draws = prior_draws(joint.parameters(made, Priors()), made, 4000, 3)
    each = ({name: value[i] for name, value in draws.items()} for i in range(4000))
    gamma = np.array([silencing.by_author(p, made, NUMPY)[:, :3, 0] for p in each])
    one, other = (gamma[..., 0] - gamma[..., k] for k in (1, 2))
    for source in range(2):
        for contrast in (one, other):
            found = np.corrcoef(one[:, 2], contrast[:, source])[0, 1]
            assert abs(found) < 3.0 / np.sqrt(4000)


@pytest.mark.parametrize(("types_differ", "overstated"), [(True, 1.0), (False, 1.282)])
def test_silencing_the_press_alone_does_not_gain(types_differ: bool, overstated: float) -> None:
    """The best fit to what is expected to be seen gives the true total with γ by type alone.

    One γ for all sources takes the press that was silenced and the federal list that was not
    for sources that miss alike, and adds a quarter to the silencer's incidents.
    """
    made = plan(LISTS)
    truth = silenced(made, (HUSHED, 0.0))
    q = superposition.quantities(truth, made, NUMPY)
    expected = superposition.mean(q, made, NUMPY)

    def loss(x: np.ndarray) -> float:
        """Expected -log likelihood, less that of the truth."""
        press, federal = (x[1], x[2]) if types_differ else (x[1], x[1])
        params = silenced(made, (press, federal))
        params["rate_organization"] = np.array([x[0], 0.0])
        q = superposition.quantities(params, made, NUMPY)
        mean = superposition.mean(q, made, NUMPY)
        return float((mean - expected - expected * np.log(mean / expected)).sum())

    start = np.array([0.3, -1.0, -0.5])[: 2 + types_differ]
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9,
                                                               "maxiter": 4000})  # fmt: skip
    assert best.success
    assert np.exp(best.x[0]) == pytest.approx(overstated, abs=0.001)


def test_patterns_of_the_lists_are_all_there() -> None:
    """What is expected to be seen is all of the mass, so that the fit above leaves nothing out."""
    made = plan(LISTS)
    params = silenced(made, (HUSHED, 0.0))
    q = superposition.quantities(params, made, NUMPY)
    total = superposition.mean(q, made, NUMPY).sum()
    assert total == pytest.approx(superposition.mass(q, made, NUMPY).sum(), rel=1e-10)
    target = Density(made, joint.parameters(made, Priors()))
    assert target.cells(target.pack(params))[1].sum() == pytest.approx(total, rel=1e-10)


def test_of_an_uncertain_name_a_source_lists_what_its_coverage_holds() -> None:
    """It would have listed nothing, had it meant the other one."""
    case = Case(("a", "b"), (GED, PRESS), has_other=True)
    made, text = plan(case), parse("a@0.3|other@0.7")
    found = statements._selection(
        np.array([0, 1]), [[0, 2]] * 2, [text] * 2, made.names,
        made.evidence.axes.sources["coverage"],
    ).reshape(2, 2, 3)  # fmt: skip
    np.testing.assert_allclose(found[0, 0], [0.3, 0.0, 0.0])
    np.testing.assert_allclose(found[1, 1], [0.3, 0.0, 0.7])
