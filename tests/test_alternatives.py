"""Parts of the model left out: in a run, in what its release says, and side by side."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dtoscore import cli
from dtoscore.data.rounds import INVENTED
from dtoscore.inference import alternatives, pipeline, switches
from dtoscore.inference.alternatives import COLUMNS, compare, structures, usual_parts
from dtoscore.inference.fit import FitOptions
from dtoscore.models.design import design
from dtoscore.models.structure import CORE, PARTS, Structure
from dtoscore.reports import compared
from dtoscore.reports.announcement import announcement
from dtoscore.reports.document import release_document
from dtoscore.reports.page import render_report
from dtoscore.reports.run import run, stored
from realizing import Incident, evidence
from rounds import write_small_round
from summaries import fake_summary
from test_pipeline import from_prior
from typer.testing import CliRunner

OPTIONS = FitOptions(draws=60, tune=10, chains=2, cores=1, seed=5)
REDUCED = Structure(visibility="two_class").without("silencing", "claims")


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch) -> list[Structure]:
    """Replace the sampler; the list holds the structure of every call."""
    calls: list[Structure] = []

    def fake(plan: Any, *rest: Any) -> Any:
        calls.append(plan.structure)
        return from_prior(plan, *rest)

    monkeypatch.setattr(pipeline, "sample", fake)
    return calls


def test_structures_that_are_compared_where_nobody_says_which() -> None:
    made = structures()
    assert list(made) == [
        "complete", "two_class", "without silencing", "without claims", "without groups", "core",
    ]  # fmt: skip
    assert made["complete"] == Structure()
    assert made["two_class"] == Structure(visibility="two_class")
    assert made["without claims"] == Structure().without("claims")
    assert made["core"] == CORE


def test_no_groups_are_left_out_of_a_round_without_groups() -> None:
    plan = design(evidence([Incident(("a",))]))
    assert usual_parts(plan) == ("silencing", "claims")
    assert "without groups" not in structures(usual=usual_parts(plan))


def test_each_part_that_is_named_is_an_alternative_of_its_own() -> None:
    made = structures(("delay", "noise"), "two_class")
    assert list(made) == ["complete", "two_class", "without delay", "without noise"]
    assert made["without noise"].delay
    assert list(structures(("delay",), "normal")) == ["complete", "without delay"]


def test_structures_differ_from_the_one_they_are_compared_with() -> None:
    made = structures(("delay",), base=REDUCED)
    assert made == {"complete": REDUCED, "without delay": REDUCED.without("delay")}


def test_a_structure_is_what_the_options_say_and_says_them() -> None:
    made = switches.structure_of(("claims", "silencing"), "two_class")
    assert made == REDUCED
    assert switches.left_out(made) == ("silencing", "claims")
    assert switches.options_of(made) == (
        "--visibility two_class --without silencing --without claims"
    )
    assert switches.notes(Structure()) == ()
    assert switches.options_of(Structure()) == ""
    assert len(switches.notes(made)) == 2


def test_every_structure_is_fitted_once_and_put_beside_the_others(
    tmp_path: Any, sampled: list[Structure]
) -> None:
    prepared = pipeline.prepare(write_small_round(tmp_path / "round"))
    made = {"complete": Structure(), "reduced": REDUCED}
    said: list[str] = []
    frame = compare(prepared, OPTIONS, made, said.append)
    assert sampled == [Structure(), REDUCED]
    assert tuple(frame.columns) == COLUMNS
    assert frame["structure"].tolist() == ["complete"] * 3 + ["reduced"] * 3
    assert sorted(frame["organization"][:3]) == ["juarez", "sinaloa", "zetas"]
    assert frame.groupby("structure")["p_worst"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert not frame["passed"].any()  # 120 draws are too few
    assert {"complete:", "reduced:"} <= set(said)
    assert compare(prepared, OPTIONS, made).equals(frame)
    assert len(sampled) == 2
    scored = pipeline.score(prepared, pipeline.fit(prepared, OPTIONS), OPTIONS).summary
    first = frame.set_index("organization").loc["sinaloa"].iloc[0]
    assert first["q95"] == scored.organizations.loc["sinaloa", "q95"]


def test_a_release_of_a_reduced_model_says_so_everywhere(
    tmp_path: Any, sampled: list[Structure]
) -> None:
    folder = write_small_round(tmp_path / "round")
    progress: list[str] = []
    whole, reduced = (
        run(folder, tmp_path / name, OPTIONS, progress.append, structure=structure)
        for name, structure in (("whole", None), ("reduced", REDUCED))
    )
    assert sampled == [Structure(), REDUCED]
    document = json.loads((reduced.folder / "release.json").read_text())
    assert document["structure"] == {
        "left_out": ["silencing", "claims"], "visibility": "two_class",
    }  # fmt: skip
    note = "Left out of the model in this run, to compare: silencing, claims."
    assert any(said.startswith(note) for said in document["notes"])
    assert any(said.startswith(note) for said in progress)
    settings = (reduced.folder / "input" / "settings.toml").read_text()
    assert "silencing = false" in settings
    page = (reduced.folder / "report.html").read_text()
    assert "Parts of the model were left out of this run" in page
    assert "easy and hard to see" in page
    quiet = (whole.folder / "report.html").read_text()
    assert "Parts of the model were left out" not in quiet
    assert json.loads((whole.folder / "release.json").read_text())["structure"]["left_out"] == []


def test_parameters_of_a_release_stand_beside_their_priors(
    tmp_path: Any, sampled: list[Structure]
) -> None:
    folder = run(write_small_round(tmp_path / "round"), options=OPTIONS).folder
    frame = pd.read_csv(folder / "tables" / "parameters.csv")
    assert {"silencing", "claim_false", "never_visible", "rate_intercept"} <= set(
        frame["parameter"]
    )
    # The fit to no data is the prior itself: no parameter moved.
    assert np.allclose(frame["prior_mean"], frame["mean"], rtol=1e-5)
    assert not frame["informed"].any()
    assert f"The model has {len(frame)} numbers in all" in (folder / "report.html").read_text()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_public_text_claims_nothing_for_parts_that_are_left_out(language: str) -> None:
    full = fake_summary()
    silent = replace(full, header=replace(full.header, left_out=PARTS))
    said, bare = (" ".join(announcement(s, language).paragraphs) for s in (full, silent))
    claim = {"en": "silences sources", "es": "silencia a las fuentes"}[language]
    assert claim in said
    assert claim not in bare
    assert {"en": "silencing by the perpetrator", "es": "el silenciamiento"}[language] in bare
    html = render_report(silent, dict.fromkeys(FIGURES, ("<svg></svg>", "<svg></svg>")), {})
    assert all(f"({part})" in html for part in PARTS)
    assert release_document(silent)["structure"]["left_out"] == list(PARTS)


FIGURES = (
    "worst", "scores", "ranks", "incidents", "sources", "regions", "region_scores", "timeline",
    "baselines",
)  # fmt: skip


def table(passed: tuple[bool, bool] = (True, True), second: float = 0.3) -> pd.DataFrame:
    rows = [
        ("complete", "a", 0.8, 3.0, 4.0, 5.0, passed[0]),
        ("complete", "b", 0.2, 1.0, 2.0, 3.0, passed[0]),
        ("core", "a", second, 3.0, 4.0, 5.0, passed[1]),
        ("core", "b", 1 - second, 3.0, 4.0, 5.0, passed[1]),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    return frame.assign(status=frame["passed"].map({True: "candidates", False: "refused"}))


def test_models_that_disagree_are_said_to() -> None:
    assert compared.sentences(table())[1:] == [
        "The likeliest worst is not the same in all models: the answer rests on what they assume."
    ]
    assert compared.sentences(table(second=0.7))[1:] == [
        "The likeliest worst is the same in all 2 models that can be used."
    ]


def test_a_fit_that_is_not_good_enough_has_no_probability() -> None:
    frame = table((True, False))
    assert compared.sentences(frame) == [
        "What would be announced: candidates by complete.",
        "1 fit is not good enough to be used: core.",
    ]
    assert [row["p_worst"] for row in compared.alternatives_document(frame)] == [
        0.8, 0.2, None, None,
    ]  # fmt: skip
    shown = compared.alternatives_table(frame)
    assert list(shown.columns[0].cells) == ["a", "", "b", ""]
    assert list(shown.columns[3].cells) == ["0.80", "–", "0.20", "–"]


def test_what_each_model_would_let_be_announced_is_said() -> None:
    frame = table()
    frame.loc[frame["structure"] == "core", "status"] = "no_designation"
    assert compared.sentences(frame)[:2] == [
        "What would be announced: candidates by complete; no designation by core.",
        "Where nobody may be named, P(worst) is part of the record and no finding.",
    ]


def call(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.mark.parametrize(("as_json", "passed"), [(True, True), (False, True), (False, False)])
def test_the_command_prints_what_was_compared(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, *, as_json: bool, passed: bool
) -> None:
    asked: dict[str, Structure] = {}

    def fake(_: Any, __: Any, made: dict[str, Structure], progress: Any) -> pd.DataFrame:
        asked.update(made)
        progress("fitting")
        return table((passed, True))

    monkeypatch.setattr(alternatives, "compare", fake)
    folder = write_small_round(tmp_path / "round")
    flags = ("--without", "silencing", "--visibility", "two_class")
    result = call("alternatives", str(folder), *flags, *(["--json"] if as_json else []))
    assert result.exit_code == (0 if passed else 3), result.output
    assert list(asked) == ["complete", "two_class", "without silencing"]
    assert "fitting\n" in result.stderr
    if as_json:
        document = json.loads(result.stdout)
        assert document["simulated"] is False
        rows = document["alternatives"]
        assert rows[0] == {
            "structure": "complete", "organization": "a", "p_worst": 0.8,
            "q05": 3.0, "q50": 4.0, "q95": 5.0, "passed": True,
            "status": "candidates",
        }  # fmt: skip
    else:
        assert "P(worst)" in result.stdout
        assert INVENTED not in result.stdout


@pytest.mark.parametrize("command", ["run", "fit", "score", "report", "alternatives"])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--without", "silencin"), "did you mean 'silencing'?"),
        (("--without", "plain"), "is no part of the model"),
        (("--visibility", "two"), "is no law of visibility"),
    ],
)
def test_what_is_no_part_is_wrong_usage(command: str, flags: tuple[str, str], said: str) -> None:
    result = call(command, "somewhere", *flags)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("command", ["run", "report"])
def test_commands_hand_the_structure_on(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    from dtoscore.reports import run as job

    made: dict[str, Any] = {}

    def fake(folder: Any, *_: Any, **rest: Any) -> Any:
        made.update(rest)
        return job.Released(folder, fake_summary())

    monkeypatch.setattr(job, "run", fake)
    flags = ("--without", "silencing", "--without", "claims", "--visibility", "two_class")
    assert call(command, "somewhere", *flags).exit_code == 0
    assert made["structure"] == REDUCED
    assert call(command, "somewhere").exit_code == 0
    assert made["structure"] == Structure()


def test_another_word_for_a_law_is_refused_and_not_the_normal_law() -> None:
    with pytest.raises(ValueError, match="'two-class'; it must be one of normal, two_class"):
        Structure(visibility="two-class")
    with pytest.raises(ValueError, match="it must be one of"):
        replace(Structure(), visibility="")


def test_fit_and_score_are_of_the_structure_that_is_asked_for(
    tmp_path: Any, sampled: list[Structure]
) -> None:
    folder = str(write_small_round(tmp_path / "round"))
    options = ("--draws", "60", "--tune", "10", "--chains", "2")
    assert call("fit", folder, *options, "--without", "claims").exit_code == 0
    assert sampled == [Structure().without("claims")]
    assert call("score", folder, *options, "--without", "claims").exit_code == 3
    other = call("score", folder, *options, "--without", "noise")
    assert other.exit_code == 1
    assert "--without noise" in other.stderr.replace("\n", " ")
    prepared = pipeline.prepare(folder, structure=Structure().without("claims"))
    assert stored(prepared, FitOptions(draws=60, tune=10, chains=2)) is not None
