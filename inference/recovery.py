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
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..data.regions import SETS
from ..data.simulate import simulate
from ..data.worlds import national_world
from ..models import joint
from ..models.compiled import cache_folder
from ..models.design import Design, design
from ..models.priors import Priors
from . import recovery_report
from .baselines import MAJORITY, RAW, baselines
from .diagnose import diagnose
from .fit import FitOptions, density, run_nutpie
from .ranks import rank
from .realize import oracle, realize
from .recovery_world import SIZES, Recoverable, draw_round, reported
from .scores import score
from .seeds import derive
from .sources import source_quality
from .summary import Diagnostics

Floats = NDArray[np.float64]
Row = dict[str, Any]

SEED = 20_240
NOTORIETY, SILENCED = "notoriety", "silenced press"
VIOLATIONS = (NOTORIETY, SILENCED)
TUNE, USUAL_DRAWS = 500, 500
DRAWS = {size.name: size.draws for size in SIZES}
ORACLE_DRAWS = 500
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
LARGEST_LISTED = 40
"""Parameters with more levels than this are not compared one by one."""


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


@dataclass(frozen=True)
class Fitted:
    """A round after its fit, all that the comparison reads."""

    round: Recoverable
    plan: Design
    posterior: xr.Dataset
    realized: xr.Dataset
    scores: xr.DataArray
    ranks: xr.Dataset
    diagnostics: Diagnostics


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
        "failures": list(found.failures),
        "seconds": process_time() - started,
        "contenders": contenders(fitted, task.seed),
        "sources": list(sources(fitted, task.seed)),
        "parameters": list(parameters(fitted)),
    }


def fit(drawn: Recoverable, task: Task) -> Fitted:
    """Fit and score a round as the product does."""
    plan = design(drawn.evidence)
    target = density(plan, drawn.priors, joint.Structure())
    tree = run_nutpie(target, task.options, None)
    posterior = tree["posterior"].to_dataset()
    realized = realize(posterior, plan, drawn.rubric, derive(task.seed, "realize"))
    scores = score(realized, drawn.rubric)
    ranks = rank(scores, drawn.evidence.axes.contenders)
    stats = tree["sample_stats"].to_dataset()
    found = diagnose(scores, ranks["worst"], stats, posterior, realized["unseen"])
    return Fitted(drawn, plan, posterior, realized, scores, ranks, found)


def contenders(fitted: Fitted, seed: int) -> list[Row]:
    """Compare every contender's realized score with what truly happened."""
    drawn = fitted.round
    names = list(drawn.evidence.axes.contenders)
    true = true_scores(drawn, names)
    draws = _flat(fitted.scores.sel(organization=names))
    known = _oracle(fitted, names, seed)
    counted = baselines(drawn.evidence, drawn.rubric).set_index(["baseline", "organization"])
    points = counted["value"].to_dict()
    rng = np.random.default_rng(derive(seed, "ties"))
    return [
        {
            "contender": name,
            "truth": float(true[k]),
            "worst": float((true[k] == true.max()) / (true == true.max()).sum()),
            **place(float(true[k]), draws[:, k], rng),
            **{f"oracle_{part}": v for part, v in known[k].items()},
            "p_worst": float(fitted.ranks["p_worst"].sel(organization=name)),
            "raw": points[RAW, name],
            "majority": points[MAJORITY, name],
        }
        for k, name in enumerate(names)
    ]


def _oracle(fitted: Fitted, names: list[str], seed: int) -> list[Row]:
    """Give the same intervals as one who knows the parameters would; none where there are none."""
    drawn = fitted.round
    if not drawn.params:
        return [{} for _ in names]
    realized = oracle(drawn.params, fitted.plan, drawn.rubric, ORACLE_DRAWS, derive(seed, "oracle"))
    draws = _flat(score(realized, drawn.rubric).sel(organization=names))
    true = true_scores(drawn, names)
    rng = np.random.default_rng(derive(seed, "oracle ties"))
    return [place(float(true[k]), draws[:, k], rng) for k in range(len(names))]


def true_scores(drawn: Recoverable, names: list[str]) -> Floats:
    """Score of the window as it truly was, shape (contender,)."""
    scores = drawn.simulated.score(drawn.rubric)
    return scores.reindex(names, fill_value=0.0).to_numpy(np.float64)


def place(truth: float, draws: Floats, rng: np.random.Generator) -> Row:
    """Where the truth lies among draws that should be its like.

    Returns
    -------
    ``q05, q95``: the interval; ``position``: share of the draws below the truth, ties broken
    at random, uniform on (0, 1) where the draws are right, whatever their number of ties.
    """
    low, high = np.quantile(draws, [0.05, 0.95])
    below, ties = (draws < truth).sum(), (draws == truth).sum()
    position = (below + rng.random() * (ties + 1)) / (len(draws) + 1)
    return {"q05": float(low), "q95": float(high), "position": float(position)}


def sources(fitted: Fitted, seed: int) -> Iterator[Row]:
    """Compare what is said of every source with its truth.

    ``detection``: share of the organizations' incidents of the window that it listed.
    ``right`` and ``unknown`` are probabilities: of the right name, and of none.
    """
    quality = source_quality(fitted.realized)["detection"]
    world = fitted.round.simulated.world
    true = listed_shares(fitted.round)
    rng = np.random.default_rng(derive(seed, "source ties"))
    for s, spec in enumerate(world.sources):
        values = {
            "detection": (true[s], quality.isel(source=s).to_numpy().ravel()),
            "right": (world.right[s], fitted.posterior["right"].to_numpy()[..., s].ravel()),
            "unknown": (
                world.unknown[s, 0],
                fitted.posterior["unknown"].to_numpy()[..., s].ravel(),
            ),
        }
        for what, (truth, draws) in values.items():
            kept = draws[np.isfinite(draws)]
            if np.isfinite(truth) and len(kept):
                row = {"source": spec.id, "what": what, "truth": float(truth)}
                yield row | place(float(truth), kept, rng)


def listed_shares(drawn: Recoverable) -> list[float]:
    """Share of the organizations' incidents of the window that each source listed."""
    simulated = drawn.simulated
    pieces = simulated.pieces
    own = pieces["organization"].isin(simulated.world.organizations) & (pieces["incidents"] > 0)
    inside = simulated.incidents["in_window"]
    ids = set(pieces.loc[own, "incident_id"]) & set(inside.index[inside])
    listed = simulated.reports[simulated.reports["incident_id"].isin(ids)].groupby("source").size()
    names = [spec.id for spec in simulated.world.sources]
    return [float(n) / len(ids) if ids else float("nan") for n in listed.reindex(names).fillna(0)]


def parameters(fitted: Fitted) -> Iterator[Row]:
    """Place the true value of every parameter of few levels among its draws."""
    for name, true in fitted.round.params.items():
        draws = fitted.posterior[name].to_numpy()
        flat = draws.reshape(draws.shape[0] * draws.shape[1], -1)
        values = np.atleast_1d(true).ravel()
        for level in range(len(values) if len(values) <= LARGEST_LISTED else 0):
            position = float((flat[:, level] < values[level]).mean())
            yield {"parameter": name, "level": level, "position": position}


def _flat(draws: xr.DataArray) -> Floats:
    """Shape (draw, organization)."""
    array = draws.transpose("chain", "draw", "organization").to_numpy()
    return array.reshape(-1, array.shape[-1])


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
