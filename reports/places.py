"""Figures of places and of sources: scores, tile map or bars, detection and accuracy."""

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..data.regions import BY_ID, SETS, State
from ..inference.summary import Summary
from . import words
from .drawing import BLUE, FAINT, INK, SOFT, canvas, is_narrow, name_rows
from .regions import by_incidents, by_score

MOST_REGIONS = 32
MOST_SCORED = 15
COUNTRY = "MX"


def has_map(summary: Summary) -> bool:
    """Whether every region of the round is a state of Mexico, so that a map can be drawn."""
    regions = set(summary.regions.index)
    return bool(regions) and regions <= set(SETS[COUNTRY])


def draw_regions(summary: Summary, width: float) -> Figure:
    """Draw estimated incidents by region: a tile map of Mexico, or bars elsewhere."""
    return _draw_map(summary, width) if has_map(summary) else _draw_bars(summary, width)


def draw_region_scores(summary: Summary, width: float) -> Figure:
    """Draw the regions' scores: 90% intervals thin, 50% thick, the median; P(highest) beside."""
    frame = by_score(summary)[:MOST_SCORED]
    figure, (axes,) = canvas(width, 1.05 + 0.34 * max(len(frame), 1))
    most = max(1e-9, float(frame["score_q95"].max())) if len(frame) else 1.0
    narrow, edge = is_narrow(width), 1.05 * most
    for y, (_, row) in enumerate(frame.iterrows()):
        axes.plot([row["score_q05"], row["score_q95"]], [y, y], color=BLUE, linewidth=1.2)
        ends = [row["score_q25"], row["score_q75"]]
        axes.plot(ends, [y, y], color=BLUE, linewidth=5, alpha=0.55, solid_capstyle="butt")
        axes.plot(row["score_q50"], y, "o", markersize=5.5, color=BLUE)
        axes.text(edge, y, words.probability(row["p_worst"]), va="center", color=INK)
    above: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7.5, "color": SOFT}
    axes.annotate("P(highest)", (edge, -0.5), (0, 2), **above)
    axes.set_xlim(0, edge * (1.3 if narrow else 1.12))
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= most])
    gap = "\n" if narrow else " "
    axes.set_xlabel(f"Score{gap}(thin 90%, thick 50%, mark median)")
    axes.grid(axis="x")
    name_rows(axes, frame["name"], width)
    return figure


def draw_sources(summary: Summary, width: float) -> Figure:
    """Draw detection and accuracy of every source with 90% intervals, both from 0 to 1."""
    frame = summary.sources
    narrow = is_narrow(width)
    each = 0.8 + 0.36 * max(len(frame), 1)
    shape = (2, 1) if narrow else (1, 2)
    figure, panels = canvas(width, each * (2 if narrow else 1) + 0.2, *shape, share=True)
    titles = ("Detection: share it listed", "Accuracy: names the right one")
    for axes, part, title in zip(panels, ("detection", "accuracy"), titles, strict=True):
        _draw_source_panel(axes, frame, part)
        axes.set_title(title, fontsize=8.5)
        name_rows(axes, frame["name"], width)
    return figure


def _draw_source_panel(axes: Axes, frame: pd.DataFrame, part: str) -> None:
    for y, (_, row) in enumerate(frame.iterrows()):
        mean = float(row[f"{part}_mean"])
        if np.isfinite(mean):
            axes.plot([row[f"{part}_q05"], row[f"{part}_q95"]], [y, y], color=BLUE, linewidth=1.4)
            axes.plot(mean, y, "o", color=BLUE, markersize=6)
        else:
            axes.text(0.02, y, "not estimated", va="center", color=SOFT, fontsize=8)
    axes.set_xlim(0, 1)
    axes.grid(axis="x")


def _draw_map(summary: Summary, width: float) -> Figure:
    states = BY_ID.values()
    columns = 1 + max(state.column for state in states)
    rows = 1 + max(state.row for state in states)
    figure, (axes,) = canvas(width, width * rows / columns + 0.55)
    norm = PowerNorm(0.5, 0, max(1e-9, 1.3 * float(summary.regions["mean"].max())))
    found = {str(identity): row for identity, row in summary.regions.iterrows()}
    for state in states:
        _draw_tile(axes, state, found.get(state.id), norm, width)
    axes.set_xlim(-0.02, columns + 0.02)
    axes.set_ylim(rows + 0.02, -0.02)
    axes.set_aspect("equal")
    axes.set_axis_off()
    figure.supxlabel(_map_key(width), fontsize=7.5, color=SOFT)
    return figure


def _draw_tile(
    axes: Axes, state: State, region: "pd.Series[Any] | None", norm: PowerNorm, width: float
) -> None:
    x, y = state.column, state.row
    mean = float("nan") if region is None else float(region["mean"])
    level = 0.0 if region is None else float(norm(mean))
    colour = "white" if region is None else mpl.colormaps["Blues"](level)
    unseen = region is not None and int(region["reported"]) == 0
    tile = Rectangle(
        (x + 0.03, y + 0.03), 0.94, 0.94, facecolor=colour, edgecolor=SOFT if unseen else FAINT,
        hatch="///" if unseen else None, linewidth=0.8,
    )  # fmt: skip
    axes.add_patch(tile)
    ink = "white" if level > 0.55 else INK
    small, large = (6.5, 7.5) if is_narrow(width) else (8.5, 11.0)
    centre: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
    axes.text(x + 0.5, y + 0.3, state.id.removeprefix("MX-"), fontsize=small, **centre)
    axes.text(x + 0.5, y + 0.66, words.quantity(mean), fontsize=large, fontweight="bold", **centre)


def _map_key(width: float) -> str:
    first = "Number and shade: estimated incidents (mean)."
    second = "Hatched: none was reported there."
    return first + ("\n" if is_narrow(width) else " ") + second


def _draw_bars(summary: Summary, width: float) -> Figure:
    frame = by_incidents(summary)[:MOST_REGIONS]
    figure, (axes,) = canvas(width, 1.0 + 0.32 * max(len(frame), 1))
    y = np.arange(len(frame))
    axes.barh(y, frame["mean"], height=0.62, color=BLUE, alpha=0.35)
    axes.hlines(y, frame["q05"], frame["q95"], color=BLUE, linewidth=1.6)
    axes.plot(frame["reported"], y, "s", color=INK, markerfacecolor="white", markersize=5)
    name_rows(axes, frame["name"], width)
    axes.set_xlabel("Incidents (bar estimated, line 90%, square reported)")
    axes.set_xlim(left=0)
    axes.grid(axis="x")
    return figure
