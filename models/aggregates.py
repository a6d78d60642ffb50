r"""One total: what it counts, of what is itemised and of what is expected unseen.

A series counts each event with probability p, its capture. Of the events inside a total's scope
n are itemised (some source reports them), h of those are held (the series counts them for
certain, because a source that feeds it reports them), and the unseen are Poisson(λ):

.. math::
    T = h + \mathrm{Binomial}(n - h, p) + \mathrm{Poisson}(\lambda p).

A residual total counts what is not itemised elsewhere: n = h = 0. At p = 1 the unseen are
known, T − n. Itemised events are no second time in the likelihood of μ: given them only the
unseen bear on it.

The unseen of a month share its factor (``noise``), which makes them gamma–Poisson: the likelihood
is in ``incident_totals``, that of totals of victims in ``victim_totals``.

**Share.** Where a series counts more than the organizations' violence, s being their share of it,
the rest is Poisson with mean M (1/s − 1), M = Σ μ their whole expected violence in the scope,
itemised or not, and is none of the itemised: λ becomes λ + M (1/s − 1). Where nothing of it
is itemised M = λ, and λ becomes λ / s.

Arrays have shape (aggregate,). Nothing here knows of cells or authors.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlog1py, xlogy

from ..data.arrays import Floats, Ints
from .incident_totals import whole_items

FAR = 10.0
"""Standard deviations of a Poisson number beyond which less than e^-40 of it lies."""


class Drawn(NamedTuple):
    """What happened behind one total of incidents: whole numbers.

    Attributes
    ----------
    total
        The total itself: drawn where only bounds are known.
    itemised
        Itemised incidents that it counts, the held ones apart.
    unseen
        Unseen incidents, counted or not: what is scored.
    """

    total: int
    itemised: int
    unseen: int


def background(whole: ArrayLike, share: ArrayLike) -> Floats:
    """M (1/s − 1): what a series counts that is none of the organizations'.

    Added to λ it is what is expected beside the itemised.

    Parameters
    ----------
    whole
        M of the organizations, in incidents or in E[V], E[V²].
    share
        s; 1 where the series counts nothing else.
    """
    return np.asarray(np.asarray(whole) * (1.0 / np.asarray(share) - 1.0))


def _joint(totals: ArrayLike, items: int, held: int, rate: float, capture: float) -> Floats:
    """log P(T, x) of x counted ones among the itemised that are not held: (total, x)."""
    free = int(items) - int(held)
    counted = np.arange(free + 1)
    unseen = np.asarray(totals, np.int64).reshape(-1, 1) - int(held) - counted
    choices = gammaln(free + 1) - gammaln(counted + 1) - gammaln(free - counted + 1)
    binomial = choices + xlogy(counted, capture) + xlog1py(free - counted, -capture)
    mean = rate * capture
    some = np.maximum(unseen, 0)
    poisson = np.where(unseen < 0, -np.inf, xlogy(some, mean) - mean - gammaln(some + 1))
    return np.asarray(binomial + poisson, float)


def _likely(low: int, high: int, mean: float) -> Ints:
    """The totals between bounds that are within ``FAR`` sd of the mean, or of the nearer bound."""
    reach = math.ceil(FAR * math.sqrt(max(mean, 1.0)))
    first = max(low, math.floor(min(mean, high)) - reach)
    return np.arange(first, min(high, math.ceil(max(mean, low)) + reach) + 1)


def draw_incidents(
    low: int, high: int, items: float, held: float, unseen: float, capture: float,
    rng: np.random.Generator,
) -> Drawn:  # fmt: skip
    """Draw exactly what happened behind one total of incidents, given it.

    x of the itemised counted, from P(x | T) ∝ Binomial(x; n − h, p) Poisson(T − h − x; λ p);
    the rest of T is unseen and counted; unseen and not counted are Poisson(λ (1 − p)), which T
    says nothing of. Totals of victims, and those that count violence of others, have no such draw
    (``inference.given_totals``).

    Parameters
    ----------
    low, high
        Bounds of T.
    items, held
        n and h.
    unseen, capture
        λ and p.

    Raises
    ------
    ValueError
        Where the total cannot be.
    """
    n, h = whole_items(items, held)
    totals = _likely(max(low, h), high, h + (n - h) * capture + unseen * capture)
    joint = _joint(totals, n, h, unseen, capture)
    if not joint.size or joint.max() == -np.inf:
        raise ValueError(f"no number of events gives a total from {low} to {high}")
    weights = np.exp(joint - joint.max()).ravel()
    row, x = np.divmod(rng.choice(weights.size, p=weights / weights.sum()), joint.shape[1])
    counted = int(totals[row]) - h - int(x)
    missed = int(rng.poisson(unseen * (1 - capture)))
    return Drawn(int(totals[row]), int(x), counted + missed)
