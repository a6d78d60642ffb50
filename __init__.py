"""Violence scores of drug-trafficking organizations, and the chance that each is the worst.

The public names are imported where they are first used, so that ``import dtoscore`` and the
quick commands do not wait for PyMC.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data.errors import DecisionError, DtoscoreError, FitError, InputError, ModelError
    from .data.readers import read_round
    from .data.tabulate import tabulate
    from .inference.pipeline import FitOptions
    from .models.joint import build
    from .models.priors import Priors
    from .reports.run import run

__version__ = "0.1.0"

__all__ = [
    "DecisionError",
    "DtoscoreError",
    "FitError",
    "FitOptions",
    "InputError",
    "ModelError",
    "Priors",
    "__version__",
    "build",
    "read_round",
    "run",
    "tabulate",
]

# PyTensor looks for a C++ compiler and fuses operations differently where it finds one. The
# model is compiled by numba, so none is needed: without it every machine builds one graph.
os.environ.setdefault("PYTENSOR_FLAGS", "cxx=")

_HOME = {
    "DecisionError": "data.errors",
    "DtoscoreError": "data.errors",
    "FitError": "data.errors",
    "FitOptions": "inference.pipeline",
    "InputError": "data.errors",
    "ModelError": "data.errors",
    "Priors": "models.priors",
    "build": "models.joint",
    "read_round": "data.readers",
    "run": "reports.run",
    "tabulate": "data.tabulate",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
