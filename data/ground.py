"""The ground that the reports stand on: presence, rivalry, events, covariates, delays.

What a round knows beside its reports, on the axes of its Evidence; the model reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .arrays import Floats
from .axes import Axes
from .hostility import hostility
from .periods import Period, any_day_within, rows_within
from .rounds import Round
from .sidetables import spread

NODES = 5
"""Parts of a period over whose days the share of reports already published is averaged."""
NO_DELAY = -1
"""Delay of a report whose day of publication is not known."""
EVENT = ("date", "type", "organization", "region")
DELAY = ("source", "delay", "lag", "count")

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """What is known beside the reports.

    Attributes
    ----------
    present
        Whether an organization is anywhere declared in a region in the modelled days, shape
        (organization, region); one of which nothing is declared is present everywhere.
    disputed
        Periods outside an organization's dates that their being disputed leaves open, shape
        (organization, period).
    rivalry
        How much two are at war, in [0, 1], symmetric, shape (organization, organization).
    events
        Index ``event``, an id: ``date, type, organization, region`` ("" = all).
    after
        Whether a period begins on the day of an event or later, shape (event, period).
    covariates
        Names of what makes sources see more or less.
    covariate
        Their values, of mean 0 and sd 1 over the (source, region) that have one, 0 where
        there is none, shape (covariate, source, region).
    delays
        Reports of sources whose days of publication are known: ``source`` (code), ``delay``
        (days from the incident to publication), ``lag`` (from the incident to ``as_of``),
        ``count``.
    lag
        Days from the centres of five equal parts of a period to ``as_of``, at least 0, shape
        (period, node).
    published
        Whether a source's days of publication are known, shape (source,).
    """

    present: Flags
    disputed: Flags
    rivalry: Floats
    events: pd.DataFrame
    after: Flags
    covariates: tuple[str, ...]
    covariate: Floats
    delays: pd.DataFrame
    lag: Floats
    published: Flags

    def without_source(self, gone: int) -> Ground:
        """Take away a source; its delays go when the reports that are left are counted."""
        return replace(
            self,
            covariate=np.delete(self.covariate, gone, axis=1),
            published=np.delete(self.published, gone),
        )

    def without_organization(self, gone: int, name: str) -> Ground:
        """Take away an organization, and the events that are about it alone."""
        stays = (self.events["organization"] != name).to_numpy(bool)
        return replace(
            self,
            present=np.delete(self.present, gone, axis=0),
            disputed=np.delete(self.disputed, gone, axis=0),
            rivalry=np.delete(np.delete(self.rivalry, gone, axis=0), gone, axis=1),
            events=self.events[stays],
            after=self.after[stays],
        )

    def with_reports(self, reports: pd.DataFrame) -> Ground:
        """Count delays anew, from the reports that are left."""
        return replace(self, delays=delays_of(reports, self.published))

    def variables(self) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
        """Give everything as arrays with named dims, the axes' own names apart."""
        events, delays = self.events, self.delays
        return {
            "present": (("organization", "region"), self.present),
            "disputed": (("organization", "period"), self.disputed),
            "hostility": (("organization", "opponent"), self.rivalry),
            "event_date": (("event",), _texts(events["date"].dt.strftime("%Y-%m-%d"))),
            **{f"event_{c}": (("event",), _texts(events[c])) for c in EVENT[1:]},
            "after": (("event", "period"), self.after),
            "covariate_name": (("covariate",), _texts(self.covariates)),
            "covariate_value": (("covariate", "source", "region"), self.covariate),
            **{f"delays_{c}": (("delays",), delays[c].to_numpy(np.int64)) for c in DELAY},
            "period_lag": (("period", "node"), self.lag),
            "published": (("source",), self.published),
        }


def ground_of(round_: Round, axes: Axes, reports: pd.DataFrame) -> Ground:
    """Lay what a round knows beside its reports on the axes of its evidence.

    Parameters
    ----------
    reports
        As ``Evidence.reports``.
    """
    present = _present(round_, axes)
    published = (axes.sources["published"] == "known").to_numpy(bool)
    events = _events(round_, axes)
    covariates, covariate = _covariates(round_, axes)
    return Ground(
        present=present,
        disputed=_disputed(round_, axes),
        rivalry=hostility(round_, axes, present),
        events=events,
        after=_after(events, axes.periods),
        covariates=covariates,
        covariate=covariate,
        delays=delays_of(reports, published),
        lag=_lags(axes.periods, pd.Timestamp(round_.settings.as_of)),
        published=published,
    )


def delays_of(reports: pd.DataFrame, published: Flags) -> pd.DataFrame:
    """Count equal delays and lags of the reports whose source publishes its days.

    Parameters
    ----------
    reports
        ``source, delay, lag``, as in ``Evidence.reports``.
    published
        Shape (source,).
    """
    if reports.empty:
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in DELAY})
    known = published[reports["source"].to_numpy(np.int64)] & (reports["delay"] != NO_DELAY)
    rows = reports.loc[known, list(DELAY[:-1])].to_numpy(np.int64)
    distinct, count = np.unique(rows, axis=0, return_counts=True)
    return pd.DataFrame(np.column_stack([distinct, count]), columns=list(DELAY))


def _present(round_: Round, axes: Axes) -> Flags:
    present = np.ones((len(axes.organizations), len(axes.regions)), bool)
    if round_.presence is None:
        return present
    rows = round_.presence
    modelled = rows_within(rows, axes.periods)
    for number, name in enumerate(axes.organizations):
        own = rows["organization"] == name
        if own.any():
            present[number] = np.isin(axes.regions, rows.loc[own & modelled, "region"])
    return present


def _disputed(round_: Round, axes: Axes) -> Flags:
    named = round_.organizations.loc[list(axes.organizations)]
    disputed = np.zeros((len(named), len(axes.periods)), bool)
    dates = named[["active_from", "active_to", "disputed"]]
    for number, (first, last, doubtful) in enumerate(dates.itertuples(index=False)):
        disputed[number] = ("dates" in doubtful) & ~any_day_within(first, last, axes.periods)
    return disputed


def _events(round_: Round, axes: Axes) -> pd.DataFrame:
    """Give the events of the modelled days that concern somebody on the axis, each once."""
    if round_.events is None:
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in EVENT[1:]})
        empty.insert(0, "date", pd.Series(dtype="datetime64[us]"))
        return empty.rename_axis("event")
    rows = round_.events
    first, last = pd.Timestamp(axes.periods[0].start), pd.Timestamp(axes.periods[-1].end)
    concerns = rows["organization"].isin(["", *axes.organizations])
    inside = rows[rows["date"].between(first, last) & concerns]
    events = inside.drop_duplicates().sort_values(list(EVENT))
    texts = events.assign(date=events["date"].dt.strftime("%Y-%m-%d")).itertuples(index=False)
    ids = [" ".join(part for part in row if part) for row in texts]
    return events.set_axis(pd.Index(ids, name="event", dtype=object))


def _after(events: pd.DataFrame, periods: Sequence[Period]) -> Flags:
    """Whether each period begins on the day of an event or later: (event, period).

    Inside a period no report tells what came before the event from what came after it, so
    that the event speaks from the next one on.
    """
    starts = np.array([pd.Timestamp(period.start) for period in periods], "datetime64[us]")
    after: Flags = starts >= events["date"].to_numpy("datetime64[us]")[:, None]
    return after


def _covariates(round_: Round, axes: Axes) -> tuple[tuple[str, ...], Floats]:
    sources = tuple(str(name) for name in axes.sources.index)
    if round_.covariates is None:
        return (), np.zeros((0, len(sources), len(axes.regions)))
    if round_.covariates.empty:
        return (), np.zeros((0, len(sources), len(axes.regions)))
    by_name = dict(iter(round_.covariates.groupby("name", sort=True)))
    values = [_standardized(spread(rows, axes.regions, sources)) for rows in by_name.values()]
    return tuple(str(name) for name in by_name), np.stack(values)


def _standardized(values: pd.DataFrame) -> Floats:
    """Bring the values that are given to mean 0 and sd 1; 0 where there is none.

    Sums are exact, so that other machines find the same bytes.
    """
    given = values.to_numpy(float)
    known = given[~np.isnan(given)].tolist()
    mean = math.fsum(known) / len(known)
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in known) / len(known))
    return np.where(np.isnan(given), 0.0, (given - mean) / sd)


def _lags(periods: Sequence[Period], as_of: pd.Timestamp) -> Floats:
    """Days from the centres of equal parts of each period to ``as_of``: (period, node).

    A day is a point, as in the reports' own lags; a period reaches half a day beyond its
    first and last one, so that the mean of its nodes is that of its days.
    """
    length = np.array([period.days for period in periods], float)
    ends = [(as_of - pd.Timestamp(period.start)).days for period in periods]
    inside = (np.arange(NODES) + 0.5) / NODES
    lags: Floats = np.array(ends, float)[:, None] + 0.5 - length[:, None] * inside
    return lags.clip(min=0.0)


def _texts(values: Iterable[str]) -> NDArray[np.str_]:
    return np.array([str(value) for value in values], dtype=str)
