"""The states of Mexico, their codes and their tiles."""

from dtoscore.data import regions


def test_thirty_two_states_each_with_its_own_code_and_tile() -> None:
    states = regions.STATES
    assert len(states) == 32
    assert len({state.id for state in states}) == 32
    assert sorted(state.inegi for state in states) == [f"{n:02d}" for n in range(1, 33)]
    assert len({(state.column, state.row) for state in states}) == 32
    assert [state.id for state in states] == sorted(state.id for state in states)


def test_the_map_has_north_above_and_west_left() -> None:
    tile = {state.id: state for state in regions.STATES}
    assert tile["MX-CHH"].row < tile["MX-DUR"].row < tile["MX-JAL"].row < tile["MX-CHP"].row
    assert tile["MX-BCN"].column < tile["MX-CHH"].column < tile["MX-TAM"].column
    assert tile["MX-CHP"].column < tile["MX-YUC"].column


def test_codes() -> None:
    assert regions.is_region("MX-SIN")
    assert not regions.is_region("MX-XXX")
    assert not regions.is_region("MX")
    assert regions.is_region("US-TX")
    assert regions.current("MX-DIF") == "MX-CMX"
    assert regions.countries(["MX-SIN", "US-TX", "MX-SON"]) == ("MX", "US")
    assert regions.name_of("MX-MIC") == "Michoacán"
    assert regions.name_of("US-TX") == "US-TX"
    assert regions.name_of("MX-MEX") == "Estado de México"
