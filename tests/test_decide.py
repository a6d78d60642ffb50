"""The rule: candidate set, gates, statuses in their order, reasons."""

from dataclasses import replace

import numpy as np
import pytest
from draws import normal_scores, parameters, sample_stats, scores, unseen
from dtoscore.inference.decide import (
    MANDATORY,
    Rule,
    by_probability,
    candidate_set,
    decide,
    pending,
)
from dtoscore.inference.diagnose import diagnose
from dtoscore.inference.ranks import rank
from dtoscore.inference.sentences import Sentence
from dtoscore.inference.summary import FAIL, PASS, REVIEW, Check

ALL_PASS = tuple(Check(name, PASS, (Sentence("Fine."),)) for name in MANDATORY)
CLEAR = normal_scores([5.0, 0.0, 0.0, -2.0])
CLOSE = normal_scores([1.0, 0.5, -9.0, -9.0])
EVEN = normal_scores([0.0, 0.0, 0.0])
SHORT = (Sentence("Too little evidence: contenders: 1; the rubric asks for at least 2."),)


def judged(score, *, checks=ALL_PASS, shortfalls=(), rule=None, divergent=0, names=None):
    names = names if names is not None else score["organization"].to_numpy().tolist()
    ranks = rank(score, names)
    stats = sample_stats(divergent=divergent)
    good = diagnose(score, ranks["worst"], stats, parameters(), unseen())
    return decide(score, ranks, good, shortfalls, checks, rule or Rule(0.05))


def said(decision):
    return [str(reason) for reason in decision.reasons]


def test_all_gates_hold():
    decision = judged(CLEAR)
    assert (decision.status, decision.organization) == ("designated", "a")
    assert decision.candidates == ("a",)
    assert decision.reasons == ()
    assert decision.threshold == 0.99
    assert not decision.threshold_calibrated
    assert 0.99 < decision.coverage < 1


def test_checks_not_run_leave_a_candidate_at_most():
    decision = judged(CLEAR, checks=())
    assert (decision.status, decision.organization) == ("candidates", None)
    assert decision.candidates == ("a",)
    assert len(decision.reasons) == len(MANDATORY)
    assert all("was not run" in reason for reason in said(decision))
    assert [check.name for check in pending()] == list(MANDATORY)
    assert pending(ALL_PASS) == ()


def test_a_mandatory_check_is_known_by_its_name():
    run = Check("tipping points", PASS, (Sentence("Fine."),))
    assert [check.name for check in pending([run])] == [
        "calibration study", "leave one source out", "both visibility laws",
    ]  # fmt: skip


@pytest.mark.parametrize(("verdict", "status"), [(FAIL, "candidates"), (REVIEW, "designated")])
def test_a_failed_check_blocks_and_a_review_does_not(verdict, status):
    checks = (*ALL_PASS[1:], Check(MANDATORY[0], verdict, (Sentence("Hm."),)))
    assert judged(CLEAR, checks=checks).status == status


def test_candidate_set_holds_the_worst_surely_enough():
    decision = judged(CLOSE)
    assert decision.status == "candidates"
    assert set(decision.candidates) == {"a", "b"}
    assert decision.coverage >= 0.95
    assert any("Monte-Carlo error" in reason for reason in said(decision))
    assert any("holds 2 organizations" in reason for reason in said(decision))


def test_the_set_takes_the_monte_carlo_error_off_twice():
    """P(a) is .952: enough by itself, not enough less its error."""
    draws = np.zeros((4, 250, 3))
    draws[..., 0] = 1.0
    at = np.random.default_rng(3).permutation(1000)[:48]
    draws.reshape(-1, 3)[at, 1] = 2.0
    score = scores(draws)
    ranks = rank(score, list("abc"))
    assert float(ranks["p_worst"][0]) == pytest.approx(0.952)
    assert candidate_set(score, ranks, 0.05)[0] == ("a", "b")
    assert candidate_set(score, ranks, 0.07)[0] == ("a",)


def test_everybody_a_candidate_is_no_designation():
    decision = judged(EVEN)
    assert decision.status == "no_designation"
    assert decision.candidates == ()
    assert np.isnan(decision.coverage)
    assert "holds them all" in said(decision)[0]


def test_too_little_evidence_is_no_designation_with_its_reason():
    decision = judged(CLEAR, shortfalls=SHORT)
    assert (decision.status, decision.candidates) == ("no_designation", ())
    assert SHORT[0] in decision.reasons


def test_candidates_are_not_counted_where_none_are_published():
    decision = judged(CLOSE, shortfalls=SHORT)
    assert decision.status == "no_designation"
    assert not any("candidate set" in reason for reason in said(decision))
    fallen = judged(CLOSE, shortfalls=SHORT, rule=Rule(0.05, logged="d"))
    assert fallen.status == "retracted"
    assert not any("candidate set" in reason for reason in said(fallen))


def test_a_bad_fit_is_refused_before_anything_else():
    decision = judged(CLEAR, divergent=100, shortfalls=SHORT, rule=Rule(0.05, logged="b"))
    assert decision.status == "refused"
    assert "diverged" in said(decision)[0]
    assert not any("probability" in reason for reason in said(decision))


def test_a_logged_designation_falls_before_evidence_is_asked_for():
    decision = judged(CLEAR, shortfalls=SHORT, rule=Rule(0.05, logged="b"))
    assert (decision.status, decision.organization) == ("retracted", "b")
    assert "withdrawn" in said(decision)[0]
    assert decision.candidates == ()


def test_a_logged_designation_stands_between_the_two_thresholds():
    """Hysteresis: at .9 nobody would be designated anew, and nobody is retracted."""
    score = normal_scores([1.8, 0.0])
    assert 0.8 < float(rank(score, ["a", "b"])["p_worst"][0]) < 0.95
    assert judged(score, rule=Rule(0.15, logged="a")).status == "candidates"


def test_a_designated_one_that_is_no_contender_any_more():
    decision = judged(CLEAR, rule=Rule(0.05, logged="gone"))
    assert decision.status == "retracted"
    assert "no contender any more" in said(decision)[0]


def test_leaders_that_disagree():
    """b is obscure: mostly low, rarely huge; it leads by loss, not by probability."""
    rng = np.random.default_rng(5)
    draws = rng.normal([10.0, 8.0, -50.0], 0.1, (4, 1000, 3))
    draws[..., 1] = np.where(rng.uniform(size=(4, 1000)) < 0.4, 40.0, draws[..., 1])
    decision = judged(scores(draws))
    assert any("not the same organization" in reason for reason in said(decision))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [([], "There is no contender."), (["a"], "There is only one contender.")],
)
def test_no_contender_or_one_is_an_honest_result(names, sentence):
    decision = judged(CLEAR, names=names)
    assert decision.status == "no_designation"
    assert said(decision)[0] == sentence


def test_reasons_name_no_organization():
    score = normal_scores([1.0, 0.5, 0.0]).assign_coords(organization=["alba", "costa", "faro"])
    for decision in (judged(score), judged(score, shortfalls=SHORT)):
        assert not any(k in r for k in ("alba", "costa", "faro") for r in said(decision))


def test_ties_are_ordered_by_name():
    score = scores(np.ones((4, 500, 3)), ["c", "a", "b"])
    assert by_probability(rank(score, ["c", "a", "b"])) == ["a", "b", "c"]


def test_a_lead_never_challenged_needs_draws_enough():
    """W is constant; 1 - 2 * 3 / 500 falls short of .99, 1 - 2 * 3 / 4000 does not."""
    few = normal_scores([50.0, 0.0], shape=(4, 125))
    ranks = rank(few, ["a", "b"])
    poor = diagnose(few, ranks["worst"], sample_stats((4, 125)), parameters((4, 125)), unseen())
    passed = replace(poor, passed=True)
    assert decide(few, ranks, passed, (), ALL_PASS, Rule(0.05)).status == "candidates"
    assert judged(normal_scores([50.0, 0.0])).status == "designated"
