"""Arguments and options that several commands have."""

import math
from pathlib import Path
from typing import Annotated

import typer

from ..data.problems import meant
from ..models.structure import LAWS, PARTS


def finite(value: float) -> float:
    """Refuse what is no number: a range lets NaN pass."""
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a finite number")
    return value


def parts(values: list[str] | None) -> list[str]:
    """Refuse what is no part of the model."""
    for value in values or ():
        if value not in PARTS:
            raise typer.BadParameter(f"{value} is no part of the model{meant(value, PARTS)}")
    return list(values or ())


def law(value: str | None) -> str | None:
    """Refuse what is no law of visibility."""
    if value is not None and value not in LAWS:
        raise typer.BadParameter(f"{value} is no law of visibility{meant(value, LAWS)}")
    return value


RoundFolder = Annotated[
    Path, typer.Argument(metavar="ROUND", help="Folder with round.toml and its tables.")
]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help="New folder to write.")]
Seed = Annotated[int, typer.Option(min=0, help="Same inputs, seed and lock: same release.")]
Draws = Annotated[int, typer.Option(min=1, help="Draws kept from each chain.")]
Tune = Annotated[int, typer.Option(min=1, help="Draws that tune each chain, not kept.")]
Chains = Annotated[int, typer.Option(min=2, help="Independent chains, at least 2.")]
Cores = Annotated[int | None, typer.Option(min=1, help="Chains at once; default: all cores.")]
Accept = Annotated[
    float,
    typer.Option(
        "--target-accept",
        min=0.5,
        max=0.999,
        callback=finite,
        help="Nearer 1: smaller steps, for draws that diverged.",
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="PART",
        callback=parts,
        help=f"Leave a part of the model out, to compare; may be repeated: {', '.join(PARTS)}.",
    ),
]
Visibility = Annotated[
    str,
    typer.Option(
        metavar="LAW",
        callback=law,
        help=f"Law of what all sources see or miss together: {' or '.join(LAWS)}.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, for machines.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="RELEASE",
        help="New or empty folder, or a release to replace; default ROUND/release.",
    ),
]
Previous = Annotated[
    Path | None,
    typer.Option(metavar="RELEASE", help="Release of the round that round.toml names as previous."),
]
