"""What truly happened in a simulated round, by organization and by place, and its score.

Rivalries and coalitions are divided here, once, into what each organization did.
"""

import numpy as np
import pandas as pd

from .arrays import Ints
from .attribution import OTHER, parse
from .errors import InputError
from .rubric import Rubric
from .statements import Lexicon
from .world import Flags

PIECE_TYPES = {"incident": "int64", "organization": "str", "incidents": "int64", "victims": "int64"}


def divide_deaths(
    rng: np.random.Generator, lexicon: Lexicon, author: Ints, victims: Ints, counted: Flags
) -> Ints:
    """Draw the deaths that the first side of each author caused, shape (incident,).

    Parameters
    ----------
    author
        Positions of the names, shape (incident,).
    victims
        The dead of the incident, shape (incident,).
    counted
        Whether a report counts the dead by side, shape (incident,): then they scatter
        around ``told_split`` incident by incident (beta-binomial), else around ``split``
        death by death.
    """
    split = np.where(counted, lexicon.told_split[author], lexicon.split[author])
    concentration = lexicon.world.side_concentration
    inner = np.clip(split, 1e-9, 1 - 1e-9)
    scattered = rng.beta(concentration * inner, concentration * (1 - inner))
    degenerate = (split == 0) | (split == 1)
    share = np.where(counted & ~degenerate, scattered, split)
    return rng.binomial(victims, share)


def pieces(
    rng: np.random.Generator, lexicon: Lexicon, author: Ints, victims: Ints, by_first: Ints
) -> pd.DataFrame:
    """Divide every incident among organizations.

    An incident counts once, for one organization: the sides of a rivalry by its split, the
    members of a coalition by shares ω ~ Dirichlet(1), drawn once a coalition. Its deaths
    are divided death by death by the same shares. What an organization did that is scored
    under another name (``World.scored_under``) stands under that name.

    Returns
    -------
    pandas.DataFrame
        ``incident`` (position), ``organization``, ``incidents``, ``victims``; an
        organization that has no part in an incident has no row for it.
    """
    second = (rng.random(len(author)) >= lexicon.split[author]).astype(int)
    dead = np.stack([by_first, victims - by_first], axis=1)
    parts = [pd.DataFrame(columns=list(PIECE_TYPES)).astype(PIECE_TYPES)]
    for position, text in enumerate(lexicon.texts):
        rows, column = np.nonzero(lexicon.sides[author] == position)
        if rows.size == 0:
            continue
        members = parse(text).organizations
        share = rng.dirichlet(np.ones(len(members)))
        deaths = rng.multinomial(dead[rows, column], share)
        once = rng.multinomial((second[rows] == column).astype(int), share)
        for member, name in enumerate(members):
            columns = (rows, name, once[:, member], deaths[:, member])
            parts.append(pd.DataFrame(dict(zip(PIECE_TYPES, columns, strict=True))))
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["incidents"] > 0) | (table["victims"] > 0)]
    if lexicon.world.scored_under:
        table["organization"] = table["organization"].replace(lexicon.world.scored_under)
        table = table.groupby(["incident", "organization"], as_index=False).sum()
    return table.sort_values(["incident", "organization"], ignore_index=True)


def score(parts: pd.DataFrame, incidents: pd.DataFrame, rubric: Rubric) -> pd.Series:
    """Apply a rubric to what happened in the window.

    Parameters
    ----------
    parts
        ``incident_id, organization, incidents, victims``, as ``Simulated.pieces``.
    incidents
        Index ``incident_id``: ``kind, victim_class, victims, in_window``.

    Returns
    -------
    pandas.Series
        Score by organization; who did nothing in the window has no row.

    Raises
    ------
    InputError
        Where a kind is not in the rubric.
    """
    return _points(parts, incidents, rubric).groupby(parts["organization"]).sum()


def score_places(
    parts: pd.DataFrame, incidents: pd.DataFrame, regions: tuple[str, ...], rubric: Rubric
) -> pd.Series:
    """Apply a rubric to what the organizations together, ``other`` apart, did in each region.

    Parameters
    ----------
    parts, incidents
        As ``score``; ``incidents`` has ``region``.
    regions
        All of the round.

    Returns
    -------
    pandas.Series
        Score by region, in the order of ``regions``; 0 where nothing happened.
    """
    points = _points(parts, incidents, rubric)
    theirs = parts.loc[points.index, "organization"] != OTHER
    where = parts.loc[points.index, "incident_id"].map(incidents["region"])
    found: pd.Series = points[theirs].groupby(where).sum()
    return found.reindex(list(regions), fill_value=0.0)


def _points(parts: pd.DataFrame, incidents: pd.DataFrame, rubric: Rubric) -> pd.Series:
    """Points of each piece of the window; the others have no row."""
    weight = {kind.id: kind.weight for kind in rubric.kinds}
    unit = {kind.id: kind.unit for kind in rubric.kinds}
    strange = sorted(set(incidents["kind"]) - set(weight))
    if strange:
        raise InputError([f"kind {kind!r} is not in rubric {rubric.id!r}" for kind in strange])
    whole = incidents.loc[parts["incident_id"]].set_index(parts.index)
    amount = parts["victims"].where(whole["kind"].map(unit) == "victims", parts["incidents"])
    multiplier = whole["victim_class"].map(rubric.victim_classes).fillna(1.0)
    large = (whole["victims"] >= rubric.large_victims).map(
        {True: rubric.large_multiplier, False: 1.0}
    )
    value = amount * whole["kind"].map(weight) * multiplier * large
    return value[whole["in_window"]]


def truth(
    parts: pd.DataFrame,
    incidents: pd.DataFrame,
    organizations: tuple[str, ...],
    contenders: tuple[str, ...],
    regions: tuple[str, ...],
    rubric: Rubric,
) -> dict[str, object]:
    """Write the truth of a round as ``truth.json`` holds it.

    Returns
    -------
    dict
        ``score`` and ``incidents`` in the window by organization ("other" among them where
        it did something), and ``worst``, the contender with the largest score;
        ``region_score`` by region, of the organizations together without "other", and
        ``worst_region``. Both worst are None where two share the top.
    """
    inside = incidents["in_window"].reindex(parts["incident_id"]).to_numpy()
    counts = parts[inside].groupby("organization")["incidents"].sum()
    scores = score(parts, incidents, rubric)
    names = sorted({*organizations, *counts.index})
    places = score_places(parts, incidents, regions, rubric)
    return {
        "score": {name: round(float(scores.get(name, 0.0)), 6) for name in names},
        "incidents": {name: int(counts.get(name, 0)) for name in names},
        "worst": _worst(scores.reindex(list(contenders), fill_value=0.0)),
        "region_score": {str(name): round(float(value), 6) for name, value in places.items()},
        "worst_region": _worst(places),
    }


def _worst(scores: pd.Series) -> str | None:
    """Name the one with the largest score; None where two share the top."""
    leaders = scores.index[scores == scores.max()]
    return str(leaders[0]) if len(leaders) == 1 else None
