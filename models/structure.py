"""Which parts the model has: one switch each, so that a reviewer can compare with and without."""

from dataclasses import dataclass, fields, replace
from typing import Any

NORMAL, TWO_CLASS = "normal", "two_class"
LAWS = (NORMAL, TWO_CLASS)
"""Laws of the visibility that all sources share (``visibility``)."""


@dataclass(frozen=True)
class Structure:
    """Which form of the model.

    A part whose switch is on is there where the evidence can carry it: copying needs a group of
    sources, delay needs days of publication, and so on.

    Attributes
    ----------
    silencing
        Detection by perpetrator and type of source (``silencing``).
    never_visible
        A share of each author's incidents that no source can see (``visibility``).
    visibility
        Law of what all sources see or miss together, one of ``LAWS``.
    groups
        Sources of one group share a visibility of their own and copy each other's names.
    copying
        Of these two, the copying of names.
    leads
        The scene of a clash shows one side as having struck, the same to all who see it
        (``attribution``).
    claims
        What the scene presents stands between author and sources (``claims``).
    unsigned
        Of claims, how rarely each organization's scenes show whose they are.
    regional_unknown
        The share that a type of source leaves unattributed differs by region, where some source
        of the type may leave any.
    favour
        A source's own leaning in whom it blames wrongly.
    classes
        Victim classes are part of an incident's mark, and detection sees them (``victims``).
    delay
        Sources report late, and recent days are not in yet (``delay``).
    events
        Silencing and false claims may shift at the dates of ``events.csv``.
    covariates
        Detection depends on ``covariates.csv``.
    exposure
        Rates are of a day: a period of few days, as a window's first or last may be, has few
        incidents (``rates``).
    presence
        Organizations act less where they are not present or disputed, and are blamed less where
        they are not present.
    noise
        A factor shared by all authors of a region and period (``noise``).
    totals
        Coarse records and official totals bound what was not itemised (``aggregates``).
    confusion
        Full confusion matrices by source, for many sources and few organizations, in place
        of accuracy and notoriety; claims are then what happened.
    plain
        The likelihood as a plain PyTensor graph, the reference, in place of the fused
        operation; slower, and open to any back end.

    Raises
    ------
    ValueError
        Where ``visibility`` is none of ``LAWS``.
    """

    silencing: bool = True
    never_visible: bool = True
    visibility: str = NORMAL
    groups: bool = True
    copying: bool = True
    leads: bool = True
    claims: bool = True
    unsigned: bool = True
    regional_unknown: bool = True
    favour: bool = True
    classes: bool = True
    delay: bool = True
    events: bool = True
    covariates: bool = True
    exposure: bool = True
    presence: bool = True
    noise: bool = True
    totals: bool = True
    confusion: bool = False
    plain: bool = False

    def __post_init__(self) -> None:
        """Refuse a law that is none: another word for one would fit the normal law."""
        if self.visibility not in LAWS:
            raise ValueError(
                f"visibility is {self.visibility!r}; it must be one of {', '.join(LAWS)}"
            )

    def without(self, *parts: str) -> "Structure":
        """The same model without some parts."""
        off: dict[str, Any] = dict.fromkeys(parts, False)
        return replace(self, **off)


PARTS: tuple[str, ...] = tuple(
    f.name for f in fields(Structure) if f.type is bool and f.name not in ("confusion", "plain")
)
"""Parts that can be left out."""
CORE = Structure().without(*PARTS)
"""The model without any extension: sources err independently given what happened and see all
authors alike; they share a visibility of each incident, and no other."""
