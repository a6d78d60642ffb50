"""Random numbers of a simulation: one stream for the core, one for each structure added.

Turning a structure on draws nothing from the core's stream, nor from another structure's: two
worlds that differ in one structure share everything else. Claims alone are drawn from the core's.
"""

import numpy as np

STRUCTURES = (
    "noise",
    "own noise",
    "heavy tail",
    "never visible",
    "groups",
    "copying",
    "delay",
    "counts",
    "ranges",
    "bribes",
    "totals",
    "ambiguous names",
    "strains",
    "leads",
)


def stream(seed: int, structure: str, part: int = 0) -> np.random.Generator:
    """Return the generator of a structure, and of its ``part`` (a source, a group, a series)."""
    key = (1 + STRUCTURES.index(structure), part)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
