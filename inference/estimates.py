"""From draws to the tables of estimates: means and 90% intervals beside what was reported."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..data.attribution import OTHER
from ..data.evidence import Evidence
from ..data.regions import name_of
from ..data.rounds import Round
from ..models.design import Design
from . import reported
from .ranks import axis_of
from .regional import Regional
from .sources import source_quality
from .summary import Check, Decision, Diagnostics

LEVELS = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
NARROW = ("q05", "q95")
SAMPLE = ["chain", "draw"]


@dataclass(frozen=True)
class Parts:
    """All that a Summary is made of.

    Attributes
    ----------
    round, plan
        What was read, and the design of its evidence.
    posterior, prior
        Draws of the parameters; the prior may be empty.
    profiles
        Precision of each parameter's profile likelihood.
    realized, scores, ranks
        As ``realize``, ``scores.score`` and ``ranks.rank`` give them.
    regional
        The same of regions.
    decision, diagnostics, checks
        Records that the Summary holds as they are.
    seed
        Of the run.
    other_law
        What the answer is under the other law of visibility; "" where nobody asked.
    """

    round: Round
    plan: Design
    posterior: xr.Dataset
    prior: xr.Dataset
    profiles: xr.Dataset
    realized: xr.Dataset
    scores: xr.DataArray
    ranks: xr.Dataset
    regional: Regional
    decision: Decision
    diagnostics: Diagnostics
    checks: tuple[Check, ...]
    seed: int
    other_law: str = ""

    @property
    def evidence(self) -> Evidence:
        """What was counted."""
        return self.plan.evidence


def organizations(parts: Parts) -> pd.DataFrame:
    """Score, incidents and standing of every organization on the axis, and ``other``."""
    evidence = parts.evidence
    ids = [str(name) for name in parts.scores["organization"].to_numpy()]
    titles = parts.round.organizations["name"].to_dict() | {OTHER: "Others"}
    incidents = parts.realized["incidents"].sum(["kind", "victim_class", "size"])
    frame = pd.DataFrame(index=_index(ids, "organization"))
    frame["name"] = [str(titles[name]) for name in ids]
    frame["contender"] = [name in evidence.axes.contenders for name in ids]
    frame = frame.join(_score_columns(parts.scores))
    frame["reported"] = reported.by_organization(evidence).reindex(ids).to_numpy()
    frame["incidents_mean"] = _mean(incidents)
    for name in ("q05", "q50", "q95"):
        frame[f"incidents_{name}"] = _quantile(incidents, LEVELS[name])
    return frame.join(_standing(parts.ranks))


def _score_columns(scores: xr.DataArray) -> pd.DataFrame:
    """Say of scores of any axis: ``mean, sd`` and every level of ``LEVELS``."""
    columns = {"mean": _mean(scores), "sd": scores.std(SAMPLE).to_numpy()}
    columns |= {name: _quantile(scores, level) for name, level in LEVELS.items()}
    axis = axis_of(scores)
    return pd.DataFrame(columns, index=_index(scores[axis].to_numpy(), axis))


def _standing(ranks: xr.Dataset) -> pd.DataFrame:
    """What only those have that are ranked."""
    columns = {
        "p_worst": "p_worst",
        "p_worst_mcse": "p_worst_mcse",
        "rank_mean": "expected_rank",
        "expected_loss": "expected_loss",
    }
    axis = axis_of(ranks["worst"])
    values = {new: ranks[old].to_numpy().astype(float) for new, old in columns.items()}
    return pd.DataFrame(values, index=_index(ranks[axis].to_numpy(), axis))


def rank_probabilities(ranks: xr.Dataset) -> pd.DataFrame:
    """P(rank) of every contender."""
    index = _index(ranks["organization"].to_numpy(), "organization")
    columns = [int(n) for n in ranks["rank"].to_numpy()]
    return pd.DataFrame(ranks["rank_probability"].to_numpy(), index=index, columns=columns)


def pairwise(ranks: xr.Dataset) -> pd.DataFrame:
    """P(row's score > column's) of every pair of contenders."""
    names = [str(name) for name in ranks["organization"].to_numpy()]
    values = ranks["p_higher"].to_numpy()
    return pd.DataFrame(values, index=_index(names, "organization"), columns=names)


def sources(parts: Parts) -> pd.DataFrame:
    """Reports of the window, detection and accuracy of every source."""
    quality = source_quality(parts.realized)
    declared = parts.round.sources
    ids = [str(name) for name in quality["source"].to_numpy()]
    frame = pd.DataFrame(index=_index(ids, "source"))
    frame["name"] = declared["name"].reindex(ids).astype(object)
    frame["type"] = declared["type"].reindex(ids).astype(object)
    frame["reports"] = reported.by_source(parts.evidence).reindex(ids).to_numpy()
    silent = ~_listing(parts, ids)
    for part in ("detection", "accuracy"):
        # Of a source whose silence says nothing, how much it misses was not estimated.
        values = quality[part].where(~xr.DataArray(silent & (part == "detection"), dims="source"))
        frame[f"{part}_mean"] = _mean(values)
        for name in NARROW:
            frame[f"{part}_{name}"] = _quantile(values, LEVELS[name])
    frame["note"] = _source_notes(parts, ids)
    return frame


def _source_notes(parts: Parts, ids: list[str]) -> list[str]:
    declared = parts.round.sources.loc[ids]
    alone = len(parts.plan.histories.listers) == 1
    every = parts.evidence.axes.sources.index
    tested = np.isin(ids, every[reported.compared(parts.evidence)])
    notes = []
    rows = zip(_listing(parts, ids), tested, declared["coverage"], strict=True)
    for is_lister, is_compared, coverage in rows:
        said = {
            "attributed_only": "lists attributed incidents only",
            "organizations_only": "lists incidents of organizations only",
            "contenders_only": "lists incidents of contenders only",
        }.get(str(coverage), "")
        meaning = "its silence says nothing" if not is_lister else ""
        kept = "alone, so no other list tells what it misses" if alone and not meaning else ""
        untold = "" if is_compared else "no other names what it names, so its accuracy is assumed"
        notes.append("; ".join(part for part in (said, meaning, kept, untold) if part))
    return notes


def _listing(parts: Parts, ids: list[str]) -> NDArray[np.bool_]:
    """Whether the silence of each source means something in some period, shape (source,)."""
    sources = parts.evidence.axes.sources.index
    listers: NDArray[np.bool_] = np.isin(ids, sources[parts.plan.histories.listers])
    return listers


def regions(parts: Parts) -> pd.DataFrame:
    """Incidents and score of the roster's organizations together, by region of the window."""
    total = _roster(parts.realized["incidents_by_region"]).sum("organization")
    ids = [str(name) for name in total["region"].to_numpy()]
    frame = pd.DataFrame(index=_index(ids, "region"))
    frame["name"] = [name_of(name) for name in ids]
    frame["reported"] = reported.by_region(parts.evidence).reindex(ids).to_numpy()
    frame["mean"] = _mean(total)
    for name in NARROW:
        frame[name] = _quantile(total, LEVELS[name])
    return frame.join(_scores_of_regions(parts.regional))


def _scores_of_regions(regional: Regional) -> pd.DataFrame:
    """Score, share of the whole and standing; what may not be published is left empty."""
    scores = regional.scores
    whole = scores.sum("region")
    share = scores / whole.where(whole > 0)
    frame = _score_columns(scores).add_prefix("score_")
    frame["share_mean"] = _mean(share)
    for name in NARROW:
        frame[f"share_{name}"] = _quantile(share, LEVELS[name])
    standing = _standing(regional.ranks).drop(columns="expected_loss")
    return frame.join(standing[regional.published]).join(regional.table)


def timeline(parts: Parts) -> pd.DataFrame:
    """Incidents of every contender in every period of the window, period first."""
    counts = parts.realized["incidents_by_period"].sel(
        organization=list(parts.evidence.axes.contenders)
    )
    counts = counts.transpose("chain", "draw", "period", "organization")
    told = reported.by_period(parts.evidence)
    periods = [str(name) for name in counts["period"].to_numpy()]
    names = [str(name) for name in counts["organization"].to_numpy()]
    pairs = [(period, name) for period in periods for name in names]
    frame = pd.DataFrame(pairs, columns=["period", "organization"], dtype=object)
    frame["reported"] = told.loc[periods, names].to_numpy(np.int64).ravel()
    frame["mean"] = _mean(counts).ravel()
    for name in NARROW:
        frame[name] = _quantile(counts, LEVELS[name]).ravel()
    return frame


def kinds(parts: Parts) -> pd.DataFrame:
    """Every kind of the rubric; one that no report speaks of was not estimated (NaN)."""
    rubric = parts.round.rubric
    dims = ["organization", "victim_class", "size"]
    totals = {unit: _roster(parts.realized[unit]).sum(dims) for unit in ("victims", "incidents")}
    frame = pd.DataFrame(index=_index([kind.id for kind in rubric.kinds], "kind"))
    frame["title"] = [kind.title.get("en", kind.id) for kind in rubric.kinds]
    frame["unit"] = [kind.unit for kind in rubric.kinds]
    frame["weight"] = [kind.weight for kind in rubric.kinds]
    frame["reported"] = reported.by_kind(parts.evidence, rubric).to_numpy()
    counted = [totals[kind.unit].reindex(kind=[kind.id]).squeeze("kind") for kind in rubric.kinds]
    frame["mean"] = [float(_mean(values)) for values in counted]
    for name in NARROW:
        frame[name] = [float(_quantile(values, LEVELS[name])) for values in counted]
    return frame


def _roster(counts: xr.DataArray) -> xr.DataArray:
    """Leave ``other`` out."""
    names = [str(k) for k in counts["organization"].to_numpy() if k != OTHER]
    return counts.sel(organization=names)


def _mean(values: xr.DataArray) -> np.ndarray:
    """Mean over the draws that have a value; NaN where none has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return values.mean(SAMPLE).to_numpy()


def _quantile(values: xr.DataArray, level: float) -> np.ndarray:
    """Quantile over the draws that have a value; NaN where none has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return values.quantile(level, SAMPLE).to_numpy()


def _index(names: Iterable[object], name: str) -> "pd.Index[str]":
    return pd.Index([str(n) for n in names], name=name)
