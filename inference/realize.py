"""What happened in the window, draw by draw: the realized counts that a rubric is applied to.

For each draw of the parameters every reported incident is given to an author by its
posterior responsibilities, and the incidents that nobody reported are drawn beside them:
Poisson with mean g μ ρ[v, w] (1 - P(seen | author, context, v, w)) in every (author, region,
period, kind, size, class), g the factor of the region and period given its reports, and given
official totals where there are some (``unseen``). Marks are drawn as ``marks`` says, rivalries
and coalitions divided as
``division`` says: a dead whose side a report counts is that side's doing, the others are
divided one by one, and the incident itself goes to one side whole. The size of all of them is
the whole incident's.

How many died in a reported incident is drawn from what its reports say (``told``), and its size
follows that number, so that a large event is large in the draws in which it has the dead for
it. The likelihood keeps the settled size: a mixture over sizes would multiply its work by five
for an error that lists can hardly tell from the sizes of incidents themselves.

Violence of a side ``other`` is counted for ``other`` where it is on the author axis, and for
nobody where it is not: it is no organization's, and no variable keeps it.

Incidents known only from sources whose silence says nothing are among the "unseen" of their
cell, author and size, so that the number drawn there is raised to theirs where it is smaller,
and they are not counted twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..data.arrays import Floats
from ..data.evidence import SILENT
from ..data.rubric import Rubric
from ..data.world import SIZES
from ..models import levels
from ..models.design import Design
from ..models.engine import Params
from .division import Division, division
from .marks import MarkPosterior, class_codes, mark_posterior
from .placing import fill
from .records import Counts, Observed, Places
from .responsibility import Outcome, Reader
from .sources import accuracy
from .told import told
from .unseen import Drawer, drawer
from .windowed import in_window

Progress = Callable[[int, int], None]
"""Told how many draws are done, and of how many."""

_WHOLE = ("organization", "kind", "victim_class", "size")
_PLACE = ("region", "kind", "victim_class", "size")
_DIMS = {
    "incidents": _WHOLE,
    "victims": _WHOLE,
    "incidents_by_region": ("organization", "region"),
    "victims_by_region": ("organization", "region"),
    "incidents_by_period": ("organization", "period"),
    "victims_by_period": ("organization", "period"),
    "incidents_by_place": _PLACE,
    "victims_by_place": _PLACE,
    "listed": ("source",),
    "unseen_incidents": ("organization",),
}
_WIDE = ("victims", "victims_by_region", "victims_by_period")
"""Counts of 64 bits: ``MOST_UNSEEN`` incidents of 500 dead go beyond 32. ``victims_by_place``, by
far the largest, has 32 until a draw goes beyond them, which the gate on the draws then refuses."""


def realize(
    posterior: xr.Dataset,
    plan: Design,
    rubric: Rubric,
    seed: int,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Draw what happened in the window, once for every draw of the posterior.

    Parameters
    ----------
    posterior
        Every free variable of the model, dims ``chain, draw`` and its own.
    plan
        Design of the evidence, whose reported incidents are kept; it may be other evidence
        than the posterior's, over the same axes or with fewer sources.
    rubric
        Only its victim classes are read.
    seed
        With a draw's chain and number it fixes that draw's result, whatever stands beside it.
    progress
        Called after every draw.

    Returns
    -------
    Dataset of unweighted counts, int64 of victims, int32 of all else: ``incidents, victims``
    (chain, draw, organization, kind, victim_class, size); ``incidents_by_region,
    victims_by_region`` (…, region) and ``incidents_by_period, victims_by_period`` (…, period),
    window periods only; ``incidents_by_place, victims_by_place`` (chain, draw, region, kind,
    victim_class, size): the roster's organizations together, without ``other``, both of 32
    bits, so that 4,000 draws of 32 regions, 6 kinds, 7 classes and 5 sizes take 215 MB and not
    323 (a rubric applied to them 4 MB more, measured). Organizations are the roster's, then
    ``other`` where it is on the author axis.
    ``listed`` (chain, draw, source): realized incidents of the roster's organizations that a
    source reported; ``unseen_incidents`` (chain, draw, organization): those of ``incidents``
    that nobody reported; ``accuracy`` (chain, draw, source): see ``sources.accuracy``; ``unseen``
    (chain, draw): expected unreported incidents, of which at most ``MOST_UNSEEN`` are drawn.
    Attribute ``classes_reported``: whether any incident has a known victim class; where none
    has, all are in class "unknown".

    Raises
    ------
    FitError
        Where a draw cannot have made the reports.
    ModelError
        Where the posterior is of other levels or parameters than the design.
    """
    posterior = levels.fitted(posterior, plan)
    setting = _setting(plan, rubric, frozenset(str(name) for name in posterior.data_vars))
    values = {
        str(name): value.transpose("chain", "draw", ...).to_numpy()
        for name, value in posterior.data_vars.items()
    }
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    store, unseen = _store(setting, shape), np.zeros(shape)
    for number, (chain, draw) in enumerate(np.ndindex(shape), start=1):
        params = {name: np.asarray(value[chain, draw]) for name, value in values.items()}
        found = setting.reader.outcome(params)
        store = _fill(store, setting, params, found, (chain, draw), seed)
        unseen[chain, draw] = found.unseen.sum()
        if progress is not None:
            progress(number, shape[0] * shape[1])
    coords = {dim: posterior[dim].to_numpy() for dim in ("chain", "draw")}
    return _label(store, unseen, setting, coords)


def oracle(
    params: Params,
    plan: Design,
    rubric: Rubric,
    draws: int,
    seed: int,
    outcome: Callable[[Design], Outcome] | None = None,
    numbers: Floats | None = None,
) -> xr.Dataset:
    """Draw what happened as one who knows the parameters would: ``realize`` of one value.

    What is not among the parameters (marks of the unseen, shares inside coalitions) is drawn
    from its posterior here too, but for what is given.

    Parameters
    ----------
    params
        One value of every free variable of the model, by name.
    draws
        Number of draws, in one chain.
    outcome
        Says who did what in the cells of the design cut to the window, where the parameters
        given do not (a world that is no value of the model's).
    numbers
        The law of how many die in the unseen, where it is known too (``marks.known_numbers``).
    """
    setting = _setting(plan, rubric, frozenset(params))
    setting = replace(setting, marks=replace(setting.marks, numbers=numbers))
    store = _store(setting, (1, draws))
    found = outcome(setting.plan) if outcome else setting.reader.outcome(params)
    for draw in range(draws):
        store = _fill(store, setting, params, found, (0, draw), seed)
    unseen = np.full((1, draws), found.unseen.sum())
    return _label(store, unseen, setting, {"chain": np.arange(1), "draw": np.arange(draws)})


@dataclass(frozen=True)
class _Setting:
    """What is known before any parameter; ``plan`` is cut to the window."""

    plan: Design
    marks: MarkPosterior
    division: Division
    observed: Observed
    places: Places
    reader: Reader
    drawer: Drawer


def _setting(plan: Design, rubric: Rubric, parameters: frozenset[str]) -> _Setting:
    marks = mark_posterior(plan.evidence, rubric)
    window = in_window(plan)
    sides = division(plan)
    first = int(np.argmax(plan.evidence.axes.window))
    modelled = plan.around.victim_classes
    places = Places(
        region=window.cell_region,
        period=window.cell_period - first,
        kind=window.cell_kind,
        sides=sides.sides,
        members=sides.members,
        n_organizations=len(plan.names.organizations),
        classes=np.array([_position(marks.classes, name) for name in modelled], np.int64),
    )
    observed, reader = _observed(window, marks), Reader(window, parameters)
    return _Setting(window, marks, sides, observed, places, reader, drawer(window))


def _position(classes: tuple[str, ...], name: str) -> int:
    """Position of a class that the model has; -1 for the one that stands for all."""
    return classes.index(name) if name in classes else -1


def _observed(window: Design, marks: MarkPosterior) -> Observed:
    """The reported incidents of the window; patterns and cells as the cut design counts them."""
    evidence = window.evidence
    frame = evidence.incidents
    inside = evidence.axes.window[frame["period"].to_numpy(np.int64)]
    pattern_of = evidence.patterns()["pattern_of"].to_numpy()[inside]
    pattern = np.searchsorted(window.every.row, pattern_of)
    column = {
        name: frame[name].to_numpy(np.int64)[inside]
        for name in ("size", "rivalry", "by_first", "by_second")
    }
    rivalry = column["rivalry"]
    return Observed(
        pattern=pattern,
        cell=window.every.cell[pattern],
        size=column["size"],
        told=told(evidence, inside),
        victim_class=class_codes(evidence, marks.classes)[inside],
        counted_by=np.where(rivalry >= 0, rivalry + window.names.n_plain, -1),
        by_first=column["by_first"],
        by_second=column["by_second"],
        is_held=~np.isin(pattern_of, window.counted.row),
        reported=np.ascontiguousarray(evidence.said[inside] != SILENT),
    )


def _store(setting: _Setting, shape: tuple[int, int]) -> Counts:
    """Zeros of every count, dims chain and draw first."""
    sizes = {dim: len(labels) for dim, labels in _coords(setting).items()}
    return Counts(
        **{
            name: np.zeros(
                (*shape, *(sizes[dim] for dim in dims)), np.int64 if name in _WIDE else np.int32
            )
            for name, dims in _DIMS.items()
        },
        accuracy=np.zeros((*shape, sizes["source"])),
    )


def _fill(
    store: Counts,
    setting: _Setting,
    params: Params,
    found: Outcome,
    at: tuple[int, int],
    seed: int,
) -> Counts:
    """Fill one draw of the store; its randomness hangs on seed, chain and draw alone."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=at))
    marks = setting.marks.draw(rng)
    shares = setting.division.draw(params, rng)
    counts = Counts(*(array[at] for array in store))
    counts = counts._replace(victims_by_place=counts.victims_by_place.astype(np.int64))
    law, beside = setting.reader.law(params, found), setting.reader.background(params)
    unseen, free = setting.drawer.draw(found.unseen, params, law, beside, rng)
    fill(
        rng, found.responsibilities, unseen, free, setting.observed, setting.places,
        marks, shares, counts,
    )  # fmt: skip
    store.accuracy[at] = accuracy(found, params, setting.plan)
    return _kept(store, counts.victims_by_place, at)


def _kept(store: Counts, dead: NDArray[np.int64], at: tuple[int, int]) -> Counts:
    """Keep one draw's dead by place, all draws in 64 bits where 32 do not hold it."""
    held = store.victims_by_place
    if dead.max(initial=0) > np.iinfo(held.dtype).max:
        store = store._replace(victims_by_place=held.astype(np.int64))
    store.victims_by_place[at] = dead
    return store


def _coords(setting: _Setting) -> dict[str, list[str]]:
    axes = setting.plan.evidence.axes
    return {
        "organization": list(setting.plan.names.plain),
        "kind": list(axes.kinds),
        "victim_class": list(setting.marks.classes),
        "size": list(SIZES),
        "region": list(axes.regions),
        "period": [p.id for p in axes.periods if p.in_window],
        "source": [str(name) for name in axes.sources.index],
    }


def _label(
    store: Counts, unseen: Floats, setting: _Setting, draws: dict[str, NDArray[np.int64]]
) -> xr.Dataset:
    dims = {**_DIMS, "accuracy": ("source",)}
    counts = {name: (("chain", "draw", *dims[name]), getattr(store, name)) for name in dims}
    return xr.Dataset(
        counts | {"unseen": (("chain", "draw"), unseen)},
        coords={**draws, **_coords(setting)},
        attrs={"classes_reported": setting.marks.reported},
    )
