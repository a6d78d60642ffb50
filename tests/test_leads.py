"""The side that the scene of a clash shows: one for all who see it."""

import numpy as np
import pytest
from dtoscore.models import superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY
from dtoscore.models.structure import Structure
from realizing import CERTAIN, Incident, evidence, parameters
from scipy.stats import beta

WAR = "a><b"


def plan_of(*said: str | None, silence: int = 3, leads: bool = True) -> Design:
    told = evidence(
        [Incident(said), Incident((WAR,) * silence)],
        rivalries=(WAR,), silence=("informative",) * silence,
    )  # fmt: skip
    return design(told, Structure(claims=False, leads=leads))


def of_war(plan: Design, split: float, **changes: object) -> float:
    """P(what was written of the first incident | it was that clash)."""
    q = superposition.quantities(parameters(plan, split=[split], **changes), plan, NUMPY)
    by_row = q.written[:, plan.names.authors.index(WAR)].sum(axis=1)
    (row,) = (n for n in range(len(by_row)) if set(said_in(plan, n)) != {WAR})
    return float(by_row[row])


def said_in(plan: Design, row: int) -> list[str]:
    """What each source says in a row of statements."""
    codes = plan.statements.statement[plan.statements.rows[row] - 1]
    return [plan.evidence.axes.statements[code] for code in codes]


ONE_SIDED = {"one_sided": [0.5] * 3, "right": [CERTAIN] * 3, "unknown": [0.2] * 3}


@pytest.mark.parametrize("split", [0.2, 0.7])
def test_three_records_of_one_side_tell_of_the_split_once(split: float) -> None:
    found = of_war(plan_of("a", "a", "a"), split, **ONE_SIDED)
    assert found == pytest.approx(split * (0.8 * 0.5) ** 3, rel=1e-6)


def test_records_of_both_sides_are_errors() -> None:
    """A scene does not show two sides: who is certain cannot write the other."""
    assert of_war(plan_of("a", "b", "a"), 0.4, **ONE_SIDED) < 1e-6


def test_one_who_writes_the_clash_whole_says_nothing_of_its_lead() -> None:
    found = of_war(plan_of("b", WAR, "b"), 0.3, **ONE_SIDED)
    assert found == pytest.approx(0.7 * (0.8 * 0.5) ** 3, rel=1e-6)


def test_one_source_alone_has_no_leads() -> None:
    plan = plan_of("a", silence=1)
    assert not plan.has_leads
    one = {name: values[:1] for name, values in ONE_SIDED.items()}
    assert of_war(plan, 0.3, **one) == pytest.approx(0.3 * 0.8 * 0.5, rel=1e-6)


@pytest.mark.parametrize("split", [0.2, 0.7])
def test_without_the_part_every_record_counts_for_itself(split: float) -> None:
    plan = plan_of("a", "a", "b", leads=False)
    expected = split**2 * (1 - split) * (0.8 * 0.5) ** 3
    assert of_war(plan, split, **ONE_SIDED) == pytest.approx(expected, rel=1e-6)


def held(leads: bool, clashes: int = 8, cells: int = 400) -> float:
    """Share of wars whose split lies in the 90% interval of what is written of its clashes.

    Exact: the split is uniform, and so is the number of clashes with the first side for lead.
    """
    grid = (np.arange(cells) + 0.5) / cells
    plans = (plan_of("a", "a", "a", leads=leads), plan_of("b", "b", "b", leads=leads))
    first, second = (np.array([of_war(plan, s, **ONE_SIDED) for s in grid]) for plan in plans)
    found = []
    for k in range(clashes + 1):
        told = np.cumsum(first**k * second ** (clashes - k))
        ends = np.interp([0.05, 0.95], told / told[-1], grid + 0.5 / cells)
        low, high = beta(1 + k, 1 + clashes - k).cdf(ends)
        found.append(high - low)
    return float(np.mean(found))


def test_an_interval_of_the_split_holds_what_it_says() -> None:
    """Of eight clashes with three one-sided records each; without leads 67 in 100."""
    assert held(leads=True) == pytest.approx(0.9, abs=0.005)
    assert held(leads=False) == pytest.approx(0.67, abs=0.01)
