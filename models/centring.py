"""Which cells of a table of effects have incidents enough to settle their own level.

A cell whose incidents fix its log rate is best sampled by that log rate, an empty one by its
deviation from the coarser effects; in between lies a mean of the two, weighted by what the
data say of the cell against what its prior says (partially centred parametrisation:
Papaspiliopoulos, Roberts & Sköld 2007, section 3). The weights are constants: they choose
coordinates and change no density.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import helmert

from ..data.arrays import Floats
from ..data.axes import lists
from .design import Design
from .families import Cells
from .names import is_other

PRIOR_INCIDENTS = 1.0
"""What a prior of sd 1 on a log rate is worth: a log rate has precision n after n incidents."""


PRIOR_DIRECTION = 10.0
"""Precision of a prior of sd .3 on an effect on log odds, beside n λ after n incidents."""
PRIOR_PERIODS = 25.0
"""What a prior of sd .2 on the log rate of a period is worth."""


def weights(count: Floats, prior: float = PRIOR_INCIDENTS) -> Floats:
    """Weight of the cell's own level after ``count`` incidents, n / (n + ``prior``)."""
    return count / (count + prior)


class Directions(NamedTuple):
    """Directions of effects on sizes that sum to zero, from the least informed on.

    ``basis``: orthonormal columns, shape (size, direction); ``information``: λ, what one incident
    says of the effect along each, shape (direction,).
    """

    basis: Floats
    information: Floats


def size_directions(share: Floats) -> Directions:
    """Eigenvectors of the Fisher information of one incident's size, diag(s) - s sᵀ.

    Of sizes of which seven in ten are one and one in a hundred is eight or more, an incident says
    hundreds of times more along one direction than along another, and no single weight fits both.

    Parameters
    ----------
    share
        s, shares of the reported sizes, shape (size,).
    """
    plain = helmert(len(share)).T
    of_one = np.diag(share) - np.outer(share, share)
    information, turned = np.linalg.eigh(plain.T @ of_one @ plain)
    return Directions(np.ascontiguousarray(plain @ turned), information)


PRIOR_CELLS = 2.0
"""What the prior of an effect that rows of a table share is worth in full cells of it."""


def shared_weight(cells: Floats) -> float:
    """Weight of an effect of the columns that the rows of a table share, W / (W + 2).

    Parameters
    ----------
    cells
        Weights of the cells, shape (row, column); W is the mean over columns of their sums.
    """
    full = float(cells.sum(axis=0).mean())
    return full / (full + PRIOR_CELLS)


def cells(design: Design, named: Floats, authors: slice) -> Cells:
    """How the cells of some authors are sampled, after the incidents named in them.

    Of what is reported from a region only a share is named: as much as there, one incident of the
    whole country added.
    """
    reported = _reported(design)
    whole = named.sum() / max(float(reported.sum()), 1.0)
    share = (named.sum(axis=0) + whole) / (reported + 1.0)
    with np.errstate(divide="ignore"):
        exposed = np.log(exposures(design)[authors] * share)
    return Cells(np.where(named[authors] == 0, exposed, -np.inf), weights(named[authors]))


def exposures(design: Design) -> Floats:
    """Periods and kinds in which an author might be told of in a region: (author, region).

    Those that are modelled, within its dates, where some source looks whose silence informs and
    that lists what is said to be its.
    """
    told, listers = design.evidence, design.histories.listers
    coverage = told.axes.sources["coverage"].iloc[listers]
    of_author = np.array(
        [
            [lists(c, name, design.names.contenders) for name in design.names.authors]
            for c in coverage
        ]
    )
    looked = (of_author[:, :, None, None, None] & told.looking[listers][:, None]).any(axis=0)
    counted = looked & told.included[None, :, :, None] & design.possible[:, None, :, None]
    return counted.sum(axis=(2, 3)).astype(float)


def _reported(design: Design) -> Floats:
    """Reported incidents by region, shape (region,)."""
    every = design.every
    return np.bincount(design.cell_region[every.cell], every.count, design.sizes["region"])


def named_incidents(design: Design) -> Floats:
    """Incidents by author and region as they are named, shape (author, region).

    An incident counts in equal parts for the names that its reports give; one that names
    nobody counts for none.
    """
    names, st, every = design.names, design.statements, design.every
    shape = (len(st.source), design.sizes["source"], len(names.names))
    of_pair = (st.selection > 0).reshape(shape).sum(axis=1)
    of_pair = np.vstack([np.zeros(len(names.names)), of_pair])
    votes = of_pair[st.rows].sum(axis=1)[every.attribution]
    share = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1.0)
    result = np.zeros((design.sizes["region"], len(names.names)))
    np.add.at(result, design.cell_region[every.cell], share * every.count[:, None])
    return result.T[: len(names.authors)]


class Shares(NamedTuple):
    """Shares of the reported incidents.

    By region and size, none of them zero, (region,) and (size,); and those of wars and of ``other``
    among what is named.
    """

    region: Floats
    size: Floats
    wars: float
    other: float


def reported_shares(design: Design) -> Shares:
    """Where reported incidents are and how large, one incident a level added."""
    sizes, every = design.sizes, design.every
    counts = _reported(design) + 1.0, np.bincount(every.size, every.count, sizes["size"]) + 1.0
    named, n_plain = named_incidents(design).sum(axis=1), design.names.n_plain
    of = named / max(named.sum(), 1.0)
    wars, other = of[n_plain:].sum(), of[is_other(design.names)].sum()
    region, size = (count / count.sum() for count in counts)
    return Shares(region, size, float(wars), float(other))
