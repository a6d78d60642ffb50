"""Names become ids, in canonical order, scored where the roster says."""

import pytest
from dtoscore.data.naming import Names
from dtoscore.data.problems import FEW_CHOICES, MOST_CHOICES, meant

NAMES = Names(
    {"gulf": "gulf", "golfo": "gulf", "zetas": "zetas", "los zetas": "zetas", "cdn": "cdn",
     "zve": "zve", "sinaloa": "sinaloa"},
    {"cdn": "zetas", "zve": "zetas"},
    frozenset({"the company"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("", ""),
        ("  ", ""),
        ("Los  ZETAS", "zetas"),
        ("zetas><golfo", "gulf><zetas"),
        ("zetas + golfo", "gulf+zetas"),
        ("zetas|Golfo|Los Zetas", "gulf|zetas"),
        ("Zetas|Los Zetas", "zetas"),
        ("zetas | ZETAS", "zetas"),
        ("Los Zetas@.25|golfo @ 0.75", "gulf@0.75|zetas@0.25"),
        ("Los Zetas@0.1|golfo@0.7|zetas@0.2", "gulf@0.7|zetas@0.3"),
        ("golfo@1", "gulf"),
        ("Other", "other"),
        ("other><gulf", "gulf><other"),
        ("sinaloa+gulf><zetas", "gulf+sinaloa><zetas"),
    ],
)
def test_names_become_ids_in_canonical_order(written: str, text: str) -> None:
    reading = NAMES.read(written)
    assert reading.fault == ""
    assert reading.text == text


@pytest.mark.parametrize("written", ["unknown", "N/A", "Desconocido", "-"])
def test_a_word_for_nobody_is_told_from_other(written: str) -> None:
    fault = NAMES.read(written).fault
    assert "leave the cell empty" in fault
    assert "Choices" not in fault


@pytest.mark.parametrize(
    "written", ["gulf, zetas", "gulf;zetas", "Golfo y Los Zetas", "gulf<>zetas"]
)
def test_two_names_in_one_cell_are_no_slip_of_one(written: str) -> None:
    fault = NAMES.read(written).fault
    assert "a clash is a><b" in fault
    assert "did you mean" not in fault


@pytest.mark.parametrize(
    ("written", "text", "is_rivalry"),
    [
        ("cdn", "zetas", False),
        ("cdn><gulf", "gulf><zetas", True),
        ("cdn><zve", "zetas", False),
        ("cdn><zetas", "zetas", False),
        ("cdn|zve", "zetas", False),
        ("cdn|gulf", "gulf|zetas", False),
        ("cdn@0.5|zve@0.5", "zetas", False),
        ("cdn@0.1|gulf@0.7|zve@0.2", "gulf@0.7|zetas@0.3", False),
        ("cdn+zve", "zetas", False),
        ("cdn+gulf><zve", "gulf><zetas", True),
        ("zetas><sinaloa+cdn", "sinaloa><zetas", True),
        ("cdn+gulf><zve+sinaloa", "gulf+zetas><sinaloa", True),
    ],
)
def test_roll_up(written: str, text: str, is_rivalry: bool) -> None:
    reading = NAMES.read(written)
    assert (reading.text, reading.is_rivalry) == (text, is_rivalry)


def test_whether_sides_were_swapped_is_said_in_ids() -> None:
    assert NAMES.read("zetas><golfo").swapped
    assert not NAMES.read("golfo><zetas").swapped
    assert NAMES.read("cdn><gulf").swapped


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("golf", "did you mean 'gulf'"),
        ("zetas><Los Zetas", "both sides"),
        ("a><b><c", "two sides"),
        ("gulf|", "empty"),
        ("gulf@0.5|zetas", "at every member of a set or at none"),
        ("gulf@0.5|zetas@0.4", "its probabilities add up to 0.9, not to 1"),
        ("gulf@1|zetas@0", "above 0"),
        ("gulf@0.4", "add up to 0.4"),
        ("gulf@0.4><zetas@0.6", "'@' mixes with neither"),
        ("gulf@0.4+zetas", "'@' mixes with neither"),
        ("golf@0.4|zetas@0.6", "did you mean 'gulf'"),
        ("the Company|gulf", "which mappings.csv divides"),
        ("the  company><gulf", "which mappings.csv divides"),
    ],
)
def test_faults(written: str, words: str) -> None:
    assert words in NAMES.read(written).fault


def test_few_choices_stand_beside_a_guess_and_many_where_there_is_none() -> None:
    choices = [f"choice-{i:03d}" for i in range(60)]
    guessed, lost = meant("choice-07", choices), meant("zzz", choices)
    assert "did you mean 'choice-0" in guessed
    assert guessed.endswith(f"and {60 - FEW_CHOICES} more")
    assert lost.endswith(f"and {60 - MOST_CHOICES} more")
