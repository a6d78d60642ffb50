r"""Who is blamed: what each source writes of an incident, given its author.

A source names nobody with probability u, else somebody by its confusion matrix C:

.. math::
    C_s[m, a] &= \theta_s R_s[m, a] + (1 - \theta_s)\,\frac{\varphi_a\,[a \ne m]}{1-\varphi_m} \\
    R_s[d, \cdot] &= (1 - o_s)\,e_d + o_s\,(\pi_d e_{d_1} + (1 - \pi_d) e_{d_2})
        \quad\text{for a rivalry } d, \text{ else } e_m \\
    \Theta_s[m, a] &= (1 - u_{sm})\,\eta_{s1}\,C_s[m, a] \\
    \Theta_s[m, A] &= (1 - u_{sm})\,\frac{\eta_{s|A|}}{\binom{K-1}{|A|-1}}
        \sum_{a \in A} C_s[m, a]

with θ right, φ the notoriety that draws wrong names, o one-sidedness, π the split of a
rivalry, η the share of sets of each size and K the names a set may hold. A set is coarsening
at random: right where a coder dropped detail, and only there. An adjudicated source names
the side (o = .98).

Deaths by side of one incident are beta-binomial; where the author is no such rivalry they
are uniform, since nothing is then known of them. Clashes whose dead are told by side are no
random sample of a war: a side whose dead are known as its own, or are paraded, is told of
more often. So they scatter not around π_d but around q_d. What makes a clash be told is the
sides' own, in all their wars; a coalition has the mean of its members:

.. math::
    \operatorname{logit} q_d = \operatorname{logit} \pi_d
        + \bar\kappa_{d_1} - \bar\kappa_{d_2}, \quad \kappa_k \sim N(0, \sigma)

Deaths by side alone do not tell κ from π.
"""

from math import comb

import numpy as np
from scipy.special import gammaln

from ..data.attribution import OTHER
from ..data.values import ADJUDICATED
from . import effects
from .design import Design
from .engine import Array, Engine, Floats, Params
from .parameters import Parameter, fixed_scale, simple
from .priors import Prior, Priors

ADJUDICATED_ONE_SIDED = 0.98
"""o of an adjudicated source: not 1, or one that writes a clash whole would say the impossible."""
LEAST_PROBABLE = 1e-300
"""P(a name that an author can never be given): its log counts for nothing and has a gradient."""


def parameters(priors: Priors, design: Design, confusion: bool) -> list[Parameter]:
    """List the attribution parameters; with full confusion matrices where asked for."""
    names, sizes = design.names, design.sizes
    result = [simple("unknown", priors["unknown"], ["source"], sizes)]
    if names.has_other:
        result.append(simple("unknown_other", priors["unknown_other"]))
    if confusion:
        rows = confusion_rows(priors, design)
        result.append(_dirichlet("confusion", rows, ("source", "author", "name")))
    else:
        result += _name_parameters(priors, design)
    if names.rivalries:
        result.append(simple("split", priors["split"], ["rivalry"], sizes))
    if (design.statements.row_rivalry >= 0).any():
        result += side_parameters(priors, design)
    if (n := design.statements.largest_set) > 1:
        prior = priors["set_share"]
        row = [prior["first"], *([prior["rest"]] * (n - 1))]
        a = np.tile(row, (sizes["source"], 1))
        result.append(_dirichlet("set_share", a, ("source", "set_size")))
    return result


def side_parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of deaths by side; only where some are reported."""
    return [
        simple("side_concentration", priors["side_concentration"]),
        simple("side_selection", priors["side_selection"], ["plain_name"], design.sizes),
    ]


def _name_parameters(priors: Priors, design: Design) -> list[Parameter]:
    sizes = design.sizes
    alpha, beta = right_parameters(priors, design)
    arguments = {"alpha": alpha, "beta": beta}
    result = [Parameter("right", "beta", ("source",), alpha.shape, arguments)]
    result += fixed_scale("notoriety", priors, ["plain_name"], 1, sizes)
    if design.names.rivalries:
        result.append(simple("one_sided", priors["one_sided"], ["source"], sizes))
        result.append(simple("blame_rivalry", priors["blame_rivalry"]))
    return result


def _dirichlet(name: str, a: Floats, dims: tuple[str, ...]) -> Parameter:
    return Parameter(name, "dirichlet", dims, a.shape, {"a": a})


def right_parameters(priors: Priors, design: Design) -> tuple[Floats, Floats]:
    """Beta parameters of each source's accuracy, shape (source,): declared, or by type."""
    chosen = [special or priors["right"] for special in _special_rights(priors, design)]
    return np.array([p["alpha"] for p in chosen]), np.array([p["beta"] for p in chosen])


def _special_rights(priors: Priors, design: Design) -> list[Prior | None]:
    """Prior of each source whose accuracy is declared, or that is adjudicated."""
    sources = design.evidence.axes.sources
    rows = zip(sources["type"], sources["accuracy_prior"], strict=True)
    court = priors["right_adjudicated"]
    return [
        _declared(given) if isinstance(given, tuple) else court if kind == ADJUDICATED else None
        for kind, given in rows
    ]


def _declared(given: tuple[float, float]) -> Prior:
    mean, sd = given
    size = mean * (1 - mean) / sd**2 - 1
    return Prior("beta", {"alpha": mean * size, "beta": (1 - mean) * size})


def confusion_rows(priors: Priors, design: Design) -> Floats:
    """Pseudo-counts of full confusion matrices, shape (source, author, name)."""
    prior, types = priors["confusion"], design.evidence.axes.sources["type"]
    rows = []
    for kind, special in zip(types, _special_rights(priors, design), strict=True):
        total = special["alpha"] + special["beta"] if special else prior["total"]
        mean = special["alpha"] / total if special else prior["diagonal"]
        rows.append(_pseudo_counts(design, total, mean, prior["total"], kind == ADJUDICATED))
    return np.array(rows)


def _pseudo_counts(
    design: Design, total: float, diagonal: float, of_rivalry: float, names_side: bool
) -> Floats:
    """Pseudo-counts of one source; one that names the side does not settle which."""
    names, right = design.names, _identity(design)
    weight = np.full((len(names.authors), 1), total)
    if names_side and names.rivalries:
        sides = np.eye(len(names.names))[names.sides].mean(axis=1)
        own = right[names.n_plain :]
        right[names.n_plain :] = own + ADJUDICATED_ONE_SIDED * (sides - own)
        weight[names.n_plain :] = of_rivalry
    wrong = (right == 0) / np.maximum((right == 0).sum(axis=1, keepdims=True), 1)
    return np.asarray(weight * (diagonal * right + (1 - diagonal) * wrong))


def unknown(params: Params, design: Design, engine: Engine) -> Array:
    """P(names nobody), shape (source, author)."""
    xp, names = engine.xp, design.names
    u = params["unknown"][:, None]
    is_other = np.array([[name == OTHER for name in names.authors]], float)
    if not names.has_other:
        return u + xp.zeros(is_other.shape)
    return engine.expit(xp.log(u) - xp.log1p(-u) + is_other * params["unknown_other"])


def confusion(params: Params, design: Design, engine: Engine) -> Array:
    """C_s[m, a] = P(name | author, it names somebody), shape (source, author, name)."""
    if "confusion" in params:
        return params["confusion"]
    right = _right(params, design, engine)
    if len(design.names.authors) < 2:
        return right
    theta = params["right"][:, None, None]
    return theta * right + (1 - theta) * _wrong(params, design, engine)[None]


def _identity(design: Design) -> Floats:
    return np.eye(len(design.names.authors), len(design.names.names))


def _right(params: Params, design: Design, engine: Engine) -> Array:
    """R_s, shape (source, author, name)."""
    names = design.names
    n_source = len(design.evidence.axes.sources)
    if not names.rivalries:
        return _identity(design)[None] + engine.xp.zeros((n_source, 1, 1))
    one_sided = _one_sided(params, design, engine)[:, None, None]
    plain, d = names.n_plain, len(names.rivalries)
    block = np.zeros((len(names.authors), d))
    block[plain:] = np.eye(d)
    first, second = (np.eye(len(names.names))[names.sides[:, side]] for side in (0, 1))
    split = params["split"][:, None]
    written = split * first + (1 - split) * second  # (rivalry, name)
    keep = np.array([0.0] * plain + [1.0] * d)[:, None]
    whole = _identity(design)
    sided = engine.xp.dot(block, written)
    return (1 - keep * one_sided) * whole[None] + one_sided * sided[None]


def _one_sided(params: Params, design: Design, engine: Engine) -> Array:
    adjudicated = (design.evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
    return engine.xp.where(adjudicated, ADJUDICATED_ONE_SIDED, params["one_sided"])


def blame(params: Params, design: Design, engine: Engine) -> Array:
    """φ: where wrong names fall before the true one is left out, shape (name,)."""
    xp, names = engine.xp, design.names
    odds = xp.exp(effects.effect(params, "notoriety", (names.n_plain,), xp))
    plain = odds / odds.sum()
    extra = np.zeros(len(names.names) - len(names.authors))
    if not (d := len(names.rivalries)):
        return plain
    share = params["blame_rivalry"]
    return xp.concatenate([(1 - share) * plain, share * np.full(d, 1.0 / d), extra])


def _wrong(params: Params, design: Design, engine: Engine) -> Array:
    phi = blame(params, design, engine)
    off = 1.0 - _identity(design)
    return off * phi / (off * phi).sum(axis=1, keepdims=True)


def set_shares(params: Params, design: Design, engine: Engine) -> Array:
    """η: share of sets of each size among plain names, shape (source, set_size)."""
    if "set_share" in params:
        return params["set_share"]
    return engine.xp.ones((len(design.evidence.axes.sources), 1))


def listed(u: Array, matrix: Array, eta: Array, design: Design, engine: Engine) -> Array | None:
    """L_s: P(lists an incident it saw | listing class), shape (source, class).

    None where every source lists all.
    """
    sources = design.evidence.axes.sources
    coverage = sources["coverage"].to_numpy()
    if (coverage == "all").all():
        return None
    author = design.histories.class_author
    attributes = 1.0 - u[:, author]
    spoken = (matrix[:, author, :] * _speaks(eta, design)[:, None, :]).sum(axis=2)
    result = engine.xp.where(
        (coverage == "contenders_only")[:, None], attributes * spoken, attributes
    )
    return engine.xp.where((coverage == "all")[:, None], 1.0, result)


def _speaks(eta: Array, design: Design) -> Array:
    """P(the statement names a contender | name picked), shape (source, name)."""
    names = design.names
    contender = names.contender.astype(float)
    plain = (np.arange(len(names.names)) < names.n_plain) * (1.0 - contender)
    spoken = (eta * (1.0 - avoided_shares(design))).sum(axis=1)
    return contender + plain * spoken[:, None]


def avoided_shares(design: Design) -> Floats:
    """P(a set of each size around no contender holds none), shape (set_size,)."""
    names = design.names
    rest, others = names.n_plain - 1, int(names.contender[: names.n_plain].sum())
    sizes = range(design.statements.largest_set)
    free = max(rest - others, 0)
    return np.array([comb(free, n) / comb(rest, n) if n <= rest else 0.0 for n in sizes])


def log_statements(
    params: Params, u: Array, matrix: Array, eta: Array, lists: Array | None,
    design: Design, engine: Engine,
) -> Array:  # fmt: skip
    """Log probability of what all sources of an incident wrote, shape (row, author)."""
    xp, st = engine.xp, design.statements
    flat = xp.transpose(matrix, (0, 2, 1)).reshape((-1, len(design.names.authors)))
    chosen = xp.dot(st.selection, flat)  # (pair, author)
    possible = xp.maximum(xp.where(st.is_unknown[:, None], 1.0, chosen), LEAST_PROBABLE)
    named = xp.log(possible) + xp.log1p(-u[st.source])
    named = named + xp.where(st.is_plain, xp.log(eta[st.source, st.set_size]), 0.0)[:, None]
    pairs = xp.where(st.is_unknown[:, None], xp.log(u[st.source]), named)
    pairs = pairs - _log_given_listed(lists, design, engine)
    padded = xp.concatenate([xp.zeros((1, len(design.names.authors))), pairs], axis=0)
    return padded[st.rows].sum(axis=1) + _log_sides(params, design, engine)


def _log_given_listed(lists: Array | None, design: Design, engine: Engine) -> Array:
    """log L where a source has no detection: there it speaks given that it reported."""
    st, h = design.statements, design.histories
    if lists is None:
        return np.zeros((len(st.source), 1))
    return st.given_reported[:, None] * engine.xp.log(lists[st.source][:, h.listing_class])


def _log_sides(params: Params, design: Design, engine: Engine) -> Array:
    """Log probability of the deaths by side, shape (row, author)."""
    st, names = design.statements, design.names
    if "side_concentration" not in params:
        return np.zeros((1, len(names.authors)))
    first, second = st.by_first.astype(float), st.by_second.astype(float)
    d = np.maximum(st.row_rivalry, 0)
    told = told_split(params, design, engine)
    a = params["side_concentration"] * told[d]
    b = params["side_concentration"] * (1 - told[d])
    choose = gammaln(first + second + 1) - gammaln(first + 1) - gammaln(second + 1)
    known = choose + _betaln(a + first, b + second, engine) - _betaln(a, b, engine)
    is_author = np.arange(len(names.authors)) == (names.n_plain + d)[:, None]
    counted = (st.row_rivalry >= 0)[:, None]
    uniform = -np.log1p(first + second)[:, None]
    return engine.xp.where(counted, engine.xp.where(is_author, known[:, None], uniform), 0.0)


def told_split(params: Params, design: Design, engine: Engine) -> Array:
    """q: split of the clashes whose dead are told by side, shape (rivalry,)."""
    xp, split = engine.xp, params["split"]
    selection = xp.dot(design.names.lean, params["side_selection"])
    return engine.expit(xp.log(split) - xp.log1p(-split) + selection)


def _betaln(a: Array, b: Array, engine: Engine) -> Array:
    return engine.gammaln(a) + engine.gammaln(b) - engine.gammaln(a + b)
