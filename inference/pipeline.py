"""The flow from a round folder to a decision, stage by stage; what is done is not done again."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import xarray as xr

from ..data.doubts import doubts
from ..data.evidence import Evidence
from ..data.rounds import INVENTED, Round
from ..data.tabulate import tabulate
from ..models.design import Design, design
from ..models.priors import Priors
from ..models.reading import read
from ..models.structure import Structure
from . import store, switches
from .baselines import baseline_check
from .decide import Rule, by_probability, decide, pending
from .diagnose import sampler_check
from .fit import FitOptions, density, sample
from .minimum import found, shortfalls
from .other_law import answer, other_law
from .profile import profiles
from .regional import regional
from .standing import standing
from .summarize import Parts, summarize
from .summary import Check, Decision, Summary

__all__ = [
    "FitOptions",
    "Prepared",
    "Scored",
    "fit",
    "fits",
    "prepare",
    "restructured",
    "score",
    "stored",
]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A round ready to fit.

    Attributes
    ----------
    round, evidence, plan, priors, structure
        What was read, counted, laid out and believed.
    work
        Folder of the fits of this evidence with these priors; it may not exist yet.
    """

    round: Round
    evidence: Evidence
    plan: Design
    priors: Priors
    structure: Structure
    work: Path

    def settings(self) -> dict[str, object]:
        """Effective priors, rubric and roster, as plain values."""
        priors = {
            name: {"distribution": prior.distribution, **_given(prior.parameters)}
            for name, prior in self.priors.items()
        }
        return {
            "priors": priors,
            "structure": asdict(self.structure),
            "rubric": asdict(self.round.rubric),
            "roster": _roster(self.round),
        }


@dataclass(frozen=True)
class Scored:
    """What the draws say: counts, scores, ranks, decision, and all of it in small tables.

    ``places``: scores of regions (chain, draw, region).
    """

    realized: xr.Dataset
    scores: xr.DataArray
    places: xr.DataArray
    ranks: xr.Dataset
    decision: Decision
    summary: Summary


def prepare(
    folder: Path | str, progress: Progress | None = None, structure: Structure | None = None
) -> Prepared:
    """Read and count a round; nothing is sampled.

    Parameters
    ----------
    progress
        Called with every note on the round, so that they are read before a long fit.
    structure
        Which parts the model has; all by default.

    Raises
    ------
    InputError
        Where the round is at fault, all problems at once.
    """
    round_, priors = read(Path(folder))
    structure = structure or Structure()
    made = _prepared(round_, tabulate(round_), priors, structure)
    invented = (INVENTED,) if round_.is_simulated else ()
    idle = switches.idle(structure, round_, made.evidence)
    for note in (
        *invented,
        *round_.notes,
        *doubts(round_, made.evidence),
        *switches.notes(structure),
        *idle,
    ):
        _tell(progress, note)
    return made


def restructured(prepared: Prepared, structure: Structure) -> Prepared:
    """Take the same round, evidence and priors under another structure of the model."""
    return _prepared(prepared.round, prepared.evidence, prepared.priors, structure)


def reconsidered(prepared: Prepared, evidence: Evidence) -> Prepared:
    """Take the same round, priors and structure with other evidence, something of it left out."""
    return _prepared(prepared.round, evidence, prepared.priors, prepared.structure)


def _prepared(round_: Round, evidence: Evidence, priors: Priors, structure: Structure) -> Prepared:
    work = round_.folder / "work" / store.evidence_hash(evidence, priors, structure)
    plan = design(evidence, structure, priors)
    return Prepared(round_, evidence, plan, priors, structure, work)


def stored(prepared: Prepared, options: FitOptions) -> xr.DataTree | None:
    """Return the finished fit of this round with these options; None where there is none."""
    return store.load(store.path_of(prepared.work, options))


def fits(prepared: Prepared) -> list[dict[str, float]]:
    """How the finished fits of this round were sampled: draws, tune, chains, seed."""
    return store.recorded(prepared.work)


def fit(
    prepared: Prepared, options: FitOptions | None = None, progress: Progress | None = None
) -> xr.DataTree:
    """Draw from the posterior, or take the finished fit that is there.

    Parameters
    ----------
    progress
        Called with a sentence as the work goes on.

    Returns
    -------
    DataTree
        As stored in ``prepared.work``, whether it was made now or before.

    Raises
    ------
    InputError
        Where the fit that is there is damaged, or its folder cannot be written.
    ModelError
        Where the evidence can carry no model.
    FitError
        Where the sampler gave no draws.
    """
    options = FitOptions() if options is None else options
    done = stored(prepared, options)
    if done is not None:
        _tell(progress, f"the fit is already there, in {prepared.work}; it is not made again")
        return done
    store.record(prepared.work, options)  # first: what cannot be kept is not worth sampling
    tree = sample(prepared.plan, prepared.priors, options, progress)
    return store.save(tree, store.path_of(prepared.work, options))


def score(
    prepared: Prepared,
    posterior: xr.DataTree,
    options: FitOptions | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Realize, score, rank, decide and reduce to tables.

    Parameters
    ----------
    posterior
        As ``fit`` gives it.
    options
        Those of the fit: the seed of what is drawn here derives from theirs.
    progress
        Called with a sentence as the work goes on.

    Raises
    ------
    DecisionError
        Where a score is no number.
    """
    options = FitOptions() if options is None else options
    round_, evidence = prepared.round, prepared.evidence
    draws, stats = _group(posterior, "posterior"), _group(posterior, "sample_stats")
    _tell(progress, "drawing what happened in the window, reported and unreported")
    realized, scores, ranks, diagnostics = standing(
        draws, stats, prepared.plan, round_.rubric, options.seed
    )
    sampler = sampler_check(diagnostics)
    short = shortfalls(found(evidence), round_.rubric.evidence)
    places = regional(realized, evidence, round_.rubric, diagnostics)
    rule = Rule(round_.settings.risk_limit)
    decision = decide(scores, ranks, diagnostics, short, (sampler,), rule)
    _tell(progress, "asking what the data say of each parameter alone")
    alone = profiles(density(prepared.plan, prepared.priors), draws)
    parts = Parts(
        round=round_,
        plan=prepared.plan,
        posterior=draws,
        prior=_group(posterior, "prior"),
        profiles=alone,
        realized=realized,
        scores=scores,
        ranks=ranks,
        regional=places,
        decision=decision,
        diagnostics=diagnostics,
        checks=(sampler, _baselines(prepared, ranks, decision), *pending((sampler,))),
        seed=options.seed,
        other_law=_under_the_other_law(prepared, options, decision),
    )
    return Scored(realized, scores, places.scores, ranks, decision, summarize(parts))


def _under_the_other_law(prepared: Prepared, options: FitOptions, decision: Decision) -> str:
    """Say the answer of that fit, where it is there."""
    other = restructured(prepared, other_law(prepared.structure))
    tree = stored(other, options)
    return "" if tree is None else answer(tree, other.plan, prepared.round, options.seed, decision)


def _baselines(prepared: Prepared, ranks: xr.Dataset, decision: Decision) -> Check:
    leader = next(iter(by_probability(ranks)), None)
    return baseline_check(prepared.evidence, prepared.round.rubric, leader, decision)


def _group(tree: xr.DataTree, name: str) -> xr.Dataset:
    return tree[name].to_dataset().load() if name in tree.children else xr.Dataset()


def _given(parameters: Mapping[str, float]) -> dict[str, float]:
    """Parameters that are set; a NaN stands for one that is worked out from the evidence."""
    return {name: value for name, value in parameters.items() if not math.isnan(value)}


def _roster(round_: Round) -> dict[str, object]:
    contenders = set(round_.contenders())
    frame = round_.organizations.drop(columns="contender")
    return {
        str(name): {k: _plain(v) for k, v in row.items()} | {"contender": name in contenders}
        for name, row in frame.iterrows()
    }


def _plain(value: object) -> object:
    """Days as ISO text; what is not given as None."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return None if pd.isna(value) else value  # type: ignore[call-overload]


def _tell(progress: Progress | None, sentence: str) -> None:
    if progress is not None:
        progress(sentence)
