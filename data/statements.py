"""What a simulated source says of an incident: somebody, a side, a set, or nobody."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .arrays import Ints
from .attribution import OTHER, UNKNOWN, Attribution, parse
from .streams import stream
from .values import ADJUDICATED, GOES_BY_NAME
from .world import Flags, Floats, World
from .worldparts import Bribe

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
        return self.world.plain

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
    def written(self) -> tuple[str, ...]:
        """What a report says for each text: an organization on no roster has no name."""
        stranger = OTHER if self.world.has_other else UNKNOWN
        return tuple(stranger if text in self.world.unlisted else text for text in self.texts)

    @cached_property
    def present(self) -> Flags | None:
        """Where wrong names may fall, shape (region, period, name); None: everywhere."""
        if self.world.presence is None:
            return None
        given = np.atleast_3d(self.world.presence)
        shape = (len(self.world.regions), len(self.world.periods), len(self.attributions))
        allowed = np.ones(shape, dtype=bool)
        for position, name in enumerate(self.attributions):
            for member in set(name.organizations) - {OTHER}:
                allowed[..., position] &= given[self.world.organizations.index(member)]
        return allowed

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


def draw(
    rng: np.random.Generator,
    lexicon: Lexicon,
    source: int,
    seen: Ints,
    cell: tuple[Ints, Ints],
    seed: int,
) -> Statements:
    """Draw what a source says, given what it sees of each incident.

    Parameters
    ----------
    source
        Position of the source in the world.
    seen
        Names (the claims; for an adjudicated source the authors), shape (incident,); -1
        where nobody can tell, and then nobody is named.
    cell
        Region and period of each incident.
    seed
        Of the streams of the structures that are on.
    """
    world = lexicon.world
    told = np.where(seen >= 0, seen, 0)
    share = world.unknown[source]
    nobody = rng.random(len(seen)) < (share[told] if share.ndim == 1 else share[cell[0], told])
    name = _name(rng, lexicon, source, told, cell)
    name = _one_side(rng, lexicon, source, told, name, seed)
    name = np.where(nobody | (seen < 0), -1, name)
    rows, members = _sets(rng, lexicon, source, name)
    sets = np.zeros((len(name), len(lexicon.single)), dtype=bool)
    sets[rows] = members
    name[rows] = -1
    for number, bribe in enumerate(world.bribes):
        if bribe.source == world.sources[source].id:
            _hush(stream(seed, "bribes", number), lexicon, bribe, name, sets)
    return _written(lexicon, world.sources[source].coverage, name, sets)


def _hush(
    rng: np.random.Generator, lexicon: Lexicon, bribe: Bribe, name: Ints, sets: Flags
) -> None:
    """Put a rival, or nobody, where a bribed source would name who bribes it, in place."""
    organizations = lexicon.world.organizations
    tells = np.array([bribe.organization in parse(t).organizations for t in lexicon.texts])
    found = np.append(tells, False)[name] | sets[:, organizations.index(bribe.organization)]
    blames = rng.random(len(name)) < bribe.probability
    name[found] = np.where(blames, organizations.index(bribe.rival), -1)[found]
    sets[found] = False


def _written(lexicon: Lexicon, coverage: str, name: Ints, sets: Flags) -> Statements:
    """Write names (-1: none) and sets (rows without a member: none) as a source does."""
    text = np.array([*lexicon.written, UNKNOWN], dtype=object)[name]
    contender = np.append(lexicon.names_contender, False)[name]
    rows = np.flatnonzero(sets.any(axis=1))
    words = np.array(lexicon.written[: sets.shape[1]], dtype=object)
    for row in rows:
        members = tuple(sorted(set(words[sets[row]]) - {UNKNOWN}))
        text[row] = str(Attribution(members=members))
    contender[rows] = (sets[rows] & lexicon.names_contender[: sets.shape[1]]).any(axis=1)
    listed = {
        "all": np.ones(len(name), dtype=bool),
        "attributed_only": text != UNKNOWN,
        "organizations_only": (text != UNKNOWN) & (text != OTHER),
        "contenders_only": contender,
    }[coverage]
    return Statements(text, name, listed)


def _name(
    rng: np.random.Generator,
    lexicon: Lexicon,
    source: int,
    seen: Ints,
    cell: tuple[Ints, Ints],
) -> Ints:
    """Draw the name that somebody who names one gives: by ``confusion``, or right or blame."""
    world = lexicon.world
    if world.confusion is not None:
        return categorical(rng, world.confusion[source, seen])
    right = rng.random(len(seen)) < world.right[source]
    favour = world.blame if world.blame.ndim == 1 else world.blame[source]
    blame = np.where(np.arange(len(world.authors)) == seen[:, None], 0.0, favour)
    if lexicon.present is not None:
        blame = blame * lexicon.present[cell]
    if world.sources[source].coverage == "organizations_only":
        others = np.array(world.authors) == OTHER
        right, blame = right | others[seen], blame * ~others
    alone = blame.sum(axis=1) == 0  # nobody else to blame
    blame[alone, seen[alone]] = 1.0
    return np.where(right, seen, categorical(rng, blame))


def _one_side(
    rng: np.random.Generator, lexicon: Lexicon, source: int, seen: Ints, name: Ints, seed: int
) -> Ints:
    """Let a source that is right about a rivalry write one side of it.

    With leads a scene shows one side to all who see it, but to courts and who lists by names.
    """
    alone = rng.random(len(seen)) < lexicon.world.one_sided[source]
    level = rng.random(len(seen))
    spec = lexicon.world.sources[source]
    is_led = spec.type != ADJUDICATED and spec.coverage not in GOES_BY_NAME
    if lexicon.world.leads and is_led:
        level = stream(seed, "leads").random(len(seen))
    second = level >= lexicon.split[seen]
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
