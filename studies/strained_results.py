"""What the study of strained rounds found: coverage and its verdict, changes, regions."""

from collections.abc import Iterator

import pandas as pd

from .recovery_table import (
    INSIDE,
    LARGEST_ERROR,
    LEADERS,
    NOMINAL,
    above,
    below,
    clustered,
    coverage,
    influence,
    judging_error,
    leaders,
    percent,
)

SURE = 0.9
"""P(worst) of a leader whose error counts as a confident one."""
FEWEST_ROUNDS = 10
"""With fewer a standard error clustered by round says little, nothing where all agree."""
HELD, NOT_HELD, TOO_FEW = "held", "not held", "too few rounds"
NONE, COMPLETE, CORE = "none", "complete", "core"


def verdict(part: pd.DataFrame) -> dict[str, object]:
    """Judge one setting and model by the rule: |coverage - .9| within 2 errors of at most .025."""
    share, clustered_error = coverage(part)
    error, rounds = judging_error(clustered_error, len(part)), part["round"].nunique()
    small = rounds >= FEWEST_ROUNDS and error <= LARGEST_ERROR
    far = rounds >= FEWEST_ROUNDS and abs(share - NOMINAL) > 2.0 * error
    return {
        "rounds": rounds,
        "coverage of 90%": percent(share, clustered_error),
        "off by": _points(share - NOMINAL),
        "2 errors": f"{200 * error:.1f}",
        f"error at most {100 * LARGEST_ERROR:.1f}": "yes" if small else "no",
        "90% is": NOT_HELD if far else HELD if small else TOO_FEW,
    }


def judged(table: pd.DataFrame) -> list[dict[str, object]]:
    """One row a setting, model and choice of fits: all, and those that pass the gate."""
    return [
        {"setting": setting, "model": model, "fits": which, **verdict(chosen)}
        for (setting, model), part in table.groupby(["setting", "model"], sort=False)
        for which, chosen in (("all", part), ("that pass the gate", part[part["passed"]]))
        if len(chosen)
    ]


def settings(table: pd.DataFrame) -> list[dict[str, object]]:
    """One row a setting and model: where the truth lies, how wide intervals are, who leads."""
    return [
        _setting(str(setting), str(model), part)
        for (setting, model), part in table.groupby(["setting", "model"], sort=False)
    ]


def _setting(setting: str, model: str, part: pd.DataFrame) -> dict[str, object]:
    lead = leaders(part)
    right = lead[LEADERS["p_worst"]] == lead["truth"]
    said = lead["P(worst) of its leader"]
    return {
        "setting": setting,
        "model": model,
        "truth above": share(above(part["position"])),
        "truth below": share(below(part["position"])),
        "median width": f"{part['width'].median():.0f}",
        **_oracle(part),
        "leader right": f"{int(right.sum())} of {len(right)}",
        "mean P(worst) said": f"{said.mean():.2f}",
        "wrong at 0.9 or more": int((said[~right] >= SURE).sum()),
    }


def _oracle(part: pd.DataFrame) -> dict[str, object]:
    """Ratio of the mean widths, and how often the oracle's interval holds the truth."""
    none: dict[str, object] = {"width over oracle's": "-", "oracle's coverage": "-"}
    if "oracle_width" not in part:
        return none
    known = part[part["oracle_width"].notna()]
    if known.empty:
        return none
    ratio = known["width"].sum() / known["oracle_width"].sum()
    return {
        "width over oracle's": f"{ratio:.2f}",
        "oracle's coverage": percent(*coverage(known, "oracle_covered")),
    }


def changes(table: pd.DataFrame) -> list[dict[str, object]]:
    """Changes of coverage between fits of the same rounds: models, and settings."""
    return [
        {
            "from": f"{before[0]}, {before[1]}",
            "to": f"{after[0]}, {after[1]}",
            "rounds": rounds,
            "change of coverage": _points(change) + (f" ± {100 * error:.1f}" if rounds > 1 else ""),
        }
        for before, after in _pairs(table)
        for change, error, rounds in [paired(_of(table, *before), _of(table, *after))]
        if rounds
    ]


Fits = tuple[str, str]


def _pairs(table: pd.DataFrame) -> Iterator[tuple[Fits, Fits]]:
    """The core against the complete model, and no structure against each setting."""
    names = [str(name) for name in table["setting"].unique()]
    yield from (((name, CORE), (name, COMPLETE)) for name in names)
    for model in (COMPLETE, CORE):
        yield from (((NONE, model), (name, model)) for name in names if name != NONE)


def _of(table: pd.DataFrame, setting: str, model: str) -> pd.DataFrame:
    return table[(table["setting"] == setting) & (table["model"] == model)]


def paired(before: pd.DataFrame, after: pd.DataFrame) -> tuple[float, float, int]:
    """Change of coverage over the rounds that both have, its clustered error, and their number.

    In one round the same happens to both, so that their errors go together: the error is that of
    the difference by round, not of two shares that know nothing of each other.
    """
    common = sorted(set(before["round"]) & set(after["round"]))
    if not common:
        return float("nan"), float("nan"), 0
    (low, own), (high, other) = (
        influence(part[part["round"].isin(common)], by=("round",)) for part in (before, after)
    )
    error = clustered(other - own) if len(common) > 1 else float("nan")
    return high - low, error, len(common)


def regions(frame: pd.DataFrame) -> list[dict[str, object]]:
    """One row a setting and model: coverage, and whether P(worst region) is what it says.

    Where it is, the leading region is the truly worst as often as its P(worst) says: so many
    rounds are expected to be right, give or take the binomial error of these probabilities.
    """
    return [
        _of_regions(str(setting), str(model), part)
        for (setting, model), part in frame.groupby(["setting", "model"], sort=False)
    ]


def _of_regions(setting: str, model: str, part: pd.DataFrame) -> dict[str, object]:
    covered = part.assign(covered=part["position"].between(*INSIDE))
    leaders = part.loc[part.groupby("round")["p_worst"].idxmax()]
    said, right = leaders["p_worst"], leaders["worst"] > 0
    error = float((said * (1.0 - said)).sum()) ** 0.5
    return {
        "setting": setting,
        "model": model,
        "rounds": len(leaders),
        "coverage of 90%": percent(*coverage(covered)),
        "mean position": f"{part['position'].mean():.2f}",
        "leader right": f"{int(right.sum())} of {len(right)}",
        "as P(worst) says": f"{said.sum():.1f} ± {error:.1f}",
        "wrong at 0.9 or more": int((said[~right] >= SURE).sum()),
    }


def share(which: pd.Series) -> str:
    """Write a share without decimals."""
    return f"{100 * which.mean():.0f}%"


def _points(change: float) -> str:
    return f"{100 * change:+.1f}"
