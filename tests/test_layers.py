"""The arrows between the folders run one way, and the tool that says so is listening."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LAYERS = ["cli", "studies", "reports", "inference", "models", "data"]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True)


def test_layers_are_kept(root: Path) -> None:
    result = lint_imports(root)
    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


def test_every_folder_of_the_package_is_in_the_contract(root: Path) -> None:
    folders = {path.parent.name for path in root.glob("*/__init__.py")}
    modules = {path.stem for path in root.glob("*.py")} - {"__init__"}
    assert folders | modules == set(LAYERS)


@pytest.mark.parametrize(
    ("importer", "imported"), [("data", "reports"), ("reports", "studies"), ("cli", "studies")]
)
def test_an_arrow_the_wrong_way_is_seen(
    root: Path, tmp_path: Path, importer: str, imported: str
) -> None:
    package = tmp_path / "dtoscore"
    for layer in LAYERS:
        (package / layer).mkdir(parents=True)
        (package / layer / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / importer / "wrong.py").write_text(f"from ..{imported} import anything\n")
    shutil.copy(root / "pyproject.toml", tmp_path)
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command"
    result = subprocess.run(
        [sys.executable, "-c", f"{code}; lint_imports_command(['--no-cache'])"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert f"dtoscore.{importer}.wrong -> dtoscore.{imported}" in result.stdout
