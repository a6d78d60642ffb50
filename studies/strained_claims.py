r"""Claims and wrong names of the study's worlds, by the model's own law, drawn from its priors.

Without adjudicated cases nothing informs what scenes present, and with a tenth adjudicated
little: a fit says of it what its priors say. An interval keeps its probability only over worlds
whose claims follow that law, with parameters that these priors drew. So of every author k that is
no rivalry, ε of it false, and of every rivalry d with members a and b,

.. math::
    \Phi[k, k] &= 1 - \varepsilon_k, \qquad
    \Phi[k, d] = \varepsilon_k\,\beta / D_k, \qquad
    \Phi[k, m] = \varepsilon_k\,(1 - \beta_k)\,
        \frac{w_{km}}{\sum_{m' \ne k} w_{km'}}, \quad
        w_{km} = e^{\text{notoriety}_m + \chi\,\text{rival}_{km}} \\
    \Phi[d, d] &= 1 - \varepsilon_d, \qquad
    \Phi[d, a] = \Phi[d, b] = \Phi[d, \varnothing] = \varepsilon_d / 3

of the scenes that can be read (``models.claims``; the others are put in by ``strained_world``).
Wrong names fall by the same notoriety and each source's own favour (``models.attribution``); how
often a source is right, and writes a clash as one side's, is drawn too: one accuracy in all
worlds, off the prior's centre, would pull every fit to the same side.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from ..data.attribution import parse
from ..data.framing import rivals
from ..data.values import ADJUDICATED
from ..data.world import Floats, World
from ..models.attribution import ADJUDICATED_ONE_SIDED
from .strained_world import PRIORS, centred, from_prior


@dataclass(frozen=True)
class Law:
    """Parameters of claims and wrong names.

    Attributes
    ----------
    false, notoriety
        ε and the log odds of being blamed, shape (plain name,): organizations, then ``other``.
    rivalry
        ε of clashes, shape (rivalry,).
    clash, rival
        β, and χ.
    favour
        Log odds by which a source blames somebody more than others do, shape (source, plain name).
    blame_rivalry
        Share of the wrong names that are a rivalry.
    """

    false: Floats
    notoriety: Floats
    rivalry: Floats
    clash: float
    rival: float
    favour: Floats
    blame_rivalry: float


def claimed(world: World, rng: np.random.Generator, false: float | None = None) -> World:
    """Draw claims and wrong names of a world from the model's priors.

    Parameters
    ----------
    false
        Mean share of false claims of organizations where it is not the prior's. Each one's own is
        drawn with the prior's concentration, and in the same place of either law.
    """
    world = replace(world, rivalry_weight=rivals(world))
    law = drawn(world, rng, false)
    courts = np.array([spec.type == ADJUDICATED for spec in world.sources])
    one_sided = from_prior("one_sided", rng, len(courts))
    right = from_prior("right", rng, len(courts))
    court_right = from_prior("right_adjudicated", rng, len(courts))
    return replace(
        world,
        claim=matrix(world, law),
        blame=blame(world, law),
        one_sided=np.where(courts, ADJUDICATED_ONE_SIDED, one_sided),
        right=np.where(courts, court_right, right),
    )


def drawn(world: World, rng: np.random.Generator, false: float | None) -> Law:
    """Draw the parameters; ``false`` as in ``claimed``."""
    n, sources = len(world.plain), len(world.sources)
    favour = np.array([centred(rng, 1.0, n) for _ in range(sources)])
    return Law(
        false=_false(rng.random(n), false, world.has_other),
        notoriety=from_prior("notoriety", rng, n),
        rivalry=from_prior("claim_rivalry", rng, len(world.rivalries)),
        clash=float(from_prior("claim_clash", rng)),
        rival=float(from_prior("claim_rival", rng)),
        favour=float(from_prior("favour_scale", rng)) * favour,
        blame_rivalry=float(from_prior("blame_rivalry", rng)),
    )


def _false(level: Floats, mean: float | None, has_other: bool) -> Floats:
    """Shares of false claims at levels of their laws."""
    alpha, beta = PRIORS["claim_false"]["alpha"], PRIORS["claim_false"]["beta"]
    if mean is not None:
        alpha, beta = (alpha + beta) * mean, (alpha + beta) * (1.0 - mean)
    found = np.asarray(stats.beta.ppf(level, alpha, beta))
    if has_other:
        law = PRIORS["claim_false_other"]
        found[-1] = stats.beta.ppf(level[-1], law["alpha"], law["beta"])
    return found


def matrix(world: World, law: Law) -> Floats:
    """Φ of the scenes that can be read, shape (author, author + 1); the last: nobody can tell."""
    n, d = len(world.plain), len(world.rivalries)
    false = law.false[:, None]
    holds = held(world)
    wars = law.clash * holds.T / np.maximum(holds.sum(axis=0), 1)[:, None]  # (plain, rivalry)
    told = np.eye(n) * (1.0 - false)
    blamed = false * (1.0 - wars.sum(axis=1, keepdims=True)) * _blamed(world, law)
    rows = np.concatenate([told + blamed, false * wars, np.zeros((n, 1))], axis=1)
    own = np.eye(d, n + d + 1, n) * (1.0 - law.rivalry[:, None])
    return np.concatenate([rows, own + law.rivalry[:, None] * _war_rest(world)])


def held(world: World) -> Floats:
    """Whether a rivalry holds an author that is none, shape (rivalry, plain name)."""
    members = [parse(text).organizations for text in world.rivalries]
    return np.array([[name in one for name in world.plain] for one in members], float).reshape(
        len(members), len(world.plain)
    )


def _blamed(world: World, law: Law) -> Floats:
    """Where false claims that are no clash fall, shape (plain name, plain name)."""
    weight = np.exp(law.notoriety[None, :] + law.rival * hostility(world))
    np.fill_diagonal(weight, 0.0)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def hostility(world: World) -> Floats:
    """Rivalry of every two authors that are none, as a fit reads it from the round.

    1 for those who clash, else the declared weight over the largest.
    """
    n, k = len(world.plain), len(world.organizations)
    rival = np.zeros((n, n))
    declared = rivals(world)
    rival[:k, :k] = declared / max(float(declared.max()), np.finfo(float).tiny)
    for sides in (parse(text).sides for text in world.rivalries):
        for a in sides[0]:
            for b in sides[1]:
                i, j = world.plain.index(a), world.plain.index(b)
                rival[[i, j], [j, i]] = 1.0
    return rival


def _war_rest(world: World) -> Floats:
    """Where false claims of a clash fall, shape (rivalry, author + 1): its sides, and nobody."""
    rest = np.zeros((len(world.rivalries), len(world.authors) + 1))
    for row, text in enumerate(world.rivalries):
        for side in ("+".join(names) for names in parse(text).sides):
            at = world.authors.index(side) if side in world.authors else -1
            rest[row, at] += 1.0 / 3.0
        rest[row, -1] += 1.0 / 3.0
    return rest


def blame(world: World, law: Law) -> Floats:
    """Where wrong names fall, shape (source, author)."""
    odds = np.exp(law.notoriety[None, :] + law.favour)
    odds /= odds.sum(axis=1, keepdims=True)
    d = len(world.rivalries)
    if not d:
        return odds
    wars = np.full((len(odds), d), law.blame_rivalry / d)
    return np.concatenate([(1.0 - law.blame_rivalry) * odds, wars], axis=1)
