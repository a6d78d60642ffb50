"""Rounds of real reports, fitted with and without their official totals, beside what was seen.

``python -m dtoscore.inference.real_rounds ROUND... --out docs/evidence`` fits each round folder
twice (a fit that is there is taken), and writes ``real-rounds.md``, and ``real-rounds.csv`` with
every prediction. Without its official totals a round keeps its coarse records; the totals are then
predicted by a fit that never saw them. The draws stay in the rounds' ``work`` folders.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..data.totals import INCLUSIVE
from ..models import joint
from ..models.design import Design
from . import pipeline, real_report
from .division import division
from .fit import FitOptions
from .params_of import params_of
from .pipeline import Prepared, Scored
from .predictive import predicted
from .recovery_run import once
from .responsibility import Reader
from .seeds import derive
from .study_main import fit_file, fit_options, fit_parser
from .windowed import in_window

DRAWS_CHECKED = 200
WITH, WITHOUT = VARIANTS = ("with totals", "without official totals")
Row = dict[str, Any]


def study(folder: Path, variant: str, options: FitOptions) -> Row:
    """Fit, score and check one round: a plain record, ready for JSON."""
    whole = pipeline.prepare(folder)
    prepared = whole if variant == WITH else unofficial(whole)
    started = time.process_time()
    tree = pipeline.fit(prepared, options)
    seconds = time.process_time() - started
    scored = pipeline.score(prepared, tree, options)
    posterior = tree["posterior"].to_dataset().load()
    seed = derive(options.seed, "predicted")
    found = predicted(posterior, whole.plan, DRAWS_CHECKED, seed, whole.priors)
    return {
        "round": folder.name,
        "variant": variant,
        "seconds": seconds,
        "steps": float(tree["sample_stats"]["n_steps"].mean()),
        **_quality(scored),
        **_records(prepared),
        "organizations": list(_organizations(prepared, posterior, scored)),
        "predicted": found.to_dict("records"),
    }


def unofficial(prepared: Prepared) -> Prepared:
    """Take the round without its inclusive totals: coarse records stay."""
    found = prepared.evidence.aggregates
    if found is None:
        return prepared
    coarse = found.where((found.table["scope"] != INCLUSIVE).to_numpy())
    return pipeline.reconsidered(prepared, replace(prepared.evidence, aggregates=coarse))


def _quality(scored: Scored) -> Row:
    found = scored.summary.diagnostics
    return {
        "passed": found.passed,
        "failures": [str(failure) for failure in found.failures],
        "rhat": found.rhat_max,
        "ess": min(found.ess_bulk_min, found.ess_tail_min),
        "parameter_ess": found.parameter_ess_bulk_min,
        "divergences": found.divergences,
        "status": str(scored.decision.status),
    }


def _records(prepared: Prepared) -> Row:
    """What the round holds: incidents of the window, coarse records, official totals."""
    frame, aggregates = prepared.evidence.incidents, prepared.evidence.aggregates
    window = prepared.evidence.axes.window[frame["period"].to_numpy(np.int64)]
    counts = {"incidents": int(window.sum()), "coarse": 0, "coarse_dead": 0, "totals": 0}
    if aggregates is not None:
        official = aggregates.table["scope"] == INCLUSIVE
        coarse = aggregates.table[~official]
        counts |= {
            "coarse": sum(len(rows) for rows in coarse["rows"]),
            "coarse_dead": int(coarse["count"].sum()),
            "totals": int(official.sum()),
        }
    return counts


def _organizations(prepared: Prepared, posterior: xr.Dataset, scored: Scored) -> Iterator[Row]:
    """P(worst), score and expected unseen incidents of each contender."""
    unseen = unseen_by_organization(posterior, prepared.plan)
    for name in prepared.evidence.axes.contenders:
        score = scored.scores.sel(organization=name).to_numpy().ravel()
        yield {
            "organization": str(name),
            "p_worst": float(scored.ranks["p_worst"].sel(organization=name)),
            **_interval("score", score),
            **_interval("unseen", unseen[str(name)]),
        }


def _interval(name: str, draws: np.ndarray) -> Row:
    low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return {f"{name}_low": float(low), name: float(median), f"{name}_high": float(high)}


def unseen_by_organization(posterior: xr.Dataset, plan: Design) -> dict[str, np.ndarray]:
    """Expected incidents of the window that no source lists, each organization's share of wars in.

    Returns
    -------
    Draws (at most ``DRAWS_CHECKED``) by organization.
    """
    window, sides = in_window(plan), division(plan)
    posterior = joint.fitted(posterior, plan)
    reader = Reader(window, frozenset(str(name) for name in posterior.data_vars))
    n = min(posterior.sizes["chain"] * posterior.sizes["draw"], DRAWS_CHECKED)
    rng, rows = np.random.default_rng(1), []
    for params in params_of(posterior, n):
        expected = reader.outcome(params).unseen.sum(axis=(1, 2, 3))  # (author,)
        rows.append(expected @ sides.shares(sides.draw(params, rng)))
    made = np.array(rows)
    return {str(name): made[:, k] for k, name in enumerate(plan.names.organizations)}


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = fit_parser("real_rounds", "real", target_accept=0.9)
    parser.add_argument("rounds", type=Path, nargs="+", metavar="ROUND", help="round folders")
    given = parser.parse_args(arguments)
    options = fit_options(given)
    rows = list[Row]()
    for folder in given.rounds:
        for variant in VARIANTS:
            kept = fit_file(given.work, (folder.name, variant), options)
            rows.append(once(partial(study, folder, variant, options), kept))
            real_report.write(rows, given.out, f"commit {given.commit}", options)


if __name__ == "__main__":
    main()
