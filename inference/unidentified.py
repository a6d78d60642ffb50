"""What data of one kind cannot inform, whatever they say, with the reason.

Each reason is of the reports: what no report tells. Where it is about parameters, these may have
moved all the same, by what the model assumes of the rest; ``identification`` looks.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..data.attribution import OTHER, parse
from ..data.evidence import Evidence
from ..data.problems import counted
from ..data.values import ADJUDICATED
from ..data.world import LARGEST_EVENT, SIZE_EDGES
from ..models.design import Design
from ..models.other import is_counted
from ..models.structure import NORMAL, TWO_CLASS
from .minimum import in_window
from .reported import compared

ENOUGH_SETTLED = 100
"""Adjudicated incidents with which the share of wrong names is known within ten points."""
MOST_SETTLED = 0.5
"""Share of all incidents beyond which, if adjudicated, little is left to shared errors."""
CLAIMS = ("claim_false", "claim_rival", "claim_clash", "claim_rivalry", "claim_event")
"""Parameters of who is made to look like the author."""


class Reason(NamedTuple):
    """What data of this kind do not tell, and why.

    Attributes
    ----------
    key
        Its name in the tables.
    subject
        What it is about; of a reason without parameters, all that is to be said.
    why
        What no report tells.
    of
        Parameters, or single levels of them ("detection[the-daily]"), that it is about.
    """

    key: str
    subject: str
    why: str = ""
    of: tuple[str, ...] = ()

    def keeps(self, partly: bool = False) -> str:
        """Say that it keeps its prior; but for what moved, where that is a part."""
        but = ", but for what the next lines name" if partly else ""
        return (
            f"{self.subject}: {self.why}, so it keeps its prior{but}." if self.of else self.subject
        )

    def moved(self, what: str, by: str, how: str) -> str:
        """Say of a part that it moved all the same, and by what."""
        return f"{what}: {self.why}, but {by} moved it ({how})."


def beside_reports(plan: Design) -> str:
    """What can move a parameter that no report tells of."""
    assumed = "what the model assumes of the rest"
    return f"totals and coarse records, with {assumed}," if _has_totals(plan) else assumed


def _has_totals(plan: Design) -> bool:
    found = plan.evidence.aggregates
    return plan.structure.totals and found is not None and len(found) > 0


def by_construction(plan: Design, under_other_law: str = "") -> Iterator[Reason]:
    """Name what these data cannot inform, with the reason."""
    evidence = plan.evidence
    yield Reason(
        "unseen",
        "The number of incidents that nobody reported is not fixed by any number of sources: "
        "it rests on the assumed law of how visible incidents are.",
    )
    yield Reason("visibility law", _law(plan, under_other_law))
    yield from _never_visible(plan)
    yield Reason("large events", _large_events(evidence))
    if len(plan.histories.listers) == 1:
        key = f"detection[{evidence.axes.sources.index[plan.histories.listers[0]]}]"
        why = "the silence of no other source says anything of it"
        yield Reason(key, "How much the one source whose silence counts misses", why, (key,))
    if plan.names.has_other and not _tells_other(plan):
        share = "The organizations' share of the incidents that nobody attributes"
        yield Reason("other_share", share, "no report says whose they were", ("other_share",))
    settled, named = _settled(evidence)
    if settled < min(ENOUGH_SETTLED, MOST_SETTLED * named):
        yield Reason("shared errors", _shared_errors(settled, named))
    if plan.structure.claims and not plan.structure.confusion:
        yield from _claims(plan)
    if not plan.structure.confusion:
        yield from _accuracies(evidence)
    yield from _splits(evidence)
    yield from _selections(evidence)


def _tells_other(plan: Design) -> bool:
    """Whether a source names ``other``, or a total counts everybody's violence."""
    evidence = plan.evidence
    texts = enumerate(evidence.axes.statements)
    named = {number: parse(text) for number, text in texts if number}
    codes = [n for n, said in named.items() if OTHER in said.organizations and not said.is_rivalry]
    return bool(np.isin(evidence.said, codes).any()) or is_counted(plan)


def _law(plan: Design, under_other: str) -> str:
    """Name the law of visibility that was assumed, the other one and what it says."""
    used, other, law = "the normal law", "that of two classes of incidents", TWO_CLASS
    if plan.structure.visibility != NORMAL:
        used, other, law = other, used, NORMAL
    told = f"`dtoscore alternatives ROUND --visibility {law}` gives P(worst) under both"
    return (
        f"By which law some incidents are harder to see than others for all sources: {used} is "
        f"assumed, and no number of sources tells it from {other}, which can give another number "
        f"of unreported incidents; a release is of one law. {under_other or told + '.'}"
    )


def _never_visible(plan: Design) -> Iterator[Reason]:
    if plan.structure.never_visible:
        subject = "How much of each organization's violence no source can ever see"
        yield Reason("never_visible", subject, "no report tells", ("never_visible",))


def _claims(plan: Design) -> Iterator[Reason]:
    """Say what only adjudicated incidents tell of claims, where there is none."""
    evidence = plan.evidence
    courts = (evidence.axes.sources["type"] == ADJUDICATED).to_numpy()
    settled = (evidence.said[:, courts] > 0).any(axis=1)
    reported = (evidence.said[:, ~courts] >= 0).any(axis=1)
    if not _settled(evidence)[0]:
        subject = "How often a scene points to the wrong author, and to whom"
        yield Reason("claim_false", subject, "no adjudicated incident shows a false claim", CLAIMS)
    if plan.structure.unsigned and not (settled & reported).any():
        subject = "Whether one organization's scenes can be read less often than another's"
        why = "no adjudicated incident tells, and it bears on every score"
        yield Reason("claim_unsigned", subject, why, ("claim_unsigned",))


def _accuracies(evidence: Evidence) -> Iterator[Reason]:
    """Name the sources that name somebody, and nobody else the same incidents."""
    alone = (evidence.said > 0).any(axis=0) & ~compared(evidence)
    for source in evidence.axes.sources.index[alone]:
        subject = f"How often {source} is right about who did it"
        why = "no other source names an incident that it names"
        yield Reason(f"right[{source}]", subject, why, (f"right[{source}]",))


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


def _splits(evidence: Evidence) -> Iterator[Reason]:
    for rivalry in evidence.axes.rivalries:
        if parse(rivalry).is_rivalry and not _has_one_sided(evidence, rivalry):
            key, subject = (
                f"split[{rivalry}]",
                f"Whose violence the clashes of {_sides(rivalry)} were",
            )
            yield Reason(key, subject, "no record says", (key,))
    joint = {side for text in evidence.axes.rivalries for side in parse(text).sides}
    for side in sorted(side for side in joint if len(side) > 1):
        yield Reason(
            f"shares[{'+'.join(side)}]",
            f"How violence done together by {', '.join(side)} divides among them: no record "
            "says, so every division is equally likely.",
        )


def _selections(evidence: Evidence) -> Iterator[Reason]:
    """Say how few clashes tell of their dead by side, and that they are no random sample."""
    for number, rivalry in enumerate(evidence.axes.rivalries):
        told = int(_by_side(evidence, number).sum())
        clashes = int(_names(evidence, rivalry).sum())
        if 0 < told < clashes:
            yield Reason(
                f"told by side[{rivalry}]",
                f"Over the whole history the dead are told by side in {told:,} of {clashes:,} "
                f"clashes of {_sides(rivalry)}: how far the others may have gone another way "
                "rests on a prior.",
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
