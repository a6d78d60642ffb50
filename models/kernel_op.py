"""The fused likelihood as a PyTensor operation with its own gradient."""

import warnings
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify

from .density import Density
from .engine import Array, Params


class SuperpositionOp(Op):  # type: ignore[misc]
    """Terms and expected numbers by cell, and log likelihood of totals, from the flat parameters.

    Parameters
    ----------
    target
        Whose cells they are; two operations are the same where this is the same object.
    """

    __props__ = ("target",)

    def __init__(self, target: Density) -> None:
        self.target = target

    def make_node(self, values: Any) -> Apply:
        """Take the constrained values, one parameter behind the other (``Density.pack``)."""
        return Apply(self, [pt.as_tensor_variable(values)], [pt.dvector() for _ in range(3)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        """Evaluate."""
        values = np.ascontiguousarray(inputs[0])
        for output, found in zip(outputs, self.target.terms(values), strict=True):
            output[0] = found

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        """Two outputs have one entry a cell, one has one a total."""
        found = self.target.totals
        sizes = [len(self.target.design.cell_kind)] * 2 + [len(found.found) if found else 0]
        return [(pt.constant(size, dtype="int64"),) for size in sizes]

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Gradient in the values."""
        filled = [
            pt.zeros_like(out) if isinstance(g.type, DisconnectedType) else g
            for out, g in zip(outputs, cotangents, strict=True)
        ]
        return [SuperpositionGradient(self.target)(inputs[0], *filled)]


class SuperpositionGradient(Op):  # type: ignore[misc]
    """Pull the gradients of the three outputs back to the flat parameters."""

    __props__ = ("target",)

    def __init__(self, target: Density) -> None:
        self.target = target

    def make_node(self, *inputs: Any) -> Apply:
        """Take the values and the three cotangents."""
        variables = [pt.as_tensor_variable(x) for x in inputs]
        return Apply(self, variables, [variables[0].type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        """Evaluate."""
        outputs[0][0] = self.target.pull_back(*(np.ascontiguousarray(x) for x in inputs))

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        """The gradient has the shape of the values."""
        return [shapes[0]]


@numba_funcify.register(SuperpositionOp)
@numba_funcify.register(SuperpositionGradient)
def _funcify(op: Op, node: Apply, **kwargs: Any) -> Any:
    """Call ``perform`` from compiled graphs: its loops are compiled by themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # says that it does just this
        return generate_fallback_impl(op, node, **kwargs)


def cell_terms(params: Params, target: Density) -> tuple[Array, Array]:
    """Σ n log m - log n! and the expected number seen, as graphs of shape (cell,)."""
    term, mass, _ = _terms(params, target)
    return term, mass


def total_terms(params: Params, target: Density) -> Array:
    """Log likelihood of each official total, as a graph of shape (aggregate,)."""
    return _terms(params, target)[2]


def _terms(params: Params, target: Density) -> list[Array]:
    flat = pt.concatenate([pt.atleast_1d(params[p.name]).ravel() for p in target.parameters])
    result: list[Array] = SuperpositionOp(target)(flat.astype("float64"))
    return result
