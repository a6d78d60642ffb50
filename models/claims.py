r"""What the scene presents: the claim that all sources of an incident see.

For an author k that is no rivalry, with ε the share of false claims and n that of scenes that
nobody can read,

.. math::
    \Phi[k, \varnothing] &= n_k, \qquad
    \operatorname{logit} n_k = \operatorname{logit} n + \nu_k \\
    \Phi[k, k] &= (1 - n_k)(1 - \varepsilon_k) \\
    \Phi[k, m] &= (1 - n_k)\,\varepsilon_k\,(1 - \beta_k)\,
        \frac{w_{km}}{\sum_{m' \ne k} w_{km'}}, \qquad
        w_{km} = e^{\text{notoriety}_m + \chi\,\text{rival}_{km}}\,a_m \\
    \Phi[k, d] &= (1 - n_k)\,\varepsilon_k\,\beta_k / D_k \quad
        \text{for the } D_k \text{ rivalries } d \text{ that hold } k

where a is 1 where m is present and ``ABSENT_BLAME`` where it is not, β the share of false claims
that are a clash (zero where k is in none), χ how much more readily a rival is framed. Of a rivalry
d: Φ[d,d] = 1 − ε_d, the rest in equal parts on its two sides and ∅ (a side without an axis of its
own: on ∅). After an event logit ε of the organizations that it names shifts.

Without adjudicated cases Φ is not identified: ε, ν and χ keep their priors, and the decision is
reviewed against them. ν is what one organization signs more readily than another: with equal truth
and shares of .8 and .4 left unattributed, a common share made 500 and 1,500 of them in simulation.
"""

from typing import Any

import numpy as np

from ..data.arrays import Floats
from . import effects
from .design import Design
from .engine import Array, Engine, Params
from .families import fixed_scale, shares, simple
from .parameters import Parameter
from .priors import Priors

ABSENT_BLAME = 0.05
"""How much less often a false claim falls on an organization that is not present: a twentieth."""
OTHER_BLAME = 1e-12
"""How readily one that lists organizations only names ``other`` wrongly: as good as never. Nothing
at all would leave one that knows one organization alone nobody to name wrongly."""


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of claims."""
    sizes, names, unsigned = design.sizes, design.names, design.structure.unsigned
    false = [priors["claim_false"]] * len(names.organizations)
    if names.has_other:
        false.append(priors["claim_false_other"])
    result = [
        simple("claim_nobody", priors["claim_nobody"]),
        *(fixed_scale("claim_unsigned", priors, ["organization"], 1, sizes) if unsigned else []),
        shares("claim_false", false, "plain_name"),
    ]
    if names.n_plain > 1:
        result.append(simple("claim_rival", priors["claim_rival"]))
    if names.rivalries:
        result.append(simple("claim_rivalry", priors["claim_rivalry"], ["rivalry"], sizes))
        result.append(simple("claim_clash", priors["claim_clash"]))
    if design.around.events:
        result.append(simple("claim_event", priors["claim_event"], ["event"], sizes))
    return result


def claims(params: Params, design: Design, engine: Engine) -> Array | None:
    """Φ, shape (setting, author, claim); None where what happened is what is seen."""
    if "claim_false" not in params:
        return None
    xp = engine.xp
    plain = _plain(params, design, engine)  # (setting, plain name, claim)
    if not design.names.rivalries:
        return plain
    wars = _wars(params, design)
    every = xp.zeros((len(design.around.setting_epoch), 1, 1)) + wars
    return xp.concatenate([plain, every], axis=1)


def _plain(params: Params, design: Design, engine: Engine) -> Array:
    xp, names, around = engine.xp, design.names, design.around
    n, d = names.n_plain, len(names.rivalries)
    nobody = _nobody(params, design, engine)[None, :, None]
    false = _false(params, design, engine)[:, :, None]
    clash = params["claim_clash"] if d else 0.0
    wars = war_shares(design)
    share = (wars.sum(axis=1) * clash)[None, :, None]
    alone = np.zeros((n, 1)) if n > 1 else np.ones((n, 1))
    blamed = (1.0 - share) * _blamed(params, design, xp) if n > 1 else np.zeros((1, 1, 1))
    own = np.eye(n) * ((1.0 - false) + false * alone * (1.0 - share))
    parts = [(1.0 - nobody) * (own + false * blamed)]
    if d:
        parts.append((1.0 - nobody) * false * clash * wars)
    parts.append(nobody + xp.zeros((len(around.setting_epoch), n, 1)))
    return xp.concatenate(parts, axis=2)


def _nobody(params: Params, design: Design, engine: Engine) -> Array:
    """n, shape (plain name,)."""
    xp, names = engine.xp, design.names
    k = len(names.organizations)
    own = effects.effect(params, "claim_unsigned", (k,), xp)
    if names.has_other:
        own = xp.concatenate([own, np.zeros(1)])
    base = params["claim_nobody"]
    return engine.expit(xp.log(base) - xp.log1p(-base) + own)


def _false(params: Params, design: Design, engine: Engine) -> Array:
    """ε, shape (setting, plain name)."""
    xp, around, names = engine.xp, design.around, design.names
    base = params["claim_false"]
    shift = effects.effect(params, "claim_event", (len(around.events),), xp)
    lasting = xp.dot(shift, event_table(design)).reshape((names.n_plain, around.past.shape[1]))
    logit = xp.log(base) - xp.log1p(-base)
    return engine.expit(logit[None] + lasting.T[around.setting_epoch])


def event_table(design: Design) -> Floats:
    """How much of each event's shift a plain name has in an epoch: (event, name x epoch)."""
    around, n = design.around, design.names.n_plain
    table = around.event_author[:, :n, None] * around.past[:, None, :]
    return np.asarray(table.reshape(len(around.events), n * around.past.shape[1]), float)


def _blamed(params: Params, design: Design, xp: Any) -> Array:
    """Where the false claims that are no clash fall, shape (setting, plain name, plain name)."""
    around, n = design.around, design.names.n_plain
    odds = xp.exp(
        effects.effect(params, "notoriety", (n,), xp)[None, :]
        + params["claim_rival"] * around.rivalry
    )
    present = np.where(around.setting_present, 1.0, ABSENT_BLAME)
    weight = (1.0 - np.eye(n)) * odds * present[:, None, :]
    return weight / weight.sum(axis=2, keepdims=True)


def _wars(params: Params, design: Design) -> Array:
    """Φ of the rivalries, shape (rivalry, claim)."""
    false = params["claim_rivalry"][:, None]
    names = design.names
    own = np.eye(len(names.rivalries), len(names.claims), names.n_plain)
    return own * (1.0 - false) + false * war_rest(design)


def war_shares(design: Design) -> Floats:
    """Which clashes a false claim of a clash falls on, evenly, shape (plain name, rivalry)."""
    holds = design.names.holds
    return np.ascontiguousarray(holds.T / np.maximum(holds.sum(axis=0), 1)[:, None])


def war_rest(design: Design) -> Floats:
    """Where false claims of a clash fall, shape (rivalry, claim): its sides, and nobody."""
    names = design.names
    rest = np.zeros((len(names.rivalries), len(names.claims)))
    for number, sides in enumerate(names.sides):
        for side in sides:
            on_axis = side < len(names.authors) and side != names.n_plain + number
            rest[number, side if on_axis else len(names.authors)] += 1.0 / 3.0
        rest[number, -1] += 1.0 / 3.0
    return rest
