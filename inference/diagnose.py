"""Gate 1: whether the draws may be used at all (docs/decision.md).

At least two chains; R-hat at most 1.01 and bulk and tail ESS of at least 400 for every
contender's score and worst-indicator; R-hat at most 1.05 and bulk ESS of at least 100 for every
parameter of the model; at most 0.1% of the draws divergent, and any at all is a person's to
look at; E-BFMI of at least 0.3 in every chain; no draw that expects more than a million
unreported incidents. R-hat is not defined for a quantity that never
changes; its probability is then bounded by the rule of three.
"""

import math
from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from . import chains
from .placing import MOST_UNSEEN
from .summary import FAIL, PASS, REVIEW, Check, Diagnostics

MOST_RHAT = 1.01
LEAST_ESS = 400.0
MOST_PARAMETER_RHAT = 1.05
LEAST_PARAMETER_ESS = 100.0
"""Wider than for scores: of a thousand parameters that mix well a few pass 1.01 by chance, and
nothing is published of one alone. Chains that part further have not found one posterior, even
where the scores happen to agree."""
LEAST_CHAINS = 2
LEAST_EBFMI = 0.3
MOST_SAID = 1000.0
MOST_DIVERGENT = 0.001
"""Share of divergent draws up to which a person may look instead of refusing."""


def diagnose(
    score: xr.DataArray,
    worst: xr.DataArray,
    sample_stats: xr.Dataset,
    posterior: xr.Dataset,
    unseen: xr.DataArray,
) -> Diagnostics:
    """Judge the draws.

    Parameters
    ----------
    score, worst
        Contenders' scores and indicators, dims (chain, draw, organization); for both the
        contenders are those of ``worst``.
    sample_stats
        ``diverging`` and ``energy``, dims (chain, draw).
    posterior
        Every free variable of the model, dims ``chain, draw`` and its own.
    unseen
        Unreported incidents that each draw expects, dims (chain, draw).

    Returns
    -------
    Diagnostics
        Extremes are NaN where there is no contender, or no parameter that changes.
    """
    table = _table(score.sel(organization=worst["organization"]), worst)
    parameters = _parameters(posterior)
    divergences = int(sample_stats["diverging"].sum())
    fractions = chains.ebfmi(sample_stats["energy"].transpose("chain", "draw").to_numpy())
    n_chains, n_draws = score.sizes["chain"], score.sizes["draw"]
    failures = (
        *_few_chains(n_chains),
        *_slow(table),
        *_slow_parameters(parameters),
        *_divergent(divergences, n_chains * n_draws),
        *_sticky(fractions),
        *_absurd(unseen),
    )
    return Diagnostics(
        passed=not failures,
        rhat_max=_extreme(table["rhat"].max()),
        ess_bulk_min=_extreme(table["ess_bulk"].min()),
        ess_tail_min=_extreme(table["ess_tail"].min()),
        parameter_rhat_max=_extreme(parameters["rhat"].max()),
        parameter_ess_bulk_min=_extreme(parameters["ess_bulk"].min()),
        divergences=divergences,
        ebfmi_min=_extreme(fractions.min(initial=math.inf)),
        unseen_max=_extreme(float(unseen.max())),
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


def _parameters(posterior: xr.Dataset) -> pd.DataFrame:
    """R-hat and bulk ESS of every element of every variable that changes."""
    frames = [_elements(posterior[name]) for name in sorted(map(str, posterior.data_vars))]
    columns = ["rhat", "ess_bulk", "constant"]
    frame = pd.concat(frames) if frames else pd.DataFrame(columns=columns, dtype=float)
    return frame[~frame["constant"].astype(bool)]


def _elements(variable: xr.DataArray) -> pd.DataFrame:
    ordered = variable.transpose("chain", "draw", ...)
    levels = [ordered[dim].to_numpy().tolist() for dim in ordered.dims[2:]]
    labels = [f"[{', '.join(map(str, at))}]" if at else "" for at in product(*levels)]
    draws = ordered.to_numpy().astype(float).reshape(*ordered.shape[:2], len(labels))
    return pd.DataFrame(
        {
            "rhat": chains.rhat(draws),
            "ess_bulk": chains.ess(draws, "bulk"),
            "constant": chains.is_constant(draws),
        },
        index=[f"{variable.name}{label}" for label in labels],
    )


def _few_chains(number: int) -> tuple[str, ...]:
    if number >= LEAST_CHAINS:
        return ()
    return (f"The number of chains is {number}; at least {LEAST_CHAINS} are required.",)


def _slow(table: pd.DataFrame) -> tuple[str, ...]:
    """Say which quantity is the worst of each measure; the table has them all.

    What never changes has nothing to converge, so its R-hat is not asked for.
    """
    sentences = _far(table.loc[~table["constant"], "rhat"], MOST_RHAT, "")
    for kind in ("bulk", "tail"):
        sentences += _few(table[f"ess_{kind}"], kind, LEAST_ESS, "")
    return sentences


def _slow_parameters(table: pd.DataFrame) -> tuple[str, ...]:
    of = " of a parameter"
    few = _few(table["ess_bulk"], "bulk", LEAST_PARAMETER_ESS, of)
    return _far(table["rhat"], MOST_PARAMETER_RHAT, of) + few


def _far(rhat: pd.Series, most: float, of: str) -> tuple[str, ...]:
    """Quote the largest R-hat above ``most``."""
    far = rhat[~(rhat <= most)].sort_values(ascending=False, kind="stable", na_position="first")
    return _worst_of("R-hat", far, f"at most {most} is accepted{of}", 3)


def _few(ess: pd.Series, kind: str, least: float, of: str) -> tuple[str, ...]:
    """Quote the smallest effective sample size below ``least``."""
    few = ess[~(ess >= least)].sort_values(kind="stable", na_position="first")
    return _worst_of(f"{kind} ESS", few, f"at least {least:.0f} is required{of}", 0)


def _worst_of(measure: str, failing: pd.Series, rule: str, digits: int) -> tuple[str, ...]:
    """Quote the first of the quantities that fail, and count the others."""
    if not len(failing):
        return ()
    verb = "falls" if len(failing) == 2 else "fall"
    others = f" ({len(failing) - 1} more {verb} short)" if len(failing) > 1 else ""
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


def _absurd(unseen: xr.DataArray) -> tuple[str, ...]:
    wild = int((~(unseen <= MOST_UNSEEN)).sum())
    if not wild:
        return ()
    return (
        (
            f"In {wild:,} of {unseen.size:,} draws more than {MOST_UNSEEN:,} unreported incidents "
            "are expected; in the figures they count as so many."
        ),
    )


def _said(value: float, digits: int) -> str:
    if math.isfinite(value) and value <= MOST_SAID:
        return f"{value:.{digits}f}"
    return f"above {MOST_SAID:.0f}" if value > MOST_SAID else "not defined"


def _extreme(value: float) -> float:
    return float(value) if math.isfinite(value) else math.nan
