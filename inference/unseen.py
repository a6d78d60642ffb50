r"""The unreported incidents of one draw: as rates and silence have it, given official totals.

Without totals they are Poisson in each (author, cell, size, class), with mean g times what is
expected, g the month's factor given its reports. A total T of the window says more: where each
event is counted with probability p, the unseen are those that make T likely. What totals
cover is drawn given all of them by Metropolis–Hastings (``given_totals``), ``SWEEPS`` times through
the months, from a free draw; the months' factors follow from it, and what no total covers is drawn
with these. Of victims P(T | unseen) is normal with the mean and variance that the sizes of the
unseen leave open, of incidents

.. math:: T \mid U \sim h + \mathrm{Binomial}(n - h + U, p) + \mathrm{Poisson}(M (1/s - 1) p).

Of a lone total of incidents, which covers whole cells and counts no others, the first draw is exact
given the factors (``aggregates.draw_incidents``). Where these are known, that is the answer, and
what follows leaves its law as it is; where they are not, the total tells of them too. With p = 1
the realized count is known from the first draw on, and no move leaves it.
"""

from dataclasses import dataclass

import numpy as np

from ..data.arrays import Floats, Ints
from ..data.errors import FitError
from ..models import aggregates, noise
from ..models.design import Design
from ..models.engine import Params
from ..models.given_sizes import Laws
from ..models.noise import Law
from ..models.totals import Totals, cells_of, totals_of
from .given_totals import renew
from .given_totals_chain import Months
from .strata import Cover, Pairs, Strata, by_stratum, deal, stratify

SWEEPS = 20
"""Through the months that totals cover. The correlation of a month's incidents from one to the
next is .2 to .6, none is left after 16: 1 to 1,000 expected, with coarse records or without."""
MOST_UNSEEN = 100_000_000
"""Unreported incidents of one draw. Whatever expects more is no result but a broken fit, which
the gate on the draws refuses (``diagnose``); until then so many stand for them."""


@dataclass(frozen=True, eq=False)
class Drawer:
    """Draws the unseen of one window.

    Attributes
    ----------
    totals
        Official totals and coarse records; None where there are none.
    blocks
        Months that totals cover, by their number in ``noise.Law``.
    strata, pairs
        Of what they cover.
    lone
        Totals of incidents that share no cell, cover whole ones and count no others.
    """

    plan: Design
    totals: Totals | None
    blocks: Ints
    strata: Strata
    pairs: Pairs
    lone: Ints

    def draw(
        self,
        expected: Floats,
        params: Params,
        law: Law,
        background: Floats,
        rng: np.random.Generator,
    ) -> tuple[Ints, Floats]:
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

        Returns
        -------
        The incidents, and how many of them were expected by the rates and the months' factors,
        0 where totals had a part in it.
        """
        factor = law.draw(rng)
        most = float((expected.sum(axis=(0, 2, 3)) * factor[law.of_cell]).sum())
        expected = expected * min(1.0, MOST_UNSEEN / max(most, 1.0))
        at = self.pairs.author, self.pairs.cell
        covered = np.ascontiguousarray(expected[at])
        counts = self._given_totals(
            by_stratum(covered, self.pairs), params, law, factor, background, rng
        )
        expected[at] = 0.0
        free = expected * factor[law.of_cell, None, None]
        happened = rng.poisson(free)
        happened[at] = deal(rng, counts, covered, self.pairs.start)
        return happened, free

    def _given_totals(
        self, rates: Floats, params: Params, law: Law, factor: Floats, background: Floats,
        rng: np.random.Generator,
    ) -> Ints:  # fmt: skip
        """Draw what totals cover, shape (stratum, size), and its months' factors, in place."""
        months = Months(factor[self.blocks], law.shape[self.blocks], law.rate[self.blocks])
        own = rates * months.factor[self.strata.block, None]
        counts = rng.poisson(own)
        if self.totals is None:
            return counts
        capture, _, noise_of = (x[self.totals.series] for x in self.totals.of_series.values(params))
        for number in self.lone:
            first, end = self.strata.of_total[number : number + 2]
            at = self.strata.member[first:end]
            counts[at] = _alone(self.totals, number, own[at], float(capture[number]), rng)
        laws = self._laws(self.totals, capture, noise_of, background)
        renew(rng, counts, rates, laws, self.strata, months, SWEEPS)
        factor[self.blocks] = months.factor
        return counts

    def _laws(self, totals: Totals, capture: Floats, noise_of: Floats, background: Floats) -> Laws:
        _, first, second = self.plan.moments
        low, high = totals.bounds
        (items, held), (v_items, v_held, w_items, w_held) = totals.whole, totals.items[2:]
        return Laws(
            totals.in_incidents, low, high, items, held,
            v_items - v_held, w_items - w_held, v_held, capture=capture, noise=noise_of,
            background=background, first=first.copy(), second=second.copy(),
        )  # fmt: skip


def _alone(
    totals: Totals, number: int, expected: Floats, capture: float, rng: np.random.Generator
) -> Ints:
    """The unseen of a lone total's strata given it and the months' factors: (stratum, size)."""
    low, high = totals.bounds[:, number].astype(int)
    items, held = (float(x) for x in totals.items[:2, number])
    rate = float(expected.sum())
    try:
        drawn = aggregates.draw_incidents(int(low), int(high), items, held, rate, capture, rng)
    except ValueError as error:
        series = totals.found.table["series"].iloc[number]
        raise FitError(f"a total of {series}, at one draw of the fit: {error}") from error
    if rate <= 0.0:
        return np.zeros(expected.shape, np.int64)
    dealt = rng.multinomial(drawn.unseen, (expected / rate).ravel())
    return np.asarray(dealt.reshape(expected.shape))


def drawer(plan: Design) -> Drawer:
    """Find the totals that speak of a window.

    Parameters
    ----------
    plan
        Cut to the window. Totals that reach beyond it are left out: they bore on the
        parameters, and what part of them the window has is not known.
    """
    totals = totals_of(plan)
    of_cell = noise.blocks(plan).of_cell
    if totals is None:
        nothing = np.zeros(0, np.int64)
        cover = Cover(nothing, nothing, np.zeros((0, 0)))
        return Drawer(plan, None, *stratify(cover, of_cell, 0), nothing)
    number, cell, share = _inside(totals, plan)
    counted = (share * totals.class_share[number])[:, None] * totals.found.authors[number]
    found = stratify(Cover(cell, number, counted), of_cell, len(totals.found))
    return Drawer(plan, totals, *found, _lone(totals, number, cell, share))


def _inside(totals: Totals, plan: Design) -> tuple[Ints, Ints, Floats]:
    """Pairs of total and cell of those that lie in the window: (total, cell, share)."""
    scope = totals.found.scope
    cell = cells_of(scope, plan)
    whole = np.bincount(scope.aggregate, cell < 0, len(totals.found)) == 0
    kept = whole[scope.aggregate]
    return scope.aggregate[kept], cell[kept], scope.share[kept]


def _lone(totals: Totals, aggregate: Ints, cell: Ints, share: Floats) -> Ints:
    """Totals whose unseen can be drawn exactly, given the months' factors."""
    covered, others = np.bincount(cell), totals.counts_others
    result = []
    for number in np.unique(aggregate):
        own = aggregate == number
        plain = (share[own] == 1.0).all() and totals.class_share[number] == 1.0
        alone = (covered[cell[own]] == 1).all() and not others[number]
        if totals.in_incidents[number] and plain and alone:
            result.append(number)
    return np.array(result, np.int64)
