"""What must hold of the likelihood whatever the parameters, at the size of real rounds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dtoscore.data.attribution import parse
from dtoscore.data.errors import ModelError
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import write_round
from dtoscore.data.tabulate import tabulate
from dtoscore.data.worlds import demo_world
from dtoscore.models import attribution, effects, joint, levels, superposition
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.structure import CORE
from dtoscore.models.superposition import Quantities
from scipy.special import expit
from tiny import labelled, parameters_of

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("demo") / "round"
    return tabulate(read_round(write_round(simulate(demo_world(), 3), folder, "Demo")))


@pytest.fixture(scope="module")
def plan(evidence: Evidence) -> Design:
    return design(evidence)


@pytest.fixture(scope="module", params=SEEDS)
def params(evidence: Evidence, request: pytest.FixtureRequest) -> Params:
    return parameters_of(evidence, request.param, CORE)


@pytest.fixture(scope="module")
def q(params: Params, plan: Design) -> Quantities:
    return superposition.quantities(params, plan, NUMPY)


def test_what_is_summed_out_is_a_probability(q: Quantities, plan: Design) -> None:
    np.testing.assert_allclose(q.confusion.sum(axis=3), 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.exp(q.log_size).sum(axis=3), 1.0, rtol=1e-12)
    np.testing.assert_allclose(q.set_shares.sum(axis=1), 1.0, rtol=1e-12)
    assert q.written.max() <= 1.0 + 1e-12
    unseen = superposition.unseen_share(q, plan, NUMPY).sum(axis=3)
    contexts = plan.histories.context_region, plan.histories.context_kind
    rho = np.exp(q.log_size)[:, *contexts]
    assert (unseen >= 0).all()
    assert (unseen <= rho * (1 + 1e-12)).all()


def test_mass_is_less_than_what_happened(q: Quantities, plan: Design) -> None:
    mu = np.exp(q.log_rate)[:, plan.cell_region, plan.cell_period, plan.cell_kind].sum(axis=0)
    found = superposition.mass(q, plan, NUMPY)
    assert (found > 0).all()
    assert (found < mu).all()


def test_likelihood_is_its_parts(params: Params, q: Quantities, plan: Design) -> None:
    """Σ n log m - log n! - mass, gathered pattern by pattern from the joint."""
    share = superposition.joint(q, plan, plan.counted, NUMPY).sum(axis=1)
    term = plan.counted.count * np.log(share)
    expected = np.bincount(plan.counted.cell, term, len(plan.cell_kind)) + plan.log_factorials
    expected -= superposition.mass(q, plan, NUMPY)
    np.testing.assert_allclose(joint.log_lik(params, plan), expected, rtol=1e-10)


def test_repeating_incidents_multiplies_what_was_seen(evidence: Evidence, params: Params) -> None:
    """Three times the counts at three times the rates: each cell's mean term scales."""
    number = np.tile(np.arange(len(evidence.incidents)), 3)
    thrice = replace(
        evidence,
        incidents=evidence.incidents.iloc[number].reset_index(drop=True),
        said=evidence.said[number],
    )
    faster = params | {
        "rate_intercept": params["rate_intercept"] + np.log(3.0),
        "rivalry_intercept": params["rivalry_intercept"] + np.log(3.0),
    }
    one, three = design(evidence), design(thrice)
    before = joint.log_lik(params, one).to_numpy() - one.log_factorials
    after = joint.log_lik(faster, three).to_numpy() - three.log_factorials
    seen = joint.observed(one)
    np.testing.assert_allclose(after, 3 * (before + seen * np.log(3.0)), rtol=1e-10)


def test_order_of_sources_does_not_matter(evidence: Evidence, params: Params) -> None:
    turned = list(range(len(evidence.axes.sources)))[::-1]
    listers = [i for i in turned if evidence.looking[i].any()]
    before = sorted(listers)
    place = [before.index(i) for i in listers]
    other = replace(
        evidence,
        axes=replace(evidence.axes, sources=evidence.axes.sources.iloc[turned]),
        said=evidence.said[:, turned],
        looking=evidence.looking[turned],
    )
    by_source = ("unknown", "right", "one_sided", "set_share")
    by_lister = (
        "detection", "detection_size", "detection_region", "detection_kind", "visibility",
    )  # fmt: skip
    moved = params | {name: params[name][turned] for name in by_source if name in params}
    moved |= {name: params[name][place] for name in by_lister}
    np.testing.assert_allclose(
        joint.log_lik(moved, design(other)), joint.log_lik(params, design(evidence)), rtol=1e-10
    )


def test_a_source_that_sees_nothing_changes_nothing(evidence: Evidence, params: Params) -> None:
    """At λ = 0; its own reports, which it cannot have made, left out."""
    name = str(evidence.axes.sources.index[0])
    ids = evidence.reports.loc[evidence.reports["source"] == 0, "report_id"]
    silent = evidence.without(reports=ids)
    blind = params | {
        "visibility": np.zeros_like(params["visibility"]),
        "detection": np.where(np.arange(len(params["detection"])) == 0, -60.0, params["detection"]),
        "unknown_other": np.array(0.0),
    }
    fewer = dict(blind)
    for key, value in blind.items():
        if key in {"unknown", "right", "one_sided", "set_share"} or key in {
            "detection", "detection_size", "detection_region", "detection_kind", "visibility",
        }:  # fmt: skip
            fewer[key] = np.delete(value, 0, axis=0)
    np.testing.assert_allclose(
        joint.log_lik(fewer, design(evidence.without(source=name))),
        joint.log_lik(blind, design(silent)),
        rtol=1e-8,
    )


@pytest.mark.parametrize("position", [0, 2])
def test_a_draw_is_cut_down_to_the_sources_that_are_left(
    evidence: Evidence, params: Params, plan: Design, position: int
) -> None:
    """And the share of ``other`` is what makes its violence the same."""
    posterior, gone = labelled(params, plan), str(evidence.axes.sources.index[position])
    fewer = design(evidence.without(source=gone))
    drawn = levels.draw(posterior, 0, 0, fewer)
    before, after = (
        superposition.quantities(p, d, NUMPY).log_rate for p, d in ((params, plan), (drawn, fewer))
    )
    np.testing.assert_allclose(after, before, rtol=1e-12)
    del drawn["other_share"]
    for name, found in drawn.items():
        expected, dims = params[name], posterior[name].dims[2:]
        for axis, dim in enumerate(dims):
            if dim in {"source", "lister"}:
                labels = posterior[dim].to_numpy().tolist()
                expected = np.delete(expected, [labels.index(gone)] * (gone in labels), axis)
        np.testing.assert_array_equal(found, expected)


def test_a_draw_is_of_the_organizations_that_were_fitted(
    evidence: Evidence, params: Params, plan: Design
) -> None:
    gone = evidence.axes.organizations[1]
    fewer = design(evidence.without(organization=gone))
    with pytest.raises(ModelError, match=f"{gone}.*fit this evidence anew"):
        levels.draw(labelled(params, plan), 0, 0, fewer)


def test_a_draw_of_sources_that_were_not_fitted_is_refused(
    evidence: Evidence, params: Params, plan: Design
) -> None:
    gone = str(evidence.axes.sources.index[0])
    fitted = labelled(params, plan).drop_sel(source=gone, lister=gone)
    with pytest.raises(ModelError, match=f"^(source|lister) {gone}: in the fit"):
        levels.draw(fitted, 0, 0, design(evidence))


def test_more_detection_leaves_less_unseen(params: Params, plan: Design) -> None:
    more = params | {"detection": params["detection"] + 0.5}
    before, after = (
        superposition.mass(superposition.quantities(p, plan, NUMPY), plan, NUMPY)
        for p in (params, more)
    )
    assert (after > before).all()


def test_share_of_the_unnamed_is_what_its_prior_speaks_of(params: Params, plan: Design) -> None:
    """In an average cell: effects of place, time and kind apart, the levels alone."""
    u = attribution.unknown(params, plan, NUMPY).mean(axis=(0, 1))
    flat = {
        name: np.zeros_like(value)
        if name.endswith(("_kind", "_region", "_period", "_walk"))
        else value
        for name, value in params.items()
    }
    mu = np.exp(superposition.quantities(flat, plan, NUMPY).log_rate)[:, 0, 0, 0]
    other = len(plan.names.organizations)
    unnamed = mu * u
    share = 1.0 - unnamed[other] / unnamed.sum()
    assert share == pytest.approx(expit(float(params["other_share"])), rel=1e-10)


def test_walks_are_centred(params: Params, plan: Design) -> None:
    shape = (len(plan.names.organizations), len(plan.evidence.axes.periods))
    path = effects.centred_walk(params, "rate_organization_walk", shape, np)
    np.testing.assert_allclose(path.mean(axis=1), 0.0, atol=1e-12)
    step = params["rate_organization_walk_scale"] * params["rate_organization_walk"].T
    np.testing.assert_allclose(np.diff(path, axis=1), step, rtol=1e-9)


def test_who_did_it_is_settled_by_a_source_that_is_never_wrong(
    params: Params, plan: Design, evidence: Evidence
) -> None:
    """Where a source with θ near one names one organization, that is the author."""
    even = {  # rates and wrong names that differ by factors, not by orders of magnitude
        name: 0.1 * value
        for name, value in params.items()
        if name.startswith(("rate_", "rivalry_", "other_", "size_", "unknown_other", "notoriety"))
        and not name.endswith("_scale")
    }
    sure = (
        params
        | even
        | {"right": np.where(np.arange(len(params["right"])) == 0, 1 - 1e-14, params["right"])}
    )
    q = superposition.quantities(sure, plan, NUMPY)
    probability = superposition.joint(q, plan, plan.every, NUMPY)
    probability /= probability.sum(axis=1, keepdims=True)
    said = evidence.patterns()["said"].to_numpy()[:, 0]
    texts = [evidence.axes.statements[code] if code != SILENT else "" for code in said]
    names = plan.names
    for number, text in enumerate(texts):
        if text in names.organizations:
            author = names.authors.index(text)
            clashes = [i for i, a in enumerate(names.authors) if text in parse(a).organizations]
            assert probability[number, clashes].sum() == pytest.approx(1.0, abs=1e-6)
            assert author in clashes


def test_twice_the_same_evidence_is_equal_to_the_byte(tmp_path: Path, evidence: Evidence) -> None:
    again = tabulate(read_round(write_round(simulate(demo_world(), 3), tmp_path / "round", "Demo")))
    assert again.to_dataset().identical(evidence.to_dataset())
