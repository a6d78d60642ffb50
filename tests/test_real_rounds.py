"""The page of real rounds without its fits, and whose the unseen are."""

from pathlib import Path

import numpy as np
import pytest
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.division import division
from dtoscore.inference.fit import FitOptions
from dtoscore.models.design import design
from dtoscore.models.structure import CORE
from dtoscore.studies import real_report
from dtoscore.studies.recovery_compare import Row
from rounds import write_full_round


def record() -> Row:
    organization = {
        "organization": "ash", "p_worst": 0.93, "score_low": 10.0, "score": 20.0,
        "score_high": 30.0, "unseen_low": 1.0, "unseen": 2.0, "unseen_high": 3.0,
    }  # fmt: skip
    seen = {"check": "reported", "of": "ucdp", "observed": 7.0, "low": 4.0, "median": 6.0,
            "high": 9.0, "position": 0.6}  # fmt: skip
    return {
        "round": "2010", "variant": "with totals", "seconds": 60.0, "steps": 63.0, "passed": True,
        "failures": [], "rhat": 1.003, "ess": 512.0, "parameter_ess": 140.0, "divergences": 0,
        "status": "no_designation", "incidents": 9, "coarse": 3, "coarse_dead": 1200, "totals": 48,
        "organizations": [organization, {**organization, "organization": "elm", "p_worst": 0.001}],
        "predicted": [{**seen, "check": "official total", "of": "federal"}, seen],
    }  # fmt: skip


def test_the_page_says_fits_organizations_and_predictions(tmp_path: Path) -> None:
    real_report.write([record()], tmp_path, "commit x", FitOptions())
    page = (tmp_path / "real-rounds.md").read_text()
    assert "Real data, not simulated" in page
    assert "| ash | 0.93 | 20 (10 to 30) | 2 (1 to 3) |" in page
    assert "elm" not in page
    assert "3 (1,200)" in page
    assert page.index("| reported | ucdp | 7 | 6 (4 to 9) |") < page.index("| official total |")
    assert (tmp_path / "real-rounds.csv").read_text().count("\n") == 3


def test_shares_of_authors_add_up_and_follow_the_split(tmp_path: Path) -> None:
    """An organization's own is its own; a war's is divided by its split."""
    plan = design(tabulate(read_round(write_full_round(tmp_path / "round"))), CORE)
    found, names = division(plan), plan.names
    drawn = found.draw({"split": np.full(len(names.rivalries), 0.3)}, np.random.default_rng(1))
    shares = found.shares(drawn)
    np.testing.assert_allclose(shares[: names.n_plain], np.eye(names.n_plain))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    for d, (first, second) in enumerate(names.sides):
        if max(first, second) < names.n_plain:
            assert shares[names.n_plain + d, first] == pytest.approx(0.3)
            assert shares[names.n_plain + d, second] == pytest.approx(0.7)
