r"""Who silences whom: detection that depends on the perpetrator, by type of source.

.. math::
    \gamma_{s,k,t} &= c_{\mathrm{type}(s)} + \begin{cases}
        \sigma g_k + \sigma_T g_{\mathrm{type}(s), k}
        + \sum_{e \text{ past at } t} \omega_{ek}\,\delta_e & s \text{ sees claims} \\
        \sigma_C g'_k & s \text{ adjudicates} \end{cases} \\
    g, g' &\sim \mathrm{ZeroSumNormal}(1), \quad c \sim N(0, .5), \quad
    \sigma \sim \mathrm{Rayleigh}(.65), \quad \sigma_T, \sigma_C \sim \mathrm{Rayleigh}(.4)

added to logit p; negative where an organization keeps sources from reporting. A cartel silences
the press and not the federal list: with one γ for all types a cartel that silences the press
alone gains or loses with the wrong sources. γ of a rivalry is the mean of
its members', that of ``other`` is zero: ordinary violence silences nobody. g is zero-sum over
organizations, deviations by type over types, too: what all organizations have in common is the
source's own level, unless there is ``other`` beside them. Then c says how much harder, or easier,
than ordinary violence a type of source sees that of organizations: without it a press that fears
all of them would be taken for one that sees them as well as a quarrel between neighbours.
Adjudicated sources are a type of their own: whom the state chooses to take to court is selected.
That selection g' knows nothing of silencing, nor are courts among the types over which deviations
are zero-sum: whom courts pursue more is not for that reason seen less by the press. After an event
e, such as an announcement, silencing by the organization that it names, in the region that it
names, may shift by δ_e; one that names nobody speaks of all organizations and their rivalries,
never of ``other``.
"""

import numpy as np

from ..data.arrays import Floats
from ..data.values import ADJUDICATED
from . import effects
from .circumstances import adjudicated, source_types
from .design import Design
from .engine import Array, Engine, Params
from .families import simple, standardized
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of silencing; none for one organization alone."""
    sizes, structure = design.sizes, design.structure
    result: list[Parameter] = []
    if structure.silencing:
        result += standardized("silencing", priors, ["organization"], 1, sizes)
        dims = ["silenced_type", "organization"]
        result += standardized("silencing_type", priors, dims, 2, sizes)
        if ADJUDICATED in design.coords["source_type"]:
            result += standardized("court_selection", priors, ["organization"], 1, sizes)
        if design.names.has_other:
            dims = ["source_type"]
            result.append(simple("silencing_common", priors["silencing_common"], dims, sizes))
    if design.around.events:
        result.append(simple("silencing_event", priors["silencing_event"], ["event"], sizes))
    return result


def by_author(params: Params, design: Design, engine: Engine) -> Array:
    """γ, shape (lister, reach class, epoch)."""
    xp, h = engine.xp, design.histories
    k = len(design.names.organizations)
    types, type_of = source_types(design.evidence, h.listers)
    sees = (~adjudicated(design.evidence)[h.listers]).astype(float)
    silenced = effects.scaled(params, "silencing_type", (design.sizes["silenced_type"], k), xp)
    selected = effects.scaled(params, "court_selection", (k,), xp)
    by_type = xp.concatenate([silenced, selected[None]], axis=0)[: len(types)]
    by_type = by_type + effects.effect(params, "silencing_common", (len(types),), xp)[:, None]
    own = sees[:, None] * effects.scaled(params, "silencing", (k,), xp) + by_type[type_of]
    member = design.names.member[h.classes.author][:, :k]
    shift = effects.effect(params, "silencing_event", (len(design.around.events),), xp)
    lasting = xp.dot(shift, event_table(design)).reshape((len(member), design.around.past.shape[1]))
    return xp.dot(own, member.T)[:, :, None] + sees[:, None, None] * lasting


def event_table(design: Design) -> Floats:
    """How much of each event's shift a reach class has in an epoch: (event, class x epoch)."""
    around, chosen = design.around, design.histories.classes.author
    table = around.event_author[:, chosen][:, :, None] * around.past[:, None, :]
    return np.asarray(table.reshape(len(table), len(chosen) * around.past.shape[1]), float)
