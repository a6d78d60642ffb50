"""Commands that turn published tables into a round folder, or add them to one."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from .arguments import NewFolder, RoundFolder

DAY = "%Y-%m-%d"


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
            "that has it. Default: the one that has most of the round's months, at a tie SESNSP, "
            "the three federal ones together, INEGI.",
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
    monthly: Annotated[
        bool,
        typer.Option(
            "--monthly",
            help="Keep months apart; right where every source reports the same share of a place "
            "all along. Default: one total a state over the window, one over the history; "
            "a month without a figure parts them.",
        ),
    ] = False,
) -> None:
    """Add official totals of states to a round folder, from a table by month.

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
        monthly=monthly,
    )
    typer.echo("\n".join(convert(file, round_folder, wanted).sentences()))
