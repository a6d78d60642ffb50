"""Fits of tiny evidences: what they hold, that they repeat, and where they leave the prior."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import arviz as az
import numpy as np
import pytest
import xarray as xr
from arviz_stats.base import array_stats
from dtoscore.data.errors import FitError, InputError, ModelError
from dtoscore.data.evidence import Evidence
from dtoscore.inference import fit, nuts
from dtoscore.inference.callbacks import Evaluator, in_range
from dtoscore.inference.fit import FitOptions
from dtoscore.inference.prior import prior_draws
from dtoscore.models import joint, levels, rates, superposition
from dtoscore.models.density import Density
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY
from dtoscore.models.parameters import NORMAL, ZERO_SUM, Parameter
from dtoscore.models.priors import Priors
from dtoscore.models.structure import Structure
from scipy import stats
from tiny import Case, Teller, evidence
from tiny import plan as plan_of

CASE = Case(
    ("a", "b", "c"),
    (Teller(), Teller(coverage="attributed_only"), Teller(silence="uninformative")),
    ("a", "b"),
    rivalries=("a><b",),
    n_region=2,
    n_period=3,
)
OPTIONS = FitOptions(draws=40, tune=60, chains=2, cores=1, seed=3)
WHOLE = ("", "a><b", "c")
"""Statements that do not tell whose violence a clash was."""


def chosen(case: Case, kept: int, said: tuple[str, ...] = (), mute: int | None = None) -> Evidence:
    """Some of the incidents: those with only such statements, and nothing from one source."""
    whole = evidence(case, 1)
    codes = [-1, *(case.statements.index(text) for text in said or case.statements)]
    possible = np.isin(whole.said, codes).all(axis=1)
    if mute is not None:
        possible &= whole.said[:, mute] == -1
    rows = np.random.default_rng(2).permutation(np.flatnonzero(possible))[:kept]
    incidents = whole.incidents.iloc[rows].reset_index(drop=True)
    return replace(whole, incidents=incidents, said=whole.said[rows])


@pytest.fixture(scope="module")
def plan() -> Design:
    return design(chosen(CASE, 60))


@pytest.fixture(scope="module")
def tree(plan: Design) -> xr.DataTree:
    return fit.sample(plan, Priors(), OPTIONS)


def declared(plan: Design) -> list[Parameter]:
    return joint.parameters(plan, Priors())


def test_groups(tree: xr.DataTree) -> None:
    assert set(tree.children) == {
        "posterior", "sample_stats", "prior", "log_likelihood", "log_prior",
        "posterior_predictive", "observed_data",
    }  # fmt: skip


@pytest.mark.parametrize("group", ["posterior", "prior"])
def test_variables_have_their_names_and_shapes(tree: xr.DataTree, plan: Design, group: str) -> None:
    data = tree[group].to_dataset()
    chains = OPTIONS.chains if group == "posterior" else 1
    assert set(data.data_vars) == {p.name for p in declared(plan)}
    for p in declared(plan):
        assert data[p.name].dims == ("chain", "draw", *p.dims)
        assert data[p.name].shape == (chains, OPTIONS.draws, *p.shape)
        assert np.isfinite(data[p.name].to_numpy()).all()


def test_levels_have_names_people_know(tree: xr.DataTree) -> None:
    coords = tree["posterior"].coords
    assert coords["organization"].to_numpy().tolist() == ["a", "b", "c"]
    assert coords["rivalry"].to_numpy().tolist() == ["a><b"]
    assert coords["source"].to_numpy().tolist() == ["s0", "s1", "s2"]
    assert coords["lister"].to_numpy().tolist() == ["s0", "s1"]
    assert coords["region"].to_numpy().tolist() == ["R0", "R1"]


def test_constraints_hold_in_every_draw(tree: xr.DataTree, plan: Design) -> None:
    for group in ("posterior", "prior"):
        for p in declared(plan):
            value = tree[group][p.name]
            if p.distribution in ZERO_SUM:
                for dim in p.dims[-p.zero_sum_axes :]:
                    np.testing.assert_allclose(value.sum(dim), 0.0, atol=1e-12)
            elif p.distribution not in (*NORMAL, "table", "flat"):
                assert float(value.min()) > 0
            if p.distribution == "beta":
                assert float(value.max()) < 1


def test_log_likelihood_is_that_of_the_draw(tree: xr.DataTree, plan: Design) -> None:
    found = tree["log_likelihood"]["incidents"]
    assert found.dims == ("chain", "draw", "cell")
    for chain, draw in ((0, 0), (1, 17)):
        params = levels.draw(tree["posterior"].to_dataset(), chain, draw)
        expected = joint.log_lik(params, plan)
        xr.testing.assert_allclose(
            found.isel(chain=chain, draw=draw, drop=True), expected, rtol=1e-9
        )


def test_log_prior_is_that_of_the_draw(tree: xr.DataTree, plan: Design) -> None:
    found = tree["log_prior"].to_dataset()
    params = levels.draw(tree["posterior"].to_dataset(), 1, 5)
    q = superposition.quantities(params, plan, NUMPY)
    for p in declared(plan):
        if p.distribution == "flat":
            prior = stats.norm(p.arguments["mu"], p.arguments["sigma"])
            expected = float(prior.logpdf(rates.log_total(q.rate, p.name, plan, NUMPY)))
            name = rates.TOTALS[p.name]
            assert float(found[name][1, 5]) == pytest.approx(expected)
            continue
        scale = params[p.scale] if p.scale else None
        expected = float(p.log_density(params[p.name], scale))
        assert float(found[p.name][1, 5]) == pytest.approx(expected)


def test_observed_and_replicated_incidents(tree: xr.DataTree, plan: Design) -> None:
    seen, again = tree["observed_data"]["incidents"], tree["posterior_predictive"]["incidents"]
    assert seen.to_numpy().tolist() == joint.observed(plan).tolist()
    assert seen.coords["cell"].equals(again.coords["cell"])
    assert again.dtype.kind == "i"
    assert int(again.min()) >= 0
    total = again.sum("cell")
    assert float(total.quantile(0.005)) <= int(seen.sum()) <= float(total.quantile(0.995))


def test_the_same_seed_draws_the_same(tree: xr.DataTree, plan: Design) -> None:
    again = fit.sample(plan, Priors(), replace(OPTIONS, cores=2))
    for group in set(tree.children) - {"sample_stats"}:  # which reads the clock
        assert tree[group].to_dataset().equals(again[group].to_dataset()), group
    for name in ("diverging", "energy", "n_steps"):
        assert tree["sample_stats"][name].equals(again["sample_stats"][name])


def test_another_seed_draws_others(tree: xr.DataTree, plan: Design) -> None:
    other = fit.sample(plan, Priors(), replace(OPTIONS, seed=4))
    assert not tree["posterior"].to_dataset().equals(other["posterior"].to_dataset())
    assert not tree["prior"].to_dataset().equals(other["prior"].to_dataset())


def test_what_nothing_informs_keeps_its_prior() -> None:
    """Whose violence a clash is, where all write it whole; all of a source that says nothing."""
    plan = design(chosen(CASE, 60, WHOLE, mute=2))
    options = FitOptions(draws=500, tune=300, chains=2, cores=1, seed=8)
    draws = fit.sample(plan, Priors(), options)["posterior"].to_dataset()
    silent = draws.sel(source="s2")
    for value, prior in (
        (draws["split"].isel(rivalry=0), stats.beta(1, 1)),
        (silent["right"], stats.beta(8, 2)),
        (silent["unknown"], stats.beta(1, 1)),
        (silent["one_sided"], stats.beta(1, 9)),
    ):
        effective = float(array_stats.ess(value.to_numpy(), method="mean"))
        assert effective > 200
        for p in (0.1, 0.25, 0.5, 0.75, 0.9):
            below = float((value < prior.ppf(p)).mean())
            error = np.sqrt(p * (1 - p) / min(effective, value.size))
            assert abs(below - p) < 4 * error, value.name


def test_what_data_inform_leaves_its_prior(tree: xr.DataTree) -> None:
    """The counterpart: how often a source that speaks names nobody."""
    spread = tree["posterior"]["unknown"].sel(source="s0").std(("chain", "draw"))
    assert float(spread) < 0.6 * stats.beta(1, 1).std()


def test_prior_draws_follow_their_priors(plan: Design) -> None:
    draws = prior_draws(declared(plan), plan, 2000, 5)
    for p in declared(plan):
        value = draws[p.name]
        if p.distribution == "flat":
            totals = [
                rates.named_total({name: v[i] for name, v in draws.items()}, p.name, plan)
                for i in range(2000)
            ]
            prior = stats.norm(p.arguments["mu"], p.arguments["sigma"])
            assert stats.kstest(totals, prior.cdf).pvalue > 1e-4, p.name
            continue
        if p.distribution == "table":
            unit = value / draws[p.scale][:, None, None]
            assert stats.kstest(unit[:, 0, 0], "norm").pvalue > 1e-4, p.name
            continue
        if p.distribution in ZERO_SUM:
            sigma = draws[p.scale] if p.scale else np.full(2000, p.arguments["sigma"])
            unit = (value / sigma.reshape((-1,) + (1,) * len(p.shape))).reshape(2000, -1)
            free = np.prod(p.free_shape) / np.prod(p.shape)
            assert unit.var(axis=0) == pytest.approx(free, rel=0.2), p.name
            continue
        transformed = _uniform(p, value).reshape(2000, -1)
        assert stats.kstest(transformed[:, 0], "uniform").pvalue > 1e-4, p.name


def _uniform(p: Parameter, value: np.ndarray) -> np.ndarray:
    a = p.arguments
    if p.distribution in NORMAL:
        return np.asarray(stats.norm(a["mu"], a["sigma"]).cdf(value))
    frozen = {
        "rayleigh": lambda: stats.rayleigh(0, a["sigma"]),
        "halfnormal": lambda: stats.halfnorm(0, a["sigma"]),
        "lognormal": lambda: stats.lognorm(a["sigma"], scale=np.exp(a["mu"])),
        "beta": lambda: stats.beta(a["alpha"], a["beta"]),
    }[p.distribution]()
    return np.asarray(frozen.cdf(value))


def test_evidence_without_reports_is_refused_before_sampling() -> None:
    nothing = chosen(CASE, 0)
    with pytest.raises(ModelError, match="no report can be used"):
        fit.sample(design(nothing), Priors(), OPTIONS)


def test_out_of_range_the_density_is_no_number(plan: Design) -> None:
    """There the noise is 0, and 0 ** -2 an error of Python's."""
    target = fit.density(plan, Priors())
    far = np.full(target.n_free, -1000.0)
    with pytest.raises(ZeroDivisionError):
        target.value_and_gradient(far)
    value, gradient = in_range(target.evaluator())(far)
    assert np.isnan(value)
    assert gradient.shape == far.shape


def failing(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[], Any], every: int, after: int = 0
) -> None:
    """Let one in so many evaluations of the density fail, once so many have not."""
    sound = Density.evaluator

    def evaluator(self: Density) -> Evaluator:
        evaluate, calls = sound(self), itertools.count()

        def called(free: np.ndarray) -> tuple[float, np.ndarray]:
            number = next(calls)
            if number >= after and number % every == every - 1:
                fault()
            return evaluate(free)

        return called

    monkeypatch.setattr(Density, "evaluator", evaluator)


@pytest.mark.parametrize(
    "fault",
    [lambda: np.array([np.inf, -np.inf]).sum(), lambda: 0.0**-2, lambda: 1e-200**-2],
    ids=["warning", "division", "overflow"],
)
def test_a_trajectory_that_leaves_the_range_ends_no_fit(
    plan: Design, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], Any]
) -> None:
    """Warnings are errors here, as where somebody runs Python with -W error."""
    failing(monkeypatch, fault, every=100)
    options = replace(OPTIONS, draws=10, tune=20, cores=2)
    trace = fit.run_nutpie(fit.density(plan, Priors()), options, None)
    assert trace["posterior"].sizes["draw"] == options.draws


def test_coordinates_of_a_rough_fit_change_no_posterior(
    plan: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The means of two fits, one in coordinates, differ by what their ESS allows."""
    target, found = fit.density(plan, Priors()), []
    options = replace(OPTIONS, draws=400, tune=300)
    for least in (target.n_free + 1, 1):
        monkeypatch.setattr(nuts, "LARGE", least)
        posterior = fit.run_nutpie(target, options, None)["posterior"].to_dataset()
        found.append(posterior[["detection", "right", "unknown", "visibility"]])
    error = [one.std(["chain", "draw"]) / az.ess(one) ** 0.5 for one in found]
    for name in found[0]:
        means = [one[name].mean(["chain", "draw"]) for one in found]
        allowed = 5.0 * np.hypot(error[0][name], error[1][name])
        assert (abs(means[0] - means[1]) < allowed).all(), name
    assert not found[0].equals(found[1])


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("after", [0, 100])
def test_a_fault_in_the_density_is_one_sentence(
    plan: Design, monkeypatch: pytest.MonkeyPatch, cores: int, after: int
) -> None:
    """From the first point nutpie says so; later its threads panic, one of them or all."""

    def fault() -> None:
        raise LookupError("no such author\nand a second line")

    failing(monkeypatch, fault, every=1, after=after)
    with pytest.raises(FitError) as caught:
        fit.run_nutpie(fit.density(plan, Priors()), replace(OPTIONS, cores=cores), None)
    assert str(caught.value) == "the sampler stopped on a LookupError: no such author"
    assert isinstance(caught.value.__cause__, LookupError)


def test_a_fault_in_what_is_kept_of_a_draw_is_one_sentence(
    plan: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Density, "unpack", lambda *_: {}["rate"])
    with pytest.raises(FitError, match=r"^the sampler stopped on a KeyError: 'rate'$"):
        fit.run_nutpie(fit.density(plan, Priors()), OPTIONS, None)


def test_without_any_fault_of_ours_the_sampler_speaks(
    plan: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Density, "evaluator", lambda _: lambda free: (np.nan, np.zeros_like(free)))
    with pytest.raises(FitError, match=r"^the sampler stopped: All initialization points failed$"):
        fit.run_nutpie(fit.density(plan, Priors()), OPTIONS, None)


def test_progress_is_told_in_order(plan: Design) -> None:
    said: list[str] = []
    fit.sample(plan, Priors(), replace(OPTIONS, draws=5, tune=5), said.append)
    assert said == [
        "sampling 2 chains of 5 + 5 draws", "working out the likelihood of every cell",
    ]  # fmt: skip


@pytest.mark.parametrize("chains", [1, 0, -1])
def test_a_lone_chain_is_refused_before_anything_is_sampled(chains: int) -> None:
    with pytest.raises(
        InputError, match=f"^chains is {chains}; it must be a whole number, at least 2: one chain"
    ):
        FitOptions(chains=chains)


@pytest.mark.parametrize(
    "wrong",
    [
        {"draws": "a"}, {"draws": 0}, {"tune": 0}, {"tune": 1.5}, {"chains": True},
        {"cores": 0}, {"seed": -1}, {"seed": 2**64}, {"target_accept": 3},
        {"target_accept": 1.0}, {"target_accept": "high"}, {"target_accept": float("nan")},
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"^{next(iter(wrong))} is .*; it must be"):
        FitOptions(**wrong)


def test_a_region_at_which_nobody_looks_is_replicated_as_empty() -> None:
    """All share of it is missed, by rounding a little more: no Poisson law has that mean."""
    sources = tuple(Teller() for _ in range(3))
    blind = tuple((s, 0, 0) for s in range(3))
    case = Case(("a", "b", "c"), sources, n_region=2, n_period=3, blind=blind)
    made = replace(plan_of(case), structure=Structure().without("claims", "classes"))
    made = design(made.evidence, made.structure)
    target = fit.density(made, Priors())
    rng = np.random.default_rng(3)
    free = rng.normal(0.0, 0.6, (1, 40, target.n_free))
    values = np.stack([target.constrain(x) for x in free[0]])[None]
    posterior = xr.Dataset(coords={"chain": [0], "draw": np.arange(40)})
    likelihood, seen = fit._by_cell(values, posterior, target, rng)
    where = made.cell_region == 0
    assert np.isfinite(likelihood["incidents"]).all()
    assert not seen["incidents"].to_numpy()[..., where].any()
    assert seen["incidents"].to_numpy()[..., ~where].any()
    assert np.isfinite(np.stack([target.value_and_gradient(x)[1] for x in free[0]])).all()
