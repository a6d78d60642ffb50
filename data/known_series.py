"""What is known of published series of homicides, for rounds that are given nothing better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """What is known of a published series: its defaults, and what a user must be told.

    ``capture`` is of all violence, ``of_rest`` of what the sources that feed the series lack, ""
    where it is the same.
    """

    capture: str
    noise: float
    note: str
    of_rest: str = ""


FEDERAL = "federal-organized-crime"
"""Name of the sum of its parts, where nobody gives it another."""
FEDERAL_PARTS = tuple(
    f"presidencia_organized_crime_{part}" for part in ("executions", "shootouts", "aggressions")
)
SUMS: Mapping[str, tuple[str, ...]] = {FEDERAL: FEDERAL_PARTS}
"""Counts that are published in parts; what is known is known of the sum."""
PARTS = frozenset(part for parts in SUMS.values() for part in parts)
A_PART = Known(
    "",
    0.1,
    "the federal series come in three parts (executions, shootouts, aggressions): what share of "
    "the violence one or two of them count is not known, so that their capture is left open; name "
    "all three with --together, or give --capture",
)
KNOWN: Mapping[str, Known] = {
    "sesnsp_intentional_homicide_victims": Known(
        "0.9±0.05",
        0.1,
        "SESNSP counts victims in investigations by the month in which they were opened",
    ),
    FEDERAL: Known(
        "0.5±0.15",
        0.1,
        "the federal series count deaths that the government held to be organized crime, in three "
        "parts (executions, shootouts, aggressions) that are added up; in 2007 to 2010 together "
        "they were .32 to .59 of the homicides that INEGI registered, and .17 to .53 of those that "
        "UCDP does not itemise, which is where their capture comes from: it is of all violence, "
        "that of none of the organizations too",
        of_rest="0.4±0.15",
    ),
    "inegi_registered_homicides": Known(
        "0.9±0.05",
        0.25,
        "INEGI counts homicides by the month of registration, not of death: its figures of 2015 "
        "scatter around those of SESNSP by a fifth from state to state over the year, and by "
        "another from month to month, for which its noise stands",
    ),
}
"""In the order in which one is taken where none is named."""
UNKNOWN_SERIES = Known("0.9±0.05", 0.1, "")


def known(name: str, chosen: Sequence[str]) -> Known:
    """What is known of a series, one of the chosen or else the sum of all of them."""
    whole = [KNOWN[of] for of, parts in SUMS.items() if set(parts) == set(chosen)]
    if whole and name not in chosen:
        return whole[0]
    made_of = {name} if name in chosen else set(chosen)
    return A_PART if PARTS & made_of else KNOWN.get(name, UNKNOWN_SERIES)
