"""Names become ids, in canonical order, scored where the roster says."""

import pytest
from dtoscore.data.naming import Names

NAMES = Names(
    {"gulf": "gulf", "golfo": "gulf", "zetas": "zetas", "los zetas": "zetas", "cdn": "cdn",
     "zve": "zve", "sinaloa": "sinaloa"},
    {"cdn": "zetas", "zve": "zetas"},
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
        ("Other", "other"),
        ("other><gulf", "gulf><other"),
        ("sinaloa+gulf><zetas", "gulf+sinaloa><zetas"),
    ],
)
def test_names_become_ids_in_canonical_order(written: str, text: str) -> None:
    reading = NAMES.read(written)
    assert reading.fault == ""
    assert reading.text == text


@pytest.mark.parametrize(
    ("written", "text", "is_rivalry"),
    [
        ("cdn", "zetas", False),
        ("cdn><gulf", "gulf><zetas", True),
        ("cdn><zve", "zetas", False),
        ("cdn><zetas", "zetas", False),
        ("cdn|zve", "zetas", False),
        ("cdn|gulf", "gulf|zetas", False),
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
    ],
)
def test_faults(written: str, words: str) -> None:
    assert words in NAMES.read(written).fault
