"""The axes and index arrays that the formulas share, worked out once from the evidence.

Everything here is known before any parameter: which cells, contexts, histories and
statements occur, so that the formulas work on distinct rows only.
"""

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from ..data.attribution import OTHER, parse
from ..data.evidence import SILENT, Evidence
from ..data.world import SIZES
from .engine import Floats, Ints
from .quadrature import visibility_nodes

ABSENT, REPORTED, WAS_SILENT = 0, 1, 2
SIZE_LOG_VICTIMS = np.log([0.5, 1.0, 2.4, 5.0, 12.0])
"""Representative victims of each size bin, on the log scale that detection uses."""


@dataclass(frozen=True)
class Names:
    """The author axis, and what a source may write.

    Attributes
    ----------
    organizations, rivalries, authors
        Ids; ``authors`` = organizations, other (if any), rivalries.
    names
        ``authors``, then coalitions that are only a side of some rivalry.
    sides
        Position in ``names`` of each rivalry's two sides, shape (rivalry, 2); a coalition
        that acts alone stands for both.
    contender
        Whether each name speaks of a contender, shape (name,).
    """

    organizations: tuple[str, ...]
    has_other: bool
    rivalries: tuple[str, ...]
    authors: tuple[str, ...]
    names: tuple[str, ...]
    sides: Ints
    contender: NDArray[np.bool_]

    @property
    def n_plain(self) -> int:
        """Number of organizations, and other: the names that a set may hold."""
        return len(self.organizations) + self.has_other

    @property
    def plain(self) -> tuple[str, ...]:
        """Organizations, and other where it is on the axis."""
        return self.authors[: self.n_plain]


@dataclass(frozen=True)
class Statements:
    """The distinct (source, statement) pairs and the rows of the incidents that show them.

    Attributes
    ----------
    source
        Source of each pair, shape (pair,).
    is_unknown
        Whether it names nobody, shape (pair,).
    selection
        Which (source, name) cells a pair adds up, with the weight 1/C(K-1, n-1) of a set of
        n: shape (pair, source x name).
    set_size
        Number of names it holds minus one; 0 for a rivalry: shape (pair,).
    is_plain
        Whether it is an organization, other, or a set: then the share of sets applies.
    given_reported
        Whether the source's silence would have meant nothing there, so that it has no
        detection and speaks given that it reported, shape (pair,).
    rows
        Pairs of each distinct attribution row plus one, 0 = silent: shape (row, source).
    row_rivalry, by_first, by_second
        Deaths by side that go with a row; rivalry -1 where none: shape (row,).
    largest_set
        Size of the largest set on the axis of statements, whether or not it still occurs.
    """

    source: Ints
    is_unknown: NDArray[np.bool_]
    selection: Floats
    set_size: Ints
    is_plain: NDArray[np.bool_]
    given_reported: NDArray[np.bool_]
    rows: Ints
    row_rivalry: Ints
    by_first: Ints
    by_second: Ints
    largest_set: int


@dataclass(frozen=True)
class Histories:
    """Who reported and who was silent, and where anybody was looking.

    ``listers`` are the sources with informative silence, the only ones with a detection
    probability. A *context* is a distinct (region, kind, who was looking).

    Attributes
    ----------
    listers
        Positions of the listers among all sources.
    region, kind, size, mark
        Of each distinct history row, shape (history,); ``mark`` is ABSENT, REPORTED or
        WAS_SILENT, shape (history, lister).
    context_region, context_kind, context_looking
        Of each context, shape (context,) and (context, lister).
    cell_context
        Context of each cell, shape (cell,).
    listing_class, class_author
        Authors that every source lists alike share a class: class of each author, and one
        author of each class.
    nodes, weights
        Quadrature of the visibility.
    """

    listers: Ints
    region: Ints
    kind: Ints
    size: Ints
    mark: Ints
    context_region: Ints
    context_kind: Ints
    context_looking: NDArray[np.bool_]
    cell_context: Ints
    listing_class: Ints
    class_author: Ints
    nodes: Floats
    weights: Floats


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
    names: Names
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

    @cached_property
    def coords(self) -> dict[str, list[str]]:
        """Names of every dim of the model."""
        axes = self.evidence.axes
        sources = [str(name) for name in axes.sources.index]
        periods = [p.id for p in axes.periods]
        labels = zip(self.cell_region, self.cell_period, self.cell_kind, strict=True)
        return {
            "organization": list(self.names.organizations),
            "author": list(self.names.authors),
            "rivalry": list(self.names.rivalries),
            "name": list(self.names.names),
            "plain_name": list(self.names.plain),
            "region": list(axes.regions),
            "period": periods,
            "step": periods[1:],
            "kind": list(axes.kinds),
            "size": list(SIZES),
            "source": sources,
            "lister": [sources[i] for i in self.histories.listers],
            "set_size": [str(n + 1) for n in range(self.statements.largest_set)],
            "cell": [f"{axes.regions[r]} {periods[t]} {axes.kinds[c]}" for r, t, c in labels],
        }


def design(evidence: Evidence) -> Design:
    """Work out the axes and index arrays of one evidence."""
    names = _names(evidence)
    region, period, kind = _cells(evidence)
    table = evidence.patterns()
    statements, attribution = _statements(evidence, names, table)
    histories, history = _histories(evidence, names, table, (region, period, kind))
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
        evidence, names, statements, histories, every, counted, region, period, kind,
        evidence.possible, factorials,
    )  # fmt: skip


def _cells(evidence: Evidence) -> tuple[Ints, Ints, Ints]:
    kinds = len(evidence.axes.kinds)
    region, period = np.nonzero(evidence.included)
    kind = np.tile(np.arange(kinds), len(region))
    return np.repeat(region, kinds), np.repeat(period, kinds), kind


def _names(evidence: Evidence) -> Names:
    axes = evidence.axes
    texts = [_side_texts(text) for text in axes.rivalries]
    extra = {side for pair in texts for side in pair} - set(axes.authors)
    names = axes.authors + tuple(sorted(extra))
    sides = np.array([[names.index(side) for side in pair] for pair in texts]).reshape(-1, 2)
    contenders = set(axes.contenders)
    speaks = np.array([bool(contenders & set(parse(name).organizations)) for name in names])
    return Names(
        axes.organizations, axes.has_other, axes.rivalries, axes.authors, names,
        sides.astype(np.int64), speaks,
    )  # fmt: skip


def _side_texts(rivalry: str) -> tuple[str, str]:
    sides = ["+".join(side) for side in parse(rivalry).sides]
    return sides[0], sides[-1]


def _statements(evidence: Evidence, names: Names, table: object) -> tuple[Statements, Ints]:
    """Collect the distinct (source, statement) pairs and the distinct rows of them."""
    said = table["said"].to_numpy()  # type: ignore[index]
    sides = np.column_stack(
        [table[c].to_numpy() for c in ("rivalry", "by_first", "by_second")]  # type: ignore[index]
    )
    n = len(evidence.axes.statements)
    r, t, c = (table[a].to_numpy() for a in ("region", "period", "kind"))  # type: ignore[index]
    given = (said != SILENT) & ~evidence.looking[:, r, t, c].T
    marked = np.column_stack([said + n * given, sides])
    rows, inverse = np.unique(marked, axis=0, return_inverse=True)
    said_rows = rows[:, :-3]
    number = said_rows + np.arange(said_rows.shape[1]) * 2 * n
    used = np.unique(number[said_rows != SILENT])
    source, rest = np.divmod(used, 2 * n)
    outside, statement = np.divmod(rest, n)
    texts = [parse(evidence.axes.statements[i]) for i in statement]
    held = [_held(text, names) for text in texts]
    n_set = [max(len(t.members), 1) for t in texts]
    plain = [bool(h) and h[0] < names.n_plain for h in held]
    selection = np.zeros((len(used), len(evidence.axes.sources) * len(names.names)))
    for pair, (s, members, n) in enumerate(zip(source, held, n_set, strict=True)):
        weight = 1.0 / comb(names.n_plain - 1, n - 1) if n > 1 else 1.0
        selection[pair, [s * len(names.names) + m for m in members]] = weight
    pair_of = np.where(said_rows == SILENT, 0, np.searchsorted(used, number) + 1)
    return Statements(
        source=source,
        is_unknown=np.array([not h for h in held], bool),
        selection=selection,
        set_size=np.array(n_set, np.int64) - 1,
        is_plain=np.array(plain, bool),
        given_reported=outside.astype(bool),
        rows=pair_of,
        row_rivalry=rows[:, -3],
        by_first=rows[:, -2],
        by_second=rows[:, -1],
        largest_set=max(len(parse(text).members) or 1 for text in evidence.axes.statements),
    ), inverse.ravel()


def _held(said: object, names: Names) -> list[int]:
    """Positions of the names that a statement adds up."""
    members = said.members or ((str(said),) if str(said) else ())  # type: ignore[attr-defined]
    return [names.names.index(member) for member in members]


def _histories(
    evidence: Evidence, names: Names, table: object, cells: tuple[Ints, Ints, Ints]
) -> tuple[Histories, Ints]:
    region, period, kind = cells
    listers = np.nonzero(evidence.looking.any(axis=(1, 2, 3)))[0]
    looking = evidence.looking[listers]
    context, cell_context = np.unique(
        np.column_stack([region, kind, looking[:, region, period, kind].T]),
        axis=0, return_inverse=True,
    )  # fmt: skip
    r, t, c, v = (table[n].to_numpy() for n in ("region", "period", "kind", "size"))  # type: ignore[index]
    reported = table["said"].to_numpy()[:, listers] != SILENT  # type: ignore[index]
    mark = np.where(reported, REPORTED, WAS_SILENT) * looking[:, r, t, c].T
    history, inverse = np.unique(np.column_stack([r, c, v, mark]), axis=0, return_inverse=True)
    listing_class, class_author = _listing_classes(evidence, names, listers)
    nodes, weights = visibility_nodes(len(listers))
    return Histories(
        listers=listers,
        region=history[:, 0],
        kind=history[:, 1],
        size=history[:, 2],
        mark=history[:, 3:],
        context_region=context[:, 0],
        context_kind=context[:, 1],
        context_looking=context[:, 2:].astype(bool),
        cell_context=cell_context.ravel(),
        listing_class=listing_class,
        class_author=class_author,
        nodes=nodes,
        weights=weights,
    ), inverse.ravel()


def _listing_classes(evidence: Evidence, names: Names, listers: Ints) -> tuple[Ints, Ints]:
    """Group authors whose incidents every source lists with the same probability."""
    coverage = set(evidence.axes.sources["coverage"].iloc[listers])
    authors = pd.Series(names.authors, dtype=object)
    if "contenders_only" in coverage:
        label = authors
    elif "attributed_only" in coverage:
        label = (authors == OTHER).astype(str)
    else:
        label = authors.map(lambda _: "all")
    codes, uniques = pd.factorize(label)
    first = [int(np.argmax(codes == i)) for i in range(len(uniques))]
    return codes.astype(np.int64), np.array(first, np.int64)
