"""The command lines of studies that go on where they were stopped: of rounds, or of a few fits."""

import argparse
import functools
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..inference.fit import FitOptions
from ..inference.store import options_hash
from .recovery_compare import Row
from .recovery_run import kept, run
from .recovery_table import fit_of
from .study_task import StudyTask

Rows = list[Mapping[str, Any]]
ROOT = Path(__file__).resolve().parent.parent
MAKES_RECORDS = ("data", "models", "inference", "studies")
"""Folders whose files a record of a study hangs on."""
WRITES_PAGES = {
    "moves_report.py", "real_report.py", "recovery_report.py", "recovery_results.py",
    "recovery_table.py", "strained_report.py", "strained_results.py",
}  # fmt: skip
"""Files of ``studies`` that make pages of records: these stay what they are where one changes."""


@functools.cache
def code() -> str:
    """Digest of all code and assets that make records; of other code, others.

    The formulas alone would not do: what is simulated, how it is counted, realized, scored and
    compared, and how many draws are taken make a record as much.
    """
    digest = hashlib.sha256()
    for folder in MAKES_RECORDS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.name not in WRITES_PAGES:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def parser(name: str, rounds: int) -> argparse.ArgumentParser:
    """Options of every study.

    Parameters
    ----------
    name
        Of the module, and of the study's folder in ``build``.
    rounds
        How many, where nobody says.
    """
    made = argparse.ArgumentParser(prog=f"python -m dtoscore.studies.{name}")
    made.add_argument("--rounds", type=int, default=rounds, help="of each setting")
    made.add_argument("--processes", type=int, default=os.cpu_count())
    made.add_argument("--out", type=Path, required=True, help="folder of the tables")
    made.add_argument("--work", type=Path, default=Path("build") / name)
    made.add_argument("--commit", default="not stated", help="of the code, for the tables")
    made.add_argument("--report-only", action="store_true", help="of the rounds that are there")
    return made


def fit_parser(name: str, folder: str, target_accept: float) -> argparse.ArgumentParser:
    """Options of a study of a few fits, as the product makes them.

    Parameters
    ----------
    name, folder
        Of the module, and of its results in ``build``.
    target_accept
        Where nobody says.
    """
    made = argparse.ArgumentParser(prog=f"python -m dtoscore.studies.{name}")
    made.add_argument("--out", type=Path, required=True, help="folder of the page")
    made.add_argument("--work", type=Path, default=Path("build") / folder)
    made.add_argument("--draws", type=int, default=1000)
    made.add_argument("--tune", type=int, default=1000)
    made.add_argument("--chains", type=int, default=4)
    made.add_argument("--cores", type=int, default=os.cpu_count())
    made.add_argument("--target-accept", type=float, default=target_accept)
    made.add_argument("--commit", default="not stated", help="of the code, for the page")
    return made


def fit_options(given: argparse.Namespace) -> FitOptions:
    """How the fits of such a study are made."""
    return FitOptions(
        given.draws, given.tune, given.chains, given.cores, target_accept=given.target_accept
    )


def fit_file(work: Path, named: Sequence[str], options: FitOptions) -> Path:
    """Where the record of a fit is kept: other code or options, other results, never mixed."""
    name = "-".join((*named, options_hash(options))).replace(" ", "-")
    return work / code() / f"{name}.json"


def carried_on[Task: StudyTask](
    study: Callable[[Task], Row],
    asked: Sequence[Task],
    earlier: Sequence[Mapping[str, Any]],
    given: argparse.Namespace,
) -> Rows:
    """Study what is not there yet; all records in the order of the tasks, others last.

    Records of earlier tables stay, each with the commit that it was made by: whoever changes what
    they depend on takes them away.

    Parameters
    ----------
    earlier
        Records that a table of the study holds already.

    Raises
    ------
    SystemExit
        Where there is none at all.
    """
    there = {fit_of(row) for row in earlier}
    chosen = [task for task in asked if (task.setting, task.number, task.model) not in there]
    work = given.work / code()  # what other code made is not taken for its own
    if not given.report_only:
        run(study, chosen, work, given.processes)
    rows = [*earlier, *({"commit": given.commit, **row} for row in kept(chosen, work))]
    if not rows:
        raise SystemExit("no round of the study is there yet: leave out --report-only")
    order = {(task.setting, task.number, task.model): n for n, task in enumerate(asked)}
    return sorted(rows, key=lambda row: order.get(fit_of(row), len(order)))
