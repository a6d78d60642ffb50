"""Fits on disk: whole or not there, cleaned of what the dead left, nothing of the living."""

import ast
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from dtoscore.data import partial
from dtoscore.data.errors import InputError
from dtoscore.data.partial import locked
from dtoscore.inference import store
from dtoscore.inference.fit import FitOptions
from dtoscore.inference.seeds import derive


def tree(value=1.0):
    names = pd.Index(["cártel", "b"], dtype="str")
    data = xr.Dataset(
        {"right": (("chain", "draw", "source"), np.full((2, 3, 2), value))},
        coords={"source": names},
    )
    return xr.DataTree.from_dict({"posterior": data, "sample_stats": data, "prior": data})


def test_save_and_load(tmp_path):
    path = tmp_path / "work" / "abc" / "x.zarr"
    assert store.load(path) is None
    saved = store.save(tree(), path)
    assert sorted(saved.children) == ["posterior", "prior", "sample_stats"]
    assert saved["posterior"]["source"].to_numpy().tolist() == ["cártel", "b"]
    assert sorted(p.name for p in path.parent.iterdir()) == ["x.json", "x.zarr"]


def test_the_first_of_two_equal_fits_stays(tmp_path):
    path = tmp_path / "x.zarr"
    store.save(tree(1.0), path)
    again = store.save(tree(2.0), path)
    assert float(again["posterior"]["right"][0, 0, 0]) == 1.0
    assert len(list(tmp_path.iterdir())) == 2, "the fit and its note"


def test_a_failure_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(xr.DataTree, "to_zarr", fail)
    with pytest.raises(OSError, match="disk full"):
        store.save(tree(), tmp_path / "x.zarr")
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(tmp_path):
    path = tmp_path / "x.zarr"
    dead = tmp_path / ".x.zarr.partial-dead"
    living = tmp_path / ".x.zarr.partial-living"
    other = tmp_path / ".y.zarr.partial-dead"
    for folder in (dead, living, other):
        folder.mkdir()
        (folder / "zarr.json").write_text("{")
    with locked(living):
        store.save(tree(), path)
        assert {p.name for p in tmp_path.iterdir()} == {path.name, "x.json", living.name}
    store.clean(tmp_path)
    assert not living.exists()


def test_without_locks_fits_are_stored_and_nothing_is_taken_for_dead(tmp_path, monkeypatch):
    monkeypatch.setattr(partial, "HAS_LOCKS", False)
    left = tmp_path / ".x.zarr.partial-left"
    left.mkdir()
    store.save(tree(), tmp_path / "x.zarr")
    assert {p.name for p in tmp_path.iterdir()} == {"x.zarr", "x.json", left.name}


def chunk(fit):
    return fit / "posterior" / "right" / "c" / "0" / "0" / "0"


def cut_short(fit):
    chunk(fit).write_bytes(chunk(fit).read_bytes()[:-3])


def deleted(fit):
    chunk(fit).unlink()


def changed(fit):
    metadata = fit / "posterior" / "right" / "zarr.json"
    metadata.write_text(metadata.read_text() + " ")


def no_metadata(fit):
    (fit / "zarr.json").unlink()


def no_group(fit):
    shutil.rmtree(fit / "sample_stats")


def emptied(fit):
    shutil.rmtree(fit)
    fit.mkdir()


def a_file_in_its_place(fit):
    shutil.rmtree(fit)
    fit.write_text("")


DAMAGES = [cut_short, deleted, changed, no_metadata, no_group, emptied, a_file_in_its_place]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_fit_is_said_to_be_damaged(tmp_path, damage):
    path = tmp_path / "x.zarr"
    store.save(tree(), path)
    damage(path)
    with pytest.raises(InputError) as caught:
        store.load(path)
    assert caught.value.problems == (f"the fit in {path} is damaged; remove it and run again",)


@pytest.mark.parametrize("damage", [d for d in DAMAGES if d not in (deleted, changed)])
def test_without_a_digest_what_cannot_be_read_is_damaged(tmp_path, damage):
    path = tmp_path / "x.zarr"
    store.save(tree(), path)
    path.with_suffix(".json").unlink()
    assert store.load(path) is not None, "a fit of an older version is read as before"
    damage(path)
    with pytest.raises(InputError, match="is damaged; remove it and run again"):
        store.load(path)


def test_a_damaged_note_is_a_damaged_fit(tmp_path):
    path = store.path_of(tmp_path, FitOptions())
    store.save(tree(), path)
    path.with_suffix(".json").write_text("{")
    assert store.recorded(tmp_path) == []
    with pytest.raises(InputError, match="is damaged"):
        store.load(path)


def test_a_fit_is_made_again_where_a_damaged_one_was_removed(tmp_path):
    options = FitOptions()
    path = store.path_of(tmp_path, options)
    for value in (1.0, 2.0):
        store.record(tmp_path, options)
        stored = store.save(tree(value), path)
        assert float(stored["posterior"]["right"][0, 0, 0]) == value
        assert store.recorded(tmp_path) == [store.sampling(options)]
        shutil.rmtree(path)


def test_equal_fits_have_equal_names_and_others_do_not(tmp_path):
    options = FitOptions(seed=3)
    assert store.path_of(tmp_path, options) == store.path_of(tmp_path, FitOptions(seed=3, cores=2))
    assert store.path_of(tmp_path, options) != store.path_of(tmp_path, FitOptions(seed=4))


def test_seeds_differ_by_use_and_are_the_same_everywhere():
    assert derive(1, "realize") == derive(1, "realize")
    assert len({derive(1, "realize"), derive(2, "realize"), derive(1, "review")}) == 3
    assert 0 <= derive(0, "") < 2**63


def imported(folder: str, name: str, package: str) -> set[str]:
    """Modules of a package that a module of a folder imports."""
    tree = ast.parse((store.ROOT / folder / f"{name}.py").read_text())
    level, found = 1 if folder == package else 2, set[str]()
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == level):
        path = (node.module or "").split(".")
        if level == 2 and path.pop(0) != package:
            continue
        found |= {path[0]} if path and path[0] else {alias.name for alias in node.names}
    return found


def test_the_digest_has_all_code_that_draws_are_made_of() -> None:
    of_sampler = set().union(*(imported("inference", m, "inference") for m in store.SAMPLER))
    assert of_sampler - {"diagnose"} <= set(store.SAMPLER)
    models = [path.stem for path in store.ROOT.glob("models/*.py")]
    assert set().union(*(imported("models", m, "data") for m in models)) == set(store.DATA)
