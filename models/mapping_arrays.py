"""A design's arrays, as compiled loops read them."""

from typing import Any

import numpy as np

from . import delay, silencing
from .attribution import blame_weights, lists_organizations
from .centring import reported_shares, size_directions
from .circumstances import adjudicated, source_types
from .claims import ABSENT_BLAME, event_table, war_rest, war_shares
from .design import SIZE_LOG_VICTIMS, Design
from .kernel_runs import ints, starts
from .mapping_index import Index
from .other import is_listed
from .rates import IMPOSSIBLE
from .written import avoided_shares, goes_by_name, spoken_names


def index(design: Design) -> Index:
    """Collect what the compiled loops need of a design."""
    parts = (
        _axes(design), _authors(design), _sources(design), _statements(design), _detection(design),
        _claims(design),
    )  # fmt: skip
    return Index(**{name: value for part in parts for name, value in part.items()})


def _axes(design: Design) -> dict[str, Any]:
    names, sizes, shares = design.names, design.sizes, reported_shares(design)
    return {
        "n_organization": len(names.organizations),
        "n_other": int(names.has_other),
        "n_rivalry": len(names.rivalries),
        "n_lead": 2 * len(names.rivalries) if design.has_leads else 0,
        "n_region": sizes["region"],
        "n_period": sizes["period"],
        "n_kind": sizes["kind"],
        "n_size": sizes["size"],
        "n_class": sizes["victim_class"],
        "n_source": sizes["source"],
        "n_lister": len(design.histories.listers),
        "n_silenced_type": sizes["silenced_type"],
        "n_grouped": len(design.histories.grouped),
        "n_name": len(names.names),
        "n_set": design.statements.largest_set,
        "log_victims": SIZE_LOG_VICTIMS,
        "region_share": shares.region,
        "size_share": shares.size,
        "size_directions": size_directions(shares.size).basis,
        "war_reports": shares.wars,
        "other_reports": shares.other,
        "other_listed": float(is_listed(design)),
    }


def _authors(design: Design) -> dict[str, Any]:
    names, around = design.names, design.around
    total = np.maximum(names.member.sum(axis=1, keepdims=True), 1e-300)
    return {
        "period_offset": np.where(design.possible, 0.0, IMPOSSIBLE) + design.exposure,
        "absent": around.absent.astype(float),
        "disputed": around.disputed.astype(float),
        "member": np.ascontiguousarray(names.member),
        "member_mean": np.ascontiguousarray(names.member / total),
        "sides": ints(names.sides),
        "blame_weight": blame_weights(design),
        "roster_only": ints(lists_organizations(design)),
        "lean": np.ascontiguousarray(names.lean),
        "spoken": spoken_names(design),
        "spoken_share": 1.0 - avoided_shares(design),
    }


def _sources(design: Design) -> dict[str, Any]:
    h, frame = design.histories, design.evidence.axes.sources
    courts = adjudicated(design.evidence)
    return {
        "listers": ints(h.listers),
        "lister_type": ints(source_types(design.evidence, h.listers)[1]),
        "lister_sees": (~courts[h.listers]).astype(float),
        "informant_type": ints(design.informant_types[1]),
        "adjudicated": ints(courts),
        "is_led": ints(design.is_led),
        "partly": ints(frame["coverage"] != "all"),
        "by_name": ints(goes_by_name(design)),
    }


def _statements(design: Design) -> dict[str, Any]:
    st, coverage = design.statements, design.evidence.axes.sources["coverage"].to_numpy()
    held = [np.nonzero(row)[0] for row in st.selection]
    every = np.concatenate([*held, np.zeros(0, int)])
    weight = [row[found] for row, found in zip(st.selection, held, strict=True)]
    group_of = np.full(len(coverage), -1)
    for number, group in enumerate(st.groups):
        group_of[list(group)] = number
    return {
        "pair_source": ints(st.source),
        "pair_said": ints(st.statement),
        "pair_unknown": ints(st.is_unknown),
        "pair_plain": ints(st.is_plain),
        "pair_set": ints(st.set_size),
        "pair_given": ints(st.given_reported & (coverage[st.source] != "all")),
        "pair_start": starts([len(found) for found in held]),
        "pair_name": ints(every % len(design.names.names)),
        "pair_weight": np.concatenate([*weight, np.zeros(0)]),
        "rows": ints(st.rows),
        "row_locale": ints(st.row_locale),
        "row_rivalry": ints(st.row_rivalry),
        "by_first": ints(st.by_first),
        "by_second": ints(st.by_second),
        "group_start": starts([len(g) for g in st.groups]),
        "group_source": ints([s for group in st.groups for s in group]),
        "group_of": ints(group_of),
    }


def _detection(design: Design) -> dict[str, Any]:
    h, around = design.histories, design.around
    steps, lags = delay.in_steps(design)
    late = np.flatnonzero(around.delayed)
    position = {source: number for number, source in enumerate(late.tolist())}
    return {
        "n_epoch": around.past.shape[1],
        "covariate": np.ascontiguousarray(around.covariate[:, h.listers]),
        "silencing_event": np.ascontiguousarray(silencing.event_table(design)),
        "late": ints([position.get(s, -1) for s in h.listers.tolist()]),
        "log_days": np.log1p(around.lag_days),
        "delay_steps": np.ascontiguousarray(steps),
        "delay_lags": np.ascontiguousarray(lags),
        "nodes": h.nodes,
        "weights": h.weights,
    }


def _claims(design: Design) -> dict[str, Any]:
    classes, around = design.histories.classes, design.around
    return {
        "n_locale": len(around.locale_setting),
        "n_setting": len(around.setting_epoch),
        "by_claim": classes.by_claim,
        "reach_class": ints(classes.of_author),
        "class_author": ints(classes.author),
        "listing_class": ints(classes.of_claim),
        "class_claim": ints(classes.claim),
        "claim_event": np.ascontiguousarray(event_table(design)),
        "locale_setting": ints(around.locale_setting),
        "locale_region": ints(around.locale_region),
        "setting_epoch": ints(around.setting_epoch),
        "setting_weight": np.where(around.setting_present, 1.0, ABSENT_BLAME),
        "rivalry": np.ascontiguousarray(around.rivalry),
        "war_share": war_shares(design),
        "war_rest": war_rest(design),
    }
