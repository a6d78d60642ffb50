"""Where each parameter lies in the flat vector, and the design's arrays, for compiled loops."""

from typing import NamedTuple

import numpy as np

from ..data.values import ADJUDICATED
from .attribution import avoided_shares
from .centring import reported_shares
from .design import SIZE_LOG_VICTIMS, Design
from .engine import Floats, Ints
from .parameters import Parameter
from .rates import IMPOSSIBLE

COVERAGE = {"all": 0, "attributed_only": 1, "contenders_only": 2}


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
    detection: int
    detection_size: int
    visibility: int
    detection_region_scale: int
    detection_region: int
    detection_kind_scale: int
    detection_kind: int
    unknown: int
    unknown_other: int
    confusion: int
    right: int
    notoriety: int
    one_sided: int
    blame_rivalry: int
    split: int
    side_concentration: int
    side_selection: int
    set_share: int


class Index(NamedTuple):
    """Numbers of levels and index arrays; see ``design`` for what they mean.

    ``names`` of pair i are ``pair_name[pair_start[i]:pair_start[i + 1]]``, each with weight
    ``pair_weight[i]``; ``pair_given`` marks statements where a source has no detection.
    """

    n_organization: int
    n_other: int
    n_rivalry: int
    n_region: int
    n_period: int
    n_kind: int
    n_size: int
    n_source: int
    n_lister: int
    n_name: int
    n_set: int
    penalty: Floats
    listers: Ints
    adjudicated: Ints
    sides: Ints
    lean: Floats
    pair_source: Ints
    pair_unknown: Ints
    pair_plain: Ints
    pair_set: Ints
    pair_given: Ints
    pair_start: Ints
    pair_name: Ints
    pair_weight: Floats
    rows: Ints
    row_rivalry: Ints
    by_first: Ints
    by_second: Ints
    coverage: Ints
    class_author: Ints
    listing_class: Ints
    contender: Floats
    spoken_share: Floats
    log_victims: Floats
    region_share: Floats
    size_share: Floats


def offsets(parameters: list[Parameter]) -> Offsets:
    """Lay the parameters out one behind the other."""
    starts, position = dict.fromkeys(Offsets._fields, -1), 0
    for parameter in parameters:
        if parameter.name in starts:
            starts[parameter.name] = position
        position += int(np.prod(parameter.shape, dtype=int))
    return Offsets(**starts)


def index(design: Design) -> Index:
    """Collect what the compiled loops need of a design."""
    names, st, h, sizes = design.names, design.statements, design.histories, design.sizes
    sources, shares = design.evidence.axes.sources, reported_shares(design)
    held = [np.nonzero(row)[0] for row in st.selection]
    weight = [row.max() or 1.0 for row in st.selection]
    given = st.given_reported & (sources["coverage"].to_numpy()[st.source] != "all")
    return Index(
        n_organization=len(names.organizations),
        n_other=int(names.has_other),
        n_rivalry=len(names.rivalries),
        n_region=sizes["region"],
        n_period=sizes["period"],
        n_kind=sizes["kind"],
        n_size=sizes["size"],
        n_source=sizes["source"],
        n_lister=len(h.listers),
        n_name=len(names.names),
        n_set=st.largest_set,
        penalty=np.where(design.possible, 0.0, IMPOSSIBLE),
        listers=_ints(h.listers),
        adjudicated=_ints(sources["type"] == ADJUDICATED),
        sides=_ints(names.sides),
        lean=np.ascontiguousarray(names.lean),
        pair_source=_ints(st.source),
        pair_unknown=_ints(st.is_unknown),
        pair_plain=_ints(st.is_plain),
        pair_set=_ints(st.set_size),
        pair_given=_ints(given),
        pair_start=_ints(np.concatenate([[0], np.cumsum([len(found) for found in held])])),
        pair_name=_ints(np.concatenate([*held, np.zeros(0, int)]) % len(names.names)),
        pair_weight=np.array(weight, float),
        rows=_ints(st.rows),
        row_rivalry=_ints(st.row_rivalry),
        by_first=_ints(st.by_first),
        by_second=_ints(st.by_second),
        coverage=_ints(sources["coverage"].map(COVERAGE)),
        class_author=_ints(h.class_author),
        listing_class=_ints(h.listing_class),
        contender=names.contender.astype(float),
        spoken_share=1.0 - avoided_shares(design),
        log_victims=SIZE_LOG_VICTIMS,
        region_share=shares.region,
        size_share=shares.size,
    )


def _ints(values: object) -> Ints:
    return np.ascontiguousarray(np.asarray(values), dtype=np.int64)
