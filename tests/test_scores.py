"""A rubric applied to realized counts."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from dtoscore.data.errors import InputError
from dtoscore.data.rubric import Kind
from dtoscore.data.world import SIZES
from dtoscore.inference.scores import score, score_places
from realizing import RUBRIC

CLASSES = ("trafficker", "journalist", "unknown")
DIMS = ("chain", "draw", "organization", "kind", "victim_class", "size")
COORDS = {
    "chain": [0],
    "draw": [0, 1],
    "organization": ["a", "other"],
    "kind": ["homicide", "terrorism"],
    "victim_class": list(CLASSES),
    "size": list(SIZES),
}


def realized(*cells: tuple[int, str, str, str, str, int, int]) -> xr.Dataset:
    """Counts from (draw, organization, kind, class, size, incidents, victims)."""
    shape = [len(COORDS[dim]) for dim in DIMS]
    data = xr.Dataset(
        {name: (DIMS, np.zeros(shape, np.int32)) for name in ("incidents", "victims")}, COORDS
    )
    for draw, organization, kind, victim_class, size, incidents, victims in cells:
        at = {"chain": 0, "draw": draw, "organization": organization, "kind": kind,
              "victim_class": victim_class, "size": size}  # fmt: skip
        data["incidents"].loc[at] = incidents
        data["victims"].loc[at] = victims
    return data


def by_place(*cells: tuple[int, str, str, str, str, int, int]) -> xr.Dataset:
    """The same counts by region in place of organization, under the names of ``realize``."""
    there = realized(*cells).rename(organization="region")
    return there.rename(incidents="incidents_by_place", victims="victims_by_place")


def points(data: xr.Dataset, rubric=RUBRIC, organization="a", draw=0) -> float:
    return float(score(data, rubric).sel(chain=0, draw=draw, organization=organization))


def test_by_hand() -> None:
    data = realized(
        (0, "a", "homicide", "trafficker", "1", 5, 5),  # 5
        (0, "a", "homicide", "journalist", "2-3", 2, 5),  # 3 x 5 = 15
        (0, "a", "homicide", "unknown", "8+", 1, 10),  # 2 x 10 = 20
        (0, "a", "terrorism", "unknown", "0", 4, 0),  # 3 x 4 = 12
        (0, "a", "terrorism", "journalist", "8+", 1, 9),  # 3 x 3 x 2 x 1 = 18
        (1, "a", "homicide", "unknown", "1", 1, 1),
        (0, "other", "homicide", "unknown", "4-7", 1, 6),
    )
    result = score(data, RUBRIC)
    assert result.dims == ("chain", "draw", "organization")
    assert result.name == "score"
    assert points(data) == 70.0
    assert points(data, draw=1) == 1.0
    assert points(data, organization="other") == 6.0


@pytest.mark.parametrize(("edge", "expected"), [(2, 2 * 27), (4, 2 * 24 + 3), (8, 2 * 18 + 9)])
def test_large_events_begin_at_their_edge(edge: int, expected: float) -> None:
    data = realized(
        (0, "a", "homicide", "unknown", "2-3", 1, 3),
        (0, "a", "homicide", "unknown", "4-7", 1, 6),
        (0, "a", "homicide", "unknown", "8+", 2, 18),
    )
    assert points(data, replace(RUBRIC, large_victims=edge)) == expected


def test_another_rubric_needs_no_refit() -> None:
    data = realized((0, "a", "homicide", "journalist", "1", 2, 2))
    kinds = (Kind("terrorism", {}, "victims", 1.0), Kind("homicide", {}, "incidents", 5.0))
    other = replace(RUBRIC, kinds=kinds, victim_classes={})
    assert points(data, other) == 10.0


def test_a_kind_without_weight_is_refused() -> None:
    with pytest.raises(InputError, match="kind 'terrorism' is not in rubric 'tiny'"):
        score(realized(), replace(RUBRIC, kinds=RUBRIC.kinds[:1]))


def test_large_events_inside_a_bin_are_refused() -> None:
    with pytest.raises(InputError, match="begin at 5 dead, inside a size bin; choices: 2, 4, 8"):
        score(realized(), replace(RUBRIC, large_victims=5))


def test_places_by_hand() -> None:
    data = by_place(
        (0, "a", "homicide", "journalist", "2-3", 2, 5),  # 3 x 5 = 15
        (0, "a", "terrorism", "unknown", "0", 4, 0),  # 3 x 4 = 12
        (1, "other", "homicide", "trafficker", "8+", 1, 10),  # 2 x 10 = 20
    )
    result = score_places(data, RUBRIC)
    assert result.dims == ("chain", "draw", "region")
    assert result.name == "score"
    assert result.sel(chain=0).to_numpy().tolist() == [[27.0, 0.0], [0.0, 20.0]]


def test_nothing_of_no_kind_scores_nothing() -> None:
    assert score_places(by_place().isel(kind=[]), RUBRIC).to_numpy().tolist() == [[[0, 0], [0, 0]]]
