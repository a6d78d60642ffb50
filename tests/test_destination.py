"""Where a release may go: nothing is replaced but a release, and nothing is touched before."""

import json
from pathlib import Path

import pytest
from dtoscore import cli
from dtoscore.data.errors import InputError
from dtoscore.inference import pipeline
from dtoscore.reports.destination import check_destination
from dtoscore.reports.manifest import MANIFEST
from dtoscore.reports.staging import recover, staged
from typer.testing import CliRunner

FITS = "r1/work"
"""Where the round of these tests keeps its fits."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a round, its fits, a release, documents, a file and a link; the current one."""
    for name in (f"{FITS}/abc", "release", "documents", "empty", "full/of/things"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "r1" / "round.toml").write_text('id = "r1"\n')
    (tmp_path / FITS / "abc" / "draws").write_text("x")
    (tmp_path / "release" / "manifest.json").write_text(json.dumps({"schema": MANIFEST}))
    (tmp_path / "documents" / "manifest.json").write_text('{"name": "an app"}')
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("release")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> dict[str, str]:
    found = sorted(folder.rglob("*"))
    return {str(path): path.read_text() if path.is_file() else "" for path in found}


REFUSED = {
    "r1": "is the round folder itself",
    "r1/../r1/.": "is the round folder itself",
    ".": "contains the round folder r1",
    "/": "contains the round folder r1",
    FITS: f"is in {FITS}",
    f"{FITS}/abc": f"is in {FITS}",
    f"{FITS}/new/release": f"is in {FITS}",
    "documents": "is a folder of other things than a release",
    "full": "is a folder of other things than a release",
    "file": "is a file",
    "link": "is a link",
    "file/below/it": "cannot be written: Not a directory",
    "/proc/rel": "cannot be written",
    "n" * 300: "cannot be written: File name too long",
}


@pytest.mark.parametrize("out", REFUSED)
@pytest.mark.parametrize("command", ["run", "report"])
def test_refused_before_the_round_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: str, out: str
) -> None:
    def read(_: Path) -> None:
        pytest.fail("the round was read")

    monkeypatch.setattr(pipeline, "prepare", read)
    before = everything(home)
    result = CliRunner().invoke(cli.app, [command, "r1", "--out", out])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{out if out != 'r1/../r1/.' else 'r1/../r1'} {REFUSED[out]}")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert everything(home) == before


@pytest.mark.parametrize("out", ["release", "empty", "new", "new/below/new", "r1/release"])
def test_new_empty_and_older_releases_are_taken_and_not_touched(home: Path, out: str) -> None:
    before = everything(home)
    check_destination(Path(out), Path("r1"))
    assert everything(home) == before


def test_a_round_inside_a_release_is_not_replaced_with_it(home: Path) -> None:
    (home / "r1").rename(home / "release" / "input")
    with pytest.raises(InputError, match="release contains the round folder release/input"):
        check_destination(Path("release"), Path("release/input"))


def test_a_round_behind_a_link_is_the_round(home: Path) -> None:
    (home / "alias").symlink_to("r1")
    with pytest.raises(InputError, match="r1 is the round folder itself"):
        check_destination(Path("r1"), Path("alias"))


@pytest.mark.parametrize("previous", ["release", "link", "../{home}/release"])
@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("release", "would replace {}, the previous release"),
        ("release/new", "is in {}, the previous release"),
        ("release/tables", "is in {}, the previous release"),
        ("link/new/below", "is in {}, the previous release"),
    ],
)
def test_the_release_before_is_not_touched_by_the_one_that_points_to_it(
    home: Path, previous: str, out: str, reason: str
) -> None:
    (home / "release" / "tables").mkdir()
    named = previous.format(home=home.name)
    before = everything(home)
    with pytest.raises(InputError, match=f"{out} {reason.format(named)}"):
        check_destination(Path(out), Path("r1"), Path(named))
    check_destination(Path("r1/release"), Path("r1"), Path(named))
    assert everything(home) == before


@pytest.mark.parametrize("out", ["documents", "file", "link", "r1"])
def test_staging_by_itself_replaces_no_such_thing(home: Path, out: str) -> None:
    before = everything(home)
    with pytest.raises(InputError, match=f"{out} is a"), staged(home / out):
        pytest.fail("there was something to fill")
    assert everything(home) == before


def test_a_release_with_something_beside_it_is_not_replaced(home: Path) -> None:
    """An office's signature, say, of a release that would be another one then."""
    (home / "release" / "manifest.json.sig").write_text("signed")
    before = everything(home)
    with (
        pytest.raises(InputError, match=r"holds more than the release .* \(manifest\.json\.sig\)"),
        staged(home / "release"),
    ):
        pytest.fail("there was something to fill")
    assert everything(home) == before


def test_what_appears_while_the_release_is_filled_stays(home: Path) -> None:
    with pytest.raises(InputError, match="is a folder of other"), staged(home / "empty"):
        (home / "empty" / "notes").write_text("mine")
    assert [path.name for path in (home / "empty").iterdir()] == ["notes"]
    assert not list(home.glob(".empty*"))


@pytest.mark.parametrize("name", [".out.old-x", ".out.partial-x"])
@pytest.mark.parametrize("there", [True, False])
def test_recovery_removes_no_file(home: Path, name: str, *, there: bool) -> None:
    (home / name).write_text("kept")
    if there:
        (home / "out").mkdir()
    before = everything(home)
    recover(home / "out")
    assert everything(home) == before


def test_recovery_removes_no_folder_that_is_no_release(home: Path) -> None:
    (home / "documents").rename(home / ".release.old-x")
    before = everything(home)
    recover(home / "release")
    assert everything(home) == before


def test_names_with_signs_of_patterns_mean_themselves(home: Path) -> None:
    (home / ".other.old-x").mkdir()
    recover(home / "*")
    assert not (home / "*").exists()
