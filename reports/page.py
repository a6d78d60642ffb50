"""report.html: one file that opens offline."""

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ..data.rubric import EvidenceMinimum
from ..data.rubrics import ships
from ..inference.minimum import regional_minimum
from ..inference.summary import Summary
from . import regions, words
from .announcement import LANGUAGES, Announcement, announcement, phrases
from .cells import printed
from .figures import MOST_ROWS, OF_ALL, OF_CONTENDERS
from .gallery import DRAWINGS
from .printing import frame_table
from .roster import contenders, everybody, is_usable, may_order, named
from .templating import environment

SECTIONS: tuple[tuple[str, str], ...] = (
    ("headline", "Result"),
    ("worst", "Probability of having been the most violent"),
    ("scores", "Violence scores"),
    ("ranks", "Ranks"),
    ("incidents", "Reported and estimated incidents"),
    ("sources", "Sources"),
    ("regions", "Regions"),
    ("timeline", "Over time"),
    ("baselines", "Simple counts beside the model"),
    ("checks", "Checks"),
    ("diagnostics", "Quality of the calculation"),
    ("set-aside", "What was set aside"),
    ("identification", "What the data did not inform"),
    ("method", "Method and limits"),
    ("rubric", "Scoring rubric"),
    ("announcement", "Public announcement"),
)
"""Anchor and title of every section, in order."""

_MINIMUM = {
    "min_contenders": "at least {} contenders",
    "min_sources": "at least {} sources",
    "min_overlap": "at least {} incidents that two independent sources report",
    "min_adjudicated": "at least {} incidents settled by a court or forensic finding",
    "max_set_aside": "at most {} of the reported victims set aside",
}


def render_report(
    summary: Summary, drawn: Mapping[str, tuple[str, str]], rubric: Mapping[str, Any]
) -> str:
    """Render the report.

    Parameters
    ----------
    drawn
        SVG by figure name, for a desktop and for a phone (``gallery.draw_all``).
    rubric
        The effective rubric as plain values.
    """
    figures = {name: (Markup(wide), Markup(narrow)) for name, (wide, narrow) in drawn.items()}  # noqa: S704 - drawn here, text in it is escaped
    english, spanish = (announcement(summary, language) for language in LANGUAGES)
    return environment().get_template("report.html").render(
        summary=summary,
        header=summary.header,
        text=english,
        spanish=spanish,
        foreign=phrases("es")["foreign"],
        sections=SECTIONS,
        titles=dict(SECTIONS),
        figures=figures,
        figure_titles={drawing.name: drawing.title for drawing in DRAWINGS},
        tables=printed(summary),
        check_tables=_check_tables(summary),
        facts=_facts(summary),
        places=regions.sentences(summary),
        contenders=contenders(summary),
        ordered=may_order(summary),
        cut=_cuts(summary),
        usable=is_usable(summary),
        scale=words.scale(),
        rubric=rubric,
        chooser="this product" if ships(summary.header.rubric) else "the publishing office",
        simple=_simple_leaders(summary) if may_order(summary) else [],
        moved=_moved(summary),
        left_out=_left_out(summary),
        minimum=_minimum(rubric.get("evidence") or {}),
        regional_minimum=_regional(rubric.get("evidence") or {}),
    )  # fmt: skip


def render_announcement(summary: Summary) -> str:
    """Render announcement.md: the English text, then the Spanish one."""
    parts: list[Announcement] = [announcement(summary, language) for language in LANGUAGES]
    template = environment().get_template("announcement.md")
    return template.render(parts=parts, foreign=lambda language: phrases(language)["foreign"])


def _facts(summary: Summary) -> list[tuple[str, str]]:
    header, counts = summary.header, summary.counts
    first, last = (words.day(day) for day in header.window)
    return [
        ("Scoring window", f"{first} to {last}"),
        ("As known on", words.day(header.as_of)),
        ("Round", f"{header.id} (number {header.sequence})"),
        ("Contenders", str(len(contenders(summary)))),
        ("Reports in the window", _with_history(counts, "reports")),
        ("Incidents in the window", _with_history(counts, "incidents")),
        ("Accepted risk of error", words.percent(summary.decision.risk_limit)),
        ("Probability required", f"{summary.decision.threshold:.3g}"),
    ]


def _cuts(summary: Summary) -> dict[str, str]:
    """Say of each figure of organizations that it has not all of them, where it has not."""
    which = "the first" if may_order(summary) else "those most reported"
    said = f" Drawn are {MOST_ROWS} organizations, {which}; the table has all."
    listed = dict.fromkeys(OF_CONTENDERS, len(contenders(summary)))
    listed |= dict.fromkeys(OF_ALL, len(everybody(summary)))
    return {name: said if number > MOST_ROWS else "" for name, number in listed.items()}


def _with_history(counts: Mapping[str, float], what: str) -> str:
    inside, every = (counts.get(key, math.nan) for key in (f"{what}_in_window", what))
    return f"{words.count(inside)} ({words.count(every)} with the history)"


def _simple_leaders(summary: Summary) -> list[tuple[str, str, str]]:
    """List whom each baseline puts first, with the model's probability of it."""
    frame = summary.baselines[summary.baselines["leader"].astype(bool)]
    found = [
        (str(b), named(summary, str(k)))
        for b, k in zip(frame["baseline"], frame["organization"], strict=True)
    ]
    return [(b, c.name, words.probability(c.p_worst)) for b, c in found if c is not None]


def _minimum(evidence: Mapping[str, float]) -> list[str]:
    """Say the rubric's minimum of evidence in sentences."""
    return [
        text.format(words.percent(evidence[key]) if key.startswith("max") else f"{evidence[key]:g}")
        for key, text in _MINIMUM.items()
        if evidence.get(key)
    ]


def _moved(summary: Summary) -> tuple[str, str | None]:
    """Count the numbers of the model, and those that the data informed; these not of a bad fit."""
    informed = summary.parameters["informed"].astype(bool)
    told = words.count(int(informed.sum())) if summary.diagnostics.passed else None
    return words.count(len(informed)), told


def _left_out(summary: Summary) -> list[tuple[str, str]]:
    """Name the parts that are left out, each as the command calls it and in words."""
    text = phrases("en")
    return [(part, text[f"part_{part}"]) for part in summary.header.left_out]


def _regional(evidence: Mapping[str, Any]) -> str:
    """Say what evidence a region needs for a probability of its own; "" where that is nothing."""
    sources, overlap = regional_minimum(EvidenceMinimum(**evidence))
    asked = [
        text.format(number)
        for text, number in (
            (_MINIMUM["min_sources"], sources),
            (_MINIMUM["min_overlap"], overlap),
        )
        if number
    ]
    return " and ".join(asked)


def _check_tables(summary: Summary) -> dict[str, Any]:
    return {
        check.name: frame_table(check.name, check.table)
        for check in summary.checks
        if check.table is not None and not check.table.empty
    }
