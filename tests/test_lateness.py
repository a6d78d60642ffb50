"""Which periods count as complete, and what stands for those that do not."""

import numpy as np
import pandas as pd
import pytest
from dtoscore.models.lateness import farthest, lag_classes
from scipy import stats


def delays(median: float, shape: float, watched: int, n: int = 4000) -> pd.DataFrame:
    """Delays of a log-logistic law, of which only what is in by now is seen."""
    rng = np.random.default_rng(1)
    lag = rng.integers(0, watched, n)
    drawn = np.floor(stats.fisk(shape, scale=median + 1).rvs(n, random_state=rng)).astype(int)
    frame = pd.DataFrame({"source": 0, "delay": drawn, "lag": lag})[drawn <= lag]
    return frame.value_counts().reset_index(name="count")


@pytest.mark.parametrize(("median", "shape"), [(1, 2.0), (30, 2.0), (400, 1.5)])
def test_what_counts_as_complete_is_complete(median: float, shape: float) -> None:
    """Also where most of what is late is not in yet: within 1.5% of the law itself."""
    frame = delays(median, shape, 700)
    truth = stats.fisk(shape, scale=median + 1)
    assert truth.cdf(farthest(frame) + 1) > 0.985
    seen = np.quantile(np.repeat(frame["delay"], frame["count"]), 0.99)
    if median == 400:
        assert truth.cdf(seen) < 0.8  # the longest delays that are seen say less


def test_nothing_known_is_nothing_late() -> None:
    assert farthest(pd.DataFrame(columns=["source", "delay", "lag", "count"])) == 0.0


def test_periods_long_ago_share_a_day_and_recent_ones_have_their_own() -> None:
    middles = np.array([430.0, 420.0, 100.0, 15.0])
    lag = middles[:, None] + np.array([14.0, 7.0, 0.0, -7.0, -14.0])
    number, days = lag_classes(lag, 1000.0)
    assert number.tolist() == [1, 1, 2, 3]
    assert [len(d) for d in days] == [1, 1, 1, 5]
    assert [float(d[0]) for d in days[:3]] == [np.inf, 425.0, 100.0]
    np.testing.assert_array_equal(days[3], lag[3])
    assert lag_classes(lag, 90.0)[0].tolist() == [0, 0, 1, 2]
    assert lag_classes(lag, 0.0)[0].tolist() == [0, 0, 0, 0]
