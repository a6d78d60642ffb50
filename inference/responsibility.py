"""Who did each reported incident, and what went unreported, at one value of the parameters.

The same numbers as ``superposition.log_joint`` and ``seen_by_author``, which stay the
reference (tests/test_responsibility.py), in the linear scale and one compiled loop: every
draw of a posterior asks for them.
"""

import numpy as np
from numpy.typing import NDArray

from ..data.errors import FitError
from ..models import superposition
from ..models.compiled import jit
from ..models.design import Design
from ..models.engine import NUMPY
from ..models.histories import REPORTED, WAS_SILENT
from ..models.superposition import Quantities

Floats = NDArray[np.float64]


def cell_rates(q: Quantities, plan: Design) -> Floats:
    """Expected incidents, shape (author, cell)."""
    rate = np.exp(q.log_rate)
    return np.asarray(rate[:, plan.cell_region, plan.cell_period, plan.cell_kind])


def responsibilities(q: Quantities, rate: Floats, plan: Design) -> Floats:
    """Cumulative weights of the authors of each pattern of ``every``, shape (pattern, author).

    Parameters
    ----------
    rate
        Of ``cell_rates``.

    Raises
    ------
    FitError
        Where no author can have made some pattern.
    """
    p, h = plan.every, plan.histories
    history = _histories(*_chances(q, plan), h.region, h.kind, h.size, h.mark, h.weights)
    size = np.exp(q.log_size).transpose(1, 2, 3, 0)
    weights = _weights(
        np.ascontiguousarray(rate.T), np.ascontiguousarray(size), history,
        np.exp(q.log_statements), p.cell, plan.cell_region[p.cell], p.kind, p.size, p.history,
        p.attribution, h.listing_class,
    )  # fmt: skip
    if not (weights[:, -1] > np.finfo(float).tiny).all():
        return _from_logs(q, plan)
    return np.asarray(weights)


def _from_logs(q: Quantities, plan: Design) -> Floats:
    """The same where a product leaves the range of floating-point numbers."""
    joint = superposition.log_joint(q, plan, plan.every, NUMPY)
    most = joint.max(axis=1, keepdims=True)
    if not np.isfinite(most).all():
        raise FitError("a draw of the parameters leaves some reported incident without an author")
    return np.cumsum(np.exp(joint - most), axis=1)


def unreported(q: Quantities, rate: Floats, plan: Design) -> Floats:
    """Expected incidents that no lister reports, shape (author, cell, size)."""
    h = plan.histories
    regions, kinds = h.context_region, h.context_kind
    n_size = q.log_size.shape[3]
    looking = np.repeat(h.context_looking * WAS_SILENT, n_size, axis=0)
    sizes = np.tile(np.arange(n_size), len(regions))
    rows = (np.repeat(regions, n_size), np.repeat(kinds, n_size), sizes, looking)
    missed = _histories(*_chances(q, plan), *rows, h.weights)
    missed = missed.reshape(len(regions), n_size, -1)[:, :, h.listing_class]
    share = np.exp(q.log_size)[:, regions, kinds, :] * missed.transpose(2, 0, 1)
    return np.asarray(rate[:, :, None] * share[:, h.cell_context, :])


def _chances(q: Quantities, plan: Design) -> tuple[Floats, Floats, Floats]:
    """Odds of not seeing at visibility 0, their factor at every node, and who lists what.

    Shapes (lister, region, kind, size), (lister, node) and (lister, listing class).
    """
    n = len(plan.histories.listers)
    listed = np.ones((n, len(plan.histories.class_author))) if q.listed is None else q.listed
    visibility = np.asarray(q.visibility)
    at_node = np.exp(-visibility[:, None] * plan.histories.nodes)
    return np.exp(-q.detection), at_node, np.ascontiguousarray(listed)


@jit
def _histories(odds, at_node, listed, region, kind, size, mark, weights):  # type: ignore[no-untyped-def]
    """P(history), shape (history, listing class)."""
    n_q, n_g = weights.shape[0], listed.shape[1]
    result = np.zeros((region.shape[0], n_g))
    for i in range(region.shape[0]):
        for q in range(n_q):
            reported = weights[q]
            for s in range(mark.shape[1]):
                if mark[i, s] == REPORTED:
                    reported /= 1.0 + odds[s, region[i], kind[i], size[i]] * at_node[s, q]
            for g in range(n_g):
                term = reported
                for s in range(mark.shape[1]):
                    if mark[i, s] == WAS_SILENT:
                        miss = odds[s, region[i], kind[i], size[i]] * at_node[s, q]
                        # 1 - pL = (1 - p) + p (1 - L): nothing cancels where L is 1.
                        term *= (miss + (1.0 - listed[s, g])) / (1.0 + miss)
                result[i, g] += term
    return result


@jit
def _weights(  # type: ignore[no-untyped-def]
    rate, size, history, written, cell, region, kind, bin_of, history_of, row_of, listing_class
):
    """Cumulative weights of the authors of each pattern, shape (pattern, author)."""
    result = np.empty((cell.shape[0], rate.shape[1]))
    for i in range(cell.shape[0]):
        total = 0.0
        for a in range(rate.shape[1]):
            known = history[history_of[i], listing_class[a]] * written[row_of[i], a]
            total += rate[cell[i], a] * size[region[i], kind[i], bin_of[i], a] * known
            result[i, a] = total
    return result
