"""One fit of a study that fits each setting with several models."""

from dataclasses import dataclass
from typing import ClassVar

from ..inference.fit import FitOptions
from ..inference.seeds import derive
from ..models.structure import CORE, Structure

MODELS = {"complete": Structure(), "core": CORE}
TUNE, DRAWS = 500, 600
"""With 250 to tune chains were still on their way from where they started: the least ESS of a
parameter was 6 of 800 in one round, and 25 after 700."""


@dataclass(frozen=True)
class StudyTask:
    """One round, one model; a study's own class states its ``ROOT``, the seed of all."""

    ROOT: ClassVar[int]

    setting: str
    number: int
    model: str

    @property
    def seed(self) -> int:
        """Of what happens: the same in every setting."""
        return derive(self.ROOT, f"round {self.number}") % 2**62

    @property
    def options(self) -> FitOptions:
        """How it is fitted: two chains on one core."""
        seed = derive(self.seed, f"{self.setting} {self.model}") % 2**31
        return FitOptions(draws=DRAWS, tune=TUNE, chains=2, cores=1, seed=seed)

    @property
    def file(self) -> str:
        """Where its result is kept."""
        return f"{self.setting}-{self.number:03d}-{self.model}.json".replace(" ", "-")
