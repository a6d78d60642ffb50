"""The log posterior density as compiled loops: what the sampler calls.

PyMC's graph of the same model (``joint.build``) is the reference, and what a statistician
extends; compiling it takes minutes, and again for every data set. These loops are compiled
once for all data sets and kept on disk (docs/evidence/compile.md). Both read the same list
of parameters, and tests/test_density.py holds values and gradients together.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from ..data.arrays import Floats
from ..data.errors import ModelError
from . import (
    constraints,
    kernel,
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
from .design import Design
from .engine import Params
from .kernel import RealsRef
from .kernel_layout import LayoutRef, layout
from .kernel_patterns import log_patterns, shares_of_authors
from .mapping_index import Index, IndexRef, Offsets, OffsetsRef, index, offsets, point
from .mapping_said import SaidRef
from .parameters import Parameter
from .rates import TOTALS
from .tail import Tail, by_block, moments_at, noise_at, tail_of, totals_at
from .totals import Moments, Totals, totals_of


@dataclass(frozen=True, eq=False)
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
    def tail(self) -> Tail:
        """What comes after terms, expected numbers and moments."""
        return tail_of(self.design, self.totals, self.starts)

    @cached_property
    def totals(self) -> Totals | None:
        """The official totals; None where there are none."""
        return totals_of(self.design)

    @cached_property
    def starts(self) -> dict[str, slice]:
        """Where each parameter lies in the flat vector."""
        sizes = [int(np.prod(p.shape, dtype=int)) for p in self.parameters]
        ends = np.cumsum(sizes).tolist()
        return {
            p.name: slice(end - size, end)
            for p, size, end in zip(self.parameters, sizes, ends, strict=True)
        }

    @cached_property
    def points(self) -> tuple[OffsetsRef, IndexRef]:
        """Offsets and index as compiled loops take them."""
        return point(self.offsets, self.index)

    @cached_property
    def layout(self) -> LayoutRef:
        """The kernel's arrays."""
        return layout(self.design)

    @cached_property
    def _rooms(self) -> threading.local:
        return threading.local()

    @property
    def _room(self) -> kernel.WorkspaceRef:
        """One workspace for each thread: samplers of PyMC models run their chains in several."""
        if not hasattr(self._rooms, "own"):
            self._rooms.own = kernel.workspace(self.design, self.layout)
        return cast("kernel.WorkspaceRef", self._rooms.own)

    @property
    def _weight(self) -> Floats:
        """Of each total in the log density."""
        return np.ones(0 if self.totals is None else len(self.totals.found))

    @property
    def n_free(self) -> int:
        """Length of the unconstrained vector."""
        return self.table.n_free

    def constrain(self, free: Floats) -> Floats:
        """Unconstrained to constrained values, all parameters one behind the other."""
        values, _ = constraints.constrain(free, *self.table, *self.points)
        return cast("Floats", values)

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
        """Constrained values one behind the other.

        Raises
        ------
        ModelError
            Where a parameter is missing or of another shape: the loops, which go by position,
            would read others in its place.
        """
        if problems := list(_misfits(params, self.parameters)):
            raise ModelError("; ".join(problems))
        return np.concatenate([np.ravel(params[p.name]).astype(float) for p in self.parameters])

    def value_and_gradient(self, free: Floats) -> tuple[float, Floats]:
        """Log density of the unconstrained values, Jacobians included, and its gradient.

        The constant Σ log n! is left out.
        """
        return self.evaluator()(free)

    def evaluator(self) -> Callable[[Floats], tuple[float, Floats]]:
        """``value_and_gradient`` with a workspace of its own, for one chain."""
        room, t = kernel.workspace(self.design, self.layout), self.table
        fixed = (t.rows, t.one, t.two, *self.points, self.layout, self._weight, *self.tail)
        return lambda free: value_and_gradient(room, free, *fixed)

    def cells(self, values: Floats) -> tuple[Floats, Floats]:
        """Σ n log m - log n! and the expected number seen, each of shape (cell,)."""
        term, mass, _ = self.entries(values)
        return term, mass

    def entries(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """``cells``, and what is expected in the cells of each total, see ``kernel.totals``."""
        room = self._room
        _, x, _ = prepared(room, values, *self.points, self.layout)
        term, mass, entries = kernel.terms(room, x, self.layout)
        return term + self.design.log_factorials, mass, entries

    def expectations(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """log m of every pattern that counts, (pattern,), and mass and totals of ``entries``."""
        room = self._room
        _, x, _ = prepared(room, values, *self.points, self.layout)
        _, mass, entries = kernel.terms(room, x, self.layout)
        return log_patterns(room, x, self.layout), mass, entries

    def moments(self, values: Floats) -> Moments:
        """What is expected in each total's scope, given what is reported."""
        _, mass, entries = self.entries(values)
        return self.moments_of(values, mass, entries)

    def moments_of(self, values: Floats, mass: Floats, entries: Floats) -> Moments:
        """``moments`` where ``entries`` are at hand."""
        expected = by_block(mass, self.tail.blocks)
        found, both = moments_at(entries, expected, values, *self.tail)
        return Moments(found[:, :3], found[:, 3:6], found[:, 6:], both)

    def total_log_lik(self, values: Floats) -> Floats:
        """Log likelihood of each total, shape (aggregate,)."""
        return self.terms(values)[2]

    def terms(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """``cells``, and the log likelihood of each total, shape (aggregate,)."""
        term, mass, entries = self.entries(values)
        expected, d = by_block(mass, self.tail.blocks), np.zeros(len(values))
        value, *_ = totals_at(entries, expected, values, self._weight, *self.tail, d)
        return term, mass, cast("Floats", value)

    def pull_back(
        self, values: Floats, d_term: Floats, d_mass: Floats, d_total: Floats | None = None
    ) -> Floats:
        """Gradient of Σ d_term · term + Σ d_mass · mass + Σ d_total · total log likelihood."""
        points, room = self.points, self._room
        naming, x, log_totals = prepared(room, values, *points, self.layout)
        _, mass, entries = kernel.terms(room, x, self.layout)
        d_series, weight = np.zeros(len(values)), self._weight if d_total is None else d_total
        expected = by_block(mass, self.tail.blocks)
        _, d_entries, by_mass = totals_at(entries, expected, values, weight, *self.tail, d_series)
        d_x = kernel.backward(room, x, self.layout, d_term, d_mass + by_mass, d_entries)
        no_totals = np.zeros(log_totals.shape)
        d = cast("Floats", pull_back(values, *points, *naming, x, log_totals, d_x, no_totals))
        return d + d_series

    def log_priors(self, free: Floats) -> dict[str, float]:
        """Log prior density of each parameter at its constrained value."""
        t = self.table
        values, place = constraints.constrain(free, *t, *self.points)
        by, _ = log_priors.log_prior(free, values, place, *t, *self.points)
        result = {p.name: float(x) for p, x in zip(self.parameters, by, strict=True)}
        result.update(self.log_total_priors(values))
        return result

    def log_total_priors(self, values: Floats) -> dict[str, float]:
        """Log prior density of each log total, by the name of the intercept that raises it."""
        t = self.table
        found = log_total_priors(values, *self.points, t.one, t.two)
        named = zip(TOTALS, found, strict=True)
        return {name: float(x) for name, x in named if getattr(self.offsets, name) >= 0}


def _misfits(params: Params, listed: list[Parameter]) -> Iterator[str]:
    """Say of each parameter that cannot be read why."""
    for p in listed:
        if p.name not in params:
            yield f"{p.name} is missing, which this design has"
        elif np.shape(params[p.name]) != p.shape:
            yield f"{p.name} has shape {np.shape(params[p.name])}, in this design {p.shape}"


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
        room.rate.copy(), mass, said.u, said.claims, matrix, eta,
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


def value_and_gradient(room, free, table_rows, one, two, at, ix, lay, weight, blocks, totals):
    """Log density of the unconstrained values and its gradient.

    Stage by stage, each compiled by itself: as one compiled function the stages would be
    optimized once more as a whole, which takes as long as all of them together.
    """
    values, place = constraints.constrain(free, table_rows, one, two, at, ix)
    naming, x, log_totals = prepared(room, values, at, ix, lay)
    term, mass, entries = kernel.terms(room, x, lay)
    expected, d_tail = by_block(mass, blocks), np.zeros(len(values))
    rest, d_mass = noise_at(expected, values, blocks, d_tail)
    of_totals, d_entries, by_mass = totals_at(
        entries, expected, values, weight, blocks, totals, d_tail
    )
    of_log_totals, d_log_totals = mapping_rates.total_priors(at, ix, one, two, log_totals)
    d_x = kernel.backward(room, x, lay, np.ones(len(term)), d_mass + by_mass, d_entries)
    d = pull_back(values, at, ix, *naming, x, log_totals, d_x, d_log_totals) + d_tail
    value = term.sum() + rest + of_totals.sum() + mapping_detection.delays(values, at, ix, d)
    by, jacobian = log_priors.log_prior(free, values, place, table_rows, one, two, at, ix)
    gradient = log_priors_back.log_prior_back(free, values, place, table_rows, one, two, d, at, ix)
    return value + by.sum() + jacobian + of_log_totals.sum(), gradient
