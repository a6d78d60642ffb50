"""Special functions that numba lacks, as compiled loops."""

import math

import numpy as np

from .compiled import jit, loop

_FAR = -30.0
"""Standard deviations below which Φ is taken from its asymptotic series (DLMF 7.12.1)."""


@jit
def betaln(a, b):
    """log B(a, b)."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


@jit
def digamma(x):
    """ψ(x) for x > 0: recurrence up to 10, then the asymptotic series (DLMF 5.11.2)."""
    result = 0.0
    while x < 10.0:
        result -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = 1.0 / 252 - inverse * (1.0 / 240 - inverse / 132)
    series = inverse * (1.0 / 12 - inverse * (1.0 / 120 - inverse * series))
    return result + math.log(x) - 0.5 / x - series


@jit
def logit(p):
    """log(p / (1 - p))."""
    return np.log(p) - np.log1p(-p)


@jit
def expit(x):
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + np.exp(-x))


@loop
def log_expit(x):
    """log(1 / (1 + e^-x)); its negative at -x is log(1 + e^x)."""
    return x - math.log1p(math.exp(x)) if x < 0.0 else -math.log1p(math.exp(-x))


@loop
def log_ndtr(z):
    """log Φ(z)."""
    if z > 0.0:
        return math.log1p(-0.5 * math.erfc(z / math.sqrt(2.0)))
    if z > _FAR:
        return math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
    series = 1.0 - 1.0 / z**2 + 3.0 / z**4 - 15.0 / z**6
    return -0.5 * z * z - math.log(-z * math.sqrt(2.0 * math.pi)) + math.log(series)
