r"""What happens: how many incidents of each author, place, month and kind.

.. math::
    N_{krtc} &\sim \mathrm{Poisson}(\mu_{krtc}) \\
    \log \mu_{krtc} &= e_t + \alpha + \alpha_c + a_r + a_t + b_k + b_{kc} + b_{kr} + b_{kt} \\
    \log \mu_{drtc} &= e_t + \alpha^D + \alpha^D_c + a_r + a_t + b_d + b_{dr} + b_{dt}

Organizations k, rivalries d; e_t the log of the period's days over their mean: a window that begins
or ends inside a month makes a period of a few days. Every effect is zero-sum over the axes it
shares with a coarser one, but for b_kr and b_dr, which are normal around zero (``families.table``
says why); b_kt and b_dt are random walks, centred over t. ``other`` stands outside every zero-sum
block, with its own intercept, region, period and kind effects. α and α^D have flat priors, and the
log totals log Σ μ of organizations and of rivalries, which they raise one to one, have normal ones:
a prior of something that can be counted. The level of ``other`` is not free either: the
organizations' share w of the incidents that nobody attributes has a declared prior
(docs/methods.md), and over the modelled history

.. math::
    \alpha^O = \log \sum_{krtc} \mu_{krtc} - \log \sum_{rtc} e^{e_t + a^O_r + a^O_t + \alpha^O_c}
               + \log \bar u - \log \bar u_O - \operatorname{logit} w

with k over organizations and rivalries and ū and ū_O the mean unknown shares, so that w is exactly
what its prior speaks of. Where sources or totals tell of ``other`` one samples α^O + a^O_r, that is
what they speak of: where totals fix most places, w and the zero-sum a^O_r hang on the few that they
do not (``other``). Where an organization is
not present (``presence.csv``), or its dates are disputed, log μ has a penalty with a strong prior,
of one size for all.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.arrays import Floats
from . import attribution, centring, effects, other
from .design import Design
from .engine import NUMPY, Array, Engine, Params
from .families import fixed_scale, pooled, simple, standardized, table, walk
from .parameters import Parameter
from .priors import Priors

IMPOSSIBLE = -700.0
"""log μ of an author outside its dates: e^-700 counts for nothing and has no NaN gradient."""


TOTALS = {"rate_intercept": "rate_total", "rivalry_intercept": "rivalry_total"}
"""The prior of the log total that each intercept raises."""


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the rates' parameters."""
    sizes, named = design.sizes, centring.named_incidents(design)
    rivalries = design.names.rivalries
    rows = np.concatenate([named[total_authors(intercept, design)] for intercept in TOTALS])
    weight = centring.shared_weight(centring.weights(rows))
    region = pooled("rate_region", priors, ["region"], sizes, weight)
    organizations = _organization_parameters(priors, design, named, region[-1:])
    return [
        *region,
        *standardized("rate_period", priors, ["period"], 1, sizes, _by_period(design)),
        *organizations,
        *(_rivalry_parameters(priors, design, named, region[-1:]) if rivalries else []),
        *(other.parameters(priors, design, organizations[0]) if design.names.has_other else []),
        *([simple("absence", priors["absence"])] if _somewhere_absent(design) else []),
    ]


def _by_period(design: Design) -> float:
    """Weight of the periods' own level after the incidents that an average one has reports of."""
    reported = np.asarray(design.every.count.sum() / design.sizes["period"], float)
    return float(centring.weights(reported, centring.PRIOR_PERIODS))


def _somewhere_absent(design: Design) -> bool:
    return bool(design.around.absent.any() or design.around.disputed.any())


def _organization_parameters(
    priors: Priors, design: Design, named: Floats, region: list[Parameter]
) -> list[Parameter]:
    sizes, k = design.sizes, "organization"
    intercept = _intercept(priors, "rate_intercept", design, named)
    level = pooled("rate_organization", priors, [k], sizes)
    around = [intercept, *level[-1:], *region]
    cells = centring.cells(design, named, total_authors(intercept.name, design))
    return [
        intercept,
        *fixed_scale("rate_kind", priors, ["kind"], 1, sizes),
        *level,
        *pooled("rate_organization_kind", priors, [k, "kind"], sizes),
        *table("rate_organization_region", priors, [k, "region"], around, cells, sizes),
        *walk("rate_organization_walk", priors, k, sizes, design.months),
    ]


def _rivalry_parameters(
    priors: Priors, design: Design, named: Floats, region: list[Parameter]
) -> list[Parameter]:
    sizes, d = design.sizes, "rivalry"
    intercept = _intercept(priors, "rivalry_intercept", design, named)
    level = pooled("rivalry_level", priors, [d], sizes)
    around = [intercept, *level[-1:], *region]
    cells = centring.cells(design, named, total_authors(intercept.name, design))
    return [
        intercept,
        *fixed_scale("rivalry_kind", priors, ["kind"], 1, sizes),
        *level,
        *table("rivalry_region", priors, [d, "region"], around, cells, sizes),
        *walk("rivalry_walk", priors, d, sizes, design.months),
    ]


def _intercept(priors: Priors, name: str, design: Design, named: Floats) -> Parameter:
    """An intercept without a prior of its own: the log total that it raises has one.

    A prior of an average cell would speak of the mean of log rates, which lies far below the
    log of their mean where wars are local; what it lacks there a model makes up with
    thousands of unreported incidents.
    """
    prior, authors = priors[TOTALS[name]], total_authors(name, design)
    mu = prior["mu"]
    if math.isnan(mu):
        mu = math.log(2.0 * _reported_total(design, named, authors))
    cells = len(design.names.authors[authors]) * len(design.cell_kind)
    values = {"mu": mu, "sigma": prior["sigma"], "start": mu - math.log(max(cells, 1))}
    return Parameter(name, "flat", arguments={key: np.asarray(x) for key, x in values.items()})


def _reported_total(design: Design, named: Floats, authors: slice) -> float:
    """Incidents that reports give to some authors, and half of those that name nobody.

    Only the order of magnitude of a total is taken from the data: its prior is wide.
    """
    unnamed = float(design.every.count.sum()) - float(named.sum())
    return max(float(named[authors].sum()) + 0.5 * unnamed, 1.0)


def total_authors(name: str, design: Design) -> slice:
    """The authors whose total an intercept raises."""
    if name == "rate_intercept":
        return slice(len(design.names.organizations))
    return slice(design.names.n_plain, None)


def log_total(rate: "LogRate", name: str, design: Design, engine: Engine) -> Array:
    """log Σ μ of the authors that an intercept raises, over all cells."""
    return engine.logsumexp(rate.log_totals(engine)[total_authors(name, design)], 0)


@dataclass(frozen=True)
class LogRate:
    """log μ in parts that add up: no part knows more than two axes.

    Attributes
    ----------
    region
        Shape (author, region).
    period
        Shape (author, period); IMPOSSIBLE is added outside an author's dates.
    kind
        Shape (author, kind), with the author's level.
    """

    region: Array
    period: Array
    kind: Array

    @property
    def full(self) -> Array:
        """log μ, shape (author, region, period, kind)."""
        region, period, kind = self.region, self.period, self.kind
        return region[:, :, None, None] + period[:, None, :, None] + kind[:, None, None, :]

    def log_totals(self, engine: Engine) -> Array:
        """log Σ μ over all places, periods and kinds, shape (author,)."""
        return sum(engine.logsumexp(part, 1) for part in (self.region, self.period, self.kind))


def log_rate(params: Params, design: Design, engine: Engine) -> LogRate:
    """Work out log μ."""
    xp, names = engine.xp, design.names
    named = [_organizations(params, design, xp)]
    if names.rivalries:
        named.append(_rivalries(params, design, xp))
    other = [_other(params, design, named, engine)] if names.has_other else []
    region, period, kind = (
        xp.concatenate([getattr(b, part) for b in (*named[:1], *other, *named[1:])], axis=0)
        for part in ("region", "period", "kind")
    )
    return LogRate(region, period, kind)


def _organizations(params: Params, design: Design, xp: Any) -> LogRate:
    n, k = design.sizes, len(design.names.organizations)
    level = params["rate_intercept"] + effects.effect(params, "rate_organization", (k,), xp)
    by_kind = effects.effect(params, "rate_organization_kind", (k, n["kind"]), xp)
    by_region = effects.effect(params, "rate_organization_region", (k, n["region"]), xp)
    path = effects.centred_walk(params, "rate_organization_walk", (k, n["period"]), xp)
    return LogRate(
        region=_regions(params, design, by_region, slice(k), xp),
        period=_periods(params, design, path, slice(k), xp),
        kind=level[:, None] + effects.effect(params, "rate_kind", (n["kind"],), xp) + by_kind,
    )


def named_total(params: Params, name: str, design: Design) -> float:
    """``log_total`` at one value of the rates' parameters, without sources."""
    block = _organizations if name == "rate_intercept" else _rivalries
    return float(NUMPY.logsumexp(block(params, design, np).log_totals(NUMPY), 0))


def _rivalries(params: Params, design: Design, xp: Any) -> LogRate:
    n, d = design.sizes, len(design.names.rivalries)
    level = params["rivalry_intercept"] + effects.effect(params, "rivalry_level", (d,), xp)
    by_region = effects.effect(params, "rivalry_region", (d, n["region"]), xp)
    path = effects.centred_walk(params, "rivalry_walk", (d, n["period"]), xp)
    return LogRate(
        region=_regions(params, design, by_region, slice(-d, None), xp),
        period=_periods(params, design, path, slice(-d, None), xp),
        kind=level[:, None] + effects.effect(params, "rivalry_kind", (n["kind"],), xp),
    )


def _regions(params: Params, design: Design, own: Array, authors: slice, xp: Any) -> Array:
    """Region effect, territory and presence of some authors, shape (author, region)."""
    shared = effects.effect(params, "rate_region", (design.sizes["region"],), xp)
    return shared + own + _absence(params) * design.around.absent[authors]


def _periods(params: Params, design: Design, path: Array, authors: slice, xp: Any) -> Array:
    """Period effect, walk and dates of some authors, shape (author, period)."""
    shared = effects.scaled(params, "rate_period", (design.sizes["period"],), xp)
    outside = np.where(design.possible[authors], 0.0, IMPOSSIBLE)
    given = outside + design.exposure
    return shared + path + given + _absence(params) * design.around.disputed[authors]


def _absence(params: Params) -> Array:
    """log of how much less happens where an author is not present, or disputed."""
    return params.get("absence", 0.0)


def _other(params: Params, design: Design, named: list[LogRate], engine: Engine) -> LogRate:
    xp, n = engine.xp, design.sizes
    shape = LogRate(
        region=effects.effect(params, "other_region", (n["region"],), xp)[None],
        period=(effects.scaled(params, "other_period", (n["period"],), xp) + design.exposure)[None],
        kind=effects.effect(params, "other_kind", (n["kind"],), xp)[None],
    )
    totals = xp.concatenate([block.log_totals(engine) for block in named])
    level = engine.logsumexp(totals, 0) - shape.log_totals(engine)[0] - params["other_share"]
    unnamed, unnamed_other = attribution.unattributed(params, engine)
    level += xp.log(unnamed) - xp.log(unnamed_other)
    return LogRate(shape.region, shape.period, shape.kind + level)


def other_level(params: Params, design: Design, engine: Engine) -> Array:
    """Level of ``other``, were the logit of the organizations' share of the unnamed zero.

    Less the share it is the level, which is what sources and totals speak of.
    """
    even = {**params, "other_share": 0.0}
    kind = log_rate(even, design, engine).kind[len(design.names.organizations)]
    own = effects.effect(params, "other_kind", (design.sizes["kind"],), engine.xp)
    return (kind - own)[0]
