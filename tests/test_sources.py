"""What the sources list, and how often they are right."""

import numpy as np
import pytest
import xarray as xr
from dtoscore.inference.realize import oracle
from dtoscore.inference.sources import source_quality
from dtoscore.models.design import design
from dtoscore.models.structure import Structure
from realizing import CERTAIN, RUBRIC, Incident, evidence, parameters


def quality(told, draws=20, **changes) -> xr.Dataset:
    plan = design(told, Structure(confusion="confusion" in changes))
    return source_quality(oracle(parameters(plan, **changes), plan, RUBRIC, draws, 1))


def test_detection_is_the_share_listed() -> None:
    incidents = [Incident(("a", None)), Incident(("a", "b")), Incident(("", "a")),
                 Incident((None, "b")), Incident(("a", None), period=0)]  # fmt: skip
    # The second is one source's word against another's; all are an organization's anyhow.
    found = quality(evidence(incidents, silence=("informative",) * 2))["detection"]
    assert found.dims == ("chain", "draw", "source")
    assert (found.sel(source="s0") == 3 / 4).all()
    assert (found.sel(source="s1") == 3 / 4).all()


def test_the_unseen_are_in_the_denominator() -> None:
    told = evidence([Incident(("a",))] * 200, regions=("R0",), kinds=("homicide",))
    # 200 listed of 200 + Poisson(2 organizations x 2 months x 100 x 1/2): the inverse has mean
    # 2 and sd .0707.
    inverse = 1 / quality(told, 500, rate_intercept=np.log(100.0))["detection"]
    assert abs(float(inverse.mean()) - 2.0) < 4 * 0.0707 / np.sqrt(500)


def test_ordinary_violence_is_no_organizations() -> None:
    incidents = [Incident(("a", None)), Incident(("other", "other")), Incident((None, "other"))]
    found = quality(
        evidence(incidents, silence=("informative",) * 2, has_other=True), other_share=0.0
    )["detection"]
    assert (found.sel(source="s0") == 1).all()
    assert (found.sel(source="s1") == 0).all()


def test_a_clash_counts_for_the_side_it_went_to() -> None:
    told = evidence([Incident(("a><other",))], rivalries=("a><other",))
    found = quality(told, 400, split=[0.25])["detection"].to_numpy().ravel()
    # NaN where it went to nobody on the axis: 3 of 4, binomial sd .0217.
    assert abs(np.isnan(found).mean() - 0.75) < 4 * 0.0217
    assert (found[~np.isnan(found)] == 1).all()


def test_accuracy_weighs_authors_by_what_they_do() -> None:
    # Full confusion: a (three times as busy) is named rightly .9 of the time, b .5.
    level = np.log(3.0) / 2
    told = evidence([Incident(("a",)), Incident(("b",))])
    found = quality(told, 2, rate_organization=[level, -level],
                    confusion=[[[0.9, 0.1], [0.5, 0.5]]])["accuracy"]  # fmt: skip
    assert found.to_numpy() == pytest.approx(0.75 * 0.9 + 0.25 * 0.5)


def test_accuracy_is_given_that_one_is_named() -> None:
    # "other" goes unnamed three times out of four, a and b half the time.
    told = evidence([Incident(("a",)), Incident(("b",))], has_other=True)
    rows = [[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.5, 0.5, 0.0]]
    # Its level makes it as busy as a and b together among the unnamed: rates 1 : 1 : 4/3.
    found = quality(told, 2, confusion=[rows], unknown_other=np.log(3.0))["accuracy"]
    named = np.array([1.0, 1.0, 4 / 3]) * [0.5, 0.5, 0.25]
    assert found.to_numpy() == pytest.approx((named * [0.9, 0.9, 0.0]).sum() / named.sum())


def test_naming_a_side_is_right_as_often_as_it_did_it() -> None:
    told = evidence([Incident(("a><b",)), Incident(("a",))], rivalries=("a><b",))
    found = quality(told, 2, rivalry_intercept=0.0, split=[0.25], one_sided=[CERTAIN])["accuracy"]
    # a with 1/4, right with 1/4; b with 3/4, right with 3/4.
    assert found.to_numpy() == pytest.approx(1 / 16 + 9 / 16)


def test_a_set_is_not_one_name() -> None:
    # Organizations are named in sets half the time; a rivalry never: it weighs twice.
    told = evidence([Incident(("a|b",)), Incident(("a><b",))], rivalries=("a><b",))
    rows = [[0.8, 0.2, 0.0], [0.2, 0.8, 0.0], [0.2, 0.2, 0.6]]
    found = quality(told, 2, rivalry_intercept=-20.0, set_share=[[0.5, 0.5]], split=[0.5],
                    confusion=[rows])["accuracy"]  # fmt: skip
    right = 2 * 0.5 * 0.8 + (0.6 + 0.5 * (0.2 * 0.5 + 0.2 * 0.5))
    assert found.to_numpy() == pytest.approx(right / (2 * 0.5 + 0.6 + 0.5 * 0.4))
