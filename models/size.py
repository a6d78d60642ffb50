r"""How many die: the size mark of an incident.

.. math:: \rho[v \mid k, r, c] =
    \operatorname{softmax}_v(\rho_{cv} + \sigma_K\,\rho_{kv} + \sigma_R\,\rho_{rv})

Bins v = 0, 1, 2–3, 4–7, 8+. Detection depends on the bin, so that the incidents nobody saw
are smaller than those somebody saw. Rivalries and ``other`` have a shift of their own; a deviation
of the one author ``other`` beside its shift would be the same twice. Places differ: were sizes the
same everywhere, a place with larger incidents would pass for one where small ones are missed
(docs/methods.md).
"""

from dataclasses import replace

import numpy as np

from ..data.arrays import Floats
from . import centring, effects
from .centring import Directions
from .design import Design
from .engine import Array, Engine, Params, log_softmax
from .families import fixed_scale, standardized
from .names import is_other
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the size parameters."""
    sizes, named = design.sizes, centring.named_incidents(design)
    organized = named[~is_other(design.names)].sum(axis=1)
    found = centring.size_directions(centring.reported_shares(design).size)
    by_author = standardized("size_author", priors, ["organized", "size"], 1, sizes)
    by_region = standardized("size_region", priors, ["region", "size"], 2, sizes)
    weight = _weights(found, named.sum(axis=0))
    result = [
        _base(priors, design),
        *_directed(by_author, found, _weights(found, organized)),
        # One weight for all: a place hangs on the others, with which its deviations sum to zero.
        *_directed(by_region, found, weight.mean(axis=0, keepdims=True)),
    ]
    if design.names.rivalries:
        result += fixed_scale("size_rivalry", priors, ["size"], 1, sizes)
    if design.names.has_other:
        result += fixed_scale("size_other", priors, ["size"], 1, sizes)
    return result


def _weights(found: Directions, named: Floats) -> Floats:
    """How far deviations are centred by what incidents say of each direction: (…, direction)."""
    return centring.weights(named[:, None] * found.information, centring.PRIOR_DIRECTION)


def _directed(listed: list[Parameter], found: Directions, weight: Floats) -> list[Parameter]:
    """A scale and its effect on sizes, the effect by its coefficients along the directions."""
    if not listed:
        return []
    scale, effect = listed
    power = np.column_stack([-weight, np.zeros(len(weight))])
    arguments = {**effect.arguments, "power": power, "basis": found.basis}
    return [scale, replace(effect, distribution="directions", unit=scale.name, arguments=arguments)]


def _base(priors: Priors, design: Design) -> Parameter:
    """Sizes by kind; their unconstrained values are those of *reported* sizes."""
    (base,) = fixed_scale("size_base", priors, ["kind", "size"], 1, design.sizes)
    return replace(base, distribution="sizes")


def log_size(params: Params, design: Design, engine: Engine) -> Array:
    """log P(size | author, region, kind), shape (author, region, kind, size)."""
    xp, names = engine.xp, design.names
    k, n_region = len(names.organizations), design.sizes["region"]
    size = design.sizes["size"]
    region = effects.scaled(params, "size_region", (n_region, size), xp)
    deviation = effects.scaled(params, "size_author", (design.sizes["organized"], size), xp)
    blocks = [deviation[:k]]
    if names.has_other:
        blocks.append(params["size_other"][None, :])
    if names.rivalries:
        blocks.append(deviation[k:] + params["size_rivalry"])
    author = xp.concatenate(blocks, axis=0)
    place = region[:, None, :] + params["size_base"]
    return log_softmax(engine, author[:, None, None, :] + place, 3)
