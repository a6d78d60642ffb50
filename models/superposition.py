r"""The likelihood: incidents of a cell that show a pattern are Poisson.

.. math::
    m_{cell,j} &= \sum_k \mu_k (1 - \psi_k)\, \rho_k[v_j, w_j] \sum_m P(h_j \mid k, m)\,
        \Phi[k, m]\, P(j \mid k, m) \\
    \ell_{cell} &= \sum_{j} \big(n_j \log m_{cell,j} - \log n_j!\big)
        - \sum_k \mu_k\,P(\text{seen} \mid k, cell)

with ψ the never-visible share. Every latent label is summed out; the work grows with distinct
(cell, pattern) rows, and the unseen need no enumeration (superposition and thinning of Poisson
processes; Kingman 1993).
"""

from dataclasses import dataclass

import numpy as np

from . import attribution, claims, detection, rates, size, victims, visibility, written
from .design import Design, Patterns
from .detection import Chances
from .engine import Array, Engine, Params
from .rates import LogRate


@dataclass(frozen=True)
class Quantities:
    """What the parameters say, in arrays with the design's axes.

    Attributes
    ----------
    rate
        log μ in parts.
    log_visible
        log(1 - ψ), shape (author,).
    log_size, log_class
        log ρ, shapes (author, region, kind, size) and (author, kind, class).
    chances
        What detection hangs on.
    unknown
        shape (source, locale, author).
    confusion
        shape (setting, source, author, name).
    set_shares
        shape (source, set_size).
    claims
        Φ, shape (setting, author, claim); None where what happened is what is seen.
    written
        P(what all wrote, claim in class | author), shape (row, author, listing class).
    """

    rate: LogRate
    log_visible: Array
    log_size: Array
    log_class: Array
    chances: Chances
    unknown: Array
    confusion: Array
    set_shares: Array
    claims: Array | None
    written: Array

    @property
    def log_rate(self) -> Array:
        """log μ, shape (author, region, period, kind)."""
        return self.rate.full


def quantities(params: Params, design: Design, engine: Engine) -> Quantities:
    """Work out every array of the likelihood from one value of the parameters."""
    u = attribution.unknown(params, design, engine)
    matrix = attribution.confusion(params, design, engine)
    leads = attribution.leads(params, design, engine)
    eta = attribution.set_shares(params, design, engine)
    phi = claims.claims(params, design, engine)
    lists = written.listed(u, matrix, eta, design, engine)
    log_class = victims.log_class(params, design, engine)
    of_listers = None if lists is None else lists[design.histories.listers]
    return Quantities(
        rate=rates.log_rate(params, design, engine),
        log_visible=visibility.log_visible(params, design, engine),
        log_size=size.log_size(params, design, engine),
        log_class=log_class,
        chances=detection.chances(params, of_listers, log_class, design, engine),
        unknown=u,
        confusion=matrix,
        set_shares=eta,
        claims=phi,
        written=written.written(params, u, matrix, leads, eta, lists, phi, design, engine),
    )


def joint(q: Quantities, design: Design, patterns: Patterns, engine: Engine) -> Array:
    """Each author's share of m, shape (pattern, author)."""
    xp, h = engine.xp, design.histories
    known = detection.history(q.chances, detection.observed_rows(design), design, engine)
    mark = _log_known_class(q, design, patterns, engine)
    shown = _shown(known[:, h.classes.of_author], q, patterns)
    return xp.exp(_log_base(q, design, patterns, engine) + mark) * shown


def _shown(reach: Array, q: Quantities, patterns: Patterns) -> Array:
    """P(history, all that is written | author), shape (pattern, author)."""
    return (reach[patterns.history] * q.written[patterns.attribution]).sum(axis=2)


def _log_base(q: Quantities, design: Design, patterns: Patterns, engine: Engine) -> Array:
    """log μ (1 - ψ) ρ[v], shape (pattern, author)."""
    xp = engine.xp
    region, period = design.cell_region[patterns.cell], design.cell_period[patterns.cell]
    rate = xp.transpose(q.log_rate, (1, 2, 3, 0))[region, period, patterns.kind]
    size = xp.transpose(q.log_size, (1, 2, 3, 0))[region, patterns.kind, patterns.size]
    return rate + size + q.log_visible


def _log_known_class(q: Quantities, design: Design, patterns: Patterns, engine: Engine) -> Array:
    """log P(class | author) of patterns whose class is known, else 0: (pattern, author)."""
    known = design.histories.victim_class[patterns.history]
    each = engine.xp.transpose(q.log_class, (1, 2, 0))[patterns.kind, abs(known)]
    return engine.xp.where((known >= 0)[:, None], each, 0.0)


def log_joint_by_class(q: Quantities, design: Design, patterns: Patterns, engine: Engine) -> Array:
    """log of each author's share of m by victim class, shape (pattern, author, class).

    Minus infinity for classes other than the known one.
    """
    xp, h = engine.xp, design.histories
    base, each = _log_base(q, design, patterns, engine), []
    known = h.victim_class[patterns.history][:, None]
    for w in range(design.sizes["victim_class"]):
        rows = detection.observed_rows(design)._replace(victim_class=np.full(len(h.spot), w))
        reach = detection.history(q.chances, rows, design, engine)[:, h.classes.of_author]
        mark = xp.transpose(q.log_class, (1, 2, 0))[patterns.kind, w]
        log = base + mark + xp.log(_shown(reach, q, patterns))
        each.append(xp.where((known == w) | (known < 0), log, -np.inf))
    return xp.stack(each, axis=2)


def mean(q: Quantities, design: Design, engine: Engine) -> Array:
    """m of each pattern that the likelihood counts, shape (pattern,)."""
    return joint(q, design, design.counted, engine).sum(axis=1)


def unseen_share(q: Quantities, design: Design, engine: Engine) -> Array:
    """P(size, class, not seen | author, context), shape (author, context, size, class)."""
    xp, h, sizes = engine.xp, design.histories, design.sizes
    shape = (len(h.context_spot), sizes["size"], sizes["victim_class"])
    missed = detection.history(q.chances, detection.unseen_rows(design), design, engine)
    missed = missed[:, h.classes.of_author]  # (row, author, listing class)
    setting = design.around.locale_setting[h.spot_locale[detection.unseen_rows(design).spot]]
    missed = (missed * claim_classes(q, design, engine)[setting]).sum(axis=2)
    missed = xp.transpose(missed.reshape((*shape, -1)), (3, 0, 1, 2))
    visible = xp.exp(q.log_visible)[:, None, None, None]
    marks = xp.exp(q.log_size)[:, h.context_region, h.context_kind, :, None]
    marks = marks * xp.exp(q.log_class)[:, h.context_kind][:, :, None, :]
    return marks * (1.0 - visible + visible * missed)


def claim_classes(q: Quantities, design: Design, engine: Engine) -> Array:
    """P(claim in class | author), shape (setting, author, listing class)."""
    xp, classes = engine.xp, design.histories.classes
    n_setting, n = len(design.around.setting_epoch), len(design.names.authors)
    if q.claims is None:
        # What is seen is what happened: each author's own class where listing goes by claim.
        of = classes.of_claim[:n] if classes.by_claim else classes.of_claim[[0] * n]
        own = (of[:, None] == np.arange(len(classes.claim))).astype(float)
        return own + xp.zeros((n_setting, 1, 1))
    member = (classes.of_claim[:, None] == np.arange(len(classes.claim))).astype(float)
    flat = q.claims.reshape((n_setting * n, len(design.names.claims)))
    return xp.dot(flat, member).reshape((n_setting, n, len(classes.claim)))


def mass(q: Quantities, design: Design, engine: Engine) -> Array:
    """Expected incidents that some lister sees, shape (cell,)."""
    share = 1.0 - unseen_share(q, design, engine).sum(axis=(2, 3))  # (author, context)
    share = engine.xp.maximum(share, 0.0)  # by rounding less, where nobody looks
    rate = engine.xp.exp(q.log_rate)[:, design.cell_region, design.cell_period, design.cell_kind]
    return (rate * share[:, design.histories.cell_context]).sum(axis=0)


def pattern_term(q: Quantities, design: Design, engine: Engine) -> Array:
    """Σ n log m - log n! of every cell, shape (cell,)."""
    weighted = design.counted.count * engine.xp.log(mean(q, design, engine))
    n = len(design.cell_kind)
    return engine.segment_sum(weighted, design.counted.cell, n) + design.log_factorials
