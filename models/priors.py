"""The priors of one fit: those of ``prior_table``, some of them changed.

A prior is a name, a distribution and its parameters; ``Priors`` holds one for each name and
can be overridden by name, from Python or from ``[priors]`` in round.toml::

    [priors]
    visibility = { sigma = 0.5 }
    right = { distribution = "beta", alpha = 16, beta = 4 }
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

from ..data.errors import InputError
from .prior_table import DEFAULTS, DISTRIBUTIONS, Prior
from .quadrature import MOST

SCALES = frozenset({"sigma", "alpha", "beta", "first", "rest", "diagonal", "total"})
BOUNDS: Mapping[str, tuple[float, float]] = {
    "mu": (-50.0, 50.0),
    "sigma": (1e-6, 1e3),
    "alpha": (0.5, 1e6),
    "beta": (0.5, 1e6),
    "first": (0.5, 1e6),
    "rest": (0.5, 1e6),
    "total": (1.0, 1e6),
}
"""Beyond these a density, or a draw of it, is no number that a computer holds: of a beta of .05,
a twelfth of all draws are nearer to 1 than any number below it."""
ONE_LAW = frozenset({"total_noise"})
"""Priors whose law cannot be chosen: each series has a centre of its own."""
UPPER = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True)
class Priors(Mapping[str, Prior]):
    """A prior for every name; unchanged ones are the defaults."""

    changed: Mapping[str, Prior] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Prior:
        """The prior of one parameter."""
        return self.changed.get(name, DEFAULTS[name])

    def __iter__(self) -> Iterator[str]:
        """Names, in the order of the model."""
        return iter(DEFAULTS)

    def __len__(self) -> int:
        """Number of priors."""
        return len(DEFAULTS)

    def override(self, changes: Mapping[str, Any]) -> "Priors":
        """Change some priors by name.

        Parameters
        ----------
        changes
            A Prior, or a mapping of its parameters and perhaps ``distribution``, by name.

        Raises
        ------
        InputError
            One sentence for each unknown name, distribution, parameter or bad value.
        """
        changed, problems = dict(self.changed), list[str]()
        for name, change in changes.items():
            try:
                changed[name] = self._changed(name, change)
            except ValueError as error:
                problems.append(f"round.toml [priors] {name}: {error}")
        if problems:
            raise InputError(problems)
        return replace(self, changed=changed)

    def _changed(self, name: str, change: Any) -> Prior:
        if name not in DEFAULTS:
            raise ValueError(f"no prior has this name; {_choices(name, DEFAULTS)}")
        if isinstance(change, Prior):
            change = {"distribution": change.distribution, **change.parameters}
        if not isinstance(change, Mapping):
            raise ValueError(f"{change!r} is no table such as {{ sigma = 1.0 }}")
        given = dict(change)
        old = self[name]
        distribution = given.pop("distribution", old.distribution)
        allowed = _compatible(name, old.distribution)
        if distribution not in allowed:
            choices = ", ".join(allowed)
            raise ValueError(f"distribution {distribution!r} cannot stand here; {choices}")
        same = distribution == old.distribution
        parameters = {**(old.parameters if same else {}), **given}
        _check_parameters(distribution, parameters, given)
        made = Prior(distribution, {k: float(v) for k, v in parameters.items()}, old.reason)
        _check_width(name, made)
        return made


_SUPPORT = (("normal",), ("halfnormal", "lognormal", "rayleigh"), ("beta",))


def _compatible(name: str, distribution: str) -> tuple[str, ...]:
    """Distributions with the same support, where a prior may have another."""
    if name in ONE_LAW:
        return (distribution,)
    return next((group for group in _SUPPORT if distribution in group), (distribution,))


def _check_parameters(
    distribution: str, parameters: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    names = DISTRIBUTIONS[distribution]
    if unknown := sorted(set(parameters) - set(names)):
        raise ValueError(f"{distribution} has no parameter {unknown[0]!r}; {', '.join(names)}")
    if missing := [name for name in names if name not in parameters]:
        raise ValueError(f"{distribution} needs {', '.join(missing)}")
    for name, value in given.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise ValueError(f"{name} = {value!r} is no finite number")
        if name in SCALES and not value > 0:
            raise ValueError(f"{name} = {value} must be above 0")
        low, high = BOUNDS.get(name, (-math.inf, math.inf))
        if not low <= value <= high:
            raise ValueError(f"{name} = {value} must lie between {low:g} and {high:g}")
        if name == "diagonal" and not value < 1:
            raise ValueError(f"diagonal = {value} is a share; it must lie inside 0 and 1")


def _check_width(name: str, prior: Prior) -> None:
    """Refuse a prior of a visibility that goes where its nodes give wrong integrals."""
    if (most := MOST.get(name)) is None:
        return
    if prior.distribution == "lognormal":
        quantile = math.exp(min(prior["mu"] + UPPER * prior["sigma"], 700.0))
    elif prior.distribution == "rayleigh":
        quantile = math.sqrt(2.0 * math.log(100.0)) * prior["sigma"]
    else:
        quantile = NormalDist().inv_cdf(0.995) * prior["sigma"]
    if not quantile <= most:
        raise ValueError(
            f"its 99% quantile is {quantile:.3g}; it can be {most} at most, since larger ones are "
            "summed over too few nodes"
        )


def _choices(name: str, choices: Mapping[str, Prior]) -> str:
    close = difflib.get_close_matches(name, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choices: {', '.join(choices)}"
