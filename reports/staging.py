"""A folder that appears whole or not at all.

The folder is filled under a temporary name beside its place and renamed when complete. A
process holds a lock on its temporary folder as long as it lives, so that the next start
tells the folder of a dead process from that of a living one.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes ``out`` when the block ends well.

    An older ``out`` is replaced. When the block raises, ``out`` stays as it was. Between the
    two renames of a replacement a crash can leave ``out`` under its aside name; the next
    call, or ``recover``, moves it back.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow a link at out
    out.parent.mkdir(parents=True, exist_ok=True)
    recover(out)
    folder = Path(tempfile.mkdtemp(prefix=_partial(out), dir=out.parent))
    lock = _lock(folder)
    try:
        folder.chmod(0o755)  # mkdtemp makes it private
        yield folder
        _replace(folder, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def recover(out: Path) -> None:
    """Put right what a dead process left beside ``out``.

    An old folder that was moved aside comes back if no new one took its place; temporary
    folders of dead processes are removed, those of living ones are left alone.
    """
    for aside in sorted(out.parent.glob(f"{_aside(out)}*")):
        if _is_dead(aside):
            if out.exists():
                shutil.rmtree(aside)
            else:
                aside.rename(out)
    for partial in sorted(out.parent.glob(f"{_partial(out)}*")):
        if _is_dead(partial):
            shutil.rmtree(partial)


def _partial(out: Path) -> str:
    return f".{out.name}.partial-"


def _aside(out: Path) -> str:
    return f".{out.name}.old-"


def _replace(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
        return
    holder = _lock(out)
    aside = out.with_name(_aside(out) + folder.name.removeprefix(_partial(out)))
    try:
        out.rename(aside)
        try:
            folder.rename(out)
        except OSError:
            aside.rename(out)
            raise
        shutil.rmtree(aside)
    finally:
        if holder is not None:
            os.close(holder)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed or the process dies; None if it is held."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _is_dead(folder: Path) -> bool:
    lock = _lock(folder)
    if lock is not None:
        os.close(lock)
    return lock is not None
