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
from ..models import noise
from ..models.design import Design
from ..models.engine import Params
from .responsibility import Outcome, Reader

Scattered = tuple[str, str, Floats, Floats]
"""Check, of what, and by draw what is seen and what is drawn."""

SCATTER, WITHOUT_NOISE = "scatter of counts", "regions and months, if they had no noise"
REGIONS_AND_MONTHS, AUTHORS = "regions and months", "authors in regions and months"


def scatters(plan: Design, params: list[Params], rng: np.random.Generator) -> Iterator[Scattered]:
    """Both as the fit has them, and of regions and months as if it had no noise."""
    reader = Reader(replace(plan, every=plan.counted), frozenset(params[0]))
    blocks, said = noise.blocks(plan), [REGIONS_AND_MONTHS, AUTHORS]
    if "noise" in params[0]:
        said.append(WITHOUT_NOISE)
    found = np.empty((len(said), 2, len(params)))
    for draw, one in enumerate(params):
        outcome = reader.outcome(one)
        found[0, :, draw] = _of_blocks(blocks, outcome, one, rng)
        found[1, :, draw] = _of_authors(plan, blocks, outcome, one, rng)
        found[2:, :, draw] = _of_blocks(blocks, outcome, {}, rng)
    for of, (seen, made) in zip(said, found, strict=True):
        yield SCATTER, of, seen, made


def _of_blocks(
    blocks: noise.Blocks, outcome: Outcome, noisy: Params, rng: np.random.Generator
) -> tuple[float, float]:
    """Scatter of regions and months, seen and drawn, with the noise of ``noisy`` if any."""
    mean, again = blocks.sums(outcome.mass), noise.counts(outcome.mass, noisy, blocks, rng)
    return scatter(blocks.seen, mean), scatter(blocks.sums(again), mean)


def _of_authors(
    plan: Design, blocks: noise.Blocks, outcome: Outcome, one: Params, rng: np.random.Generator
) -> tuple[float, float]:
    """Scatter of authors, seen and drawn."""
    mean = outcome.rate.T - outcome.unseen.sum(axis=(2, 3))  # (author, cell)
    expected = _by_block(mean, blocks)
    again = noise.poisson(mean * noise.replicated(one, blocks, rng), rng)
    seen = _by_block(_drawn_authors(plan, outcome, rng), blocks)
    return _freeman_tukey(seen, expected), _freeman_tukey(_by_block(again, blocks), expected)


def scatter(counts: Floats, mean: Floats) -> float:
    """Σ (n - M)² / M over the blocks in which something is to be expected."""
    some = mean > noise.LEAST_MASS
    return float(((counts[some] - mean[some]) ** 2 / mean[some]).sum())


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
