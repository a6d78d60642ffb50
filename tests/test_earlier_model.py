"""With every extension off the likelihood is that of the model without extensions."""

import json
from pathlib import Path

import numpy as np
import pytest
from dtoscore.models import joint
from dtoscore.models.design import Design, design
from dtoscore.models.structure import CORE
from test_brute_force import CASES
from tiny import evidence
from values import Params

GOLDEN = json.loads((Path(__file__).parent / "golden" / "core_log_lik.json").read_text())
"""Values of the model of commit d1803c8, by case: parameters, and log likelihood by cell."""


@pytest.mark.parametrize("name", GOLDEN)
def test_core_is_the_earlier_model(name: str) -> None:
    golden = GOLDEN[name]
    params = {k: np.array(v, float) for k, v in golden["params"].items() if np.size(v)}
    plan = design(evidence(CASES[name], golden["seed"]), CORE)
    found = joint.log_lik(as_now(params, plan), plan).to_numpy()
    np.testing.assert_allclose(found, golden["log_lik"], rtol=1e-10, atol=1e-10)


def as_now(params: Params, plan: Design) -> Params:
    """Sizes of ``other`` had a deviation beside their shift: the shift has both now."""
    if not plan.names.has_other:
        return params
    k, own = len(plan.names.organizations), params["size_author"]
    other = params["size_other"] + params["size_author_scale"] * own[k]
    return params | {"size_author": np.delete(own, k, axis=0), "size_other": other}
