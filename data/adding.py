"""From the rows of ``totals.csv`` to the aggregates of an evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from . import regions
from .aggregates import Aggregates, Scope, author_mask
from .attribution import OTHER, UNKNOWN, parse
from .axes import Axes
from .periods import Period
from .residual import SAID, counted_apart, joined
from .rounds import Round, Settings
from .totals import RESIDUAL, period_days
from .values import share

OUTSIDE = "total: outside history and window"
PARTLY = "total: partly outside history and window, how much of it is inside is not known"
BEYOND = "total: counts regions that are not in the round"
COVERED = "total: residual rows of all its regions count the same violence"
COLUMNS = [
    "series", "region", "first", "last", "kind", "victim_class", "count", "count_low",
    "count_high", "unit", "scope", "attribution", "row", "rows",
]  # fmt: skip


def usable(round_: Round) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Part the totals of a round into those that are used and those set aside.

    Returns
    -------
    Frames with ``first, last`` and the rest of ``Round.totals``, the second with ``reason``;
    None where the round has no totals.
    """
    if round_.totals is None:
        return None
    settings = round_.settings
    frame = round_.totals.rename(columns={"from": "first", "to": "last"})
    first, last = pd.Timestamp(settings.history), pd.Timestamp(settings.scored[1])
    outside = (frame["last"] < first) | (frame["first"] > last)
    partly = (frame["first"] < first) | (frame["last"] > last)
    beyond = ~frame["region"].map(lambda code: _covered(code, settings)).astype(bool)
    reason = pd.Series("", frame.index, dtype=object)
    for applies, text in ((outside, OUTSIDE), (partly, PARTLY), (beyond, BEYOND)):
        reason = reason.mask(applies & (reason == ""), text)
    return frame[reason == ""], frame.assign(reason=reason)[reason != ""]


def _covered(code: str, settings: Settings) -> bool:
    """Whether a round has all regions that a total counts; of a country, as far as they are known.

    Of one without a region set it has not: which regions the others are nobody knows.
    """
    own = regions.SETS.get(code)
    return code in settings.regions or (own is not None and set(own) <= set(settings.regions))


def aggregates_of(
    round_: Round, parts: tuple[pd.DataFrame, pd.DataFrame] | None, axes: Axes
) -> Aggregates | None:
    """Make the aggregates of a round from what ``usable`` gave; None where it has no totals."""
    if parts is None:
        return None
    used, unused = parts
    table = added_up(_counted(used))
    window = pd.Timestamp(round_.settings.scored[0]), pd.Timestamp(round_.settings.scored[1])
    unused = _listed(_counted(unused).pipe(_touching, window))
    victims = _listed(_counted(used).pipe(_mostly_inside, window))
    of_events = pd.concat([frame[frame["scope"] == RESIDUAL] for frame in (unused, victims)])
    found = Aggregates(
        table=table,
        scope=scope_of(table, axes),
        authors=author_mask(list(table["attribution"]), axes),
        series=series_of(round_.settings.totals),
        reported_in_window=int(of_events.loc[of_events["in_window"], "victims"].sum()),
    )
    covered = _listed(table[~found.has_cells].assign(reason=COVERED).pipe(_touching, window))
    return replace(found.where(found.has_cells), set_aside=pd.concat([unused, covered]))


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in the midpoint where only bounds are given."""
    middle = (frame["count_low"] + frame["count_high"] + 1) // 2
    return frame.assign(count=frame["count"].where(frame["count"] >= 0, middle))


Window = tuple[pd.Timestamp, pd.Timestamp]


def _mostly_inside(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Mark what has its midpoint in the window."""
    middle = (frame["first"] + (frame["last"] - frame["first"]) / 2).dt.normalize()
    return frame.assign(in_window=middle.between(*window))


def _touching(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Mark what has any day in the window.

    Of what is set aside all may have happened there: a window that ends before the midpoint of a
    year's record does not make its dead disappear.
    """
    return frame.assign(in_window=(frame["first"] <= window[1]) & (frame["last"] >= window[0]))


def _listed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.assign(
        victims=frame["count"].where(frame["unit"] == "victims", 0),
        reason=frame.get("reason", ""),
    )
    columns = ["series", "region", "first", "last", "row", "reason", "count", "unit", "scope"]
    return frame[[*columns, "in_window", "victims"]].reset_index(drop=True)


def added_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame of ``Aggregates.table``: one row an aggregate, named and in order.

    Residual rows of one series, place and attribution count different events. Where they share
    days their counts are added, their bounds too (a row without bounds has its count for both).
    """
    residual = frame["scope"] == RESIDUAL
    lines = frame.get("rows", frame["row"].map(lambda row: (row,)).astype(object))
    rows = frame.assign(rows=lines)
    apart = rows[~residual]
    if residual.any():
        apart = pd.concat([apart, _summed(joined(rows[residual]))])
    table = apart.sort_values(["series", "first", "last", "region", "row"], ignore_index=True)
    return table[COLUMNS].set_axis(_ids(table)).rename_axis("aggregate")


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    bounded = (frame["count_low"] >= 0) & (frame["count_high"] >= 0)
    by = frame.assign(
        bounded=bounded,
        count_low=frame["count_low"].where(bounded, frame["count"]),
        count_high=frame["count_high"].where(bounded, frame["count"]),
    ).groupby([*SAID, "region", "first", "last"], sort=True, as_index=False)
    parts = dict.fromkeys(("count", "count_low", "count_high", "rows"), "sum")
    total = by.agg(parts | {"row": "min", "bounded": "any"})
    for name in ("count_low", "count_high"):
        total[name] = total[name].where(total["bounded"], -1)
    return total.drop(columns="bounded")


def _ids(table: pd.DataFrame) -> pd.Index:
    """Name aggregates so that people know them: "sesnsp MX-SIN 2019-03 homicide"."""
    columns = ["region", "kind", "victim_class", "attribution"]
    spans = map(_span, table["first"], table["last"])
    parts = zip(table["series"], spans, *(table[name] for name in columns), strict=True)
    names = [" ".join(filter(None, (s, r, span, *rest))) for s, span, r, *rest in parts]
    twice = pd.Series(names, dtype=str).duplicated(keep=False)
    told_apart = zip(names, table["unit"], table["scope"], twice, strict=True)
    return pd.Index([f"{n} {u} {s}" if t else n for n, u, s, t in told_apart], dtype=object)


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Write a stretch of days as a year or a month where it is one."""
    days = (first.date(), last.date())
    for text in (f"{first:%Y}", f"{first:%Y-%m}"):
        if period_days(text) == days:
            return text
    return f"{days[0]}" if days[0] == days[1] else f"{days[0]}..{days[1]}"


def scope_of(table: pd.DataFrame, axes: Axes) -> Scope:
    """Work out which cells the aggregates cover, and with what share of their days.

    A country's residual row covers those that no region's row of the same violence does.
    """
    spans = list(zip(table["first"].dt.date, table["last"].dt.date, strict=True))
    shares = {span: _shares(*span, axes.periods) for span in set(spans)}
    places = {
        code: [i for i, r in enumerate(axes.regions) if code in (r, regions.country(r))]
        for code in table["region"].unique()
    }
    kinds = [axes.kinds.index(kind) for kind in table["kind"]]
    entries = [
        (number, place, period, kind, part)
        for number, (span, code, kind) in enumerate(zip(spans, table["region"], kinds, strict=True))
        for place in places[code]
        for period, part in shares[span]
    ]
    columns = ["aggregate", "region", "period", "kind", "share"]
    found = pd.DataFrame(np.array(entries, float).reshape(-1, 5), columns=columns)
    found = found[counted_apart(table, found, axes.regions)]
    aggregate, region, period, kind = found[columns[:4]].to_numpy(np.int64).T
    return Scope(aggregate, region, period, kind, found["share"].to_numpy())


def _shares(first: dt.date, last: dt.date, periods: Sequence[Period]) -> list[tuple[int, float]]:
    """Give the periods that some days touch, each with the share of its days."""
    inside = [(min(last, p.end) - max(first, p.start)).days + 1 for p in periods]
    return [(t, inside[t] / p.days) for t, p in enumerate(periods) if inside[t] > 0]


def series_of(totals: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    """Give the frame of ``Aggregates.series`` from the tables ``[totals.NAME]``."""
    rows = []
    for name, entries in totals.items():
        capture, part = (share(str(entries.get(key, ""))) for key in ("capture", "share"))
        holds = entries.get("holds", ())
        rows.append(
            {
                "series": name,
                "capture_mean": capture[0] if capture else np.nan,
                "capture_sd": capture[1] if capture else np.nan,
                "share_mean": part[0] if part else np.nan,
                "share_sd": part[1] if part else np.nan,
                "holds": tuple(holds) if isinstance(holds, list | tuple) else (),
                "noise": float(str(entries.get("noise", 0.0))),
            }
        )
    columns = ["series", "capture_mean", "capture_sd", "share_mean", "share_sd", "holds", "noise"]
    return pd.DataFrame(rows, columns=columns).set_index("series")


def needs_other(round_: Round, used: pd.DataFrame) -> bool:
    """Whether violence by none of the roster must be on the author axis for a total's sake.

    A total that is nobody's in particular counts everybody's violence, unless its series says
    which share of it is the organizations'; an attribution may name ``other`` itself.
    """
    shared = {name for name, entries in round_.settings.totals.items() if "share" in entries}
    nobodys = (used["attribution"] == UNKNOWN) & ~used["series"].isin(shared)
    named = (parse(text) for text in used["attribution"].unique())
    return bool(nobodys.any()) or any(
        OTHER in said.organizations and not said.is_rivalry for said in named
    )
