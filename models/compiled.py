"""Compiled loops, kept on disk under a key of everything they are made of.

Numba's own cache looks at the file of a function alone: a loop that calls another file's
keeps the other's old code when that file changes, and would give wrong numbers after an
upgrade. So the folder's name is a hash of every module here: other code, other folder.
"""

import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

REORDERED = {"reassoc", "contract"}
"""Sums may be taken in another order, so that they use wide registers; NaN and ∞ stay."""


@functools.cache
def cache_folder(room: Path) -> Path:
    """Where the machine code of this version is kept.

    Parameters
    ----------
    room
        Folder of the loops that are meant. All of its modules are part of the key: the type of a
        record has no names of fields, so that two of one type may be exchanged.
    """
    here = Path(__file__).parent
    world = here.parent / "data" / "world.py"  # its constants are frozen into the loops
    digest = hashlib.sha256()
    for path in (*sorted({*here.glob("*.py"), *room.glob("*.py")}), world):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "dtoscore" / "compiled" / digest.hexdigest()[:16]


def jit(function: Callable[..., Any]) -> Any:
    """Compile without the interpreter's lock, IEEE division, kept on disk where that works."""
    return _compiled(function, {})


def loop(function: Callable[..., Any]) -> Any:
    """Compile a function that makes no array and reads no struct, for the innermost loops.

    Elsewhere numba counts references to every array that a function touches; in loops of a
    hundred numbers that took two thirds of the time of a gradient.
    """
    return _compiled(function, {"_nrt": False})


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a ``loop`` into whoever calls it.

    For what is handed records of arrays: each array is seven numbers on the stack, and for calls
    that do little, putting them there took a third of the time of a gradient.
    """
    return _compiled(function, {"_nrt": False, "forceinline": True})


def _compiled(function: Callable[..., Any], more: dict[str, Any]) -> Any:
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": REORDERED, **more}
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder(Path(function.__code__.co_filename).parent))
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder can be written: compile anew in each process
        return numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
