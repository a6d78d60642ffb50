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
from .standing import standing
from .summary import REFUSED, Decision

SAID = 0.005
"""Least P(worst) that is said."""


def other_law(structure: Structure) -> Structure:
    """The same model under the other law."""
    (law,) = set(LAWS) - {structure.visibility}
    return replace(structure, visibility=law)


def answer(tree: xr.DataTree, plan: Design, round_: Round, seed: int, decision: Decision) -> str:
    """Say P(worst) by a fit of the other law, or why not.

    Beside a result that is refused nothing is told, and where the result puts nobody in order
    names are in that of the alphabet, as everywhere in a release.

    Parameters
    ----------
    tree, plan
        The fit of the other law, and its design.
    seed
        Of the run.
    decision
        Of the fit that the release is of.
    """
    if decision.status == REFUSED:
        return "A fit of that law is there; beside a refused one it is not told."
    draws, stats = (tree[name].to_dataset().load() for name in ("posterior", "sample_stats"))
    found = standing(draws, stats, plan, round_.rubric, seed)
    if not found.diagnostics.passed:
        return "A fit of that law is there and failed its gate: it says nothing."
    p_worst = found.ranks["p_worst"].to_series()
    titles = round_.organizations["name"]
    order = by_probability(found.ranks) if decision.may_order else sorted(p_worst.index)
    shown = [f"{titles[k]} {p_worst[k]:.2f}" for k in order if p_worst[k] >= SAID]
    return f"Under that law P(worst) is: {listed(shown)}."
