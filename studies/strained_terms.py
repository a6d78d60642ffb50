"""What a fit of a strained round says of the structures in it, beside what they truly are."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from ..data.attribution import OTHER
from ..data.world import Floats, World
from ..inference.params_of import params_of
from ..models import silencing
from ..models.design import Design
from ..models.engine import NUMPY
from .recovery_compare import Row

SILENCING, UNREADABLE = "silencing of the press", "unreadable scenes"
FALSE, HIDDEN = "false claims", "clashes that pass for something else"
COPYING, DELAY, DELAY_SHAPE = "copying", "delay, log days", "shape of delays"
RIGHT, VISIBILITY = "right names", "weight of visibility"


def terms(made: World, plan: Design, posterior: xr.Dataset) -> Iterator[Row]:
    """Place the true value of each structure among its draws.

    Yields
    ------
    ``term``, ``of`` (whose it is), ``truth``, ``position`` (share of the draws below the truth).
    """
    for term, of, truth, draws in _pairs(made, plan, posterior):
        position = float((draws < truth).mean())
        yield {"term": term, "of": of, "truth": float(truth), "position": position}


Pair = tuple[str, str, float, Floats]


def _pairs(made: World, plan: Design, posterior: xr.Dataset) -> Iterator[Pair]:
    sources = [spec.id for spec in made.sources]
    yield from _each(posterior, "right", RIGHT, sources, made.right)
    listers = plan.histories.listers
    of_listers = [sources[s] for s in listers]
    yield from _each(posterior, "visibility", VISIBILITY, of_listers, made.visibility[listers])
    yield from _claims(made, plan, posterior)
    if made.copying is not None:
        yield from _each(posterior, "copying", COPYING, list(made.groups), made.copying)
    if made.delay is not None:
        late = np.flatnonzero(plan.around.delayed)
        names, law = [sources[s] for s in late], made.delay[late]
        yield from _each(posterior, "delay", DELAY, names, law[:, 0])
        yield from _each(posterior, "delay_shape", DELAY_SHAPE, names, law[:, 1])
    yield from _silencing(made, plan, posterior)


def _each(
    posterior: xr.Dataset, name: str, term: str, of: list[str], truth: Floats
) -> Iterator[Pair]:
    draws = posterior[name].to_numpy().reshape(-1, len(of))
    for n, whose in enumerate(of):
        yield term, whose, float(truth[n]), draws[:, n]


def _claims(made: World, plan: Design, posterior: xr.Dataset) -> Iterator[Pair]:
    """Shares of false claims of those who make some, and of scenes that nobody can read."""
    claim, n = made.claim, len(made.authors)
    if claim is None or claim.shape[1] == n:
        return
    unreadable = claim[:, n].copy()
    other = made.authors.index(OTHER)
    yield UNREADABLE, "all", float(unreadable[other]), _flat(posterior["claim_nobody"])
    unreadable[other + 1 :] = 0.0  # of a clash it is a false claim
    false = 1.0 - np.diag(claim[:, :n]) / (1.0 - unreadable)
    plain, wars = list(plan.names.plain), list(plan.names.rivalries)
    for name, share in zip(made.authors, false, strict=True):
        if share > 0 and name in plain:
            yield FALSE, name, share, _flat(posterior["claim_false"][..., plain.index(name)])
        if share > 0 and name in wars:
            yield HIDDEN, name, share, _flat(posterior["claim_rivalry"][..., wars.index(name)])


def _silencing(made: World, plan: Design, posterior: xr.Dataset) -> Iterator[Pair]:
    """γ of each organization on the press, less their mean: the rest is the sources' level."""
    if made.silencing is None:
        return
    own, listers = len(made.organizations), plan.histories.listers
    press = [i for i, s in enumerate(listers) if made.sources[s].type == "press"]
    reach = plan.histories.classes.of_author[:own]
    own_terms = [str(name) for name in posterior.data_vars if str(name).startswith("silencing")]
    each = params_of(posterior[own_terms], posterior.sizes["chain"] * posterior.sizes["draw"])
    draws = np.array([silencing.by_author(p, plan, NUMPY)[press[0], reach, 0] for p in each])
    draws -= draws.mean(axis=1, keepdims=True)
    truth = made.silencing[listers[press[0]], :own]
    for k, name in enumerate(made.organizations):
        yield SILENCING, name, float(truth[k] - truth.mean()), draws[:, k]


def _flat(draws: xr.DataArray) -> Floats:
    return draws.to_numpy().ravel()
