"""The log posterior density as compiled loops: what the sampler calls.

PyMC's graph of the same model (``joint.build``) is the reference, and what a statistician
extends; compiling it takes minutes, and again for every data set. These loops are compiled
once for all data sets and kept on disk (docs/evidence/compile.md). Both read the same list
of parameters, and tests/test_density.py holds values and gradients together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from . import constraints, kernel, log_priors, mapping, mapping_names, mapping_rates
from .compiled import jit
from .design import Design
from .engine import Floats, Params
from .mapping_index import Index, Offsets, index, offsets
from .parameters import Parameter
from .rates import TOTALS


@dataclass(frozen=True)
class Density:
    """The log posterior density of one evidence under one list of parameters."""

    design: Design
    parameters: list[Parameter]

    @cached_property
    def table(self) -> constraints.Table:
        """Priors and constraints."""
        return constraints.table(self.parameters)

    @cached_property
    def offsets(self) -> Offsets:
        """Where each parameter lies."""
        return offsets(self.parameters)

    @cached_property
    def index(self) -> Index:
        """The design's arrays."""
        return index(self.design)

    @cached_property
    def layout(self) -> tuple[Any, ...]:
        """The kernel's arrays."""
        return kernel.layout(self.design)

    @cached_property
    def _room(self) -> kernel.Workspace:
        return kernel.workspace(self.design)

    @property
    def n_free(self) -> int:
        """Length of the unconstrained vector."""
        return self.table.n_free

    def constrain(self, free: Floats) -> Floats:
        """Unconstrained to constrained values, all parameters one behind the other."""
        return constraints.constrain(
            free, self.table.rows, self.table.one, self.offsets, self.index
        )

    def unpack(self, values: Floats) -> Params:
        """Constrained values by name, each in its shape."""
        result: Params = {}
        position = 0
        for p in self.parameters:
            size = int(np.prod(p.shape, dtype=int))
            result[p.name] = values[position : position + size].reshape(p.shape)
            position += size
        return result

    def pack(self, params: Params) -> Floats:
        """Constrained values one behind the other."""
        return np.concatenate([np.ravel(params[p.name]).astype(float) for p in self.parameters])

    def value_and_gradient(self, free: Floats) -> tuple[float, Floats]:
        """Log density of the unconstrained values, Jacobians included, and its gradient.

        The constant Σ log n! is left out.
        """
        return self.evaluator()(free)

    def evaluator(self) -> Callable[[Floats], tuple[float, Floats]]:
        """``value_and_gradient`` with a workspace of its own, for one chain."""
        room, t = kernel.workspace(self.design), self.table
        fixed = (t.rows, t.one, t.two, self.offsets, self.index, *self.layout)
        return lambda free: value_and_gradient(room, free, *fixed)

    def cells(self, values: Floats) -> tuple[Floats, Floats]:
        """Σ n log m - log n! and the expected number seen, each of shape (cell,)."""
        room = self._room
        term, mass = cell_terms(room, values, self.offsets, self.index, *self.layout)
        return term + self.design.log_factorials, mass

    def log_priors(self, free: Floats) -> dict[str, float]:
        """Log prior density of each parameter at its constrained value."""
        t = self.table
        values = self.constrain(free)
        by, _ = log_priors.log_prior(free, values, t.rows, t.one, t.two)
        result = {p.name: float(x) for p, x in zip(self.parameters, by, strict=True)}
        result.update(self.log_total_priors(values))
        return result

    def log_total_priors(self, values: Floats) -> dict[str, float]:
        """Log prior density of each log total, by the name of the intercept that raises it."""
        t = self.table
        found = log_total_priors(values, self.offsets, self.index, t.one, t.two)
        named = zip(TOTALS, found, strict=True)
        return {name: float(x) for name, x in named if getattr(self.offsets, name) >= 0}


@jit
def _ratio(u, ix):
    """log ū - log ū_O, means over sources."""
    if not ix.n_other:
        return 0.0
    return np.log(u[:, 0].mean()) - np.log(u[:, ix.n_organization].mean())


@jit
def _ratio_back(u, ix, change, d_u):
    if ix.n_other:
        for s in range(u.shape[0]):
            d_u[s, 0] += change / u[:, 0].sum()
            d_u[s, ix.n_organization] -= change / u[:, ix.n_organization].sum()


@jit
def log_total_priors(values, at, ix, one, two):
    """Log prior densities of the log totals, which no level of ``other`` changes."""
    _, totals = mapping_rates.rates(values, at, ix, 0.0)
    return mapping_rates.total_priors(at, ix, one, two, totals)[0]


@jit
def _of_listers(lists, listers):
    result = np.empty((listers.shape[0], lists.shape[1]))
    for i in range(listers.shape[0]):
        result[i] = lists[listers[i]]
    return result


@jit
def cell_terms(
    room, values, at, ix,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Σ n log m and the expected number seen by cell, from the constrained values."""
    u = mapping_names.unknowns(values, at, ix)
    matrix = mapping_names.confusions(values, at, ix)
    eta = mapping_names.set_shares(values, at, ix)
    lists = mapping_names.listed(ix, u, matrix, eta)
    mapping_names.rows(values, at, ix, mapping_names.pairs(ix, u, matrix, eta, lists), room.written)
    (region, period, kind), _ = mapping_rates.rates(values, at, ix, _ratio(u, ix))
    by_region, by_kind, by_size, visibility = mapping.logits(values, at, ix)
    return kernel.forward_from(
        room, region, period, kind, mapping.log_size(values, at, ix), by_region, by_kind, by_size,
        visibility, _of_listers(lists, ix.listers),
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip


@jit
def value_and_gradient(
    room, free, table_rows, one, two, at, ix,
    cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
):  # fmt: skip
    """Log density of the unconstrained values and its gradient."""
    values = constraints.constrain(free, table_rows, one, at, ix)
    u = mapping_names.unknowns(values, at, ix)
    matrix = mapping_names.confusions(values, at, ix)
    eta = mapping_names.set_shares(values, at, ix)
    lists = mapping_names.listed(ix, u, matrix, eta)
    log_pairs = mapping_names.pairs(ix, u, matrix, eta, lists)
    mapping_names.rows(values, at, ix, log_pairs, room.written)
    parts, totals = mapping_rates.rates(values, at, ix, _ratio(u, ix))
    region, period, kind = parts
    log_sizes = mapping.log_size(values, at, ix)
    by_region, by_kind, by_size, visibility = mapping.logits(values, at, ix)
    ones = np.ones(cells.shape[0])
    (
        value, d_region, d_period, d_kind, d_size, d_by_region, d_by_kind, d_by_size,
        d_visibility, d_listed, d_written,
    ) = kernel.backward_from(
        room, ones, -ones, region, period, kind, log_sizes, by_region, by_kind, by_size,
        visibility, _of_listers(lists, ix.listers),
        cells, patterns, histories, mark, contexts, looking, listing_class, nodes, weights,
    )  # fmt: skip
    d = np.zeros(values.shape[0])
    d_u, d_matrix, d_eta = np.zeros(u.shape), np.zeros(matrix.shape), np.zeros(eta.shape)
    d_lists, d_pairs = np.zeros(lists.shape), np.zeros(log_pairs.shape)
    for i in range(ix.listers.shape[0]):
        d_lists[ix.listers[i]] += d_listed[i]
    mapping_names.rows_back(values, at, ix, d_written, d_pairs, d)
    mapping_names.pairs_back(ix, u, matrix, eta, lists, d_pairs, d_u, d_matrix, d_eta, d_lists)
    mapping_names.listed_back(ix, u, matrix, eta, lists, d_lists, d_u, d_matrix, d_eta)
    d_parts = d_region, d_period, d_kind
    of_totals, d_totals = mapping_rates.total_priors(at, ix, one, two, totals)
    d_ratio = mapping_rates.rates_back(values, at, ix, parts, totals, d_parts, d_totals, d)
    _ratio_back(u, ix, d_ratio, d_u)
    mapping.log_size_back(values, at, ix, log_sizes, d_size, d)
    mapping.logits_back(values, at, ix, d_by_region, d_by_kind, d_by_size, d_visibility, d)
    mapping_names.confusions_back(values, at, ix, d_matrix, d)
    mapping_names.unknowns_back(values, at, ix, u, d_u, d)
    if at.set_share >= 0:
        d[at.set_share : at.set_share + d_eta.size] += d_eta.reshape(d_eta.size)
    by, jacobian = log_priors.log_prior(free, values, table_rows, one, two)
    gradient = log_priors.log_prior_back(free, values, table_rows, one, two, d, at, ix)
    return value + by.sum() + jacobian + of_totals.sum(), gradient
