"""The study of every term without its fits: what its rounds have, how coverage is counted."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.models import joint
from dtoscore.models.design import design
from dtoscore.models.priors import Priors
from dtoscore.models.structure import Structure
from every_term import PRIORS, SETTINGS, drawn, simulated
from study_of_every_term import by_parameter, compared, page
from tiny import PAPER, PRESS, Case


@pytest.mark.parametrize("name", SETTINGS)
def test_a_round_has_every_parameter_that_was_drawn_and_no_other(name: str) -> None:
    rng, case = np.random.default_rng(3), SETTINGS[name]
    truth = drawn(case, rng)
    found = simulated(case, truth, rng)
    listed = joint.parameters(design(found, case.structure), PRIORS)
    assert {p.name: p.shape for p in listed} == {k: np.shape(v) for k, v in truth.items()}
    assert len(found.incidents) > 20
    assert found.aggregates.table["count"].iloc[0] > 0


def test_settings_together_have_every_term() -> None:
    """All that has a prior, but for those of single levels and of log totals, and for what stands
    in the place of claims where there are none.
    """
    rng = np.random.default_rng(4)
    have = {name for case in SETTINGS.values() for name in drawn(case, rng)}
    assert set(Priors()) - have == {
        "right_adjudicated", "claim_false_other", "rate_total", "rivalry_total", "confusion",
    }  # fmt: skip


def test_more_incidents_come_of_larger_rates() -> None:
    """Counts follow what enumeration expects: doubled rates, doubled counts."""
    case = Case(("a", "b"), (PRESS, PAPER), ("a", "b"), n_period=2, structure=Structure())
    truth = drawn(case, np.random.default_rng(5))
    truth |= {"noise": np.array(0.01), "rate_intercept": np.array(4.0)}
    more = truth | {"rate_intercept": np.array(4.0 + np.log(2.0))}
    one, two = (
        sum(len(simulated(case, p, np.random.default_rng(s)).incidents) for s in range(6))
        for p in (truth, more)
    )
    assert one > 60
    assert abs(two / one - 2.0) < 4.0 * 2.0 * (1 / one + 1 / two) ** 0.5


@pytest.mark.parametrize("other_kind", [True, False])
def test_a_total_counts_the_dead_of_its_kind(other_kind: bool) -> None:
    """Where all happens in the other kind, none; else as many as are dead, captured, to a tenth."""
    case = Case(("a", "b"), (PRESS, PAPER), ("a", "b"), n_kind=2, structure=Structure())
    truth = drawn(case, np.random.default_rng(5))
    first = -30.0 if other_kind else 30.0
    truth |= {
        "rate_kind": np.array([first, -first]), "rate_intercept": np.array(4.0 - abs(first)),
        "rate_organization_kind": np.zeros((2, 2)), "noise": np.array(0.01),
        "never_visible": np.zeros(2), "detection": np.full(2, 20.0), "capture": np.ones(1),
        "total_noise": np.full(1, 0.001),
    }  # fmt: skip
    found = simulated(case, truth, np.random.default_rng(6))
    dead, counted = found.incidents["victims"].sum(), found.aggregates.table["count"].iloc[0]
    assert dead > 30
    assert counted == (0 if other_kind else pytest.approx(dead, rel=0.1))


def test_positions_are_shares_of_the_draws_below() -> None:
    draws = np.arange(20.0).reshape(2, 10, 1)
    posterior = xr.Dataset({"x": (("chain", "draw", "n"), draws)})
    (row,) = compared({"x": np.array([4.5])}, posterior)
    assert row["position"] == 0.25


def test_coverage_is_that_of_the_positions() -> None:
    """Uniform positions are covered nine times in ten, those at the ends never."""
    rng, rows = np.random.default_rng(6), []
    for n in range(400):
        common = {"setting": "s", "round": n, "incidents": 9, "rhat": 1.0, "seconds": 1.0,
                  "commit": "abc"}  # fmt: skip
        for name, at in (("fair", rng.random()), ("off", 0.99)):
            rows.append({**common, "parameter": name, "element": 0, "truth": rng.normal(),
                         "position": at, "mean": 0.0, "sd": 0.5})  # fmt: skip
    table = by_parameter(pd.DataFrame(rows)).set_index("parameter")
    fair = table.loc["fair"]
    assert abs(fair["coverage"] - 0.9) < 4 * 0.3 / 20
    assert fair["standard error"] == pytest.approx(0.015, abs=0.003)
    assert table.loc["off", "coverage"] == 0.0
    assert fair["told by the data"] == pytest.approx(0.5, abs=0.05)
    said = page(pd.DataFrame(rows), 400)
    assert "400 fits: 400 of commit abc" in said
    assert "Under way" not in said
    assert "Simulated data" in said
    assert "1 of 2 parameters are more than two clustered standard errors away" in said


def test_clashes_are_told_by_side_as_they_were_split() -> None:
    """Of the wars' own clashes, half of which are told: the mean of the beta-binomial law."""
    name = "two wars in two regions, their deaths by side, names of several"
    truth = drawn(SETTINGS[name], np.random.default_rng(7))
    truth |= {
        "split": np.array([0.8, 0.8]), "side_selection": np.zeros(3), "noise": np.array(0.01),
        "side_concentration": np.array(5.0), "rivalry_intercept": np.array(2.0),
        "rate_intercept": np.array(-20.0), "never_visible": np.zeros(3),
    }  # fmt: skip
    found = simulated(SETTINGS[name], truth, np.random.default_rng(8))
    wars = [found.axes.statements.index(text) for text in SETTINGS[name].rivalries]
    named = np.isin(found.said, wars).any(axis=1)
    sized = found.incidents[named & (found.incidents["size"] == 2)]
    told = found.incidents[found.incidents["rivalry"] >= 0]
    n = len(told)
    assert n > 200
    assert abs(n / len(sized) - 0.5) < 4 * 0.5 / len(sized) ** 0.5
    told = told[told["rivalry"] == 0]
    first = told["by_first"].to_numpy() / 2
    assert abs(first.mean() - 0.8) < 4 * first.std() / len(first) ** 0.5
    assert ((told["by_first"] + told["by_second"]) == 2).all()
