"""Official series beside one another, on figures that are worked out by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dtoscore.data.known_series import FEDERAL_PARTS
from dtoscore.studies import series
from dtoscore.studies.series import INEGI, SESNSP


def counts(*rows: tuple[str, int, int]) -> pd.Series:
    """Deaths by state and month of one year."""
    frame = pd.DataFrame(rows, columns=["region", "month", "count"]).assign(year=2015)
    return frame.groupby(series.CELL)["count"].sum()


def test_parts_of_one_count_are_added_up() -> None:
    frame = pd.DataFrame({"series": ["a", "b", "c"], "region": "MX-SIN", "year": 2008, "month": 1,
                          "count": [2, 3, 50]})  # fmt: skip
    assert series.by_month(frame, "a", "b").tolist() == [5]


def test_a_share_of_the_rest_leaves_out_what_is_itemised() -> None:
    found = series.federal_share(counts(("A", 1, 60)), counts(("A", 1, 100)), counts(("A", 1, 20)))
    assert (found["share of INEGI's"], found["of what UCDP lacks"]) == ("0.60", "0.50")


def test_state_months_in_which_more_is_itemised_are_counted() -> None:
    federal = counts(("A", 1, 5), ("A", 2, 9), ("B", 1, 0))
    listed = counts(("A", 1, 6), ("A", 2, 1), ("C", 1, 1))
    found = series.below(federal, listed)
    assert (found["where UCDP has more"], found["states over the year"]) == (2, 1)


def test_noise_beyond_chance_is_recovered() -> None:
    """Counts of which one is written with a gamma factor of sd .2; and of none, 0 within error."""
    rng = np.random.default_rng(1)
    names = [f"S{n:03d}" for n in range(300)]
    cells = pd.MultiIndex.from_product([names, [2015], range(1, 13)], names=series.CELL)
    truth = rng.poisson(200, len(cells))
    opened = pd.Series(truth, cells)
    noisy = pd.Series(rng.poisson(200 * rng.gamma(25, 0.04, len(cells))), cells)
    assert series.scatter(noisy, opened)["noise by month"] == pytest.approx(0.19, abs=0.02)
    calm = pd.Series(rng.poisson(200, len(cells)), cells)
    found = series.scatter(calm, opened)
    assert not found["noise by month"] > 0.03
    assert found["INEGI over SESNSP"] == pytest.approx(1.0, abs=0.01)


def test_the_page_is_made_of_the_real_series(real_data: Path, tmp_path: Path) -> None:
    files = real_data / "mx_homicide_totals_state_month.csv", real_data / "ucdp_ged_mexico.csv.gz"
    series.main([*map(str, files), "--out", str(tmp_path)])
    page = (tmp_path / "series.md").read_text()
    assert "| 2007 | 2,826 | 8,863 | 1,557 | 0.32 | 0.17 |" in page
    assert "| 2010 | 384 | 128 | 2 | 0 |" in page
    assert {INEGI, SESNSP, *FEDERAL_PARTS} == set(pd.read_csv(files[0])["series"])
