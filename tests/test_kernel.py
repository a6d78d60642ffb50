"""The fused loops against the formulas, their gradient against differences, and the operation."""

from dataclasses import replace
from typing import Any, NamedTuple

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from dtoscore.models import joint, kernel, kernel_back, kernel_layout, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import Design
from dtoscore.models.engine import NUMPY
from dtoscore.models.kernel import Reals
from dtoscore.models.kernel_op import SuperpositionOp, cell_terms
from dtoscore.models.kernel_tables import Detection
from dtoscore.models.priors import Priors
from dtoscore.models.structure import TWO_CLASS, Structure
from dtoscore.models.superposition import Quantities
from kernel_reals import pack_detection, pack_reals, reals_of
from pytensor.compile.mode import Mode
from tiny import COPY, NAMING, PAPER, PRESS, QUIET, WATCH, Case, parameters, plan
from tiny_ground import Ground

CASES = {
    "no extension": Case(
        ("a", "b"), (PRESS, NAMING), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_region=2, n_period=2, blind=((0, 1, 0),), never=(("b", 1),),
    ),
    "a wire, classes, delay, events": Case(
        ("a", "b"), (PAPER, COPY, WATCH), ("a",), has_other=True, n_region=2, n_period=2,
        blind=((0, 1, 0),), structure=Structure(), classes=("civilian", "press"),
        ground=Ground(events=(("a", 1),), lag=(45.0, 3.5), n_covariate=1, absent=(("b", 1),)),
    ),
    "two classes of visibility, wars": Case(
        ("a", "b"), (WATCH, PRESS, replace(QUIET, type="ngo")), ("a",), rivalries=("a><b",),
        structure=Structure(visibility=TWO_CLASS), n_kind=2, sides_total=1,
    ),
}  # fmt: skip
ARRAYS = (*Reals._fields[:-1], *Detection._fields)
PYTHON = Mode(linker="py", optimizer=None)
STEP = 1e-6


class Scopes(NamedTuple):
    """Two coarse records: where each one's cells begin, cells, shares, authors."""

    start: np.ndarray
    cell: np.ndarray
    share: np.ndarray
    author: np.ndarray


def scopes(made: Design) -> Scopes:
    n, n_author = len(made.cell_kind), len(made.names.authors)
    rng = np.random.default_rng(3)
    cell = np.concatenate([np.arange(n), [0, n - 1]])
    author = rng.integers(0, 2, (2, n_author)).astype(float)
    return Scopes(np.array([0, n, n + 2]), cell, rng.uniform(0.2, 1.0, n + 2), author)


@numba.njit
def unpacked(x: Any) -> Any:
    d = x.detection
    return (
        x.region, x.period, x.kind, x.visible, x.size, x.victim_class, x.claim, x.written,
        d.region, d.kind, d.size, d.victim_class, d.author, d.visibility, d.group_visibility,
        d.nodes, d.weights, d.published, d.listed, d.mark_class,
    )  # fmt: skip


class Loops:
    """The compiled likelihood of one design, called with plain arrays."""

    def __init__(self, made: Design) -> None:
        self.layout = kernel_layout.layout(made)
        self.room = kernel.workspace(made, self.layout)

    def prepared(self, arrays: list[np.ndarray]) -> Any:
        n = len(Reals._fields) - 1
        detection = pack_detection(Detection(*arrays[n:]))
        x = pack_reals(Reals(*arrays[:n], detection))
        write(self.room, arrays[Reals._fields.index("written")])
        kernel.prepare(self.room, x, self.layout)
        return x

    def forward(self, arrays: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        return kernel.terms(self.room, self.prepared(arrays), self.layout)

    def backward(self, arrays: list[np.ndarray], *weights: np.ndarray) -> list[np.ndarray]:
        x = self.prepared(arrays)
        kernel.terms(self.room, x, self.layout)
        return list(unpacked(kernel_back.backward(self.room, x, self.layout, *weights)))


@numba.njit
def write(room: Any, written: Any) -> None:
    room.written[:] = written


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def made(case: Case) -> Design:
    return plan(case, 2)


@pytest.fixture(scope="module")
def q(case: Case, made: Design) -> Quantities:
    return superposition.quantities(parameters(case, 5), made, NUMPY)


@pytest.fixture(scope="module")
def arrays(q: Quantities, made: Design) -> list[np.ndarray]:
    """The real arrays at one value of the parameters, none of them on a border."""
    *reals, detection = reals_of(q, made)
    # What is in and listed for certain is no parameter, and has no gradient.
    detection = detection._replace(
        published=0.97 * detection.published, listed=0.96 * detection.listed
    )
    return [np.where(x < -600, -6.0, x) for x in (*reals, *detection)]


@pytest.fixture
def loops(made: Design, monkeypatch: pytest.MonkeyPatch) -> Loops:
    monkeypatch.setattr(kernel_layout, "total_scopes", scopes)
    return Loops(made)


def test_arrays_of_a_gradient_are_those_of_the_values(
    loops: Loops, arrays: list[np.ndarray]
) -> None:
    assert len(arrays) == len(ARRAYS)
    for name, x, found in zip(ARRAYS, arrays, unpacked(loops.prepared(arrays)), strict=True):
        np.testing.assert_array_equal(found, x, err_msg=name)


def test_forward_is_the_formulas(loops: Loops, made: Design, q: Quantities) -> None:
    *reals, detection = reals_of(q, made)
    term, mass, totals = loops.forward([*reals, *detection])
    expected = superposition.pattern_term(q, made, NUMPY) - made.log_factorials
    np.testing.assert_allclose(term, expected, rtol=1e-11)
    np.testing.assert_allclose(mass, superposition.mass(q, made, NUMPY), rtol=1e-11)
    np.testing.assert_allclose(totals, unitemised(q, made), rtol=1e-11)


def unitemised(q: Quantities, made: Design) -> np.ndarray:
    """μ·E[1, V, V²] of what nobody saw, then of all, in each cell of each scope: (entry, 6)."""
    s, h = scopes(made), made.histories
    missed = superposition.unseen_share(q, made, NUMPY).sum(axis=3)  # (author, context, size)
    whole = np.exp(q.log_size)[:, h.context_region, h.context_kind]
    moments = np.concatenate([missed @ made.moments.T, whole @ made.moments.T], axis=2)
    rate = np.exp(q.log_rate)[:, made.cell_region, made.cell_period, made.cell_kind]
    each = rate[:, :, None] * moments[:, h.cell_context]  # (author, cell, 6)
    return np.array([
        s.share[i] * s.author[g] @ each[:, s.cell[i]]
        for g in range(2)
        for i in range(*s.start[g : g + 2])
    ])  # fmt: skip


@pytest.mark.parametrize("number", range(len(ARRAYS)), ids=ARRAYS)
def test_gradient_is_the_slope(
    loops: Loops, made: Design, arrays: list[np.ndarray], number: int
) -> None:
    """Of a weighted sum of all outputs, along random directions of each array."""
    rng = np.random.default_rng(number)
    term, mass, totals = loops.forward(arrays)
    weights = [rng.normal(size=x.shape) for x in (term, mass, totals)]
    gradient = loops.backward(arrays, *weights)[number]
    if not gradient.size:
        return
    for _ in range(3):
        # Some of what is written is so improbable that it must be moved in proportion.
        least = 0.0 if ARRAYS[number] == "written" else 0.1
        direction = rng.normal(size=gradient.shape) * np.maximum(np.abs(arrays[number]), least)
        ends = [moved(arrays, number, direction * (sign * STEP), made) for sign in (1.0, -1.0)]
        up, down = (value(loops, end, weights) for end in ends)
        slope = (up - down) / (2 * STEP)
        assert (gradient * direction).sum() == pytest.approx(slope, rel=2e-5, abs=1e-4)


def moved(
    arrays: list[np.ndarray], number: int, change: np.ndarray, made: Design
) -> list[np.ndarray]:
    """One array moved; the classes of victims that detection sees are those of the marks."""
    result = [x + change if i == number else x for i, x in enumerate(arrays)]
    if ARRAYS[number] == "victim_class" and number < len(Reals._fields):
        result[-1] = np.exp(result[number])[made.histories.classes.author]
    return result


def value(loops: Loops, arrays: list[np.ndarray], weights: list[np.ndarray]) -> float:
    found = loops.forward(arrays)
    return float(sum((w * x).sum() for w, x in zip(weights, found, strict=True)))


@pytest.fixture(scope="module")
def target(made: Design) -> Density:
    return Density(made, joint.parameters(made, Priors()))


@pytest.fixture(scope="module")
def values(case: Case, target: Density) -> np.ndarray:
    return target.pack(parameters(case, 5))


def test_operation_gives_both_by_cell(target: Density, values: np.ndarray) -> None:
    x = pt.dvector()
    found = pytensor.function([x], SuperpositionOp(target)(x), mode=PYTHON)(values)
    for one, expected in zip(found[:2], target.cells(values), strict=True):
        np.testing.assert_array_equal(one, expected)
    np.testing.assert_array_equal(found[2], target.total_log_lik(values))


def test_gradient_of_one_output_alone(target: Density, values: np.ndarray) -> None:
    """The other output's cotangent is then disconnected, and counts as zero."""
    x, n = pt.dvector(), len(target.design.cell_kind)
    for output, weights in enumerate(np.eye(2)[:, :, None] * np.ones(n)):
        total = SuperpositionOp(target)(x)[output].sum()
        slope = pytensor.function([x], pytensor.grad(total, x), mode=PYTHON)(values)
        np.testing.assert_array_equal(slope, target.pull_back(values, *weights))


def test_shapes_are_known_without_evaluation(target: Density, values: np.ndarray) -> None:
    x = pt.dvector()
    outputs = SuperpositionOp(target)(x)
    gradient = pytensor.grad(outputs[0].sum(), x)
    mode = Mode("py", "fast_compile")
    shapes = pytensor.function([x], [y.shape for y in (*outputs, gradient)], mode=mode)(values)
    n = len(target.design.cell_kind)
    assert [tuple(shape.tolist()) for shape in shapes] == [(n,), (n,), (0,), values.shape]


def test_graph_of_the_formulas_is_fused(target: Density, case: Case) -> None:
    """``cell_terms`` on symbols gives what the formulas give on numbers, the constant included."""
    params = parameters(case, 5)
    symbols = {name: pt.as_tensor_variable(x) for name, x in params.items()}
    found = pytensor.function([], list(cell_terms(symbols, target)), mode=PYTHON)()
    q = superposition.quantities(params, target.design, NUMPY)
    expected = superposition.pattern_term(q, target.design, NUMPY)
    np.testing.assert_allclose(found[0], expected, rtol=1e-10)
    np.testing.assert_allclose(found[1], superposition.mass(q, target.design, NUMPY), rtol=1e-10)


def test_one_workspace_serves_again(loops: Loops, made: Design, arrays: list[np.ndarray]) -> None:
    """Evaluations leave nothing behind that the next would add to."""
    first = [x.copy() for x in loops.forward(arrays)]
    weights = [np.ones_like(x) for x in first]
    before = loops.backward(arrays, *weights)
    before = [x.copy() for x in before]
    loops.forward(moved(arrays, 0, np.ones_like(arrays[0]), made))
    for one, again in zip(first, loops.forward(arrays), strict=True):
        np.testing.assert_array_equal(one, again)
    for one, again in zip(before, loops.backward(arrays, *weights), strict=True):
        np.testing.assert_array_equal(one, again)
