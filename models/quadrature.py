r"""Nodes for the shared visibility z ~ N(0, 1).

.. math:: \int f(z)\,\phi(z)\,dz \approx \sum_q \omega_q f(z_q)

The integrand is a product of logistic curves, whose poles lie π/λ from the real line, so
the trapezoidal rule on an even grid converges geometrically (Trefethen & Weideman, SIAM
Review 2014), while Gauss–Hermite spends its outer nodes where nothing happens. With more
sources a mixed history has a sharper peak, of width about 1/(λ√S): the step shrinks as
1/√S. At λ = 2.58, the 99% quantile of its prior, every history of up to ten sources stays
within 1% of adaptive integration (tests/test_quadrature.py).
"""

import numpy as np
from numpy.typing import NDArray

WIDEST_STEP = 0.8
STEP = 1.25
REACH = 4.5


def visibility_nodes(n_sources: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give nodes z_q and weights ω_q that sum to one, each of shape (node,)."""
    step = min(WIDEST_STEP, STEP / np.sqrt(max(n_sources, 1)))
    half = int(np.ceil(REACH / step))
    nodes = step * np.arange(-half, half + 1)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()
