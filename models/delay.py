r"""How late sources report: what is published n days after it happened.

.. math::
    F_s(n) &= \operatorname{expit}\big(b_s (\log(n + 1) - a_s)\big) \\
    P(\text{delay } n \mid \text{published by } x) &= \frac{F_s(n) - F_s(n - 1)}{F_s(x)}

a log-logistic law of n + 1, with median e^a − 1 days and a heavy tail: most is in the next day's
paper, some comes with a court file. A report counts if it is published by ``as_of``, so that
detection is p·F(as_of − d), averaged over the days of a period after the product over sources. The
delays of the reports that are in inform F, each given that it was short enough to be in: without
that truncation recent months would make sources look quick.
"""

import numpy as np

from ..data.arrays import Floats
from . import lateness
from .design import Design
from .engine import Array, Engine, Params
from .families import simple
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of delay; none where nothing may still be on its way."""
    sizes = design.sizes
    if not sizes["delayed"]:
        return []
    return [simple(name, priors[name], ["delayed"], sizes) for name in ("delay", "delay_shape")]


def published(params: Params, design: Design, engine: Engine) -> Array:
    """F of each lister at every lag node, shape (lister, lag node); 1 where nothing is late."""
    xp, around, h = engine.xp, design.around, design.histories
    ones = np.ones((len(h.listers), len(around.lag_days)))
    if "delay" not in params:
        return ones
    late = np.flatnonzero(around.delayed)
    by_delayed = _log_logistic(params, np.log1p(around.lag_days[1:])[None], engine)
    select = (h.listers[:, None] == late).astype(float)
    rest = (1.0 - select.sum(axis=1))[:, None]
    return xp.concatenate([ones[:, :1], xp.dot(select, by_delayed) + rest], axis=1)


def _log_logistic(params: Params, log_days: Array, engine: Engine) -> Array:
    shape, location = params["delay_shape"][:, None], params["delay"][:, None]
    return engine.expit(shape * (log_days - location))


def reports(design: Design) -> tuple[Floats, ...]:
    """Delayed source, log(n), log(n+1), log(lag+1) and count of the delays that inform F."""
    frame, late = design.around.delays, np.flatnonzero(design.around.delayed)
    if not len(late):
        return tuple(np.zeros(0) for _ in range(5))
    frame = frame[frame["source"].isin(late)]
    source = np.searchsorted(late, frame["source"].to_numpy(np.int64)).astype(float)
    n, lag = (frame[name].to_numpy(float) for name in ("delay", "lag"))
    with np.errstate(divide="ignore"):
        return source, np.log(n), np.log1p(n), np.log1p(lag), frame["count"].to_numpy(float)


def in_steps(design: Design) -> tuple[Floats, Floats]:
    """``reports`` by what one delay, and one lag, says: a report's law is the one over the other.

    Returns
    -------
    Source, log(n), log(n+1) and count of each delay, shape (delay, 4); source, log(lag+1) and
    count of each lag, shape (lag, 3).
    """
    source, before, upto, by_now, count = reports(design)
    return _summed((source, before, upto), count), _summed((source, by_now), count)


def _summed(columns: tuple[Floats, ...], count: Floats) -> Floats:
    """Distinct rows of some columns, and beside them how often each is there."""
    rows, which = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    return np.column_stack([rows, np.bincount(which.ravel(), count, len(rows))])


def log_lik(params: Params, design: Design, engine: Engine) -> Array:
    """Log likelihood of the delays by source, shape (delayed,)."""
    n = int(design.around.delayed.sum())
    if "delay" not in params:
        return np.zeros(n)
    source, *_, count = reports(design)
    each = log_share(params, design, engine)
    return engine.segment_sum(count * each, source.astype(np.int64), n)


def log_share(params: Params, design: Design, engine: Engine) -> Array:
    """log P(delay | published by now) of each row of ``reports``."""
    source, before, upto, by_now, _ = reports(design)
    s = source.astype(np.int64)
    location, shape = params["delay"][s], params["delay_shape"][s]
    return lateness.log_share(before, upto, by_now, location, shape, engine)
