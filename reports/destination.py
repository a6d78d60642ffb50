"""Where a release may go: where nothing is, or where a release is that it replaces.

Replacing a folder removes it. What dtoscore has not written is therefore never replaced, and
neither are the round and the release before it, whatever they look like.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from ..data.errors import InputError
from ..data.partial import partial, prefix
from ..data.problems import listed
from .manifest import foreign, is_release

ELSEWHERE = "name a new folder, an empty one, or a release to replace"


def check_destination(out: Path, round_folder: Path, previous: Path | None = None) -> None:
    """Refuse a place for the release before any work is done for it; nothing is changed there.

    Parameters
    ----------
    out
        The place, as the user named it.
    round_folder
        The round to release. Where it is no folder nothing is refused here: who reads the round
        says so.
    previous
        The release before this one, if it is given.

    Raises
    ------
    InputError
        Where a release at ``out`` would touch the round, its fits or the release before, would
        replace what is no release, or could not be written.
    """
    if not round_folder.is_dir():
        return
    place = absolute(out)
    try:
        reason = (
            _meets_round(place.resolve(), round_folder)
            or _meets_previous(place.resolve(), previous)
            or in_the_way(place)
        )
        if reason is None:
            _try(place)
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}"
    if reason is not None:
        raise InputError([f"{out} {reason}; {ELSEWHERE}"])


def absolute(out: Path) -> Path:
    """Return the absolute path of a place, a link at its end not followed."""
    return Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link at out


def in_the_way(place: Path) -> str | None:
    """Say why what stands at a place may not be replaced; None where it may."""
    if place.is_symlink():
        return "is a link"
    if not place.exists():
        return None
    if not place.is_dir():
        return "is a file"
    if place.is_mount():
        return "is the root of a file system, which cannot be replaced"
    if any(place.iterdir()) and not is_release(place):
        return "is a folder of other things than a release of dtoscore"
    if others := foreign(place):
        return f"holds more than the release that dtoscore wrote there ({listed(others)})"
    return None


def _meets_round(place: Path, round_folder: Path) -> str | None:
    """Say how a place would touch the round or its fits; None where it would not."""
    inside, work = round_folder.resolve(), (round_folder / "work").resolve()
    if place == inside:
        return "is the round folder itself"
    if place in inside.parents:
        return f"contains the round folder {round_folder}"
    if place == work or work in place.parents:
        return f"is in {round_folder / 'work'}, where the fits are kept"
    return None


def _meets_previous(place: Path, previous: Path | None) -> str | None:
    """Say how a place would touch the release before this one; None where it would not."""
    if previous is None:
        return None
    before = previous.resolve()
    if place in (before, *before.parents):
        return f"would replace {previous}, the previous release that this one is to point to"
    if before in place.parents:
        return f"is in {previous}, the previous release"
    return None


def _try(place: Path) -> None:
    """Make the folders that the release needs under another name, and remove them.

    Only trying tells: permissions say nothing to the superuser, nor of file systems that take no
    folder.
    """
    standing = next(parent for parent in place.parents if parent.exists())
    with (
        TemporaryDirectory(prefix=prefix(place), dir=standing) as trial,
        partial(Path(trial) / place.relative_to(standing)),
    ):
        pass
