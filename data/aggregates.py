"""Aggregates: what was counted for many events at once, official totals and coarse records.

An aggregate is no incident. It says how many incidents or victims some series counted in a
stretch of days, a place, a kind and perhaps by somebody; which of the itemised incidents lie
inside is worked out from the evidence whenever it is asked, so that an evidence from which
something was taken away needs no second book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from .arrays import Floats, Ints
from .attribution import UNKNOWN
from .axes import SILENT, Axes
from .totals import ANY, possible_authors

if TYPE_CHECKING:
    from .evidence import Evidence

Bools = NDArray[np.bool_]
ENDS = ("first", "last")


@dataclass(frozen=True)
class Scope:
    """The cells that aggregates cover, one entry a pair of aggregate and cell.

    Attributes
    ----------
    aggregate, region, period, kind
        Codes, shape (entry,), sorted by aggregate, region, period.
    share
        Share of the cell's days that lie inside the aggregate's, above 0, shape (entry,).
    """

    aggregate: Ints
    region: Ints
    period: Ints
    kind: Ints
    share: Floats


@dataclass(frozen=True)
class Aggregates:
    """Official totals and coarse records that are used, and those that are not.

    Attributes
    ----------
    table
        One row an aggregate, index ``aggregate`` (id): ``series``, ``region`` (a country's
        code = all of it), ``first, last`` (datetime64), ``kind``, ``victim_class`` ("" =
        every class), ``count, count_low, count_high`` (int64, -1 not given; ``count`` is the
        midpoint where only bounds are), ``unit, scope, attribution`` ("" = everybody's),
        ``row`` (line in the file), ``rows`` (all lines that were added up, a tuple).
    scope
        Which cells each covers, and with what share of their days.
    authors
        Who can be behind it, shape (aggregate, author).
    series
        One row a series, index ``series``: ``capture_mean, capture_sd, share_mean,
        share_sd`` (NaN where not given; sd 0: known), ``holds`` (tuple of source ids),
        ``noise`` (sd beside the Poisson and the capture, relative to what is counted; of
        victims the centre of a prior; 0: none).
    set_aside
        Totals that cannot be used: ``series, region, first, last, row, reason, count, unit,
        scope, in_window`` (whether any day is), ``victims`` (0 where incidents are
        counted).
    reported_in_window
        Victims of the ``residual`` rows of the window: used ones whose midpoint lies in it, and all
        of those set aside that have a day in it.
    """

    table: pd.DataFrame
    scope: Scope
    authors: Bools
    series: pd.DataFrame
    set_aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    reported_in_window: int = 0

    def __len__(self) -> int:
        """Number of aggregates that are used."""
        return len(self.table)

    def where(self, keep: Bools) -> Aggregates:
        """Give some of the aggregates, in the same order; ``keep`` has shape (aggregate,)."""
        number = np.cumsum(keep, dtype=np.int64) - 1
        old = self.scope
        at = keep[old.aggregate]
        codes = (old.region[at], old.period[at], old.kind[at])
        scope = Scope(number[old.aggregate[at]], *codes, old.share[at])
        return replace(self, table=self.table[keep], scope=scope, authors=self.authors[keep])

    @property
    def has_cells(self) -> Bools:
        """Whether some cell is in the scope, shape (aggregate,)."""
        return np.bincount(self.scope.aggregate, minlength=len(self)) > 0

    @property
    def bounds(self) -> Floats:
        """Least and most that each is said to be: its count where not both bounds are given.

        Returns
        -------
        Shape (2, aggregate).
        """
        names = ("count_low", "count_high", "count")
        low, high, count = (self.table[name].to_numpy(float) for name in names)
        both = (low >= 0) & (high >= 0)
        return np.stack([np.where(both, low, count), np.where(both, high, count)])

    @property
    def attributions(self) -> tuple[str, ...]:
        """Every attribution that some aggregate has, sorted."""
        return tuple(sorted(set(self.table["attribution"]) - {UNKNOWN}))


@dataclass(frozen=True)
class Itemised:
    """What of each aggregate the evidence itemises; all arrays have shape (aggregate,).

    Attributes
    ----------
    items, held
        Incidents inside the scope, and those of them that the series counts for certain,
        because a source that feeds it reports them.
    items_victims, held_victims
        Their victims, Σ v.
    items_squares, held_squares
        Σ v².
    """

    items: Floats
    held: Floats
    items_victims: Floats
    held_victims: Floats
    items_squares: Floats
    held_squares: Floats


def itemised(evidence: Evidence, counted: Bools | None = None) -> Itemised:
    """Count the incidents inside each aggregate: all, or those of ``counted`` (incident,).

    An incident is inside by its settled region, period and kind, and counts by the share of
    its period's days that the aggregate covers. Where the aggregate is of one victim class,
    the incident's class must be that one: an unknown class is not. Where it has an
    attribution, some source must name an author of the incident that can be behind the
    aggregate: the same rivalry, organization or coalition, or a set that shares a member
    with it. An organization is not its rivalry, and who is named by nobody is nobody's.

    It is held for certain where a source that ``holds`` names reports it (and, with an
    attribution, itself names such an author), and the aggregate covers all of the period.

    Raises
    ------
    ValueError
        Where the evidence has no aggregates.
    """
    aggregates = evidence.aggregates
    if aggregates is None:
        raise ValueError("the evidence has no aggregates")
    table, shape = aggregates.table, evidence.included.shape
    n_kind = max(len(evidence.axes.kinds), 1)
    weights = _matrix(aggregates.scope, len(table), (*shape, n_kind))
    whole = (weights >= 1.0).astype(float)
    found = {"items": np.zeros((3, len(table))), "held": np.zeros((3, len(table)))}
    keys = table[["victim_class", "attribution", "series"]].reset_index(drop=True)
    for key, rows in keys.groupby(list(keys), sort=True):
        at = rows.index.to_numpy(np.int64)
        chosen, said, series = (str(part) for part in key)
        inside, held = _chosen(evidence, chosen, said, aggregates.series["holds"][series])
        if counted is not None:
            inside, held = inside & counted, held & counted
        found["items"][:, at] = weights[at].dot(_by_cell(evidence, inside, n_kind)).T
        found["held"][:, at] = whole[at].dot(_by_cell(evidence, held, n_kind)).T
    (items, items_v, items_vv), (held_n, held_v, held_vv) = found["items"], found["held"]
    return Itemised(items, held_n, items_v, held_v, items_vv, held_vv)


def _chosen(
    evidence: Evidence, chosen: str, said: str, holds: Sequence[str]
) -> tuple[Bools, Bools]:
    """Which incidents a total of one class and attribution has, and which of them for certain."""
    told = evidence.said != SILENT
    if said != UNKNOWN:
        told &= _names_one_of(evidence, said)
    feeding = np.isin(evidence.axes.sources.index.to_numpy(str), list(holds))
    inside = told.any(axis=1)
    if chosen != ANY:
        inside &= (evidence.incidents["victim_class"] == chosen).to_numpy(bool)
    return inside, inside & told[:, feeding].any(axis=1)


def _names_one_of(evidence: Evidence, attribution: str) -> Bools:
    """Whether a source names an author that can be behind a total, shape (incident, source)."""
    wanted = possible_authors(attribution)
    texts = evidence.axes.statements
    fits = np.array([not wanted.isdisjoint(possible_authors(text)) for text in texts] + [False])
    named: Bools = fits[evidence.said]  # SILENT, -1, is the last
    return named


def _by_cell(evidence: Evidence, chosen: Bools, n_kind: int) -> Floats:
    """Count incidents, victims and squares of victims of each cell, shape (cell, 3)."""
    frame, shape = evidence.incidents[chosen], evidence.included.shape
    codes = [frame[name].to_numpy(np.int64) for name in ("region", "period", "kind")]
    cell = np.ravel_multi_index(tuple(codes), (*shape, n_kind))
    victims = frame["victims"].to_numpy(float)
    size = shape[0] * shape[1] * n_kind
    each = [np.bincount(cell, victims**power, size) for power in (0, 1, 2)]
    return np.stack(each, axis=1)


def _matrix(scope: Scope, n: int, shape: tuple[int, ...]) -> sparse.csr_array:
    cell = np.ravel_multi_index((scope.region, scope.period, scope.kind), shape)
    size = int(np.prod(shape))
    return sparse.coo_array((scope.share, (scope.aggregate, cell)), (n, size)).tocsr()


def author_mask(attributions: Sequence[str], axes: Axes) -> Bools:
    """Who can be behind each aggregate: those named, or everybody; shape (aggregate, author)."""
    named = [possible_authors(text) for text in attributions]
    everybody = frozenset(axes.authors)
    rows = [[author in (some or everybody) for author in axes.authors] for some in named]
    return np.array(rows, bool).reshape(len(rows), len(axes.authors))


def as_dataset(aggregates: Aggregates, known: Itemised) -> xr.Dataset:
    """Write aggregates with named axes, for a store.

    Returns
    -------
    Over dim ``aggregate``: the columns of the table and those of the series (``capture_mean``
    and so on), and what is itemised, each as ``aggregate_NAME``. ``aggregate_author`` over
    (aggregate, author). Over ``scope_entry``: ``scope_aggregate, scope_region, scope_period,
    scope_kind`` (codes) and ``scope_share``.
    """
    table = aggregates.table
    of_series = aggregates.series.loc[list(table["series"])]
    texts = ["series", "region", "kind", "victim_class", "unit", "scope", "attribution"]
    numbers = ["count", "count_low", "count_high"]
    shares = ["capture_mean", "capture_sd", "share_mean", "share_sd", "noise"]
    each: dict[str, NDArray[Any]] = {name: np.array(list(table[name]), object) for name in texts}
    each |= {name: table[name].dt.strftime("%Y-%m-%d").to_numpy(object) for name in ENDS}
    each |= {name: table[name].to_numpy(np.int64) for name in numbers}
    each |= {name: of_series[name].to_numpy(float) for name in shares}
    each["holds"] = np.array(["|".join(names) for names in of_series["holds"]], object)
    each |= {f.name: getattr(known, f.name) for f in fields(known)}
    scope = {f.name: getattr(aggregates.scope, f.name) for f in fields(aggregates.scope)}
    return xr.Dataset(
        {f"aggregate_{name}": ("aggregate", values) for name, values in each.items()}
        | {f"scope_{name}": ("scope_entry", values) for name, values in scope.items()}
        | {"aggregate_author": (("aggregate", "author"), aggregates.authors)},
        coords={"aggregate": np.array(table.index, object)},
    )
