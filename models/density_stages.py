"""The log posterior density and its gradient, stage by stage, as compiled loops.

Each stage is compiled by itself: as one compiled function they would be optimized once more as a
whole, which takes as long as all of them together.
"""

from typing import Any

import numpy as np

from ..data.arrays import Floats
from . import (
    constraints,
    kernel,
    kernel_back,
    log_priors,
    log_priors_back,
    mapping,
    mapping_claims,
    mapping_detection,
    mapping_names,
    mapping_rates,
    mapping_said,
    mapping_written,
)
from .compiled import jit
from .kernel import RealsRef
from .kernel_patterns import shares_of_authors
from .mapping_said import SaidRef
from .tail import by_block, noise_at, totals_at


@jit
def log_total_priors(values, at, ix, one, two):
    """Log prior densities of the log totals, which no level of ``other`` changes."""
    _, totals = mapping_rates.rates(values, at, ix, 0.0)
    return mapping_rates.total_priors(at, ix, one, two, totals)[0]


@jit
def _naming(values, at, ix):
    """Confusion matrices, shares of sets, and all that rows of statements are made of."""
    matrix, eta = mapping_names.confusions(values, at, ix), mapping_names.set_shares(values, at, ix)
    u = mapping_names.unknowns(values, at, ix)
    said = SaidRef(
        u, mapping_said.chosen(ix, matrix, eta), mapping_said.listed(ix, u, matrix, eta),
        mapping_claims.claims(values, at, ix),
    )  # fmt: skip
    return matrix, eta, said


@jit
def _reals(room, values, at, ix, said):
    """The kernel's real arrays, and the log totals of the authors."""
    mapping_written.rows(values, at, ix, said, room.written)
    ratio = mapping_names.log_ratio(values, at, ix)
    (region, period, kind), totals = mapping_rates.rates(values, at, ix, ratio)
    log_class = mapping.log_class(values, at, ix)
    listed = np.empty((ix.n_lister, *said.lists.shape[1:]))
    for i in range(ix.n_lister):
        listed[i] = said.lists[ix.listers[i]]
    reals = RealsRef(
        region, period, kind, mapping_detection.log_visible(values, at, ix),
        mapping.log_size(values, at, ix), log_class, mapping_claims.class_shares(ix, said.claims),
        room.written, mapping_detection.detection(values, at, ix, log_class, listed),
    )  # fmt: skip
    return reals, totals


@jit
def read(room, x, lay, naming, known):
    """What a value of the parameters says of who did what and what nobody saw.

    After ``kernel.prepare``; see ``inference.responsibility.Outcome`` for the order.
    """
    matrix, eta, said = naming
    mass = np.zeros(lay.cells.shape[0])
    for i in range(mass.shape[0]):
        for a in range(room.rate.shape[1]):
            mass[i] += room.rate[i, a] * room.share[lay.cells[i, 3], a]
    return (
        shares_of_authors(room, x, lay, known), kernel.unseen_incidents(room, x, lay),
        room.rate.copy(), mass, said.u, said.claims,
        matrix[:, :, : room.rate.shape[1]].copy(), eta,
    )  # fmt: skip


def prepared(room: Any, values: Floats, at: Any, ix: Any, lay: Any) -> tuple[Any, Any, Floats]:
    """Fill a workspace at one value of the flat parameters: (naming, reals, log totals)."""
    naming = _naming(values, at, ix)
    x, totals = _reals(room, values, at, ix, naming[2])
    kernel.prepare(room, x, lay)
    return naming, x, totals


@jit
def pull_back(values, at, ix, matrix, eta, said, x, totals, d_x, d_totals):
    """Gradient in the flat parameters of what has these gradients in reals and log totals.

    Not in one tuple, whose type numba would work out anew in each call: a fifth of a small
    problem's gradient.
    """
    d = np.zeros(values.shape[0])
    d_said = SaidRef(
        np.zeros(said.u.shape), np.zeros(said.chosen.shape), np.zeros(said.lists.shape),
        np.zeros(said.claims.shape),
    )  # fmt: skip
    d_matrix, d_eta = np.zeros(matrix.shape), np.zeros(eta.shape)
    for i in range(ix.n_lister):
        d_said.lists[ix.listers[i]] += d_x.detection.listed[i]
    mapping_claims.class_shares_back(ix, d_x.claim, d_said.claims)
    mapping_written.rows_back(values, at, ix, said, d_x.written, d_said, d)
    mapping_said.listed_back(
        ix, said.u, matrix, eta, said.lists, d_said.lists, d_said.u, d_matrix, d_eta
    )
    mapping_said.chosen_back(ix, matrix, eta, d_said.chosen, d_matrix, d_eta)
    mapping_claims.claims_back(values, at, ix, d_said.claims, d)
    mapping_names.confusions_back(values, at, ix, d_matrix, d)
    mapping_names.unknowns_back(values, at, ix, said.u, d_said.u, d)
    if at.set_share >= 0:
        d[at.set_share : at.set_share + d_eta.size] += d_eta.reshape(d_eta.size)
    parts, d_parts = (x.region, x.period, x.kind), (d_x.region, d_x.period, d_x.kind)
    d_ratio = mapping_rates.rates_back(values, at, ix, parts, totals, d_parts, d_totals, d)
    mapping_names.log_ratio_back(values, at, ix, d_ratio, d)
    mapping.log_size_back(values, at, ix, x.size, d_x.size, d)
    mapping.log_class_back(values, at, ix, x.victim_class, d_x.victim_class, d)
    mapping_detection.log_visible_back(at, ix, x.visible, d_x.visible, d)
    mapping_detection.detection_back(values, at, ix, x.detection, d_x.detection, d)
    return d


def value_and_gradient(room: Any, free: Floats, *fixed: Any) -> tuple[float, Floats]:
    """Log density of the unconstrained values and its gradient.

    Parameters
    ----------
    fixed
        Rows and arguments of the table of parameters, offsets, index, layout, weights of the
        totals, and the two parts of a ``Tail``: see ``Density.evaluator``.
    """
    table_rows, one, two, at, ix, lay, weight, blocks, totals = fixed
    values, place = constraints.constrain(free, table_rows, one, two, at, ix)
    naming, x, log_totals = prepared(room, values, at, ix, lay)
    term, mass, entries = kernel.terms(room, x, lay)
    expected, d_tail = by_block(mass, blocks), np.zeros(len(values))
    rest, d_mass = noise_at(expected, values, blocks, d_tail)
    of_totals, d_entries, by_mass = totals_at(
        entries, expected, values, weight, blocks, totals, d_tail
    )
    of_log_totals, d_log_totals = mapping_rates.total_priors(at, ix, one, two, log_totals)
    d_x = kernel_back.backward(room, x, lay, np.ones(len(term)), d_mass + by_mass, d_entries)
    d = pull_back(values, at, ix, *naming, x, log_totals, d_x, d_log_totals) + d_tail
    value = term.sum() + rest + of_totals.sum() + mapping_detection.delays(values, at, ix, d)
    by, jacobian = log_priors.log_prior(free, values, place, table_rows, one, two, at, ix)
    gradient = log_priors_back.log_prior_back(free, values, place, table_rows, one, two, d, at, ix)
    return value + by.sum() + jacobian + of_log_totals.sum(), gradient
