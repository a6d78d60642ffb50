"""What is known beforehand of a tiny case, with the attributes that ``Evidence.ground`` has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from tiny import Case

LAG_STEP = 1.5
"""Days between the five days that stand for a period."""
LONG_AGO = 4000.0


@dataclass(frozen=True)
class Ground:
    """Presence, feuds, announcements, covariates and delays of a case.

    Attributes
    ----------
    absent
        (organization, region) where it is not present.
    disputed
        (organization, period) in which its dates are disputed.
    feuds
        (organization, organization, degree from 0 to 1), besides the rivalries of the axis.
    events
        (organization or "" for all, first period that is after it).
    n_covariate
        How many covariates detection has.
    lag
        Days from the middle of each period to ``as_of``; empty: all long ago.
    """

    absent: tuple[tuple[str, int], ...] = ()
    disputed: tuple[tuple[str, int], ...] = ()
    feuds: tuple[tuple[str, str, float], ...] = ()
    events: tuple[tuple[str, int], ...] = ()
    n_covariate: int = 0
    lag: tuple[float, ...] = ()

    @cached_property
    def days(self) -> list[list[float]]:
        """Five days' lags of each period."""
        return [[middle + LAG_STEP * i for i in (-2, -1, 0, 1, 2)] for middle in self.lag]

    def covariate(self, n_source: int, n_region: int) -> np.ndarray:
        """Value by covariate, source and region."""
        rng = np.random.default_rng(31)
        return rng.normal(size=(self.n_covariate, n_source, n_region))


def ground_of(known: Ground, case: Case) -> SimpleNamespace:
    """Write it as the model reads it."""
    k = len(case.organizations)
    present, disputed = np.ones((k, case.n_region), bool), np.zeros((k, case.n_period), bool)
    for name, region in known.absent:
        present[case.organizations.index(name), region] = False
    for name, period in known.disputed:
        disputed[case.organizations.index(name), period] = True
    feuds = [[case.feud(a, b) for b in case.organizations] for a in case.organizations]
    after = [[t >= first for t in range(case.n_period)] for _, first in known.events]
    return SimpleNamespace(
        present=present,
        disputed=disputed,
        rivalry=np.array(feuds),
        events=_events(known),
        after=np.array(after, bool).reshape(len(after), case.n_period),
        covariates=tuple(f"x{i}" for i in range(known.n_covariate)),
        covariate=known.covariate(len(case.sources), case.n_region),
        delays=delays([teller.published for teller in case.sources]),
        lag=np.array(known.days) if known.lag else np.full((case.n_period, 5), LONG_AGO),
        published=np.array([teller.published for teller in case.sources]),
    )


def _events(known: Ground) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": "2020-01-01",
            "type": "designation",
            "organization": [name for name, _ in known.events],
            "region": "",
        },
        index=pd.Index([f"e{i}" for i in range(len(known.events))], dtype=object),
    )


def delays(published: Sequence[bool]) -> pd.DataFrame:
    """Some reports that are in, by source, days it took and days it could have taken.

    Parameters
    ----------
    published
        Whether each source says when it published.
    """
    rng = np.random.default_rng(17)
    rows = [
        (s, n, lag, int(rng.integers(1, 4)))
        for s, says in enumerate(published)
        if says
        for n, lag in ((0, 5), (1, 5), (3, 5), (0, 40), (2, 40), (12, 40), (30, 40))
    ]
    return pd.DataFrame(rows, columns=["source", "delay", "lag", "count"])
