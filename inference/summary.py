"""All that a release says, reduced to small tables: reports only render it."""

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from ..models.structure import NORMAL
from .sentences import Sentence, english

PASS, REVIEW, FAIL, NOT_RUN = "PASS", "REVIEW", "FAIL", "NOT RUN"
REFUSED = "refused"
"""Status of a fit that says nothing of anybody."""
LEADING = frozenset({"designated", "candidates", "retracted"})
"""Statuses in which contenders may be put in order; in the others nobody leads anything."""


@dataclass(frozen=True)
class Check:
    """One item of the review: its verdict, what is said of it, and what it rests on.

    ``name`` is its identity, in files too; readers are told ``check_title`` of it.
    """

    name: str
    verdict: str
    sentences: tuple[Sentence, ...]
    table: pd.DataFrame | None = None

    @property
    def summary(self) -> str:
        """Its sentences, in English."""
        return english(self.sentences)


def check_title(name: str) -> Sentence:
    """Make of a check's name the words for it, which a catalogue holds as it does sentences."""
    return Sentence(name)


@dataclass(frozen=True)
class Diagnostics:
    """How good the fit is (docs/decision.md, gate 1).

    ``rhat_max`` and the ESS are those of scores and worst-indicators; of the model's
    parameters the largest R-hat and the smallest bulk ESS stand beside them. ``unseen_max``:
    the most unreported incidents that a draw expects.
    """

    passed: bool
    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    parameter_rhat_max: float
    parameter_ess_bulk_min: float
    divergences: int
    ebfmi_min: float
    unseen_max: float
    chains: int
    draws: int
    failures: tuple[Sentence, ...]
    table: pd.DataFrame
    """Index quantity ("score[cjng]", "worst[cjng]"): ``rhat, ess_bulk, ess_tail``."""


@dataclass(frozen=True)
class Decision:
    """Who may be named, and why not.

    ``status`` is designated, candidates, no_designation, refused or retracted;
    ``candidates`` holds the truth with probability ``coverage`` (its MCSE taken off twice).
    """

    status: str
    organization: str | None
    candidates: tuple[str, ...]
    coverage: float
    risk_limit: float
    threshold: float
    threshold_calibrated: bool
    reasons: tuple[Sentence, ...]

    @property
    def may_order(self) -> bool:
        """Whether it lets contenders be put in order at all."""
        return self.status in LEADING


@dataclass(frozen=True)
class Header:
    """Which round this is, and by which model.

    ``left_out``: parts of the model that this run leaves out (``models.structure.PARTS``);
    ``visibility``: the law of what all sources see or miss together.
    """

    id: str
    title: str
    window: tuple[dt.date, dt.date]
    history: dt.date
    as_of: dt.date
    period: str
    sequence: int
    previous: str | None
    is_simulated: bool
    seed: int
    rubric: str
    estimand: str
    left_out: tuple[str, ...] = ()
    visibility: str = NORMAL


@dataclass(frozen=True)
class Summary:
    """All that a release says.

    Attributes
    ----------
    header, decision, diagnostics, checks
        Small records.
    organizations
        Index ``organization`` (id; every roster organization, then "other" where it is on
        the axis): ``name, contender, mean, sd, q05, q25, q50, q75, q95`` (realized score),
        ``reported`` (incidents that any source attributes to it alone), ``incidents_mean,
        incidents_q05, incidents_q50, incidents_q95`` (realized), ``p_worst, p_worst_mcse,
        rank_mean, expected_loss`` (NaN for no contender).
    rank_probabilities
        Index contender, columns 1..n: P(rank).
    pairwise
        Index and columns contenders: P(row's score > column's).
    sources
        Index ``source``: ``name, type, reports, detection_mean, detection_q05,
        detection_q95, accuracy_mean, accuracy_q05, accuracy_q95, note``.
    series
        Index ``series``, of totals that the model used: ``totals, residual, victims, incidents,
        first, last``, and of capture, share and noise what is declared and found
        (``inference.series``).
    regions
        Index ``region``, of the roster's organizations together in the window (never of
        ``other``): ``name, reported`` (incidents), ``mean, q05, q95`` (realized incidents),
        ``score_mean, score_sd, score_q05, score_q25, score_q50, score_q75, score_q95``
        (realized score), ``share_mean, share_q05, share_q95`` (of the score of all regions;
        NaN where that is always 0), ``p_worst, p_worst_mcse, rank_mean`` (NaN where ``note``
        says why), ``sources, overlap`` (evidence there), ``rhat, ess_bulk, ess_tail, note``.
    timeline
        Columns ``period, organization, reported, mean, q05, q95``: incidents by month of
        the window, contenders.
    kinds
        Index ``kind``: ``title, unit, weight, reported, mean, q05, q95``.
    baselines
        Columns ``baseline, organization, value, leader`` (bool): raw counts, majority vote.
    set_aside
        Columns ``reason, reports, victims``; and the rows themselves in ``set_aside_rows``
        (``report_id, row, reason``).
    identification
        Columns ``parameter, moved, sentence``: what the data did not inform.
    parameters
        Columns ``parameter, dims, level, prior_mean, prior_sd, mean, sd, alone, moved, informed``:
        how far the data moved every parameter, all levels.
    notes
        Sentences the reader must see (rubric defaults, ignored columns, one source only).
    counts
        ``reports, used, set_aside, incidents, patterns`` of window and history, ``totals``
        (aggregates that are used) where there is a ``totals.csv``,
        ``reports_in_window, incidents_in_window, set_aside_victim_share`` of the window.
    """

    header: Header
    decision: Decision
    diagnostics: Diagnostics
    checks: tuple[Check, ...]
    organizations: pd.DataFrame
    rank_probabilities: pd.DataFrame
    pairwise: pd.DataFrame
    sources: pd.DataFrame
    series: pd.DataFrame
    regions: pd.DataFrame
    timeline: pd.DataFrame
    kinds: pd.DataFrame
    baselines: pd.DataFrame
    set_aside: pd.DataFrame
    set_aside_rows: pd.DataFrame
    identification: pd.DataFrame
    parameters: pd.DataFrame
    notes: tuple[str, ...] = ()
    counts: dict[str, float] = field(default_factory=dict)
