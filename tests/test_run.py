"""The command on a real round with the real sampler: it repeats itself, and survives its end."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dtoscore.models.structure import PARTS
from dtoscore.reports.canonical import tree_hashes

pytestmark = pytest.mark.slow

NOT_GOOD_ENOUGH = 3
"""Exit code of a fit with so few draws; the release is written all the same."""
WITHOUT = [word for part in PARTS for word in ("--without", part)]
"""The command is what is tried here, and the model of few parts is sampled soonest."""
OPTIONS = ("--draws", "20", "--tune", "40", "--chains", "2", "--seed", "7", *WITHOUT)
TIMEOUT = 600
"""Seconds after which a command hangs; on a cold cache two minutes of them are compilation."""


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dtoscore.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    with process:
        out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


def run(folder: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    return command("run", str(folder), *OPTIONS, *more, **environment)


@pytest.fixture(scope="module")
def round_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first") / "toy"
    code, _, err = finish(
        command("simulate", str(folder), "--organizations", "3", "--incidents", "300")
    )
    assert code == 0, err
    return folder


@pytest.fixture(scope="module")
def undisturbed(round_folder: Path) -> Path:
    """The release of a run that nothing stopped."""
    code, _, err = finish(run(round_folder, "--cores", "1", PYTHONHASHSEED="1"))
    assert code == NOT_GOOD_ENOUGH, err
    return round_folder / "release"


@pytest.fixture
def copy(round_folder: Path, tmp_path: Path) -> Path:
    """The same round in another place, without what was made of it."""
    place = tmp_path / "elsewhere"
    shutil.copytree(round_folder, place, ignore=shutil.ignore_patterns("work", "release"))
    return place


def test_two_runs_differ_in_the_run_record_alone(undisturbed: Path, copy: Path) -> None:
    """In another process, place, order of hashing, and with the chains side by side."""
    code, _, err = finish(run(copy, "--cores", "2", PYTHONHASHSEED="2", TZ="Asia/Tokyo"))
    assert code == NOT_GOOD_ENOUGH, err
    ours, theirs = (
        tree_hashes(folder, frozenset({"run.json"})) for folder in (undisturbed, copy / "release")
    )
    assert {"release.json", "report.html", "announcement.md", "manifest.json"} <= set(ours)
    assert any(name.startswith("tables/") for name in ours)
    assert any(name.startswith("posterior.zarr/") for name in ours)
    assert [
        name for name in sorted(set(ours) | set(theirs)) if ours.get(name) != theirs.get(name)
    ] == []
    assert (undisturbed / "run.json").read_bytes() != (copy / "release" / "run.json").read_bytes()


def test_manifest_is_of_what_is_there(undisturbed: Path) -> None:
    manifest = json.loads((undisturbed / "manifest.json").read_text())
    assert manifest["files"] == tree_hashes(undisturbed, frozenset(manifest["not_hashed"]))


def test_killed_at_any_moment_the_same_command_finishes(undisturbed: Path, copy: Path) -> None:
    for moment in (reading, sampling, scoring, writing):
        with run(copy) as process:
            moment(process, copy)
            process.kill()
            process.communicate(timeout=TIMEOUT)
        assert process.returncode == -signal.SIGKILL, moment.__name__
        assert not (copy / "release").exists(), moment.__name__
    code, _, err = finish(run(copy))
    assert code == NOT_GOOD_ENOUGH, err
    assert "it is not made again" in err  # killed after the fit: the fit was kept
    unhashed = frozenset({"run.json"})
    assert tree_hashes(copy / "release", unhashed) == tree_hashes(undisturbed, unhashed)
    assert sorted(hidden(copy)) == []
    kill_while_replacing(copy)


def kill_while_replacing(folder: Path) -> None:
    """The release that is there stays as it is."""
    before = tree_hashes(folder / "release")
    with run(folder) as process:
        writing(process, folder)
        process.kill()
        process.communicate(timeout=TIMEOUT)
    assert tree_hashes(folder / "release") == before


@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "Stopped."), (signal.SIGTERM, 143, "Ended by")]
)
@pytest.mark.usefixtures("hears_ctrl_c")
def test_stopped_while_sampling_keeps_no_half_fit(
    copy: Path, sent: signal.Signals, code: int, said: str
) -> None:
    """A sampler that is interrupted has draws to give; they are not taken for the posterior."""
    with command("fit", str(copy), "--draws", "50000", "--chains", "2", "--cores", "2") as process:
        sampling(process, copy)
        time.sleep(1.0)
        process.send_signal(sent)
        _, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == code, err
    assert said in err
    assert "Traceback" not in err
    assert list(copy.glob("work/*/*.zarr")) == []
    assert sorted(hidden(copy)) == []


def reading(process: subprocess.Popen[str], _: Path) -> None:
    time.sleep(0.5)


def sampling(process: subprocess.Popen[str], _: Path) -> None:
    wait_for_line(process, "sampling")


def scoring(process: subprocess.Popen[str], _: Path) -> None:
    wait_for_line(process, "drawing what happened")


def writing(process: subprocess.Popen[str], folder: Path) -> None:
    end = time.monotonic() + TIMEOUT
    while not [*folder.glob(".release.partial-*/release.json")] and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.005)


def wait_for_line(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(beginning):
            return
    pytest.fail(f"the command ended before it said {beginning!r}")


def hidden(folder: Path) -> Iterator[str]:
    """Temporary folders beside the release and the fits."""
    with contextlib.suppress(FileNotFoundError):
        yield from (path.name for path in folder.rglob(".*partial*"))
        yield from (path.name for path in folder.rglob(".*old-*"))
