"""What a fit of a strained round says of regions, whoever did it, beside what truly happened."""

from collections.abc import Iterator

import numpy as np

from ..inference.ranks import rank
from ..inference.scores import score_places
from ..inference.seeds import derive
from .recovery_compare import Fitted, Row, place, worst_of


def regions(fitted: Fitted, seed: int) -> Iterator[Row]:
    """Place the true score of each region among its draws.

    Yields
    ------
    ``region``, ``truth``, ``worst`` (1 of the one with the highest true score, shared by ties),
    ``q05, q95, position`` as ``recovery_compare.place`` has them, ``p_worst``.
    """
    drawn = fitted.round
    names = [str(name) for name in drawn.evidence.axes.regions]
    scores = score_places(fitted.realized, drawn.rubric)
    p_worst = rank(scores, names)["p_worst"]
    true = drawn.simulated.score_places(drawn.rubric).reindex(names, fill_value=0.0).to_numpy(float)
    worst = worst_of(true)
    rng = np.random.default_rng(derive(seed, "region ties"))
    for k, name in enumerate(names):
        yield {
            "region": name,
            "truth": float(true[k]),
            "worst": float(worst[k]),
            **place(float(true[k]), scores.sel(region=name).to_numpy().ravel(), rng),
            "p_worst": float(p_worst.sel(region=name)),
        }
