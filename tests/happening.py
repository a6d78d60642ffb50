"""What happens in a tiny case, by plain loops: rates, sizes, victim classes, what nobody can see.

Written from the docstrings of ``rates``, ``size``, ``victims`` and ``visibility``.
"""

import itertools
import math

from accounts import unattributed
from dtoscore.data.attribution import OTHER
from tiny import Case
from values import Params, expit, get, members, softmax


def n_class(case: Case) -> int:
    """Number of victim classes; one where they are not modelled."""
    return len(case.classes) if case.structure.classes and len(case.classes) > 1 else 1


def rate(case: Case, p: Params, author: str, r: int, t: int, c: int) -> float:
    """μ of one author in one cell."""
    if (author, t) in case.never:
        return 0.0
    if author == OTHER:
        return other_level(case, p) * other_shape(case, p, r, t, c)
    shared = exposure(case, t)
    shared += get(p, "rate_region", r) + get(p, "rate_period_scale") * get(p, "rate_period", t)
    shared += absence(case, p, author, r, t)
    if author in case.organizations:
        k = case.organizations.index(author)
        level = get(p, "rate_intercept") + get(p, "rate_organization", k)
        effects = get(p, "rate_kind", c) + get(p, "rate_organization_kind", k, c)
        effects += get(p, "rate_organization_region", k, r)
        return math.exp(level + shared + effects + walk(case, p, "rate_organization", k, t))
    d = case.rivalries.index(author)
    level = get(p, "rivalry_intercept") + get(p, "rivalry_level", d)
    effects = get(p, "rivalry_kind", c) + get(p, "rivalry_region", d, r)
    return math.exp(level + shared + effects + walk(case, p, "rivalry", d, t))


def exposure(case: Case, t: int) -> float:
    """log of a period's days over their mean."""
    if not case.structure.exposure or not case.days:
        return 0.0
    return math.log(case.days[t] * len(case.days) / sum(case.days))


def absence(case: Case, p: Params, author: str, r: int, t: int) -> float:
    """Penalty of who is not present, or disputed; of a rivalry where that is one of its members."""
    if case.ground is None or not case.structure.presence:
        return 0.0
    who = members(author)
    absent = any(name in who and region == r for name, region in case.ground.absent)
    disputed = any(name in who and period == t for name, period in case.ground.disputed)
    return get(p, "absence") * (absent + disputed)


def walk(case: Case, p: Params, name: str, level: int, t: int) -> float:
    """Random walk over the periods, centred."""
    here, path = 0.0, [0.0]
    for step in range(case.n_period - 1):
        here += get(p, f"{name}_walk_scale") * get(p, f"{name}_walk", step, level)
        path.append(here)
    return path[t] - sum(path) / len(path)


def other_shape(case: Case, p: Params, r: int, t: int, c: int) -> float:
    """Rate of ``other`` in one cell, up to its level."""
    effects = exposure(case, t) + get(p, "other_kind", c) + get(p, "other_region", r)
    return math.exp(effects + get(p, "other_period_scale") * get(p, "other_period", t))


def other_level(case: Case, p: Params) -> float:
    """Level of ``other``, from the organizations' share of all unnamed incidents."""
    authors = [author for author in case.authors if author != OTHER]
    cells = list(itertools.product(range(case.n_region), range(case.n_period), range(case.n_kind)))
    named = sum(rate(case, p, author, *cell) for author in authors for cell in cells)
    named /= sum(other_shape(case, p, *cell) for cell in cells)
    unnamed, unnamed_other = unattributed(case, p)
    share = expit(get(p, "other_share"))
    return named * unnamed / unnamed_other * (1 - share) / share


def size(case: Case, p: Params, number: int, r: int, c: int) -> list[float]:
    """ρ of one author, by size."""
    author = case.authors[number]
    logits = [
        get(p, "size_base", c, v) + get(p, "size_region_scale") * get(p, "size_region", r, v)
        for v in range(5)
    ]
    if author == OTHER:
        return softmax([x + get(p, "size_other", v) for v, x in enumerate(logits)])
    row = [name for name in case.authors if name != OTHER].index(author)
    own = get(p, "size_author_scale")
    logits = [x + own * get(p, "size_author", row, v) for v, x in enumerate(logits)]
    if author in case.rivalries:
        logits = [x + get(p, "size_rivalry", v) for v, x in enumerate(logits)]
    return softmax(logits)


def victim_class(case: Case, p: Params, number: int, c: int) -> list[float]:
    """ρ of one author, by victim class."""
    own = get(p, "class_author_scale")
    return softmax([
        get(p, "class_base", c, w) + own * get(p, "class_author", number, w)
        for w in range(n_class(case))
    ])  # fmt: skip


def never_visible(case: Case, p: Params, author: str) -> float:
    """ψ; of a rivalry the mean of its members that are on the axis."""
    known = [case.plain.index(name) for name in members(author) if name in case.plain]
    return sum(get(p, "never_visible", k) for k in known) / len(known)
