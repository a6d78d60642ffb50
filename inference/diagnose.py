"""Gate 1: whether the draws may be used at all (docs/decision.md).

R-hat at most 1.01 and bulk and tail ESS of at least 400 for every contender's score and
worst-indicator, no divergences, E-BFMI of at least 0.3 in every chain. R-hat is not defined
for a quantity that never changes; its probability is then bounded by the rule of three.
"""

import math

import numpy as np
import pandas as pd
import xarray as xr

from . import chains
from .summary import FAIL, PASS, REVIEW, Check, Diagnostics

MOST_RHAT = 1.01
LEAST_ESS = 400.0
LEAST_EBFMI = 0.3
MOST_SAID = 1000.0
MOST_DIVERGENT = 0.001
"""Share of divergent draws up to which a person may look instead of refusing."""


def diagnose(score: xr.DataArray, worst: xr.DataArray, sample_stats: xr.Dataset) -> Diagnostics:
    """Judge the draws.

    Parameters
    ----------
    score, worst
        Contenders' scores and indicators, dims (chain, draw, organization); for both the
        contenders are those of ``worst``.
    sample_stats
        ``diverging`` and ``energy``, dims (chain, draw).

    Returns
    -------
    Diagnostics
        Extremes are NaN where there is no contender.
    """
    table = _table(score.sel(organization=worst["organization"]), worst)
    divergences = int(sample_stats["diverging"].sum())
    fractions = chains.ebfmi(sample_stats["energy"].transpose("chain", "draw").to_numpy())
    n_chains, n_draws = score.sizes["chain"], score.sizes["draw"]
    failures = (
        *_slow(table),
        *_divergent(divergences, n_chains * n_draws),
        *_sticky(fractions),
    )
    return Diagnostics(
        passed=not failures,
        rhat_max=_extreme(table["rhat"].max()),
        ess_bulk_min=_extreme(table["ess_bulk"].min()),
        ess_tail_min=_extreme(table["ess_tail"].min()),
        divergences=divergences,
        ebfmi_min=_extreme(fractions.min(initial=math.inf)),
        chains=n_chains,
        draws=n_draws,
        failures=failures,
        table=table.drop(columns="constant"),
    )


def sampler_check(diagnostics: Diagnostics) -> Check:
    """Turn the gate into an item of the review."""
    if not diagnostics.passed:
        return Check("sampler", FAIL, " ".join(diagnostics.failures))
    if diagnostics.divergences:
        total = diagnostics.chains * diagnostics.draws
        return Check(
            "sampler",
            REVIEW,
            f"{diagnostics.divergences} of {total:,} draws diverged; whether scores stay the "
            "same at a target acceptance of 0.99 was not tried.",
        )
    return Check("sampler", PASS, "All chains agree, and there are draws enough.")


def _table(score: xr.DataArray, worst: xr.DataArray) -> pd.DataFrame:
    names = [str(name) for name in worst["organization"].to_numpy()]
    parts = {"score": score, "worst": worst}
    ordered = [part.transpose("chain", "draw", "organization") for part in parts.values()]
    draws = np.concatenate([part.to_numpy().astype(float) for part in ordered], axis=2)
    index = [f"{part}[{name}]" for part in parts for name in names]
    return pd.DataFrame(
        {
            "rhat": chains.rhat(draws),
            "ess_bulk": chains.ess(draws, "bulk"),
            "ess_tail": chains.ess(draws, "tail"),
            "constant": chains.is_constant(draws),
        },
        index=pd.Index(index, name="quantity"),
    )


def _slow(table: pd.DataFrame) -> tuple[str, ...]:
    """Say which quantity is the worst of each measure; the table has them all.

    What never changes has nothing to converge, so its R-hat is not asked for.
    """
    rhat = table.loc[~table["constant"], "rhat"]
    far = rhat[~(rhat <= MOST_RHAT)].sort_values(
        ascending=False, kind="stable", na_position="first"
    )
    sentences = _worst_of("R-hat", far, f"at most {MOST_RHAT} is accepted", 3)
    for kind in ("bulk", "tail"):
        ess = table[f"ess_{kind}"]
        few = ess[~(ess >= LEAST_ESS)].sort_values(kind="stable", na_position="first")
        sentences += _worst_of(f"{kind} ESS", few, f"at least {LEAST_ESS:.0f} is required", 0)
    return sentences


def _worst_of(measure: str, failing: pd.Series, rule: str, digits: int) -> tuple[str, ...]:
    """Quote the first of the quantities that fail, and count the others."""
    if not len(failing):
        return ()
    others = f" ({len(failing) - 1} more fall short)" if len(failing) > 1 else ""
    value = _said(float(failing.iloc[0]), digits)
    return (f"The {measure} of {failing.index[0]} is {value}; {rule}{others}.",)


def _divergent(number: int, total: int) -> tuple[str, ...]:
    if number <= MOST_DIVERGENT * total:
        return ()
    return (
        (
            f"{number:,} of {total:,} draws diverged ({number / total:.2%}); "
            f"more than {MOST_DIVERGENT:.1%} is refused."
        ),
    )


def _sticky(fractions: np.ndarray) -> tuple[str, ...]:
    low = [n for n, value in enumerate(fractions) if not value >= LEAST_EBFMI]
    return tuple(
        f"E-BFMI of chain {n + 1} is {_said(fractions[n], 2)}; at least {LEAST_EBFMI} is required."
        for n in low
    )


def _said(value: float, digits: int) -> str:
    if math.isfinite(value) and value <= MOST_SAID:
        return f"{value:.{digits}f}"
    return f"above {MOST_SAID:.0f}" if value > MOST_SAID else "not defined"


def _extreme(value: float) -> float:
    return float(value) if math.isfinite(value) else math.nan
