"""A release that appears whole or not at all.

The folder is filled under a temporary name beside its place and renamed when complete. What is
no release is never removed, wherever it stands.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from ..data.errors import InputError
from ..data.partial import locked, partial, prefix
from .destination import ELSEWHERE, absolute, in_the_way


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``out`` when the block ends well.

    An older release at ``out`` is replaced. When the block raises, ``out`` stays as it was.
    Between the two renames of a replacement a crash can leave ``out`` under its aside name; the
    next call, or ``recover``, moves it back.

    Raises
    ------
    InputError
        Where something else than a release or an empty folder stands at ``out``, now or when
        the block ends.
    """
    out = absolute(out)
    recover(out)
    _check(out)
    with partial(out) as folder:
        yield folder
        _check(out)
        _replace(folder, out)


def recover(out: Path) -> None:
    """Put right what a dead process left beside ``out``.

    An old release that was moved aside comes back if no new one took its place; temporary
    folders of dead processes are removed, those of living ones are left alone.
    """
    for aside in _folders(out, _aside(out)):
        with locked(aside) as dead:
            if dead and not out.exists():
                aside.rename(out)
            elif dead and in_the_way(aside) is None:
                shutil.rmtree(aside)
    for left in _folders(out, prefix(out)):
        with locked(left) as dead:
            if dead:
                shutil.rmtree(left)


def _folders(out: Path, beginning: str) -> list[Path]:
    """Folders beside ``out`` whose names begin so; files and links are nobody's leftovers."""
    found = sorted(out.parent.glob(f"{escape(beginning)}*"))
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def _check(out: Path) -> None:
    reason = in_the_way(out)
    if reason is not None:
        raise InputError([f"{out} {reason}; {ELSEWHERE}"])


def _aside(out: Path) -> str:
    return f".{out.name}.old-"


def _replace(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
        return
    aside = out.with_name(_aside(out) + folder.name.removeprefix(prefix(out)))
    with locked(out):
        out.rename(aside)
        try:
            folder.rename(out)
        except OSError:
            aside.rename(out)
            raise
        shutil.rmtree(aside)
