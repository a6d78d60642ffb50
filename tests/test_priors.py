"""Priors: one place, overridden by name, every mistake told at once."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from dtoscore.data.errors import InputError
from dtoscore.models.priors import DEFAULTS, Prior, Priors
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
    ],
)
def test_mistakes_are_told(name, change, says):
    with pytest.raises(InputError, match=r"round.toml \[priors\]") as caught:
        Priors().override({name: change})
    assert says in caught.value.problems[0]


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
