"""What the numbers of an Evidence are about."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .attribution import OTHER, UNKNOWN, parse
from .errors import InputError
from .periods import Period
from .values import GOES_BY_NAME

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
        Index ``source``: ``name, type, coverage, silence, group, accuracy_prior,
        published`` ("known", "unknown").
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
    def window(self) -> NDArray[np.bool_]:
        """Whether each period lies in the scoring window, shape (period,)."""
        return np.array([period.in_window for period in self.periods], bool)


def code(name: str, choices: tuple[str, ...], axis: str) -> int:
    """Give the position of a name on an axis.

    Raises
    ------
    InputError
        Where it is not there.
    """
    if name not in choices:
        raise InputError([f"{axis} {name!r} is not in the evidence; choices: {', '.join(choices)}"])
    return choices.index(name)


def lists(coverage: str, text: str, contenders: tuple[str, ...]) -> bool:
    """Whether a source of this coverage lists an incident of which it says ``text``."""
    if coverage in GOES_BY_NAME:
        named = set(parse(text).organizations)
        return bool(named - {OTHER} if coverage == "organizations_only" else named & {*contenders})
    return coverage == "all" or text != UNKNOWN


def listed(
    coverage: Iterable[str], texts: Iterable[str], contenders: tuple[str, ...]
) -> NDArray[np.bool_]:
    """``lists`` of each report: its source's coverage, and what it says; shape (report,)."""
    pairs = zip(coverage, texts, strict=True)
    return np.array([lists(c, text, contenders) for c, text in pairs], dtype=bool)
