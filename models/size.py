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
    # One weight for all: a place hangs on the others, with which its deviations sum to zero.
    by_region = centring.weights(named.sum(axis=0), centring.PRIOR_SIZES).mean()
    result = [
        _base(priors, design),
        *_by_author(priors, design, organized),
        *standardized("size_region", priors, ["region", "size"], 2, sizes, by_region),
    ]
    if design.names.rivalries:
        result += fixed_scale("size_rivalry", priors, ["size"], 1, sizes)
    if design.names.has_other:
        result += fixed_scale("size_other", priors, ["size"], 1, sizes)
    return result


def _by_author(priors: Priors, design: Design, named: Floats) -> list[Parameter]:
    """Deviations of authors, centred along each direction by what their incidents say of it."""
    dims = ["organized", "size"]
    scale, effect = standardized("size_author", priors, dims, 1, design.sizes)
    found = centring.size_directions(centring.reported_shares(design).size)
    known = named[:, None] * found.information
    power = -centring.weights(known, centring.PRIOR_DIRECTION)
    power = np.column_stack([power, np.zeros(len(power))])
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
