r"""Official totals and coarse records in the model: what bounds the unseen.

.. math::
    \lambda = \sum_{\text{cells in scope}} \sum_{k \text{ in scope}} \mu_k\, E[x, \text{not seen}],
    \qquad x = 1, V, V^2

and the law of a total T given λ, its capture p and what is itemised, of ``aggregates``. A residual
total counts what no report itemises, an inclusive one all: neither is ever a second likelihood of
the incidents that are itemised. p of a series is Beta with the declared mean and sd, or
Beta(2, 2); a share of its count that is the organizations' likewise. A total of one victim class
takes the share of that class among all that is unseen to be its share among the itemised.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.aggregates import Aggregates, itemised
from . import aggregates
from .design import CERTAIN, Design
from .engine import Floats, Ints, Params
from .parameters import Parameter
from .priors import Priors

OF_SERIES = ("capture", "total_share")
"""Parameters that each series has, where they are not known."""


class Terms(NamedTuple):
    """Log-likelihood of totals, shape (aggregate,), and its derivatives.

    ``moments``: (aggregate, 6), in the expected unseen and whole E[1, V, V²]; ``capture`` and
    ``share``, of its series: (aggregate,).
    """

    value: Floats
    moments: Floats
    capture: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class Totals:
    """The totals of one design, laid out."""

    found: Aggregates
    design: Design

    @cached_property
    def series(self) -> Ints:
        """Series of each aggregate, shape (aggregate,)."""
        names = list(self.found.series.index)
        return np.array([names.index(name) for name in self.found.table["series"]], np.int64)

    @cached_property
    def bounds(self) -> Floats:
        """Low and high, shape (2, aggregate): the count where not both bounds are given."""
        table = self.found.table
        low, high, count = (table[c].to_numpy(float) for c in ("count_low", "count_high", "count"))
        both = (low >= 0) & (high >= 0)
        return np.stack([np.where(both, low, count), np.where(both, high, count)])

    @cached_property
    def items(self) -> Floats:
        """Items, held, and the same in victims and squares: shape (6, aggregate).

        Incidents that no lister reports are none of them: λ holds them among the unseen.
        """
        plan = self.design
        among_unseen = np.setdiff1d(plan.every.row, plan.counted.row)
        of_incident = plan.evidence.patterns()["pattern_of"].to_numpy()
        counted = itemised(plan.evidence, ~np.isin(of_incident, among_unseen))
        rows = (
            counted.items, counted.held, counted.items_victims, counted.held_victims,
            counted.items_squares, counted.held_squares,
        )  # fmt: skip
        residual = (self.found.table["scope"] == "residual").to_numpy()
        return np.where(residual, 0.0, np.stack(rows))

    @cached_property
    def in_incidents(self) -> NDArray[np.bool_]:
        """Whether a total counts incidents, shape (aggregate,)."""
        return (self.found.table["unit"] == "incidents").to_numpy()

    @cached_property
    def noise(self) -> Floats:
        """σ of each total, shape (aggregate,)."""
        relative = self.found.series["noise"].to_numpy(float)[self.series]
        return np.asarray(relative * self.found.table["count"].to_numpy(float))

    @cached_property
    def class_share(self) -> Floats:
        """Share of the unseen that a total of one victim class counts, shape (aggregate,)."""
        frame = self.design.evidence.incidents
        known = frame.loc[frame["victim_class"] != "unknown", "victim_class"]
        shares = known.value_counts(normalize=True)
        return np.array(
            [shares.get(c, 0.0) if c else 1.0 for c in self.found.table["victim_class"]]
        )

    @cached_property
    def _known(self) -> dict[str, Floats]:
        """Capture and share of each series, shape (series,): NaN where it is a parameter."""
        series = self.found.series
        result = {}
        for name, column, default in (("capture", "capture", np.nan), ("total_share", "share", 1)):
            mean, sd = (series[f"{column}_{part}"].to_numpy(float) for part in ("mean", "sd"))
            given = np.where(sd > CERTAIN, np.nan, mean)
            result[name] = np.where(np.isnan(mean), default, given)
        return result

    @property
    def counts_others(self) -> NDArray[np.bool_]:
        """Whether a total may count what is none of the organizations', shape (aggregate,)."""
        return np.asarray(self._known["total_share"] != 1.0)[self.series]

    @property
    def n_series(self) -> int:
        """Number of series."""
        return len(self.found.series)

    def open_series(self, name: str) -> Ints:
        """Series whose ``capture`` or ``total_share`` is a parameter, shape (open,)."""
        return np.flatnonzero(np.isnan(self._known[name]))

    def of_series(self, name: str, params: Params) -> Floats:
        """``capture`` or ``total_share`` of each series, shape (series,).

        Parameters
        ----------
        params
            Has those that are parameters, in the order of ``open_series``.
        """
        result = self._known[name].copy()
        at = self.open_series(name)
        if len(at):
            result[at] = np.atleast_1d(params[name])
        return result

    def terms(self, moments: Floats, capture: Floats, share: Floats) -> Terms:
        """Work out the likelihood of all totals.

        Parameters
        ----------
        moments
            E[1, V, V²] of the unseen and of all in each total's scope, shape (aggregate, 6).
        capture, share
            Of each series, shape (series,); share 1 where a series counts nothing else.
        """
        p, s = capture[self.series], share[self.series]
        scaled = moments * self.class_share[:, None]
        rates = [aggregates.counted_rate(scaled[:, j], scaled[:, 3 + j], s) for j in range(3)]
        d_moments, d_p, d_s = np.zeros(moments.shape), np.zeros(len(p)), np.zeros(len(p))
        value = np.zeros(len(p))
        low, high = self.bounds
        for chosen, unit in ((self.in_incidents, 0), (~self.in_incidents, 1)):
            at = np.flatnonzero(chosen)
            if not len(at):
                continue
            found = self._of_unit(unit, at, low[at], high[at], rates, p[at])
            value[at], d_p[at] = found[0], found[1]
            for j, by_rate in found[2].items():
                d_moments[at, j] += by_rate * rates[j].unseen[at]
                d_moments[at, 3 + j] += by_rate * rates[j].whole[at]
                d_s[at] += by_rate * rates[j].share[at]
        return Terms(value, d_moments * self.class_share[:, None], d_p, d_s)

    def _of_unit(
        self, unit: int, at: Ints, low: Floats, high: Floats,
        rates: list[aggregates.Counted], p: Floats,
    ) -> tuple[Floats, Floats, dict[int, Floats]]:  # fmt: skip
        """Value, derivative in p, and derivatives in the moments that matter, by number."""
        if unit == 0:
            one = aggregates.incidents(
                low.astype(int), high.astype(int), self.items[0, at], self.items[1, at],
                rates[0].rate[at], p,
            )  # fmt: skip
            return one.value, one.capture, {0: one.rate}
        many = aggregates.victims(
            low, high, self.items[2:, at], rates[1].rate[at], rates[2].rate[at], p, self.noise[at]
        )
        return many.value, many.capture, {1: many.rate, 2: many.rate_squares}


def totals_of(design: Design) -> Totals | None:
    """The totals of a design; None where there are none, or the switch is off."""
    found = design.evidence.aggregates
    if found is None or not len(found) or not design.structure.totals:
        return None
    return Totals(found, design)


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List capture and share of the series; what is known for certain is no parameter."""
    found = totals_of(design)
    if found is None:
        return []
    result = []
    for name in OF_SERIES:
        labels = design.coords[f"{name}_series"]
        if labels:
            alpha, beta = _beta(found.found.series.loc[labels], name, priors)
            arguments = {"alpha": alpha, "beta": beta}
            result.append(Parameter(name, "beta", (f"{name}_series",), alpha.shape, arguments))
    return result


def _beta(series: pd.DataFrame, name: str, priors: Priors) -> tuple[Floats, Floats]:
    """Beta parameters of the declared mean and sd, or of the default."""
    column = "capture" if name == "capture" else "share"
    mean, sd = (series[f"{column}_{part}"].to_numpy(float) for part in ("mean", "sd"))
    size = mean * (1 - mean) / sd**2 - 1
    default = priors["capture"]
    given = np.isfinite(mean)
    return (
        np.where(given, mean * size, default["alpha"]),
        np.where(given, (1 - mean) * size, default["beta"]),
    )
