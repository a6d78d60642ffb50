"""Folders that are being filled: under a temporary name, locked by the process that fills them.

A process holds the lock of its folder as long as it lives, so that the next one tells what a
dead process left from what a living one is filling.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    HAS_LOCKS = False
else:
    HAS_LOCKS = True


def prefix(path: Path) -> str:
    """Return how the names of the folders begin that are to become ``path``."""
    return f".{path.name}.partial-"


@contextmanager
def partial(path: Path) -> Iterator[Path]:
    """Give a locked empty folder beside ``path``; it is removed if it was not renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix(path), dir=path.parent))
    with locked(folder):
        try:
            folder.chmod(0o755)  # mkdtemp makes it private
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Lock a folder during the block; say whether the lock was got.

    It is not got where a living process has it, where the folder is gone, and on a machine
    without ``fcntl`` (Windows). There every folder counts as a living process's: what a
    dead one left stays until somebody removes it, and a release that it moved aside is not
    moved back.
    """
    descriptor = _lock(folder)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed or the process dies; None where it cannot."""
    if not HAS_LOCKS:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
