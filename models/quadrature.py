r"""Nodes for the shared visibility z ~ N(0, 1).

.. math:: \int f(z)\,\phi(z)\,dz \approx \sum_q \omega_q f(z_q)

The integrand is a product of logistic curves, whose poles lie π/λ from the real line, so
the trapezoidal rule on an even grid converges geometrically (Trefethen & Weideman, SIAM
Review 2014), while Gauss–Hermite spends its outer nodes where nothing happens. With more
sources a mixed history has a sharper peak, of width about 1/(λ√S): the step shrinks as
1/√S. At λ = 2.58, the 99% quantile of its prior, every history of up to ten sources stays
within 1% of adaptive integration (tests/test_quadrature.py), of logits between -6 and 3. A
group's own visibility has half that weight, and wider steps, until the weights would no longer
have the moments of a normal law; but where all of a group report what is hard to see, the
integrand peaks far out, so that its grid reaches farther. Its histories stay within 1% too, at λ' =
1.29. Beyond these weights the error grows: ``priors`` refuses priors that go there, and the gate on
the draws (``inference.diagnose``) those that do.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

WIDEST_STEP, STEP, REACH = 0.8, 1.25, 4.5
WIDEST_OF_GROUP, STEP_OF_GROUP, REACH_OF_GROUP = 1.3, 2.15, 5.5
MOST: Mapping[str, float] = {"visibility": 2.58, "group_visibility": 1.29}
"""Largest λ, and λ', that the nodes hold: 99% quantiles of their priors."""

Nodes = tuple[NDArray[np.float64], NDArray[np.float64]]


def visibility_nodes(n_sources: int) -> Nodes:
    """Give nodes z_q and weights ω_q that sum to one, each of shape (node,)."""
    return _even(min(WIDEST_STEP, STEP / np.sqrt(max(n_sources, 1))), REACH)


def group_nodes(largest: int) -> Nodes:
    """Nodes and weights of what the sources of one group share, the largest of so many."""
    step = min(WIDEST_OF_GROUP, STEP_OF_GROUP / np.sqrt(max(largest, 1)))
    return _even(step, REACH_OF_GROUP)


def _even(step: float, reach: float) -> Nodes:
    """An even grid around 0 that reaches so far at least."""
    half = int(np.ceil(reach / step))
    nodes: NDArray[np.float64] = step * np.arange(-half, half + 1.0)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()
