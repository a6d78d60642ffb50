"""A folder that appears whole or not at all.

The folder is filled under a temporary name beside its place and renamed when complete.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..data.partial import locked, partial, prefix


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``out`` when the block ends well.

    An older ``out`` is replaced. When the block raises, ``out`` stays as it was. Between the
    two renames of a replacement a crash can leave ``out`` under its aside name; the next
    call, or ``recover``, moves it back.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link at out
    recover(out)
    with partial(out) as folder:
        yield folder
        _replace(folder, out)


def recover(out: Path) -> None:
    """Put right what a dead process left beside ``out``.

    An old folder that was moved aside comes back if no new one took its place; temporary
    folders of dead processes are removed, those of living ones are left alone.
    """
    for aside in sorted(out.parent.glob(f"{_aside(out)}*")):
        with locked(aside) as dead:
            if dead and out.exists():
                shutil.rmtree(aside)
            elif dead:
                aside.rename(out)
    for left in sorted(out.parent.glob(f"{prefix(out)}*")):
        with locked(left) as dead:
            if dead:
                shutil.rmtree(left)


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
