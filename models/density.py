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
from typing import cast

import numpy as np

from ..data.arrays import Floats
from ..data.errors import ModelError
from . import constraints, kernel, kernel_back, log_priors
from .density_stages import log_total_priors, prepared, pull_back, value_and_gradient
from .design import Design
from .engine import Params
from .kernel_layout import LayoutRef, layout
from .kernel_patterns import log_patterns
from .mapping_arrays import index
from .mapping_index import Index, IndexRef, Offsets, OffsetsRef, offsets, point
from .parameters import Parameter
from .rates import TOTALS
from .tail import Tail, by_block, moments_at, tail_of, totals_at
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
        d_x = kernel_back.backward(room, x, self.layout, d_term, d_mass + by_mass, d_entries)
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
