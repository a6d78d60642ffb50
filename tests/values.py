"""Reading one value of the parameters in plain loops: what enumeration is written with."""

import math
from collections.abc import Iterable

import numpy as np
from dtoscore.data.attribution import OTHER, parse
from tiny import Case

Params = dict[str, np.ndarray]
Cell = tuple[int, int, int]
Said = tuple[int, ...]


def get(p: Params, name: str, *where: int) -> float:
    """One number; zero where the model has no such effect."""
    return float(p[name][where]) if name in p else 0.0


def expit(x: float) -> float:
    """1/(1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


def logit(x: float) -> float:
    """Its inverse."""
    return math.log(x / (1.0 - x))


def softmax(values: list[float]) -> list[float]:
    """exp(x) as shares of their sum."""
    odds = [math.exp(v) for v in values]
    return [o / sum(odds) for o in odds]


def members(author: str) -> tuple[str, ...]:
    """Who stands on the sides of an author."""
    return parse(author).organizations


def groups(case: Case, sources: Iterable[int]) -> list[list[int]]:
    """Groups of two or more of some sources; courts are in none."""
    named = [s for s in sources if case.sources[s].group and not case.sources[s].is_court]
    found = [
        [s for s in named if case.sources[s].group == group]
        for group in sorted({case.sources[s].group for s in named})
    ]
    return [group for group in found if len(group) > 1]


def event_share(case: Case, event: int, author: str) -> float:
    """How much of an event's shift an author has: organizations all, rivalries by members."""
    assert case.ground is not None
    name = case.ground.events[event][0]
    who = members(author)
    return sum(m != OTHER and m in case.plain and name in ("", m) for m in who) / len(who)
