"""Everything dtoscore raises on purpose.

DtoscoreError
├── InputError      the user's files are at fault: one sentence a problem, all at once
├── ModelError      the model asked for cannot be built from this evidence
├── FitError        the sampler did not give draws that may be used
└── DecisionError   a decision was asked for that the draws cannot carry
"""

from collections.abc import Iterable


class DtoscoreError(Exception):
    """Base of every error that dtoscore raises on purpose."""


class InputError(DtoscoreError):
    """The input is at fault.

    Parameters
    ----------
    problems
        One clear sentence each: file, row, value, rule, choices.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))


class ModelError(DtoscoreError):
    """The model asked for cannot be built from this evidence."""


class FitError(DtoscoreError):
    """The sampler did not give draws that may be used."""


class DecisionError(DtoscoreError):
    """A decision was asked for that the draws cannot carry."""
