"""Commands on round folders, without a fit: check, simulate, import."""

import filecmp
import json
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
    from ..data.contradictions import doubts
    from ..data.problems import counted
    from ..data.problems import listed as names

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
    notes = [*_added_up(evidence), *round_.notes, *doubts(evidence)]
    if as_json:
        named = {"contender_ids": list(round_.contenders())}
        said = {"valid": True, "set_aside": aside | lost, "notes": notes} | named
        _print_json(said | counts)
        return
    listed = ", ".join(counted(number, what.removesuffix("s")) for what, number in counts.items())
    unused = [f"Set aside: {counted(n, 'report')}, {reason}." for reason, n in aside.items()]
    unused += [f"Set aside: {counted(n, 'row')} of totals.csv, {why}." for why, n in lost.items()]
    first = [f"{round_folder} is valid: {listed}.", f"Contenders: {names(round_.contenders())}."]
    typer.echo("\n".join([*first, *unused, *notes]))


def _added_up(evidence: "Evidence") -> list[str]:
    """Say that several rows are read as one total, where some are."""
    found = evidence.aggregates
    rows = 0 if found is None else int(found.table["rows"].map(len).sum())
    if found is None or rows == len(found):
        return []
    why = "those of one series, place, class and attribution that share days are added up"
    return [f"{rows} rows of totals.csv are read as {len(found)} totals: {why}."]


def _totals_aside(evidence: "Evidence") -> dict[str, int]:
    """Count the totals that cannot be used, by reason."""
    if evidence.aggregates is None or evidence.aggregates.set_aside.empty:
        return {}
    counts = evidence.aggregates.set_aside.groupby("reason").size()
    return {str(reason): int(n) for reason, n in counts.items()}


def _checked(folder: Path) -> "tuple[Round, Evidence]":
    from ..data.tabulate import tabulate
    from ..models.reading import read

    round_, _ = read(folder)
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
