"""The same round under several structures of the model, P(worst) side by side.

What a structure assumes no data of the round can prove, so a reviewer asks what the answer is
without it: under the other law of visibility, without silencing, without claims. Where the leader
changes, the finding rests on that assumption.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ..models.design import Design
from ..models.structure import CORE, LAWS, Structure
from . import pipeline
from .fit import FitOptions
from .pipeline import Prepared

COLUMNS = ("structure", "organization", "p_worst", "q05", "q50", "q95", "passed", "status")
COMPLETE, CORE_NAME = "complete", "core"
USUAL = ("silencing", "claims", "groups")
"""Parts that are left out one at a time where nobody says which."""
Progress = Callable[[str], None]


def usual_parts(plan: Design) -> tuple[str, ...]:
    """Those of ``USUAL`` that a round has: without source groups nothing can be left out of it."""
    return tuple(part for part in USUAL if part != "groups" or plan.sizes["grouped"])


def structures(
    without: Sequence[str] = (),
    visibility: str | None = None,
    base: Structure | None = None,
    usual: Sequence[str] = USUAL,
) -> dict[str, Structure]:
    """Name the structures to compare, the complete model first.

    Parameters
    ----------
    without
        Parts of the model, each left out in an alternative of its own.
    visibility
        Law of an alternative with all parts.
    base
        What the alternatives differ from; default: the whole model.
    usual
        Parts that are left out where neither parts nor law are given.

    Returns
    -------
    By name, as a table shows it. Where neither parts nor law are given: the other law, without
    each of ``usual``, and the core without any extension.
    """
    base = base or Structure()
    by_default = not without and visibility is None
    laws = LAWS if by_default else (visibility,) if visibility else ()
    made = {COMPLETE: base}
    made |= {law: replace(base, visibility=law) for law in laws if law != base.visibility}
    made |= {f"without {part}": base.without(part) for part in (usual if by_default else without)}
    return made | {CORE_NAME: CORE} if by_default else made


def compare(
    prepared: Prepared,
    options: FitOptions,
    structures: Mapping[str, Structure],
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Fit a round under several structures and put what they say of contenders side by side.

    Parameters
    ----------
    prepared
        The round, with its priors; its own structure is one of ``structures`` or none.
    options
        Of every fit. Fits that are there are taken, others are made and kept.
    structures
        By the name that the table has for each.
    progress
        Called with a sentence as the work goes on.

    Returns
    -------
    Columns ``structure, organization, p_worst, q05, q50, q95, passed, status``, one row for each
    structure and contender: P(worst), quantiles of the realized score, whether the fit passed its
    gate (where it did not, its numbers are of no use), and the status of the decision under it.

    Raises
    ------
    FitError
        Where the sampler gave no draws.
    """
    tables = [
        _one(name, pipeline.restructured(prepared, structure), options, progress)
        for name, structure in structures.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _one(
    name: str, prepared: Prepared, options: FitOptions, progress: Progress | None
) -> pd.DataFrame:
    if progress is not None:
        progress(f"{name}:")
    posterior = pipeline.fit(prepared, options, progress)
    summary = pipeline.score(prepared, posterior, options, progress).summary
    frame = summary.organizations
    frame = frame[frame["contender"].astype(bool)].rename_axis("organization").reset_index()
    passed, status = summary.diagnostics.passed, summary.decision.status
    frame = frame.assign(structure=name, passed=passed, status=status)
    return frame[list(COLUMNS)]
