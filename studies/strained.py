"""Coverage under silencing, framing, copying and delay: the complete model beside the core.

``python -m dtoscore.studies.strained --rounds 40 --out docs/evidence`` simulates rounds in
which one structure, or all of them, strains the reports (``data.scenarios.STUDIED``), fits each
with the complete model and with the core, and writes ``strained.csv`` (one row a round, model
and contender; others of regions and of terms) and ``strained.md``. What no report can inform is
drawn from its prior (``strained_world``), and what scenes present from the model's own law
(``strained_claims``); where framing is the strain, with a larger mean of the share of false
claims. With *fixed* framing that share is no draw from its prior; these rounds show how far
coverage falls without adjudicated cases, and how many bring it back. ``--outside-rounds`` adds
worlds without that law. A stopped study goes on where it was, after what ``strained.csv`` holds:
take that away where formulas or worlds change.
"""

from time import process_time
from typing import Any

import numpy as np
import xarray as xr

from ..data.scenarios import STUDIED, strained_world
from ..data.simulate import simulate
from ..data.world import World
from ..inference.seeds import derive
from ..models.priors import Priors
from . import known_world, strained_report
from .recovery import fit, summary
from .recovery_compare import ORACLE_DRAWS, Fitted, Row, contenders
from .recovery_world import Recoverable, reported
from .strained_claims import claimed
from .strained_regions import regions
from .strained_terms import terms
from .strained_world import drawn_from_priors
from .study_main import carried_on, parser
from .study_task import MODELS, StudyTask

SEED = 41_071
FIXED_FRAMING = 0.3
ADJUDICATED = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Expected share of all incidents that the courts report, with fixed framing."""
REGIONS, KINDS, INCIDENTS = 6, ("homicide",), 600.0
CONCENTRATION = 10.0
"""Of the law of each author's share of false claims around its mean, outside the model: that of
the prior."""


class Task(StudyTask):
    """One round, one model."""

    ROOT = SEED


def fixed(adjudicated: float) -> str:
    """Name the setting of fixed framing with so many adjudicated cases."""
    return f"fixed framing, {adjudicated:.0%} adjudicated"


OUTSIDE = {f"outside the model, {name}": given for name, given in STUDIED.items()}
"""The same structures beside claims that are no draw from the model's priors: none is false but
where framing is a strain, ``other`` frames nobody, and rivals are framed by their territories."""
SETTINGS = {
    **STUDIED,
    **OUTSIDE,
    **{fixed(x): {"framing": FIXED_FRAMING, "adjudicated": x} for x in ADJUDICATED},
}


def tasks(rounds: int, fixed_rounds: int, outside_rounds: int = 0) -> list[Task]:
    """List the study's fits, round by round, so that an unfinished study has all settings."""
    counts = dict.fromkeys(SETTINGS, fixed_rounds)
    counts |= dict.fromkeys(STUDIED, rounds) | dict.fromkeys(OUTSIDE, outside_rounds)
    return [
        Task(setting, number, model)
        for number in range(max(counts.values()))
        for setting, count in counts.items()
        if number < count
        for model in MODELS
    ]


def world(task: Task) -> World:
    """Build the round's world."""
    arguments: dict[str, Any] = dict(SETTINGS[task.setting])
    false = arguments.pop("framing", None) if task.setting in STUDIED else None
    if task.setting in OUTSIDE and "framing" in arguments:
        arguments["framing_spread"] = CONCENTRATION
    made = strained_world(task.seed, regions=REGIONS, kinds=KINDS, incidents=INCIDENTS, **arguments)
    if task.setting in STUDIED:
        made = claimed(made, np.random.default_rng(derive(task.seed, "claims")), false)
    return drawn_from_priors(made, np.random.default_rng(derive(task.seed, "priors")))


def study(task: Task) -> Row:
    """Simulate, fit and compare one round: a plain record, ready for JSON."""
    started = process_time()
    made = world(task)
    simulated = simulate(made, derive(task.seed, "simulate"))
    evidence, rubric = reported(simulated)
    drawn = Recoverable({}, simulated, evidence, rubric, Priors())
    fitted = fit(drawn, task.options, task.seed, MODELS[task.model])
    known = _oracle(made, fitted, task) if task.model == "complete" else None
    return {
        "setting": task.setting,
        "round": task.number,
        "model": task.model,
        "seed": task.seed,
        **summary(fitted),
        "seconds": process_time() - started,
        "contenders": contenders(fitted, task.seed, known),
        "regions": list(regions(fitted, task.seed)),
        "terms": _terms(made, fitted, task),
    }


def _oracle(made: World, fitted: Fitted, task: Task) -> xr.Dataset | None:
    """What one would say who knows the world."""
    rubric, seed = fitted.round.rubric, derive(task.seed, "oracle")
    return known_world.drawn(made, fitted.plan, rubric, ORACLE_DRAWS, seed)


def _terms(made: World, fitted: Fitted, task: Task) -> list[Row]:
    """What the complete model says of each structure."""
    return list(terms(made, fitted.plan, fitted.posterior)) if task.model == "complete" else []


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    options = parser("strained", 40)
    options.add_argument("--fixed-rounds", type=int, default=20, help="of each fixed framing")
    options.add_argument("--outside-rounds", type=int, default=0, help="of claims outside priors")
    given = options.parse_args(arguments)
    asked = tasks(given.rounds, given.fixed_rounds, given.outside_rounds)
    rows = carried_on(study, asked, strained_report.read(given.out), given)
    strained_report.write(rows, given.out, f"seed {SEED}", len(asked))


if __name__ == "__main__":
    main()
