"""Who reports what happened in a simulated world, when, and with which numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from . import statements
from .arrays import Ints
from .happen import Incidents
from .statements import Lexicon, Statements
from .streams import stream
from .values import ADJUDICATED, GOES_BY_NAME
from .world import Flags, Floats, World

MEAN_DELAY = {ADJUDICATED: 20.0}
"""Mean days from an incident to its report, by source type, where the world gives no law."""
USUAL_DELAY = 3.0
LONGEST_DELAY = 36_500
"""Days; a log-logistic law has no largest value, a calendar has."""


@dataclass(frozen=True)
class Heard:
    """What one source reported, arrays of shape (incident,).

    ``sides`` is whether a report that names a clash rightly would give its dead by side;
    ``low`` and ``high`` are -1 where no range is given.
    """

    said: Statements
    reported: Flags
    sides: Flags
    delay: Ints
    victims: Ints
    low: Ints
    high: Ints

    def counts_sides(self, lexicon: Lexicon, author: Ints) -> Flags:
        """Whether it reports a clash and gives the dead by side, shape (incident,)."""
        clash: Flags = lexicon.is_rivalry[author]
        told: Flags = self.reported & self.sides & clash & (self.said.name == author)
        return told


def hear(rng: np.random.Generator, lexicon: Lexicon, happened: Incidents, seed: int) -> list[Heard]:
    """Draw what every source reports, each by itself, then what groups repeat."""
    places = range(len(lexicon.world.sources))
    heard = [_hear_one(rng, lexicon, happened, source, seed) for source in places]
    heard = _repeat(lexicon.world, heard, seed)
    return [_numbers(lexicon, happened, source, one, seed) for source, one in enumerate(heard)]


def _hear_one(
    rng: np.random.Generator, lexicon: Lexicon, happened: Incidents, source: int, seed: int
) -> Heard:
    world = lexicon.world
    spec = world.sources[source]
    seen = happened.author if spec.type == ADJUDICATED else happened.claim
    cell = (happened.region, happened.period)
    said = statements.draw(rng, lexicon, source, seen, cell, seed)
    looks = np.array([not spec.regions or region in spec.regions for region in world.regions])
    chance = expit(_logit(world, happened, source, seed))
    reports = (rng.random(len(chance)) < chance) & happened.visible
    sides = rng.random(len(chance)) < world.sides_counted
    mean = MEAN_DELAY.get(spec.type, USUAL_DELAY)
    delay = rng.geometric(1.0 / (1.0 + mean), len(chance)) - 1
    if world.delay is not None:
        delay = _delay(stream(seed, "delay", source), world.delay[source], len(chance))
    none = np.full(len(chance), -1)
    reported = looks[happened.region] & reports & said.listed
    return Heard(said, reported, sides, delay, happened.victims, none, none)


def _logit(world: World, happened: Incidents, source: int, seed: int) -> Floats:
    """Return logit P(reports | z, everything), shape (incident,)."""
    value: Floats = world.detection[source, happened.region, happened.kind, happened.size]
    value = value + world.visibility[source] * happened.z
    group = world.sources[source].group
    if world.group_visibility is not None and group is not None:
        rng = stream(seed, "groups", world.groups.index(group))  # the same for all its members
        value = value + world.group_visibility[source] * rng.standard_normal(len(value))
    if world.silencing is not None:
        own = world.silencing[source, happened.author]
        value = value + (own if own.ndim == 1 else own[np.arange(len(own)), happened.period])
    if world.habits is not None:
        value = value + world.habits[source, happened.period]
    if world.class_detection is not None:
        value = value + world.class_detection[source, happened.victim_class]
    return value


def _delay(rng: np.random.Generator, law: Floats, number: int) -> Ints:
    """Draw whole days with P(delay <= n) = expit(shape · (log(n + 1) - location))."""
    location, shape = law
    log_days = location + logit(rng.random(number)) / shape
    days = np.ceil(np.exp(np.minimum(log_days, np.log(LONGEST_DELAY)))) - 1
    whole: Ints = np.maximum(days, 0).astype(np.int64)
    return whole


def _repeat(world: World, heard: Sequence[Heard], seed: int) -> list[Heard]:
    """Let the members of a group that name somebody repeat one of them."""
    result = list(heard)
    if world.copying is None:
        return result
    bribed = {bribe.source for bribe in world.bribes}
    for number, (group, share) in enumerate(zip(world.groups, world.copying, strict=True)):
        members = [
            position
            for position, spec in enumerate(world.sources)
            if spec.group == group
            and spec.type != ADJUDICATED
            and spec.coverage not in GOES_BY_NAME
            and spec.id not in bribed
        ]
        if len(members) > 1:
            _repeat_one(stream(seed, "copying", number), result, members, float(share))
    return result


def _repeat_one(
    rng: np.random.Generator, heard: list[Heard], members: list[int], share: float
) -> None:
    text = np.stack([heard[m].said.text for m in members])
    name = np.stack([heard[m].said.name for m in members])
    names = np.stack([heard[m].reported for m in members]) & (text != "")
    together = rng.random(text.shape[1]) < share
    original = np.where(names, rng.random(text.shape), -1.0).argmax(axis=0)
    every = np.arange(text.shape[1])
    for row, member in enumerate(members):
        repeats = names[row] & together
        said = replace(
            heard[member].said,
            text=np.where(repeats, text[original, every], text[row]),
            name=np.where(repeats, name[original, every], name[row]),
        )
        heard[member] = replace(heard[member], said=said)


def _numbers(lexicon: Lexicon, happened: Incidents, source: int, heard: Heard, seed: int) -> Heard:
    """Let a source tell a wrong number of victims, and a range."""
    world, victims = lexicon.world, happened.victims
    if world.count_error is not None:
        rng = stream(seed, "counts", source)
        wrong = rng.random(len(victims)) < world.count_error[source]
        up = (rng.random(len(victims)) < 0.5) | (victims - quarter(victims) < 1)
        fixed = (victims == 0) | heard.counts_sides(lexicon, happened.author)
        told = np.where(up, victims + quarter(victims), victims - quarter(victims))
        heard = replace(heard, victims=np.where(wrong & ~fixed, told, victims))
    if world.count_range is not None:
        given = stream(seed, "ranges", source).random(len(victims)) < world.count_range[source]
        told = heard.victims
        low = np.where(told > 0, np.maximum(told - quarter(told), 1), 0)
        high = np.where(told > 0, told + quarter(told), 0)
        heard = replace(heard, low=np.where(given, low, -1), high=np.where(given, high, -1))
    return heard


def quarter(number: Ints) -> Ints:
    """Return a quarter of a number, rounded, and at least 1."""
    rounded: Ints = np.maximum(1, np.rint(number / 4)).astype(np.int64)
    return rounded
