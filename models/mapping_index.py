"""Where each parameter lies in the flat vector, and what compiled loops need of a design.

``mapping_arrays`` collects the latter.
"""

from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats, Ints
from ..data.errors import ModelError
from .compiled import jit
from .parameters import Parameter
from .series import OF_SERIES
from .structs import Pointer, Struct, define, register


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
    ``pair_weight``; ``pair_given`` marks statements where a source has no detection. ``n_lead``:
    two leads of every rivalry, or none (``design.has_leads``).
    """

    n_organization: int
    n_other: int
    n_rivalry: int
    n_lead: int
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
    period_offset: Floats
    absent: Floats
    disputed: Floats
    member: Floats
    member_mean: Floats
    listers: Ints
    lister_type: Ints
    lister_sees: Floats
    informant_type: Ints
    adjudicated: Ints
    is_led: Ints
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
