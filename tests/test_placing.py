"""The unreported incidents of a draw, few or millions: the law of every count.

Where nothing is held, the incidents of an organization, kind, victim class and size are
Poisson, since independent thinning leaves a Poisson number one. Its dead are a sum over the
incidents, X of each, with E[X] = π E[n] and, each of n dead drawn on his own,
E[X²] = π (1 - π) E[n] + π² E[n²]. The one who answers for an incident has no more of its dead
for that, unless all are his: E[X; his incident] = π² E[n]. Sample means are compared within
4.5 Monte-Carlo errors, ``near``; seeds are fixed.
"""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from dtoscore.data.world import SIZE_EDGES
from dtoscore.inference.division import Shares
from dtoscore.inference.marks import Marks
from dtoscore.inference.placing import fill
from dtoscore.inference.records import Counts, Observed, Places
from dtoscore.inference.told import Told

DRAWS = 3000
AUTHORS = ("a", "a+b", "a><b", "b><other", "a+b><other", "other")
SHARE_OF = np.array(  # of the organizations a, b in what each author does, by dead
    [[1.0, 0.0], [0.3, 0.7], [0.25, 0.75], [0.0, 0.6], [0.12, 0.28], [0.0, 0.0]]
)
PLACES = Places(
    region=np.array([0, 0, 1, 1]),
    period=np.array([0, 1, 0, 1]),
    kind=np.array([0, 1, 1, 0]),
    sides=np.array([[0, 0], [3, 3], [0, 1], [1, 2], [3, 2], [2, 2]]),  # a, b, other, a+b
    members=np.array([[0, -1], [1, -1], [-1, -1], [0, 1]]),
    n_organizations=2,
    classes=np.array([-1]),
)
SHARES = Shares(
    split=np.array([1.0, 1.0, 0.25, 0.6, 0.4, 1.0]),
    members=np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.3, 1.0]]),
)
CLASS = np.array([[0.5, 0.2, 0.3], [0.0, 1.0, 0.0]])
NUMBER = np.zeros((5, 12))
NUMBER[:2, 0] = 1.0
NUMBER[2, :2] = 0.7, 0.3
NUMBER[3, :4] = 0.4, 0.3, 0.2, 0.1
NUMBER[4] = np.arange(8, 20) ** -2.0 / (np.arange(8, 20) ** -2.0).sum()
SHAPE = (len(AUTHORS), len(PLACES.kind), 5)


class Drawn(NamedTuple):
    """Counts by organization, and by draw before all."""

    incidents: np.ndarray
    victims: np.ndarray
    incidents_by_region: np.ndarray
    victims_by_region: np.ndarray
    incidents_by_period: np.ndarray
    victims_by_period: np.ndarray
    incidents_by_place: np.ndarray
    victims_by_place: np.ndarray


def expectations(level: float) -> np.ndarray:
    """Uneven expected unreported incidents, shape (author, cell, size), about ``level`` in each."""
    return level * np.random.default_rng(3).gamma(2.0, 0.5, SHAPE)


def drawn(expected: np.ndarray, observed: Observed | None = None, draws: int = DRAWS) -> Drawn:
    """Fill as many realizations; what is observed is of the author "a" for certain."""
    table = (2, 2, 3, 5)  # organization or region, kind, class, size
    shapes = (table, table, *(((2, 2),) * 4), table, table)
    store = Drawn(
        *(
            np.zeros((draws, *shape), np.int64 if "victims" in name else np.int32)
            for name, shape in zip(Drawn._fields, shapes, strict=True)
        )
    )
    marks = Marks(
        *(np.cumsum(law, axis=1) / law.sum(axis=1, keepdims=True) for law in (NUMBER, CLASS))
    )
    for draw in range(draws):
        counted = (array[draw] for array in store)
        counts = Counts(*counted, np.zeros(1, np.int32), np.zeros(2, np.int32), np.zeros(1))
        rng = np.random.default_rng([7, draw])
        happened, free = rng.poisson(expected)[:, :, :, None], expected[:, :, :, None]
        weights = np.ones((1, 1))
        fill(rng, weights, happened, free, observed or nothing(), PLACES, marks, SHARES, counts)
    return store


def nothing(held: int = 0, cell: int = 0, size: int = 1) -> Observed:
    """Incidents that only a source reports whose silence says nothing."""
    flat = np.zeros(held, np.int64)
    dead = flat + SIZE_EDGES[size]
    return Observed(
        pattern=flat, cell=flat + cell, size=flat + size,
        told=Told(np.arange(held + 1), dead, dead, dead),
        victim_class=flat, counted_by=flat - 1, by_first=flat, by_second=flat,
        is_held=np.ones(held, bool), reported=np.ones((held, 1), bool),
    )  # fmt: skip


def near(sample: np.ndarray, expected: np.ndarray | float) -> bool:
    """Whether means over the first axis are what is expected, all of them."""
    error = sample.std(axis=0) / np.sqrt(len(sample))
    return bool((np.abs(sample.mean(axis=0) - expected) <= 4.5 * error + 1e-9).all())


def moments() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E[X], E[X²] and E[X; his incident], shape (author, organization, size)."""
    n = np.array(SIZE_EDGES)[:, None] + np.arange(NUMBER.shape[1])
    first, second = (NUMBER * n).sum(axis=1), (NUMBER * n**2).sum(axis=1)
    share = SHARE_OF[:, :, None]
    return share * first, share * (1 - share) * first + share**2 * second, share**2 * first


@pytest.mark.parametrize("level", [0.5, 6.0, 60.0, 5e4])
def test_law_of_every_count(level: float) -> None:
    expected = expectations(level)
    result = drawn(expected)
    mean, square, both = moments()
    by_class = expected[:, :, :, None] * CLASS[PLACES.kind][None, :, None, :]
    by_class = np.stack([by_class[:, PLACES.kind == k].sum(axis=1) for k in range(2)])
    happened = np.einsum("kasc,ao->okcs", by_class, SHARE_OF)
    dead = np.einsum("kasc,aos->okcs", by_class, mean)
    gap, dead_gap = result.incidents - happened, result.victims - dead
    assert near(gap, 0.0)
    assert near(gap**2, happened)
    assert near(dead_gap, 0.0)
    assert near(dead_gap**2, np.einsum("kasc,aos->okcs", by_class, square))
    assert near(gap * dead_gap, np.einsum("kasc,aos->okcs", by_class, both))


@pytest.mark.parametrize("level", [0.5, 60.0])
@pytest.mark.parametrize(("name", "cells"), [("region", PLACES.region), ("period", PLACES.period)])
def test_law_by_place_and_time(level: float, name: str, cells: np.ndarray) -> None:
    expected = expectations(level)
    result = drawn(expected)
    mean, square, _ = moments()
    where = np.stack([expected[:, cells == n].sum(axis=1) for n in range(2)])
    happened = np.einsum("nas,ao->on", where, SHARE_OF)
    gap = getattr(result, f"incidents_by_{name}") - happened
    dead_gap = getattr(result, f"victims_by_{name}") - np.einsum("nas,aos->on", where, mean)
    assert near(gap, 0.0)
    assert near(gap**2, happened)
    assert near(dead_gap, 0.0)
    assert near(dead_gap**2, np.einsum("nas,aos->on", where, square))


@pytest.mark.parametrize("level", [0.5, 60.0])
def test_law_by_place_of_the_organizations_together(level: float) -> None:
    """Of a and b together; what ``other`` did alone or as a side is in no place's count."""
    expected = expectations(level)
    result = drawn(expected)
    n = np.array(SIZE_EDGES)[:, None] + np.arange(NUMBER.shape[1])
    share = SHARE_OF.sum(axis=1)
    happened = np.zeros((2, 2, 3, 5))
    for cell, (region, kind) in enumerate(zip(PLACES.region, PLACES.kind, strict=True)):
        there = share @ expected[:, cell]
        happened[region, kind] += CLASS[kind][:, None] * there
    assert near(result.incidents_by_place - happened, 0.0)
    assert near((result.incidents_by_place - happened) ** 2, happened)
    assert near(result.victims_by_place - happened * (NUMBER * n).sum(axis=1), 0.0)
    for name in ("incidents", "victims"):
        together = getattr(result, f"{name}_by_place")
        whole, places = getattr(result, name), getattr(result, f"{name}_by_region")
        np.testing.assert_array_equal(together.sum(axis=1), whole.sum(axis=1))
        np.testing.assert_array_equal(together.sum(axis=(2, 3, 4)), places.sum(axis=1))


@pytest.mark.parametrize("level", [1.0, 60.0])
def test_counts_of_different_cells_are_independent(level: float) -> None:
    result = drawn(expectations(level))
    flat = result.incidents.reshape(DRAWS, -1).astype(float)
    flat = flat[:, flat.std(axis=0) > 0]
    gap = (flat - flat.mean(axis=0)) / flat.std(axis=0)
    pairs = np.array(
        [gap[:, i] * gap[:, j] for i, j in itertools.combinations(range(gap.shape[1]), 2)]
    )
    assert near(pairs.T, 0.0)


@pytest.mark.parametrize("level", [3.0, 60.0])
def test_those_that_are_known_are_left_out(level: float) -> None:
    """N given N ≥ held of the author "a" in the one cell and size that they are known from."""
    expected = np.zeros(SHAPE)
    expected[0, 2, 1] = level
    expected[0, 2, 2] = level
    held = int(level)
    result = drawn(expected, nothing(held, cell=2, size=1))
    n = np.random.default_rng(1).poisson(level, 10**6)
    known = result.incidents[:, 0, 1, :, 1].sum(axis=1)
    assert (known >= held).all()
    enough = n[n >= held]
    assert near(known, enough.mean())
    assert near((known - known.mean()) ** 2, enough.var())
    others = result.incidents[:, 0, 1, :, 2].sum(axis=1)
    assert near(others, level)
    assert near((others - level) ** 2, level)


@pytest.mark.parametrize("level", [0.5, 6.0, 5e4])
def test_the_same_seed_gives_the_same_counts(level: float) -> None:
    one, again = (drawn(expectations(level), draws=5) for _ in range(2))
    for name in Drawn._fields:
        assert getattr(one, name).tobytes() == getattr(again, name).tobytes()
    assert (one.incidents[0] != one.incidents[1]).any()
