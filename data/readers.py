"""A round folder, read: every file, every rule, all problems at once."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from . import regions, schema, sideschema, sidetables
from .coarse import is_coarse
from .files import check_files
from .mappings import read_mappings, resolved
from .naming import Names
from .periods import cut
from .problems import Problems, Table, meant, shown
from .references import NOT_SIMULATED
from .roster import check_exclude, copy_notes, lineage_notes, read_organizations, read_sources
from .rounds import Round, Settings
from .rubric import Rubric
from .rubrics import read_rubric
from .settings import FILE as TOML
from .settings import Draft, complete, read_settings
from .tables import read_table
from .testimony import (
    check_calendar,
    check_published,
    coverage_notes,
    incident_notes,
    read_reports,
)
from .totals import check_noise, lost_reports, read_totals

BESIDE = ("presence", "rivalries", "events", "covariates")
"""Optional tables that say what is known around the reports."""

MASSACRE = {"massacre": "homicide"}
"""Kinds that are another kind by another name: a massacre's size carries it."""


class Reader:
    """One reading of one folder: its problems and notes while the tables come in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems = Problems()
        self.notes: list[str] = []
        self.tables: dict[str, Table] = {}
        self.columns: dict[str, tuple[str, ...]] = {}
        self.asked: list[str] = []

    def judged(
        self, name: str, form: pa.DataFrameSchema, *, required: bool = False
    ) -> pd.DataFrame | None:
        """Read a table and judge it by its schema; None where there is nothing to judge."""
        self.asked.append(name)
        table = read_table(self.folder, name, self.problems)
        if table is None:
            if required or self._is_there(name):
                self.problems.unread(f"{name}.csv")
            return None
        self.tables[name] = table
        known = (str(column) for column in table.frame.columns)
        self.columns[table.file] = tuple(column for column in known if column in form.columns)
        text, notes = schema.judge(table, form, self.problems)
        self.notes += notes
        return text

    def _is_there(self, name: str) -> bool:
        """Whether the folder has such a table."""
        return any((self.folder / f"{name}{end}").exists() for end in (".csv", ".parquet"))

    def needed(self, name: str, form: pa.DataFrameSchema) -> pd.DataFrame:
        """Read a table that must be there; an empty one stands for it where it is not."""
        if not self._is_there(name):
            self.problems.add(f"{name}.csv is missing; it is required (or {name}.parquet)")
        text = self.judged(name, form, required=True)
        if text is None:
            empty = pd.DataFrame(columns=list(form.columns), dtype=str)
            empty.index = pd.Index([], name="row", dtype="int64")
            self.tables[name] = Table(f"{name}.csv", empty)
            return empty
        if text.empty and not self.tables[name].refused:
            self.problems.add(f"{self.tables[name].file} holds no row below its header")
        return text


def read_round(folder: Path, judge: Callable[[Settings], Iterable[str]] | None = None) -> Round:
    """Read and check a round folder.

    Parameters
    ----------
    folder
        Holds ``round.toml`` and the tables of docs/formats.md, as CSV or Parquet.
    judge
        Says what is wrong with settings that only a model knows: its priors.

    Returns
    -------
    The round with every default filled in, and every value normalised.

    Raises
    ------
    InputError
        With all problems of all files at once.
    """
    folder = Path(folder)
    reader = Reader(folder)
    if not folder.is_dir():
        reader.problems.add(f"{folder} is no folder; a round is a folder with round.toml in it")
        reader.problems.stop_if_any()
    draft = read_settings(folder, reader.problems)
    if (folder / "truth.json").exists() and not draft.settings.simulated:
        reader.problems.add(
            f"truth.json lies beside {TOML}, which {NOT_SIMULATED}: write "
            f"simulated = true into {TOML}, or take truth.json away"
        )
    rubric, notes = read_rubric(folder, reader.problems)
    reader.notes += notes
    for fault in judge(draft.settings) if judge else ():
        reader.problems.add(fault)
    result = _read_tables(reader, draft, rubric)
    reader.problems.stop_if_any()
    _check_contenders(result, reader.problems)
    reader.problems.stop_if_any()
    return result


def _check_contenders(round_: Round, problems: Problems) -> None:
    """Refuse a round without contenders: its fit could score nobody."""
    if not round_.contenders():
        first, last = round_.settings.scored
        problems.add(
            "organizations.csv: there is no contender, so nobody can be scored; each "
            "organization is contender = false, rolled up into another, in exclude of "
            f"round.toml, or not active in the window, {first} to {last}"
        )


def _note_window(reader: Reader, reports: pd.DataFrame, settings: Settings) -> None:
    """Note a window that no report speaks of: what happened there is then guessed alone."""
    first, last = (pd.Timestamp(day) for day in settings.scored)
    if not ((reports["date"] <= last) & (reports["date_end"] >= first)).any():
        reader.notes.append(
            f"{reader.tables['reports'].file}: no report is dated in the window, "
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}; whatever is said of it rests on other days."
        )


def _read_tables(reader: Reader, draft: Draft, rubric: Rubric) -> Round:
    problems = reader.problems
    text = reader.needed("organizations", schema.organizations())
    organizations, names = read_organizations(reader.tables["organizations"], text, problems)
    known = (*organizations.index, *reader.tables["organizations"].refused_ids())
    check_exclude(draft.settings.exclude, known, problems)
    reader.notes += lineage_notes(reader.tables["organizations"], organizations)
    mappings, names = _read_mappings(reader, names)
    sources = _read_sources(reader, draft.settings, rubric)
    reader.notes += copy_notes(reader.tables["sources"], sources)
    listed = (*sources.index, *reader.tables["sources"].refused_ids())
    _check_holds(draft.settings, tuple(str(name) for name in listed if name), problems)
    reports, settings = _read_reports(reader, draft, rubric, names, sources, mappings)
    beside = _read_beside(reader, settings, names, sources)
    totals = _read_totals(reader, settings, rubric, names)
    _note_window(reader, reports, settings)
    _note_coarse(reader, reports, settings)
    reader.notes += check_files(reader.folder, reader.asked, reader.problems)
    return Round(
        settings=settings,
        organizations=organizations,
        sources=sources,
        reports=reports,
        rubric=rubric,
        folder=reader.folder,
        mappings=mappings,
        totals=totals,
        notes=tuple(reader.notes),
        columns=reader.columns,
        **beside,
    )


def _kinds(rubric: Rubric) -> tuple[str, ...]:
    own = tuple(kind.id for kind in rubric.kinds)
    return own + tuple(m for m, kind in MASSACRE.items() if kind in own and m not in own)


def _places(settings: Settings) -> tuple[str, ...]:
    """Return the codes that a record may give: regions, withdrawn codes, whole countries."""
    former = tuple(old for old, now in regions.FORMER.items() if now in settings.regions)
    return settings.regions + former + regions.countries(settings.regions)


def _read_sources(reader: Reader, settings: Settings, rubric: Rubric) -> pd.DataFrame:
    kinds = tuple(kind.id for kind in rubric.kinds)
    text = reader.needed("sources", schema.sources(settings.regions, kinds))
    return read_sources(reader.tables["sources"], text, reader.problems)


def _read_reports(
    reader: Reader,
    draft: Draft,
    rubric: Rubric,
    names: Names,
    sources: pd.DataFrame,
    mappings: pd.DataFrame | None,
) -> tuple[pd.DataFrame, Settings]:
    form = schema.reports(
        _places(draft.settings),
        _kinds(rubric),
        tuple(rubric.victim_classes),
        tuple(name for name in (*sources.index, *reader.tables["sources"].refused_ids()) if name),
    )
    text = reader.needed("reports", form)
    table = reader.tables["reports"]
    if mappings is not None:
        text = resolved(table, text, mappings, names, reader.problems)
    frame, notes = read_reports(table, text, names, reader.problems)
    frame["kind"] = frame["kind"].replace(MASSACRE)
    settings, more = complete(draft, frame)
    if draft.as_of_given:
        check_calendar(table, frame, settings, reader.problems)
    check_published(table, frame, sources[~sources.index.duplicated()], reader.problems)
    reader.notes += (*notes, *more, *incident_notes(table, frame))
    reader.notes += coverage_notes(table, frame, sources[~sources.index.duplicated()])
    return frame, settings


def _read_mappings(reader: Reader, names: Names) -> tuple[pd.DataFrame | None, Names]:
    text = reader.judged("mappings", sideschema.mappings())
    if text is None:
        return None, names
    return read_mappings(reader.tables["mappings"], text, names, reader.problems)


def _read_beside(
    reader: Reader, settings: Settings, names: Names, sources: pd.DataFrame
) -> dict[str, pd.DataFrame | None]:
    """Read the optional tables that say what is known around the reports."""
    places, tables, problems = settings.regions, reader.tables, reader.problems
    known = tuple(str(name) for name in dict.fromkeys(sources.index) if name)
    result: dict[str, pd.DataFrame | None] = dict.fromkeys(BESIDE)
    if (text := reader.judged("presence", sideschema.presence(places))) is not None:
        result["presence"] = sidetables.read_presence(tables["presence"], text, names, problems)
    if (text := reader.judged("rivalries", sideschema.rivalries())) is not None:
        frame, notes = sidetables.read_rivalries(tables["rivalries"], text, names, problems)
        result["rivalries"] = frame
        reader.notes += notes
    if (text := reader.judged("events", sideschema.events(places))) is not None:
        frame, notes = sidetables.read_events(tables["events"], text, names, settings, problems)
        result["events"] = frame
        reader.notes += notes
    ids = (*known, *tables["sources"].refused_ids())
    if (text := reader.judged("covariates", sideschema.covariates(places, ids))) is not None:
        table = tables["covariates"]
        result["covariates"] = sidetables.read_covariates(table, text, places, known, problems)
    return result


def _read_totals(
    reader: Reader, settings: Settings, rubric: Rubric, names: Names
) -> pd.DataFrame | None:
    form = schema.totals(
        _places(settings), _kinds(rubric), tuple(rubric.victim_classes), tuple(settings.totals)
    )
    text = reader.judged("totals", form)
    if text is None:
        return None
    text["kind"] = text["kind"].replace(MASSACRE)
    table = reader.tables["totals"]
    frame, notes = read_totals(table, text, names, reader.problems)
    check_noise(table, frame, settings.totals, reader.problems)
    reader.notes += notes
    return frame


def _check_holds(settings: Settings, known: tuple[str, ...], problems: Problems) -> None:
    """Note a series that holds the reports of a source that there is not."""
    for series, entries in settings.totals.items():
        held = entries.get("holds", ())
        for name in held if isinstance(held, list) else ():
            if name not in known:
                problems.add(
                    f"{TOML}: totals.{series}.holds names {shown(name)}, which is not in "
                    f"sources.csv{meant(str(name), known)}"
                )


def _note_coarse(reader: Reader, reports: pd.DataFrame, settings: Settings) -> None:
    """Say how coarse reports are written so that they count."""
    dated = reports[reports["date"].notna() & reports["date_end"].notna()]
    count = int(is_coarse(dated, settings, cut(settings)).sum())
    reader.notes += lost_reports(reader.tables["reports"].file, count)
