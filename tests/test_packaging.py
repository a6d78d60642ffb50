"""What is shipped: the wheel and the sdist of a clean copy hold what they may, and no more."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

FOLDERS = ("cli", "data", "models", "inference", "reports", "studies")


@pytest.fixture(scope="module")
def tracked(root: Path) -> set[str]:
    """Names of all files in the last commit."""
    if not (root / ".git").exists():
        pytest.skip("no git repository here, so no clean copy can be made")
    listing = subprocess.check_output(["git", "ls-tree", "-rz", "--name-only", "HEAD"], cwd=root)
    return set(listing.decode().rstrip("\0").split("\0"))


@pytest.fixture(scope="module")
def shipped(tracked: set[str]) -> set[str]:
    """Names of the files that belong to the package: code, assets, templates, the marker."""
    root_files = {name for name in tracked if name.endswith(".py") and "/" not in name}
    inside = {name for name in tracked if name.split("/")[0] in FOLDERS}
    return root_files | inside | {"py.typed"}


@pytest.fixture(scope="module")
def built(root: Path, tracked: set[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist of a clean copy and the wheel made from that sdist."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    archive = subprocess.check_output(["git", "archive", "HEAD"], cwd=root)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(copy, filter="tar")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, copy]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "would be ignored" not in result.stderr, result.stderr
    return out


def test_wheel_holds_the_package_alone(built: Path, shipped: set[str]) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    record = {name for name in names if ".dist-info/" in name}
    assert names - record == {f"dtoscore/{name}" for name in shipped}
    assert {name.split("/", 1)[1] for name in record} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
        "top_level.txt",
    }


def test_wheel_is_pure_and_offers_the_command(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "dtoscore = dtoscore.cli:main" in archive.read(entry).decode()


def test_wheel_works_where_the_repository_is_not(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    site = tmp_path / "site"
    shutil.unpack_archive(wheel, site, format="zip")
    program = "import dtoscore.cli; print(dtoscore.__file__); dtoscore.cli.main()"
    result = subprocess.run(
        [sys.executable, "-c", program, "simulate", "toy", "--incidents", "50"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(str(site))
    assert (tmp_path / "toy" / "truth.json").exists()


def test_sdist_holds_what_the_wheel_is_made_from(built: Path, shipped: set[str]) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as tar:
        names = {member.name.split("/", 1)[1] for member in tar if member.isfile()}
    made = {name for name in names if name.startswith("dtoscore.egg-info/")}
    about = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg"}
    assert names - made == shipped | about


def test_nothing_but_python_lies_in_the_root_by_accident(shipped: set[str]) -> None:
    root_files = {name for name in shipped if "/" not in name}
    assert root_files == {"__init__.py", "py.typed"}


def test_lock_has_a_hash_for_every_line_and_no_index(root: Path) -> None:
    lines = (root / "requirements.lock").read_text().splitlines()
    pinned = [number for number, line in enumerate(lines) if "==" in line]
    assert pinned
    assert all("--hash=sha256:" in lines[number + 1] for number in pinned)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_lock_covers_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {text.split(">")[0].strip() for text in wanted}
    lock = (root / "requirements.lock").read_text().splitlines()
    locked = {line.split("==")[0] for line in lock if "==" in line}
    assert names <= locked
