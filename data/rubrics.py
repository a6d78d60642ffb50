"""``rubric.toml``: the published scoring system, read and checked."""

import math
from importlib.resources import as_file, files
from pathlib import Path

from .problems import Problems
from .rubric import EvidenceMinimum, Kind, Rubric
from .tomlfile import Section, read_toml
from .values import ID, ID_RULE, UNKNOWN_CLASS

UNITS = ("victims", "incidents")
LARGE = (2, 4, 8)
FILE = "rubric.toml"
DEFAULT = files(__package__) / "assets" / "rubric.toml"


def read_rubric(folder: Path, problems: Problems) -> tuple[Rubric, tuple[str, ...]]:
    """Read the rubric of a round folder, or the default one where it has none.

    Returns
    -------
    The rubric, and a sentence where it is the default. Where the file is at fault the
    faults are noted and what is left of the rubric is returned.
    """
    path = folder / FILE
    if not path.exists():
        rubric = default_rubric()
        note = f"No rubric.toml: '{rubric.id}' is used; its weights are this product's choice."
        return rubric, (note,)
    section = read_toml(path, problems)
    if section is None:
        problems.unread(path.name)
    rubric, ours = default_rubric() if section is None else _read(section), default_rubric()
    if rubric.id == ours.id and rubric != ours:
        problems.add(
            f"rubric.toml: id {ours.id!r} is that of the rubric that ships with dtoscore, and this "
            "one differs from it; give it an id of its own"
        )
    return rubric, ()


def ships(rubric_id: str) -> bool:
    """Whether a rubric is the one that ships with the package: no other may have its id."""
    return rubric_id == default_rubric().id


def default_rubric() -> Rubric:
    """Return the rubric that ships with the package."""
    problems = Problems()
    with as_file(DEFAULT) as path:
        section = read_toml(path, problems)
    rubric = _read(section) if section is not None else None
    problems.stop_if_any()
    if rubric is None:
        raise FileNotFoundError(str(DEFAULT))
    return rubric


def _read(toml: Section) -> Rubric:
    toml.require("id")
    toml.require("kinds")
    large, uncertainty = toml.table("large_events"), toml.table("uncertainty")
    rubric = Rubric(
        id=toml.match("id", ID, ID_RULE),
        kinds=_read_kinds(toml),
        victim_classes=_read_classes(toml),
        large_victims=large.whole("victims", 8, 2, 8),
        large_multiplier=large.number("multiplier", 2.0, high=1000.0),
        concentration=uncertainty.number("concentration", 40.0, high=math.inf, inside=True),
        evidence=_read_minimum(toml.table("evidence")),
    )
    if rubric.large_victims not in LARGE:
        large.fault("victims", f"must be one of {', '.join(map(str, LARGE))}, where a bin begins")
    for section in (large, uncertainty, toml):
        section.close()
    return rubric


def _read_kinds(toml: Section) -> tuple[Kind, ...]:
    sections = toml.tables("kinds")
    kinds = tuple(_read_kind(toml, name, section) for name, section in sections.items())
    if "kinds" in toml and not any(kind.weight > 0 for kind in kinds):
        toml.fault("kinds", "must hold a kind whose weight is above 0: nothing would be scored")
    return kinds


def _read_kind(toml: Section, name: str, section: Section) -> Kind:
    if not ID.fullmatch(name):
        toml.fault("kinds", f"holds {name!r}, which {ID_RULE}")
    section.require("weight")
    kind = Kind(
        id=name,
        title=_read_title(section, name),
        unit=section.choice("unit", "victims", UNITS),
        weight=section.number("weight", 1.0, high=1e6),
    )
    section.close()
    return kind


def _read_title(section: Section, name: str) -> dict[str, str]:
    if isinstance(section.entries.get("title"), dict):
        inner = section.table("title")
        titles = {language: inner.text(language) for language in ("en", "es") if language in inner}
        inner.close()
        return {"en": name} | titles
    return {"en": section.text("title", name)}


def _read_classes(toml: Section) -> dict[str, float]:
    """Read the multipliers; a victim of unknown class counts once where nothing is said."""
    classes: dict[str, float] = {}
    for name, section in toml.tables("victim_classes").items():
        if not ID.fullmatch(name):
            toml.fault("victim_classes", f"holds {name!r}, which {ID_RULE}")
        section.require("multiplier")
        classes[name] = section.number("multiplier", 1.0, high=1e6)
        _read_title(section, name)
        section.close()
    return classes if UNKNOWN_CLASS in classes else classes | {UNKNOWN_CLASS: 1.0}


def _read_minimum(section: Section) -> EvidenceMinimum:
    least = EvidenceMinimum()
    minimum = EvidenceMinimum(
        min_sources=section.whole("min_sources", least.min_sources, 0, 10_000),
        min_overlap=section.whole("min_overlap", least.min_overlap, 0, 10**9),
        min_adjudicated=section.whole("min_adjudicated", least.min_adjudicated, 0, 10**9),
        max_set_aside=section.number("max_set_aside", least.max_set_aside, high=1.0),
        min_contenders=section.whole("min_contenders", least.min_contenders, 1, 10_000),
    )
    section.close()
    return minimum
