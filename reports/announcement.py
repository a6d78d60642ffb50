"""The public text: what was found, with its confidence, in English and in Spanish."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from ..data.rubrics import ships
from ..inference.summary import FAIL, NOT_RUN, REFUSED, REVIEW, Check, Summary
from . import regions, spanish, words
from .roster import Contender, contenders, named

LANGUAGES = ("en", "es")
_NOUNS = {
    "reports_in_window": "report",
    "reports": "",
    "incidents_in_window": "incident",
    "incidents": "",
    "set_aside": "report",
}


@dataclass(frozen=True)
class Listing:
    """A heading with its items; ``foreign`` where the items are English in a Spanish text."""

    heading: str
    items: tuple[str, ...]
    foreign: bool = False


@dataclass(frozen=True)
class Announcement:
    """The public text in one language, free of markup.

    Attributes
    ----------
    banner
        What a simulated round says of itself; empty for a real one.
    status, headline, confidence
        The result: a word, a sentence, and how sure it is.
    table
        Organization and probability, first the column titles; empty where none may be shown.
    """

    language: str
    title: str
    banner: str
    status: str
    headline: str
    confidence: str
    paragraphs: tuple[str, ...]
    table_title: str
    table: tuple[tuple[str, str], ...]
    listings: tuple[Listing, ...]


def announcement(summary: Summary, language: str = "en") -> Announcement:
    """Compose the public text of a release in one language."""
    text = phrases(language)
    values = _values(summary, language)
    status = summary.decision.status
    return Announcement(
        language=language,
        title=text["title"].format_map(values),
        banner=text["banner"] if summary.header.is_simulated else "",
        status=text[f"status_{status}"],
        headline=text[f"headline_{_variant(summary)}"].format_map(values),
        confidence=text[f"confidence_{_variant(summary)}"].format_map(values),
        paragraphs=_said(summary, values, language),
        table_title=text["table_title"],
        table=_table(summary, text),
        listings=_listings(summary, text, language),
    )


def where(summary: Summary, language: str = "en") -> str:
    """Say where violence was highest, where no organization can be named; else nothing."""
    if summary.decision.status != "no_designation" or not len(summary.regions):
        return ""
    text = phrases(language)
    chosen, rest = regions.named(summary)
    if not chosen:
        return text["places_none"]
    said = [text["place"].format(name=p.name, p=words.probability(p.p_worst)) for p in chosen]
    if rest >= regions.LEAST_SAID:
        said.append(text["place_other"].format(p=words.probability(rest)))
    return text["places" if len(said) > 1 else "places_one"].format(places=", ".join(said))


@cache
def phrases(language: str) -> dict[str, str]:
    """Read the catalogue of sentences of one language."""
    file = resources.files(__package__) / "templates" / f"announcement.{language}.toml"
    return cast("dict[str, str]", tomllib.loads(file.read_text(encoding="utf-8")))


def _variant(summary: Summary) -> str:
    """Tell apart one candidate and several: what is said of them differs."""
    decision = summary.decision
    if decision.status != "candidates":
        return decision.status
    return "candidate" if len(decision.candidates) == 1 else "candidates"


def _values(summary: Summary, language: str) -> dict[str, str]:
    header, decision = summary.header, summary.decision
    chosen = named(summary, decision.organization)
    p = chosen.p_worst if chosen else float("nan")
    return {
        "round": header.title,
        "first": words.day(header.window[0], language),
        "last": words.day(header.window[1], language),
        "as_of": words.day(header.as_of, language),
        "name": chosen.name if chosen else "",
        "p": words.probability(p),
        "words": words.in_words(p, language) if chosen else "",
        "contenders": str(len(contenders(summary))),
        "candidates": _named_with_probability(summary),
        "n_candidates": str(len(decision.candidates)),
        "coverage": words.at_least(decision.coverage),
        "coverage_words": words.in_words(decision.coverage, language),
        "risk": words.percent(decision.risk_limit, language),
        "threshold": f"{decision.threshold:.3g}",
        "calibration": phrases(language)[
            "calibrated" if decision.threshold_calibrated else "uncalibrated"
        ],
        **_read(summary, language),
        **_counted(summary, phrases(language)),
        "rubric": header.rubric,
        "chooser": phrases(language)[f"chooser_{'product' if ships(header.rubric) else 'office'}"],
        "left_out": "; ".join(phrases(language)[f"part_{k}"] for k in header.left_out),
        "n_uninformed": str(len(summary.identification)),
    }


def _read(summary: Summary, language: str) -> dict[str, str]:
    """Say how much was read, with its noun where the sentence has not said it yet, and used."""
    text, counts = phrases(language), summary.counts
    found = {key: counts.get(key, math.nan) for key in _NOUNS}
    said = {key: words.count(n) + _noun(_NOUNS[key], n, text) for key, n in found.items()}
    said["share"] = words.percent(counts.get("set_aside_victim_share", math.nan), language)
    said["read"] = text["read_one" if found["reports_in_window"] == 1 else "read_some"]
    aside = {0.0: "none", 1.0: "one"}.get(found["set_aside"], "some")
    return said | {"usable": text[f"usable_{aside}"].format_map(said)}


def _counted(summary: Summary, text: dict[str, str]) -> dict[str, str]:
    """Say how many totals there are, in how many series."""
    totals, n_series = summary.series["totals"].sum(), len(summary.series)
    return {
        "n_totals": words.count(totals) + _noun("total", totals, text),
        "n_series": words.count(n_series) + _noun("serie", n_series, text),
    }


def _noun(key: str, number: float, text: dict[str, str]) -> str:
    if not key:
        return ""
    return f" {text[key if number == 1 else f'{key}s']}"


def _named_with_probability(summary: Summary) -> str:
    chosen = [c for c in contenders(summary) if c.id in summary.decision.candidates]
    return "; ".join(f"{c.name} ({words.probability(c.p_worst)})" for c in chosen)


def _said(summary: Summary, values: dict[str, str], language: str) -> tuple[str, ...]:
    """Say the paragraphs; the one on places after the first, where there is one."""
    text, place = phrases(language), where(summary, language)
    first, *others = (text[key].format_map(values) for key in _paragraphs(summary))
    return (first, *((place,) if place else ()), *others)


def _paragraphs(summary: Summary) -> tuple[str, ...]:
    has_totals = len(summary.series) > 0
    if summary.decision.status == REFUSED:
        # Nothing here may speak as if there were a result.
        read = ("evidence_refused", *(("counted_refused",) if has_totals else ()))
        return ("scope", *read, "doubt_refused", "weights", "persons")
    doubt = "doubt_one_source" if len(summary.sources) == 1 else "doubt"
    if summary.header.left_out:
        doubt = "doubt_reduced"
    uninformed = ("uninformed",) if len(summary.identification) else ()
    evidence = ("evidence", *(("counted",) if has_totals else ()))
    return ("scope", "rule", *evidence, doubt, *uninformed, "weights", "persons")


def _table(summary: Summary, text: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if summary.decision.status == REFUSED:
        return ()
    title = (text["column_organization"], text["column_probability"])
    return title, *(_row(contender) for contender in contenders(summary))


def _row(contender: Contender) -> tuple[str, str]:
    return contender.name, words.probability(contender.p_worst)


def _listings(summary: Summary, text: dict[str, str], language: str) -> tuple[Listing, ...]:
    checks = summary.checks
    items = {
        "reasons": [
            (str(reason), reason.translated(spanish.CATALOGUE))
            for reason in summary.decision.reasons
        ],
        "failed": _sentences(checks, FAIL),
        "review": _sentences(checks, REVIEW),
        "not_run": _sentences(checks, NOT_RUN),
    }
    return tuple(_listing(text[key], found, language) for key, found in items.items() if found)


def _listing(heading: str, said: list[tuple[str, str | None]], language: str) -> Listing:
    """List sentences in Spanish where all of them are known, else in English, and say so."""
    translated = tuple(spanish_ for _, spanish_ in said if spanish_ is not None)
    if language == "es" and len(translated) == len(said):
        return Listing(heading, translated)
    return Listing(heading, tuple(english for english, _ in said), language != "en")


def _sentences(checks: tuple[Check, ...], verdict: str) -> list[tuple[str, str | None]]:
    """Say the checks of one verdict, in English and, where known, in Spanish."""
    found = [c for c in checks if c.verdict == verdict]
    return [(f"{c.name}: {c.summary}", spanish.check(c)) for c in found]
