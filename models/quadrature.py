r"""Nodes for the shared visibility z ~ N(0, 1).

.. math:: \int f(z)\,\phi(z)\,dz \approx \sum_q \omega_q f(z_q)

The integrand is a product of logistic curves, whose poles lie π/ξ from the real line, so
the trapezoidal rule on an even grid converges geometrically (Trefethen & Weideman, SIAM
Review 2014), while Gauss–Hermite spends its outer nodes where nothing happens. With more
sources a mixed history has a sharper peak, of width about 1/(ξ√S): the step shrinks as
1/√S. At ξ = 2.58, the 99% quantile of its prior, every history of up to ten sources stays
within 1% of adaptive integration (tests/test_quadrature.py), of logits between -6 and 3. A
group's own visibility has half that weight, and wider steps; but where all of a group report what
is hard to see, the integrand peaks far out, the farther the more they are. Few integrands do: its
grid is even in t where z = sinh(bt)/b, and wider far out by the factor cosh(bt), which the weights
have, too. Its histories stay within 1% at ξ' = 1.29. Beyond these weights the error grows:
``priors`` refuses priors that go there, and the gate on the draws (``inference.diagnose``) those
that do.
"""

from collections.abc import Mapping

import numpy as np

from ..data.arrays import Floats

WIDEST_STEP, STEP, REACH = 0.8, 1.25, 4.5
WIDEST_OF_GROUP, STEP_OF_GROUP, BEND_OF_GROUP = 1.3, 1.8, 0.2
REACH_OF_GROUP, REACH_LOST = 6.0, 4.5
"""A group of n reaches ``REACH_OF_GROUP - REACH_LOST / n``."""
MOST: Mapping[str, float] = {"visibility": 2.58, "group_visibility": 1.29}
"""Largest ξ, and ξ', that the nodes hold: 99% quantiles of their priors."""

Nodes = tuple[Floats, Floats]


def visibility_nodes(n_sources: int) -> Nodes:
    """Give nodes z_q and weights ω_q that sum to one, each of shape (node,)."""
    step = min(WIDEST_STEP, STEP / np.sqrt(max(n_sources, 1)))
    nodes = _even(step, REACH)
    return nodes, _weights(nodes)


def group_nodes(largest: int) -> Nodes:
    """Nodes and weights of what the sources of one group share, the largest of so many."""
    n, bend = max(largest, 1), BEND_OF_GROUP
    step = min(WIDEST_OF_GROUP, STEP_OF_GROUP / np.sqrt(n))
    even = _even(step, np.arcsinh(bend * (REACH_OF_GROUP - REACH_LOST / n)) / bend)
    nodes = np.sinh(bend * even) / bend
    return nodes, _weights(nodes, np.cosh(bend * even))


def _even(step: float, reach: float) -> Floats:
    """An even grid around 0 that reaches so far at least."""
    half = int(np.ceil(reach / step))
    return step * np.arange(-half, half + 1.0)


def _weights(nodes: Floats, spacing: Floats | float = 1.0) -> Floats:
    weights: Floats = np.exp(-0.5 * nodes**2) * spacing
    return weights / weights.sum()
