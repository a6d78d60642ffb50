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
from numpy.typing import NDArray

from . import chains
from .ranks import RULE_OF_THREE
from .summary import FAIL, NOT_RUN, Check, Decision, Diagnostics

Floats = NDArray[np.float64]

UNCALIBRATED = 0.99
"""Threshold where no calibration study covers the round."""
RETRACT_BELOW = 0.80
"""A logged designation falls when its probability is surely below this."""
MANDATORY = (
    "calibration study",
    "tipping points",
    "leave one source out",
    "both visibility laws",
)
_PENDING: Mapping[str, str] = {
    "calibration study": "No study of wrong designations covers a round like this one.",
    "tipping points": "How much silencing or framing would change the leader was not computed.",
    "leave one source out": "What the result would be without each source was not computed.",
    "both visibility laws": "One law of how visible incidents are was used, not the other.",
}


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
    shortfalls: Sequence[str],
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
        return _decision(rule, "refused", (*diagnostics.failures, *shortfalls, *review))
    chosen, coverage = candidate_set(score, ranks, rule.risk_limit)
    everybody = len(chosen) == ranks.sizes["organization"]
    fallen = _fallen(ranks, rule)
    gates = (*_threshold(ranks, rule), *_leaders(ranks), *review, *shortfalls)
    reasons = (*fallen, *_several(chosen, everybody=everybody), *gates)
    nobody = everybody or bool(shortfalls)
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
    return tuple(Check(name, NOT_RUN, _PENDING[name]) for name in MANDATORY if name not in held)


def _coverage(worst: Floats, theta: Floats) -> float:
    """Lower bound of P(the worst is a member), shape (chain, draw, member) in."""
    held = worst.sum(axis=2, keepdims=True)
    p = float(held.mean())
    if chains.is_constant(held)[0]:
        return p - 2.0 * RULE_OF_THREE / float(chains.ess(theta, "bulk").min())
    return p - 2.0 * math.sqrt(p * (1.0 - p) / float(chains.ess(held, "mean")[0]))


def _threshold(ranks: xr.Dataset, rule: Rule) -> tuple[str, ...]:
    if not ranks.sizes["organization"]:
        return ()
    top = ranks.sel(organization=by_probability(ranks)[0])
    sure = float(top["p_worst"] - 2.0 * top["p_worst_mcse"])
    if sure >= rule.threshold:
        return ()
    label = "set by a calibration study" if rule.calibrated else "uncalibrated"
    return (
        (
            f"The highest probability of being the worst, less twice its Monte-Carlo error, is "
            f"{_down(sure)}; {rule.threshold:g} is required ({label})."
        ),
    )


def _leaders(ranks: xr.Dataset) -> tuple[str, ...]:
    """P(worst) alone rewards imprecision, so rank and loss must lead to the same."""
    if not ranks.sizes["organization"]:
        return ()
    best = (-ranks["p_worst"], ranks["expected_rank"], ranks["expected_loss"])
    agreed = np.logical_and.reduce([(v <= v.min() + 1e-12).to_numpy() for v in best])
    if agreed.any():
        return ()
    return (
        (
            "The leaders by probability, by expected rank and by expected loss are not the same "
            "organization."
        ),
    )


def _review(checks: Sequence[Check]) -> tuple[str, ...]:
    """Say which mandatory checks failed or were not run."""
    held = {check.name: check for check in (*checks, *pending(checks))}
    said = {NOT_RUN: "was not run", FAIL: "failed"}
    return tuple(
        f"The check '{name}' {said[held[name].verdict]}."
        for name in MANDATORY
        if held[name].verdict in said
    )


def _several(chosen: tuple[str, ...], *, everybody: bool) -> tuple[str, ...]:
    if everybody:
        counted = {0: "There is no contender.", 1: "There is only one contender."}
        all_of_them = "No contender can be told from the others: the candidate set holds them all."
        return (counted.get(len(chosen), all_of_them),)
    if len(chosen) == 1:
        return ()
    return (f"The candidate set holds {len(chosen)} organizations; one is required.",)


def _fallen(ranks: xr.Dataset, rule: Rule) -> tuple[str, ...]:
    """Say why the logged designation no longer holds; nothing where it does or there is none."""
    if rule.logged is None:
        return ()
    if rule.logged not in ranks["organization"].to_numpy().tolist():
        return ("The organization designated before is no contender any more.",)
    logged = ranks.sel(organization=rule.logged)
    most = float(logged["p_worst"] + 2.0 * logged["p_worst_mcse"])
    if not most < rule.retract_below:
        return ()
    return (
        (
            f"The probability of the designated organization, with twice its Monte-Carlo error, "
            f"is {_down(most)}; below {rule.retract_below:g} a designation is withdrawn."
        ),
    )


def _decision(
    rule: Rule,
    status: str,
    reasons: tuple[str, ...],
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


def _down(value: float) -> str:
    """Three decimals, rounded down, so that what falls short never reads as enough."""
    if not math.isfinite(value):
        return "not known"
    return f"{max(math.floor(value * 1000 + 1e-9), 0) / 1000:.3f}"
