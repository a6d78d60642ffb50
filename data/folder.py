"""Writing a round folder: TOML and CSV text, all files at once or none."""

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from .errors import InputError


def csv_text(frame: pd.DataFrame) -> str:
    """Write a table as CSV: Unix line ends, ISO days, no index."""
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def toml_text(values: Mapping[str, object]) -> str:
    """Write a flat table as TOML; None is left out.

    Parameters
    ----------
    values
        By key, which may be dotted: strings, booleans, numbers, days (written as strings, as
        docs/formats.md has them), and sequences and mappings of these.
    """
    lines = [f"{key} = {_toml_value(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def write_folder(folder: Path, files: Mapping[str, str]) -> Path:
    """Write text files into a new folder, through a temporary one beside it.

    Parameters
    ----------
    folder
        Made with its parents; it may exist only if it is empty.
    files
        Text by file name.

    Raises
    ------
    InputError
        Where the folder already holds something, or its place cannot be written.
    """
    folder = Path(folder)
    if folder.absolute() == Path.cwd():
        raise InputError([f"{folder} is the current folder, not to be replaced; name a new one"])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError([f"{folder} exists and is not empty; name a new folder"])
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name, text in files.items():
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror or error}"]) from error
    return folder


def _toml_value(value: object) -> str:
    if isinstance(value, dt.date):
        return json.dumps(value.isoformat())
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml_value(item)}' for key, item in value.items())} }}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    # A JSON string, number or boolean is a TOML one; TOML also wants DEL escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
