"""What a release says of the series of totals that its fit rests on."""

import numpy as np
import pytest
import xarray as xr
from dtoscore.inference.series import COLUMNS, series
from dtoscore.models.design import design
from dtoscore.models.structure import Structure
from realizing import Incident, evidence
from totalled import total

TOLD = evidence(
    (Incident(("a", "b"), victims=4), Incident(("a", None), period=2, region=1)),
    silence=("informative", "informative"),
)
NOTHING = xr.Dataset()


def plan_of(*args, structure=None, **changes):
    return design(total(TOLD, *args, **changes), structure or Structure())


def posterior(**draws):
    """Draws of parameters that each are of the one series."""
    return xr.Dataset(
        {
            name: (("chain", "draw", f"{name}_series"), np.reshape(values, (1, -1, 1)))
            for name, values in draws.items()
        },
        {f"{name}_series": ["official"] for name in draws},
    )


def test_what_is_counted_and_on_which_days():
    found = series(plan_of(40), NOTHING).loc["official"]
    assert (found["totals"], found["residual"], found["incidents"]) == (1, 0, 40.0)
    assert np.isnan(found["victims"]), "none of them counts victims"
    periods = TOLD.axes.periods
    assert (found["first"], found["last"]) == (str(periods[1].start), str(periods[2].end))


def test_what_is_known_is_a_point():
    found = series(plan_of(40), NOTHING).loc["official"]
    assert found[[f"capture_{x}" for x in ("declared", "mean", "q05", "q95")]].tolist() == [1.0] * 4
    assert found[["share_declared", "noise_declared"]].isna().all(), "nothing is declared"
    assert found[["share_mean", "noise_q95"]].tolist() == [1.0, 0.0]


def test_what_is_a_parameter_has_its_posterior_beside_what_is_declared():
    plan = plan_of(90, "victims", "residual", capture=(0.8, 0.05), noise=0.1)
    values = np.linspace(0.5, 0.7, 101)
    found = series(plan, posterior(capture=values, total_noise=values / 2)).loc["official"]
    assert found[["capture_declared", "capture_declared_sd"]].tolist() == [0.8, 0.05]
    ends = [found[f"capture_{x}"] for x in ("mean", "q05", "q95")]
    assert ends == pytest.approx([0.6, 0.51, 0.69])
    assert found["noise_declared"] == 0.1
    assert found["noise_mean"] == pytest.approx(0.3)
    assert (found["residual"], found["victims"]) == (1, 90.0)


def test_nothing_is_said_of_totals_that_the_model_leaves_out():
    left_out = plan_of(40, structure=Structure(totals=False))
    for plan in (left_out, design(TOLD)):
        found = series(plan, NOTHING)
        assert list(found.columns) == list(COLUMNS)
        assert found.empty
