"""Finished fits on disk: named by what they depend on, there whole or not at all.

``ROUND/work/<evidence, priors, structure, version>/<options, seed>.zarr``. A fit is written
under a temporary name and renamed when it is complete, so whatever has the final name is
finished. A process locks its temporary folder while it lives: what a dead one left is
removed by the next. ``<options, seed>.json`` beside it says how it was sampled, and holds a
digest of the stored files, so that a chunk that was lost, which Zarr reads as zeros, or changed
is noticed. A fit without that note, which an older version or a dead process left, is read as
far as it can be.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..data.errors import InputError
from ..data.evidence import Evidence
from ..data.partial import locked, partial
from ..models.priors import Priors
from ..models.structure import Structure
from .fit import FitOptions

SOFTWARE = ("dtoscore", "numpy", "scipy", "pymc", "nutpie", "numba")
"""What draws depend on beside the input; the model's own code is hashed."""
SAMPLER = ("callbacks", "coordinates", "fit", "nuts", "params_of", "prior", "seeds", "starts")
"""Modules of this package that make draws: ``fit`` and what it imports of it, but for the least
number of chains."""
DATA = (
    "aggregates", "arrays", "attribution", "axes", "errors", "evidence", "readers", "rounds",
    "totals", "values", "world",
)  # fmt: skip
"""Modules of ``data`` that the model is made with."""
DIGITS = 16
DIGEST = "sha256"
GROUPS = ("posterior", "sample_stats", "prior")
"""What is asked of every fit."""
ROOT = Path(__file__).resolve().parent.parent


def evidence_hash(evidence: Evidence, priors: Priors, structure: Structure) -> str:
    """Hash all that a posterior depends on, sampling apart; hexadecimal, 16 digits."""
    parts = {
        "evidence": _evidence_digest(evidence),
        "priors": {name: _plain_prior(priors, name) for name in priors},
        "structure": asdict(structure),
        "software": {name: version(name) for name in SOFTWARE},
        "code": _code_digest(),
    }
    return _digest(parts)


def options_hash(options: FitOptions) -> str:
    """Hash what sampling depends on; how many chains run at once is no part of it."""
    values = asdict(options)
    del values["cores"]
    return _digest(values)


def path_of(work: Path, options: FitOptions) -> Path:
    """Where the finished fit is, if there is one."""
    return work / f"{options_hash(options)}.zarr"


def sampling(options: FitOptions) -> dict[str, float]:
    """What a command can say of a fit: draws, tune, chains, seed, target_accept."""
    values = asdict(options)
    return {name: values[name] for name in ("draws", "tune", "chains", "seed", "target_accept")}


def record(work: Path, options: FitOptions) -> None:
    """Note beside a fit how it is sampled, for those who look for another one.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    path = path_of(work, options)
    try:
        work.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _note_of(path).write_text(json.dumps(sampling(options)), encoding="utf-8")
    except OSError as error:
        why = f"{work} cannot be written: {error.strerror or error}"
        said = "fits are kept there: let the round folder be written to, or copy it elsewhere"
        raise InputError([f"{why}; {said}"]) from error


def recorded(work: Path) -> list[dict[str, float]]:
    """How each finished fit of a folder was sampled, where that was noted."""
    names = sampling(FitOptions())
    notes = (_noted(path) or {} for path in sorted(work.glob("[!.]*.zarr")))
    return [{name: note[name] for name in names} for note in notes if names.keys() <= note.keys()]


def load(path: Path) -> xr.DataTree | None:
    """Open a finished fit; None where there is none. Arrays are read when they are used.

    Raises
    ------
    InputError
        Where files of it are missing, changed or cannot be read.
    """
    if not path.exists():
        return None
    note = _noted(path)
    if note is None or note.get(DIGEST, "") not in ("", _files_digest(path)):
        raise InputError([_damaged(path)])
    try:
        if DIGEST not in note:
            _read_all(path)
        return _opened(path)
    except (PermissionError, MemoryError):
        raise
    except Exception as error:  # Zarr, its codecs and xarray raise errors of every kind
        raise InputError([_damaged(path)]) from error


def save(tree: xr.DataTree, path: Path) -> xr.DataTree:
    """Store a finished fit and open it as stored.

    Where another process has stored the same fit meanwhile, that one is taken.
    """
    clean(path.parent)
    with partial(path) as folder:
        tree.map_over_datasets(writable).to_zarr(folder, mode="w", consolidated=False)
        if not path.exists():
            digest = _files_digest(folder)
            folder.rename(path)
            note = (_noted(path) or {}) | {DIGEST: digest}
            _note_of(path).write_text(json.dumps(note), encoding="utf-8")
    stored = load(path)
    if stored is None:
        raise FileNotFoundError(str(path))
    return stored


def _note_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _noted(path: Path) -> dict[str, Any] | None:
    """What is noted beside a fit; empty where there is no note, None where it is damaged."""
    try:
        note = json.loads(_note_of(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return None
    return note if isinstance(note, dict) else None


def _damaged(path: Path) -> str:
    return f"the fit in {path} is damaged; remove it and run again"


def _files_digest(folder: Path) -> str:
    """Hash the names and bytes of all files of a folder, hidden ones apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("[!.]*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _opened(path: Path, *, cache: bool = True) -> xr.DataTree:
    tree: xr.DataTree = xr.open_datatree(path, engine="zarr", consolidated=False, cache=cache)
    return tree


def _read_all(path: Path) -> None:
    """Read every array of a fit once, and keep none."""
    tree = _opened(path, cache=False)
    for group in GROUPS:
        tree[group]
    for node in tree.subtree:
        for array in node.to_dataset().variables.values():
            array.to_numpy()


def clean(work: Path) -> None:
    """Remove what dead processes left among the fits of a folder; living ones keep theirs."""
    for left in sorted(work.glob(".*.partial-*")):
        with locked(left) as dead:
            if dead:
                shutil.rmtree(left, ignore_errors=True)


def _evidence_digest(evidence: Evidence) -> str:
    """Hash what is drawn from: axes, coverage, patterns, and the numbers of dead that are told."""
    axes = evidence.axes
    described = {
        "organizations": axes.organizations,
        "contenders": axes.contenders,
        "rivalries": axes.rivalries,
        "has_other": axes.has_other,
        "statements": axes.statements,
        "sources": axes.sources.drop(columns="name").reset_index().astype(str).to_dict("list"),
    }
    digest = hashlib.sha256(_json(described).encode())
    data = evidence.to_dataset()
    for name in sorted(str(name) for name in data.variables if name != "pattern_of"):
        values = data[name].to_numpy()
        digest.update(f"{name} {data[name].dims} {values.shape}".encode())
        digest.update(_bytes(values))
    digest.update(_json(sorted(evidence.incidents["numbers"])).encode())
    return digest.hexdigest()


def _bytes(values: np.ndarray) -> bytes:
    """Bytes that do not depend on the machine: 64 bits little-endian, or text."""
    if values.dtype.kind in "biu":
        return values.astype("<i8").tobytes()
    return "\0".join(str(value) for value in values.ravel()).encode()


def _plain_prior(priors: Priors, name: str) -> list[object]:
    prior = priors[name]
    return [prior.distribution, {k: repr(float(v)) for k, v in sorted(prior.parameters.items())}]


def _code_digest() -> str:
    """Hash the code that draws, so that a fit of an older formula is never taken for new."""
    digest = hashlib.sha256()
    drawing = (ROOT / "inference" / f"{name}.py" for name in SAMPLER)
    reading = (ROOT / "data" / f"{name}.py" for name in DATA)
    for path in (*sorted(ROOT.glob("models/*.py")), *drawing, *reading):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _digest(value: Mapping[str, object]) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()[:DIGITS]


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def writable(dataset: xr.Dataset) -> xr.Dataset:
    """Turn pandas' text arrays, which Zarr does not know, into arrays of Python text."""
    changed = {
        name: xr.Variable(variable.dims, np.asarray(variable.values, dtype=object), variable.attrs)
        for name, variable in dataset.variables.items()
        if isinstance(variable.dtype, pd.api.extensions.ExtensionDtype)
    }
    return dataset.assign(changed)
