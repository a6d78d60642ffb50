"""A design cut to the scoring window: what a realized score needs, and no more."""

from dataclasses import replace

import numpy as np

from ..models.design import Design, Patterns
from ..models.histories import Histories
from ..models.statements import Statements


def in_window(plan: Design) -> Design:
    """Keep the window's cells and patterns, and the rows that these use.

    Axes stay whole, so that parameters fit as before; ``every`` are the window's patterns,
    ``counted`` those of them that the likelihood counts. Nothing is computed again.
    """
    window = plan.evidence.axes.window
    cells = np.flatnonzero(window[plan.cell_period])
    position = np.full(len(plan.cell_period), -1)
    position[cells] = np.arange(len(cells))
    histories, history = np.unique(_kept(plan.every, position).history, return_inverse=True)
    rows, row = np.unique(_kept(plan.every, position).attribution, return_inverse=True)
    every = replace(_moved(plan.every, position), history=history, attribution=row)
    counted = np.isin(every.row, plan.counted.row)
    return replace(
        plan,
        histories=_histories(plan.histories, histories, cells),
        statements=_statements(plan.statements, rows),
        every=every,
        counted=_taken(every, counted),
        cell_region=plan.cell_region[cells],
        cell_period=plan.cell_period[cells],
        cell_kind=plan.cell_kind[cells],
        log_factorials=plan.log_factorials[cells],
    )


def _taken(patterns: Patterns, rows: np.ndarray) -> Patterns:
    return Patterns(*(getattr(patterns, name)[rows] for name in Patterns.__dataclass_fields__))


def _kept(patterns: Patterns, position: np.ndarray) -> Patterns:
    return _taken(patterns, position[patterns.cell] >= 0)


def _moved(patterns: Patterns, position: np.ndarray) -> Patterns:
    kept = _kept(patterns, position)
    return replace(kept, cell=position[kept.cell])


def _histories(histories: Histories, rows: np.ndarray, cells: np.ndarray) -> Histories:
    """Keep the rows, contexts and spots that the window has."""
    contexts, context = np.unique(histories.cell_context[cells], return_inverse=True)
    spots, spot = np.unique(histories.context_spot[contexts], return_inverse=True)
    return replace(
        histories,
        spot_region=histories.spot_region[spots],
        spot_kind=histories.spot_kind[spots],
        spot_lag=histories.spot_lag[spots],
        spot_epoch=histories.spot_epoch[spots],
        spot_locale=histories.spot_locale[spots],
        spot=np.searchsorted(spots, histories.spot[rows]),
        size=histories.size[rows],
        victim_class=histories.victim_class[rows],
        mark=histories.mark[rows],
        context_spot=spot,
        context_looking=histories.context_looking[contexts],
        cell_context=context,
    )


def _statements(statements: Statements, rows: np.ndarray) -> Statements:
    return replace(
        statements,
        rows=statements.rows[rows],
        row_locale=statements.row_locale[rows],
        row_rivalry=statements.row_rivalry[rows],
        by_first=statements.by_first[rows],
        by_second=statements.by_second[rows],
    )
