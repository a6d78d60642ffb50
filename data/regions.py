"""Places that a report may name: the 32 states of Mexico (ISO 3166-2) and region sets.

``column, row`` place a state on a tile map of the country, one square a state, origin at
the north-west; ``inegi`` is the two-digit code that begins every municipality code.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class State:
    """One state: its code, name, INEGI code and tile on the map."""

    id: str
    name: str
    inegi: str
    column: int
    row: int


STATES: tuple[State, ...] = (
    State("MX-AGU", "Aguascalientes", "01", 2, 2),
    State("MX-BCN", "Baja California", "02", 0, 0),
    State("MX-BCS", "Baja California Sur", "03", 0, 1),
    State("MX-CAM", "Campeche", "04", 7, 4),
    State("MX-CHH", "Chihuahua", "08", 2, 0),
    State("MX-CHP", "Chiapas", "07", 6, 5),
    State("MX-CMX", "Ciudad de México", "09", 4, 3),
    State("MX-COA", "Coahuila", "05", 3, 0),
    State("MX-COL", "Colima", "06", 1, 4),
    State("MX-DUR", "Durango", "10", 2, 1),
    State("MX-GRO", "Guerrero", "12", 3, 4),
    State("MX-GUA", "Guanajuato", "11", 3, 2),
    State("MX-HID", "Hidalgo", "13", 5, 2),
    State("MX-JAL", "Jalisco", "14", 1, 3),
    State("MX-MEX", "México", "15", 3, 3),
    State("MX-MIC", "Michoacán", "16", 2, 3),
    State("MX-MOR", "Morelos", "17", 4, 4),
    State("MX-NAY", "Nayarit", "18", 1, 2),
    State("MX-NLE", "Nuevo León", "19", 4, 0),
    State("MX-OAX", "Oaxaca", "20", 5, 4),
    State("MX-PUE", "Puebla", "21", 6, 3),
    State("MX-QUE", "Querétaro", "22", 4, 2),
    State("MX-ROO", "Quintana Roo", "23", 8, 4),
    State("MX-SIN", "Sinaloa", "25", 1, 1),
    State("MX-SLP", "San Luis Potosí", "24", 4, 1),
    State("MX-SON", "Sonora", "26", 1, 0),
    State("MX-TAB", "Tabasco", "27", 6, 4),
    State("MX-TAM", "Tamaulipas", "28", 5, 0),
    State("MX-TLA", "Tlaxcala", "29", 5, 3),
    State("MX-VER", "Veracruz", "30", 6, 2),
    State("MX-YUC", "Yucatán", "31", 8, 3),
    State("MX-ZAC", "Zacatecas", "32", 3, 1),
)
BY_ID: dict[str, State] = {state.id: state for state in STATES}
SETS: dict[str, tuple[str, ...]] = {"MX": tuple(BY_ID)}
_SAID = {"MX-MEX": "Estado de México"}
"""Among others the name of the state alone would read as the country's."""
FORMER: dict[str, str] = {"MX-DIF": "MX-CMX"}
"""Codes that ISO has withdrawn, and what they are called now."""


def current(code: str) -> str:
    """Return the code in force for a code that may be withdrawn."""
    return FORMER.get(code, code)


def country(code: str) -> str:
    """Return the country of a code: ``MX`` for ``MX-SIN``."""
    return code.split("-", 1)[0]


def countries(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the countries of the codes, each once: they say "place not known more closely"."""
    return tuple(sorted({country(code) for code in codes}))


def is_region(code: str) -> bool:
    """Whether a code may name a region: in a known country only its own codes do."""
    known = SETS.get(country(code))
    return code in known if known else bool(CODE.fullmatch(code))


def name_of(code: str) -> str:
    """Return the name that people know; the code itself where there is none."""
    if code in _SAID:
        return _SAID[code]
    return BY_ID[code].name if code in BY_ID else code
