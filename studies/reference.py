"""The demonstration and reference problem R as the product fits them: gate, steps, time, memory.

``python -m dtoscore.studies.reference --out docs/evidence`` simulates both worlds
(``data.worlds``), fits each with the core and with the complete model, and writes
``reference.md``. A fit that is kept in ``--work`` is taken as it is.
"""

import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from ..data import worlds
from ..data.rubrics import DEFAULT, default_rubric
from ..data.simulate import simulate
from ..inference.fit import FitOptions, density
from ..models.density import Density
from ..models.priors import Priors
from . import recovery
from .recovery_compare import Row
from .recovery_run import once
from .recovery_table import machine, markdown
from .recovery_world import Recoverable, reported
from .study_main import fit_file, fit_options, fit_parser
from .study_task import MODELS

PROBLEMS = {"demonstration": worlds.demo_world, "reference problem R": worlds.reference_world}
SEED = 90_210
UNPUBLISHED = """
[kinds.{kind}]
title.en = "{kind}"
title.es = "{kind}"
unit = "incidents"
weight = 0.1
"""
"""Entry of a rubric for a kind that the one which ships does not weigh: as little as a threat."""
TIMED = 50
"""Gradients that are timed; the median is given."""


def study(problem: str, model: str, options: FitOptions) -> Row:
    """Simulate and fit one problem: a plain record, ready for JSON."""
    simulated = simulate(PROBLEMS[problem](), SEED)
    evidence, rubric = reported(simulated, rubric_toml(simulated.world.kinds))
    drawn = Recoverable({}, simulated, evidence, rubric, Priors())
    used, began = time.process_time(), time.perf_counter()
    fitted = recovery.fit(drawn, options, SEED, MODELS[model])
    ended, spent = time.perf_counter(), time.process_time() - used
    target = density(fitted.plan, Priors())
    return {
        "problem": problem,
        "model": model,
        **recovery.summary(fitted),
        "patterns": len(fitted.plan.counted.count),
        "parameters": target.n_free,
        "gradient_ms": _gradient_ms(target),
        "wall": ended - began,
        "cpu": spent,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def rubric_toml(kinds: Sequence[str]) -> str | None:
    """Write the rubric that ships with the package and what kinds it lacks; None for no other."""
    ours = default_rubric()
    weighed = {kind.id for kind in ours.kinds}
    more = [UNPUBLISHED.format(kind=kind) for kind in kinds if kind not in weighed]
    if not more:
        return None
    given = DEFAULT.read_text(encoding="utf-8")
    return given.replace(f'id = "{ours.id}"', 'id = "reference-1"') + "".join(more)


def _gradient_ms(target: Density) -> float:
    evaluate = target.evaluator()
    points = np.random.default_rng(SEED).normal(0.0, 0.1, (TIMED + 1, target.n_free))
    evaluate(points[0])
    taken = []
    for point in points[1:]:
        began = time.perf_counter()
        evaluate(point)
        taken.append(time.perf_counter() - began)
    return 1000.0 * float(np.median(taken))


def page(rows: Sequence[Row], about: str, options: FitOptions) -> str:
    """Write the page."""
    method = (
        "Simulated reports, no real violence: `dtoscore.data.worlds.demo_world` and "
        "`reference_world`, the latter with silencing, framing, copying, delays and months of more "
        f"and less. `python -m dtoscore.studies.reference`; {about}; simulation seed {SEED}; "
        f"{options.chains} chains of {options.tune} + {options.draws} draws, steps for "
        f"{options.target_accept} accepted, seed {options.seed}; "
        f"on {machine()}. Each fit in a process of its own, with scoring and without compilation "
        "where the loops were compiled before; a gradient's time is the median of "
        f"{TIMED}."
    )
    table = markdown(pd.DataFrame(list(map(_shown, rows))), {})
    failures = [f"- {row['problem']}, {row['model']}: {x}" for row in rows for x in row["failures"]]
    return (
        "\n\n".join(["# The problems that fits are measured by", method, table, *failures]) + "\n"
    )


def _shown(row: Row) -> Row:
    return {
        "problem": row["problem"],
        "model": row["model"],
        "happened": f"{row['happened']:,}",
        "seen": f"{row['seen']:,}",
        "patterns": f"{row['patterns']:,}",
        "parameters": f"{row['parameters']:,}",
        "gate": "passes" if row["passed"] else "fails",
        "R-hat": f"{row['rhat']:.3f}",
        "ESS": f"{row['ess']:.0f}",
        "divergences": row["divergences"],
        "leapfrog steps": f"{row['steps']:.0f}",
        "ms a gradient": f"{row['gradient_ms']:.1f}",
        "minutes": f"{row['wall'] / 60:.1f}",
        "of a core": f"{row['cpu'] / 60:.1f}",
        "peak GiB": f"{row['memory']:.1f}",
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = fit_parser("reference", "reference", target_accept=0.8)
    parser.add_argument("--problem", choices=sorted(PROBLEMS), action="append", help="or all")
    parser.add_argument("--model", choices=sorted(MODELS), action="append", help="or all")
    given = parser.parse_args(arguments)
    options = fit_options(given)
    rows = list[Row]()
    for problem in given.problem or PROBLEMS:
        for model in given.model or MODELS:
            kept = fit_file(given.work, (problem, model), options)
            rows.append(once(partial(_alone, problem, model, options), kept))
            said = page(rows, f"commit {given.commit}", options)
            given.out.mkdir(parents=True, exist_ok=True)
            (given.out / "reference.md").write_text(said, encoding="utf-8")


def _alone(problem: str, model: str, options: FitOptions) -> Row:
    """``study`` in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(study, problem, model, options).result()


if __name__ == "__main__":
    main()
