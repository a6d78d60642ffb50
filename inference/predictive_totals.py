"""Official totals predicted by a fit, whether it used them or not.

A total is drawn from the law of ``models.aggregates``; capture, share and noise of its series from
their priors where the fit does not have them, so that a fit that did not use totals predicts them.
"""

from collections.abc import Iterator

import numpy as np

from ..data.arrays import Floats
from ..models import joint, noise, victim_totals
from ..models.density import Density
from ..models.design import Design
from ..models.engine import Params
from ..models.priors import Priors
from ..models.series import OF_SERIES, OfSeries
from ..models.totals import Moments, Totals, totals_of

TOTAL = "official total"

Found = tuple[str, str, float, Floats]
"""Check, of what, seen, drawn."""


def totals(
    plan: Design, params: list[Params], priors: Priors, rng: np.random.Generator
) -> Iterator[Found]:
    """Predict each series' sum over places and days, whole and by year.

    Parameters
    ----------
    params
        Draws of the model's parameters.
    priors
        Of the round, for what of the series the draws lack.

    Yields
    ------
    ``TOTAL``, the series (and year), what it counted, what was drawn.
    """
    asked = totals_of(plan)
    if asked is None:
        return
    target = Density(plan, joint.parameters_of(plan, params[0]))
    drawn = []
    for one in params:
        moments = target.moments(target.pack(one))
        drawn.append(_draw(asked, moments, _of_series(asked, one, priors, rng), rng))
    yield from _by_series(asked, np.array(drawn))


def _by_series(found: Totals, made: Floats) -> Iterator[Found]:
    """Sum of each series, and of each of its years."""
    table, seen = found.found.table, found.bounds.mean(axis=0)
    for name, rows in table.groupby("series"):
        for year, part in (("", rows), *rows.groupby(rows["first"].dt.year.astype(str))):
            at = table.index.get_indexer(part.index)
            of = f"{name}, {year}" if year else str(name)
            yield TOTAL, of, float(seen[at].sum()), made[:, at].sum(axis=1)


def _of_series(
    totals: Totals, params: Params, priors: Priors, rng: np.random.Generator
) -> OfSeries:
    """Capture, share and noise of every series: as the fit has them, else from their priors."""
    known = {name: params[name] for name in OF_SERIES if name in params}
    for prior in totals.of_series.parameters(priors):
        if prior.name not in known:
            draw = rng.beta if prior.distribution == "beta" else rng.lognormal
            known[prior.name] = draw(*prior.arguments.values())
    return totals.of_series.values(known)


def _draw(totals: Totals, moments: Moments, series: OfSeries, rng: np.random.Generator) -> Floats:
    """Draw every total by the law of ``models.aggregates``, shape (aggregate,)."""
    p, s, nu = (part[totals.series] for part in series)
    unseen, _, spread, _ = totals.of_class(moments)
    rate, of_dead, squares = totals.counted(moments, s)
    items, held = totals.whole
    rate = rate + _scattered(unseen[:, 0], spread[:, 0], rng) - unseen[:, 0]
    incidents = held + rng.binomial(items - held, p) + noise.poisson(rate * p, rng)
    expected = victim_totals.expected(totals.items[2:], of_dead, squares, p, nu, spread[:, 1])
    law = victim_totals.law_of(expected)
    is_wild = rng.random(len(p)) < law.wild
    sd = np.sqrt(law.variance) * np.where(is_wild, victim_totals.WIDER, 1.0)
    victims = np.maximum(np.rint(rng.normal(law.mean, sd)), 0.0)
    return np.asarray(np.where(totals.in_incidents, incidents, victims))


def _scattered(mean: Floats, variance: Floats, rng: np.random.Generator) -> Floats:
    """Draw gamma numbers; the mean itself where it has no variance."""
    some = variance > 0
    result = mean.copy()
    result[some] = rng.gamma(mean[some] ** 2 / variance[some], variance[some] / mean[some])
    return result
