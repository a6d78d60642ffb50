"""What the sources wrote: distinct statements, and the rows of them that incidents show."""

from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from ..data.attribution import Attribution, parse
from ..data.evidence import SILENT, Evidence
from ..data.values import GOES_BY_NAME
from .circumstances import Circumstances, adjudicated
from .names import Names, held_by
from .structure import Structure


@dataclass(frozen=True)
class Statements:
    """The distinct (source, statement) pairs and the rows of the incidents that show them.

    Attributes
    ----------
    source
        Source of each pair, shape (pair,).
    statement
        What it wrote, by number, shape (pair,).
    is_unknown
        Whether it names nobody, shape (pair,).
    selection
        Which (source, name) cells a pair adds up, with the weight 1/C(K-1, n-1) of a set of
        n, or the probability that a name that may be several is each: (pair, source x name).
    set_size
        Number of names it holds minus one; 0 for a rivalry: shape (pair,).
    is_plain
        Whether it is an organization, other, or a set: then the share of sets applies.
    given_reported
        Whether the source's silence would have meant nothing there, so that it has no
        detection and speaks given that it reported, shape (pair,).
    adjudicated
        Whether the source sees the author and not the claim, shape (pair,).
    rows
        Pairs of each distinct attribution row plus one, 0 = silent: shape (row, source).
    row_locale
        Locale of each row, shape (row,).
    row_rivalry, by_first, by_second
        Deaths by side that go with a row; rivalry -1 where none: shape (row,).
    groups
        Positions of the sources that copy each other's names, two or more each.
    largest_set
        Size of the largest set on the axis of statements, whether or not it still occurs.
    """

    source: Ints
    statement: Ints
    is_unknown: NDArray[np.bool_]
    selection: Floats
    set_size: Ints
    is_plain: NDArray[np.bool_]
    given_reported: NDArray[np.bool_]
    adjudicated: NDArray[np.bool_]
    rows: Ints
    row_locale: Ints
    row_rivalry: Ints
    by_first: Ints
    by_second: Ints
    groups: tuple[tuple[int, ...], ...]
    largest_set: int


def statements_of(
    evidence: Evidence, names: Names, patterns: xr.Dataset, around: Circumstances,
    structure: Structure,
) -> tuple[Statements, Ints]:  # fmt: skip
    """Collect the statements of ``Evidence.patterns()``, and the row of each pattern."""
    marked, row_of = _marked_rows(evidence, patterns, around)
    said, rest_of = marked[:, :-4], marked[:, -4:]
    width = 2 * len(evidence.axes.statements)
    number = said + np.arange(said.shape[1]) * width
    used = np.unique(number[said != SILENT])
    source, rest = np.divmod(used, width)
    outside, statement = np.divmod(rest, width // 2)
    texts = [parse(evidence.axes.statements[i]) for i in statement]
    held = [_held(text, names) for text in texts]
    courts = adjudicated(evidence)
    return Statements(
        source=source,
        statement=statement,
        is_unknown=np.array([not h for h in held], bool),
        selection=_selection(source, held, texts, names, evidence.axes.sources["coverage"]),
        set_size=np.array([_more_names(text) for text in texts], np.int64),
        is_plain=np.array([bool(h) and h[0] < names.n_plain for h in held], bool),
        given_reported=outside.astype(bool),
        adjudicated=courts[source],
        rows=np.where(said == SILENT, 0, np.searchsorted(used, number) + 1),
        row_locale=rest_of[:, 0],
        row_rivalry=rest_of[:, 1],
        by_first=rest_of[:, 2],
        by_second=rest_of[:, 3],
        groups=_groups(evidence, courts) if structure.groups and structure.copying else (),
        largest_set=max(_more_names(parse(text)) + 1 for text in evidence.axes.statements),
    ), row_of


def _more_names(text: Attribution) -> int:
    """Number of names of a set minus one; a name that may be several is one name."""
    return 0 if text.weights else max(len(text.members), 1) - 1


def _marked_rows(
    evidence: Evidence, patterns: xr.Dataset, around: Circumstances
) -> tuple[Ints, Ints]:
    """Distinct rows of statements, place and deaths by side, and the row of each pattern.

    What a source wrote where its silence would have meant nothing is a statement of its own:
    its number is raised by the number of statements.
    """
    said = patterns["said"].to_numpy()
    r, t, c = (patterns[axis].to_numpy() for axis in ("region", "period", "kind"))
    outside = (said != SILENT) & ~evidence.looking[:, r, t, c].T
    sides = [patterns[name].to_numpy() for name in ("rivalry", "by_first", "by_second")]
    raised = said + len(evidence.axes.statements) * outside
    table = np.column_stack([raised, around.locale[r, t], *sides])
    rows, inverse = np.unique(table, axis=0, return_inverse=True)
    return rows, inverse.ravel()


def _held(said: Attribution, names: Names) -> list[int]:
    """Positions of the names that a statement adds up."""
    members = said.members or ((str(said),) if str(said) else ())
    return [names.names.index(member) for member in members]


def _selection(
    source: Ints, held: list[list[int]], texts: list[Attribution], names: Names,
    coverage: "pd.Series[str]",
) -> Floats:  # fmt: skip
    """Weights of the (source, name) cells that each pair adds up.

    Of a name that may be several those count that the source's coverage holds: of the others it
    would have listed nothing.
    """
    n_source = len(coverage)
    lists = [held_by(one, names) for one in coverage]
    result = np.zeros((len(source), n_source, len(names.names)))
    for pair, (members, text) in enumerate(zip(held, texts, strict=True)):
        n = max(len(members), 1)
        even = 1.0 / comb(names.n_plain - 1, n - 1) if n > 1 else 1.0
        known = np.array(text.weights) * lists[source[pair]][members] if text.weights else even
        result[pair, source[pair], members] = known
    return result.reshape(len(source), n_source * len(names.names))


def _groups(evidence: Evidence, courts: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    """Sources that copy: no courts, and none whose coverage goes by names.

    What such a one lists hangs on the name that it would write, and its silence would have to
    know whether it would have copied.
    """
    frame = evidence.axes.sources
    group = frame["group"].where(~courts & ~frame["coverage"].isin(GOES_BY_NAME).to_numpy())
    found = [np.flatnonzero(group == name) for name in sorted(set(group.dropna()) - {""})]
    return tuple(tuple(int(i) for i in members) for members in found if len(members) > 1)
