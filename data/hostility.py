"""How much two organizations are at war: who has a reason to blame whom.

The largest of what ``rivalries.csv`` says (a weight over the largest), of a clash that a
report names between them, and of a splinter and what it left; 0 where they never meet.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .attribution import parse
from .axes import Axes
from .periods import rows_within
from .rounds import Round

Pair = tuple[str, str, float]


def hostility(round_: Round, axes: Axes, present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the rivalry of every two organizations.

    Parameters
    ----------
    present
        Shape (organization, region).

    Returns
    -------
    In [0, 1], symmetric with a zero diagonal, shape (organization, organization).
    """
    place = {name: number for number, name in enumerate(axes.organizations)}
    result = np.zeros((len(place), len(place)))
    for one, other, weight in (*_declared(round_, axes), *_clashes(axes), *_splinters(round_)):
        if one in place and other in place and one != other:
            a, b = place[one], place[other]
            result[a, b] = result[b, a] = max(result[a, b], weight)
    meet = present.astype(np.int64) @ present.T.astype(np.int64) > 0
    return np.where(meet, result, 0.0)


def _declared(round_: Round, axes: Axes) -> Iterator[Pair]:
    """Rows of ``rivalries.csv`` that hold on some modelled day."""
    if round_.rivalries is None:
        return
    rows = round_.rivalries
    valid = rows[rows_within(rows, axes.periods)]
    largest = valid["weight"].max()
    for row in valid.itertuples(index=False):
        yield str(row.organization), str(row.other), float(row.weight / largest)


def _clashes(axes: Axes) -> Iterator[Pair]:
    """Everybody on one side of a clash that a used report names, with everybody on the other."""
    for said in map(parse, axes.statements):
        if said.is_rivalry:
            first, second = said.sides
            yield from ((one, other, 1.0) for one in first for other in second)


def _splinters(round_: Round) -> Iterator[Pair]:
    frame = round_.organizations
    for name, parent in frame.loc[frame["relation"] == "splinter_of", "parent"].items():
        if not pd.isna(parent):
            yield round_.scored_under(str(name)), round_.scored_under(str(parent)), 1.0
