"""What the data did not inform: parameters whose answer is their prior.

Some are never informed, whatever the data say; they are named with the reason. Of the others
those are listed whose posterior is nearly as wide as their prior, and in the same place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ..data.attribution import parse
from ..data.evidence import Evidence
from ..data.problems import counted
from ..data.values import ADJUDICATED
from ..data.world import LARGEST_EVENT, SIZE_EDGES
from ..models.design import Design
from .minimum import in_window

LITTLE = 0.1
"""A standard deviation that shrinks by less has not been informed,"""
NEAR = 0.25
"""unless the mean moved by more than this many prior standard deviations."""
ENOUGH_SETTLED = 100
"""With so many adjudicated incidents the share of wrong names is known within ten points,"""
MOST_SETTLED = 0.5
"""and where so large a share of all is adjudicated, little is left to shared errors."""
COLUMNS = ("parameter", "moved", "sentence")
SAMPLE = ("chain", "draw")
LABELLED = frozenset({"source", "lister", "rivalry"})
"""Dims whose levels readers know; parameters over other dims are deviations."""

_ABOUT: Mapping[str, str] = {
    "detection": "How often {level} reports an incident",
    "detection_size": "How much rather {level} reports large incidents",
    "visibility": "How far incidents that others miss are missed by {level} too",
    "right": "How often {level} names the right author",
    "unknown": "How often {level} names nobody",
    "unknown_other": "How much less ordinary violence is named",
    "other_share": "The organizations' share of the incidents that nobody attributes",
    "one_sided": "How often {level} writes a clash down as one side's",
    "blame_rivalry": "How many of the wrong names are clashes",
    "split": "Whose violence the clashes of {level} were",
    "side_concentration": "How far the dead by side scatter around a clash's split",
    "rate_intercept": "How violent an average organization is",
    "rate_region_scale": "How far regions differ",
    "rate_period_scale": "How far periods differ",
    "rate_organization_scale": "How far organizations differ",
    "rate_organization_kind_scale": "How far organizations differ in their kinds of violence",
    "rate_organization_region_scale": "How far organizations keep to their regions",
    "rate_organization_walk_scale": "How fast an organization's violence changes",
    "rivalry_intercept": "How violent an average clash is",
    "rivalry_level_scale": "How far clashes differ",
    "rivalry_region_scale": "How far clashes keep to their regions",
    "rivalry_walk_scale": "How fast clashes begin and end",
    "other_region_scale": "How far ordinary violence differs between regions",
    "other_period_scale": "How far ordinary violence differs between periods",
    "size_author_scale": "How far authors differ in the dead of an incident",
    "size_region_scale": "How far places differ in the dead of an incident",
    "detection_region_scale": "How far sources differ between regions in what they report",
    "detection_kind_scale": "How far sources differ between kinds in what they report",
}


@dataclass(frozen=True)
class Movement:
    """How far the data moved a parameter.

    Attributes
    ----------
    moved
        1 - posterior sd / prior sd, at least 0.
    informed
        Whether it narrowed by more than ``LITTLE`` or shifted by more than ``NEAR``.
    """

    moved: float
    informed: bool


def identification(posterior: xr.Dataset, prior: xr.Dataset, plan: Design) -> pd.DataFrame:
    """List what the data did not inform.

    Parameters
    ----------
    posterior, prior
        Draws of every variable of the model, dims ``chain, draw`` and its own; a variable
        that one of them lacks is left out.

    Returns
    -------
    Columns ``parameter, moved, sentence``; first what no data of this kind can inform.
    ``moved`` is 1 - posterior sd / prior sd, at least 0, and 0 where it has no draws.
    """
    found = movements(posterior, prior)
    never = dict(by_construction(plan))
    rows = [(name, found[name].moved if name in found else 0.0, s) for name, s in never.items()]
    rows += [
        (name, movement.moved, _sentence(name))
        for name, movement in found.items()
        if not movement.informed and name not in never
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"parameter": object, "moved": float, "sentence": object})


def movements(posterior: xr.Dataset, prior: xr.Dataset) -> dict[str, Movement]:
    """Compare prior and posterior of every scalar and every labelled level, by name."""
    result = {}
    for name in sorted(str(n) for n in posterior.data_vars if n in prior.data_vars):
        dims = [str(d) for d in posterior[name].dims if d not in SAMPLE]
        if len(dims) > 1 or not LABELLED.issuperset(dims):
            continue
        for label, after, before in _levels(posterior[name], prior[name], dims):
            if before.std() > 0 and np.isfinite([*before, *after]).all():
                result[name + label] = _movement(before, after)
    return result


def by_construction(plan: Design) -> Iterator[tuple[str, str]]:
    """Name what these data cannot inform, with the reason."""
    evidence = plan.evidence
    yield (
        "unseen",
        (
            "The number of incidents that nobody reported is not fixed by any number of sources: "
            "it rests on the assumed law of how visible incidents are."
        ),
    )
    yield "large events", _large_events(evidence)
    if len(plan.histories.listers) == 1:
        source = evidence.axes.sources.index[plan.histories.listers[0]]
        yield (
            f"detection[{source}]",
            f"Only the silence of {source} says anything, so how much it misses keeps its prior.",
        )
    if plan.names.has_other:
        yield (
            "other_share",
            (
                "The organizations' share of the incidents that nobody attributes rests on its "
                "prior: no report says whose they were."
            ),
        )
    settled, named = _settled(evidence)
    if settled < min(ENOUGH_SETTLED, MOST_SETTLED * named):
        yield "shared errors", _shared_errors(settled, named)
    yield from _splits(evidence)
    yield from _selections(evidence)


def _large_events(evidence: Evidence) -> str:
    """Count what the law of large events could be learned from in the window, and name its cap."""
    least = np.array(SIZE_EDGES)[evidence.incidents["size"].to_numpy(np.int64)]
    number = int(((least >= SIZE_EDGES[-1]) & in_window(evidence)).sum())
    told = counted(number, "incident was", "incidents were")
    return (
        f"In the window {told} reported with {SIZE_EDGES[-1]} or more dead. How many "
        "died in such incidents that nobody reported rests on an assumed law of their sizes, which "
        f"goes no further than {LARGEST_EVENT} dead."
    )


def _splits(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for rivalry in evidence.axes.rivalries:
        said = parse(rivalry)
        if said.is_rivalry and not _has_one_sided(evidence, rivalry):
            yield (
                f"split[{rivalry}]",
                (
                    f"Whose violence the clashes of {_sides(rivalry)} were: no record says, so "
                    "every split is as likely as the prior has it."
                ),
            )
    joint = {side for text in evidence.axes.rivalries for side in parse(text).sides}
    for side in sorted(side for side in joint if len(side) > 1):
        yield (
            f"shares[{'+'.join(side)}]",
            (
                f"How violence done together by {', '.join(side)} divides among them: no record "
                "says, so every division is equally likely."
            ),
        )


def _selections(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Say how few clashes tell of their dead by side, and that they are no random sample."""
    statements = list(evidence.axes.statements)
    for number, rivalry in enumerate(evidence.axes.rivalries):
        told = int(_by_side(evidence, number).sum())
        clashes = int((evidence.said == statements.index(rivalry)).any(axis=1).sum())
        if 0 < told < clashes:
            yield (
                f"told by side[{rivalry}]",
                (
                    f"Over the whole history the dead are told by side in {told:,} of {clashes:,} "
                    f"clashes of {_sides(rivalry)}: how far the others may have gone another way "
                    "rests on a prior."
                ),
            )


def _sides(rivalry: str) -> str:
    return " and ".join("+".join(side) for side in parse(rivalry).sides)


def _by_side(evidence: Evidence, rivalry: int) -> np.ndarray:
    """Whether each incident is one of a rivalry and has dead by side."""
    frame = evidence.incidents
    dead = frame["by_first"] + frame["by_second"]
    return ((frame["rivalry"] == rivalry) & (dead > 0)).to_numpy()


def _has_one_sided(evidence: Evidence, rivalry: str) -> bool:
    """Whether an incident of a rivalry has dead by side, or another record of one side alone."""
    statements = list(evidence.axes.statements)
    if _by_side(evidence, evidence.axes.rivalries.index(rivalry)).any():
        return True
    sides = ["+".join(side) for side in parse(rivalry).sides]
    codes = [statements.index(side) for side in sides if side in statements]
    clash = (evidence.said == statements.index(rivalry)).any(axis=1)
    return bool((clash & np.isin(evidence.said, codes).any(axis=1)).any())


def _settled(evidence: Evidence) -> tuple[int, int]:
    """Count incidents that other sources name an author of: settled by a court, and all.

    An adjudicated incident that nobody else puts a name to tests no other source.
    """
    courts = (evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
    names = evidence.said > 0  # statement 0 is "unknown"
    tested = names[:, ~courts].any(axis=1)
    return int((tested & names[:, courts].any(axis=1)).sum()), int(tested.sum())


def _shared_errors(settled: int, named: int) -> str:
    incidents = f"of the {named:,} incidents that other sources name an author of"
    error = "a wrong name that all sources repeat cannot be told from a right one"
    if not settled:
        return f"None {incidents} is adjudicated: {error}."
    verb = "is" if settled == 1 else "are"
    return f"Only {settled:,} {incidents} {verb} adjudicated: in the rest, {error}."


def _levels(
    after: xr.DataArray, before: xr.DataArray, dims: list[str]
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    if not dims:
        yield "", after.to_numpy().ravel(), before.to_numpy().ravel()
        return
    for level in after[dims[0]].to_numpy().tolist():
        at = {dims[0]: level}
        yield f"[{level}]", after.sel(at).to_numpy().ravel(), before.sel(at).to_numpy().ravel()


def _movement(before: np.ndarray, after: np.ndarray) -> Movement:
    moved = max(0.0, 1.0 - float(after.std() / before.std()))
    shift = abs(float(after.mean() - before.mean())) / float(before.std())
    return Movement(moved, informed=moved > LITTLE or shift > NEAR)


def _sentence(name: str) -> str:
    parameter, _, level = name.removesuffix("]").partition("[")
    about = _ABOUT.get(parameter)
    if about is None:
        about = f"The parameter {name}"
    return f"{about.format(level=level)}: the data say little, the prior is the answer."
