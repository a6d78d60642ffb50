"""Priors: one place, overridden by name, every mistake told at once."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dtoscore.data.errors import InputError
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.prior import prior_draws
from dtoscore.models.constraints import table
from dtoscore.models.design import Design, design
from dtoscore.models.joint import parameters
from dtoscore.models.prior_table import DEFAULTS, DISTRIBUTIONS, Prior
from dtoscore.models.priors import MOST, Priors, _compatible
from dtoscore.models.structure import Structure
from rounds import write_full_round
from scipy import stats


def test_override_changes_one_and_leaves_the_rest():
    priors = Priors().override({"visibility": {"sigma": 0.5}})
    assert priors["visibility"].parameters == {"sigma": 0.5}
    assert priors["right"] is DEFAULTS["right"]
    assert set(priors) == set(DEFAULTS)


def test_distribution_of_the_same_support_may_be_chosen():
    change = {"distribution": "lognormal", "mu": -1.0, "sigma": 0.3}
    assert Priors().override({"visibility": change})["visibility"].distribution == "lognormal"


def test_prior_object_from_python():
    own = Prior("beta", {"alpha": 16, "beta": 4})
    assert Priors().override({"right": own})["right"].parameters == {"alpha": 16.0, "beta": 4.0}


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("visibilty", {"sigma": 1.0}, "did you mean 'visibility'?"),
        ("visibility", {"sigma": -1.0}, "must be above 0"),
        ("visibility", {"sigma": float("nan")}, "is no finite number"),
        ("visibility", {"sigma": "wide"}, "is no finite number"),
        ("visibility", {"sigma": True}, "is no finite number"),
        ("visibility", {"scale": 1.0}, "no parameter 'scale'; sigma"),
        ("visibility", {"distribution": "beta", "alpha": 1, "beta": 1}, "cannot stand here"),
        ("visibility", {"distribution": "lognormal", "mu": 0.0}, "lognormal needs sigma"),
        ("right", 0.8, "is no table"),
        (
            "total_noise",
            {"distribution": "halfnormal", "sigma": 0.2},
            "cannot stand here; lognormal",
        ),
        ("confusion", {"diagonal": 1.5}, "it must lie inside 0 and 1"),
        ("confusion", {"diagonal": 1.0}, "it must lie inside 0 and 1"),
        ("confusion", {"total": 0.01}, "total = 0.01 must lie between 1 and 1e+06"),
        ("visibility", {"sigma": 1.2}, "its 99% quantile is 3.09; it can be 2.58 at most"),
        (
            "visibility",
            {"distribution": "rayleigh", "sigma": 1.0},
            "its 99% quantile is 3.03; it can be 2.58 at most",
        ),
        ("group_visibility", {"sigma": 1.0}, "it can be 1.29 at most"),
        (
            "visibility",
            {"distribution": "lognormal", "mu": 0.0, "sigma": 1.0},
            "its 99% quantile is 10.2; it can be 2.58 at most",
        ),
        ("noise", {"sigma": 1e-300}, "must lie between 1e-06 and 1000"),
        ("delay", {"mu": 1e6}, "mu = 1000000.0 must lie between -50 and 50"),
        ("split", {"alpha": 1e-9}, "must lie between 0.5"),
        ("set_share", {"rest": 1e-9}, "must lie between 0.5"),
    ],
)
def test_mistakes_are_told(name, change, says):
    with pytest.raises(InputError, match=r"round.toml \[priors\]") as caught:
        Priors().override({name: change})
    assert says in caught.value.problems[0]


EXTREME = {"mu": (-5.0, 5.0), "sigma": (1e-3, 20.0), "total": (1.0, 1e4), "diagonal": (1e-3, 0.999)}


def accepted() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every prior with each of its laws, all parameters small, and all large."""
    for name, prior in DEFAULTS.items():
        for law in _compatible(name, prior.distribution):
            for end in (0, 1):
                values = {p: EXTREME.get(p, (0.5, 1e4))[end] for p in DISTRIBUTIONS[law]}
                if name not in MOST or end == 0:
                    yield name, {"distribution": law, **values}


@pytest.fixture(scope="module", params=["everything", "confusion"])
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Design:
    folder = write_full_round(tmp_path_factory.mktemp("priors") / "round")
    return design(tabulate(read_round(folder)), Structure(confusion=request.param == "confusion"))


def test_every_prior_that_is_accepted_can_be_declared_and_drawn(known: Design) -> None:
    """Whatever its law, and at the ends: the arguments are numbers, scales above 0."""
    for name, change in accepted():
        listed = parameters(known, Priors().override({name: change}))
        table(listed)
        for p in listed:
            free = ("mu", "start", "power", "basis", "wall")
            scales = [np.asarray(v) for k, v in p.arguments.items() if k not in free]
            given = [v for k, v in p.arguments.items() if k != "wall"]
            assert all(np.isfinite(v).all() for v in given), (name, change, p.name)
            assert all((v >= 0).all() for v in scales), (name, change, p.name)
        drawn = prior_draws(listed, known, 3, 1)
        assert all(np.isfinite(drawn[p.name]).all() for p in listed), (name, change)


def test_all_mistakes_come_at_once():
    with pytest.raises(InputError) as caught:
        Priors().override({"a": {}, "right": {"alpha": 0}, "split": {"gamma": 1}})
    assert len(caught.value.problems) == 3


def test_every_prior_has_a_reason():
    assert all(prior.reason for prior in DEFAULTS.values())
    assert all(
        np.isfinite(v) or k == "mu" for p in DEFAULTS.values() for k, v in p.parameters.items()
    )


def test_methods_page_shows_the_priors_in_force(root: Path):
    page = runpy.run_path(str(root / "docs" / "reference.py"))["methods_page"]()
    assert (root / "docs" / "methods.md").read_text(encoding="utf-8") == page, "make docs"


def test_a_centre_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="mu = nan is no finite number"):
        Priors().override({"unknown_other": {"mu": float("nan")}})


def test_scaled_is_the_prior_of_a_multiple():
    x, old = np.array([0.1, 0.4, 1.5]), Prior("lognormal", {"mu": -1.0, "sigma": 0.4})
    expected = stats.lognorm(0.4, scale=np.exp(-1.0)).cdf(x / 3.0)
    found = stats.lognorm(0.4, scale=np.exp(old.scaled(3.0)["mu"])).cdf(x)
    np.testing.assert_allclose(found, expected)
    assert Prior("halfnormal", {"sigma": 0.4}).scaled(3.0)["sigma"] == pytest.approx(1.2)
