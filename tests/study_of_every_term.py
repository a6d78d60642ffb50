"""How often 90% intervals hold each parameter of the complete model: a study, run by hand.

``python tests/study_of_every_term.py --fits 100 --out docs/evidence`` draws a value of every
parameter from its prior and a round from these values (``every_term``), fits the complete model and
asks of each parameter how often its 90% interval held the value. Over draws from the prior that is
.90, whatever the data tell, so that a term that is computed otherwise than it is described, or
sampled badly, shows. Of what a total tells that is no identity: its noise is a gamma factor here,
and the law of its likelihood an approximation. It goes on where it was stopped, after
``every-term.csv.gz``, and lies beside the tests since their enumeration makes its incidents.
"""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from dtoscore.inference.convergence import of_parameters
from dtoscore.inference.fit import FitOptions, sample
from dtoscore.models.design import design
from dtoscore.studies.recovery_table import (
    INSIDE,
    coverage,
    joined,
    machine,
    markdown,
    pooled,
    under_way,
)
from every_term import PRIORS, SETTINGS, drawn, simulated
from values import Params

SEED = 52_711
OPTIONS = {"draws": 400, "tune": 400, "chains": 2, "cores": 1}
ALIKE = 1.05
"""R-hat below which a fit of the study counts as converged."""
FORMATS = {
    "coverage": ".3f", "standard error": ".3f", "told by the data": ".2f",
    "above the middle": ".2f",
}  # fmt: skip


def fitted(setting: str, number: int) -> list[dict[str, Any]]:
    """Simulate and fit one round: one row an element of a parameter."""
    case, began = SETTINGS[setting], process_time()
    rng = np.random.default_rng([SEED, list(SETTINGS).index(setting), number])
    truth = drawn(case, rng)
    found = simulated(case, truth, rng)
    plan = design(found, case.structure)
    options = FitOptions(seed=int(rng.integers(2**31)), **OPTIONS)
    posterior = sample(plan, PRIORS, options)["posterior"].to_dataset()
    about = {
        "setting": setting, "round": number, "incidents": len(found.incidents),
        "rhat": float(of_parameters(posterior)["rhat"].max()), "seconds": process_time() - began,
    }  # fmt: skip
    return [{**about, **row} for row in compared(truth, posterior)]


def compared(truth: Params, posterior: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Where each true value lies among the draws; a round may lack what would tell of some."""
    for name, value in truth.items():
        if name not in posterior:
            continue
        draws = posterior[name].to_numpy()
        flat = draws.reshape(draws.shape[0] * draws.shape[1], -1)
        for i, true in enumerate(np.ravel(value)):
            below = (flat[:, i] < true).mean()
            yield {"parameter": name, "element": i, "truth": true, "position": below,
                   "mean": flat[:, i].mean(), "sd": flat[:, i].std()}  # fmt: skip


def by_parameter(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage of each parameter's elements, with a standard error clustered by round."""
    held = rows.assign(held=rows["position"].between(*INSIDE).astype(float))
    result = []
    for name, part in held.groupby("parameter", sort=False):
        share, error = coverage(part, "held")
        spread = part.groupby(["setting", "element"])["truth"].std().mean()
        told = 1 - (part["sd"] ** 2).mean() ** 0.5 / spread
        result.append(
            {"parameter": name, "rounds": part.groupby(["setting", "round"]).ngroups,
             "values": len(part), "coverage": share, "standard error": error,
             "told by the data": max(told, 0.0),
             "above the middle": (part["position"] < 0.5).mean()}
        )  # fmt: skip
    return pd.DataFrame(result)


def page(rows: pd.DataFrame, asked: int) -> str:
    """Write the page, of so many fits that are asked for."""
    table = by_parameter(rows)
    of_fit = ["incidents", "rhat", "seconds", "commit"]
    fits = rows.groupby(["setting", "round"])[of_fit].first()
    commits = pooled(fits.to_dict("records"))
    off = (table["coverage"] - 0.9).abs() / table["standard error"].clip(lower=1e-9)
    how = (
        "Simulated data. Values of all parameters drawn from their priors (of the organizations' "
        "and the rivalries' totals around 300 and 100), incidents by brute-force enumeration of "
        "every pattern, delays by their law, a total of victims with a gamma factor as its noise, "
        "which the likelihood takes for normal; each round fitted with the complete model, "
        f"{OPTIONS['chains']} chains of {OPTIONS['tune']} + {OPTIONS['draws']} draws. "
        f"`python tests/study_of_every_term.py`; seed {SEED}; {commits}; on {machine()}."
    )
    said = (
        f"{len(fits)} rounds of {fits['incidents'].min()} to {fits['incidents'].max():,} incidents "
        f"(median {fits['incidents'].median():.0f}); R-hat of the worst parameter below {ALIKE} in "
        f"{(fits['rhat'] < ALIKE).mean():.0%}; {fits['seconds'].median():.0f} s of a core a round, "
        "enumeration included. A 90% interval holds the value in 90% of the rounds. "
        f"{int((off > 2).sum())} of {len(table)} parameters are more than two clustered standard "
        f"errors away from that; by chance it would be {0.05 * len(table):.0f}. 'Told by the "
        "data': by how much the posterior's sd is below that of the values drawn."
    )
    parts = ["# Every term recovered", under_way(len(fits), asked), how, said]
    return joined([*parts, markdown(table, FORMATS)])


def main() -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=100, help="rounds of each setting")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--commit", default="not stated")
    given = parser.parse_args()
    path = given.out / "every-term.csv.gz"
    kept = pd.read_csv(path) if path.exists() else pd.DataFrame({"setting": [], "round": []})
    done = set(zip(kept["setting"], kept["round"].astype(int), strict=True))
    asked = [(s, n) for n in range(given.fits) for s in SETTINGS if (s, n) not in done]
    with ProcessPoolExecutor(given.processes) as pool:
        for rows in pool.map(fitted, *zip(*asked, strict=True)) if asked else ():
            made = pd.DataFrame(rows).assign(commit=given.commit)
            kept = pd.concat([kept, made], ignore_index=True)
            kept.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    (given.out / "every-term.md").write_text(
        page(kept, given.fits * len(SETTINGS)), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
