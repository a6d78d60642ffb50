"""The release before this one: what a chain of releases is held together by."""

from pathlib import Path

from ..data.errors import InputError
from .canonical import sha256
from .manifest import MANIFEST, NAME, read_manifest


def previous_hash(release: Path | None, named: str | None) -> str | None:
    """Hash the manifest of the release before this one.

    Parameters
    ----------
    release
        Its folder; None where none is given.
    named
        The round that ``round.toml`` names as ``previous``.

    Returns
    -------
    SHA-256 of its ``manifest.json``, or None where no release is given.

    Raises
    ------
    InputError
        Where the folder does not exist, is no release, or is one of another round than ``named``.
    """
    if release is None:
        return None
    if not release.exists():
        raise InputError([f"{release}, given as --previous, does not exist"])
    file = release / NAME
    found = read_manifest(release)
    if found.get("schema") != MANIFEST:
        raise InputError([f"{file} is no manifest of a release, so {release} cannot go before"])
    if found.get("round") != named:
        said = "names no previous round" if named is None else f"says previous = {named!r}"
        raise InputError([f"{file} is of round {found.get('round')!r}, but round.toml {said}"])
    return sha256(file)


def unlinked(release: Path | None, named: str | None) -> tuple[str, ...]:
    """Say that a round names one before it whose release was not given."""
    if release is not None or named is None:
        return ()
    note = (
        f"round.toml says previous = {named!r}, but no --previous RELEASE is given: the manifest "
        "will not hold the hash of that release"
    )
    return (note,)
