r"""How many died in a reported incident: one number of those that its reports allow.

Reports of one incident disagree, and a report may give a range around its number. In each draw
one of the incident's reports is chosen evenly, and a number n within that report's own range:

.. math::
    P(n) \propto \begin{cases}
        \frac{n - low + 1}{best - low + 1} & low \le n \le best \\
        \frac{high - n + 1}{high - best + 1} & best \le n \le high
    \end{cases}

The report's number is the likeliest, and its law falls evenly to both ends of the range; where
low = high it is certain. Choosing a report, not averaging them, keeps what was said: two sources
that say 3 and 9 give 3 or 9, never 6. That every report counts as much as every other, and that
the law falls evenly, are choices; no study of ranges stands behind them. ``placing`` draws by it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Ints
from ..data.evidence import Evidence


class Told(NamedTuple):
    """What the reports of incidents say of the dead.

    ``begins``, shape (incident + 1,): the reports of incident i are ``begins[i]`` to
    ``begins[i + 1]``; ``low, best, high``: shape (report,).
    """

    begins: Ints
    low: Ints
    best: Ints
    high: Ints


def told(evidence: Evidence, rows: NDArray[np.bool_]) -> Told:
    """Lay the reported numbers of some incidents end to end.

    Parameters
    ----------
    rows
        Which incidents, shape (incident,).
    """
    numbers = evidence.incidents["numbers"].to_numpy(object)[rows]
    begins = np.concatenate([[0], np.cumsum([len(one) for one in numbers])]).astype(np.int64)
    flat = np.array([three for one in numbers for three in one], np.int64).reshape(-1, 3)
    low, best, high = (np.ascontiguousarray(column) for column in flat.T)
    return Told(begins, low, best, high)
