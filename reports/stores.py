"""The draws and the evidence as Zarr stores that are the same for the same content."""

import json
import shutil
from pathlib import Path

import xarray as xr

from ..inference import store

VOLATILE_ATTRIBUTES = frozenset({"created_at", "sampling_time", "tuning_time", "host"})
VOLATILE_VARIABLES = frozenset({"perf_counter_diff", "perf_counter_start", "process_time_diff"})
"""Clock readings that samplers leave in a store; they belong into run.json."""


def write_posterior(
    posterior: Path, scores: xr.DataArray, places: xr.DataArray, out: Path
) -> dict[str, object]:
    """Write the draws, and what was made of each.

    Parameters
    ----------
    posterior
        The store of the fit, copied as it is: written once more its hundreds of small arrays
        took as long as a small fit.
    scores, places
        Realized scores (chain, draw, organization) and (chain, draw, region), written as the
        group ``scores``: they are drawn after the posterior and with a seed of their own, so the
        draws alone do not give them.

    Returns
    -------
    dict
        The clock readings that were taken out, by "group/name", for run.json.
    """
    shutil.copytree(posterior, out)
    named = {"score": (scores, "organization"), "region_score": (places, "region")}
    realized = {
        name: value.transpose("chain", "draw", axis).astype(float).rename(name)
        for name, (value, axis) in named.items()
    }
    group = store.writable(xr.Dataset(realized))
    group.to_zarr(out, group="scores", mode="a", consolidated=False)
    return _strip(out)


def write_evidence(evidence: xr.Dataset, out: Path) -> None:
    """Write the sufficient statistic."""
    store.writable(evidence).to_zarr(out, mode="w", consolidated=False)


def mark_simulated(*stores: Path) -> None:
    """Say in the attributes of stores that what they hold was made of invented data."""
    for folder in stores:
        path = folder / "zarr.json"
        metadata = json.loads(path.read_text(encoding="utf-8"))
        metadata["attributes"] = {**metadata.get("attributes", {}), "simulated": True}
        path.write_text(json.dumps(metadata, indent=2, ensure_ascii=False), encoding="utf-8")


def _strip(folder: Path) -> dict[str, object]:
    """Take clock readings out of a store's metadata; its consolidated copy of it goes too."""
    for name in VOLATILE_VARIABLES:
        for array in sorted(folder.rglob(name)):
            shutil.rmtree(array)
    taken: dict[str, object] = {}
    for path in sorted(folder.rglob("zarr.json")):
        metadata = json.loads(path.read_text(encoding="utf-8"))
        metadata.pop("consolidated_metadata", None)
        attributes = metadata.get("attributes", {})
        for name in sorted(VOLATILE_ATTRIBUTES & set(attributes)):
            place = path.parent.relative_to(folder) / name
            taken[place.as_posix()] = attributes.pop(name)
        path.write_text(json.dumps(metadata, indent=2, ensure_ascii=False), encoding="utf-8")
    return taken
