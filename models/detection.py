r"""Who reports it: sources that miss incidents, and miss the same ones.

.. math::
    \operatorname{logit} p[s \mid k, r, c, v, w, z]
        &= \alpha_s + \alpha_{sr} + \alpha_{sc} + \beta_s x_v + \alpha_{sw}
        + \gamma_{k,\mathrm{type}(s)} + b \cdot x_{sr} + \xi_s z + \xi'_s z_g \\
    P(h \mid k, m) &= \frac{1}{D} \sum_{d} \sum_q \omega_q \prod_{s \in h} p_{sq} F_s(d)
        \prod_{s \notin h} \big(1 - p_{sq} F_s(d) L_s(m)\big)

z is shared by all sources of an incident, z_g by those of one group; both are summed over
quadrature nodes, groups inside the nodes of z, so that the work adds up. x_v is the log of the
bin's victims, w the victim class, γ silencing by the perpetrator (``silencing``), x_sr covariates,
F the share of what a source reports that is in by now (``delay``). L_s(m) is the probability that
s, having seen it, lists an incident with claim m: 1 for a source that lists all, P(it attributes)
for one that lists what is attributed. Only sources whose silence is informative (*listers*) have
a p.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..data.arrays import Ints
from . import delay, effects, silencing, visibility
from .design import SIZE_LOG_VICTIMS, Design
from .engine import Array, Engine, Params
from .families import simple, standardized
from .histories import ANY_CLASS, REPORTED, WAS_SILENT
from .other import is_counted
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the detection parameters."""
    sizes = design.sizes
    level, by_size = (
        simple(name, priors[name], ["lister"], sizes) for name in ("detection", "detection_size")
    )
    region = standardized("detection_region", priors, ["lister", "region"], 1, sizes)
    if region and is_one_fixed_by_totals(design):
        level = replace(level, distribution="reach")
        region = [region[0], replace(region[1], distribution="reaches", around=(level,))]
    result = [level, by_size, *visibility.parameters(priors, design), *region]
    result += standardized("detection_kind", priors, ["lister", "kind"], 1, sizes)
    result += standardized("detection_class", priors, ["lister", "victim_class"], 1, sizes)
    if sizes["covariate"]:
        result.append(
            simple("detection_covariate", priors["detection_covariate"], ["covariate"], sizes)
        )
    return [*result, *silencing.parameters(priors, design), *delay.parameters(priors, design)]


def is_one_fixed_by_totals(design: Design) -> bool:
    """Whether totals fix the reach of the one lister there is.

    Of several, what they have in common fixes their detection.
    """
    return len(design.histories.listers) == 1 and is_counted(design)


@dataclass(frozen=True)
class Chances:
    """All that the probability of a history hangs on.

    Attributes
    ----------
    region, kind, size, victim_class, author
        Parts of logit p that add up: (lister, region) with the source's level, (lister, kind),
        (lister, size), (lister, class), (lister, reach class, epoch).
    visibility, group_visibility
        ξ, shape (lister,); ξ', shape (grouped,).
    nodes, weights
        Of the visibility, shape (node,).
    published
        F, shape (lister, lag node).
    listed
        L, shape (lister, locale, reach class, listing class); None where all list everything.
    mark_class
        P(class | reach class, kind), shape (reach class, kind, class).
    """

    region: Array
    kind: Array
    size: Array
    victim_class: Array
    author: Array
    visibility: Array
    group_visibility: Array
    nodes: Array
    weights: Array
    published: Array
    listed: Array | None
    mark_class: Array

    @property
    def logit(self) -> Array:
        """logit p at visibility 0 of an average class and author: (lister, region, kind, size)."""
        region, kind, size = self.region, self.kind, self.size
        return region[:, :, None, None] + kind[:, None, :, None] + size[:, None, None, :]


def chances(
    params: Params, listed: Array | None, log_class: Array, design: Design, engine: Engine
) -> Chances:
    """Work out what detection hangs on.

    Parameters
    ----------
    listed
        L of the listers, shape (lister, locale, reach class, listing class), or None.
    log_class
        Of ``victims.log_class``.
    """
    xp, h, sizes = engine.xp, design.histories, design.sizes
    s = len(h.listers)
    nodes, weights = visibility.nodes(params, design, engine)
    return Chances(
        region=by_region(params, design, engine),
        kind=effects.scaled(params, "detection_kind", (s, sizes["kind"]), xp),
        size=params["detection_size"][:, None] * SIZE_LOG_VICTIMS,
        victim_class=effects.scaled(params, "detection_class", (s, sizes["victim_class"]), xp),
        author=silencing.by_author(params, design, engine),
        visibility=params["visibility"],
        group_visibility=effects.effect(params, "group_visibility", (sizes["grouped"],), xp),
        nodes=nodes,
        weights=weights,
        published=delay.published(params, design, engine),
        listed=listed,
        mark_class=xp.exp(log_class)[h.classes.author],
    )


def by_region(params: Params, design: Design, engine: Engine) -> Array:
    """α_s + α_sr + b·x_sr, shape (lister, region)."""
    shape = len(design.histories.listers), design.sizes["region"]
    region = effects.scaled(params, "detection_region", shape, engine.xp)
    return params["detection"][:, None] + region + covariates(params, design, engine)


def covariates(params: Params, design: Design, engine: Engine) -> Array:
    """b·x_sr, shape (lister, region); 0 where there are none."""
    if "detection_covariate" not in params:
        return engine.xp.zeros((1, 1))
    around, n_region = design.around, design.sizes["region"]
    x = around.covariate[:, design.histories.listers].reshape((len(around.covariates), -1))
    return engine.xp.dot(params["detection_covariate"], x).reshape((-1, n_region))


class Rows(NamedTuple):
    """Histories to work out: where, how large, of which class, and who did what.

    ``spot``, ``size``, ``victim_class`` (ANY_CLASS: averaged over the author's classes): shape
    (row,); ``mark``: (row, lister).
    """

    spot: Ints
    size: Ints
    victim_class: Ints
    mark: Ints


def observed_rows(design: Design) -> Rows:
    """The histories of the evidence."""
    h = design.histories
    return Rows(h.spot, h.size, h.victim_class, h.mark)


def unseen_rows(design: Design) -> Rows:
    """All who look are silent: of each context, size and class, in that order."""
    h, n_v, n_w = design.histories, design.sizes["size"], design.sizes["victim_class"]
    context, size, victim_class = np.indices((len(h.context_spot), n_v, n_w)).reshape(3, -1)
    mark = h.context_looking[context] * WAS_SILENT
    return Rows(h.context_spot[context], size, victim_class, mark)


def history(chance: Chances, rows: Rows, design: Design, engine: Engine) -> Array:
    """P(history | author, claim), shape (row, reach class, listing class).

    A plain sum, the reference of the compiled loops; a history of a known class has the
    probability *given* that class.
    """
    n_w = design.sizes["victim_class"]
    return sum(
        _of_class(chance, rows, np.full(len(rows.spot), w), design, engine)
        * _class_weight(chance, rows, w, design, engine)
        for w in range(n_w)
    )


def _class_weight(chance: Chances, rows: Rows, w: int, design: Design, engine: Engine) -> Array:
    """1 for a row of this class, P(class) where it is not known, else 0: (row, reach class, 1)."""
    kind = design.histories.spot_kind[rows.spot]
    share = engine.xp.transpose(chance.mark_class, (1, 0, 2))[kind][:, :, w]
    known = (rows.victim_class == w).astype(float)[:, None]
    unknown = (rows.victim_class == ANY_CLASS).astype(float)[:, None]
    return (known + unknown * share)[:, :, None]


def _of_class(
    chance: Chances, rows: Rows, victim_class: Ints, design: Design, engine: Engine
) -> Array:
    """P(history | author, claim, class), averaged over the days of its period."""
    around, h = design.around, design.histories
    n_days = np.diff(around.lag_start)
    lag = h.spot_lag[rows.spot]
    total = 0.0
    for day in range(int(n_days.max())):
        node = np.minimum(around.lag_start[lag] + day, around.lag_start[lag + 1] - 1)
        weight = (day < n_days[lag]) / n_days[lag]
        total = total + weight[:, None, None] * _on_day(
            chance, rows, victim_class, node, design, engine
        )
    return total


def _on_day(
    chance: Chances, rows: Rows, victim_class: Ints, node: Ints, design: Design, engine: Engine
) -> Array:
    """P(history) where ``node`` says how much is in; shape (row, reach class, listing class)."""
    h = design.histories
    logit = _row_logit(chance, rows, victim_class, design, engine)  # (row, lister, reach class)
    shared = logit[..., None] + (chance.visibility[:, None] * chance.nodes)[:, None, :]
    terms = chance.weights + 0.0 * shared[:, 0]  # (row, reach class, node)
    terms = terms[:, :, None, :]
    grouped = h.grouped
    for s in range(len(h.listers)):
        if s not in grouped:
            factor = _factor(chance, rows, s, shared[:, s], node, design, engine)
            terms = terms * factor
    for number, group in enumerate(h.groups):
        terms = terms * _group_terms(chance, rows, number, group, shared, node, design, engine)
    return terms.sum(axis=3)


def _row_logit(
    chance: Chances, rows: Rows, victim_class: Ints, design: Design, engine: Engine
) -> Array:
    """logit p at visibility 0, shape (row, lister, reach class)."""
    h, move = design.histories, engine.xp.transpose
    epoch = h.spot_epoch[rows.spot]
    base = (
        move(chance.region, (1, 0))[h.spot_region[rows.spot]]
        + move(chance.kind, (1, 0))[h.spot_kind[rows.spot]]
        + move(chance.size, (1, 0))[rows.size]
        + move(chance.victim_class, (1, 0))[victim_class]
    )
    return base[:, :, None] + move(chance.author, (2, 0, 1))[epoch]


def _factor(
    chance: Chances, rows: Rows, s: int, logit: Array, node: Ints, design: Design, engine: Engine
) -> Array:
    """pF, 1 - pFL or 1 of one lister, shape (row, reach class, listing class, node, …).

    1 - pFL = (1 - p) + p (1 - FL), both terms positive: nothing cancels where FL is 1.
    """
    xp, h = engine.xp, design.histories
    extra = (None,) * (logit.ndim - 2)
    p, miss = engine.expit(logit)[:, :, None], engine.expit(-logit)[:, :, None]
    in_now = chance.published[s][node].reshape((-1,) + (1,) * (2 + len(extra)))
    if chance.listed is None:
        held = 1.0 - in_now
    else:
        lists = chance.listed[s][h.spot_locale[rows.spot]]  # (row, reach class, listing class)
        held = 1.0 - in_now * lists[(..., *extra)]
    mark = rows.mark[:, s].reshape((-1,) + (1,) * (2 + len(extra)))
    return xp.where(
        mark == REPORTED, in_now * p, xp.where(mark == WAS_SILENT, miss + p * held, 1.0)
    )


def _group_terms(
    chance: Chances, rows: Rows, number: int, group: tuple[int, ...], shared: Array, node: Ints,
    design: Design, engine: Engine,
) -> Array:  # fmt: skip
    """Product over a group, summed over its own visibility; shape of ``_factor``."""
    h = design.histories
    first = sum(len(before) for before in h.groups[:number])
    product: Array = h.group_weights
    for i, s in enumerate(group):
        own = chance.group_visibility[first + i] * h.group_nodes
        product = product * _factor(
            chance, rows, s, shared[:, s][..., None] + own, node, design, engine
        )
    return product.sum(axis=-1)
