"""What the sampler calls in Python, and what its failures say.

nutpie's chains run in threads of Rust, where an exception of Python's is a panic: it ends the
fit, all other chains with it, and reaches us as a ``PanicException``, which is no ``Exception``.
"""

from collections.abc import Callable

import numpy as np

from ..data.arrays import Floats

Evaluator = Callable[[Floats], tuple[float, Floats]]


class Watch:
    """Remembers what the functions that it watches raise: in Rust's words it is hard to read."""

    def __init__(self) -> None:
        self.fault: Exception | None = None

    def over[**P, R](self, function: Callable[P, R]) -> Callable[P, R]:
        """Watch one function."""

        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                self.fault = error
                raise

        return watched

    def reason(self, error: BaseException) -> str:
        """Say in one sentence why the sampler stopped, where this is what it raised."""
        if self.fault is None:
            return f"the sampler stopped: {_first_line(error)}"
        kind = type(self.fault).__name__
        return f"the sampler stopped on a {kind}: {_first_line(self.fault)}"


def in_range(evaluate: Evaluator) -> Evaluator:
    """The same log density; not a number where floating-point numbers do not reach.

    A trajectory that diverges goes where exponentials overflow and scales are 0. nutpie ends it
    there if the density is not finite, but the fit if there is an exception: Python's own for
    0 ** -2, or a warning of NumPy's where warnings are errors.
    """

    def guarded(free: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            try:
                return evaluate(free)
            except ArithmeticError:
                return np.nan, np.zeros_like(free)

    return guarded


def is_panic(error: BaseException) -> bool:
    """Whether a thread of Rust's panicked; the class can be imported from nowhere."""
    return type(error).__name__ == "PanicException"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
