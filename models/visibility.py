r"""What all sources see or miss together, and what none of them can see.

Two laws of the visibility z that the sources of an incident share, both of mean 0 and variance 1:

.. math::
    \text{normal:}\quad z &\sim N(0, 1) \\
    \text{two classes:}\quad z &= -\sqrt{(1-q)/q} \text{ with probability } q,
        \quad +\sqrt{q/(1-q)} \text{ else}, \qquad q \sim \mathrm{Beta}(2, 2)

No number of lists tells them apart (Link 2003), and they can differ thirtyfold in what they say
was not seen; so a designation must hold under both. A share ψ of each author's incidents is never
visible, with its prior: the likelihood sees μ(1 − ψ) and no more. ψ of a rivalry is the mean of
its members'.
"""

import numpy as np

from .design import Design
from .engine import Array, Engine, Params
from .families import simple
from .parameters import Parameter
from .priors import Priors
from .structure import TWO_CLASS


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of what is seen together, and of what never is."""
    sizes, structure = design.sizes, design.structure
    result = [simple("visibility", priors["visibility"], ["lister"], sizes)]
    if structure.visibility == TWO_CLASS:
        result.append(simple("low_share", priors["low_share"]))
    if design.histories.groups:
        prior = priors["group_visibility"]
        result.append(simple("group_visibility", prior, ["grouped"], sizes))
    if structure.never_visible:
        result.append(simple("never_visible", priors["never_visible"], ["plain_name"], sizes))
    return result


def n_nodes(design: Design) -> int:
    """How many nodes the law has."""
    return 2 if design.structure.visibility == TWO_CLASS else len(design.histories.nodes)


def nodes(params: Params, design: Design, engine: Engine) -> tuple[Array, Array]:
    """Nodes and weights of the visibility, each of shape (node,)."""
    h, xp = design.histories, engine.xp
    if "low_share" not in params:
        return h.nodes, h.weights
    q = params["low_share"]
    return xp.stack([-xp.sqrt((1 - q) / q), xp.sqrt(q / (1 - q))]), xp.stack([q, 1 - q])


def log_visible(params: Params, design: Design, engine: Engine) -> Array:
    """log(1 - ψ), shape (author,)."""
    member = design.names.member
    if "never_visible" not in params:
        return np.zeros(len(member))
    # Members that have no axis, such as ``other`` in a round without one, are as the mean.
    weight = member / np.maximum(member.sum(axis=1, keepdims=True), 1e-300)
    return engine.xp.log1p(-engine.xp.dot(weight, params["never_visible"]))
