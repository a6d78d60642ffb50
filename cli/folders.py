"""Commands on round folders, without a fit: check, simulate, import."""

import filecmp
import json
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from ..data.errors import InputError
from .arguments import AsJson, NewFolder, RoundFolder, finite
from .failures import INPUT_AT_FAULT

if TYPE_CHECKING:
    from ..data.evidence import Evidence
    from ..data.rounds import Round
    from ..data.simulated import Simulated

DAY = "%Y-%m-%d"
MOST_INCIDENTS = 1_000_000
"""Some gigabytes of memory; a national year has some ten thousand."""
Strength = Annotated[
    float,
    typer.Option(
        min=0, max=10, callback=finite, help="Sd of how organizations silence the press, in logits."
    ),
]
Share = Annotated[
    float,
    typer.Option(min=0, max=1, callback=finite, help="Share of incidents claimed as a rival's."),
]
Copying = Annotated[
    float,
    typer.Option(min=0, max=1, callback=finite, help="How often the press repeats one name."),
]
Days = Annotated[
    float,
    typer.Option(
        min=0,
        max=1000,
        callback=finite,
        help="Median days to a report; the round then ends 10 days after its window.",
    ),
]


def check(round_folder: RoundFolder, as_json: AsJson = False) -> None:
    """Validate only: every problem of every file in one pass.

    Example: `dtoscore check 2023-q4`
    """
    from ..data.problems import counted

    try:
        round_, evidence = _checked(round_folder)
    except InputError as fault:
        if not as_json:
            raise
        _print_json({"valid": False, "problems": list(fault.problems)})
        raise typer.Exit(INPUT_AT_FAULT) from None
    aside = evidence.set_aside.groupby("reason").size().to_dict()
    totals = {} if evidence.aggregates is None else {"totals": len(evidence.aggregates)}
    lost = _totals_aside(evidence)
    counts = {
        "reports": len(round_.reports),
        "incidents": len(evidence.incidents),
        "sources": len(round_.sources),
        "contenders": len(round_.contenders()),
    } | totals
    if as_json:
        said = {"valid": True, "set_aside": aside | lost, "notes": list(round_.notes)}
        _print_json(said | counts)
        return
    listed = ", ".join(counted(number, what.removesuffix("s")) for what, number in counts.items())
    unused = [f"Set aside: {counted(n, 'report')}, {reason}." for reason, n in aside.items()]
    unused += [f"Set aside: {counted(n, 'row')} of totals.csv, {why}." for why, n in lost.items()]
    typer.echo("\n".join([f"{round_folder} is valid: {listed}.", *unused, *round_.notes]))


def _totals_aside(evidence: "Evidence") -> dict[str, int]:
    """Count the totals that cannot be used, by reason."""
    if evidence.aggregates is None or evidence.aggregates.set_aside.empty:
        return {}
    counts = evidence.aggregates.set_aside.groupby("reason").size()
    return {str(reason): int(n) for reason, n in counts.items()}


def _checked(folder: Path) -> "tuple[Round, Evidence]":
    from ..data.readers import read_round
    from ..data.tabulate import tabulate

    round_ = read_round(folder)
    if round_.settings.priors:
        from ..models.priors import Priors

        Priors().override(round_.settings.priors)
    return round_, tabulate(round_)


def _print_json(value: dict[str, object]) -> None:
    typer.echo(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))


def simulate(
    folder: NewFolder,
    seed: Annotated[int | None, typer.Option(min=0, help="Default: the demonstration's.")] = None,
    organizations: Annotated[int, typer.Option(min=2, max=256, help="All contenders.")] = 8,
    incidents: Annotated[
        float,
        typer.Option(min=1, max=MOST_INCIDENTS, callback=finite, help="Expected true incidents."),
    ] = 3000,
    lead: Annotated[
        float,
        typer.Option(min=1, max=100, callback=finite, help="Worst's level over the runner-up's."),
    ] = 1.4,
    silenced_press: Annotated[
        bool,
        typer.Option("--silenced-press", help="No press where the worst is strong."),
    ] = False,
    silencing: Strength = 0.0,
    framing: Share = 0.0,
    copying: Copying = 0.0,
    delay: Days = 0.0,
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
    from ..data.simulate import simulate as draw
    from ..data.strains import Strains
    from ..data.worlds import DEMO_SEED, national_world
    from ..inference.seeds import derive

    seed = DEMO_SEED if seed is None else seed
    world = national_world(
        seed,
        organizations=organizations,
        incidents=incidents,
        lead=lead,
        silenced_press=silenced_press,
        strains=Strains(silencing_sd=silencing, framing=framing, copying=copying, delay_days=delay),
    )
    _write_once(draw(world, derive(seed, "simulate")), folder, seed)


def _compare(folder: Path, release: Path) -> None:
    from ..reports import console
    from ..reports.truth import read_both

    document, truth = read_both(folder, release)
    console.shown(console.worst_table(document, truth))
    places = console.region_table(document, truth)
    if places is not None:
        console.shown(places)
    typer.echo("\n".join(console.verdict_on(document, truth)))


def _write_once(simulated: "Simulated", folder: Path, seed: int) -> None:
    """Write a simulated round; the same round that is already there is left as it is."""
    from ..data.rubrics import default_rubric
    from ..data.simulated import write_round

    with TemporaryDirectory() as place:
        fresh = write_round(
            simulated,
            Path(place) / "round",
            f"Simulated round, simulation seed {seed}",
            default_rubric(),
            region_set="MX",
        )
        if _holds_all_of(folder, fresh):
            typer.echo(f"{folder} already holds this simulated round; nothing was written.")
            return
        from ..data.folder import write_folder

        write_folder(folder, {p.name: p.read_text(encoding="utf-8") for p in fresh.iterdir()})
    typer.echo(f"{folder} holds a simulated round, and its truth in truth.json.")


def _holds_all_of(folder: Path, fresh: Path) -> bool:
    names = [path.name for path in fresh.iterdir()]
    same, _, _ = filecmp.cmpfiles(folder, fresh, names, shallow=False)
    return len(same) == len(names)


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
        typer.Option(
            formats=[DAY],
            metavar="DAY",
            help="Default: the window's first day. Between years GED itemises from none to four "
            "fifths of its dead, which a fit takes for one share.",
        ),
    ] = None,
) -> None:
    """Turn the UCDP Georeferenced Event Dataset into a round folder.

    Example: `dtoscore import ucdp ged241.csv.gz mexico-2010 --year 2010`
    """
    from ..data.ucdp import import_ucdp as convert

    first, last = _window(year, window)
    done = convert(file, folder, (first, last), history.date() if history else first)
    typer.echo("\n".join(done.sentences()))


def import_relations(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with columns relation, group, other, weight."),
    ],
    round_folder: RoundFolder,
) -> None:
    """Write rivalries.csv into a round folder, from a table of relations between groups.

    Rows whose relation is "rivalry", between organizations that organizations.csv knows by id,
    name or alias.

    Example: `dtoscore import relations bacrim2020_relations.csv mexico-2020`
    """
    from ..data.relations import import_relations as convert

    typer.echo("\n".join(convert(file, round_folder).sentences()))


def _window(year: int | None, window: tuple[datetime, datetime] | None) -> tuple[date, date]:
    if window is not None and year is None:
        return window[0].date(), window[1].date()
    if year is not None and window is None:
        return date(year, 1, 1), date(year, 12, 31)
    both = "" if year is None else ", not as both"
    raise typer.BadParameter(f"give the window as --year or as --window{both}")


def import_totals(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with series, region, year, month, count."),
    ],
    round_folder: RoundFolder,
    series: Annotated[
        list[str] | None,
        typer.Option(
            "--series",
            metavar="NAME",
            help="Series of the file, may be repeated: a state's month is taken from the first "
            "that has it. Default: the one that has most of the round's months.",
        ),
    ] = None,
    together: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Add the series up into one of this name."),
    ] = None,
    capture: Annotated[
        str | None,
        typer.Option(
            metavar="MEAN±SD",
            help="Share of the violence that the series counts. Default: by series.",
        ),
    ] = None,
    share: Annotated[
        str | None,
        typer.Option(
            metavar="MEAN±SD",
            help="Share of its count that is the organizations'. Default: none, the rest is other.",
        ),
    ] = None,
    holds: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Source of the round that feeds the series."),
    ] = None,
    incidents: Annotated[
        bool, typer.Option("--incidents", help="It counts incidents, not victims.")
    ] = False,
) -> None:
    """Add official totals by state and month to a round folder.

    Example: `dtoscore import totals homicides.csv mexico-2019 --holds ucdp`
    """
    from ..data.official import Wanted
    from ..data.official import import_totals as convert

    wanted = Wanted(
        series=tuple(series or ()),
        together=together or "",
        capture=capture or "",
        share=share or "",
        holds=tuple(holds or ()),
        unit="incidents" if incidents else "victims",
    )
    typer.echo("\n".join(convert(file, round_folder, wanted).sentences()))
