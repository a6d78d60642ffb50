r"""Deviations of cells that nobody reports from: where their coordinate bends, as compiled loops.

In units u of its scale σ the deviation b of such a cell has a wall: with x = m + c + b the log of
what would be reported with a name, the likelihood of no report is exp(-e^x), its curvature σ² e^x.
In the place of x = y, y = σ u + m + c,

.. math:: x = \log N + \epsilon N, \qquad N = \log(1 + e^y)

which is y far below one report, log y around a few, where the likelihood falls as exp(-y), and
grows with y far above, where only the prior is left should the wall not be there after all. It is a
change of coordinates: the density of b stays what it is.
"""

import numpy as np

from .compiled import loop
from .special import log_expit

STRAIGHT = 36.0
"""log(1 + e^-36) is e^-36."""
REST = 0.2
"""ε. Without a wall the coordinate spreads 1/ε as wide as the deviation; with one its curvature,
in units of σ², is at most ε (2 + ε y) e^(ε y) beyond y of 2, 1.2 where e^-6 of the mass is left."""


@loop
def log_reported(y):
    """x, from the straight coordinate y."""
    if y < -STRAIGHT:
        return y
    n = -log_expit(-y)
    return np.log(n) + REST * n


@loop
def slopes(y):
    """Slopes in y of x and of the log of that slope."""
    if y < -STRAIGHT:
        return 1.0, 0.0
    n, rising = -log_expit(-y), 1.0 / (1.0 + np.exp(-y))
    slope = rising * (1.0 / n + REST)
    return slope, 1.0 - rising - rising / (n * (1.0 + REST * n))
