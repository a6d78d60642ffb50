r"""The unreported incidents of one draw: as rates and silence have it, given official totals.

Without totals they are Poisson in each (author, cell, size, class). A total T of the window says
more: where each event is counted with probability p, the unseen are those that make T likely.
Totals that share cells are taken together, and what nobody saw in these cells is drawn given
them by Metropolis–Hastings (``given_totals``), ``SWEEPS`` times through the cells, from a free
draw, and the months' factors with it. Of victims P(T | unseen) is normal with the mean and
variance that the sizes of the unseen leave open, of incidents

.. math:: T \mid U \sim h + \mathrm{Binomial}(n - h + U, p) + \mathrm{Poisson}(M (1/s - 1) p).

A lone total of incidents that covers whole cells and counts no others is drawn exactly
(``aggregates.draw_incidents``): with p = 1 the realized count is then known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..models import aggregates
from ..models.design import Design
from ..models.engine import Params
from ..models.incident_totals import whole_items
from ..models.kernel_runs import starts
from ..models.noise import Law
from ..models.totals import Totals, cells_of, totals_of
from .given_totals import Cover, Laws, Months, renew

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SWEEPS = 12
"""Through the cells of totals that share some."""
MOST_UNSEEN = 100_000_000
"""Unreported incidents of one draw. Whatever expects more is no result but a broken fit, which
the gate on the draws refuses (``diagnose``); until then so many stand for them."""


@dataclass(frozen=True)
class _Lone:
    """A total of incidents that shares no cell, covers whole ones and counts no others.

    ``cells``: (cell,) of the window; ``authors``: (author,), whether they can be behind it.
    """

    number: int
    cells: Ints
    authors: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Drawer:
    """Draws the unseen of one window.

    Attributes
    ----------
    totals
        Official totals and coarse records; None where there are none.
    lone
        Those whose unseen are drawn exactly.
    cells, cover
        Of all others: cells that some of them cover, and which cover each.
    """

    plan: Design
    totals: Totals | None
    lone: tuple[_Lone, ...]
    cells: Ints
    cover: Cover

    def draw(
        self,
        expected: Floats,
        params: Params,
        law: Law,
        background: Floats,
        rng: np.random.Generator,
    ) -> Ints:
        """Draw the unreported incidents once: shape (author, cell, size, class).

        Parameters
        ----------
        expected
            By the rates, shape (author, cell, size, class).
        law
            Of the months' factors given what is reported, see ``Reader.law``.
        background
            What each total counts that is none of the organizations', see
            ``Reader.background``.
        """
        factor = law.draw(rng)
        most = float((expected.sum(axis=(0, 2, 3)) * factor[law.of_cell]).sum())
        expected = expected * min(1.0, MOST_UNSEEN / max(most, 1.0))
        happened = rng.poisson(expected * factor[law.of_cell, None, None])
        if self.totals is None:
            return happened
        capture, _, noise = (x[self.totals.series] for x in self.totals.of_series.values(params))
        for lone in self.lone:
            own = expected[:, lone.cells] * factor[law.of_cell[lone.cells], None, None]
            happened[:, lone.cells] = _exact(self.totals, lone, own, capture, rng)
        if len(self.cells):
            laws = self._laws(self.totals, capture, noise, background)
            self._renew(happened, expected, factor, law, laws, rng)
        return happened

    def _renew(
        self,
        happened: Ints,
        expected: Floats,
        factor: Floats,
        law: Law,
        laws: Laws,
        rng: np.random.Generator,
    ) -> None:
        """Draw what totals cover given them, and what shares a month's factor with it anew."""
        blocks, block = np.unique(law.of_cell[self.cells], return_inverse=True)
        months = Months(block, factor[blocks], law.shape[blocks], law.rate[blocks])
        free, mean = (
            np.ascontiguousarray(x[:, self.cells].swapaxes(0, 1)) for x in (happened, expected)
        )
        renew(rng, free, mean, laws, self.cover, months, SWEEPS)
        happened[:, self.cells] = free.swapaxes(0, 1)
        factor[blocks] = months.factor
        taken = np.concatenate([self.cells, *(lone.cells for lone in self.lone)])
        beside = np.setdiff1d(np.flatnonzero(np.isin(law.of_cell, blocks)), taken)
        own = law.of_cell[beside]
        happened[:, beside] = rng.poisson(expected[:, beside] * factor[own, None, None])

    def _laws(self, totals: Totals, capture: Floats, noise: Floats, background: Floats) -> Laws:
        _, first, second = self.plan.moments
        low, high = totals.bounds
        items, held, v_items, v_held, w_items, w_held = totals.items
        whole = np.array([whole_items(*pair) for pair in zip(items, held, strict=True)])
        return Laws(
            totals.in_incidents, low, high, whole[:, 0].copy(), whole[:, 1].copy(),
            v_items - v_held, w_items - w_held, v_held, capture, noise, background,
            first.copy(), second.copy(),
        )  # fmt: skip


def _exact(
    totals: Totals, lone: _Lone, expected: Floats, capture: Floats, rng: np.random.Generator
) -> Ints:
    """The unseen of a lone total's cells, given it."""
    low, high = totals.bounds[:, lone.number].astype(int)
    inside = expected * lone.authors[:, None, None, None]
    rate, p = float(inside.sum()), float(capture[lone.number])
    items, held = (float(x) for x in totals.items[:2, lone.number])
    drawn = aggregates.draw_incidents(int(low), int(high), items, held, rate, p, rng)
    outside = rng.poisson(expected - inside)
    if rate <= 0.0:
        return np.asarray(outside)
    dealt = rng.multinomial(drawn.unseen, (inside / rate).ravel())
    return np.asarray(outside + dealt.reshape(expected.shape))


def drawer(plan: Design) -> Drawer:
    """Find the totals that speak of a window.

    Parameters
    ----------
    plan
        Cut to the window. Totals that reach beyond it are left out: they bore on the
        parameters, and what part of them the window has is not known.
    """
    totals = totals_of(plan)
    if totals is None:
        nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0)))
        return Drawer(plan, None, (), np.zeros(0, np.int64), _cover(0, *nothing))
    aggregate, cell, share = _inside(totals, plan)
    alone = _lone(totals, aggregate, cell, share)
    rest = ~np.isin(aggregate, [one.number for one in alone])
    cells, position = np.unique(cell[rest], return_inverse=True)
    numbers = aggregate[rest]
    counted = share[rest] * totals.class_share[numbers]
    cover = _cover(len(cells), position, numbers, counted[:, None] * totals.found.authors[numbers])
    return Drawer(plan, totals, alone, cells, cover)


def _inside(totals: Totals, plan: Design) -> tuple[Ints, Ints, Floats]:
    """Pairs of total and cell of those that lie in the window: (total, cell, share)."""
    scope = totals.found.scope
    cell = cells_of(scope, plan)
    whole = np.bincount(scope.aggregate, cell < 0, len(totals.found)) == 0
    kept = whole[scope.aggregate]
    return scope.aggregate[kept], cell[kept], scope.share[kept]


def _lone(totals: Totals, aggregate: Ints, cell: Ints, share: Floats) -> tuple[_Lone, ...]:
    """Totals whose unseen can be drawn exactly."""
    covered, others = np.bincount(cell), totals.counts_others
    result = []
    for number in np.unique(aggregate):
        own = aggregate == number
        plain = (share[own] == 1.0).all() and totals.class_share[number] == 1.0
        alone = (covered[cell[own]] == 1).all() and not others[number]
        if totals.in_incidents[number] and plain and alone:
            result.append(_Lone(int(number), cell[own], totals.found.authors[number]))
    return tuple(result)


def _cover(n_cell: int, cell: Ints, total: Ints, share: Floats) -> Cover:
    """Entries sorted by cell."""
    order = np.argsort(cell, kind="stable")
    start = starts(np.bincount(cell, minlength=n_cell))
    return Cover(start, total[order], share[order].astype(float))
