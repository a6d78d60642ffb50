"""Structures that a plausible world may have beside its core, from a few numbers.

``strain`` puts them on a world: what the model knows of (silencing, framing, copying, delays,
...), and what breaks its assumptions (factors of one author, heavy tails). Each is off at its
default.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .attribution import OTHER, parse
from .framing import framed, next_period
from .streams import stream
from .terrain import territorial
from .world import Floats, World

DELAY_SHAPE = 2.0
"""Shape of the log-logistic delays: nine of ten are over in three times the median."""


@dataclass(frozen=True)
class Strains:
    """How strong each structure is.

    Attributes
    ----------
    silencing_sd
        γ ~ N(0, sd) of each organization, added to the press's logit of detection.
    framing, framing_spread, nobody
        See ``framing.framed``.
    copying
        κ of every group of sources; where there is no group, the press is made one.
    group_visibility
        Weight of what the sources of a group see alike.
    delay_days
        Median days from incident to report, of every source; shape ``DELAY_SHAPE``.
    as_of_days
        Days from the window's end to ``as_of``, where there are delays.
    low_share
        Share of the dark class of visibility; None: visibility is normal.
    never_visible
        ψ: share of incidents that nobody can see.
    noise_sd, own_noise_sd, rate_tail
        Factors of cells, see World.
    count_error, count_range
        Of every source, see World.
    least_presence
        Organizations keep to regions that hold at least this share of their violence, see
        ``terrain.territorial``; 0: they are everywhere.
    """

    silencing_sd: float = 0.0
    framing: float = 0.0
    framing_spread: float | None = None
    nobody: float = 0.0
    copying: float = 0.0
    group_visibility: float = 0.0
    delay_days: float = 0.0
    as_of_days: int = 10
    low_share: float | None = None
    never_visible: float = 0.0
    noise_sd: float = 0.0
    own_noise_sd: float = 0.0
    rate_tail: float | None = None
    count_error: float = 0.0
    count_range: float = 0.0
    least_presence: float = 0.0


def strain(world: World, strains: Strains, seed: int) -> World:
    """Put structures on a world; what they draw (γ, own shares of framing) comes from ``seed``."""
    gammas, shares = stream(seed, "strains"), stream(seed, "strains", 1)
    if (strains.copying or strains.group_visibility) and not world.groups:
        world = _grouped(world)
    if strains.least_presence:
        world = territorial(world, strains.least_presence)
    if strains.silencing_sd:
        drawn = gammas.normal(size=len(world.organizations))
        world = silenced(world, strains.silencing_sd * drawn)
    if strains.framing or strains.nobody:
        world = framed(
            world,
            strains.framing,
            nobody=strains.nobody,
            spread=strains.framing_spread,
            seed=int(shares.integers(2**32)),
        )
    if strains.delay_days:
        world = delayed(world, strains.delay_days, strains.as_of_days)
    return replace(world, **_fields(world, strains))


def _grouped(world: World) -> World:
    """Make one group of the press."""
    sources = (replace(s, group="press") if s.type == "press" else s for s in world.sources)
    return replace(world, sources=tuple(sources))


def _fields(world: World, strains: Strains) -> dict[str, Any]:
    """Return the fields of a world that hold a strain's number as it is; what is off is not in."""
    grouped = np.array([float(spec.group is not None) for spec in world.sources])
    arrays = {
        "copying": np.ones(len(world.groups)),
        "group_visibility": grouped,
        "never_visible": np.ones(len(world.authors)),
        "count_error": np.ones(len(world.sources)),
        "count_range": np.ones(len(world.sources)),
    }
    given = {name: getattr(strains, name) * ones for name, ones in arrays.items()}
    numbers = ("noise_sd", "own_noise_sd", "rate_tail", "low_share")
    given |= {name: getattr(strains, name) for name in numbers}
    return {name: value for name, value in given.items() if getattr(strains, name)}


def by_author(world: World, of_organizations: Floats) -> Floats:
    """Carry a number of organizations to authors.

    Rivalries and coalitions have the mean of their members', "other" has 0.

    Parameters
    ----------
    of_organizations
        Shape (organization,).

    Returns
    -------
    Shape (author,).
    """
    value = dict(zip(world.organizations, of_organizations.tolist(), strict=True)) | {OTHER: 0.0}
    members = [parse(text).organizations for text in world.authors]
    return np.array([np.mean([value[name] for name in names]) for names in members])


def silenced(world: World, gamma: Floats, types: tuple[str, ...] = ("press",)) -> World:
    """Let organizations silence the sources of some types.

    Parameters
    ----------
    gamma
        Added to the logit of detection, shape (organization,).
    """
    hears = np.array([float(spec.type in types) for spec in world.sources])
    return replace(world, silencing=np.outer(hears, by_author(world, gamma)))


def delayed(world: World, days: float, as_of_days: int) -> World:
    """Let every source report late, with a median of ``days``, and end the round early."""
    law = np.tile([np.log(days + 1.0), DELAY_SHAPE], (len(world.sources), 1))
    return replace(world, delay=law, as_of=world.window[1] + dt.timedelta(days=as_of_days))


def habits_changed(world: World, source: str, date: dt.date, shift: float) -> World:
    """Let a source look harder, or less hard, from the first period after a day on.

    Parameters
    ----------
    shift
        Added to its logit of detection.
    """
    shape = (len(world.sources), len(world.periods))
    habits = np.zeros(shape) if world.habits is None else world.habits.copy()
    position = [spec.id for spec in world.sources].index(source)
    habits[position, next_period(world, date) :] += shift
    return replace(world, habits=habits)
