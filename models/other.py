"""``other``, violence by none of the organizations: what tells of it, and how it is sampled."""

import math
from dataclasses import replace

from ..data.attribution import OTHER
from ..data.axes import lists
from .design import Design
from .families import fixed_scale, pooled, simple, standardized
from .parameters import Parameter
from .priors import Priors


def parameters(priors: Priors, design: Design, intercept: Parameter) -> list[Parameter]:
    """``other`` in levels by place: totals fix those of most places, and not their sum.

    Where neither totals nor a source whose silence informs tell of it (``is_told``) it is sampled
    in its priors' own coordinates: centred levels would meet the funnel of their scale.
    """
    sizes, told = design.sizes, is_told(design)
    share = simple("other_share", priors["other_share"])
    region = pooled("other_region", priors, ["region"], sizes, 1.0 if told else 0.0)
    if told:
        start = intercept.arguments["start"] + math.log(sizes["organization"])
        arguments = {**share.arguments, "start": start}
        share = replace(share, distribution="level", arguments=arguments)
        region = [
            replace(p, distribution="levels", around=(share,)) if p.scale else p for p in region
        ]
    return [
        share,
        *fixed_scale("other_kind", priors, ["kind"], 1, sizes),
        *region,
        *standardized("other_period", priors, ["period"], 1, sizes),
    ]


def is_listed(design: Design) -> bool:
    """Whether a source whose silence informs lists what is said to be by ``other``."""
    coverage = design.evidence.axes.sources["coverage"].iloc[design.histories.listers]
    return any(lists(c, OTHER, design.names.contenders) for c in coverage)


def is_told(design: Design) -> bool:
    """Whether a source whose silence informs lists ``other``, or a total counts it."""
    return is_listed(design) or is_counted(design)


def is_counted(design: Design) -> bool:
    """Whether a total that the model takes in counts ``other``."""
    found, authors = design.evidence.aggregates, design.evidence.axes.authors
    if found is None or not design.structure.totals or OTHER not in authors:
        return False
    return bool(found.authors[:, authors.index(OTHER)].any())
