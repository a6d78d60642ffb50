"""Noise and totals: what the log density has beside terms by cell.

Worked out from terms, expected numbers and moments by plain numpy, since both are short.
"""

from dataclasses import dataclass

import numpy as np

from . import noise
from .engine import Floats
from .series import OF_SERIES, OfSeries
from .totals import Moments, Terms, Totals


@dataclass(frozen=True, eq=False)
class Tail:
    """Noise and totals of one evidence; ``starts`` says where parameters lie.

    Attributes
    ----------
    totals
        What the totals are of; None where there are none.
    blocks
        Cells that share a factor.
    starts
        Where each parameter lies in the flat vector.
    """

    totals: Totals | None
    blocks: noise.Blocks
    starts: dict[str, slice]

    def moments(self, entries: Floats, factor: noise.Updated) -> Moments:
        """What is expected in each total's scope, given what is reported."""
        if self.totals is None:
            return Moments(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 2)), np.zeros(0))
        return self.totals.moments(entries, factor, self.blocks.of_cell)

    def factor(self, mass: Floats, values: Floats) -> noise.Updated:
        """What reports say of the months' factors; only totals ask for it."""
        if self.totals is None or "noise" not in self.starts:
            return noise.certain(self.blocks)
        return noise.updated(mass, float(values[self.starts["noise"]][0]), self.blocks)

    def totals_at(
        self, entries: Floats, factor: noise.Updated, values: Floats, weight: Floats | None = None
    ) -> Terms:
        """Log likelihood of each total, and the derivatives of their weighted sum."""
        moments = self.moments(entries, factor)
        if self.totals is None:
            return Terms(np.zeros(0), moments, OfSeries(*np.zeros((3, 0))))
        params = {name: values[at] for name, at in self.starts.items() if name in OF_SERIES}
        return self.totals.terms(moments, self.totals.of_series.values(params), weight)

    def totals_back(
        self, entries: Floats, factor: noise.Updated, terms: Terms, values: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Gradient of the weighted sum of the totals in entries, in mass, and in the values."""
        d, d_mass = np.zeros(len(values)), np.zeros(len(self.blocks.of_cell))
        if self.totals is None:
            return np.zeros(entries.shape), d_mass, d
        for name, change in zip(OF_SERIES, terms.of_series, strict=True):
            if name in self.starts:
                by = np.bincount(self.totals.series, change, len(self.totals.of_series))
                d[self.starts[name]] = by[self.totals.of_series.open(name)]
        d_entries, by_mean, by_variance = self.totals.moments_back(
            entries, factor, self.blocks.of_cell, terms.moments
        )
        if "noise" in self.starts:
            by_sigma = by_mean * factor.mean_by_sigma + by_variance * factor.variance_by_sigma
            d[self.starts["noise"]] = by_sigma.sum()
            by_mass = by_mean * factor.mean_by_mass + by_variance * factor.variance_by_mass
            d_mass = by_mass[self.blocks.of_cell]
        return d_entries, d_mass, d

    def noise_at(self, mass: Floats, values: Floats) -> tuple[float, Floats, Floats]:
        """Log likelihood of what is seen beside Σ n log m, its gradient in mass, in the values."""
        d = np.zeros(len(values))
        if "noise" not in self.starts:
            return -float(mass.sum()), -np.ones(len(mass)), d
        at = self.starts["noise"]
        found = noise.factor(mass, float(values[at][0]), self.blocks)
        d[at] = found.sigma
        return float(found.value.sum()), found.mass[self.blocks.of_cell], d
