r"""Who dies: the victim class of an incident, a part of its mark.

.. math:: \rho[w \mid k, c] = \operatorname{softmax}_w(\rho_{cw} + \sigma_W\,\rho_{kw})

w over the classes that reports know. Detection depends on w, so that the incidents that nobody saw
have other victims than those somebody saw: where every killed journalist is reported, the
unreported dead are no journalists. A reported class ``unknown`` is missing, never a class.
"""

from . import effects
from .design import Design
from .engine import Array, Engine, Params, log_softmax
from .families import fixed_scale, standardized
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design) -> list[Parameter]:
    """List the parameters of victim classes; none where fewer than two are known."""
    sizes = design.sizes
    return [
        *fixed_scale("class_base", priors, ["kind", "victim_class"], 1, sizes),
        *standardized("class_author", priors, ["author", "victim_class"], 1, sizes),
    ]


def log_class(params: Params, design: Design, engine: Engine) -> Array:
    """log P(class | author, kind), shape (author, kind, class)."""
    xp, sizes = engine.xp, design.sizes
    n_c, n_w, n_a = sizes["kind"], sizes["victim_class"], sizes["author"]
    base = effects.effect(params, "class_base", (n_c, n_w), xp)
    own = effects.scaled(params, "class_author", (n_a, n_w), xp)
    return log_softmax(engine, own[:, None, :] + base, 2)
