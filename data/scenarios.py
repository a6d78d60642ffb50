"""Worlds for studies and tests of one structure at a time."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from .regions import SETS
from .simulated import Simulated
from .strains import Strains, silenced, strain
from .terrain import splintered
from .values import ADJUDICATED
from .world import Floats, SourceSpec, World
from .worlds import national_world

STUDIED: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "none": {},
        "silencing": {"silencing_sd": 0.8},
        "framing": {"framing": 0.15},
        "copying": {"copying": 0.7},
        "delay": {"delay_days": 30.0},
        "all": {"silencing_sd": 0.8, "framing": 0.15, "copying": 0.7, "delay_days": 30.0},
    }
)
"""Arguments of ``strained_world`` for each structure alone, and for all of them together."""

STRAINED_SOURCES = (
    SourceSpec("north-daily", group="north"),
    SourceSpec("north-weekly", group="north"),
    SourceSpec("south-daily", group="south"),
    SourceSpec("south-weekly", group="south"),
    SourceSpec("federal-list", type="government"),
)
COURTS = SourceSpec("courts", type=ADJUDICATED, coverage="attributed_only")
FEW_ORGANIZATIONS, FEW_REGIONS, FEW_KINDS = 6, 8, ("homicide", "terrorism")
DEEP_SILENCE = -2.5
CHORUS = "chorus"
"""Group of the sources of ``chorus_world`` that copy one another."""


def strained_world(
    seed: int,
    *,
    silencing_sd: float = 0.0,
    framing: float = 0.0,
    copying: float = 0.0,
    delay_days: float = 0.0,
    framing_spread: float | None = None,
    adjudicated: float = 0.1,
    incidents: float = 1200.0,
    regions: int = FEW_REGIONS,
    kinds: tuple[str, ...] = FEW_KINDS,
    rivalries: int = 2,
    more: Strains | None = None,
) -> World:
    """Build a world of moderate size in which structures strain the model, alone or together.

    6 organizations, 8 regions unless said, 12 months of which the last three are scored, two
    groups of two press sources, a federal list, and courts. The same seed gives the same
    territories, levels and sources whatever is turned on.

    Parameters
    ----------
    silencing_sd, framing, framing_spread, copying, delay_days
        See ``Strains``; with delays the round ends 10 days after the window.
    adjudicated
        Expected share of all incidents that the courts report; 0: there are no courts.
    more
        Further structures; what the arguments above give is put in its place.
    """
    world = _moderate(
        seed,
        (*STRAINED_SOURCES, COURTS) if adjudicated else STRAINED_SOURCES,
        incidents=incidents,
        regions=regions,
        kinds=kinds,
        rivalries=rivalries,
    )
    strains = replace(
        more or Strains(),
        silencing_sd=silencing_sd,
        framing=framing,
        framing_spread=framing_spread,
        copying=copying,
        delay_days=delay_days,
    )
    return strain(_judged(world, adjudicated) if adjudicated else world, strains, seed)


def _moderate(
    seed: int,
    sources: tuple[SourceSpec, ...],
    *,
    incidents: float = 1200.0,
    regions: int = FEW_REGIONS,
    kinds: tuple[str, ...] = FEW_KINDS,
    rivalries: int = 0,
    notoriety: bool = True,
) -> World:
    return national_world(
        seed,
        organizations=FEW_ORGANIZATIONS,
        regions=SETS["MX"][:regions],
        incidents=incidents,
        kinds=kinds,
        sources=sources,
        rivalries=rivalries,
        rivalry_share=0.12 if rivalries else 0.0,
        notoriety=notoriety,
    )


def _judged(world: World, share: float) -> World:
    """Set the level of the courts, which come last, so that they expect a share of all."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    expected = (world.rate.sum(axis=2)[..., None] * world.size).sum(axis=0)
    expected /= expected.sum()
    own = world.detection[-1]
    lit = world.visibility[-1] * nodes

    def missed(shift: float) -> float:
        seen = expit(own[..., None] + shift + lit) @ weights / weights.sum()
        return float((expected * seen).sum()) - share

    detection: Floats = world.detection.copy()
    detection[-1] += float(brentq(missed, -30.0, 30.0))
    return replace(world, detection=detection)


def worst_expected(world: World) -> str:
    """Return the contender that expects the most incidents of its own."""
    total = world.rate[: len(world.organizations)].sum(axis=(1, 2, 3))
    at = world.organizations.index
    return max(world.contenders, key=lambda name: total[at(name)])


def silent_cartel(seed: int, silence: float = DEEP_SILENCE) -> World:
    """Build a world whose worst silences three press lists, but not the federal one.

    Parameters
    ----------
    silence
        Added to the logit of detection by the press; 0 gives the same world, heard.
    """
    press = tuple(SourceSpec(f"{place}-press") for place in ("north", "centre", "south"))
    world = _moderate(
        seed, (*press, SourceSpec("federal-list", type="government")), notoriety=False
    )
    silent = np.array([name == worst_expected(world) for name in world.organizations])
    return silenced(world, silence * silent)


def chorus_world(seed: int, *, members: int = 10, copying: float = 1.0) -> World:
    """Build a small world with a group of sources that copy one another, and two honest ones.

    Sources "chorus-01", "chorus-02", … of group ``CHORUS``; "honest-1" and "honest-2" of
    no group.
    """
    chorus = tuple(SourceSpec(f"chorus-{n:02d}", group=CHORUS) for n in range(1, members + 1))
    honest = tuple(SourceSpec(f"honest-{n}") for n in (1, 2))
    world = _moderate(
        seed, (*chorus, *honest), incidents=250.0, regions=4, kinds=FEW_KINDS[:1], notoriety=False
    )
    return replace(world, copying=np.array([copying]))


def retold(
    simulated: Simulated, incidents: Collection[str], sources: Collection[str], name: str
) -> Simulated:
    """Let some sources report some incidents, each with the same attribution.

    What these sources said of these incidents is taken away; the reports added tell what
    happened truly, on the day it happened.

    Parameters
    ----------
    incidents, sources
        Ids.
    name
        The attribution, as ``reports.csv`` writes it.
    """
    old = simulated.reports
    gone = old["incident_id"].isin(list(incidents)) & old["source"].isin(list(sources))
    true = simulated.incidents.loc[sorted(incidents)]
    columns = [c for c in ("date", "region", "kind", "victim_class", "victims") if c in old]
    parts = [
        true[columns].assign(
            source=source,
            attribution=name,
            victims_by_side="",
            published=true["date"],
            incident_id=true.index,
            report_id=[f"retold-{source}-{incident}" for incident in true.index],
        )
        for source in sorted(sources)
    ]
    reports = pd.concat([old[~gone], *parts], ignore_index=True)
    return replace(simulated, reports=reports[old.columns])


def splinter_world(seed: int, *, roll_up: bool, share: float = 0.5, late: float = 0.0) -> World:
    """Build a world in which an organization splits off the worst in mid-window.

    The child is the last organization of the roster that is not the worst; ``share`` of what its
    parent did is its own from the second month of the window on.
    """
    world = _moderate(seed, (*STRAINED_SOURCES, COURTS))
    parent = worst_expected(world)
    child = [name for name in world.organizations if name != parent][-1]
    return splintered(
        world, parent, child, world.periods[-2][0], share=share, roll_up=roll_up, late=late
    )
