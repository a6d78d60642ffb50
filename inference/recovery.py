"""Truth recovery: simulated rounds, fitted as real ones are, beside what truly happened.

``python -m dtoscore.inference.recovery --rounds 60 --out docs/evidence`` draws rounds of
three sizes from the priors, and rounds of two settings that are not drawn from them, fits
each, and writes ``recovery.csv`` (one row a round and contender) and ``recovery.md``. What a
round gave is kept in the work folder at once, so that a stopped study goes on where it was.
"""

import argparse
import json
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from ..data.regions import SETS
from ..data.simulate import simulate
from ..data.worlds import national_world
from ..models.compiled import cache_folder
from ..models.design import design
from ..models.priors import Priors
from ..models.structure import CORE
from . import recovery_report
from .diagnose import diagnose
from .fit import FitOptions, density, run_nutpie
from .ranks import rank
from .realize import realize
from .recovery_compare import Fitted, Row, contenders, parameters, sources
from .recovery_size import SIZES
from .recovery_world import Recoverable, draw_round, reported
from .scores import score
from .seeds import derive

SEED = 20_240
NOTORIETY, SILENCED = "notoriety", "silenced press"
VIOLATIONS = (NOTORIETY, SILENCED)
TUNE, USUAL_DRAWS = 500, 1000
DRAWS = {size.name: size.draws for size in SIZES}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """One round of the study."""

    setting: str
    number: int

    @property
    def seed(self) -> int:
        """Everything random in the round hangs on it."""
        return derive(SEED, f"{self.setting} {self.number}")

    @property
    def options(self) -> FitOptions:
        """How it is fitted: two chains on one core."""
        draws = DRAWS.get(self.setting, USUAL_DRAWS)
        seed = derive(self.seed, "fit") % 2**31
        return FitOptions(draws=draws, tune=TUNE, chains=2, cores=1, seed=seed)

    @property
    def file(self) -> str:
        """Where its result is kept."""
        name = f"{self.setting}-{self.number:03d}-{self.options.draws}.json"
        return name.replace(" ", "-")


def tasks(rounds: int, violations: int) -> list[Task]:
    """List the study's rounds: sizes in turn, then the settings that violate the priors."""
    drawn = [(SIZES[n % len(SIZES)].name, n // len(SIZES)) for n in range(rounds)]
    drawn += [(setting, n) for n in range(violations) for setting in VIOLATIONS]
    return [Task(setting, number) for setting, number in drawn]


def draw(task: Task) -> Recoverable:
    """Draw the round of a task."""
    sizes = {size.name: size for size in SIZES}
    if task.setting in sizes:
        return draw_round(sizes[task.setting], task.seed)
    world = national_world(
        task.seed,
        organizations=6,
        regions=SETS["MX"][:6],
        n_months=9,
        incidents=1200.0,
        kinds=("homicide", "terrorism"),
        rivalries=2,
        notoriety=task.setting == NOTORIETY,
        silenced_press=task.setting == SILENCED,
    )
    simulated = simulate(world, derive(task.seed, "simulate"))
    evidence, rubric = reported(simulated)
    return Recoverable({}, simulated, evidence, rubric, Priors())


def study(task: Task) -> Row:
    """Draw, fit and compare one round: a plain record, ready for JSON."""
    started = process_time()
    fitted = fit(draw(task), task)
    found = fitted.diagnostics
    return {
        "setting": task.setting,
        "round": task.number,
        "seed": task.seed,
        "tries": fitted.round.tries,
        "seen": len(fitted.round.evidence.incidents),
        "happened": len(fitted.round.simulated.incidents),
        "passed": found.passed,
        "rhat": found.rhat_max,
        "ess": min(found.ess_bulk_min, found.ess_tail_min),
        "divergences": found.divergences,
        "failures": [str(failure) for failure in found.failures],
        "seconds": process_time() - started,
        "contenders": contenders(fitted, task.seed),
        "sources": list(sources(fitted, task.seed)),
        "parameters": list(parameters(fitted)),
    }


def fit(drawn: Recoverable, task: Task) -> Fitted:
    """Fit and score a round as the product does."""
    plan = design(drawn.evidence, CORE)
    target = density(plan, drawn.priors)
    tree = run_nutpie(target, task.options, None)
    posterior = tree["posterior"].to_dataset()
    realized = realize(posterior, plan, drawn.rubric, derive(task.seed, "realize"))
    scores = score(realized, drawn.rubric)
    ranks = rank(scores, drawn.evidence.axes.contenders)
    stats = tree["sample_stats"].to_dataset()
    found = diagnose(scores, ranks["worst"], stats, posterior, realized["unseen"])
    return Fitted(drawn, plan, posterior, realized, scores, ranks, found)


def run(chosen: list[Task], work: Path, processes: int) -> list[Row]:
    """Study every round that is not there yet; a record of each, in the order of the tasks.

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
        pending = {pool.submit(keep, task, work): task for task in missing}
        for done, future in enumerate(as_completed(pending), start=1):
            problem = future.exception()
            if problem is not None:
                failed.append(f"{pending[future].file}: {problem!r}")
            _tell(f"{done}/{len(missing)} {future.result() if problem is None else failed[-1]}")
    if failed:
        raise RuntimeError("; ".join(failed))
    return [json.loads((work / task.file).read_text(encoding="utf-8")) for task in chosen]


def keep(task: Task, work: Path) -> str:
    """Study a round and keep its record at once; a line about it."""
    row = study(task)
    part = work / f"{task.file}.part"
    part.write_text(json.dumps(row), encoding="utf-8")
    part.replace(work / task.file)
    return _line(row)


def _line(row: Row) -> str:
    inside = sum(0.05 <= one["position"] <= 0.95 for one in row["contenders"])
    return (
        f"{row['setting']} {row['round']}: {row['seen']} incidents seen, "
        f"{inside} of {len(row['contenders'])} intervals hold, R-hat {row['rhat']:.3f}, "
        f"ESS {row['ess']:.0f}, {row['divergences']} divergences, {row['seconds']:.0f} s"
    )


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(prog="python -m dtoscore.inference.recovery")
    parser.add_argument("--rounds", type=int, default=60, help="drawn from the priors")
    parser.add_argument("--violations", type=int, default=10, help="of each other setting")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--work", type=Path, default=Path("build/recovery"))
    parser.add_argument("--commit", default="not stated", help="of the code, for the report")
    given = parser.parse_args(arguments)
    # Other formulas, other results: never mixed.
    work = given.work / cache_folder().name
    rows = run(tasks(given.rounds, given.violations), work, given.processes)
    recovery_report.write(rows, given.out, f"commit {given.commit}, seed {SEED}")


if __name__ == "__main__":
    main()
