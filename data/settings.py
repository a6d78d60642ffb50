"""``round.toml``: which days are scored, with what history, over which regions."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from . import regions
from .problems import Problems
from .rounds import Settings
from .tomlfile import Section, read_toml
from .values import ID, ID_RULE

FILE = "round.toml"
MOST_NOISE = 3.0
"""Relative sd of a series beyond which it says nothing."""
PERIODS = ("month", "week", "quarter")
ANY_DAY = (dt.date(1900, 1, 1), dt.date(2099, 12, 31))
"""Stands for a window that could not be read, so that no report seems to lie outside it."""

LATER = {
    "looks": "planned interim looks",
    "commitment": "the commitment published before the analysis",
}


@dataclass(frozen=True)
class Draft:
    """Settings before the reports are known: two defaults depend on them."""

    settings: Settings
    history_given: bool
    as_of_given: bool
    notes: tuple[str, ...] = ()


def read_settings(folder: Path, problems: Problems) -> Draft:
    """Read ``round.toml``; only ``id`` and ``window`` are required.

    Where the file is missing or at fault, that is noted and settings that let every other
    check go on are returned.
    """
    path = folder / FILE
    if not path.exists():
        problems.add(f"{FILE} is missing; it is required, with at least id and window")
    section = read_toml(path, problems) if path.exists() else None
    if section is None:
        problems.unread(FILE)
        return _read(Section(FILE, "", {"id": "x", "window": list(ANY_DAY)}, problems))
    for key in ("id", "window"):
        section.require(key)
    return _read(section)


def _read(toml: Section) -> Draft:
    given = toml.days("window")
    window = given or ANY_DAY
    history, as_of = toml.day("history"), toml.day("as_of")
    if given and history is not None and history > window[0]:
        toml.fault("history", f"must not be later than the window's first day, {window[0]}")
    if given and as_of is not None and as_of < window[0]:
        toml.fault("as_of", f"must not be earlier than the window's first day, {window[0]}")
    name = toml.match("id", ID, ID_RULE, "x")
    chosen, region_set = _read_regions(toml)
    settings = Settings(
        id=name,
        title=toml.text("title", name),
        window=window,
        history=min(history or window[0], window[0]),
        as_of=max(as_of or window[1], window[0]),
        period=toml.choice("period", "month", PERIODS),
        regions=chosen,
        region_set=region_set,
        risk_limit=toml.number("risk_limit", 0.05, 0, 0.5, inside=True),
        exclude=toml.texts("exclude"),
        sequence=toml.whole("sequence", 1, 1, 100_000),
        previous=toml.match("previous", ID, ID_RULE) or None,
        redistribute=toml.flag("redistribute", default=True),
        simulated=toml.flag("simulated", default=False),
        priors=toml.table("priors").entries,
        totals=_read_totals(toml),
    )
    for key in LATER:
        toml.table(key)
    toml.close()
    return Draft(settings, history is not None, as_of is not None, _notes(toml))


def _read_regions(toml: Section) -> tuple[tuple[str, ...], str | None]:
    value = toml.entries.get("regions", "MX")
    if isinstance(value, str):
        name = toml.choice("regions", "MX", tuple(regions.SETS))
        return regions.SETS[name], name
    codes = tuple(regions.current(code) for code in toml.texts("regions"))
    for code in codes:
        if not regions.is_region(code):
            choices = regions.SETS.get(regions.country(code), tuple(regions.BY_ID))
            toml.fault("regions", f"holds {code!r}, which is no ISO 3166-2 code", choices)
    if len(set(codes)) < len(codes):
        toml.fault("regions", "names a region twice")
    if not codes:
        toml.fault("regions", 'must be a region set, "MX", or a list of ISO 3166-2 codes')
    return codes or regions.SETS["MX"], None


def _read_totals(toml: Section) -> dict[str, dict[str, object]]:
    series = toml.tables("totals")
    for section in series.values():
        section.share("capture")
        section.share("share")
        section.texts("holds")
        section.number("noise", 0.0, 0.0, MOST_NOISE)
        section.close()
    return {name: dict(section.entries) for name, section in series.items()}


def _notes(toml: Section) -> tuple[str, ...]:
    later = [
        f"{FILE}: [{key}] ({what}) is read by a later version; this one leaves it aside."
        for key, what in LATER.items()
        if key in toml
    ]
    changed = toml.table("priors").entries
    said = f"{FILE}: priors are given there for {', '.join(sorted(changed))}."
    return (*later, said) if changed else tuple(later)


def complete(draft: Draft, reports: pd.DataFrame) -> tuple[Settings, tuple[str, ...]]:
    """Fill in what depends on the reports: the history's first day, and ``as_of``.

    Parameters
    ----------
    reports
        Columns ``date, published`` (datetime64).

    Returns
    -------
    Settings and sentences on the defaults that matter.
    """
    settings, notes = draft.settings, list(draft.notes)
    if not draft.history_given and reports["date"].notna().any():
        first = min(reports["date"].min().date(), settings.window[0])
        settings = replace(settings, history=first)
        notes.append(f"{FILE}: no history is given; it begins with the first report, {first}.")
    if not draft.as_of_given:
        published = reports["published"].dropna().dt.date
        last = max([settings.window[1], *published])
        settings = replace(settings, as_of=last)
        notes.append(f"{FILE}: no as_of is given; what was known by {last} is used.")
    return settings, tuple(notes)
