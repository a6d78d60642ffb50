"""The author axis, the names that a source may write, and what a scene may present."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.attribution import OTHER, parse
from ..data.axes import lists
from ..data.evidence import Evidence

NOBODY = "nobody"
"""The claim that nobody can tell: what a scene without a signature presents."""


@dataclass(frozen=True)
class Names:
    """The author axis, and what a source may write.

    Attributes
    ----------
    organizations, rivalries, authors
        Ids; ``authors`` = organizations, other (if any), rivalries.
    names
        ``authors``, then coalitions that are only a side of some rivalry.
    sides
        Position in ``names`` of each rivalry's two sides, shape (rivalry, 2); a coalition
        that acts alone stands for both.
    lean
        Share of each organization and other in a rivalry's first side less its share in the
        second, shape (rivalry, plain name): what is the sides' own, averaged over members,
        differs between the two by ``lean @ own``.
    member
        Share of each organization and other in an author, shape (author, plain name): its own
        for one alone, an even one for the sides of a rivalry; what is an organization's own is
        a rivalry's by ``member @ own``.
    contenders
        Ids of those that may be designated.
    """

    organizations: tuple[str, ...]
    has_other: bool
    rivalries: tuple[str, ...]
    authors: tuple[str, ...]
    names: tuple[str, ...]
    sides: Ints
    lean: Floats
    member: Floats
    contenders: tuple[str, ...]

    @property
    def n_plain(self) -> int:
        """Number of organizations, and other: the names that a set may hold."""
        return len(self.organizations) + self.has_other

    @property
    def plain(self) -> tuple[str, ...]:
        """Organizations, and other where it is on the axis."""
        return self.authors[: self.n_plain]

    @property
    def claims(self) -> tuple[str, ...]:
        """What a scene may present: an author, or nobody."""
        return (*self.authors, NOBODY)

    @cached_property
    def holds(self) -> NDArray[np.bool_]:
        """Whether a rivalry holds each organization or other, shape (rivalry, plain name)."""
        return self.member[self.n_plain :] > 0


def names_of(evidence: Evidence) -> Names:
    """Read the axis of authors, and the coalitions that are only a side of a rivalry."""
    axes = evidence.axes
    texts = [_side_texts(text) for text in axes.rivalries]
    extra = {side for pair in texts for side in pair} - set(axes.authors)
    names = axes.authors + tuple(sorted(extra))
    sides = np.array([[names.index(side) for side in pair] for pair in texts]).reshape(-1, 2)
    plain = axes.authors[: len(axes.organizations) + axes.has_other]
    return Names(
        axes.organizations, axes.has_other, axes.rivalries, axes.authors, names,
        sides.astype(np.int64), _lean(plain, texts), _member(plain, axes.rivalries),
        axes.contenders,
    )  # fmt: skip


def _lean(plain: tuple[str, ...], texts: list[tuple[str, str]]) -> Floats:
    result = np.zeros((len(texts), len(plain)))
    for row, pair in enumerate(texts):
        for side, sign in zip(pair, (1.0, -1.0), strict=True):
            members = parse(side).organizations
            for member in set(members) & set(plain):
                result[row, plain.index(member)] += sign / len(members)
    return result


def _member(plain: tuple[str, ...], rivalries: tuple[str, ...]) -> Floats:
    """Identity, then the rivalries' even shares; an ``other`` without an axis takes its own."""
    shares = np.zeros((len(rivalries), len(plain)))
    for row, text in enumerate(rivalries):
        members = parse(text).organizations
        for member in set(members) & set(plain):
            shares[row, plain.index(member)] = 1.0 / len(members)
    return np.concatenate([np.eye(len(plain)), shares])


def held_by(coverage: str, names: Names) -> NDArray[np.bool_]:
    """Whether a source of this coverage lists what it takes for each name's, shape (name,)."""
    return np.array([lists(coverage, name, names.contenders) for name in names.names])


def is_other(names: Names) -> NDArray[np.bool_]:
    """Whether an author is ``other``, shape (author,)."""
    return np.array([name == OTHER for name in names.authors], bool)


def _side_texts(rivalry: str) -> tuple[str, str]:
    sides = ["+".join(side) for side in parse(rivalry).sides]
    return sides[0], sides[-1]
