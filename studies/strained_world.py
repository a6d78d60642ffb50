"""Worlds of the study of strained rounds: what no report can inform is drawn from its prior.

A structure that a setting has not is off. Of what is always there, some things leave no trace in
the reports, or hardly any, and a fit says of them what its priors say. An interval can then keep
its probability only over worlds in which they are as the priors have it, so they are drawn:
the share that nobody can see, what sources see or miss together, how much harder organizations
are seen than ordinary violence and whom courts pursue, the share of scenes that nobody can read
and how it differs between organizations, how much of what nobody attributes is ordinary violence,
whose violence a clash is and which clashes are told by side, and the law of the dead in large
events. What scenes present is drawn by ``strained_claims``. Months have no factor of their own
(``noise``): the oracle could not read it, and reports tell its size.
"""

from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from ..data.attribution import OTHER, parse
from ..data.strains import by_author
from ..data.values import ADJUDICATED
from ..data.world import Floats, World
from ..inference.prior import draw
from ..models.families import simple
from ..models.numbers import TAIL_GRID, tail_posterior
from ..models.priors import Priors

PRIORS = Priors()


def drawn_from_priors(world: World, rng: np.random.Generator) -> World:
    """Draw from its prior what the reports of a world cannot inform."""
    world = _with_detection(replace(world, never_visible=_never_visible(world, rng)), rng)
    world = replace(
        world,
        tail=float(rng.choice(TAIL_GRID, p=tail_posterior(np.zeros(0, np.int64)))),
        victims_in_bin=(rng.dirichlet(np.ones(2)), rng.dirichlet(np.ones(4))),
    )
    return _with_other(_with_unreadable(_with_clashes(world, rng), rng), rng)


def from_prior(name: str, rng: np.random.Generator, n: int | None = None) -> Floats:
    """Draw a parameter from its prior: one number, or n."""
    prior = PRIORS[name]
    if prior.distribution == "zero_sum":
        return centred(rng, prior["sigma"], n or 1)
    drawn = draw(simple(name, prior), {}, n or 1, rng)
    return drawn if n else drawn[0]


def centred(rng: np.random.Generator, sigma: float, n: int) -> Floats:
    """Draw an effect of n levels that sum to zero."""
    free = np.asarray(rng.normal(0.0, sigma, n))
    return np.asarray(free - free.mean())


def _never_visible(world: World, rng: np.random.Generator) -> Floats:
    """ψ of each author; a rivalry's is the mean of its members', as in ``models.visibility``."""
    hidden = from_prior("never_visible", rng, len(world.plain)).tolist()
    own = dict(zip(world.plain, hidden, strict=True))
    for name in world.rivalries:
        own[name] = float(np.mean([own[member] for member in parse(name).organizations]))
    return np.array([own[name] for name in world.authors])


def _with_detection(world: World, rng: np.random.Generator) -> World:
    """Draw what sources see together, and what organizations have in common before each type."""
    grouped = np.array([spec.group is not None for spec in world.sources])
    types = [spec.type for spec in world.sources]
    common = {kind: float(from_prior("silencing_common", rng)) for kind in sorted({*types})}
    pursued = float(from_prior("court_selection_scale", rng)) * centred(
        rng, 1.0, len(world.organizations)
    )
    gamma = [by_author(world, common[kind] + pursued * (kind == ADJUDICATED)) for kind in types]
    given = 0.0 if world.silencing is None else world.silencing
    return replace(
        world,
        visibility=from_prior("visibility", rng, len(types)),
        group_visibility=grouped * from_prior("group_visibility", rng, len(types)),
        silencing=given + np.array(gamma),
    )


def _with_clashes(world: World, rng: np.random.Generator) -> World:
    """Draw whose violence each rivalry's is, and which side the clashes told by side lean to."""
    n = len(world.rivalries)
    split = from_prior("split", rng, n)
    own = from_prior("side_selection", rng, len(world.organizations))
    of = dict(zip(world.organizations, own.tolist(), strict=True))
    sides = [parse(name).sides for name in world.rivalries]
    lean = [np.mean([of[k] for k in a]) - np.mean([of[k] for k in b]) for a, b in sides]
    return replace(world, split=split, told_split=expit(logit(split) + np.array(lean)))


def _with_unreadable(world: World, rng: np.random.Generator) -> World:
    """Let scenes of an organization, or of ``other``, be such that nobody can tell whose."""
    share = logit(from_prior("claim_nobody", rng))
    unsigned = from_prior("claim_unsigned", rng, len(world.organizations))
    n, plain = len(world.authors), len(world.organizations)
    nobody = np.zeros(n)
    nobody[:plain] = expit(share + unsigned)
    if world.has_other:
        nobody[world.authors.index(OTHER)] = expit(share)
    given = np.eye(n) if world.claim is None else world.claim
    claim = np.zeros((n, n + 1))
    claim[:, : given.shape[1]] = (1.0 - nobody)[:, None] * given
    claim[:, -1] += nobody
    return replace(world, claim=claim)


def _with_other(world: World, rng: np.random.Generator) -> World:
    """Draw how often ordinary violence goes unattributed, and how much of what does it is.

    The rate of ``other`` is then what ``models.rates`` makes of both.
    """
    at = world.authors.index(OTHER)
    shift, odds = float(from_prior("unknown_other", rng)), float(from_prior("other_share", rng))
    unknown = world.unknown.copy()
    unknown[:, at] = expit(logit(unknown[:, at]) + shift)
    unreadable = world.claim[at, -1] if world.claim is not None else 0.0
    named, ordinary = (
        float(unreadable + (1.0 - unreadable) * np.mean(u))
        for u in (world.unknown[:, 0], unknown[:, at])
    )
    rate = world.rate.copy()
    rest = np.delete(rate, at, axis=0).sum()
    rate[at] *= rest / rate[at].sum() * named / ordinary * np.exp(-odds)
    return replace(world, unknown=unknown, rate=rate)
