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

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.aggregates import Aggregates, Scope, itemised
from ..data.values import UNKNOWN_CLASS
from . import aggregates, incident_totals, victim_totals
from .design import Design
from .engine import Floats, Ints
from .kernel_runs import ints, starts
from .noise import Updated
from .overlap import Overlap, overlap_of
from .parameters import Parameter
from .priors import Priors
from .series import OfSeries, Series, series_of


class Moments(NamedTuple):
    """What is expected in each total's scope, or a derivative in it.

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


class Terms(NamedTuple):
    """Log-likelihood of totals, shape (aggregate,), and the derivatives of its weighted sum.

    ``moments``; ``of_series``, each of its series: (aggregate,).
    """

    value: Floats
    moments: Moments
    of_series: OfSeries


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

    def moments(self, entries: Floats, factor: Updated, of_cell: Ints) -> Moments:
        """Add up what is expected in the cells of each scope.

        Parameters
        ----------
        entries
            Of ``kernel.totals``, shape (entry, 6).
        factor, of_cell
            Of ``noise``: what reports say of the months' factors, and the block of each cell.
        """
        owner, cell, _ = self._entries
        mean, variance = (x[of_cell[cell]][:, None] for x in (factor.mean, factor.variance))
        parts = (mean * entries[:, :3], entries[:, 3:], variance * entries[:, :2] ** 2)
        both = self.overlap.both(entries, mean.ravel(), variance.ravel())
        unseen, whole, spread = (_summed(part, owner, len(self.found)) for part in parts)
        return Moments(unseen, whole, spread, both)

    def moments_back(
        self, entries: Floats, factor: Updated, of_cell: Ints, d: Moments
    ) -> tuple[Floats, Floats, Floats]:
        """Gradient in the entries, and in mean and variance of the blocks' factors."""
        owner, cell, _ = self._entries
        block = of_cell[cell]
        d_unseen, d_whole, d_spread = (part[owner] for part in d[:3])
        of_spread = np.column_stack([2.0 * entries[:, :2] * d_spread, np.zeros(len(owner))])
        by = factor.mean[block][:, None] * d_unseen + factor.variance[block][:, None] * of_spread
        by_mean = (entries[:, :3] * d_unseen).sum(axis=1)
        by_variance = (entries[:, :2] ** 2 * d_spread).sum(axis=1)
        n, shared = (
            len(factor.mean),
            self.overlap.back(entries, factor.mean[block], factor.variance[block], d.both),
        )
        return (
            np.hstack([by, d_whole]) + shared.entries,
            np.bincount(block, by_mean + shared.mean, n),
            np.bincount(block, by_variance + shared.variance, n),
        )  # fmt: skip

    def of_class(self, moments: Moments) -> Moments:
        """What totals of one victim class count of these moments; of derivatives the same."""
        share = self.class_share[:, None]
        return Moments(
            moments.unseen * share, moments.whole * share, moments.spread * share**2, moments.both
        )

    def terms(self, moments: Moments, series: OfSeries, weight: Floats | None = None) -> Terms:
        """Work out the likelihood of all totals.

        Parameters
        ----------
        moments
            Of ``moments``.
        series
            Of ``Series.values``.
        weight
            Of each total in the sum whose derivatives are wanted, (aggregate,); default 1.
        """
        of = [part[self.series] for part in series]
        scaled = self.of_class(moments)
        counted = [
            aggregates.counted_rate(scaled.unseen[:, j], scaled.whole[:, j], of[1])
            for j in range(3)
        ]
        each = np.ones(len(self.found)) if weight is None else weight
        result = _empty(moments, len(self.found))
        self._incidents(scaled, counted, of[0], each, result)
        self._victims(scaled, counted, of, each, result)
        return result._replace(moments=self.of_class(result.moments))

    def _incidents(
        self, scaled: Moments, counted: list[aggregates.Counted], p: Floats, weight: Floats,
        result: Terms,
    ) -> None:  # fmt: skip
        """Fill in the totals of incidents."""
        at = np.flatnonzero(self.in_incidents)
        if not len(at):
            return
        low, high = self.bounds[:, at]
        items, held = self.items[:2, at]
        rate, spread = counted[0].rate[at], scaled.spread[at, 0]
        found = incident_totals.incidents(low, high, items, held, rate, p[at], spread)
        result.value[at] = found.value
        result.of_series.capture[at] = weight[at] * found.capture
        result.moments.spread[at, 0] = weight[at] * found.spread
        _counted_back(counted[0], 0, at, weight[at] * found.rate, result)

    def _victims(
        self, scaled: Moments, counted: list[aggregates.Counted], of: list[Floats],
        weight: Floats, result: Terms,
    ) -> None:  # fmt: skip
        """Fill in the totals of victims."""
        at = np.flatnonzero(~self.in_incidents)
        if not len(at):
            return
        low, high = self.bounds[:, at]
        x = victim_totals.expected(
            self.items[2:, at], counted[1].rate[at], counted[2].rate[at], of[0][at], of[2][at],
            scaled.spread[at, 1],
        )  # fmt: skip
        i, j = (np.searchsorted(at, n) for n in (self.overlap.inclusive, self.overlap.residual))
        shared = victim_totals.Shared(i, j, scaled.both)
        found = victim_totals.victims(low, high, x, shared, weight[at])
        result.value[at] = found.value
        result.of_series.capture[at], result.of_series.noise[at] = found.capture, found.noise
        result.moments.spread[at, 1], result.moments.both[:] = found.spread, found.both
        _counted_back(counted[1], 1, at, found.rate, result)
        _counted_back(counted[2], 2, at, found.rate_squares, result)


def _empty(moments: Moments, n: int) -> Terms:
    zeros = Moments(*(np.zeros(part.shape) for part in moments))
    return Terms(np.zeros(n), zeros, OfSeries(*np.zeros((3, n))))


def _counted_back(
    counted: aggregates.Counted, moment: int, at: Ints, by_rate: Floats, result: Terms
) -> None:
    """Add the gradient of what a series counts: in the unseen, in the whole, in its share."""
    result.moments.unseen[at, moment] += by_rate * counted.unseen[at]
    result.moments.whole[at, moment] += by_rate * counted.whole[at]
    result.of_series.share[at] += by_rate * counted.share[at]


def _summed(parts: Floats, owner: Ints, n: int) -> Floats:
    """Sum of the rows of each owner, shape (owner, column)."""
    return np.column_stack([np.bincount(owner, part, n) for part in parts.T])


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
