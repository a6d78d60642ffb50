"""The compiled log density against the formulas, finite differences, scipy and PyMC's graph."""

import functools
import itertools
import operator
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor
import pytest
from dtoscore.data.errors import ModelError
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.data.world import SIZES
from dtoscore.models import centring, delay, detection, joint, noise, reach, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import SIZE_LOG_VICTIMS, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.parameters import NORMAL, ZERO_SUM, Parameter
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, TWO_CLASS, Structure
from pytensor.compile.mode import Mode
from scipy import stats
from tiny import COPY, COURT, GED, NAMING, PAPER, PRESS, QUIET, WATCH, Case, evidence
from tiny_ground import Ground
from totalled import total

CASES = {
    "no extension: sets, other, a war, a period and place left out": Case(
        ("a", "b"), (PRESS, NAMING), ("a", "b"), has_other=True, rivalries=("a><b",),
        largest_set=2, n_region=2, n_period=3, n_kind=2, excluded=((1, 2),), never=(("b", 0),),
    ),
    "full confusion matrices": Case(
        ("a", "b"), (PRESS, NAMING), ("a",), has_other=True, rivalries=("a><b",),
        structure=replace(CORE, confusion=True), n_period=3, n_kind=2,
    ),
    "full confusion matrices, a compilation of organizations' violence": Case(
        ("a", "b"), (PRESS, replace(GED, silence="uninformative"), GED), ("a",), has_other=True,
        rivalries=("a><b",), structure=replace(CORE, confusion=True), n_period=3,
    ),
    "everything, a compilation of organizations' violence": Case(
        ("a", "b"), (GED, WATCH, PRESS), ("a",), has_other=True, rivalries=("a><b", "a><other"),
        largest_set=2, n_region=2, n_period=2, structure=Structure(),
    ),
    "one organization, a compilation of its violence": Case(
        ("a",), (GED, PRESS), ("a",), has_other=True, n_region=2, n_period=2,
    ),
    "nobody lists what is nobody's": Case(
        ("a", "b"), (GED,), ("a",), has_other=True, n_region=3, n_period=2,
    ),
    "everything but wars": Case(
        ("a", "b"), (PAPER, COPY, COURT), ("a", "b"), has_other=True, n_region=2, n_period=2,
        structure=Structure(), classes=("civilian", "press"),
        ground=Ground(
            absent=(("a", 1),), disputed=(("b", 0),), events=(("a", 1), ("", 0)), n_covariate=2,
            feuds=(("a", "b", 0.6),), lag=(45.0, 3.5),
        ),
    ),
    "everything, two classes of visibility": Case(
        ("a", "b", "c"), (PAPER, replace(QUIET, group="wire", published=True), WATCH), ("a", "c"),
        rivalries=("a+b><c", "a><b"), sides_total=2, n_region=2, n_period=2,
        blind=((0, 1, 0),), never=(("c", 0),), structure=Structure(visibility=TWO_CLASS),
        classes=("civilian", "press"),
        ground=Ground(events=(("b", 1),), lag=(500.0, 5.0), absent=(("c", 0),), n_covariate=1),
    ),
}  # fmt: skip
PYTHON = Mode(linker="py", optimizer=None)
"""Node by node in Python: no compiler, no rewriting of the graph."""


NOBODYS = "nobody lists what is nobody's"
COUNTED = f"{NOBODYS}, a total counts it"
REACHES = "two sources by their reach in each place"


EMPTY = "cells without a report"


@pytest.fixture(scope="module", params=[*CASES, COUNTED, REACHES, EMPTY])
def target(request: pytest.FixtureRequest) -> Iterator[Density]:
    with pytest.MonkeyPatch.context() as patched:
        if request.param == REACHES:
            patched.setattr(detection, "is_one_fixed_by_totals", lambda _: True)
        yield named(request.param)


def named(name: str) -> Density:
    if name == COUNTED:
        around = Ground(n_covariate=2)
        return with_total(replace(CASES[NOBODYS], structure=Structure(), ground=around))
    if name == EMPTY:
        return with_empty_cells()
    return density(CASES["everything but wars" if name == REACHES else name])


def with_empty_cells() -> Density:
    """Nobody names b, nor a war of it, in the second region."""
    case = next(iter(CASES.values()))
    whole = some_of(evidence(case, 3))
    of_b = np.array(["b" in text for text in case.statements])
    named = (of_b[whole.said] & (whole.said != SILENT)).any(axis=1)
    kept = np.flatnonzero(~named | (whole.incidents["region"].to_numpy() == 0))
    incidents = whole.incidents.iloc[kept].reset_index(drop=True)
    return target_of(replace(whole, incidents=incidents, said=whole.said[kept]), case.structure)


def density(case: Case) -> Density:
    return target_of(some_of(evidence(case, 3)), case.structure)


def target_of(told: Evidence, structure: Structure) -> Density:
    plan = design(told, structure)
    return Density(plan, joint.parameters(plan, Priors()))


def some_of(whole: Evidence, kept: int = 150) -> Evidence:
    """Leave most incidents out: small numbers are differenced more exactly, and faster."""
    chosen = np.sort(np.random.default_rng(4).permutation(len(whole.said))[:kept])
    incidents = whole.incidents.iloc[chosen].reset_index(drop=True)
    return replace(whole, incidents=incidents, said=whole.said[chosen])


def point(target: Density, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.6, target.n_free)


def blocks(target: Density) -> dict[str, slice]:
    """Where each parameter lies in the unconstrained vector."""
    sizes = [int(np.prod(p.free_shape, dtype=int)) for p in target.parameters]
    ends = list(itertools.accumulate(sizes))
    return {
        p.name: slice(end - size, end)
        for p, size, end in zip(target.parameters, sizes, ends, strict=True)
    }


def test_the_cases_hold_every_parameter() -> None:
    found = {p.name for case in CASES.values() for p in density(case).parameters}
    # Priors of some levels of two parameters, of two log totals, and of totals (test_totals).
    assert set(Priors()) - found == {
        "right_adjudicated", "claim_false_other", "rate_total", "rivalry_total", "capture",
        "total_noise",
    }  # fmt: skip


def test_free_blocks_fill_the_vector(target: Density) -> None:
    assert list(blocks(target).values())[-1].stop == target.n_free


def test_constrained_values_keep_their_constraints(target: Density) -> None:
    values = target.unpack(target.constrain(point(target)))
    for p in target.parameters:
        value = values[p.name]
        assert value.shape == p.shape
        if p.distribution in ZERO_SUM:
            for axis in range(-p.zero_sum_axes, 0):
                np.testing.assert_allclose(value.sum(axis=axis), 0.0, atol=1e-13)
        elif p.distribution == "dirichlet":
            np.testing.assert_allclose(value.sum(axis=-1), 1.0, rtol=1e-13)
        elif p.distribution not in (*NORMAL, "table", "flat"):
            assert np.all(value > 0)


def with_total(case: Case) -> Density:
    """The same with a total that counts what is nobody's, too."""
    told = total(some_of(evidence(case, 3)), 40, "victims", periods=(0, 1))
    return target_of(told, replace(case.structure, totals=True))


@pytest.mark.parametrize("name", ["everything but wars", NOBODYS])
def test_ordinary_violence_is_sampled_by_its_level_in_each_place(name: str) -> None:
    """As it is reported where some source lists it, as it is where only a total tells of it."""
    target = with_total(CASES[name]) if name == NOBODYS else density(CASES[name])
    free, at = point(target), blocks(target)
    params, k = target.unpack(target.constrain(free)), len(target.design.names.organizations)
    q = superposition.quantities(params, target.design, NUMPY)
    period = params["other_period_scale"] * params["other_period"]
    assert (target.design.exposure == 0.0).all()
    level = (q.log_rate[k] - period[:, None]).mean(axis=(1, 2))
    sampled = np.append(free[at["other_region"]], free[at["other_share"]])
    log_reach = reach.log_reach(params, target.design, NUMPY).place
    listed = name == "everything but wars"
    np.testing.assert_allclose(level, sampled - listed * log_reach, rtol=1e-10)


def test_one_source_whose_reach_totals_fix_is_sampled_by_it() -> None:
    """What it lists of incidents of the usual size, on the logit scale, beside what it names."""
    target = named(COUNTED)
    free, at, around = point(target), blocks(target), target.design.around
    params = target.unpack(target.constrain(free))
    log_victims = centring.reported_shares(target.design).size @ SIZE_LOG_VICTIMS
    logit = params["detection"] + params["detection_region_scale"] * params["detection_region"][0]
    logit = logit + params["detection_covariate"] @ around.covariate[:, 0]
    logit = logit + params["detection_size"] * log_victims
    expected = logit / np.sqrt(1 + np.pi / 8 * params["visibility"] ** 2)
    sampled = np.append(free[at["detection_region"]], free[at["detection"]])
    np.testing.assert_allclose(sampled, expected + np.log1p(-params["unknown"]), rtol=1e-10)


def test_a_source_whose_reach_no_total_fixes_is_sampled_by_its_detection() -> None:
    target = density(CASES[NOBODYS])
    params = target.unpack(target.constrain(point(target)))
    block = blocks(target)["detection"]
    np.testing.assert_allclose(params["detection"], point(target)[block])


def test_ordinary_violence_of_which_nothing_tells_is_sampled_as_its_priors_have_it() -> None:
    target = density(CASES[NOBODYS])
    free, at = point(target), blocks(target)
    params = target.unpack(target.constrain(free))
    assert params["other_share"] == pytest.approx(free[at["other_share"]][0])
    other = free.copy()
    scale = next(p.scale for p in target.parameters if p.name == "other_region")
    other[at[scale]] += np.log(3.0)
    wide = target.unpack(target.constrain(other))
    np.testing.assert_allclose(wide["other_region"], 3.0 * params["other_region"], rtol=1e-12)


def test_what_many_incidents_fix_is_sampled_as_it_is_and_the_rest_in_units_of_its_scale() -> None:
    """Between the two where an author has some: the more it has, the less it hangs on the scale."""
    target = density(CASES["everything but wars"])
    free, at = point(target), blocks(target)
    wider = free.copy()
    wider[at["size_author_scale"]] += np.log(3.0)

    def sizes(free: np.ndarray) -> np.ndarray:
        params = target.unpack(target.constrain(free))
        return params["size_author_scale"] * params["size_author"]

    named = centring.named_incidents(target.design).sum(axis=1)[:2]
    share = centring.reported_shares(target.design).size
    found = centring.size_directions(share)
    curved = np.diag(share) - np.outer(share, share)
    along = found.basis.T @ curved @ found.basis
    np.testing.assert_allclose(along, np.diag(found.information), atol=1e-12)
    moved = np.log((sizes(wider) @ found.basis) / (sizes(free) @ found.basis)) / np.log(3.0)
    expected = 10.0 / (named[:, None] * found.information + 10.0)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(moved, expected, rtol=1e-9)


def test_cells_without_a_report_bend_where_they_would_have_one() -> None:
    """The log of what would be reported with a name is y far below, log N + N / 5 from there on."""
    target = with_empty_cells()
    table, at = walled(target), blocks(target)
    assert np.argwhere(np.isfinite(table.arguments["wall"])).tolist() == [[1, 1]]
    free, cell = without_kinds_and_months(target), at[table.name].start + table.shape[1] + 1
    sigma = float(target.unpack(target.constrain(free))[table.scale])

    def log_named(u: float) -> float:
        """Worked out from the rates of the cell."""
        free[cell] = u
        params = target.unpack(target.constrain(free))
        rate = np.exp(superposition.quantities(params, target.design, NUMPY).log_rate[1, 1])
        log_reach = reach.log_reach(params, target.design, NUMPY).place[1]
        modelled = target.design.evidence.included[1]
        return float(np.log(rate[modelled].sum() * share_named(target, 1)) + log_reach)

    straight = log_named(-60.0 / sigma) + 60.0
    for y in (-40.0, -3.0, 0.0, 2.0, 30.0, 60.0):
        n = np.log1p(np.exp(y)) if y > -36 else np.exp(y)
        assert log_named((y - straight) / sigma) == pytest.approx(np.log(n) + 0.2 * n, rel=1e-8)


def walled(target: Density) -> Parameter:
    return next(p for p in target.parameters if p.name == "rate_organization_region")


def without_kinds_and_months(target: Density) -> np.ndarray:
    """A point at which all months and kinds of a cell have the same rate."""
    free, at = point(target), blocks(target)
    for name in ("rate_period", "rate_kind", "rate_organization_kind", "rate_organization_walk"):
        free[at[name]] = 0.0
    return free


def share_named(target: Density, region: int) -> float:
    """Share of a region's reported incidents that are named, one of the whole country added."""
    design = target.design
    named, count = centring.named_incidents(design), np.zeros(design.sizes["region"])
    np.add.at(count, design.cell_region[design.every.cell], design.every.count)
    return float((named[:, region].sum() + named.sum() / count.sum()) / (count[region] + 1.0))


@pytest.mark.parametrize("y", [-60.0, -36.0, 0.0, 36.0, 60.0])
@pytest.mark.parametrize("log_sigma", [-3.0, 3.0])
def test_walls_have_their_slopes_far_out_too(y: float, log_sigma: float) -> None:
    target = with_empty_cells()
    free, at, table = point(target), blocks(target), walled(target)
    free[at[table.scale]] = log_sigma
    free[at[table.name].start + table.shape[1] + 1] = y / np.exp(log_sigma)
    _, gradient = target.value_and_gradient(free)
    for name in (table.name, table.scale, "rate_intercept", "rate_region", "detection"):
        for i in range(at[name].start, at[name].stop):
            step = 1e-5 * (np.arange(len(free)) == i)
            up, down = (target.value_and_gradient(free + s * step)[0] for s in (1, -1))
            assert gradient[i] == pytest.approx((up - down) / 2e-5, rel=2e-4, abs=2e-3)


def test_nobody_could_have_told_of_a_cell_without_a_wall() -> None:
    """Places outside the model, without a source, or whose source does not list the author."""
    case = Case(
        ("a", "b"), (WATCH, PRESS), ("a",), has_other=True, n_region=3, n_period=2,
        excluded=((1, 0), (1, 1)), blind=((1, 2, 0),),
    )  # fmt: skip
    found = centring.exposures(density(case).design)
    assert found[:, 1].tolist() == [0.0] * len(found)
    assert found[:2, [0, 2]].tolist() == [[2.0, 2.0], [2.0, 0.0]]


def test_pack_undoes_unpack(target: Density) -> None:
    values = target.constrain(point(target))
    np.testing.assert_array_equal(target.pack(target.unpack(values)), values)


def test_cells_are_those_of_the_formulas(target: Density) -> None:
    values = target.constrain(point(target))
    q = superposition.quantities(target.unpack(values), target.design, NUMPY)
    term, mass = target.cells(values)
    expected = superposition.pattern_term(q, target.design, NUMPY)
    np.testing.assert_allclose(term, expected, rtol=1e-10)
    np.testing.assert_allclose(mass, superposition.mass(q, target.design, NUMPY), rtol=1e-10)


def test_threads_do_not_write_into_each_others_workspace() -> None:
    """As samplers of PyMC models run their chains: one density, many threads."""
    target = density(CASES["everything but wars"])
    values = [target.constrain(point(target, seed)) for seed in range(8)]
    nothing = np.ones(len(target.design.cell_kind))

    def both(x: np.ndarray) -> np.ndarray:
        return np.concatenate([*target.terms(x), target.pull_back(x, nothing, nothing)])

    alone = [both(x) for x in values]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(both, values * 20))
    for one, other in zip(together, alone * 20, strict=True):
        np.testing.assert_array_equal(one, other)


def test_value_is_likelihood_and_priors_and_jacobian(target: Density) -> None:
    free = point(target)
    term, mass = target.cells(target.constrain(free))
    params = target.unpack(target.constrain(free))
    rest = noise.log_lik(mass, params, target.design, NUMPY)
    likelihood = (term + rest).sum() - target.design.log_factorials.sum()
    likelihood += delay.log_lik(params, target.design, NUMPY).sum()
    likelihood += target.total_log_lik(target.constrain(free)).sum()
    rest = target.value_and_gradient(free)[0] - likelihood - sum(target.log_priors(free).values())
    assert rest == pytest.approx(log_jacobian(target, free), rel=1e-9, abs=1e-9)


def log_jacobian(target: Density, free: np.ndarray) -> float:
    """Sum of the log volumes of each change of variables, from its numerical derivative."""
    return sum(
        _log_volume(target, p, free, block)
        for p, block in zip(target.parameters, blocks(target).values(), strict=True)
    )


def _log_volume(target: Density, p: Parameter, free: np.ndarray, block: slice) -> float:
    if p.distribution in (*NORMAL, "sizes", "flat"):
        return 0.0  # an isometry, or a shift; of a reach see that by region
    if p.distribution == "reaches":
        return _log_reach_volume(target, free, p.shape[-1])
    if p.distribution == "levels":
        return -0.5 * np.log(p.shape[-1])
    if p.distribution == "directions":
        sigma = float(target.unpack(target.constrain(free))[p.unit])
        power = np.broadcast_to(p.arguments["power"], p.shape)
        return float(power[tuple(map(slice, p.free_shape))].sum() * np.log(sigma))
    if p.distribution == "zero_sum":
        power = p.arguments.get("power", np.ones(()))
        sigma = float(target.unpack(target.constrain(free))[p.unit]) if p.unit else 1.0
        return float(np.broadcast_to(power, p.free_shape).sum() * np.log(sigma))
    if p.distribution == "table":  # each value moves its own cell only
        step = 1e-5 * (np.arange(len(free)) == np.arange(len(free))[block, None])
        both = [[target.unpack(target.constrain(x))[p.name] for x in free + sign * step]
                for sign in (1, -1)]  # fmt: skip
        change = (np.array(both[0]) - both[1]).reshape(len(step), -1)
        return float(np.linalg.slogdet(change / 2e-5)[1])
    x = free[block]
    if p.distribution in ("halfnormal", "lognormal", "rayleigh"):
        return float(x.sum())
    if p.distribution == "beta":
        return float(np.log(stats.logistic.pdf(x)).sum())
    # A simplex, whose volume is that of its values but the last.
    total, rows = 0.0, x.reshape(-1, p.shape[-1] - 1)
    for row in rows:
        columns = [(_simplex(row + e) - _simplex(row - e)) / 2e-5 for e in 1e-5 * np.eye(len(row))]
        total += float(np.linalg.slogdet(np.array(columns)[:, :-1])[1])
    return total


def _log_reach_volume(target: Density, free: np.ndarray, n: int) -> float:
    """Of detection and its effects by region together, whose first n - 1 span 1 / √n."""
    at, moved = blocks(target), ("detection", "detection_region")
    chosen = np.concatenate([np.arange(at[name].start, at[name].stop) for name in moved])

    def values(x: np.ndarray) -> np.ndarray:
        params = target.unpack(target.constrain(x))
        return np.append(params["detection_region"][:, :-1], params["detection"])

    steps = 1e-5 * np.eye(len(free))[chosen]
    change = np.array([values(free + x) - values(free - x) for x in steps]) / 2e-5
    return float(np.linalg.slogdet(change)[1] + 0.5 * np.log(n) * len(chosen) / n)


def _simplex(row: np.ndarray) -> np.ndarray:
    logits = np.append(row, -row.sum())
    return np.exp(logits) / np.exp(logits).sum()


def test_gradient_is_the_slope_of_the_value(target: Density) -> None:
    """In every parameter, by central differences."""
    free = point(target)
    _, gradient = target.value_and_gradient(free)
    step = 3e-5
    for name, block in blocks(target).items():
        for i in range(block.start, block.stop):
            up, down = free.copy(), free.copy()
            up[i] += step
            down[i] -= step
            slope = target.value_and_gradient(up)[0] - target.value_and_gradient(down)[0]
            where = f"{name}[{i - block.start}]"
            assert gradient[i] == pytest.approx(slope / (2 * step), rel=1e-5, abs=1e-5), where


def test_prior_densities_are_those_of_the_parameters(target: Density) -> None:
    free = point(target)
    values = target.unpack(target.constrain(free))
    found = target.log_priors(free)
    for p in target.parameters:
        if p.distribution == "flat":
            continue
        scale = values[p.scale] if p.scale else None
        assert found[p.name] == pytest.approx(float(p.log_density(values[p.name], scale))), p.name


def test_prior_densities_are_those_of_scipy(target: Density) -> None:
    free = point(target)
    values = target.unpack(target.constrain(free))
    found = target.log_priors(free)
    for p in target.parameters:
        sigma = float(values[p.scale]) if p.scale else None
        if p.distribution == "flat":
            expected = total_density(target, p, values)
        else:
            expected = scipy_density(p, values[p.name], sigma)
        assert found[p.name] == pytest.approx(expected), p.name


def total_density(target: Density, p: Parameter, values: Params) -> float:
    """Log density of the log of all incidents of organizations, or of rivalries."""
    q = superposition.quantities(values, target.design, NUMPY)
    n = len(target.design.names.organizations)
    first = p.name == "rate_intercept"
    rate = np.exp(q.log_rate[:n] if first else q.log_rate[target.design.names.n_plain :])
    return float(stats.norm(p.arguments["mu"], p.arguments["sigma"]).logpdf(np.log(rate.sum())))


def scipy_density(p: Parameter, value: np.ndarray, sigma: float | None) -> float:
    """Log density written with scipy alone; zero-sum as a normal without full rank."""
    if p.distribution == "table":
        return float(stats.norm(0.0, sigma).logpdf(value).sum())
    given = {name: x for name, x in p.arguments.items() if name != "basis"}
    a = {name: np.broadcast_to(x, p.shape) for name, x in given.items()}
    if p.distribution in ZERO_SUM:
        return _zero_sum_density(p, value, float(a["sigma"].flat[0]) if sigma is None else sigma)
    if p.distribution == "dirichlet":
        rows = value.reshape(-1, p.shape[-1])
        weights = a["a"].reshape(rows.shape)
        return sum(float(stats.dirichlet(w).logpdf(r)) for w, r in zip(weights, rows, strict=True))
    if p.distribution in NORMAL:
        return float(stats.norm(a["mu"], a["sigma"]).logpdf(value).sum())
    if p.distribution == "rayleigh":
        return float(stats.rayleigh(0, a["sigma"]).logpdf(value).sum())
    if p.distribution == "halfnormal":
        return float(stats.halfnorm(0, a["sigma"]).logpdf(value).sum())
    if p.distribution == "lognormal":
        normal = stats.norm(a["mu"], a["sigma"]).logpdf(np.log(value)) - np.log(value)
        return float(normal.sum())
    return float(stats.beta(a["alpha"], a["beta"]).logpdf(value).sum())


def _zero_sum_density(p: Parameter, value: np.ndarray, sigma: float) -> float:
    covariance = np.eye(1)
    for axis, n in enumerate(p.shape):
        summing = axis >= len(p.shape) - p.zero_sum_axes
        covariance = np.kron(covariance, np.eye(n) - summing / n)
    normal = stats.multivariate_normal(cov=sigma**2 * covariance, allow_singular=True)
    return float(normal.logpdf(value.ravel()))


@pytest.mark.parametrize("plain", [True, False], ids=["formulas", "operation"])
def test_value_and_gradient_are_those_of_the_pymc_model(target: Density, plain: bool) -> None:
    found, *slopes = evaluated(target, plain=plain)
    expected, gradient = target.value_and_gradient(point(target))
    assert found - target.design.log_factorials.sum() == pytest.approx(expected, rel=1e-10)
    slope = np.concatenate([np.ravel(x) for x in slopes])
    np.testing.assert_allclose(gradient, slope, rtol=1e-7, atol=1e-8)


def evaluated(target: Density, *, plain: bool) -> list[np.ndarray]:
    """PyMC's log density and its gradient, one array a parameter."""
    structure = replace(target.design.structure, plain=plain)
    with pytensor.config.change_flags(traceback__limit=0):  # a third of the time
        model = joint.build(replace(target.design, structure=structure))
        inputs = [model.rvs_to_values[model[p.free_name]] for p in target.parameters]
        terms = [term.sum() for term in model.logp(sum=False)]
        log_density: Any = functools.reduce(operator.add, terms)
        outputs = [log_density, *pytensor.grad(log_density, inputs)]
        return list(pytensor.function(inputs, outputs, mode=PYTHON)(*given(target)))


def given(target: Density) -> list[np.ndarray]:
    """The point, one array a parameter."""
    free = point(target)
    return [
        free[block].reshape(p.free_shape)
        for p, block in zip(target.parameters, blocks(target).values(), strict=True)
    ]


def test_parameters_of_another_shape_are_not_read_from_wrong_places(target: Density) -> None:
    params = target.unpack(target.constrain(point(target)))
    short = params | {"detection": params["detection"][:-1], "unknown": params["unknown"][None]}
    n = len(params["detection"])
    with pytest.raises(ModelError) as caught:
        target.pack(short)
    assert f"detection has shape ({n - 1},), in this design ({n},); unknown" in str(caught.value)
    del short["detection"]
    with pytest.raises(ModelError, match="detection is missing"):
        target.pack(short)


def test_a_parameter_that_no_loop_reads_is_refused() -> None:
    """It would have a prior and do nothing."""
    usual = density(CASES["full confusion matrices"])
    more = [*usual.parameters, Parameter("notoriety_too", "normal", arguments={})]
    with pytest.raises(ModelError, match="notoriety_too"):
        Density(usual.design, more).offsets  # noqa: B018


def test_a_cell_with_a_wall_and_a_weight_is_refused() -> None:
    arguments = {"wall": np.zeros(1), "weight": np.full(1, 0.5)}
    with pytest.raises(ModelError, match="weight 0"):
        Parameter("b", "table", ("region",), (1,), arguments)


def test_every_size_has_a_number_of_victims() -> None:
    assert SIZE_LOG_VICTIMS.shape == (len(SIZES),)
    assert (np.diff(SIZE_LOG_VICTIMS) > 0).all()
