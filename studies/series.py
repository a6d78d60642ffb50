"""Official series beside one another and beside UCDP: what captures and noises rest on.

``python -m dtoscore.studies.series TOTALS GED --out docs/evidence`` reads the file of official
series by state and month and the GED table, and writes ``series.md``: which share of the homicides
that INEGI registered the federal series count, and of those that UCDP does not itemise; how far
INEGI and SESNSP part; where UCDP itemises more dead than the federal count has. No model is fitted.
"""

import argparse
import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from ..data.known_series import FEDERAL_PARTS
from ..data.readers import read_round
from ..data.ucdp import import_ucdp
from .recovery_table import joined, markdown

INEGI, SESNSP = "inegi_registered_homicides", "sesnsp_intentional_homicide_victims"
FEDERAL_YEARS, COMMON_YEAR = range(2007, 2011), 2015
MANY_A_YEAR, MANY_A_MONTH = 480, 40
"""Dead of a state beyond which its figures are compared: with fewer, chance is most of it."""
CELL = ["region", "year", "month"]
ABOUT = (
    "Real data, no model: `python -m dtoscore.studies.series TOTALS GED --out docs/evidence`. What "
    "captures and noises of [methods](../methods.md) rest on."
)
COMPARED = (
    f"States with more than {MANY_A_YEAR} dead, state-months with more than {MANY_A_MONTH} in the "
    "mean of both, each state's two yearly sums made equal; noise by month: what they part by "
    "beyond two Poisson counts, relative to their mean."
)


def by_month(series: pd.DataFrame, *names: str) -> pd.Series:
    """Deaths that some series count together, by state and month."""
    return series[series["series"].isin(names)].groupby(CELL)["count"].sum()


def itemised(ged: Path, year: int) -> pd.Series:
    """Dead of the incidents that UCDP itemises in a year, by state and month."""
    days = dt.date(year, 1, 1), dt.date(year, 12, 31)
    with TemporaryDirectory() as folder:
        import_ucdp(ged, Path(folder), days, days[0])
        reports = read_round(Path(folder)).reports
    date = reports["date"].dt
    frame = reports.assign(year=date.year, month=date.month)
    return frame.groupby(CELL, observed=True)["victims"].sum()


def federal_share(
    federal: pd.Series, registered: pd.Series, listed: pd.Series
) -> dict[str, object]:
    """What the federal series are of all that INEGI registered, and of what UCDP lacks."""
    counted, whole, held = federal.sum(), registered.sum(), listed.sum()
    return {
        "federal series": f"{counted:,}",
        "INEGI": f"{whole:,}",
        "itemised by UCDP": f"{held:,}",
        "share of INEGI's": f"{counted / whole:.2f}",
        "of what UCDP lacks": f"{(counted - held) / (whole - held):.2f}",
    }


def below(federal: pd.Series, listed: pd.Series) -> dict[str, object]:
    """Count where UCDP itemises more dead than the federal series count."""
    states = (one.groupby("region").sum() for one in (listed, federal))
    return {
        "state-months with a federal figure": len(federal),
        "with incidents of UCDP": len(listed),
        "where UCDP has more": _more(listed, federal),
        "states over the year": _more(*states),
    }


def _more(listed: pd.Series, federal: pd.Series) -> int:
    return int((listed > federal.reindex(listed.index, fill_value=0)).sum())


def scatter(registered: pd.Series, opened: pd.Series) -> dict[str, float]:
    """How far the two series of all homicides part: over the year by state, and by month.

    By month each state's sums are made equal first. Of counts i and s of mean m, the variance
    beyond that of two Poisson numbers is taken relative to m, as the noise of a series is:
    √(mean of ((i − s)² − i − s) / m²); 0 where they part by less than chance.
    """
    i, s = (one.groupby("region").sum() for one in (registered, opened))
    ratio = (i / s)[s > MANY_A_YEAR]
    both = pd.concat({"i": registered, "s": opened}, axis=1).dropna()
    both["s"] *= (i / s).loc[both.index.get_level_values("region")].to_numpy()
    both = both[both.mean(axis=1) > MANY_A_MONTH]
    beyond = (both["i"] - both["s"]) ** 2 - both["i"] - both["s"]
    return {
        "states": len(ratio),
        "INEGI over SESNSP": float(ratio.mean()),
        "sd between states": float(ratio.std()),
        "state-months": len(both),
        "noise by month": float(np.sqrt(max((beyond / both.mean(axis=1) ** 2).mean(), 0.0))),
    }


def page(series: pd.DataFrame, ged: Path) -> str:
    """Write the page."""
    federal, inegi = by_month(series, *FEDERAL_PARTS), by_month(series, INEGI)
    listed = {year: itemised(ged, year) for year in FEDERAL_YEARS}
    years = [(year, federal.xs(year, level="year", drop_level=False)) for year in FEDERAL_YEARS]
    shares = [
        {"year": year, **federal_share(own, inegi.xs(year, level="year"), listed[year])}
        for year, own in years
    ]
    months = [{"year": year, **below(own, listed[year])} for year, own in years]
    common = (of.xs(COMMON_YEAR, level="year") for of in (inegi, by_month(series, SESNSP)))
    parted = {k: f"{v:g}" if v == int(v) else f"{v:.2f}" for k, v in scatter(*common).items()}
    parts = [
        "# Official series beside one another",
        ABOUT,
        "## The federal series of homicides presumed to be organized crime's",
        markdown(pd.DataFrame(shares), {}),
        "## Where UCDP itemises more dead than they count",
        markdown(pd.DataFrame(months), {}),
        f"## INEGI beside SESNSP, {COMMON_YEAR}",
        COMPARED,
        markdown(pd.DataFrame([parted]), {}),
    ]
    return joined(parts)


def main(arguments: list[str] | None = None) -> None:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(prog="python -m dtoscore.studies.series")
    parser.add_argument("totals", type=Path, help="official series by state and month, CSV")
    parser.add_argument("ged", type=Path, help="UCDP GED, CSV, plain or gzipped")
    parser.add_argument("--out", type=Path, required=True, help="folder of the page")
    given = parser.parse_args(arguments)
    (given.out / "series.md").write_text(page(pd.read_csv(given.totals), given.ged), "utf-8")


if __name__ == "__main__":
    main()
