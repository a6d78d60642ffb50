"""Who may be named: every gate of the rule, in its order (docs/decision.md).

The gates: the fit is good; P(worst) less twice its Monte-Carlo error reaches the threshold;
the leaders by probability, by rank and by loss agree; the mandatory checks ran and none
failed; the rubric's minimum of evidence is met. The first status that applies is the result:
refused, retracted, no_designation, designated, candidates.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..data.arrays import Floats
from . import chains
from .ranks import RULE_OF_THREE
from .sentences import Sentence, down
from .summary import FAIL, NOT_RUN, REFUSED, Check, Decision, Diagnostics, check_title

UNCALIBRATED = 0.99
"""Threshold where no calibration study covers the round."""
RETRACT_BELOW = 0.80
"""A logged designation falls when its probability is surely below this."""
_PENDING: Mapping[str, Sentence] = {
    "calibration study": Sentence("No study of wrong designations covers a round like this one."),
    "tipping points": Sentence(
        "How much silencing or framing would change the leader was not computed."
    ),
    "leave one source out": Sentence(
        "What the result would be without each source was not computed."
    ),
    "both visibility laws": Sentence(
        "One law of how visible incidents are was used, not the other."
    ),
}
MANDATORY = tuple(_PENDING)


@dataclass(frozen=True)
class Rule:
    """What a designation takes.

    Parameters
    ----------
    risk_limit
        Highest accepted chance of naming the wrong organization.
    threshold, calibrated
        Least P(worst) less twice its Monte-Carlo error, and whether a study set it.
    retract_below
        Below this a logged designation falls.
    logged
        The organization that an earlier look at this round designated.
    """

    risk_limit: float
    threshold: float = UNCALIBRATED
    calibrated: bool = False
    retract_below: float = RETRACT_BELOW
    logged: str | None = None


def decide(
    score: xr.DataArray,
    ranks: xr.Dataset,
    diagnostics: Diagnostics,
    shortfalls: Sequence[Sentence],
    checks: Sequence[Check],
    rule: Rule,
) -> Decision:
    """Apply the rule.

    The reasons name no organization: where nobody may be named, they may not either.

    Parameters
    ----------
    score, ranks
        Realized scores (chain, draw, organization), and what ``ranks.rank`` made of them.
    diagnostics
        Gate 1.
    shortfalls
        Sentences on the evidence that is missing, gate 5; empty where it is enough.
    checks
        The review; a mandatory check that is not among them was not run, gate 4.
    rule
        Risk limit and thresholds.
    """
    review = _review(checks)
    if not diagnostics.passed:
        # Nothing drawn from a failed fit is said, its probabilities least of all.
        return _decision(rule, REFUSED, (*diagnostics.failures, *shortfalls, *review))
    chosen, coverage = candidate_set(score, ranks, rule.risk_limit)
    everybody = len(chosen) == ranks.sizes["organization"]
    fallen = _fallen(ranks, rule)
    gates = (*_threshold(ranks, rule), *_leaders(ranks), *review, *shortfalls)
    nobody = everybody or bool(shortfalls)
    reasons = (*fallen, *_number(chosen, everybody=everybody, nobody=nobody), *gates)
    shown = ((), math.nan) if nobody else (chosen, coverage)
    if fallen:
        return _decision(rule, "retracted", reasons, rule.logged, *shown)
    if nobody:
        return _decision(rule, "no_designation", reasons)
    if not reasons:
        return _decision(rule, "designated", (), chosen[0], *shown)
    return _decision(rule, "candidates", reasons, None, *shown)


def candidate_set(
    score: xr.DataArray, ranks: xr.Dataset, risk_limit: float
) -> tuple[tuple[str, ...], float]:
    """Add contenders by falling P(worst) until the set holds the worst surely enough.

    Returns
    -------
    The set, and the mean of V less twice its Monte-Carlo error, where V is the sum of the
    members' W. The set of all contenders holds the worst with probability 1.
    """
    order = by_probability(ranks)
    worst = ranks["worst"].sel(organization=order).to_numpy()
    theta = score.sel(organization=order).transpose("chain", "draw", "organization").to_numpy()
    for n in range(1, len(order)):
        coverage = _coverage(worst[:, :, :n], theta[:, :, :n].astype(float))
        if coverage >= 1.0 - risk_limit:
            return tuple(order[:n]), coverage
    return tuple(order), 1.0 if order else math.nan


def by_probability(ranks: xr.Dataset) -> list[str]:
    """Contenders by falling P(worst); equal ones by expected rank, then by name."""
    names = [str(name) for name in ranks["organization"].to_numpy()]
    p, expected = ranks["p_worst"].to_numpy(), ranks["expected_rank"].to_numpy()
    key = {name: (-p[i], expected[i], name) for i, name in enumerate(names)}
    return sorted(names, key=key.__getitem__)


def pending(checks: Sequence[Check] = ()) -> tuple[Check, ...]:
    """List the mandatory checks that are not among these: they were not run."""
    held = {check.name for check in checks}
    return tuple(Check(name, NOT_RUN, (_PENDING[name],)) for name in MANDATORY if name not in held)


def _coverage(worst: Floats, theta: Floats) -> float:
    """Lower bound of P(the worst is a member), shape (chain, draw, member) in."""
    held = worst.sum(axis=2, keepdims=True)
    p = float(held.mean())
    if chains.is_constant(held)[0]:
        return p - 2.0 * RULE_OF_THREE / float(chains.ess(theta, "bulk").min())
    return p - 2.0 * math.sqrt(p * (1.0 - p) / float(chains.ess(held, "mean")[0]))


def _threshold(ranks: xr.Dataset, rule: Rule) -> tuple[Sentence, ...]:
    if not ranks.sizes["organization"]:
        return ()
    top = ranks.sel(organization=by_probability(ranks)[0])
    sure = float(top["p_worst"] - 2.0 * top["p_worst_mcse"])
    if sure >= rule.threshold:
        return ()
    studied, unstudied = Sentence("set by a calibration study"), Sentence("uncalibrated")
    label = studied if rule.calibrated else unstudied
    return (
        Sentence(
            "The highest probability of being the worst, less twice its Monte-Carlo error, is "
            "{sure}; {threshold:g} is required ({label}).",
            {"sure": _down(sure), "threshold": rule.threshold, "label": label},
        ),
    )


def _leaders(ranks: xr.Dataset) -> tuple[Sentence, ...]:
    """P(worst) alone rewards imprecision, so rank and loss must lead to the same."""
    if not ranks.sizes["organization"]:
        return ()
    best = (-ranks["p_worst"], ranks["expected_rank"], ranks["expected_loss"])
    agreed = np.logical_and.reduce([(v <= v.min() + 1e-12).to_numpy() for v in best])
    if agreed.any():
        return ()
    return (
        Sentence(
            "The leaders by probability, by expected rank and by expected loss are not the same "
            "organization."
        ),
    )


def _review(checks: Sequence[Check]) -> tuple[Sentence, ...]:
    """Say which mandatory checks failed or were not run."""
    verdicts = {check.name: check.verdict for check in (*checks, *pending(checks))}
    said = [_open(name, verdicts[name]) for name in MANDATORY]
    return tuple(sentence for sentence in said if sentence is not None)


def _open(name: str, verdict: str) -> Sentence | None:
    """Say what keeps a mandatory check from being passed; None where nothing does."""
    if verdict == NOT_RUN:
        return Sentence("The check '{check}' was not run.", {"check": check_title(name)})
    if verdict == FAIL:
        return Sentence("The check '{check}' failed.", {"check": check_title(name)})
    return None


def _number(chosen: tuple[str, ...], *, everybody: bool, nobody: bool) -> tuple[Sentence, ...]:
    """Say how many candidates there are, where that tells against a designation."""
    if everybody:
        return _everybody(chosen)
    return () if nobody else _several(chosen)


def _everybody(chosen: tuple[str, ...]) -> tuple[Sentence, ...]:
    counted = {
        0: Sentence("There is no contender."),
        1: Sentence("There is only one contender."),
    }
    all_of_them = Sentence(
        "No contender can be told from the others: the candidate set holds them all."
    )
    return (counted.get(len(chosen), all_of_them),)


def _several(chosen: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Count the candidates; said only where they are published."""
    if len(chosen) == 1:
        return ()
    return (
        Sentence(
            "The candidate set holds {number} organizations; one is required.",
            {"number": len(chosen)},
        ),
    )


def _fallen(ranks: xr.Dataset, rule: Rule) -> tuple[Sentence, ...]:
    """Say why the logged designation no longer holds; nothing where it does or there is none."""
    if rule.logged is None:
        return ()
    if rule.logged not in ranks["organization"].to_numpy().tolist():
        return (Sentence("The organization designated before is no contender any more."),)
    logged = ranks.sel(organization=rule.logged)
    most = float(logged["p_worst"] + 2.0 * logged["p_worst_mcse"])
    if not most < rule.retract_below:
        return ()
    return (
        Sentence(
            "The probability of the designated organization, with twice its Monte-Carlo error, "
            "is {most}; below {least:g} a designation is withdrawn.",
            {"most": _down(most), "least": rule.retract_below},
        ),
    )


def _decision(
    rule: Rule,
    status: str,
    reasons: tuple[Sentence, ...],
    organization: str | None = None,
    candidates: tuple[str, ...] = (),
    coverage: float = math.nan,
) -> Decision:
    return Decision(
        status=status,
        organization=organization,
        candidates=candidates,
        coverage=coverage,
        risk_limit=rule.risk_limit,
        threshold=rule.threshold,
        threshold_calibrated=rule.calibrated,
        reasons=reasons,
    )


def _down(value: float) -> Sentence | str:
    """Three decimals, rounded down, so that what falls short never reads as enough."""
    if not math.isfinite(value):
        return Sentence("not known")
    return down(max(value, 0.0), 3)
