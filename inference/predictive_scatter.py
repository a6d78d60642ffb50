r"""Whether counts scatter more than a fit has it: of regions and months, and of whose they are.

.. math::
    D = \sum_b \frac{(n_b - M_b)^2}{M_b}, \qquad
    T = \sum_{kb} \big(\sqrt{n_{kb}} - \sqrt{M_{kb}}\big)^2

b the blocks of a region and month, k the authors, n the incidents that some source reported, M
those to be expected at the draw, the noise's factor left out. Whose each reported incident was is
drawn given its reports at the same draw. Of what is seen both are other numbers in every draw, and
are compared with what is drawn anew at the same one (Gelman, Meng & Stern 1996). Most authors have
next to nothing in most blocks, where a quotient by M would say nothing else: so that square roots
are compared (Freeman & Tukey 1950).

The noise has one factor for all authors of a block. D tells whether it is needed; T whether it is
enough, or authors have months of their own there.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..data.arrays import Floats, Ints
from ..models import joint, noise
from ..models.density import Density
from ..models.design import Design
from ..models.engine import Params
from .responsibility import Outcome, Reader

Scattered = tuple[str, str, Floats, Floats]
"""Check, of what, and by draw what is seen and what is drawn."""

SCATTER, WITHOUT_NOISE = "scatter of counts", "regions and months, if they had no noise"
REGIONS_AND_MONTHS, AUTHORS = "regions and months", "authors in regions and months"


def scatters(plan: Design, params: list[Params], rng: np.random.Generator) -> Iterator[Scattered]:
    """Both as the fit has them, and of regions and months as if it had no noise."""
    yield from _of_blocks(plan, params, rng)
    yield _of_authors(plan, params, rng)


def _of_blocks(plan: Design, params: list[Params], rng: np.random.Generator) -> Iterator[Scattered]:
    blocks, n = noise.blocks(plan), len(params)
    target = Density(plan, joint.parameters_of(plan, params[0]))
    seen, made, plain = np.zeros(n), np.zeros(n), np.zeros(n)
    for draw, one in enumerate(params):
        _, mass = target.cells(target.pack(one))
        mean = blocks.sums(mass)
        seen[draw] = scatter(blocks.seen, mean)
        made[draw] = scatter(blocks.sums(noise.counts(mass, one, blocks, rng)), mean)
        plain[draw] = scatter(blocks.sums(noise.counts(mass, {}, blocks, rng)), mean)
    yield SCATTER, REGIONS_AND_MONTHS, seen, made
    if "noise" in params[0]:
        yield SCATTER, WITHOUT_NOISE, seen, plain


def scatter(counts: Floats, mean: Floats) -> float:
    """Σ (n - M)² / M over the blocks in which something is to be expected."""
    some = mean > noise.LEAST_MASS
    return float(((counts[some] - mean[some]) ** 2 / mean[some]).sum())


def _of_authors(plan: Design, params: list[Params], rng: np.random.Generator) -> Scattered:
    reader = Reader(replace(plan, every=plan.counted), frozenset(params[0]))
    blocks = noise.blocks(plan)
    seen, made = np.zeros(len(params)), np.zeros(len(params))
    for draw, one in enumerate(params):
        outcome = reader.outcome(one)
        mean = outcome.rate.T - outcome.unseen.sum(axis=(2, 3))  # (author, cell)
        expected = _by_block(mean, blocks)
        again = noise.poisson(mean * noise.replicated(one, blocks, rng), rng)
        seen[draw] = _freeman_tukey(_by_block(_drawn_authors(plan, outcome, rng), blocks), expected)
        made[draw] = _freeman_tukey(_by_block(again, blocks), expected)
    return SCATTER, AUTHORS, seen, made


def _drawn_authors(plan: Design, outcome: Outcome, rng: np.random.Generator) -> Ints:
    """Draw whose each incident was that some lister reported: (author, cell)."""
    shares = np.diff(outcome.responsibilities, axis=1, prepend=0.0)
    shares = shares.reshape(len(shares), outcome.rate.shape[1], -1).sum(axis=2)
    whose = rng.multinomial(plan.counted.count, shares / shares.sum(axis=1, keepdims=True))
    result = np.zeros((len(plan.cell_kind), shares.shape[1]), np.int64)
    np.add.at(result, plan.counted.cell, whose)
    return result.T


def _by_block(values: Floats | Ints, blocks: noise.Blocks) -> Floats:
    return np.array([blocks.sums(row) for row in values])


def _freeman_tukey(counts: Floats, mean: Floats) -> float:
    """Σ (√n - √M)²."""
    return float(((np.sqrt(counts) - np.sqrt(np.maximum(mean, 0.0))) ** 2).sum())
