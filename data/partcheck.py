"""Whether the records of a world fit it: lineage, bribes, ambiguous names, series, events."""

from collections.abc import Iterable, Iterator, Mapping

from .attribution import parse
from .world import World
from .worldparts import MONTH, YEAR

EVENT_TYPES = ("announcement", "enforcement")


def check_parts(world: World) -> list[str]:
    """Return what is wrong with a world's records, a sentence a problem."""
    return [
        *_strangers(world),
        *_lineage(world),
        *_unlisted(world),
        *_ambiguous(world),
        *_totals(world),
    ]


def _strangers(world: World) -> Iterator[str]:
    """Note what is named and does not exist."""
    own = world.organizations
    splinters, bribes = world.splinters, world.bribes
    named: Mapping[str, tuple[Iterable[str], tuple[str, ...]]] = {
        "splinters": ([n for s in splinters for n in (s.organization, s.parent)], world.listed),
        "bribes": ([n for b in bribes for n in (b.organization, b.rival)], own),
        "bribes (source)": ([b.source for b in bribes], tuple(s.id for s in world.sources)),
        "unlisted": (world.unlisted, own),
        "ambiguous": ([n for a in world.ambiguous for n in a.organizations], world.listed),
        "events": ([e.organization for e in world.events], (*world.listed, "")),
        "events (region)": ([e.region for e in world.events], (*world.regions, "")),
        "events (type)": ([e.type for e in world.events], EVENT_TYPES),
    }
    for where, (names, choices) in named.items():
        for name in dict.fromkeys(names):
            if name not in choices:
                yield f"world.{where} names '{name}'; choices: {', '.join(choices)}"


def _lineage(world: World) -> Iterator[str]:
    parents = {s.organization: s.parent for s in world.splinters}
    if len(parents) < len(world.splinters):
        yield "world.splinters: an organization has two parents"
    for name in parents:
        path = [name]
        while (parent := parents.get(path[-1])) is not None and parent not in path:
            path.append(parent)
        if parent is not None:
            yield f"world.splinters: '{name}' descends from itself"


def _unlisted(world: World) -> Iterator[str]:
    for name in world.unlisted:
        if any(name in parse(text).organizations for text in world.rivalries):
            yield f"world.unlisted: '{name}' stands in a rivalry, which no report could write"
        if name in world.contenders:
            yield f"world.unlisted: '{name}' is a contender; a contender is on the roster"


def _ambiguous(world: World) -> Iterator[str]:
    for spec in world.ambiguous:
        fits = len(spec.organizations) == len(spec.probability) > 1
        if not fits or min(spec.probability) < 0 or abs(sum(spec.probability) - 1) > 1e-9:
            yield (
                f"world.ambiguous: '{spec.name}' needs two organizations or more, with "
                "probabilities that sum to one"
            )
        if not 0 <= spec.use <= 1:
            yield f"world.ambiguous: use of '{spec.name}' lies outside 0 to 1"
        if spec.name in world.authors:
            yield f"world.ambiguous: '{spec.name}' is a name that means one author"


def _totals(world: World) -> Iterator[str]:
    every = [spec.series for spec in world.totals]
    for spec in world.totals:
        held = {source.id for source in world.sources}
        wrong = {
            "is declared twice": every.count(spec.series) > 1,
            "has a scope that is neither inclusive nor residual": spec.scope
            not in ("inclusive", "residual"),
            "has a unit that is neither incidents nor victims": spec.unit
            not in ("incidents", "victims"),
            "is by neither month nor year": spec.every not in (MONTH, YEAR),
            f"counts kind '{spec.kind}', which the world lacks": spec.kind not in world.kinds,
            "has a capture outside 0 to 1": not 0 <= spec.capture <= 1,
            "holds a source that the world lacks": not set(spec.holds) <= held,
            "is of an author that the world lacks": spec.attribution not in (*world.authors, ""),
        }
        yield from (
            f"world.totals: '{spec.series}' {what}" for what, is_so in wrong.items() if is_so
        )
