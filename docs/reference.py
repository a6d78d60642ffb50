"""Write the generated parts of the documents: docs/cli.md, the modules in architecture.md."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from dtoscore.cli import app
from dtoscore.models.prior_table import DEFAULTS, Prior

DOCS = Path(__file__).resolve().parent
FOLDERS = ("cli", "data", "models", "inference", "reports", "studies")
MARKS = ("<!-- modules -->\n", "<!-- end of modules -->\n")
PRIORS = ("<!-- priors -->\n", "<!-- end of priors -->\n")
HEAD = """\
# The command

Written by `make docs` from the help of the command itself; `-h` shows the same.

Results go to stdout, progress and errors to stderr.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the input is at fault; one sentence a problem, on stderr |
| 2 | wrong usage |
| 3 | the fit is not good enough to be used; the release says why |
| 130 | stopped by Ctrl-C; a finished fit is kept, and the same command goes on from there |
| 143 | ended by SIGTERM; likewise |
"""


def commands(group: Any, path: tuple[str, ...] = ("dtoscore",)) -> Iterator[tuple[str, Any]]:
    """Walk all commands in the order of the help, each with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def command_page() -> str:
    """Write docs/cli.md."""
    return "\n".join([HEAD, *(_section(*each) for each in commands(typer.main.get_command(app)))])


def architecture_page() -> str:
    """Write docs/architecture.md again, with the modules that are there now."""
    before, _, rest = (DOCS / "architecture.md").read_text(encoding="utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return before + MARKS[0] + _modules(DOCS.parent) + MARKS[1] + after


def methods_page() -> str:
    """Write docs/methods.md again, with the priors that are in force."""
    before, _, rest = (DOCS / "methods.md").read_text(encoding="utf-8").partition(PRIORS[0])
    _, _, after = rest.partition(PRIORS[1])
    rows = [f"| `{name}` | {_spelt(p)} | {p.reason} |" for name, p in DEFAULTS.items()]
    table = "\n".join(["| parameter | prior | why |", "|---|---|---|", *rows, ""])
    return before + PRIORS[0] + table + PRIORS[1] + after


def _spelt(prior: Prior) -> str:
    """Write a prior in words; a location that is worked out from the evidence is "auto"."""
    given = (f"{k} {'auto' if math.isnan(v) else f'{v:g}'}" for k, v in prior.parameters.items())
    return f"{prior.distribution.replace('_', '-')}, {', '.join(given)}"


def _section(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([name, *(p.metavar for p in arguments), "[OPTIONS]"])
    rows = [f"| `{p.metavar}` | | {p.help} |" for p in arguments]
    rows += [f"| `{_spelled(p)}` | {_default(p)} | {p.help} |" for p in options]
    table = "\n".join(["| option | default | |", "|---|---|---|", *rows])
    return f"## {name}\n```\n{usage}\n```\n{command.help}\n\n{table}\n"


def _spelled(option: Any) -> str:
    value = f" {option.metavar}" if option.metavar else ""
    return ", ".join(sorted(option.opts, key=len, reverse=True)) + value


def _default(option: Any) -> str:
    if option.default in (None, False):
        return ""
    return option.default if isinstance(option.default, str) else f"{option.default:g}"


def _modules(root: Path) -> str:
    inside = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    paths = [root / "__init__.py", *inside]
    rows = [f"| `{path.relative_to(root)}` | {_purpose(path)} |" for path in paths]
    return "\n".join(["| module | what it is for |", "|---|---|", *rows, ""])


def _purpose(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(command_page(), encoding="utf-8")
    (DOCS / "architecture.md").write_text(architecture_page(), encoding="utf-8")
    (DOCS / "methods.md").write_text(methods_page(), encoding="utf-8")
