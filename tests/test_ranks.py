"""Ranks from draws: published answers, ties, constants, Monte-Carlo error."""

import numpy as np
import pytest
from draws import scores
from dtoscore.data.errors import DecisionError
from dtoscore.inference import chains
from dtoscore.inference.ranks import rank, rank_probabilities

SURGICAL = {
    "A": (0, 47), "B": (18, 148), "C": (8, 119), "D": (46, 810), "E": (8, 211), "F": (13, 196),
    "G": (9, 148), "H": (31, 215), "I": (14, 207), "J": (8, 97), "K": (29, 256), "L": (24, 360),
}  # fmt: skip


def surgical(seed=1, draws=10_000):
    """Mortality of the BUGS example's hospitals, unpooled, uniform prior: exact draws."""
    rng = np.random.default_rng(seed)
    columns = [rng.beta(r + 1, n - r + 1, (4, draws)) for r, n in SURGICAL.values()]
    return scores(np.stack(columns, axis=2), list(SURGICAL))


def test_surgical_p_worst_is_the_published_one():
    found = rank(surgical(), list(SURGICAL))["p_worst"]
    for name, published in {"H": 0.62, "B": 0.24, "K": 0.09, "J": 0.04}.items():
        assert float(found.sel(organization=name)) == pytest.approx(published, abs=0.01)
    assert float(found.sum()) == pytest.approx(1.0)


def test_mcse_of_independent_draws_is_binomial():
    result = rank(surgical(), list(SURGICAL)).sel(organization="H")
    p = float(result["p_worst"])
    assert float(result["p_worst_mcse"]) == pytest.approx(np.sqrt(p * (1 - p) / 40_000), rel=0.1)


def test_mcse_uses_the_ess_of_the_indicator():
    """The lead changes hands in long runs while each score moves freely."""
    rng = np.random.default_rng(3)
    leader = np.repeat(rng.integers(0, 2, (4, 50)), 20, axis=1)
    theta = rng.normal(size=(4, 1000, 1)) + np.stack([leader, 1 - leader], axis=2) * 0.5
    result = rank(scores(theta), ["a", "b"])
    p = float(result["p_worst"][0])
    expected = np.sqrt(p * (1 - p) / float(result["worst_ess"][0]))
    assert float(result["p_worst_mcse"][0]) == pytest.approx(expected)
    assert float(result["worst_ess"][0]) < 400
    assert float(chains.ess(theta, "mean")[0]) > 2000


def test_constant_indicator_has_the_rule_of_three_as_its_error():
    rng = np.random.default_rng(4)
    theta = rng.normal(size=(4, 500, 2)) + np.array([100.0, 0.0])
    result = rank(scores(theta), ["a", "b"])
    assert result["p_worst"].to_numpy().tolist() == [1.0, 0.0]
    assert result["p_worst_mcse"].to_numpy() == pytest.approx(3 / chains.ess(theta, "bulk"))


def test_ties_are_split_evenly():
    result = rank(scores(np.tile([5.0, 5.0, 1.0], (2, 10, 1))), ["a", "b", "c"])
    assert result["p_worst"].to_numpy().tolist() == [0.5, 0.5, 0.0]
    assert result["expected_rank"].to_numpy() == pytest.approx([1.5, 1.5, 3.0])
    assert result["rank_probability"].to_numpy() == pytest.approx(
        np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]])
    )
    assert result["p_higher"].to_numpy().tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert result["expected_loss"].to_numpy().tolist() == [0.0, 0.0, 4.0]
    assert result["sucra"].to_numpy() == pytest.approx([0.75, 0.75, 0.0])


def test_rank_probabilities_are_doubly_stochastic():
    theta = np.random.default_rng(5).integers(0, 4, (300, 6)).astype(float)
    table = rank_probabilities(theta)
    assert table.sum(axis=0) == pytest.approx(np.ones(6))
    assert table.sum(axis=1) == pytest.approx(np.ones(6))
    assert table[:, 0] == pytest.approx(rank(scores(theta[None]), list("abcdef"))["p_worst"])


def test_only_contenders_take_part():
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(2, 100, 3)) + np.array([0.0, 50.0, 0.0])
    result = rank(scores(theta), ["c", "a"])
    assert result["organization"].to_numpy().tolist() == ["c", "a"]
    assert float(result["p_worst"].sum()) == pytest.approx(1.0)
    assert result["rank"].to_numpy().tolist() == [1, 2]


@pytest.mark.parametrize("contenders", [[], ["b"]])
def test_none_or_one_contender(contenders):
    result = rank(scores(np.random.default_rng(7).normal(size=(2, 50, 2))), contenders)
    assert result.sizes["organization"] == len(contenders)
    assert result["p_worst"].to_numpy().tolist() == [1.0] * len(contenders)
    assert result["rank_probability"].shape == (len(contenders), len(contenders))


def test_a_score_that_is_no_number_is_refused():
    theta = np.ones((2, 10, 2))
    theta[1, 3, 1] = np.nan
    with pytest.raises(DecisionError, match="'b' is not a number"):
        rank(scores(theta), ["a", "b"])
    rank(scores(theta), ["a"])
    with pytest.raises(DecisionError, match="'z' has no score"):
        rank(scores(theta), ["z"])


def test_convergence_of_two_valued_and_constant_quantities():
    rng = np.random.default_rng(8)
    half = np.tile([0.0, 1.0], (4, 500))[:, rng.permutation(1000)]
    stuck = np.repeat(np.arange(4.0)[:, None], 1000, axis=1)
    draws = np.stack([half, np.full((4, 1000), 7.0), stuck], axis=2)
    rhat = chains.rhat(draws)
    assert rhat[0] == pytest.approx(1.0, abs=0.01)
    assert np.isnan(rhat[1])
    assert rhat[2] > 10
    assert chains.ess(draws, "tail")[1] == 4000
    assert np.isnan(chains.rhat(draws[:, :3])).all()


def test_regions_are_ranked_as_organizations_are():
    theta = np.random.default_rng(9).normal(size=(2, 300, 3))
    names = ["MX-SIN", "MX-CHH", "MX-DUR"]
    of_regions = rank(scores(theta, names).rename(organization="region"), names)
    of_organizations = rank(scores(theta, names), names)
    assert of_regions["worst"].dims == ("chain", "draw", "region")
    assert of_regions.rename(region="organization").identical(of_organizations)
    with pytest.raises(DecisionError, match="region 'MX-SON' has no score"):
        rank(scores(theta, names).rename(organization="region"), ["MX-SON"])
