"""Run the rounds of a study side by side, and keep what each gave at once."""

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol, cast

from .recovery_compare import Row
from .recovery_table import INSIDE

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Named(Protocol):
    """A round to study, that knows where its result is kept."""

    @property
    def file(self) -> str:
        """File name."""


def run[Task: Named](
    study: Callable[[Task], Row], chosen: Sequence[Task], work: Path, processes: int
) -> list[Row]:
    """Study every round that is not there yet; a record of each, in the order of the tasks.

    Parameters
    ----------
    study
        Draws, fits and compares one round: a plain record, ready for JSON.

    Raises
    ------
    RuntimeError
        Where a round could not be studied; the others are, and are kept.
    """
    work.mkdir(parents=True, exist_ok=True)
    missing = [task for task in chosen if not (work / task.file).exists()]
    _tell(f"{len(chosen) - len(missing)} of {len(chosen)} rounds are there, in {work}")
    for name in THREADS:
        os.environ[name] = "1"
    failed = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        pending = {pool.submit(keep, study, task, work): task for task in missing}
        for done, future in enumerate(as_completed(pending), start=1):
            problem = future.exception()
            if problem is not None:
                failed.append(f"{pending[future].file}: {problem!r}")
            _tell(f"{done}/{len(missing)} {future.result() if problem is None else failed[-1]}")
    if failed:
        raise RuntimeError("; ".join(failed))
    return kept(chosen, work)


def kept(chosen: Sequence[Named], work: Path) -> list[Row]:
    """Read the records that are there."""
    files = [work / task.file for task in chosen]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]


def keep[Task: Named](study: Callable[[Task], Row], task: Task, work: Path) -> str:
    """Study a round and keep its record at once; a line about it."""
    return _line(once(lambda: study(task), work / task.file))


def once(study: Callable[[], Row], file: Path) -> Row:
    """The record of a study that is kept in this file, or studied and kept now."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(study()), encoding="utf-8")
        part.replace(file)
    return cast("Row", json.loads(file.read_text(encoding="utf-8")))


def _line(row: Row) -> str:
    inside = sum(INSIDE[0] <= one["position"] <= INSIDE[1] for one in row["contenders"])
    return (
        f"{row['setting']} {row['round']}: {row['seen']} incidents seen, "
        f"{inside} of {len(row['contenders'])} intervals hold, R-hat {row['rhat']:.3f}, "
        f"ESS {row['ess']:.0f}, {row['divergences']} divergences, {row['steps']:.0f} steps, "
        f"{row['seconds']:.0f} s"
    )


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
