r"""Until when something may still be on its way: periods by how long ago they are.

A source's delays are known for what is in, so that the longest of them say less of how late it can
be than of how long it has been watched. The law of ``delay`` is therefore fitted to each source's
delays here, each given that it was short enough to be in, and a period is as good as complete when
its last day is beyond the 99% quantile of every source's law:

.. math:: n_{.99} = \exp(a + \operatorname{logit}(.99) / b) - 1

at the mode of a and b. What is left out of p by taking all of it as in is then 1% of it at that
law, and no period is declared complete because nobody could yet have seen it late.

A period whose end is near has a class of its own, of five days. Of those farther away one middle
day stands for all of which, by every source's law at its mode, nearly the same share is in: each
class costs as much as the whole likelihood without delays.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit

from ..data.arrays import Floats, Ints
from ..data.errors import ModelError
from .engine import NUMPY, Array, Engine
from .families import simple
from .priors import Priors

COMPLETE = 0.99
"""Share of what a source reports that counts as all."""
NEAR_LAG = 30.0
"""Days within which a period's first and last day differ much in what is in."""
ALIKE = 0.03
"""By how much F differs at most between the middles of periods that count as equally long ago."""
COMPLETE_KEY = ("complete", 0)


def laws(delays: pd.DataFrame, sources: Ints, priors: Priors) -> Floats:
    """Mode of a and b of each source, shape (source, 2); none where nothing is known of delays.

    Parameters
    ----------
    delays
        ``source, delay, lag, count``.
    sources
        Those whose days of publication are known. One that has reported nothing yet is as late
        as its prior has it.
    """
    if not len(delays):
        return np.zeros((0, 2))
    return np.array([_law(delays[delays["source"] == source], priors) for source in sources])


def farthest(found: Floats) -> float:
    """Days after which reports are as good as in, by ``laws``; 0 where there are none."""
    after = [np.expm1(a + logit(COMPLETE) / b) for a, b in found]
    return float(max([NEAR_LAG, *after])) if after else 0.0


def _law(own: pd.DataFrame, priors: Priors) -> tuple[float, float]:
    location, shape = (simple(name, priors[name]) for name in ("delay", "delay_shape"))
    n, lag, count = (own[name].to_numpy(float) for name in ("delay", "lag", "count"))
    with np.errstate(divide="ignore"):
        before, upto, by_now = np.log([n, n + 1.0, lag + 1.0])

    def loss(x: Floats) -> float:
        a, b = x[0], np.exp(x[1])
        fit = count @ log_share(before, upto, by_now, a, b, NUMPY)
        return -float(fit + location.log_density(a) + shape.log_density(b) + x[1])

    middle = priors["delay"]["mu"]
    around = np.array([[middle, 0.0], [middle + 1.0, 0.0], [middle, 1.0]])
    found = minimize(loss, around[0], method="Nelder-Mead", options={"initial_simplex": around})
    if not found.success:
        raise ModelError(f"no law of a source's delays could be found: {found.message}")
    return float(found.x[0]), float(np.exp(found.x[1]))


def log_share(
    before: Floats, upto: Floats, by_now: Floats, location: Array, shape: Array, engine: Engine
) -> Array:
    """log P(delay | published by now), of delays between two ends.

    log(F(n) − F(n−1)) as log F(n) + log(1 − F(n−1)) + log(1 − the ratio of their odds), in which
    nothing cancels.

    Parameters
    ----------
    before, upto, by_now
        log(n), -inf of n = 0; log(n + 1); log(lag + 1): shape (report,).
    location, shape
        a and b, of all or of each report.
    """
    xp, first = engine.xp, np.isinf(before)
    here = shape * (upto - location)
    earlier = shape * (np.where(first, upto - 1.0, before) - location)
    step = engine.log_expit(-earlier) + xp.log(-xp.expm1(earlier - here))
    step = engine.log_expit(here) + xp.where(first, 0.0, step)
    return step - engine.log_expit(shape * (by_now - location))


def lag_classes(lag: Floats, found: Floats) -> tuple[Ints, list[Floats]]:
    """Class of each period, and the days that stand for each class; class 0 is complete.

    Parameters
    ----------
    lag
        Days from five days of each period to ``as_of``, shape (period, 5).
    found
        Of ``laws``.
    """
    keys = _keys(lag, found)
    order = list(dict.fromkeys(key for key in keys if key != COMPLETE_KEY))
    number = {COMPLETE_KEY: 0, **{key: k for k, key in enumerate(order, start=1)}}
    days = [np.array([np.inf])]
    for key in order:
        mine = lag[[k == key for k in keys]]
        days.append(mine[0] if key[0] == "near" else mine[:, 2].mean(keepdims=True))
    return np.array([number[key] for key in keys], np.int64), days


def _keys(lag: Floats, found: Floats) -> list[tuple[str, int]]:
    """Periods of one key are of one class."""
    soonest, far = lag.min(axis=1), farthest(found)
    keys = [COMPLETE_KEY] * len(lag)
    between = np.flatnonzero((soonest < far) & (soonest >= NEAR_LAG))
    for t, number in zip(between, _alike(lag[between, lag.shape[1] // 2], found), strict=True):
        keys[t] = "far", number
    for t in np.flatnonzero((soonest < far) & (soonest < NEAR_LAG)):
        keys[t] = "near", int(t)
    return keys


def _alike(middles: Floats, found: Floats) -> list[int]:
    """Number days, the most recent first, anew where some source's F is no longer alike."""
    a, b = found.T[:, :, None]
    share = expit(b * (np.log1p(middles) - a))
    numbers, number, first = np.zeros(len(middles), int), -1, np.full(len(found), -np.inf)
    for t in np.argsort(middles, kind="stable"):
        if (share[:, t] - first > ALIKE).any():
            number, first = number + 1, share[:, t]
        numbers[t] = number
    return numbers.tolist()
