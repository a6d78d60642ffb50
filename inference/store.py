"""Finished fits on disk: named by what they depend on, there whole or not at all.

``ROUND/work/<evidence, priors, structure, version>/<options, seed>.zarr``. A fit is written
under a temporary name and renamed when it is complete, so whatever has the final name is
finished. A process locks its temporary folder while it lives: what a dead one left is
removed by the next.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ..data.evidence import Evidence
from ..data.partial import locked, partial
from ..models.joint import Structure
from ..models.priors import Priors
from .fit import FitOptions

SOFTWARE = ("dtoscore", "numpy", "pymc", "nutpie", "numba")
"""What draws depend on beside the input; the model's own code is hashed."""
DIGITS = 16
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


def sampling(options: FitOptions) -> dict[str, int]:
    """What a command can say of a fit: draws, tune, chains, seed."""
    values = asdict(options)
    return {name: int(values[name]) for name in ("draws", "tune", "chains", "seed")}


def record(work: Path, options: FitOptions) -> None:
    """Note beside a fit how it was sampled, for those who look for another one."""
    work.mkdir(parents=True, exist_ok=True)
    text = json.dumps(sampling(options))
    path_of(work, options).with_suffix(".json").write_text(text, encoding="utf-8")


def recorded(work: Path) -> list[dict[str, int]]:
    """How each finished fit of a folder was sampled, where that was noted."""
    notes = [path.with_suffix(".json") for path in sorted(work.glob("[!.]*.zarr"))]
    return [json.loads(note.read_text(encoding="utf-8")) for note in notes if note.exists()]


def load(path: Path) -> xr.DataTree | None:
    """Open a finished fit; None where there is none. Arrays are read when they are used."""
    if not path.is_dir():
        return None
    tree: xr.DataTree = xr.open_datatree(path, engine="zarr", consolidated=False)
    return tree


def save(tree: xr.DataTree, path: Path) -> xr.DataTree:
    """Store a finished fit and open it as stored.

    Where another process has stored the same fit meanwhile, that one is taken.
    """
    clean(path.parent)
    with partial(path) as folder:
        tree.map_over_datasets(_writable).to_zarr(folder, mode="w", consolidated=False)
        if not path.exists():
            folder.rename(path)
    stored = load(path)
    if stored is None:
        raise FileNotFoundError(str(path))
    return stored


def clean(work: Path) -> None:
    """Remove what dead processes left among the fits of a folder; living ones keep theirs."""
    for left in sorted(work.glob(".*.partial-*")):
        with locked(left) as dead:
            if dead:
                shutil.rmtree(left, ignore_errors=True)


def _evidence_digest(evidence: Evidence) -> str:
    """Hash what the likelihood reads: axes, coverage and patterns, not the numbers of dead."""
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
    drawing = (ROOT / "inference" / "fit.py", ROOT / "inference" / "prior.py")
    for path in (*sorted(ROOT.glob("models/*.py")), *drawing):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _digest(value: Mapping[str, object]) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()[:DIGITS]


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _writable(dataset: xr.Dataset) -> xr.Dataset:
    """Turn pandas' text arrays, which Zarr does not know, into arrays of Python text."""
    changed = {
        name: xr.Variable(variable.dims, np.asarray(variable.values, dtype=object), variable.attrs)
        for name, variable in dataset.variables.items()
        if isinstance(variable.dtype, pd.api.extensions.ExtensionDtype)
    }
    return dataset.assign(changed)
