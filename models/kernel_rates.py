"""μ by cell and author, the incidents that some source sees, and gradients the way back."""

import numpy as np

from .compiled import jit


@jit
def cell_rates(region, period, kind, cells, rate):
    """Fill μ, shape (cell, author)."""
    n_a = region.shape[0]
    by_region, by_period = np.exp(region.T.copy()), np.exp(period.T.copy())
    by_kind = np.exp(kind.T.copy())
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(n_a):
            rate[i, a] = by_region[r, a] * by_period[t, a] * by_kind[c, a]


@jit
def mass_back(d_mass, rate, share, cells, d_cell, d_share):
    """Value Σ d_mass · mass; add its gradient in log μ and in the shares seen."""
    value = 0.0
    for i in range(cells.shape[0]):
        e = cells[i, 3]
        for a in range(rate.shape[1]):
            change = d_mass[i] * rate[i, a]
            value += change * share[e, a]
            d_cell[i, a] += change * share[e, a]
            d_share[e, a] += change
    return value


@jit
def cells_back(d_cell, cells, region, period, kind):
    """Gradient in log μ by cell, shape (cell, author), in its three parts."""
    d_region, d_period = np.zeros(region.T.shape), np.zeros(period.T.shape)
    d_kind = np.zeros(kind.T.shape)
    for i in range(cells.shape[0]):
        r, t, c = cells[i, 0], cells[i, 1], cells[i, 2]
        for a in range(d_cell.shape[1]):
            d_region[r, a] += d_cell[i, a]
            d_period[t, a] += d_cell[i, a]
            d_kind[c, a] += d_cell[i, a]
    return d_region.T.copy(), d_period.T.copy(), d_kind.T.copy()
