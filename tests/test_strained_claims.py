"""Claims of the study's worlds: the model's own law, of parameters that its priors drew."""

from dataclasses import replace

import numpy as np
import pytest
from dtoscore.data.scenarios import STUDIED, strained_world
from dtoscore.data.simulate import simulate
from dtoscore.data.world import Floats, World
from dtoscore.models import attribution, claims
from dtoscore.models.design import Design, design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.prior_table import DEFAULTS
from dtoscore.models.structure import Structure
from dtoscore.studies import strained, strained_claims
from dtoscore.studies.recovery_world import reported
from dtoscore.studies.strained_claims import Law, claimed
from dtoscore.studies.strained_world import drawn_from_priors, from_prior
from scipy import stats

NOBODY = 0.2


def base_world(incidents: float = 1200.0) -> World:
    made = strained_world(1, regions=strained.REGIONS, kinds=strained.KINDS, incidents=incidents)
    return replace(made, rivalry_weight=strained_claims.rivals(made))


@pytest.fixture(scope="module")
def law() -> Law:
    return strained_claims.drawn(base_world(), np.random.default_rng(3), None)


@pytest.fixture(scope="module")
def plan() -> Design:
    """Of the reports of the world; its authors are those of the world, in their order."""
    evidence, _ = reported(simulate(base_world(), 1))
    made = design(evidence, Structure())
    assert made.names.authors == base_world().authors
    return made


def as_parameters(law: Law) -> Params:
    return {
        "claim_false": law.false, "claim_rival": np.array(law.rival),
        "claim_rivalry": law.rivalry, "claim_clash": np.array(law.clash),
        "notoriety": law.notoriety, "favour_scale": np.array(1.0), "favour": law.favour,
        "blame_rivalry": np.array(law.blame_rivalry), "claim_nobody": np.array(NOBODY),
        "claim_unsigned": np.zeros(len(base_world().organizations)),
    }  # fmt: skip


def test_the_claims_are_the_model_s(law: Law, plan: Design) -> None:
    """Of scenes that can be read; a share of the others, clashes apart, is put in after."""
    found = claims.claims(as_parameters(law), plan, NUMPY)
    made = strained_claims.matrix(base_world(), law)
    n = plan.names.n_plain
    made[:n] *= 1.0 - NOBODY
    made[:n, -1] += NOBODY
    # The round's table of rivalries has six digits.
    np.testing.assert_allclose(found, np.broadcast_to(made, found.shape), rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(made.sum(axis=1), 1.0)


def test_wrong_names_fall_as_the_model_has_them(law: Law, plan: Design) -> None:
    found = attribution.blame(as_parameters(law), plan, NUMPY)
    made = strained_claims.blame(base_world(), law)
    np.testing.assert_allclose(found, np.broadcast_to(made, found.shape), rtol=1e-12)


def test_the_simulated_claims_follow_the_matrix(law: Law) -> None:
    """Each share within 5 standard errors, where enough incidents are expected to tell."""
    world = base_world(200_000.0)
    world = replace(world, claim=strained_claims.matrix(world, law))
    world = drawn_from_priors(world, np.random.default_rng(4))
    frame = simulate(replace(world, sources=world.sources[:1], **_one_source(world)), 5).incidents
    asked = 0
    for row, author in enumerate(world.authors):
        claim = frame.loc[frame["author"] == author, "claim"]
        for column, name in enumerate((*world.authors, "")):
            p = world.claim[row, column]
            if len(claim) * p * (1 - p) > 25:
                error = (p * (1 - p) / len(claim)) ** 0.5
                assert abs((claim == name).mean() - p) < 5 * error, (author, name)
                asked += 1
    assert asked > 30


def test_a_scale_is_drawn_from_its_own_prior() -> None:
    drawn = from_prior("favour_scale", np.random.default_rng(7), 2000)
    law = stats.rayleigh(scale=DEFAULTS["favour_scale"]["sigma"])
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3


def _one_source(world: World) -> dict[str, Floats]:
    """Its arrays by source, cut to the first: fewer reports to write."""
    names = (
        "detection", "visibility", "group_visibility", "silencing", "right", "unknown",
        "one_sided", "set_size",
    )  # fmt: skip
    return {name: getattr(world, name)[:1] for name in names}


def test_scenes_that_nobody_can_read_are_put_in_beside_the_claims(law: Law) -> None:
    base = replace(base_world(), claim=strained_claims.matrix(base_world(), law))
    made = drawn_from_priors(base, np.random.default_rng(4))
    n, k = len(made.authors), len(made.plain)
    nobody = made.claim[:k, n:]
    assert (nobody > 0).all()
    np.testing.assert_allclose(made.claim[:k, :n], (1 - nobody) * base.claim[:k, :n])
    np.testing.assert_array_equal(made.claim[k:], base.claim[k:])


def shares(setting: str, rounds: int) -> Floats:
    """ε of every plain name, shape (round, name)."""
    found = []
    for number in range(rounds):
        world = strained.world(strained.Task(setting, number, "core"))
        n, k = len(world.authors), len(world.plain)
        found.append(1.0 - np.diag(world.claim[:, :n])[:k] / (1.0 - world.claim[:k, n]))
    return np.array(found)


def test_shares_of_false_claims_are_drawn_and_larger_where_framing_is_the_strain() -> None:
    """Beta(1, 9) has sd .0905, Beta(1.5, 8.5) mean .15 and sd .1077, Beta(1, 99) sd .0099."""
    usual, framed = shares("none", 60), shares("framing", 60)
    assert base_world().plain[-1] == "other"
    ordinary = usual[:, -1]
    assert abs(ordinary.mean() - 0.01) < 4 * 0.0099 / ordinary.size**0.5
    np.testing.assert_allclose(framed[:, -1], ordinary, rtol=1e-12)
    usual, framed = usual[:, :-1], framed[:, :-1]
    assert abs(usual.mean() - 0.1) < 4 * 0.0905 / usual.size**0.5
    assert abs(framed.mean() - 0.15) < 4 * 0.1077 / framed.size**0.5
    assert (framed > usual).all()
    assert abs(shares("outside the model, none", 1)).max() < 1e-12


def test_parameters_come_from_their_priors() -> None:
    """Means and standard deviations over 400 draws, within 4 errors of the mean."""
    world, rng = base_world(), np.random.default_rng(8)
    laws = [strained_claims.drawn(world, rng, None) for _ in range(400)]
    rival = np.array([one.rival for one in laws])
    prior = DEFAULTS["claim_rival"]
    assert abs(rival.mean() - prior["mu"]) < 4 * prior["sigma"] / 20
    assert abs(rival.std() - prior["sigma"]) < 4 * prior["sigma"] / 800**0.5
    clash = np.array([one.clash for one in laws])
    assert abs(clash.mean() - 0.1) < 4 * 0.0905 / 20
    hidden = np.concatenate([one.rivalry for one in laws])
    assert abs(hidden.mean() - 0.1) < 4 * 0.0655 / len(hidden) ** 0.5
    notoriety = np.array([one.notoriety for one in laws])
    np.testing.assert_allclose(notoriety.sum(axis=1), 0.0, atol=1e-12)
    n = notoriety.shape[1]  # a centred normal has sd sqrt(1 - 1/n)
    sd = (1 - 1 / n) ** 0.5
    assert abs(notoriety.std() - sd) < 4 * sd / (2 * 400 * (n - 1)) ** 0.5


def test_the_same_incidents_happen_in_every_setting() -> None:
    columns = ["author", "date", "region", "kind", "victims"]
    frames = [
        simulate(strained.world(strained.Task(setting, 2, "core")), 9).incidents[columns]
        for setting in STUDIED
    ]
    assert all(frame.equals(frames[0]) for frame in frames[1:])


def test_accuracy_and_sides_are_drawn_too() -> None:
    made = claimed(base_world(), np.random.default_rng(2))
    assert made.one_sided[-1] == attribution.ADJUDICATED_ONE_SIDED
    assert len(set(made.one_sided)) == len(made.sources)
    assert len(set(made.right)) == len(made.sources)
    worlds = [claimed(base_world(), np.random.default_rng(seed)) for seed in range(60)]
    press, courts = (np.array([one.right[i] for one in worlds]) for i in (slice(0, -1), -1))
    # Beta(8, 2) has sd .1206, Beta(98, 2) .0139.
    assert abs(press.mean() - 0.8) < 4 * 0.1206 / press.size**0.5
    assert abs(courts.mean() - 0.98) < 4 * 0.0139 / courts.size**0.5
