"""How much the sources list, and how often the one they name is the author."""

import numpy as np
import xarray as xr

from ..data.arrays import Floats
from ..data.attribution import OTHER
from ..models.circumstances import adjudicated
from ..models.design import Design
from ..models.engine import Params
from .responsibility import Outcome


def source_quality(realized: xr.Dataset) -> xr.Dataset:
    """Detection and accuracy of every source.

    Parameters
    ----------
    realized
        As ``realize`` gives it.

    Returns
    -------
    ``detection`` (chain, draw, source): share of the window's realized incidents of the
    roster's organizations that the source listed, NaN where they did none. An incident of a
    rivalry is among them where it went to an organization. ``accuracy`` (chain, draw,
    source): P(the one named is the author | it names one).
    """
    organizations = [name for name in realized["organization"].to_numpy() if name != OTHER]
    counts = realized["incidents_by_period"].sel(organization=organizations)
    total = counts.sum(["organization", "period"])
    detection = realized["listed"] / total.where(total > 0)
    return xr.Dataset({"detection": detection, "accuracy": realized["accuracy"]})


def accuracy(found: Outcome, params: Params, plan: Design) -> Floats:
    r"""P(the one named is the author | it names one), shape (source,).

    .. math::
        \frac{\sum_k \mu_k \sum_m \Phi[k, m] (1 - u_{sm}) \sum_a \eta_{sa} C_s[m, a]\, r[k, a]}
             {\sum_k \mu_k \sum_m \Phi[k, m] (1 - u_{sm}) \sum_a \eta_{sa} C_s[m, a]}

    with r the probability that naming a is right: 1 for the author itself, and for a rivalry
    the split's share of the side named; of an adjudicated source Φ is the identity. η is the
    share of single names among names that may stand in a set, else 1. Authors weigh by their
    expected incidents, reported or not, where these are.
    """
    around, n = plan.around, len(plan.names.authors)
    locale = around.locale[plan.cell_region, plan.cell_period]
    rate = np.zeros((len(around.locale_setting), n))
    np.add.at(rate, locale, found.rate)
    right, courts = is_right(params, plan), adjudicated(plan.evidence)
    one = _single(found, plan)
    named, true = np.zeros(len(courts)), np.zeros(len(courts))
    for place, setting in enumerate(around.locale_setting):
        phi = found.claims[setting][:, :n]
        for s in range(len(courts)):
            claims = np.eye(n) if courts[s] else phi  # (author, claim)
            says = (1.0 - found.unknown[s, place])[:, None] * found.confusion[setting, s] * one[s]
            by_author = rate[place][:, None] * (claims @ says)  # (author, name)
            named[s] += by_author.sum()
            true[s] += (by_author * right).sum()
    return np.asarray(true / named)


def _single(found: Outcome, plan: Design) -> Floats:
    """Share of single names, shape (source, name)."""
    plain = np.arange(len(plan.names.names)) < plan.names.n_plain
    return np.where(plain, found.set_shares[:, :1], 1.0)


def is_right(params: Params, plan: Design) -> Floats:
    """P(a name is right | author), shape (author, name)."""
    names = plan.names
    right = np.eye(len(names.authors), len(names.names))
    for number, (first, second) in enumerate(names.sides):
        if first != second:
            split = float(np.atleast_1d(params["split"])[number])
            right[names.n_plain + number, first] = split
            right[names.n_plain + number, second] = 1.0 - split
    return right
