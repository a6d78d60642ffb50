"""What happened, draw by draw: expectations worked out by hand, and laws of conservation.

A Monte-Carlo mean is compared within four of its standard errors, which the helper ``near``
takes from the draws themselves; seeds are fixed.
"""

import itertools

import numpy as np
import pytest
import realizing
import xarray as xr
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.realize import oracle, realize
from dtoscore.inference.scores import score, score_places
from dtoscore.inference.unseen import MOST_UNSEEN
from dtoscore.models.design import design
from realizing import RUBRIC, Incident, evidence, parameters
from rounds import write_small_round
from scipy import stats

DRAWS = 2000
_MARKS = ("kind", "victim_class", "size")


def draws_of(told, draws=DRAWS, seed=1, rubric=RUBRIC, **changes):
    plan = design(told)
    return oracle(parameters(plan, **changes), plan, rubric, draws, seed)


def near(value: xr.DataArray, expected: float) -> bool:
    sample = value.to_numpy().ravel().astype(float)
    error = sample.std() / np.sqrt(len(sample))
    return abs(sample.mean() - expected) <= 4 * error + 1e-9


def whole(realized: xr.Dataset, name: str, organization: str) -> xr.DataArray:
    one = realized[name].sel(organization=organization)
    return one.sum([dim for dim in one.dims if dim not in ("chain", "draw")])


# ---- reported incidents


def test_named_incidents_are_given_to_the_one_named() -> None:
    told = evidence([Incident(("a",), 3), Incident(("a",), 1, period=2), Incident(("b",), 9)])
    result = draws_of(told, draws=20)
    assert (whole(result, "incidents", "a") == 2).all()
    assert (whole(result, "victims", "a") == 4).all()
    assert (whole(result, "victims", "b") == 9).all()


def test_history_informs_but_is_not_counted() -> None:
    told = evidence([Incident(("a",), 3, period=0), Incident(("b",), 1, period=1)])
    result = draws_of(told, draws=20)
    assert (whole(result, "incidents", "a") == 0).all()
    assert list(result["period"].to_numpy()) == ["2020-02", "2020-03"]


def test_an_incident_is_shared_by_responsibility() -> None:
    # Two organizations of equal rate, one source that is right four times out of five.
    told = evidence([Incident(("a",), 1)] * 5)
    result = draws_of(told, right=[0.8])
    assert near(whole(result, "incidents", "a"), 5 * 0.8)
    assert near(whole(result, "incidents", "b"), 5 * 0.2)


def test_responsibility_weighs_the_rate() -> None:
    # b does three times as much: P(a | nobody named) = 1/4.
    told = evidence([Incident(("",), 1)] * 4)
    level = np.log(3.0) / 2
    result = draws_of(told, rate_organization=[-level, level])
    assert near(whole(result, "incidents", "a"), 1.0)


def test_reported_incidents_are_each_given_once() -> None:
    incidents = [
        Incident(said, victims, region, period, kind)
        for said in (("a", None), ("", "b"), ("other", "a"), (None, "a><b"), ("a|b", "a+b"))
        for victims in (0, 1, 3, 5, 11)
        for region in (0, 1)
        for period in (0, 1, 2)
        for kind in (0, 1)
    ]
    told = evidence(
        incidents, rivalries=("a+b", "a><b"), has_other=True, silence=("informative",) * 2
    )
    result = draws_of(
        told, draws=50, right=[0.7, 0.6], set_share=[[0.5, 0.5]] * 2, one_sided=[0.3, 0.3]
    )
    window = told.incidents[told.incidents["period"] > 0]
    alone = {"incidents": window["victims"] * 0 + 1, "victims": window["victims"]}
    for name, amount in alone.items():
        for axis, counts in {
            "kind": result[name].sum(["organization", "victim_class", "size"]),
            "size": result[name].sum(["organization", "victim_class", "kind"]),
            "region": result[f"{name}_by_region"].sum("organization"),
        }.items():
            expected = amount.groupby(window[axis]).sum().to_numpy()
            assert (counts == xr.DataArray(expected, dims=axis)).all(), (name, axis)
        by_period = result[f"{name}_by_period"].sum("organization")
        expected = amount.groupby(window["period"]).sum().to_numpy()
        assert (by_period == xr.DataArray(expected, dims="period")).all()


@pytest.mark.parametrize("level", [1.0, 6.0])
def test_all_sums_agree(level: float) -> None:
    told = evidence([Incident(("a",), 2), Incident(("",), 4, region=1, kind=1)], has_other=True)
    result = draws_of(told, draws=100, rate_intercept=level)
    for name in ("incidents", "victims"):
        total = result[name].sum(["kind", "victim_class", "size"])
        assert (total == result[f"{name}_by_region"].sum("region")).all()
        assert (total == result[f"{name}_by_period"].sum("period")).all()
        whole_of_two = result[name].sel(organization=["a", "b"]).sum("organization")
        assert (whole_of_two == result[f"{name}_by_place"].sum("region")).all()
        of_two = result[f"{name}_by_region"].sel(organization=["a", "b"]).sum("organization")
        there = result[f"{name}_by_place"].sum(["kind", "victim_class", "size"])
        assert (of_two == there).all()
    assert (result["incidents_by_region"].sel(organization="other") > 0).any()
    assert result["incidents"].dtype == np.int32
    assert result["victims_by_place"].dtype == np.int32


def test_violence_of_other_is_in_no_place() -> None:
    incidents = [Incident(("other",), 5), Incident(("a><other",), 4, region=1)]
    told = evidence(incidents, rivalries=("a><other",), has_other=True)
    result = draws_of(told, split=[0.25])
    assert (result["victims_by_place"].sel(region="R0") == 0).all()
    there = result["victims_by_place"].sel(region="R1").sum(["kind", "victim_class", "size"])
    assert near(there, 1.0)
    assert (there == whole(result, "victims", "a")).all()
    # Of organizations it is the same score: all is a's.
    places, whole_score = score_places(result, RUBRIC), score(result, RUBRIC)
    assert (places.sum("region") == whole_score.sel(organization="a")).all()


# ---- reports that disagree about the dead


def law_of(low: int, best: int, high: int) -> dict[int, float]:
    """P(n | one report), written out as ``told`` says it."""
    weight = {
        n: (n - low + 1) / (best - low + 1) if n <= best else (high - n + 1) / (high - best + 1)
        for n in range(low, high + 1)
    }
    return {n: w / sum(weight.values()) for n, w in weight.items()}


@pytest.mark.parametrize(
    "numbers",
    [
        ((3, 3, 3), (9, 9, 9)),
        ((2, 6, 9),),
        ((4, 4, 8), (1, 8, 8)),
        ((0, 1, 2), (5, 5, 5), (5, 6, 7)),
    ],
)
def test_the_dead_are_drawn_from_what_the_reports_say(numbers) -> None:
    """Chi-square against the enumerated law, p > .001; numbers outside it never come."""
    law: dict[int, float] = {}
    for report in numbers:
        for n, p in law_of(*report).items():
            law[n] = law.get(n, 0.0) + p / len(numbers)
    one = Incident(("a",) * len(numbers), 4, numbers=numbers)
    result = draws_of(evidence([one], silence=("informative",) * len(numbers)))
    drawn = whole(result, "victims", "a").to_numpy().ravel()
    assert set(drawn) <= set(law)
    observed = [(drawn == n).sum() for n in law]
    expected = np.array(list(law.values())) * len(drawn)
    assert stats.chisquare(observed, expected).pvalue > 1e-3
    assert (whole(result, "incidents", "a") == 1).all()


def test_an_incident_is_large_in_the_draws_in_which_it_has_the_dead_for_it() -> None:
    # Settled at 9 of (3, 9): half the draws have three dead, whose size is 2-3.
    one = Incident(("a", "a"), 9, numbers=((3, 3, 3), (9, 9, 9)))
    result = draws_of(evidence([one], silence=("informative",) * 2))
    of_a = result.sel(organization="a").sum(["kind", "victim_class"])
    dead, happened = of_a["victims"], of_a["incidents"]
    assert near(happened.sel(size="8+"), 0.5)
    assert (happened.sel(size=["8+", "2-3"]).sum("size") == 1).all()
    assert (dead.sel(size="8+") == 9 * happened.sel(size="8+")).all()
    assert (dead.sel(size="2-3") == 3 * happened.sel(size="2-3")).all()
    # The rubric doubles the dead of large events: 18 or 3 points.
    assert near(score(result, RUBRIC).sel(organization="a"), (18 + 3) / 2)


def test_reports_that_agree_take_no_random_number() -> None:
    """So that a round without ranges keeps its draws, and one more report does not shift them."""
    same = Incident(("a", "b"), 9)
    apart = Incident(("a", "b"), 9, numbers=((9, 9, 9), (9, 9, 9)))
    both = ("informative",) * 2
    one, other = (draws_of(evidence([i] * 5, silence=both), draws=20) for i in (same, apart))
    assert one.identical(other)


def test_deaths_by_side_are_cut_to_the_dead_that_are_drawn() -> None:
    """Nine dead, six by a and three by b; where three died, two are a's doing on average."""
    one = Incident(("a><b",) * 2, 9, rivalry=0, by=(6, 3), numbers=((3, 3, 3), (9, 9, 9)))
    told = evidence([one], rivalries=("a><b",), silence=("informative",) * 2)
    result = draws_of(told, split=[0.5])
    killed = {name: whole(result, "victims", name) for name in "ab"}
    total = killed["a"] + killed["b"]
    assert set(np.unique(total)) == {3, 9}
    assert (killed["a"].where(total == 9, 6) == 6).all()
    few = killed["a"].to_numpy()[total.to_numpy() == 3].astype(float)
    hypergeometric = stats.hypergeom(9, 6, 3)
    error = hypergeometric.std() / np.sqrt(len(few))
    assert abs(few.mean() - hypergeometric.mean()) < 4 * error


def test_the_size_that_the_likelihood_has_is_the_settled_one() -> None:
    """Known only from uninformative silence: it stands for an unseen one of its settled size."""
    one = Incident((None, "a"), 9, numbers=((1, 9, 9),))
    told = evidence([one], ("a",), silence=("informative", "uninformative"),
                    regions=("R0",), kinds=("homicide",))  # fmt: skip
    result = draws_of(told, rate_intercept=np.log(20.0))
    # Of each size 2 are unseen a month, and one of 8+ in the first month is known.
    assert near(whole(result, "incidents", "a"), 20.0 - 2.0 + at_least(2.0, 1))


# ---- unreported incidents


def test_unreported_incidents_are_poisson() -> None:
    # 2 regions x 2 periods x 2 kinds, 4 expected in each, half of them seen: 16 unseen.
    result = draws_of(evidence([Incident(("a",), 1)]), rate_intercept=np.log(4.0))
    unseen = whole(result, "incidents", "b")
    assert near(unseen, 16.0)
    assert near((unseen - 16.0) ** 2, 16.0)
    assert near(whole(result, "incidents", "a"), 17.0)


def test_unreported_and_reported_incidents_make_the_realized() -> None:
    """Three reported ones stay with a; a clash goes to either side, and is reported."""
    told = evidence(
        [Incident(("a",), 1)] * 3 + [Incident(("a><b",), 2)], rivalries=("a><b",), has_other=True
    )
    result = draws_of(told, draws=200, rate_intercept=1.0, rivalry_intercept=1.0, split=[0.25])
    happened = result["incidents"].sum(["kind", "victim_class", "size"])
    reported = happened - result["unseen_incidents"]
    assert (reported.sum("organization") == 4).all()
    assert (reported.sel(organization="a") >= 3).all()
    assert (reported.sel(organization="other") == 0).all()
    assert near(reported.sel(organization="b"), 0.75)
    assert result["unseen_incidents"].dtype == np.int32


def test_unreported_incidents_fall_where_they_are_expected() -> None:
    # 16 unseen of b: 3 to 1 by region, 9 to 1 by kind, 4 to 1 by month of the window.
    region, kind, period = (np.log(ratio) / 2 for ratio in (3.0, 9.0, 4.0))
    shape = np.cosh([region, kind, period]).prod()
    result = draws_of(
        evidence([Incident(("a",), 1)]),
        rate_intercept=np.log(4.0 / shape),
        rate_region=[region, -region],
        rate_kind=[kind, -kind],
        rate_period=[0.0, period, -period],
        rate_period_scale=1.0,
    )
    of_b = result.sel(organization="b")
    assert near(of_b["incidents_by_region"].sel(region="R0"), 16 * 3 / 4)
    assert near(of_b["incidents_by_region"].sel(region="R1"), 16 / 4)
    assert near(of_b["incidents_by_period"].sel(period="2020-02"), 16 * 4 / 5)
    by_kind = of_b["incidents"].sum(["victim_class", "size"])
    assert near(by_kind.sel(kind="homicide"), 16 * 9 / 10)
    assert near(by_kind.sel(kind="terrorism"), 16 / 10)


def test_unreported_incidents_are_the_smaller_ones() -> None:
    slope = 0.8
    result = draws_of(evidence([Incident(("a",), 1)]), rate_intercept=np.log(4.0),
                      detection_size=[slope])  # fmt: skip
    log_victims = np.log([0.5, 1.0, 2.4, 5.0, 12.0])
    expected = 32 * 0.2 / (1 + np.exp(slope * log_victims))
    unseen = result["incidents"].sel(organization="b").sum(["kind", "victim_class"])
    for size, mean in zip(result["size"].to_numpy(), expected, strict=True):
        assert near(unseen.sel(size=size), mean), size


def test_numbers_of_unreported_victims() -> None:
    # One 2, no 3: Dirichlet(2, 1), mean number 7/3; nothing known of 4-7: mean 5.5.
    result = draws_of(evidence([Incident(("a",), 2)]), rate_intercept=np.log(4.0))
    of_b = result.sel(organization="b").sum(["kind", "victim_class"])
    for size, low, high, mean in (("0", 0, 0, 0.0), ("1", 1, 1, 1.0), ("2-3", 2, 3, 7 / 3),
                                  ("4-7", 4, 7, 5.5)):  # fmt: skip
        dead, happened = of_b["victims"].sel(size=size), of_b["incidents"].sel(size=size)
        assert (dead >= low * happened).all()
        assert (dead <= high * happened).all()
        assert near(dead - mean * happened, 0.0)
    large = of_b.sel(size="8+")
    assert (large["victims"] >= 8 * large["incidents"]).all()
    assert (large["victims"] <= 500 * large["incidents"]).all()
    assert large["victims"].sum() > 8 * large["incidents"].sum()


def test_nothing_unseen_outside_an_authors_dates() -> None:
    told = evidence([Incident(("a",), 1)])
    told.possible[1, 1:] = False
    result = draws_of(told, draws=200, rate_intercept=1.0)
    assert (whole(result, "incidents", "b") == 0).all()


def test_cells_left_out_have_no_unseen() -> None:
    told = evidence([Incident(("a",), 1)])
    told.included[1] = False
    result = draws_of(told, rate_intercept=np.log(4.0))
    assert near(whole(result, "incidents", "b"), 8.0)
    assert (result["incidents_by_region"].sel(region="R1") == 0).all()


@pytest.mark.parametrize("rate", [1e-9, 2.0, 16.0, 160.0, 400.0])
def test_incidents_known_from_uninformative_silence_are_among_the_unseen(rate: float) -> None:
    # Five incidents of one dead in one cell, known only from s1: Poisson(rate / 10) of that size,
    # five at least, Poisson(rate / 10) of each of the four others.
    incidents = [Incident((None, "a"), 1)] * 5
    told = evidence(incidents, ("a",), silence=("informative", "uninformative"),
                    regions=("R0",), kinds=("homicide",))  # fmt: skip
    result = draws_of(told, rate_intercept=np.log(rate))
    expected = at_least(rate / 10, 5) + 4 * rate / 10
    cell = result["incidents_by_period"].sel(organization="a")
    assert near(cell.sel(period="2020-02"), expected)
    assert (cell.sel(period="2020-02") >= 5).all()
    assert near(cell.sel(period="2020-03"), rate / 2)
    # Beside the five, which are known, and not among those that nobody reported.
    assert near(whole(result, "unseen_incidents", "a"), expected - 5 + rate / 2)


def test_the_unseen_that_are_known_are_matched_by_author_cell_and_size() -> None:
    """Against every way in which three incidents that s1 alone knows can be the doing of a or b.

    b does three times as much as a, nobody is named: P(a) = 1/4 for each of the three. Of the
    unreported of one author, month and size a number is expected that no incident of another
    size, month or author stands for.
    """
    sizes, months = (1, 1, 2), (1, 1, 2)
    incidents = [Incident((None, ""), n, period=t) for n, t in zip(sizes, months, strict=True)]
    told = evidence(incidents, silence=("informative", "uninformative"),
                    regions=("R0",), kinds=("homicide",))  # fmt: skip
    rate = np.array([2.0, 6.0])
    level = np.log(rate).mean()
    result = draws_of(told, rate_intercept=level, rate_organization=np.log(rate) - level)
    expected = np.zeros((2, 5, 2))  # author, size, month
    for authors in itertools.product(range(2), repeat=3):
        chance = np.prod(rate[list(authors)] / rate.sum())
        for a, size, month in np.ndindex(expected.shape):
            facts = zip(authors, sizes, months, strict=True)
            known = sum(one == (a, size, month + 1) for one in facts)
            expected[a, size, month] += chance * at_least(rate[a] / 2 / 5, known)
    counts = result["incidents"].sum(["kind", "victim_class"])
    for a, name in enumerate("ab"):
        of_one = counts.sel(organization=name)
        for number, size in enumerate(result["size"].to_numpy()):
            assert near(of_one.sel(size=size), expected[a, number].sum()), (name, size)
        by_month = result["incidents_by_period"].sel(organization=name)
        for month in range(2):
            assert near(by_month.isel(period=month), expected[a, :, month].sum()), (name, month)


def at_least(mean: float, fewest: int) -> float:
    """Expected Poisson(mean) given that it is ``fewest`` or more."""
    n = np.arange(fewest, 300)
    weights = np.exp(stats.poisson(mean).logpmf(n) - stats.poisson(mean).logpmf(fewest))
    return float((n * weights).sum() / weights.sum())


def test_incidents_known_from_both_do_not_stand_for_the_unseen() -> None:
    told = evidence([Incident(("a", "a"), 1)] * 5, ("a",), regions=("R0",), kinds=("homicide",),
                    silence=("informative", "uninformative"))  # fmt: skip
    result = draws_of(told, rate_intercept=np.log(4.0))
    assert near(result["incidents_by_period"].sel(organization="a", period="2020-02"), 5 + 2.0)


# ---- rivalries and coalitions


def test_deaths_by_side_go_to_the_side_that_did_them() -> None:
    # Ten dead: seven by a, one by b, two not known, of which a did a quarter.
    one = Incident(("a><b",), 10, rivalry=0, by=(7, 1))
    result = draws_of(evidence([one], rivalries=("a><b",)), split=[0.25])
    killed = whole(result, "victims", "a")
    assert near(killed, 7.5)
    assert set(np.unique(killed)) == {7, 8, 9}
    assert near(killed == 9, 0.25**2)
    assert (killed + whole(result, "victims", "b") == 10).all()
    assert near(whole(result, "incidents", "a"), 0.25)
    assert (result["incidents"].sum(["kind", "victim_class", "size", "organization"]) == 1).all()
    assert (result["victims"].sel(size="8+").sum() == 10 * DRAWS).all()


def test_the_dead_of_a_side_are_the_other_sides_doing(tmp_path) -> None:
    # Of nine dead eight are Sinaloa's, killed by Juarez.
    folder = write_small_round(tmp_path / "round")
    (folder / "reports.csv").write_text(
        "report_id,source,date,region,kind,victims,attribution,victims_by_side,incident_id\n"
        "r1,daily,2010-05-03,MX-SIN,homicide,9,sinaloa><juarez,8><1,i1\n"
    )
    told = tabulate(read_round(folder))
    assert told.axes.rivalries == ("juarez><sinaloa",)
    result = draws_of(told, draws=50)
    assert (whole(result, "victims", "juarez") == 8).all()
    assert (whole(result, "victims", "sinaloa") == 1).all()


def test_deaths_by_side_of_another_rivalry_say_nothing() -> None:
    # The deaths are counted for a><b, the author is a><c for certain.
    one = Incident(("a><c",), 8, rivalry=0, by=(8, 0))
    told = evidence([one], ("a", "b", "c"), rivalries=("a><b", "a><c"))
    result = draws_of(told, split=[0.5, 0.25])
    assert near(whole(result, "victims", "a"), 2.0)
    assert near(whole(result, "victims", "c"), 6.0)


def test_a_coalitions_share_is_drawn_once() -> None:
    # Twelve dead in two incidents: with one uniform share their number is uniform on 0..12.
    told = evidence([Incident(("a+b",), 6)] * 2, rivalries=("a+b",))
    result = draws_of(told)
    killed = whole(result, "victims", "a").to_numpy().ravel()
    assert stats.chisquare(np.bincount(killed, minlength=13)).pvalue > 1e-3
    assert near(whole(result, "incidents", "a"), 1.0)
    assert (killed + whole(result, "victims", "b").to_numpy().ravel() == 12).all()


def test_a_coalition_shares_alike_wherever_it_stands() -> None:
    # Alone in one incident, a side in another, whose dead are all its own doing.
    incidents = [Incident(("a+b",), 6), Incident(("a+b><c",), 6, rivalry=1, by=(6, 0))]
    told = evidence(incidents, ("a", "b", "c"), rivalries=("a+b", "a+b><c"))
    killed = whole(draws_of(told), "victims", "a").to_numpy().ravel()
    assert stats.chisquare(np.bincount(killed, minlength=13)).pvalue > 1e-3


@pytest.mark.parametrize("has_other", [False, True])
def test_a_side_that_is_other(has_other: bool) -> None:
    one = Incident(("a><other",), 10, rivalry=0, by=(4, 6))
    told = evidence([one], rivalries=("a><other",), has_other=has_other)
    result = draws_of(told, split=[0.25])
    assert ("other" in result["organization"]) == has_other
    assert (whole(result, "victims", "a") == 4).all()
    assert near(whole(result, "incidents", "a"), 0.25)
    if has_other:
        assert (whole(result, "victims", "other") == 6).all()


def test_unreported_clashes_are_split() -> None:
    told = evidence([Incident(("a><b",), 1)], rivalries=("a><b",))
    result = draws_of(told, rivalry_intercept=np.log(4.0), split=[0.25],
                      size_base=[[-9.0, 9, -9, -9, -9]] * 2)  # fmt: skip
    for name in ("incidents", "victims"):
        assert near(whole(result, name, "a"), 17 * 0.25)
        assert near(whole(result, name, "b"), 17 * 0.75)
    assert near(whole(result, "unseen_incidents", "a"), 16 * 0.25)
    assert near(whole(result, "unseen_incidents", "b"), 16 * 0.75)


def test_clashes_told_by_side_are_another_matter_than_the_rest() -> None:
    incidents = [Incident(("a><b",), 2, rivalry=0, by=(2, 0)), *[Incident(("a><b",), 1)] * 8]
    told = evidence(incidents, rivalries=("a><b",))
    result = draws_of(told, split=[0.25], side_selection=[2.0, -2.0])
    assert near(whole(result, "victims", "a"), 2 + 8 * 0.25)
    assert near(whole(result, "victims", "b"), 8 * 0.75)


# ---- victim classes


def test_known_classes_stay_and_unknown_ones_are_drawn() -> None:
    # Three journalists known, one not: Dirichlet(1 + 0, 1 + 3), P(journalist) = 4/5.
    incidents = [Incident(("a",), 1, victim_class="journalist")] * 3 + [Incident(("a",), 1)]
    result = draws_of(evidence(incidents))
    of_a = result["incidents"].sel(organization="a").sum(["kind", "size"])
    assert list(result["victim_class"].to_numpy()) == ["trafficker", "journalist", "unknown"]
    assert result.attrs["classes_reported"]
    assert near(of_a.sel(victim_class="journalist"), 3 + 4 / 5)
    assert (of_a.sel(victim_class="unknown") == 0).all()


def test_classes_are_shared_by_kind() -> None:
    # Only journalists among killings; of terrorism nothing is known: even, and wide.
    incidents = [Incident(("a",), 1, victim_class="journalist")] * 8
    result = draws_of(evidence([*incidents, Incident(("a",), 1, kind=1)]))
    drawn = result["incidents"].sel(organization="a", kind="terrorism").sum("size")
    assert near(drawn.sel(victim_class="trafficker"), 0.5)


def test_where_no_class_is_reported_all_stay_unknown() -> None:
    result = draws_of(evidence([Incident(("a",), 1)]), draws=50, rate_intercept=1.0)
    assert not result.attrs["classes_reported"]
    known = result["incidents"].sel(victim_class=["trafficker", "journalist"])
    assert (known == 0).all()
    assert (result["incidents"].sel(victim_class="unknown").sum() > 0).all()


def test_a_class_the_rubric_does_not_know_is_kept() -> None:
    result = draws_of(evidence([Incident(("a",), 1, victim_class="judge")]), draws=5)
    assert (result["incidents"].sel(victim_class="judge", organization="a").sum() == 5).all()


# ---- draws, seeds, faults


@pytest.mark.parametrize("level", [0.5, 6.0])
def test_each_draw_has_its_own_parameters_and_seed(level: float) -> None:
    told = evidence([Incident(("a><b",), 4)] * 3, rivalries=("a><b",))
    plan = design(told)
    values = parameters(plan, rate_intercept=level, rivalry_intercept=level)
    post = realizing.posterior(values, chains=2, draws=30)
    post["split"] = post["split"].copy()
    post["split"][1] = 1.0 - 1e-12
    told_of: list[tuple[int, int]] = []
    first = realize(post, plan, RUBRIC, 7, progress=lambda done, of: told_of.append((done, of)))
    assert told_of[-1] == (60, 60)
    assert first.identical(realize(post, plan, RUBRIC, 7))
    assert not first.equals(realize(post, plan, RUBRIC, 8))
    part = realize(post.isel(draw=slice(10)), plan, RUBRIC, 7)
    assert part.identical(first.isel(draw=slice(10)))
    clash = first["victims"].sel(chain=1, size="4-7").sum(["kind", "victim_class"])
    assert (clash.sel(organization="a") >= 12).all()
    assert first.sizes["chain"] == 2
    known = oracle(values, plan, RUBRIC, 30, 7)
    assert known["incidents"].isel(chain=0).equals(first["incidents"].isel(chain=0, drop=False))


def test_the_order_of_a_posteriors_dims_does_not_matter() -> None:
    plan = design(evidence([Incident(("a",), 4)] * 3))
    post = realizing.posterior(parameters(plan, rate_intercept=0.5), chains=2, draws=5)
    turned = post.transpose(..., "draw", "chain")
    assert realize(post, plan, RUBRIC, 1).identical(realize(turned, plan, RUBRIC, 1))


def test_a_window_without_reports() -> None:
    told = evidence([Incident(("a",), 1, period=0)])
    result = draws_of(told, rate_intercept=np.log(4.0))
    assert near(whole(result, "incidents", "a"), 16.0)


def test_an_absurd_draw_is_marked_bounded_and_leaves_the_others_alone() -> None:
    """e^40 incidents are expected of each author in each of eight cells, and half are missed."""
    plan = design(evidence([Incident(("a",), 1)]))
    post = realizing.posterior(parameters(plan, rate_intercept=0.5), chains=1, draws=3)
    calm = realize(post, plan, RUBRIC, 1)
    post["rate_intercept"] = post["rate_intercept"].copy()
    post["rate_intercept"][0, 1] = 40.0
    wild = realize(post, plan, RUBRIC, 1)
    others = {"draw": [0, 2]}
    assert wild.isel(others).identical(calm.isel(others))
    assert (wild["unseen"].isel(others) < MOST_UNSEEN).all()
    assert float(wild["unseen"][0, 1]) == pytest.approx(8 * np.exp(40.0), rel=1e-6)
    counted = int(wild["incidents"].isel(draw=1).sum())
    assert abs(counted - MOST_UNSEEN) < 5 * np.sqrt(MOST_UNSEEN)


def test_the_dead_of_an_absurd_draw_are_counted_beyond_32_bits() -> None:
    # All 8 dead or more, and known ones of 500: more than 2^31 dead in a single cell.
    told = evidence([Incident(("a",), 500, period=0)] * 20, ("a",), regions=("R0",),
                    kinds=("homicide",))  # fmt: skip
    result = draws_of(told, draws=2, rate_intercept=40.0, size_base=[[-99.0, -99, -99, -99, 0]])
    happened, dead = (whole(result, name, "a") for name in ("incidents", "victims"))
    assert (abs(happened - MOST_UNSEEN) < 5 * np.sqrt(MOST_UNSEEN)).all()
    assert (dead > 2**32).all()
    assert (dead < 500 * happened).all()
    assert (dead == result["victims_by_region"].sum(["organization", "region"])).all()
    assert result["victims_by_place"].dtype == np.int64
    assert (dead == result["victims_by_place"].sum(["region", *_MARKS])).all()
    assert (dead == result["victims_by_period"].sum(["organization", "period"])).all()


def test_unseen_is_what_is_expected() -> None:
    result = draws_of(evidence([Incident(("a",), 1)]), draws=3, rate_intercept=np.log(4.0))
    assert result["unseen"].to_numpy() == pytest.approx(np.full((1, 3), 2 * 16.0))


# ---- the whole against a world


def test_the_truth_is_one_of_the_draws() -> None:
    """In rounds drawn from the model itself the true count's rank among the draws is uniform.

    200 rounds, 19 draws each: ranks 0..19 by a chi-square test in five bins, p > .001; sizes,
    misattribution, missing names, detection by size and clashes all take part.
    """
    rng = np.random.default_rng(5)
    ranks = [_rank_of_truth(rng) for _ in range(200)]
    counts = np.bincount(np.array(ranks) // 4, minlength=5)
    assert stats.chisquare(counts).pvalue > 1e-3, counts


RATE = np.array([1.2, 2.0, 1.5])  # a, b, a><b: expected incidents in each of two cells
SIZE = np.array([0.1, 0.4, 0.3, 0.1, 0.1])
NUMBER = np.array([0, 1, 2, 4, 8])
SPLIT, RIGHT, SLOPE, LEVEL = 0.3, 0.7, 0.6, -0.5
NAMES = ("a", "b", "a><b")


def _rank_of_truth(rng: np.random.Generator) -> int:
    incidents, truth = [Incident(("a><b", None), 1, period=0)], 0
    for period in (1, 2):
        for author in np.repeat(range(3), rng.poisson(RATE)):
            size = rng.choice(5, p=SIZE)
            by_a = (1.0, 0.0, SPLIT)[author]
            truth += rng.random() < by_a
            logit = LEVEL + SLOPE * np.log([0.5, 1.0, 2.4, 5.0, 12.0])[size]
            seen = rng.random(2) < 1 / (1 + np.exp(-logit))
            said = tuple(_said(rng, author) if one else None for one in seen)
            if seen.any():
                incidents.append(Incident(said, int(NUMBER[size]), period=period))
    told = evidence(incidents, rivalries=("a><b",), silence=("informative",) * 2,
                    regions=("R0",), kinds=("homicide",))  # fmt: skip
    level = np.log(RATE[:2]).mean()
    result = draws_of(
        told, draws=19, seed=int(rng.integers(2**31)), rate_intercept=level,
        rate_organization=np.log(RATE[:2]) - level, rivalry_intercept=np.log(RATE[2]),
        size_base=[np.log(SIZE)], detection=[LEVEL] * 2, detection_size=[SLOPE] * 2,
        unknown=[0.4] * 2, right=[RIGHT] * 2, blame_rivalry=0.2, split=[SPLIT],
    )  # fmt: skip
    drawn = whole(result, "incidents", "a").to_numpy().ravel()
    below, equal = (drawn < truth).sum(), (drawn == truth).sum()
    return int(below + rng.integers(equal + 1))


def _said(rng: np.random.Generator, author: int) -> str:
    if rng.random() < 0.4:
        return ""
    if rng.random() < RIGHT:
        return NAMES[author]
    blame = np.array([0.4, 0.4, 0.2]) * (np.arange(3) != author)
    return NAMES[rng.choice(3, p=blame / blame.sum())]
