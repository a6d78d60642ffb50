"""What a parameter is, apart from any engine: name, dims, prior, constraint.

The list of a model's parameters is what both engines read: ``joint.build`` declares it in
PyMC, ``density`` evaluates it as compiled loops. One list, so that they cannot differ.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from scipy import special, stats

from ..data.arrays import Floats
from .engine import LOG_2PI, Params

Sizes = Mapping[str, int]
"""Levels of each dim."""
OF_OTHER = ("level", "levels")
"""Distributions of the share of ``other`` and of its effect by region."""


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
        as it is reported where sources list it (``rates.other_level``).
    arguments
        mu and sigma, alpha and beta, a, wall and weight, or power: arrays that broadcast to
        ``shape``.
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
        which data settle; one with none is its deviation in units of σ. Where such a cell has a
        ``wall`` c, ``m + c + b`` being the log of what it would have reports of, its value u has
        ``b = log log(1 + e^y) - m - c, y = σ u + m + c``: in units of σ far below one report, and
        at one and above, where the likelihood falls as exp(-e^(m + c + b)), straight instead of
        exponential in u. A flat intercept's is itself plus the mean log reach.
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
        return self.distribution in ("table", "flat", "sizes", *OF_OTHER)

    def declare(self, params: Params, reach: Any = None) -> Any:
        """Declare it in the open PyMC model, after the parameters it depends on.

        Parameters
        ----------
        reach
            ``detection.Reach`` of the sources, for shifted ones.
        """
        dims = self.dims or None
        if self.distribution == "zero_sum":
            return self._declare_zero_sum(params)
        if self.distribution == "table":
            return self._declare_table(params, reach.place)
        if self.distribution == "sizes":
            return self._declare_sizes(reach.size)
        if self.distribution == "flat":
            return pm.Deterministic(self.name, pm.Flat(self.free_name) - reach.place.mean())
        distribution = _PYMC[self.distribution]
        return distribution(self.name, **self.arguments, dims=dims)

    def _declare_zero_sum(self, params: Params) -> Any:
        """Declare an effect as it is, or in units of a power of its scale."""
        sigma = params[self.scale] if self.scale else self.arguments["sigma"]
        law = {"dims": self.dims or None, "n_zerosum_axes": self.zero_sum_axes}
        if not self.unit:
            return pm.ZeroSumNormal(self.name, sigma=sigma, **law)
        factor = params[self.unit] ** self.arguments["power"]
        level = pm.ZeroSumNormal(self.free_name, sigma=sigma / factor, **law)
        return pm.Deterministic(self.name, level * factor, dims=self.dims)

    def _declare_sizes(self, shift: Any) -> Any:
        """Declare the reported sizes as if they had the prior, and put the difference right."""
        sigma, dims = self.arguments["sigma"], self.dims
        level = pm.ZeroSumNormal(self.free_name, sigma=sigma, dims=dims)
        effect = level - shift
        pm.Potential(f"{self.name}_prior", 0.5 * (level**2 - effect**2).sum() / sigma**2)
        return pm.Deterministic(self.name, effect, dims=dims)

    def _declare_table(self, params: Params, reach: Any) -> Any:
        """Declare effect and weighted coarser ones in one; the effect is what these leave."""
        coarser = reach
        for p in self.around:
            value = params[p.name]
            coarser = coarser + (value[:, None] if p.dims == self.dims[:1] else value)
        weight, sigma = self.arguments["weight"], params[self.scale]
        shift = weight * coarser
        level = pm.Normal(self.free_name, mu=shift, sigma=sigma**weight, dims=self.dims)
        straight = (level - shift) * sigma ** (1.0 - weight)
        effect = self._declare_wall(straight, coarser, sigma)
        return pm.Deterministic(self.name, effect, dims=self.dims)

    def _declare_wall(self, straight: Any, coarser: Any, sigma: Any) -> Any:
        """Bend the deviations of cells with a wall, and put right what they were declared as."""
        wall = self.arguments["wall"]
        walled = np.isfinite(wall)
        base = coarser + np.where(walled, wall, 0.0)
        log_reported = pt.log(pt.softplus(straight + base))
        bent = log_reported - base
        volume = pt.log(pt.sigmoid(straight + base)) - log_reported
        change = 0.5 * (straight**2 - bent**2) / sigma**2 + volume
        pm.Potential(f"{self.name}_prior", (walled * change).sum())
        return pt.where(walled, bent, straight)

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
        if self.distribution in ("zero_sum", "sizes", "levels"):
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
        return np.asarray(_SCIPY[self.distribution](a).logpdf(value).sum(axis=axes))

    def _sigma(self, scale: Floats | None) -> Floats:
        if scale is None:
            return self.arguments["sigma"]
        return np.asarray(scale).reshape(np.shape(scale) + (1,) * len(self.shape))


_SCIPY: Mapping[str, Any] = {
    "level": lambda a: stats.norm(a["mu"], a["sigma"]),
    "normal": lambda a: stats.norm(a["mu"], a["sigma"]),
    "halfnormal": lambda a: stats.halfnorm(scale=a["sigma"]),
    "lognormal": lambda a: stats.lognorm(s=a["sigma"], scale=np.exp(a["mu"])),
    "rayleigh": lambda a: stats.rayleigh(scale=a["sigma"]),
    "beta": lambda a: stats.beta(a["alpha"], a["beta"]),
}


def _rayleigh(name: str, sigma: Floats, dims: tuple[str, ...] | None) -> Any:
    return pm.Weibull(name, alpha=2.0, beta=np.sqrt(2.0) * sigma, dims=dims)


_PYMC: Mapping[str, Any] = {
    "normal": pm.Normal,
    "halfnormal": pm.HalfNormal,
    "lognormal": pm.LogNormal,
    "rayleigh": _rayleigh,
    "beta": pm.Beta,
    "dirichlet": pm.Dirichlet,
}
