"""From the names that reports write to organizations: aliases, lineage, canonical order."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .attribution import OTHER, UNKNOWN, is_swapped, parse, set_of
from .problems import meant, shown
from .references import NO_NAME
from .values import fold

Side = tuple[str, ...]
NOBODY = frozenset({"unknown", "n/a", "na", "none", "nobody", "desconocido", "nadie", "-", "?"})
"""Words that stand for an empty cell in many offices, folded."""
SEPARATORS = re.compile(r"[,;/&]|<>| vs\.? | and | y ", re.IGNORECASE)
"""What stands between two organizations in many offices, and in no attribution."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One written attribution as it was understood.

    Parameters
    ----------
    text
        Canonical, in ids, rolled up; "" means that nobody is named.
    swapped
        Whether canonical order turned the two sides of a rivalry round.
    is_rivalry
        Whether two sides are left.
    merged
        Whether roll-up changed who stands against whom: it was a clash inside one parent.
    fault
        The rule it breaks, as a clause; "" where it breaks none.
    """

    text: str = UNKNOWN
    swapped: bool = False
    is_rivalry: bool = False
    merged: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Names:
    """Which organization a written name means.

    Parameters
    ----------
    ids
        Folded id, name or alias to id.
    scored_under
        Organizations that are rolled up, to the one that is scored for them.
    several
        Folded names that may be several organizations, of ``mappings.csv``.
    """

    ids: Mapping[str, str]
    scored_under: Mapping[str, str] = field(default_factory=dict)
    several: frozenset[str] = frozenset()

    def find(self, name: str) -> str | None:
        """Return the id of an organization that is written in any of its ways."""
        return OTHER if fold(name) == OTHER else self.ids.get(fold(name))

    def read(self, written: str) -> Reading:
        """Understand an attribution; what is wrong with it is the reading's ``fault``."""
        try:
            said = parse(written)
            if said.members:
                members = [self.rolled(self._id(name)) for name in said.members]
                return Reading(str(set_of(members, said.weights)))
            named = self._named(written if said.is_rivalry else str(said))
            parse(named)
        except ValueError as error:
            return Reading(fault=f"{error}")
        if not named:
            return Reading()
        return self._read_sides([self._side(side.split("+")) for side in named.split("><")])

    def _read_sides(self, sides: Sequence[Side]) -> Reading:
        apart = _apart(*sides) if len(sides) == 2 else tuple(sides)
        text = "><".join("+".join(side) for side in apart)
        return Reading(
            text=str(parse(text)),
            swapped=is_swapped(text),
            is_rivalry=len(apart) == 2,
            merged=apart != tuple(sides),
        )

    def _named(self, written: str) -> str:
        """Put ids in the place of names, in the order in which they were written."""
        sides = written.strip().split("><") if written.strip() else []
        return "><".join("+".join(self._id(name) for name in s.split("+")) for s in sides)

    def _id(self, name: str) -> str:
        found = self.find(name)
        if found is None:
            raise ValueError(f"names {shown(name.strip())}, {self._stranger(name)}")
        return found

    def _stranger(self, name: str) -> str:
        """Say why a name is none of the roster, without a guess that would change its sense."""
        if fold(name) in NOBODY:
            none = f"{OTHER} is violence by none of the roster"
            return f"which is nobody: leave the cell empty ({none})"
        if fold(name) in self.several:
            return "which mappings.csv divides: it can only be the whole attribution of a report"
        parts = [part for part in SEPARATORS.split(name) if part.strip()]
        if len(parts) > 1 and all(self.find(part) for part in parts):
            return "several organizations: a clash is a><b, a coalition a+b, one of several a|b"
        choices = sorted({*self.ids.values(), OTHER})
        return f"{NO_NAME}{meant(name.strip(), choices)}"

    def rolled(self, name: str) -> str:
        """Return the organization that one is scored under, mostly itself."""
        return self.scored_under.get(name, name)

    def _side(self, members: Iterable[str]) -> Side:
        return tuple(sorted({self.rolled(name) for name in members}))


def _apart(left: Side, right: Side) -> tuple[Side, ...]:
    """Let no organization stand on both sides.

    The same on both sides: a clash inside one organization, which then acted alone.
    Shared by some: it stays where it stands with fewer others, because there its part is
    the larger; at a tie on the first side in canonical order.
    """
    shared = set(left) & set(right)
    if not shared:
        return left, right
    if left == right:
        return (left,)
    leaves_left = (len(left), left) > (len(right), right)
    if leaves_left:
        return tuple(name for name in left if name not in shared), right
    return left, tuple(name for name in right if name not in shared)
