"""Special functions that numba lacks, as compiled loops."""

import math

from .compiled import jit


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
