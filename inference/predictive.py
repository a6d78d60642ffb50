r"""Does the fit give back what was seen? Posterior predictive checks of counts, names and dead.

A number of incidents with some property (reported by these sources, named by nobody) is Poisson
given the parameters, with the mean

.. math:: \sum_{cell} g \sum_k \mu_k (1 - \psi_k) \rho_k[v, w]\, P(\text{property} \mid k, v, w)

by thinning, g the noise's factor of the cell's month, drawn afresh. Large events are drawn from
their law given those that were reported, totals as ``predictive_totals`` says. What is seen is then
placed among what is drawn.

How much regions and months scatter is asked of by ``predictive_scatter``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.values import ADJUDICATED
from ..data.world import SIZE_EDGES, SIZES
from ..models import detection, levels, noise, superposition
from ..models.design import Design
from ..models.detection import Rows
from ..models.engine import NUMPY, Params
from ..models.histories import ABSENT, REPORTED
from ..models.numbers import TAIL_GRID, draw_large, tail_posterior
from ..models.priors import Priors
from ..models.superposition import Quantities
from .params_of import params_of
from .predictive_scatter import scatters
from .predictive_totals import Found, totals

LISTED, UNNAMED, LARGE = "reported", "named by nobody", "large events"
MANY = (16, 32, 64)
"""Large events are counted from these numbers of dead on."""


def predicted(
    posterior: xr.Dataset, plan: Design, draws: int, seed: int, priors: Priors | None = None
) -> pd.DataFrame:
    """Place what was seen among what the fit predicts.

    Parameters
    ----------
    posterior
        Draws of the model's parameters, dims chain and draw first.
    plan
        Of the evidence; with the totals to be predicted, if the fit used them or not.
    draws
        How many of the posterior's draws are used, evenly spread.
    priors
        Of the round, for what of official series the fit lacks; default: those of the model.

    Returns
    -------
    One row a number: ``check``, ``of``, ``observed``, ``low``, ``median``, ``high`` (90%
    interval), ``position`` (share of the draws below, ties by half: near 0 or 1 is a misfit).

    Raises
    ------
    ModelError
        Where the posterior is of other levels or parameters than the plan.
    """
    asked = _Asked(plan)
    rng = np.random.default_rng(seed)
    params = params_of(levels.fitted(posterior, plan), draws)
    rows = [
        *(_row(*found) for found in _numbers(asked, params, rng)),
        *(_row(*found) for found in scatters(plan, params, rng)),
        *(_row(*found) for found in _large(plan, draws, rng)),
        *(_row(*found) for found in totals(plan, params, priors or Priors(), rng)),
    ]
    return pd.DataFrame(rows)


def _row(check: str, of: str, observed: float | Floats, draws: Floats) -> dict[str, object]:
    """Place what was seen, one number or one for each draw, of which the median is shown."""
    low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
    position = (draws < observed).mean() + 0.5 * (draws == observed).mean()
    return {
        "check": check, "of": of, "observed": float(np.median(observed)), "low": low,
        "median": median, "high": high, "position": position,
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Asked:
    """Sets of sources whose common incidents are counted, one or two, and what was seen."""

    plan: Design

    @cached_property
    def sets(self) -> list[tuple[int, ...]]:
        """Listers, and pairs of them."""
        n = len(self.plan.histories.listers)
        return [tuple(sorted({a, b})) for a, b in combinations_with_replacement(range(n), 2)]

    @cached_property
    def names(self) -> list[str]:
        """Of the listers."""
        ids = [str(name) for name in self.plan.evidence.axes.sources.index]
        return [ids[s] for s in self.plan.histories.listers]

    @cached_property
    def may_name_nobody(self) -> list[int]:
        """Listers that hold what they do not attribute."""
        listers = self.plan.histories.listers
        coverage = self.plan.evidence.axes.sources["coverage"].iloc[listers]
        return [int(s) for s in np.flatnonzero(coverage == "all")]

    @cached_property
    def marks(self) -> NDArray[np.bool_]:
        """Who reported each pattern that the likelihood counts, shape (pattern, lister)."""
        return np.asarray(self.plan.histories.mark[self.plan.counted.history] == REPORTED)

    def seen(self, chosen: tuple[int, ...], size: int | None = None) -> float:
        """Incidents that all of some listers reported."""
        counted = self.plan.counted
        there = self.marks[:, list(chosen)].all(axis=1)
        there &= True if size is None else counted.size == size
        return float(counted.count[there].sum())

    def unnamed(self, lister: int) -> float:
        """Incidents that a lister reported and did not attribute."""
        st, counted = self.plan.statements, self.plan.counted
        pair = st.rows[counted.attribution, self.plan.histories.listers[lister]] - 1
        silent = (pair >= 0) & np.where(pair >= 0, st.is_unknown[np.maximum(pair, 0)], False)
        return float(counted.count[silent & self.marks[:, lister]].sum())

    def rows(self, chosen: tuple[int, ...]) -> Rows:
        """These reported, of others nothing is asked: every context, size and class."""
        silent = detection.unseen_rows(self.plan)
        mark = np.full(silent.mark.shape, ABSENT)
        mark[:, list(chosen)] = REPORTED
        return silent._replace(mark=mark)

    @cached_property
    def looking(self) -> NDArray[np.bool_]:
        """Who was looking in each context, shape (context, lister)."""
        return np.asarray(self.plan.histories.context_looking, bool)


def _numbers(asked: _Asked, params: list[Params], rng: np.random.Generator) -> Iterator[Found]:
    plan = asked.plan
    blocks = noise.blocks(plan)
    n, sizes = len(params), len(SIZES)
    listed = np.zeros((n, len(asked.sets), sizes))
    unnamed = np.zeros((n, len(asked.names)))
    for draw, one in enumerate(params):
        q = superposition.quantities(one, plan, NUMPY)
        weight = _weights(q, one, plan, blocks, rng)
        for i, chosen in enumerate(asked.sets):
            listed[draw, i] = noise.poisson(_mean(asked, q, weight, chosen).sum(axis=(0, 1)), rng)
        for s in asked.may_name_nobody:
            unnamed[draw, s] = noise.poisson(_mean_unnamed(asked, q, weight, s), rng)
    for i, chosen in enumerate(asked.sets):
        of = " and ".join(asked.names[s] for s in chosen)
        yield LISTED, of, asked.seen(chosen), listed[:, i].sum(axis=1)
        if len(chosen) == 1:
            for v, size in enumerate(SIZES):
                yield LISTED, f"{of}, {size} dead", asked.seen(chosen, v), listed[:, i, v]
    for s in asked.may_name_nobody:
        yield UNNAMED, asked.names[s], asked.unnamed(s), unnamed[:, s]


def _weights(
    q: Quantities, params: Params, plan: Design, blocks: noise.Blocks, rng: np.random.Generator
) -> Floats:
    """Expected visible incidents by author, context, size and class."""
    h = plan.histories
    rate = np.exp(q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind]
    rate = rate * noise.replicated(params, blocks, rng)
    by_context = np.zeros((len(rate), len(h.context_spot)))
    np.add.at(by_context.T, h.cell_context, rate.T)
    by_context *= np.exp(q.log_visible)[:, None]
    size = np.exp(q.log_size)[:, h.context_region, h.context_kind]
    victim_class = np.exp(q.log_class)[:, h.context_kind]
    marks = size[:, :, :, None] * victim_class[:, :, None, :]
    return np.asarray(by_context[:, :, None, None] * marks)


def _reported(asked: _Asked, q: Quantities, chosen: tuple[int, ...]) -> Floats:
    """P(all of them report it | author, claim class): (author, context, size, class, listing)."""
    plan, h = asked.plan, asked.plan.histories
    rows = asked.rows(chosen)
    found = detection.history(q.chances, rows, plan, NUMPY)[:, h.classes.of_author]
    if q.chances.listed is not None:
        locale = h.spot_locale[rows.spot]
        for s in chosen:
            found = found * q.chances.listed[s][locale][:, h.classes.of_author]
    shape = (len(h.context_spot), plan.sizes["size"], plan.sizes["victim_class"])
    result = np.moveaxis(found.reshape((*shape, *found.shape[1:])), 3, 0)
    return np.asarray(result * asked.looking[:, list(chosen)].all(axis=1)[:, None, None, None])


def _mean(asked: _Asked, q: Quantities, weight: Floats, chosen: tuple[int, ...]) -> Floats:
    """Expected incidents that all of them report, by author, context and size."""
    setting = _setting(asked.plan)
    claim = superposition.claim_classes(q, asked.plan, NUMPY)[setting]  # (context, author, listing)
    seen = _reported(asked, q, chosen)
    return np.asarray(np.einsum("aevw,aevwg,eag->aev", weight, seen, claim))


def _setting(plan: Design) -> Ints:
    h = plan.histories
    return np.asarray(plan.around.locale_setting[h.spot_locale[h.context_spot]], np.int64)


def _mean_unnamed(asked: _Asked, q: Quantities, weight: Floats, lister: int) -> float:
    """Expected incidents that one lister reports and does not attribute."""
    plan, h = asked.plan, asked.plan.histories
    source = h.listers[lister]
    n, locale = len(plan.names.authors), h.spot_locale[h.context_spot]
    u = q.unknown[source][locale]  # (context, author)
    courts = plan.evidence.axes.sources["type"].iloc[source] == ADJUDICATED
    if q.claims is not None and not courts:
        phi = q.claims[_setting(plan)]  # (context, author, claim)
        u = (phi[:, :, :n] * u[:, None, :]).sum(axis=2) + phi[:, :, n]
    by_author = (weight * _reported(asked, q, (lister,))[..., 0]).sum(axis=(2, 3))
    return float((by_author * u.T).sum())


def _large(plan: Design, draws: int, rng: np.random.Generator) -> Iterator[Found]:
    """The largest of the large events, and how many are larger than some numbers."""
    victims = plan.evidence.incidents["victims"].to_numpy(np.int64)
    seen = victims[victims >= SIZE_EDGES[-1]]
    if not len(seen):
        return
    tails = rng.choice(len(TAIL_GRID), size=draws, p=tail_posterior(seen))
    made = np.array([draw_large(int(tail), len(seen), rng) for tail in tails])
    yield LARGE, "most dead", float(seen.max()), made.max(axis=1)
    for least in MANY:
        often = float((seen >= least).sum())
        yield LARGE, f"{least} dead or more", often, (made >= least).sum(axis=1).astype(float)
