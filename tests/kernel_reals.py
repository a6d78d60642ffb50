"""The kernel's real arrays from the formulas' quantities: what tests hold the loops to."""

from typing import Any

import numba
import numpy as np
from dtoscore.models import superposition
from dtoscore.models.design import Design
from dtoscore.models.engine import NUMPY, Array
from dtoscore.models.kernel import Reals, RealsRef
from dtoscore.models.kernel_tables import Detection, DetectionRef
from dtoscore.models.superposition import Quantities


@numba.njit
def pack_reals(record: Any) -> Any:
    """Point to ``Reals``."""
    return RealsRef(*record)


@numba.njit
def pack_detection(record: Any) -> Any:
    """Point to a ``Detection``."""
    return DetectionRef(*record)


def reals_of(q: Quantities, design: Design) -> Reals:
    """The kernel's arguments at one value of the parameters."""
    c, h = q.chances, design.histories
    listed = c.listed
    if listed is None:
        classes = len(h.classes.author), len(h.classes.claim)
        listed = np.ones((len(h.listers), len(design.around.locale_region), *classes))
    detection = Detection(
        *map(_whole, (
            c.region, c.kind, c.size, c.victim_class, c.author, c.visibility,
            c.group_visibility, c.nodes, c.weights, c.published, listed, c.mark_class,
        ))
    )  # fmt: skip
    claim = superposition.claim_classes(q, design, NUMPY)
    rest = (
        q.rate.region, q.rate.period, q.rate.kind, q.log_visible, q.log_size, q.log_class,
        claim, q.written,
    )  # fmt: skip
    return Reals(*(_whole(x) for x in rest), detection=detection)


def _whole(values: Array) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=float)
