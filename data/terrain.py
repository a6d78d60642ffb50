"""Who is where and on which roster: presence, splinters, organizations that nobody lists.

Every function takes a world and returns it changed.
"""

import datetime as dt
from dataclasses import replace

import numpy as np

from .attribution import OTHER, parse
from .world import Floats, World
from .worldparts import Splinter


def territorial(world: World, least: float = 0.03) -> World:
    """Confine organizations to the regions that hold at least ``least`` of their violence.

    Elsewhere they do nothing, a rivalry only acts where all its members are, and wrong names
    do not fall on them. Everybody's expected incidents over all regions stay as they were;
    a rivalry whose members never meet has none.
    """
    number = len(world.organizations)
    total = world.rate.sum(axis=(1, 2, 3), keepdims=True)
    by_region = world.rate.sum(axis=(2, 3))
    share = by_region[:number] / np.maximum(by_region[:number].sum(axis=1, keepdims=True), 1e-300)
    present = share >= least
    acts = np.ones((len(world.authors), len(world.regions)), dtype=bool)
    for row, text in enumerate(world.authors):
        for member in set(parse(text).organizations) - {OTHER}:
            acts[row] &= present[world.organizations.index(member)]
    rate = world.rate * acts[:, :, None, None]
    kept = rate.sum(axis=(1, 2, 3), keepdims=True)
    rate = rate * np.where(kept > 0, total / np.where(kept > 0, kept, 1.0), 0.0)
    return replace(world, rate=rate, presence=present)


def splintered(
    world: World,
    parent: str,
    child: str,
    date: dt.date,
    *,
    share: float = 0.5,
    roll_up: bool = False,
    late: float = 0.0,
) -> World:
    """Let one organization split off another, from the first period that begins by ``date``.

    Earlier the child does nothing, and wrong names do not fall on it; from then on it does
    ``share`` of what the parent would have done, in the same places. The child stands on the
    world's author axis already, in no rivalry, and what it did there is left out.

    Parameters
    ----------
    date
        The first day of a period of the world.
    late
        Share of its incidents that are still claimed as the parent's.

    Raises
    ------
    ValueError
        Where no period begins on ``date``, or the child stands in a rivalry.
    """
    begins = [first for first, _ in world.periods]
    if date not in begins:
        raise ValueError(f"no period of the world begins on {date}")
    if any(child in parse(text).organizations for text in world.rivalries):
        raise ValueError(f"'{child}' stands in a rivalry, and could clash before it exists")
    begin = begins.index(date)
    of, by = world.organizations.index(parent), world.organizations.index(child)
    rate = world.rate.copy()
    rate[by, :, :begin] = 0.0
    rate[by, :, begin:] = share * rate[of, :, begin:]
    rate[of, :, begin:] *= 1.0 - share
    shape = (len(world.organizations), len(world.regions), len(world.periods))
    given = np.ones(shape[:2], bool) if world.presence is None else world.presence
    presence = np.broadcast_to(np.atleast_3d(given), shape).copy()
    presence[by] = presence[of]
    presence[by, :, :begin] = False
    row = Splinter(child, parent, date, roll_up)
    contenders = tuple(n for n in world.contenders if n != child or not roll_up)
    world = replace(
        world,
        rate=rate,
        presence=presence,
        contenders=contenders,
        splinters=(*world.splinters, row),
    )
    return replace(world, claim=_still(world, by, of, late)) if late else world


def _still(world: World, by: int, of: int, late: float) -> Floats:
    """Move a share of one author's claims to another's name."""
    claim = np.eye(len(world.authors)) if world.claim is None else world.claim.copy()
    claim[..., by, :] *= 1.0 - late
    claim[..., by, of] += late
    return claim


def off_the_roster(world: World, organization: str) -> World:
    """Let an organization act that the office does not list: its name is written "other".

    It must stand in no rivalry.
    """
    contenders = tuple(name for name in world.contenders if name != organization)
    return replace(world, contenders=contenders, unlisted=(*world.unlisted, organization))
