"""Who did each reported incident, and what went unreported, at one value of the parameters.

The same numbers as ``superposition.joint`` and ``unseen_share``, which stay the reference
(tests/test_responsibility.py), by the compiled loops that the sampler uses: every draw of a
posterior asks for them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..data.arrays import Floats
from ..data.errors import FitError
from ..models import joint, kernel, noise, superposition
from ..models.aggregates import background
from ..models.density import Density
from ..models.density_stages import prepared, read
from ..models.design import Design
from ..models.engine import NUMPY, Params
from ..models.kernel_layout import LayoutRef, layout


class Outcome(NamedTuple):
    """What one value of the parameters says.

    Attributes
    ----------
    responsibilities
        Cumulative weights of the (author, victim class) behind each pattern of ``every``, shape
        (pattern, author x class).
    unseen
        Expected incidents that no lister reports, shape (author, cell, size, class).
    rate
        Expected incidents, shape (cell, author).
    mass
        Expected incidents that some lister sees, shape (cell,).
    unknown, claims, confusion, set_shares
        u (source, locale, author), Φ (setting, author, claim), C (setting, source, author, name),
        η (source, set_size).
    """

    responsibilities: Floats
    unseen: Floats
    rate: Floats
    mass: Floats
    unknown: Floats
    claims: Floats
    confusion: Floats
    set_shares: Floats


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads outcomes off draws of the parameters, for one design.

    Parameters
    ----------
    plan
        The design, usually cut to the window.
    names
        Parameters that the draws have; others are as where the model lacks that part.

    Raises
    ------
    ModelError
        On use, where the draws have a parameter that the design lacks, or of another shape.
    """

    plan: Design
    names: frozenset[str]

    @cached_property
    def density(self) -> Density:
        """The loops' arrays; priors do not matter here."""
        return Density(self.plan, joint.parameters_of(self.plan, self.names))

    @cached_property
    def _layout(self) -> LayoutRef:
        return layout(self.plan, self.plan.every)

    @cached_property
    def _room(self) -> kernel.WorkspaceRef:
        return kernel.workspace(self.plan, self._layout, self.plan.sizes["victim_class"])

    def outcome(self, params: Params) -> Outcome:
        """Work out what one draw says.

        Raises
        ------
        FitError
            Where no author can have made some pattern.
        """
        values, room, lay = self.density.pack(params), self._room, self._layout
        naming, x, _ = prepared(room, values, *self.density.points, lay)
        found = Outcome(*read(room, x, lay, naming, self.plan.histories.victim_class))
        if (found.responsibilities[:, -1] > np.finfo(float).tiny).all():
            return found
        return found._replace(responsibilities=self._from_logs(params))

    def _from_logs(self, params: Params) -> Floats:
        """The same where a product leaves the range of floating-point numbers."""
        plan = self.plan
        q = superposition.quantities(params, plan, NUMPY)
        log = superposition.log_joint_by_class(q, plan, plan.every, NUMPY)
        log = log.reshape(len(log), -1)
        most = log.max(axis=1, keepdims=True)
        if not np.isfinite(most).all():
            raise FitError(
                "a draw of the parameters leaves some reported incident without an author"
            )
        return np.asarray(np.cumsum(np.exp(log - most), axis=1))

    def law(self, params: Params, outcome: Outcome) -> noise.Law:
        """What reports say of how much more, or less, happened in each month than rates say."""
        if "noise" not in params:
            return noise.known(self._blocks)
        return noise.given_reports(outcome.mass, float(params["noise"]), self._blocks)

    def background(self, params: Params) -> Floats:
        """What each total counts that is none of the organizations': M (1/s − 1).

        Shape (aggregate, 3), in E[1, V, V²]; see ``models.aggregates``.
        """
        totals = self.density.totals
        if totals is None or not totals.counts_others.any():
            return np.zeros((0 if totals is None else len(totals.found), 3))
        whole = self.density.moments(self.density.pack(params)).whole
        share = totals.of_series.values(params).share[totals.series]
        return background(whole * totals.class_share[:, None], share[:, None])

    @cached_property
    def _blocks(self) -> noise.Blocks:
        return noise.blocks(self.plan)
