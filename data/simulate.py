"""Simulated rounds: what happens in a world, who reports it, and the truth beside it."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from . import statements, truth
from .folder import csv_text, toml_text, write_folder
from .rubric import Rubric
from .rubrics import default_rubric
from .statements import Flags, Ints, Lexicon, Statements
from .values import ADJUDICATED
from .world import LARGEST_EVENT, SIZE_EDGES, SIZES, World
from .worldcheck import check_world

PUBLICATION_DAYS = 60
"""Days from the window's end to ``as_of``; every report is published by then."""
MEAN_DELAY = {ADJUDICATED: 20.0}
"""Mean days from an incident to its report, by source type."""
USUAL_DELAY = 3.0


@dataclass(frozen=True)
class Simulated:
    """A simulated round and its truth.

    Attributes
    ----------
    world, seed
        What it was drawn from.
    reports
        The columns of ``reports.csv`` (docs/formats.md); days as datetime64.
    incidents
        What happened, seen or not, index ``incident_id``: ``author, claim`` (names of the
        world), ``region, period`` (position in ``world.periods``), ``date, kind, size,
        victims, victim_class`` ("" where the world has none), ``z`` (visibility),
        ``by_first, by_second`` (deaths caused by each side; all by the first where the
        author has one side), ``in_window``.
    pieces
        The incidents divided among organizations: ``incident_id, organization, incidents,
        victims``.
    """

    world: World
    seed: int
    reports: pd.DataFrame
    incidents: pd.DataFrame
    pieces: pd.DataFrame

    @property
    def as_of(self) -> dt.date:
        """The day on which the last report is out."""
        return self.world.window[1] + dt.timedelta(days=PUBLICATION_DAYS)

    def score(self, rubric: Rubric) -> pd.Series:
        """Score of the window by organization, as it truly was."""
        return truth.score(self.pieces, self.incidents, rubric)

    def truth(self, rubric: Rubric) -> dict[str, object]:
        """Give what ``truth.json`` holds."""
        world = self.world
        return truth.truth(
            self.pieces, self.incidents, world.organizations, world.contenders, rubric
        )


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


def write_round(
    simulated: Simulated,
    folder: Path,
    title: str,
    rubric: Rubric | None = None,
    *,
    round_id: str = "simulated",
    period: str = "month",
    region_set: str | None = None,
    risk_limit: float = 0.05,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write a simulated round as a round folder, with ``truth.json`` beside it.

    Parameters
    ----------
    folder
        A new or empty folder.
    rubric
        What the truth is scored by; default: the one that ships with the package, which
        the round is read with unless a ``rubric.toml`` is put beside it.
    period
        Which periods the world's are: month, week or quarter.
    region_set
        Name of the region set ("MX") where the world's regions are all of it.
    names
        Display names by id, of organizations and sources; else made from the id.

    Raises
    ------
    InputError
        Where a kind is not in the rubric, the folder is not empty or cannot be written.
    """
    world = simulated.world
    true = simulated.truth(rubric or default_rubric())
    shown = {} if names is None else names
    settings = {
        "id": round_id,
        "title": title,
        "window": world.window,
        "history": world.periods[0][0],
        "as_of": simulated.as_of,
        "period": period,
        "regions": region_set or world.regions,
        "risk_limit": risk_limit,
    }
    files = {
        "round.toml": toml_text(settings),
        "organizations.csv": csv_text(_organization_table(world, shown)),
        "sources.csv": csv_text(_source_table(world, shown)),
        "reports.csv": csv_text(simulated.reports),
        "truth.json": json.dumps(true, indent=2, sort_keys=True) + "\n",
    }
    return write_folder(folder, files)


def _happen(rng: np.random.Generator, world: World) -> _Incidents:
    counts = rng.poisson(world.rate)
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    author, region, period, kind = np.unravel_index(cells, counts.shape)
    first = np.array([start.toordinal() for start, _ in world.periods])
    length = np.array([(end - start).days + 1 for start, end in world.periods])
    day = first[period] + rng.integers(length[period])
    order = day.argsort(kind="stable")
    author, region, period, kind, day = (a[order] for a in (author, region, period, kind, day))
    size = statements.categorical(rng, world.size[author, kind])
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
    as_of = pd.Timestamp(world.window[1]) + pd.Timedelta(days=PUBLICATION_DAYS)
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


def _organization_table(world: World, names: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "id": name,
            "name": names.get(name, name.replace("-", " ").title()),
            "contender": str(name in world.contenders).lower(),
        }
        for name in world.organizations
    ]
    return pd.DataFrame(rows)


def _source_table(world: World, names: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "id": spec.id,
            "name": names.get(spec.id, spec.id.replace("-", " ").title()),
            "type": spec.type,
            "group": spec.group or "",
            "regions": "|".join(spec.regions),
            "coverage": spec.coverage,
            "silence": spec.silence,
            "published": "known",
        }
        for spec in world.sources
    ]
    return pd.DataFrame(rows)
