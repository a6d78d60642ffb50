r"""Who is blamed: what each source writes of an incident, given the claim it sees.

A source names nobody with probability u, else somebody by its confusion matrix C:

.. math::
    C_s[m, a] &= \theta_s R_s[m, a] + (1 - \theta_s)\,
        \frac{\varphi_{sa}\,[a \ne m]}{1-\varphi_{sm}} \\
    R_s[d, \cdot] &= (1 - o_s)\,e_d + o_s\,(\pi_d e_{d_1} + (1 - \pi_d) e_{d_2})
        \quad\text{for a rivalry } d, \text{ else } e_m \\
    \varphi_{sa} &\propto e^{\text{notoriety}_a + \sigma_F f_{sa}}\,a_a\,w_{sa} \\
    \operatorname{logit} u_{sr} &= \operatorname{logit} u_s + \sigma_U\,
        v_{\mathrm{type}(s), r}

with θ right, φ where wrong names fall (f the source's own favour, a 1 where an organization is
present, else ``ABSENT_BLAME``, w ``OTHER_BLAME`` for ``other`` by a source that lists
organizations only: it leaves out what it takes for anything else, so that its θ is of names alone
and 1 where m is ``other``), o one-sidedness, π the split of a rivalry, v 0 where no source of
the type may name nobody (``circumstances.informant_types``). An adjudicated source sees the
author, not the claim, and names the side of a clash (o = .98). Of a clash the scene shows one side
as having struck, its *lead*, the first with probability π and the same one to all who see the
scene: R with π of 1 or 0 is what they write. How these make the probability of all that is written
of an incident is said in ``written``.
"""

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats
from ..data.values import ADJUDICATED
from . import effects
from .circumstances import adjudicated
from .claims import ABSENT_BLAME, OTHER_BLAME
from .design import Design
from .engine import Array, Engine, Params
from .families import fixed_scale, shares, simple, standardized
from .names import is_other
from .parameters import Parameter
from .prior_table import Prior
from .priors import Priors

ADJUDICATED_ONE_SIDED = 0.98
"""o of an adjudicated source: not 1, or one that writes a clash whole would say the impossible."""


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the attribution parameters; with full confusion matrices where asked for."""
    names, sizes = design.names, design.sizes
    result = [simple("unknown", priors["unknown"], ["source"], sizes)]
    if design.structure.regional_unknown and sizes["informant_type"]:
        dims = ["informant_type", "region"]
        result += standardized("unknown_region", priors, dims, 1, sizes)
    if names.has_other:
        result.append(simple("unknown_other", priors["unknown_other"]))
    if design.structure.confusion:
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
    if design.statements.groups:
        result.append(simple("copying", priors["copying"], ["group"], sizes))
    return result


def side_parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of deaths by side; only where some are reported."""
    return [
        simple("side_concentration", priors["side_concentration"]),
        simple("side_selection", priors["side_selection"], ["plain_name"], design.sizes),
    ]


def _name_parameters(priors: Priors, design: Design) -> list[Parameter]:
    sizes = design.sizes
    result = [shares("right", _rights(priors, design), "source")]
    result += fixed_scale("notoriety", priors, ["plain_name"], 1, sizes)
    if design.structure.favour:
        result += standardized("favour", priors, ["source", "plain_name"], 1, sizes)
    if design.names.rivalries:
        result.append(simple("one_sided", priors["one_sided"], ["source"], sizes))
        result.append(simple("blame_rivalry", priors["blame_rivalry"]))
    return result


def _dirichlet(name: str, a: Floats, dims: tuple[str, ...]) -> Parameter:
    return Parameter(name, "dirichlet", dims, a.shape, {"a": a})


def _rights(priors: Priors, design: Design) -> list[Prior]:
    """Prior of each source's accuracy: declared, or by type."""
    return [special or priors["right"] for special in _special_rights(priors, design)]


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
    """P(names nobody | author named), shape (source, locale, author)."""
    xp, names, around = engine.xp, design.names, design.around
    u = params["unknown"][:, None, None]
    every = xp.zeros((1, len(around.locale_region), len(names.authors)))
    if "unknown_region" not in params and not names.has_other:
        return u + every
    types, type_of = design.informant_types
    shape = (len(types), design.sizes["region"])
    by_type = effects.scaled(params, "unknown_region", shape, xp)
    none = xp.zeros((1, shape[1]))
    by_region = xp.concatenate([by_type, none], axis=0)[type_of]
    shift = by_region[:, around.locale_region][:, :, None] + every
    if names.has_other:
        shift = shift + is_other(names) * params["unknown_other"]
    return engine.expit(xp.log(u) - xp.log1p(-u) + shift)


def unattributed(params: Params, engine: Engine) -> tuple[Array, Array]:
    """Mean over sources of P(nobody is named), of an organization's incident and of ``other``'s.

    What nobody can tell is among them, where the model has claims; regions, and that courts can
    tell it, are left aside.

    Parameters
    ----------
    params
        One value of the parameters, or many of them, dims before their own.
    """
    xp, u = engine.xp, params["unknown"]
    nobody = params.get("claim_nobody", 0.0)
    logit = xp.log(u) - xp.log1p(-u)
    of_other = engine.expit(logit + params["unknown_other"][..., None])
    return tuple(nobody + (1 - nobody) * share.mean(axis=-1) for share in (u, of_other))


def confusion(params: Params, design: Design, engine: Engine) -> Array:
    """C_s[m, a] = P(name | m, it names somebody), shape (setting, source, author, name)."""
    if "confusion" in params:
        return params["confusion"][None] + engine.xp.zeros(
            (len(design.around.setting_epoch), 1, 1, 1)
        )
    right = _right(params, design, engine)[None]
    settings = engine.xp.zeros((len(design.around.setting_epoch), 1, 1, 1))
    if len(design.names.authors) < 2:
        return right + settings
    knows = lists_organizations(design)[:, None] & is_other(design.names)
    theta = engine.xp.where(knows, 1.0, params["right"][:, None])[:, :, None]
    return theta * right + (1 - theta) * _wrong(params, design, engine)


def leads(params: Params, design: Design, engine: Engine) -> tuple[Array, Array] | None:
    """``confusion`` where every clash shows its first side, and where its second; None: no leads.

    Of sources that write no leads (``Design.is_led``) both are as if they did: see ``written``.
    """
    if not design.has_leads:
        return None
    split = np.ones(len(design.names.rivalries))
    first, second = (
        confusion({**params, "split": share}, design, engine) for share in (split, 0.0 * split)
    )
    return first, second


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
    courts = adjudicated(design.evidence)
    return engine.xp.where(courts, ADJUDICATED_ONE_SIDED, params["one_sided"])


def blame(params: Params, design: Design, engine: Engine) -> Array:
    """φ: where wrong names fall before the true one is left out: (setting, source, name)."""
    xp, names = engine.xp, design.names
    n_source, n = len(design.evidence.axes.sources), names.n_plain
    odds = xp.exp(
        effects.effect(params, "notoriety", (n,), xp)
        + effects.scaled(params, "favour", (n_source, n), xp)
    )
    odds = np.where(design.around.setting_present, 1.0, ABSENT_BLAME)[:, None, :] * odds
    odds = blame_weights(design) * odds
    plain = odds / odds.sum(axis=2, keepdims=True)
    if not (d := len(names.rivalries)):
        return plain
    share = params["blame_rivalry"]
    zeros = xp.zeros((len(design.around.setting_epoch), n_source, 1))
    extra = np.zeros(len(names.names) - len(names.authors))
    even = np.full(d, 1.0 / d)
    return xp.concatenate([(1 - share) * plain, share * even + zeros, extra + zeros], axis=2)


def lists_organizations(design: Design) -> NDArray[np.bool_]:
    """Sources that list organizations only: what they take for ``other`` they leave out."""
    coverage = design.evidence.axes.sources["coverage"].to_numpy()
    return np.asarray(coverage == "organizations_only")


def blame_weights(design: Design) -> Floats:
    """How readily a name is wrong, beside what readers of the scene think: (source, name)."""
    others = is_other(design.names)[: design.names.n_plain]
    return np.where(lists_organizations(design)[:, None] & others, OTHER_BLAME, 1.0)


def _wrong(params: Params, design: Design, engine: Engine) -> Array:
    phi = blame(params, design, engine)[:, :, None, :]
    off = 1.0 - _identity(design)
    return off * phi / (off * phi).sum(axis=3, keepdims=True)


def set_shares(params: Params, design: Design, engine: Engine) -> Array:
    """η: share of sets of each size among plain names, shape (source, set_size)."""
    if "set_share" in params:
        return params["set_share"]
    return engine.xp.ones((len(design.evidence.axes.sources), 1))
