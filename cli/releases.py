"""Commands from a round to its release: run, fit, score, report."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .arguments import (
    Accept,
    AsJson,
    Chains,
    Cores,
    Draws,
    Out,
    Previous,
    Quiet,
    RoundFolder,
    Seed,
    Tune,
    Visibility,
    Without,
)
from .failures import FIT_AT_FAULT

if TYPE_CHECKING:
    from ..inference.pipeline import FitOptions
    from ..inference.summary import Summary
    from ..models.structure import Structure


def run(
    round_folder: RoundFolder,
    out: Out = None,
    previous: Previous = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: Accept = 0.8,
    without: Without = None,
    visibility: Visibility = "normal",
    cores: Cores = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read, fit, score, decide and release: the main job.

    A fit that is already there for the same inputs is not made again.

    Example: `dtoscore run 2023-q4 --out releases/2023-q4`
    """
    options = options_of(seed, draws, tune, chains, target_accept, cores)
    model = _structure(without, visibility)
    _release(round_folder, out, previous, options, model, quiet=quiet, as_json=as_json, refit=True)


def fit(
    round_folder: RoundFolder,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: Accept = 0.8,
    without: Without = None,
    visibility: Visibility = "normal",
    cores: Cores = None,
    quiet: Quiet = False,
) -> None:
    """Read a round and draw from the posterior; the draws are kept in ROUND/work.

    Example: `dtoscore fit 2023-q4 --chains 4 --draws 2000`
    """
    from ..inference import pipeline

    options, progress = options_of(seed, draws, tune, chains, target_accept, cores), voice(quiet)
    prepared = pipeline.prepare(round_folder, progress, _structure(without, visibility))
    pipeline.fit(prepared, options, progress)
    typer.echo(f"The fit is in {prepared.work}.")


def score(
    round_folder: RoundFolder,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: Accept = 0.8,
    without: Without = None,
    visibility: Visibility = "normal",
    as_json: AsJson = False,
) -> None:
    """Score, rank and decide from a fit that is there, and write nothing.

    Example: `dtoscore score 2023-q4 --json`
    """
    from ..inference import pipeline
    from ..reports.run import stored

    options = options_of(seed, draws, tune, chains, target_accept, None)
    prepared = pipeline.prepare(round_folder, structure=_structure(without, visibility))
    scored = pipeline.score(prepared, stored(prepared, options), options)
    _show(scored.summary, as_json=as_json)
    _exit_on(scored.summary)


def report(
    round_folder: RoundFolder,
    out: Out = None,
    previous: Previous = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    target_accept: Accept = 0.8,
    without: Without = None,
    visibility: Visibility = "normal",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the release from a fit that is there.

    Example: `dtoscore report 2023-q4 --out draft`
    """
    options = options_of(seed, draws, tune, chains, target_accept, None)
    model = _structure(without, visibility)
    _release(round_folder, out, previous, options, model, quiet=quiet, as_json=as_json, refit=False)


def voice(quiet: bool) -> Callable[[str], None] | None:
    """Progress goes to stderr, or nowhere."""
    return None if quiet else partial(typer.echo, err=True)


def options_of(
    seed: int, draws: int, tune: int, chains: int, accept: float, cores: int | None
) -> "FitOptions":
    """Make the options of a fit."""
    from ..inference.pipeline import FitOptions

    return FitOptions(
        draws=draws, tune=tune, chains=chains, cores=cores, seed=seed, target_accept=accept
    )


def _structure(without: list[str] | None, visibility: str) -> "Structure":
    from ..inference.switches import structure_of

    return structure_of(without or (), visibility)


def _release(
    round_folder: Path,
    out: Path | None,
    previous: Path | None,
    options: "FitOptions",
    structure: "Structure",
    *,
    quiet: bool,
    as_json: bool,
    refit: bool,
) -> None:
    from ..reports.run import noting
    from ..reports.run import run as release

    released = release(
        round_folder,
        out,
        options,
        voice(quiet),
        refit=refit,
        previous=previous,
        structure=structure,
    )
    written = f"The release is in {released.folder}"
    with noting(written):
        _show(released.summary, as_json=as_json)
        typer.echo(f"{written}; open {released.folder / 'report.html'}.", err=as_json)
    _exit_on(released.summary)


def _exit_on(summary: "Summary") -> None:
    if not summary.diagnostics.passed:
        raise typer.Exit(FIT_AT_FAULT)


def _show(summary: "Summary", *, as_json: bool) -> None:
    from ..reports import console
    from ..reports.canonical import canonical_json
    from ..reports.document import release_document

    document = release_document(summary)
    if as_json:
        typer.echo(canonical_json(document), nl=False)
        return
    console.shown(console.worst_table(document))
    typer.echo("\n".join(console.sentences(summary)))
