"""Evidence: the sufficient statistic of a round, and the evidence as it would have been.

Incidents of one cell (region, period, kind) that look the same, the *pattern* being what
each source said and how many died, are counted, so that the likelihood's work does not
grow with repeated reports. Beside the counts lies one row an incident, which the
likelihood does not read but the realized score does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd
import xarray as xr

from .attribution import OTHER, Attribution, parse
from .errors import InputError
from .periods import Period
from .world import SIZES

SILENT = -1


@dataclass(frozen=True)
class Axes:
    """What the numbers of an Evidence are about.

    Attributes
    ----------
    organizations
        Ids of the roster organizations that the model gives a rate.
    contenders
        Those of them that may be named.
    has_other
        Whether violence by none of them is on the author axis.
    rivalries
        Canonical texts: "a><b", and "a+b" for a coalition that acts alone.
    regions, periods, kinds
        The cell.
    sources
        Index ``source``: ``type, coverage, silence, group``.
    statements
        Everything that some source said, canonical; the first is "" (unknown).
    """

    organizations: tuple[str, ...]
    contenders: tuple[str, ...]
    has_other: bool
    rivalries: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[Period, ...]
    kinds: tuple[str, ...]
    sources: pd.DataFrame
    statements: tuple[str, ...]

    @property
    def authors(self) -> tuple[str, ...]:
        """Organizations, then ``other`` where it is on the axis, then rivalries."""
        return self.organizations + ((OTHER,) if self.has_other else ()) + self.rivalries

    @property
    def window(self) -> np.ndarray:
        """Whether each period lies in the scoring window, shape (period,)."""
        return np.array([period.in_window for period in self.periods])


@dataclass(frozen=True)
class Evidence:
    """The sufficient statistic of a round.

    Attributes
    ----------
    axes
        What the numbers are about.
    incidents
        One row an incident: ``incident_id, region, period, kind, size`` (axis codes),
        ``victims, victim_class, rivalry`` (code of the rivalry whose deaths by side are
        known, -1), ``by_first, by_second`` (dead by the hand of each side), ``reports``
        (tuple of report ids, in the order of ``axes.sources``).
    said
        Statement codes, SILENT where a source said nothing, shape (incident, source).
    looking
        Where and when a source's silence means something, shape (source, region, period,
        kind).
    possible
        Whether an author can have acted, shape (author, period).
    included
        Cells that count; the others give neither patterns nor mass, shape (region, period).
    set_aside
        Reports that could not be used: ``report_id, row, reason, victims, in_window``.
    """

    axes: Axes
    incidents: pd.DataFrame
    said: np.ndarray
    looking: np.ndarray
    possible: np.ndarray
    included: np.ndarray
    set_aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    reports_in_window: tuple[int, int] = (0, 0)
    """Number of reports dated in the window, and the victims they speak of."""

    def without(
        self,
        *,
        source: str | None = None,
        group: str | None = None,
        region: str | None = None,
        period: str | None = None,
        organization: str | None = None,
        reports: Iterable[str] = (),
    ) -> Self:
        """Give the evidence as it would have been.

        A source or group: its statements vanish, and incidents that nobody else knew. A
        region or period: its incidents and its mass. An organization: its name reads
        ``other``, its rivalries become the opponent's one-sided incidents. Reports: as if
        they had never been written.

        Raises
        ------
        InputError
            Where a name is on no axis.
        """
        result = self
        for name in _members(self.axes.sources, source, group):
            result = result._without_source(name)
        if region is not None:
            result = result._without_cells("region", _code(region, self.axes.regions, "region"))
        if period is not None:
            ids = tuple(p.id for p in self.axes.periods)
            result = result._without_cells("period", _code(period, ids, "period"))
        if organization is not None:
            result = _without_organization(result, organization)
        return result._without_reports(frozenset(reports))

    def _without_source(self, name: str) -> Self:
        column = list(self.axes.sources.index).index(name)
        keep = [i for i in range(len(self.axes.sources)) if i != column]
        reports = [tuple(row[i] for i in keep) for row in self.incidents["reports"]]
        reduced = replace(
            self,
            axes=replace(self.axes, sources=self.axes.sources.drop(index=name)),
            incidents=self.incidents.assign(reports=pd.Series(reports, self.incidents.index)),
            said=self.said[:, keep],
            looking=self.looking[keep],
        )
        return reduced._known()

    def _without_cells(self, axis: str, code: int) -> Self:
        included = self.included.copy()
        index = (code, slice(None)) if axis == "region" else (slice(None), code)
        included[index] = False
        return replace(self, included=included)._select((self.incidents[axis] != code).to_numpy())

    def _without_reports(self, gone: frozenset[str]) -> Self:
        if not gone:
            return self
        rows = self.incidents["reports"]
        known = {report for row in rows for report in row if report is not None}
        if missing := sorted(gone - known):
            raise InputError([f"report {name!r} is not in the evidence" for name in missing])
        said = self.said.copy()
        kept = []
        for number, row in enumerate(rows):
            said[number, [i for i, report in enumerate(row) if report in gone]] = SILENT
            kept.append(tuple(None if report in gone else report for report in row))
        frame = self.incidents.assign(reports=pd.Series(kept, self.incidents.index))
        return replace(self, said=said, incidents=frame)._known()

    def _known(self) -> Self:
        return self._select((self.said != SILENT).any(axis=1))

    def _select(self, keep: np.ndarray) -> Self:
        incidents = self.incidents[keep].reset_index(drop=True)
        return replace(self, incidents=incidents, said=self.said[keep])

    def patterns(self) -> xr.Dataset:
        """Count the incidents of each distinct (cell, pattern).

        Returns
        -------
        Dataset with ``count, region, period, kind, size, rivalry, by_first, by_second``
        over dim ``pattern``, ``said`` over (pattern, source), and ``pattern_of`` over dim
        ``incident``; patterns are sorted, so that equal evidence gives equal bytes.
        """
        columns = ["region", "period", "kind", "size", "rivalry", "by_first", "by_second"]
        table = np.column_stack([self.incidents[columns].to_numpy(np.int64), self.said])
        rows, inverse, count = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        width = len(columns)
        variables: dict[str, tuple[object, np.ndarray]] = {
            name: ("pattern", rows[:, i]) for i, name in enumerate(columns)
        }
        variables["count"] = ("pattern", count)
        variables["said"] = (("pattern", "source"), rows[:, width:])
        variables["pattern_of"] = ("incident", inverse.ravel())
        return xr.Dataset(variables, coords={"source": list(self.axes.sources.index)})

    def to_dataset(self) -> xr.Dataset:
        """Write everything but the incident table into one Dataset with named axes."""
        axes = self.axes
        data = self.patterns().assign(
            looking=(("source", "region", "period", "kind"), self.looking),
            possible=(("author", "period"), self.possible),
            included=(("region", "period"), self.included),
            in_window=("period", axes.window),
        )
        return data.assign_coords(
            author=list(axes.authors),
            region_id=("region", list(axes.regions)),
            period_id=("period", [p.id for p in axes.periods]),
            kind_id=("kind", list(axes.kinds)),
            size_id=("size_bin", list(SIZES)),
            statement=("statement", list(axes.statements)),
        )


def _members(sources: pd.DataFrame, source: str | None, group: str | None) -> list[str]:
    if source is not None:
        _code(source, tuple(sources.index), "source")
        return [source]
    if group is None:
        return []
    chosen = [str(name) for name in sources.index[sources["group"] == group]]
    if not chosen:
        raise InputError([f"no source is of group {group!r}"])
    return chosen


def _code(name: str, choices: tuple[str, ...], axis: str) -> int:
    if name not in choices:
        raise InputError([f"{axis} {name!r} is not in the evidence; choices: {', '.join(choices)}"])
    return choices.index(name)


def _without_organization(evidence: Evidence, gone: str) -> Evidence:
    axes = evidence.axes
    _code(gone, axes.organizations, "organization")
    renamed = {text: _rename(text, gone) for text in (*axes.statements, *axes.rivalries)}
    statements = tuple(dict.fromkeys(renamed[text] for text in axes.statements))
    code = np.array([statements.index(renamed[text]) for text in axes.statements] + [SILENT])
    named = {text: parse(text) for text in statements}
    rivalries = tuple(
        dict.fromkeys(t for t, a in named.items() if a.is_rivalry or a.is_joint)
    )
    has_other = axes.has_other or any(OTHER in a.organizations for a in named.values())
    new_axes = replace(
        axes,
        organizations=tuple(name for name in axes.organizations if name != gone),
        contenders=tuple(name for name in axes.contenders if name != gone),
        has_other=has_other,
        rivalries=rivalries,
        statements=statements,
    )
    return replace(
        evidence,
        axes=new_axes,
        said=code[evidence.said],
        incidents=_move_sides(evidence.incidents, axes.rivalries, rivalries, gone),
        possible=_move_possible(evidence, new_axes, renamed),
    )


def _rename(text: str, gone: str) -> str:
    """Read ``gone`` as ``other``; of a rivalry that held it, what is left of the opponent."""
    said = parse(text)
    if gone not in said.organizations:
        return text
    if said.members:
        return str(parse("|".join(OTHER if m == gone else m for m in said.members)))
    sides = _sides_without(said, gone)
    return str(Attribution(sides=tuple(sorted(sides)))) if sides else OTHER


def _sides_without(said: Attribution, gone: str) -> tuple[tuple[str, ...], ...]:
    sides = (tuple(name for name in side if name != gone) for side in said.sides)
    return tuple(side for side in sides if side)


def _move_sides(
    incidents: pd.DataFrame, before: tuple[str, ...], after: tuple[str, ...], gone: str
) -> pd.DataFrame:
    """Give deaths by side to the rivalries' new codes; a rivalry that is none any more has none."""
    target, swapped = [], []
    for text in before:
        sides = _sides_without(parse(text), gone)
        name = str(Attribution(sides=tuple(sorted(sides))))
        target.append(after.index(name) if len(sides) == 2 else -1)
        swapped.append(sides != tuple(sorted(sides)))
    old = incidents["rivalry"].to_numpy(np.int64)
    rivalry = np.array([*target, -1])[old]
    turn = np.array([*swapped, False])[old]
    first, second = incidents["by_first"].to_numpy(), incidents["by_second"].to_numpy()
    known = rivalry >= 0
    return incidents.assign(
        rivalry=rivalry,
        by_first=np.where(turn, second, first) * known,
        by_second=np.where(turn, first, second) * known,
    )


def _move_possible(evidence: Evidence, axes: Axes, renamed: Mapping[str, str]) -> np.ndarray:
    """Carry each author's possible periods over to the name it has now."""
    before = dict(zip(evidence.axes.authors, evidence.possible, strict=True))
    rows = dict.fromkeys(axes.authors, np.zeros(len(axes.periods), bool))
    for author, possible in before.items():
        name = renamed.get(author, author)
        if name in rows:
            rows[name] = rows[name] | possible
    if axes.has_other:
        rows[OTHER] = np.ones(len(axes.periods), bool)
    return np.stack([rows[author] for author in axes.authors])
