"""``evidence.without(...)`` equals tabulating the round as it would have been."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.attribution import OTHER, parse
from dtoscore.data.errors import InputError
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.data.readers import read_round
from dtoscore.data.tabulate import tabulate
from dtoscore.models import joint, levels, superposition
from dtoscore.models.design import design
from dtoscore.models.engine import NUMPY, Params
from dtoscore.models.structure import CORE
from tiny import labelled, parameters_of

SETTINGS = """\
id = "x"
window = ["2010-04-01", "2010-05-31"]
history = "2010-02-01"
as_of = "2010-12-31"
"""
ORGANIZATIONS = {"alpha": "", "mid": "2010-03-01", "zeta": ""}
SOURCES = {
    "daily": ("press", "papers", "all", "informative"),
    "weekly": ("press", "papers", "attributed_only", "informative"),
    "court": ("adjudicated", "", "attributed_only", "informative"),
    "watch": ("ngo", "", "contenders_only", "informative"),
    "book": ("academic", "", "attributed_only", "uninformative"),
    "ged": ("academic", "", "organizations_only", "informative"),
}
SAID = (
    "alpha", "mid", "zeta", "", "other", "alpha|mid", "alpha|other", "alpha+zeta><mid",
    "mid><alpha", "zeta><mid", "alpha+zeta", "mid+alpha", "alpha@0.7|mid@0.3",
    "mid@0.25|other@0.25|zeta@0.5",
)  # fmt: skip
PUBLISHED = {"daily": "known", "court": "known"}
BESIDE = {
    "presence": "organization,region\nalpha,MX-SIN\nalpha,MX-DUR\nzeta,MX-CHH\nzeta,MX-SIN\n",
    "rivalries": "organization,other,weight\nalpha,mid,4\nmid,zeta,1\nalpha,zeta,4\n",
    "events": "date,type,organization\n2010-03-05,announcement,\n2010-04-01,enforcement,mid\n",
    "covariates": "name,region,value\nx,MX-SIN,1\nx,MX-CHH,3\nx,MX-DUR,9\n",
}
REGIONS = ("MX-SIN", "MX-CHH", "MX-DUR")
SEED = 5


def covered(source: str, said: str) -> bool:
    named = set(parse(said).organizations)
    held = {
        "attributed_only": named,
        "organizations_only": named - {"other"},
        "contenders_only": named & {"alpha", "mid"},
    }
    coverage = SOURCES[source][2]
    return coverage == "all" or bool(held[coverage])


def draw_rows(n: int = 250) -> pd.DataFrame:
    """Draw reports that disagree about everything there is to disagree about."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(n):
        usual = rng.choice(SAID)
        region = rng.choice(REGIONS)
        day = dt.date(2010, 2, 1) + dt.timedelta(days=int(rng.integers(120)))
        dead = int(rng.choice([0, 1, 1, 2, 3, 5, 9]))
        for source in SOURCES:
            said = str(usual if rng.random() < 0.6 else rng.choice(SAID))
            if rng.random() < 0.45 or not covered(source, said):
                continue
            victims = dead + int(rng.integers(3) * (rng.random() < 0.4))
            first = int(rng.integers(victims + 1))
            by_side = f"{first}><{(victims - first) // 2}"
            shift = int(rng.integers(-20, 21) * (rng.random() < 0.2))
            rows.append(
                {
                    "report_id": f"r{len(rows)}",
                    "source": source,
                    "date": min(max(day + dt.timedelta(days=shift), SPAN[0]), SPAN[1]),
                    "region": rng.choice(REGIONS) if rng.random() < 0.2 else region,
                    "kind": rng.choice(["homicide", "kidnapping"], p=[0.8, 0.2]),
                    "victim_class": rng.choice(["", "civilian", "official"]),
                    "victims": victims,
                    "victims_low": max(victims - len(rows) % 3, first),
                    "victims_high": victims + len(rows) % 5 % 3,
                    "attribution": said,
                    "victims_by_side": by_side if "><" in said and rng.random() < 0.7 else "",
                    "published": dt.date(2010, 6, 1) + dt.timedelta(days=int(rng.integers(9))),
                    "incident_id": f"i{number}",
                }
            )
    return pd.DataFrame(rows)


SPAN = (dt.date(2010, 2, 1), dt.date(2010, 5, 31))
ROWS = draw_rows()


def made(
    folder: Path,
    rows: pd.DataFrame,
    sources: Sequence[str] = tuple(SOURCES),
    organizations: Sequence[str] = tuple(ORGANIZATIONS),
    regions: Sequence[str] = REGIONS,
) -> Evidence:
    """Write a round and tabulate it."""
    folder.mkdir()
    named = ", ".join(f'"{region}"' for region in regions)
    exclude = 'exclude = ["zeta"]\n' if "zeta" in organizations else ""
    text = f"{SETTINGS}{exclude}regions = [{named}]\n"
    (folder / "round.toml").write_text(text, encoding="utf-8")
    roster = [f"{name},{name.title()},{ORGANIZATIONS[name]}" for name in organizations]
    text = "\n".join(["id,name,active_from", *roster])
    (folder / "organizations.csv").write_text(text, encoding="utf-8")
    listed = [
        ",".join((name, name.title(), *SOURCES[name], PUBLISHED.get(name, ""))) for name in sources
    ]
    text = "\n".join(["id,name,type,group,coverage,silence,published", *listed])
    (folder / "sources.csv").write_text(text, encoding="utf-8")
    gone = (set(ORGANIZATIONS) - set(organizations)) | (set(REGIONS) - set(regions))
    for name, text in BESIDE.items():
        lines = [line for line in text.splitlines() if gone.isdisjoint(line.split(","))]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    rows.to_csv(folder / "reports.csv", index=False)
    return tabulate(read_round(folder))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return made(tmp_path_factory.mktemp("full") / "round", ROWS)


def content(evidence: Evidence) -> pd.DataFrame:
    """All that an evidence says of its incidents, in names and not in codes."""
    axes, frame = evidence.axes, evidence.incidents
    words = {
        "region": axes.regions,
        "period": [p.id for p in axes.periods],
        "kind": axes.kinds,
        "rivalry": (*axes.rivalries, "none"),
    }
    named = {name: [choices[code] for code in frame[name]] for name, choices in words.items()}
    sources = list(axes.sources.index)
    texts = [*axes.statements, None]
    told = [
        {s: texts[code] for s, code in zip(sources, row, strict=True) if code != SILENT}
        for row in evidence.said.tolist()
    ]
    written = [tuple(r for r in row if r is not None) for row in frame["reports"]]
    return frame.assign(**named, said=told, reports=written).set_index("incident_id")


def same(found: Evidence, expected: Evidence) -> None:
    """Check that two evidences say the same, by content, axes and likelihood."""
    pd.testing.assert_frame_equal(content(found), content(expected))
    assert found.axes.authors == expected.axes.authors
    assert found.axes.contenders == expected.axes.contenders
    assert found.axes.kinds == expected.axes.kinds
    np.testing.assert_array_equal(found.possible, expected.possible)
    assert list(found.axes.sources.index) == list(expected.axes.sources.index)
    same_ground(found, expected)
    if found.looking.shape == expected.looking.shape:
        np.testing.assert_array_equal(found.looking, expected.looking)
        log_lik_of = [
            joint.log_lik(parameters_of(found, SEED), design(e)) for e in (found, expected)
        ]
        np.testing.assert_allclose(*log_lik_of, rtol=1e-12)


def same_ground(found: Evidence, expected: Evidence) -> None:
    """Compare what stands beside the reports; regions may be fewer in ``expected``."""
    assert found.ground is not None
    assert expected.ground is not None
    one, other = found.ground, expected.ground
    assert len(one.delays) > 20
    pd.testing.assert_frame_equal(one.delays, other.delays)
    pd.testing.assert_frame_equal(one.events, other.events)
    assert one.covariates == other.covariates == ("x",)
    n_region = other.present.shape[1]
    np.testing.assert_array_equal(one.present[:, :n_region], other.present)
    for name in ("disputed", "rivalry", "after", "lag", "published"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    if one.covariate.shape == other.covariate.shape:
        np.testing.assert_array_equal(one.covariate, other.covariate)


def mass(evidence: Evidence, params: dict[str, np.ndarray]) -> np.ndarray:
    plan = design(evidence)
    return superposition.mass(superposition.quantities(params, plan, NUMPY), plan, NUMPY)


@pytest.mark.parametrize("source", SOURCES)
def test_without_a_source(full: Evidence, tmp_path: Path, source: str) -> None:
    others = [name for name in SOURCES if name != source]
    expected = made(tmp_path / "round", ROWS[ROWS["source"] != source], others)
    same(full.without(source=source), expected)


def test_without_a_group(full: Evidence, tmp_path: Path) -> None:
    others = [name for name in SOURCES if SOURCES[name][1] != "papers"]
    expected = made(tmp_path / "round", ROWS[ROWS["source"].isin(others)], others)
    same(full.without(group="papers"), expected)


LISTERS = [name for name, (*_, silence) in SOURCES.items() if silence == "informative"]


@pytest.mark.parametrize("number", range(len(LISTERS)))
def test_the_unseen_without_a_source_are_those_that_the_others_miss(
    full: Evidence, number: int
) -> None:
    """The mass is that of a source that detects nothing; at λ = 0, where nodes don't matter."""
    params = parameters_of(full, SEED, CORE)
    n = len(LISTERS)
    params["visibility"] = np.zeros(n)
    blind = params | {"detection": np.where(np.arange(n) == number, -60.0, params["detection"])}
    reduced = full.without(source=LISTERS[number])
    fewer = levels.draw(labelled(params, design(full, CORE)), 0, 0, design(reduced))
    found = mass(reduced, fewer)
    np.testing.assert_allclose(found, mass(full, blind), rtol=1e-10)
    assert (found < mass(full, params)).all()


def test_without_a_region(full: Evidence, tmp_path: Path) -> None:
    """Its incidents, those that majority puts there, and its mass go; other cells stay."""
    found = full.without(region="MX-CHH")
    gone = full.incidents.loc[full.incidents["region"] == 1, "incident_id"]
    left = ROWS[~ROWS["incident_id"].isin(gone)]
    pd.testing.assert_frame_equal(content(found), content(made(tmp_path / "round", left)))
    _other_cells_stay(full, found, "MX-CHH")


def test_a_region_without_reports_equals_a_round_of_fewer_regions(
    full: Evidence, tmp_path: Path
) -> None:
    touched = ROWS.loc[ROWS["region"] == "MX-DUR", "incident_id"]
    rows = ROWS[~ROWS["incident_id"].isin(touched)]
    wide = made(tmp_path / "wide", rows).without(region="MX-DUR")
    narrow = made(tmp_path / "narrow", rows, regions=REGIONS[:2])
    same(wide, narrow)
    params = parameters_of(wide, SEED, CORE)
    fewer = dict(params)
    for name, value in params.items():
        if name.endswith("_region"):
            fewer[name] = np.delete(value, 2, axis=0 if name == "size_region" else -1)
    fewer["other_share"] = fewer["other_share"] + level_of_other(fewer, narrow)
    fewer["other_share"] -= level_of_other(params, wide)
    one, other = joint.log_lik(params, design(wide)), joint.log_lik(fewer, design(narrow))
    assert one["cell"].to_numpy().tolist() == other["cell"].to_numpy().tolist()
    np.testing.assert_allclose(one, other, rtol=1e-12)


def level_of_other(params: Params, told: Evidence) -> float:
    """It is a share of all regions: where one is left out, the same level is another share."""
    plan = design(told)
    kind = superposition.quantities(params, plan, NUMPY).rate.kind
    shape = params["other_kind"] if "other_kind" in params else np.zeros(kind.shape[1])
    return float((kind[plan.names.authors.index(OTHER)] - shape)[0])


def test_without_a_period(full: Evidence, tmp_path: Path) -> None:
    found = full.without(period="2010-04")
    gone = full.incidents.loc[full.incidents["period"] == 2, "incident_id"]
    left = ROWS[~ROWS["incident_id"].isin(gone)]
    pd.testing.assert_frame_equal(content(found), content(made(tmp_path / "round", left)))
    _other_cells_stay(full, found, "2010-04")


def _other_cells_stay(full: Evidence, found: Evidence, gone: str) -> None:
    """Cells that name it have neither patterns nor mass; every other cell its likelihood."""
    params = parameters_of(full, SEED, CORE)
    before, after = (joint.log_lik(params, design(e)).to_series() for e in (full, found))
    stays = ~before.index.str.contains(gone)
    assert 0 < stays.sum() < len(before)
    pd.testing.assert_series_equal(after, before[stays], rtol=1e-12)


def test_without_reports(full: Evidence, tmp_path: Path) -> None:
    ids = ROWS["report_id"].sample(60, random_state=1)
    expected = made(tmp_path / "round", ROWS[~ROWS["report_id"].isin(ids)])
    same(full.without(reports=ids), expected)


def test_without_the_only_report_of_an_incident(full: Evidence) -> None:
    alone = ROWS[~ROWS["incident_id"].duplicated(keep=False)].iloc[0]
    found = full.without(reports=[alone["report_id"]])
    assert len(found.incidents) == len(full.incidents) - 1
    assert alone["incident_id"] not in set(found.incidents["incident_id"])


def renamed(said: str, gone: str) -> str:
    """What a report would have read had the organization been one of the others."""
    if "@" in said:
        pairs = [member.split("@") for member in said.split("|")]
        weights = pd.Series([float(w) for _, w in pairs], [m for m, _ in pairs])
        added = weights.groupby(lambda m: "other" if m == gone else m).sum()
        return "|".join(f"{member}@{weight}" for member, weight in added.items())
    if "|" in said:
        return "|".join(sorted({m if m != gone else "other" for m in said.split("|")}))
    sides = [[m for m in side.split("+") if m != gone] for side in said.split("><")]
    left = ["+".join(side) for side in sides if side]
    return "><".join(left) if left else "other"


@pytest.mark.parametrize("gone", ORGANIZATIONS)
def test_without_an_organization(full: Evidence, tmp_path: Path, gone: str) -> None:
    said = ROWS["attribution"].map(lambda text: renamed(text, gone) if gone in text else text)
    clash = said.str.contains("><", regex=False)
    rows = ROWS.assign(attribution=said, victims_by_side=ROWS["victims_by_side"].where(clash, ""))
    others = [name for name in ORGANIZATIONS if name != gone]
    same(full.without(organization=gone), made(tmp_path / "round", rows, organizations=others))


@pytest.mark.parametrize("source", ["ged", "watch"])
def test_without_an_organization_there_is_no_other_that_nobody_lists(
    tmp_path: Path, source: str
) -> None:
    """What it reported of that one alone it would not list: there is no ``other`` for it."""
    rows = ROWS[(ROWS["source"] == source) & ~ROWS["attribution"].str.contains("other")]
    found = made(tmp_path / "round", rows, [source]).without(organization="zeta")
    named = [parse(found.axes.statements[i]) for i in found.reports["statement"]]
    assert found.axes.has_other == any(
        "other" in said.organizations and not said.is_rivalry for said in named
    )
    alone = rows[rows["attribution"] == "zeta"]
    assert len(alone) > 0 or source == "watch"
    assert set(alone["report_id"]).isdisjoint(found.reports["report_id"])


def test_sides_turn_with_their_order(full: Evidence) -> None:
    """alpha+zeta><mid without alpha is mid><zeta: who was first is second."""
    found = full.without(organization="alpha")
    before, after = content(full), content(found)
    turned = before.index[before["rivalry"] == "alpha+zeta><mid"]
    assert (before.loc[turned, "by_first"] != before.loc[turned, "by_second"]).any()
    assert (after.loc[turned, "rivalry"] == "mid><zeta").all()
    assert (after.loc[turned, "by_first"] == before.loc[turned, "by_second"]).all()
    assert (after.loc[turned, "by_second"] == before.loc[turned, "by_first"]).all()
    one_sided = before.index[before["rivalry"] == "alpha><mid"]
    assert "alpha><mid" not in found.axes.rivalries
    assert len(one_sided) > 0
    assert not (after.loc[one_sided, "rivalry"] == "alpha><mid").any()


def test_removals_add_up_in_any_order(full: Evidence) -> None:
    steps: list[Callable[[Evidence], Evidence]] = [
        lambda e: e.without(source="weekly"),
        lambda e: e.without(region="MX-CHH"),
        lambda e: e.without(organization="zeta"),
    ]
    one, other = full, full
    for step in steps:
        one = step(one)
    other = full.without(source="weekly").without(organization="zeta").without(region="MX-CHH")
    together = full.without(source="weekly", region="MX-CHH", organization="zeta")
    pd.testing.assert_frame_equal(content(one), content(together))
    pd.testing.assert_frame_equal(content(one), content(other))
    np.testing.assert_array_equal(one.included, together.included)


def test_nothing_removed_is_the_same(full: Evidence) -> None:
    assert full.without() is full


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"source": "nobody"}, "source 'nobody' is not in the evidence; choices: daily"),
        ({"group": "nobody"}, "no source is of group 'nobody'"),
        ({"region": "MX-SON"}, "region 'MX-SON' is not in the evidence; choices: MX-SIN"),
        ({"period": "2011-01"}, "period '2011-01' is not in the evidence; choices: 2010-02"),
        ({"organization": "other"}, "organization 'other' is not in the evidence"),
        ({"reports": ["r0", "rx"]}, "report 'rx' is not in the evidence"),
    ],
)
def test_a_name_on_no_axis(full: Evidence, asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        full.without(**asked)


def test_patterns_count_every_incident_once(full: Evidence) -> None:
    table = full.patterns()
    count = table["count"].to_numpy()
    number = table["pattern_of"].to_numpy()
    assert count.sum() == len(full.incidents)
    np.testing.assert_array_equal(np.bincount(number), count)
    np.testing.assert_array_equal(table["said"].to_numpy()[number], full.said)
    for name in ("region", "period", "kind", "size", "rivalry", "by_first", "by_second"):
        np.testing.assert_array_equal(table[name].to_numpy()[number], full.incidents[name])


def test_patterns_do_not_grow_with_repetition_nor_depend_on_order(full: Evidence) -> None:
    order = np.random.default_rng(0).permutation(np.tile(np.arange(len(full.incidents)), 3))
    again = replace(
        full, incidents=full.incidents.iloc[order].reset_index(drop=True), said=full.said[order]
    )
    before, after = full.patterns(), again.patterns()
    assert (after["count"] == 3 * before["count"]).all()
    rest = ["count", "pattern_of"]
    assert before.drop_vars(rest).identical(after.drop_vars(rest))


def test_dataset_names_its_axes(full: Evidence) -> None:
    data = full.to_dataset()
    assert data["author"].to_numpy().tolist() == list(full.axes.authors)
    assert data["looking"].dims == ("source", "region", "period", "kind")
    assert data["in_window"].to_numpy().tolist() == [False, False, True, True]
