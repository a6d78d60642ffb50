"""Whose violence an author's is: sides of a rivalry, members of a coalition.

A rivalry's violence is its first side's with probability ``split``; inside a coalition the
members' shares are ω ~ Dirichlet(1), drawn once a coalition and draw, the same wherever the
coalition stands.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from ..data.attribution import parse
from ..models.design import Design
from ..models.engine import Params

OFF_AXIS = -1


class Shares(NamedTuple):
    """One draw of who answers for what.

    ``split``: share of an author's first side, shape (author,); ``members``: cumulative
    shares inside each name, shape (name, member).
    """

    split: Floats
    members: Floats


@dataclass(frozen=True)
class Division:
    """Sides and members of every author.

    Attributes
    ----------
    sides
        Position among the names of each author's two sides, twice the same where it has one,
        shape (author, 2).
    members
        Position among organizations and ``other`` of the members of each name, OFF_AXIS for
        an ``other`` that has no axis and where there are no more: shape (name, member).
    n_members
        Shape (name,).
    """

    sides: Ints
    members: Ints
    n_members: Ints

    def draw(self, params: Params, rng: np.random.Generator) -> Shares:
        """Draw the coalitions' shares once; the splits are parameters."""
        mask = np.arange(self.members.shape[1]) < self.n_members[:, None]
        total = np.cumsum(rng.standard_exponential(mask.shape) * mask, axis=1)
        split = np.ones(len(self.sides))
        if "split" in params:
            given = np.atleast_1d(params["split"])
            split[len(split) - len(given) :] = given
        return Shares(split, total / total[:, -1:])


def division(plan: Design) -> Division:
    """Work out the sides and members of every author of a design."""
    names = plan.names
    alone = np.repeat(np.arange(names.n_plain)[:, None], 2, axis=1)
    position = {name: code for code, name in enumerate(names.plain)}
    named = [parse(name).organizations for name in names.names]
    n_members = np.array([len(group) for group in named], np.int64)
    members = np.full((len(named), int(n_members.max(initial=1))), OFF_AXIS, np.int64)
    for row, group in enumerate(named):
        members[row, : len(group)] = [position.get(name, OFF_AXIS) for name in group]
    return Division(np.concatenate([alone, names.sides]).astype(np.int64), members, n_members)
