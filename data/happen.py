"""What happens in a simulated world: incidents, their victims, who can be seen, the claims."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from .arrays import Ints
from .statements import categorical
from .streams import stream
from .world import LARGEST_EVENT, SIZE_EDGES, Flags, Floats, World


@dataclass(frozen=True)
class Incidents:
    """What happened, as arrays of shape (incident,): positions on the world's axes.

    ``claim`` is -1 where nobody can tell; ``visible`` is False where no source can see.
    """

    author: Ints
    region: Ints
    period: Ints
    kind: Ints
    day: Ints
    size: Ints
    victims: Ints
    victim_class: Ints
    z: Floats
    claim: Ints
    visible: Flags


def happen(rng: np.random.Generator, world: World, seed: int) -> Incidents:
    """Draw what happens, in the order of the days.

    Parameters
    ----------
    rng
        The core's stream.
    seed
        Of the streams of the structures that are on.
    """
    counts = rng.poisson(_rate(world, seed))
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    author, region, period, kind = np.unravel_index(cells, counts.shape)
    first = np.array([start.toordinal() for start, _ in world.periods])
    length = np.array([(end - start).days + 1 for start, end in world.periods])
    day = first[period] + rng.integers(length[period])
    order = day.argsort(kind="stable")
    author, region, period, kind, day = (a[order] for a in (author, region, period, kind, day))
    size = categorical(rng, world.size[author, region, kind])
    return Incidents(
        author=author,
        region=region,
        period=period,
        kind=kind,
        day=day,
        size=size,
        victims=_victims(rng, world, size),
        victim_class=_victim_class(rng, world, author, kind),
        z=_visibility(rng, world, len(author)),
        claim=_claim(rng, world, author, region, period),
        visible=_visible(world, author, seed),
    )


def _rate(world: World, seed: int) -> Floats:
    """Multiply the rates by the factors of their cells, each with mean 1."""
    rate, (authors, regions, periods, _) = world.rate, world.rate.shape
    if world.noise_sd:
        factor = _gamma(stream(seed, "noise"), world.noise_sd, (1, regions, periods, 1))
        rate = rate * factor
    if world.own_noise_sd:
        shape = (authors, regions, periods, 1)
        rate = rate * _gamma(stream(seed, "own noise"), world.own_noise_sd, shape)
    if world.rate_tail is not None:
        tail = world.rate_tail
        drawn = stream(seed, "heavy tail").pareto(tail, (authors, regions, periods, 1))
        rate = rate * (1.0 + drawn) * (tail - 1.0) / tail
    return rate


def _gamma(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> Floats:
    return rng.gamma(sd**-2, sd**2, shape)


def _victims(rng: np.random.Generator, world: World, size: Ints) -> Ints:
    """Draw the number of victims in each size bin."""
    numbers = np.array(SIZE_EDGES)[size]
    tail = np.arange(SIZE_EDGES[-1], LARGEST_EVENT + 1, dtype=float) ** -(world.tail + 1)
    for position, weights in enumerate((*world.victims_in_bin, tail), start=2):
        rows = np.flatnonzero(size == position)
        every = np.broadcast_to(weights, (len(rows), len(weights)))
        numbers[rows] += categorical(rng, every)
    return numbers


def _victim_class(rng: np.random.Generator, world: World, author: Ints, kind: Ints) -> Ints:
    if not world.victim_classes:
        return np.full(len(kind), -1)
    by_author = world.victim_class.ndim == 3
    return categorical(rng, world.victim_class[(author, kind) if by_author else kind])


def _visibility(rng: np.random.Generator, world: World, number: int) -> Floats:
    """Draw z: normal, or of two classes by the same draw."""
    z = rng.standard_normal(number)
    if world.low_share is None:
        return z
    q = world.low_share
    classes: Floats = np.where(z < ndtri(q), -np.sqrt((1 - q) / q), np.sqrt(q / (1 - q)))
    return classes


def _claim(
    rng: np.random.Generator, world: World, author: Ints, region: Ints, period: Ints
) -> Ints:
    if world.claim is None:
        return author
    law = world.claim
    if law.ndim == 4:
        law = law[region if law.shape[0] > 1 else 0, period if law.shape[1] > 1 else 0, author]
    else:
        law = law[author]
    claim = categorical(rng, law)
    named: Ints = np.where(claim == len(world.authors), -1, claim)
    return named


def _visible(world: World, author: Ints, seed: int) -> Flags:
    if world.never_visible is None:
        return np.ones(len(author), dtype=bool)
    drawn = stream(seed, "never visible").random(len(author))
    seen: Flags = drawn >= world.never_visible[author]
    return seen
