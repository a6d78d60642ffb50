"""Official series by state and month, added to a round folder as inclusive totals.

The file is long: ``series, region, year, month, count``, one row a state and month. Two
inclusive totals of the same months would be two likelihoods of the same unseen violence, so a
month of a state is taken from one series alone: the first named that has it. Series that are
parts of one count, such as the federal ones of 2007 to 2010, may be added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from .amending import SETTINGS, amend, check_room, totals_rows, widened
from .errors import InputError
from .folder import toml_text
from .known_series import KNOWN, PARTS, SUMS, Known, known
from .problems import Problems, Table, counted, listed, meant, shown
from .readers import read_round
from .regions import current, is_region
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
    rows = _placed(table.frame, round_)
    if not wanted.series:
        wanted = _one_of(rows, table, wanted)
    chosen = wanted.series
    parts = _together(rows, chosen, wanted.together) if wanted.together else _in_turn(rows, chosen)
    if parts.empty:
        first, last = round_.settings.history, round_.settings.scored[1]
        said = f"{table.file}: no month of {listed(chosen)} lies in the round's regions and days"
        raise InputError([f"{said}, {first} to {last}"])
    taken = parts if wanted.monthly else _added_up(parts, round_)
    rows_added = totals_rows(taken, wanted.unit)
    check_room(rows_added, round_)
    added = tuple(str(name) for name in parts["series"].unique())
    declared = "".join(_declared(name, known(name, chosen), wanted) for name in added)
    short = 0
    if wanted.holds:
        rows_added, short = widened(folder, rows_added, declared)
    amend(folder, rows_added, declared)
    return Added(folder, added, len(taken), _notes(rows, parts, wanted, short))


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
    """Note series that the file has not, and those that the round has already."""
    there = sorted(table.frame["series"].unique())
    for name in wanted.series:
        if name not in there:
            problems.add(f"{table.file}: has no series {shown(name)}{meant(name, there)}")
    for name in (wanted.together,) if wanted.together else wanted.series:
        if name in round_.settings.totals:
            problems.add(
                f"{SETTINGS}: series {shown(name)} is in the round already; take away its rows of "
                f"totals.csv and its table first"
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


def _placed(text: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Take the rows of the round's regions and whole months, with their first and last day."""
    year, month = (text[name].astype("int64") for name in ("year", "month"))
    first = pd.to_datetime(pd.DataFrame({"year": year, "month": month, "day": 1}))
    last = first + pd.offsets.MonthEnd(0)
    rows = pd.DataFrame(
        {
            "series": text["series"],
            "region": text["region"].map(current),
            "from": first,
            "to": last,
            "count": text["count"].astype(float).astype("int64"),
        }
    )
    settings = round_.settings
    inside = (first >= pd.Timestamp(settings.history)) & (last <= pd.Timestamp(settings.scored[1]))
    return rows[inside & rows["region"].isin(settings.regions)]


def _one_of(rows: pd.DataFrame, table: Table, wanted: Wanted) -> Wanted:
    """Choose the series that has most of the round's state-months, at a tie the first known.

    Of a count in parts all of them, added up: a part alone is not what is known of the count.
    """
    number = rows["series"].value_counts().to_dict()
    number |= {name: len(_together(rows, parts, name)) for name, parts in SUMS.items()}
    order = [*KNOWN, *sorted(set(table.frame["series"]) - set(KNOWN) - PARTS)]
    best = max(order, key=lambda name: (number.get(name, 0), -order.index(name)))
    return replace(wanted, series=SUMS.get(best, (best,)), together=best if best in SUMS else "")


def _together(rows: pd.DataFrame, chosen: Sequence[str], name: str) -> pd.DataFrame:
    """Add up series where all of them have the month; elsewhere the sum is not known."""
    parts = rows[rows["series"].isin(chosen)].groupby(["region", "from", "to"])["count"]
    total = parts.agg(["sum", "size"]).reset_index()
    whole = total[total["size"] == len(set(chosen))].rename(columns={"sum": "count"})
    return whole.assign(series=name)[["series", "region", "from", "to", "count"]]


def _in_turn(rows: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    """Take each state-month from the first series that has it."""
    order = {name: number for number, name in enumerate(chosen)}
    some = rows[rows["series"].isin(chosen)]
    some = some.assign(order=some["series"].map(order)).sort_values(["order", "from", "region"])
    return some.drop_duplicates(["region", "from"]).drop(columns="order")


def _declared(name: str, about: Known, wanted: Wanted) -> str:
    """Write ``[totals.NAME]``."""
    settings: dict[str, object] = {
        "capture": wanted.capture or about.capture or None,
        "share": wanted.share or None,
        "holds": wanted.holds or None,
        "noise": about.noise if wanted.unit == VICTIMS else None,
    }
    return f"\n[totals.{name}]\n" + toml_text(settings)


def _added_up(parts: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Add up a state's months, those of the window apart; a month without a figure parts them.

    In a model whose sources report one share of a place all along, months would tell what they
    cannot: that a month with few reports was a calm one (docs/methods.md, "Official totals").
    """
    rows = parts.sort_values(["series", "region", "from"], ignore_index=True)
    rows["scored"] = rows["from"] >= pd.Timestamp(round_.settings.window[0])
    same = ["series", "region", "scored"]
    follows = (rows[same] == rows[same].shift()).all(axis=1)
    follows &= rows["from"] == rows["to"].shift() + pd.Timedelta(days=1)
    runs = rows.groupby((~follows).cumsum())
    first = runs[["series", "region", "from"]].first()
    return first.assign(to=runs["to"].last(), count=runs["count"].sum()).reset_index(drop=True)


def _notes(rows: pd.DataFrame, parts: pd.DataFrame, wanted: Wanted, short: int) -> tuple[str, ...]:
    """Say what a user must know of the figures, which are missing, and which else there are."""
    chosen = wanted.series
    told = dict.fromkeys(known(str(name), chosen).note for name in parts["series"].unique())
    said = [f"{note[0].upper()}{note[1:]}." for note in told if note]
    months, places = rows["from"].nunique(), rows["region"].nunique()
    if missing := months * places - len(parts):
        one, many = "state-month has", "state-months have"
        said.append(f"{counted(missing, one, many)} no figure: none is written, none is no zero.")
    if short:
        said.append(
            f"{counted(short, 'count is', 'counts are')} below what {listed(wanted.holds)} "
            "reports there: taken as anything from the count to as far above that."
        )
    others = sorted(set(rows["series"]) - set(chosen))
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
