"""What the data did not inform: parameters whose answer is their prior.

Some are informed by no report, whatever the data say (``unidentified``); they are named with the
reason, and where they moved all the same, with that. Of the others those are listed whose posterior
is nearly as wide as their prior, and in the same place.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..models.design import Design
from .movements import distance
from .parameter_words import EVERY, about
from .unidentified import Reason, beside_reports, by_construction

COLUMNS = ("parameter", "moved", "sentence")
Line = tuple[str, float, str]


def identification(moved: pd.DataFrame, plan: Design, under_other_law: str = "") -> pd.DataFrame:
    """List what the data did not inform, a line for each parameter at most.

    Parameters
    ----------
    moved
        Prior against posterior of every parameter, as ``movements`` gives it.
    under_other_law
        What the answer is under the other law of visibility, where a fit says so.

    Returns
    -------
    Columns ``parameter, moved, sentence``; first what no report can inform, with a line more for
    each parameter of these that moved: by what the model assumes of the rest. ``moved`` is
    1 - posterior sd / prior sd, at least 0, the mean of the levels that the line is about, and
    NaN where it is about no parameter. Of deviations, whose levels a reader does not know, the
    line of their scale speaks; where that is no parameter, one line counts them.
    """
    reasons = list(by_construction(plan, under_other_law))
    by = beside_reports(plan)
    rows = [line for reason in reasons for line in _reasoned(reason, moved, by)]
    covered = [name for reason in reasons for name in (reason.key, *reason.of)]
    names = set(moved["parameter"])
    for parameter, levels in moved.groupby("parameter", sort=True):
        if parameter in covered or f"{parameter}_scale" in names:
            continue
        said = levels[~_keys(levels).isin(covered)]
        rows += (_line if _is_named(levels) else _block)(str(parameter), said)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"parameter": object, "moved": float, "sentence": object})


def _reasoned(reason: Reason, moved: pd.DataFrame, by: str) -> Iterator[Line]:
    """Say what no report tells: of the levels that kept their prior, then of those that moved."""
    levels = moved[moved["parameter"].isin(reason.of) | _keys(moved).isin(reason.of)]
    informed = levels["informed"].astype(bool)
    went, still = levels[informed], levels[~informed]
    if len(still) or not len(went):
        yield reason.key, _mean(still), reason.keeps(partly=len(went) > 0)
    for parameter, some in went.groupby("parameter", sort=True):
        most = some.iloc[int(distance(some).argmax())]
        which = f"most of all {most['level']}: " if len(some) > 1 else ""
        what, how = _about(str(parameter), some, levels), which + _before_and_after(most, True)
        said = reason.moved(what, by, how)
        yield _key(str(parameter), some, levels), _mean(some), said


def _line(parameter: str, levels: pd.DataFrame) -> list[Line]:
    """Say of one parameter which of its levels were not informed; nothing where all were."""
    still = levels[~levels["informed"]]
    if still.empty:
        return []
    said = f"{_about(parameter, still, levels)}: the data say little, the prior is the answer"
    said += f" ({_before_and_after(still.iloc[0])})." if len(still) == 1 else "."
    return [(_key(parameter, still, levels), _mean(still), said)]


def _about(parameter: str, some: pd.DataFrame, levels: pd.DataFrame) -> str:
    """Say what some levels of a parameter are about."""
    return about(parameter, _names(some), _every(parameter, some, levels))


def _key(parameter: str, some: pd.DataFrame, levels: pd.DataFrame) -> str:
    names = _names(some)
    whole = not names or _every(parameter, some, levels)
    return parameter if whole else f"{parameter}[{', '.join(names)}]"


def _names(some: pd.DataFrame) -> list[str]:
    return [str(level) for level in some["level"] if level] if _is_named(some) else []


def _every(parameter: str, some: pd.DataFrame, levels: pd.DataFrame) -> str:
    """Words for all levels, where all of several are meant and have such words."""
    whole = len(some) == int((levels["parameter"] == parameter).sum()) > 1
    return EVERY.get(str(some["dims"].iloc[0]), "") if whole else ""


def _is_named(levels: pd.DataFrame) -> bool:
    return set(levels["dims"]) <= {"", *EVERY}


def _before_and_after(row: "pd.Series[float]", with_alone: bool = False) -> str:
    """Say a prior and a posterior by mean and standard deviation."""
    before, after = (f"{row[f'{of}mean']:.3g} ± {row[f'{of}sd']:.2g}" for of in ("prior_", ""))
    if not with_alone or np.isnan(row["alone"]):
        return f"prior {before}, posterior {after}"
    return f"prior {before}, posterior {after}, {row['alone']:.0%} of its precision by data alone"


def _block(parameter: str, levels: pd.DataFrame) -> list[Line]:
    """Count the deviations of one block that were not informed; nothing where all were."""
    still = levels[~levels["informed"]]
    if still.empty:
        return []
    said = (
        f"{about(parameter)}: of {len(still):,} of {len(levels):,} levels the data say little, "
        "the prior is the answer."
    )
    return [(parameter, _mean(still), said)]


def _keys(moved: pd.DataFrame) -> "pd.Series[str]":
    return moved["parameter"] + "[" + moved["level"] + "]"


def _mean(rows: pd.DataFrame) -> float:
    return float(rows["moved"].mean()) if len(rows) else float("nan")
