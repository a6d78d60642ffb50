"""Simulating a round: what happens in a world, who reports it, and the tables of both."""

import datetime as dt

import numpy as np
import pandas as pd

from . import truth
from .arrays import Ints
from .happen import Incidents, happen
from .hear import Heard, hear
from .officials import draw_totals
from .simulated import Simulated, last_day
from .statements import Lexicon
from .streams import stream
from .world import SIZES, World
from .worldcheck import check_world


def simulate(world: World, seed: int) -> Simulated:
    """Draw a round from a world.

    Incidents are Poisson in every (author, region, period, kind), given the factors of the
    cells; a source that looks there reports one with probability expit(detection +
    visibility · z + what else the world has), z shared by all sources, if its coverage lists
    what it has to say. The same world and seed give the same round.

    Raises
    ------
    InputError
        Where the world's arrays do not fit its axes, or are no probabilities.
    """
    check_world(world)
    rng = np.random.default_rng(seed)
    lexicon = Lexicon(world)
    happened = happen(rng, world, seed)
    heard = hear(rng, lexicon, happened, seed)
    sides = [one.counts_sides(lexicon, happened.author) for one in heard]
    counted = np.any([np.zeros(happened.z.shape, bool), *sides], axis=0)
    by_first = truth.divide_deaths(rng, lexicon, happened.author, happened.victims, counted)
    pieces = truth.pieces(rng, lexicon, happened.author, happened.victims, by_first)
    incidents = _incident_table(world, happened, by_first)
    pieces.insert(0, "incident_id", incidents.index.to_numpy()[pieces.pop("incident")])
    reports = _report_table(lexicon, incidents, happened, heard, seed)
    totals = draw_totals(world, incidents, reports, seed) if world.totals else None
    return Simulated(world, seed, reports, incidents, pieces, totals)


def _incident_table(world: World, happened: Incidents, by_first: Ints) -> pd.DataFrame:
    def named(values: tuple[str, ...], position: Ints) -> np.ndarray:
        return np.array([*values, ""], dtype=object)[position]

    date = pd.to_datetime([dt.date.fromordinal(day) for day in happened.day.tolist()])
    first, last = pd.Timestamp(world.window[0]), pd.Timestamp(world.window[1])
    last = min(last, pd.Timestamp(last_day(world)))
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
        "visible": happened.visible,
    }
    return pd.DataFrame(columns, index=index.rename("incident_id"))


def _report_table(
    lexicon: Lexicon, incidents: pd.DataFrame, happened: Incidents, heard: list[Heard], seed: int
) -> pd.DataFrame:
    world = lexicon.world
    tables = [
        _source_reports(
            lexicon, incidents, spec.id, one, one.counts_sides(lexicon, happened.author)
        )
        for spec, one in zip(world.sources, heard, strict=True)
    ]
    reports = pd.concat(tables, ignore_index=True)
    if world.as_of is not None:
        reports = reports[reports["published"] <= pd.Timestamp(world.as_of)]
    reports = reports.sort_values(["published", "incident_id", "source"], ignore_index=True)
    reports["attribution"] = _ambiguous(world, reports["attribution"], seed)
    width = len(str(len(reports)))
    numbers = pd.Series(range(1, len(reports) + 1), dtype="int64").astype("str")
    reports.insert(0, "report_id", "r" + numbers.str.zfill(width))
    unused = [] if world.victim_classes else ["victim_class"]
    unused += ["victims_low", "victims_high"] if world.count_range is None else []
    return reports.drop(columns=unused)


def _source_reports(
    lexicon: Lexicon, incidents: pd.DataFrame, source: str, heard: Heard, counts: np.ndarray
) -> pd.DataFrame:
    rows = heard.reported
    shown = incidents[rows]
    # The deaths *of* a side are those that the other side caused.
    sides = shown["by_second"].astype("str") + "><" + shown["by_first"].astype("str")
    published = shown["date"] + pd.to_timedelta(heard.delay[rows], unit="D")
    if lexicon.world.as_of is None:
        last = pd.Timestamp(last_day(lexicon.world))
        published = published.where(published <= last, last)
    columns = {
        "source": source,
        "date": shown["date"],
        "region": shown["region"],
        "kind": shown["kind"],
        "victim_class": shown["victim_class"],
        "victims": heard.victims[rows],
        "victims_low": pd.array(heard.low[rows], dtype="Int64"),
        "victims_high": pd.array(heard.high[rows], dtype="Int64"),
        "attribution": heard.said.text[rows],
        "victims_by_side": sides.where(counts[rows], ""),
        "published": published,
        "incident_id": shown.index,
    }
    table = pd.DataFrame(columns)
    bounds = ["victims_low", "victims_high"]
    table[bounds] = table[bounds].mask(table[bounds] < 0)  # an empty cell: no range is given
    return table


def _ambiguous(world: World, attribution: pd.Series, seed: int) -> pd.Series:
    """Write names that may be several in place of one organization's, at their chances."""
    written = attribution.copy()
    for number, spec in enumerate(world.ambiguous):
        chance = spec.use * np.array(spec.probability) / max(spec.probability)
        by_name = dict(zip(spec.organizations, chance.tolist(), strict=True))
        drawn = stream(seed, "ambiguous names", number).random(len(attribution))
        written[drawn < attribution.map(by_name).fillna(0.0).to_numpy(float)] = spec.name
    return written
