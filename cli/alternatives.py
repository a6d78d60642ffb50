"""The command that puts alternatives of the model side by side."""

from typing import Annotated

import typer

from .arguments import (
    Accept,
    AsJson,
    Chains,
    Cores,
    Draws,
    Quiet,
    RoundFolder,
    Seed,
    Tune,
    law,
    parts,
)
from .failures import FIT_AT_FAULT
from .releases import options_of, voice


def alternatives(
    round_folder: RoundFolder,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="PART",
            callback=parts,
            help="Compare the model without this part; may be repeated, one model each.",
        ),
    ] = None,
    visibility: Annotated[
        str | None,
        typer.Option(metavar="LAW", callback=law, help="Compare the model with this law."),
    ] = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: Accept = 0.8,
    cores: Cores = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fit a round under several models and put P(worst) side by side; writes no release.

    By default: the whole model, the law of two classes, no silencing, no claims, no groups
    (where sources form some), and the core without any extension. Fits that are there are not
    made again.

    Example: `dtoscore alternatives 2023-q4 --without silencing --visibility two_class`
    """
    from ..data.rounds import INVENTED
    from ..inference import pipeline
    from ..inference.alternatives import compare, structures, usual_parts
    from ..reports import compared, console
    from ..reports.canonical import canonical_json

    options, progress = options_of(seed, draws, tune, chains, target_accept, cores), voice(quiet)
    prepared = pipeline.prepare(round_folder, progress)
    chosen = structures(without or (), visibility, usual=usual_parts(prepared.plan))
    frame = compare(prepared, options, chosen, progress)
    if as_json:
        rows = compared.alternatives_document(frame)
        document = {"alternatives": rows, "simulated": prepared.round.is_simulated}
        typer.echo(canonical_json(document), nl=False)
    else:
        if prepared.round.is_simulated:
            typer.echo(INVENTED)
        console.shown(compared.alternatives_table(frame))
        typer.echo("\n".join(compared.sentences(frame)))
    if not frame["passed"].all():
        raise typer.Exit(FIT_AT_FAULT)
