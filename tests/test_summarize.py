"""The tables of a Summary, from draws whose every number is known."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from draws import sample_stats, unseen
from dtoscore.data.adding import PARTLY
from dtoscore.data.aggregates import Aggregates, Scope
from dtoscore.data.rounds import Round, Settings
from dtoscore.data.tabulate import COARSE
from dtoscore.inference.decide import Rule, decide
from dtoscore.inference.diagnose import diagnose
from dtoscore.inference.ranks import rank
from dtoscore.inference.regional import regional
from dtoscore.inference.scores import score
from dtoscore.inference.summarize import Parts, summarize
from dtoscore.models.design import design
from realizing import RUBRIC, Incident, evidence

WINDOW = (dt.date(2020, 2, 1), dt.date(2020, 3, 28))
INCIDENTS = (
    Incident(("a", "b"), victims=4),
    Incident(("a", None), period=2, region=1),
    Incident(("other", None), period=2, kind=1),
    Incident(("", "a"), period=0),
)
ENDED = pd.Timestamp("2009-12-31")
DIMS = ("organization", "kind", "victim_class", "size")
PLACE = ("region", *DIMS[1:])


def realized(chains=2, draws=300, seed=1):
    """a: 10 or 12 killings of one dead each; b: always 4; other: 50, one region, one period."""
    rng = np.random.default_rng(seed)
    number = np.zeros((chains, draws, 3), np.int64)
    number[..., 0] = 10 + 2 * rng.integers(0, 2, (chains, draws))
    number[..., 1], number[..., 2] = 4, 50
    shape = (chains, draws)
    counts = np.zeros((*shape, 3, 2, 3, 5), np.int64)
    counts[..., 0, 0, 1] = number
    region = np.stack([number - 1, np.ones_like(number)], axis=3)
    period = np.stack([np.full_like(number, 3), number - 3], axis=3)
    place = np.zeros((*shape, 2, 2, 3, 5), np.int64)
    place[..., 0, 0, 1] = region[:, :, :2].sum(axis=2)  # without other
    sample = ("chain", "draw")
    listed = np.stack([number[..., 0], np.full(shape, 7)], axis=2)
    return xr.Dataset(
        {
            "incidents": ((*sample, *DIMS), counts),
            "victims": ((*sample, *DIMS), counts),
            "incidents_by_region": ((*sample, "organization", "region"), region),
            "incidents_by_place": ((*sample, *PLACE), place),
            "victims_by_place": ((*sample, *PLACE), place),
            "incidents_by_period": ((*sample, "organization", "period"), period),
            "listed": ((*sample, "source"), listed),
            "accuracy": ((*sample, "source"), np.full((*shape, 2), 0.75)),
        },
        coords={
            "chain": np.arange(chains),
            "draw": np.arange(draws),
            "organization": ["a", "b", "other"],
            "kind": ["homicide", "terrorism"],
            "victim_class": ["trafficker", "journalist", "unknown"],
            "size": ["0", "1", "2-3", "4-7", "8+"],
            "region": ["R0", "R1"],
            "period": ["2020-02", "2020-03"],
            "source": ["s0", "s1"],
        },
        attrs={"classes_reported": False},
    )


def round_of(sources, folder=Path("nowhere"), names=("a", "b", "old")):
    organizations = pd.DataFrame(
        {
            "name": [f"The {name.upper()}" for name in names], "active_from": pd.NaT,
            "active_to": [ENDED if name == "old" else pd.NaT for name in names],
            "roll_up": False, "contender": True, "disputed": [() for _ in names],
        },
        index=pd.Index(names, name="id"),
    )  # fmt: skip
    settings = Settings(
        "r1", "Round one", WINDOW, dt.date(2020, 1, 1), dt.date(2020, 4, 1), "month", ("R0", "R1"),
        None, previous="r0", sequence=2,
    )  # fmt: skip
    reports = pd.DataFrame({"report_id": ["r0", "r1", "r2"]})
    return Round(settings, organizations, sources, reports, RUBRIC, folder, notes=("A note.",))


def parts(silence=("informative", "uninformative"), **changes):
    held = evidence(INCIDENTS, silence=silence, has_other=True)
    aside = pd.DataFrame(
        {
            "report_id": ["x", "y"], "row": [3, 9], "reason": [COARSE] * 2,
            "victims": [2, 3], "in_window": [True, False],
        }
    )  # fmt: skip
    held = replace(held, set_aside=aside, reports_in_window=(5, 10))
    counts = realized()
    points = score(counts, RUBRIC)
    ranks = rank(points, held.axes.contenders)
    good = diagnose(points, ranks["worst"], sample_stats((2, 300)), xr.Dataset(), unseen((2, 300)))
    made = Parts(
        round=round_of(held.axes.sources),
        plan=design(held),
        posterior=xr.Dataset(),
        prior=xr.Dataset(),
        profiles=xr.Dataset(),
        realized=counts,
        scores=points,
        ranks=ranks,
        regional=regional(counts, held, RUBRIC, good),
        decision=decide(points, ranks, good, (), (), Rule(0.05)),
        diagnostics=good,
        checks=(),
        seed=11,
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def summary():
    return summarize(parts())


def test_header(summary):
    header = summary.header
    assert (header.id, header.title, header.seed, header.sequence) == ("r1", "Round one", 11, 2)
    assert "2020-02-01 to 2020-03-28" in header.estimand
    assert "'tiny'" in header.estimand
    assert not header.is_simulated


def test_organizations(summary):
    frame = summary.organizations
    assert list(frame.index) == ["a", "b", "other"]
    assert frame["name"].tolist() == ["The A", "The B", "Others"]
    assert frame["contender"].tolist() == [True, True, False]
    assert frame.loc["a", ["q05", "q95"]].tolist() == [10.0, 12.0]
    assert 10 < frame.loc["a", "mean"] < 12
    assert frame.loc["b", ["mean", "sd", "q05", "q50"]].tolist() == [4.0, 0.0, 4.0, 4.0]
    assert frame["reported"].tolist() == [2, 1, 1]
    assert frame.loc["other", "incidents_q50"] == 50
    assert frame["p_worst"].tolist()[:2] == [1.0, 0.0]
    assert frame.loc["other", ["p_worst", "rank_mean", "expected_loss"]].isna().all()
    assert frame["rank_mean"].tolist()[:2] == [1.0, 2.0]


def test_ranks_and_pairs(summary):
    assert summary.rank_probabilities.to_numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert list(summary.rank_probabilities.columns) == [1, 2]
    assert summary.pairwise.loc["a", "b"] == 1.0
    assert summary.pairwise.loc["b", "a"] == 0.0


def test_sources(summary):
    frame = summary.sources
    # s0 lists all of a's incidents of the 14 or 16 of the roster
    assert frame.loc["s0", "detection_q05"] == pytest.approx(10 / 14)
    assert frame.loc["s0", "detection_q95"] == pytest.approx(12 / 16)
    assert np.isnan(frame.loc["s1", "detection_mean"])
    assert "its silence says nothing" in frame.loc["s1", "note"]
    assert "no other list tells" in frame.loc["s0", "note"]
    assert frame["accuracy_mean"].tolist() == [0.75, 0.75]
    assert frame["reports"].tolist() == [3, 1]


def test_a_source_that_never_looked_for_a_whole_period_has_no_detection():
    made = parts(("informative", "informative"))
    looking = made.evidence.looking.copy()
    looking[1] = False
    frame = summarize(replace(made, plan=design(replace(made.evidence, looking=looking)))).sources
    assert np.isnan(frame.loc["s1", "detection_mean"])
    assert "its silence says nothing" in frame.loc["s1", "note"]


def test_regions_leave_other_out(summary):
    frame = summary.regions
    assert frame.loc["R1", ["mean", "q05", "q95"]].tolist() == [2.0, 2.0, 2.0]
    assert frame["reported"].tolist() == [1, 1]
    assert frame.loc["R0", ["q05", "q95"]].tolist() == [12.0, 14.0]
    # One dead in each incident, weight 1: the score is the count.
    assert frame.loc["R0", ["score_q05", "score_q95"]].tolist() == [12.0, 14.0]
    assert frame.loc["R0", "share_q05"] == pytest.approx(12 / 14)
    assert frame.loc["R1", ["score_mean", "score_sd"]].tolist() == [2.0, 0.0]


def test_regions_without_enough_evidence_have_no_standing(summary):
    frame = summary.regions
    assert frame[["p_worst", "p_worst_mcse", "rank_mean"]].isna().all(axis=None)
    assert set(frame["note"]) == {"too little evidence there"}
    assert frame["sources"].tolist() == [2, 1]
    assert frame["overlap"].tolist() == [0, 0]


def test_timeline(summary):
    frame = summary.timeline
    assert frame[["period", "organization"]].to_numpy().tolist() == [
        ["2020-02", "a"], ["2020-02", "b"], ["2020-03", "a"], ["2020-03", "b"],
    ]  # fmt: skip
    assert frame["reported"].tolist() == [1, 1, 1, 0]
    assert frame["mean"].tolist()[0] == 3.0
    assert frame["q95"].tolist()[2:] == [9.0, 1.0]


def test_kinds_of_the_rubric(summary):
    frame = summary.kinds
    assert list(frame.index) == ["homicide", "terrorism"]
    assert frame["reported"].tolist() == [5, 0]
    assert frame.loc["homicide", ["q05", "q95"]].tolist() == [14.0, 16.0]
    assert frame.loc["terrorism", "mean"] == 0.0


def test_a_kind_that_no_report_speaks_of_was_not_estimated():
    counts = realized().isel(kind=[0])
    assert np.isnan(summarize(parts(realized=counts)).kinds.loc["terrorism", "mean"])


def test_set_aside_and_counts(summary):
    assert summary.set_aside.to_dict("records") == [{"reason": COARSE, "reports": 2, "victims": 5}]
    assert summary.set_aside_rows["report_id"].tolist() == ["x", "y"]
    assert summary.counts == {
        "reports": 3, "used": 1, "set_aside": 2, "incidents": 4, "patterns": 4,
        "reports_in_window": 5, "incidents_in_window": 3, "set_aside_victim_share": 0.2,
    }  # fmt: skip


def no_totals(made, series, **aside):
    """Series of which no total is used."""
    nothing = np.zeros(0, np.int64)
    return Aggregates(
        table=pd.DataFrame({"series": []}),
        scope=Scope(nothing, nothing, nothing, nothing, np.zeros(0)),
        authors=np.zeros((0, len(made.evidence.axes.authors)), bool),
        series=series,
        **aside,
    )


def test_totals_set_aside_are_told_beside_the_reports():
    made = parts()
    aside = pd.DataFrame(
        {
            "row": [4],
            "reason": [PARTLY],
            "victims": [40],
            "in_window": [True],
            "scope": ["residual"],
        }
    )
    none = pd.DataFrame(
        columns=["capture_mean", "capture_sd", "share_mean", "share_sd", "noise"], dtype=float
    )
    totals = no_totals(made, none, set_aside=aside, reported_in_window=40)
    held = replace(made.evidence, aggregates=totals)
    found = summarize(replace(made, plan=replace(made.plan, evidence=held)))
    assert found.set_aside.to_dict("records") == [
        {"reason": COARSE, "reports": 2, "victims": 5},
        {"reason": PARTLY, "reports": 1, "victims": 40},
    ]
    assert found.set_aside_rows.iloc[-1].to_dict() == {
        "report_id": "totals.csv", "row": 4, "reason": PARTLY
    }  # fmt: skip
    assert (found.counts["totals"], found.counts["set_aside"]) == (0, 2)
    assert found.counts["set_aside_victim_share"] == (2 + 40) / (10 + 40)


BELIEFS = {"capture": "capture_mean", "total_share": "share_mean", "total_noise": "noise"}


def _beliefs(
    parameter: str, declared: float | None, before: np.ndarray, after: np.ndarray
) -> list[str]:
    """Notes on one declared belief about a series, given draws of its prior and posterior."""
    made = parts()
    nothing = {"capture_mean": [None], "share_mean": [None], "noise": [0.0]}
    sds = {"capture_sd": [0.15], "share_sd": [0.15]}
    series = pd.DataFrame(nothing | sds | {BELIEFS[parameter]: [declared]}, ["sn"], dtype=float)
    nothing_aside = made.evidence.set_aside.iloc[:0].assign(scope="")
    totals = no_totals(made, series, set_aside=nothing_aside)
    plan = replace(made.plan, evidence=replace(made.evidence, aggregates=totals))
    dims = ("chain", "draw", "series")
    prior, posterior = (
        xr.Dataset({parameter: (dims, draws)}, {"series": ["sn"]}) for draws in (before, after)
    )
    notes = summarize(replace(made, plan=plan, posterior=posterior, prior=prior)).notes
    return [note for note in notes if note.startswith("Of series sn round.toml says that ")]


@pytest.mark.parametrize(
    ("parameter", "words"), [("capture", "it counts"), ("total_share", "the organizations' share")]
)
@pytest.mark.parametrize(
    ("declared", "found", "said"), [(0.5, 0.81, 1), (0.5, 0.19, 1), (0.5, 0.78, 0), (None, 0.85, 0)]
)
def test_a_declared_share_that_the_fit_left_is_a_note(parameter, words, declared, found, said):
    rng = np.random.default_rng(3)
    before, after = (rng.normal(mean, sd, (2, 900, 1)) for mean, sd in ((0.5, 0.15), (found, 0.05)))
    left = _beliefs(parameter, declared, before, after)
    assert len(left) == said
    assert all(words in note and f"the model finds {found:.2g} ± " in note for note in left), left
    assert all("0.5 ± 0.15;" in note for note in left), "as declared, not as drawn"


@pytest.mark.parametrize(("found", "said"), [(0.02, 1), (0.03, 0), (0.3, 0), (0.5, 1)])
def test_a_declared_noise_that_the_fit_left_is_a_note(found, said):
    """The prior is log-normal with an sd of .7 around what is declared: a factor of four is far."""
    rng = np.random.default_rng(3)
    before = np.exp(rng.normal(np.log(0.1), 0.7, (2, 20_000, 1)))
    after = rng.normal(found, 0.1 * found, (2, 900, 1))
    left = _beliefs("total_noise", 0.1, before, after)
    assert len(left) == said
    assert all("that its noise is 0.1;" in note for note in left), left


def test_notes(summary):
    assert summary.notes[0] == "A note."
    assert "old" in summary.notes[1]
    assert any("victim class" in note for note in summary.notes)


def test_no_contender():
    made = parts()
    held = replace(made.evidence, axes=replace(made.evidence.axes, contenders=()))
    ranks = rank(made.scores, ())
    bare = summarize(replace(made, plan=design(held), ranks=ranks))
    assert len(bare.rank_probabilities) == len(bare.timeline) == len(bare.baselines) == 0
    assert bare.organizations["p_worst"].isna().all()
