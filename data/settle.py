"""From the reports of incidents to incidents: what they agree on, and what each source said.

Reports that disagree are settled: region and period by majority, ties to the earliest
published; kind by the rubric's order; victims by the upper median; class by majority of
those that know one (docs/formats.md). The numbers of all reports stay beside the settled one.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .arrays import Ints
from .axes import SILENT, Axes
from .values import UNKNOWN_CLASS
from .world import SIZE_EDGES


def settle(reports: pd.DataFrame, axes: Axes) -> tuple[pd.DataFrame, Ints]:
    """Give one row an incident, and what each source said of it.

    Parameters
    ----------
    reports
        As ``Evidence.reports``: at most one of a source and incident, those of an incident
        in order of publication.

    Returns
    -------
    The frame of ``Evidence.incidents``, sorted by ``incident_id``, and statement codes of
    shape (incident, source).
    """
    keys, number = np.unique(reports["incident_id"].to_numpy(str), return_inverse=True)
    source = reports["source"].to_numpy(np.int64)
    said = np.full((len(keys), len(axes.sources)), SILENT, np.int64)
    said[number, source] = reports["statement"]
    ids = np.full(said.shape, None, object)
    ids[number, source] = reports["report_id"].to_numpy(object)
    frame = _agreed(reports.assign(number=number), axes, len(keys))
    frame.insert(0, "incident_id", keys)
    frame["numbers"] = _numbers(reports, number, source, len(keys))
    frame["reports"] = pd.Series([tuple(row) for row in ids], frame.index, dtype=object)
    return frame, said


def _numbers(reports: pd.DataFrame, number: Ints, source: Ints, n: int) -> pd.Series:
    """Give what each report of an incident says of the dead: (low, best, high), by source."""
    numbers: list[list[tuple[int, ...]]] = [[] for _ in range(n)]
    said = reports[["victims_low", "victims", "victims_high"]].to_numpy(np.int64).tolist()
    for row in np.lexsort([source, number]).tolist():
        numbers[number[row]].append(tuple(said[row]))
    return pd.Series([tuple(said) for said in numbers], dtype=object)


def _agreed(reports: pd.DataFrame, axes: Axes, n: int) -> pd.DataFrame:
    by = reports.groupby("number", sort=True)
    victims = by["victims"].quantile(0.5, interpolation="higher").to_numpy().astype(np.int64)
    columns = {
        "region": _majority(reports, "region", n),
        "period": _majority(reports, "period", n),
        "kind": by["kind"].min().to_numpy(np.int64),
        "size": np.searchsorted(SIZE_EDGES, victims, side="right") - 1,
        "victims": victims,
        "victims_low": by["victims_low"].min().to_numpy(np.int64),
        "victims_high": by["victims_high"].max().to_numpy(np.int64),
        "victim_class": _classes(reports, n),
        **_sides(reports, axes, victims),
    }
    return pd.DataFrame(columns)


def _majority(reports: pd.DataFrame, column: str, n: int) -> Ints:
    """Give the commonest code of each incident, of several the one that was said first."""
    votes = reports.groupby(["number", column], sort=False).size().reset_index(name="votes")
    best = votes.sort_values("votes", ascending=False, kind="stable").drop_duplicates("number")
    chosen: Ints = best.set_index("number")[column].reindex(range(n)).to_numpy(np.int64)
    return chosen


def _classes(reports: pd.DataFrame, n: int) -> NDArray[np.object_]:
    """Give the commonest class that is known; "unknown" is missing, never a true class."""
    known = reports[reports["victim_class"] != UNKNOWN_CLASS]
    names, codes = np.unique(known["victim_class"].to_numpy(str), return_inverse=True)
    numbers, place = np.unique(known["number"].to_numpy(np.int64), return_inverse=True)
    chosen = _majority(known.assign(number=place, code=codes), "code", len(numbers))
    result = np.full(n, UNKNOWN_CLASS, object)
    result[numbers] = names[chosen]
    return result


def _sides(reports: pd.DataFrame, axes: Axes, victims: Ints) -> dict[str, Ints]:
    """Count the dead by the hand of each side, from the earliest report that counts them.

    Deaths *of* a side are the other side's doing. Counts that add up to more than the incident's
    own dead are cut to them (``_within``).
    """
    place = {text: number for number, text in enumerate(axes.rivalries)}
    of_statement = np.array([place.get(text, -1) for text in axes.statements], np.int64)
    known = reports.assign(rivalry=of_statement[reports["statement"].to_numpy(np.int64)])
    given = (known["deaths_a"] >= 0) & (known["deaths_a"] + known["deaths_b"] > 0)
    counted = known[given & (known["rivalry"] >= 0)].drop_duplicates("number")
    rivalry = np.full(len(victims), -1, np.int64)
    first, second = np.zeros_like(victims), np.zeros_like(victims)
    at = counted["number"].to_numpy(np.int64)
    rivalry[at] = counted["rivalry"]
    by = counted["deaths_b"].to_numpy(np.int64), counted["deaths_a"].to_numpy(np.int64)
    first[at], second[at] = _within(victims[at], *by)
    return {"rivalry": rivalry, "by_first": first, "by_second": second}


def _within(most: Ints, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Cut both of two counts in proportion where they add up to more than ``most``.

    Each is rounded down, so that one of the dead may be nobody's in particular: given to either
    side, it would be that side's for its name.
    """
    both = first + second
    over = both > most
    one, other = (np.where(over, most * n // np.maximum(both, 1), n) for n in (first, second))
    return one, other
