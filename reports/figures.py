"""Figures of organizations: scores, ranks, P(worst), incidents, months, plain counts."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ..inference.summary import Summary
from . import words
from .drawing import BLUE, FAINT, INK, ORANGE, SOFT, canvas, is_narrow, name_rows, title
from .roster import Contender, contenders, everybody, is_usable, may_order, with_room

MOST_ROWS, MOST_RANKS = 30, 20
OF_CONTENDERS, OF_ALL = ("worst", "ranks", "baselines"), ("scores", "incidents")
"""Figures with a row for each contender, and for each organization, as far as there is room."""
MOST_PANELS = 8
DOTS = 50
MODEL = "the model: P(worst)"


def draw_scores(summary: Summary, width: float) -> Figure:
    """Draw the realized scores: 90% intervals thin, 50% thick, the median as a mark."""
    frame = summary.organizations.loc[of_all(summary)]
    figure, (axes,) = canvas(width, _height(len(frame), 0.36))
    for y, (_, row) in enumerate(frame.iterrows()):
        colour, fill = (BLUE, BLUE) if row["contender"] else (SOFT, "white")
        axes.plot([row["q05"], row["q95"]], [y, y], color=colour, linewidth=1.2)
        axes.plot([row["q25"], row["q75"]], [y, y], color=colour, linewidth=5, alpha=0.55)
        axes.plot(row["q50"], y, "o", markersize=5.5, color=colour, markerfacecolor=fill)
    axes.set_xlabel("Score (thin 90%, thick 50%, mark median)")
    axes.grid(axis="x")
    name_rows(axes, frame["name"], width)
    return figure


def draw_ranks(summary: Summary, width: float) -> Figure:
    """Draw P(rank) as a heat map with the percentage in every cell."""
    ids = [c.id for c in of_contenders(summary)]
    table = summary.rank_probabilities.loc[ids].iloc[:, : 10 if is_narrow(width) else MOST_RANKS]
    figure, (axes,) = canvas(width, _height(len(ids), 0.36))
    values = table.to_numpy(dtype=float)
    axes.pcolormesh(values, cmap="Blues", vmin=0, vmax=1.15, edgecolors="white", linewidth=1)
    for (y, x), value in np.ndenumerate(values):
        colour = "white" if value > 0.6 else INK
        text = _percent_in_cell(value)
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", color=colour, fontsize=7.5)
    axes.set_xticks(np.arange(values.shape[1]) + 0.5, [str(c) for c in table.columns])
    axes.set_xlabel("Rank (1 = highest score); chance in %")
    name_rows(axes, summary.organizations.loc[ids, "name"], width, offset=0.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def draw_worst(summary: Summary, width: float) -> Figure:
    """Draw P(worst) as quantile dots: of fifty equally likely outcomes, how many each leads."""
    chosen = of_contenders(summary)
    filled = share_dots([c.p_worst for c in chosen])
    across = DOTS // 2 if is_narrow(width) else DOTS
    deep = DOTS // across
    figure, (axes,) = canvas(width, _height(len(chosen), 0.34 if deep == 1 else 0.46))
    for y, (contender, full) in enumerate(zip(chosen, filled, strict=True)):
        x, line = np.arange(DOTS) % across, np.arange(DOTS) // across
        at = y + (line - (deep - 1) / 2) * 0.3
        size = 22 if deep == 1 else 17
        axes.scatter(x[full:], at[full:], s=4, color=FAINT)
        axes.scatter(x[:full], at[:full], s=size, color=BLUE)
        axes.text(across + 0.5, y, words.probability(contender.p_worst), va="center")
    axes.set_xlim(-1, across + (5 if deep == 1 else 4.5))
    axes.set_xticks([])
    axes.set_xlabel(f"Large dots: outcomes of {DOTS} in which it is first")
    name_rows(axes, [c.name for c in chosen], width)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def draw_incidents(summary: Summary, width: float) -> Figure:
    """Draw reported incidents (squares) against estimated ones (dots with 90% intervals)."""
    frame = summary.organizations.loc[of_all(summary)]
    figure, (axes,) = canvas(width, _height(len(frame), 0.36) + 0.2)
    y = np.arange(len(frame))
    axes.hlines(y, frame["incidents_q05"], frame["incidents_q95"], color=BLUE, linewidth=1.4)
    style: dict[str, Any] = {"linestyle": "none", "markersize": 6.0}
    axes.plot(frame["incidents_mean"], y, "o", color=BLUE, label="estimated, 90%", **style)
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.4}
    axes.plot(frame["reported"], y, "s", color=ORANGE, label="reported", **hollow, **style)
    axes.set_xlabel("Incidents in the window")
    axes.grid(axis="x")
    axes.set_xlim(left=0)
    name_rows(axes, frame["name"], width)
    figure.legend(loc="outside lower right", ncols=2, frameon=False)
    return figure


def draw_timeline(summary: Summary, width: float) -> Figure:
    """Draw incidents by period, one panel an organization: band and line estimated."""
    ids = _panels(summary)
    across = 1 if is_narrow(width) else 2
    down = max(1, math.ceil(len(ids) / across))
    figure, panels = canvas(width, 0.6 + 1.25 * down, down, across)
    for axes, identity in zip(panels, ids, strict=False):
        rows = summary.timeline[summary.timeline["organization"] == identity].sort_values("period")
        x = np.arange(len(rows))
        axes.fill_between(x, rows["q05"], rows["q95"], color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(x, rows["mean"], "o-", color=BLUE, markersize=3.5, label="estimated, 90%")
        style: dict[str, Any] = {"markersize": 4.0, "markerfacecolor": "white"}
        axes.plot(x, rows["reported"], "s--", color=ORANGE, label="reported", **style)
        axes.set_title(title(summary.organizations.loc[identity, "name"]), fontsize=8.5)
        axes.set_xticks(*_ticks(list(rows["period"])))
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
    for axes in panels[len(ids) :]:
        axes.set_axis_off()
    if ids:
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower right", ncols=2, frameon=False)
    return figure


def draw_baselines(summary: Summary, width: float) -> Figure:
    """Draw the plain counts of each baseline beside the model's P(worst)."""
    chosen = of_contenders(summary)
    columns = _baseline_columns(summary, [c.id for c in chosen])
    if is_usable(summary):
        columns[MODEL] = pd.Series({c.id: c.p_worst for c in chosen}, dtype=float).fillna(0.0)
    count = max(1, len(columns))
    down, across = (count, 1) if is_narrow(width) else (1, count)
    height = _height(len(chosen), 0.3) * down
    figure, panels = canvas(width, height, down, across, share=True)
    for axes, (name, values) in zip(panels, columns.items(), strict=False):
        y = np.arange(len(values))
        model = name == MODEL
        axes.barh(y, values, height=0.62, color=BLUE if model else SOFT)
        for at, value in zip(y, values, strict=True):
            text = words.probability(value) if model else words.quantity(value)
            axes.annotate(text, (value, at), (3, 0), textcoords="offset points", va="center")
        axes.set_xlim(0, max(1e-9, 1.3 * max(values, default=0.0)))
        axes.set_title(title(name), fontsize=8.5)
        axes.set_xticks([])
        name_rows(axes, [c.name for c in chosen], width)
        axes.spines["bottom"].set_visible(False)
    return figure


def of_all(summary: Summary) -> list[str]:
    """List the organizations of a figure."""
    return with_room(summary, everybody(summary), MOST_ROWS)


def of_contenders(summary: Summary) -> list[Contender]:
    """List the contenders of a figure."""
    found = {c.id: c for c in contenders(summary)}
    return [found[name] for name in with_room(summary, list(found), MOST_ROWS)]


def share_dots(probabilities: list[float], dots: int = DOTS) -> list[int]:
    """Share dots out by largest remainder, so that they add up."""
    exact = np.nan_to_num(np.asarray(probabilities, dtype=float)) * dots
    whole = np.floor(exact).astype(int)
    left = max(0, round(float(exact.sum())) - int(whole.sum()))
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:left]] += 1
    return [int(n) for n in whole]


def _panels(summary: Summary) -> list[str]:
    present = set(summary.timeline["organization"])
    ids = [c.id for c in contenders(summary) if c.id in present]
    if not may_order(summary):
        return with_room(summary, ids, MOST_PANELS)
    mean = summary.organizations["mean"]
    return sorted(ids, key=lambda k: -float(mean[k]))[:MOST_PANELS]


def _baseline_columns(summary: Summary, ids: list[str]) -> dict[str, pd.Series]:
    groups = summary.baselines.groupby("baseline", sort=False)
    return {
        str(name): rows.set_index("organization")["value"].reindex(ids).fillna(0.0)
        for name, rows in groups
    }


def _ticks(periods: list[str]) -> tuple[list[int], list[str]]:
    """Label at most four periods of a panel."""
    step = max(1, math.ceil(len(periods) / 4))
    at = list(range(0, len(periods), step))
    return at, [str(periods[i]) for i in at]


def _percent_in_cell(value: float) -> str:
    if not value >= 0.001:
        return ""
    return words.chance(value).removesuffix("%")


def _height(rows: int, each: float) -> float:
    return 1.05 + each * max(rows, 1)
