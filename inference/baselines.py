"""What simple counting gives on the same reports: no findings, but a reason to look closer.

Every count is over incidents of the scoring window, each once, weighted by the rubric.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..data.arrays import Floats
from ..data.attribution import OTHER
from ..data.evidence import SILENT, Evidence
from ..data.rubric import Rubric
from ..data.world import SIZE_EDGES
from .minimum import in_window
from .sentences import Sentence
from .summary import NOT_RUN, PASS, REFUSED, REVIEW, Check, Decision

BASELINES = "baselines"
"""Name of the check that compares leaders."""
RAW, MAJORITY = "raw counts", "majority vote"
COLUMNS = ("baseline", "organization", "value", "leader")
_APART = {
    (RAW,): Sentence("By raw counts another organization leads, or several are level."),
    (MAJORITY,): Sentence("By majority vote another organization leads, or several are level."),
    (RAW, MAJORITY): Sentence(
        "By raw counts and by majority vote another organization leads, or several are level."
    ),
}
"""What is said of the baselines that have another leader than the model."""
_NOTHING = {
    False: Sentence(
        "No report of the window names one contender alone, so simple counts count nothing."
    ),
    True: Sentence(
        "What reports of the window lay to one contender alone has no points, so simple counts "
        "count nothing."
    ),
}
"""Why nothing is counted, by whether anybody is named alone."""


def baselines(evidence: Evidence, rubric: Rubric) -> pd.DataFrame:
    """Count by each simple method, for contenders.

    Raw counts: the rubric on the incidents that any source attributes to an organization
    alone. Majority vote: each incident to the organization that most sources name, ties
    split; where most name ``other``, to nobody.

    Returns
    -------
    Columns ``baseline, organization, value, leader``: value in points of the rubric; leader
    is true for the highest, for all that are equally high, and for none where all are 0.
    """
    named = votes(evidence).sum(axis=1)
    points = incident_points(evidence, rubric) * in_window(evidence)
    counted = {RAW: points @ (named > 0), MAJORITY: points @ _majority(named)}
    tables = [_frame(name, value, evidence) for name, value in counted.items()]
    return pd.concat(tables, ignore_index=True)


def by_source(evidence: Evidence, rubric: Rubric) -> pd.DataFrame:
    """Apply the rubric to what each source alone attributes: index contender, columns sources."""
    said = votes(evidence)
    points = incident_points(evidence, rubric) * in_window(evidence)
    sources = [str(name) for name in evidence.axes.sources.index]
    table = {name: _contenders(points @ said[:, s], evidence) for s, name in enumerate(sources)}
    return pd.DataFrame(table, index=pd.Index(evidence.axes.contenders, name="organization"))


def votes(evidence: Evidence) -> NDArray[np.bool_]:
    """Whether a source attributes an incident to an organization alone.

    Returns
    -------
    Shape (incident, source, organization), the last organization being ``other``. Rivalries,
    coalitions and sets attribute to nobody alone.
    """
    names = [*evidence.axes.organizations, OTHER]
    alone = np.array([[text == name for name in names] for text in evidence.axes.statements])
    alone = np.concatenate([alone, np.zeros((1, len(names)), bool)])  # SILENT, -1, names nobody
    named: NDArray[np.bool_] = alone[np.where(evidence.said == SILENT, -1, evidence.said)]
    return named


def incident_points(evidence: Evidence, rubric: Rubric) -> Floats:
    """Points of each incident as it was reported, shape (incident,)."""
    frame = evidence.incidents
    kinds = {kind.id: kind for kind in rubric.kinds}
    chosen = [kinds[name] for name in evidence.axes.kinds]
    kind = frame["kind"].to_numpy(np.int64)
    weight = np.array([k.weight for k in chosen], float)[kind]
    by_victims = np.array([k.unit == "victims" for k in chosen], bool)[kind]
    number = np.where(by_victims, frame["victims"].to_numpy(float), 1.0)
    large = np.array(SIZE_EDGES)[frame["size"].to_numpy(np.int64)] >= rubric.large_victims
    by_class = frame["victim_class"].map(lambda name: rubric.victim_classes.get(name, 1.0))
    multiplier = by_class.to_numpy(float) * np.where(large, rubric.large_multiplier, 1.0)
    points: Floats = weight * number * multiplier
    return points


def baseline_check(
    evidence: Evidence, rubric: Rubric, leader: str | None, decision: Decision
) -> Check:
    """Compare the leaders of simple counts with the model's, where the model may have one.

    Parameters
    ----------
    leader
        The contender with the highest P(worst); None where there is no contender.
    """
    if leader is None:
        nobody = Sentence("There is no contender to compare simple counts with.")
        return Check(BASELINES, NOT_RUN, (nobody,))
    if decision.status == REFUSED:
        unfit = Sentence("There is no fit that may be used to compare simple counts with.")
        return Check(BASELINES, NOT_RUN, (unfit,))
    if not decision.may_order:
        unordered = Sentence(
            "Nobody is put first in this round, so simple counts put nobody first."
        )
        return Check(BASELINES, NOT_RUN, (unordered,))
    table = by_source(evidence, rubric).reset_index()
    counted = baselines(evidence, rubric)
    if not (counted["value"] > 0).any():
        return Check(BASELINES, NOT_RUN, (_NOTHING[_names_one_alone(evidence)],))
    first = counted[counted["leader"]].groupby("baseline")["organization"].agg(list)
    apart = tuple(baseline for baseline in (RAW, MAJORITY) if first.get(baseline) != [leader])
    if apart:
        return Check(BASELINES, REVIEW, (_APART[apart],), table)
    agreed = Sentence("Raw counts and majority vote lead to the model's leader.")
    return Check(BASELINES, PASS, (agreed,), table)


def _names_one_alone(evidence: Evidence) -> bool:
    """Whether some report of the window names one contender and nobody else."""
    named = votes(evidence)[in_window(evidence)].any(axis=(0, 1)).astype(float)
    return bool(_contenders(named, evidence).any())


def _majority(named: NDArray[np.int64]) -> Floats:
    """Share of each incident that goes to each organization, shape (incident, organization)."""
    most = named.max(axis=1, keepdims=True)
    top = (named == most) & (most > 0)
    share: Floats = top / np.maximum(top.sum(axis=1, keepdims=True), 1)
    return share


def _contenders(values: Floats, evidence: Evidence) -> Floats:
    axes = evidence.axes
    return values[[axes.organizations.index(name) for name in axes.contenders]]


def _frame(name: str, values: Floats, evidence: Evidence) -> pd.DataFrame:
    value = _contenders(values, evidence)
    leader = (value >= value.max(initial=0.0) * (1 - 1e-12)) & (value > 0)
    columns = (name, list(evidence.axes.contenders), value, leader)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))).astype(
        {"baseline": object, "organization": object, "value": float, "leader": bool}
    )
