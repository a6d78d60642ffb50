"""Evidence: the sufficient statistic of a round, and the evidence as it would have been.

Incidents of one cell (region, period, kind) that look the same, the *pattern* being what
each source said and how many died, are counted, so that the likelihood's work does not
grow with repeated reports. Beside the counts lies one row an incident, which the
likelihood does not read but the realized score does, and one row a report, from which the
incidents are settled again when some reports are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from . import removal
from .aggregates import Aggregates, as_dataset, itemised
from .axes import SILENT, Axes
from .ground import Ground
from .world import SIZES

__all__ = ["SILENT", "Axes", "Evidence"]


@dataclass(frozen=True)
class Evidence:
    """The sufficient statistic of a round.

    Attributes
    ----------
    axes
        What the numbers are about.
    incidents
        One row an incident: ``incident_id, region, period, kind, size`` (axis codes),
        ``victims`` (settled, as ``size`` is), ``victims_low, victims_high`` (least and most
        that any report allows), ``victim_class, rivalry`` (code of the rivalry whose deaths
        by side are known, -1), ``by_first, by_second`` (dead by the hand of each side),
        ``numbers`` (what each report says of the dead: a tuple of (low, best, high), one for
        each source that reports, in the order of ``axes.sources``), ``reports`` (tuple of
        report ids, in the order of ``axes.sources``, None of a silent one).
    said
        Statement codes, SILENT where a source said nothing, shape (incident, source).
    looking
        Where and when a source's silence means something, shape (source, region, period,
        kind).
    possible
        Whether an author can have acted, shape (author, period).
    included
        Cells that count; the others give neither patterns nor mass, shape (region, period).
    reports
        One row a used report: ``report_id, incident_id``, axis codes ``source, statement,
        region, period, kind``, and ``victims, victims_low, victims_high, victim_class,
        deaths_a, deaths_b``, ``delay`` (days from the incident to publication, of a report that
        revises others to theirs, -1 where that is not known) and ``lag`` (from the incident to
        ``as_of``); those of an incident in order of publication.
    set_aside
        Reports that could not be used: ``report_id, row, reason, victims, in_window``.
    aggregates
        Official totals and coarse records; None where the round has no ``totals.csv``.
    """

    axes: Axes
    incidents: pd.DataFrame
    said: NDArray[np.int64]
    looking: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    included: NDArray[np.bool_]
    reports: pd.DataFrame = field(default_factory=pd.DataFrame)
    set_aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    reports_in_window: tuple[int, int] = (0, 0)
    """Number of reports dated in the window, and the victims they speak of."""
    aggregates: Aggregates | None = None
    ground: Ground | None = None
    """What is known beside the reports; None where nothing is."""

    def without(
        self,
        *,
        source: str | None = None,
        group: str | None = None,
        region: str | None = None,
        period: str | None = None,
        organization: str | None = None,
        reports: Iterable[str] = (),
    ) -> Evidence:
        """Give the evidence as it would have been.

        A source or group: its statements vanish, and incidents that nobody else knew. A
        region or period: its incidents, its mass, and the aggregates that cover some of it. An
        organization: its name reads ``other``, its rivalries become the opponent's one-sided
        incidents, of aggregates too. Reports: as if
        they had never been written. Reports that are left are settled anew: victims, place
        and time of an incident are theirs. A total of a victim class that no incident left has
        goes, since nothing is known of its share. Axes stay but for the source or organization
        that goes, and so does the ``ground`` but for its delays; ``set_aside`` and
        ``reports_in_window`` stay those of the round.

        Raises
        ------
        InputError
            Where a name is on no axis.
        """
        result = self
        if source is not None:
            result = removal.without_source(result, source)
        if group is not None:
            result = removal.without_group(result, group)
        if region is not None:
            result = removal.without_region(result, region)
        if period is not None:
            result = removal.without_period(result, period)
        if organization is not None:
            result = removal.without_organization(result, organization)
        gone = frozenset(reports)
        return removal.of_known_classes(removal.without_reports(result, gone) if gone else result)

    def patterns(self) -> xr.Dataset:
        """Count the incidents of each distinct (cell, pattern).

        Returns
        -------
        Dataset with ``count, region, period, kind, size, rivalry, by_first, by_second,
        victim_class`` over dim ``pattern``, ``said`` over (pattern, source), and
        ``pattern_of`` over dim ``incident``; patterns are sorted, so that equal evidence gives
        equal bytes.
        """
        columns = ["region", "period", "kind", "size", "rivalry", "by_first", "by_second"]
        names, classes = np.unique(
            self.incidents["victim_class"].to_numpy(str), return_inverse=True
        )
        table = np.column_stack(
            [self.incidents[columns].to_numpy(np.int64), classes.ravel(), self.said]
        )
        rows, inverse, count = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        width = len(columns) + 1
        variables: dict[str, tuple[object, np.ndarray]] = {
            name: ("pattern", rows[:, i]) for i, name in enumerate(columns)
        }
        variables["victim_class"] = ("pattern", names[rows[:, width - 1]])
        variables["count"] = ("pattern", count)
        variables["said"] = (("pattern", "source"), rows[:, width:])
        variables["pattern_of"] = ("incident", inverse.ravel())
        return xr.Dataset(variables, coords={"source": list(self.axes.sources.index)})

    def to_dataset(self) -> xr.Dataset:
        """Write everything but the tables into one Dataset with named axes.

        Aggregates, where there are any, add the variables of ``aggregates.as_dataset``. The
        patterns' codes are ``region_code, period_code, kind_code, size_code``, beside the
        dims ``region, period, kind`` of ``looking`` and ``included``. What is known beside the
        reports goes by the names of ``Ground.variables``.
        """
        aggregates = self.aggregates
        if aggregates is None or not len(aggregates):
            return self._patterned()
        return self._patterned().merge(as_dataset(aggregates, itemised(self)))

    def _patterned(self) -> xr.Dataset:
        axes = self.axes
        codes = {name: f"{name}_code" for name in ("region", "period", "kind", "size")}
        data = (
            self.patterns()
            .rename(codes)
            .assign(
                looking=(("source", "region", "period", "kind"), self.looking),
                possible=(("author", "period"), self.possible),
                included=(("region", "period"), self.included),
                in_window=("period", axes.window),
            )
        )
        if self.ground is not None:
            known = self.ground.variables()
            data = data.assign(known).assign_coords(organization=list(axes.organizations))
        return data.assign_coords(
            author=list(axes.authors),
            region_id=("region", list(axes.regions)),
            period_id=("period", [p.id for p in axes.periods]),
            kind_id=("kind", list(axes.kinds)),
            size_id=("size_bin", list(SIZES)),
            statement=("statement", list(axes.statements)),
        )
