"""What a parameter is, apart from any engine: name, dims, prior, constraint.

The list of a model's parameters is what both engines read: ``declare`` makes of it PyMC's free
variables, ``density`` evaluates it as compiled loops. One list, so that they cannot differ.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special, stats

from ..data.arrays import Floats
from ..data.errors import ModelError
from .engine import LOG_2PI

Sizes = Mapping[str, int]
"""Levels of each dim."""
OF_OTHER, OF_REACH = ("level", "levels"), ("reach", "reaches")
"""Distributions of the share of ``other`` and of detection, and of their effects by region."""
NORMAL, ZERO_SUM = ("normal", "level", "reach"), (
    "zero_sum", "sizes", "levels", "reaches", "directions",
)  # fmt: skip
"""Whose prior is normal, and normal with a sum of zero: they differ in their coordinates."""


@dataclass(frozen=True)
class Parameter:
    """One free variable of the model.

    Attributes
    ----------
    name, dims, shape
        Its axes.
    distribution
        normal, halfnormal, lognormal, rayleigh, beta, zero_sum, dirichlet, table, sizes
        (zero-sum, its unconstrained values those of the effect plus the log reach by size), or
        flat: then ``mu, sigma`` are those of the log total that the intercept raises (``rates``).
        level and levels are the share of ``other`` and its zero-sum effect by region; together
        their unconstrained values are its level in each region, the last one that of the share,
        as it is reported where sources list it (``rates.other_level``). reach and reaches are
        detection and its zero-sum effect by region in the same way; together their unconstrained
        values are how far the source reaches in each region (``mapping_reached``).
        directions is zero-sum along the last axes; its unconstrained values are its coefficients
        along the directions of ``centring.size_directions``, each in a power of its own of
        ``unit``, which ``power`` has in the place of the first levels.
    arguments
        mu and sigma, alpha and beta, a, wall and weight, or power: arrays that broadcast to
        ``shape``; of directions ``basis``, their shape (level, direction).
    scale
        Name of the parameter that is the sigma of an effect (centred); "" where the sigma is
        a number.
    zero_sum_axes
        How many trailing axes sum to zero.
    unit
        Name of the scale σ in whose power an effect b is sampled, "" where as it is: its
        unconstrained values are ``b σ^-power``, one power for all levels that sum to zero.
    around
        The coarser effects of a table of two axes, each of the table's first axis, of its
        second, or of none. With ``w`` its weight, ``m`` their sum and the log reach of the
        sources in each region (its second axis), a table's unconstrained values are
        ``b σ^(w-1) + w m``: a cell with many reports (w near 1) is its own log reported rate,
        which data settle; one with none (w = 0) is its deviation in units of σ, bent where it has
        a ``wall`` c, -inf where it has none (``walls``). A flat intercept's is itself plus the mean
        log reach.
    """

    name: str
    distribution: str
    dims: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    arguments: Mapping[str, Floats] = field(default_factory=dict)
    scale: str = ""
    zero_sum_axes: int = 0
    unit: str = ""
    around: "tuple[Parameter, ...]" = ()

    def __post_init__(self) -> None:
        """A wall is bent in units of the scale, which is what a weight of 0 says."""
        walled = np.isfinite(self.arguments.get("wall", -np.inf))
        if (walled & (self.arguments.get("weight", 0.0) != 0.0)).any():
            raise ModelError(f"{self.name}: a cell with a wall must have weight 0")

    @property
    def free_shape(self) -> tuple[int, ...]:
        """Shape of its unconstrained values."""
        axes = 1 if self.distribution == "dirichlet" else self.zero_sum_axes
        kept = len(self.shape) - axes
        return self.shape[:kept] + tuple(n - 1 for n in self.shape[kept:])

    @property
    def free_name(self) -> str:
        """Name of the free variable that PyMC samples for it."""
        return f"{self.name}_level" if self.is_shifted or self.unit else self.name

    @property
    def is_shifted(self) -> bool:
        """Whether its unconstrained values hold the reach of the sources."""
        return self.distribution in ("table", "flat", "sizes", *OF_OTHER, *OF_REACH)

    def log_density(self, value: Floats, scale: Floats | None = None) -> Floats:
        """Log prior density summed over its levels.

        Parameters
        ----------
        value
            Shape (…, *shape).
        scale
            Draws of the scale it depends on, shape (…).
        """
        a, axes = self.arguments, tuple(range(-len(self.shape), 0))
        if self.distribution in ZERO_SUM:
            sigma = self._sigma(scale)
            free = math.prod(self.free_shape) / math.prod(self.shape)
            each = stats.norm.logpdf(value / sigma) + 0.5 * LOG_2PI
            return np.asarray((each - free * (0.5 * LOG_2PI + np.log(sigma))).sum(axis=axes))
        if self.distribution == "dirichlet":
            total = special.gammaln(a["a"].sum(-1)) - special.gammaln(a["a"]).sum(-1)
            each = ((a["a"] - 1) * np.log(value)).sum(-1) + total
            return np.asarray(each.sum(axis=axes[1:]))
        if self.distribution == "table":
            return np.asarray(stats.norm(0.0, self._sigma(scale)).logpdf(value).sum(axis=axes))
        if self.distribution in NORMAL:
            return np.asarray(stats.norm(a["mu"], a["sigma"]).logpdf(value).sum(axis=axes))
        return np.asarray(_SCIPY[self.distribution](a).logpdf(value).sum(axis=axes))

    def _sigma(self, scale: Floats | None) -> Floats:
        if scale is None:
            return self.arguments["sigma"]
        return np.asarray(scale).reshape(np.shape(scale) + (1,) * len(self.shape))


_SCIPY: Mapping[str, Any] = {
    "halfnormal": lambda a: stats.halfnorm(scale=a["sigma"]),
    "lognormal": lambda a: stats.lognorm(s=a["sigma"], scale=np.exp(a["mu"])),
    "rayleigh": lambda a: stats.rayleigh(scale=a["sigma"]),
    "beta": lambda a: stats.beta(a["alpha"], a["beta"]),
}
