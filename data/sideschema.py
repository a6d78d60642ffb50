"""The tables beside the reports: their columns, which of them are needed, what each may hold.

As ``schema``: each judges what was written, before anything is converted.
"""

import math
import re
from collections.abc import Sequence

import pandera.pandas as pa

from .references import NO_REGION, NO_SOURCE
from .rules import IS_DAY, IS_ID, IS_NAME, Rule, each, one_of
from .schema import column

EVENTS = ("announcement", "enforcement")


def presence(regions: Sequence[str]) -> pa.DataFrameSchema:
    """Return the schema of ``presence.csv``."""
    return pa.DataFrameSchema(
        {
            "organization": column(required=True),
            "region": column(one_of(regions, NO_REGION), required=True),
            "from": column(IS_DAY),
            "to": column(IS_DAY),
        }
    )


def mappings() -> pa.DataFrameSchema:
    """Return the schema of ``mappings.csv``."""
    no_sign = each(
        "holds '|', '+' or '@', which have a meaning of their own in attributions",
        lambda text: not re.search(r"[|+@]", text),
    )
    return pa.DataFrameSchema(
        {
            "name": column(*IS_NAME, no_sign, required=True),
            "organization": column(required=True),
            "probability": column(
                each("must be a number above 0 and at most 1", lambda text: 0 < _float(text) <= 1),
                required=True,
            ),
            "from": column(IS_DAY),
            "to": column(IS_DAY),
        }
    )


def rivalries() -> pa.DataFrameSchema:
    """Return the schema of ``rivalries.csv``."""
    return pa.DataFrameSchema(
        {
            "organization": column(required=True),
            "other": column(required=True),
            "weight": column(_weight(), default="1"),
            "from": column(IS_DAY),
            "to": column(IS_DAY),
        }
    )


def events(regions: Sequence[str]) -> pa.DataFrameSchema:
    """Return the schema of ``events.csv``."""
    return pa.DataFrameSchema(
        {
            "date": column(IS_DAY, required=True),
            "type": column(one_of(EVENTS, "no type of event"), required=True),
            "organization": column(),
            "region": column(one_of(regions, NO_REGION)),
        }
    )


def covariates(regions: Sequence[str], sources: Sequence[str]) -> pa.DataFrameSchema:
    """Return the schema of ``covariates.csv``, given the round's regions and sources."""
    finite = each("must be a finite number", lambda text: math.isfinite(_float(text)))
    return pa.DataFrameSchema(
        {
            "name": column(IS_ID, required=True),
            "region": column(one_of(regions, NO_REGION), required=True),
            "source": column(one_of(sources, NO_SOURCE)),
            "value": column(finite, required=True),
        }
    )


def relations() -> pa.DataFrameSchema:
    """Return the schema of a table of relations between groups, which is no part of a round."""
    return pa.DataFrameSchema(
        {
            "relation": column(required=True),
            "group": column(required=True),
            "other": column(required=True),
            "weight": column(_weight(), required=True),
        }
    )


def _weight() -> Rule:
    return each("must be a finite number above 0", lambda text: 0 < _float(text) < math.inf)


def _float(text: str) -> float:
    """Read a decimal number, with an exponent or without; NaN where it is none."""
    sign = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
    return float(text) if re.fullmatch(sign, text, re.ASCII) else math.nan
