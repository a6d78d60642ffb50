"""Truth recovery: simulated rounds, fitted as real ones are, beside what truly happened.

``python -m dtoscore.studies.recovery --rounds 60 --out docs/evidence`` draws rounds of
three sizes from the priors, and rounds of two settings that are not drawn from them, fits
each, and writes ``recovery.csv`` (one row a round and contender) and ``recovery.md``. What a
round gave is kept in the work folder at once, so that a stopped study goes on where it was.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from ..data.regions import SETS
from ..data.simulate import simulate
from ..data.worlds import national_world
from ..inference.fit import FitOptions, density, run_nutpie
from ..inference.seeds import derive
from ..inference.standing import standing
from ..models.design import design
from ..models.priors import Priors
from ..models.structure import CORE, Structure
from . import recovery_report
from .recovery_compare import Fitted, Row, contenders, parameters, sources
from .recovery_run import run
from .recovery_size import SIZES
from .recovery_world import Recoverable, draw_round, reported
from .study_main import code

SEED = 20_240
NOTORIETY, SILENCED = "notoriety", "silenced press"
VIOLATIONS = (NOTORIETY, SILENCED)
TUNE, USUAL_DRAWS = 500, 1000
DRAWS = {size.name: size.draws for size in SIZES}


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
    fitted = fit(draw(task), task.options, task.seed, CORE)
    return {
        "setting": task.setting,
        "round": task.number,
        "seed": task.seed,
        "tries": fitted.round.tries,
        **summary(fitted),
        "seconds": process_time() - started,
        "contenders": contenders(fitted, task.seed),
        "sources": list(sources(fitted, task.seed)),
        "parameters": list(parameters(fitted)),
    }


def summary(fitted: Fitted) -> Row:
    """Size of a round and quality of its fit."""
    found = fitted.diagnostics
    return {
        "seen": len(fitted.round.evidence.incidents),
        "happened": len(fitted.round.simulated.incidents),
        "passed": found.passed,
        "rhat": found.rhat_max,
        "ess": min(found.ess_bulk_min, found.ess_tail_min),
        "divergences": found.divergences,
        "failures": [str(failure) for failure in found.failures],
        "steps": fitted.steps,
    }


def fit(drawn: Recoverable, options: FitOptions, seed: int, structure: Structure) -> Fitted:
    """Fit and score a round as the product does."""
    plan = design(drawn.evidence, structure, drawn.priors)
    target = density(plan, drawn.priors)
    tree = run_nutpie(target, options, None)
    posterior, stats = (tree[name].to_dataset() for name in ("posterior", "sample_stats"))
    found = standing(posterior, stats, plan, drawn.rubric, seed)
    return Fitted(drawn, plan, posterior, *found, float(stats["n_steps"].mean()))


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(prog="python -m dtoscore.studies.recovery")
    parser.add_argument("--rounds", type=int, default=60, help="drawn from the priors")
    parser.add_argument("--violations", type=int, default=10, help="of each other setting")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--work", type=Path, default=Path("build/recovery"))
    parser.add_argument("--commit", default="not stated", help="of the code, for the report")
    given = parser.parse_args(arguments)
    work = given.work / code()  # other code, other results: never mixed
    rows = run(study, tasks(given.rounds, given.violations), work, given.processes)
    recovery_report.write(rows, given.out, f"commit {given.commit}, seed {SEED}")


if __name__ == "__main__":
    main()
