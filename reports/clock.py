"""What run.json says: when, how long, where, with which software; all that two runs differ in."""

import datetime as dt
import os
import platform
import time
from importlib.metadata import version

SOFTWARE = ("dtoscore", "pymc", "nutpie", "arviz-stats", "numba", "numpy", "pandas", "xarray")


class Clock:
    """Times the stages of one run."""

    def __init__(self) -> None:
        self._started = dt.datetime.now(dt.UTC)
        self._last = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """End a stage: it took the time since the last one ended."""
        now = time.perf_counter()
        self._seconds[stage] = round(now - self._last, 3)
        self._last = now

    def record(self) -> dict[str, object]:
        """Return the start (UTC), seconds by stage, the host and the versions in use."""
        return {
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": dict(self._seconds),
            "host": {
                "system": platform.system(),
                "machine": platform.machine(),
                "cores": os.cpu_count(),
            },
            "software": {"python": platform.python_version()}
            | {name: version(name) for name in SOFTWARE},
        }
