"""Moves of P(worst): what one gains by silencing lists, by copies of a name, by splitting off.

``python -m dtoscore.studies.moves --rounds 8 --out docs/evidence`` simulates pairs of rounds in
which the same things happen and only the reports, or the roster, differ, fits each, and writes
``moves.csv`` (one row a fit and contender) and ``moves.md``. A stopped study goes on where it was,
after what ``moves.csv`` holds.
"""

from time import process_time

from ..data.scenarios import (
    CHORUS,
    chorus_world,
    retold,
    silent_cartel,
    splinter_world,
    worst_expected,
)
from ..data.simulate import simulate
from ..data.simulated import Simulated
from ..inference.seeds import derive
from ..models.priors import Priors
from . import moves_report
from .moves_report import APART, AS_IT_WAS, COPIES, HEARD, HONEST, ROLLED_UP, SILENCED
from .recovery import fit, summary
from .recovery_compare import Row, contenders
from .recovery_world import Recoverable, reported
from .study_main import carried_on, parser
from .study_task import MODELS, StudyTask

SEED = 77_003
BOTH, ONE = ("complete", "core"), ("complete",)
VARIANTS = {
    HEARD: BOTH, SILENCED: BOTH, AS_IT_WAS: ONE, COPIES: ONE, HONEST: ONE, ROLLED_UP: ONE,
    APART: ONE,
}  # fmt: skip
"""What is fitted, and with which models."""
NAMED_BY = {COPIES: CHORUS, HONEST: None}
"""Group of the sources that name the next: those that copy one another, those of no group."""
RETOLD = 8
"""Incidents of the worst that are told as another's."""


class Task(StudyTask):
    """One round, one model."""

    ROOT = SEED


def tasks(rounds: int) -> list[Task]:
    """List the fits, round by round."""
    return [
        Task(variant, number, model)
        for number in range(rounds)
        for variant, models in VARIANTS.items()
        for model in models
    ]


def happened(task: Task) -> tuple[Simulated, str]:
    """Simulate a round; the organization whose P(worst) is followed."""
    seed = derive(task.seed, "simulate")
    if task.setting in (HEARD, SILENCED):
        heard = silent_cartel(task.seed, silence=0.0)
        world = silent_cartel(task.seed) if task.setting == SILENCED else heard
        return simulate(world, seed), worst_expected(heard)
    if task.setting in (ROLLED_UP, APART):
        world = splinter_world(task.seed, roll_up=task.setting == ROLLED_UP)
        return simulate(world, seed), worst_expected(world)
    world = chorus_world(task.seed)
    return _retold(simulate(world, seed), worst_expected(world), task.setting)


def _retold(simulated: Simulated, worst: str, variant: str) -> tuple[Simulated, str]:
    """Let all sources tell of some incidents of the worst, and some name the next; who that is.

    Who tells of them is the same in all variants, so that nothing moves but by the names.
    """
    expected = simulated.world.rate.sum(axis=(1, 2, 3))
    others = [name for name in simulated.world.organizations if name != worst]
    named = max(others, key=lambda name: expected[simulated.world.organizations.index(name)])
    frame = simulated.incidents
    own = frame.index[(frame["author"] == worst) & frame["in_window"]][:RETOLD]
    members = [spec.id for spec in simulated.world.sources]
    told = retold(simulated, list(own), members, "")
    if variant == AS_IT_WAS:
        return told, named
    namers = [spec.id for spec in simulated.world.sources if spec.group == NAMED_BY[variant]]
    return retold(told, list(own), namers, named), named


def study(task: Task) -> Row:
    """Simulate, fit and compare one round: a plain record, ready for JSON."""
    started = process_time()
    simulated, followed = happened(task)
    evidence, rubric = reported(simulated)
    drawn = Recoverable({}, simulated, evidence, rubric, Priors())
    fitted = fit(drawn, task.options, task.seed, MODELS[task.model])
    return {
        "setting": task.setting,
        "round": task.number,
        "model": task.model,
        "seed": task.seed,
        "followed": followed,
        **summary(fitted),
        "seconds": process_time() - started,
        "contenders": contenders(fitted, task.seed),
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    given = parser("moves", 8).parse_args(arguments)
    asked = tasks(given.rounds)
    rows = carried_on(study, asked, moves_report.read(given.out), given)
    moves_report.write(rows, given.out, f"seed {SEED}", len(asked))


if __name__ == "__main__":
    main()
