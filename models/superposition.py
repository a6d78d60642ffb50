r"""The likelihood: incidents of a cell that show a pattern are Poisson.

.. math::
    m_{cell,j} &= \sum_k \mu_k \rho_k[v_j]\,P(h_j \mid k)\,\prod_{s \in j} \Theta_s[k, a_{js}] \\
    \ell_{cell} &= \sum_{j} \big(n_j \log m_{cell,j} - \log n_j!\big)
        - \sum_k \mu_k \sum_v \rho_k[v]\,P(\text{seen} \mid k, v)

Every latent label is summed out; the work grows with distinct (cell, pattern) rows, and the
unseen need no enumeration (superposition and thinning of Poisson processes; Kingman 1993).
"""

from dataclasses import dataclass

from . import attribution, detection, rates, size
from .design import Design, Patterns
from .detection import Logit
from .engine import Array, Engine, Params
from .rates import LogRate


@dataclass(frozen=True)
class Quantities:
    """What the parameters say, in arrays with the design's axes.

    Attributes
    ----------
    rate
        log μ in parts.
    log_size
        log ρ, shape (author, region, kind, size).
    logit
        logit p at visibility 0, in parts.
    visibility
        λ, shape (lister,).
    unknown
        shape (source, author).
    confusion
        shape (source, author, name).
    set_shares
        shape (source, set_size).
    listed
        L of each lister, shape (lister, listing class); None where all list everything.
    log_statements
        shape (attribution row, author).
    """

    rate: LogRate
    log_size: Array
    logit: Logit
    visibility: Array
    unknown: Array
    confusion: Array
    set_shares: Array
    listed: Array | None
    log_statements: Array

    @property
    def log_rate(self) -> Array:
        """log μ, shape (author, region, period, kind)."""
        return self.rate.full

    @property
    def detection(self) -> Array:
        """logit p at visibility 0, shape (lister, region, kind, size)."""
        return self.logit.full


def quantities(params: Params, design: Design, engine: Engine) -> Quantities:
    """Work out every array of the likelihood from one value of the parameters."""
    u = attribution.unknown(params, design, engine)
    matrix = attribution.confusion(params, design, engine)
    eta = attribution.set_shares(params, design, engine)
    lists = attribution.listed(u, matrix, eta, design, engine)
    return Quantities(
        rate=rates.log_rate(params, design, u, engine),
        log_size=size.log_size(params, design, engine),
        logit=detection.logits(params, design, engine),
        visibility=params["visibility"],
        unknown=u,
        confusion=matrix,
        set_shares=eta,
        listed=None if lists is None else lists[design.histories.listers],
        log_statements=attribution.log_statements(params, u, matrix, eta, lists, design, engine),
    )


def log_joint(q: Quantities, design: Design, patterns: Patterns, engine: Engine) -> Array:
    """log of each author's share of m, shape (pattern, author)."""
    xp = engine.xp
    region, period = design.cell_region[patterns.cell], design.cell_period[patterns.cell]
    rate = xp.transpose(q.log_rate, (1, 2, 3, 0))[region, period, patterns.kind]
    mark = xp.transpose(q.log_size, (1, 2, 3, 0))[region, patterns.kind, patterns.size]
    known = detection.log_history(q.logit.full, q.visibility, q.listed, design, engine)
    history = known[patterns.history][:, design.histories.listing_class]
    return rate + mark + history + q.log_statements[patterns.attribution]


def log_mean(q: Quantities, design: Design, engine: Engine) -> Array:
    """log m of each pattern that the likelihood counts, shape (pattern,)."""
    return engine.logsumexp(log_joint(q, design, design.counted, engine), 1)


def seen_by_author(q: Quantities, design: Design, engine: Engine) -> Array:
    """P(size, seen | author, context), shape (author, context, size)."""
    h = design.histories
    marks = engine.xp.exp(q.log_size)[:, h.context_region, h.context_kind, :]
    seen = detection.seen(q.logit.full, q.visibility, q.listed, design, engine)
    return marks * engine.xp.transpose(seen, (2, 0, 1))[h.listing_class]


def mass(q: Quantities, design: Design, engine: Engine) -> Array:
    """Expected incidents that some lister sees, shape (cell,)."""
    share = seen_by_author(q, design, engine).sum(axis=2)  # (author, context)
    rate = engine.xp.exp(q.log_rate)[:, design.cell_region, design.cell_period, design.cell_kind]
    return (rate * share[:, design.histories.cell_context]).sum(axis=0)


def cell_log_lik(q: Quantities, design: Design, engine: Engine) -> Array:
    """Log likelihood of every cell, empty ones included, shape (cell,)."""
    return pattern_term(q, design, engine) - mass(q, design, engine)


def pattern_term(q: Quantities, design: Design, engine: Engine) -> Array:
    """Σ n log m - log n! of every cell, shape (cell,)."""
    weighted = design.counted.count * log_mean(q, design, engine)
    n = len(design.cell_kind)
    return engine.segment_sum(weighted, design.counted.cell, n) + design.log_factorials
