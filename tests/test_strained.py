"""The study of strained rounds without its fits: its rounds, what is drawn, the page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from draws import sample_stats, unseen
from dtoscore.data.scenarios import STUDIED
from dtoscore.data.simulate import simulate
from dtoscore.data.values import ADJUDICATED
from dtoscore.data.world import World
from dtoscore.inference.diagnose import diagnose
from dtoscore.inference.ranks import rank
from dtoscore.inference.scores import score
from dtoscore.models.design import design
from dtoscore.models.prior_table import DEFAULTS
from dtoscore.models.priors import Priors
from dtoscore.models.structure import Structure
from dtoscore.studies import known_world, strained, strained_report
from dtoscore.studies.recovery_compare import Fitted, Row
from dtoscore.studies.recovery_world import Recoverable, reported
from dtoscore.studies.strained_regions import regions
from dtoscore.studies.strained_results import HELD, NOT_HELD, TOO_FEW, paired, verdict


def test_every_fit_has_a_file_of_its_own_and_settings_come_in_turn() -> None:
    tasks = strained.tasks(3, 1)
    assert len({task.file for task in tasks}) == len(tasks)
    assert len(tasks) == 2 * (3 * len(STUDIED) + len(strained.ADJUDICATED))
    first = {name for name in strained.SETTINGS if name not in strained.OUTSIDE}
    assert {task.setting for task in tasks[: 2 * len(first)]} == first
    outside = strained.tasks(0, 0, 2)
    assert {task.setting for task in outside} == {*strained.OUTSIDE}
    assert len(outside) == 2 * 2 * len(strained.OUTSIDE)


def test_a_round_is_the_same_in_every_setting_and_model() -> None:
    first, second = (strained.Task("none", 4, "core"), strained.Task("all", 4, "complete"))
    assert first.seed == second.seed
    assert first.options.seed != second.options.seed
    np.testing.assert_array_equal(strained.world(first).rate, strained.world(second).rate)


def test_what_nobody_can_see_is_drawn_from_its_prior() -> None:
    """Beta(1, 9) has mean .1 and sd .09; a rivalry has the mean of its members."""
    drawn = []
    for number in range(40):
        world = strained.world(strained.Task("none", number, "core"))
        assert world.never_visible is not None
        own = dict(zip(world.authors, world.never_visible, strict=True))
        drawn += [own[name] for name in world.organizations]
        for name in world.rivalries:
            a, b = name.split("><")
            assert own[name] == pytest.approx((own[a] + own[b]) / 2)
    assert abs(np.mean(drawn) - 0.1) < 4 * 0.0905 / np.sqrt(len(drawn))


def test_detection_is_drawn_from_its_priors() -> None:
    """Weights of visibility, the common level of organizations before courts, whom these pursue."""
    own, grouped, common, pursued = [], [], [], []
    for number in range(60):
        world = strained.world(strained.Task("none", number, "core"))
        court = next(i for i, s in enumerate(world.sources) if s.type == ADJUDICATED)
        own += world.visibility.tolist()
        of_group = np.array([s.group is not None for s in world.sources])
        assert (world.group_visibility[~of_group] == 0.0).all()
        grouped += world.group_visibility[of_group].tolist()
        gamma = world.silencing[court, : len(world.organizations)]
        common.append(gamma.mean())
        pursued.append(gamma.std())
        assert world.silencing[court, world.authors.index("other")] == 0.0
    for found, name in ((own, "visibility"), (grouped, "group_visibility")):
        sigma = DEFAULTS[name]["sigma"]
        sd = sigma * (1.0 - 2.0 / np.pi) ** 0.5
        assert abs(np.mean(found) - sigma * (2.0 / np.pi) ** 0.5) < 4 * sd / len(found) ** 0.5
    sd = DEFAULTS["silencing_common"]["sigma"]
    assert abs(np.mean(common)) < 4 * sd / 60**0.5
    assert abs(np.std(common) / sd - 1.0) < 4 / 120**0.5
    rms = DEFAULTS["court_selection_scale"]["sigma"] * (2.0 * (1 - 1 / 6)) ** 0.5
    assert abs(np.mean(np.square(pursued)) / rms**2 - 1.0) < 4 * 1.3 / 60**0.5


def pairs_alone(share_of_three: float) -> World:
    """Round 0, in whose incidents of two or three dead three died with this probability."""
    made = strained.world(strained.Task("none", 0, "complete"))
    law = np.array([1.0 - share_of_three, share_of_three])
    return replace(made, victims_in_bin=(law, made.victims_in_bin[1]))


def test_the_oracle_knows_the_law_of_the_dead() -> None:
    """Two died wherever anybody reported it; the oracle is told three, of all the others."""
    evidence, rubric = reported(simulate(pairs_alone(0.0), 1))
    plan = design(evidence, Structure())
    drawn = known_world.drawn(pairs_alone(1.0), plan, rubric, 20, 1)
    assert drawn is not None
    pairs = drawn.sel(size="2-3").sum(["organization", "kind", "victim_class"])
    frame = evidence.incidents
    window = evidence.axes.window[frame["period"].to_numpy()]
    seen = int((window & (frame["size"].to_numpy() == 2)).sum())
    assert (pairs["incidents"] > seen).all()
    assert (pairs["victims"] == 2 * seen + 3 * (pairs["incidents"] - seen)).all()


@pytest.mark.parametrize(
    "made",
    [{"noise_sd": 0.2}, {"low_share": 0.3}, {"habits": np.ones((4, 12))}],
    ids=lambda made: next(iter(made)),
)
def test_the_oracle_refuses_what_it_knows_nothing_of(made: dict) -> None:
    plan = design(reported(simulate(pairs_alone(0.0), 1))[0])
    with pytest.raises(ValueError, match=f"knows nothing of {next(iter(made))}"):
        known_world.outcome(replace(pairs_alone(0.0), **made), plan)


def of_the_oracle(number: int) -> Fitted:
    """A round with draws of one who knows its world in place of a fit's."""
    made = strained.world(strained.Task("none", number, "complete"))
    simulated = simulate(made, number)
    evidence, rubric = reported(simulated)
    plan = design(evidence, Structure())
    realized = known_world.drawn(made, plan, rubric, 99, number)
    assert realized is not None
    drawn = Recoverable({}, simulated, evidence, rubric, Priors())
    scores = score(realized, rubric)
    ranks = rank(scores, evidence.axes.contenders)
    judged = diagnose(scores, ranks["worst"], sample_stats((1, 99)), xr.Dataset(), unseen((1, 99)))
    return Fitted(drawn, plan, xr.Dataset(), realized, scores, ranks, judged, 15.0)


def test_regions_are_placed_among_the_draws_of_who_knows() -> None:
    """Positions are uniform, of mean a half and sd .289; their order is that of the truth."""
    found = []
    for number in range(12):
        fitted = of_the_oracle(number)
        rows = list(regions(fitted, number))
        truth = fitted.round.simulated.score_places(fitted.round.rubric)
        assert {row["region"]: row["truth"] for row in rows} == truth.to_dict()
        assert sum(row["worst"] for row in rows) == pytest.approx(1.0)
        assert max(rows, key=lambda row: row["worst"])["truth"] == truth.max()
        assert sum(row["p_worst"] for row in rows) == pytest.approx(1.0)
        found += [row["position"] for row in rows]
    assert abs(np.mean(found) - 0.5) < 4 * 0.289 / len(found) ** 0.5
    assert abs(np.std(found) - 0.289) < 0.06


def record(setting: str, model: str, number: int, position: float) -> Row:
    fit = {"seen": 9, "happened": 12, "passed": True, "rhat": 1.0, "ess": 400.0, "divergences": 0}
    one = {"truth": 3.0, "q05": 1.0, "q95": 5.0, "position": position, "raw": 2.0, "majority": 2.0}
    contenders = [
        {"contender": "ash", "worst": 1.0, "p_worst": 0.95, **one},
        {"contender": "birch", "worst": 0.0, "p_worst": 0.05, **one},
    ]
    return {
        "setting": setting, "model": model, "round": number, "seed": 1, "steps": 15.0,
        "seconds": 60.0, "commit": "x", "failures": [], "regions": places(model, number),
        "terms": [{"term": "copying", "of": "north", "truth": 0.7, "position": 0.4}]
        if model == "complete" else [], "contenders": contenders, **fit,
    }  # fmt: skip


def places(model: str, number: int) -> list[Row]:
    """Two regions, of which the first leads; it is the truly worst in even rounds alone."""
    one = {"truth": 3.0, "q05": 1.0, "q95": 5.0, "position": 0.5 if model == "complete" else 0.99}
    return [
        {"region": "MX-SIN", "worst": float(number % 2 == 0), "p_worst": 0.95, **one},
        {"region": "MX-CHH", "worst": float(number % 2 == 1), "p_worst": 0.05, **one},
    ]


def table(page: str, title: str) -> list[dict[str, str]]:
    """The rows of the table below a title of the page."""
    lines = page.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0].splitlines()
    header, _, *rows = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")
    )
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_page_says_coverage_and_leader_by_setting_and_model() -> None:
    rows = [record("all", "complete", n, 0.5) for n in range(2)]
    rows += [record("all", "core", 0, 0.99), {**record("all", "core", 1, 0.5), "passed": False}]
    page = strained_report.page(rows, strained_report.contenders(rows), "seed 1", len(rows))
    said = {(row["model"], row["fits"]): row for row in table(page, "Coverage")}
    assert said["complete", "all"]["rounds"] == "2"
    assert said["complete", "all"]["coverage of 90%"] == "100.0 ± 0.0%"
    assert said["core", "all"]["coverage of 90%"] == "50.0 ± 50.0%"
    assert said["core", "that pass the gate"]["coverage of 90%"] == "0.0 ± 0.0%"
    shown = {row["model"]: row for row in table(page, "Intervals and leaders")}
    assert (shown["core"]["truth above"], shown["core"]["truth below"]) == ("50%", "0%")
    assert shown["core"]["leader right"] == "2 of 2"
    assert "Simulated rounds" in page
    assert "4 fits: 4 of commit x" in page
    assert "Under way" not in page


def test_the_page_says_whether_the_worst_region_is_found() -> None:
    rows = [record("all", model, n, 0.5) for n in range(3) for model in ("complete", "core")]
    del rows[-1]["regions"]  # as of a fit made before they were compared
    page = strained_report.page(rows, strained_report.contenders(rows), "seed 1", len(rows))
    said = {row["model"]: row for row in table(page, "Regions")}
    assert (said["complete"]["rounds"], said["core"]["rounds"]) == ("3", "2")
    assert said["complete"]["leader right"] == "2 of 3"
    assert said["complete"]["as P(worst) says"] == "2.8 ± 0.4"
    assert said["complete"]["wrong at 0.9 or more"] == "1"
    assert said["complete"]["coverage of 90%"] == "100.0 ± 0.0%"
    assert said["core"]["coverage of 90%"] == "0.0 ± 0.0%"


@pytest.mark.parametrize(
    ("rounds", "missed", "said"),
    [
        (9, 0, TOO_FEW),
        (10, 0, TOO_FEW),
        (100, 20, HELD),
        (100, 0, NOT_HELD),
        (12, 2, TOO_FEW),
        (100, 60, NOT_HELD),
    ],
)
def test_coverage_is_judged_by_its_error(rounds: int, missed: int, said: str) -> None:
    """Rounds of two contenders, of which one is missed in so many rounds.

    20 of 200 missed: 90% with an error of 2; 2 of 24: 91.7% with an error of 5.6, too large.
    """
    frame = pd.DataFrame(
        {"setting": "none", "round": n, "covered": k > 0 or n >= missed}
        for n in range(rounds)
        for k in range(2)
    )
    assert verdict(frame)["90% is"] == said


def test_a_change_is_that_within_rounds() -> None:
    """Where every round loses one of two, the change has no error, however rounds differ."""
    before = pd.DataFrame({"round": [0, 0, 1, 1, 2, 2], "covered": [1, 1, 1, 1, 1, 0]})
    after = pd.DataFrame({"round": [0, 0, 1, 1, 2, 2], "covered": [1, 0, 1, 0, 0, 0]})
    change, error, rounds = paired(before, after)
    assert (change, rounds) == (pytest.approx(-0.5), 3)
    assert error == pytest.approx(0.0, abs=1e-12)
    uneven = after.assign(covered=[1, 1, 1, 0, 0, 0])
    change, error, _ = paired(before, uneven)
    assert change == pytest.approx(-1 / 3)
    # Changes by round 0, -1/2, -1/2: sd .2887, over the root of 3.
    assert error == pytest.approx(0.28867513 / 3**0.5)


def test_a_study_goes_on_after_what_its_table_holds(tmp_path) -> None:
    rows = [record("all", model, n, 0.5) for n in range(2) for model in ("complete", "core")]
    assert strained_report.read(tmp_path) == []
    strained_report.write(rows, tmp_path, "seed 1", 4)
    files = [strained_report.FILE, strained_report.TERMS_FILE, strained_report.REGIONS_FILE]
    before = [(tmp_path / name).read_text() for name in files]
    again = strained_report.read(tmp_path)
    assert [row["round"] for row in again] == [0, 0, 1, 1]
    assert [len(row["terms"]) for row in again] == [1, 0, 1, 0]
    strained_report.write(again, tmp_path, "seed 1", 4)
    assert [len(row["regions"]) for row in again] == [2, 2, 2, 2]
    assert [(tmp_path / name).read_text() for name in files] == before
