"""Failures as sentences on stderr and exit codes, never tracebacks."""

import signal
from types import FrameType
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from ..data.errors import DtoscoreError, FitError, InputError

INPUT_AT_FAULT, FIT_AT_FAULT, STOPPED, ENDED = 1, 3, 130, 143
KEPT = (
    "What was finished is kept in ROUND/work and the same command goes on from there; "
    "a release is written whole or not at all."
)


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived: stop as Ctrl-C does."""


class Sentences(TyperGroup):
    """Commands whose failures are sentences and exit codes, never tracebacks."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command named; turn what dtoscore raises on purpose into an exit code."""
        signal.signal(signal.SIGTERM, _terminate)
        try:
            return super().invoke(ctx)
        except InputError as fault:
            _fail(fault.problems, INPUT_AT_FAULT)
        except FitError as fault:
            _fail([str(fault)], FIT_AT_FAULT)
        except DtoscoreError as fault:
            _fail([str(fault)], INPUT_AT_FAULT)
        except BrokenPipeError:
            raise
        except OSError as fault:
            _fail([f"{fault.filename or 'A file'}: {fault.strerror or fault}"], INPUT_AT_FAULT)
        except Terminated:
            _fail([f"Ended by SIGTERM. {KEPT}"], ENDED)
        except KeyboardInterrupt:
            _fail([f"Stopped. {KEPT}"], STOPPED)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def _fail(sentences: tuple[str, ...] | list[str], code: int) -> NoReturn:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(code)
