"""Where every random number comes from: one seed a run, and a seed for each use of it."""

import zlib

import numpy as np


def derive(seed: int, use: str) -> int:
    """Derive the seed of one use, such as "realize", so that uses share no random numbers.

    Returns
    -------
    int
        The same for the same seed and name, everywhere; below 2**63.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(use.encode()),))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))
