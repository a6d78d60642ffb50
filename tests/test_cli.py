"""The command: help, exit codes, what goes to stdout and what to stderr."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from dtoscore import cli
from dtoscore.cli.failures import Terminated
from dtoscore.data.errors import DecisionError, FitError, InputError, ModelError
from dtoscore.data.rounds import INVENTED
from dtoscore.reports.announcement import announcement
from dtoscore.reports.console import worst_table
from dtoscore.reports.document import release_document
from summaries import NAMES, fake_summary
from typer.testing import CliRunner

COMMANDS = [
    "run", "check", "fit", "score", "report", "alternatives", "simulate", "import ucdp",
    "import totals", "import relations",
]  # fmt: skip


def call(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.fixture(scope="module")
def small_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "round"
    result = call("simulate", str(folder), "--organizations", "3", "--incidents", "200")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace the main job by one that returns an invented summary at once."""
    from dtoscore.reports import run

    made: dict[str, Any] = {"summary": fake_summary()}

    def job(folder: Path, out: Path | None, options: Any, progress: Any, **rest: Any) -> Any:
        made.update(options=options, **rest)
        if progress is not None:
            progress("fitting")
        return run.Released(out or folder / "release", made["summary"])

    monkeypatch.setattr(run, "run", job)
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_it_does_with_an_example(command: str) -> None:
    for flag in ("-h", "--help"):
        result = call(*command.split(), flag)
        assert result.exit_code == 0
        assert f"Example: dtoscore {command}" in result.stdout


def test_no_command_is_missing_here() -> None:
    group: Any = typer.main.get_command(cli.app)
    names = [name for name in group.commands if name != "import"]
    names += [f"import {name}" for name in group.commands["import"].commands]
    assert names == COMMANDS


def test_version() -> None:
    from dtoscore import __version__

    assert call("--version").stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("import",),
        ("nonsense",),
        ("run",),
        ("run", "x", "--chains", "0"),
        ("run", "x", "--chains", "1"),
        ("score", "x", "--chains", "1"),
        ("run", "x", "--draws", "many"),
        ("run", "x", "--seed", "-1"),
        *(("simulate", "x", "--incidents", value) for value in ("inf", "nan", "1e300", "0")),
        *(("simulate", "x", "--lead", value) for value in ("inf", "nan", "1e300", "0")),
        *(("simulate", "x", "--framing", value) for value in ("nan", "1.5", "-0.1")),
        ("simulate", "x", "--delay", "inf"),
        ("import", "ucdp", "file", "folder"),
        ("import", "ucdp", "file", "folder", "--year", "2010", "--window", *["2010-01-01"] * 2),
        ("import", "ucdp", "file", "folder", "--window", "2010-01-01", "2010-13-01"),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("given", "both"),
    [((), False), (("--year", "2010", "--window", "2010-01-01", "2010-12-31"), True)],
)
def test_a_window_is_given_once(given: tuple[str, ...], both: bool) -> None:
    said = call("import", "ucdp", "file", "folder", *given).stderr
    assert "give the window as --year or as --window" in said
    assert ("not as both" in said) is both


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (InputError(["reports.csv row 3: no", "reports.csv row 9: no"]), 1, "row 3: no\nreports"),
        (ModelError("no report"), 1, "no report\n"),
        (DecisionError("no draws"), 1, "no draws\n"),
        (FitError("all chains stuck"), 3, "all chains stuck\n"),
        (PermissionError(13, "Permission denied", "/round"), 1, "/round: Permission denied\n"),
        (OSError(28, "No space left on device"), 1, "A file: No space left on device\n"),
        (
            KeyboardInterrupt(),
            130,
            "Stopped. Nothing of this command was finished, so nothing is kept; ",
        ),
        (Terminated(), 143, "Ended by SIGTERM. Nothing of this command was"),
    ],
)
def test_failures_are_sentences_on_stderr(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, code: int, said: str
) -> None:
    from dtoscore.reports import run

    def fail(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(run, "run", fail)
    result = call("run", "somewhere")
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


class Compiled:
    """Stands for compiled code: a signal raises inside it, a SystemError comes out."""

    def __init__(self, inside: BaseException, *, caused: bool) -> None:
        self.inside, self.caused = inside, caused

    def __call__(self, *_: Any, **__: Any) -> None:
        try:
            raise self.inside  # noqa: TRY301 - as the handler of a signal does
        except BaseException as stop:
            fault = SystemError("a function returned a result with an exception set")
            if self.caused:
                raise fault from stop
            raise fault  # noqa: B904 - the context alone must do


@pytest.mark.parametrize("caused", [True, False])
@pytest.mark.parametrize(
    ("inside", "code", "said"),
    [(Terminated(), 143, "Ended by SIGTERM. Noth"), (KeyboardInterrupt(), 130, "Stopped. Noth")],
)
def test_a_signal_in_compiled_code_is_that_signal(
    monkeypatch: pytest.MonkeyPatch, inside: BaseException, code: int, said: str, *, caused: bool
) -> None:
    from dtoscore.reports import run

    monkeypatch.setattr(run, "run", Compiled(inside, caused=caused))
    result = call("run", "somewhere")
    assert result.exit_code == code
    assert result.stderr.startswith(said)
    assert len(result.stderr.splitlines()) == 1


def test_another_system_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    from dtoscore.reports import run

    monkeypatch.setattr(run, "run", Compiled(ValueError(), caused=True))
    assert isinstance(call("run", "somewhere").exception, SystemError)


@pytest.mark.parametrize("stage", ["prepare", "fit", "score", "write_release"])
def test_stopped_it_says_what_is_kept_by_then(
    small_round: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """With the real path; before the draws are finished nothing is kept."""
    from dtoscore.inference import pipeline
    from dtoscore.reports import run

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    work = pipeline.prepare(small_round).work
    monkeypatch.setattr(pipeline, "fit", lambda *_: None)
    monkeypatch.setattr(
        pipeline, "score", lambda *_: SimpleNamespace(summary=None, scores=None, places=None)
    )
    monkeypatch.setattr(run if stage == "write_release" else pipeline, stage, stop)
    said = call("run", str(small_round)).stderr
    if stage in ("prepare", "fit"):
        assert "\nStopped. Nothing of this command was finished" in f"\n{said}"
    else:
        assert f"\nStopped. The draws are kept in {work} and the same command" in f"\n{said}"


@pytest.mark.parametrize("command", ["run", "check", "fit", "score", "report"])
def test_a_folder_that_is_not_there_exits_1(command: str, tmp_path: Path) -> None:
    result = call(command, str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert result.stderr
    assert result.stdout == ""


def test_check_of_a_good_round(small_round: Path) -> None:
    result = call("check", str(small_round))
    assert result.exit_code == 0
    assert f"{small_round} is valid: " in result.stdout
    assert "3 contenders" in result.stdout
    answer = json.loads(call("check", str(small_round), "--json").stdout)
    assert answer["valid"] is True
    assert answer["contenders"] == 3
    assert len(answer["contender_ids"]) == 3
    assert f"Contenders: {', '.join(answer['contender_ids'])}." in result.stdout
    assert answer["simulated"] is True
    assert result.stdout.startswith(INVENTED)


def test_check_lists_every_problem(small_round: Path, tmp_path: Path) -> None:
    for path in small_round.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "sources.csv").unlink()
    (tmp_path / "organizations.csv").unlink()
    result = call("check", str(tmp_path))
    assert result.exit_code == 1
    assert "sources.csv" in result.stderr
    assert "organizations.csv" in result.stderr
    answer = call("check", str(tmp_path), "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["problems"] == result.stderr.splitlines()


def test_run_prints_the_table_and_where_the_release_is(released: dict[str, Any]) -> None:
    result = call("run", "somewhere", "--seed", "5", "--chains", "2", "--draws", "50")
    assert result.exit_code == 0
    assert "P(worst)" in result.stdout
    assert "Cártel del Alba" in result.stdout
    assert "Candidates: " in result.stdout
    assert "The release is in somewhere/release" in result.stdout
    assert result.stderr == "fitting\n"
    options = released["options"]
    assert (options.seed, options.chains, options.draws) == (5, 2, 50)
    assert released["refit"] is True


def test_quiet_says_nothing_on_stderr(released: dict[str, Any]) -> None:
    assert call("run", "somewhere", "--quiet").stderr == ""


def test_report_never_samples(released: dict[str, Any], tmp_path: Path) -> None:
    result = call("report", "somewhere", "--out", str(tmp_path / "draft"))
    assert result.exit_code == 0
    assert "draft" in result.stdout
    assert released["refit"] is False


@pytest.mark.parametrize("command", ["run", "report"])
def test_the_release_before_is_handed_on(released: dict[str, Any], command: str) -> None:
    call(command, "somewhere", "--previous", "elsewhere/release")
    assert released["previous"] == Path("elsewhere/release")


def test_json_on_stdout_is_what_release_json_holds(released: dict[str, Any]) -> None:
    document = json.loads(call("run", "somewhere", "--json").stdout)
    assert document["schema"] == "dtoscore/release/1"
    assert document["decision"]["status"] == "candidates"


def test_a_fit_that_is_not_good_enough_exits_3(released: dict[str, Any]) -> None:
    released["summary"] = fake_summary("refused")
    result = call("run", "somewhere")
    assert result.exit_code == 3
    assert "No result: " in result.stdout
    assert "P(worst)" not in result.stdout
    assert "The release is in" in result.stdout


@pytest.mark.parametrize(("status", "code"), [("refused", 3), ("candidates", 0)])
def test_score_exits_as_run_does(
    monkeypatch: pytest.MonkeyPatch, small_round: Path, status: str, code: int
) -> None:
    from dtoscore.inference import pipeline
    from dtoscore.reports import run

    scored = SimpleNamespace(summary=fake_summary(status))
    monkeypatch.setattr(run, "stored", lambda *_: None)
    monkeypatch.setattr(pipeline, "score", lambda *_: scored)
    assert call("score", str(small_round)).exit_code == code


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("designated", "Designated: "),
        ("candidates", "Candidates: Nobody is designated. If the assumptions of the model hold, "),
        ("no_designation", "No designation: Nobody is designated. "),
        ("refused", "No result: There is no result. "),
        ("retracted", "Designation withdrawn: "),
    ],
)
def test_the_console_says_the_announcements_headline(
    released: dict[str, Any], status: str, said: str
) -> None:
    released["summary"] = fake_summary(status)
    printed = call("run", "somewhere").stdout
    assert f": {announcement(fake_summary(status)).headline}\n" in printed
    assert said in printed


def test_one_candidate_is_not_said_to_be_the_worst(released: dict[str, Any]) -> None:
    full = fake_summary()
    alone = replace(full.decision, candidates=full.decision.candidates[:1])
    released["summary"] = replace(full, decision=alone)
    said = call("run", "somewhere").stdout
    assert "Nobody is designated. If the assumptions of the model hold, one candidate" in said
    assert "is the worst" not in said


def test_simulate_takes_structures(tmp_path) -> None:
    folder = tmp_path / "strained"
    options = ("--silencing", "0.8", "--framing", "0.15", "--copying", "0.5", "--delay", "30")
    assert call("simulate", str(folder), "--incidents", "300", *options).exit_code == 0
    assert (folder / "rivalries.csv").exists(), "who is framed by whom"
    assert 'as_of = "2024-01-10"' in (folder / "round.toml").read_text()
    assert call("check", str(folder)).exit_code == 0


def test_simulate_again_writes_nothing(small_round: Path) -> None:
    same = call("simulate", str(small_round), "--organizations", "3", "--incidents", "200")
    assert same.exit_code == 0
    assert "already holds this simulated round" in same.stdout
    other = call("simulate", str(small_round), "--organizations", "4")
    assert other.exit_code == 1
    assert "not empty" in other.stderr


def place_truth(folder: Path, status: str = "candidates", **changed: float) -> dict[str, Any]:
    """Put an invented release and the truth of its round into a folder; return the release."""
    document = release_document(fake_summary(status))
    scores = {o["id"]: float(o["score"]["q50"]) for o in document["organizations"]}
    truth = {"score": scores | changed, "incidents": {}, "worst": "bajio"}
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "round.toml").write_text(f'id = "{document["round"]}"\n')
    (folder / "release.json").write_text(json.dumps(document, default=float))
    return document


def test_truth_beside_a_release(tmp_path: Path) -> None:
    place_truth(tmp_path, bajio=1e6)
    result = call("simulate", str(tmp_path), "--compare", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert "true score" in result.stdout
    assert "1,000,000 !" in result.stdout
    assert "! The true score lies outside the 90% interval.\n" in result.stdout
    assert "True worst: bajio. The model's leader: alba (wrong)." in result.stdout
    assert "holds the true score of 7 of 8 contenders." in result.stdout


def with_places(folder: Path, status: str, **places: object) -> None:
    """Add the truth of regions to what ``place_truth`` wrote."""
    document = place_truth(folder, status)
    true = {r["id"]: float(r["score"]["q50"]) for r in document["regions"]} | places
    truth = json.loads((folder / "truth.json").read_text())
    first = max(document["regions"], key=lambda r: r["p_worst"] or 0.0)["id"]
    truth |= {"region_score": true, "worst_region": first}
    (folder / "truth.json").write_text(json.dumps(truth))


def test_truth_of_regions_beside_a_release(tmp_path: Path) -> None:
    with_places(tmp_path, "no_designation", **{"MX-AGU": 1e6})
    said = call("simulate", str(tmp_path), "--compare", str(tmp_path)).stdout
    assert "P(worst region)" in said
    assert "Estado de México" in said
    assert "1,000,000 !" in said
    assert "! The true score lies outside the 90% interval.\n" in said
    first = json.loads((tmp_path / "truth.json").read_text())["worst_region"]
    assert f"Region with the highest true score: {first}. The model's: {first} (right)." in said
    assert "holds the true score of 31 of 32 regions." in said


def test_a_failed_fit_puts_no_region_first_beside_the_truth(tmp_path: Path) -> None:
    with_places(tmp_path, "refused")
    said = call("simulate", str(tmp_path), "--compare", str(tmp_path)).stdout
    assert "The model puts no region first." in said


def test_truth_of_an_earlier_version_has_no_regions(tmp_path: Path) -> None:
    place_truth(tmp_path)
    said = call("simulate", str(tmp_path), "--compare", str(tmp_path)).stdout
    assert "region" not in said


def test_no_mark_no_explanation(tmp_path: Path) -> None:
    place_truth(tmp_path)
    assert "!" not in call("simulate", str(tmp_path), "--compare", str(tmp_path)).stdout


@pytest.mark.parametrize("status", ["refused", "no_designation"])
def test_where_nobody_is_named_rows_of_the_console_are_by_name(status: str) -> None:
    document = release_document(fake_summary(status))
    names = list(worst_table(document).columns[0].cells)
    assert worst_table(document).title == (
        "NOT FOR USE: fit failed" if status == "refused" else None
    )
    assert names[:8] == sorted(NAMES.values(), key=str.casefold)


@pytest.mark.parametrize("status", ["refused", "no_designation"])
def test_where_nobody_is_named_nobody_leads_beside_the_truth(tmp_path: Path, status: str) -> None:
    place_truth(tmp_path, status)
    said = call("simulate", str(tmp_path), "--compare", str(tmp_path)).stdout
    assert "True worst: bajio. The model has no leader" in said
    assert "The model's leader" not in said
    assert "Leader by" not in said
    assert ("P(worst)" in said) == (status != "refused")


def other_id(folder: Path) -> str:
    (folder / "round.toml").write_text('id = "toy"')
    return "not 'toy'"


def other_roster(folder: Path) -> str:
    place_truth(folder, zorro=1.0)
    return "only one of both has zorro"


def other_reports(folder: Path) -> str:
    (folder / "input").mkdir()
    (folder / "input" / "hashes.json").write_text('{"reports.csv": {"sha256": "0"}}')
    (folder / "reports.csv").write_text("report_id\n")
    return "it was made of other reports"


@pytest.mark.parametrize("change", [other_id, other_roster, other_reports])
def test_the_truth_of_another_round_is_refused(tmp_path: Path, change: Any) -> None:
    place_truth(tmp_path)
    reason = change(tmp_path)
    result = call("simulate", str(tmp_path), "--compare", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "is of another round: " in result.stderr
    assert reason in result.stderr


@pytest.mark.parametrize(("file", "said"), [("truth", "no truth"), ("release", "no release")])
def test_other_json_is_no_truth_and_no_release(tmp_path: Path, file: str, said: str) -> None:
    place_truth(tmp_path)
    (tmp_path / f"{file}.json").write_text("{}")
    result = call("simulate", str(tmp_path), "--compare", str(tmp_path))
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_truth_that_cannot_be_read(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "truth.json").write_text(text)
    result = call("simulate", str(tmp_path), "--compare", str(tmp_path))
    assert result.exit_code == 1
    assert "truth.json" in result.stderr


SLEEPER = """
import time
from dataclasses import replace
from dtoscore import cli
from dtoscore.reports import run
def sleep(*_, **__):
    print("ready", flush=True)
    time.sleep(60)
run.run = sleep
cli.main()
"""


@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "Stopped."), (signal.SIGTERM, 143, "Ended by")]
)
@pytest.mark.usefixtures("hears_ctrl_c")
def test_signals_end_with_a_sentence(sent: signal.Signals, code: int, said: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER, "run", "somewhere"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        process.send_signal(sent)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert said in err
    assert "Traceback" not in err


def test_ucdp_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ged.csv").write_text("a,b\n1,2\n")
    result = call(
        "import", "ucdp", str(tmp_path / "ged.csv"), str(tmp_path / "out"), "--year", "2010"
    )
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        ("1989", "1989-12-31, 2 by a government alone"),
        ("1990", "1990-12-31, 3 by a government alone"),
        ("1999", "no event can be used: 18957 not between 1999-01-01"),
    ],
)
def test_ucdp_years_without_contenders(
    real_data: Path, tmp_path: Path, year: str, sentence: str
) -> None:
    file = str(real_data / "ucdp_ged_mexico.csv.gz")
    result = call("import", "ucdp", file, str(tmp_path / "mexico"), "--year", year)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "mexico").exists()


def test_ucdp_round_is_valid(real_data: Path, tmp_path: Path) -> None:
    file = str(real_data / "ucdp_ged_mexico.csv.gz")
    out = str(tmp_path / "mexico")
    made = call("import", "ucdp", file, out, "--year", "2010")
    assert made.exit_code == 0
    assert "42.8%" in made.stdout
    assert call("check", out).exit_code == 0
