"""The simulator against the probabilities of its world, its files, and its own truth."""

import datetime as dt
import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.attribution import parse
from dtoscore.data.errors import InputError
from dtoscore.data.folder import csv_text
from dtoscore.data.readers import read_round
from dtoscore.data.rubric import Kind, Rubric
from dtoscore.data.rubrics import default_rubric
from dtoscore.data.simulate import simulate
from dtoscore.data.simulated import Simulated, write_round
from dtoscore.data.world import LARGEST_EVENT, SIZES, SourceSpec, World
from dtoscore.data.worlds import demo_world, national_world
from rounds import COLUMNS
from scipy.special import expit

RUBRIC = Rubric(
    "test",
    (Kind("homicide", {}, "victims", 1.0), Kind("terrorism", {}, "incidents", 3.0)),
    {"journalist": 2.0},
)
RIVALRY, COALITION = "a+b><c", "a+c"
AUTHORS = ("a", "b", "c", "d", "other", RIVALRY, COALITION)
BY_NAME = {name: position for position, name in enumerate(AUTHORS)}
SPLIT = 0.3


def small_world(**changes: object) -> World:
    """Four organizations, "other", a rivalry with a coalition in it, a coalition alone."""
    sources = (
        SourceSpec("press"),
        SourceSpec("list", type="government", coverage="attributed_only"),
        SourceSpec("watch", type="ngo", coverage="contenders_only", regions=("MX-SIN",)),
        SourceSpec("court", type="adjudicated"),
    )
    base = World(
        organizations=("a", "b", "c", "d"),
        contenders=("a", "b", "c"),
        has_other=True,
        rivalries=(RIVALRY, COALITION),
        regions=("MX-SIN", "MX-SON"),
        periods=(
            (dt.date(2023, 1, 1), dt.date(2023, 1, 31)),
            (dt.date(2023, 2, 1), dt.date(2023, 2, 28)),
        ),
        window=(dt.date(2023, 2, 1), dt.date(2023, 2, 28)),
        kinds=("homicide", "terrorism"),
        sources=sources,
        rate=np.full((7, 2, 2, 2), 400.0),
        size=np.tile([0.1, 0.4, 0.3, 0.15, 0.05], (7, 2, 2, 1)),
        victims_in_bin=(np.array([0.8, 0.2]), np.array([0.4, 0.3, 0.2, 0.1])),
        tail=1.5,
        detection=np.zeros((4, 2, 2, 5)) + 0.5 * np.arange(5),
        visibility=np.array([1.0, 0.5, 0.0, 0.0]),
        right=np.array([0.7, 0.8, 0.9, 0.95]),
        unknown=np.tile([[0.5], [0.3], [0.2], [0.1]], (1, 7)),
        blame=np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05]),
        one_sided=np.array([0.2, 0.1, 0.0, 1.0]),
        split=np.array([SPLIT, 1.0]),
        set_size=np.array([[0.8, 0.15, 0.05]] * 4),
        sides_counted=0.5,
        victim_classes=("journalist", "unknown"),
        victim_class=np.array([[0.1, 0.9], [0.3, 0.7]]),
    )
    return replace(base, **changes)


@pytest.fixture(scope="module")
def drawn() -> Simulated:
    return simulate(small_world(), 1)


def near(found: float, expected: float, n: int) -> None:
    """Compare a share with its probability, within four standard errors."""
    error = np.sqrt(max(expected * (1 - expected), 1e-12) / n)
    assert abs(found - expected) <= 4 * error + 1e-12, (found, expected, n)


def of_source(drawn: Simulated, source: str) -> pd.DataFrame:
    """Return the reports of a source with what truly happened beside them."""
    rows = drawn.reports[drawn.reports["source"] == source]
    true = drawn.incidents[["author", "size", "z", "by_first", "by_second"]]
    return rows.join(true, on="incident_id")


def test_counts_are_poisson(drawn: Simulated) -> None:
    counts = drawn.incidents.groupby(["author", "region", "period", "kind"]).size()
    assert len(counts) == 7 * 2 * 2 * 2
    assert abs(counts.mean() - 400) < 4 * 20 / np.sqrt(len(counts))
    assert 0.5 < counts.var() / 400 < 1.7


def test_sizes_and_victims_follow_their_bins(drawn: Simulated) -> None:
    table = drawn.incidents
    for size, share in zip(SIZES, (0.1, 0.4, 0.3, 0.15, 0.05), strict=True):
        near((table["size"] == size).mean(), share, len(table))
    ranges = {"0": (0, 0), "1": (1, 1), "2-3": (2, 3), "4-7": (4, 7), "8+": (8, LARGEST_EVENT)}
    for size, (low, high) in ranges.items():
        assert table.loc[table["size"] == size, "victims"].between(low, high).all()
    two = table.loc[table["size"] == "2-3", "victims"]
    near((two == 2).mean(), 0.8, len(two))
    large = table.loc[table["size"] == "8+", "victims"]
    numbers = np.arange(8, LARGEST_EVENT + 1) ** -2.5
    near((large == 8).mean(), numbers[0] / numbers.sum(), len(large))
    terror = table[table["kind"] == "terrorism"]
    near((terror["victim_class"] == "journalist").mean(), 0.3, len(terror))


def test_visibility_is_standard_normal_and_shared(drawn: Simulated) -> None:
    z = drawn.incidents["z"]
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * len(z))
    press = drawn.incidents.index.isin(of_source(drawn, "press")["incident_id"])
    logit = 0.5 * drawn.incidents["size"].map(SIZES.index) + z
    near(press.mean(), expit(logit).mean(), len(z))
    bright = z > 1
    near(press[bright].mean(), expit(logit[bright]).mean(), int(bright.sum()))


def test_a_source_reports_only_where_it_looks(drawn: Simulated) -> None:
    assert set(of_source(drawn, "watch")["region"]) == {"MX-SIN"}


def test_attributed_only_lists_what_it_attributes(drawn: Simulated) -> None:
    rows = of_source(drawn, "list")
    assert (rows["attribution"] != "").all()
    detection = expit(0.5 * drawn.incidents["size"].map(SIZES.index) + 0.5 * drawn.incidents["z"])
    near(len(rows) / len(drawn.incidents), 0.7 * detection.mean(), len(drawn.incidents))


def test_organizations_only_takes_no_organization_for_other() -> None:
    """What it lists of an organization is what it attributes; of ``other`` nothing."""
    sources = list(small_world().sources)
    sources[1] = replace(sources[1], coverage="organizations_only")
    drawn = simulate(small_world(sources=tuple(sources), set_size=np.tile([1.0, 0.0], (4, 1))), 3)
    rows = of_source(drawn, "list")
    assert not set(rows["attribution"]) & {"", "other"}
    incidents = drawn.incidents
    share = rows["author"].value_counts() / incidents["author"].value_counts()
    visible = (0.5 * incidents["size"].map(SIZES.index) + 0.5 * incidents["z"]).map(expit)
    detection = visible.groupby(incidents["author"]).mean()
    n = incidents["author"].value_counts()
    near(share["a"], 0.7 * detection["a"], n["a"])
    assert "other" not in share.dropna(), "what it takes for nobody's it leaves out"


def test_contenders_only_lists_what_names_a_contender(drawn: Simulated) -> None:
    named = of_source(drawn, "watch")["attribution"].map(lambda t: set(parse(t).organizations))
    assert named.map(lambda names: bool(names & {"a", "b", "c"})).all()
    assert any("d" in names for names in named), "a set may hold others beside a contender"


def test_statements_of_a_lone_author() -> None:
    drawn = simulate(small_world(set_size=np.tile([1.0, 0.0], (4, 1))), 2)
    rows = of_source(drawn, "press").query("author == 'a'")
    said = rows["attribution"]
    near((said == "").mean(), 0.5, len(rows))
    naming = said[said != ""]
    near((naming == "a").mean(), 0.7, len(naming))
    near((naming == "b").mean(), 0.3 * 0.2 / 0.6, len(naming))
    near((naming == RIVALRY).mean(), 0.3 * 0.05 / 0.6, len(naming))


def test_statements_of_a_rivalry() -> None:
    drawn = simulate(small_world(set_size=np.tile([1.0, 0.0], (4, 1))), 3)
    press = of_source(drawn, "press").query("author == @RIVALRY and attribution != ''")
    near((press["attribution"] == RIVALRY).mean(), 0.7 * 0.8, len(press))
    near((press["attribution"] == "a+b").mean(), 0.7 * 0.2 * SPLIT, len(press))
    wrong = 0.3 * 0.1 / 0.95
    near((press["attribution"] == "c").mean(), 0.7 * 0.2 * (1 - SPLIT) + wrong, len(press))
    court = of_source(drawn, "court").query("author == @RIVALRY and attribution != ''")
    assert (court["attribution"] != RIVALRY).all(), "an adjudicated source names the side"
    near((court["attribution"] == "a+b").mean(), 0.95 * SPLIT, len(court))


def test_sets_hold_the_name_and_others_evenly() -> None:
    world = small_world(right=np.ones(4), rivalries=(), **lone_axes())
    drawn = simulate(world, 4)
    rows = of_source(drawn, "press").query("author == 'a' and attribution != ''")
    members = rows["attribution"].map(lambda text: parse(text).organizations)
    assert members.map(lambda names: "a" in names).all()
    for size, share in ((1, 0.8), (2, 0.15), (3, 0.05)):
        near((members.map(len) == size).mean(), share, len(rows))
    pairs = members[members.map(len) == 2]
    for name in ("b", "c", "d", "other"):
        near(pairs.map(lambda names, name=name: name in names).mean(), 0.25, len(pairs))


def lone_axes() -> dict[str, object]:
    """Return the arrays of the small world without its rivalries."""
    world = small_world()
    return {
        "rate": world.rate[:5],
        "size": world.size[:5],
        "unknown": world.unknown[:, :5],
        "blame": world.blame[:5],
        "split": np.zeros(0),
    }


def test_claim_is_shared_and_unseen_by_the_court() -> None:
    claim = np.eye(7)
    claim[0] = claim[0] * 0.6 + 0.4 * np.eye(7)[1]
    world = small_world(
        claim=claim, right=np.ones(4), unknown=np.zeros((4, 7)), set_size=np.ones((4, 1))
    )
    drawn = simulate(world, 5)
    rows = drawn.incidents.query("author == 'a'")
    near((rows["claim"] == "b").mean(), 0.4, len(rows))
    reports = drawn.reports.join(drawn.incidents[["author", "claim"]], on="incident_id")
    lone = reports[reports["author"].isin(["a", "b", "c", "d", "other"])]
    court = lone["source"] == "court"
    assert (lone.loc[court, "attribution"] == lone.loc[court, "author"]).all()
    assert (lone.loc[~court, "attribution"] == lone.loc[~court, "claim"]).all()


def test_confusion_replaces_right_and_blame() -> None:
    confusion = np.tile(np.eye(7), (4, 1, 1))
    confusion[0, 0] = [0.2, 0.0, 0.0, 0.8, 0.0, 0.0, 0.0]
    world = small_world(confusion=confusion, set_size=np.ones((4, 1)))
    rows = of_source(simulate(world, 6), "press").query("author == 'a' and attribution != ''")
    near((rows["attribution"] == "d").mean(), 0.8, len(rows))
    assert set(rows["attribution"]) == {"a", "d"}


def test_deaths_by_side_have_their_direction(drawn: Simulated) -> None:
    rows = drawn.reports[drawn.reports["victims_by_side"] != ""]
    assert (rows["attribution"] == RIVALRY).all()
    true = drawn.incidents.loc[rows["incident_id"]]
    assert (true["author"] == RIVALRY).all()
    of_first = rows["victims_by_side"].str.split("><").str[0].astype(int).to_numpy()
    assert (of_first == true["by_second"].to_numpy()).all(), "deaths of a side are the other's"
    named = drawn.reports.query("attribution == @RIVALRY and source == 'press'")
    named = named[named["incident_id"].map(drawn.incidents["author"]) == RIVALRY]
    near((named["victims_by_side"] != "").mean(), 0.5, len(named))


def test_deaths_by_side_follow_the_split(drawn: Simulated) -> None:
    clashes = drawn.incidents.query("author == @RIVALRY and victims > 1")
    counted = clashes.index.isin(
        drawn.reports.loc[drawn.reports["victims_by_side"] != "", "incident_id"]
    )
    share = clashes["by_first"] / clashes["victims"]
    for chosen in (counted, ~counted):
        error = share[chosen].std() / np.sqrt(chosen.sum())
        assert abs(share[chosen].mean() - SPLIT) < 4 * error
    two = clashes["victims"] == 2
    together = share.isin([0.0, 1.0])
    binomial = SPLIT**2 + (1 - SPLIT) ** 2
    near(together[two & ~counted].mean(), binomial, int((two & ~counted).sum()))
    clumped = binomial + 2 * SPLIT * (1 - SPLIT) / 6  # intra-class correlation 1 / (5 + 1)
    near(together[two & counted].mean(), clumped, int((two & counted).sum()))


def test_clashes_told_by_side_may_differ_from_the_rest() -> None:
    drawn = simulate(small_world(told_split=np.array([0.8, 1.0])), 3)
    clashes = drawn.incidents.query("author == @RIVALRY and victims > 0")
    counted = clashes.index.isin(
        drawn.reports.loc[drawn.reports["victims_by_side"] != "", "incident_id"]
    )
    share = clashes["by_first"] / clashes["victims"]
    for chosen, expected in ((counted, 0.8), (~counted, SPLIT)):
        error = share[chosen].std() / np.sqrt(chosen.sum())
        assert abs(share[chosen].mean() - expected) < 4 * error


def test_pieces_add_up_to_the_incidents(drawn: Simulated) -> None:
    whole = drawn.pieces.groupby("incident_id")[["incidents", "victims"]].sum()
    assert (whole["incidents"] == 1).all()
    assert whole["victims"].equals(drawn.incidents["victims"].rename("victims"))
    lone = drawn.incidents["author"].isin(["a", "b", "c", "d", "other"])
    parts = drawn.pieces.set_index("incident_id")
    authors = drawn.incidents.loc[lone, "author"]
    assert (parts.loc[authors.index, "organization"] == authors).all()
    clash = parts.loc[drawn.incidents.index[drawn.incidents["author"] == RIVALRY]]
    near(
        clash.query("organization == 'c'")["incidents"].sum() / clash["incidents"].sum(),
        1 - SPLIT,
        int(clash["incidents"].sum()),
    )


def test_a_coalition_shares_alike_in_every_incident() -> None:
    shares = []
    for seed in range(60):
        drawn = simulate(small_world(rate=np.full((7, 2, 2, 2), 3.0)), seed)
        rows = drawn.pieces.set_index("incident_id")
        mine = rows.loc[drawn.incidents.index[drawn.incidents["author"] == COALITION]]
        shares.append(mine.query("organization == 'a'")["victims"].sum() / mine["victims"].sum())
    assert abs(np.mean(shares) - 0.5) < 4 * np.sqrt(1 / 12 / 60)
    assert np.std(shares) > 0.2, "Dirichlet(1), once a coalition: uniform, not one half"


def test_truth_is_a_recount(drawn: Simulated) -> None:
    true = drawn.truth(RUBRIC)
    table = drawn.pieces.join(
        drawn.incidents[["kind", "victim_class", "victims", "in_window"]],
        on="incident_id",
        suffixes=("", "_all"),
    )
    scores = dict.fromkeys([*drawn.world.organizations, "other"], 0.0)
    counts = dict.fromkeys(scores, 0)
    for row in table[table["in_window"]].itertuples():
        amount = row.victims if row.kind == "homicide" else 3.0 * row.incidents
        amount *= 2.0 if row.victim_class == "journalist" else 1.0
        scores[row.organization] += amount * (2.0 if row.victims_all >= 8 else 1.0)
        counts[row.organization] += row.incidents
    assert true["score"] == pytest.approx(scores)
    assert true["incidents"] == counts
    assert true["worst"] == max(("a", "b", "c"), key=scores.__getitem__)


def test_truth_of_places_leaves_other_out(drawn: Simulated) -> None:
    """Recounted incident by incident; by region it adds up to the organizations' scores."""
    true = drawn.truth(RUBRIC)
    scores = dict.fromkeys(drawn.world.regions, 0.0)
    for piece in drawn.pieces.itertuples():
        one = drawn.incidents.loc[piece.incident_id]
        if piece.organization == "other" or not one["in_window"]:
            continue
        amount = piece.victims if one["kind"] == "homicide" else 3.0 * piece.incidents
        amount *= 2.0 if one["victim_class"] == "journalist" else 1.0
        scores[one["region"]] += amount * (2.0 if one["victims"] >= 8 else 1.0)
    assert true["region_score"] == pytest.approx(scores)
    assert drawn.score_places(RUBRIC).to_dict() == pytest.approx(scores)
    assert true["worst_region"] == max(scores, key=scores.__getitem__)
    assert true["score"]["other"] > 0
    whole = sum(value for name, value in true["score"].items() if name != "other")
    assert sum(scores.values()) == pytest.approx(whole)


def test_nobody_is_worst_in_a_tie() -> None:
    drawn = simulate(small_world(rate=np.zeros((7, 2, 2, 2))), 1)
    assert drawn.incidents.empty
    assert drawn.truth(RUBRIC)["worst"] is None
    assert drawn.truth(RUBRIC)["worst_region"] is None
    assert set(drawn.truth(RUBRIC)["region_score"].values()) == {0.0}


def test_a_kind_outside_the_rubric_is_refused(drawn: Simulated) -> None:
    with pytest.raises(InputError, match="'terrorism' is not in rubric"):
        drawn.score(replace(RUBRIC, kinds=RUBRIC.kinds[:1]))


def test_days_lie_in_their_period(drawn: Simulated) -> None:
    table = drawn.incidents
    second = table["date"] >= pd.Timestamp(2023, 2, 1)
    assert (second == (table["period"] == 1)).all()
    assert (table["in_window"] == second).all()
    days = table.loc[~second, "date"].dt.day.value_counts()
    assert len(days) == 31
    assert (drawn.reports["published"] >= drawn.reports["date"]).all()
    assert (drawn.reports["published"] <= pd.Timestamp(drawn.as_of)).all()


def test_same_seed_same_bytes(tmp_path) -> None:
    world = small_world(rate=np.full((7, 2, 2, 2), 30.0))
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        write_round(simulate(world, seed), tmp_path / name, "A round")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["organizations.csv", "reports.csv", "round.toml", "sources.csv", "truth.json"]
    for file in files:
        one, two = ((tmp_path / name / file).read_bytes() for name in ("one", "two"))
        assert one == two
    reports = [(tmp_path / name / "reports.csv").read_bytes() for name in ("one", "three")]
    assert reports[0] != reports[1]


CLAIM = np.eye(7) + 0.4 * (np.eye(7)[1] - np.eye(7)[0]) * (np.arange(7) == 0)[:, None]
BEFORE = {
    "small": (small_world(), 1, "73fdef15a3dcb236"),
    "claim": (small_world(claim=CLAIM), 2, "837236f35661bfe0"),
    "confusion": (
        small_world(confusion=np.full((4, 7, 7), 0.02) + 0.86 * np.eye(7)),
        3,
        "9f2d1153cb806b7e",
    ),
    "demo": (replace(demo_world(), leads=False), 7, "30d6c724e5b08b80"),
    "press": (
        replace(national_world(3, silenced_press=True, notoriety=False), leads=False),
        4,
        "c37d78c7d3d20f06",
    ),
}
"""Worlds, seeds, and what SHA-256 began with before the structures of the complete model."""


@pytest.mark.parametrize("name", BEFORE)
def test_worlds_without_further_structures_are_as_they_were(tmp_path, name: str) -> None:
    world, seed, before = BEFORE[name]
    drawn = simulate(world, seed)
    assert drawn.incidents["visible"].all()
    text = csv_text(drawn.incidents.drop(columns="visible").reset_index()) + csv_text(drawn.pieces)
    folder = write_round(drawn, tmp_path / "round", "A round")
    text += "".join(_as_it_was(path) for path in sorted(folder.iterdir()))
    assert hashlib.sha256(text.encode()).hexdigest().startswith(before)


def _as_it_was(path) -> str:
    """The text of a file, without what earlier versions did not write.

    That is the truth of regions, and that a round is simulated.
    """
    if path.name != "truth.json":
        return path.read_text().replace("simulated = true\n", "")
    true = json.loads(path.read_text())
    kept = {name: value for name, value in true.items() if "region" not in name}
    return json.dumps(kept, indent=2, sort_keys=True) + "\n"


def test_a_round_says_of_itself_that_it_is_invented(tmp_path) -> None:
    """The truth beside it is not needed for that, and hides nothing of a round that does not."""
    folder = write_round(simulate(small_world(), 1), tmp_path / "round", "A round")
    (folder / "truth.json").rename(tmp_path / "truth.json")
    assert read_round(folder).is_simulated
    settings = folder / "round.toml"
    settings.write_text(settings.read_text().replace("simulated = true\n", ""))
    assert not read_round(folder).is_simulated
    (tmp_path / "truth.json").rename(folder / "truth.json")
    with pytest.raises(
        InputError, match=r"truth\.json lies beside round\.toml, which does not say"
    ):
        read_round(folder)


def test_the_folder_reads_as_a_round(tmp_path) -> None:
    drawn = simulate(small_world(rate=np.full((7, 2, 2, 2), 30.0)), 1)
    folder = write_round(drawn, tmp_path / "round", "A round", risk_limit=0.1)
    read = read_round(folder)
    assert read.is_simulated
    assert read.settings.window == drawn.world.window
    assert read.settings.history == dt.date(2023, 1, 1)
    assert read.settings.as_of == drawn.as_of
    assert read.settings.risk_limit == 0.1
    assert read.settings.regions == drawn.world.regions
    assert read.contenders() == drawn.world.contenders
    assert list(read.sources.index) == ["press", "list", "watch", "court"]
    assert read.sources.loc["watch", "coverage"] == "contenders_only"
    assert read.sources.loc["watch", "regions"] == ("MX-SIN",)
    for column in (name for name in COLUMNS if name != "victims_by_side"):
        assert read.reports[column].tolist() == drawn.reports[column].tolist(), column
    counted = drawn.reports["victims_by_side"] != ""
    sides = drawn.reports.loc[counted, "victims_by_side"].str.split("><", expand=True).astype(int)
    read_sides = read.reports.loc[counted.to_numpy(), ["deaths_a", "deaths_b"]]
    assert (read_sides.to_numpy() == sides.to_numpy()).all()
    assert (read.reports.loc[~counted.to_numpy(), "deaths_a"] == -1).all()
    true = json.loads((folder / "truth.json").read_text())
    assert true == drawn.truth(default_rubric())


def test_a_folder_that_holds_something_is_left_alone(tmp_path, drawn: Simulated) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_round(drawn, tmp_path, "A round")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": np.ones((6, 2, 2, 2))}, r"world.rate has shape \(6, 2, 2, 2\)"),
        ({"size": np.full((7, 2, 2, 5), 0.3)}, "world.size does not sum to one"),
        ({"right": np.array([0.5, 0.5, 0.5, 1.5])}, "world.right has values outside"),
        ({"rate": np.full((7, 2, 2, 2), -1.0)}, "world.rate has values that are negative"),
        ({"rate": np.full((7, 2, 2, 2), np.inf)}, "negative or not finite"),
        ({"rivalries": ("c><a+b", "a+c")}, r"write 'a\+b><c'"),
        ({"set_size": np.full((4, 8), 0.125)}, "larger than the roster"),
    ],
)
def test_a_world_that_makes_no_sense_is_refused(changes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(small_world(**changes), 1)
