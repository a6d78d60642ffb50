"""All figures of a release, with what each shows said in words."""

from pathlib import Path

from ..inference.summary import Summary
from . import figures, places, words
from .drawing import NARROW, WIDE, Drawing, svg
from .regions import by_incidents, by_score
from .roster import UNFIT, is_usable, may_order


def _describe_scores(summary: Summary) -> str:
    frame = summary.organizations.loc[figures.of_all(summary)]
    parts = [
        f"{row['name']}: {words.interval(row['q05'], row['q95'])}" for _, row in frame.iterrows()
    ]
    return f"90% intervals of the realized score. {'; '.join(parts)}."


def _describe_ranks(summary: Summary) -> str:
    count = len(summary.rank_probabilities)
    return (
        f"Heat map of the chance of each of {count} organizations to hold each rank; "
        "the percentages stand in the cells and in the table."
    )


def _describe_worst(summary: Summary) -> str:
    parts = [f"{c.name}: {words.probability(c.p_worst)}" for c in figures.of_contenders(summary)]
    return f"Probability of having the highest score. {'; '.join(parts)}."


def _describe_incidents(summary: Summary) -> str:
    frame = summary.organizations.loc[figures.of_all(summary)]
    parts = [
        f"{row['name']}: {words.count(row['reported'])} reported, "
        f"{words.interval(row['incidents_q05'], row['incidents_q95'])} estimated"
        for _, row in frame.iterrows()
    ]
    return f"Incidents in the window. {'; '.join(parts)}."


def _describe_sources(summary: Summary) -> str:
    parts = [
        f"{row['name']}: detection {words.probability(row['detection_mean'])}, "
        f"accuracy {words.probability(row['accuracy_mean'])}"
        for _, row in summary.sources.iterrows()
    ]
    return f"Mean detection and accuracy of each source. {'; '.join(parts)}."


def _describe_regions(summary: Summary) -> str:
    kind = "Tile map of Mexico" if places.has_map(summary) else "Bars by region"
    if not is_usable(summary):
        return f"{kind}: estimated incidents. {UNFIT}."
    most = by_incidents(summary)[:5]
    parts = [f"{row['name']} {words.quantity(row['mean'])}" for _, row in most.iterrows()]
    return f"{kind}: estimated incidents. The highest: {', '.join(parts)}."


def _describe_region_scores(summary: Summary) -> str:
    parts = [
        f"{row['name']}: {words.interval(row['score_q05'], row['score_q95'])}, "
        f"P(highest) {words.probability(row['p_worst'])}"
        for _, row in by_score(summary)[: places.MOST_SCORED].iterrows()
    ]
    return f"90% intervals of the scores of regions. {'; '.join(parts)}."


def _describe_timeline(summary: Summary) -> str:
    periods = summary.timeline["period"]
    span = f"{periods.min()} to {periods.max()}" if len(periods) else "no period"
    return f"Reported and estimated incidents by {summary.header.period}, {span}, by organization."


def _describe_baselines(summary: Summary) -> str:
    text = "Counts of simple methods beside the model's probability of the highest score."
    if not may_order(summary):
        return text
    leaders = summary.baselines[summary.baselines["leader"].astype(bool)]
    names = summary.organizations["name"]
    parts = [
        f"{row['baseline']}: highest {names.get(row['organization'], row['organization'])}"
        for _, row in leaders.iterrows()
    ]
    return f"{text} {'; '.join(parts)}."


COMPARING = frozenset({"worst", "ranks"})
DRAWINGS: tuple[Drawing, ...] = (
    Drawing("worst", "Probability of the highest score", figures.draw_worst, _describe_worst),
    Drawing("scores", "Realized scores", figures.draw_scores, _describe_scores),
    Drawing("ranks", "Chance of each rank", figures.draw_ranks, _describe_ranks),
    Drawing(
        "incidents", "Reported and estimated incidents", figures.draw_incidents, _describe_incidents
    ),
    Drawing("sources", "Detection and accuracy of the sources", places.draw_sources,
            _describe_sources),
    Drawing("regions", "Estimated incidents by region", places.draw_regions, _describe_regions),
    Drawing("region_scores", "Violence scores by region", places.draw_region_scores,
            _describe_region_scores),
    Drawing("timeline", "Incidents over time", figures.draw_timeline, _describe_timeline),
    Drawing("baselines", "Simple counts beside the model", figures.draw_baselines,
            _describe_baselines),
)  # fmt: skip


def draw_all(summary: Summary) -> dict[str, tuple[str, str]]:
    """Draw every figure twice; after a failed fit none that compares organizations.

    Returns
    -------
    dict
        By name, the SVG for a desktop and the one for a phone.
    """
    chosen = [d for d in DRAWINGS if is_usable(summary) or d.name not in COMPARING]
    return {d.name: (svg(d, summary, WIDE), svg(d, summary, NARROW)) for d in chosen}


def write_figures(drawn: dict[str, tuple[str, str]], folder: Path) -> None:
    """Write the desktop version of every figure as a file of its own."""
    folder.mkdir()
    for name, (wide, _) in drawn.items():
        text = f'<?xml version="1.0" encoding="utf-8"?>\n{wide}'
        (folder / f"{name}.svg").write_text(text, encoding="utf-8", newline="\n")
