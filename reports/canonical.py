"""Bytes that are the same for the same content: canonical JSON and SHA-256."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

DIGITS = 6
"""Significant digits of every float that is written."""


def canonical_json(value: object) -> str:
    """Write JSON with sorted keys, floats of six significant digits, and no NaN.

    A key whose value is not a finite number is left out; inside a list it reads ``null``.
    """
    text = json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def plain(value: object) -> Any:
    """Turn records, mappings, tuples and numpy scalars into what JSON knows; NaN becomes None."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        items = {str(key): (plain(item), item) for key, item in value.items()}
        return {key: new for key, (new, old) in items.items() if new is not None or old is None}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return number(float(value))
    return value if value is None else str(value)


def number(value: float) -> float | None:
    """Round to the digits that are published; None where it is not finite."""
    if not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0  # + 0.0 turns -0.0 into 0.0


def sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_hashes(folder: Path, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """Hash every file under a folder, by its path with forward slashes, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = ((path.relative_to(folder).as_posix(), path) for path in files)
    return {name: sha256(path) for name, path in named if name not in leave_out}
