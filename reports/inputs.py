"""The input beside the release: the round's files or their hashes, and the settings."""

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from .canonical import canonical_json, plain, sha256

TABLES = (
    "reports", "organizations", "sources", "presence", "totals", "links", "mappings",
    "events", "quantities", "flows", "rivalries", "covariates",
)  # fmt: skip
"""Tables of a round folder. What is not named here is never copied: a round folder may
hold its truth, earlier releases, work files and an office's private notes."""
_NAMES = ("round.toml", "rubric.toml", *(f"{t}.{e}" for t in TABLES for e in ("csv", "parquet")))
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_input(
    round_folder: Path,
    out: Path,
    settings: Mapping[str, object],
    columns: Mapping[str, Sequence[str]],
) -> None:
    """Write ``input/``: what was read of the round, or hashes alone, and ``settings.toml``.

    Parameters
    ----------
    round_folder, out
        Where the round is, and the folder to make.
    settings
        Effective priors, rubric and roster.
    columns
        The columns that were read and judged, by file. Others, and files that nobody judged,
        do not leave the office: they may hold persons. Empty where nothing may be published.
    """
    out.mkdir()
    files = [round_folder / name for name in _NAMES if (round_folder / name).is_file()]
    hashes = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in files}
    (out / "hashes.json").write_text(canonical_json(hashes), encoding="utf-8")
    for path in files if columns else ():
        if path.suffix == ".toml":
            shutil.copyfile(path, out / path.name)
        elif path.name in columns:
            _copy_columns(path, out / path.name, frozenset(columns[path.name]))
    (out / "settings.toml").write_text(toml(plain(settings)), encoding="utf-8")


def _copy_columns(source: Path, target: Path, columns: frozenset[str]) -> None:
    """Copy a table without its other columns; byte for byte where it has none."""
    is_csv = source.suffix == ".csv"
    frame = (
        pd.read_csv(source, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        if is_csv
        else pd.read_parquet(source)
    )
    known = [name for name in frame.columns if str(name).strip() in columns]
    if len(known) == len(frame.columns):
        shutil.copyfile(source, target)
    elif is_csv:
        frame[known].to_csv(target, index=False, lineterminator="\n")
    else:
        frame[known].to_parquet(target, index=False)


def toml(values: Mapping[str, object]) -> str:
    """Write nested tables as TOML, keys sorted; None is left out."""
    return "\n".join(_table(values, ())).strip() + "\n"


def _table(values: Mapping[str, object], path: tuple[str, ...]) -> Iterable[str]:
    inner = {key: item for key, item in sorted(values.items()) if isinstance(item, Mapping)}
    leaves = {key: item for key, item in sorted(values.items()) if key not in inner}
    if path and (leaves or not inner):
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, item in leaves.items():
        if item is not None:
            yield f"{_key(key)} = {_value(item)}"
    for key, item in inner.items():
        yield from _table(item, (*path, key))


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _value(text)


def _value(item: object) -> str:
    if isinstance(item, Mapping):
        pairs = (f"{_key(k)} = {_value(v)}" for k, v in sorted(item.items()) if v is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(item, list):
        return f"[{', '.join(_value(part) for part in item if part is not None)}]"
    # A JSON string, number or boolean is a TOML one; TOML also wants DEL escaped.
    return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
