"""From a round folder to a Summary, with draws from the prior in place of the sampler."""

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from draws import sample_stats
from dtoscore.data.doubts import doubts
from dtoscore.data.errors import FitError, InputError
from dtoscore.inference import other_law, pipeline, store
from dtoscore.inference.diagnose import diagnose
from dtoscore.inference.fit import FitOptions
from dtoscore.inference.prior import prior_draws
from dtoscore.inference.unseen import MOST_UNSEEN
from dtoscore.models import joint
from dtoscore.models.priors import Priors
from dtoscore.models.structure import TWO_CLASS, Structure
from dtoscore.reports.canonical import canonical_json, sha256
from dtoscore.reports.document import release_document, schema
from dtoscore.reports.run import run
from json_schema import errors
from rounds import write_full_round, write_small_round

OPTIONS = FitOptions(draws=60, tune=10, chains=2, cores=1, seed=5)


def from_prior(plan, priors, options, progress=None):
    """Draw each chain from the prior: a fit to no data, whose draws are independent."""
    parameters = joint.parameters(plan, priors)
    chains = [
        prior_draws(parameters, plan, options.draws, 100 * options.seed + c)
        for c in range(options.chains)
    ]
    chosen = {p.name: np.stack([chain[p.name] for chain in chains]) for p in parameters}
    chosen["rate_intercept"] = chosen["rate_intercept"] * 0.1 - 3.0
    coords = {d: plan.coords[d] for d in sorted({d for p in parameters for d in p.dims})}
    posterior = xr.Dataset(
        {p.name: (("chain", "draw", *p.dims), chosen[p.name]) for p in parameters},
        coords={**coords, "chain": np.arange(options.chains), "draw": np.arange(options.draws)},
    )
    stats = sample_stats((options.chains, options.draws))
    groups = {"posterior": posterior, "prior": posterior, "sample_stats": stats}
    return xr.DataTree.from_dict(groups)


@pytest.fixture
def sampled(monkeypatch):
    """Replace the sampler; the list holds one entry a call."""
    calls = []

    def fake(*arguments):
        calls.append(arguments)
        return from_prior(*arguments)

    monkeypatch.setattr(pipeline, "sample", fake)
    return calls


@pytest.fixture
def prepared(tmp_path):
    return pipeline.prepare(write_small_round(tmp_path / "round"))


def test_prepare_reads_counts_and_names_the_work_folder(prepared):
    assert prepared.plan.evidence is prepared.evidence
    assert prepared.work.parent == prepared.round.folder / "work"
    assert not prepared.work.exists()
    assert prepared.work == pipeline.prepare(prepared.round.folder).work


def test_notes_on_the_round_are_told_before_the_fit(tmp_path):
    folder = write_small_round(tmp_path / "round")
    text = (folder / "round.toml").read_text().replace("2010-0", "2011-0")
    (folder / "round.toml").write_text(text.replace('history = "2011', 'history = "2010'))
    said = []
    prepared = pipeline.prepare(folder, said.append)
    assert [*prepared.round.notes, *doubts(prepared.round, prepared.evidence)] == said
    assert any("in a month in which it was never active" in note for note in said)
    assert any("no report is dated in the window, 2011-04-01" in note for note in said)


def test_settings_are_plain_values(prepared):
    settings = prepared.settings()
    json.dumps(settings, allow_nan=False)
    assert settings["priors"]["right"] == {"distribution": "beta", "alpha": 8.0, "beta": 2.0}
    assert settings["priors"]["rate_total"] == {"distribution": "normal", "sigma": 1.5}
    assert settings["rubric"]["evidence"]["min_overlap"] == 30
    assert settings["roster"]["zetas"]["contender"] is True
    assert settings["roster"]["zetas"]["active_from"] == "2010-02-01"
    assert settings["roster"]["zetas"]["active_to"] is None


def test_priors_of_the_round_are_used(tmp_path):
    folder = write_small_round(tmp_path / "round")
    before = pipeline.prepare(folder)
    with (folder / "round.toml").open("a") as file:
        file.write("[priors]\nvisibility = { sigma = 0.5 }\n")
    after = pipeline.prepare(folder)
    assert after.priors["visibility"]["sigma"] == 0.5
    assert after.work != before.work


def test_a_fit_is_made_once(prepared, sampled):
    said = []
    first = pipeline.fit(prepared, OPTIONS, said.append)
    again = pipeline.fit(prepared, OPTIONS, said.append)
    assert len(sampled) == 1
    assert "already there" in said[-1]
    assert first["posterior"].to_dataset().equals(again["posterior"].to_dataset())
    assert first["posterior"]["right"].coords["source"].to_numpy().tolist() == [
        "daily", "weekly", "court",
    ]  # fmt: skip
    assert pipeline.stored(prepared, OPTIONS) is not None


@pytest.mark.parametrize("change", [{"seed": 6}, {"draws": 61}, {"chains": 3}, {"tune": 11}])
def test_other_options_are_another_fit(prepared, sampled, change):
    pipeline.fit(prepared, OPTIONS)
    assert pipeline.stored(prepared, replace(OPTIONS, **change)) is None


def test_cores_do_not_matter(prepared, sampled):
    pipeline.fit(prepared, OPTIONS)
    assert pipeline.stored(prepared, replace(OPTIONS, cores=2)) is not None


def test_a_folder_that_cannot_be_written_is_found_out_before_sampling(prepared, monkeypatch):
    monkeypatch.setattr(pipeline, "sample", lambda *_: pytest.fail("it was sampled"))
    (prepared.round.folder / "work").write_text("a file")
    with pytest.raises(InputError, match=r"work.* cannot be written: .*; fits are kept there"):
        pipeline.fit(prepared, OPTIONS)


def test_parts_that_the_round_has_not_are_left_out_in_vain(tmp_path):
    folder, said = write_small_round(tmp_path / "round"), []
    pipeline.prepare(folder, said.append, Structure().without("totals", "noise", "events"))
    assert said[-1] == "This round has no events, no totals: leaving that out changes nothing."
    said.clear()
    pipeline.prepare(folder, said.append, Structure().without("noise"))
    assert not any("leaving that out" in note for note in said)


def test_a_sampler_that_fails_leaves_no_fit(prepared, monkeypatch):
    def fail(*_):
        raise FitError("the sampler stopped")

    monkeypatch.setattr(pipeline, "sample", fail)
    with pytest.raises(FitError):
        pipeline.fit(prepared, OPTIONS)
    assert pipeline.stored(prepared, OPTIONS) is None


def test_scored_round_makes_a_valid_release(tmp_path, sampled):
    prepared = pipeline.prepare(write_full_round(tmp_path / "round"))
    posterior = pipeline.fit(prepared, OPTIONS)
    scored = pipeline.score(prepared, posterior, OPTIONS)
    summary = scored.summary
    document = canonical_json(release_document(summary))
    assert errors(json.loads(document), schema(), schema()) == []
    assert summary.decision.status == "refused"  # 120 draws are too few
    assert summary.decision is scored.decision
    assert list(summary.organizations.index) == ["sinaloa", "juarez", "zetas", "other"]
    assert summary.organizations["p_worst"].iloc[:3].sum() == pytest.approx(1.0)
    assert np.isnan(summary.organizations.loc["other", "p_worst"])
    assert summary.rank_probabilities.shape == (3, 3)
    assert [check.name for check in summary.checks][:2] == ["sampler", "baselines"]
    again = pipeline.score(prepared, pipeline.stored(prepared, OPTIONS), OPTIONS)
    assert scored.realized.identical(again.realized)
    assert canonical_json(release_document(again.summary)) == document


def passing(*draws):
    """Judge draws as the gate does, and let them through."""
    return replace(diagnose(*draws), passed=True, failures=())


def probabilities(said: str) -> list[float]:
    """Of a sentence that ends in names with a probability each."""
    return [float(one.split()[-1]) for one in said.rsplit(": ", 1)[1].rstrip(".").split(", ")]


def test_the_other_law_of_visibility_answers_where_it_is_fitted(tmp_path, sampled, monkeypatch):
    prepared = pipeline.prepare(write_full_round(tmp_path / "round"))
    posterior = pipeline.fit(prepared, OPTIONS)

    def said():
        frame = pipeline.score(prepared, posterior, OPTIONS).summary.identification
        return frame.set_index("parameter").loc["visibility law", "sentence"]

    assert "--visibility two_class` gives P(worst) under both" in said()
    other = pipeline.restructured(prepared, Structure(visibility=TWO_CLASS))
    fitted = pipeline.fit(other, OPTIONS)
    assert said().endswith("A fit of that law is there; beside a refused one it is not told.")
    monkeypatch.setattr("dtoscore.inference.standing.diagnose", passing)
    expected = pipeline.score(other, fitted, OPTIONS).summary.organizations["p_worst"].dropna()
    assert probabilities(said()) == pytest.approx(expected.sort_index().tolist(), abs=0.006)


def test_the_other_law_is_told_in_order_only_where_the_result_is(tmp_path, sampled, monkeypatch):
    prepared = pipeline.prepare(write_full_round(tmp_path / "round"))
    posterior = pipeline.fit(prepared, OPTIONS)
    refused = pipeline.score(prepared, posterior, OPTIONS).decision
    by_name, ordered = (replace(refused, status=one) for one in ("no_designation", "candidates"))

    def answer(decision):
        return other_law.answer(posterior, prepared.plan, prepared.round, 5, decision)

    assert "not told" in answer(refused)
    assert answer(ordered) == "A fit of that law is there and failed its gate: it says nothing."
    monkeypatch.setattr("dtoscore.inference.standing.diagnose", passing)
    falling = sorted(probabilities(answer(ordered)), reverse=True)
    assert probabilities(answer(ordered)) == falling
    assert sorted(probabilities(answer(by_name)), reverse=True) == falling
    titles = prepared.round.organizations["name"].sort_index().tolist()
    assert [name for name in titles if name in answer(by_name)] == [
        one.rsplit(" ", 1)[0] for one in answer(by_name).rsplit(": ", 1)[1].split(", ")
    ]


def test_one_absurd_draw_is_refused_with_its_reason(prepared):
    """A release is written all the same: the other draws are an honest result."""
    tree = from_prior(prepared.plan, prepared.priors, OPTIONS)
    tree["posterior"]["rate_intercept"][1, 30] = 30.0
    summary = pipeline.score(prepared, tree, OPTIONS).summary
    assert summary.decision.status == "refused"
    assert any(
        str(said).startswith("In 1 of 120 draws more than") for said in summary.decision.reasons
    )
    document = json.loads(canonical_json(release_document(summary)))
    assert errors(document, schema(), schema()) == []
    assert document["diagnostics"]["unseen_max"] > MOST_UNSEEN


def test_another_seed_draws_other_counts(prepared, sampled):
    tree = pipeline.fit(prepared, OPTIONS)
    one = pipeline.score(prepared, tree, OPTIONS)
    other = pipeline.score(prepared, tree, replace(OPTIONS, seed=6))
    assert not one.realized.equals(other.realized)


def test_what_the_likelihood_does_not_read_needs_no_new_fit(tmp_path):
    folder = write_full_round(tmp_path / "round")
    before = pipeline.prepare(folder)
    text = (folder / "rubric.toml").read_text().replace("weight = 0.5", "weight = 0.7")
    (folder / "rubric.toml").write_text(text)
    after = pipeline.prepare(folder)
    assert after.round.rubric != before.round.rubric
    assert after.work == before.work


def test_hash_follows_evidence_priors_and_structure(prepared):
    def hashed(evidence=prepared.evidence, priors=prepared.priors, structure=prepared.structure):
        return store.evidence_hash(evidence, priors, structure)

    incidents = prepared.evidence.incidents
    numbers = incidents["numbers"].map(lambda told: ((0, 1, 500), *told[1:]))
    wider = replace(prepared.evidence, incidents=incidents.assign(numbers=numbers))
    others = {
        hashed(),
        hashed(evidence=wider),
        hashed(evidence=prepared.evidence.without(source="weekly")),
        hashed(evidence=prepared.evidence.without(region="MX-SIN")),
        hashed(priors=Priors().override({"visibility": {"sigma": 0.5}})),
        hashed(structure=joint.Structure(confusion=True)),
    }
    assert len(others) == 6
    assert hashed() == hashed() == prepared.work.name


def test_two_runs_write_the_same_release(tmp_path, sampled):
    """The same round in two places, each fitted anew."""
    folders = [write_full_round(tmp_path / place) for place in ("one", "two")]
    releases = [run(folder, options=OPTIONS).folder for folder in folders]
    assert len(sampled) == 2
    for name in ("release.json", "report.html", "announcement.md"):
        assert len({(folder / name).read_bytes() for folder in releases}) == 1
    tables = [{p.name: p.read_bytes() for p in (f / "tables").iterdir()} for f in releases]
    assert tables[0] == tables[1]


def test_a_chain_of_two_rounds(tmp_path, sampled):
    first = run(write_small_round(tmp_path / "one"), options=OPTIONS).folder
    second = write_small_round(tmp_path / "two")
    with pytest.raises(InputError, match=r"round\.toml names no previous round"):
        run(second, options=OPTIONS, previous=first)
    with (second / "round.toml").open("a") as file:
        file.write('previous = "2010-h1"\n')
    said = []
    folders = (
        run(second, options=OPTIONS, progress=said.append, previous=before).folder
        for before in (None, first)
    )
    hashes = [json.loads((f / "manifest.json").read_text())["previous"] for f in folders]
    assert hashes == [None, sha256(first / "manifest.json")]
    assert [note.split(":")[0] for note in said if "--previous" in note] == [
        "round.toml says previous = '2010-h1', but no --previous RELEASE is given"
    ]


def test_a_release_without_a_fit_says_how_to_make_one(tmp_path, sampled):
    with pytest.raises(InputError, match="holds no finished fit"):
        run(write_small_round(tmp_path / "round"), options=OPTIONS, refit=False)
    assert sampled == []


def test_a_fit_that_is_not_there_is_told_from_those_that_are(prepared, sampled):
    pipeline.fit(prepared, OPTIONS)
    with pytest.raises(InputError) as caught:
        run(prepared.round.folder, options=replace(OPTIONS, draws=61), refit=False)
    said = str(caught.value)
    assert "no finished fit with draws 61 tune 10 chains 2 seed 5 target_accept 0.8" in said
    assert (
        "the fits that are there have draws 60 tune 10 chains 2 seed 5 target_accept 0.8;" in said
    )
    assert said.endswith("--draws 61 --tune 10 --chains 2 --seed 5 --target-accept 0.8")


def test_one_contender_is_a_valid_result(tmp_path, sampled):
    folder = write_small_round(tmp_path / "round")
    with (folder / "round.toml").open("a") as file:
        file.write('exclude = ["juarez", "zetas"]\n')
    released = run(folder, options=replace(OPTIONS, draws=400))
    decision = released.summary.decision
    assert decision.status == "no_designation"
    assert str(decision.reasons[0]) == "There is only one contender."
    assert released.summary.organizations.loc["sinaloa", "p_worst"] == 1.0
