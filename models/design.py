"""The axes and index arrays that the formulas share, worked out once from the evidence.

Everything here is known before any parameter: which cells, contexts, histories and
statements occur, so that the formulas work on distinct rows only.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ..data.arrays import Floats, Ints
from ..data.evidence import Evidence
from ..data.values import ADJUDICATED, GOES_BY_NAME
from ..data.world import SIZES
from . import numbers
from .circumstances import (
    Circumstances,
    adjudicated,
    circumstances_of,
    informant_types,
    source_types,
)
from .histories import REPORTED, Histories, histories_of
from .names import Names, names_of
from .priors import Priors
from .series import series_of
from .statements import Statements, statements_of
from .structure import Structure

DAYS_A_MONTH = 365.25 / 12
SIZE_LOG_VICTIMS = np.log([0.5, 1.0, 2.4, 5.0, 12.0])
"""Representative victims of each size bin, on the log scale that detection uses."""


@dataclass(frozen=True)
class Patterns:
    """The distinct observed (cell, pattern) rows that the likelihood counts.

    ``row`` gives each one's position among ``Evidence.patterns()``; patterns known only
    from sources with uninformative silence are not among them.
    """

    row: Ints
    count: Ints
    cell: Ints
    kind: Ints
    size: Ints
    history: Ints
    attribution: Ints


@dataclass(frozen=True)
class Design:
    """All index arrays of one evidence.

    ``cell_region``, ``cell_period``, ``cell_kind``: shape (cell,), included cells only.
    ``possible``: shape (author, period). ``every`` are the patterns of ``Evidence.patterns``
    without exception, for responsibilities; ``counted`` those of the likelihood.
    """

    evidence: Evidence
    structure: Structure
    names: Names
    around: Circumstances
    statements: Statements
    histories: Histories
    every: Patterns
    counted: Patterns
    cell_region: Ints
    cell_period: Ints
    cell_kind: Ints
    possible: NDArray[np.bool_]
    log_factorials: Floats
    """-Σ log n! of each cell's patterns, shape (cell,)."""

    @property
    def sizes(self) -> dict[str, int]:
        """Levels of every dim of the model."""
        return {dim: len(labels) for dim, labels in self.coords.items()}

    @property
    def months(self) -> float:
        """Mean length of a period in months."""
        periods = self.evidence.axes.periods
        return float(np.mean([p.days for p in periods])) / DAYS_A_MONTH

    @cached_property
    def exposure(self) -> Floats:
        """log of each period's days over their mean, shape (period,); zeros where that is off."""
        days = np.array([p.days for p in self.evidence.axes.periods], float)
        return np.log(days / days.mean()) if self.structure.exposure else np.zeros(len(days))

    @cached_property
    def moments(self) -> Floats:
        """1, E[V] and E[V²] of the dead of an unseen incident, by size: see ``numbers.moments``."""
        victims = self.evidence.incidents["victims"].to_numpy(np.int64)
        return numbers.moments(numbers.numbers_of(victims))

    @cached_property
    def is_led(self) -> NDArray[np.bool_]:
        """Whether a source that writes one side of a clash writes its lead, shape (source,).

        Not a court, which finds a side of its own, nor one that lists by names, whose silence
        would hang on the lead. Nobody is where there are no two of them, or no clashes, or sources
        have confusion matrices of their own.
        """
        by_name = self.evidence.axes.sources["coverage"].isin(GOES_BY_NAME)
        is_led = ~adjudicated(self.evidence) & ~by_name.to_numpy()
        can_be = self.structure.leads and not self.structure.confusion
        some = bool(self.names.rivalries) and is_led.sum() > 1
        return np.asarray(is_led & (can_be and some), bool)

    @property
    def has_leads(self) -> bool:
        """Whether some sources write the leads of clashes (``attribution``)."""
        return bool(self.is_led.any())

    @cached_property
    def informant_types(self) -> tuple[tuple[str, ...], Ints]:
        """Types with a source that may name nobody, and each source's among them: (source,)."""
        return informant_types(self.evidence)

    @cached_property
    def coords(self) -> dict[str, list[str]]:
        """Names of every dim of the model."""
        axes = self.evidence.axes
        sources = [str(name) for name in axes.sources.index]
        periods = [p.id for p in axes.periods]
        labels = zip(self.cell_region, self.cell_period, self.cell_kind, strict=True)
        types = list(source_types(self.evidence, self.histories.listers)[0])
        return {
            "organization": list(self.names.organizations),
            "author": list(self.names.authors),
            "rivalry": list(self.names.rivalries),
            "organized": [*self.names.organizations, *self.names.rivalries],
            "name": list(self.names.names),
            "plain_name": list(self.names.plain),
            "region": list(axes.regions),
            "period": periods,
            "step": periods[1:],
            "kind": list(axes.kinds),
            "size": list(SIZES),
            "source": sources,
            "lister": [sources[i] for i in self.histories.listers],
            "grouped": [sources[self.histories.listers[i]] for i in self.histories.grouped],
            "source_type": types,
            "silenced_type": [kind for kind in types if kind != ADJUDICATED],
            "informant_type": list(self.informant_types[0]),
            "delayed": [sources[i] for i in np.flatnonzero(self.around.delayed)],
            "group": [
                str(self.evidence.axes.sources["group"].iloc[g[0]]) for g in self.statements.groups
            ],
            "event": list(self.around.events),
            "covariate": list(self.around.covariates),
            **series_of(self.evidence.aggregates if self.structure.totals else None).coords,
            "victim_class": list(self.around.victim_classes),
            "set_size": [str(n + 1) for n in range(self.statements.largest_set)],
            "cell": [f"{axes.regions[r]} {periods[t]} {axes.kinds[c]}" for r, t, c in labels],
        }


def design(
    evidence: Evidence, structure: Structure | None = None, priors: Priors | None = None
) -> Design:
    """Work out the axes and index arrays of one evidence, for one structure of the model.

    Parameters
    ----------
    priors
        Those of delays say from when on a period is complete (``lateness``).
    """
    structure = structure or Structure()
    names = names_of(evidence)
    around = circumstances_of(evidence, names, structure, priors or Priors())
    region, period, kind = _cells(evidence)
    table = evidence.patterns()
    statements, attribution = statements_of(evidence, names, table, around, structure)
    histories, history = histories_of(
        evidence, names, table, (region, period, kind), around, structure
    )
    lookup = np.full((*evidence.included.shape, len(evidence.axes.kinds)), -1)
    lookup[region, period, kind] = np.arange(len(region))
    columns = {name: table[name].to_numpy() for name in ("region", "period", "kind", "size")}
    every = Patterns(
        row=np.arange(table.sizes["pattern"]),
        count=table["count"].to_numpy(),
        cell=lookup[columns["region"], columns["period"], columns["kind"]],
        kind=columns["kind"],
        size=columns["size"],
        history=history,
        attribution=attribution,
    )
    seen = (histories.mark[history] == REPORTED).any(axis=1)
    counted = Patterns(*(getattr(every, f)[seen] for f in Patterns.__dataclass_fields__))
    factorials = -np.bincount(counted.cell, gammaln(counted.count + 1.0), len(region))
    return Design(
        evidence, structure, names, around, statements, histories, every, counted,
        region, period, kind, evidence.possible, factorials,
    )  # fmt: skip


def _cells(evidence: Evidence) -> tuple[Ints, Ints, Ints]:
    kinds = len(evidence.axes.kinds)
    region, period = np.nonzero(evidence.included)
    kind = np.tile(np.arange(kinds), len(region))
    return np.repeat(region, kinds), np.repeat(period, kinds), kind
