r"""The unreported incidents of one draw: as rates and silence have it, given official totals.

Without totals they are Poisson in each (author, cell, size, class). A total T of the window says
more: where each event is counted with probability p, the unseen are those that make T likely. For
each group of totals that share cells, ``CANDIDATES`` sets of unseen incidents are drawn from
their Poisson law and one is chosen with weight P(T | set) (importance resampling; Rubin 1987).
Of victims P(T | set) is normal with the mean and variance that the sizes of the set leave open, of
incidents

.. math:: T \mid \text{set} \sim h + \mathrm{Binomial}(n - h + U, p).

The effective number of candidates is reported: where it is near 1 the total contradicts the rates,
and the realized counts follow the one candidate that contradicts them least.

A lone total of incidents that covers whole cells and counts no others is drawn exactly
(``aggregates.draw_incidents``): with p = 1 the realized count is then known.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import gammaln, xlog1py, xlogy

from ..models import aggregates
from ..models.design import Design
from ..models.engine import Params
from ..models.totals import Totals, fixed, totals_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CANDIDATES = 64
MOST_UNSEEN = 100_000_000
"""Unreported incidents of one draw. Whatever expects more is no result but a broken fit, which
the gate on the draws refuses (``diagnose``); until then so many stand for them."""


class Unseen(NamedTuple):
    """Unreported incidents, shape (author, cell, size, class), and how far totals bear them out.

    ``agreement``: smallest effective share of the candidates, 1 where no total speaks.
    """

    happened: Ints
    agreement: float


@dataclass(frozen=True)
class _Group:
    """Totals that share cells: which, their cells, and what each covers of them.

    ``cells``: (cell,) of the window; ``scope``: (total, author, cell).
    """

    totals: Totals
    numbers: Ints
    cells: Ints
    scope: Floats


@dataclass(frozen=True, eq=False)
class Drawer:
    """Draws the unseen of one window."""

    plan: Design
    groups: tuple[_Group, ...]

    def draw(self, expected: Floats, params: Params, rng: np.random.Generator) -> Unseen:
        """Draw the unreported incidents once.

        Parameters
        ----------
        expected
            Shape (author, cell, size, class).
        """
        scale = min(1.0, MOST_UNSEEN / max(float(expected.sum()), 1.0))
        happened = rng.poisson(expected * scale)
        agreement = 1.0
        for group in self.groups:
            own = np.ascontiguousarray(expected[:, group.cells]) * scale
            chosen, share = self._given(group, own, params, rng)
            happened[:, group.cells] = chosen
            agreement = min(agreement, share)
        return Unseen(happened, agreement)

    def _given(
        self, group: _Group, expected: Floats, params: Params, rng: np.random.Generator
    ) -> tuple[Ints, float]:
        """One set of unseen incidents of a group's cells, given its totals."""
        capture, share = (
            _series(group.totals, name, params) for name in ("capture", "total_share")
        )
        if _is_exact(group, share):
            return self._exact(group, expected, float(capture[group.numbers[0]]), rng), 1.0
        candidates = rng.poisson(expected, (CANDIDATES, *expected.shape))
        log = np.zeros(CANDIDATES)
        for number, scope in zip(group.numbers, group.scope, strict=True):
            log += self._log_weight(group.totals, int(number), scope, candidates, capture[number])
        weight = np.exp(log - log.max()) if np.isfinite(log.max()) else np.ones(CANDIDATES)
        weight /= weight.sum()
        chosen: Ints = candidates[rng.choice(CANDIDATES, p=weight)]
        return chosen, float(1.0 / (weight**2).sum() / CANDIDATES)

    def _exact(
        self, group: _Group, expected: Floats, capture: float, rng: np.random.Generator
    ) -> Ints:
        number = int(group.numbers[0])
        low, high = group.totals.bounds[:, number].astype(int)
        inside = expected * group.scope[0][:, :, None, None]
        rate = float(inside.sum())
        items, held = (float(x) for x in group.totals.items[:2, number])
        drawn = aggregates.draw_incidents(int(low), int(high), items, held, rate, capture, rng)
        outside = rng.poisson(expected - inside)
        if rate <= 0.0:
            return np.asarray(outside)
        dealt = rng.multinomial(drawn.unseen, (inside / rate).ravel())
        return np.asarray(outside + dealt.reshape(expected.shape))

    def _log_weight(
        self, totals: Totals, number: int, scope: Floats, candidates: Ints, capture: float
    ) -> Floats:
        """log P(T | set) of every candidate."""
        by_size = np.einsum("nacvw,ac->nv", candidates, scope) * totals.class_share[number]
        low, high = totals.bounds[:, number]
        items = totals.items[:, number]
        if totals.in_incidents[number]:
            return _log_counted(low, high, items, by_size.sum(axis=1), capture)
        _, first, second = self.plan.moments
        free, squares = items[2] - items[3], items[4] - items[5]
        mean = items[3] + capture * (free + by_size @ first)
        spread = by_size @ np.maximum(second - first**2, 0.0)
        var = capture * (1 - capture) * (squares + by_size @ second) + capture**2 * spread
        sigma = totals.noise[number]
        return np.asarray(aggregates.interval(low, high, mean, var + sigma**2)[0])


def _log_counted(low: float, high: float, items: Floats, unseen: Floats, p: float) -> Floats:
    """log P(low ≤ h + Binomial(n − h + U, p) ≤ high) of every U."""
    n, h = aggregates.whole_items(items[0], items[1])
    trials = (n - h + np.rint(unseen))[:, None]
    counted = np.arange(int(low), int(high) + 1)[None] - h
    inside = np.clip(counted, 0, trials)
    log = gammaln(trials + 1) - gammaln(inside + 1) - gammaln(trials - inside + 1)
    log = log + xlogy(inside, p) + xlog1py(trials - inside, -p)
    log = np.where(counted == inside, log, -np.inf)
    return np.asarray(np.logaddexp.reduce(log, axis=1))


def _series(totals: Totals, name: str, params: Params) -> Floats:
    """Capture or share of every total."""
    result = fixed(totals.found.series, name)
    open_ = np.isnan(result)
    if open_.any():
        result[open_] = np.atleast_1d(params[name])
    return np.asarray(result[totals.series])


def _is_exact(group: _Group, share: Floats) -> bool:
    """Whether a lone total of incidents covers whole cells and counts no others."""
    number, totals = int(group.numbers[0]), group.totals
    alone = len(group.numbers) == 1 and bool(totals.in_incidents[number])
    plain = share[number] == 1.0 and totals.class_share[number] == 1.0
    return bool(alone and plain and np.isin(group.scope, (0.0, 1.0)).all())


def drawer(plan: Design) -> Drawer:
    """Find the totals that speak of a window, in groups that share cells.

    Parameters
    ----------
    plan
        Cut to the window. Totals that reach beyond it are left out: they bore on the
        parameters, and what part of them the window has is not known.
    """
    totals = totals_of(plan)
    if totals is None:
        return Drawer(plan, ())
    scope = totals.found.scope
    shape = (*plan.evidence.included.shape, plan.sizes["kind"])
    position = np.full(shape, -1)
    position[plan.cell_region, plan.cell_period, plan.cell_kind] = np.arange(len(plan.cell_kind))
    cell = position[scope.region, scope.period, scope.kind]
    whole = np.bincount(scope.aggregate, cell < 0, len(totals.found)) == 0
    kept = whole[scope.aggregate]
    pairs = scope.aggregate[kept], cell[kept], scope.share[kept]
    return Drawer(plan, _groups(totals, pairs, len(plan.cell_kind)))


def _groups(totals: Totals, pairs: tuple[Ints, Ints, Floats], n_cell: int) -> tuple[_Group, ...]:
    aggregate, cell, share = pairs
    n = len(totals.found)
    graph = coo_array((np.ones(len(cell)), (aggregate, n + cell)), shape=(n + n_cell, n + n_cell))
    label = connected_components(graph, directed=False)[1]
    result = []
    for one in np.unique(label[aggregate]):
        numbers = np.flatnonzero((label[:n] == one) & np.isin(np.arange(n), aggregate))
        cells = np.flatnonzero(label[n:] == one)
        scope = np.zeros((len(numbers), totals.found.authors.shape[1], len(cells)))
        inside = np.isin(aggregate, numbers)
        at = np.searchsorted(numbers, aggregate[inside]), np.searchsorted(cells, cell[inside])
        scope[at[0], :, at[1]] = share[inside][:, None] * totals.found.authors[numbers[at[0]]]
        result.append(_Group(totals, numbers, cells, scope))
    return tuple(result)
