r"""Who reports it: sources that miss incidents, and miss the same ones.

.. math::
    \operatorname{logit} p[s \mid r, c, v, z]
        &= \alpha_s + \alpha_{sr} + \alpha_{sc} + \beta_s x_v + \lambda_s z,
        \qquad z \sim N(0, 1) \\
    P(h \mid m) &= \sum_q \omega_q \prod_{s \in h} p_{sq}
        \prod_{s \notin h} \big(1 - p_{sq} L_s(m)\big)

z is shared by all sources of an incident and summed over quadrature nodes q; x_v is the log
of the bin's victims; L_s(m) is the probability that s, having seen it, lists an incident
with claim m: 1 for a source that lists all, P(it attributes) for one that lists what is
attributed. Only sources whose silence is informative (*listers*) have a p.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import centring, effects
from .design import SIZE_LOG_VICTIMS, Design
from .engine import Array, Engine, Params
from .histories import REPORTED, WAS_SILENT
from .parameters import Parameter, simple, standardized
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the detection parameters."""
    sizes = design.sizes
    by_source = [
        simple(name, priors[name], ["lister"], sizes)
        for name in ("detection", "detection_size", "visibility")
    ]
    return [
        *by_source,
        *standardized("detection_region", priors, ["lister", "region"], 1, sizes),
        *standardized("detection_kind", priors, ["lister", "kind"], 1, sizes),
    ]


LEAST_REACH, CERTAIN = 1e-300, 1e-12
"""Bounds of a source's part in the reach, which keep its logarithm and gradient finite."""


@dataclass(frozen=True)
class Logit:
    """logit p at visibility 0, in parts that add up.

    ``region`` (lister, region) holds the source's level; ``kind`` (lister, kind); ``size``
    (lister, size).
    """

    region: Array
    kind: Array
    size: Array

    @property
    def full(self) -> Array:
        """Shape (lister, region, kind, size)."""
        region, kind, size = self.region, self.kind, self.size
        return region[:, :, None, None] + kind[:, None, :, None] + size[:, None, None, :]


def logits(params: Params, design: Design, engine: Engine) -> Logit:
    """Work out logit p at visibility 0."""
    xp, axes = engine.xp, design.evidence.axes
    s = len(design.histories.listers)
    region = effects.scaled(params, "detection_region", (s, len(axes.regions)), xp)
    return Logit(
        region=params["detection"][:, None] + region,
        kind=effects.scaled(params, "detection_kind", (s, len(axes.kinds)), xp),
        size=params["detection_size"][:, None] * SIZE_LOG_VICTIMS,
    )


class Reach(NamedTuple):
    """How far the sources reach, on the log scale: no part of the likelihood, it makes coordinates.

    What is reported is rate times reach and sizes times reach; data fix these products far better
    than either factor (``parameters.Parameter.around``, ``size``).

    Attributes
    ----------
    place
        -log Σ_v s_v / P[r,v], shape (region,), s the reported shares of sizes: rate of what
        is reported less that of what happens, if sizes are as reported.
    size
        Σ_r g_r log P[r,v], shape (size,), less its mean, g the reported shares of regions.
    """

    place: Array
    size: Array


def log_reach(params: Params, design: Design, engine: Engine) -> Reach:
    """Work out the reach from P[r,v], the probability that some source lists an incident."""
    listed = _log_listed(params, design, engine)
    shares = centring.reported_shares(design)
    place = -engine.logsumexp(np.log(shares.size) - listed, 1)
    by_size = (shares.region[:, None] * listed).sum(axis=0)
    return Reach(place, by_size - by_size.mean())


def _log_listed(params: Params, design: Design, engine: Engine) -> Array:
    """log P(some source lists it) of an average kind, shape (region, size)."""
    xp, listers = engine.xp, design.histories.listers
    partly = (design.evidence.axes.sources["coverage"].iloc[listers] != "all").to_numpy()
    attributes = 1.0 - partly * params["unknown"][listers]
    logit = logits(params, design, engine)
    # Over z the mean of expit(x + λ z) is about expit(x / √(1 + π λ² / 8)): MacKay 1992, (10).
    shrink = 1.0 / xp.sqrt(1.0 + np.pi / 8.0 * params["visibility"] ** 2)
    x = (logit.region[:, :, None] + logit.size[:, None, :]) * shrink[:, None, None]
    listed = xp.clip(attributes[:, None, None] * engine.expit(x), LEAST_REACH, 1.0 - CERTAIN)
    return xp.log(-xp.expm1(xp.log1p(-listed).sum(axis=0)))


def log_history(
    logit: Array, visibility: Array, listed: Array, design: Design, engine: Engine
) -> Array:
    """log P(history | listing class), shape (history, listing class).

    Parameters
    ----------
    logit, visibility
        Of ``logits``, and λ of shape (lister,).
    listed
        L_s of each listing class, shape (lister, class).
    """
    h = design.histories
    x = logit[:, h.region, h.kind, h.size].T  # (history, lister)
    x = x[:, :, None] + visibility[:, None] * h.nodes  # (history, lister, node)
    reported = (h.mark == REPORTED)[:, :, None] * engine.log_expit(x)
    silent = (h.mark == WAS_SILENT)[:, :, None, None] * _log_silent(x, listed, engine)
    total = reported.sum(axis=1)[:, :, None] + silent.sum(axis=1)  # (history, node, class)
    return engine.logsumexp(total + engine.xp.log(h.weights)[:, None], 1)


def seen(logit: Array, visibility: Array, listed: Array, design: Design, engine: Engine) -> Array:
    """P(at least one source lists it), shape (context, size, listing class)."""
    h = design.histories
    x = logit[:, h.context_region, h.context_kind, :]  # (lister, context, size)
    x = engine.xp.transpose(x, (1, 2, 0))[:, :, :, None] + visibility[:, None] * h.nodes
    looking = h.context_looking[:, None, :, None, None]
    silent = (looking * _log_silent(x, listed, engine)).sum(axis=2)  # (context, size, node, class)
    return 1.0 - (engine.xp.exp(silent) * h.weights[:, None]).sum(axis=2)


def _log_silent(x: Array, listed: Array, engine: Engine) -> Array:
    """log(1 - p L), shape of x and one more axis for the listing class.

    1 - pL = (1 - p) + p(1 - L), both terms positive: nothing cancels where L is 1.
    """
    if listed is None:
        return engine.log_expit(-x)[..., None]
    missed = engine.expit(-x)[..., None] + engine.expit(x)[..., None] * (1.0 - listed)[:, None, :]
    return engine.xp.log(missed)
