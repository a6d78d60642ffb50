"""The release folder: everything a round says, complete or not there at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from ..inference.summary import Summary
from .canonical import canonical_json, plain, sha256, tree_hashes
from .document import release_document
from .gallery import draw_all, write_figures
from .inputs import write_input
from .manifest import MANIFEST, NAME, UNHASHED
from .page import render_announcement, render_report
from .staging import staged
from .stores import mark_simulated, write_evidence, write_posterior
from .tables import write_tables


def write_release(
    summary: Summary,
    out: Path,
    *,
    posterior: Path,
    scores: xr.DataArray,
    places: xr.DataArray,
    evidence: xr.Dataset,
    round_folder: Path,
    settings: Mapping[str, object],
    run: Mapping[str, object],
    columns: Mapping[str, Sequence[str]],
    previous: str | None = None,
) -> Path:
    """Write a release folder, replacing an older release and nothing else.

    Parameters
    ----------
    summary
        All that the release says.
    out
        The folder to appear; nothing is visible under this name until it is complete.
    posterior
        The Zarr store of the fit.
    scores, places
        Realized scores of every draw, dims (chain, draw, organization) and (chain, draw,
        region): kept beside the draws.
    evidence
        The sufficient statistic.
    round_folder
        Where the round was read from.
    settings
        Effective ``priors``, ``rubric`` and ``roster``: written to ``input/settings.toml``.
    run
        Times, host and software: written to ``run.json``, with the clock readings that the
        sampler left in the posterior.
    columns
        Columns of the round's files that were read: ``input/`` holds no others. Empty: hashes
        of the round's files, not the files.
    previous
        SHA-256 of the manifest of the release before this one.

    Returns
    -------
    Path
        The release folder.
    """
    with staged(out) as folder:
        clocks = write_posterior(posterior, scores, places, folder / "posterior.zarr")
        write_evidence(evidence, folder / "evidence.zarr")
        write_input(round_folder, folder / "input", settings, columns)
        if summary.header.is_simulated:
            mark_simulated(folder / "posterior.zarr", folder / "evidence.zarr")
        _write_documents(summary, folder, settings)
        write_tables(summary, folder / "tables")
        _write_json(folder / NAME, _manifest(summary, folder, previous))
        stamped = {"manifest_sha256": sha256(folder / NAME), "posterior": clocks}
        said = {"simulated": summary.header.is_simulated}
        _write_json(folder / "run.json", {**run, **stamped, **said})
    return Path(out)


def _write_documents(summary: Summary, folder: Path, settings: Mapping[str, object]) -> None:
    drawn = draw_all(summary)
    rubric: dict[str, Any] = plain(settings.get("rubric")) or {}
    write_figures(drawn, folder / "figures")
    _write_json(folder / "release.json", release_document(summary))
    _write(folder / "report.html", render_report(summary, drawn, rubric))
    _write(folder / "announcement.md", render_announcement(summary))


def _manifest(summary: Summary, folder: Path, previous: str | None) -> dict[str, Any]:
    return {
        "schema": MANIFEST,
        "round": summary.header.id,
        "seed": summary.header.seed,
        "simulated": summary.header.is_simulated,
        "previous": previous,
        "files": tree_hashes(folder, UNHASHED),
        "not_hashed": sorted(UNHASHED),
        # An office that signs puts its detached signature of this file beside it.
        "signature": {"file": f"{NAME}.sig", "of": NAME},
    }


def _write_json(path: Path, value: object) -> None:
    _write(path, canonical_json(value))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
