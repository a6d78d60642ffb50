"""release.json: everything that a program needs (docs/formats.md, "Out: a release folder")."""

import json
from importlib import resources
from typing import Any, cast

import pandas as pd

from ..inference.series import FOUND, PARTS, UNITS
from ..inference.summary import Summary
from .roster import COMPARED, is_usable, published

SCHEMA = "dtoscore/release/1"
_NARROW = ("mean", "q05", "q95")
_QUANTILES = ("mean", "sd", "q05", "q25", "q50", "q75", "q95")


def release_document(summary: Summary) -> dict[str, Any]:
    """Arrange a Summary as release.json has it; empty keys are left out.

    A failed fit compares nobody: what would do so is null, and ``pairwise`` is left out. Where
    nobody is named rows are by name, and simple counts have no leaders.

    Returns
    -------
    dict
        Plain values; floats are not rounded yet (``canonical.canonical_json`` does).
    """
    head, summary = _head(summary), published(summary)
    body = {
        "organizations": [_organization(summary, str(i)) for i in summary.organizations.index],
        "decision": _decision(summary),
        "sources": [_source(row) for row in _records(summary.sources)],
        "series": [_of_series(row) for row in _records(summary.series)],
        "checks": [
            {"name": c.name, "verdict": c.verdict, "summary": c.summary} for c in summary.checks
        ],
        "diagnostics": _diagnostics(summary),
        "regions": [_region(row) for row in _records(summary.regions)],
        "kinds": [_kind(row) for row in _records(summary.kinds)],
        "pairwise": _pairwise(summary.pairwise) if is_usable(summary) else {},
        "baselines": _baselines(summary.baselines),
        "identification": _records(summary.identification, index=False),
        "notes": list(summary.notes),
        "input": _input(summary),
    }
    optional = {"kinds", "pairwise", "baselines", "identification", "notes", "regions", "series"}
    return head | {key: value for key, value in body.items() if value or key not in optional}


def schema() -> dict[str, Any]:
    """Read the JSON Schema of release.json that ships with the package."""
    file = resources.files(__package__) / "templates" / "release.schema.json"
    return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))


def _head(summary: Summary) -> dict[str, Any]:
    header = summary.header
    return {
        "schema": SCHEMA,
        "round": header.id,
        "title": header.title,
        "window": [header.window[0].isoformat(), header.window[1].isoformat()],
        "history": header.history.isoformat(),
        "as_of": header.as_of.isoformat(),
        "period": header.period,
        "sequence": header.sequence,
        "previous": header.previous,
        "estimand": header.estimand,
        "rubric": header.rubric,
        "seed": header.seed,
        "structure": {"left_out": list(header.left_out), "visibility": header.visibility},
        "simulated": header.is_simulated,
    }


def _organization(summary: Summary, identity: str) -> dict[str, Any]:
    row: dict[Any, Any] = summary.organizations.loc[identity].to_dict()
    document: dict[str, Any] = {
        "id": identity,
        "name": row["name"],
        "contender": bool(row["contender"]),
        "score": {key: row[key] for key in _QUANTILES},
        "incidents": {
            "reported": int(row["reported"]),
            "estimated": {k: row[f"incidents_{k}"] for k in ("mean", "q05", "q50", "q95")},
        },
    }
    if identity in summary.rank_probabilities.index:
        document |= _compared(summary, identity, row)
    return document


def _compared(summary: Summary, identity: str, row: dict[Any, Any]) -> dict[str, Any]:
    """Set a contender against the others; ``rank`` holds its mean and every probability."""
    usable = is_usable(summary)
    document: dict[str, Any] = {key: row[key] if usable else None for key in COMPARED}
    mean = document.pop("rank_mean")
    ranks = summary.rank_probabilities.loc[identity].to_numpy(float)
    rank = {"mean": mean, "probabilities": [float(p) for p in ranks]}
    return document | {"rank": rank if usable else None}


def _decision(summary: Summary) -> dict[str, Any]:
    decision = summary.decision
    return {
        "status": decision.status,
        "organization": decision.organization,
        "candidates": list(decision.candidates),
        "coverage": decision.coverage,
        "risk_limit": decision.risk_limit,
        "threshold": decision.threshold,
        "threshold_calibrated": decision.threshold_calibrated,
        "reasons": [str(reason) for reason in decision.reasons],
    }


def _diagnostics(summary: Summary) -> dict[str, Any]:
    fit = summary.diagnostics
    scores = ("rhat_max", "ess_bulk_min", "ess_tail_min")
    numbers = (*scores, "parameter_rhat_max", "parameter_ess_bulk_min", "ebfmi_min", "unseen_max")
    counts = ("divergences", "chains", "draws")
    document: dict[str, Any] = {"passed": fit.passed}
    document["failures"] = [str(failure) for failure in fit.failures]
    document |= {key: getattr(fit, key) for key in numbers}
    return document | {key: int(getattr(fit, key)) for key in counts}


def _source(row: dict[str, Any]) -> dict[str, Any]:
    document = {key: row[key] for key in ("id", "name", "type")}
    document["reports"] = int(row["reports"])
    for part in ("detection", "accuracy"):
        document[part] = {key: row[f"{part}_{key}"] for key in ("mean", "q05", "q95")}
    return document | ({"note": str(row["note"])} if row["note"] else {})


def _of_series(row: dict[str, Any]) -> dict[str, Any]:
    """What a series counts, and of its capture, share and noise what is declared and found."""
    document = {key: row[key] for key in ("id", "totals", "residual", "first", "last")}
    document["counted"] = {unit: row[unit] for unit in UNITS}
    for part in PARTS:
        document[part] = {key: row[f"{part}_{key}"] for key in FOUND}
    return document


def _region(row: dict[str, Any]) -> dict[str, Any]:
    """Of a region without a P(worst) of its own ``note`` says why, and what ranks it is null."""
    ranked = not row["note"]
    standing = {key: row[key] if ranked else None for key in ("p_worst", "p_worst_mcse")}
    return {
        "id": row["id"],
        "name": row["name"],
        "incidents": {
            "reported": int(row["reported"]),
            "estimated": {key: row[key] for key in _NARROW},
        },
        "score": {key: row[f"score_{key}"] for key in _QUANTILES},
        "share": {key: row[f"share_{key}"] for key in _NARROW},
        **standing,
        "rank": {"mean": row["rank_mean"]} if ranked else None,
        "evidence": {key: int(row[key]) for key in ("sources", "overlap")},
        "convergence": {key: row[key] for key in ("rhat", "ess_bulk", "ess_tail")},
        **({} if ranked else {"note": row["note"]}),
    }


def _kind(row: dict[str, Any]) -> dict[str, Any]:
    estimated = {key: row[key] for key in ("mean", "q05", "q95")}
    named = {key: row[key] for key in ("id", "title", "unit", "weight")}
    return named | {"reported": row["reported"], "estimated": estimated}


def _pairwise(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    table = frame.astype(float).to_dict("index")
    return {str(i): {str(k): p for k, p in row.items() if k != i} for i, row in table.items()}


def _baselines(frame: pd.DataFrame) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, rows in frame.groupby("baseline", sort=True):
        values = {
            str(k): float(v) for k, v in zip(rows["organization"], rows["value"], strict=True)
        }
        leaders = [str(k) for k in rows.loc[rows["leader"].astype(bool), "organization"]]
        document[str(name)] = {"values": values, "leaders": leaders}
    return document


def _input(summary: Summary) -> dict[str, Any]:
    counts = {
        key: value if key.endswith("share") else int(value) for key, value in summary.counts.items()
    }
    frame = summary.set_aside
    reasons = {str(r): int(n) for r, n in zip(frame["reason"], frame["reports"], strict=True)}
    # The number under counts is the sum of these; the table by reason says more.
    return counts | {"set_aside": reasons}


def _records(frame: pd.DataFrame, *, index: bool = True) -> list[dict[str, Any]]:
    if index:
        frame = frame.rename_axis(index="id").reset_index()
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
