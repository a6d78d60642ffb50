"""Tiny evidences written incident by incident, and parameters whose meaning is plain."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from dtoscore.data.evidence import SILENT, Axes, Evidence
from dtoscore.data.periods import Period
from dtoscore.data.rubric import Kind, Rubric
from dtoscore.data.world import SIZE_EDGES
from dtoscore.models import joint
from dtoscore.models.design import Design
from dtoscore.models.priors import Priors

CERTAIN = 1 - 1e-9
PERIODS = tuple(
    Period(f"2020-0{m}", dt.date(2020, m, 1), dt.date(2020, m, 28), m > 1) for m in (1, 2, 3)
)
RUBRIC = Rubric(
    id="tiny",
    kinds=(
        Kind("homicide", {"en": "Killings"}, "victims", 1.0),
        Kind("terrorism", {"en": "Terrorism"}, "incidents", 3.0),
    ),
    victim_classes={"trafficker": 1.0, "journalist": 3.0, "unknown": 1.0},
)


@dataclass(frozen=True)
class Incident:
    """One incident: axis codes, what each source said (None: nothing), deaths by side.

    ``numbers``: (low, best, high) of each report; none: every report says ``victims``.
    """

    said: tuple[str | None, ...]
    victims: int = 1
    region: int = 0
    period: int = 1
    kind: int = 0
    victim_class: str = "unknown"
    rivalry: int = -1
    by: tuple[int, int] = (0, 0)
    numbers: tuple[tuple[int, int, int], ...] = ()

    @property
    def told(self) -> tuple[tuple[int, int, int], ...]:
        """What the reports say of the dead."""
        return self.numbers or ((self.victims,) * 3,) * sum(s is not None for s in self.said)


def evidence(
    incidents: Sequence[Incident],
    organizations: tuple[str, ...] = ("a", "b"),
    *,
    rivalries: tuple[str, ...] = (),
    has_other: bool = False,
    silence: tuple[str, ...] = ("informative",),
    regions: tuple[str, ...] = ("R0", "R1"),
    kinds: tuple[str, ...] = ("homicide", "terrorism"),
) -> Evidence:
    """Write an evidence of three periods, the last two of them scored."""
    texts = sorted({text for one in incidents for text in one.said if text})
    statements = ("", *texts)
    axes = Axes(
        organizations, organizations, has_other, rivalries, regions, PERIODS, kinds,
        _sources(silence), statements,
    )  # fmt: skip
    said = [[SILENT if t is None else statements.index(t) for t in i.said] for i in incidents]
    looking = np.array([word == "informative" for word in silence])[:, None, None, None]
    shape = (len(silence), len(regions), len(PERIODS), len(kinds))
    return Evidence(
        axes=axes,
        incidents=_table(incidents),
        said=np.array(said, np.int64).reshape(-1, len(silence)),
        looking=np.broadcast_to(looking, shape).copy(),
        possible=np.ones((len(axes.authors), len(PERIODS)), bool),
        included=np.ones((len(regions), len(PERIODS)), bool),
    )


def _sources(silence: tuple[str, ...]) -> pd.DataFrame:
    index = pd.Index([f"s{n}" for n in range(len(silence))], name="source")
    frame = pd.DataFrame({"name": index, "type": "press", "coverage": "all"}, index=index)
    return frame.assign(silence=list(silence), group=None, accuracy_prior=None, published="unknown")


def _table(incidents: Sequence[Incident]) -> pd.DataFrame:
    rows = [
        {
            "incident_id": f"i{n}",
            "region": one.region,
            "period": one.period,
            "kind": one.kind,
            "size": int(np.searchsorted(SIZE_EDGES, one.victims, side="right") - 1),
            "victims": one.victims,
            "victims_low": min((low for low, _, _ in one.told), default=one.victims),
            "victims_high": max((high for _, _, high in one.told), default=one.victims),
            "numbers": one.told,
            "victim_class": one.victim_class,
            "rivalry": one.rivalry,
            "by_first": one.by[0],
            "by_second": one.by[1],
            "reports": tuple(None if s is None else f"r{n}-{k}" for k, s in enumerate(one.said)),
        }
        for n, one in enumerate(incidents)
    ]
    return pd.DataFrame(rows)


def parameters(plan: Design, **changes: object) -> dict[str, np.ndarray]:
    """Parameters of a plain world; ``changes`` by name.

    One incident is expected of every author in e^20 cells, so that nothing is unseen; every
    source reports half of all, names somebody half the time and is right for certain; sizes
    are even.
    """
    n = plan.sizes
    values: dict[str, object] = {
        "rate_intercept": -20.0,
        "size_base": np.zeros((n["kind"], 5)),
        "detection": np.zeros(n["lister"]),
        "detection_size": np.zeros(n["lister"]),
        "visibility": np.zeros(n["lister"]),
        "unknown": np.full(n["source"], 0.5),
        "right": np.full(n["source"], CERTAIN),
    }
    if n["rivalry"]:
        values |= {
            "rivalry_intercept": -20.0,
            "size_rivalry": np.zeros(5),
            "one_sided": np.full(n["source"], 1e-9),
            "blame_rivalry": 0.1,
            "split": np.full(n["rivalry"], 0.5),
        }
    if plan.names.has_other:
        values |= {"other_share": 0.0, "size_other": np.zeros(5), "unknown_other": 0.0}
    if (plan.statements.row_rivalry >= 0).any():
        values["side_concentration"] = 5.0
        values["side_selection"] = np.zeros(n["plain_name"])
    listed = {p.name for p in joint.parameters(plan, Priors())}
    given = {name: value for name, value in values.items() if name in listed} | changes
    return {name: np.asarray(value, float) for name, value in given.items()}


def posterior(values: Mapping[str, np.ndarray], chains: int, draws: int) -> xr.Dataset:
    """The same parameters in every draw."""
    return xr.Dataset(
        {
            name: (
                ("chain", "draw", *(f"{name}_{axis}" for axis in range(value.ndim))),
                np.broadcast_to(value, (chains, draws, *value.shape)),
            )
            for name, value in values.items()
        },
        coords={"chain": np.arange(chains), "draw": np.arange(draws)},
    )
