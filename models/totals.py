r"""Official totals and coarse records in the model: what bounds the unseen.

.. math::
    \lambda = \sum_{\text{cells in scope}} \sum_{k \text{ in scope}} \mu_k\, E[x, \text{not seen}],
    \qquad x = 1, V, V^2

and the law of a total T given λ, its capture p and what is itemised: of ``incident_totals``, of
``victim_totals``. Months have a factor g for all that happens in them (``noise``), of which their
reports tell: the unseen of a month are E[g] as many as rates say, and since they share g, λ has a
variance of its own,

.. math::
    \lambda = \sum_b E[g_b]\, \lambda_b, \qquad D = \sum_b \mathrm{var}[g_b]\, \lambda_b^2,

which both take into account. An aggregate is of one kind, so that it has one cell of each month.
What a series counts of others has no part in g. A residual total counts what no report itemises, an
inclusive one all: neither is ever a second likelihood of the incidents that are itemised. Capture,
share and noise are those of ``series``. A total of one class of victims takes its share among all
that is unseen to be its share among the itemised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ..data.aggregates import Aggregates, Scope, itemised
from ..data.arrays import Floats, Ints
from ..data.values import UNKNOWN_CLASS
from .aggregates import background
from .design import Design
from .incident_totals import whole_items
from .kernel_runs import ints, starts
from .overlap import Overlap, overlap_of
from .parameters import Parameter
from .priors import Priors
from .series import OF_SERIES, Series, series_of
from .totals_loops import TotalsLayout, TotalsRef, pack


class Moments(NamedTuple):
    """What is expected in each total's scope.

    Attributes
    ----------
    unseen, whole
        E[1, V, V²] of what nobody reports, given what is reported, and of all: (aggregate, 3).
    spread
        D of incidents and of victims, shape (aggregate, 2).
    both
        What an inclusive total and a coarse record may both count, shape (pair,); ``overlap``.
    """

    unseen: Floats
    whole: Floats
    spread: Floats
    both: Floats


@dataclass(frozen=True, eq=False)
class Totals:
    """The totals of one design, laid out."""

    found: Aggregates
    design: Design

    @cached_property
    def series(self) -> Ints:
        """Series of each aggregate, shape (aggregate,)."""
        names = list(self.found.series.index)
        return np.array([names.index(name) for name in self.found.table["series"]], np.int64)

    @cached_property
    def bounds(self) -> Floats:
        """Of ``Aggregates.bounds``: low and high, shape (2, aggregate)."""
        return self.found.bounds

    @cached_property
    def items(self) -> Floats:
        """Items, held, and the same in victims and squares: shape (6, aggregate).

        Incidents that no lister reports are none of them: λ holds them among the unseen.
        """
        plan = self.design
        among_unseen = np.setdiff1d(plan.every.row, plan.counted.row)
        of_incident = plan.evidence.patterns()["pattern_of"].to_numpy()
        counted = itemised(plan.evidence, ~np.isin(of_incident, among_unseen))
        rows = (
            counted.items, counted.held, counted.items_victims, counted.held_victims,
            counted.items_squares, counted.held_squares,
        )  # fmt: skip
        residual = (self.found.table["scope"] == "residual").to_numpy()
        return np.where(residual, 0.0, np.stack(rows))

    @cached_property
    def whole(self) -> Ints:
        """Items and held as whole numbers (``incident_totals.whole_items``): (2, aggregate)."""
        pairs = [whole_items(*pair) for pair in self.items[:2].T]
        return np.array(pairs, np.int64).reshape(-1, 2).T.copy()

    @cached_property
    def in_incidents(self) -> NDArray[np.bool_]:
        """Whether a total counts incidents, shape (aggregate,)."""
        return (self.found.table["unit"] == "incidents").to_numpy()

    @cached_property
    def class_share(self) -> Floats:
        """Share of the unseen that a total of one victim class counts, shape (aggregate,)."""
        frame = self.design.evidence.incidents
        known = frame.loc[frame["victim_class"] != UNKNOWN_CLASS, "victim_class"]
        shares = known.value_counts(normalize=True)
        return np.array(
            [shares.get(c, 0.0) if c else 1.0 for c in self.found.table["victim_class"]]
        )

    @cached_property
    def of_series(self) -> Series:
        """What is known of the series."""
        return series_of(self.found)

    @property
    def counts_others(self) -> NDArray[np.bool_]:
        """Whether a total may count what is none of the organizations', shape (aggregate,)."""
        return np.asarray(self.of_series.known["total_share"] != 1.0)[self.series]

    @cached_property
    def overlap(self) -> Overlap:
        """Inclusive totals and coarse records that may count the same dead."""
        return overlap_of(self.found, *self._entries)

    @cached_property
    def _entries(self) -> tuple[Ints, Ints, Floats]:
        """Aggregate, cell and share of each entry of the kernel's ``totals``, shape (entry,)."""
        start, cell, share, _ = total_scopes(self.design)
        return np.repeat(np.arange(len(start) - 1), np.diff(start)), cell, share

    def of_class(self, moments: Moments) -> Moments:
        """What totals of one victim class count of these moments."""
        share = self.class_share[:, None]
        return Moments(
            moments.unseen * share, moments.whole * share, moments.spread * share**2, moments.both
        )

    def counted(self, moments: Moments, share: Floats) -> Floats:
        """E[1, V, V²] of what is not itemised and may be counted, shape (3, aggregate).

        Parameters
        ----------
        share
            s of each total, shape (aggregate,).
        """
        of_class = self.of_class(moments)
        return (of_class.unseen + background(of_class.whole, share[:, None])).T

    def layout(self, of_cell: Ints, starts: Mapping[str, slice]) -> TotalsLayout:
        """Lay out what the loops know.

        Parameters
        ----------
        of_cell
            Block of each cell (``noise.Blocks``).
        starts
            Where each parameter lies in the flat vector.
        """
        owner, cell, _ = self._entries
        victims, pairs = np.flatnonzero(~self.in_incidents), self.overlap
        known = [self.of_series.known[name] for name in OF_SERIES]
        low, high = self.bounds.astype(float)
        return TotalsLayout(
            owner=ints(owner),
            block=ints(of_cell[cell]),
            inclusive=ints(np.searchsorted(victims, pairs.inclusive)),
            residual=ints(np.searchsorted(victims, pairs.residual)),
            pair=ints(pairs.pair),
            of_total=ints(pairs.of_total),
            of_record=ints(pairs.of_record),
            covered=np.ascontiguousarray(pairs.share, dtype=float),
            low=np.ascontiguousarray(low),
            high=np.ascontiguousarray(high),
            items=np.ascontiguousarray(self.items, dtype=float),
            counts_incidents=ints(np.flatnonzero(self.in_incidents)),
            counts_victims=ints(victims),
            class_share=np.ascontiguousarray(self.class_share, dtype=float),
            series=ints(self.series),
            known=np.ascontiguousarray(known, dtype=float),
            at=np.ascontiguousarray([self._positions(name, starts) for name in OF_SERIES]),
        )

    def _positions(self, name: str, starts: Mapping[str, slice]) -> Ints:
        result = np.full(len(self.of_series), -1)
        if name in starts:
            result[self.of_series.open(name)] = np.arange(starts[name].start, starts[name].stop)
        return result


def layout_of(found: Totals | None, of_cell: Ints, starts: Mapping[str, slice]) -> TotalsRef:
    """``Totals.layout`` as one pointer; of no totals, too."""
    record = NO_TOTALS if found is None else found.layout(of_cell, starts)
    return cast("TotalsRef", pack(record))


_NONE, _NO_NUMBERS = ints([]), np.zeros(0)
NO_TOTALS = TotalsLayout(
    _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS,
    np.zeros((6, 0)), _NONE, _NONE, _NO_NUMBERS, _NONE, np.zeros((3, 0)), np.zeros((3, 0), int),
)  # fmt: skip


def totals_of(design: Design) -> Totals | None:
    """The totals of a design; None where there are none, or the switch is off."""
    found = design.evidence.aggregates
    if found is None or not len(found) or not design.structure.totals:
        return None
    return Totals(found, design)


def cells_of(scope: Scope, design: Design) -> Ints:
    """Cell of each entry of a scope, -1 where the design has none: shape (entry,)."""
    shape = (*design.evidence.included.shape, design.sizes["kind"])
    number = np.full(shape, -1)
    number[design.cell_region, design.cell_period, design.cell_kind] = np.arange(
        len(design.cell_kind)
    )
    return np.asarray(number[scope.region, scope.period, scope.kind])


def total_scopes(design: Design) -> tuple[Ints, Ints, Floats, Floats]:
    """Cells of each aggregate in runs, their shares, and its authors."""
    found, n_author = design.evidence.aggregates, len(design.names.authors)
    if found is None or not len(found) or not design.structure.totals:
        return ints([0]), ints([]), np.zeros(0), np.zeros((0, n_author))
    scope, cell = found.scope, cells_of(found.scope, design)
    counts = np.bincount(scope.aggregate[cell >= 0], minlength=len(found))
    return (
        starts(counts), ints(cell[cell >= 0]), np.ascontiguousarray(scope.share[cell >= 0]),
        found.authors.astype(float),
    )  # fmt: skip


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List capture, share and noise of the series; none where there are no totals."""
    found = totals_of(design)
    return [] if found is None else found.of_series.parameters(priors)
