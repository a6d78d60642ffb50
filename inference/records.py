"""What one realization reads and fills: records of arrays that its compiled loops share."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import Floats, Ints
from .told import Told


class Observed(NamedTuple):
    """The reported incidents of the window, arrays of shape (incident,), integers.

    ``pattern`` (row of the responsibilities), ``cell``, ``size`` (settled, as the likelihood
    has it), ``told`` (what the reports say of the dead), ``victim_class`` (-1 not known),
    ``counted_by`` (the author, a rivalry, whose deaths by side are known; -1), ``by_first``,
    ``by_second``, ``is_held`` (known only where silence says nothing, so that the unseen
    include it) and ``reported``, shape (incident, source).
    """

    pattern: Ints
    cell: Ints
    size: Ints
    told: Told
    victim_class: Ints
    counted_by: Ints
    by_first: Ints
    by_second: Ints
    is_held: NDArray[np.bool_]
    reported: NDArray[np.bool_]


class Places(NamedTuple):
    """Where a cell is and who an author is: see ``Division`` for ``sides`` and ``members``.

    ``region, period, kind``: shape (cell,). ``n_organizations``: the first so many of the
    members' axis are organizations, the next is ``other`` where it has an axis. ``classes``:
    position of each modelled victim class among all, -1 where none is modelled.
    """

    region: Ints
    period: Ints
    kind: Ints
    sides: Ints
    members: Ints
    n_organizations: int
    classes: Ints


class Counts(NamedTuple):
    """What is filled in; all starts at zero.

    ``incidents, victims``: (organization, kind, victim class, size); ``incidents_by_region``
    and so on: (organization, region) and (organization, period); ``incidents_by_place`` and
    ``victims_by_place``: of the roster's organizations together, never of ``other``, (region,
    kind, victim class, size); ``listed``: incidents given to organizations that a source
    reported, (source,); ``unseen_incidents``: those of ``incidents`` that nobody reported,
    (organization,); ``accuracy`` is not for ``fill``.
    """

    incidents: NDArray[np.int32]
    victims: Ints
    incidents_by_region: NDArray[np.int32]
    victims_by_region: Ints
    incidents_by_period: NDArray[np.int32]
    victims_by_period: Ints
    incidents_by_place: NDArray[np.int32]
    victims_by_place: Ints
    listed: NDArray[np.int32]
    unseen_incidents: NDArray[np.int32]
    accuracy: Floats


class Event(NamedTuple):
    """One incident: its author and what is known of it."""

    author: int
    cell: int
    size: int
    victims: int
    victim_class: int
    by_first: int
    by_second: int
