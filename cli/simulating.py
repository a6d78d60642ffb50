"""The command that writes a simulated round, or puts its truth beside a release."""

import filecmp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import NewFolder, finite

if TYPE_CHECKING:
    from ..data.simulated import Simulated

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
