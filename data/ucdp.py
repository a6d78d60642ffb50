"""From UCDP GED to a round folder.

The rules, each with its reason (docs/methods.md):

- Non-state violence (type 2) names two sides of a clash, not who killed: a rivalry. A
  coalition is one side, its members parted by ", ". ``dyad_name`` is never read.
- One-sided violence (type 3) is by ``side_a``; civilians are no side. It is no clash
  written down as one side's, and round.toml says so by its prior of ``one_sided``:
  otherwise the number of rows that name one side alone would bear on the splits.
- State-based violence (type 1): a government is none of the organizations, so it is
  ``other``; its opponent is no contender for that row's sake. A row by governments alone, mostly
  one-sided ones, is no organization's and is left out.
- Factions are organizations of their own, with their parent beside them.
- ``deaths_a`` and ``deaths_b`` are the dead *of* each side; civilian and unknown dead are
  the rest.
- A place or day known no better than a state or a month (code 4 and above) is coarse: no
  report but a row of ``totals.csv`` (``ucdp_coarse``).
- History and coverage are cut to the years that the file holds.
- GED is one compilation, which lists only what it takes for an organized group's: of all other
  violence its silence says nothing. The outlets that it cites are provenance, not sources.
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from .actors import attributed, organization_ids, roster_table
from .attribution import OTHER, parse
from .errors import InputError
from .folder import csv_text, toml_text, write_folder
from .ged import read_ged
from .imported import ImportReport
from .problems import counted
from .regions import STATES
from .span import spanned
from .ucdp_coarse import DECLARED, coarse_notes, coarse_totals, is_coarse

COUNTRY, COUNTRY_CODE = "Mexico", "MX"
SOURCE = "ucdp"
KIND = "homicide"
ALWAYS = (
    "UCDP is one source: no other tells what it misses.",
    (
        "UCDP's armed groups are not all drug-trafficking organizations (villages, militias, "
        "community police), and some are called after persons: go through organizations.csv, "
        "where contender and name can be changed, before any release."
    ),
)
"""What is said of every import."""
NEVER_ONE_SIDED = {"alpha": 1, "beta": 9999}
"""Prior of ``one_sided``: by GED's definitions a row that names one side is no clash."""

_FORMER_NAMES = {
    "distrito federal": "MX-CMX",
    "mexico city": "MX-CMX",
    "estado de mexico": "MX-MEX",
    "coahuila de zaragoza": "MX-COA",
    "michoacan de ocampo": "MX-MIC",
    "queretaro de arteaga": "MX-QUE",
    "queretaro arteaga": "MX-QUE",
    "veracruz de ignacio de la llave": "MX-VER",
    "veracruz-llave": "MX-VER",
}


def import_ucdp(
    file: Path,
    folder: Path,
    window: tuple[dt.date, dt.date],
    history: dt.date,
    *,
    round_id: str | None = None,
    title: str | None = None,
    risk_limit: float = 0.05,
) -> ImportReport:
    """Turn the events of Mexico in a UCDP GED file into a round folder.

    Parameters
    ----------
    file
        The official CSV, plain or gzipped.
    folder
        A new or empty folder.
    window
        First and last day of the scoring window.
    history
        First day of the reports that inform the model; where the file begins later, its first
        year is taken.
    round_id, title
        Default: from the window.

    Raises
    ------
    InputError
        Where the file is no GED file, its values are at fault, the dates are in no order,
        no event falls into them, none of the window makes a contender, or the folder cannot be
        written.
    """
    if not history <= window[0] <= window[1]:
        days = f"history {history}, window {window[0]} to {window[1]}"
        raise InputError([f"{days}: the days must be in this order"])
    events = read_ged(file)
    span = spanned(events, window, history)
    placed = _placed(events.assign(day=_midpoint(events)))
    kept, left_out = _select(placed, span.history, window[1])
    ends = (span.history, window[1])
    ids = organization_ids(kept)
    kept, left_out = _of_organizations(attributed(kept, ids, file.name), left_out)
    _check_any(kept, left_out, file.name)
    in_window = kept["day"].between(pd.Timestamp(window[0]), pd.Timestamp(window[1]))
    roster = roster_table(kept, ids, in_window)
    _check_contenders(roster, int(in_window.sum()), window, file.name)
    settings = {
        "id": round_id or _round_id(window),
        "title": title or f"UCDP events of {COUNTRY}, {window[0]} to {window[1]}",
        "window": window,
        "history": span.history,
        "period": "month",
        "regions": COUNTRY_CODE,
        "risk_limit": risk_limit,
        "priors.one_sided": NEVER_ONE_SIDED,
    }
    coarse = kept[kept["coarse"]]
    files = {
        "round.toml": toml_text(settings) + (DECLARED if len(coarse) else ""),
        "organizations.csv": csv_text(roster),
        "sources.csv": csv_text(_source(span.looked)),
        "reports.csv": csv_text(_reports(kept[~kept["coarse"]])),
    }
    if len(coarse):
        files["totals.csv"] = csv_text(coarse_totals(coarse, KIND, ends))
    write_folder(folder, files)
    notes = (*span.notes, *coarse_notes(kept, ends), *_notes(kept))
    return _report(folder, len(events), kept, left_out, roster, in_window, notes)


def _check_any(kept: pd.DataFrame, left_out: Mapping[str, int], file: str) -> None:
    """Refuse a file of which no event can be a report."""
    if kept.empty:
        reasons = ", ".join(f"{number} {reason}" for reason, number in left_out.items())
        raise InputError([f"{file}: no event can be used: {reasons}"])
    if kept["coarse"].all():
        said = counted(len(kept), "event of these days is", "events of these days are")
        raise InputError([f"{file}: {said} coarse, so there would be no report; choose other days"])


def _of_organizations(
    events: pd.DataFrame, left_out: Mapping[str, int]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out what is by governments alone, which is nothing that GED means to count.

    A coarse one would be a total of all that is nobody's (docs/methods.md).
    """
    alone = events["attribution"] == OTHER
    reason = {"by a government alone": int(alone.sum())} if alone.any() else {}
    return events[~alone], {**left_out, **reason}


def _check_contenders(
    roster: pd.DataFrame, events: int, window: tuple[dt.date, dt.date], file: str
) -> None:
    """Refuse a window that nobody could be named for: the round would have nothing to score."""
    if (roster["contender"] == "true").any():
        return
    sentence = (
        f"{file}: no organization is named in the window, {window[0]} to {window[1]}, apart "
        f"from clashes with a state (its events in {COUNTRY}: {events}), so nobody could be "
        "scored; choose another window"
    )
    raise InputError([sentence])


def _midpoint(events: pd.DataFrame) -> pd.Series:
    length = events["date_end"] - events["date_start"]
    return (events["date_start"] + length / 2).dt.normalize()


def _placed(events: pd.DataFrame) -> pd.DataFrame:
    """Add ``region`` and ``coarse``: by its codes, or since it names no state."""
    region = events["adm_1"].map(_regions(events["adm_1"]))
    return events.assign(region=region, coarse=is_coarse(events) | (region == COUNTRY_CODE))


def _select(
    events: pd.DataFrame, history: dt.date, last: dt.date
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Take the events of the country between two days; count the others by reason.

    An event's midpoint decides; a coarse one is taken where any day of it lies between them.
    """
    abroad = events["country"] != COUNTRY
    first, end = pd.Timestamp(history), pd.Timestamp(last)
    touching = (events["date_start"] <= end) & (events["date_end"] >= first)
    between = events["day"].between(first, end)
    outside = ~abroad & ~between.where(~events["coarse"], touching)
    counts = {
        f"not in {COUNTRY}": int(abroad.sum()),
        f"not between {history} and {last}": int(outside.sum()),
    }
    kept = events[~abroad & ~outside].sort_values(["date_start", "date_end", "id"])
    return kept.copy(), {reason: number for reason, number in counts.items() if number}


def _regions(names: pd.Series) -> dict[str, str]:
    """Find the code of each name: a state's, or the country's where it is no state's name."""
    known = {_plain(state.name): state.id for state in STATES} | _FORMER_NAMES
    return {name: known.get(_plain(name), COUNTRY_CODE) for name in names.unique()}


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.casefold().removesuffix(" state").strip()


def _source(looked: Mapping[str, dt.date]) -> pd.DataFrame:
    row: dict[str, object] = {
        "id": SOURCE,
        "name": "UCDP Georeferenced Event Dataset",
        "type": "academic",
        "coverage": "organizations_only",
        "published": "unknown",
    }
    return pd.DataFrame([row | dict(looked)])


def _reports(events: pd.DataFrame) -> pd.DataFrame:
    first = events["deaths_a"].where(~events["swapped"], events["deaths_b"])
    second = events["deaths_b"].where(~events["swapped"], events["deaths_a"])
    sides = first.astype("str") + "><" + second.astype("str")
    # Nought of both sides says nothing of the sides: the dead are civilian or unknown.
    counted = (first + second > 0) & events["attribution"].str.contains("><", regex=False)
    bounds = events[["low", "best", "high"]]
    columns = {
        "report_id": events["id"],
        "source": SOURCE,
        "date": events["date_start"],
        "date_end": events["date_end"],
        "region": events["region"],
        "kind": KIND,
        "victims": events["best"],
        "victims_low": bounds.min(axis=1),
        "victims_high": bounds.max(axis=1),
        "attribution": events["attribution"],
        "victims_by_side": sides.where(counted, ""),
        "incident_id": events["id"],
        "precision": "exact",
    }
    return pd.DataFrame(columns)


def _round_id(window: tuple[dt.date, dt.date]) -> str:
    first, last = window
    whole_year = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    if whole_year and first.year == last.year:
        return f"ucdp-{first.year}"
    return f"ucdp-{first}-to-{last}"


def _report(
    folder: Path,
    rows_read: int,
    kept: pd.DataFrame,
    left_out: Mapping[str, int],
    roster: pd.DataFrame,
    in_window: pd.Series,
    notes: tuple[str, ...],
) -> ImportReport:
    scored = kept[in_window]
    coarse = scored[scored["coarse"]]
    return ImportReport(
        folder=folder,
        rows_read=rows_read,
        rows_written=int((~kept["coarse"]).sum()),
        coarse_written=int(kept["coarse"].sum()),
        left_out=left_out,
        organizations=tuple(roster["id"]),
        contenders=tuple(roster.loc[roster["contender"] == "true", "id"]),
        rivalries=_rivalries(scored),
        rivalries_written=_rivalries(kept),
        window_rows=len(scored),
        window_deaths=int(scored["best"].sum()),
        coarse_rows=len(coarse),
        coarse_deaths=int(coarse["best"].sum()),
        notes=notes,
    )


def _rivalries(events: pd.DataFrame) -> tuple[str, ...]:
    texts = events["attribution"].unique()
    return tuple(sorted(text for text in texts if parse(text).is_rivalry))


def _notes(events: pd.DataFrame) -> tuple[str, ...]:
    low, high = events["low"] > events["best"], events["best"] > events["high"]
    unplaced = events[events["region"] == COUNTRY_CODE]
    unknown = sorted(set(unplaced["adm_1"]) - {""})
    nowhere = f"no state of {COUNTRY}: region {COUNTRY_CODE}"
    notes = (
        (low, "event had", "events had", "low above best: the bounds were widened to hold best"),
        (high, "event had", "events had", "best above high: the bounds were widened to hold best"),
        (events["region"] == COUNTRY_CODE, "event names", "events name", nowhere),
    )
    said = [
        f"{counted(mask.sum(), one, many)} {clause}."
        for mask, one, many, clause in notes
        if mask.any()
    ]
    if unknown:
        said.append(f"No state is called {', '.join(repr(name) for name in unknown)}.")
    return (*said, *ALWAYS)
