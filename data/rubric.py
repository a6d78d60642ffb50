"""The published scoring system: weights of kinds, victim classes and large events."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of violence: its weight for each ``unit``, "victims" or "incidents"."""

    id: str
    title: dict[str, str]
    unit: str
    weight: float


@dataclass(frozen=True, slots=True)
class EvidenceMinimum:
    """Less evidence than this, and nobody is designated."""

    min_sources: int = 2
    min_overlap: int = 30
    min_adjudicated: int = 0
    max_set_aside: float = 0.2
    min_contenders: int = 2


@dataclass(frozen=True, slots=True)
class Rubric:
    """A scoring system.

    theta_k = sum over kinds of weight x sum over classes of multiplier x sum over sizes of
    L x n, with n victims or incidents by the kind's unit and L = ``large_multiplier`` for
    incidents with at least ``large_victims`` dead (a bin edge: 2, 4 or 8), else 1.
    """

    id: str
    kinds: tuple[Kind, ...]
    victim_classes: dict[str, float] = field(default_factory=dict)
    large_victims: int = 8
    large_multiplier: float = 2.0
    concentration: float = 40.0
    evidence: EvidenceMinimum = field(default_factory=EvidenceMinimum)
