"""What the data did not inform: parameters whose answer is their prior.

Some are never informed, whatever the data say; they are named with the reason. Of the others
those are listed whose posterior is nearly as wide as their prior, and in the same place.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from ..data.attribution import OTHER, parse
from ..data.evidence import Evidence
from ..data.problems import counted
from ..data.values import ADJUDICATED
from ..data.world import LARGEST_EVENT, SIZE_EDGES
from ..models.design import Design
from ..models.structure import NORMAL, TWO_CLASS
from .minimum import in_window
from .parameter_words import EVERY, about

ENOUGH_SETTLED = 100
"""With so many adjudicated incidents the share of wrong names is known within ten points,"""
MOST_SETTLED = 0.5
"""and where so large a share of all is adjudicated, little is left to shared errors."""
COLUMNS = ("parameter", "moved", "sentence")
WITH = {
    "claim_false": ("claim_rival", "claim_clash", "claim_rivalry", "claim_event"),
}
"""Parameters that the sentence about another one speaks of, too."""


def identification(moved: pd.DataFrame, plan: Design) -> pd.DataFrame:
    """List what the data did not inform, a line for each parameter at most.

    Parameters
    ----------
    moved
        Prior against posterior of every parameter, as ``movements`` gives it.

    Returns
    -------
    Columns ``parameter, moved, sentence``; first what no data of this kind can inform.
    ``moved`` is 1 - posterior sd / prior sd, at least 0, the mean of the levels that the line
    is about, and 0 where it has no draws. Of deviations, whose levels a reader does not know,
    the line of their scale speaks; where that is no parameter, one line counts them.
    """
    never = dict(by_construction(plan))
    rows = [(name, _mean(_named(moved, name)), said) for name, said in never.items()]
    covered = _covered(never)
    names = set(moved["parameter"])
    for parameter, levels in moved.groupby("parameter", sort=True):
        if parameter in covered or f"{parameter}_scale" in names - {parameter}:
            continue
        named = set(levels["dims"]) <= {"", *EVERY}
        said = levels[~_keys(levels).isin(list(covered))]
        rows += (_line if named else _block)(str(parameter), said)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"parameter": object, "moved": float, "sentence": object})


def _line(parameter: str, levels: pd.DataFrame) -> list[tuple[str, float, str]]:
    """Say of one parameter which of its levels were not informed; nothing where all were."""
    still = levels[~levels["informed"]]
    if still.empty:
        return []
    names = [str(level) for level in still["level"] if level]
    every = EVERY[str(still["dims"].iloc[0])] if len(still) == len(levels) > 1 else ""
    key = parameter if every or not names else f"{parameter}[{', '.join(names)}]"
    said = f"{about(parameter, names, every)}: the data say little, the prior is the answer"
    said += f" ({_before_and_after(still.iloc[0])})." if len(still) == 1 else "."
    return [(key, _mean(still), said)]


def _before_and_after(row: "pd.Series[float]") -> str:
    """Say a prior and a posterior by mean and standard deviation."""
    before, after = (f"{row[f'{of}mean']:.3g} ± {row[f'{of}sd']:.2g}" for of in ("prior_", ""))
    return f"prior {before}, posterior {after}"


def _block(parameter: str, levels: pd.DataFrame) -> list[tuple[str, float, str]]:
    """Count the deviations of one block that were not informed; nothing where all were."""
    still = levels[~levels["informed"]]
    if still.empty:
        return []
    said = (
        f"{about(parameter)}: of {len(still):,} of {len(levels):,} levels the data say little, "
        "the prior is the answer."
    )
    return [(parameter, _mean(still), said)]


def _covered(never: Mapping[str, str]) -> set[str]:
    return set(never) | {other for name in never for other in WITH.get(name, ())}


def _named(moved: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows of a parameter, or of one level where a name has it in brackets."""
    return moved[(moved["parameter"] == name) | (_keys(moved) == name)]


def _keys(moved: pd.DataFrame) -> "pd.Series[str]":
    return moved["parameter"] + "[" + moved["level"] + "]"


def _mean(rows: pd.DataFrame) -> float:
    return float(rows["moved"].mean()) if len(rows) else 0.0


def by_construction(plan: Design) -> Iterator[tuple[str, str]]:
    """Name what these data cannot inform, with the reason."""
    evidence = plan.evidence
    yield (
        "unseen",
        (
            "The number of incidents that nobody reported is not fixed by any number of sources: "
            "it rests on the assumed law of how visible incidents are."
        ),
    )
    yield "visibility law", _law(plan)
    if plan.structure.never_visible:
        yield "never_visible", _never_visible(plan)
    yield "large events", _large_events(evidence)
    if len(plan.histories.listers) == 1:
        source = evidence.axes.sources.index[plan.histories.listers[0]]
        yield (
            f"detection[{source}]",
            f"Only the silence of {source} says anything, so how much it misses keeps its prior.",
        )
    if plan.names.has_other and not _tells_other(plan):
        yield (
            "other_share",
            (
                "The organizations' share of the incidents that nobody attributes rests on its "
                "prior: no report says whose they were."
            ),
        )
    settled, named = _settled(evidence)
    if settled < min(ENOUGH_SETTLED, MOST_SETTLED * named):
        yield "shared errors", _shared_errors(settled, named)
    if plan.structure.claims and not plan.structure.confusion:
        yield from _claims(evidence)
    yield from _splits(evidence)
    yield from _selections(evidence)


def _tells_other(plan: Design) -> bool:
    """Whether a source names ``other``, or a total counts everybody's violence."""
    evidence, axes = plan.evidence, plan.evidence.axes
    named = {number: parse(text) for number, text in enumerate(axes.statements) if number}
    codes = [n for n, said in named.items() if OTHER in said.organizations and not said.is_rivalry]
    if np.isin(evidence.said, codes).any():
        return True
    if not plan.structure.totals or evidence.aggregates is None:
        return False
    return bool(evidence.aggregates.authors[:, axes.authors.index(OTHER)].any())


def _law(plan: Design) -> str:
    """Name the law of visibility that was assumed, and the other one."""
    used, other, law = "the normal law", "that of two classes of incidents", TWO_CLASS
    if plan.structure.visibility != NORMAL:
        used, other, law = other, used, NORMAL
    return (
        f"By which law some incidents are harder to see than others for all sources: {used} is "
        f"assumed, and no number of sources tells it from {other}, which can give another number "
        f"of unreported incidents: `dtoscore alternatives ROUND --visibility {law}` gives P(worst) "
        "under both; a release is of one law."
    )


def _never_visible(plan: Design) -> str:
    has_totals = plan.structure.totals and plan.evidence.aggregates is not None
    return (
        "How much of each organization's violence no source can ever see: no report tells, "
        "whatever the data, so it keeps its prior"
        + (", but for the little that official totals say." if has_totals else ".")
    )


def _claims(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Say what only adjudicated incidents tell of claims, where there is none."""
    courts = (evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
    settled = (evidence.said[:, courts] > 0).any(axis=1)
    reported = (evidence.said[:, ~courts] >= 0).any(axis=1)
    if not _settled(evidence)[0]:
        yield (
            "claim_false",
            (
                "How often a scene points to the wrong author, and to whom: false claims of every "
                "organization keep their prior, since no adjudicated incident shows one."
            ),
        )
    if not (settled & reported).any():
        yield (
            "claim_unsigned",
            (
                "Whether one organization's scenes can be read less often than another's: no "
                "adjudicated incident tells, so it keeps its prior, and it bears on every score."
            ),
        )


def _large_events(evidence: Evidence) -> str:
    """Count what the law of large events could be learned from in the window, and name its cap."""
    least = np.array(SIZE_EDGES)[evidence.incidents["size"].to_numpy(np.int64)]
    number = int(((least >= SIZE_EDGES[-1]) & in_window(evidence)).sum())
    told = counted(number, "incident was", "incidents were")
    return (
        f"In the window {told} reported with {SIZE_EDGES[-1]} or more dead. How many "
        "died in such incidents that nobody reported rests on an assumed law of their sizes, which "
        f"goes no further than {LARGEST_EVENT} dead."
    )


def _splits(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for rivalry in evidence.axes.rivalries:
        said = parse(rivalry)
        if said.is_rivalry and not _has_one_sided(evidence, rivalry):
            yield (
                f"split[{rivalry}]",
                (
                    f"Whose violence the clashes of {_sides(rivalry)} were: no record says, so "
                    "every split is as likely as the prior has it."
                ),
            )
    joint = {side for text in evidence.axes.rivalries for side in parse(text).sides}
    for side in sorted(side for side in joint if len(side) > 1):
        yield (
            f"shares[{'+'.join(side)}]",
            (
                f"How violence done together by {', '.join(side)} divides among them: no record "
                "says, so every division is equally likely."
            ),
        )


def _selections(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Say how few clashes tell of their dead by side, and that they are no random sample."""
    for number, rivalry in enumerate(evidence.axes.rivalries):
        told = int(_by_side(evidence, number).sum())
        clashes = int(_names(evidence, rivalry).sum())
        if 0 < told < clashes:
            yield (
                f"told by side[{rivalry}]",
                (
                    f"Over the whole history the dead are told by side in {told:,} of {clashes:,} "
                    f"clashes of {_sides(rivalry)}: how far the others may have gone another way "
                    "rests on a prior."
                ),
            )


def _sides(rivalry: str) -> str:
    return " and ".join("+".join(side) for side in parse(rivalry).sides)


def _by_side(evidence: Evidence, rivalry: int) -> np.ndarray:
    """Whether each incident is one of a rivalry and has dead by side."""
    frame = evidence.incidents
    dead = frame["by_first"] + frame["by_second"]
    return ((frame["rivalry"] == rivalry) & (dead > 0)).to_numpy()


def _names(evidence: Evidence, rivalry: str) -> np.ndarray:
    """Whether some source writes a rivalry, by incident; of one that totals alone name, none."""
    statements = list(evidence.axes.statements)
    if rivalry not in statements:
        return np.zeros(len(evidence.said), bool)
    return np.asarray((evidence.said == statements.index(rivalry)).any(axis=1))


def _has_one_sided(evidence: Evidence, rivalry: str) -> bool:
    """Whether an incident of a rivalry has dead by side, or another record of one side alone."""
    statements = list(evidence.axes.statements)
    if _by_side(evidence, evidence.axes.rivalries.index(rivalry)).any():
        return True
    sides = ["+".join(side) for side in parse(rivalry).sides]
    codes = [statements.index(side) for side in sides if side in statements]
    clash = _names(evidence, rivalry)
    return bool((clash & np.isin(evidence.said, codes).any(axis=1)).any())


def _settled(evidence: Evidence) -> tuple[int, int]:
    """Count incidents that other sources name an author of: settled by a court, and all.

    An adjudicated incident that nobody else puts a name to tests no other source.
    """
    courts = (evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
    names = evidence.said > 0  # statement 0 is "unknown"
    tested = names[:, ~courts].any(axis=1)
    return int((tested & names[:, courts].any(axis=1)).sum()), int(tested.sum())


def _shared_errors(settled: int, named: int) -> str:
    incidents = f"of the {named:,} incidents that other sources name an author of"
    error = "a wrong name that all sources repeat cannot be told from a right one"
    if not settled:
        return f"None {incidents} is adjudicated: {error}."
    verb = "is" if settled == 1 else "are"
    return f"Only {settled:,} {incidents} {verb} adjudicated: in the rest, {error}."
