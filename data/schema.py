"""The tables of a round folder: their columns, which of them are needed, what each may hold.

A schema is a pandera ``DataFrameSchema`` over *text*: it judges what was written, before
anything is converted, so that a message can quote it. An empty cell passes every rule but
``FILLED``. Rules that compare columns stand where the columns are read.
"""

import re
from collections.abc import Sequence

import pandas as pd
import pandera.pandas as pa

from .problems import Problems, Table, meant, nearest, shown
from .references import NO_REGION, NO_SERIES, NO_SOURCE, NOT_OF_ROUND, NOT_WEIGHED
from .rules import (
    FILLED,
    IS_COUNT,
    IS_DAY,
    IS_FLAG,
    IS_ID,
    IS_NAME,
    IS_SHARE,
    NOT_BUILT_IN,
    SAFE,
    UNIQUE,
    UNIQUE_ID,
    Rule,
    all_of,
    each,
    number,
    one_of,
    whole,
)
from .tables import looks_personal
from .values import ADJUDICATED, MOST_TOTAL

SOURCE_TYPES = ("press", "government", "ngo", "academic", "social", ADJUDICATED)
COVERAGES = ("all", "attributed_only", "organizations_only", "contenders_only")
SILENCES = ("informative", "uninformative")
PUBLISHED = ("known", "unknown")
RELATIONS = ("splinter_of", "merged_into", "part_of")
STATUSES = ("contested", "withheld")
PRECISIONS = ("exact", "coarse")
SCOPES = ("inclusive", "residual")
UNITS = ("incidents", "victims")
SLIP = 0.75
"""So alike, a column that is not known is taken for a slip in the name of one that is absent."""
PERIOD = r"\d{4}(-(0[1-9]|1[0-2])|-W(0[1-9]|[1-4]\d|5[0-3]))?"


def column(*rules: Rule, required: bool = False, default: str = "") -> pa.Column:
    """Make a column of text; ``default`` stands for an empty cell or an absent column."""
    asked = (FILLED, *rules) if required else rules
    return pa.Column(
        checks=[rule.check() for rule in asked],
        required=required,
        metadata={"rules": asked, "default": default},
    )


def organizations() -> pa.DataFrameSchema:
    """Return the schema of ``organizations.csv``."""
    disputed = all_of(("dates", "parent"), "what cannot be disputed")
    return pa.DataFrameSchema(
        {
            "id": column(IS_ID, NOT_BUILT_IN, UNIQUE_ID, required=True),
            "name": column(*IS_NAME, required=True),
            "aliases": column(*SAFE[:-1]),
            "active_from": column(IS_DAY),
            "active_to": column(IS_DAY),
            "parent": column(),
            "relation": column(one_of(RELATIONS, "no relation")),
            "roll_up": column(IS_FLAG, default="false"),
            "disputed": column(disputed),
            "contender": column(IS_FLAG, default="true"),
        }
    )


def sources(regions: Sequence[str], kinds: Sequence[str]) -> pa.DataFrameSchema:
    """Return the schema of ``sources.csv``, given the round's regions and kinds."""
    return pa.DataFrameSchema(
        {
            "id": column(IS_ID, UNIQUE_ID, required=True),
            "name": column(*IS_NAME, required=True),
            "type": column(one_of(SOURCE_TYPES, "no type of source"), required=True),
            "group": column(IS_ID),
            "regions": column(all_of(regions, f"a region that is {NOT_OF_ROUND}")),
            "kinds": column(all_of(kinds, f"a kind that is {NOT_WEIGHED}")),
            "from": column(IS_DAY),
            "to": column(IS_DAY),
            "coverage": column(one_of(COVERAGES, "no coverage"), default="all"),
            "silence": column(one_of(SILENCES, "not known"), default="informative"),
            "published": column(one_of(PUBLISHED, "not known"), default="unknown"),
            "accuracy_prior": column(IS_SHARE),
        }
    )


def reports(
    regions: Sequence[str], kinds: Sequence[str], classes: Sequence[str], known: Sequence[str]
) -> pa.DataFrameSchema:
    """Return the schema of ``reports.csv``.

    Parameters
    ----------
    regions
        Codes a report may give: the round's regions and their countries.
    kinds, classes
        The rubric's kinds and victim classes.
    known
        Ids of ``sources.csv``.
    """
    sides = each(
        "must be two whole numbers, such as 3><1: dead of the one side and the other",
        lambda text: bool(re.fullmatch(r"\d{1,6}\s*><\s*\d{1,6}", text, re.ASCII)),
    )
    return pa.DataFrameSchema(
        {
            "report_id": column(*SAFE, UNIQUE, required=True),
            "source": column(one_of(known, NO_SOURCE), required=True),
            "date": column(IS_DAY, required=True),
            "date_end": column(IS_DAY),
            "region": column(one_of(regions, NO_REGION), required=True),
            "municipality": column(
                each(
                    "must be an INEGI code of five digits",
                    lambda text: bool(re.fullmatch(r"\d{4,5}", text, re.ASCII)),
                )
            ),
            "latitude": column(number(-90, 90, "must be degrees from -90 to 90")),
            "longitude": column(number(-180, 180, "must be degrees from -180 to 180")),
            "kind": column(one_of(kinds, NOT_WEIGHED), required=True),
            "victim_class": column(one_of(classes, NOT_WEIGHED)),
            "victims": column(IS_COUNT),
            "victims_low": column(IS_COUNT),
            "victims_high": column(IS_COUNT),
            "attribution": column(),
            "victims_by_side": column(sides),
            "status": column(one_of(STATUSES, "no status")),
            "published": column(IS_DAY),
            "version": column(whole(1, 10_000), default="1"),
            "supersedes": column(),
            "retracted": column(IS_FLAG, default="false"),
            "incident_id": column(*SAFE),
            "precision": column(one_of(PRECISIONS, "no precision"), default="exact"),
        }
    )


def totals(
    regions: Sequence[str], kinds: Sequence[str], classes: Sequence[str], series: Sequence[str]
) -> pa.DataFrameSchema:
    """Return the schema of ``totals.csv``, given the series that round.toml declares."""
    declared = one_of(series, f"{NO_SERIES}: write [totals.NAME] for it")
    period = each(
        "must be a year, a month or a week: 2010, 2010-03, 2010-W05",
        lambda text: bool(re.fullmatch(PERIOD, text, re.ASCII)),
    )
    return pa.DataFrameSchema(
        {
            "series": column(declared, required=True),
            "region": column(one_of(regions, NO_REGION), required=True),
            "period": column(period),
            "from": column(IS_DAY),
            "to": column(IS_DAY),
            "kind": column(one_of(kinds, NOT_WEIGHED), default="homicide"),
            "victim_class": column(one_of(classes, NOT_WEIGHED)),
            "count": column(whole(0, MOST_TOTAL)),
            "count_low": column(whole(0, MOST_TOTAL)),
            "count_high": column(whole(0, MOST_TOTAL)),
            "unit": column(one_of(UNITS, "no unit"), default="victims"),
            "scope": column(one_of(SCOPES, "no scope"), default="inclusive"),
            "attribution": column(),
        }
    )


def judge(
    table: Table, schema: pa.DataFrameSchema, problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Judge a text table by its schema, and note every fault.

    Returns
    -------
    The text with exactly the schema's columns, defaults filled in, cells at fault emptied
    (but those whose rule ``keeps`` them), so that what follows can go on; and a sentence for
    each column that is ignored.
    """
    text = table.frame.copy()
    try:
        schema.validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        for name, cases in error.failure_cases.groupby("column", sort=False):
            bad = _note_values(table, schema.columns[str(name)], cases, problems)
            text.loc[bad, str(name)] = ""
    for name, spec in schema.columns.items():
        if spec.required and name not in text:
            _note_missing(table, name, problems)
    filled = {name: _filled(text, name, spec) for name, spec in schema.columns.items()}
    return pd.DataFrame(filled, text.index), _unknown(table, schema, problems)


def _filled(text: pd.DataFrame, name: str, spec: pa.Column) -> pd.Series:
    default = (spec.metadata or {})["default"]
    if name not in text:
        return pd.Series(default, text.index, dtype=str)
    return text[name].mask(text[name] == "", default) if default else text[name]


def _note_values(
    table: Table, spec: pa.Column, cases: pd.DataFrame, problems: Problems
) -> list[int]:
    """Note what is at fault in a column; return the rows that nothing can go on with."""
    rules: tuple[Rule, ...] = (spec.metadata or {})["rules"]
    seen: set[int] = set()
    lost: set[int] = set()
    for number_, group in cases.groupby("check_number", sort=True):
        rule = rules[int(str(number_))]
        rows = sorted(set(group["index"].astype("int64")) - seen)
        problems.values(
            table, spec.name, table.frame.loc[rows, spec.name], rule.clause, rule.choices
        )
        seen.update(rows)
        lost.update(() if rule.keeps else rows)
    return sorted(lost)


def _note_missing(table: Table, name: str, problems: Problems) -> None:
    unread = [str(column) for column in table.frame.columns]
    hint = meant(name, unread).partition(" Choices")[0].rstrip(".")
    problems.add(f"{table.file}: column {name!r} is missing; it is required{hint}")


def _unknown(table: Table, schema: pa.DataFrameSchema, problems: Problems) -> tuple[str, ...]:
    notes = []
    absent = [name for name, spec in schema.columns.items() if not spec.required]
    absent = [name for name in absent if name not in table.frame]
    for name in table.frame.columns:
        if name in schema.columns:
            continue
        if looks_personal(str(name)):
            problems.add(
                f"{table.file}: column {shown(name)} looks like names of persons; this "
                "product takes none, so remove the column"
            )
            continue
        if near := nearest(str(name), absent, SLIP):
            problems.add(
                f"{table.file}: column {shown(name)} is not known, and there is no column "
                f"{near!r}; did you mean {near!r}? Rename the column, or remove it"
            )
            continue
        hint = meant(str(name), tuple(schema.columns)).partition(" Choices")[0].rstrip(".")
        notes.append(f"{table.file}: column {shown(name)} is not known and was ignored{hint}")
    return tuple(notes)
