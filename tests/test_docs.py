"""The documents are true: their code runs, their links lead somewhere, their tables hold."""

import contextlib
import importlib.util
import io
import re
import runpy
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from dtoscore import cli
from summaries import fake_summary
from typer.testing import CliRunner

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    code: str
    line: int


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 2)


def execute(path: Path) -> dict[str, Any]:
    """Run the blocks of a document in order, in the current folder; give the names they made.

    Python blocks share one namespace; of a shell block the lines that start with "dtoscore"
    are run. Every line of a "text" block must be a line that the block before it printed.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    printed = ""
    for block in blocks(path):
        place = f"{path.name}:{block.line}"
        if block.language == "python":
            printed = _python(block, place, namespace)
        elif block.language == "sh":
            printed = "".join(_shell(line, place) for line in block.code.splitlines())
        elif block.language == "text":
            for line in block.code.splitlines():
                assert is_printed(line, printed), f"{place}: not printed: {line}"
    return namespace


def is_printed(line: str, printed: str) -> bool:
    """Whether a line of a document was printed, whole; one that ends in "…" may go on."""
    beginning = line.removesuffix("…")
    if beginning != line:
        return any(found.startswith(beginning.rstrip()) for found in printed.splitlines())
    return line in (found.rstrip() for found in printed.splitlines())


def execute_python(path: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    code = [block for block in blocks(path) if block.language == "python"]
    assert code
    for block in code:
        _python(block, f"{path.name}:{block.line}", namespace)


def _python(block: Block, place: str, namespace: dict[str, Any]) -> str:
    out = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.code, place, "exec")
    with contextlib.redirect_stdout(out):
        exec(code, namespace)  # noqa: S102 - our own documents
    return out.getvalue()


def _shell(line: str, place: str) -> str:
    words = shlex.split(line, comments=True)
    if not words or words[0] != "dtoscore":
        return ""
    result = CliRunner().invoke(cli.app, words[1:])
    assert result.exit_code in (0, 3), f"{place}: {line}\n{result.output}"
    return result.stdout


@pytest.fixture(scope="session")
def documents(root: Path) -> list[Path]:
    return [*root.glob("*.md"), *root.glob("docs/**/*.md")]


def test_links_lead_somewhere(documents: list[Path]) -> None:
    broken = [
        f"{path.name}: {link}"
        for path in documents
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert not broken


@pytest.fixture(scope="session")
def reference(root: Path) -> dict[str, Any]:
    """Names of docs/reference.py, which writes the generated parts."""
    return runpy.run_path(str(root / "docs" / "reference.py"))


def test_command_reference_is_what_the_command_says(root: Path, reference: dict[str, Any]) -> None:
    written = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference["command_page"](), "docs/cli.md is stale: make docs"


def test_architecture_lists_the_modules_that_are_there(
    root: Path, reference: dict[str, Any]
) -> None:
    written = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert written == reference["architecture_page"](), "docs/architecture.md is stale: make docs"


def test_every_module_says_what_it_is_for(root: Path) -> None:
    text = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and ".py` |" in line]
    assert len(rows) > 30
    assert not [row for row in rows if row.endswith("|  |")]


def test_commands_in_the_documents_exist(documents: list[Path], reference: dict[str, Any]) -> None:
    known = {name for name, _ in reference["commands"](typer.main.get_command(cli.app))}
    for path in documents:
        for block in (b for b in blocks(path) if b.language == "sh"):
            for line in (x for x in block.code.splitlines() if x.startswith("dtoscore ")):
                words = line.split()
                assert known & {" ".join(words[:2]), " ".join(words[:3])}, f"{path.name}: {line}"


def test_modules_that_the_documents_run_exist(documents: list[Path]) -> None:
    run = {name for path in documents for name in re.findall(
        r"python -m (dtoscore[\w.]*)", path.read_text(encoding="utf-8")
    )}  # fmt: skip
    assert len(run) > 3
    assert not [name for name in sorted(run) if importlib.util.find_spec(name) is None]


def test_public_names_are_there() -> None:
    import dtoscore

    for name in dtoscore.__all__:
        assert getattr(dtoscore, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = dtoscore.nonsense
    assert set(dtoscore.__all__) <= set(dir(dtoscore))


def test_a_part_of_a_line_is_not_what_was_printed() -> None:
    printed = "toy is valid: 836 reports, 3 contenders.\n"
    assert is_printed("toy is valid: 836 reports, 3 contenders.", printed)
    assert is_printed("toy is valid: …", printed)
    assert not is_printed("toy is valid", printed)
    assert not is_printed("3 contenders. …", printed)


def test_the_tutorial_begins_as_it_says(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the sampling: its first commands print what the page shows below them."""
    monkeypatch.chdir(tmp_path)
    shell, shown, *_ = blocks(root / "docs" / "tutorial.md")
    printed = "".join(_shell(line, "tutorial.md") for line in shell.code.splitlines())
    assert printed.splitlines() == shown.code.splitlines()


@pytest.mark.slow
def test_tutorial_runs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    execute(root / "docs" / "tutorial.md")


def test_readme_example_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sampling replaced: its names are those of the package."""
    from dtoscore.reports import run

    made = run.Released(Path("demo/release"), fake_summary())
    monkeypatch.setattr(run, "run", lambda *_, **__: made)
    execute_python(root / "README.md")
