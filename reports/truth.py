"""The truth of a simulated round beside a release: only where both are of one round."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..data.attribution import OTHER
from ..data.errors import InputError
from ..data.problems import Problems, listed
from ..data.tomlfile import read_toml
from .canonical import sha256
from .console import read_json
from .document import SCHEMA

Document = Mapping[str, Any]


def read_both(folder: Path, release: Path) -> tuple[Document, Document]:
    """Read release.json and the truth of the simulated round that it was made of.

    Parameters
    ----------
    folder
        A simulated round: ``truth.json`` lies beside ``round.toml``.
    release
        A release folder.

    Raises
    ------
    InputError
        Where a file cannot be read or is something else, or both are not of one round.
    """
    truth = read_json(folder / "truth.json")
    document = read_json(release / "release.json")
    if not isinstance(truth.get("score"), dict) or "worst" not in truth:
        raise InputError([f"{folder / 'truth.json'} holds no truth of a simulated round"])
    if document.get("schema") != SCHEMA:
        raise InputError([f"{release / 'release.json'} is no release of dtoscore"])
    other = _difference(folder, release, truth, document)
    if other:
        said = f"{folder / 'truth.json'} is not the truth of {release}, which is of another round"
        raise InputError([f"{said}: {other}"])
    return document, truth


def _difference(folder: Path, release: Path, truth: Document, document: Document) -> str:
    """Say in what a round and a release differ first, "" where in nothing."""
    name = _round_id(folder)
    if document["round"] != name:
        return f"its id is {document['round']!r}, not {name!r}"
    ours, theirs = set(truth["score"]), {str(o["id"]) for o in document["organizations"]}
    odd = sorted((ours ^ theirs) - {OTHER})
    if odd:
        return f"only one of both has {listed(odd)}"
    return "it was made of other reports" if _has_other_reports(folder, release) else ""


def _round_id(folder: Path) -> str:
    problems = Problems()
    section = read_toml(folder / "round.toml", problems)
    problems.stop_if_any()
    return "" if section is None else str(section.entries.get("id", ""))


def _has_other_reports(folder: Path, release: Path) -> bool:
    """Whether a release says by its hash that it was made of other reports.

    Simulated rounds of other seeds have the same id and the same roster.
    """
    file, hashes = folder / "reports.csv", release / "input" / "hashes.json"
    if not (file.is_file() and hashes.is_file()):
        return False
    entry = read_json(hashes).get(file.name, {})
    return bool(entry.get("sha256") != sha256(file))
