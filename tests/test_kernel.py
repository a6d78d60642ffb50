"""The fused operation against the formulas, its gradient against finite differences."""

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from dtoscore.models import kernel, kernel_op, superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, PYTENSOR, Array
from pytensor.compile.mode import Mode
from pytensor.gradient import verify_grad
from tiny import NAMING, PRESS, Case, evidence, parameters

CASES = {
    "all list everything": Case(("a", "b"), (PRESS, PRESS), ("a", "b"), n_region=2, n_kind=2),
    "one lists what it attributes, one is blind somewhere": Case(
        ("a", "b"), (PRESS, NAMING), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_region=2, n_period=2, blind=((0, 1, 0),), never=(("b", 1),),
    ),
}  # fmt: skip
NAMES = (
    "region", "period", "kind", "log_size", "by_region", "by_kind", "by_size", "visibility",
    "listed", "log_statements",
)  # fmt: skip
PYTHON = Mode(linker="py", optimizer=None)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def plan(case: Case) -> Design:
    return design(evidence(case, 2))


@pytest.fixture(scope="module")
def reals(case: Case, plan: Design) -> list[np.ndarray]:
    """The real arrays at one value of the parameters, none of them on a border."""
    q = superposition.quantities(parameters(case, 5), plan, NUMPY)
    return [np.ascontiguousarray(x, dtype=float) for x in kernel_op.real_arrays(q, plan)]


def test_arrays_are_those_the_gradient_is_of(reals: list[np.ndarray]) -> None:
    assert len(NAMES) == len(reals) == kernel_op.REAL_INPUTS


def test_forward_is_the_formulas(case: Case, plan: Design, reals: list[np.ndarray]) -> None:
    q = superposition.quantities(parameters(case, 5), plan, NUMPY)
    term, mass = kernel.forward(*reals, *kernel.layout(plan))
    expected = superposition.pattern_term(q, plan, NUMPY) - plan.log_factorials
    np.testing.assert_allclose(term, expected, rtol=1e-11)
    np.testing.assert_allclose(mass, superposition.mass(q, plan, NUMPY), rtol=1e-11)


def test_backward_repeats_the_value(plan: Design, reals: list[np.ndarray]) -> None:
    layout = kernel.layout(plan)
    term, mass = kernel.forward(*reals, *layout)
    weights = np.random.default_rng(1).normal(size=(2, len(term)))
    value = kernel.backward(*weights, *reals, *layout)[0]
    assert value == pytest.approx(weights[0] @ term + weights[1] @ mass, rel=1e-12)


def test_operation_gives_both_by_cell(plan: Design, reals: list[np.ndarray]) -> None:
    symbols = [pt.as_tensor_variable(x).type() for x in reals]
    found = pytensor.function(symbols, kernel_op.SuperpositionOp()(*symbols, *fixed(plan)), PYTHON)
    for value, expected in zip(
        found(*reals), kernel.forward(*reals, *kernel.layout(plan)), strict=True
    ):
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("number", range(kernel_op.REAL_INPUTS), ids=NAMES)
def test_gradient_is_the_slope(plan: Design, reals: list[np.ndarray], number: int) -> None:
    """Along random directions, for both outputs, as PyTensor checks its own operations."""

    def of_one(x: Array) -> tuple[Array, Array]:
        arrays = [*reals[:number], x, *reals[number + 1 :]]
        return kernel_op.SuperpositionOp()(*arrays, *fixed(plan))

    rng = np.random.default_rng(number)
    for output in (0, 1):
        verify_grad(
            lambda x, output=output: of_one(x)[output],
            [inside(reals[number])], n_tests=2, rng=rng, mode=PYTHON, eps=1e-5, abs_tol=1e-4,
            rel_tol=1e-4,
        )  # fmt: skip


def inside(values: np.ndarray) -> np.ndarray:
    """Without the places of an impossible author, whose exp(-700) has no slope to measure."""
    return np.where(values < -600, -6.0, values)


def test_gradient_of_one_output_alone(plan: Design, reals: list[np.ndarray]) -> None:
    """The other output's cotangent is then disconnected, and counts as zero."""
    symbols = [pt.as_tensor_variable(x).type() for x in reals]
    term, _ = kernel_op.SuperpositionOp()(*symbols, *fixed(plan))
    slopes = pytensor.function(symbols, pytensor.grad(term.sum(), symbols), mode=PYTHON)
    n = len(plan.cell_kind)
    expected = kernel.backward(np.ones(n), np.zeros(n), *reals, *kernel.layout(plan))[1:]
    for slope, value in zip(slopes(*reals), expected, strict=True):
        np.testing.assert_array_equal(slope, value)


def test_shapes_are_known_without_evaluation(plan: Design, reals: list[np.ndarray]) -> None:
    symbols = [pt.as_tensor_variable(x).type() for x in reals]
    outputs = kernel_op.SuperpositionOp()(*symbols, *fixed(plan))
    gradients = pytensor.grad(outputs[0].sum(), symbols)
    shapes = pytensor.function(
        symbols, [x.shape for x in (*outputs, *gradients)], mode=Mode("py", "fast_compile")
    )
    found: list[Any] = [tuple(shape.tolist()) for shape in shapes(*reals)]
    n = len(plan.cell_kind)
    assert found == [(n,), (n,), *(x.shape for x in reals)]


def test_graph_of_the_formulas_is_fused(case: Case, plan: Design) -> None:
    """``cell_terms`` on symbols gives what it gives on numbers, the constant included."""
    params = {name: pt.as_tensor_variable(x) for name, x in parameters(case, 5).items()}
    term, mass = kernel_op.cell_terms(superposition.quantities(params, plan, PYTENSOR), plan)
    found = pytensor.function([], [term, mass], mode=PYTHON)()
    q = superposition.quantities(parameters(case, 5), plan, NUMPY)
    np.testing.assert_allclose(found[0], superposition.pattern_term(q, plan, NUMPY), rtol=1e-10)
    np.testing.assert_allclose(found[1], superposition.mass(q, plan, NUMPY), rtol=1e-10)


def fixed(plan: Design) -> list[Array]:
    return [pt.constant(x) for x in kernel.layout(plan)]
