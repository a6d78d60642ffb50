"""From the reports of a round to its Evidence.

Reports become incidents by their ``incident_id``; what cannot be used is set aside with
its reason, never dropped silently (docs/formats.md, "Window and history").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .attribution import OTHER, UNKNOWN, parse
from .errors import InputError
from .evidence import SILENT, Axes, Evidence
from .periods import Period, cut
from .rounds import Round
from .world import SIZE_EDGES

LONGEST_RANGE = pd.Timedelta(days=7)

RETRACTED = "withdrawn or replaced by a later version"
UNPUBLISHED = "published after as_of"
OUTSIDE = "outside history and window"
COARSE = "coarse: day or place not known"
UNATTRIBUTED = "no attribution, from a source that lists attributed incidents only"
REPEATED = "a second report of one incident by the same source"


def tabulate(round_: Round) -> Evidence:
    """Turn a round's reports into evidence.

    Raises
    ------
    InputError
        Where incidents cannot be told apart: several sources and no ``incident_id``.
    """
    periods = cut(round_.settings)
    reports = _dated(round_, periods)
    reason = _reasons(round_, reports, periods)
    usable = reports[reason == ""]
    repeated = _repeated(usable)
    reason.loc[usable.index[repeated]] = REPEATED
    usable = usable[~repeated]
    axes = _axes(round_, usable, periods)
    incidents, said = _incidents(usable, axes, round_)
    in_window = _in_window(round_, reports)
    return Evidence(
        axes=axes,
        incidents=incidents,
        said=said,
        looking=_looking(round_, axes),
        possible=_possible(round_, axes),
        included=np.ones((len(axes.regions), len(periods)), bool),
        set_aside=_set_aside(reports, reason, in_window),
        reports_in_window=(int(in_window.sum()), int(reports.loc[in_window, "victims"].sum())),
    )


def _in_window(round_: Round, reports: pd.DataFrame) -> pd.Series:
    first, last = (pd.Timestamp(day) for day in round_.settings.window)
    return reports["day"].between(first, last)


def _dated(round_: Round, periods: Sequence[Period]) -> pd.DataFrame:
    """Add ``day`` (the midpoint of a range) and ``period`` (-1 outside all of them)."""
    reports = round_.reports.reset_index(drop=True)
    length = reports["date_end"] - reports["date"]
    day = (reports["date"] + length / 2).dt.normalize()
    starts = pd.DatetimeIndex([pd.Timestamp(p.start) for p in periods])
    code = starts.searchsorted(day, side="right") - 1
    beyond = day > pd.Timestamp(periods[-1].end)
    return reports.assign(day=day, period=np.where(beyond, -1, code))


def _reasons(round_: Round, reports: pd.DataFrame, periods: Sequence[Period]) -> pd.Series:
    """Why each report cannot be used; the first reason that applies, "" where none does."""
    as_of = pd.Timestamp(round_.settings.as_of)
    attributed_only = reports["source"].map(round_.sources["coverage"]) != "all"
    rules = (
        (_withdrawn(reports), RETRACTED),
        (reports["published"] > as_of, UNPUBLISHED),
        (reports["period"] < 0, OUTSIDE),
        (_coarse(round_, reports, periods), COARSE),
        (attributed_only & (reports["attribution"] == UNKNOWN), UNATTRIBUTED),
    )
    reason = pd.Series("", index=reports.index)
    for applies, text in rules:
        reason = reason.mask(applies & (reason == ""), text)
    return reason


def _withdrawn(reports: pd.DataFrame) -> pd.Series:
    """A report is withdrawn by itself or replaced by one that was not withdrawn."""
    if "supersedes" not in reports:
        return reports["retracted"]
    standing = reports.loc[~reports["retracted"], "supersedes"].dropna()
    return reports["retracted"] | reports["report_id"].isin(set(standing))


def _coarse(round_: Round, reports: pd.DataFrame, periods: Sequence[Period]) -> pd.Series:
    starts = pd.DatetimeIndex([pd.Timestamp(p.start) for p in periods])
    first = starts.searchsorted(reports["date"], side="right")
    last = starts.searchsorted(reports["date_end"], side="right")
    crossing = pd.Series(first != last, index=reports.index)
    long = (reports["date_end"] - reports["date"] >= LONGEST_RANGE) & crossing
    nowhere = ~reports["region"].isin(round_.settings.regions)
    return long | nowhere | (reports["precision"] == "coarse")


def _repeated(reports: pd.DataFrame) -> np.ndarray:
    """All but the latest version of what one source said of one incident."""
    if reports["incident_id"].isna().all():
        return np.zeros(len(reports), bool)
    order = [c for c in ("version", "published", "row") if c in reports]
    latest = reports.sort_values(order, na_position="first").duplicated(
        ["incident_id", "source"], keep="last"
    )
    return latest.reindex(reports.index).to_numpy()


def _axes(round_: Round, reports: pd.DataFrame, periods: Sequence[Period]) -> Axes:
    organizations = round_.organizations
    texts = sorted(set(reports["attribution"]) - {UNKNOWN})
    named = {text: parse(text) for text in texts}
    alone = any(OTHER in a.organizations and not a.is_rivalry for a in named.values())
    contenders = set(round_.contenders())
    mentioned = {name for a in named.values() for name in a.organizations}
    modelled = _modelled(round_) | organizations.index.isin(mentioned)
    kept = tuple(str(i) for i in organizations.index[modelled])
    return Axes(
        organizations=kept,
        contenders=tuple(i for i in kept if i in contenders),
        has_other=alone or bool((round_.sources["coverage"] == "all").any()),
        rivalries=tuple(t for t in texts if named[t].is_rivalry or named[t].is_joint),
        regions=round_.settings.regions,
        periods=tuple(periods),
        kinds=tuple(kind.id for kind in round_.rubric.kinds if _occurs(kind.id, reports)),
        sources=round_.sources[["name", "type", "coverage", "silence", "group", "accuracy_prior"]],
        statements=(UNKNOWN, *texts),
    )


def _occurs(kind: str, reports: pd.DataFrame) -> bool:
    return bool((reports["kind"] == kind).any())


def _modelled(round_: Round) -> pd.Series:
    """Organizations scored in their own name and active at some time since history."""
    frame = round_.organizations
    first, last = pd.Timestamp(round_.settings.history), pd.Timestamp(round_.settings.window[1])
    return ~frame["roll_up"] & ~(frame["active_from"] > last) & ~(frame["active_to"] < first)


@dataclass(frozen=True)
class _Codes:
    """Axis codes of the reports, one entry a report."""

    source: np.ndarray
    statement: np.ndarray


def _incidents(
    reports: pd.DataFrame, axes: Axes, round_: Round
) -> tuple[pd.DataFrame, np.ndarray]:
    """One row an incident, and what each source said of it."""
    key = _incident_key(reports, round_)
    ordered = reports.assign(key=key).sort_values(["key", "published", "row"])
    keys, number = np.unique(ordered["key"].to_numpy(str), return_inverse=True)
    source = pd.Index(axes.sources.index).get_indexer(ordered["source"])
    statement = pd.Index(axes.statements).get_indexer(ordered["attribution"])
    said = np.full((len(keys), len(axes.sources)), SILENT, np.int64)
    said[number, source] = statement
    ids = np.full(said.shape, None, object)
    ids[number, source] = ordered["report_id"].to_numpy(object)
    frame = _agreed(ordered.assign(number=number), axes, len(keys))
    frame.insert(0, "incident_id", keys)
    frame["reports"] = pd.Series([tuple(row) for row in ids], dtype=object)
    return frame, said


def _incident_key(reports: pd.DataFrame, round_: Round) -> pd.Series:
    if not reports["incident_id"].isna().all():
        return reports["incident_id"].astype(str)
    if len(round_.sources) > 1 and reports["source"].nunique() > 1:
        raise InputError(
            [
                "reports.csv: column 'incident_id' is absent and there are "
                f"{reports['source'].nunique()} sources; which reports speak of one incident "
                "must be said until record linkage exists: give every row an incident_id"
            ]
        )
    return reports["report_id"].astype(str)


def _agreed(reports: pd.DataFrame, axes: Axes, n: int) -> pd.DataFrame:
    """Settle reports that disagree: majority, ties to the earliest published."""
    by = reports.groupby("number", sort=True)
    region = _majority(reports.assign(code=_codes(reports["region"], axes.regions)), n)
    period = _majority(reports.assign(code=reports["period"]), n)
    kind = _codes(reports["kind"], axes.kinds)
    victims = by["victims"].quantile(0.5, interpolation="higher").to_numpy().astype(np.int64)
    frame = pd.DataFrame({"region": region, "period": period})
    frame["kind"] = reports.assign(kind=kind).groupby("number")["kind"].min().to_numpy()
    frame["size"] = np.searchsorted(SIZE_EDGES, victims, side="right") - 1
    frame["victims"] = victims
    frame["victim_class"] = _classes(reports, n)
    return frame.assign(**_sides(reports, axes, victims))


def _codes(values: pd.Series, axis: tuple[str, ...]) -> np.ndarray:
    return pd.Index(axis).get_indexer(values)


def _majority(reports: pd.DataFrame, n: int) -> np.ndarray:
    """The commonest ``code`` of each incident; reports come earliest published first."""
    votes = reports.groupby(["number", "code"], sort=False).size().reset_index(name="votes")
    best = votes.sort_values("votes", ascending=False, kind="stable").drop_duplicates("number")
    return best.set_index("number")["code"].reindex(range(n)).to_numpy(np.int64)


def _classes(reports: pd.DataFrame, n: int) -> np.ndarray:
    """The commonest class that is known; "unknown" is missing, never a true class."""
    known = reports[reports["victim_class"] != "unknown"]
    names, code = np.unique(known["victim_class"].to_numpy(str), return_inverse=True)
    votes = known.assign(code=code).groupby(["number", "code"], sort=False).size()
    best = votes.reset_index(name="votes").sort_values("votes", ascending=False, kind="stable")
    chosen = best.drop_duplicates("number")
    result = np.full(n, "unknown", object)
    result[chosen["number"].to_numpy()] = names[chosen["code"].to_numpy()]
    return result


def _sides(reports: pd.DataFrame, axes: Axes, victims: np.ndarray) -> dict[str, np.ndarray]:
    """Dead by the hand of each side, from the earliest report that counts them.

    Deaths *of* a side are the other side's doing. A count above the incident's own dead is
    cut to it, first side first.
    """
    counted = reports[(reports["deaths_a"] >= 0) & reports["attribution"].isin(axes.rivalries)]
    counted = counted[counted["deaths_a"] + counted["deaths_b"] > 0].drop_duplicates("number")
    rivalry = np.full(len(victims), -1)
    first, second = np.zeros_like(victims), np.zeros_like(victims)
    at = counted["number"].to_numpy()
    rivalry[at] = _codes(counted["attribution"], axes.rivalries)
    first[at] = np.minimum(counted["deaths_b"], victims[at])
    second[at] = np.minimum(counted["deaths_a"], victims[at] - first[at])
    return {"rivalry": rivalry, "by_first": first, "by_second": second}


def _looking(round_: Round, axes: Axes) -> np.ndarray:
    """Where and when each source's silence means something: (source, region, period, kind)."""
    shape = (len(axes.sources), len(axes.regions), len(axes.periods), len(axes.kinds))
    looking = np.zeros(shape, bool)
    for number, (_, source) in enumerate(round_.sources.iterrows()):
        if source["silence"] != "informative":
            continue
        regions = np.isin(axes.regions, source["regions"] or axes.regions)
        kinds = np.isin(axes.kinds, source["kinds"] or axes.kinds)
        periods = _active(source["from"], source["to"], axes.periods)
        looking[number] = regions[:, None, None] & periods[:, None] & kinds
    return looking


def _active(first: object, last: object, periods: Sequence[Period]) -> np.ndarray:
    """Whether any day of a period lies between two days; an open end is NaT."""
    starts = np.array([pd.Timestamp(p.start) for p in periods])
    ends = np.array([pd.Timestamp(p.end) for p in periods])
    after = np.ones(len(starts), bool) if pd.isna(first) else ends >= first
    return after & (np.ones(len(starts), bool) if pd.isna(last) else starts <= last)


def _possible(round_: Round, axes: Axes) -> np.ndarray:
    """When each author can have acted: (author, period); a rivalry where both sides could."""
    frame = round_.organizations
    by_name = {OTHER: np.ones(len(axes.periods), bool)}
    for name in frame.index:
        dates = frame.loc[name]
        doubtful = "dates" in dates["disputed"]
        active = _active(dates["active_from"], dates["active_to"], axes.periods)
        by_name[str(name)] = active | doubtful
    rows = [by_name[name] for name in axes.organizations]
    rows += [by_name[OTHER]] * axes.has_other
    for text in axes.rivalries:
        sides = [by_name[name] for name in parse(text).organizations]
        rows.append(np.logical_and.reduce(sides))
    return np.stack(rows) if rows else np.zeros((0, len(axes.periods)), bool)


def _set_aside(reports: pd.DataFrame, reason: pd.Series, in_window: pd.Series) -> pd.DataFrame:
    frame = reports.assign(reason=reason, in_window=in_window)
    columns = ["report_id", "row", "reason", "victims", "in_window"]
    return frame.loc[reason != "", columns].reset_index(drop=True)
