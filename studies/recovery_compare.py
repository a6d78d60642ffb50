"""A fitted round of the recovery study beside its truth: scores, sources, parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..data.arrays import Floats
from ..inference.baselines import MAJORITY, RAW, baselines
from ..inference.realize import oracle
from ..inference.scores import score
from ..inference.seeds import derive
from ..inference.sources import source_quality
from ..inference.summary import Diagnostics
from ..models.design import Design
from .recovery_world import Recoverable

Row = dict[str, Any]

ORACLE_DRAWS = 500
LARGEST_LISTED = 40
"""Parameters with more levels than this are not compared one by one."""


@dataclass(frozen=True)
class Fitted:
    """A round after its fit, all that the comparison reads; ``steps``: mean leapfrog steps."""

    round: Recoverable
    plan: Design
    posterior: xr.Dataset
    realized: xr.Dataset
    scores: xr.DataArray
    ranks: xr.Dataset
    diagnostics: Diagnostics
    steps: float


def contenders(fitted: Fitted, seed: int, known: xr.Dataset | None = None) -> list[Row]:
    """Compare every contender's realized score with what truly happened.

    Parameters
    ----------
    known
        Draws of what happened by one who knows the world, where its parameters are no values of
        the model's; else they are made from these.
    """
    drawn = fitted.round
    names = list(drawn.evidence.axes.contenders)
    true = true_scores(drawn, names)
    worst, draws = worst_of(true), _flat(fitted.scores.sel(organization=names))
    oracles = _oracle(fitted, names, seed, known)
    counted = baselines(drawn.evidence, drawn.rubric).set_index(["baseline", "organization"])
    points = counted["value"].to_dict()
    rng = np.random.default_rng(derive(seed, "ties"))
    return [
        {
            "contender": name,
            "truth": float(true[k]),
            "worst": float(worst[k]),
            **place(float(true[k]), draws[:, k], rng),
            **{f"oracle_{part}": v for part, v in oracles[k].items()},
            "p_worst": float(fitted.ranks["p_worst"].sel(organization=name)),
            "raw": points[RAW, name],
            "majority": points[MAJORITY, name],
        }
        for k, name in enumerate(names)
    ]


def _oracle(fitted: Fitted, names: list[str], seed: int, realized: xr.Dataset | None) -> list[Row]:
    """Give the same intervals as one who knows would; none where there are none."""
    drawn = fitted.round
    if realized is None:
        if not drawn.params:
            return [{} for _ in names]
        number = derive(seed, "oracle")
        realized = oracle(drawn.params, fitted.plan, drawn.rubric, ORACLE_DRAWS, number)
    draws = _flat(score(realized, drawn.rubric).sel(organization=names))
    true = true_scores(drawn, names)
    rng = np.random.default_rng(derive(seed, "oracle ties"))
    return [place(float(true[k]), draws[:, k], rng) for k in range(len(names))]


def true_scores(drawn: Recoverable, names: list[str]) -> Floats:
    """Score of the window as it truly was, shape (contender,)."""
    scores = drawn.simulated.score(drawn.rubric)
    return scores.reindex(names, fill_value=0.0).to_numpy(np.float64)


def worst_of(true: Floats) -> Floats:
    """1 of the one with the highest true score, shared by ties; shape as ``true``."""
    highest = true == true.max()
    return np.asarray(highest / highest.sum())


def place(truth: float, draws: Floats, rng: np.random.Generator) -> Row:
    """Where the truth lies among draws that should be its like.

    Returns
    -------
    ``q05, q95``: the interval; ``position``: share of the draws below the truth, ties broken
    at random, uniform on (0, 1) where the draws are right, whatever their number of ties.
    """
    low, high = np.quantile(draws, [0.05, 0.95])
    below, ties = (draws < truth).sum(), (draws == truth).sum()
    position = (below + rng.random() * (ties + 1)) / (len(draws) + 1)
    return {"q05": float(low), "q95": float(high), "position": float(position)}


def sources(fitted: Fitted, seed: int) -> Iterator[Row]:
    """Compare what is said of every source with its truth.

    ``detection``: share of the organizations' incidents of the window that it listed.
    ``right`` and ``unknown`` are probabilities: of the right name, and of none.
    """
    quality = source_quality(fitted.realized)["detection"]
    world = fitted.round.simulated.world
    true = listed_shares(fitted.round)
    rng = np.random.default_rng(derive(seed, "source ties"))
    for s, spec in enumerate(world.sources):
        values = {
            "detection": (true[s], quality.isel(source=s).to_numpy().ravel()),
            "right": (world.right[s], fitted.posterior["right"].to_numpy()[..., s].ravel()),
            "unknown": (
                world.unknown[s, 0],
                fitted.posterior["unknown"].to_numpy()[..., s].ravel(),
            ),
        }
        for what, (truth, draws) in values.items():
            kept = draws[np.isfinite(draws)]
            if np.isfinite(truth) and len(kept):
                row = {"source": spec.id, "what": what, "truth": float(truth)}
                yield row | place(float(truth), kept, rng)


def listed_shares(drawn: Recoverable) -> list[float]:
    """Share of the organizations' incidents of the window that each source listed."""
    simulated = drawn.simulated
    pieces = simulated.pieces
    own = pieces["organization"].isin(simulated.world.organizations) & (pieces["incidents"] > 0)
    inside = simulated.incidents["in_window"]
    ids = set(pieces.loc[own, "incident_id"]) & set(inside.index[inside])
    listed = simulated.reports[simulated.reports["incident_id"].isin(ids)].groupby("source").size()
    names = [spec.id for spec in simulated.world.sources]
    return [float(n) / len(ids) if ids else float("nan") for n in listed.reindex(names).fillna(0)]


def parameters(fitted: Fitted) -> Iterator[Row]:
    """Place the true value of every parameter of few levels among its draws."""
    for name, true in fitted.round.params.items():
        draws = fitted.posterior[name].to_numpy()
        flat = draws.reshape(draws.shape[0] * draws.shape[1], -1)
        values = np.atleast_1d(true).ravel()
        for level in range(len(values) if len(values) <= LARGEST_LISTED else 0):
            position = float((flat[:, level] < values[level]).mean())
            yield {"parameter": name, "level": level, "position": position}


def _flat(draws: xr.DataArray) -> Floats:
    """Shape (draw, organization)."""
    array = draws.transpose("chain", "draw", "organization").to_numpy()
    return array.reshape(-1, array.shape[-1])
