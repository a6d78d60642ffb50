"""What ``round.toml`` declares of a series of totals, and a fit has left."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..data.evidence import Evidence

FAR = 2.0
"""Declared standard deviations from which a declared belief has been left."""
DECLARED = {
    "capture": ("capture", "that it counts"),
    "total_share": ("share", "that the organizations' share of it is"),
}
"""What may be declared as a mean and its sd, by parameter: its columns' name, and words."""


def overturned(moved: pd.DataFrame, evidence: Evidence) -> list[str]:
    """Say which declared belief about a series the fit has left by more than ``FAR`` sd.

    Parameters
    ----------
    moved
        Prior against posterior of every parameter, as ``movements`` gives it.
    """
    if evidence.aggregates is None:
        return []
    declared = evidence.aggregates.series
    return [
        f"Of series {name} round.toml says {said}; with this round the model finds {found}. "
        "Declaration and data contradict each other: one of them, or the model, is wrong, and what "
        "rests on the series with it."
        for name, said, found in (*_shares(moved, declared), *_noises(moved, declared))
    ]


def _shares(moved: pd.DataFrame, declared: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    for parameter, (column, what) in DECLARED.items():
        for name, row in _stated(moved, parameter, declared[f"{column}_mean"]).iterrows():
            mean, sd = (float(declared[f"{column}_{part}"][str(name)]) for part in ("mean", "sd"))
            if abs(row["mean"] - mean) > FAR * sd:
                said = f"{what} {mean:g} ± {sd:g}"
                yield str(name), said, f"{row['mean']:.2g} ± {row['sd']:.2g}"


def _noises(moved: pd.DataFrame, declared: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Noise is declared as one number, the middle of a log-normal law: its distance is a ratio."""
    for name, row in _stated(moved, "total_noise", declared["noise"]).iterrows():
        sd = np.sqrt(np.log1p((row["prior_sd"] / row["prior_mean"]) ** 2))
        given = float(declared["noise"][str(name)])
        if abs(np.log(row["mean"] / given)) > FAR * sd:
            yield str(name), f"that its noise is {given:g}", f"{row['mean']:.2g} ± {row['sd']:.2g}"


def _stated(moved: pd.DataFrame, parameter: str, column: pd.Series) -> pd.DataFrame:
    """Rows of one parameter whose series declares it, by series."""
    rows = moved[moved["parameter"] == parameter].set_index("level")
    return rows[rows.index.isin(column.index[column.fillna(0.0) > 0.0])]
