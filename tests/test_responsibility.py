"""The compiled shortcuts of the realized counts equal the model's formulas."""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.errors import FitError, ModelError
from dtoscore.data.evidence import Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.realize import realize
from dtoscore.inference.responsibility import Reader
from dtoscore.inference.windowed import in_window
from dtoscore.models import levels, superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.structure import Structure
from dtoscore.models.superposition import quantities
from realizing import RUBRIC
from rounds import write_full_round
from tiny import COURT, PRESS, Case, Teller, evidence, labelled, parameters, parameters_of

CASES = {
    "plain": Case(("a", "b"), (PRESS, PRESS), n_region=2, n_period=3, n_kind=2),
    "court and other": Case(("a", "b"), (PRESS, COURT), has_other=True, n_period=2),
    "contenders only": Case(
        ("a", "b"), (Teller(coverage="contenders_only"), PRESS), ("a",), n_period=2
    ),
    "rivalries, sides counted": Case(
        ("a", "b", "c"), (PRESS,), rivalries=("a><b", "a+c"), n_period=2, sides_total=2
    ),
    "blind and silent": Case(
        ("a", "b"), (PRESS, PRESS, Teller(silence="uninformative")), n_region=2,
        n_period=2, blind=((0, 1, 0),), never=(("b", 1),),
    ),
    "sets": Case(("a", "b", "c"), (PRESS,), has_other=True, largest_set=2, n_period=3),
}  # fmt: skip


def scored(case: Case) -> Evidence:
    """The case's evidence; its first period is history."""
    told = evidence(case)
    periods = tuple(replace(p, in_window=n > 0) for n, p in enumerate(told.axes.periods))
    return replace(told, axes=replace(told.axes, periods=periods))


def kept(plan: Design) -> np.ndarray:
    """Patterns of the window, among all of them."""
    return plan.evidence.axes.window[plan.cell_period[plan.every.cell]]


def outcome(plan: Design, params: Params):
    return Reader(plan, frozenset(params)).outcome(params)


@pytest.mark.parametrize("name", CASES)
def test_a_design_cut_to_the_window_says_the_same(name: str) -> None:
    plan = design(scored(CASES[name]))
    window, params = in_window(plan), parameters(CASES[name], 1)
    q, cut = (quantities(params, one, NUMPY) for one in (plan, window))
    whole = superposition.joint(q, plan, plan.every, NUMPY)
    assert np.array_equal(window.every.row, plan.every.row[kept(plan)])
    part = superposition.joint(cut, window, window.every, NUMPY)
    np.testing.assert_allclose(part, whole[kept(plan)], rtol=1e-12)
    counted = np.isin(window.every.row, plan.counted.row)
    assert np.array_equal(window.counted.row, window.every.row[counted])
    inside = plan.evidence.axes.window[plan.cell_period]
    mass = superposition.mass(q, plan, NUMPY)[inside]
    np.testing.assert_allclose(superposition.mass(cut, window, NUMPY), mass, rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_responsibilities_equal_the_formulas(name: str) -> None:
    plan, params = in_window(design(scored(CASES[name]))), parameters(CASES[name], 2)
    q = quantities(params, plan, NUMPY)
    expected = superposition.joint(q, plan, plan.every, NUMPY)
    weights = np.diff(outcome(plan, params).responsibilities, axis=1, prepend=0.0)
    np.testing.assert_allclose(weights, expected, rtol=1e-9, atol=1e-300)
    logs = np.exp(superposition.log_joint_by_class(q, plan, plan.every, NUMPY))
    np.testing.assert_allclose(logs.sum(axis=2), expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_seen_is_the_rest(name: str) -> None:
    plan, params = in_window(design(scored(CASES[name]))), parameters(CASES[name], 3)
    q = quantities(params, plan, NUMPY)
    found = outcome(plan, params)
    rate = np.exp(q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind]
    np.testing.assert_allclose(found.rate.T, rate, rtol=1e-10)
    share = superposition.unseen_share(q, plan, NUMPY)[:, plan.histories.cell_context]
    np.testing.assert_allclose(found.unseen, rate[:, :, None, None] * share, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.mass, superposition.mass(q, plan, NUMPY), rtol=1e-9)


def test_tiny_probabilities_are_weighed_on_the_log_scale() -> None:
    case = CASES["plain"]
    plan = in_window(design(scored(case)))
    params = parameters(case, 4)
    params["rate_intercept"] = np.array(-745.0)
    assert (outcome(plan, params).responsibilities[:, -1] >= 1).all()


def test_reports_that_nobody_can_have_caused_are_a_fault() -> None:
    case = CASES["plain"]
    plan = in_window(design(scored(case)))
    params = parameters(case, 4)
    params["rate_intercept"] = np.array(-np.inf)
    with pytest.raises(FitError, match="without an author"):
        outcome(plan, params)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Two newspapers of one group and a court."""
    found = tabulate(read_round(write_full_round(tmp_path_factory.mktemp("told") / "round")))
    sources = found.axes.sources.assign(group=["wire", "wire", None])
    return replace(found, axes=replace(found.axes, sources=sources))


def test_parameters_that_the_design_lacks_are_refused(told: Evidence) -> None:
    """With one type of source that can be silenced, silencing by type is in no model."""
    sources = told.axes.sources.assign(type=["press", "ngo", "adjudicated"], group=None)
    two = replace(told, axes=replace(told.axes, sources=sources))
    posterior = labelled(parameters_of(two, 5), design(two))
    with pytest.raises(ModelError, match=r"^silencing_type, silencing_type_scale: in the fit"):
        realize(posterior, design(two.without(source="weekly")), RUBRIC, 1)
    with pytest.raises(ModelError, match=r"noise.*: in the fit"):
        realize(posterior, design(two, Structure().without("noise")), RUBRIC, 1)


def test_whom_courts_pursue_has_no_effect_without_them(told: Evidence) -> None:
    posterior = labelled(parameters_of(told, 5), design(told))
    assert "court_selection" in posterior
    found = realize(posterior, design(told.without(source="court")), RUBRIC, 1)
    assert found["source"].to_numpy().tolist() == ["daily", "weekly"]


def test_what_a_group_says_that_is_gone_has_no_effect(told: Evidence) -> None:
    posterior = labelled(parameters_of(told, 5), design(told))
    assert {"copying", "group_visibility"} <= set(posterior)
    fewer = design(told.without(source="weekly"))
    found = realize(posterior, fewer, RUBRIC, 1)
    assert found["source"].to_numpy().tolist() == ["daily", "court"]
    one = levels.draw(posterior, 0, 0, fewer)
    assert not {"copying", "group_visibility"} & set(one)
    assert len(one["detection"]) == 2


def test_a_design_of_other_levels_is_refused(told: Evidence) -> None:
    posterior = labelled(parameters_of(told, 5), design(told))
    with pytest.raises(ModelError, match="fit this evidence anew"):
        realize(posterior, design(told.without(organization="zetas")), RUBRIC, 1)
    fewer = told.without(source="weekly")
    with pytest.raises(ModelError, match=r"^(source|lister|grouped) weekly: in the fit"):
        realize(labelled(parameters_of(fewer, 5), design(fewer)), design(told), RUBRIC, 1)
