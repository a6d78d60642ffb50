"""Simulating a round: what happens in a world, and who reports it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from . import statements, truth
from .simulated import Simulated, last_day
from .statements import Flags, Ints, Lexicon, Statements
from .values import ADJUDICATED
from .world import LARGEST_EVENT, SIZE_EDGES, SIZES, World
from .worldcheck import check_world

MEAN_DELAY = {ADJUDICATED: 20.0}
"""Mean days from an incident to its report, by source type."""
USUAL_DELAY = 3.0


@dataclass(frozen=True)
class _Incidents:
    """What happened, as arrays of shape (incident,): positions on the world's axes."""

    author: Ints
    region: Ints
    period: Ints
    kind: Ints
    day: Ints
    size: Ints
    victims: Ints
    victim_class: Ints
    z: np.ndarray
    claim: Ints


@dataclass(frozen=True)
class _Heard:
    """What one source reported, arrays of shape (incident,)."""

    said: Statements
    reported: Flags
    counts_sides: Flags
    delay: Ints


def simulate(world: World, seed: int) -> Simulated:
    """Draw a round from a world.

    Incidents are Poisson in every (author, region, period, kind); a source that looks there
    reports one with probability expit(detection + visibility · z), z ~ N(0, 1) shared by
    all sources, if its coverage lists what it has to say. The same world and seed give the
    same round.

    Raises
    ------
    InputError
        Where the world's arrays do not fit its axes, or are no probabilities.
    """
    check_world(world)
    rng = np.random.default_rng(seed)
    lexicon = Lexicon(world)
    happened = _happen(rng, world)
    heard = [_hear(rng, lexicon, happened, source) for source in range(len(world.sources))]
    counted = np.any([np.zeros(happened.z.shape, bool), *(h.counts_sides for h in heard)], axis=0)
    by_first = truth.divide_deaths(rng, lexicon, happened.author, happened.victims, counted)
    pieces = truth.pieces(rng, lexicon, happened.author, happened.victims, by_first)
    incidents = _incident_table(world, happened, by_first)
    pieces.insert(0, "incident_id", incidents.index.to_numpy()[pieces.pop("incident")])
    return Simulated(world, seed, _report_table(world, incidents, heard), incidents, pieces)


def _happen(rng: np.random.Generator, world: World) -> _Incidents:
    counts = rng.poisson(world.rate)
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    author, region, period, kind = np.unravel_index(cells, counts.shape)
    first = np.array([start.toordinal() for start, _ in world.periods])
    length = np.array([(end - start).days + 1 for start, end in world.periods])
    day = first[period] + rng.integers(length[period])
    order = day.argsort(kind="stable")
    author, region, period, kind, day = (a[order] for a in (author, region, period, kind, day))
    size = statements.categorical(rng, world.size[author, region, kind])
    return _Incidents(
        author=author,
        region=region,
        period=period,
        kind=kind,
        day=day,
        size=size,
        victims=_victims(rng, world, size),
        victim_class=_victim_class(rng, world, kind),
        z=rng.standard_normal(len(author)),
        claim=author if world.claim is None else statements.categorical(rng, world.claim[author]),
    )


def _victims(rng: np.random.Generator, world: World, size: Ints) -> Ints:
    """Draw the number of victims in each size bin."""
    numbers = np.array(SIZE_EDGES)[size]
    tail = np.arange(SIZE_EDGES[-1], LARGEST_EVENT + 1, dtype=float) ** -(world.tail + 1)
    for position, weights in enumerate((*world.victims_in_bin, tail), start=2):
        rows = np.flatnonzero(size == position)
        every = np.broadcast_to(weights, (len(rows), len(weights)))
        numbers[rows] += statements.categorical(rng, every)
    return numbers


def _victim_class(rng: np.random.Generator, world: World, kind: Ints) -> Ints:
    if not world.victim_classes:
        return np.full(len(kind), -1)
    return statements.categorical(rng, world.victim_class[kind])


def _hear(rng: np.random.Generator, lexicon: Lexicon, happened: _Incidents, source: int) -> _Heard:
    world = lexicon.world
    spec = world.sources[source]
    adjudicated = spec.type == ADJUDICATED
    said = statements.draw(rng, lexicon, source, happened.author if adjudicated else happened.claim)
    looks = np.array([not spec.regions or region in spec.regions for region in world.regions])
    logit = world.detection[source, happened.region, happened.kind, happened.size]
    seen = rng.random(len(logit)) < expit(logit + world.visibility[source] * happened.z)
    reported = looks[happened.region] & seen & said.listed
    counts = rng.random(len(logit)) < world.sides_counted
    true_rivalry = lexicon.is_rivalry[happened.author] & (said.name == happened.author)
    mean = MEAN_DELAY.get(spec.type, USUAL_DELAY)
    delay = rng.geometric(1.0 / (1.0 + mean), len(logit)) - 1
    return _Heard(said, reported, reported & counts & true_rivalry, delay)


def _incident_table(world: World, happened: _Incidents, by_first: Ints) -> pd.DataFrame:
    def named(values: tuple[str, ...], position: Ints) -> np.ndarray:
        return np.array([*values, ""], dtype=object)[position]

    date = pd.to_datetime([dt.date.fromordinal(day) for day in happened.day.tolist()])
    first, last = (pd.Timestamp(day) for day in world.window)
    width = len(str(len(happened.z)))
    index = pd.Index([f"i{n:0{width}d}" for n in range(1, len(happened.z) + 1)], dtype="str")
    columns = {
        "author": named(world.authors, happened.author),
        "claim": named(world.authors, happened.claim),
        "region": named(world.regions, happened.region),
        "period": happened.period,
        "date": date,
        "kind": named(world.kinds, happened.kind),
        "size": named(SIZES, happened.size),
        "victims": happened.victims,
        "victim_class": named(world.victim_classes, happened.victim_class),
        "z": happened.z,
        "by_first": by_first,
        "by_second": happened.victims - by_first,
        "in_window": (date >= first) & (date <= last),
    }
    return pd.DataFrame(columns, index=index.rename("incident_id"))


def _report_table(world: World, incidents: pd.DataFrame, heard: list[_Heard]) -> pd.DataFrame:
    tables = [
        _source_reports(world, incidents, spec.id, one)
        for spec, one in zip(world.sources, heard, strict=True)
    ]
    reports = pd.concat(tables, ignore_index=True)
    reports = reports.sort_values(["published", "incident_id", "source"], ignore_index=True)
    width = len(str(len(reports)))
    numbers = pd.Series(range(1, len(reports) + 1), dtype="int64").astype("str")
    reports.insert(0, "report_id", "r" + numbers.str.zfill(width))
    return reports if world.victim_classes else reports.drop(columns="victim_class")


def _source_reports(
    world: World, incidents: pd.DataFrame, source: str, heard: _Heard
) -> pd.DataFrame:
    shown = incidents[heard.reported]
    # The deaths *of* a side are those that the other side caused.
    sides = shown["by_second"].astype("str") + "><" + shown["by_first"].astype("str")
    delay = pd.to_timedelta(heard.delay[heard.reported], unit="D")
    as_of = pd.Timestamp(last_day(world))
    published = shown["date"] + delay
    columns = {
        "source": source,
        "date": shown["date"],
        "region": shown["region"],
        "kind": shown["kind"],
        "victim_class": shown["victim_class"],
        "victims": shown["victims"],
        "attribution": heard.said.text[heard.reported],
        "victims_by_side": sides.where(heard.counts_sides[heard.reported], ""),
        "published": published.where(published <= as_of, as_of),
        "incident_id": shown.index,
    }
    return pd.DataFrame(columns)
