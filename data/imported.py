"""What an import read, wrote and left out, and how it says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .problems import counted


@dataclass(frozen=True)
class ImportReport:
    """What an import read, wrote and left out.

    Attributes
    ----------
    folder
        The round folder.
    rows_read, rows_written, coarse_written
        Events in the file, reports in the round, coarse records in its ``totals.csv``.
    left_out
        Events that are no reports of the round, by reason.
    organizations, contenders
        Ids; contenders are named in the window, in a row that is not state-based.
    rivalries
        Pairs of sides that some report of the window names, coarse ones among them.
    rivalries_written
        The same of all reports written, history among them.
    window_rows, window_deaths
        Events written that fall into the window, coarse ones among them, and their dead.
    coarse_rows, coarse_deaths
        Those of them whose place or day is coarse.
    notes
        Sentences for the user: what was mended, what could not be placed.
    """

    folder: Path
    rows_read: int
    rows_written: int
    coarse_written: int
    left_out: Mapping[str, int]
    organizations: tuple[str, ...]
    contenders: tuple[str, ...]
    rivalries: tuple[str, ...]
    rivalries_written: tuple[str, ...]
    window_rows: int
    window_deaths: int
    coarse_rows: int
    coarse_deaths: int
    notes: tuple[str, ...]

    @property
    def coarse_share(self) -> float:
        """Share of the window's dead in coarse records; 0 where nobody died."""
        return self.coarse_deaths / self.window_deaths if self.window_deaths else 0.0

    def sentences(self) -> tuple[str, ...]:
        """Say what was done, for the command."""
        left = [f"{counted(n, 'event')} left out: {why}." for why, n in self.left_out.items()]
        written, read = counted(self.rows_written, "report"), counted(self.rows_read, "event")
        inside, named = counted(self.window_rows, "event"), len(self.contenders)
        coarse = counted(self.coarse_rows, "coarse record holds", "coarse records hold")
        in_totals = counted(self.coarse_written, "coarse record")
        rivals = counted(len(self.rivalries), "rivalry", "rivalries")
        return (
            f"{self.folder}: {written} and {in_totals} (totals.csv) of {read} read.",
            *left,
            f"Window: {inside}, {self.window_deaths} dead.",
            f"Window: {counted(named, 'contender')}, {rivals}.",
            f"Window: {coarse} {self.coarse_share:.1%} of the dead.",
            *self.notes,
        )
