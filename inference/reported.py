"""What the reports of the window say before any model: counts beside the estimates."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.attribution import OTHER, parse
from ..data.evidence import SILENT, Evidence
from ..data.rubric import Rubric
from .baselines import votes
from .minimum import in_window

Bools = NDArray[np.bool_]


def by_organization(evidence: Evidence) -> pd.Series:
    """Incidents that any source attributes to it alone; index organizations, then ``other``."""
    return pd.Series(_alone(evidence).sum(axis=0), _names(evidence), dtype=np.int64)


def by_period(evidence: Evidence) -> pd.DataFrame:
    """The same by period of the window; index period ids, columns organizations, ``other``."""
    axes = evidence.axes
    period = evidence.incidents["period"].to_numpy(np.int64)
    counts = np.zeros((len(axes.periods), len(axes.organizations) + 1), np.int64)
    np.add.at(counts, period, _alone(evidence))
    ids = [p.id for p in axes.periods]
    return pd.DataFrame(counts, ids, _names(evidence))[axes.window]


def compared(evidence: Evidence) -> Bools:
    """Whether a source names somebody in an incident in which another does too, shape (source,).

    Only there do reports tell how often it names the right one.
    """
    names = evidence.said > 0  # statement 0 is "unknown"
    return np.asarray(names[names.sum(axis=1) > 1].any(axis=0))


def by_region(evidence: Evidence) -> pd.Series:
    """Incidents whose reports name an organization of the roster, in whatever way."""
    region = evidence.incidents["region"].to_numpy(np.int64)[names_roster(evidence)]
    regions = list(evidence.axes.regions)
    return pd.Series(np.bincount(region, minlength=len(regions)), regions, dtype=np.int64)


def by_kind(evidence: Evidence, rubric: Rubric) -> pd.Series:
    """Victims or incidents, by the kind's unit, of the same incidents; index all kinds."""
    frame = evidence.incidents[names_roster(evidence)]
    kind = frame["kind"].map(dict(enumerate(evidence.axes.kinds)))
    victims = frame["victims"].groupby(kind).sum()
    incidents = kind.value_counts()
    counted = [(victims if k.unit == "victims" else incidents).get(k.id, 0) for k in rubric.kinds]
    return pd.Series(counted, [k.id for k in rubric.kinds], dtype=np.int64)


def by_source(evidence: Evidence) -> pd.Series:
    """Reports of the window that are used; index sources."""
    told = (evidence.said != SILENT)[in_window(evidence)].sum(axis=0)
    return pd.Series(told, [str(name) for name in evidence.axes.sources.index], dtype=np.int64)


def names_roster(evidence: Evidence) -> Bools:
    """Whether an incident lies in the window and some report of it names an organization.

    Alone, in a set or as a side; ``other`` is none. Shape (incident,).
    """
    roster = set(evidence.axes.organizations)
    names = [bool(roster & set(parse(text).organizations)) for text in evidence.axes.statements]
    spoken = np.array([*names, False])[evidence.said]  # SILENT, -1, is the last
    inside: Bools = spoken.any(axis=1) & in_window(evidence)
    return inside


def _alone(evidence: Evidence) -> Bools:
    """Shape (incident, organization and other): named alone by any source, in the window."""
    alone: Bools = votes(evidence).any(axis=1) & in_window(evidence)[:, None]
    return alone


def _names(evidence: Evidence) -> list[str]:
    return [*evidence.axes.organizations, OTHER]
