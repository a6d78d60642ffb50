r"""How many die: the size mark of an incident.

.. math:: \rho[v \mid k, c] = \operatorname{softmax}_v(\rho_{cv} + \tau\,\rho_{kv})

Bins v = 0, 1, 2–3, 4–7, 8+. Detection depends on the bin, so that the incidents nobody saw
are smaller than those somebody saw. Rivalries and ``other`` have a shift of their own.
"""

from . import effects
from .design import Design
from .engine import Array, Engine, Params, log_softmax
from .priors import Priors


def declare(params: Params, priors: Priors, design: Design) -> None:
    """Declare the sizes' parameters in the open PyMC model, into ``params``."""
    effects.fixed_scale(params, priors, "size_base", ["kind", "size"], 1)
    effects.standardized(params, priors, "size_author", ["author", "size"], 1)
    if design.names.rivalries:
        effects.fixed_scale(params, priors, "size_rivalry", ["size"], 1)
    if design.names.has_other:
        effects.fixed_scale(params, priors, "size_other", ["size"], 1)


def log_size(params: Params, design: Design, engine: Engine) -> Array:
    """log P(size | author, kind), shape (author, kind, size)."""
    xp, names = engine.xp, design.names
    n = len(names.authors)
    deviation = effects.effect(params, "size_author", (n, 5), xp, scaled=True)
    blocks = [xp.zeros((len(names.organizations), 5))]
    if names.has_other:
        blocks.append(params["size_other"][None, :])
    if names.rivalries:
        blocks.append(xp.zeros((len(names.rivalries), 5)) + params["size_rivalry"])
    author = deviation + xp.concatenate(blocks, axis=0)
    return log_softmax(engine, params["size_base"][None] + author[:, None, :], 2)
