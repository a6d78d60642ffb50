"""Capture histories: who reported, who was silent, and where anybody was looking.

A *spot* is a distinct (region, kind, lag, epoch, locale): all that detection knows of a cell. With
who was looking there it is a *context*; with the size and victim class of an incident it says how
readily each source reports it.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.attribution import OTHER, parse
from ..data.evidence import SILENT, Evidence
from ..data.values import ADJUDICATED, GOES_BY_NAME
from .circumstances import Circumstances
from .names import NOBODY, Names
from .quadrature import group_nodes, visibility_nodes
from .structure import Structure

ABSENT, REPORTED, WAS_SILENT = 0, 1, 2
ANY_CLASS = -1
"""The victim class of an incident is not known."""


@dataclass(frozen=True)
class Classes:
    """Authors, and claims, that the sources list alike.

    Attributes
    ----------
    of_author, author
        Reach class of each author, and one author of each class: shape (author,), (class,).
        Authors of a class are detected alike.
    of_claim, claim
        Listing class of each claim, and one claim of each class: what a source that lists only
        what it attributes makes of a claim. Without claims one class, which says nothing:
        then ``by_claim`` is False and listing goes by author.
    """

    of_author: Ints
    author: Ints
    of_claim: Ints
    claim: Ints
    by_claim: bool


@dataclass(frozen=True)
class Histories:
    """Who reported and who was silent, and where anybody was looking.

    ``listers`` are the sources with informative silence, the only ones with a detection
    probability.

    Attributes
    ----------
    listers
        Positions of the listers among all sources.
    spot_region, spot_kind, spot_lag, spot_epoch, spot_locale
        Of each spot, shape (spot,).
    spot, size, victim_class, mark
        Of each distinct history row, shape (history,); ``victim_class`` is ANY_CLASS where
        unknown, ``mark`` is ABSENT, REPORTED or WAS_SILENT, shape (history, lister).
    context_spot, context_looking
        Of each context, shape (context,) and (context, lister).
    cell_context
        Context of each cell, shape (cell,).
    classes
        Authors and claims that are listed alike.
    groups
        Positions among the listers of the sources that share a visibility of their own, two
        or more each.
    nodes, weights
        Quadrature of the visibility.
    group_nodes, group_weights
        Quadrature of a group's own visibility.
    """

    listers: Ints
    spot_region: Ints
    spot_kind: Ints
    spot_lag: Ints
    spot_epoch: Ints
    spot_locale: Ints
    spot: Ints
    size: Ints
    victim_class: Ints
    mark: Ints
    context_spot: Ints
    context_looking: NDArray[np.bool_]
    cell_context: Ints
    classes: Classes
    nodes: Floats
    weights: Floats
    group_nodes: Floats
    group_weights: Floats
    groups: tuple[tuple[int, ...], ...] = field(default=())

    @property
    def context_region(self) -> Ints:
        """Region of each context, shape (context,)."""
        return self.spot_region[self.context_spot]

    @property
    def context_kind(self) -> Ints:
        """Kind of each context, shape (context,)."""
        return self.spot_kind[self.context_spot]

    @property
    def grouped(self) -> list[int]:
        """Listers that are in a group, in its order."""
        return [member for group in self.groups for member in group]


def histories_of(
    evidence: Evidence, names: Names, patterns: xr.Dataset, cells: tuple[Ints, Ints, Ints],
    around: Circumstances, structure: Structure,
) -> tuple[Histories, Ints]:  # fmt: skip
    """Collect the histories of ``Evidence.patterns()``, and the history of each pattern.

    Parameters
    ----------
    cells
        Region, period and kind of each included cell.
    around
        What is known of regions and periods beforehand.
    """
    listers = np.nonzero(evidence.looking.any(axis=(1, 2, 3)))[0]
    spots, cell_spot = _spots(cells, around)
    history, history_of = _marked_rows(evidence.looking[listers], patterns, listers, spots, around)
    context, context_of = _contexts(evidence.looking[listers], cells, cell_spot)
    groups = _groups(evidence, listers) if structure.groups else ()
    nodes, weights = visibility_nodes(len(listers))
    inner = group_nodes(max((len(group) for group in groups), default=1))
    return Histories(
        listers=listers,
        spot_region=spots[:, 0],
        spot_kind=spots[:, 1],
        spot_lag=spots[:, 2],
        spot_epoch=spots[:, 3],
        spot_locale=spots[:, 4],
        spot=history[:, 0],
        size=history[:, 1],
        victim_class=history[:, 2],
        mark=history[:, 3:],
        context_spot=context[:, 0],
        context_looking=context[:, 1:].astype(bool),
        cell_context=context_of,
        classes=_classes(evidence, names, around, structure),
        nodes=nodes,
        weights=weights,
        group_nodes=inner[0],
        group_weights=inner[1],
        groups=groups,
    ), history_of


def _spots(cells: tuple[Ints, Ints, Ints], around: Circumstances) -> tuple[Ints, Ints]:
    """Distinct (region, kind, lag, epoch, locale), sorted, and the spot of each cell."""
    return _distinct(_spot_columns(*cells, around))


def _spot_columns(region: Ints, period: Ints, kind: Ints, around: Circumstances) -> Ints:
    locale = around.locale[region, period]
    epoch = around.epoch[region, period]
    return np.column_stack([region, kind, around.lag_class[period], epoch, locale])


def _marked_rows(
    looking: NDArray[np.bool_],
    patterns: xr.Dataset,
    listers: Ints,
    spots: Ints,
    around: Circumstances,
) -> tuple[Ints, Ints]:
    """Distinct (spot, size, class, mark of each lister), and the row of each pattern."""
    r, t, c = (patterns[name].to_numpy() for name in ("region", "period", "kind"))
    spot = _position(_spot_columns(r, t, c, around), spots)
    victim_class = around.class_of(patterns)
    reported = patterns["said"].to_numpy()[:, listers] != SILENT
    mark = np.where(reported, REPORTED, WAS_SILENT) * looking[:, r, t, c].T
    return _distinct(np.column_stack([spot, patterns["size"].to_numpy(), victim_class, mark]))


def _contexts(
    looking: NDArray[np.bool_], cells: tuple[Ints, Ints, Ints], cell_spot: Ints
) -> tuple[Ints, Ints]:
    """Distinct (spot, who was looking), and the row of each cell."""
    region, period, kind = cells
    return _distinct(np.column_stack([cell_spot, looking[:, region, period, kind].T]))


def _distinct(table: Ints) -> tuple[Ints, Ints]:
    rows, inverse = np.unique(table, axis=0, return_inverse=True)
    return rows, inverse.ravel()


def _position(rows: Ints, among: Ints) -> Ints:
    """Where each row stands among distinct sorted ones."""
    _, inverse = np.unique(np.concatenate([among, rows]), axis=0, return_inverse=True)
    return np.asarray(inverse.ravel()[len(among) :], np.int64)


def _groups(evidence: Evidence, listers: Ints) -> tuple[tuple[int, ...], ...]:
    """Listers of one group that are not adjudicated: courts do not copy the press."""
    frame = evidence.axes.sources.iloc[listers]
    group = frame["group"].where(frame["type"] != ADJUDICATED)
    found = [np.flatnonzero(group == name) for name in sorted(set(group.dropna()) - {""})]
    return tuple(tuple(int(i) for i in members) for members in found if len(members) > 1)


def _classes(
    evidence: Evidence, names: Names, around: Circumstances, structure: Structure
) -> Classes:
    """Classes that hold for all sources: those whose silence says nothing list some things too."""
    by_claim = structure.claims and not structure.confusion
    frame = evidence.axes.sources
    courts = frame["type"] == ADJUDICATED
    authors = pd.Series(names.authors, dtype=object)
    if structure.silencing or around.n_class > 1 or len(around.events):
        author = authors
    else:
        author = _alike(
            authors, set(frame["coverage"][courts] if by_claim else frame["coverage"]), structure
        )
    claims = pd.Series(names.claims if by_claim else names.claims[:1], dtype=object)
    claim = _alike(claims, set(frame["coverage"][~courts]) if by_claim else set(), structure)
    return Classes(*_coded(author), *_coded(claim), by_claim)


def _alike(names: "pd.Series[str]", coverage: set[str], structure: Structure) -> "pd.Series[str]":
    """Label names by what sources of these coverages make of them.

    By one that lists organizations only no organization is taken for ``other``, but in a full
    confusion matrix, where each is so with a probability of its own; a war with ``other`` may be
    written as its side alone.
    """
    if coverage & set(GOES_BY_NAME if structure.confusion else ["contenders_only"]):
        return names
    if coverage & {"attributed_only", "organizations_only"}:
        own = names.isin([OTHER, NOBODY])
        if "organizations_only" in coverage:
            own |= names.map(lambda name: OTHER in parse(name).organizations)
        return names.where(own, "named")
    return names.map(lambda _: "all")


def _coded(label: "pd.Series[str]") -> tuple[Ints, Ints]:
    codes, uniques = pd.factorize(label)
    first = [int(np.argmax(codes == i)) for i in range(len(uniques))]
    return codes.astype(np.int64), np.array(first, np.int64)
