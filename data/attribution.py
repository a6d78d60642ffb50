"""The grammar of an attribution: who, in the words of one report, did it.

Nothing, a side, ``side><side``, or a set ``id|id|…``; a side is ``id`` or ``id+id``
(both together). A set may be weighted, ``id@0.7|id@0.3``: one of these, with such
probabilities. ``|`` and ``@`` mix with nothing else (docs/formats.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

UNKNOWN = ""
OTHER = "other"
TOLERANCE = 1e-6
"""How far from 1 probabilities may add up: people write thirds as .333333."""
_WEIGHTED = re.compile(r"(.*?)\s*@\s*((?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?)", re.ASCII)
_DIGITS = 12
"""Decimals that are kept of probabilities that were added up: 0.1 + 0.2 is 0.3."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one report says of the author.

    Parameters
    ----------
    sides
        No side: unknown. One: that organization or coalition alone. Two: a rivalry.
    members
        The organizations of a set, "one of these"; empty where it is no set.
    weights
        Their probabilities, which add up to 1; empty where the set is not weighted.
    """

    sides: tuple[tuple[str, ...], ...] = ()
    members: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def organizations(self) -> tuple[str, ...]:
        """Every organization named, sorted, each once."""
        named = {name for side in self.sides for name in side} | set(self.members)
        return tuple(sorted(named))

    @property
    def is_rivalry(self) -> bool:
        """Whether two sides are named."""
        return len(self.sides) == 2

    @property
    def is_joint(self) -> bool:
        """Whether one coalition is named alone."""
        return len(self.sides) == 1 and len(self.sides[0]) > 1

    def __str__(self) -> str:
        """Write it canonically: members, and the sides themselves, in alphabetical order."""
        if self.weights:
            pairs = zip(self.members, self.weights, strict=True)
            return "|".join(f"{member}@{weight!r}" for member, weight in pairs)
        if self.members:
            return "|".join(self.members)
        return "><".join("+".join(side) for side in self.sides)


def parse(text: str) -> Attribution:
    """Read an attribution and put it into canonical order.

    Raises
    ------
    ValueError
        Where the text breaks the grammar; the message is a clause that says how.
    """
    text = text.strip()
    if not text:
        return Attribution()
    if "|" in text or (_WEIGHTED.fullmatch(text) and not re.search("[><+]", text)):
        return _parse_set(text)
    sides = tuple(_parse_side(part) for part in text.split("><"))
    if len(sides) > 2:
        raise ValueError("a rivalry has two sides")
    if len(sides) == 2 and set(sides[0]) & set(sides[1]):
        raise ValueError("an organization cannot stand on both sides")
    return Attribution(sides=tuple(sorted(sides)))


def set_of(members: Sequence[str], weights: Sequence[float] = ()) -> Attribution:
    """Make a set of organizations, of which some may be the same.

    The weights of the same one add up. A set of one is that organization alone.
    """
    names = sorted(set(members))
    if len(names) == 1:
        return Attribution(sides=((names[0],),))
    if not weights:
        return Attribution(members=tuple(names))
    parts = [[w for m, w in zip(members, weights, strict=True) if m == name] for name in names]
    added = (p[0] if len(p) == 1 else round(sum(p), _DIGITS) for p in parts)
    return Attribution(members=tuple(names), weights=tuple(added))


def is_swapped(text: str) -> bool:
    """Whether canonical order turns the two sides of a rivalry round."""
    sides = [_parse_side(part) for part in text.split("><")]
    return len(sides) == 2 and sides[1] < sides[0]


def adds_up(weights: Sequence[float]) -> bool:
    """Whether probabilities add up to 1."""
    return round(abs(sum(weights) - 1), 9) <= TOLERANCE


def _parse_set(text: str) -> Attribution:
    if ">" in text or "<" in text or "+" in text:
        raise ValueError("'|' mixes with neither '+' nor '><'")
    parts = [_parse_member(part) for part in text.split("|")]
    members = [member for member, _ in parts]
    weights = [weight for _, weight in parts if weight is not None]
    if "" in members:
        raise ValueError("a member of a set is empty")
    if weights:
        _check_weights(weights, len(members))
    return set_of(members, weights)


def _parse_member(text: str) -> tuple[str, float | None]:
    found = _WEIGHTED.fullmatch(text.strip())
    return (found[1], float(found[2])) if found else (text.strip(), None)


def _check_weights(weights: Sequence[float], n_members: int) -> None:
    if len(weights) < n_members:
        raise ValueError("a probability, a@0.7, stands at every member of a set or at none")
    if min(weights) <= 0:
        raise ValueError("a probability must be above 0")
    if not adds_up(weights):
        raise ValueError(f"its probabilities add up to {sum(weights):.6g}, not to 1")


def _parse_side(text: str) -> tuple[str, ...]:
    members = tuple(sorted({part.strip() for part in text.split("+")}))
    if "" in members:
        raise ValueError("a side is empty")
    if any(_WEIGHTED.fullmatch(member) for member in members):
        raise ValueError("'@' mixes with neither '+' nor '><'; a probability stands in a set")
    return members
