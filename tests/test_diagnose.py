"""The gate on the draws: what passes, what is refused, and what the sentences say."""

import numpy as np
import pytest
import xarray as xr
from draws import normal_scores, parameters, sample_stats, scores, unseen
from dtoscore.inference.diagnose import diagnose, sampler_check
from dtoscore.inference.ranks import rank
from dtoscore.inference.summary import FAIL, PASS, REVIEW
from dtoscore.reports.spanish import CATALOGUE


def diagnosed(score, stats=None, posterior=None, hidden=None):
    ranks = rank(score, score["organization"].to_numpy().tolist())
    stats = sample_stats((score.sizes["chain"], score.sizes["draw"])) if stats is None else stats
    posterior = parameters(stats["energy"].shape) if posterior is None else posterior
    hidden = unseen(stats["energy"].shape) if hidden is None else hidden
    return diagnose(score, ranks["worst"], stats, posterior, hidden)


def said(result):
    return [str(failure) for failure in result.failures]


def test_independent_draws_pass():
    result = diagnosed(normal_scores([1.0, 0.5, 0.0]))
    assert result.passed
    assert result.failures == ()
    assert result.rhat_max < 1.01
    assert result.ess_bulk_min > 3000
    assert result.ess_tail_min > 2000
    assert result.ebfmi_min > 1.5
    assert result.parameter_rhat_max < 1.01
    assert result.parameter_ess_bulk_min > 3000
    assert (result.chains, result.draws, result.divergences) == (4, 1000, 0)
    assert list(result.table.index) == [
        "score[a]", "score[b]", "score[c]", "worst[a]", "worst[b]", "worst[c]",
    ]  # fmt: skip
    assert list(result.table.columns) == ["rhat", "ess_bulk", "ess_tail"]
    assert sampler_check(result).verdict == PASS


def test_a_constant_indicator_has_no_rhat_and_passes():
    result = diagnosed(normal_scores([99.0, 0.0]))
    assert result.passed
    assert np.isnan(result.table.loc["worst[a]", "rhat"])
    assert np.isfinite(result.rhat_max)


def test_chains_that_disagree_fail():
    score = normal_scores([1.0, 0.0])
    score[0, :, 1] += 3.0
    result = diagnosed(score)
    assert not result.passed
    assert any(f.startswith("The R-hat of an organization's score is") for f in said(result))
    assert sampler_check(result).verdict == FAIL


def test_chains_that_stand_still_at_different_values_fail():
    values = np.random.default_rng(1).normal(size=(4, 500, 2))
    values[..., 1] = np.arange(4)[:, None] * 5.0
    result = diagnosed(scores(values))
    assert said(result)[0].startswith(
        "The R-hat of an organization's score is above 1000; at most 1.01"
    )


def test_an_indicator_that_mixes_worse_than_its_score_fails():
    rng = np.random.default_rng(3)
    leader = np.repeat(rng.integers(0, 2, (4, 20)), 50, axis=1)
    values = rng.normal(size=(4, 1000, 2)) * 0.01 + np.stack([leader, 1 - leader], axis=2)
    assert any(
        "ESS of whether an organization is the worst is" in f
        for f in said(diagnosed(scores(values)))
    )


def test_too_few_draws_fail():
    result = diagnosed(normal_scores([1.0, 0.0], shape=(2, 50)))
    assert any("bulk ESS" in f for f in said(result))
    tiny = diagnosed(normal_scores([1.0, 0.0], shape=(1, 3)))
    assert any("not defined" in f for f in said(tiny))
    assert not diagnosed(normal_scores([99.0], shape=(2, 50))).passed


@pytest.mark.parametrize(
    ("divergent", "passed", "verdict"), [(0, True, PASS), (4, True, REVIEW), (5, False, FAIL)]
)
def test_a_few_divergences_call_for_a_reviewer_more_refuse(divergent, passed, verdict):
    result = diagnosed(normal_scores([1.0, 0.0]), sample_stats(divergent=divergent))
    assert (result.passed, result.divergences) == (passed, divergent)
    assert sampler_check(result).verdict == verdict


def test_low_energy_fraction_fails_for_its_chain():
    stats = sample_stats()
    stats["energy"][2] = np.cumsum(stats["energy"][2].to_numpy())
    result = diagnosed(normal_scores([1.0, 0.0]), stats)
    assert [f for f in said(result) if f.startswith("E-BFMI of chain 3")]
    assert result.ebfmi_min < 0.3


def test_no_contender():
    score = normal_scores([1.0, 0.0])
    result = diagnose(score, rank(score, [])["worst"], sample_stats(), xr.Dataset(), unseen())
    assert result.passed
    assert np.isnan(result.rhat_max)
    assert np.isnan(result.parameter_rhat_max)
    assert len(result.table) == 0


def test_of_many_that_fail_the_worst_is_quoted():
    score = normal_scores([1.0, 0.0, -1.0])
    score[0, :, 1] += 3.0
    score[0, :, 2] += 1.0
    result = diagnosed(score)
    rhat = [f for f in said(result) if "R-hat" in f]
    assert len(rhat) == 1
    assert rhat[0].startswith("The R-hat of an organization's score is")
    assert rhat[0].endswith("more fall short).")


def test_a_parameter_whose_chains_part_fails_though_the_scores_agree():
    posterior = parameters()
    posterior["right"][0, :, 1] += 3.0
    result = diagnosed(normal_scores([1.0, 0.0]), posterior=posterior.transpose())
    assert result.rhat_max < 1.01 < 1.05 < result.parameter_rhat_max
    assert said(result)[0].startswith("The R-hat of right[weekly] is")
    assert "at most 1.05 is accepted of a parameter" in said(result)[0]
    assert not result.passed


def test_the_limits_of_parameters_are_wider_than_those_of_scores():
    posterior = parameters()
    posterior["level"][0] += 0.3
    found = diagnosed(normal_scores([1.0, 0.0]), posterior=posterior)
    assert 1.01 < found.parameter_rhat_max < 1.05
    assert found.passed


def test_a_parameter_that_hardly_moves_fails():
    rng = np.random.default_rng(4)
    steps = np.repeat(rng.normal(size=(4, 10)), 100, axis=1) + rng.normal(size=(4, 1000)) * 1e-3
    posterior = parameters(scale=(("chain", "draw"), steps))
    result = diagnosed(normal_scores([1.0, 0.0]), posterior=posterior)
    assert result.parameter_ess_bulk_min < 100
    slow = [f for f in said(result) if f.startswith("The bulk ESS of scale is")]
    assert slow[0].endswith("at least 100 is required of a parameter.")


def test_parameters_that_never_change_are_not_asked_for():
    fixed = xr.Dataset({"share": (("chain", "draw", "kind"), np.ones((4, 1000, 2)))})
    result = diagnosed(normal_scores([1.0, 0.0]), posterior=fixed)
    assert result.passed
    assert np.isnan(result.parameter_rhat_max)


def test_one_chain_fails():
    result = diagnosed(normal_scores([1.0, 0.0], shape=(1, 4000)), sample_stats((1, 4000)))
    assert said(result)[0] == "The number of chains is 1; at least 2 are required."


@pytest.mark.parametrize(("wild", "passed"), [(1e8, True), (1.1e8, False), (np.inf, False)])
def test_one_draw_with_absurdly_many_unreported_incidents_fails(wild, passed):
    hidden = unseen()
    hidden[2, 7] = wild
    result = diagnosed(normal_scores([1.0, 0.0]), hidden=hidden)
    assert result.passed == passed
    sentence = "In 1 of 4,000 draws more than 100,000,000 unreported incidents are expected; "
    assert passed or said(result)[0].startswith(sentence)
    assert result.unseen_max == wild or np.isnan(result.unseen_max)


def visible(name="visibility", most=2.58, share=0.06, **more):
    """Draws of two sources, the second of which is so often beyond the most."""
    values = np.random.default_rng(7).uniform(0.0, most, (4, 1000, 2))
    values[..., 1].flat[: round(4000 * share)] = most + 0.1
    dim = "lister" if name == "visibility" else "grouped"
    more = {key: (("chain", "draw"), value) for key, value in more.items()}
    posterior = parameters(**{name: (("chain", "draw", dim), values)}, **more)
    return posterior.assign_coords({dim: ["daily", "weekly"]})


@pytest.mark.parametrize(("name", "most"), [("visibility", 2.58), ("group_visibility", 1.29)])
def test_a_visibility_beyond_its_nodes_fails(name, most):
    shuffled = np.random.default_rng(8).permutation(4000)
    found = visible(name, most)
    found[name].to_numpy()[..., 1] = found[name].to_numpy()[..., 1].ravel()[shuffled].reshape(4, -1)
    result = diagnosed(normal_scores([1.0, 0.0]), posterior=found)
    (sentence,) = said(result)
    assert sentence.startswith(f"In 6.0% of the draws {name}[weekly] is above {most}, where the")
    assert sentence.endswith("too few nodes; at most 5% is accepted.")
    assert "weekly" in result.failures[0].translated(CATALOGUE)


def test_a_visibility_that_keeps_its_prior_passes():
    rng = np.random.default_rng(9)
    prior = np.abs(rng.normal(size=(4, 1000, 20)))
    posterior = parameters(visibility=(("chain", "draw", "lister"), prior))
    assert (prior > 2.58).mean(axis=(0, 1)).max() > 0.01, "some source is beyond by chance"
    assert diagnosed(normal_scores([1.0, 0.0]), posterior=posterior).passed


def test_two_classes_of_visibility_need_no_more_nodes():
    posterior = visible(share=0.5, low_share=np.random.default_rng(1).uniform(size=(4, 1000)))
    result = diagnosed(normal_scores([1.0, 0.0]), posterior=posterior)
    assert not any("nodes" in failure for failure in said(result))


def test_no_sentence_names_an_organization():
    score = normal_scores([1.0, 1.0])
    score[0] += 3.0 * xr.DataArray([0.0, 1.0], dims="organization")
    score = score.assign_coords(organization=["ibis", "magpie"])
    labels = {"rivalry": ["ibis><magpie"], "region": ["MX-SIN"], "name": ["ibis", "magpie"]}
    posterior = parameters(
        level=(("chain", "draw", "name"), np.arange(8000.0).reshape(4, 1000, 2)),
        rivalry_level=(("chain", "draw", "rivalry"), np.arange(4000.0).reshape(4, 1000, 1)),
        rivalry_region=(
            ("chain", "draw", "rivalry", "region"), np.arange(4000.0).reshape(4, 1000, 1, 1)
        ),
    ).assign_coords(labels)  # fmt: skip
    for name in ("level", "rivalry_level", "rivalry_region"):
        one = parameters().drop_vars(["level", "scale"]).assign({name: posterior[name]})
        found = diagnosed(score, posterior=one)
        assert len(found.failures) > 3
        shown = " ".join((*said(found), *(f.translated(CATALOGUE) or "" for f in found.failures)))
        assert "ibis" not in shown
        assert "magpie" not in shown
        assert f"The R-hat of {name}{'[MX-SIN]' * (name == 'rivalry_region')} is" in shown
        assert "score[magpie]" in found.table.index
