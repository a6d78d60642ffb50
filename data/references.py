"""What is said of those who refer to what a file does not hold.

Nobody can tell of a file that cannot be read what it holds: such sentences are then left out
(``problems.Problems.stop_if_any``). They are written here once, so that none is missed there.
"""

NO_ORGANIZATION = "not in organizations.csv"
NO_NAME = "which organizations.csv does not hold"
"""Of a name in an attribution, which mappings.csv may hold too."""
NO_SOURCE = "not in sources.csv"
NOT_WEIGHED = "not in the rubric"
NO_SERIES = "not declared in round.toml"
NO_REGION = "no region of this round"
NOT_OF_ROUND = "not in the round"
NO_VALUE = "has no value for"
NOT_SIMULATED = "does not say that the data are invented"
REFERS = {
    "organizations.csv": (NO_ORGANIZATION, NO_NAME),
    "mappings.csv": (NO_NAME,),
    "sources.csv": (NO_SOURCE,),
    "rubric.toml": (NOT_WEIGHED,),
    "round.toml": (NO_SERIES, NO_REGION, NOT_OF_ROUND, NO_VALUE, NOT_SIMULATED),
}
"""By the file that is referred to."""
