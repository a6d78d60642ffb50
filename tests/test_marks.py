"""The laws of what is not known of unreported incidents: numbers of victims, classes."""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.world import SIZE_EDGES
from dtoscore.inference.marks import (
    MarkPosterior,
    class_codes,
    known_numbers,
    mark_posterior,
)
from dtoscore.models.numbers import TAIL_GRID, moments, tail_posterior
from realizing import RUBRIC, Incident, evidence

DRAWS = 4000


def marks_of(*incidents: Incident) -> MarkPosterior:
    return mark_posterior(evidence(incidents), RUBRIC)


def test_numbers_are_counted_in_their_bins() -> None:
    known = marks_of(*(Incident(("a",), n) for n in (0, 1, 2, 2, 3, 4, 7, 7, 7, 8)))
    assert known.of_bins.pair.tolist() == [3, 2]
    assert known.of_bins.quad.tolist() == [2, 1, 1, 4]


def test_history_speaks_for_the_window() -> None:
    assert marks_of(Incident(("a",), 2, period=0)).of_bins.pair.tolist() == [2, 1]


def test_laws_are_cumulative_and_end_at_one() -> None:
    law = marks_of(Incident(("a",), 9, victim_class="journalist")).draw(np.random.default_rng(1))
    for table in (law.numbers, law.classes):
        assert (np.diff(table, axis=1) >= 0).all()
        assert (table[:, -1] == 1).all()
    assert (law.numbers[:2] == 1).all()
    assert law.numbers[2, 1] == 1
    assert law.numbers[3, 3] == 1
    assert law.numbers[4, 0] < 1


def test_a_law_that_is_known_is_not_drawn() -> None:
    numbers = known_numbers((np.array([0.25, 0.75]), np.array([0.1, 0.2, 0.3, 0.4])), 1.5)
    np.testing.assert_allclose(numbers[2, :3], [0.25, 1, 1])
    np.testing.assert_allclose(numbers[3, :5], [0.1, 0.3, 0.6, 1, 1])
    tail = np.arange(8, 501) ** -2.5
    np.testing.assert_allclose(numbers[4], tail.cumsum() / tail.sum())
    assert (numbers[:2] == 1).all()
    known = replace(marks_of(Incident(("a",), 2)), numbers=numbers)
    for seed in (1, 2):
        assert known.draw(np.random.default_rng(seed)).numbers is numbers


def test_numbers_follow_their_dirichlet() -> None:
    known = marks_of(*(Incident(("a",), 2) for _ in range(7)))
    rng = np.random.default_rng(2)
    share = np.array([known.draw(rng).numbers[2, 0] for _ in range(DRAWS)])
    # Beta(8, 1): mean 8/9, four standard errors of the mean.
    assert abs(share.mean() - 8 / 9) < 4 * share.std() / np.sqrt(DRAWS)


@pytest.mark.parametrize("true", [0.8, 1.5, 2.5])
def test_the_tail_is_recovered(true: float) -> None:
    n = np.arange(8, 501)
    weights = n ** -(true + 1.0)
    victims = np.random.default_rng(3).choice(n, 400, p=weights / weights.sum())
    posterior = tail_posterior(victims)
    mean = (TAIL_GRID * posterior).sum()
    sd = np.sqrt((TAIL_GRID**2 * posterior).sum() - mean**2)
    assert abs(mean - true) < 4 * sd
    assert sd < 0.2


def test_large_numbers_follow_the_tail() -> None:
    # 60 events of eight dead and no larger: the exponent, and so P(8), is as high as can be.
    known = marks_of(*(Incident(("a",), 8) for _ in range(60)))
    rng = np.random.default_rng(4)
    first = np.array([known.draw(rng).numbers[4, 0] for _ in range(DRAWS)])
    n = np.arange(8.0, 501.0)
    law = n ** -(TAIL_GRID[:, None] + 1.0)
    expected = (known.of_bins.tail * law[:, 0] / law.sum(axis=1)).sum()
    assert abs(first.mean() - expected) < 4 * first.std() / np.sqrt(DRAWS)
    assert expected > 0.4


def test_totals_take_the_moments_of_the_numbers_that_are_drawn() -> None:
    """What a total is thought to hold and what is scored are the same dead."""
    known = marks_of(*(Incident(("a",), n) for n in (2, 2, 3, 5, 7, 8, 10)))
    rng, drawn = np.random.default_rng(5), []
    for _ in range(DRAWS):
        law = np.diff(known.draw(rng).numbers, axis=1, prepend=0.0)
        dead = np.array(SIZE_EDGES)[:, None] + np.arange(law.shape[1])
        drawn.append([(law * dead**power).sum(axis=1) for power in (1.0, 2.0)])
    found, error = np.mean(drawn, axis=0), np.std(drawn, axis=0) / np.sqrt(DRAWS)
    np.testing.assert_array_less(np.abs(moments(known.of_bins)[1:] - found), 4 * error + 1e-9)


def test_the_tail_without_events_is_its_prior() -> None:
    posterior = tail_posterior(np.array([], np.int64))
    median = TAIL_GRID[np.searchsorted(np.cumsum(posterior), 0.5)]
    assert median == pytest.approx(1.5, abs=0.06)


def test_a_number_above_the_cap_speaks_as_the_cap() -> None:
    assert (tail_posterior(np.array([900])) == tail_posterior(np.array([500]))).all()


def test_classes_are_counted_by_kind() -> None:
    known = marks_of(
        Incident(("a",), victim_class="journalist"),
        Incident(("a",), victim_class="journalist", kind=1),
        Incident(("a",), victim_class="trafficker", kind=1),
        Incident(("a",)),
    )
    assert known.classes == ("trafficker", "journalist", "unknown")
    assert known.reported
    assert known.class_weights.tolist() == [[1, 2], [2, 2]]


def test_no_class_known() -> None:
    known = marks_of(Incident(("a",)))
    law = known.draw(np.random.default_rng(0))
    assert not known.reported
    assert law.classes.tolist() == [[0, 0, 1]] * 2


def test_codes_of_classes() -> None:
    told = evidence([Incident(("a",)), Incident(("a",), victim_class="judge")])
    known = mark_posterior(told, RUBRIC)
    assert known.classes == ("trafficker", "journalist", "judge", "unknown")
    assert class_codes(told, known.classes).tolist() == [-1, 2]
