"""Official series by state and month, added to a round folder as inclusive totals.

The file is long: ``series, region, year, month, count``, one row a state and month. Two
inclusive totals of the same months would be two likelihoods of the same unseen violence, so a
month of a state is taken from one series alone: the first named that has it. Series that are
parts of one count, such as the federal ones of 2007 to 2010, may be added up (``state_months``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from . import state_months
from .amending import SETTINGS, amend, check_room, totals_rows, widened
from .errors import InputError
from .folder import toml_text
from .known_series import KNOWN, PARTS, SUMS, known
from .problems import Problems, Table, counted, listed, meant, shown
from .readers import read_round
from .regions import is_region
from .rounds import Round
from .tables import read_table
from .totals import VICTIMS
from .values import ID, ID_RULE, share

COLUMNS = ("series", "region", "year", "month", "count")


@dataclass(frozen=True)
class Added:
    """What was added to a round: rows, state-months without one, and sentences for the user."""

    folder: Path
    series: tuple[str, ...]
    rows: int
    notes: tuple[str, ...] = field(default=())

    def sentences(self) -> tuple[str, ...]:
        """Say what was done, for the command."""
        named = listed(self.series)
        return (f"{self.folder}: {counted(self.rows, 'total')} added ({named}).", *self.notes)


@dataclass(frozen=True)
class Wanted:
    """What a user asks of a file of official totals.

    Attributes
    ----------
    series
        Names in the file, first those preferred; none: one is chosen, or a count in parts.
    together
        Name under which they are added up, "" where they stay apart.
    capture, share
        "mean±sd", "" for the series' default and for none.
    holds
        Sources of the round that feed the series.
    unit
        What it counts: victims or incidents.
    monthly
        Whether each month of a state is a total of its own; else those of the window are one,
        and those of the history before it.
    """

    series: tuple[str, ...] = ()
    together: str = ""
    capture: str = ""
    share: str = ""
    holds: tuple[str, ...] = ()
    unit: str = VICTIMS
    monthly: bool = False


@dataclass(frozen=True)
class Taken:
    """What was taken of a file.

    Attributes
    ----------
    rows, months
        The state-months of the round: all there are, and those chosen.
    totals
        The months as they were written, added up or not.
    short
        How many counts now range to above what their sources report.
    """

    rows: pd.DataFrame
    months: pd.DataFrame
    totals: pd.DataFrame
    short: int

    @property
    def series(self) -> tuple[str, ...]:
        """The series written."""
        return tuple(str(name) for name in self.months["series"].unique())


def import_totals(file: Path, folder: Path, wanted: Wanted) -> Added:
    """Add official totals to a round folder; it is left as it was where they do not fit it.

    Raises
    ------
    InputError
        Where the round or the file is at fault, a series is in the round already, nothing of it
        falls into the round, or the totals contradict the round.
    """
    round_ = read_round(folder)
    table = _read(Path(file))
    _check(table, wanted, round_)
    rows = state_months.of_round(table.frame, round_)
    if not wanted.series:
        wanted = _by_default(rows, table, wanted, round_)
    months = _chosen(rows, table, wanted, round_)
    totals = months if wanted.monthly else state_months.over_the_window(months, round_)
    taken = Taken(rows, months, totals, _add(totals, folder, wanted, round_))
    return Added(folder, taken.series, len(totals), _notes(taken, wanted, round_))


def _chosen(rows: pd.DataFrame, table: Table, wanted: Wanted, round_: Round) -> pd.DataFrame:
    """Take the state-months that are wanted.

    Raises
    ------
    InputError
        Where there is none.
    """
    chosen, name = wanted.series, wanted.together
    if name:
        months = state_months.together(rows, chosen, name)
    else:
        months = state_months.in_turn(rows, chosen)
    if months.empty:
        first, last = round_.settings.history, round_.settings.scored[1]
        said = f"{table.file}: no month of {listed(chosen)} lies in the round's regions and days"
        raise InputError([f"{said}, {first} to {last}"])
    return months


def _add(totals: pd.DataFrame, folder: Path, wanted: Wanted, round_: Round) -> int:
    """Write the totals into the round folder; how many counts now range to above what is held."""
    new = totals_rows(totals, wanted.unit)
    check_room(new, round_)
    names = totals["series"].unique()
    declared = "".join(_declared(str(name), wanted) for name in names)
    short = 0
    if wanted.holds:
        new, short = widened(folder, new, declared)
    amend(folder, new, declared)
    return short


def _read(file: Path) -> Table:
    problems = Problems()
    if file.suffix not in (".csv", ".parquet") or not file.is_file():
        why = "it does not exist" if not file.exists() else "it must end in .csv or .parquet"
        raise InputError([f"{file} cannot be read: {why}"])
    table = read_table(file.parent, file.stem, problems)
    problems.stop_if_any()
    if table is None:
        raise InputError([f"{file} cannot be read"])
    return table


def _check(table: Table, wanted: Wanted, round_: Round) -> None:
    problems = Problems()
    if missing := [name for name in COLUMNS if name not in table.frame]:
        needed = f"it must have {listed(COLUMNS)}"
        problems.add(f"{table.file}: lacks the columns {listed(missing)}; {needed}")
        problems.stop_if_any()
    text = table.frame
    rules = (
        ("series", text["series"].str.fullmatch(ID), ID_RULE),
        ("region", text["region"].map(is_region), "is no ISO 3166-2 code"),
        ("year", text["year"].str.fullmatch(r"(19|20)\d\d"), "must be a year of four digits"),
        ("month", text["month"].str.fullmatch(r"0?[1-9]|1[0-2]"), "must be a month from 1 to 12"),
        ("count", text["count"].str.fullmatch(r"\d{1,8}(\.0)?"), "must be a whole number"),
    )
    for column, good, clause in rules:
        problems.where(table, column, ~good.astype(bool), clause)
    months = text[list(COLUMNS[:4])].assign(month=text["month"].str.lstrip("0"))
    twice = months.duplicated(keep=False)
    problems.where(table, "series", twice, "has a region and month more than once")
    _check_series(table, wanted, round_, problems)
    _check_options(wanted, round_, problems)
    problems.stop_if_any()


def _check_series(table: Table, wanted: Wanted, round_: Round, problems: Problems) -> None:
    """Note series that the file has not, and those named that the round has already."""
    there = sorted(table.frame["series"].unique())
    for name in wanted.series:
        if name not in there:
            problems.add(f"{table.file}: has no series {shown(name)}{meant(name, there)}")
    written = (wanted.together,) if wanted.together else wanted.series
    _check_for_round(wanted.series, written, round_, problems)


def _check_for_round(
    read: Sequence[str], written: Sequence[str], round_: Round, problems: Problems
) -> None:
    """Note why a round cannot take series: ``read`` in the table, ``written`` in the round."""
    _check_new(written, round_, problems)
    _check_real(read, round_, problems)


def _check_new(names: Sequence[str], round_: Round, problems: Problems) -> None:
    """Note series that the round has already."""
    for name in names:
        if name in round_.settings.totals:
            problems.add(
                f"{SETTINGS}: series {shown(name)} is in the round already; take away its rows of "
                f"totals.csv and its table first"
            )


def _check_real(names: Sequence[str], round_: Round, problems: Problems) -> None:
    """Note real series that would stand beside invented reports."""
    real = [name for name in names if name in KNOWN or name in PARTS]
    if round_.is_simulated and real:
        problems.add(
            f"{SETTINGS}: the data of this round are invented, and {listed(real)} "
            f"{'is a real series' if len(real) == 1 else 'are real series'}: real totals say "
            "nothing of invented reports"
        )


def _check_options(wanted: Wanted, round_: Round, problems: Problems) -> None:
    if wanted.together and not ID.fullmatch(wanted.together):
        problems.add(f"--together {shown(wanted.together)} {ID_RULE}")
    if wanted.together and len(set(wanted.series)) < 2:
        problems.add("--together adds up several series: name each by --series")
    for option, text in (("--capture", wanted.capture), ("--share", wanted.share)):
        if text and share(text) is None:
            problems.add(f'{option} {shown(text)} must be "mean±sd" of a share, such as 0.9±0.05')
    choices = [str(source) for source in round_.sources.index]
    for name in wanted.holds:
        if name not in choices:
            problems.add(f"--holds {shown(name)} is no source of the round{meant(name, choices)}")


def _by_default(rows: pd.DataFrame, table: Table, wanted: Wanted, round_: Round) -> Wanted:
    """Choose the series, or the count in parts, where none is named.

    Raises
    ------
    InputError
        Where the file has none, or the round has it already.
    """
    there = sorted(table.frame["series"].unique())
    if not there:
        raise InputError([f"{table.file}: holds no row below its header"])
    name = state_months.preferred(rows, there)
    parts = SUMS.get(name, ()) if name not in there else ()
    problems = Problems()
    _check_for_round((name, *parts), (name,), round_, problems)
    problems.stop_if_any()
    return replace(wanted, series=parts or (name,), together=name if parts else "")


def _declared(name: str, wanted: Wanted) -> str:
    """Write ``[totals.NAME]``."""
    about = known(name, wanted.series)
    of_rest = about.of_rest if wanted.holds else ""
    settings: dict[str, object] = {
        "capture": wanted.capture or of_rest or about.capture or None,
        "share": wanted.share or None,
        "holds": wanted.holds or None,
        "noise": about.noise if wanted.unit == VICTIMS else None,
    }
    return f"\n[totals.{name}]\n" + toml_text(settings)


def _notes(taken: Taken, wanted: Wanted, round_: Round) -> tuple[str, ...]:
    """Say what a user must know of the figures, which are missing, and which else there are."""
    told = dict.fromkeys(known(name, wanted.series).note for name in taken.series)
    said = [f"{note[0].upper()}{note[1:]}." for note in told if note]
    said += _on_months(taken, wanted, round_)
    if taken.short:
        said.append(
            f"{counted(taken.short, 'count is', 'counts are')} below what {listed(wanted.holds)} "
            "reports there: taken as anything from the count to as far above that."
        )
    others = sorted(set(taken.rows["series"]) - set(wanted.series))
    if others:
        said.append(
            f"Other series of the same days: {listed(others)}. A month of a state is taken from "
            "one series alone: a second inclusive total would count the same unseen twice."
        )
    if not wanted.share:
        said.append(
            "Without a share the rest is violence by none of the organizations: 'other' is among "
            "the authors."
        )
    return tuple(said)


def _on_months(taken: Taken, wanted: Wanted, round_: Round) -> Iterator[str]:
    """Say how many months have no figure, and what became of the others."""
    wide = state_months.whole_months(round_) * taken.rows["region"].nunique()
    if missing := wide - len(taken.months):
        one, many = "state-month has", "state-months have"
        yield f"{counted(missing, one, many)} no figure: none is written, none is no zero."
    if part := state_months.part_months(round_):
        yield (
            f"Of {listed(part)} only some days are in the round: no figure of such a month is "
            "taken, since how much of it falls on these days is not known."
        )
    if wanted.monthly:
        return
    several = state_months.parted(taken.totals, round_)
    of = f", of {counted(several, 'state')} more than one" if several else ""
    yield (
        f"{counted(len(taken.months), 'state-month')} were added up to "
        f"{counted(len(taken.totals), 'total')}, those of the window apart{of}; --monthly keeps "
        "months."
    )
