"""The structures of the complete model in the simulator, each against its law."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.attribution import parse
from dtoscore.data.errors import InputError
from dtoscore.data.happen import happen
from dtoscore.data.readers import read_round
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import Simulated, write_round
from dtoscore.data.world import SIZES, SourceSpec, World
from dtoscore.data.worldparts import AmbiguousName, Bribe, Event, Splinter, TotalSpec
from scipy.special import expit
from test_simulate import RIVALRY, RUBRIC, SPLIT, near, of_source, small_world

SIZE_STEP = 0.5


def plain(**changes: object) -> World:
    """Return the small world whose sources name who it was, one organization or nobody."""
    kept = {"set_size": np.ones((4, 1)), "right": np.ones(4), "one_sided": np.zeros(4)}
    kept["rate"] = np.full((7, 2, 2, 2), 150.0)
    return small_world(**(kept | changes))


def detection(drawn: Simulated, more: object = 0.0) -> np.ndarray:
    """Return the press's chance to report each incident of the small world."""
    table = drawn.incidents
    return expit(SIZE_STEP * table["size"].map(SIZES.index) + table["z"] + more).to_numpy()


def heard(drawn: Simulated, source: str) -> np.ndarray:
    """Whether a source reports each incident."""
    return drawn.incidents.index.isin(
        drawn.reports.loc[drawn.reports["source"] == source, "incident_id"]
    )


def agrees(seen: np.ndarray, chance: np.ndarray) -> None:
    """Compare how often something happened with its chances, within four standard errors."""
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(seen.sum() - chance.sum()) <= 4 * error + 1e-9


def counts(rounds: int, rate: float, **changes: object) -> np.ndarray:
    """Count incidents, both kinds together, shape (round, author, region, period)."""
    world = plain(rate=np.full((7, 2, 2, 2), rate / 2), **changes)
    found = np.zeros((rounds, 7, 2, 2), dtype=int)
    for seed in range(rounds):
        drawn = happen(np.random.default_rng(seed), world, seed)
        np.add.at(found[seed], (drawn.author, drawn.region, drawn.period), 1)
    return found


def test_the_noise_of_cells_is_shared_by_all_authors() -> None:
    found = counts(400, 16.0, noise_sd=0.5)
    total, mean = found.sum(axis=1).ravel(), 7 * 16.0
    variance = mean + 0.25 * mean**2  # negative binomial
    assert abs(total.mean() - mean) < 4 * np.sqrt(variance / len(total))
    assert abs(total.var() / variance - 1) < 4 * np.sqrt(3.5 / len(total))
    one, other = found[:, 0].ravel(), found[:, 4].ravel()
    correlation = 0.25 * 16 / (1 + 0.25 * 16)
    assert abs(np.corrcoef(one, other)[0, 1] - correlation) < 4 / np.sqrt(len(one))


def test_the_noise_of_an_author_is_its_own() -> None:
    found = counts(200, 16.0, own_noise_sd=0.5)
    variance = 16.0 + 0.25 * 16.0**2
    assert abs(found.var() / variance - 1) < 4 * np.sqrt(3.5 / found.size)
    one, other = found[:, 0].ravel(), found[:, 1].ravel()
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(one))


def test_heavy_tailed_rates_keep_their_mean() -> None:
    found = counts(200, 100.0, rate_tail=3.0)
    variance = 100.0 + 100.0**2 / 3.0  # of a Pareto factor with exponent 3 and mean 1
    assert abs(found.mean() - 100.0) < 4 * np.sqrt(variance / found.size)
    near((found > 200).mean(), (2.0 / 3.0 / 2.0) ** 3, found.size)


def test_two_classes_of_visibility_have_the_moments_of_the_normal() -> None:
    drawn = simulate(plain(low_share=0.3), 1)
    z = drawn.incidents["z"]
    assert sorted(set(z.round(9))) == pytest.approx([-np.sqrt(0.7 / 0.3), np.sqrt(0.3 / 0.7)])
    near((z < 0).mean(), 0.3, len(z))
    agrees(heard(drawn, "press"), detection(drawn))


def test_what_nobody_can_see_nobody_reports() -> None:
    share = np.array([0.5, 0, 0, 0, 0.2, 0, 0])
    drawn = simulate(plain(never_visible=share), 1)
    table = drawn.incidents
    for name, expected in (("a", 0.5), ("other", 0.2), ("b", 0.0)):
        own = table["author"] == name
        near((~table.loc[own, "visible"]).mean(), expected, int(own.sum()))
    unseen = table.index[~table["visible"]]
    assert not drawn.reports["incident_id"].isin(unseen).any()

    agrees(heard(drawn, "press")[table["visible"]], detection(drawn)[table["visible"]])


def test_silencing_is_by_perpetrator_and_source() -> None:
    silencing = np.zeros((4, 7))
    silencing[0, 0], silencing[0, 1] = -2.0, 1.0
    drawn = simulate(plain(silencing=silencing), 1)
    more = drawn.incidents["author"].map({"a": -2.0, "b": 1.0}).fillna(0.0)
    for name in ("a", "b", "c"):
        own = (drawn.incidents["author"] == name).to_numpy()
        agrees(heard(drawn, "press")[own], detection(drawn, more)[own])
    free = simulate(plain(), 1)
    assert (heard(drawn, "court") == heard(free, "court")).all(), "the court hears as before"


def test_silencing_and_habits_may_change_in_time() -> None:
    silencing = np.zeros((4, 7, 2))
    silencing[0, 0, 1] = -2.0
    habits = np.zeros((4, 2))
    habits[0, 1] = 1.0
    drawn = simulate(plain(silencing=silencing, habits=habits), 1)
    later = (drawn.incidents["period"] == 1).astype(float)
    more = later * (1.0 - 2.0 * (drawn.incidents["author"] == "a"))
    for chosen in (later == 0, later == 1):
        own = (chosen & (drawn.incidents["author"] == "a")).to_numpy()
        agrees(heard(drawn, "press")[own], detection(drawn, more)[own])
        others = (chosen & (drawn.incidents["author"] == "d")).to_numpy()
        agrees(heard(drawn, "press")[others], detection(drawn, more)[others])


def test_the_class_of_the_victims_is_seen_and_belongs_to_authors() -> None:
    by_author = np.tile([[0.1, 0.9], [0.3, 0.7]], (7, 1, 1))
    by_author[0] = [[0.6, 0.4], [0.6, 0.4]]
    extra = np.zeros((4, 2))
    extra[0, 0] = 1.5
    drawn = simulate(plain(victim_class=by_author, class_detection=extra), 1)
    own = drawn.incidents[drawn.incidents["author"] == "a"]
    near((own["victim_class"] == "journalist").mean(), 0.6, len(own))
    press = (drawn.incidents["victim_class"] == "journalist").to_numpy()
    agrees(heard(drawn, "press")[press], detection(drawn, 1.5)[press])
    agrees(heard(drawn, "press")[~press], detection(drawn)[~press])


def grouped(**changes: object) -> World:
    """Return a world of three sources in a group and one alone, right six times in ten."""
    sources = (*(SourceSpec(f"copy-{n}", group="copies") for n in "123"), SourceSpec("own"))
    kept = {
        "sources": sources,
        "rate": np.full((7, 2, 2, 2), 200.0),
        "right": np.full(4, 0.6),
        "unknown": np.full((4, 7), 0.25),
        "visibility": np.zeros(4),
        "one_sided": np.zeros(4),
        "set_size": np.ones((4, 1)),
        "sides_counted": 0.0,
    }
    return small_world(**(kept | changes))


def test_a_group_sees_alike() -> None:
    weight = np.array([1.5, 1.5, 1.5, 0.0])
    drawn = simulate(grouped(group_visibility=weight), 1)
    seen = [heard(drawn, f"copy-{n}") for n in "12"] + [heard(drawn, "own")]
    logit = SIZE_STEP * drawn.incidents["size"].map(SIZES.index).to_numpy()
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    chance = expit(logit[:, None] + 1.5 * nodes)
    weights = weights / weights.sum()
    agrees(seen[0], chance @ weights)
    agrees(seen[0] & seen[1], chance**2 @ weights)
    agrees(seen[0] & seen[2], (chance @ weights) * expit(logit))


def said(drawn: Simulated) -> pd.DataFrame:
    """Return what each source says, one column a source, absent where it reports nothing."""
    return drawn.reports.pivot_table(
        index="incident_id", columns="source", values="attribution", aggfunc="first"
    )


def pair_agreement(kappa: float) -> tuple[float, float]:
    """Expected agreement of two sources of the grouped world on an incident of "a"."""
    blame = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])
    wrong = 0.4 * blame[1:] / blame[1:].sum()
    alone = 0.6**2 + (wrong**2).sum()
    return kappa + (1 - kappa) * alone, alone


def test_copies_repeat_one_statement() -> None:
    drawn = simulate(grouped(copying=np.array([0.7])), 1)
    table = said(drawn)
    own = drawn.incidents.loc[table.index, "author"] == "a"
    inside, outside = pair_agreement(0.7)
    for first, second, expected in (
        ("copy-1", "copy-2", inside),
        ("copy-2", "copy-3", inside),
        ("copy-1", "own", outside),
    ):
        both = table.loc[own, [first, second]].dropna()
        both = both[(both != "").all(axis=1)]
        near((both[first] == both[second]).mean(), expected, len(both))
    name = table.loc[own, "copy-1"].dropna()
    near((name == "").mean(), 0.25, len(name))
    near((name[name != ""] == "a").mean(), 0.6, (name != "").sum())


def test_copying_in_full_leaves_one_name_a_group() -> None:
    drawn = simulate(grouped(copying=np.array([1.0]), set_size=np.tile([0.5, 0.5], (4, 1))), 2)
    table = said(drawn)[["copy-1", "copy-2", "copy-3"]].replace("", None)
    assert table.T.apply(lambda row: len(set(row.dropna()))).max() == 1
    assert table.apply(lambda column: column.str.contains("|", regex=False).any()).all()


def test_a_court_in_a_group_copies_nobody() -> None:
    sources = (
        SourceSpec("copy-1", group="g"),
        SourceSpec("copy-2", group="g"),
        SourceSpec("court", type="adjudicated", group="g"),
        SourceSpec("own"),
    )
    world = grouped(sources=sources, copying=np.array([1.0]), right=np.array([0.3, 0.3, 1, 1]))
    drawn = simulate(world, 3)
    table = said(drawn)
    court = table["court"].dropna()
    court = court[court != ""]
    assert (court == drawn.incidents.loc[court.index, "author"]).all()


def test_a_claim_may_be_that_nobody_can_tell() -> None:
    claim = np.concatenate([np.eye(7), np.zeros((7, 1))], axis=1)
    claim[0] = [0.5, 0.1, 0, 0, 0, 0, 0, 0.4]
    drawn = simulate(plain(claim=claim, unknown=np.zeros((4, 7))), 1)
    own = drawn.incidents.query("author == 'a'")
    near((own["claim"] == "").mean(), 0.4, len(own))
    dark = own.index[own["claim"] == ""]
    rows = drawn.reports[drawn.reports["incident_id"].isin(dark)]
    by_source = rows.groupby("source")["attribution"].unique().map(set).to_dict()
    assert by_source == {"press": {""}, "court": {"a"}}, "lists of attributed incidents are silent"


def test_claims_may_depend_on_place_and_time() -> None:
    claim = np.tile(np.eye(7), (2, 2, 1, 1))
    claim[1, 1, 0] = [0.2, 0.8, 0, 0, 0, 0, 0]
    drawn = simulate(plain(claim=claim), 1)
    own = drawn.incidents.query("author == 'a'")
    there = (own["region"] == "MX-SON") & (own["period"] == 1)
    near((own.loc[there, "claim"] == "b").mean(), 0.8, int(there.sum()))
    assert (own.loc[~there, "claim"] == "a").all()
    narrow = simulate(plain(claim=claim[1:, 1:]), 1).incidents.query("author == 'a'")
    near((narrow["claim"] == "b").mean(), 0.8, len(narrow))


def test_unnamed_shares_and_favours_may_be_local() -> None:
    unknown = np.tile(np.array([0.2, 0.7])[None, :, None], (4, 1, 7))
    blame = np.tile(small_world().blame, (4, 1))
    blame[0, 2] = 0.0
    world = plain(unknown=unknown, blame=blame, right=np.array([0.5, 0.5, 0.5, 1.0]))
    drawn = simulate(world, 1)
    press = of_source(drawn, "press").query("author == 'a'")
    for region, share in (("MX-SIN", 0.2), ("MX-SON", 0.7)):
        here = press[press["region"] == region]
        near((here["attribution"] == "").mean(), share, len(here))
    assert "c" not in set(press["attribution"]), "the press favours c"
    assert "c" in set(of_source(drawn, "list").query("author == 'a'")["attribution"])


def test_wrong_names_fall_on_those_present(tmp_path) -> None:
    presence = np.array([[1, 1], [1, 0], [1, 1], [1, 1]], dtype=bool)
    world = plain(presence=presence, right=np.full(4, 0.5))
    drawn = simulate(world, 1)
    away = of_source(drawn, "press").query("author == 'a' and region == 'MX-SON'")
    named = set(away["attribution"]) - {""}
    assert named == {"a", "c", "d", "other", "a+c"}, "b is not there, nor its coalition"
    share = (away["attribution"] == "other").sum() / (away["attribution"] != "").sum()
    near(share, 0.5 * 0.1 / 0.35, int((away["attribution"] != "").sum()))
    folder = write_round(drawn, tmp_path / "round", "A round")
    table = read_round(folder).presence
    assert table is not None
    assert ("b", "MX-SON") not in set(zip(table["organization"], table["region"], strict=True))
    assert len(table) == 7


def test_presence_by_period_is_written_with_its_days(tmp_path) -> None:
    presence = np.ones((4, 2, 2), dtype=bool)
    presence[1, :, 0] = False
    drawn = simulate(plain(presence=presence, right=np.full(4, 0.5)), 1)
    first = drawn.reports.query("source == 'press' and date < '2023-02-01'")
    true = drawn.incidents.loc[first["incident_id"], "author"]
    assert not ((first["attribution"] == "b").to_numpy() & (true != "b").to_numpy()).any()
    table = read_round(write_round(drawn, tmp_path / "round", "A round")).presence
    assert table is not None
    rows = table[table["organization"] == "b"]
    assert set(rows["from"]) == {pd.Timestamp(2023, 2, 1)}
    assert rows["to"].isna().all()


@pytest.mark.parametrize("leads", [True, False])
def test_a_clash_shows_one_side_to_all_who_see_it(leads: bool) -> None:
    """To the press and the list; the court, and who lists by names, have sides of their own."""
    drawn = simulate(plain(leads=leads, one_sided=np.ones(4), unknown=np.zeros((4, 7))), 1)
    clashes = drawn.incidents.index[drawn.incidents["author"] == RIVALRY]
    said = drawn.reports[drawn.reports["incident_id"].isin(clashes)].pivot_table(
        index="incident_id", columns="source", values="attribution", aggfunc="first"
    )
    sides = parse(RIVALRY).sides
    first = said.map(lambda text: parse(text).sides[0] == sides[0], na_action="ignore")
    near(first["press"].mean(), SPLIT, first["press"].count())
    alike = SPLIT**2 + (1 - SPLIT) ** 2
    for other, share in (("list", 1.0 if leads else alike), ("court", alike), ("watch", alike)):
        both = first[["press", other]].dropna()
        assert len(both) > 30
        near((both["press"] == both[other]).mean(), share, len(both))


def test_delays_are_log_logistic() -> None:
    law = np.tile([np.log(31.0), 2.0], (4, 1))
    drawn = simulate(plain(delay=law, as_of=dt.date(2123, 1, 1)), 1)
    press = drawn.reports[drawn.reports["source"] == "press"]
    days = (press["published"] - press["date"]).dt.days
    for limit in (0, 3, 10, 30, 90, 400):
        near((days <= limit).mean(), expit(2.0 * (np.log(limit + 1) - np.log(31.0))), len(days))
    near((days <= 30).mean(), 0.5, len(days))


def test_what_is_published_later_is_not_in_the_round(tmp_path) -> None:
    law = np.tile([np.log(31.0), 2.0], (4, 1))
    every = simulate(plain(delay=law, as_of=dt.date(2123, 1, 1)), 1)
    early = simulate(plain(delay=law, as_of=dt.date(2023, 3, 10)), 1)
    known = every.reports[every.reports["published"] <= pd.Timestamp(2023, 3, 10)]
    assert 0.1 < len(known) / len(every.reports) < 0.8
    assert known["incident_id"].tolist() == early.reports["incident_id"].tolist()
    assert early.incidents.equals(every.incidents), "what happened is the same"
    read = read_round(write_round(early, tmp_path / "round", "A round"))
    assert read.settings.as_of == dt.date(2023, 3, 10)
    assert (read.sources["published"] == "known").all()


def test_an_interim_look_scores_what_was_over() -> None:
    drawn = simulate(plain(as_of=dt.date(2023, 2, 10)), 1)
    inside = drawn.incidents[drawn.incidents["in_window"]]
    assert inside["date"].max() == pd.Timestamp(2023, 2, 10)
    assert drawn.reports["date"].max() <= pd.Timestamp(2023, 2, 10)


def test_numbers_differ_and_have_ranges(tmp_path) -> None:
    error, ranges = np.array([0.3, 0.0, 0.0, 0.0]), np.array([0.4, 0.0, 0.0, 1.0])
    drawn = simulate(plain(count_error=error, count_range=ranges, sides_counted=0.0), 1)
    rows = drawn.reports.join(drawn.incidents["victims"].rename("true"), on="incident_id")
    press = rows[(rows["source"] == "press") & (rows["true"] > 0)]
    wrong = press[press["victims"] != press["true"]]
    near(len(wrong) / len(press), 0.3, len(press))
    off = (wrong["victims"] - wrong["true"]).abs()
    assert (off == np.maximum(1, np.rint(wrong["true"] / 4))).all()
    several = wrong[wrong["true"] > 2]
    near((several["victims"] > several["true"]).mean(), 0.5, len(several))
    assert (rows.loc[rows["true"] == 0, "victims"] == 0).all()
    court = rows[rows["source"] == "court"]
    assert (court["victims"] == court["true"]).all()
    given = press["victims_low"].notna()
    near(given.mean(), 0.4, len(press))
    assert (press.loc[given, "victims_low"] <= press.loc[given, "victims"]).all()
    assert (press.loc[given, "victims_high"] > press.loc[given, "victims"]).all()
    read = read_round(write_round(drawn, tmp_path / "round", "A round")).reports
    assert not any("stretched" in note for note in read_round(tmp_path / "round").notes)
    assert read["victims"].tolist() == drawn.reports["victims"].tolist()
    assert (read["victims_high"] > read["victims"]).sum() == (
        drawn.reports["victims_high"] > drawn.reports["victims"]
    ).sum()


def test_the_dead_by_side_are_told_rightly(tmp_path) -> None:
    drawn = simulate(small_world(count_error=np.ones(4)), 1)
    rows = drawn.reports[drawn.reports["victims_by_side"] != ""]
    sides = rows["victims_by_side"].str.split("><", expand=True).astype(int).sum(axis=1)
    assert (sides == rows["victims"]).all()
    read_round(write_round(drawn, tmp_path / "round", "A round"))


def series(**changes: object) -> TotalSpec:
    """Return a series of incidents that a press feeds."""
    kept: dict[str, object] = {"series": "official", "capture": 0.6}
    return TotalSpec(**(kept | changes))  # type: ignore[arg-type]


def count(drawn: Simulated, name: str) -> pd.DataFrame:
    """Return the rows of a series."""
    assert drawn.totals is not None
    return drawn.totals[drawn.totals["series"] == name]


def test_inclusive_totals_hold_what_feeds_them() -> None:
    specs = (
        series(series="free"),
        series(series="fed", holds=("press",)),
        series(series="dead", unit="victims", capture=1.0, national=True, every="year"),
        series(series="own", organizations_only=True, capture=1.0, national=True, every="year"),
    )
    drawn = simulate(plain(totals=specs), 1)
    killings = drawn.incidents[drawn.incidents["kind"] == "homicide"]
    free, fed = count(drawn, "free"), count(drawn, "fed")
    assert list(zip(free["region"], free["period"], strict=True)) == [
        (region, period) for period in ("2023-01", "2023-02") for region in ("MX-SIN", "MX-SON")
    ]
    near(free["count"].sum() / len(killings), 0.6, len(killings))
    held = heard(drawn, "press")[(drawn.incidents["kind"] == "homicide").to_numpy()]
    near((fed["count"].sum() - held.sum()) / (~held).sum(), 0.6, int((~held).sum()))
    by_cell = killings[held].groupby(["region", "period"]).size()
    assert (fed["count"].to_numpy() >= by_cell.swaplevel().sort_index().to_numpy()).all()
    dead = count(drawn, "dead").iloc[0]
    assert dead["count"] == killings["victims"].sum()
    assert (dead["region"], dead["from"], dead["to"]) == ("MX", "2023-01-01", "2023-02-28")
    assert count(drawn, "own")["count"].item() == (killings["author"] != "other").sum()


def test_residual_totals_hold_only_what_nobody_itemised() -> None:
    specs = (
        series(series="rest", scope="residual"),
        series(series="clash", scope="residual", capture=1.0, attribution=RIVALRY),
    )
    drawn = simulate(plain(totals=specs), 1)
    table = drawn.incidents
    rest = ~table.index.isin(drawn.reports["incident_id"]) & (table["kind"] == "homicide")
    near(count(drawn, "rest")["count"].sum() / rest.sum(), 0.6, int(rest.sum()))
    clash = (rest & (table["author"] == RIVALRY)).sum()
    assert count(drawn, "clash")["count"].sum() == clash
    assert set(count(drawn, "clash")["attribution"]) == {RIVALRY}


def test_totals_are_read_with_their_series(tmp_path) -> None:
    specs = (
        series(holds=("press",), stated_capture=(0.6, 0.05)),
        series(series="yearly", every="year", unit="victims"),
    )
    drawn = simulate(plain(totals=specs), 1)
    read = read_round(write_round(drawn, tmp_path / "round", "A round"))
    assert read.settings.totals["official"]["holds"] == ["press"]
    assert set(read.settings.totals) == {"official", "yearly"}
    assert read.totals is not None
    assert drawn.totals is not None
    assert read.totals["count"].tolist() == drawn.totals["count"].tolist()


def test_totals_of_what_is_not_over_are_not_known() -> None:
    drawn = simulate(plain(totals=(series(),), as_of=dt.date(2023, 2, 10)), 1)
    assert set(count(drawn, "official")["period"]) == {"2023-01"}


def test_a_bribed_source_never_names_who_pays() -> None:
    bribe = Bribe("press", "a", "b", 0.7)
    drawn = simulate(small_world(bribes=(bribe,)), 1)
    free = simulate(small_world(), 1)
    named = drawn.reports.query("source == 'press'")
    assert not named["attribution"].map(lambda text: "a" in parse(text).organizations).any()
    before = free.reports.query("source == 'press'").set_index("incident_id")["attribution"]
    after = named.set_index("incident_id")["attribution"].reindex(before.index)
    hit = before.map(lambda text: "a" in parse(text).organizations)
    assert (after[~hit] == before[~hit]).all()
    near((after[hit] == "b").mean(), 0.7, int(hit.sum()))
    assert (after[hit & (after != "b")] == "").all()
    others = [d.reports.query("source == 'watch'")["attribution"].tolist() for d in (drawn, free)]
    assert others[0] == others[1]


def test_an_organization_on_no_roster_is_other(tmp_path) -> None:
    world = small_world(
        unlisted=("b",),
        contenders=("a", "c"),
        rivalries=("a><c", "a+c"),
        set_size=np.tile([0.7, 0.3], (4, 1)),
    )
    drawn = simulate(world, 1)
    assert (drawn.incidents["author"] == "b").any()
    text = set(drawn.reports["attribution"])
    assert not any("b" in parse(said).organizations for said in text)
    assert "a|other" in text
    rows = of_source(drawn, "press").query("author == 'b' and attribution != ''")
    alone = rows["attribution"].map(lambda said: "|" not in said)
    near((rows.loc[alone, "attribution"] == "other").mean(), 0.7 + 0.3 * 0.1 / 0.8, alone.sum())
    pieces = drawn.pieces.set_index("incident_id")
    mine = drawn.incidents.index[drawn.incidents["author"] == "b"]
    assert (pieces.loc[mine, "organization"] == "other").all()
    read = read_round(write_round(drawn, tmp_path / "round", "A round"))
    assert list(read.organizations.index) == ["a", "c", "d"]


def test_without_other_a_stranger_has_no_name() -> None:
    world = replace(
        small_world(unlisted=("b",), contenders=("a", "c")),
        has_other=False,
        rivalries=(),
        rate=np.full((4, 2, 2, 2), 100.0),
        size=small_world().size[:4],
        unknown=np.zeros((4, 4)),
        blame=np.full(4, 0.25),
        split=np.zeros(0),
    )
    drawn = simulate(world, 1)
    press = of_source(drawn, "press").query("author == 'b'")
    near((press["attribution"] == "").mean(), 0.7 * 0.8, len(press))
    assert (drawn.reports.query("source == 'list'")["attribution"] != "").all()


@pytest.mark.parametrize("roll_up", [True, False])
def test_a_splinter_is_scored_where_the_round_says(tmp_path, roll_up: bool) -> None:
    rate = np.full((7, 2, 2, 2), 60.0)
    rate[1, :, 0] = 0.0
    splinter = Splinter("b", "a", dt.date(2023, 2, 1), roll_up)
    world = small_world(rate=rate, splinters=(splinter,))
    drawn = simulate(world, 1)
    folder = write_round(drawn, tmp_path / "round", "A round")
    read = read_round(folder)
    row = read.organizations.loc["b"]
    assert (row["parent"], row["relation"], bool(row["roll_up"])) == ("a", "splinter_of", roll_up)
    assert row["active_from"] == pd.Timestamp(2023, 2, 1)
    assert read.contenders() == (("a", "c") if roll_up else ("a", "b", "c"))
    alone = simulate(small_world(rate=rate), 1)
    pieces = alone.pieces[alone.incidents.loc[alone.pieces["incident_id"], "in_window"].to_numpy()]
    own = pieces.groupby("organization")["incidents"].sum()
    true = drawn.truth(RUBRIC)["incidents"]
    assert isinstance(true, dict)
    expected = {"a": own["a"] + own["b"]} if roll_up else {"a": own["a"], "b": own["b"]}
    assert expected.items() <= true.items()
    assert ("b" in true) != roll_up
    assert not drawn.pieces.duplicated(["incident_id", "organization"]).any()


def test_an_ambiguous_name_stands_for_its_organizations(tmp_path) -> None:
    spec = AmbiguousName("los-aliados", ("a", "b"), (0.75, 0.25), use=0.6)
    drawn = simulate(small_world(ambiguous=(spec,)), 1)
    free = simulate(small_world(), 1)
    before, after = free.reports["attribution"], drawn.reports["attribution"]
    for name, chance in (("a", 0.6), ("b", 0.2)):
        near((after[before == name] == "los-aliados").mean(), chance, int((before == name).sum()))
    kept = ~before.isin(["a", "b"])
    assert (after[kept] == before[kept]).all()
    folder = write_round(drawn, tmp_path / "round", "A round")
    assert (folder / "mappings.csv").read_text() == (
        "name,organization,probability,from,to\nlos-aliados,a,0.75,,\nlos-aliados,b,0.25,,\n"
    )


def test_events_and_rivalries_are_written(tmp_path) -> None:
    weight = np.zeros((4, 4))
    weight[0, 2] = weight[2, 0] = 0.5
    event = Event(dt.date(2023, 1, 15), "announcement", "a")
    drawn = simulate(plain(rivalry_weight=weight, events=(event,)), 1)
    folder = write_round(drawn, tmp_path / "round", "A round")
    assert (folder / "rivalries.csv").read_text() == (
        "organization,other,weight,from,to\na,c,0.5,,\n"
    )
    assert (folder / "events.csv").read_text() == (
        "date,type,organization,region\n2023-01-15,announcement,a,\n"
    )
    assert read_round(folder).contenders() == ("a", "b", "c")
    assert drawn.reports.equals(simulate(plain(), 1).reports), "they change nothing by themselves"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"claim": np.ones((7, 9)) / 9}, r"asks? for \(7, 7\) or \(7, 8\) or \(1, 1, 7, 7\)"),
        ({"silencing": np.zeros((4, 6))}, r"ask for \(4, 7\) or \(4, 7, 2\)"),
        ({"copying": np.array([0.5])}, r"world.copying has shape \(1,\)"),
        ({"never_visible": np.full(7, 1.5)}, "world.never_visible has values outside"),
        ({"noise_sd": -1.0}, "noise_sd is negative"),
        ({"rate_tail": 1.0}, "rate_tail is not above 1"),
        ({"low_share": 1.0}, "low_share is not inside"),
        ({"group_visibility": np.ones(4)}, "source without a group"),
        ({"delay": np.zeros((4, 2))}, "delay has a shape that is not above 0"),
        ({"bribes": (Bribe("radio", "a", "b"),)}, "names 'radio'; choices: press, list"),
        ({"splinters": (Splinter("b", "x", dt.date(2023, 1, 1)),)}, "world.splinters names 'x'"),
        (
            {"splinters": tuple(Splinter(*p, dt.date(2023, 1, 1)) for p in ("ab", "ba"))},
            "'a' descends from itself",
        ),
        ({"unlisted": ("a",)}, "'a' stands in a rivalry"),
        ({"unlisted": ("b",)}, "'b' is a contender"),
        ({"ambiguous": (AmbiguousName("x", ("a",), (1.0,)),)}, "needs two organizations or more"),
        ({"totals": (series(kind="threat"),)}, "counts kind 'threat', which the world lacks"),
        ({"totals": (series(), series())}, "'official' is declared twice"),
        ({"events": (Event(dt.date(2023, 1, 1), "party"),)}, "choices: announcement, enforcement"),
    ],
)
def test_structures_that_do_not_fit_are_refused(changes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(small_world(**changes), 1)
