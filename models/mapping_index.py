"""Where each parameter lies in the flat vector, and the design's arrays, for compiled loops."""

from typing import Any, NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from ..data.errors import ModelError
from . import delay, silencing
from .attribution import blame_weights, lists_organizations
from .centring import reported_shares, size_directions
from .circumstances import adjudicated, source_types
from .claims import ABSENT_BLAME, event_table, war_rest, war_shares
from .compiled import jit
from .design import SIZE_LOG_VICTIMS, Design
from .kernel_runs import ints, starts
from .other import is_listed
from .parameters import Parameter
from .rates import IMPOSSIBLE
from .series import OF_SERIES
from .structs import Pointer, Struct, define, register
from .written import avoided_shares, goes_by_name, spoken_names


class Offsets(NamedTuple):
    """First position of each parameter in the flat vector; -1 where the model has none."""

    rate_intercept: int
    rate_kind: int
    rate_region: int
    rate_period_scale: int
    rate_period: int
    rate_organization: int
    rate_organization_kind: int
    rate_organization_region: int
    rate_organization_walk_scale: int
    rate_organization_walk: int
    rivalry_intercept: int
    rivalry_kind: int
    rivalry_level: int
    rivalry_region: int
    rivalry_walk_scale: int
    rivalry_walk: int
    absence: int
    other_share: int
    other_kind: int
    other_region: int
    other_period_scale: int
    other_period: int
    size_base: int
    size_author_scale: int
    size_author: int
    size_region_scale: int
    size_region: int
    size_rivalry: int
    size_other: int
    class_base: int
    class_author_scale: int
    class_author: int
    detection: int
    detection_size: int
    visibility: int
    low_share: int
    group_visibility: int
    never_visible: int
    detection_region_scale: int
    detection_region: int
    detection_kind_scale: int
    detection_kind: int
    detection_class_scale: int
    detection_class: int
    detection_covariate: int
    silencing_scale: int
    silencing: int
    silencing_type_scale: int
    silencing_type: int
    court_selection_scale: int
    court_selection: int
    silencing_common: int
    silencing_event: int
    delay: int
    delay_shape: int
    unknown: int
    unknown_region_scale: int
    unknown_region: int
    unknown_other: int
    confusion: int
    right: int
    notoriety: int
    favour_scale: int
    favour: int
    one_sided: int
    blame_rivalry: int
    split: int
    side_concentration: int
    side_selection: int
    set_share: int
    copying: int
    claim_nobody: int
    claim_unsigned: int
    claim_false: int
    claim_rival: int
    claim_rivalry: int
    claim_clash: int
    claim_event: int


class Index(NamedTuple):
    """Numbers of levels and index arrays; see ``design`` for what they mean.

    ``names`` of pair i are ``pair_name[pair_start[i]:pair_start[i + 1]]``, with weights
    ``pair_weight``; ``pair_given`` marks statements where a source has no detection.
    """

    n_organization: int
    n_other: int
    n_rivalry: int
    n_region: int
    n_period: int
    n_kind: int
    n_size: int
    n_class: int
    n_source: int
    n_lister: int
    n_silenced_type: int
    n_grouped: int
    n_name: int
    n_set: int
    n_epoch: int
    n_locale: int
    n_setting: int
    by_claim: bool
    penalty: Floats
    absent: Floats
    disputed: Floats
    member: Floats
    member_mean: Floats
    listers: Ints
    lister_type: Ints
    lister_sees: Floats
    informant_type: Ints
    adjudicated: Ints
    sides: Ints
    lean: Floats
    pair_source: Ints
    pair_said: Ints
    pair_unknown: Ints
    pair_plain: Ints
    pair_set: Ints
    pair_given: Ints
    pair_start: Ints
    pair_name: Ints
    pair_weight: Floats
    rows: Ints
    row_locale: Ints
    row_rivalry: Ints
    by_first: Ints
    by_second: Ints
    group_start: Ints
    group_source: Ints
    group_of: Ints
    partly: Ints
    by_name: Ints
    reach_class: Ints
    class_author: Ints
    listing_class: Ints
    class_claim: Ints
    spoken: Floats
    blame_weight: Floats
    roster_only: Ints
    spoken_share: Floats
    log_victims: Floats
    region_share: Floats
    size_share: Floats
    size_directions: Floats
    war_reports: float
    other_reports: float
    other_listed: float
    covariate: Floats
    silencing_event: Floats
    claim_event: Floats
    late: Ints
    log_days: Floats
    delay_steps: Floats
    delay_lags: Floats
    locale_setting: Ints
    locale_region: Ints
    setting_epoch: Ints
    setting_weight: Floats
    rivalry: Floats
    war_share: Floats
    war_rest: Floats
    nodes: Floats
    weights: Floats


@register
class _OffsetsStruct(Struct):
    pass


class OffsetsRef(Pointer):
    """``Offsets`` as one pointer."""


define(OffsetsRef, _OffsetsStruct, Offsets)


@register
class _IndexStruct(Struct):
    pass


class IndexRef(Pointer):
    """``Index`` as one pointer."""


define(IndexRef, _IndexStruct, Index)


@jit
def _pack_offsets(record):  # type: ignore[no-untyped-def]
    return OffsetsRef(*record)


@jit
def _pack_index(record):  # type: ignore[no-untyped-def]
    return IndexRef(*record)


ELSEWHERE = frozenset({"noise", *OF_SERIES})
"""Parameters that ``tail`` reads."""


def offsets(parameters: list[Parameter]) -> Offsets:
    """Lay the parameters out one behind the other.

    Raises
    ------
    ModelError
        Where one is read nowhere: it would have a prior and do nothing.
    """
    starts, position = dict.fromkeys(Offsets._fields, -1), 0
    elsewhere = ELSEWHERE | {p.scale for p in parameters} | {p.unit for p in parameters}
    for parameter in parameters:
        if parameter.name in starts:
            starts[parameter.name] = position
        elif parameter.name not in elsewhere:
            raise ModelError(f"no compiled loop reads the parameter {parameter.name!r}")
        position += int(np.prod(parameter.shape, dtype=int))
    return Offsets(**starts)


def point(at: Offsets, ix: Index) -> tuple[OffsetsRef, IndexRef]:
    """Both as compiled loops take them."""
    return _pack_offsets(at), _pack_index(ix)


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
        "penalty": np.where(design.possible, 0.0, IMPOSSIBLE),
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
