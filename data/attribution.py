"""The grammar of an attribution: who, in the words of one report, did it.

Nothing, a side, ``side><side``, or ``id|id|…``; a side is ``id`` or ``id+id``
(both together). ``|`` mixes with nothing else (docs/formats.md).
"""

from dataclasses import dataclass

UNKNOWN = ""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one report says of the author.

    Parameters
    ----------
    sides
        No side: unknown. One: that organization or coalition alone. Two: a rivalry.
    members
        The organizations of a set, "one of these"; empty where it is no set.
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
    if "|" in text:
        return _parse_set(text)
    sides = tuple(_parse_side(part) for part in text.split("><"))
    if len(sides) > 2:
        raise ValueError("a rivalry has two sides")
    if len(sides) == 2 and set(sides[0]) & set(sides[1]):
        raise ValueError("an organization cannot stand on both sides")
    return Attribution(sides=tuple(sorted(sides)))


def is_swapped(text: str) -> bool:
    """Whether canonical order turns the two sides of a rivalry round."""
    sides = [_parse_side(part) for part in text.split("><")]
    return len(sides) == 2 and sides[1] < sides[0]


def _parse_set(text: str) -> Attribution:
    if ">" in text or "<" in text or "+" in text:
        raise ValueError("'|' mixes with neither '+' nor '><'")
    members = sorted({part.strip() for part in text.split("|")})
    if "" in members:
        raise ValueError("a member of a set is empty")
    if len(members) == 1:
        return Attribution(sides=((members[0],),))
    return Attribution(members=tuple(members))


def _parse_side(text: str) -> tuple[str, ...]:
    members = tuple(sorted({part.strip() for part in text.split("+")}))
    if "" in members:
        raise ValueError("a side is empty")
    return members
