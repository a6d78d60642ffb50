"""Rounds in which every parameter of the complete model is drawn from its prior.

Incidents are drawn by what ``enumeration`` expects: plain loops, written from the docstrings, not
from the code of the model. Delays and a total of victims follow their laws. Settings differ in who
tells and in what is known beforehand; together they have every term of the model, and
``study_of_every_term`` fits them.
"""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
from dtoscore.data.evidence import SILENT, Evidence
from dtoscore.inference.prior import prior_draws
from dtoscore.models import joint
from dtoscore.models.design import design
from dtoscore.models.numbers import LARGE, TAIL_GRID, tail_posterior
from dtoscore.models.priors import Priors
from dtoscore.models.structure import TWO_CLASS, Structure
from enumeration import means, published, sides
from tiny import COPY, COURT, GED, PAPER, PRESS, SIDES_SIZE, WATCH, Case, evidence_of
from tiny_ground import Ground
from totalled import total
from values import Params, Said

PRIORS = Priors().override(
    {
        "rate_total": {"mu": float(np.log(300.0)), "sigma": 0.5},
        "rivalry_total": {"mu": float(np.log(100.0)), "sigma": 0.5},
    }
)
"""Else both lie around what is reported, which is not there yet."""
NOISE, CAPTURE = 0.1, (0.6, 0.15)
"""What is declared of the total of victims that is added to each."""
COUNTED = 0
"""The kind of incident that it counts."""

SETTINGS: dict[str, Case] = {
    "a wire's two papers, a war, other": Case(
        ("a", "b"), (PAPER, COPY), ("a", "b"), has_other=True, rivalries=("a><b",),
        n_period=2, structure=Structure(), ground=Ground(lag=(8.0, 3.0)),
    ),
    "a court, a paper, a list of organizations' deaths, an announcement, other": Case(
        ("a", "b"), (PAPER, COURT, GED), ("a", "b"), has_other=True, n_region=2, n_period=2,
        n_kind=2, structure=Structure(), classes=("civilian", "press"),
        ground=Ground(events=(("a", 1),), disputed=(("b", 0),), absent=(("a", 0),), n_covariate=1),
    ),
    "three organizations, two classes of visibility": Case(
        ("a", "b", "c"), (PRESS, WATCH, COURT), ("a", "b"), n_region=2, n_period=2, n_kind=2,
        structure=Structure(visibility=TWO_CLASS),
    ),
    "two wars in two regions, their deaths by side, names of several": Case(
        ("a", "b", "c"), (PRESS, WATCH), ("a", "b"), rivalries=("a><b", "a><c"), largest_set=2,
        sides_total=2, n_region=2, n_kind=2, structure=Structure(),
    ),
    "a list of organizations' deaths alone, and what it does not list as a total": Case(
        ("a", "b"), (GED,), ("a", "b"), has_other=True, rivalries=("a><b",), n_region=3,
        n_period=2, structure=Structure(),
    ),
}  # fmt: skip
RESIDUAL = "a list of organizations' deaths alone, and what it does not list as a total"
"""Where the total counts what nobody reports; elsewhere it counts everything."""
TOLD_BY_SIDE = 0.5
"""Share of the clashes of two or three dead of which it is told who died."""


def drawn(case: Case, rng: np.random.Generator) -> Params:
    """A value of every parameter, from the priors."""
    plan = design(with_total(case, evidence_of(case, _none(case)), 0), case.structure)
    found = prior_draws(joint.parameters(plan, PRIORS), plan, 1, int(rng.integers(2**31)))
    return {name: np.asarray(value[0]) for name, value in found.items()}


def _none(case: Case) -> np.ndarray:
    """One incident of each class and statement in the first cell: all levels are there."""
    n, rows = len(case.sources), []
    for text, known in itertools.product(range(len(case.statements)), range(len(case.classes) + 1)):
        rows.append((0, 0, 0, 1, -1, 0, 0, known, *[text] * n))
    if case.sides_total:
        told = case.statements.index(case.rivalries[0])
        rows.append((0, 0, 0, SIDES_SIZE, 0, 1, 1, len(case.classes), *[told] * n))
    return np.array(rows, np.int64)


def simulated(case: Case, p: Params, rng: np.random.Generator) -> Evidence:
    """Draw what happens and who reports it, and a total of victims of it all."""
    seen, unseen = [], np.zeros((case.n_kind, 5), np.int64)
    factors = rng.gamma(p["noise"] ** -2.0, p["noise"] ** 2.0, (case.n_region, case.n_period))
    for cell in case.cells:
        for (v, w, said), by_author in means(case, p, cell).items():
            numbers = rng.poisson(np.array(by_author) * factors[cell[:2]])
            if set(said) == {SILENT}:
                unseen[cell[2], v] += numbers.sum()
                continue
            known = w if len(case.classes) > 1 else len(case.classes)
            for author, number in zip(case.authors, numbers.tolist(), strict=True):
                by_side = (_told_by_side(case, p, author, v, said, rng) for _ in range(number))
                seen += [(*cell, v, *by, known, *said) for by in by_side]
    found = evidence_of(case, np.array(seen, np.int64).reshape(len(seen), 8 + len(case.sources)))
    found, missed = _with_dead(found, unseen[COUNTED], rng)
    late = _delays(case, p, rng)
    if late is not None:
        vars(found.ground)["delays"] = late
    reported = found.incidents.loc[found.incidents["kind"] == COUNTED, "victims"].to_numpy()
    both = missed if _is_residual(case) else np.concatenate([reported, missed])
    return with_total(case, found, _written(both, p, rng))


def _told_by_side(
    case: Case, p: Params, author: str, v: int, said: Said, rng: np.random.Generator
) -> tuple[int, int, int]:
    """Rivalry and deaths by side of an incident; -1, 0 and 0 where nothing is told of them."""
    named = [d for d, text in enumerate(case.rivalries) if case.statements.index(text) in said]
    n = case.sides_total
    if not named or not n or v != SIDES_SIZE or rng.random() > TOLD_BY_SIDE:
        return -1, 0, 0
    d = named[0]
    law = [sides(case, p, d, author == case.rivalries[d], i, n - i) for i in range(n + 1)]
    first = int(rng.choice(n + 1, p=law))
    return d, first, n - first


def _with_dead(
    found: Evidence, unseen: np.ndarray, rng: np.random.Generator
) -> tuple[Evidence, np.ndarray]:
    """Give every incident a number inside its size bin, those unseen by the same laws."""
    tail = rng.choice(TAIL_GRID, p=tail_posterior(np.zeros(0, np.int64)))
    of_eight = LARGE ** -(tail + 1.0)
    laws = {
        2: rng.dirichlet(np.ones(2)),
        3: rng.dirichlet(np.ones(4)),
        4: of_eight / of_eight.sum(),
    }

    def dead(size: np.ndarray) -> np.ndarray:
        result = np.array([0, 1, 2, 4, 8])[size]
        for v, law in laws.items():
            at = size == v
            result[at] += rng.choice(len(law), at.sum(), p=law)
        return result

    victims = dead(found.incidents["size"].to_numpy())
    numbers = pd.Series([((n, n, n),) for n in victims.tolist()], dtype=object)
    columns = dict.fromkeys(("victims", "victims_low", "victims_high"), victims)
    incidents = found.incidents.assign(**columns, numbers=numbers.to_numpy())
    return replace(found, incidents=incidents), dead(np.repeat(np.arange(5), unseen))


def _is_residual(case: Case) -> bool:
    return case == SETTINGS[RESIDUAL]


def _written(dead: np.ndarray, p: Params, rng: np.random.Generator) -> int:
    """The total: each incident that it may count with probability p, written with noise."""
    counted = dead[rng.random(len(dead)) < p["capture"][0]].sum()
    nu = float(p["total_noise"][0])
    return int(np.rint(counted * rng.gamma(nu**-2.0, nu**2.0)))


def with_total(case: Case, found: Evidence, count: int) -> Evidence:
    """Add a total of victims of all regions and periods, of one kind."""
    periods, scope = range(case.n_period), "residual" if _is_residual(case) else "inclusive"
    return total(found, count, "victims", scope, CAPTURE, NOISE, periods, kinds=(COUNTED,))


def _delays(case: Case, p: Params, rng: np.random.Generator) -> pd.DataFrame | None:
    """Forty reports of each source that says its days, at each of two lags, that are in."""
    if "delay" not in p:
        return None
    rows = []
    late = [s for s, teller in enumerate(case.sources) if teller.published]
    for s, lag in itertools.product(late, (6, 20)):
        upto = np.array([published(case, p, s, n) for n in range(lag + 1)])
        law = np.diff(upto, prepend=0.0) / upto[-1]
        counts = rng.multinomial(40, law)
        rows += [(s, n, lag, int(c)) for n, c in enumerate(counts) if c]
    return pd.DataFrame(rows, columns=["source", "delay", "lag", "count"])
