"""What is known beforehand of regions, periods and victims, as the formulas use it.

Read from the side tables of a round (``data/ground.py``): where organizations are present,
what was announced when, how late sources report, what covariates detection has. Evidence made
by hand may have none of them.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.evidence import Evidence
from ..data.values import ADJUDICATED, UNKNOWN_CLASS
from .lateness import lag_classes, laws
from .names import Names
from .priors import Priors
from .structure import Structure


@dataclass(frozen=True)
class Circumstances:
    """What is known beforehand, on the axes of one evidence.

    Attributes
    ----------
    lag_class
        Lag class of each period, shape (period,); class 0 is long ago, all that will be
        published is.
    lag_days, lag_start
        Days from happening to ``as_of`` at the nodes that stand for a class's days, and where
        each class begins among them: shapes (node,), (class + 1,). Class 0 has one node, ∞.
    delayed
        Sources whose days of publication are known, where delay is modelled: (source,).
    delays
        ``source, delay, lag, count`` of the reports that inform it.
    epoch
        Number of each (region, period)'s epoch, shape (region, period); epochs differ by which
        events are past there.
    events, past
        Ids of the events, and whether each is past in an epoch, shape (event, epoch).
    event_author
        Share of an event's shift that each author has, shape (event, author).
    setting_present, setting_epoch
        Who is present in a setting, shape (setting, plain name), and its epoch, (setting,): all
        that claims and wrong names hang on. The days of organizations are no part of it: when
        one is named, reports say.
    locale
        Number of each (region, period)'s locale, shape (region, period): its setting and, where
        the unattributed share differs by region, its region.
    locale_setting, locale_region
        Of each locale, shape (locale,); region 0 where nothing hangs on it.
    absent, disputed
        Whether an author is not present in a region, or disputed in a period: (author,
        region), (author, period).
    rivalry
        How much two are rivals, from 0 to 1, shape (plain name, plain name).
    covariates, covariate
        Names and values, shape (covariate, source, region).
    victim_classes
        Known victim classes; one label where they are not modelled.
    """

    lag_class: Ints
    lag_days: Floats
    lag_start: Ints
    delayed: NDArray[np.bool_]
    delays: pd.DataFrame
    epoch: Ints
    events: tuple[str, ...]
    past: NDArray[np.bool_]
    event_author: Floats
    setting_present: NDArray[np.bool_]
    setting_epoch: Ints
    locale: Ints
    locale_setting: Ints
    locale_region: Ints
    absent: NDArray[np.bool_]
    disputed: NDArray[np.bool_]
    rivalry: Floats
    covariates: tuple[str, ...]
    covariate: Floats
    victim_classes: tuple[str, ...] = field(default=("any",))

    @property
    def n_class(self) -> int:
        """Number of victim classes in the marks."""
        return len(self.victim_classes)

    def class_of(self, patterns: xr.Dataset) -> Ints:
        """Code of each pattern's victim class; -1 where it is unknown, 0 where none is modelled."""
        if self.n_class == 1 or "victim_class" not in patterns:
            return np.full(patterns.sizes["pattern"], 0 if self.n_class == 1 else -1)
        codes = pd.Index(self.victim_classes).get_indexer(pd.Index(patterns["victim_class"]))
        return np.asarray(codes, np.int64)


def circumstances_of(
    evidence: Evidence, names: Names, structure: Structure, priors: Priors
) -> Circumstances:
    """Read what is known beforehand; what a switch leaves out is as if nothing were known."""
    ground = evidence.ground
    n_region, n_period = evidence.included.shape
    plain, authors = names.n_plain, len(names.authors)
    present = np.ones((plain, n_region), bool)
    disputed = np.zeros((plain, n_period), bool)
    rivalry = _clashes(names)
    if ground is not None:
        k = len(names.organizations)
        rivalry[:k, :k] = ground.rivalry
        if structure.presence:
            present[:k], disputed[:k] = ground.present, ground.disputed
    events = ground.events if ground is not None and structure.events else pd.DataFrame()
    after = ground.after if ground is not None else np.zeros((0, n_period), bool)
    epoch, columns = _epochs(events, after, evidence)
    setting, settings = _settings(present, epoch, structure)
    by_region = structure.regional_unknown and bool(informant_types(evidence)[0])
    locale, locales = _locales(setting, by_region)
    absent_author = np.array([[(~present)[m > 0].any(axis=0)] for m in names.member])
    return Circumstances(
        **_lags(evidence, structure, priors),
        epoch=epoch,
        events=tuple(str(i) for i in events.index),
        past=columns,
        event_author=_event_authors(events, names),
        setting_present=settings[:, 1:].astype(bool),
        setting_epoch=settings[:, 0],
        locale=locale,
        locale_setting=locales[:, 0],
        locale_region=locales[:, 1],
        absent=absent_author.reshape(authors, n_region),
        disputed=np.array([disputed[m > 0].any(axis=0) for m in names.member]).reshape(
            authors, n_period
        ),
        rivalry=rivalry,
        **_covariates(evidence, structure),
        victim_classes=_victim_classes(evidence, structure),
    )


def _clashes(names: Names) -> Floats:
    """1 where two stand on the sides of a rivalry, shape (plain name, plain name)."""
    first, second = names.lean > 0, names.lean < 0
    fights = first[:, :, None] & second[:, None, :]
    return np.asarray((fights | fights.transpose(0, 2, 1)).any(axis=0), float)


def _epochs(
    events: pd.DataFrame, after: NDArray[np.bool_], evidence: Evidence
) -> tuple[Ints, NDArray[np.bool_]]:
    """Epoch of each (region, period), and which events are past in each epoch."""
    shape = evidence.included.shape
    if not len(events):
        return np.zeros(shape, np.int64), np.zeros((0, 1), bool)
    regions = np.array(evidence.axes.regions)
    here = np.array([(where == "") | (regions == where) for where in events["region"]])
    past = (here[:, :, None] & after[:, None, :]).reshape(len(events), -1)
    columns, epoch = np.unique(past, axis=1, return_inverse=True)
    return epoch.reshape(shape).astype(np.int64), columns


def _settings(present: NDArray[np.bool_], epoch: Ints, structure: Structure) -> tuple[Ints, Ints]:
    """Setting of each (region, period), and (epoch, who is present) of each setting."""
    when = epoch if structure.claims else np.zeros_like(epoch)
    who = np.repeat(present.T, epoch.shape[1], axis=0)
    rows, number = np.unique(
        np.concatenate([when.reshape(-1, 1), who], axis=1), axis=0, return_inverse=True
    )
    return number.reshape(epoch.shape), rows


def _locales(setting: Ints, by_region: bool) -> tuple[Ints, Ints]:
    """Locale of each (region, period), and (setting, region) of each locale."""
    region = np.arange(len(setting))[:, None] * by_region + 0 * setting
    rows, number = np.unique(
        np.column_stack([setting.ravel(), region.ravel()]), axis=0, return_inverse=True
    )
    return number.reshape(setting.shape), rows


def _event_authors(events: pd.DataFrame, names: Names) -> Floats:
    """Whose an event is: one organization's and its rivalries', or everybody's but ``other``'s."""
    k = len(names.organizations)
    result = np.zeros((len(events), len(names.authors)))
    for row, name in enumerate(events["organization"] if len(events) else ()):
        own = np.array([float(name in ("", plain)) for plain in names.plain])
        own[k:] = 0.0
        result[row] = names.member @ own
    return result


def _lags(evidence: Evidence, structure: Structure, priors: Priors) -> dict[str, Any]:
    """Lag classes of the periods: those in which something may still be on its way."""
    n_source, n_period = len(evidence.axes.sources), evidence.included.shape[1]
    ground = evidence.ground
    known = np.zeros(n_source, bool) if ground is None else np.asarray(ground.published, bool)
    delays = pd.DataFrame() if ground is None or not structure.delay else ground.delays
    found = laws(delays, np.flatnonzero(known), priors)
    lag = np.full((n_period, 1), np.inf) if ground is None else ground.lag
    lag_class, days = lag_classes(lag, found)
    late = len(days) > 1
    return {
        "lag_class": lag_class,
        "lag_days": np.concatenate(days),
        "lag_start": np.concatenate([[0], np.cumsum([len(d) for d in days])]).astype(np.int64),
        "delayed": known & late,
        "delays": ground.delays if ground is not None and late else pd.DataFrame(),
    }


def _covariates(evidence: Evidence, structure: Structure) -> dict[str, Any]:
    ground = evidence.ground
    if ground is None or not structure.covariates:
        shape = (0, len(evidence.axes.sources), evidence.included.shape[0])
        return {"covariates": (), "covariate": np.zeros(shape)}
    return {"covariates": tuple(ground.covariates), "covariate": ground.covariate}


def _victim_classes(evidence: Evidence, structure: Structure) -> tuple[str, ...]:
    """Classes that some incident is known to be of; with fewer than two none is modelled."""
    named = evidence.incidents["victim_class"] if len(evidence.incidents) else ()
    known = tuple(sorted(set(named) - {UNKNOWN_CLASS, ""}))
    return known if structure.classes and len(known) > 1 else ("any",)


def source_types(evidence: Evidence, listers: Ints) -> tuple[tuple[str, ...], Ints]:
    """Types of the listers, courts last, and the type of each, shape (lister,)."""
    kinds = evidence.axes.sources["type"].iloc[listers]
    types = tuple(sorted(set(kinds), key=lambda kind: (kind == ADJUDICATED, kind)))
    return types, np.array([types.index(kind) for kind in kinds], np.int64)


def informant_types(evidence: Evidence) -> tuple[tuple[str, ...], Ints]:
    """Types with a source that may name nobody, and each source's among them, shape (source,).

    -1 where no source of its type may: what it lists is what it sees and can attribute, so the
    share that a place leaves unattributed and the place's detection are one thing in all it says.
    """
    frame = evidence.axes.sources
    types = sorted(set(frame["type"][frame["coverage"] == "all"]))
    return tuple(types), np.asarray(pd.Index(types).get_indexer(frame["type"]), np.int64)


def adjudicated(evidence: Evidence) -> NDArray[np.bool_]:
    """Whether a source sees the author and not the claim, shape (source,)."""
    return (evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
