"""Prior against posterior: how far the data moved every parameter of the model."""

from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd
import xarray as xr

LITTLE = 0.2
"""Share by which a standard deviation has to shrink to count as informed. With 100 effective draws,
the least that the gate accepts of a parameter, that of the draws is off by 7% itself."""
NEAR = 0.25
"""Prior standard deviations by which a mean has to move to count as informed where its spread did
not shrink: 2.5 errors of 100 effective draws."""
WEAK = 0.1
"""Share of the precision below which the data alone say next to nothing of a parameter."""
SAMPLE = ("chain", "draw")
COLUMNS = (
    "parameter", "dims", "level", "prior_mean", "prior_sd", "mean", "sd", "alone", "moved",
    "informed",
)  # fmt: skip


def movements(
    posterior: xr.Dataset, prior: xr.Dataset, profiles: xr.Dataset | None = None
) -> pd.DataFrame:
    """Compare prior and posterior of every level of every parameter.

    Parameters
    ----------
    posterior, prior
        Draws of every variable of the model, dims ``chain, draw`` and its own; a variable
        that one of them lacks is left out, and so is a level that does not vary in the prior or
        has draws that are no numbers.
    profiles
        Precision of each parameter's profile likelihood (``profile``).

    Returns
    -------
    Columns ``parameter``, ``dims`` and ``level`` (names joined by ", "; empty for a scalar),
    ``prior_mean, prior_sd, mean, sd``; ``alone``: the share of the posterior's precision that the
    data have without any prior, all other parameters free (``profile``), NaN where no profile is;
    ``moved`` (1 - posterior sd / prior sd, at least 0) and ``informed``: whether it narrowed by
    more than ``LITTLE`` or shifted by more than ``NEAR``.
    Rows by name of the parameter, levels in their own order.
    """
    names = sorted(str(name) for name in posterior.data_vars if name in prior.data_vars)
    alone = xr.Dataset() if profiles is None else profiles
    tables = [_compared(name, posterior[name], prior[name], alone.get(name)) for name in names]
    empty = pd.DataFrame({column: [] for column in COLUMNS})
    frame = pd.concat(tables, ignore_index=True) if tables else empty
    kinds = dict.fromkeys(COLUMNS[:3], object) | dict.fromkeys(COLUMNS[3:9], float)
    return frame.astype({**kinds, "informed": bool})


def _compared(
    name: str, after: xr.DataArray, before: xr.DataArray, profile: xr.DataArray | None
) -> pd.DataFrame:
    dims = [dim for dim in after.dims if dim not in SAMPLE]
    (mean, sd), (prior_mean, prior_sd) = _moments(after, dims), _moments(before, dims)
    known = np.isfinite(mean + sd + prior_mean + prior_sd) & (prior_sd > 0)
    spread = np.where(known, prior_sd, 1.0)
    with np.errstate(invalid="ignore"):
        moved = np.maximum(0.0, 1.0 - sd / spread)
    precision = np.nan if profile is None else np.ravel(profile.transpose(*dims).to_numpy())
    table = pd.DataFrame(
        {
            "parameter": name,
            "dims": ", ".join(map(str, dims)),
            "level": list(_levels(after, dims)),
            "prior_mean": prior_mean,
            "prior_sd": prior_sd,
            "mean": mean,
            "sd": sd,
            "alone": np.minimum(1.0, precision * sd**2),
            "moved": moved,
        }
    ).loc[known]
    kept: pd.DataFrame = table.assign(informed=distance(table) > 1.0)
    return kept


def by_parameter(moved: pd.DataFrame) -> pd.DataFrame:
    """Gather what ``movements`` gives, a row a parameter.

    Returns
    -------
    By ``parameter``: ``dims``, ``levels`` and how many of them are ``informed``; ``moved`` and
    ``alone``, the means over the levels; and of a single number ``prior_mean, prior_sd, mean,
    sd``, NaN of several.
    """
    groups = moved.groupby("parameter", sort=True)
    levels = groups.size()
    means = groups[["prior_mean", "prior_sd", "mean", "sd"]].mean()
    return pd.DataFrame(
        {
            "dims": groups["dims"].first(),
            "levels": levels,
            "informed": groups["informed"].sum().astype(int),
            "moved": groups["moved"].mean(),
            "alone": groups["alone"].mean(),
            **means.where(levels == 1),
        }
    )


def carried(moved: pd.DataFrame) -> str:
    """Say how many parameters moved though the data alone say next to nothing of them; "" if none.

    Parameters
    ----------
    moved
        What ``movements`` gives.
    """
    went = moved[moved["informed"].astype(bool) & moved["alone"].notna()]
    weak = int((went["alone"] < WEAK).sum())
    if not weak:
        return ""
    return (
        f"Of {len(went):,} numbers that the data moved, {weak:,} are known only with what is "
        f"believed of others: else the data would hold less than {WEAK:.0%} of what is known of "
        "them (tables/parameters.csv, alone)."
    )


def distance(rows: pd.DataFrame) -> np.ndarray:
    """How far levels moved, narrower or elsewhere: the data informed those above 1.

    Parameters
    ----------
    rows
        Some rows of what ``movements`` gives.
    """
    shift = (rows["mean"] - rows["prior_mean"]).abs() / rows["prior_sd"]
    return np.maximum(rows["moved"].to_numpy() / LITTLE, shift.to_numpy() / NEAR)


def _moments(draws: xr.DataArray, dims: list[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every level, each of shape (level,)."""
    values = draws.transpose(*SAMPLE, *dims).to_numpy()
    flat = values.reshape(values.shape[0] * values.shape[1], -1)
    with np.errstate(invalid="ignore"):
        return flat.mean(axis=0), flat.std(axis=0)


def _levels(draws: xr.DataArray, dims: list[Hashable]) -> Iterator[str]:
    labels = [[str(label) for label in draws[dim].to_numpy().tolist()] for dim in dims]
    shape = tuple(len(found) for found in labels)
    for place in np.ndindex(shape):
        yield ", ".join(found[i] for found, i in zip(labels, place, strict=True))
