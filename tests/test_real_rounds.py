"""The page of real rounds without its fits, and what it says of the unseen."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from dtoscore.studies import real_report, real_rounds
from dtoscore.studies.recovery_compare import Row

OTHERS = ("a", "without official totals"), ("a", "with totals")


def record() -> Row:
    organization = {
        "organization": "ash", "p_worst": 0.93, "score_low": 10.0, "score": 20.0,
        "score_high": 30.0, "unseen_low": 1.0, "unseen": 2.0, "unseen_high": 3.0,
    }  # fmt: skip
    seen = {"check": "reported", "of": "ucdp", "observed": 7.0, "low": 4.0, "median": 6.0,
            "high": 9.0, "position": 0.6}  # fmt: skip
    return {
        "commit": "x", "sampled": "4 x (600 + 1500)", "accepted": 0.9,
        "seed": 1, "round": "2010", "variant": "with totals", "seconds": 60.0, "steps": 63.0,
        "passed": True, "failures": [], "rhat": 1.003, "ess": 512.0, "parameter_ess": 140.0,
        "divergences": 0, "status": "no_designation", "incidents": 9,
        "coarse": 3, "coarse_dead": 1200, "totals": 48,
        "organizations": [organization, {**organization, "organization": "elm", "p_worst": 0.001}],
        "predicted": [{**seen, "check": "official total", "of": "federal"}, seen],
    }  # fmt: skip


def test_the_page_says_fits_organizations_and_predictions(tmp_path: Path) -> None:
    real_report.write([record()], tmp_path)
    page = (tmp_path / "real-rounds.md").read_text()
    assert "Real data, not simulated" in page
    assert "| ash | 0.93 | 20 (10 to 30) | 2 (1 to 3) |" in page
    assert "elm" not in page
    assert "3 (1,200)" in page
    assert page.index("| reported | ucdp | 7 | 6 (4 to 9) |") < page.index("| official total |")
    assert "1 fits: 1 of commit x" in page


def test_what_an_earlier_page_holds_is_read_again(tmp_path: Path) -> None:
    """In the order of rounds, a fit with totals before the one without."""
    assert real_report.read(tmp_path) == []
    given = [record() | {"variant": v, "round": r} for r, v in (("b", "with totals"), *OTHERS)]
    real_report.write(given, tmp_path)
    assert real_report.read(tmp_path) == [given[2], given[1], given[0]]


def test_a_record_of_the_same_fit_is_taken_and_one_of_other_evidence_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, evidence = list[str](), ["e1"]

    def prepared(folder: Path) -> SimpleNamespace:
        settings = SimpleNamespace(risk_limit=0.05)
        round_ = SimpleNamespace(folder=folder, rubric="r", settings=settings)
        return SimpleNamespace(round=round_, work=Path(evidence[0]))

    def studied(whole: SimpleNamespace, variant: str, _: object) -> Row:
        made.append(f"{whole.round.folder.name} {evidence[0]}")
        row = record() | {"round": whole.round.folder.name, "variant": variant}
        return {key: value for key, value in row.items() if key != "commit"}

    monkeypatch.setattr(real_rounds.pipeline, "prepare", prepared)
    monkeypatch.setattr(real_rounds, "study", studied)

    def run(*rounds: str, work: str = "work", commit: str = "one") -> list[tuple[str, str]]:
        out, kept = ["--out", str(tmp_path / "out")], ["--work", str(tmp_path / work)]
        real_rounds.main([*rounds, *out, *kept, "--commit", commit])
        return [(row["round"], row["commit"]) for row in real_report.read(tmp_path / "out")]

    assert run("a", "b") == [("a", "one"), ("a", "one"), ("b", "one"), ("b", "one")]
    assert run("b", work="other", commit="two") == [*[("a", "one")] * 2, *[("b", "one")] * 2]
    assert made == ["a e1", "a e1", "b e1", "b e1"], "nothing was made again"
    evidence[0] = "e2"
    assert run("b", commit="two") == [*[("a", "one")] * 2, *[("b", "two")] * 2]
    assert made[4:] == ["b e2", "b e2"]


def test_the_unseen_are_counted_in_the_draws_that_are_scored() -> None:
    """Interval and median over all draws of both chains, each contender's own."""
    names, sample = ["ash", "elm"], ("chain", "draw", "organization")
    unseen = np.stack([np.arange(100).reshape(2, 50), np.full((2, 50), 7)], axis=2)
    realized = xr.Dataset({"unseen_incidents": (sample, unseen)}, {"organization": names})
    scores = xr.DataArray(10.0 * unseen, {"organization": names}, sample)
    ranks = xr.Dataset({"p_worst": ("organization", [0.9, 0.1])}, {"organization": names})
    prepared = SimpleNamespace(evidence=SimpleNamespace(axes=SimpleNamespace(contenders=names)))
    scored = SimpleNamespace(realized=realized, scores=scores, ranks=ranks)
    ash, elm = real_rounds._organizations(prepared, scored)
    assert (ash["unseen_low"], ash["unseen"], ash["unseen_high"]) == pytest.approx(
        (4.95, 49.5, 94.05)
    )
    assert (elm["unseen_low"], elm["unseen"], elm["unseen_high"]) == (7.0, 7.0, 7.0)
    assert ash["score"] == pytest.approx(495.0)
