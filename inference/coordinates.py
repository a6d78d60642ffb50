r"""Coordinates in which no direction of a posterior is much narrower than the others.

NUTS takes steps as long as the narrowest direction allows, and as many as the widest asks for. A
diagonal mass matrix makes all parameters alike wide, not what several of them have in
common: official totals fix a region's dead within a tenth, which hang on its rates, its sizes and
what its sources see. With x = m + S (I + V (D − I) Vᵀ) y,

.. math::
    -S\, \nabla^2 \log p\, S\, V = V \Lambda, \qquad D = \Lambda^{-1/2},

S the marginal sd of a rough fit, Λ the largest eigenvalues (Lanczos; products with the Hessian by
differences of the gradient, a mean over a few draws), the narrowest directions are as wide as the
others. A linear map changes no density but by a constant.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from ..data.arrays import Floats

Gradient = Callable[[Floats], Floats]

DIRECTIONS = 40
POINTS = 3
"""Draws at which the curvature is measured: it is not the same everywhere."""
NARROW = 4.0
"""Least eigenvalue of a direction that is widened: half as wide as its parameters say."""
STEP = 1e-4
"""Of the differences, in standard deviations."""


@dataclass(frozen=True)
class Coordinates:
    """A linear map to the unconstrained values.

    Attributes
    ----------
    middle, spread
        m and the diagonal of S, shape (free,).
    directions
        V, shape (free, direction).
    width
        Diagonal of D, shape (direction,).
    """

    middle: Floats
    spread: Floats
    directions: Floats
    width: Floats

    def free(self, y: Floats) -> Floats:
        """Unconstrained values x of coordinates y."""
        return np.asarray(self.middle + self.spread * self._stretched(y, self.width))

    def gradient(self, by_free: Floats) -> Floats:
        """Gradient in y from that in x."""
        return self._stretched(self.spread * by_free, self.width)

    def of(self, x: Floats) -> Floats:
        """Coordinates of unconstrained values."""
        return self._stretched((x - self.middle) / self.spread, 1.0 / self.width)

    def _stretched(self, y: Floats, by: Floats) -> Floats:
        return np.asarray(y + self.directions @ ((by - 1.0) * (y @ self.directions)))


def coordinates(gradient: Gradient, draws: Floats, seed: int) -> Coordinates:
    """Find the narrow directions around draws of a rough fit.

    Parameters
    ----------
    gradient
        Of the log density in the unconstrained values.
    draws
        Shape (draw, free), about independent ones last.
    """
    spread, n = draws.std(axis=0), draws.shape[1]
    at = draws[np.linspace(0, len(draws) - 1, POINTS).round().astype(int)]

    def curved(v: Floats) -> Floats:
        step = STEP * spread * np.ravel(v) / np.linalg.norm(v)
        slopes = [gradient(x - step) - gradient(x + step) for x in at]
        return spread * np.mean(slopes, axis=0) * (np.linalg.norm(v) / (2.0 * STEP))

    start = np.random.default_rng(seed).normal(size=n)
    operator = LinearOperator((n, n), matvec=curved, dtype=float)
    found, directions = eigsh(operator, min(DIRECTIONS, n - 1), which="LA", tol=1e-2, v0=start)
    narrow = found > NARROW
    return Coordinates(draws.mean(axis=0), spread, directions[:, narrow], found[narrow] ** -0.5)
