"""Which periods count as complete, and what stands for those that do not."""

import numpy as np
import pandas as pd
import pytest
from dtoscore.models.engine import NUMPY
from dtoscore.models.lateness import ALIKE, farthest, lag_classes, log_share
from dtoscore.models.lateness import laws as laws_of
from dtoscore.models.priors import Priors
from scipy import stats


def delays(median: float, shape: float, watched: int, n: int = 4000) -> pd.DataFrame:
    """Delays of a log-logistic law, of which only what is in by now is seen."""
    rng = np.random.default_rng(1)
    lag = rng.integers(0, watched, n)
    drawn = np.floor(stats.fisk(shape, scale=median + 1).rvs(n, random_state=rng)).astype(int)
    frame = pd.DataFrame({"source": 0, "delay": drawn, "lag": lag})[drawn <= lag]
    return frame.value_counts().reset_index(name="count")


def laws(frame: pd.DataFrame, sources: tuple[int, ...] = (0,), **priors: dict) -> np.ndarray:
    return laws_of(frame, np.array(sources), Priors().override(priors))


@pytest.mark.parametrize(("median", "shape"), [(1, 2.0), (30, 2.0), (400, 1.5)])
def test_what_counts_as_complete_is_complete(median: float, shape: float) -> None:
    """Also where most of what is late is not in yet: within 1.5% of the law itself."""
    frame = delays(median, shape, 700)
    truth = stats.fisk(shape, scale=median + 1)
    assert truth.cdf(farthest(laws(frame)) + 1) > 0.985
    seen = np.quantile(np.repeat(frame["delay"], frame["count"]), 0.99)
    if median == 400:
        assert truth.cdf(seen) < 0.8  # the longest delays that are seen say less


def test_nothing_known_is_nothing_late() -> None:
    found = laws(pd.DataFrame(columns=["source", "delay", "lag", "count"]))
    assert found.shape == (0, 2)
    assert farthest(found) == 0.0
    assert lag_classes(np.array([[400.0], [2.0]]), found)[0].tolist() == [0, 0]


def test_a_prior_that_is_stated_counts_here_too() -> None:
    """Three delays say little of a source of which its user knows that it is very late."""
    frame = pd.DataFrame({"source": 0, "delay": [1, 4, 9], "lag": 20, "count": 1})
    late = {"mu": 5.0, "sigma": 0.3}
    assert farthest(laws(frame)) < 100.0
    assert farthest(laws(frame, delay=late)) > 1000.0


def test_a_source_that_has_told_nothing_yet_is_as_late_as_its_prior() -> None:
    frame = delays(1, 4.0, 700)
    prior = Priors()
    found = laws(frame, (0, 1))
    expected = prior["delay"]["mu"], np.exp(prior["delay_shape"]["mu"])
    np.testing.assert_allclose(found[1], expected, atol=1e-3)
    assert farthest(found) > farthest(laws(frame))


def far_until(days: float, shape: float) -> tuple[float, float]:
    """The law by which 99% are in after so many days: a and b."""
    return np.log(days + 1.0) - np.log(99.0) / shape, shape


def test_periods_long_ago_share_a_day_and_recent_ones_have_their_own() -> None:
    middles = np.array([430.0, 420.0, 100.0, 15.0])
    lag = middles[:, None] + np.array([14.0, 7.0, 0.0, -7.0, -14.0])
    number, days = lag_classes(lag, np.array([far_until(1000.0, 2.0)]))
    assert number.tolist() == [1, 1, 2, 3]
    assert [len(d) for d in days] == [1, 1, 1, 5]
    assert [float(d[0]) for d in days[:3]] == [np.inf, 425.0, 100.0]
    np.testing.assert_array_equal(days[3], lag[3])
    assert lag_classes(lag, np.array([far_until(90.0, 2.0)]))[0].tolist() == [0, 0, 1, 2]


def test_in_one_class_nearly_the_same_is_in_of_every_source() -> None:
    """Of two sources the one that is late says where a class ends."""
    found = np.array([far_until(60.0, 2.0), far_until(2000.0, 1.0)])
    middles = np.arange(50.0, 1900.0, 30.0)[::-1]
    number, days = lag_classes(middles[:, None] + np.arange(2.0, -3.0, -1.0), found)
    a, b = found.T[:, :, None]
    share = 1.0 / (1.0 + np.exp(-b * (np.log1p(middles) - a)))
    for one in range(1, len(days)):
        assert np.ptp(share[:, number == one], axis=1).max() <= ALIKE
    joined = [np.ptp(share[:, np.isin(number, (k, k + 1))], axis=1).max() for k in range(1, 5)]
    assert min(joined) > ALIKE


def test_far_in_the_tail_nothing_cancels() -> None:
    """Shares of the rest, 1 / (1 + e^x), which are exact there; a cliff of 645 nats before."""
    n = np.array([0.0, 1.0, 300.0, 5_000.0])
    before, upto, by_now = np.log([np.maximum(n, 1e-300), n + 1.0, np.full(4, 9_000.0)])
    before[0] = -np.inf

    def rest(log_days: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(8.0 * (log_days - 0.5)))

    step = rest(before) - rest(upto)
    expected = np.log(step) - np.log1p(-rest(by_now))
    found = log_share(before, upto, by_now, 0.5, 8.0, NUMPY)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert found[2] > -50.0


@pytest.mark.parametrize("law", ["halfnormal", "rayleigh"])
def test_a_shape_may_have_another_law(law: str) -> None:
    priors = Priors().override({"delay_shape": {"distribution": law, "sigma": 1.0}})
    days = pd.DataFrame({"source": 0, "delay": [0, 1, 3], "lag": 300, "count": [400, 300, 100]})
    (usual,), (other,) = (laws_of(days, np.array([0]), p) for p in (Priors(), priors))
    np.testing.assert_allclose(other, usual, atol=0.03)
