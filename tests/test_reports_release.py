"""The release folder: complete, the same twice, never half."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.data.errors import InputError
from dtoscore.inference.summary import Summary
from dtoscore.reports import release
from dtoscore.reports.canonical import plain, sha256
from dtoscore.reports.document import release_document, schema
from dtoscore.reports.inputs import toml
from dtoscore.reports.manifest import MANIFEST
from dtoscore.reports.previous import previous_hash
from dtoscore.reports.release import write_release
from dtoscore.reports.staging import recover, staged
from dtoscore.reports.tables import csv_text, tables
from dtoscore.tests.json_schema import errors
from dtoscore.tests.summaries import fake_summary, run_record, settings, with_name


def posterior(created: str = "now") -> xr.DataTree:
    sizes = np.arange(10.0).reshape(2, 5)
    dataset = xr.Dataset(
        {"mu": (("chain", "draw"), sizes), "name": ("k", np.array(["a", "bb"], dtype=object))},
        attrs={"created_at": created, "sampling_time": 3.0, "seed": 1},
    )
    stats = xr.Dataset({"perf_counter_diff": (("chain", "draw"), sizes)})
    return xr.DataTree.from_dict({"/posterior": dataset, "/sample_stats": stats})


def scores() -> xr.DataArray:
    values = np.arange(20).reshape(2, 2, 5)
    names = np.array(["alba", "costa"], dtype=object)
    return xr.DataArray(values, {"organization": names}, ("organization", "chain", "draw"))


def places() -> xr.DataArray:
    values = np.arange(30.0).reshape(2, 5, 3)
    return xr.DataArray(
        values, {"region": ["MX-SIN", "MX-CHH", "MX-DUR"]}, ("chain", "draw", "region")
    )


def evidence() -> xr.Dataset:
    frame = pd.DataFrame({"report": ["r1", "r2"], "victims": [1, 2]})
    return xr.Dataset({"count": ("cell", [3, 4]), "report": ("incident", frame["report"].array)})


@pytest.fixture
def round_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "round"
    (folder / "release").mkdir(parents=True)
    (folder / "work").mkdir()
    (folder / "round.toml").write_text('id = "2023-q4"\n')
    (folder / "reports.csv").write_text("report_id\nr1\n")
    (folder / "truth.json").write_text("{}")
    (folder / "private notes.txt").write_text("not for publication")
    (folder / "work" / "draws.bin").write_text("x")
    return folder


def stored(store: Path, created: str = "now") -> Path:
    """Put the draws where a fit would have."""
    if not store.exists():
        posterior(created).to_zarr(store, consolidated=False)
    return store


def make(out: Path, folder: Path, summary: Summary | None = None, **changes: object) -> Path:
    arguments = {
        "posterior": stored(folder / "work" / f"{out.name}.zarr"),
        "scores": scores(),
        "places": places(),
        "evidence": evidence(),
        "round_folder": folder,
        "columns": {"reports.csv": ("report_id",)},
        "settings": settings(),
        "run": run_record(),
    } | changes
    return write_release(summary or fake_summary(), out, **arguments)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def drawn_once(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take figures that are there: tests of the folder need not draw them again."""
    found = {path.stem: (path.read_text("utf-8"),) * 2 for path in (shared / "figures").iterdir()}
    monkeypatch.setattr(release, "draw_all", lambda _: found)


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shared")
    (folder / "round.toml").write_text('id = "2023-q4"\n')
    return make(folder / "release", folder)


@pytest.mark.parametrize(
    "status", ["designated", "candidates", "no_designation", "refused", "retracted"]
)
def test_release_json_follows_its_schema(status):
    document = plain(release_document(fake_summary(status)))
    assert errors(document, schema(), schema()) == []
    broken = document | {"seed": "one", "decision": document["decision"] | {"status": "guilty"}}
    assert len(errors(broken, schema(), schema())) == 2


def test_organizations_that_are_no_contenders_have_no_p_worst():
    rows = {row["id"]: row for row in release_document(fake_summary())["organizations"]}
    assert "p_worst" in rows["alba"]
    assert "p_worst" not in rows["antigua"]
    assert "rank" not in rows["other"]


def test_a_failed_fit_compares_nobody_in_release_json():
    document = plain(release_document(fake_summary("refused")))
    contenders = [row for row in document["organizations"] if row["contender"]]
    keys = ("p_worst", "p_worst_mcse", "rank", "expected_loss")
    assert contenders
    assert all(row[key] is None for row in contenders for key in keys)
    assert "pairwise" not in document
    assert errors(document, schema(), schema()) == []


@pytest.mark.parametrize("status", ["refused", "no_designation"])
def test_where_nobody_is_named_nobody_leads_and_rows_are_by_name(status):
    summary = with_name(fake_summary(status), "alba", "Zeta del Alba")
    found, document = tables(summary), release_document(summary)
    assert (found["baselines"]["leader"] == "").all()
    assert "leader" not in found["regions"]
    assert all(one["leaders"] == [] for one in document["baselines"].values())
    assert errors(plain(document), schema(), schema()) == []
    names = summary.organizations["name"].to_dict()
    listed = [found[name]["organization"] for name in ("organizations", "timeline", "baselines")]
    listed += [[one["id"] for one in document["organizations"]]]
    listed += [
        found[name]["organization"] for name in found.keys() & {"rank_probabilities", "pairwise"}
    ]
    for ids in listed:
        shown = list(dict.fromkeys(names[k] for k in ids if k != "other"))
        assert shown == sorted(shown, key=str.casefold)
        assert shown[-1] == "Zeta del Alba"


@pytest.mark.usefixtures("drawn_once")
def test_a_failed_fit_compares_nobody_in_its_tables(round_folder, tmp_path):
    out = make(tmp_path / "out", round_folder, fake_summary("refused"))
    names = {path.stem for path in (out / "tables").iterdir()}
    assert not names & {"rank_probabilities", "pairwise"}
    english, spanish = (out / "tables" / "NOT-FOR-USE.txt").read_text("utf-8").splitlines()
    assert english.startswith("Not for use")
    assert spanish.startswith("No usar")
    scores = pd.read_csv(out / "tables" / "organizations.csv")
    columns = ["p_worst", "p_worst_mcse", "rank_mean", "expected_loss"]
    assert scores[columns].isna().all(axis=None)
    assert scores["q50"].notna().all()
    regions = pd.read_csv(out / "tables" / "regions.csv")
    assert list(regions.columns)[:6] == ["region", "name", "reported", "mean", "q05", "q95"]
    assert regions[["p_worst", "p_worst_mcse", "rank_mean"]].isna().all(axis=None)
    assert regions["score_q50"].notna().all()
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    listed = {Path(name).stem for name in manifest["files"] if name.startswith("tables/")}
    assert listed == names


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("simulated", [True, False])
def test_invented_data_say_so_beside_tables_and_in_every_store(round_folder, tmp_path, simulated):
    out = make(tmp_path / "out", round_folder, fake_summary(simulated=simulated))
    mark = out / "tables" / "SIMULATED.txt"
    assert mark.exists() is simulated
    if simulated:
        english, spanish = mark.read_text("utf-8").splitlines()
        assert english.startswith("SIMULATED ROUND. Every number in these tables")
        assert spanish.startswith("RONDA SIMULADA")
    trees = (
        xr.open_datatree(out / f"{name}.zarr", engine="zarr", consolidated=False)
        for name in ("posterior", "evidence")
    )
    assert [tree.attrs.get("simulated", False) for tree in trees] == [simulated] * 2
    names = ("release.json", "manifest.json", "run.json")
    assert all(json.loads((out / n).read_text("utf-8"))["simulated"] is simulated for n in names)


def test_folder_holds_what_the_format_lists(shared):
    top = {path.name for path in shared.iterdir()}
    assert top == {
        "release.json", "report.html", "announcement.md", "figures", "tables", "posterior.zarr",
        "evidence.zarr", "input", "run.json", "manifest.json",
    }  # fmt: skip
    assert {path.suffix for path in (shared / "figures").iterdir()} == {".svg"}
    document = json.loads((shared / "release.json").read_text("utf-8"))
    assert errors(document, schema(), schema()) == []


def test_stores_open_again(shared):
    tree = xr.open_datatree(shared / "posterior.zarr", engine="zarr", consolidated=False)
    assert tree["posterior"]["mu"].shape == (2, 5)
    assert list(tree["posterior"]["name"].values) == ["a", "bb"]
    assert tree["posterior"].attrs == {"seed": 1}
    assert "perf_counter_diff" not in tree["sample_stats"]
    found = tree["scores"]["score"]
    assert found.dims == ("chain", "draw", "organization")
    assert found.dtype == float
    assert (found.sel(organization="costa") == scores()[1]).all()
    found = tree["scores"]["region_score"]
    assert found.dims == ("chain", "draw", "region")
    assert (found.sel(region="MX-CHH") == places().sel(region="MX-CHH")).all()
    found = xr.open_zarr(shared / "evidence.zarr", consolidated=False)
    assert list(found["report"].values) == ["r1", "r2"]


def test_a_release_names_the_hash_of_the_one_before(tmp_path, round_folder):
    before = make(tmp_path / "before", round_folder)
    named = json.loads((before / "manifest.json").read_text("utf-8"))["round"]
    found = previous_hash(before, named)
    assert found == sha256(before / "manifest.json")
    after = make(tmp_path / "after", round_folder, previous=found)
    assert json.loads((after / "manifest.json").read_text("utf-8"))["previous"] == found
    assert previous_hash(None, named) is None


@pytest.mark.parametrize("named", [None, "2023-q1"])
def test_a_release_of_another_round_cannot_go_before(shared, named):
    with pytest.raises(InputError, match=r"is of round '.*', but round.toml (names no|says prev)"):
        previous_hash(shared, named)


@pytest.mark.parametrize("text", [None, "{", "[]", '{"schema": "dtoscore/manifest/9"}'])
def test_what_is_no_release_cannot_go_before(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="is no manifest of a release"):
        previous_hash(tmp_path, "2023-q3")


def test_what_does_not_exist_cannot_go_before(tmp_path):
    with pytest.raises(InputError, match="nothere, given as --previous, does not exist"):
        previous_hash(tmp_path / "nothere", "2023-q3")


def test_manifest_hashes_every_file_but_the_run(shared):
    manifest = json.loads((shared / "manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == set(files(shared)) - {"run.json", "manifest.json"}
    assert all(sha256(shared / name) == value for name, value in manifest["files"].items())
    run = json.loads((shared / "run.json").read_text("utf-8"))
    assert run["manifest_sha256"] == sha256(shared / "manifest.json")
    assert run["posterior"]["posterior/created_at"] == "now"


def test_two_runs_differ_in_the_run_record_alone(round_folder, tmp_path):
    first = files(make(tmp_path / "a", round_folder))
    later = {
        "posterior": stored(tmp_path / "later.zarr", "later"),
        "run": run_record("2025-01-01T00:00:00Z"),
    }
    second = files(make(tmp_path / "b", round_folder, **later))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == ["run.json"]


@pytest.mark.usefixtures("drawn_once")
def test_a_store_is_copied_and_stripped(round_folder, tmp_path):
    store = tmp_path / "draws.zarr"
    with pytest.warns(UserWarning, match="Consolidated metadata"):
        posterior().to_zarr(store)
    out = make(tmp_path / "out", round_folder, posterior=store)
    assert b"created_at" not in (out / "posterior.zarr" / "posterior" / "zarr.json").read_bytes()
    assert b"created_at" in (store / "posterior" / "zarr.json").read_bytes()
    tree = xr.open_datatree(out / "posterior.zarr", engine="zarr", consolidated=False)
    assert float(tree["posterior"]["mu"].sum()) == 45.0
    assert tree["scores"]["score"].shape == (2, 5, 2)
    assert tree["scores"]["region_score"].dims == ("chain", "draw", "region")


@pytest.mark.usefixtures("drawn_once")
def test_input_holds_the_tables_and_nothing_else(round_folder, tmp_path):
    out = make(tmp_path / "out", round_folder)
    assert {path.name for path in (out / "input").iterdir()} == {
        "round.toml", "reports.csv", "settings.toml", "hashes.json",
    }  # fmt: skip
    written = tomllib.loads((out / "input" / "settings.toml").read_text("utf-8"))
    assert written["priors"]["theta"] == [8.0, 2.0]
    assert written["rubric"]["kinds"][1]["weight"] == 0.4


@pytest.mark.usefixtures("drawn_once")
def test_what_nobody_judged_does_not_leave_the_office(round_folder, tmp_path):
    (round_folder / "reports.csv").write_text("report_id,notes\nr1,somebody's address\n")
    (round_folder / "links.csv").write_text("report_id,name\nr1,somebody\n")
    out = make(tmp_path / "out", round_folder)
    assert (out / "input" / "reports.csv").read_text() == "report_id\nr1\n"
    assert not (out / "input" / "links.csv").exists()
    assert "links.csv" in json.loads((out / "input" / "hashes.json").read_text("utf-8"))


@pytest.mark.usefixtures("drawn_once")
def test_input_that_may_not_be_published_is_hashed(round_folder, tmp_path):
    out = make(tmp_path / "out", round_folder, columns={})
    assert {path.name for path in (out / "input").iterdir()} == {"settings.toml", "hashes.json"}
    hashes = json.loads((out / "input" / "hashes.json").read_text("utf-8"))
    assert hashes["reports.csv"]["sha256"] == sha256(round_folder / "reports.csv")


def test_toml_is_read_back_as_it_was():
    values = {
        "a b": {"x": 'quote " and \\ and é\x7f', "deep": {"y": [1, 2.5, True]}, "empty": {}},
        "top": 1,
        "list": [{"k": [1]}, {"k": []}],
    }
    assert tomllib.loads(toml(values)) == values


def test_formulas_do_not_run_in_a_spreadsheet():
    frame = pd.DataFrame({"name": ["=1+1", "@x", "fine"], "value": [-1.0, 2 / 3, np.nan]})
    assert csv_text(frame) == "name,value\n'=1+1,-1\n'@x,0.666667\nfine,\n"


@pytest.mark.usefixtures("drawn_once")
def test_an_error_leaves_the_old_release(round_folder, tmp_path, monkeypatch):
    out = make(tmp_path / "out", round_folder)
    before = files(out)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(release, "write_tables", fail)
    with pytest.raises(OSError, match="disk full"):
        make(out, round_folder, fake_summary("refused"))
    assert files(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "round"]


def test_a_new_release_replaces_the_old(tmp_path):
    out = tmp_path / "out"
    for text in ("old", "new"):
        manifest = json.dumps({"schema": MANIFEST, "files": {text: "hash"}})
        with staged(out) as folder:
            (folder / text).write_text(text)
            (folder / "manifest.json").write_text(manifest)
    assert files(out) == {"new": b"new", "manifest.json": manifest.encode()}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_crash_between_the_renames_is_put_right(tmp_path):
    out = tmp_path / "out"
    aside = tmp_path / ".out.old-x"
    aside.mkdir()
    (aside / "old").write_text("old")
    recover(out)
    assert files(out) == {"old": b"old"}
    (tmp_path / ".out.old-y").mkdir()
    recover(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


CHILD = """
import os, signal, sys
from pathlib import Path
from dtoscore.reports.staging import staged
with staged(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print(folder.name, flush=True)
    signal.pause()
"""


def test_a_killed_run_leaves_no_half_release_and_its_folder_goes(tmp_path):
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(out)], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        with staged(out) as folder:
            (folder / "whole").write_text("whole")
        assert (tmp_path / name / "half").exists(), "a living process keeps its folder"
        child.send_signal(signal.SIGKILL)
    assert files(out) == {"whole": b"whole"}
    recover(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
