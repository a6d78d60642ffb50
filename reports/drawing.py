"""What all figures share: size, style, stamps, and SVG that is the same for the same content."""

import io
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..inference.summary import REFUSED, Summary
from .roster import UNFIT

WIDE, NARROW = 7.6, 3.55
"""Width in inches of a figure on a desktop and on a phone: drawn at its size, not shrunk."""

INK, SOFT, FAINT = "#1b2a3a", "#5b6875", "#d3dae2"
BLUE, ORANGE = "#1f4e79", "#b45309"
LINE = 0.36
"""Height of a line of text in rows."""
CONTROL = {"Cc", "Cf", "Cs", "Co", "Cn"}

_STYLE: dict[str, object] = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Drawing:
    """A figure: its name in ``figures/``, its titles, how it is drawn, what it shows."""

    name: str
    title: str
    draw: Callable[[Summary, float], Figure]
    describe: Callable[[Summary], str]


def canvas(
    width: float, height: float, rows: int = 1, columns: int = 1, *, share: bool = False
) -> tuple[Figure, list[Axes]]:
    """Make a figure with a grid of axes; sizes in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=share)
    return figure, list(axes.ravel())


def is_narrow(width: float) -> bool:
    """Whether a figure is drawn for a phone."""
    return width < (WIDE + NARROW) / 2


def title(text: object) -> str:
    """Shorten a name to what fits above a panel, its first letter a capital."""
    (line,) = _fold(text, 42, 1)
    return line[:1].upper() + line[1:]


def name_rows(axes: Axes, names: Iterable[object], width: float, offset: float = 0.0) -> None:
    """Name the rows of a figure, first on top; a long name takes two lines.

    Each line is a tick of its own: a browser whose font is narrower than the one measured
    here would not set the lines of one label flush.
    """
    folded = [_fold(name, 17 if is_narrow(width) else 30, 2) for name in names]
    at = [
        (y + offset + (i - (len(lines) - 1) / 2) * LINE, line)
        for y, lines in enumerate(folded)
        for i, line in enumerate(lines)
    ]
    axes.set_yticks([y for y, _ in at], [line for _, line in at])
    axes.set_ylim(max(len(folded), 1) - 0.5 + offset, -0.5 + offset)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _fold(text: object, space: int, lines: int) -> list[str]:
    """Break a name into lines of so many letters; drop what SVG cannot hold."""
    kept = "".join(c for c in str(text) if unicodedata.category(c) not in CONTROL)
    folder = textwrap.TextWrapper(space, max_lines=lines, placeholder=" …", break_on_hyphens=False)
    return folder.wrap(kept) or [""]


def stamps(summary: Summary) -> str:
    """Say on every figure what may not be missed when it is passed on alone."""
    lines = ["SIMULATED: invented data"] if summary.header.is_simulated else []
    status = summary.decision.status
    if status == REFUSED:
        lines.append(UNFIT)
    elif status == "no_designation":
        lines.append("No designation")
    return " · ".join(lines)


def svg(drawing: Drawing, summary: Summary, width: float) -> str:
    """Draw a figure as SVG with a title and a description, its ids unique to it."""
    variant = f"{drawing.name}-{'narrow' if is_narrow(width) else 'wide'}"
    with mpl.rc_context({**_STYLE, "svg.hashsalt": variant}):  # type: ignore[dict-item]
        figure = drawing.draw(summary, width)
        _stamp(figure, summary, width)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _accessible(stream.getvalue(), variant, drawing.title, drawing.describe(summary))


def _stamp(figure: Figure, summary: Summary, width: float) -> None:
    text = stamps(summary)
    if text:
        box = {"facecolor": "#fff1c2", "edgecolor": "#8a5a00", "linewidth": 0.8, "pad": 3}
        size = 6.8 if is_narrow(width) else 8.5
        figure.suptitle(text, fontsize=size, fontweight="bold", color="#5c3b00", bbox=box)


def _accessible(text: str, variant: str, title: str, description: str) -> str:
    """Keep the svg element alone, name it for screen readers, make its ids its own."""
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{variant}-\1"', text)
    text = re.sub(r'(xlink:href="|url\()#', rf"\1#{variant}-", text)
    names = f'role="img" aria-labelledby="{variant}-title {variant}-desc"'
    inner = (
        f'<title id="{variant}-title">{escape(title)}</title>'
        f'<desc id="{variant}-desc">{escape(description)}</desc>'
    )
    opening, rest = text.split(">", 1)
    return f"{opening} {names}>\n {inner}{rest}"
