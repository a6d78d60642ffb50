"""Rounds of real reports, fitted with and without their official totals, beside what was seen.

``python -m dtoscore.studies.real_rounds ROUND... --out docs/evidence`` fits each round folder
twice, and writes ``real-rounds.jsonl``, a record a fit, and ``real-rounds.md``. Without its
official totals a round keeps its coarse records; the totals are then predicted by a fit that never
saw them. What ``real-rounds.jsonl`` holds of the same evidence, formulas, rubric and options is
taken as it is, a record of others is replaced, one of a round that is not asked for stays: take
that away where scores or predictions change. The draws stay in the rounds' ``work`` folders.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..data.totals import INCLUSIVE
from ..inference import pipeline
from ..inference.fit import FitOptions
from ..inference.pipeline import Prepared, Scored
from ..inference.predictive import predicted
from ..inference.seeds import derive
from . import real_report
from .recovery_run import once
from .study_main import fit_file, fit_options, fit_parser

DRAWS_CHECKED = 200
WITH = real_report.WITH
VARIANTS = (WITH, "without official totals")
Row = dict[str, Any]


def study(whole: Prepared, variant: str, options: FitOptions) -> Row:
    """Fit, score and check one round: a plain record, ready for JSON."""
    prepared = whole if variant == WITH else unofficial(whole)
    started = time.process_time()
    tree = pipeline.fit(prepared, options)
    seconds = time.process_time() - started
    scored = pipeline.score(prepared, tree, options)
    posterior = tree["posterior"].to_dataset().load()
    seed = derive(options.seed, "predicted")
    found = predicted(posterior, whole.plan, DRAWS_CHECKED, seed, whole.priors)
    return {
        "round": whole.round.folder.name,
        "variant": variant,
        "sampled": f"{options.chains} x ({options.tune} + {options.draws})",
        "accepted": options.target_accept,
        "seed": options.seed,
        "seconds": seconds,
        "steps": float(tree["sample_stats"]["n_steps"].mean()),
        **_quality(scored),
        **_records(prepared),
        "organizations": list(_organizations(prepared, scored)),
        "predicted": found.to_dict("records"),
    }


def record_file(work: Path, whole: Prepared, variant: str, options: FitOptions) -> Path:
    """Where the record of a fit is kept: of other evidence or another rubric, another.

    Both variants hang on the whole evidence: a fit without the totals predicts them.
    """
    judged = repr((whole.round.rubric, whole.round.settings.risk_limit)).encode()
    parts = (whole.work.name, hashlib.sha256(judged).hexdigest()[:8])
    return fit_file(work, (whole.round.folder.name, variant, *parts), options)


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


def _organizations(prepared: Prepared, scored: Scored) -> Iterator[Row]:
    """P(worst), score and unreported incidents of each contender, of the same draws."""
    unseen = scored.realized["unseen_incidents"]
    for name in prepared.evidence.axes.contenders:
        score = scored.scores.sel(organization=name).to_numpy().ravel()
        yield {
            "organization": str(name),
            "p_worst": float(scored.ranks["p_worst"].sel(organization=name)),
            **_interval("score", score),
            **_interval("unseen", unseen.sel(organization=name).to_numpy().ravel()),
        }


def _interval(name: str, draws: np.ndarray) -> Row:
    low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return {f"{name}_low": float(low), name: float(median), f"{name}_high": float(high)}


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = fit_parser("real_rounds", "real", target_accept=0.9)
    parser.add_argument("rounds", type=Path, nargs="+", metavar="ROUND", help="round folders")
    given = parser.parse_args(arguments)
    options = fit_options(given)
    rows = {(row["round"], row["variant"]): row for row in real_report.read(given.out)}
    for folder in given.rounds:
        whole = pipeline.prepare(folder)
        for variant in VARIANTS:
            kept = record_file(given.work, whole, variant, options)
            place = whole.round.folder.name, variant
            if place not in rows or rows[place]["fit"] != kept.name:
                made = once(partial(study, whole, variant, options), kept)
                rows[place] = {"fit": kept.name, "commit": given.commit, **made}
            real_report.write(list(rows.values()), given.out)


if __name__ == "__main__":
    main()
