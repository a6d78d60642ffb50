"""Histories as products of factors, laid out by place for the compiled loops.

A *place* is a (region, kind, epoch, size): with a class of victims, all that a source's probability
of reporting knows. Its *visits* (lag, locale) say how much of that is in and listed. In a visit a
history is a product of *factors*: lister ``s`` reported (factor ``2 s``), was silent
(``2 s + 1``), or a group gave an *answer*, a product over its members summed over what they share.
Histories of a visit have few different answers, so each is worked out once (``kernel_answers``).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Ints
from .design import Design
from .detection import Rows
from .histories import ABSENT, REPORTED, WAS_SILENT
from .kernel_answers import AnswerIndex, answer_index
from .kernel_runs import flat, ints, runs


class RowIndex(NamedTuple):
    """Where each history is, and which factors it has.

    Attributes
    ----------
    place, visit_start
        ``region, kind, epoch, size`` of each place, and where its visits begin.
    visit, start
        ``lag, locale`` of each visit, and where its rows begin.
    order, victim_class
        The history in each row; the class of each history.
    factor_start, factor
        Factors of each row in runs; answers are numbered within a visit, after the listers.
    reporter_start, reporter
        Listers that reported, of each row in runs.
    answer_start, answers
        Where the answers of each visit begin, and what they are made of.
    """

    place: Ints
    visit_start: Ints
    visit: Ints
    start: Ints
    order: Ints
    victim_class: Ints
    factor_start: Ints
    factor: Ints
    reporter_start: Ints
    reporter: Ints
    answer_start: Ints
    answers: AnswerIndex


def row_index(rows: Rows, design: Design) -> RowIndex:
    """Lay out histories by place and visit."""
    h = design.histories
    spot = rows.spot
    where = [h.spot_region[spot], h.spot_kind[spot], h.spot_epoch[spot], rows.size]
    visits = [h.spot_lag[spot], h.spot_locale[spot]]
    order = np.lexsort((*visits[::-1], *where[::-1]))
    table, mark = np.column_stack([*where, *visits])[order], rows.mark[order]
    visit, start = runs(table)
    place, visit_start = runs(visit[:, :4])
    reporters = np.where(mark == REPORTED, np.arange(mark.shape[1]), -1)
    alone = np.setdiff1d(np.arange(mark.shape[1]), h.grouped)
    answers, answer_start, parts = _answers(mark, start, h.groups)
    factors = np.column_stack([_factors(mark, alone), answers])
    return RowIndex(
        ints(place), ints(visit_start), ints(visit[:, 4:]), ints(start), ints(order),
        ints(rows.victim_class), *flat(factors), *flat(reporters), ints(answer_start),
        answer_index(parts, answer_start[visit_start], _may_hold(design)),
    )  # fmt: skip


def _factors(mark: Ints, listers: Ints) -> Ints:
    """Factor of each lister, -1 where it was not looking, shape (row, lister)."""
    chosen = mark[:, listers]
    return np.where(chosen == ABSENT, -1, 2 * listers + (chosen == WAS_SILENT))


def _answers(
    mark: Ints, start: Ints, groups: tuple[tuple[int, ...], ...]
) -> tuple[Ints, Ints, Ints]:
    """Answers of each row (-1: nobody was looking), where those of a visit begin, and their parts.

    Answers are numbered within a visit, from twice the number of listers.
    """
    n_row, n_lister = mark.shape
    if not groups:
        return np.empty((n_row, 0), int), np.zeros(len(start), int), np.empty((0, 0), int)
    visit = np.repeat(np.arange(len(start) - 1), np.diff(start))
    widest = max(map(len, groups))
    given = np.full((n_row, len(groups), 1 + widest), -1)
    for number, members in enumerate(groups):
        given[:, number, 0] = visit
        given[:, number, 1 : 1 + len(members)] = _factors(mark, np.array(members))
    said = (given[..., 1:] >= 0).any(axis=2)
    distinct, which = np.unique(given[said], axis=0, return_inverse=True)
    answer_start = np.searchsorted(distinct[:, 0], np.arange(len(start)))
    answers = np.full((n_row, len(groups)), -1)
    local = np.arange(len(distinct)) - answer_start[distinct[:, 0]]
    answers[said] = 2 * n_lister + local[which.ravel()]
    return answers, answer_start, distinct[:, 1:]


def _may_hold(design: Design) -> NDArray[np.bool_]:
    """Which listers may hold back what they saw: late, or not listing all."""
    listers = design.histories.listers
    partly = (design.evidence.axes.sources["coverage"].iloc[listers] != "all").to_numpy()
    return np.asarray(partly | design.around.delayed[listers], bool)
