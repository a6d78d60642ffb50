"""Round folders are written whole or not at all, in text that others read."""

import datetime as dt
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from dtoscore.data.errors import InputError
from dtoscore.data.folder import csv_text, toml_text, write_folder


def test_toml_reads_back() -> None:
    values = {
        "title": 'Año "nuevo" \\ 🦜\n\x7f\x01',
        "window": (dt.date(2010, 1, 1), dt.date(2010, 12, 31)),
        "risk_limit": 0.05,
        "redistribute": False,
        "regions": ("MX-SIN", "MX-SON"),
        "empty": (),
    }
    read = tomllib.loads(toml_text(values | {"previous": None}))
    days = ["2010-01-01", "2010-12-31"]
    assert read == values | {"window": days, "regions": ["MX-SIN", "MX-SON"], "empty": []}


def test_csv_has_days_and_unix_line_ends() -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(["2010-01-02"]), "name": ["a,b"]})
    assert csv_text(frame) == 'date,name\n2010-01-02,"a,b"\n'


def test_an_unfinished_folder_of_an_earlier_run_is_no_hindrance(tmp_path: Path) -> None:
    stale = tmp_path / ".round.partial"
    stale.mkdir()
    (stale / "half.csv").write_text("half")
    (tmp_path / "round").mkdir()
    write_folder(tmp_path / "round", {"a.csv": "é\n"})
    assert [path.name for path in tmp_path.iterdir()] == ["round"]
    assert (tmp_path / "round" / "a.csv").read_bytes() == "é\n".encode()


def test_the_current_folder_is_not_replaced(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="current folder"):
        write_folder(Path(), {"a.csv": ""})


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(tmp_path / "file" / "round", {"a.csv": ""})
    with pytest.raises(InputError, match="not empty"):
        write_folder(tmp_path / "file", {"a.csv": ""})
