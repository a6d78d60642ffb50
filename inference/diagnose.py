"""Gate 1: whether the draws may be used at all (docs/decision.md).

At least two chains; R-hat at most 1.01 and bulk and tail ESS of at least 400 for every
contender's score and worst-indicator; R-hat at most 1.05 and bulk ESS of at least 100 for every
parameter of the model; at most 0.1% of the draws divergent, and any at all is a person's to
look at; E-BFMI of at least 0.3 in every chain; no draw that expects more than
``unseen.MOST_UNSEEN`` unreported incidents; at most 5% of the draws of a source's visibility beyond
what its nodes hold (``models.quadrature``). R-hat is not defined for a quantity that never
changes; its probability is then bounded by the rule of three.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from ..models.quadrature import MOST
from . import chains
from .convergence import of_levels, of_parameters, of_scores
from .sentences import Sentence, down, plural, up
from .summary import FAIL, PASS, REVIEW, Check, Diagnostics
from .unseen import MOST_UNSEEN

Fields = Mapping[str, object]
Rounded = Callable[[float], str]

SAMPLER = "sampler"
"""Name of the check that this gate is in the review."""
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
RHAT_SAID = partial(up, digits=3)
ESS_SAID = down
EBFMI_SAID = partial(down, digits=2)
"""How each measure is rounded wherever it is said: never to where it reads as enough."""
MOST_DIVERGENT = 0.001
"""Share of divergent draws up to which a person may look instead of refusing."""
MOST_BEYOND = 0.05
"""The priors themselves are beyond it in 1%, which 400 effective draws may show as 2.5%."""


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
    table = of_scores(score.sel(organization=worst["organization"]), worst)
    parameters = of_parameters(posterior)
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
        *_beyond(posterior),
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
        table=table.drop(columns=["constant", "said"]),
    )


def sampler_check(diagnostics: Diagnostics) -> Check:
    """Turn the gate into an item of the review."""
    if not diagnostics.passed:
        return Check(SAMPLER, FAIL, diagnostics.failures)
    if diagnostics.divergences:
        some = Sentence(
            "{number:,} of {total:,} draws diverged; whether scores stay the same at a target "
            "acceptance of 0.99 was not tried.",
            {
                "number": diagnostics.divergences,
                "total": diagnostics.chains * diagnostics.draws,
            },
        )
        return Check(SAMPLER, REVIEW, (some,))
    return Check(SAMPLER, PASS, (Sentence("All chains agree, and there are draws enough."),))


def _few_chains(number: int) -> tuple[Sentence, ...]:
    if number >= LEAST_CHAINS:
        return ()
    return (
        Sentence(
            "The number of chains is {number}; at least {least} are required.",
            {"number": number, "least": LEAST_CHAINS},
        ),
    )


def _slow(table: pd.DataFrame) -> tuple[Sentence, ...]:
    """Say the worst of each measure, of whomever it is; the table has them all by name.

    What never changes has nothing to converge, so its R-hat is not asked for.
    """
    far = tuple(
        Sentence("The R-hat of {quantity} is {value}; at most {most} is accepted{others}.", found)
        for found in _far(table[~table["constant"]], MOST_RHAT)
    )
    few = tuple(
        Sentence(
            "The {kind} ESS of {quantity} is {value}; at least {least:.0f} is required{others}.",
            {"kind": kind, **found},
        )
        for kind, column in ((Sentence("bulk"), "ess_bulk"), (Sentence("tail"), "ess_tail"))
        for found in _few(table, column, LEAST_ESS)
    )
    return far + few


def _slow_parameters(table: pd.DataFrame) -> tuple[Sentence, ...]:
    far = tuple(
        Sentence(
            "The R-hat of {quantity} is {value}; at most {most} is accepted of a parameter"
            "{others}.",
            found,
        )
        for found in _far(table, MOST_PARAMETER_RHAT)
    )
    few = tuple(
        Sentence(
            "The bulk ESS of {quantity} is {value}; at least {least:.0f} is required of a "
            "parameter{others}.",
            found,
        )
        for found in _few(table, "ess_bulk", LEAST_PARAMETER_ESS)
    )
    return far + few


def _far(table: pd.DataFrame, most: float) -> tuple[Fields, ...]:
    """Quote the largest R-hat above ``most``; nothing where there is none."""
    far = table[~(table["rhat"] <= most)]
    far = far.sort_values("rhat", ascending=False, kind="stable", na_position="first")
    return tuple({"most": most, **worst} for worst in _worst_of(far, "rhat", RHAT_SAID))


def _few(table: pd.DataFrame, column: str, least: float) -> tuple[Fields, ...]:
    """Quote the smallest effective sample size below ``least``; nothing where there is none."""
    few = table[~(table[column] >= least)]
    few = few.sort_values(column, kind="stable", na_position="first")
    return tuple({"least": least, **worst} for worst in _worst_of(few, column, ESS_SAID))


def _worst_of(failing: pd.DataFrame, column: str, rounded: Rounded) -> tuple[Fields, ...]:
    """Quote the first of the quantities that fail, and count the others."""
    if not len(failing):
        return ()
    more = plural(len(failing) - 1, " ({number} more falls short)", " ({number} more fall short)")
    worst = {
        "quantity": failing["said"].iloc[0],
        "value": _said(float(failing[column].iloc[0]), rounded),
        "others": more if len(failing) > 1 else "",
    }
    return (worst,)


def _divergent(number: int, total: int) -> tuple[Sentence, ...]:
    if number <= MOST_DIVERGENT * total:
        return ()
    return (
        Sentence(
            "{number:,} of {total:,} draws diverged ({share:.2f}%); more than {most:.1f}% is "
            "refused.",
            {
                "number": number,
                "total": total,
                "share": 100 * (number / total),
                "most": 100 * MOST_DIVERGENT,
            },
        ),
    )


def _sticky(fractions: np.ndarray) -> tuple[Sentence, ...]:
    low = [n for n, value in enumerate(fractions) if not value >= LEAST_EBFMI]
    return tuple(
        Sentence(
            "E-BFMI of chain {chain} is {value}; at least {least} is required.",
            {"chain": n + 1, "value": _said(fractions[n], EBFMI_SAID), "least": LEAST_EBFMI},
        )
        for n in low
    )


def _absurd(unseen: xr.DataArray) -> tuple[Sentence, ...]:
    wild = int((~(unseen <= MOST_UNSEEN)).sum())
    if not wild:
        return ()
    return (
        Sentence(
            "In {number:,} of {total:,} draws more than {most:,} unreported incidents are "
            "expected; the figures count {most:,} in each of those draws.",
            {"number": wild, "total": unseen.size, "most": MOST_UNSEEN},
        ),
    )


def _beyond(posterior: xr.Dataset) -> Iterator[Sentence]:
    """Say of which source the visibility goes beyond its nodes the most; two classes have none."""
    for name, most in MOST.items():
        if name not in posterior or (name == "visibility" and "low_share" in posterior):
            continue
        table = of_levels(posterior[name] > most)
        if len(table) and table.max() > MOST_BEYOND:
            yield Sentence(
                "In {share}% of the draws {quantity} is above {most}, where the likelihood is "
                "summed over too few nodes; at most {accepted:.0f}% is accepted.",
                {
                    "share": up(100 * float(table.max()), 1),
                    "quantity": table.idxmax(),
                    "most": most,
                    "accepted": 100 * MOST_BEYOND,
                },
            )


def _said(value: float, rounded: Rounded) -> Sentence | str:
    if math.isfinite(value) and value <= MOST_SAID:
        return rounded(value)
    if value > MOST_SAID:
        return Sentence("above {most:.0f}", {"most": MOST_SAID})
    return Sentence("not defined")


def _extreme(value: float) -> float:
    return float(value) if math.isfinite(value) else math.nan
