"""What is written of one incident, by enumeration: claims, wrong names, sets, copies, listing.

Written from the docstrings of ``claims``, ``attribution`` and ``written``. The scene presents a
claim; a source that saw the incident names nobody or somebody, the right one, one side of a clash
or a wrong one, and may widen it to a set; those of one group that name somebody may all repeat one
of them; what a source does not list passes for silence.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from dtoscore.data.attribution import OTHER, UNKNOWN, parse
from dtoscore.data.evidence import SILENT
from tiny import Case
from values import Cell, Params, Said, event_share, expit, get, groups, logit, members, softmax

NOBODY = "nobody"
ABSENT_BLAME, OTHER_BLAME = 0.05, 1e-12
Texts = tuple[str, ...]


def accounts(
    case: Case, p: Params, author: str, cell: Cell, seers: frozenset[int]
) -> dict[Said, float]:
    """P(what each source is found to have said | author, who saw it and is in)."""
    result: dict[Said, float] = defaultdict(float)
    blocks = [sorted(seers & set(group)) for group in copying_blocks(case)]
    for claim, lead, chance in scenes(case, p, author, cell):
        parts = [
            block(case, p, author, claim, lead, cell, n, seen) for n, seen in enumerate(blocks)
        ]
        for combination in itertools.product(*(part.items() for part in parts)):
            said = [SILENT] * len(case.sources)
            for (codes, _), seen in zip(combination, blocks, strict=True):
                for s, code in zip(seen, codes, strict=True):
                    said[s] = code
            result[tuple(said)] += chance * math.prod(share for _, share in combination)
    return result


def scenes(
    case: Case, p: Params, author: str, cell: Cell
) -> Iterator[tuple[str, int | None, float]]:
    """What the scene presents; of a clash, the side that it shows to all, 0 or 1."""
    for claim, chance in claims(case, p, author, cell).items():
        if claim in case.rivalries and case.structure.leads and not case.structure.confusion:
            split = get(p, "split", case.rivalries.index(claim))
            yield claim, 0, chance * split
            yield claim, 1, chance * (1 - split)
        else:
            yield claim, None, chance


def claims(case: Case, p: Params, author: str, cell: Cell) -> dict[str, float]:
    """Φ: what the scene presents."""
    if not case.structure.claims or case.structure.confusion:
        return {author: 1.0}
    if author in case.rivalries:
        return _of_rivalry(case, p, author)
    k, wars = case.plain.index(author), [d for d in case.rivalries if author in members(d)]
    nobody = expit(logit(get(p, "claim_nobody")) + _unsigned(case, p, author))
    false = expit(logit(get(p, "claim_false", k)) + _shift(case, p, author, cell[1]))
    clash = get(p, "claim_clash") if wars else 0.0
    weights = {
        m: math.exp(get(p, "notoriety", i) + get(p, "claim_rival") * case.feud(author, m))
        * presence(case, m, cell[0])
        for i, m in enumerate(case.plain)
        if m != author
    }
    result: dict[str, float] = defaultdict(float, {NOBODY: nobody})
    result[author] += (1 - nobody) * (1 - false)
    if not weights:  # there is nobody else to blame
        result[author] += (1 - nobody) * false * (1 - clash)
    for m, weight in weights.items():
        result[m] += (1 - nobody) * false * (1 - clash) * weight / sum(weights.values())
    for d in wars:
        result[d] += (1 - nobody) * false * clash / len(wars)
    return result


def _of_rivalry(case: Case, p: Params, author: str) -> dict[str, float]:
    false = get(p, "claim_rivalry", case.rivalries.index(author))
    result: dict[str, float] = defaultdict(float, {author: 1 - false})
    result[NOBODY] += false / 3
    sides = ["+".join(side) for side in parse(author).sides]
    for side in (sides[0], sides[-1]):
        result[side if side in case.authors and side != author else NOBODY] += false / 3
    return result


def _unsigned(case: Case, p: Params, author: str) -> float:
    """ν: how much more readily an organization leaves no signature."""
    if author == OTHER:
        return 0.0
    return get(p, "claim_unsigned", case.organizations.index(author))


def _shift(case: Case, p: Params, author: str, t: int) -> float:
    """What past events add to the log odds of a false claim."""
    if case.ground is None or not case.structure.events:
        return 0.0
    return sum(
        event_share(case, e, author) * get(p, "claim_event", e)
        for e, (_, first) in enumerate(case.ground.events)
        if t >= first
    )


def presence(case: Case, name: str, region: int) -> float:
    """How readily somebody is blamed in a region."""
    ground = case.ground
    absent = ground is not None and case.structure.presence and (name, region) in ground.absent
    return ABSENT_BLAME if absent else 1.0


def readiness(case: Case, name: str, s: int) -> float:
    """One that lists organizations only as good as never takes one for ``other``."""
    only = case.sources[s].coverage == "organizations_only"
    return OTHER_BLAME if only and name == OTHER else 1.0


def copying_blocks(case: Case) -> list[list[int]]:
    """All sources, those that copy each other together."""
    copies = [s for s, one in enumerate(case.sources) if one.coverage in ("all", "attributed_only")]
    copying = groups(case, copies) if case.structure.groups else []
    alone = set(range(len(case.sources))) - {s for group in copying for s in group}
    return [*copying, *([s] for s in sorted(alone))]


def block(
    case: Case,
    p: Params,
    author: str,
    claim: str,
    lead: int | None,
    cell: Cell,
    number: int,
    sources: list[int],
) -> dict[Said, float]:
    """P(words of those of one block that saw it); two or more may copy each other."""
    if len(sources) == 1:
        return _alone(case, p, author, claim, lead, cell, sources[0])
    result: dict[Said, float] = defaultdict(float)
    for naming in itertools.product((False, True), repeat=len(sources)):
        chances = [
            _names(case, p, s, claim, cell, names=names)
            for s, names in zip(sources, naming, strict=True)
        ]
        if not math.prod(chances):
            continue
        namers = [s for s, names in zip(sources, naming, strict=True) if names]
        kappa = get(p, "copying", number) if len(namers) > 1 else 0.0
        for texts, chance in _repeated(case, p, claim, lead, cell, kappa, namers).items():
            words = dict(zip(namers, texts, strict=True))
            said = tuple(_code(case, s, words.get(s, UNKNOWN)) for s in sources)
            result[said] += math.prod(chances) * chance
    return result


def _names(case: Case, p: Params, s: int, claim: str, cell: Cell, *, names: bool) -> float:
    """P(names somebody, or nobody); given that it lists it, where its silence means nothing."""
    # How those copy each other whose coverage goes by names the formulas leave open.
    assert case.sources[s].coverage in ("all", "attributed_only")
    nobody = unknown(case, p, s, claim, cell[0])
    if not case.looks(s, cell) and case.sources[s].coverage == "attributed_only":
        return float(names and nobody < 1)
    return 1 - nobody if names else nobody


def _repeated(
    case: Case,
    p: Params,
    claim: str,
    lead: int | None,
    cell: Cell,
    kappa: float,
    namers: list[int],
) -> dict[Texts, float]:
    """P(who is named by each | all of them name somebody): copies of one of them, or each alone."""
    each = [words(case, p, s, claim, cell, lead) for s in namers]
    result: dict[Texts, float] = defaultdict(float)
    for texts in itertools.product(*each):
        pairs = zip(each, texts, strict=True)
        result[texts] += (1 - kappa) * math.prod(told[text] for told, text in pairs)
    for told in each if kappa else ():
        for text, chance in told.items():
            result[(text,) * len(namers)] += kappa * chance / len(each)
    return result


def _alone(
    case: Case, p: Params, author: str, claim: str, lead: int | None, cell: Cell, s: int
) -> dict[Said, float]:
    """P(words of one source that saw it); given that it lists it where silence means nothing."""
    seen = author if case.sources[s].is_court else claim
    own = case.sources[s].is_court or case.sources[s].coverage not in ("all", "attributed_only")
    shown = None if own else lead
    nobody = unknown(case, p, s, seen, cell[0])
    told = {UNKNOWN: nobody}
    if nobody < 1:
        told |= {text: (1 - nobody) * x for text, x in words(case, p, s, seen, cell, shown).items()}
    result: dict[Said, float] = defaultdict(float)
    for text, chance in told.items():
        result[_code(case, s, text),] += chance
    if not case.looks(s, cell):
        result.pop((SILENT,), None)
        total = sum(result.values())
        return {said: x / total for said, x in result.items() if x > 0}
    return result


def _code(case: Case, s: int, text: str) -> int:
    """What is found of it: its text, or silence where the source does not list such a thing."""
    listed = case.sources[s].may_list(text, case.contenders)
    return case.statements.index(text) if listed else SILENT


def words(
    case: Case, p: Params, s: int, claim: str, cell: Cell, lead: int | None
) -> dict[str, float]:
    """P(text | claim, it names somebody): C, and sets around what it picks."""
    found: dict[str, float] = defaultdict(float)
    shares = p["set_share"][s] if "set_share" in p else [1.0]
    for name, chance in named(case, p, s, claim, cell[0], lead):
        if name not in case.plain:
            found[name] += chance
            continue
        for n, share in enumerate(shares, start=1):
            sets = [x for x in itertools.combinations(case.plain, n) if name in x]
            for who in sets:
                found["|".join(sorted(who))] += chance * float(share) / len(sets)
    return found


def unknown(case: Case, p: Params, s: int, claim: str, region: int) -> float:
    """u: P(names nobody)."""
    if claim == NOBODY:
        return 1.0
    types = sorted({teller.type for teller in case.sources if teller.coverage == "all"})
    shift, kind = 0.0, case.sources[s].type
    if kind in types:
        shift = get(p, "unknown_region_scale") * get(p, "unknown_region", types.index(kind), region)
    shift += get(p, "unknown_other") if claim == OTHER else 0.0
    return expit(logit(get(p, "unknown", s)) + shift)


def unattributed(case: Case, p: Params) -> tuple[float, float]:
    """Mean share of sources that name nobody, of an organization's incidents and of ``other``'s.

    With what nobody can tell, and without what regions and organizations have of their own.
    """
    nobody = get(p, "claim_nobody") if case.structure.claims else 0.0
    own = other = 0.0
    for s in range(len(case.sources)):
        u = get(p, "unknown", s)
        own += nobody + (1 - nobody) * u
        other += nobody + (1 - nobody) * expit(logit(u) + get(p, "unknown_other"))
    return own / len(case.sources), other / len(case.sources)


def named(
    case: Case, p: Params, s: int, claim: str, region: int, lead: int | None
) -> Iterator[tuple[str, float]]:
    """Each way in which a source that names somebody comes to a name; names may come twice."""
    if case.structure.confusion:
        row = p["confusion"][s, case.authors.index(claim)]
        yield from ((name, float(x)) for name, x in zip(case.names, row, strict=True))
        return
    knows = claim == OTHER and case.sources[s].coverage == "organizations_only"
    right = get(p, "right", s) if len(case.authors) > 1 and not knows else 1.0
    if claim in case.rivalries:
        one_sided = 0.98 if case.sources[s].is_court else get(p, "one_sided", s)
        split = get(p, "split", case.rivalries.index(claim)) if lead is None else 1.0 - lead
        sides = ["+".join(side) for side in parse(claim).sides]
        yield claim, right * (1 - one_sided)
        yield sides[0], right * one_sided * split
        yield sides[-1], right * one_sided * (1 - split)
    else:
        yield claim, right
    phi = blame(case, p, s, region)
    others = sum(x for name, x in phi.items() if name != claim)
    for name, x in phi.items():
        if name != claim:
            yield name, (1 - right) * x / others


def blame(case: Case, p: Params, s: int, region: int) -> dict[str, float]:
    """φ: where wrong names of a source fall."""
    favour = get(p, "favour_scale")
    odds = [
        math.log(presence(case, name, region) * readiness(case, name, s))
        + get(p, "notoriety", k)
        + favour * get(p, "favour", s, k)
        for k, name in enumerate(case.plain)
    ]
    plain = softmax(odds)
    if not case.rivalries:
        return dict(zip(case.plain, plain, strict=True))
    share = get(p, "blame_rivalry")
    phi = {name: (1 - share) * x for name, x in zip(case.plain, plain, strict=True)}
    return phi | {d: share / len(case.rivalries) for d in case.rivalries}
