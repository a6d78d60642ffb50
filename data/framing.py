"""False claims in a world: rivals framed, nobody can tell, announcements, false-flag campaigns.

Every function takes a world and returns it changed; ``World.claim`` is what changes.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from .attribution import OTHER, parse
from .world import Floats, World
from .worldparts import Event

MOST_FALSE = 0.95
"""Largest share of false claims that an announcement may lead to."""


@dataclass(frozen=True)
class Campaign:
    """A false-flag campaign: in some regions, from one period to another, both in.

    Of the incidents of ``organization`` there, ``share`` are claimed as those of ``blamed``.
    """

    organization: str
    blamed: str
    regions: tuple[str, ...]
    first: int
    last: int
    share: float = 0.8


def rivals(world: World) -> Floats:
    """Say who fights whom, shape (organization, organization).

    The world's own ``rivalry_weight``; else Σ_r √(share_i share_j) of their territories,
    plus one where they stand against each other in a rivalry.
    """
    if world.rivalry_weight is not None:
        return world.rivalry_weight
    own = world.rate[: len(world.organizations)].sum(axis=(2, 3))
    share = np.sqrt(own / np.maximum(own.sum(axis=1, keepdims=True), 1e-300))
    weight: Floats = share @ share.T
    for text in world.rivalries:
        sides = parse(text).sides
        for a in sides[0] if len(sides) == 2 else ():
            for b in sides[1]:
                i, j = world.organizations.index(a), world.organizations.index(b)
                weight[[i, j], [j, i]] += 1.0
    np.fill_diagonal(weight, 0.0)
    return weight


def framed(
    world: World,
    framing: float,
    *,
    nobody: float = 0.0,
    spread: float | None = None,
    seed: int = 0,
) -> World:
    """Let incidents be presented as a rival's, or so that nobody can tell.

    Φ[k,k] = (1 - nobody) (1 - f_k) for an organization k, f_k = ``framing``; the rest falls
    on its rivals by ``rivals``, in a region on those alone that are present (on k itself
    where none is), and ``nobody`` on "nobody can tell". Of a rivalry f falls on its sides
    that are names of the world, evenly. "other" is not presented as anybody else.

    Parameters
    ----------
    spread
        Concentration of a Beta law around ``framing`` from which each author's own share is
        drawn: 10 is the law Beta(9, 1) of 1 - f_k at a framing of .1. None: all the same.
    seed
        Of that draw.
    """
    share = _shares(world, framing, spread, np.random.default_rng(seed))
    weight = rivals(world)
    names = len(world.authors)
    falls = np.zeros((names, names))
    falls[: len(weight), : len(weight)] = weight
    for row, text in enumerate(world.authors):
        sides = {"+".join(side) for side in parse(text).sides} - {text}
        falls[row, [world.authors.index(s) for s in sides if s in world.authors]] = 1.0
    false = _spread_out(world, falls)
    truly = np.eye(names)
    none = false.sum(axis=-1, keepdims=True) == 0
    false = np.where(none, truly, false / np.where(none, 1.0, false.sum(axis=-1, keepdims=True)))
    named = (1 - share[:, None]) * truly + share[:, None] * false
    empty = np.full((*named.shape[:-1], 1), nobody)
    claim = np.concatenate([(1 - nobody) * named, empty], axis=-1)
    return replace(world, claim=claim, rivalry_weight=weight)


def _shares(world: World, framing: float, spread: float | None, rng: np.random.Generator) -> Floats:
    """Share of false claims by author, shape (author,)."""
    share = np.full(len(world.authors), framing)
    if spread is not None and 0 < framing < 1:
        share = rng.beta(spread * framing, spread * (1 - framing), len(share))
    return np.where(np.array(world.authors) == OTHER, 0.0, share)


def _spread_out(world: World, falls: Floats) -> Floats:
    """Leave out, region by region and period by period, who is not present."""
    if world.presence is None:
        return falls
    given = np.moveaxis(np.atleast_3d(world.presence), 0, -1)
    allowed = np.ones((*given.shape[:2], len(world.authors)))
    allowed[..., : len(world.organizations)] = given
    return falls * allowed[:, :, None, :]


def by_cell(world: World) -> Floats:
    """Return the claims of a world, shape (region, period, author, name + 1)."""
    names = len(world.authors)
    claim = np.eye(names) if world.claim is None else world.claim
    if claim.shape[-1] == names:
        claim = np.concatenate([claim, np.zeros((*claim.shape[:-1], 1))], axis=-1)
    shape = (len(world.regions), len(world.periods), names, names + 1)
    return np.broadcast_to(claim, shape).copy()


def next_period(world: World, day: dt.date) -> int:
    """Return the first period that begins after a day; their number where none does."""
    begins = [first for first, _ in world.periods]
    return sum(first <= day for first in begins)


def announced(
    world: World, event: Event, *, silencing: float = -0.5, framing: float = 2.0
) -> World:
    """Let an event change habits from the next period on.

    The event's organization (all, where it names none) silences the press by ``silencing``
    more, and is ``framing`` times as often presented as somebody else. Only where the event
    lies, if it has a region: silencing knows no regions, and changes everywhere.
    """
    begin = next_period(world, event.date)
    names = [event.organization] if event.organization else list(world.listed)
    rows = [world.organizations.index(name) for name in names]
    places = [world.regions.index(event.region)] if event.region else range(len(world.regions))
    claim = by_cell(world)
    for row in rows:
        here = claim[np.ix_(places, range(begin, len(world.periods)), [row])]
        false = 1.0 - here[..., row, None]
        more = np.minimum(framing * false, np.maximum(false, MOST_FALSE))
        here = here * np.where(false > 0, more / np.where(false > 0, false, 1.0), 1.0)
        here[..., row] = 1.0 - more[..., 0]
        claim[np.ix_(places, range(begin, len(world.periods)), [row])] = here
    muted = _silencing(world)
    press = [n for n, spec in enumerate(world.sources) if spec.type == "press"]
    muted[np.ix_(press, rows, range(begin, len(world.periods)))] += silencing
    return replace(world, claim=claim, silencing=muted, events=(*world.events, event))


def _silencing(world: World) -> Floats:
    """Return the silencing of a world, shape (source, author, period)."""
    shape = (len(world.sources), len(world.authors), len(world.periods))
    given = np.zeros(shape[:2]) if world.silencing is None else world.silencing
    return np.broadcast_to(given if given.ndim == 3 else given[..., None], shape).copy()


def false_flags(world: World, campaigns: tuple[Campaign, ...]) -> World:
    """Add campaigns, whose incidents are presented as those of whom they blame."""
    claim = by_cell(world)
    for campaign in campaigns:
        author = world.organizations.index(campaign.organization)
        blamed = world.organizations.index(campaign.blamed)
        places = [world.regions.index(region) for region in campaign.regions]
        cells = np.ix_(places, range(campaign.first, campaign.last + 1), [author])
        claim[cells] *= 1.0 - campaign.share
        claim[(*cells, blamed)] += campaign.share
    return replace(world, claim=claim)
