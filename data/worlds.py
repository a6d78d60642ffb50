"""Plausible worlds from a few numbers: national rounds, and the bundled demonstration.

Organizations are invented: a colour and a bird. All sizes are this product's choices; they
are meant to look like a national round, not to describe any real one.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .regions import SETS
from .strains import Strains, strain
from .values import ADJUDICATED
from .world import SIZES, Floats, SourceSpec, World

COLOURS = (
    "amber", "cobalt", "coral", "crimson", "emerald", "indigo", "ivory", "jade",
    "lilac", "ochre", "pearl", "russet", "saffron", "scarlet", "silver", "violet",
)  # fmt: skip
BIRDS = (
    "heron", "ibis", "kestrel", "magpie", "osprey", "pelican", "plover", "raven",
    "robin", "sparrow", "starling", "stork", "swift", "tern", "thrush", "wren",
)  # fmt: skip
SOURCES = (
    SourceSpec("north-press", type="press"),
    SourceSpec("south-press", type="press"),
    SourceSpec("rights-groups", type="ngo"),
    SourceSpec("federal-list", type="government"),
    SourceSpec("courts", type=ADJUDICATED, coverage="attributed_only"),
)
KINDS = ("homicide", "kidnapping", "terrorism")
MORE_KINDS = (*KINDS, "extortion", "armed-attack", "arson")
DEMO_SEED, REFERENCE_SEED = 7, 11

_LEVEL = {"press": 0.2, "ngo": -0.6, "government": 0.0, "academic": -0.2, "social": 0.4}
"""logit P(reported) of an incident with one victim, by source type."""
_RIGHT = {"press": 0.65, "ngo": 0.75, "government": 0.7, "academic": 0.8, "social": 0.5}
_UNKNOWN = {"press": 0.5, "ngo": 0.35, "government": 0.45, "academic": 0.2, "social": 0.4}
_SIZE = {"homicide": (0.0, 0.72, 0.2, 0.06, 0.02), "terrorism": (0.45, 0.3, 0.15, 0.07, 0.03)}
_USUAL_SIZE = (0.0, 0.75, 0.18, 0.05, 0.02)
_KIND_SHARE = {"homicide": 0.7, "kidnapping": 0.2}
_SILENCED = 2.5


@dataclass(frozen=True)
class _Level:
    """How much of the violence each author does, shape (author,), summing to one."""

    share: Floats
    worst: int
    notorious: int


def organization_names(number: int) -> tuple[str, ...]:
    """Invent organizations: "amber-heron", "cobalt-ibis", …; at most 256, all distinct."""
    colours, birds = len(COLOURS), len(BIRDS)
    return tuple(
        f"{COLOURS[n % colours]}-{BIRDS[(n + n // colours) % birds]}" for n in range(number)
    )


def months(first: dt.date, number: int) -> tuple[tuple[dt.date, dt.date], ...]:
    """Return consecutive calendar months as (first day, last day)."""
    starts = [
        dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(number + 1)
    ]
    return tuple((a, b - dt.timedelta(days=1)) for a, b in pairwise(starts))


def national_world(
    seed: int,
    *,
    organizations: int = 8,
    regions: tuple[str, ...] = SETS["MX"],
    first_month: dt.date = dt.date(2023, 1, 1),
    n_months: int = 12,
    window_months: int = 3,
    incidents: float = 3000.0,
    kinds: tuple[str, ...] = KINDS,
    sources: tuple[SourceSpec, ...] = SOURCES,
    rivalries: int = 4,
    lead: float = 1.4,
    other_share: float = 0.25,
    rivalry_share: float = 0.12,
    notoriety: bool = True,
    silenced_press: bool = False,
    strains: Strains | None = None,
) -> World:
    """Build a world that looks like a national round.

    Parameters
    ----------
    seed
        Of the draw of territories, levels, rivalries and sources; not of what happens there.
    organizations
        How many, all of them contenders.
    incidents
        Expected number of true incidents, all authors and months.
    rivalries
        How many pairs of organizations clash, the worst's among them.
    lead
        How many times the runner-up's level the worst's is.
    other_share, rivalry_share
        Share of the incidents that is ordinary violence, and that is clashes.
    notoriety
        Wrong names fall mostly on one notorious organization, which is not the worst, so
        that raw counts lead to it; else they fall evenly.
    silenced_press
        The press is nearly silent where the worst is strong. The core model, whose
        detection knows no perpetrator, is then wrong.
    strains
        Further structures, see ``strains.Strains``; what they draw leaves the rest as it is.
    """
    rng = np.random.default_rng(seed)
    names = organization_names(organizations)
    pairs = _pairs(rng, organizations, rivalries)
    rivals = tuple(f"{names[i]}><{names[j]}" for i, j in pairs)
    level = _level(rng, organizations, len(pairs), lead, other_share, rivalry_share)
    where = _territory(rng, organizations, pairs, len(regions), other=other_share > 0)
    periods = months(first_month, n_months)
    detection = _detection(rng, sources, len(regions), kinds)
    if silenced_press:
        detection -= _silence(sources, where[level.worst])
    n_author, n_source = len(level.share), len(sources)
    adjudicated = np.array([spec.type == ADJUDICATED for spec in sources])
    world = World(
        organizations=names,
        contenders=names,
        has_other=other_share > 0,
        rivalries=rivals,
        regions=regions,
        periods=periods,
        window=(periods[-window_months][0], periods[-1][1]),
        kinds=kinds,
        sources=sources,
        rate=incidents * _rate(rng, level.share, where, n_months, kinds),
        size=np.tile(
            [_SIZE.get(kind, _USUAL_SIZE) for kind in kinds], (n_author, len(regions), 1, 1)
        ),
        victims_in_bin=(np.array([0.7, 0.3]), np.array([0.5, 0.25, 0.15, 0.1])),
        tail=1.8,
        detection=detection,
        visibility=np.where(adjudicated, 0.5, rng.uniform(0.6, 1.2, n_source)),
        right=np.array([_RIGHT.get(spec.type, 0.98) for spec in sources]),
        unknown=np.tile([[_UNKNOWN.get(spec.type, 0.02)] for spec in sources], (1, n_author)),
        blame=_blame(n_author, len(rivals), level.notorious if notoriety else None),
        one_sided=np.where(adjudicated, 1.0, 0.1),
        split=rng.beta(2.0, 2.0, len(rivals)),
        set_size=np.tile([0.95, 0.05] if organizations > 1 else [1.0], (n_source, 1)),
        sides_counted=0.3,
        leads=True,
    )
    return world if strains is None else strain(world, strains, seed)


def demo_world() -> World:
    """Build the world of the bundled demonstration.

    Eight organizations, 32 states, twelve months of which the last three are scored, three
    kinds, four sources and the courts, about 3,000 true incidents. Drawn with ``DEMO_SEED``,
    raw counts name the notorious organization, which is not the worst.
    """
    return national_world(DEMO_SEED)


def reference_world() -> World:
    """Build the world of reference problem R of the design, by which fits are measured.

    Twelve organizations, 32 states, 24 months of which the last three are scored, six kinds,
    four sources and the courts, about 21,000 true incidents; silencing, framing, copying and
    delays in moderation.
    """
    strains = Strains(silencing_sd=0.5, framing=0.1, copying=0.5, delay_days=10.0, noise_sd=0.2)
    return national_world(
        REFERENCE_SEED, organizations=12, n_months=24, incidents=21_217.0, kinds=MORE_KINDS,
        rivalries=6, strains=strains,
    )  # fmt: skip


def _pairs(rng: np.random.Generator, organizations: int, number: int) -> list[tuple[int, int]]:
    """Draw distinct pairs, each with the smaller name first."""
    names = organization_names(organizations)
    every = [
        (i, j) if names[i] < names[j] else (j, i)
        for i in range(organizations)
        for j in range(i + 1, organizations)
    ]
    chosen = rng.choice(len(every), size=min(number, len(every)), replace=False)
    return sorted(every[n] for n in chosen)


def _level(
    rng: np.random.Generator,
    organizations: int,
    rivalries: int,
    lead: float,
    other_share: float,
    rivalry_share: float,
) -> _Level:
    """Give the organizations falling levels in random order, the notorious one the third."""
    order = rng.permutation(organizations)
    ladder = 0.8 ** np.arange(organizations)
    ladder[0] *= 0.8 * lead if organizations > 1 else 1.0
    own = np.empty(organizations)
    own[order] = ladder / ladder.sum()
    clashes = np.full(rivalries, rivalry_share / max(rivalries, 1))
    rest = 1.0 - other_share - clashes.sum()
    other = [other_share] if other_share > 0 else []
    share = np.concatenate([own * rest, other, clashes])
    return _Level(share, worst=int(order[0]), notorious=int(order[min(2, organizations - 1)]))


def _territory(
    rng: np.random.Generator,
    organizations: int,
    pairs: list[tuple[int, int]],
    regions: int,
    *,
    other: bool,
) -> Floats:
    """Share of each author's violence by region, shape (author, region).

    An organization is strong in a few regions; rivals clash where both are.
    """
    own = rng.gamma(0.4, size=(organizations, regions)) + 0.01
    own /= own.sum(axis=1, keepdims=True)
    ordinary = [rng.gamma(4.0, size=regions)] if other else []
    clash = [np.sqrt(own[i] * own[j]) for i, j in pairs]
    every = np.stack([*own, *ordinary, *clash])
    share: Floats = every / every.sum(axis=1, keepdims=True)
    return share


def _rate(
    rng: np.random.Generator, share: Floats, where: Floats, n_months: int, kinds: tuple[str, ...]
) -> Floats:
    """Share of all incidents by (author, region, month, kind), summing to one."""
    walk = np.exp(rng.normal(0.0, 0.08, (len(share), n_months)).cumsum(axis=1))
    when = walk / walk.sum(axis=1, keepdims=True)
    weights = np.array([_KIND_SHARE.get(kind, 0.1) for kind in kinds])
    what = rng.dirichlet(60.0 * weights / weights.sum(), len(share))
    rate: Floats = np.einsum("a,ar,at,ak->artk", share, where, when, what)
    return rate


def _detection(
    rng: np.random.Generator,
    sources: tuple[SourceSpec, ...],
    regions: int,
    kinds: tuple[str, ...],
) -> Floats:
    """Draw logit P(reported | visibility 0), shape (source, region, kind, size)."""
    level = np.array([_LEVEL.get(spec.type, -2.0) for spec in sources])
    by_region = rng.normal(0.0, 0.5, (len(sources), regions))
    by_kind = rng.normal(0.0, 0.3, (len(sources), len(kinds)))
    by_size = 0.5 * (np.arange(len(SIZES)) - 1.0)
    return (
        level[:, None, None, None]
        + by_region[:, :, None, None]
        + by_kind[:, None, :, None]
        + by_size
    )


def _silence(sources: tuple[SourceSpec, ...], territory: Floats) -> Floats:
    """Return what the press loses where an organization is strong, shape (source, region, 1, 1)."""
    strong = territory > 1.0 / len(territory)
    press = np.array([spec.type == "press" for spec in sources])
    return _SILENCED * np.outer(press, strong)[:, :, None, None]


def _blame(n_author: int, rivalries: int, notorious: int | None) -> Floats:
    """Where wrong names fall: evenly on organizations and "other", little on rivalries."""
    blame = np.ones(n_author)
    blame[n_author - rivalries :] = 0.1
    if notorious is not None:
        blame[notorious] = 2.0 * blame.sum()
    return blame / blame.sum()
