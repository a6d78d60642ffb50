"""The likelihood by enumeration: plain loops over every latent label, for tiny cases only.

Written from the mathematics (docstrings of ``models/``), not from its code: an incident has
an author, a size, a visibility; each source sees it or not, names nobody or somebody, the
right one, one side of a clash or a wrong one, widens it to a set, and lists it or not.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from dtoscore.data.attribution import OTHER, UNKNOWN, parse
from dtoscore.data.evidence import SILENT
from dtoscore.models.quadrature import visibility_nodes
from tiny import Case

Params = dict[str, np.ndarray]
Cell = tuple[int, int, int]
Said = tuple[int, ...]
Outcomes = dict[int, float]

LOG_VICTIMS = [math.log(n) for n in (0.5, 1.0, 2.4, 5.0, 12.0)]


def expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def softmax(values: list[float]) -> list[float]:
    odds = [math.exp(v) for v in values]
    return [o / sum(odds) for o in odds]


def means(case: Case, p: Params, cell: Cell) -> dict[tuple[int, Said], list[float]]:
    """Mean number of incidents of each (size, said), by author; all silent is among them."""
    region, period, kind = cell
    nodes, weights = visibility_nodes(len(case.listers))
    told = [[statements(case, p, s, a) for a in case.authors] for s in range(len(case.sources))]
    result: dict[tuple[int, Said], list[float]] = defaultdict(lambda: [0.0] * len(case.authors))
    for number, author in enumerate(case.authors):
        happen = rate(case, p, author, region, period, kind)
        sizes = size(case, p, number, region, kind)
        for v, z in itertools.product(range(5), range(len(nodes))):
            each = [
                outcomes(case, p, s, told[s][number], (*cell, v), float(nodes[z]))
                for s in range(len(case.sources))
            ]
            for combination in itertools.product(*(e.items() for e in each)):
                chance = math.prod(probability for _, probability in combination)
                said = tuple(code for code, _ in combination)
                result[v, said][number] += happen * sizes[v] * float(weights[z]) * chance
    return result


def rate(case: Case, p: Params, author: str, r: int, t: int, c: int) -> float:
    """μ of one author in one cell."""
    if (author, t) in case.never:
        return 0.0
    shared = p["rate_region"][r] + p["rate_period_scale"] * p["rate_period"][t]
    if author in case.organizations:
        k = case.organizations.index(author)
        level = p["rate_intercept"] + p["rate_organization"][k]
        effects = p["rate_kind"][c] + p["rate_organization_kind"][k, c]
        effects += p["rate_organization_region"][k, r]
        return math.exp(level + shared + effects + walk(case, p, "rate_organization", k, t))
    if author == OTHER:
        return other_level(case, p) * other_shape(p, r, t, c)
    d = case.rivalries.index(author)
    level = p["rivalry_intercept"] + p["rivalry_level"][d]
    effects = p["rivalry_kind"][c] + p["rivalry_region"][d, r]
    return math.exp(level + shared + effects + walk(case, p, "rivalry", d, t))


def walk(case: Case, p: Params, name: str, level: int, t: int) -> float:
    """Random walk over the periods, centred."""
    here, path = 0.0, [0.0]
    for step in range(case.n_period - 1):
        here += float(p[f"{name}_walk_scale"] * p[f"{name}_walk"][step, level])
        path.append(here)
    return path[t] - sum(path) / len(path)


def other_shape(p: Params, r: int, t: int, c: int) -> float:
    """Rate of ``other`` in one cell, up to its level."""
    effects = p["other_kind"][c] + p["other_region"][r]
    return math.exp(effects + p["other_period_scale"] * p["other_period"][t])


def other_level(case: Case, p: Params) -> float:
    """Level of ``other``, from the organizations' share of all unnamed incidents."""
    authors = [author for author in case.authors if author != OTHER]
    cells = list(itertools.product(range(case.n_region), range(case.n_period), range(case.n_kind)))
    named = sum(rate(case, p, author, *cell) for author in authors for cell in cells)
    named /= sum(other_shape(p, *cell) for cell in cells)
    sources = range(len(case.sources))
    unnamed = sum(unknown(p, s, case.organizations[0]) for s in sources)
    unnamed_other = sum(unknown(p, s, OTHER) for s in sources)
    share = expit(float(p["other_share"]))
    return named * unnamed / unnamed_other * (1 - share) / share


def size(case: Case, p: Params, number: int, r: int, c: int) -> list[float]:
    """ρ of one author, by size."""
    author = case.authors[number]
    logits = [
        float(p["size_base"][c, v] + p["size_author_scale"] * p["size_author"][number, v])
        for v in range(5)
    ]
    if case.n_region > 1:
        shifts = p["size_region_scale"] * p["size_region"][r]
        logits = [x + float(shift) for x, shift in zip(logits, shifts, strict=True)]
    if author == OTHER:
        logits = [x + float(p["size_other"][v]) for v, x in enumerate(logits)]
    if author in case.rivalries:
        logits = [x + float(p["size_rivalry"][v]) for v, x in enumerate(logits)]
    return softmax(logits)


def outcomes(
    case: Case, p: Params, s: int, told: dict[str, float], place: tuple[int, ...], z: float
) -> Outcomes:
    """Probability of each thing that a source is found to have said, silence among them.

    A source without a detection there speaks given that it reported: it adds up to one
    without its silence, and its silence counts for nothing.
    """
    region, _, kind, v = place
    listed = {
        text: chance
        for text, chance in told.items()
        if case.sources[s].may_list(text, case.contenders)
    }
    if not case.looks(s, place[:3]):
        total = sum(listed.values())
        spoken = {case.statements.index(t): chance / total for t, chance in listed.items()}
        return {SILENT: 1.0, **spoken}
    n = case.listers.index(s)
    logit = p["detection"][n] + p["detection_region_scale"] * p["detection_region"][n, region]
    logit += p["detection_kind_scale"] * p["detection_kind"][n, kind]
    logit += p["detection_size"][n] * LOG_VICTIMS[v] + p["visibility"][n] * z
    sees = expit(float(logit))
    found = defaultdict(float, {SILENT: 1.0 - sees})
    for text, chance in told.items():
        found[case.statements.index(text) if text in listed else SILENT] += sees * chance
    return dict(found)


def statements(case: Case, p: Params, s: int, author: str) -> dict[str, float]:
    """P(text | author) of a source that saw the incident."""
    found: dict[str, float] = defaultdict(float)
    nobody = unknown(p, s, author)
    found[UNKNOWN] = nobody
    shares = p["set_share"][s] if "set_share" in p else [1.0]
    for name, chance in named(case, p, s, author):
        if name not in case.plain:
            found[name] += (1 - nobody) * chance
            continue
        for n, share in enumerate(shares, start=1):
            sets = [x for x in itertools.combinations(case.plain, n) if name in x]
            for members in sets:
                text = "|".join(sorted(members))
                found[text] += (1 - nobody) * chance * float(share) / len(sets)
    return found


def unknown(p: Params, s: int, author: str) -> float:
    """P(names nobody)."""
    u = float(p["unknown"][s])
    if author != OTHER:
        return u
    return expit(math.log(u / (1 - u)) + float(p["unknown_other"]))


def named(case: Case, p: Params, s: int, author: str) -> Iterator[tuple[str, float]]:
    """Each way in which a source that names somebody comes to a name; names may come twice."""
    if case.full_confusion:
        row = p["confusion"][s, case.authors.index(author)]
        yield from ((name, float(x)) for name, x in zip(case.names, row, strict=True))
        return
    right = float(p["right"][s]) if len(case.authors) > 1 else 1.0
    if author in case.rivalries:
        adjudicated = case.sources[s].type == "adjudicated"
        one_sided = 0.98 if adjudicated else float(p["one_sided"][s])
        split = float(p["split"][case.rivalries.index(author)])
        sides = ["+".join(side) for side in parse(author).sides]
        yield author, right * (1 - one_sided)
        yield sides[0], right * one_sided * split
        yield sides[-1], right * one_sided * (1 - split)
    else:
        yield author, right
    phi = notoriety(case, p)
    others = sum(x for name, x in phi.items() if name != author)
    for name, x in phi.items():
        if name != author:
            yield name, (1 - right) * x / others


def notoriety(case: Case, p: Params) -> dict[str, float]:
    """φ by author."""
    plain = softmax([float(x) for x in p["notoriety"]])
    if not case.rivalries:
        return dict(zip(case.plain, plain, strict=True))
    share = float(p["blame_rivalry"])
    phi = {name: (1 - share) * x for name, x in zip(case.plain, plain, strict=True)}
    return phi | {d: share / len(case.rivalries) for d in case.rivalries}


def sides(case: Case, p: Params, d: int, is_author: bool, first: int, second: int) -> float:
    """P(deaths by side | their sum): beta-binomial where the author is the rivalry."""
    n = first + second
    if not is_author:
        return 1.0 / (n + 1)
    own = dict(zip(case.plain, map(float, p["side_selection"]), strict=True))
    leans = []
    for side in case.rivalries[d].split("><"):
        members = side.split("+")
        leans.append(sum(own.get(member, 0.0) for member in members) / len(members))
    odds = float(p["split"][d] / (1 - p["split"][d])) * math.exp(leans[0] - leans[1])
    a = float(p["side_concentration"]) * odds / (1 + odds)
    b = float(p["side_concentration"]) / (1 + odds)
    chance = float(math.comb(n, first))
    for i in range(first):
        chance *= a + i
    for i in range(second):
        chance *= b + i
    for i in range(n):
        chance /= a + b + i
    return chance
