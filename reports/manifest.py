"""manifest.json: what a folder is known by as a release of dtoscore."""

import json
from pathlib import Path
from typing import Any

NAME = "manifest.json"
MANIFEST = "dtoscore/manifest/1"
"""What a manifest says that it is, in its ``schema``."""


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
