"""The likelihood against brute-force enumeration, pattern by pattern and in total mass."""

import math
from dataclasses import dataclass, replace

import enumeration
import numpy as np
import pytest
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.models import delay, joint, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import Design
from dtoscore.models.engine import NUMPY
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, TWO_CLASS, Structure
from dtoscore.models.superposition import Quantities
from happening import n_class, never_visible, rate
from scipy.stats import poisson
from tiny import (
    COPY,
    COURT,
    GED,
    NAMING,
    PAPER,
    PRESS,
    QUIET,
    WATCH,
    Case,
    Teller,
    parameters,
    plan,
)
from tiny_ground import Ground
from values import Cell, Params, Said

WHOLE = Structure().without("noise", "totals")
"""Poisson counts of incidents: noise has a test of its own, and so have totals."""
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
        structure=replace(CORE, confusion=True),
    ),
    "a place left out for a while, other, a war": Case(
        ("a", "b"), (PRESS,), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_region=2, n_period=2, never=(("b", 0),), excluded=((1, 0),),
    ),
    "a compilation of organizations' violence, sets, other, a war": Case(
        ("a", "b"), (GED, PRESS), ("a",), has_other=True, rivalries=("a><b",), largest_set=2,
        n_region=2,
    ),
    "such a compilation whose silence means nothing, full confusion matrices": Case(
        ("a", "b"), (replace(GED, silence="uninformative"), GED, PRESS), ("a", "b"),
        has_other=True, structure=replace(CORE, confusion=True),
    ),
    "one organization, such a compilation and one of contenders' in a wire": Case(
        ("a",), (replace(GED, group="wire"), replace(WATCH, group="wire"), PAPER), ("a",),
        has_other=True, n_region=2, structure=WHOLE,
    ),
    "one such compilation alone, everything": Case(
        ("a", "b"), (GED,), ("a", "b"), has_other=True, rivalries=("a><b", "a><other"),
        n_region=2, largest_set=2, structure=WHOLE,
        ground=Ground(events=(("a", 0),), absent=(("b", 1),)),
    ),
    "periods of unequal length, other, wars": Case(
        ("a", "b"), (PRESS, NAMING), ("a", "b"), has_other=True, rivalries=("a><b", "a><other"),
        n_period=3, days=(31, 3, 17), structure=replace(CORE, exposure=True),
    ),
    "one organization, one source": Case(("a",), (PRESS,), ("a",)),
    "one organization and other, one source": Case(
        ("a",), (WATCH,), ("a",), has_other=True, largest_set=2, n_region=2
    ),
    "a wire's two papers and a court, everything but wars": Case(
        ("a", "b"), (PAPER, COPY, COURT), ("a", "b"), has_other=True, n_region=2, n_period=2,
        blind=((0, 1, 0),), structure=WHOLE, classes=("civilian", "press"),
        ground=Ground(
            absent=(("a", 1),), disputed=(("b", 0),), events=(("a", 1),), n_covariate=1,
            feuds=(("a", "b", 0.6),), lag=(45.0, 3.5),
        ),
    ),
    "a wire's three papers, two classes of visibility": Case(
        ("a", "b"), (PAPER, COPY, Teller(group="wire")), ("a",), has_other=True, n_period=3,
        largest_set=2, structure=replace(WHOLE, visibility=TWO_CLASS).without("classes", "claims"),
        ground=Ground(
            absent=(("b", 0),), events=(("", 1),), lag=(900.0, 40.0, 20.0), disputed=(("a", 2),)
        ),
    ),
    "claims of wars, contenders only, deaths by side": Case(
        ("a", "b", "c"), (WATCH, Teller(group="x")), ("a",), has_other=True,
        rivalries=("a+b><c", "a><other"), sides_total=2, n_kind=2, structure=WHOLE,
        classes=("civilian", "press"),
        ground=Ground(events=(("a", 0), ("", 0)), feuds=(("a", "b", 1.0),), absent=(("c", 0),)),
    ),
    "claims of a war and other, a court, a silent compilation that copies": Case(
        ("a", "b"), (replace(QUIET, group="wire"), PAPER, COURT), ("a", "b"), has_other=True,
        rivalries=("a><b",), largest_set=2, sides_total=1, structure=WHOLE,
    ),
    "a coalition alone and its war": Case(
        ("a", "b", "c"), (NAMING, Teller("ngo")), ("a", "c"), has_other=True,
        rivalries=("a+b", "a+b><c"), structure=replace(WHOLE, visibility=TWO_CLASS),
        ground=Ground(n_covariate=2, absent=(("a", 0),)), classes=("civilian", "press", "police"),
    ),
    "one organization, everything": Case(
        ("a",), (WATCH, Teller(published=True)), ("a",), n_region=2, n_period=2,
        structure=WHOLE, rivalries=("a><other",),
        ground=Ground(events=(("a", 1),), lag=(8.0, 3.0), absent=(("a", 0),)),
    ),
    "full confusion matrices, everything": Case(
        ("a", "b"), (PAPER, COPY, WATCH), ("a",), has_other=True, n_region=2,
        structure=replace(WHOLE, confusion=True), classes=("civilian", "press"),
        ground=Ground(events=(("b", 0),), lag=(6.0,), absent=(("b", 1),), n_covariate=1),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Worked:
    """A case at one value of its parameters, by the formulas and by enumeration."""

    case: Case
    params: Params
    plan: Design
    q: Quantities
    brute: dict[Cell, dict[enumeration.Shown, list[float]]]

    @property
    def evidence(self) -> Evidence:
        """What the design is of."""
        return self.plan.evidence

    def looking(self, cell: Cell) -> list[int]:
        """Sources whose silence means something in a cell."""
        return [s for s in self.case.listers if self.case.looks(s, cell)]

    def visible(self, cell: Cell, said: Said) -> bool:
        """Whether some source whose silence would mean something spoke."""
        return any(said[s] != SILENT for s in self.looking(cell))

    def quiet(self, cell: Cell) -> list[int]:
        """Sources that speak given that they reported."""
        return sorted(set(range(len(self.case.sources))) - set(self.looking(cell)))


@pytest.fixture(scope="module", params=CASES)
def worked(request: pytest.FixtureRequest) -> Worked:
    case = CASES[request.param]
    params, made = parameters(case, 1), plan(case, 1)
    q = superposition.quantities(params, made, NUMPY)
    brute = {cell: enumeration.means(case, params, cell) for cell in case.cells}
    return Worked(case, params, made, q, brute)


PLACE = ("region", "period", "kind")
SIDES = ("rivalry", "by_first", "by_second")


def rows(worked: Worked) -> list[tuple]:
    """Rows of ``patterns()``: cell, size, class, deaths by side, said."""
    table = worked.evidence.patterns()
    columns = [table[c].to_numpy().tolist() for c in (*PLACE, "size", "victim_class", *SIDES)]
    said = map(tuple, table["said"].to_numpy().tolist())
    return [
        ((r, t, c), v, w, sides, said)
        for r, t, c, v, w, *sides, said in zip(*columns, said, strict=True)
    ]


def expected(worked: Worked) -> np.ndarray:
    """Mean of each row of ``patterns()`` by author, by enumeration."""
    return np.array([_one(worked, *row) for row in rows(worked)])


def _one(
    worked: Worked, cell: Cell, v: int, text: str, sides: list[int], said: Said
) -> list[float]:
    """A class that is not known, or not modelled, is any."""
    classes = range(n_class(worked.case))
    if text in worked.case.classes and len(classes) > 1:
        classes = [sorted(worked.case.classes).index(text)]
    found = [worked.brute[cell].get((v, w, said)) for w in classes]
    plain = np.sum([by for by in found if by is not None] or [[0.0] * len(worked.case.authors)], 0)
    d, first, second = sides
    if d < 0:
        return plain.tolist()
    clash = worked.case.rivalries[d]
    return [
        mean * enumeration.sides(worked.case, worked.params, d, author == clash, first, second)
        for author, mean in zip(worked.case.authors, plain.tolist(), strict=True)
    ]


def test_every_pattern_and_author(worked: Worked) -> None:
    found = superposition.joint(worked.q, worked.plan, worked.plan.every, NUMPY)
    np.testing.assert_allclose(found, expected(worked), rtol=1e-10, atol=1e-200)


def test_mean_of_counted_patterns(worked: Worked) -> None:
    visible = np.array([worked.visible(cell, said) for cell, *_, said in rows(worked)])
    assert worked.plan.counted.row.tolist() == np.flatnonzero(visible).tolist()
    found = superposition.mean(worked.q, worked.plan, NUMPY)
    np.testing.assert_allclose(found, expected(worked)[visible].sum(axis=1), rtol=1e-10)


def test_no_pattern_is_missing(worked: Worked) -> None:
    """The evidence holds each pattern that enumeration finds, all silent apart."""
    classes = sorted(worked.case.classes) if len(worked.case.classes) > 1 else ["unknown"]
    held = {(cell, v, w, said) for cell, v, w, sides, said in rows(worked) if sides[0] < 0}
    every = {
        (cell, v, classes[w], said)
        for cell, found in worked.brute.items()
        for v, w, said in found
        if set(said) != {SILENT}
    }
    assert every <= held


def test_mass_is_the_sum_of_visible_patterns(worked: Worked) -> None:
    found = superposition.mass(worked.q, worked.plan, NUMPY)
    np.testing.assert_allclose(
        found, [_visible_mass(worked, c) for c in _cells(worked)], rtol=1e-10
    )


def _cells(worked: Worked) -> list[Cell]:
    made = worked.plan
    cells = (made.cell_region.tolist(), made.cell_period.tolist(), made.cell_kind.tolist())
    return list(zip(*cells, strict=True))


def _visible_mass(worked: Worked, cell: Cell) -> float:
    """Sum over visible patterns, the silent-for-nothing sources left out of the pattern."""
    return math.fsum(
        math.fsum(by_author)
        for (_, _, said), by_author in worked.brute[cell].items()
        if worked.visible(cell, said) and all(said[s] == SILENT for s in worked.quiet(cell))
    )


def test_seen_and_unseen_add_up_to_what_happened(worked: Worked) -> None:
    """Patterns and the unseen mass sum to Σ μ, by author, size and victim class too."""
    made = worked.plan
    share = superposition.unseen_share(worked.q, made, NUMPY)[:, made.histories.cell_context]
    mu = np.exp(worked.q.log_rate)[:, made.cell_region, made.cell_period, made.cell_kind]
    rho = np.exp(worked.q.log_size)[:, made.cell_region, made.cell_kind, :, None]
    rho = rho * np.exp(worked.q.log_class)[:, made.cell_kind, None, :]
    unseen = mu[..., None, None] * share
    patterns = np.zeros_like(unseen)
    silent = np.zeros_like(unseen)
    for number, cell in enumerate(_cells(worked)):
        for (v, w, said), by_author in worked.brute[cell].items():
            if all(said[s] == SILENT for s in worked.quiet(cell)):
                (patterns if worked.visible(cell, said) else silent)[:, number, v, w] += by_author
    np.testing.assert_allclose(unseen, silent, rtol=1e-9, atol=1e-13)
    everything = mu[..., None, None] * rho
    np.testing.assert_allclose(patterns + unseen, everything, rtol=1e-10, atol=1e-200)
    np.testing.assert_allclose(
        (patterns + unseen).sum(axis=(0, 2, 3)), mu.sum(axis=0), rtol=1e-10, atol=1e-200
    )


def test_what_a_quiet_source_says_adds_up_to_one(worked: Worked) -> None:
    """Given that it reported, its statements change no total.

    With claims they leave out scenes that nobody can read, if it lists only what it attributes.
    """
    for cell, found in worked.brute.items():
        for s in worked.quiet(cell):
            spoke = math.fsum(sum(m) for (_, _, said), m in found.items() if said[s] != SILENT)
            quiet = math.fsum(sum(m) for (_, _, said), m in found.items() if said[s] == SILENT)
            quiet -= _never_visible(worked, cell)
            assert spoke < quiet * (1 + 1e-10)
            if not worked.case.structure.claims or worked.case.sources[s].coverage == "all":
                assert spoke == pytest.approx(quiet, rel=1e-10)


def _never_visible(worked: Worked, cell: Cell) -> float:
    """What no source can see, quiet ones no more than others."""
    return sum(
        rate(worked.case, worked.params, author, *cell)
        * never_visible(worked.case, worked.params, author)
        for author in worked.case.authors
    )


def test_deaths_by_side_add_up_to_the_pattern_without(worked: Worked) -> None:
    table = worked.evidence.patterns()
    frame = table[[*PLACE, "size", "victim_class", "rivalry"]].to_dataframe()
    frame["said"] = [tuple(row) for row in table["said"].to_numpy()]
    joint_mean = superposition.joint(worked.q, worked.plan, worked.plan.every, NUMPY)
    frame["mean"] = joint_mean.sum(axis=1)
    key = [*PLACE, "size", "victim_class", "said"]
    without = frame[frame["rivalry"] < 0].set_index(key)["mean"]
    for _, group in frame[frame["rivalry"] >= 0].groupby("rivalry"):
        summed = group.groupby(key)["mean"].sum()
        np.testing.assert_allclose(summed, without.loc[summed.index], rtol=1e-10)


def test_cell_log_likelihood_is_a_product_of_poissons(worked: Worked) -> None:
    """Each visible pattern's count is Poisson; those that cannot occur in the sum are empty."""
    made, by_row = worked.plan, expected(worked).sum(axis=1)
    counts = worked.evidence.patterns()["count"].to_numpy()
    found = joint.log_lik(worked.params, made).to_numpy()
    for number, cell in enumerate(_cells(worked)):
        here = (made.every.cell == number) & np.isin(made.every.row, made.counted.row)
        product = poisson.logpmf(counts[here], by_row[here]).sum()
        # The rows are not disjoint where deaths by side, unknown classes or quiet sources
        # repeat a pattern, so that what the rows add up to is replaced by what is visible.
        product += by_row[here].sum() - _visible_mass(worked, cell)
        assert found[number] == pytest.approx(product, rel=1e-10)


def test_delays_of_what_is_in(worked: Worked) -> None:
    found = delay.log_lik(worked.params, worked.plan, NUMPY).sum()
    assert found == pytest.approx(enumeration.delays_log_lik(worked.case, worked.params), rel=1e-10)


def test_compiled_loops_agree(worked: Worked) -> None:
    """What the sampler calls gives the likelihood that was checked above, cell by cell."""
    target = Density(worked.plan, joint.parameters(worked.plan, Priors()))
    term, mass = target.cells(target.pack(worked.params))
    reference = joint.log_lik(worked.params, worked.plan).to_numpy()
    np.testing.assert_allclose(term - mass, reference, rtol=1e-10)
