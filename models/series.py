r"""Series of official totals: what share they count, of whom, and how exactly; known or fitted.

.. math::
    p \sim \mathrm{Beta}, \qquad s \sim \mathrm{Beta}, \qquad
    \log \nu \sim N(\log \nu_0, \sigma)

The capture p of a series has the declared mean and sd, or Beta(2, 2); the share s of its count that
is the organizations' likewise, where one is declared, else it is 1. The noise ν of a series that
counts victims lies around what is declared, ν₀; none where none is. What is declared with sd 0
is known, and no parameter.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..data.aggregates import Aggregates
from ..data.arrays import Floats, Ints
from .engine import Params
from .parameters import Parameter
from .priors import Priors

LAWS = {"capture": "beta", "total_share": "beta", "total_noise": "lognormal"}
OF_SERIES = tuple(LAWS)
"""Parameters that each series has, where they are not known."""
CERTAIN = 1e-9
"""A share whose sd is no larger is known, and no parameter."""


class OfSeries(NamedTuple):
    """What is known or supposed of series, in the order of ``OF_SERIES``; (series,)."""

    capture: Floats
    share: Floats
    noise: Floats


@dataclass(frozen=True, eq=False)
class Series:
    """The series of some totals.

    Attributes
    ----------
    table
        ``Aggregates.series``.
    counts_victims
        Names of those that count victims, some total at least.
    """

    table: pd.DataFrame
    counts_victims: frozenset[str]

    def __len__(self) -> int:
        """Number of series."""
        return len(self.table)

    @cached_property
    def known(self) -> dict[str, Floats]:
        """Each of ``OF_SERIES``, shape (series,): NaN where it is a parameter."""
        noise = self.table["noise"].to_numpy(float)
        is_open = self.table.index.isin(list(self.counts_victims)) & (noise > 0.0)
        return {
            "capture": self._given("capture", np.nan),
            "total_share": self._given("share", 1.0),
            "total_noise": np.where(is_open, np.nan, noise),
        }

    def _given(self, column: str, default: float) -> Floats:
        mean, sd = (self.table[f"{column}_{part}"].to_numpy(float) for part in ("mean", "sd"))
        return np.where(np.isnan(mean), default, np.where(sd > CERTAIN, np.nan, mean))

    def open(self, name: str) -> Ints:
        """Series of which this one of ``OF_SERIES`` is a parameter, shape (open,)."""
        return np.flatnonzero(np.isnan(self.known[name]))

    @property
    def coords(self) -> dict[str, list[str]]:
        """Names of the series that have each parameter, by its dim."""
        return {
            f"{name}_series": [str(i) for i in self.table.index[self.open(name)]]
            for name in OF_SERIES
        }

    def values(self, params: Params) -> OfSeries:
        """What is known of each series and, where it is a parameter, what ``params`` say.

        Parameters
        ----------
        params
            Has those that are parameters, in the order of ``open``.

        Raises
        ------
        ValueError
            Where they are of other series: of one value numpy would make as many as there are.
        """
        result = {name: known.copy() for name, known in self.known.items()}
        for name, values in result.items():
            at = self.open(name)
            if len(at):
                values[at] = _as_many(params[name], len(at), name)
        return OfSeries(*(result[name] for name in OF_SERIES))

    def parameters(self, priors: Priors) -> list[Parameter]:
        """List what is a parameter."""
        result = []
        for name, law in LAWS.items():
            declared = self.table.iloc[self.open(name)]
            if len(declared):
                arguments = (_beta if law == "beta" else _lognormal)(declared, name, priors)
                dims, shape = (f"{name}_series",), (len(declared),)
                result.append(Parameter(name, law, dims, shape, arguments))
        return result


def _as_many(values: object, number: int, name: str) -> Floats:
    given = np.atleast_1d(np.asarray(values, float))
    if given.shape != (number,):
        raise ValueError(f"{name} has {given.size} values for {number} series")
    return given


def series_of(found: Aggregates | None) -> Series:
    """The series of some totals; of none where there are no totals."""
    if found is None or not len(found):
        return Series(pd.DataFrame(columns=_COLUMNS), frozenset())
    of_victims = found.table.loc[found.table["unit"] == "victims", "series"]
    return Series(found.series, frozenset(of_victims))


_COLUMNS = ("capture_mean", "capture_sd", "share_mean", "share_sd", "noise")


def _lognormal(series: pd.DataFrame, name: str, priors: Priors) -> dict[str, Floats]:
    """Around what is declared, unless the prior says where."""
    prior, declared = priors[name], np.log(series["noise"].to_numpy(float))
    mu = np.where(np.isnan(prior["mu"]), declared, prior["mu"])
    return {"mu": mu, "sigma": np.full(len(mu), prior["sigma"])}


def _beta(series: pd.DataFrame, name: str, priors: Priors) -> dict[str, Floats]:
    """Beta of the declared mean and sd, or of the default."""
    column = "capture" if name == "capture" else "share"
    mean, sd = (series[f"{column}_{part}"].to_numpy(float) for part in ("mean", "sd"))
    size = mean * (1 - mean) / sd**2 - 1
    given, default = np.isfinite(mean), priors["capture"]
    return {
        "alpha": np.where(given, mean * size, default["alpha"]),
        "beta": np.where(given, (1 - mean) * size, default["beta"]),
    }
