"""A round and the priors that it states, read together: all problems of both at once."""

from pathlib import Path

from ..data.errors import InputError
from ..data.readers import read_round
from ..data.rounds import Round, Settings
from .priors import Priors


def read(folder: Path) -> tuple[Round, Priors]:
    """Read a round folder, and the model's priors as ``round.toml`` has them.

    Raises
    ------
    InputError
        Where the round or a prior is at fault, all problems at once.
    """
    round_ = read_round(folder, _faults)
    return round_, Priors().override(round_.settings.priors)


def _faults(settings: Settings) -> tuple[str, ...]:
    """Say what is wrong with the priors that are given."""
    try:
        Priors().override(settings.priors)
    except InputError as fault:
        return tuple(fault.problems)
    return ()
