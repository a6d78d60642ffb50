"""Failures as sentences on stderr and exit codes, never tracebacks."""

import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from ..data.errors import DtoscoreError, FitError, InputError

INPUT_AT_FAULT, FIT_AT_FAULT, STOPPED, ENDED = 1, 3, 130, 143
NOTHING = "Nothing of this command was finished, so nothing is kept"


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
        except (KeyboardInterrupt, SystemError) as fault:
            chain = list(_chain(fault))
            if not any(isinstance(link, KeyboardInterrupt) for link in chain):
                raise
            _stopped(chain)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """Walk from a fault to what raised it: compiled code turns a signal into a SystemError."""
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _stopped(chain: list[BaseException]) -> NoReturn:
    """Say how the command was stopped, and what is kept: the first note on the way up."""
    ended = any(isinstance(link, Terminated) for link in chain)
    notes = [note for link in reversed(chain) for note in getattr(link, "__notes__", ())]
    kept = notes[0] if notes else NOTHING
    how, code = ("Ended by SIGTERM", ENDED) if ended else ("Stopped", STOPPED)
    _fail([f"{how}. {kept}; a release is written whole or not at all."], code)


def _fail(sentences: tuple[str, ...] | list[str], code: int) -> NoReturn:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(code)
