"""What one would say who knows the simulated world: the oracle of worlds with many structures.

A world is put into the arrays of the likelihood (``superposition.Quantities``), which then says
who did what and what nobody saw. No parameter of the model is asked for, so that worlds count
whose truth is none of its values: silencing, framing, copying, groups, delays, violence that nobody
can see. Of ``UNREAD`` structures it knows nothing, and refuses worlds that have them.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr
from scipy.special import logit

from ..data.arrays import Floats, Ints
from ..data.rubric import Rubric
from ..data.world import World
from ..inference.marks import known_numbers
from ..inference.realize import oracle
from ..inference.responsibility import Outcome
from ..models import superposition, written
from ..models.design import Design
from ..models.detection import Chances
from ..models.engine import NUMPY, Params
from ..models.rates import LogRate
from ..models.superposition import Quantities

UNREAD = (
    "confusion", "noise_sd", "own_noise_sd", "rate_tail", "low_share", "habits",
    "class_detection", "presence", "bribes", "ambiguous", "events",
)  # fmt: skip
"""Fields of a world that the arrays here do not read."""


def drawn(world: World, plan: Design, rubric: Rubric, draws: int, seed: int) -> xr.Dataset | None:
    """Draw what happened, given the world and the reports; see ``realize.realize``.

    None where some author of the world is on no axis of the reports: nobody reported it.

    Parameters
    ----------
    plan
        Of the reports, with claims.
    """
    if set(plan.names.authors) != set(world.authors):
        return None
    params, numbers = _rest(world, plan), known_numbers(world.victims_in_bin, world.tail)
    return oracle(params, plan, rubric, draws, seed, partial(outcome, world), numbers)


def outcome(world: World, design: Design) -> Outcome:
    """Say who did each reported incident, and what went unreported, in cells of a design."""
    q = quantities(world, design)
    log = superposition.log_joint_by_class(q, design, design.every, NUMPY)
    rate = np.exp(q.log_rate)[:, design.cell_region, design.cell_period, design.cell_kind]
    hidden = superposition.unseen_share(q, design, NUMPY)[:, design.histories.cell_context]
    return Outcome(
        responsibilities=np.exp(log).reshape(len(log), -1).cumsum(axis=1),
        unseen=rate[:, :, None, None] * hidden,
        rate=rate.T,
        mass=superposition.mass(q, design, NUMPY),
        unknown=q.unknown,
        claims=np.asarray(q.claims),
        confusion=q.confusion,
        set_shares=q.set_shares,
    )


def quantities(world: World, design: Design) -> Quantities:
    """Put a world into the arrays of the likelihood.

    Its rates and detection must be products of what hangs on one axis each, as
    ``worlds.national_world`` makes them; claims the same everywhere, and nothing of ``UNREAD``.

    Raises
    ------
    ValueError
        Where they are not.
    """
    _must_be_read(world)
    of = _positions(design.names.authors, world.authors)
    u = np.repeat(world.unknown[:, None, of], len(design.around.locale_region), axis=1)
    eta, phi, split = _set_shares(world, design), _claims(world, of), _rest(world, design)["split"]
    matrix, first, second = (
        _confusion(world, design, of, share) for share in (split, np.ones_like(split), 0.0 * split)
    )
    leads = (first, second) if world.leads else None
    phi = np.repeat(phi[None], len(design.around.setting_epoch), axis=0)
    lists = written.listed(u, matrix, eta, design, NUMPY)
    log_class = np.zeros((len(of), design.sizes["kind"], 1))
    hidden = np.zeros(len(of)) if world.never_visible is None else world.never_visible[of]
    return Quantities(
        rate=LogRate(*_log_rate(world, of)),
        log_visible=np.log1p(-hidden),
        log_size=np.log(np.maximum(world.size[of], np.finfo(float).tiny)),
        log_class=log_class,
        chances=_chances(world, design, of, lists, np.exp(log_class)),
        unknown=u,
        confusion=matrix,
        set_shares=eta,
        claims=phi,
        written=written.written(
            _rest(world, design), u, matrix, leads, eta, lists, phi, design, NUMPY
        ),
    )  # fmt: skip


def _must_be_read(world: World) -> None:
    there = [name for name in UNREAD if np.any(getattr(world, name))]
    if there:
        raise ValueError(f"the oracle knows nothing of {', '.join(there)}")


def _positions(names: Sequence[str], among: Sequence[str]) -> Ints:
    return np.array([list(among).index(name) for name in names], np.int64)


def _rest(world: World, design: Design) -> Params:
    """What is asked for by the name of a parameter: shares inside rivalries, copies, sides."""
    groups = [spec.group for spec in world.sources]
    copying = np.zeros(len(world.groups)) if world.copying is None else world.copying
    return {
        "split": world.split[_positions(design.names.rivalries, world.rivalries)],
        "side_concentration": np.asarray(world.side_concentration),
        "side_selection": _side_selection(world, design),
        "copying": np.array(
            [copying[world.groups.index(str(groups[g[0]]))] for g in design.statements.groups]
        ),
    }


def _side_selection(world: World, design: Design) -> Floats:
    """Of each plain name, so that rivalries have the ``told_split`` of the world."""
    if world.told_split is None:
        return np.zeros(design.names.n_plain)
    rivalry = _positions(design.names.rivalries, world.rivalries)
    shift = logit(world.told_split[rivalry]) - logit(world.split[rivalry])
    return np.asarray(np.linalg.pinv(design.names.lean) @ shift)


def _log_rate(world: World, of: Ints) -> tuple[Floats, Floats, Floats]:
    """Parts of log μ by region, period and kind."""
    log = np.log(world.rate[of])
    base = log.mean(axis=(1, 2, 3))
    parts = log.mean(axis=(2, 3)), log.mean(axis=(1, 3)), log.mean(axis=(1, 2))
    whole = (
        parts[0][:, :, None, None] + parts[1][:, None, :, None] + parts[2][:, None, None, :]
    ) - 2.0 * base[:, None, None, None]
    _must_be_close(whole, log, "rates")
    return parts[0] - base[:, None], parts[1] - base[:, None], parts[2]


def _must_be_close(made: Floats, asked: Floats, what: str) -> None:
    if not np.allclose(made, asked, atol=1e-9):
        raise ValueError(f"the world's {what} are no product of what hangs on one axis each")


def _chances(
    world: World, design: Design, of: Ints, lists: Floats | None, mark_class: Floats
) -> Chances:
    h = design.histories
    own = world.detection[h.listers]
    base = own.mean(axis=(1, 2, 3))
    region, kind = own.mean(axis=(2, 3)), own.mean(axis=(1, 3)) - base[:, None]
    size = own.mean(axis=(1, 2)) - base[:, None]
    chances = Chances(
        region=region, kind=kind, size=size, victim_class=np.zeros((len(h.listers), 1)),
        author=_silencing(world, design, of), visibility=world.visibility[h.listers],
        group_visibility=_group_visibility(world, design), nodes=h.nodes, weights=h.weights,
        published=_published(world, design), listed=None if lists is None else lists[h.listers],
        mark_class=mark_class[h.classes.author],
    )  # fmt: skip
    _must_be_close(chances.logit, own, "chances of detection")
    return chances


def _silencing(world: World, design: Design, of: Ints) -> Floats:
    """γ, shape (lister, reach class, epoch)."""
    h = design.histories
    gamma = np.zeros((len(world.sources), len(world.authors)))
    gamma = gamma if world.silencing is None else world.silencing
    return gamma[h.listers][:, of[h.classes.author], None]


def _group_visibility(world: World, design: Design) -> Floats:
    h = design.histories
    if world.group_visibility is None:
        return np.zeros(len(h.grouped))
    return world.group_visibility[h.listers[h.grouped]]


def _published(world: World, design: Design) -> Floats:
    """F, shape (lister, lag node)."""
    listers, days = design.histories.listers, design.around.lag_days
    if world.delay is None:
        return np.ones((len(listers), len(days)))
    location, shape = world.delay[listers].T
    with np.errstate(over="ignore"):
        return np.asarray(NUMPY.expit(shape[:, None] * (np.log1p(days) - location[:, None])))


def _set_shares(world: World, design: Design) -> Floats:
    n = design.statements.largest_set
    return world.set_size[:, :n] / world.set_size[:, :n].sum(axis=1, keepdims=True)


def _claims(world: World, of: Ints) -> Floats:
    """Φ, shape (author, claim): authors, then nobody."""
    n = len(of)
    claim = np.eye(n) if world.claim is None else world.claim
    nobody = claim[:, n:] if claim.shape[1] > n else np.zeros((n, 1))
    return np.concatenate([claim[:, of], nobody], axis=1)[of]


def _confusion(world: World, design: Design, of: Ints, split: Floats) -> Floats:
    """P(name | claim, it names somebody), shape (setting, source, author, name)."""
    names = design.names
    n_author, n_name, n_source = len(of), len(names.names), len(world.sources)
    right = np.tile(np.eye(n_author, n_name), (n_source, 1, 1))
    for d, sides in enumerate(names.sides):
        row = right[:, names.n_plain + d]
        row *= 1.0 - world.one_sided[:, None]
        row[:, sides[0]] += world.one_sided * split[d]
        row[:, sides[1]] += world.one_sided * (1.0 - split[d])
    blame = np.zeros((n_source, n_name))
    blame[:, :n_author] = np.broadcast_to(world.blame, (n_source, n_author))[:, of]
    wrong = (1.0 - np.eye(n_author, n_name)) * blame[:, None, :]
    wrong /= wrong.sum(axis=2, keepdims=True)
    theta = world.right[:, None, None]
    matrix = theta * right + (1.0 - theta) * wrong
    return np.repeat(matrix[None], len(design.around.setting_epoch), axis=0)
