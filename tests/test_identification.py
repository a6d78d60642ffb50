"""What the data did not inform: by construction, and by comparison with the prior."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from dtoscore.data.attribution import UNKNOWN
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.inference.identification import identification
from dtoscore.inference.movements import COLUMNS, by_parameter, movements
from dtoscore.inference.parameter_words import ABOUT, EVERY, about_all
from dtoscore.inference.unidentified import by_construction
from dtoscore.models.design import design
from dtoscore.models.joint import parameters
from dtoscore.models.priors import Priors
from dtoscore.models.structure import CORE, LAWS, Structure
from realizing import Incident, evidence
from rounds import write_full_round, write_small_round
from totalled import total


def draws(seed=1, n=2000, **scalars):
    """Normal draws by name: (mean, sd), or a list of these over ``source``."""
    rng = np.random.default_rng(seed)
    variables = {}
    for name, value in scalars.items():
        dims = ("source",) if isinstance(value, list) else ()
        rows = np.array(value, float).reshape(-1, 2)
        array = rng.normal(rows[:, 0], rows[:, 1], (2, n // 2, len(rows)))
        variables[name] = (("chain", "draw", *dims), array if dims else array[:, :, 0])
    return xr.Dataset(variables, coords={"source": ["s0", "s1"]})


def plan_of(*incidents, silence=("informative", "informative"), **how):
    return design(evidence(incidents, silence=silence, **how))


ONE = Incident(("a", "b"))


def sentences(plan):
    return {reason.key: reason.keeps() for reason in by_construction(plan)}


def listed(posterior, prior, plan=None):
    """Lines on parameters that some data could have informed, by name."""
    frame = identification(movements(posterior, prior), plan or plan_of(ONE))
    said = dict(zip(frame["parameter"], frame["sentence"], strict=True))
    return {name: text for name, text in said.items() if "the prior is the answer" in text}


def test_a_parameter_that_narrowed_or_moved_is_informed():
    prior = draws(1, visibility=(0, 1), other_share=(0, 1), blame_rivalry=(0, 1))
    posterior = draws(2, visibility=(0, 0.5), other_share=(1, 1), blame_rivalry=(0.1, 0.97))
    found = movements(posterior, prior)
    assert tuple(found.columns) == COLUMNS
    by_name = found.set_index("parameter")
    assert by_name["informed"].to_dict() == {
        "blame_rivalry": False, "other_share": True, "visibility": True,
    }  # fmt: skip
    assert by_name.loc["visibility", "moved"] == pytest.approx(0.5, abs=0.05)
    assert by_name.loc["other_share", "moved"] < 0.05
    assert by_name.loc["visibility", "prior_sd"] == pytest.approx(1, abs=0.1)
    assert by_name.loc["other_share", "mean"] == pytest.approx(1, abs=0.1)


def test_levels_are_judged_one_by_one():
    prior = draws(1, right=[(0, 1), (0, 1)])
    said = listed(draws(2, right=[(0, 0.2), (0, 1)]), prior)
    assert list(said) == ["right[s1]"]
    assert said["right[s1]"].startswith("How often s1 names the right author")
    assert said["right[s1]"].count(" ± ") == 2, "prior and posterior"


def test_levels_of_which_none_was_informed_are_one_line():
    prior = draws(1, right=[(0, 1), (0, 1)])
    said = listed(draws(2, right=[(0, 1), (0, 1)]), prior)
    assert list(said) == ["right"]
    assert said["right"].startswith("How often every source names the right author: the data say")


def test_some_levels_of_several_are_one_line_that_names_them():
    three = {"dims": ("chain", "draw", "organization")}
    coords = {"organization": ["a", "b", "c"]}
    rng = np.random.default_rng(3)
    prior = xr.Dataset({"silencing": (three["dims"], rng.normal(size=(2, 900, 3)))}, coords)
    after = rng.normal(size=(2, 900, 3)) * [1, 0.2, 1]
    said = listed(xr.Dataset({"silencing": (three["dims"], after)}, coords), prior)
    assert list(said) == ["silencing[a, c]"]
    assert said["silencing[a, c]"].startswith("How far each of a, c silences sources")


def test_the_table_has_every_level_of_every_axis():
    rng = np.random.default_rng(4)
    coords = {"source": ["s0", "s1"], "region": ["R0", "R1", "R2"]}
    dims = ("chain", "draw", "source", "region")
    one, two = (xr.Dataset({"x": (dims, rng.normal(size=(2, 50, 2, 3)))}, coords) for _ in "ab")
    found = movements(one, two)
    assert found["level"].tolist()[:4] == ["s0, R0", "s0, R1", "s0, R2", "s1, R0"]
    assert set(found["dims"]) == {"source, region"}
    cell = one["x"].sel(source="s1", region="R2")
    assert found["mean"].iloc[-1] == pytest.approx(float(cell.mean()))
    assert found["sd"].iloc[-1] == pytest.approx(float(cell.std()))
    still = 6 - int(found["informed"].sum())
    sentence = f"The parameter x: of {still} of 6 levels the data say little, the prior is the"
    assert list(listed(one, two)) == ["x"], "deviations have one line"
    assert listed(one, two)["x"] == f"{sentence} answer."
    scale = (("chain", "draw"), rng.normal(size=(2, 50)))
    assert "x" not in listed(one.assign(x_scale=scale), two.assign(x_scale=scale)), (
        "or that of their scale"
    )


def test_what_is_missing_or_constant_is_left_out():
    prior = draws(1, visibility=(0, 0), unknown=[(0, 1), (0, 1)])
    posterior = draws(2, visibility=(0, 0), right=(0, 1))
    assert movements(posterior, prior).empty
    assert movements(posterior, xr.Dataset()).empty
    assert tuple(movements(posterior, xr.Dataset()).columns) == COLUMNS


def test_draws_that_are_no_numbers_are_left_out():
    prior = draws(1, visibility=(0, 1))
    posterior = draws(2, visibility=(0, 1))
    posterior["visibility"][0, 3] = np.nan
    assert movements(posterior, prior).empty


def test_always_said():
    plan = plan_of(ONE, has_other=True)
    assert set(sentences(plan)) == {
        "unseen", "visibility law", "never_visible", "large events", "other_share",
        "shared errors", "claim_false", "claim_unsigned",
    }  # fmt: skip
    frame = identification(movements(xr.Dataset(), xr.Dataset()), plan)
    assert frame["moved"].isna().all(), "none of them has draws here"
    assert list(frame.columns) == ["parameter", "moved", "sentence"]


def test_a_source_is_judged_where_another_names_the_same_incidents():
    """s1 names one incident that s0 names too, or only others."""
    together = plan_of(ONE, Incident(("a", None)))
    assert not [key for key in sentences(together) if key.startswith("right")]
    apart = plan_of(Incident(("a", UNKNOWN)), Incident((None, "b")))
    said = sentences(apart)
    assert {key for key in said if key.startswith("right")} == {"right[s0]", "right[s1]"}
    assert said["right[s0]"] == (
        "How often s0 is right about who did it: no other source names an incident that it names, "
        "so it keeps its prior."
    )
    silent = plan_of(Incident(("a", UNKNOWN)))
    assert "right[s1]" not in sentences(silent), "it names nobody at all"
    full = replace(apart, structure=replace(Structure(), confusion=True))
    assert "right[s0]" not in sentences(full)


def test_the_share_of_other_is_told_where_a_source_names_other_or_a_total_counts_everybody():
    named = plan_of(ONE, Incident(("other", None)), has_other=True)
    assert "other_share" not in sentences(named)
    clash = plan_of(ONE, Incident(("a><other", None)), has_other=True, rivalries=("a><other",))
    assert "other_share" in sentences(clash), "a war of theirs says nothing of the rest"
    held = plan_of(ONE, has_other=True).evidence
    for everybody in (True, False):
        authors = np.array([[True, True, everybody]])
        made = replace(held, aggregates=SimpleNamespace(authors=authors))
        plan = replace(plan_of(ONE, has_other=True), evidence=made)
        assert ("other_share" in sentences(plan)) != everybody
        without = replace(plan, structure=Structure().without("totals"))
        assert "other_share" in sentences(without)


def test_a_rivalry_that_only_a_total_names_is_no_clash_of_the_reports():
    said = sentences(plan_of(ONE, rivalries=("a><b",)))
    assert "no record says" in said["split[a><b]"]
    assert "told by side[a><b]" not in said


@pytest.mark.parametrize(
    ("victims", "said"),
    [
        ((7, 7), "In the window 0 incidents were reported with 8 or more dead."),
        ((8, 7), "In the window 1 incident was reported with 8 or more dead."),
        ((8, 60), "In the window 2 incidents were reported with 8 or more dead."),
    ],
)
def test_large_events_of_the_window_are_counted_beside_their_cap(victims, said):
    before = Incident(("a", "b"), victims=9, period=0)
    plan = plan_of(before, *(Incident(("a", "b"), victims=n, period=1) for n in victims))
    found = sentences(plan)["large events"]
    assert found.startswith(said)
    assert "no further than 500 dead" in found


@pytest.mark.parametrize(
    ("sd", "said"),
    [
        (1.0, ": no report says whose they were, so it keeps its prior."),
        (
            0.5,
            ": no report says whose they were, but what the model assumes of the rest moved it (",
        ),
    ],
)
def test_what_no_report_tells_is_said_once_with_its_movement(sd, said):
    prior, posterior = draws(1, other_share=(0, 1)), draws(2, other_share=(0, sd))
    frame = identification(movements(posterior, prior), plan_of(ONE, has_other=True))
    row = frame[frame["parameter"] == "other_share"].iloc[0]
    assert (frame["parameter"] == "other_share").sum() == 1
    assert row["moved"] == pytest.approx(1 - sd, abs=0.05)
    assert said in row["sentence"]


def test_levels_that_moved_though_no_report_tells_are_named_apart_from_those_that_did_not():
    rng = np.random.default_rng(5)
    coords = {"rivalry": ["a><b", "b><c"], "organization": ["a", "b"]}
    wars, names = ("chain", "draw", "rivalry"), ("chain", "draw", "organization")
    free = {"claim_rivalry": wars, "claim_false": names}
    prior, after = (
        xr.Dataset({k: (d, rng.normal(size=(2, 900, 2))) for k, d in free.items()}, coords)
        for _ in "ab"
    )
    after["claim_rivalry"] = after["claim_rivalry"] * [0.03, 1.0]
    frame = identification(movements(after, prior), plan_of(ONE)).set_index("parameter")
    kept, went = frame.loc["claim_false"], frame.loc["claim_rivalry[a><b]"]
    assert kept["sentence"].endswith("so it keeps its prior, but for what the next lines name.")
    assert kept["moved"] < 0.1
    assert went["sentence"].startswith("How often a clash of a><b passes for something else: no")
    assert "the model assumes of the rest moved it (prior" in went["sentence"]
    assert went["moved"] == pytest.approx(0.97, abs=0.01)
    assert list(frame.index).count("claim_rivalry") == 0
    both = identification(movements(after * 0.03, prior), plan_of(ONE)).set_index("parameter")
    assert "claim_false" in both.index, "all of it moved"
    assert "every organization: no adj" in both.loc["claim_false", "sentence"]
    assert "(most of all " in both.loc["claim_rivalry", "sentence"]


def test_of_several_that_moved_the_farthest_is_named_though_another_is_narrower():
    rng = np.random.default_rng(5)
    coords, dims = {"rivalry": ["a><b", "b><c"]}, ("chain", "draw", "rivalry")
    prior, after = (
        xr.Dataset({"claim_rivalry": (dims, rng.normal(size=(2, 900, 2)))}, coords) for _ in "ab"
    )
    after["claim_rivalry"] = after["claim_rivalry"] * [0.5, 1.0] + [0.0, 4.0]
    frame = identification(movements(after, prior), plan_of(ONE)).set_index("parameter")
    assert "(most of all b><c: " in frame.loc["claim_rivalry", "sentence"]


def test_where_totals_are_what_moved_a_parameter_is_not_assumptions_alone():
    rng, dims = np.random.default_rng(5), ("chain", "draw", "lister")
    prior, after = (
        xr.Dataset({"detection": (dims, rng.normal(size=(2, 900, 1)))}, {"lister": ["s0"]})
        for _ in "ab"
    )
    alone = plan_of(ONE, silence=("informative", "uninformative"))
    counted = design(total(alone.evidence, 40, periods=(0,)))
    moves = movements(0.5 * after, prior)
    for plan, by in (
        (alone, "but what the model assumes of the rest moved it ("),
        (counted, "but totals and coarse records, with what the model assumes of the rest, moved"),
    ):
        assert (
            by
            in identification(moves, plan).set_index("parameter").loc["detection[s0]", "sentence"]
        )


def courted(told, *rest):
    """A plan whose second source is a court; both told some incidents, and one of them others."""
    said = evidence([ONE] * told + list(rest), silence=("informative", "informative"))
    sources = said.axes.sources.assign(type=["press", "adjudicated"])
    return design(replace(said, axes=replace(said.axes, sources=sources)))


@pytest.mark.parametrize(
    ("settled", "others", "said"),
    [
        (0, 3, "None of the 3 incidents that other sources name an author of is adjudicated"),
        (1, 3, "Only 1 of the 4 incidents that other sources name an author of is adjudicated"),
        (99, 900, "Only 99 of the 999 incidents that other sources name an author of are"),
        (100, 900, None),
        (3, 3, None),
        (3, 4, "Only 3 of the 7 "),
    ],
)
def test_a_few_adjudicated_incidents_do_not_settle_the_others(settled, others, said):
    found = sentences(courted(settled, *[Incident(("a", None))] * others)).get("shared errors")
    assert (found is None) == (said is None)
    assert said is None or found.startswith(said)


def test_a_court_that_speaks_alone_or_names_nobody_tests_no_source():
    alone, silent = Incident((None, "a")), Incident(("a", ""))
    found = sentences(courted(0, *[alone] * 200, *[silent] * 200))["shared errors"]
    assert found.startswith("None of the 200 incidents")


def test_one_source_keeps_the_prior_of_its_detection():
    assert "detection[s0]" in sentences(plan_of(Incident(("a",)), silence=("informative",)))
    beside = plan_of(ONE, silence=("informative", "uninformative"))
    assert "detection[s0]" in sentences(beside)
    assert "detection[s0]" not in sentences(plan_of(ONE))


@pytest.mark.parametrize(
    ("incident", "known"),
    [
        (Incident(("a><b", None), rivalry=-1), False),
        (Incident(("a><b", "a><b"), rivalry=-1), False),
        (Incident(("a><b", "a|b"), rivalry=-1), False),
        (Incident(("a><b", "b"), rivalry=-1), True),
        (Incident(("a><b", None), victims=3, rivalry=0, by=(2, 1)), True),
    ],
)
def test_a_split_is_known_only_from_records_of_one_side_of_the_same_incident(incident, known):
    plan = plan_of(incident, Incident(("a", "a")), rivalries=("a><b",))
    said = sentences(plan)
    assert ("split[a><b]" not in said) == known
    if not known:
        assert "clashes of a and b" in said["split[a><b]"]


def test_clashes_told_by_side_are_counted_and_called_no_sample():
    clash = Incident(("a><b", None), rivalry=-1)
    told = Incident(("a><b", None), victims=3, rivalry=0, by=(2, 1))
    key = "told by side[a><b]"
    said = sentences(plan_of(clash, clash, told, Incident(("a", "a")), rivalries=("a><b",)))
    assert "the dead are told by side in 1 of 3 clashes of a and b:" in said[key]
    assert key not in sentences(plan_of(clash, rivalries=("a><b",)))
    assert key not in sentences(plan_of(told, told, rivalries=("a><b",)))  # no others


def test_coalitions_are_divided_by_the_prior():
    one = Incident(("a+b><c", None))
    plan = plan_of(one, organizations=("a", "b", "c"), rivalries=("a+b><c",))
    assert {"split[a+b><c]", "shares[a+b]"} <= set(sentences(plan))
    alone = plan_of(Incident(("a+b", None)), rivalries=("a+b",))
    assert "shares[a+b]" in sentences(alone)
    assert not any(name.startswith("split") for name in sentences(alone))


def test_the_law_that_was_not_assumed_is_named():
    normal, classes = (
        sentences(design(plan_of(ONE).evidence, Structure(visibility=law)))["visibility law"]
        for law in LAWS
    )
    assert "the normal law is assumed" in normal
    assert "that of two classes of incidents is assumed" in classes
    assert "`dtoscore alternatives ROUND --visibility two_class` gives" in normal
    assert "`dtoscore alternatives ROUND --visibility normal` gives" in classes


def test_parts_that_are_left_out_are_not_spoken_of():
    held = plan_of(ONE).evidence
    bare = sentences(design(held, CORE))
    assert not {"never_visible", "claim_false", "claim_unsigned"} & set(bare)
    assert "claim_false" not in sentences(design(held, Structure(confusion=True)))


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        (Incident(("a", None)), {"claim_false", "claim_unsigned"}),
        (Incident((None, "a")), {"claim_false", "claim_unsigned"}),
        (Incident(("", "a")), {"claim_false"}),
        (Incident(("b", "a")), set()),
    ],
)
def test_claims_keep_their_priors_without_adjudicated_incidents(incident, said):
    """Of whose scenes can be read a court tells where another source names nobody, too."""
    found = sentences(courted(0, incident))
    assert {name for name in found if name.startswith("claim_")} == said


def test_what_a_sentence_covers_has_no_line_of_its_own():
    names = {"claim_false": (0, 1), "claim_rival": (0, 1), "claim_nobody": (0, 1)}
    said = listed(draws(1, **names), draws(2, **names))
    assert list(said) == ["claim_nobody"]


def test_every_parameter_of_the_model_is_described_in_words(tmp_path):
    """A parameter that a reader may meet has a sentence of its own, not its name."""
    shown = set()
    for write in (write_small_round, write_full_round):
        held = tabulate(read_round(write(tmp_path / write.__name__)))
        for law in LAWS:
            found = parameters(design(held, Structure(visibility=law)), Priors())
            shown |= {p.name for p in found if set(p.dims) <= set(EVERY) and len(p.dims) < 2}
            scaled = {p.name.removesuffix("_scale") for p in found if p.name.endswith("_scale")}
            of_a_level = [p for p in found if "{level}" in ABOUT.get(p.name, "")]
            assert all(set(p.dims) <= set(EVERY) or p.name in scaled for p in of_a_level)
    assert shown <= set(ABOUT)
    assert len(shown) > 40


def test_every_parameter_has_a_row_of_its_own() -> None:
    rng = np.random.default_rng(1)
    dims = {"detection": ("lister", 2), "never_visible": ("organization", 3)}
    prior = xr.Dataset(
        {n: (("chain", "draw", dim), rng.normal(size=(2, 400, k))) for n, (dim, k) in dims.items()}
    )
    prior["one_sided"] = ("chain", "draw"), rng.normal(2.0, 1.0, (2, 400))
    after = prior.copy()
    after["detection"] = prior["detection"] * xr.DataArray([0.1, 1.0], dims="lister")
    after["one_sided"] = (prior["one_sided"] - 2.0) * 0.5 + 2.0
    found = by_parameter(movements(after, prior))
    assert found["levels"].to_dict() == {"detection": 2, "never_visible": 3, "one_sided": 1}
    assert found["informed"].to_dict() == {"detection": 1, "never_visible": 0, "one_sided": 1}
    np.testing.assert_allclose(found["moved"], [0.45, 0.0, 0.5], atol=1e-9)
    several = found.loc[["detection", "never_visible"], ["prior_mean", "prior_sd", "mean", "sd"]]
    assert several.isna().to_numpy().all()
    assert found.loc["one_sided", "sd"] == pytest.approx(found.loc["one_sided", "prior_sd"] / 2)


@pytest.mark.parametrize(
    ("parameter", "dims", "said"),
    [
        ("visibility", "lister", "missed by every source too"),
        ("detection_region", "lister, region", "in what they report, level by level"),
        ("silencing", "some dim", "How far each level silences"),
        ("one_sided", "source", "How often every source writes"),
    ],
)
def test_a_parameter_is_said_with_all_its_levels(parameter: str, dims: str, said: str) -> None:
    assert said in about_all(parameter, dims)
