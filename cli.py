"""The command: arguments in, sentences out.

Results go to stdout, progress and everything else to stderr. Exit codes: 0 done, 1 the input
is at fault, 2 wrong usage, 3 the fit is not good enough to be used, 130 stopped by Ctrl-C,
143 stopped by SIGTERM.

Modules that sample or draw are imported where they are used, so that ``-h`` and ``check``
answer at once.
"""

import filecmp
import json
import signal
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from . import __version__
from .data.errors import DtoscoreError, FitError, InputError
from .data.folder import write_folder

if TYPE_CHECKING:
    from .data.evidence import Evidence
    from .data.rounds import Round
    from .data.simulate import Simulated
    from .inference.pipeline import FitOptions
    from .inference.summary import Summary

INPUT_AT_FAULT, FIT_AT_FAULT, STOPPED, ENDED = 1, 3, 130, 143
KEPT = (
    "What was finished is kept in ROUND/work and the same command goes on from there; "
    "a release is written whole or not at all."
)
DAY = "%Y-%m-%d"
HELP = {"help_option_names": ["-h", "--help"]}


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


app = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Violence scores of organizations, the chance that each is the worst, and a release "
    "that says so.\n\nExample: `dtoscore run 2023-q4`",
)
importers = typer.Typer(no_args_is_help=True, context_settings=HELP)
app.add_typer(importers, name="import", help="Turn a public data set into a round folder.")

RoundFolder = Annotated[
    Path, typer.Argument(metavar="ROUND", help="Folder with round.toml and its tables.")
]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help="New folder to write.")]
Seed = Annotated[int, typer.Option(min=0, help="Same inputs, seed and lock: same release.")]
Draws = Annotated[int, typer.Option(min=1, help="Draws kept from each chain.")]
Tune = Annotated[int, typer.Option(min=1, help="Draws that tune each chain, not kept.")]
Chains = Annotated[int, typer.Option(min=2, help="Independent chains, at least 2.")]
Cores = Annotated[int | None, typer.Option(min=1, help="Chains at once; default: all cores.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, for machines.")]
Out = Annotated[
    Path | None, typer.Option(metavar="RELEASE", help="Release folder; default ROUND/release.")
]

Previous = Annotated[
    Path | None,
    typer.Option(metavar="RELEASE", help="Release of the round that round.toml names as previous."),
]


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def run(
    round_folder: RoundFolder,
    out: Out = None,
    previous: Previous = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    cores: Cores = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read, fit, score, decide and release: the main job.

    A fit that is already there for the same inputs is not made again.

    Example: `dtoscore run 2023-q4 --out releases/2023-q4`
    """
    options = _options(seed, draws, tune, chains, cores)
    _release(round_folder, out, previous, options, quiet=quiet, as_json=as_json, refit=True)


@app.command()
def check(round_folder: RoundFolder, as_json: AsJson = False) -> None:
    """Validate only: every problem of every file in one pass.

    Example: `dtoscore check 2023-q4`
    """
    try:
        round_, evidence = _checked(round_folder)
    except InputError as fault:
        if not as_json:
            raise
        _print_json({"valid": False, "problems": list(fault.problems)})
        raise typer.Exit(INPUT_AT_FAULT) from None
    aside = evidence.set_aside.groupby("reason").size().to_dict()
    counts = {
        "reports": len(round_.reports),
        "incidents": len(evidence.incidents),
        "sources": len(round_.sources),
        "contenders": len(round_.contenders()),
    }
    if as_json:
        _print_json({"valid": True, "set_aside": aside, "notes": list(round_.notes)} | counts)
        return
    listed = ", ".join(_counted(number, what) for what, number in counts.items())
    unused = [f"Set aside: {number:,} reports, {reason}." for reason, number in aside.items()]
    typer.echo("\n".join([f"{round_folder} is valid: {listed}.", *unused, *round_.notes]))


def _checked(folder: Path) -> "tuple[Round, Evidence]":
    from .data.readers import read_round
    from .data.tabulate import tabulate

    round_ = read_round(folder)
    if round_.settings.priors:
        from .models.priors import Priors

        Priors().override(round_.settings.priors)
    return round_, tabulate(round_)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what.removesuffix('s') if number == 1 else what}"


@app.command()
def fit(
    round_folder: RoundFolder,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    cores: Cores = None,
    quiet: Quiet = False,
) -> None:
    """Read a round and draw from the posterior; the draws are kept in ROUND/work.

    Example: `dtoscore fit 2023-q4 --chains 4 --draws 2000`
    """
    from .inference import pipeline

    prepared = pipeline.prepare(round_folder)
    pipeline.fit(prepared, _options(seed, draws, tune, chains, cores), _voice(quiet))
    typer.echo(f"The fit is in {prepared.work}.")


@app.command()
def score(
    round_folder: RoundFolder,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    as_json: AsJson = False,
) -> None:
    """Score, rank and decide from a fit that is there, and write nothing.

    Example: `dtoscore score 2023-q4 --json`
    """
    from .inference import pipeline
    from .reports.run import stored

    options = _options(seed, draws, tune, chains, None)
    prepared = pipeline.prepare(round_folder)
    scored = pipeline.score(prepared, stored(prepared, options), options)
    _show(scored.summary, as_json=as_json)


@app.command()
def report(
    round_folder: RoundFolder,
    out: Out = None,
    previous: Previous = None,
    seed: Seed = 1,
    draws: Draws = 1000,
    tune: Tune = 1000,
    chains: Chains = 4,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the release from a fit that is there.

    Example: `dtoscore report 2023-q4 --out draft`
    """
    options = _options(seed, draws, tune, chains, None)
    _release(round_folder, out, previous, options, quiet=quiet, as_json=as_json, refit=False)


@app.command()
def simulate(
    folder: NewFolder,
    seed: Annotated[int | None, typer.Option(min=0, help="Default: the demonstration's.")] = None,
    organizations: Annotated[int, typer.Option(min=2, max=256, help="All contenders.")] = 8,
    incidents: Annotated[float, typer.Option(min=1, help="Expected true incidents.")] = 3000,
    lead: Annotated[float, typer.Option(min=1, help="Worst's level over the runner-up's.")] = 1.4,
    silenced_press: Annotated[
        bool,
        typer.Option("--silenced-press", help="No press where the worst is strong."),
    ] = False,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="RELEASE", help="Write nothing: put DIR's truth beside a release."),
    ] = None,
) -> None:
    """Write a round folder with known truth beside it (truth.json, which `run` never reads).

    Example: `dtoscore simulate demo`, then `dtoscore simulate demo --compare demo/release`
    """
    if compare is not None:
        _compare(folder, compare)
        return
    from .data.simulate import simulate as draw
    from .data.worlds import DEMO_SEED, national_world

    seed = DEMO_SEED if seed is None else seed
    world = national_world(
        seed,
        organizations=organizations,
        incidents=incidents,
        lead=lead,
        silenced_press=silenced_press,
    )
    _write_once(draw(world, seed), folder, seed)


@importers.command("ucdp")
def import_ucdp(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="UCDP GED as CSV, gzip allowed.")],
    folder: NewFolder,
    year: Annotated[int | None, typer.Option(min=1989, max=2100, help="Window: this year.")] = None,
    window: Annotated[
        tuple[datetime, datetime] | None,
        typer.Option(formats=[DAY], metavar="FIRST LAST", help="Window: its first and last day."),
    ] = None,
    history: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], metavar="DAY", help="Default: two years before the window."),
    ] = None,
) -> None:
    """Turn the UCDP Georeferenced Event Dataset into a round folder.

    Example: `dtoscore import ucdp ged241.csv.gz mexico-2010 --year 2010`
    """
    from .data.ucdp import import_ucdp as convert

    first, last = _window(year, window)
    # 29 February has no counterpart two years before; the first of its month has.
    start = history.date() if history else first.replace(year=first.year - 2, day=1)
    done = convert(file, folder, (first, last), start)
    typer.echo("\n".join(done.sentences()))


def _window(year: int | None, window: tuple[datetime, datetime] | None) -> tuple[date, date]:
    if window is not None and year is None:
        return window[0].date(), window[1].date()
    if year is not None and window is None:
        return date(year, 1, 1), date(year, 12, 31)
    raise typer.BadParameter("give the window as --year or as --window, and not as both")


def _voice(quiet: bool) -> Callable[[str], None] | None:
    """Progress goes to stderr, or nowhere."""
    return None if quiet else partial(typer.echo, err=True)


def _options(seed: int, draws: int, tune: int, chains: int, cores: int | None) -> "FitOptions":
    from .inference.pipeline import FitOptions

    return FitOptions(draws=draws, tune=tune, chains=chains, cores=cores, seed=seed)


def _release(
    round_folder: Path,
    out: Path | None,
    previous: Path | None,
    options: "FitOptions",
    *,
    quiet: bool,
    as_json: bool,
    refit: bool,
) -> None:
    from .reports.run import run as release

    released = release(round_folder, out, options, _voice(quiet), refit=refit, previous=previous)
    _show(released.summary, as_json=as_json)
    page = released.folder / "report.html"
    typer.echo(f"The release is in {released.folder}; open {page}.", err=as_json)
    if not released.summary.diagnostics.passed:
        raise typer.Exit(FIT_AT_FAULT)


def _show(summary: "Summary", *, as_json: bool) -> None:
    from .reports import console
    from .reports.canonical import canonical_json
    from .reports.document import release_document

    document = release_document(summary)
    if as_json:
        typer.echo(canonical_json(document), nl=False)
        return
    console.shown(console.worst_table(document))
    typer.echo("\n".join(console.sentences(document)))


def _compare(folder: Path, release: Path) -> None:
    from .reports import console

    truth = console.read_json(folder / "truth.json")
    document = console.read_json(release / "release.json")
    console.shown(console.worst_table(document, truth))
    typer.echo("\n".join(console.verdict_on(document, truth)))


def _write_once(simulated: "Simulated", folder: Path, seed: int) -> None:
    """Write a simulated round; the same round that is already there is left as it is."""
    from .data.rubrics import default_rubric
    from .data.simulate import write_round

    with TemporaryDirectory() as place:
        fresh = write_round(
            simulated,
            Path(place) / "round",
            f"Simulated round, seed {seed}",
            default_rubric(),
            region_set="MX",
        )
        if _holds_all_of(folder, fresh):
            typer.echo(f"{folder} already holds this simulated round; nothing was written.")
            return
        write_folder(folder, {p.name: p.read_text(encoding="utf-8") for p in fresh.iterdir()})
    typer.echo(f"{folder} holds a simulated round, and its truth in truth.json.")


def _holds_all_of(folder: Path, fresh: Path) -> bool:
    names = [path.name for path in fresh.iterdir()]
    same, _, _ = filecmp.cmpfiles(folder, fresh, names, shallow=False)
    return len(same) == len(names)


def _print_json(value: dict[str, object]) -> None:
    typer.echo(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
