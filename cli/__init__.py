"""The command: arguments in, sentences out.

Results go to stdout, progress and everything else to stderr. Exit codes: 0 done, 1 the input
is at fault, 2 wrong usage, 3 the fit is not good enough to be used, 130 stopped by Ctrl-C,
143 stopped by SIGTERM.

Modules that sample or draw are imported where they are used, so that ``-h`` and ``check``
answer at once.
"""

from typing import Annotated

import typer

from .. import __version__
from .alternatives import alternatives
from .check import check
from .failures import Sentences
from .imports import import_relations, import_totals, import_ucdp
from .releases import fit, report, run, score
from .simulating import simulate

__all__ = ["app", "main"]

HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Violence scores of organizations, the chance that each is the worst, and a release "
    "that says so.\n\nExample: `dtoscore run 2023-q4`",
)
importers = typer.Typer(no_args_is_help=True, context_settings=HELP)
app.add_typer(
    importers, name="import", help="Turn a public data set into a round folder, or a table of one."
)

for command in (run, check, fit, score, report, alternatives, simulate):
    app.command()(command)
importers.command("ucdp")(import_ucdp)
importers.command("totals")(import_totals)
importers.command("relations")(import_relations)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command."""
    app()
