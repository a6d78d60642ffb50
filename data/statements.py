"""What a simulated source says of an incident: somebody, a side, a set, or nobody."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .attribution import OTHER, UNKNOWN, Attribution, parse
from .world import Floats, World

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Statements:
    """What one source would say of each incident.

    Attributes
    ----------
    text
        Attributions in canonical form, "" for unknown, shape (incident,).
    name
        Position of the text in ``Lexicon.texts``, -1 for nobody and for a set,
        shape (incident,).
    listed
        Whether the source's coverage lets it list such a statement, shape (incident,).
    """

    text: Texts
    name: Ints
    listed: Flags


@dataclass(frozen=True)
class Lexicon:
    """The words of a world: its names, and the sides of its rivalries."""

    world: World

    @cached_property
    def attributions(self) -> tuple[Attribution, ...]:
        """The names of the world, read, shape (name,)."""
        return tuple(parse(name) for name in self.world.authors)

    @cached_property
    def single(self) -> tuple[str, ...]:
        """The organizations and "other": what a set may hold; they are the first names."""
        return self.world.organizations + ((OTHER,) if self.world.has_other else ())

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The names, then the sides of rivalries that are no names by themselves."""
        sides = {"+".join(side) for name in self.attributions for side in name.sides}
        return self.world.authors + tuple(sorted(sides - set(self.world.authors)))

    @cached_property
    def sides(self) -> Ints:
        """Positions in ``texts`` of each name's sides, -1 where there is none, (name, 2)."""
        found = np.full((len(self.attributions), 2), -1)
        for row, name in enumerate(self.attributions):
            for column, side in enumerate(name.sides):
                found[row, column] = self.texts.index("+".join(side))
        return found

    @cached_property
    def is_rivalry(self) -> Flags:
        """Whether a name has two sides, shape (name,)."""
        return self.sides[:, 1] >= 0

    @cached_property
    def split(self) -> Floats:
        """Share of the violence that is the first side's, shape (name,); 1 for one side."""
        return self._by_name(self.world.split)

    @cached_property
    def told_split(self) -> Floats:
        """The same of clashes whose dead a report counts by side, shape (name,)."""
        told = self.world.told_split
        return self.split if told is None else self._by_name(told)

    def _by_name(self, of_rivalries: Floats) -> Floats:
        given = np.concatenate([np.ones(len(self.single)), of_rivalries])
        return np.where(self.is_rivalry, given, 1.0)

    @cached_property
    def names_contender(self) -> Flags:
        """Whether a text names a contender, shape (text,)."""
        contenders = set(self.world.contenders)
        return np.array([bool(contenders & set(parse(t).organizations)) for t in self.texts])


def categorical(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one position a row.

    Parameters
    ----------
    weights
        Not negative, with a positive sum, shape (row, choice).
    """
    total = weights.cumsum(axis=-1)
    drawn = rng.random(len(weights)) * total[:, -1]
    # Rounding may lift a draw onto the total itself.
    position: Ints = (drawn[:, None] >= total).sum(axis=1)
    position[position == weights.shape[-1]] -= 1
    return position


def draw(rng: np.random.Generator, lexicon: Lexicon, source: int, seen: Ints) -> Statements:
    """Draw what a source says, given what it sees of each incident.

    Parameters
    ----------
    source
        Position of the source in the world.
    seen
        Names (the claims; for an adjudicated source the authors), shape (incident,).
    """
    world = lexicon.world
    nobody = rng.random(len(seen)) < world.unknown[source, seen]
    name = _one_side(rng, lexicon, source, seen, _name(rng, world, source, seen))
    name = np.where(nobody, -1, name)
    text = np.array([*lexicon.texts, UNKNOWN], dtype=object)[name]
    contender = np.append(lexicon.names_contender, False)[name]
    rows, members = _sets(rng, lexicon, source, name)
    for row, chosen in zip(rows, members, strict=True):
        text[row] = str(Attribution(members=tuple(sorted(np.array(lexicon.single)[chosen]))))
    name[rows] = -1
    contender[rows] = (members & lexicon.names_contender[: members.shape[1]]).any(axis=1)
    listed = {
        "all": np.ones(len(seen), dtype=bool),
        "attributed_only": text != UNKNOWN,
        "contenders_only": contender,
    }[world.sources[source].coverage]
    return Statements(text, name, listed)


def _name(rng: np.random.Generator, world: World, source: int, seen: Ints) -> Ints:
    """Draw the name that somebody who names one gives: by ``confusion``, or right or blame."""
    if world.confusion is not None:
        return categorical(rng, world.confusion[source, seen])
    right = rng.random(len(seen)) < world.right[source]
    blame = np.where(np.arange(len(world.authors)) == seen[:, None], 0.0, world.blame)
    alone = blame.sum(axis=1) == 0  # nobody else to blame
    blame[alone, seen[alone]] = 1.0
    return np.where(right, seen, categorical(rng, blame))


def _one_side(
    rng: np.random.Generator, lexicon: Lexicon, source: int, seen: Ints, name: Ints
) -> Ints:
    """Let a source that is right about a rivalry write one side of it."""
    alone = rng.random(len(seen)) < lexicon.world.one_sided[source]
    second = rng.random(len(seen)) >= lexicon.split[seen]
    side = lexicon.sides[seen, second.astype(int)]
    return np.where((name == seen) & lexicon.is_rivalry[seen] & alone, side, name)


def _sets(
    rng: np.random.Generator, lexicon: Lexicon, source: int, name: Ints
) -> tuple[Ints, Flags]:
    """Draw sets around single names: the rows that hold one, and members (row, single)."""
    n_single = len(lexicon.single)
    sizes = np.broadcast_to(
        lexicon.world.set_size[source], (len(name), lexicon.world.set_size.shape[1])
    )
    members = categorical(rng, sizes) + 1
    rows = np.flatnonzero((members > 1) & (name >= 0) & (name < n_single))
    keys = rng.random((len(rows), n_single))
    keys[np.arange(len(rows)), name[rows]] = -1.0  # the name itself is always in
    rank = keys.argsort(axis=1).argsort(axis=1)
    return rows, rank < members[rows, None]
