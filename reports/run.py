"""The main job in one call: read a round, fit, score, decide, write the release."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.errors import InputError
from ..inference import pipeline
from ..inference.store import path_of, sampling
from ..inference.switches import options_of
from .clock import Clock
from .destination import check_destination
from .previous import previous_hash, unlinked
from .release import write_release

if TYPE_CHECKING:
    from xarray import DataTree

    from ..inference.pipeline import FitOptions, Prepared
    from ..inference.summary import Summary
    from ..models.structure import Structure

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Released:
    """What a run made: the release folder and all that it says."""

    folder: Path
    summary: "Summary"


def run(
    folder: Path | str,
    out: Path | str | None = None,
    options: "FitOptions | None" = None,
    progress: Progress | None = None,
    *,
    refit: bool = True,
    previous: Path | str | None = None,
    structure: "Structure | None" = None,
) -> Released:
    """Make the release of a round.

    A finished fit of the same inputs with the same options is taken, not made again.

    Parameters
    ----------
    folder
        The round folder.
    out
        Where the release goes; default ``release`` inside the round folder. It is written
        whole or not at all, and replaces nothing but an older release.
    options
        Draws, chains and seed; default ``FitOptions()``.
    progress
        Called with a sentence as the work goes on.
    refit
        False: never sample; a finished fit must be there.
    previous
        Release folder of the round that ``round.toml`` names as ``previous``: the manifest
        then holds the hash of its manifest.
    structure
        Which parts the model has; default: all of them.

    Raises
    ------
    InputError
        Where the round, the previous release or the place of the new one is at fault, or no fit
        is there and none may be made.
    FitError
        Where the sampler gave no draws.
    """
    options = pipeline.FitOptions() if options is None else options
    clock = Clock()
    out = Path(folder) / "release" if out is None else Path(out)
    earlier = None if previous is None else Path(previous)
    check_destination(out, Path(folder), earlier)
    prepared = pipeline.prepare(Path(folder), progress, structure)
    settings = prepared.round.settings
    before = previous_hash(earlier, settings.previous)
    if progress is not None:
        for note in unlinked(earlier, settings.previous):
            progress(note)
    clock.lap("read")
    posterior = _posterior(prepared, options, progress, refit=refit)
    clock.lap("fit")
    with noting(f"The draws are kept in {prepared.work} and the same command goes on from there"):
        scored = pipeline.score(prepared, posterior, options, progress)
        clock.lap("score")
        write_release(
            scored.summary,
            out,
            posterior=path_of(prepared.work, options),
            scores=scored.scores,
            places=scored.places,
            evidence=prepared.evidence.to_dataset(),
            round_folder=prepared.round.folder,
            settings=prepared.settings(),
            run=clock.record(),
            columns=prepared.round.columns if settings.redistribute else {},
            previous=before,
        )
    return Released(out, scored.summary)


@contextmanager
def noting(kept: str) -> Iterator[None]:
    """Note on whatever stops the block what is kept by then."""
    try:
        yield
    except BaseException as fault:
        fault.add_note(kept)
        raise


def stored(prepared: "Prepared", options: "FitOptions") -> "DataTree":
    """Return the finished fit that is there.

    Raises
    ------
    InputError
        Where there is none.
    """
    posterior = pipeline.stored(prepared, options)
    if posterior is None:
        raise InputError([_no_fit(prepared, options)])
    return posterior


def _no_fit(prepared: "Prepared", options: "FitOptions") -> str:
    """Say which fit is not there, which fits are, and how to make it."""
    asked = sampling(options)
    there = [_spelt(found) for found in pipeline.fits(prepared)]
    fits = f"; the fits that are there have {', or '.join(there)}" if there else ""
    command = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in asked.items())
    switches = f" {model}" if (model := options_of(prepared.structure)) else ""
    return (
        f"{prepared.work} holds no finished fit with {_spelt(asked)}{fits}; make it with: "
        f"dtoscore fit {prepared.round.folder} {command}{switches}"
    )


def _spelt(found: Mapping[str, object]) -> str:
    return " ".join(f"{name} {value}" for name, value in found.items())


def _posterior(
    prepared: "Prepared", options: "FitOptions", progress: Progress | None, *, refit: bool
) -> "DataTree":
    if refit:
        return pipeline.fit(prepared, options, progress)
    return stored(prepared, options)
