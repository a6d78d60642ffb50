"""The likelihood against brute-force enumeration, pattern by pattern and in total mass."""

import math
from dataclasses import dataclass

import enumeration
import numpy as np
import pytest
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.models import joint, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY
from dtoscore.models.priors import Priors
from dtoscore.models.superposition import Quantities
from scipy.stats import poisson
from tiny import COURT, NAMING, PRESS, QUIET, WATCH, Case, evidence, parameters

CASES = {
    "two organizations, two sources, sets, other, all effects": Case(
        ("a", "b"), (PRESS, NAMING), ("a", "b"), has_other=True, largest_set=3,
        n_region=2, n_period=2, n_kind=2,
    ),
    "two organizations, other, contenders only": Case(
        ("a", "b"), (WATCH, PRESS), ("a",), has_other=True, largest_set=2, n_kind=2
    ),
    "a clash, deaths by side, a court": Case(
        ("a", "b"), (PRESS, COURT), ("a", "b"), rivalries=("a><b",), sides_total=3, n_period=3
    ),
    "a coalition's clash, three sources": Case(
        ("a", "b", "c"), (PRESS, COURT, WATCH), ("a", "b"), rivalries=("a+b><c",),
        sides_total=1,
    ),
    "three organizations, sets, three sources": Case(
        ("a", "b", "c"), (NAMING, PRESS, WATCH), ("a",), has_other=True, largest_set=2
    ),
    "a coalition alone, two wars, one with other": Case(
        ("a", "b"), (PRESS, WATCH), ("b",), rivalries=("a+b", "a><b", "a><other"),
        largest_set=2, n_region=2, sides_total=2,
    ),
    "wars and other on the axis, a silent compilation": Case(
        ("a", "b"), (QUIET, PRESS, NAMING), ("a", "b"), has_other=True, rivalries=("a><b",),
        sides_total=2,
    ),
    "places where nobody looks, periods that cannot be": Case(
        ("a", "b", "c"), (PRESS, NAMING, COURT), ("a", "b", "c"), n_region=2, n_period=2,
        blind=((1, 0, 0), (0, 1, 0), (2, 1, 0)), never=(("c", 0), ("a", 1)),
    ),
    "full confusion matrices": Case(
        ("a", "b"), (PRESS, COURT, NAMING), ("a",), has_other=True, rivalries=("a><b",),
        full_confusion=True,
    ),
    "a place left out for a while, other, a war": Case(
        ("a", "b"), (PRESS,), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_region=2, n_period=2, never=(("b", 0),), excluded=((1, 0),),
    ),
    "one organization, one source": Case(("a",), (PRESS,), ("a",)),
    "one organization and other, one source": Case(
        ("a",), (WATCH,), ("a",), has_other=True, largest_set=2, n_region=2
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Worked:
    """A case at one value of its parameters, by the formulas and by enumeration."""

    case: Case
    params: enumeration.Params
    evidence: Evidence
    plan: Design
    q: Quantities
    brute: dict[enumeration.Cell, dict[tuple[int, enumeration.Said], list[float]]]

    def looking(self, cell: enumeration.Cell) -> list[int]:
        """Sources whose silence means something in a cell."""
        return [s for s in self.case.listers if self.case.looks(s, cell)]

    def visible(self, cell: enumeration.Cell, said: enumeration.Said) -> bool:
        """Whether some source whose silence would mean something spoke."""
        return any(said[s] != SILENT for s in self.looking(cell))

    def quiet(self, cell: enumeration.Cell) -> list[int]:
        """Sources that speak given that they reported."""
        return sorted(set(range(len(self.case.sources))) - set(self.looking(cell)))


@pytest.fixture(scope="module", params=[(n, s) for n in CASES for s in (1, 2)], ids=str)
def worked(request: pytest.FixtureRequest) -> Worked:
    name, seed = request.param
    case = CASES[name]
    params = parameters(case, seed)
    made = evidence(case, seed)
    plan = design(made)
    q = superposition.quantities(params, plan, NUMPY)
    brute = {cell: enumeration.means(case, params, cell) for cell in case.cells}
    return Worked(case, params, made, plan, q, brute)


def expected(worked: Worked) -> np.ndarray:
    """Mean of each row of ``patterns()`` by author, by enumeration."""
    table = worked.evidence.patterns()
    columns = ("region", "period", "kind", "size", "rivalry", "by_first", "by_second")
    rows = zip(
        *(table[c].to_numpy().tolist() for c in columns), table["said"].to_numpy(), strict=True
    )
    return np.array([_one(worked, row) for row in rows])


def _one(worked: Worked, row: tuple) -> list[float]:
    r, t, c, v, d, first, second, said = row
    plain = worked.brute[r, t, c][v, tuple(said.tolist())]
    if d < 0:
        return plain
    clash = worked.case.rivalries[d]
    return [
        mean * enumeration.sides(worked.case, worked.params, d, author == clash, first, second)
        for author, mean in zip(worked.case.authors, plain, strict=True)
    ]


def test_every_pattern_and_author(worked: Worked) -> None:
    found = np.exp(superposition.log_joint(worked.q, worked.plan, worked.plan.every, NUMPY))
    np.testing.assert_allclose(found, expected(worked), rtol=1e-10, atol=1e-200)


def test_mean_of_counted_patterns(worked: Worked) -> None:
    table = worked.evidence.patterns()
    cells = zip(*(table[c].to_numpy().tolist() for c in ("region", "period", "kind")), strict=True)
    rows = zip(cells, table["said"].to_numpy(), strict=True)
    visible = np.array([worked.visible(cell, said) for cell, said in rows])
    assert worked.plan.counted.row.tolist() == np.flatnonzero(visible).tolist()
    found = np.exp(superposition.log_mean(worked.q, worked.plan, NUMPY))
    np.testing.assert_allclose(found, expected(worked)[visible].sum(axis=1), rtol=1e-10)


def test_no_pattern_is_missing(worked: Worked) -> None:
    """The evidence holds each pattern that enumeration finds, all silent apart."""
    table = worked.evidence.patterns()
    table = table.isel(pattern=table["rivalry"].to_numpy() < 0)
    keys = [table[c].to_numpy().tolist() for c in ("region", "period", "kind", "size")]
    held = {(r, t, c, v, *s) for r, t, c, v, s in zip(*keys, table["said"].to_numpy(), strict=True)}
    every = {
        (*cell, v, *said)
        for cell, found in worked.brute.items()
        for v, said in found
        if set(said) != {SILENT}
    }
    assert held == every


def test_mass_is_the_sum_of_visible_patterns(worked: Worked) -> None:
    found = superposition.mass(worked.q, worked.plan, NUMPY)
    np.testing.assert_allclose(
        found, [_visible_mass(worked, c) for c in _cells(worked)], rtol=1e-10
    )


def _cells(worked: Worked) -> list[enumeration.Cell]:
    plan = worked.plan
    return list(
        zip(
            plan.cell_region.tolist(),
            plan.cell_period.tolist(),
            plan.cell_kind.tolist(),
            strict=True,
        )
    )


def _visible_mass(worked: Worked, cell: enumeration.Cell) -> float:
    """Sum over visible patterns, the silent-for-nothing sources left out of the pattern."""
    return math.fsum(
        math.fsum(by_author)
        for (_, said), by_author in worked.brute[cell].items()
        if worked.visible(cell, said) and all(said[s] == SILENT for s in worked.quiet(cell))
    )


def test_seen_and_unseen_add_up_to_what_happened(worked: Worked) -> None:
    """Patterns and the unseen mass sum to Σ μ, by author and size too."""
    plan = worked.plan
    seen = superposition.seen_by_author(worked.q, plan, NUMPY)[:, plan.histories.cell_context]
    mu = np.exp(worked.q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind]
    rho = np.exp(worked.q.log_size)[:, plan.cell_region, plan.cell_kind]
    unseen = mu[..., None] * (rho - seen)
    patterns = np.zeros_like(unseen)
    silent = np.zeros_like(unseen)
    for number, cell in enumerate(_cells(worked)):
        for (v, said), by_author in worked.brute[cell].items():
            if all(said[s] == SILENT for s in worked.quiet(cell)):
                (patterns if worked.visible(cell, said) else silent)[:, number, v] += by_author
    np.testing.assert_allclose(unseen, silent, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(patterns + unseen, mu[..., None] * rho, rtol=1e-10, atol=1e-200)
    np.testing.assert_allclose(
        (patterns + unseen).sum(axis=(0, 2)), mu.sum(axis=0), rtol=1e-10, atol=1e-200
    )


def test_what_a_quiet_source_says_adds_up_to_one(worked: Worked) -> None:
    """Given that it reported, its statements change no total."""
    for cell, found in worked.brute.items():
        for s in worked.quiet(cell):
            spoke = [sum(m) for (_, said), m in found.items() if said[s] != SILENT]
            quiet = [sum(m) for (_, said), m in found.items() if said[s] == SILENT]
            assert sum(spoke) == pytest.approx(sum(quiet), rel=1e-10)


def test_deaths_by_side_add_up_to_the_pattern_without(worked: Worked) -> None:
    table = worked.evidence.patterns()
    rows = expected(worked).sum(axis=1)
    frame = table[["region", "period", "kind", "size", "rivalry"]].to_dataframe()
    frame["said"] = [tuple(row) for row in table["said"].to_numpy()]
    frame["mean"] = np.exp(
        superposition.log_joint(worked.q, worked.plan, worked.plan.every, NUMPY)
    ).sum(axis=1)
    np.testing.assert_allclose(frame["mean"], rows, rtol=1e-10)
    key = ["region", "period", "kind", "size", "said"]
    without = frame[frame["rivalry"] < 0].set_index(key)["mean"]
    for _, group in frame[frame["rivalry"] >= 0].groupby("rivalry"):
        summed = group.groupby(key)["mean"].sum()
        np.testing.assert_allclose(summed, without.loc[summed.index], rtol=1e-10)


def test_cell_log_likelihood_is_a_product_of_poissons(worked: Worked) -> None:
    """Each visible pattern's count is Poisson; those that cannot occur in the sum are empty."""
    plan, rows = worked.plan, expected(worked).sum(axis=1)
    counts = worked.evidence.patterns()["count"].to_numpy()
    found = joint.log_lik(worked.params, worked.evidence).to_numpy()
    for number, cell in enumerate(_cells(worked)):
        here = (plan.every.cell == number) & np.isin(plan.every.row, plan.counted.row)
        product = poisson.logpmf(counts[here], rows[here]).sum()
        # The rows are not disjoint where deaths by side or quiet sources repeat a pattern,
        # so that what the rows add up to is replaced by what is visible.
        product += rows[here].sum() - _visible_mass(worked, cell)
        assert found[number] == pytest.approx(product, rel=1e-10)


def test_compiled_loops_agree(worked: Worked) -> None:
    """What the sampler calls gives the likelihood that was checked above, cell by cell."""
    structure = joint.Structure(confusion=worked.case.full_confusion)
    declared = joint.parameters(worked.plan, Priors(), structure)
    params = {p.name: worked.params.get(p.name, np.ones(p.shape)) for p in declared}
    term, mass = Density(worked.plan, declared).cells(
        np.concatenate([np.ravel(params[p.name]) for p in declared])
    )
    reference = joint.log_lik(params, worked.plan).to_numpy()
    np.testing.assert_allclose(term - mass, reference, rtol=1e-10)
