"""The likelihood by enumeration: plain loops over every latent label, for tiny cases only.

Written from the mathematics (docstrings of ``models/``), not from its code: an incident has an
author, a size, a victim class, a day, a visibility, and each group of sources one of its own; it
can be seen or not; its scene presents somebody or nobody; each source sees it or not, has
published it or not yet, and writes of it what ``accounts`` says, and lists it or not.
"""

import functools
import itertools
import math
from collections import defaultdict

import numpy as np
from accounts import accounts
from dtoscore.data.attribution import parse
from dtoscore.data.evidence import SILENT
from dtoscore.models.lateness import NEAR_LAG, farthest, laws
from dtoscore.models.priors import Priors
from dtoscore.models.quadrature import group_nodes, visibility_nodes
from dtoscore.models.structure import TWO_CLASS
from happening import never_visible, rate, size, victim_class
from tiny import Case
from tiny_ground import delays
from values import Cell, Params, Said, event_share, expit, get, groups, members

LOG_VICTIMS = [math.log(n) for n in (0.5, 1.0, 2.4, 5.0, 12.0)]
Shown = tuple[int, int, Said]
"""Size, victim class and what each source said."""


def means(case: Case, p: Params, cell: Cell) -> dict[Shown, list[float]]:
    """Mean number of incidents of each (size, class, said), by author; all silent is among them."""
    silent = (SILENT,) * len(case.sources)
    result: dict[Shown, list[float]] = defaultdict(lambda: [0.0] * len(case.authors))
    for k, author in enumerate(case.authors):
        whole = _subsets(list(range(len(silent))))
        told = {seers: accounts(case, p, author, cell, seers) for seers in whole}
        happen, hidden = rate(case, p, author, *cell), never_visible(case, p, author)
        sizes, classes = size(case, p, k, cell[0], cell[2]), victim_class(case, p, k, cell[2])
        for v, w in itertools.product(range(5), range(len(classes))):
            here = happen * sizes[v] * classes[w]
            result[v, w, silent][k] += here * hidden
            for seers, chance in seen_by(case, p, author, cell, v, w).items():
                for said, share in told[seers].items():
                    result[v, w, said][k] += here * (1.0 - hidden) * chance * share
    return result


def _subsets(sources: list[int]) -> list[frozenset[int]]:
    sizes = range(len(sources) + 1)
    return [frozenset(s) for n in sizes for s in itertools.combinations(sources, n)]


def seen_by(
    case: Case, p: Params, author: str, cell: Cell, v: int, w: int
) -> dict[frozenset[int], float]:
    """P(these sources and no others see it, and what they write of it is in by now).

    Over the days of the period and all visibilities; a source whose silence means nothing
    there is among both those who do and those who do not, each for certain.
    """
    result: dict[frozenset[int], float] = defaultdict(float)
    r, t, c = cell
    levels = {
        s: readiness(case, p, author, (r, t, c, v, w), s)
        for s in case.listers
        if case.looks(s, cell)
    }
    days, nodes = lags(case, t), visibilities(case, p)
    for day, (z, weight) in itertools.product(days, nodes):
        given_z = {frozenset[int](): weight / len(days)}
        for block in visibility_blocks(case):
            given_z = _joined(given_z, _block(case, p, block, levels, day, z))
        for seers, chance in given_z.items():
            result[seers] += chance
    return result


def _joined(
    first: dict[frozenset[int], float], second: dict[frozenset[int], float]
) -> dict[frozenset[int], float]:
    pairs = itertools.product(first.items(), second.items())
    return {a | b: x * y for (a, x), (b, y) in pairs}


def visibilities(case: Case, p: Params) -> list[tuple[float, float]]:
    """Values of the visibility that all share, and their probabilities."""
    if case.structure.visibility == TWO_CLASS:
        low = get(p, "low_share")
        return [(-math.sqrt((1 - low) / low), low), (math.sqrt(low / (1 - low)), 1 - low)]
    nodes, weights = visibility_nodes(len(case.listers))
    return list(zip(nodes.tolist(), weights.tolist(), strict=True))


def visibility_groups(case: Case) -> list[list[int]]:
    """Sources that share a visibility of their own."""
    return groups(case, case.listers) if case.structure.groups else []


def visibility_blocks(case: Case) -> list[list[int]]:
    """All sources, those of a group together."""
    grouped = visibility_groups(case)
    alone = set(range(len(case.sources))) - {s for group in grouped for s in group}
    return [*grouped, *([s] for s in sorted(alone))]


def _block(
    case: Case, p: Params, block: list[int], levels: dict[int, float], day: float, z: float
) -> dict[frozenset[int], float]:
    """P(who of a block sees it | z), over the visibility that the block has of its own.

    Where a source's silence means nothing both are one.
    """
    grouped = visibility_groups(case)
    nodes: list[tuple[float, float]] = [(0.0, 1.0)]
    if block in grouped:
        values, weights = group_nodes(max(len(group) for group in grouped))
        nodes = list(zip(values.tolist(), weights.tolist(), strict=True))
    order = [member for group in grouped for member in group]
    shared, own, in_now = dict[int, float](), dict[int, float](), dict[int, float]()
    for s in set(block) & set(levels):
        shared[s] = levels[s] + get(p, "visibility", case.listers.index(s)) * z
        own[s] = get(p, "group_visibility", order.index(s)) if s in order else 0.0
        in_now[s] = published(case, p, s, day)
    result: dict[frozenset[int], float] = defaultdict(float)
    for value, weight in nodes:
        seen = {s: in_now[s] * expit(shared[s] + own[s] * value) for s in shared}
        for seers in _subsets(block):
            missed = [1.0 - x for s, x in seen.items() if s not in seers]
            result[seers] += weight * math.prod([seen[s] for s in seers if s in seen] + missed)
    return result


def readiness(case: Case, p: Params, author: str, place: tuple[int, ...], s: int) -> float:
    """logit p at visibility zero."""
    r, t, c, v, w = place
    n = case.listers.index(s)
    logit = get(p, "detection", n) + get(p, "detection_size", n) * LOG_VICTIMS[v]
    logit += get(p, "detection_region_scale") * get(p, "detection_region", n, r)
    logit += get(p, "detection_kind_scale") * get(p, "detection_kind", n, c)
    logit += get(p, "detection_class_scale") * get(p, "detection_class", n, w)
    if case.ground is not None and case.structure.covariates:
        x = case.ground.covariate(len(case.sources), case.n_region)
        logit += sum(get(p, "detection_covariate", i) * x[i, s, r] for i in range(len(x)))
    return float(logit + silencing(case, p, author, s, t))


def silencing(case: Case, p: Params, author: str, s: int, t: int) -> float:
    """γ: the organization's, the mean of a rivalry's members, none of ``other``'s."""
    told = {case.sources[i].type for i in case.listers}
    silenced = sorted(told - {"adjudicated"})
    kind = [*silenced, "adjudicated"].index(case.sources[s].type)

    def own(name: str) -> float:
        if name not in case.organizations:
            return 0.0
        k = case.organizations.index(name)
        common = get(p, "silencing_common", kind)
        if case.sources[s].is_court:
            return common + get(p, "court_selection_scale") * get(p, "court_selection", k)
        by_type = get(p, "silencing_type_scale") * get(p, "silencing_type", kind, k)
        return common + get(p, "silencing_scale") * get(p, "silencing", k) + by_type

    who = members(author)
    gamma = sum(own(name) for name in who) / len(who)
    if case.ground is None or not case.structure.events or case.sources[s].is_court:
        return gamma
    for e, (_, first) in enumerate(case.ground.events):
        if t >= first:
            gamma += event_share(case, e, author) * get(p, "silencing_event", e)
    return gamma


def lags(case: Case, t: int) -> list[float]:
    """Days from the days that stand for a period to ``as_of``.

    Five where its end is near, its middle where it is not, ∞ where everything that will be
    published is. No two periods of a case are alike enough to be taken together.
    """
    ground, known = case.ground, tuple(teller.published for teller in case.sources)
    if ground is None or not ground.lag or not case.structure.delay or not any(known):
        return [math.inf]
    far, days = _all_in(known), ground.days[t]
    if min(days) >= far:
        return [math.inf]
    return days if min(days) < NEAR_LAG else days[2:3]


@functools.cache
def _all_in(known: tuple[bool, ...]) -> float:
    """Days after which all is in, by which sources say when they publish: the same of all cases."""
    return farthest(laws(delays(known), np.flatnonzero(known), Priors()))


def is_late(case: Case) -> bool:
    """Whether something may still be on its way."""
    return any(lags(case, t) != [math.inf] for t in range(case.n_period))


def published(case: Case, p: Params, s: int, day: float) -> float:
    """F: the share of what a source reports that is in after some days."""
    late = [i for i, teller in enumerate(case.sources) if teller.published]
    if s not in late or not is_late(case) or math.isinf(day):
        return 1.0
    n = late.index(s)
    return expit(get(p, "delay_shape", n) * (math.log(day + 1.0) - get(p, "delay", n)))


def delays_log_lik(case: Case, p: Params) -> float:
    """Log probability of the delays of what is in, each given that it is in."""
    if not is_late(case):
        return 0.0
    total = 0.0
    frame = delays([teller.published for teller in case.sources])
    for s, n, lag, count in frame.itertuples(index=False):
        before = published(case, p, s, n - 1) if n > 0 else 0.0
        step = published(case, p, s, n) - before
        total += count * math.log(step / published(case, p, s, lag))
    return total


def sides(case: Case, p: Params, d: int, is_author: bool, first: int, second: int) -> float:
    """P(deaths by side | their sum): beta-binomial where the author is the rivalry."""
    n = first + second
    if not is_author:
        return 1.0 / (n + 1)
    own = dict(zip(case.plain, map(float, p["side_selection"]), strict=True))
    sides = parse(case.rivalries[d]).sides
    leans = [sum(own.get(member, 0.0) for member in side) / len(side) for side in sides]
    odds = float(p["split"][d] / (1 - p["split"][d])) * math.exp(leans[0] - leans[1])
    a = get(p, "side_concentration") * odds / (1 + odds)
    b = get(p, "side_concentration") / (1 + odds)
    chance = float(math.comb(n, first))
    for i in range(first):
        chance *= a + i
    for i in range(second):
        chance *= b + i
    for i in range(n):
        chance /= a + b + i
    return chance
