"""Worlds that strain the model: each structure is what it says, alone and among the others."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.framing import (
    Campaign,
    announced,
    by_cell,
    false_flags,
    framed,
    next_period,
    rivals,
)
from dtoscore.data.readers import read_round
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.scenarios import (
    STUDIED,
    chorus_world,
    retold,
    silent_cartel,
    splinter_world,
    strained_world,
    worst_expected,
)
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import Simulated, write_round
from dtoscore.data.strains import Strains, by_author, habits_changed
from dtoscore.data.terrain import off_the_roster, splintered, territorial
from dtoscore.data.world import World
from dtoscore.data.worldparts import Event
from dtoscore.data.worlds import national_world
from test_simulate import near


def share_reported(drawn: Simulated, source: str, chosen: pd.Series) -> float:
    """Return the share of some incidents that a source reports."""
    ids = drawn.reports.loc[drawn.reports["source"] == source, "incident_id"]
    return float(drawn.incidents.index[chosen].isin(ids).mean())


def test_a_strained_world_is_of_moderate_size(tmp_path) -> None:
    world = strained_world(1)
    assert (len(world.organizations), len(world.regions), len(world.periods)) == (6, 8, 12)
    assert world.rate.sum() == pytest.approx(1200.0)
    assert [spec.group for spec in world.sources] == [*["north"] * 2, *["south"] * 2, None, None]
    assert [spec.type for spec in world.sources[-2:]] == ["government", "adjudicated"]
    drawn = simulate(world, 1)
    assert len(read_round(write_round(drawn, tmp_path / "round", "A round")).reports) > 1000


@pytest.mark.parametrize("name", STUDIED)
def test_every_strained_world_is_a_round(tmp_path, name: str) -> None:
    world = strained_world(2, **STUDIED[name])
    drawn = simulate(world, 2)
    read = read_round(write_round(drawn, tmp_path / "round", "A round"))
    assert read.contenders() == world.contenders
    on = {"silencing": world.silencing, "framing": world.claim}
    on |= {"copying": world.copying, "delay": world.delay}
    for structure, value in on.items():
        assert (value is not None) == (name in (structure, "all")), structure
    late = name in ("delay", "all")
    assert (read.settings.as_of - world.window[1]).days == (10 if late else 60)


def test_structures_leave_the_rest_as_it_was() -> None:
    base, strained = strained_world(3), strained_world(3, **STUDIED["all"])
    for field in ("rate", "detection", "visibility", "right", "blame"):
        assert np.array_equal(getattr(base, field), getattr(strained, field)), field
    columns = ["author", "date", "victims", "z"]
    one, other = (
        simulate(w, 3).incidents[columns] for w in (base, replace(base, copying=np.ones(2)))
    )
    assert one.equals(other)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_courts_report_the_share_they_are_asked_for(share: float) -> None:
    world = strained_world(4, adjudicated=share, incidents=20_000.0)
    drawn = simulate(world, 4)
    found = drawn.reports.query("source == 'courts'")["incident_id"].nunique()
    near(found / len(drawn.incidents) / 0.98, share, len(drawn.incidents))
    assert len(strained_world(4, adjudicated=0.0).sources) == 5


def test_silencing_has_the_spread_it_is_asked_for() -> None:
    worlds = [strained_world(seed, silencing_sd=0.8) for seed in range(60)]
    gamma = np.array([w.silencing[0, :6] for w in worlds if w.silencing is not None])
    assert abs(gamma.std() - 0.8) < 4 * 0.8 / np.sqrt(2 * gamma.size)
    first = worlds[0].silencing
    assert first is not None
    assert (first[:4] == first[0]).all(), "all the press alike"
    assert (first[4:] == 0).all(), "the list and the courts hear"
    assert (first[0] == by_author(worlds[0], first[0, :6])).all()


def test_rivalries_are_silenced_as_their_members_are_on_average() -> None:
    world = national_world(1, organizations=3, rivalries=1)
    left, right = (world.organizations.index(n) for n in world.rivalries[0].split("><"))
    given = np.array([1.0, 2.0, 4.0])
    value = by_author(world, given)
    assert value[3] == 0.0
    assert value[4] == (given[left] + given[right]) / 2
    assert (value[:3] == given).all()


def test_framing_presents_rivals() -> None:
    world = strained_world(5, framing=0.15, incidents=20_000.0)
    drawn = simulate(world, 5)
    own = drawn.incidents[drawn.incidents["author"].isin(world.organizations)]
    false = own[own["claim"] != own["author"]]
    near(len(false) / len(own), 0.15, len(own))
    weight = rivals(world)
    chosen = false[false["author"] == world.organizations[0]]
    for other, name in enumerate(world.organizations):
        share = weight[0, other] / weight[0].sum()
        near((chosen["claim"] == name).mean(), share, len(chosen))
    clash = drawn.incidents[drawn.incidents["author"] == world.rivalries[0]]
    near((clash["claim"] != clash["author"]).mean(), 0.15, len(clash))
    assert set(clash["claim"]) == {world.rivalries[0], *world.rivalries[0].split("><")}
    other = drawn.incidents[drawn.incidents["author"] == "other"]
    assert (other["claim"] == "other").all()


def test_rivals_are_those_who_clash_or_meet() -> None:
    weight = rivals(strained_world(6))
    assert (weight == weight.T).all()
    assert (np.diag(weight) == 0).all()
    world = strained_world(6)
    pairs = [text.split("><") for text in world.rivalries]
    at = world.organizations.index
    assert all(weight[at(a), at(b)] > 1 for a, b in pairs)
    assert (weight > 1).sum() == 2 * len(pairs)


def test_shares_of_framing_may_scatter() -> None:
    worlds = [strained_world(s, framing=0.1, framing_spread=10.0) for s in range(60)]
    right = np.array([np.diag(w.claim)[:6] for w in worlds if w.claim is not None])
    assert abs(right.mean() - 0.9) < 4 * np.sqrt(0.09 / 11 / right.size)
    assert abs(right.var() / (0.09 / 11) - 1) < 0.35


def test_nobody_can_tell_at_the_share_given() -> None:
    world = framed(strained_world(7, incidents=10_000.0), 0.0, nobody=0.2)
    claims = simulate(world, 7).incidents["claim"]
    near((claims == "").mean(), 0.2, len(claims))


def test_only_who_is_present_can_be_framed() -> None:
    world = framed(territorial(strained_world(8, incidents=10_000.0), 0.1), 0.3)
    assert world.presence is not None
    drawn = simulate(world, 8).incidents
    rows = drawn[drawn["claim"].isin(world.organizations)]
    at, where = world.organizations.index, world.regions.index
    assert all(
        world.presence[at(claim), where(region)]
        for claim, region in zip(rows["claim"], rows["region"], strict=True)
    )
    assert (rows["claim"] != rows["author"]).any()


def test_territories_are_kept() -> None:
    free = strained_world(9)
    world = territorial(free, 0.1)
    assert world.presence is not None
    assert 0 < world.presence.mean() < 1
    away = world.rate[:6].sum(axis=(2, 3))[~world.presence]
    assert (away == 0).all()
    kept = world.rate.sum(axis=(1, 2, 3))[:7]
    assert kept == pytest.approx(free.rate.sum(axis=(1, 2, 3))[:7])
    members = [text.split("><") for text in world.rivalries]
    at = world.organizations.index
    for row, (a, b) in enumerate(members, start=7):
        both = world.presence[at(a)] & world.presence[at(b)]
        assert (world.rate[row].sum(axis=(1, 2))[~both] == 0).all()


def test_an_event_changes_habits_from_the_next_period_on(tmp_path) -> None:
    base = framed(strained_world(10), 0.15)
    name = base.organizations[0]
    event = Event(dt.date(2023, 6, 15), "announcement", name)
    world = announced(base, event, silencing=-1.0, framing=2.0)
    begin = next_period(base, event.date)
    assert base.periods[begin][0] == dt.date(2023, 7, 1)
    claim = by_cell(world)
    false = 1.0 - claim[:, :, 0, 0]
    assert false[:, :begin] == pytest.approx(0.15)
    assert false[:, begin:] == pytest.approx(0.30)
    assert claim.sum(axis=-1) == pytest.approx(1.0)
    assert claim[:, :, 1:] == pytest.approx(by_cell(base)[:, :, 1:])
    assert world.silencing is not None
    assert (world.silencing[:4, 0, begin:] == -1.0).all()
    world.silencing[:4, 0, begin:] = 0.0
    assert not world.silencing.any()
    folder = write_round(simulate(world, 10), tmp_path / "round", "A round")
    assert f"2023-06-15,announcement,{name}," in (folder / "events.csv").read_text()


def test_an_announcement_names_everybody_where_it_names_nobody() -> None:
    base = framed(strained_world(10), 0.15)
    event = Event(dt.date(2023, 6, 30), region=base.regions[2])
    claim = by_cell(announced(base, event, framing=3.0))
    false = 1.0 - claim[:, :, range(6), range(6)]
    assert false[2, 6:] == pytest.approx(0.45)
    assert np.delete(false, 2, axis=0) == pytest.approx(0.15)


def test_two_false_flag_campaigns() -> None:
    base = strained_world(11, incidents=20_000.0)
    a, b, c = base.organizations[:3]
    campaigns = (
        Campaign(a, b, base.regions[:3], 4, 6, 0.8),
        Campaign(c, a, base.regions[4:], 9, 11, 0.6),
    )
    drawn = simulate(false_flags(base, campaigns), 11).incidents
    for one in campaigns:
        own = drawn[drawn["author"] == one.organization]
        there = own["region"].isin(one.regions) & own["period"].between(one.first, one.last)
        near((own.loc[there, "claim"] == one.blamed).mean(), one.share, int(there.sum()))
        assert (own.loc[~there, "claim"] == one.organization).all()


def test_a_source_changes_its_habits_in_mid_window() -> None:
    base = strained_world(12, incidents=10_000.0)
    world = habits_changed(base, "federal-list", dt.date(2023, 10, 31), -2.0)
    assert world.habits is not None
    assert world.habits[4].tolist() == [0.0] * 10 + [-2.0] * 2
    drawn, free = simulate(world, 12), simulate(base, 12)
    late = drawn.incidents["period"] >= 10
    assert share_reported(drawn, "federal-list", ~late) == share_reported(
        free, "federal-list", ~late
    )
    assert share_reported(drawn, "federal-list", late) < 0.5 * share_reported(
        free, "federal-list", late
    )


def test_an_organization_that_nobody_lists_acts_as_other(tmp_path) -> None:
    base = strained_world(13, rivalries=0)
    name = base.organizations[2]
    world = off_the_roster(base, name)
    drawn, free = simulate(world, 13), simulate(base, 13)
    read = read_round(write_round(drawn, tmp_path / "round", "A round"))
    assert name not in read.organizations.index
    rubric = default_rubric()
    true, listed = (pd.Series(d.truth(rubric)["score"]) for d in (drawn, free))
    assert true["other"] == pytest.approx(listed["other"] + listed[name])
    assert name not in true.index


def test_the_press_does_not_hear_the_silent_cartel() -> None:
    heard, mute = silent_cartel(14, 0.0), silent_cartel(14)
    worst = worst_expected(mute)
    drawn, free = simulate(mute, 14), simulate(heard, 14)
    own = drawn.incidents["author"] == worst
    for source in ("north-press", "centre-press", "south-press"):
        assert share_reported(drawn, source, own) < 0.5 * share_reported(free, source, own)
        assert share_reported(drawn, source, ~own) == share_reported(free, source, ~own)
    assert share_reported(drawn, "federal-list", own) == share_reported(free, "federal-list", own)
    rubric = default_rubric()
    assert drawn.truth(rubric) == free.truth(rubric), "silence hides, and changes nothing"


def test_ten_copies_say_one_name(tmp_path) -> None:
    world = chorus_world(15)
    drawn = simulate(world, 15)
    chorus = [spec.id for spec in world.sources if spec.group == "chorus"]
    assert len(chorus) == 10
    named = drawn.reports[drawn.reports["source"].isin(chorus)].query("attribution != ''")
    assert named.groupby("incident_id")["attribution"].nunique().max() == 1
    some = drawn.incidents.index[drawn.incidents["in_window"]][:5]
    changed = retold(drawn, some, chorus, world.organizations[0])
    rows = changed.reports[changed.reports["incident_id"].isin(some)]
    rows = rows[rows["source"].isin(chorus)]
    assert len(rows) == 50
    assert set(rows["attribution"]) == {world.organizations[0]}
    rest = changed.reports["incident_id"].isin(some) & changed.reports["source"].isin(chorus)
    assert changed.reports[~rest]["report_id"].isin(drawn.reports["report_id"]).all()
    read = read_round(write_round(changed, tmp_path / "round", "A round"))
    assert len(read.reports) == len(changed.reports)


def window_scores(world: World, seed: int) -> pd.Series:
    """Return the true scores of a world's round."""
    return pd.Series(simulate(world, seed).truth(default_rubric())["score"])


def test_a_planted_splinter_is_scored_under_its_parent_or_by_itself(tmp_path) -> None:
    alone, rolled = (splinter_world(16, roll_up=choice) for choice in (False, True))
    splinter = alone.splinters[0]
    assert alone.window[0] < splinter.date <= alone.window[1]
    own, under = window_scores(alone, 16), window_scores(rolled, 16)
    assert under[splinter.parent] == pytest.approx(
        own[splinter.parent] + own[splinter.organization]
    )
    assert splinter.organization not in under.index
    drawn = simulate(rolled, 16)
    acts = drawn.incidents[drawn.incidents["author"] == splinter.organization]
    assert acts["date"].min() >= pd.Timestamp(splinter.date)
    named = drawn.reports[drawn.reports["attribution"] == splinter.organization]
    assert named["date"].min() >= pd.Timestamp(splinter.date)
    read = read_round(write_round(drawn, tmp_path / "round", "A round"))
    assert splinter.organization not in set(read.reports["attribution"])
    assert splinter.organization not in read.contenders()


def test_a_splinter_takes_its_share_and_is_claimed_late() -> None:
    base = strained_world(17, incidents=20_000.0, rivalries=0)
    parent, child = base.organizations[:2]
    date = base.periods[6][0]
    world = splintered(base, parent, child, date, share=0.4, late=0.25)
    both = world.rate[0] + world.rate[1]
    assert both == pytest.approx(base.rate[0])
    drawn = simulate(world, 17).incidents
    own = drawn[(drawn["author"].isin([parent, child])) & (drawn["period"] >= 6)]
    near((own["author"] == child).mean(), 0.4, len(own))
    late = own[own["author"] == child]
    near((late["claim"] == parent).mean(), 0.25, len(late))
    with pytest.raises(ValueError, match="no period of the world begins on 2023-07-02"):
        splintered(base, parent, child, dt.date(2023, 7, 2))


def test_a_national_round_takes_strains() -> None:
    strains = Strains(
        silencing_sd=0.8,
        framing=0.15,
        nobody=0.1,
        delay_days=30.0,
        low_share=0.3,
        never_visible=0.1,
        noise_sd=0.3,
        own_noise_sd=0.2,
        rate_tail=3.0,
        count_error=0.1,
        count_range=0.2,
        least_presence=0.02,
    )
    world = national_world(1, strains=strains)
    drawn = simulate(world, 1)
    assert world.low_share == 0.3
    assert world.rate_tail == 3.0
    near((~drawn.incidents["visible"]).mean(), 0.1, len(drawn.incidents))
    assert (drawn.reports["published"] <= pd.Timestamp(drawn.as_of)).all()
    assert world.as_of == world.window[1] + dt.timedelta(days=10)
    assert national_world(1, strains=Strains()).claim is None


def test_the_press_is_one_group_where_there_is_none() -> None:
    world = national_world(1, strains=Strains(copying=1.0, group_visibility=0.5))
    assert world.groups == ("press",)
    assert world.group_visibility is not None
    assert world.group_visibility.tolist() == [0.5, 0.5, 0.0, 0.0, 0.0]
    reports = simulate(world, 1).reports
    named = reports[reports["source"].str.endswith("press") & (reports["attribution"] != "")]
    assert named["incident_id"].duplicated().any()
    assert named.groupby("incident_id")["attribution"].nunique().max() == 1
