"""The recovery study without its fits: worlds from parameters, the oracle, the page."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.attribution import parse
from dtoscore.data.simulate import simulate
from dtoscore.models import attribution, joint, superposition
from dtoscore.models.design import design
from dtoscore.models.engine import NUMPY
from dtoscore.models.numbers import TAIL_GRID
from dtoscore.models.structure import CORE
from dtoscore.studies import (
    recovery,
    recovery_compare,
    recovery_report,
    recovery_size,
    recovery_table,
    recovery_world,
)
from scipy import stats

SMALL, MEDIUM, LARGER = recovery_size.SIZES

kept_round = cache(recovery_world.draw_round)


def drawn(size, seed):
    rng = np.random.default_rng(seed)
    params = recovery_world.draw_parameters(size, rng)
    return params, recovery_world.world(params, size, rng)


@pytest.mark.parametrize("size", recovery_size.SIZES, ids=lambda size: size.name)
def test_every_parameter_of_the_fit_is_drawn(size):
    params, _ = drawn(size, 1)
    listed = joint.parameters(size.plan, size.priors)
    listed += attribution.side_parameters(size.priors, size.plan) if size.rivals else []
    assert {p.name: p.shape for p in listed} == {name: v.shape for name, v in params.items()}


def test_a_kept_round_has_the_parameters_that_were_drawn():
    kept = kept_round(MEDIUM, 2)
    listed = joint.parameters(design(kept.evidence, CORE), MEDIUM.priors)
    assert {p.name: p.shape for p in listed} == {n: v.shape for n, v in kept.params.items()}


def test_the_intercepts_are_told_their_centre():
    assert np.exp(MEDIUM.priors["rate_total"]["mu"]) == pytest.approx(MEDIUM.incidents)
    assert np.exp(MEDIUM.priors["rivalry_total"]["mu"]) == pytest.approx(MEDIUM.clashes)


def test_a_world_says_what_its_parameters_say():
    params, world = drawn(MEDIUM, 3)
    q = superposition.quantities(params, MEDIUM.plan, NUMPY)
    assert world.authors == MEDIUM.plan.names.authors
    np.testing.assert_allclose(world.rate, np.exp(q.log_rate))
    np.testing.assert_allclose(world.unknown, q.unknown[:, 0])
    np.testing.assert_allclose(world.blame.sum(), 1.0)
    np.testing.assert_allclose(world.blame[-2:].sum(), params["blame_rivalry"])
    assert world.one_sided[-1] == attribution.ADJUDICATED_ONE_SIDED
    assert world.tail in TAIL_GRID
    assert world.victim_class.shape == (2, 6)


def test_clashes_are_told_as_the_model_has_it():
    params, world = drawn(MEDIUM, 3)
    own = params["side_selection"]
    (a, b), *_ = MEDIUM.rivals
    odds = params["split"][0] / (1 - params["split"][0]) * np.exp(own[a] - own[b])
    assert world.rivalries[0] == f"{world.organizations[a]}><{world.organizations[b]}"
    assert world.told_split[0] == pytest.approx(odds / (1 + odds))
    assert world.side_concentration == pytest.approx(float(params["side_concentration"]))
    assert world.sides_counted > 0


def test_without_rivalries_or_classes_a_world_has_none():
    _, world = drawn(SMALL, 3)
    assert world.rivalries == world.victim_classes == ()
    assert not world.one_sided.any()


def test_the_simulator_names_as_the_confusion_matrix_says():
    """Count what each source says of each author's incidents, against C (1 - u)."""
    params, world = drawn(MEDIUM, 5)
    few = np.zeros_like(world.rate)
    few[:, 0, 0, 0] = 4000.0
    whole = np.zeros_like(world.set_size)
    whole[:, 0] = 1.0
    seen = np.full_like(world.detection, 30.0)
    simulated = simulate(replace(world, rate=few, set_size=whole, detection=seen), 1)
    q = superposition.quantities(params, MEDIUM.plan, NUMPY)
    author = simulated.reports["incident_id"].map(simulated.incidents["author"])
    names = MEDIUM.plan.names.names
    for s, spec in enumerate(world.sources[:3]):
        mine = simulated.reports["source"] == spec.id
        table = pd.crosstab(author[mine], simulated.reports.loc[mine, "attribution"])
        table = table.reindex(index=list(world.authors), columns=["", *names], fill_value=0)
        share = table.to_numpy() / table.sum(axis=1).to_numpy()[:, None]
        u = q.unknown[s, 0][:, None]
        expected = np.hstack([u, (1 - u) * q.confusion[0, s]])
        np.testing.assert_allclose(share, expected, atol=5 * 0.5 / 4000**0.5)


def test_as_many_are_reported_as_the_mass_says():
    for seed in range(3):
        params, world = drawn(MEDIUM, seed)
        scale = 2000.0 / world.rate.sum()
        params["rate_intercept"] = params["rate_intercept"] + np.log(scale)
        params["rivalry_intercept"] = params["rivalry_intercept"] + np.log(scale)
        simulated = simulate(replace(world, rate=world.rate * scale), seed)
        q = superposition.quantities(params, MEDIUM.plan, NUMPY)
        expected = superposition.mass(q, MEDIUM.plan, NUMPY).sum()
        number = simulated.reports["incident_id"].nunique()
        assert abs(number - expected) < 4 * expected**0.5


def test_rounds_are_kept_by_their_reports():
    kept = kept_round(MEDIUM, 2)
    assert recovery_world.accepted(kept.evidence, MEDIUM)
    number = len(kept.evidence.incidents)
    assert not recovery_world.accepted(kept.evidence, replace(MEDIUM, seen=(0, number - 1)))
    assert not recovery_world.accepted(kept.evidence, replace(MEDIUM, rivals=((0, 1),)))
    axes = kept.evidence.axes
    single = tuple(text for text in axes.statements if not parse(text).members)
    no_sets = replace(kept.evidence, axes=replace(axes, statements=single))
    assert not recovery_world.accepted(no_sets, MEDIUM)


@pytest.mark.parametrize("size", recovery_size.SIZES, ids=lambda size: size.name)
def test_what_is_refused_unseen_would_have_been_refused(size):
    low, high = size.seen
    far = recovery_world.FAR
    many = stats.poisson.cdf(high, high + far * high**0.5)
    few = stats.poisson.sf(low - 1, max(low - far * low**0.5, 0.0))
    assert max(few, many) < recovery_world.FAR_CHANCE


def test_the_same_seed_draws_the_same_round():
    one, two = kept_round(SMALL, 1), recovery_world.draw_round(SMALL, 1)
    pd.testing.assert_frame_equal(one.simulated.reports, two.simulated.reports)


def test_the_oracle_holds_the_truth_as_often_as_it_says():
    """Positions of the truth among the oracle's draws are uniform; given the parameters the four
    of a round are independent but for whose each incident was."""
    rng = np.random.default_rng(1)
    positions = []
    for seed in range(40):
        kept = kept_round(SMALL, seed)
        plan, names = design(kept.evidence, CORE), list(SMALL.names)
        realized = recovery_compare.oracle(kept.params, plan, kept.rubric, 200, seed)
        scores = recovery_compare.score(realized, kept.rubric).sel(organization=names).to_numpy()[0]
        true = recovery_compare.true_scores(kept, names)
        positions += [
            recovery_compare.place(true[k], scores[:, k], rng)["position"] for k in range(4)
        ]
    inside = np.mean([0.05 <= p <= 0.95 for p in positions])
    assert abs(inside - 0.9) < 3 * 0.3 / len(positions) ** 0.5
    assert stats.kstest(positions, "uniform").pvalue > 1e-3


def test_listed_shares_count_the_organizations_incidents_of_the_window():
    kept = kept_round(SMALL, 1)
    table = kept.simulated.incidents
    own = table[table["in_window"] & (table["author"] != "other")].index
    reports = kept.simulated.reports
    first = reports[(reports["source"] == "north-press") & reports["incident_id"].isin(own)]
    assert recovery_compare.listed_shares(kept)[0] == pytest.approx(len(first) / len(own))


def test_ties_are_broken_at_random():
    rng = np.random.default_rng(1)
    places = [recovery_compare.place(0.0, np.zeros(99), rng)["position"] for _ in range(2000)]
    assert np.mean(places) == pytest.approx(0.5, abs=0.03)
    assert np.var(places) == pytest.approx(1 / 12, abs=0.01)
    assert recovery_compare.place(5.0, np.arange(10.0), rng)["q05"] == pytest.approx(0.45)


def test_tasks_take_the_sizes_in_turn_and_have_seeds_of_their_own():
    tasks = recovery.tasks(6, 2)
    assert [t.setting for t in tasks[:4]] == ["small", "medium", "larger", "small"]
    assert [t.setting for t in tasks[6:]] == [*recovery.VIOLATIONS] * 2
    assert len({t.seed for t in tasks}) == len({t.file for t in tasks}) == 10


def test_the_standard_error_is_clustered_by_round():
    frame = pd.DataFrame(
        {"setting": "small", "round": [0, 0, 1, 1, 2, 2], "covered": [1, 1, 1, 1, 0, 0]}
    )
    share, error = recovery_table.coverage(frame.astype({"covered": bool}))
    assert share == pytest.approx(2 / 3)
    hits = np.array([2, 2, 0]) - 2 * share
    assert error == pytest.approx((hits @ hits * 3 / 2) ** 0.5 / 6)


def record(setting, number, *, passed=True):
    rng = np.random.default_rng(number)
    contenders = [
        {
            "contender": name, "truth": 5.0 * k, "worst": float(k == 2), "q05": 1.0, "q95": 12.0,
            "position": rng.random(), "p_worst": (k + 1) / 6, "raw": 3.0 - k, "majority": 1.0,
        }
        | ({} if setting in recovery.VIOLATIONS else {
            "oracle_q05": 2.0, "oracle_q95": 9.0, "oracle_position": 0.4,
        })
        for k, name in enumerate("abc")
    ]  # fmt: skip
    place = {"truth": 0.5, "q05": 0.2, "q95": 0.7, "position": 0.6}
    return {
        "setting": setting, "round": number, "seed": 1, "tries": 2, "seen": 100, "happened": 120,
        "passed": passed, "rhat": 1.0, "ess": 500.0, "divergences": 0, "seconds": 3.0,
        "failures": [] if passed else ["The R-hat of score[a] is 2.000."],
        "contenders": contenders,
        "sources": [{"source": "s", "what": "right", **place}],
        "parameters": [{"parameter": "visibility", "level": 0, "position": 0.5}],
    }  # fmt: skip


def test_the_page_and_the_table_are_written(tmp_path):
    rows = [record(name, n) for n in range(3) for name in ("small", "medium", "larger")]
    rows += [record(name, 0, passed=False) for name in recovery.VIOLATIONS]
    recovery_report.write(rows, tmp_path, "commit abc, seed 1")
    table = pd.read_csv(tmp_path / "recovery.csv")
    assert len(table) == 3 * len(rows)
    assert table["width"].eq(11.0).all()
    text = (tmp_path / "recovery.md").read_text()
    assert "commit abc, seed 1" in text
    assert "9 of 11 fits pass" in text
    assert "by more than 10 standard deviations" in text
    assert "below\n1e-18" in text
    assert "- notoriety 0: The R-hat of score[a] is 2.000." in text
    assert "| small | 0 | c | c | a | a, b, c | 0.50 |" in text
