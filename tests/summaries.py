"""A realistic invented Summary, for tests of the reports: no organization in it exists."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
from dtoscore.data.regions import STATES, name_of
from dtoscore.data.rubric import Kind, Rubric
from dtoscore.inference.sentences import Sentence
from dtoscore.inference.summary import (
    NOT_RUN,
    PASS,
    REVIEW,
    Check,
    Decision,
    Diagnostics,
    Header,
    Summary,
)

NAMES = {
    "alba": "Cártel del Alba",
    "bajio": "Grupo Bajío",
    "costa": "Cártel de la Costa Grande",
    "dorada": "La Dorada",
    "ebano": "Los Ébano",
    "faro": "Federación del Faro",
    "granito": "Los del Granito Unidos",
    "halcon": "Organización Halcón (Nueva Generación)",
}
SCALES = np.array([410.0, 150.0, 345.0, 90.0, 60.0, 210.0, 35.0, 120.0])
DRAWS = 2000
SHORT = "too little evidence there"
FAR = "The R-hat of an organization's score is 1.08; at most 1.01 is accepted"


def fake_summary(
    status: str = "candidates", *, simulated: bool = True, regions: str = "MX", seed: int = 7
) -> Summary:
    """Build a Summary of eight contenders, one other organization and "other"."""
    rng = np.random.default_rng(seed)
    shrink = 6.0 if status == "designated" else 1.0
    draws = SCALES * np.exp(rng.normal(0, 0.16 / shrink, (DRAWS, len(SCALES))))
    return Summary(
        header=_header(simulated=simulated),
        decision=_decision(status, draws),
        diagnostics=_diagnostics(passed=status != "refused"),
        checks=_checks(),
        organizations=_organizations(draws),
        rank_probabilities=_rank_probabilities(draws),
        pairwise=_pairwise(draws),
        sources=_sources(),
        series=_series(),
        regions=_places(rng, regions, status),
        timeline=_timeline(rng),
        kinds=_kinds(),
        baselines=_baselines(),
        set_aside=_set_aside(),
        set_aside_rows=pd.DataFrame(
            {"report_id": ["r17", "r90"], "row": [18, 91], "reason": ["coarse place", "late"]}
        ),
        identification=_identification(),
        parameters=_parameters(),
        notes=("The default rubric was used.", "reports.csv: column 'note' is ignored."),
        counts={
            "reports": 4210, "used": 4021, "set_aside": 189, "incidents": 2633,
            "reports_in_window": 480, "incidents_in_window": 312,
            "patterns": 1410, "set_aside_victim_share": 0.061,
        },
    )  # fmt: skip


def with_name(summary: Summary, organization: str, name: str) -> Summary:
    """Replace the name of one organization."""
    frame = summary.organizations.copy()
    frame.loc[organization, "name"] = name
    return replace(summary, organizations=frame)


def settings() -> dict[str, object]:
    """Effective settings, as the command hands them over."""
    return {
        "priors": {"reporting_scale": {"family": "HalfNormal", "sd": 0.8}, "theta": [8.0, 2.0]},
        "rubric": Rubric(
            "default-1",
            (
                Kind("homicide", {"en": "Killings"}, "victims", 1.0),
                Kind("kidnapping", {"en": "Kidnappings"}, "victims", 0.4),
            ),
            {"journalist": 3.0, "community_leader": 2.0, "civilian": 1.5},
        ),
        "roster": {k: {"name": v, "contender": True} for k, v in NAMES.items()},
    }


def run_record(started: str = "2024-01-11T08:00:00Z") -> dict[str, object]:
    """Times, host and software, which may differ between two runs."""
    return {"started": started, "seconds": {"fit": 41.2}, "host": "test", "software": {}}


def _header(*, simulated: bool) -> Header:
    return Header(
        id="2023-q4",
        title="Fourth quarter 2023",
        window=(dt.date(2023, 10, 1), dt.date(2023, 12, 31)),
        history=dt.date(2022, 1, 1),
        as_of=dt.date(2024, 1, 10),
        period="month",
        sequence=4,
        previous="2023-q3",
        is_simulated=simulated,
        seed=20240110,
        rubric="default-1",
        estimand="realized score of the window: what happened, seen and unseen, by the rubric",
    )


def _decision(status: str, draws: np.ndarray) -> Decision:
    worst = np.bincount(draws.argmax(axis=1), minlength=draws.shape[1]) / len(draws)
    order = [list(NAMES)[i] for i in np.argsort(-worst, kind="stable")]
    reasons = {
        "designated": (),
        "candidates": ("check 'calibration study' is NOT RUN",),
        "no_designation": ("61% of the reported victims were set aside; the rubric allows 20%",),
        "refused": (FAR,),
        "retracted": ("P(worst) fell to 0.71; below 0.80 a designation is withdrawn",),
    }[status]
    named = order[0] if status in {"designated", "retracted"} else None
    candidates = {"designated": order[:1], "candidates": order[:2], "retracted": order[:2]}
    return Decision(
        status=status,
        organization=named,
        candidates=tuple(candidates.get(status, ())),
        coverage=0.962,
        risk_limit=0.05,
        threshold=0.99,
        threshold_calibrated=False,
        reasons=tuple(Sentence(reason) for reason in reasons),
    )


def _diagnostics(*, passed: bool) -> Diagnostics:
    table = pd.DataFrame(
        {"rhat": [1.003, np.nan], "ess_bulk": [1810.0, 1500.0], "ess_tail": [1620.0, 1300.0]},
        index=pd.Index(["score[alba]", "worst[granito]"], name="quantity"),
    )
    return Diagnostics(
        passed=passed,
        rhat_max=1.003 if passed else 1.08,
        ess_bulk_min=1500.0 if passed else 61.0,
        ess_tail_min=1300.0 if passed else 80.0,
        parameter_rhat_max=1.008,
        parameter_ess_bulk_min=549.0,
        divergences=0 if passed else 12,
        ebfmi_min=0.81,
        unseen_max=1204.0,
        chains=4,
        draws=1000,
        failures=() if passed else (Sentence(FAR),),
        table=table,
    )


def _checks() -> tuple[Check, ...]:
    table = pd.DataFrame({"left_out": ["daily_a", "daily_b"], "p_worst": [0.83, np.nan]})
    return (
        _check("sampler", PASS, "All chains agree."),
        _check("leave one source out", REVIEW, "Without daily_b the lead is smaller.", table),
        _check("calibration study", NOT_RUN, "No study covers a round like this one."),
    )


def _check(name: str, verdict: str, said: str, table: pd.DataFrame | None = None) -> Check:
    return Check(name, verdict, (Sentence(said),), table)


def _organizations(draws: np.ndarray) -> pd.DataFrame:
    share = np.array([0.12, 0.6, 0.7, 0.5, 0.4, 0.55, 0.3, 0.5])
    frame = _score_columns(draws)
    incidents = draws * 0.8
    frame.insert(0, "name", list(NAMES.values()))
    frame.insert(1, "contender", True)
    frame["reported"] = (incidents.mean(axis=0) * share).astype(int)
    frame["incidents_mean"] = incidents.mean(axis=0)
    for name, level in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
        frame[f"incidents_{name}"] = np.quantile(incidents, level, axis=0)
    worst = draws == draws.max(axis=1, keepdims=True)
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    frame["p_worst"] = worst.mean(axis=0)
    frame["p_worst_mcse"] = np.sqrt(worst.mean(axis=0) * (1 - worst.mean(axis=0)) / 1500)
    frame["rank_mean"] = ranks.mean(axis=0)
    frame["expected_loss"] = (draws.max(axis=1, keepdims=True) - draws).mean(axis=0)
    return pd.concat([frame, _bystanders(frame)])


def _score_columns(draws: np.ndarray) -> pd.DataFrame:
    columns = {"mean": draws.mean(axis=0), "sd": draws.std(axis=0)}
    for name, level in (("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95)):
        columns[name] = np.quantile(draws, level, axis=0)
    return pd.DataFrame(columns, index=pd.Index(list(NAMES), name="organization"))


def _bystanders(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.iloc[[4, 0]].copy()
    rows.index = pd.Index(["antigua", "other"], name="organization")
    rows["name"] = ["La Antigua Hermandad", "other"]
    rows["contender"] = False
    rows.loc[:, ["p_worst", "p_worst_mcse", "rank_mean", "expected_loss"]] = np.nan
    return rows


def _rank_probabilities(draws: np.ndarray) -> pd.DataFrame:
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    count = draws.shape[1]
    table = {n: (ranks == n).mean(axis=0) for n in range(1, count + 1)}
    return pd.DataFrame(table, index=pd.Index(list(NAMES), name="organization"))


def _pairwise(draws: np.ndarray) -> pd.DataFrame:
    table = (draws[:, :, None] > draws[:, None, :]).mean(axis=0)
    ids = pd.Index(list(NAMES), name="organization")
    return pd.DataFrame(table, index=ids, columns=list(NAMES))


def _sources() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["El Diario del Norte", "National list", "Court rulings"],
            "type": ["press", "government", "adjudicated"],
            "reports": [1803, 2101, 306],
            "detection_mean": [0.31, 0.44, np.nan],
            "detection_q05": [0.22, 0.35, np.nan],
            "detection_q95": [0.41, 0.55, np.nan],
            "accuracy_mean": [0.72, 0.8, 0.98],
            "accuracy_q05": [0.6, 0.71, 0.94],
            "accuracy_q95": [0.83, 0.88, 0.995],
            "note": ["", "", "its silence says nothing"],
        },
        index=pd.Index(["daily_a", "national", "courts"], name="source"),
    )


def _series() -> pd.DataFrame:
    """A federal series whose capture is declared, and coarse records of which all is known."""
    frame = pd.DataFrame(
        {
            "totals": [96, 40],
            "residual": [0, 40],
            "victims": [31020.0, 812.0],
            "incidents": [np.nan, 7.0],
            "first": ["2022-01-01", "2022-02-01"],
            "last": ["2023-12-31", "2023-11-30"],
        },
        index=pd.Index(["federal", "coarse"], name="series"),
    )
    known = {"capture": (0.9, 0.05), "share": (0.6, 0.1), "noise": (0.1, np.nan)}
    for name, (middle, sd) in known.items():
        frame[f"{name}_declared"] = [middle, np.nan]
        frame[f"{name}_declared_sd"] = [sd, np.nan]
        fixed = 0.0 if name == "noise" else 1.0
        for column, shift in (("mean", 0.01), ("q05", -0.04), ("q95", 0.05)):
            frame[f"{name}_{column}"] = [middle + shift, fixed]
    return frame


def _places(rng: np.random.Generator, regions: str, status: str) -> pd.DataFrame:
    frame = _regions(rng) if regions == "MX" else _regions(rng).iloc[:0].pipe(_elsewhere)
    if status != "refused":
        return frame
    nothing = dict.fromkeys(("p_worst", "p_worst_mcse", "rank_mean"), np.nan)
    return frame.assign(**nothing, note="the calculation did not pass its quality checks")


def _regions(rng: np.random.Generator) -> pd.DataFrame:
    """Incidents and scores by state; in the three of least violence too little is reported."""
    mean = rng.gamma(1.2, 60, len(STATES))
    frame = pd.DataFrame(
        {
            "name": [name_of(state.id) for state in STATES],
            "reported": (mean * 0.4).astype(int),
            "mean": mean,
            "q05": mean * 0.7,
            "q95": mean * 1.4,
        },
        index=pd.Index([state.id for state in STATES], name="region"),
    )
    draws = 1.3 * mean * np.exp(rng.normal(0, 0.16, (DRAWS, len(mean))))
    return _scored(frame, draws, mean.argsort().argsort() < 3)


def _scored(frame: pd.DataFrame, draws: np.ndarray, short: np.ndarray) -> pd.DataFrame:
    """Add to regions what their scores say, of those with enough evidence their standing."""
    share = draws / draws.sum(axis=1, keepdims=True)
    p = (draws == draws.max(axis=1, keepdims=True)).mean(axis=0)
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    columns = {"score_mean": draws.mean(axis=0), "score_sd": draws.std(axis=0)}
    levels = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
    columns |= {f"score_{k}": np.quantile(draws, q, axis=0) for k, q in levels.items()}
    columns |= {"share_mean": share.mean(axis=0)}
    columns |= {f"share_{k}": np.quantile(share, levels[k], axis=0) for k in ("q05", "q95")}
    standing = {
        "p_worst": p,
        "p_worst_mcse": np.sqrt(p * (1 - p) / 1500),
        "rank_mean": ranks.mean(axis=0),
    }
    columns |= {k: np.where(short, np.nan, values) for k, values in standing.items()}
    rest = {
        "sources": np.where(short, 1, 3),
        "overlap": np.where(short, 2, 40),
        "rhat": 1.002,
        "ess_bulk": 1700.0,
        "ess_tail": 1500.0,
        "note": np.where(short, SHORT, "").astype(object),
    }
    return frame.assign(**columns, **rest)


def _elsewhere(empty: pd.DataFrame) -> pd.DataFrame:
    rows = [["North", 10, 25.0, 18.0, 40.0], ["South", 4, 9.0, 5.0, 16.0]]
    index = pd.Index(["XX-N", "XX-S"], name="region")
    frame = pd.DataFrame(rows, columns=list(empty.columns[:5]), index=index)
    draws = np.exp(np.random.default_rng(8).normal([3.0, 2.0], 0.3, (DRAWS, 2)))
    return _scored(frame, draws, np.array([False, False]))


def _timeline(rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for period in ("2023-10", "2023-11", "2023-12"):
        for organization, scale in zip(NAMES, SCALES, strict=True):
            mean = float(scale * 0.8 / 3 * rng.uniform(0.7, 1.3))
            rows.append((period, organization, int(mean * 0.4), mean, mean * 0.75, mean * 1.3))
    columns = ["period", "organization", "reported", "mean", "q05", "q95"]
    return pd.DataFrame(rows, columns=columns)


def _kinds() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "title": ["Killings", "Kidnappings"],
            "unit": ["victims", "victims"],
            "weight": [1.0, 0.4],
            "reported": [900, 120],
            "mean": [2100.0, 310.0],
            "q05": [1800.0, 220.0],
            "q95": [2500.0, 420.0],
        },
        index=pd.Index(["homicide", "kidnapping"], name="kind"),
    )


def _baselines() -> pd.DataFrame:
    raw = [40.0, 72.0, 193.0, 36.0, 19.0, 92.0, 8.0, 48.0]
    rows = [
        (baseline, k, v * factor, k == "costa")
        for baseline, factor in (("raw counts", 1.0), ("majority vote", 0.9))
        for k, v in zip(NAMES, raw, strict=True)
    ]
    return pd.DataFrame(rows, columns=["baseline", "organization", "value", "leader"])


def _set_aside() -> pd.DataFrame:
    return pd.DataFrame(
        {"reason": ["coarse place", "published after the round's day"], "reports": [150, 39],
         "victims": [212, 41]}
    )  # fmt: skip


def _identification() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parameter": ["split[alba><costa]", "claim"],
            "moved": [0.03, 0.08],
            "sentence": [
                "Whose violence the clashes of alba and costa were: the data say nothing.",
                "How often scenes name the wrong author: the prior is the answer.",
            ],
        }
    )


def _parameters() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parameter": ["claim_false", "claim_false", "visibility"],
            "dims": ["plain_name", "plain_name", "lister"],
            "level": ["alba", "bajio", "daily_a"],
            "prior_mean": [0.1, 0.1, 0.8],
            "prior_sd": [0.09, 0.09, 0.6],
            "mean": [0.1, 0.11, 1.2],
            "sd": [0.09, 0.09, 0.2],
            "alone": [0.0, 0.001, 0.4],
            "moved": [0.0, 0.0, 0.67],
            "informed": [False, False, True],
        }
    )
