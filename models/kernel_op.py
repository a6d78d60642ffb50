"""The fused likelihood as a PyTensor operation with its own gradient."""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from . import kernel
from .design import Design
from .engine import Array
from .superposition import Quantities

REAL_INPUTS = 10
VERSION = 3
"""Part of the key of PyTensor's compilation cache: raise it when the kernel changes."""


class SuperpositionOp(Op):  # type: ignore[misc]
    """Give Σ n log m and the expected number seen, by cell (``kernel.forward``)."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Take the real arrays and the index arrays of ``kernel.layout``."""
        variables = [pt.as_tensor_variable(x) for x in inputs]
        return Apply(self, variables, [pt.dvector(), pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        """Evaluate without a compiled graph."""
        outputs[0][0], outputs[1][0] = kernel.forward(*_contiguous(inputs))

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        """Both outputs have one entry a cell."""
        cells = (shapes[REAL_INPUTS][0],)
        return [cells, cells]

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Gradient in the real arrays; indices, nodes and weights have none."""
        filled = [
            pt.zeros_like(out) if _is_disconnected(g) else g
            for out, g in zip(outputs, cotangents, strict=True)
        ]
        gradients = SuperpositionGradient()(*filled, *inputs)
        rest = [disconnected_type() for _ in inputs[REAL_INPUTS:]]
        return [*gradients, *rest]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the real arrays are differentiated."""
        return [[i < REAL_INPUTS] * 2 for i in range(len(node.inputs))]


class SuperpositionGradient(Op):  # type: ignore[misc]
    """Pull two gradients by cell back to the real arrays (``kernel.backward``)."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Take the two cotangents, then the inputs of ``SuperpositionOp``."""
        variables = [pt.as_tensor_variable(x) for x in inputs]
        reals = variables[2 : 2 + REAL_INPUTS]
        return Apply(self, variables, [x.type() for x in reals])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        """Evaluate without a compiled graph."""
        for output, value in zip(outputs, kernel.backward(*_contiguous(inputs))[1:], strict=True):
            output[0] = value

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        """Each gradient has the shape of its array."""
        return list(shapes[2 : 2 + REAL_INPUTS])


def _contiguous(inputs: Any) -> list[np.ndarray]:
    return [np.ascontiguousarray(x) for x in inputs]


def _is_disconnected(variable: Any) -> bool:
    return isinstance(variable.type, DisconnectedType)


@register_funcify_default_op_cache_key(SuperpositionOp)
def _funcify_forward(op: Op, node: Apply, **kwargs: Any) -> Any:
    function = kernel.forward

    @numba_njit
    def superposition(
        region, period, kind, log_size, by_region, by_kind, by_size, visibility, listed,
        log_statements,
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    ):  # fmt: skip
        whole = np.ascontiguousarray
        return function(
            whole(region), whole(period), whole(kind), whole(log_size), whole(by_region),
            whole(by_kind), whole(by_size), whole(visibility), whole(listed),
            whole(log_statements),
            cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
        )  # fmt: skip

    return superposition, VERSION


@register_funcify_default_op_cache_key(SuperpositionGradient)
def _funcify_backward(op: Op, node: Apply, **kwargs: Any) -> Any:
    function = kernel.backward

    @numba_njit
    def superposition_gradient(
        d_term, d_mass, region, period, kind, log_size, by_region, by_kind, by_size, visibility,
        listed, log_statements,
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    ):  # fmt: skip
        whole = np.ascontiguousarray
        return function(
            whole(d_term), whole(d_mass), whole(region), whole(period), whole(kind),
            whole(log_size), whole(by_region), whole(by_kind), whole(by_size),
            whole(visibility), whole(listed), whole(log_statements),
            cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
        )[1:]  # fmt: skip

    return superposition_gradient, VERSION


def real_arrays(q: Quantities, design: Design) -> tuple[Array, ...]:
    """The kernel's real arguments, in its order."""
    listed = q.listed
    if listed is None:
        listed = np.ones((len(design.histories.listers), 1))
    return (
        q.rate.region, q.rate.period, q.rate.kind, q.log_size,
        q.logit.region, q.logit.kind, q.logit.size, q.visibility, listed, q.log_statements,
    )  # fmt: skip


def cell_terms(q: Quantities, design: Design) -> tuple[Array, Array]:
    """Σ n log m - log n! and the expected number seen, as graphs of shape (cell,)."""
    term, mass = SuperpositionOp()(*real_arrays(q, design), *kernel.layout(design))
    return term + design.log_factorials, mass
