"""What the answer is under the other law of visibility, where a fit of it is there.

No number of sources tells the two laws apart (Link 2003), so that a reader asks for both. A fit of
the other costs as much as the first and is nobody's duty: what is not there is not made.
"""

from dataclasses import replace

import xarray as xr

from ..data.problems import listed
from ..data.rounds import Round
from ..models.design import Design
from ..models.structure import LAWS, Structure
from .decide import by_probability
from .diagnose import diagnose
from .ranks import rank
from .realize import realize
from .scores import score
from .seeds import derive

SAID = 0.005
"""Least P(worst) that is said."""


def other_law(structure: Structure) -> Structure:
    """The same model under the other law."""
    (law,) = set(LAWS) - {structure.visibility}
    return replace(structure, visibility=law)


def answer(tree: xr.DataTree, plan: Design, round_: Round, seed: int) -> str:
    """Say P(worst) by a fit of the other law, or that it failed its gate.

    Parameters
    ----------
    tree, plan
        The fit of the other law, and its design.
    seed
        Of the run.
    """
    draws = tree["posterior"].to_dataset().load()
    realized = realize(draws, plan, round_.rubric, derive(seed, "realize"))
    scores = score(realized, round_.rubric)
    ranks = rank(scores, plan.evidence.axes.contenders)
    stats = tree["sample_stats"].to_dataset()
    if not diagnose(scores, ranks["worst"], stats, draws, realized["unseen"]).passed:
        return "A fit of that law is there and failed its gate: it says nothing."
    p_worst = ranks["p_worst"].to_series()
    titles = round_.organizations["name"]
    shown = [f"{titles[k]} {p_worst[k]:.2f}" for k in by_probability(ranks) if p_worst[k] >= SAID]
    return f"Under that law P(worst) is: {listed(shown)}."
