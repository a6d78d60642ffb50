"""The formulas are written once; these engines say what they are computed with.

``NUMPY`` evaluates them at one draw, ``PYTENSOR`` builds the graph that PyMC
differentiates. Both offer the few operations whose names or safeguards differ.
"""

from types import ModuleType
from typing import Any, Protocol

import numpy as np
import pytensor.tensor as pt
from scipy.special import expit, gammaln, logsumexp

LOG_2PI = float(np.log(2 * np.pi))

Array = Any
"""A numpy array or a PyTensor variable; shapes are in the docstrings."""

Params = dict[str, Array]
"""One value of every free variable of the model, by name."""


class Engine(Protocol):
    """What a formula may use beyond arithmetic and indexing."""

    @property
    def xp(self) -> ModuleType:
        """The module of array functions."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        """log Σ exp(x) over one axis, without overflow."""

    def log_expit(self, x: Array) -> Array:
        """log 1/(1 + exp(-x))."""

    def expit(self, x: Array) -> Array:
        """1/(1 + exp(-x))."""

    def gammaln(self, x: Array) -> Array:
        """log Γ(x)."""

    def segment_sum(self, x: Array, segment: np.ndarray, n: int) -> Array:
        """Sum of x by segment, shape (n,)."""


class NumpyEngine:
    """Evaluate with numpy."""

    xp = np

    def logsumexp(self, x: Array, axis: int) -> Array:
        """See Engine."""
        return logsumexp(x, axis=axis)

    def log_expit(self, x: Array) -> Array:
        """See Engine."""
        return -np.logaddexp(0.0, -x)

    def expit(self, x: Array) -> Array:
        """See Engine."""
        return expit(x)

    def gammaln(self, x: Array) -> Array:
        """See Engine."""
        return gammaln(x)

    def segment_sum(self, x: Array, segment: np.ndarray, n: int) -> Array:
        """See Engine."""
        return np.bincount(segment, weights=x, minlength=n)


class PytensorEngine:
    """Build a PyTensor graph."""

    xp = pt

    def logsumexp(self, x: Array, axis: int) -> Array:
        """See Engine."""
        return pt.logsumexp(x, axis=axis)

    def log_expit(self, x: Array) -> Array:
        """See Engine."""
        return -pt.softplus(-x)

    def expit(self, x: Array) -> Array:
        """See Engine."""
        return pt.sigmoid(x)

    def gammaln(self, x: Array) -> Array:
        """See Engine."""
        return pt.gammaln(x)

    def segment_sum(self, x: Array, segment: np.ndarray, n: int) -> Array:
        """See Engine."""
        return pt.zeros(n)[segment].inc(x)


NUMPY = NumpyEngine()
PYTENSOR = PytensorEngine()


def log_softmax(engine: Engine, x: Array, axis: int) -> Array:
    """x - log Σ exp(x) over one axis."""
    return x - engine.xp.expand_dims(engine.logsumexp(x, axis), axis)
