"""The compiled shortcuts of the realized counts equal the model's formulas."""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.errors import FitError
from dtoscore.data.evidence import Evidence
from dtoscore.inference.responsibility import cell_rates, responsibilities, unreported
from dtoscore.inference.windowed import in_window
from dtoscore.models import superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY
from dtoscore.models.superposition import quantities
from tiny import COURT, PRESS, Case, Teller, evidence, parameters

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


@pytest.mark.parametrize("name", CASES)
def test_a_design_cut_to_the_window_says_the_same(name: str) -> None:
    plan = design(scored(CASES[name]))
    window, params = in_window(plan), parameters(CASES[name], 1)
    q, cut = (quantities(params, one, NUMPY) for one in (plan, window))
    whole = superposition.log_joint(q, plan, plan.every, NUMPY)
    assert np.array_equal(window.every.row, plan.every.row[kept(plan)])
    part = superposition.log_joint(cut, window, window.every, NUMPY)
    np.testing.assert_allclose(part, whole[kept(plan)], rtol=1e-12)
    counted = np.isin(window.every.row, plan.counted.row)
    assert np.array_equal(window.counted.row, window.every.row[counted])
    inside = plan.evidence.axes.window[plan.cell_period]
    mass = superposition.mass(q, plan, NUMPY)[inside]
    np.testing.assert_allclose(superposition.mass(cut, window, NUMPY), mass, rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_responsibilities_equal_the_formulas(name: str) -> None:
    plan = in_window(design(scored(CASES[name])))
    q = quantities(parameters(CASES[name], 2), plan, NUMPY)
    joint = superposition.log_joint(q, plan, plan.every, NUMPY)
    expected = np.exp(joint - joint.max(axis=1, keepdims=True))
    weights = np.diff(responsibilities(q, cell_rates(q, plan), plan), axis=1, prepend=0.0)
    np.testing.assert_allclose(
        weights / weights.sum(axis=1, keepdims=True),
        expected / expected.sum(axis=1, keepdims=True),
        atol=1e-12,
    )


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_seen_is_the_rest(name: str) -> None:
    plan = in_window(design(scored(CASES[name])))
    q = quantities(parameters(CASES[name], 3), plan, NUMPY)
    rate = cell_rates(q, plan)
    unseen = unreported(q, rate, plan)
    assert unseen.shape == (*rate.shape, 5)
    context, kind = plan.histories.cell_context, plan.cell_kind
    seen = superposition.seen_by_author(q, plan, NUMPY)[:, context, :]
    expected = rate[:, :, None] * (np.exp(q.log_size)[:, plan.cell_region, kind, :] - seen)
    np.testing.assert_allclose(unseen, expected, rtol=1e-9, atol=1e-12)


def test_tiny_probabilities_are_weighed_on_the_log_scale() -> None:
    case = CASES["plain"]
    plan = in_window(design(scored(case)))
    params = parameters(case, 4)
    params["rate_intercept"] = np.array(-745.0)
    q = quantities(params, plan, NUMPY)
    weights = responsibilities(q, cell_rates(q, plan), plan)
    assert (weights[:, -1] >= 1).all()


def test_reports_that_nobody_can_have_caused_are_a_fault() -> None:
    case = CASES["plain"]
    plan = in_window(design(scored(case)))
    params = parameters(case, 4)
    params["rate_intercept"] = np.array(-np.inf)
    q = quantities(params, plan, NUMPY)
    with pytest.raises(FitError, match="without an author"):
        responsibilities(q, cell_rates(q, plan), plan)
