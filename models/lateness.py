r"""Until when something may still be on its way: periods by how long ago they are.

A source's delays are known for what is in, so that the longest of them say less of how late it can
be than of how long it has been watched. The law of ``delay`` is therefore fitted to each source's
delays here, each given that it was short enough to be in, and a period is as good as complete when
its last day is beyond the 99% quantile of every source's law:

.. math:: n_{.99} = \exp(a + \operatorname{logit}(.99) / b) - 1

at the mode of a and b. What is left out of p by taking all of it as in is then 1% of it at that
law, and no period is declared complete because nobody could yet have seen it late.

A period whose end is near has a class of its own, of five days; of those farther away, whose days
differ little in what is in, one middle day stands for all whose middles differ by a seventh.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit

from .engine import Floats, Ints
from .priors import DEFAULTS

COMPLETE = 0.99
"""Share of what a source reports that counts as all."""
NEAR_LAG = 30.0
"""Days within which a period's first and last day differ much in what is in."""
ALIKE = 1.15
"""Ratio of the middles of periods that count as equally long ago: F differs by .03 at most."""
COMPLETE_KEY = ("complete", 0)
_PRIOR = tuple((DEFAULTS[name]["mu"], DEFAULTS[name]["sigma"]) for name in ("delay", "delay_shape"))
"""Mean and sd of a and of log b."""


def farthest(delays: pd.DataFrame) -> float:
    """Days after which reports are as good as in; 0 where nothing is known of delays.

    Parameters
    ----------
    delays
        ``source, delay, lag, count``.
    """
    if not len(delays):
        return 0.0
    return max(NEAR_LAG, *(_complete_after(own) for _, own in delays.groupby("source")))


def _complete_after(own: pd.DataFrame) -> float:
    n, lag, count = (own[name].to_numpy(float) for name in ("delay", "lag", "count"))

    with np.errstate(divide="ignore"):
        ends = np.log([n, n + 1.0, lag + 1.0])

    def loss(x: Floats) -> float:
        before, upto, by_now = expit(np.exp(x[1]) * (ends - x[0]))
        fit = count @ np.log(np.maximum((upto - before) / by_now, 1e-300))
        away = sum(((v - m) / s) ** 2 for v, (m, s) in zip(x, _PRIOR, strict=True))
        return float(0.5 * away - fit)

    a, log_b = minimize(loss, [mean for mean, _ in _PRIOR], method="Nelder-Mead").x
    return float(np.expm1(a + logit(COMPLETE) / np.exp(log_b)))


def lag_classes(lag: Floats, far: float) -> tuple[Ints, list[Floats]]:
    """Class of each period, and the days that stand for each class; class 0 is complete.

    Parameters
    ----------
    lag
        Days from five days of each period to ``as_of``, shape (period, 5).
    far
        Of ``farthest``.
    """
    keys = [_key(t, days, far) for t, days in enumerate(lag)]
    order = list(dict.fromkeys(key for key in keys if key != COMPLETE_KEY))
    number = {COMPLETE_KEY: 0, **{key: k for k, key in enumerate(order, start=1)}}
    days = [np.array([np.inf])]
    for key in order:
        mine = lag[[k == key for k in keys]]
        days.append(mine[0] if key[0] == "near" else mine[:, 2].mean(keepdims=True))
    return np.array([number[key] for key in keys], np.int64), days


def _key(period: int, days: Floats, far: float) -> tuple[str, int]:
    """Periods of one key are of one class."""
    if days.min() >= far:
        return COMPLETE_KEY
    if days.min() < NEAR_LAG:
        return "near", period
    return "far", int(np.log(days[2]) / np.log(ALIKE))
