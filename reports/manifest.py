"""manifest.json: what a folder is known by as a release of dtoscore."""

import json
from pathlib import Path
from typing import Any

NAME = "manifest.json"
MANIFEST = "dtoscore/manifest/1"
"""What a manifest says that it is, in its ``schema``."""
UNHASHED = frozenset({"run.json", NAME})
"""run.json may differ between two runs, so the manifest leaves it out; run.json names the
hash of the manifest instead."""


def is_release(folder: Path) -> bool:
    """Whether a folder holds the manifest of a release."""
    return read_manifest(folder).get("schema") == MANIFEST


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a folder; empty where there is none."""
    try:
        value = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def foreign(folder: Path) -> list[str]:
    """Name the files of a release's folder that are none of the release."""
    own = {*UNHASHED, *read_manifest(folder).get("files", {})}
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in own)
