"""Numbers in print: never surer than they are."""

import datetime as dt
import math

import pytest
from dtoscore.reports import words
from dtoscore.reports.canonical import canonical_json
from dtoscore.reports.templating import markdown
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "<0.01"), (1.0, ">0.99"), (0.994, ">0.99"), (0.5, "0.50"), (0.0099, "<0.01"),
     (0.99, "0.99"), (math.nan, "–")],
)  # fmt: skip
def test_probability_has_bounds_instead_of_certainty(value, text):
    assert words.probability(value) == text


@given(st.floats(0, 1))
def test_no_probability_prints_as_zero_or_one(value):
    assert words.probability(value) not in {"0", "1", "0.00", "1.00"}
    assert words.chance(value) not in {"0%", "100%"}
    assert words.at_least(value) != "1.00"
    assert float(words.at_least(value)) <= value + 1e-9


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.025, "<0.1"), (3.14159, "3.1"), (4.0, "4"), (42.4, "42"), (1234.0, "1,230"),
     (98765.0, "98,800"), (11.5, "12"), (78.5, "79"), (0.25, "0.3"), (0.35, "0.4"),
     (1025.0, "1,030"), (0.5, "0.5"), (math.inf, "–"), (9.97, "10")],
)  # fmt: skip
def test_quantity_keeps_three_digits(value, text):
    assert words.quantity(value) == text


def test_shares_round_half_up_in_both_languages():
    assert words.probability(0.125) == "0.13"
    assert words.probability(0.285) == "0.29"
    assert words.percent(0.045) == "5%"
    assert words.percent(0.05, "es") == "5 %"


def test_words_of_both_languages_follow_one_scale():
    assert words.in_words(0.97) == "extremely likely"
    assert words.in_words(0.97, "es") == "sumamente probable"
    assert words.in_words(0.0) == "exceptionally unlikely"
    assert len(words.scale("en")) == len(words.scale("es"))


def test_days_are_written_out():
    assert words.day(dt.date(2023, 10, 1)) == "1 October 2023"
    assert words.day(dt.date(2023, 10, 1), "es") == "1 de octubre de 2023"


def test_canonical_json_is_sorted_short_and_without_nan():
    text = canonical_json({"b": 1 / 3, "a": math.nan, "c": [math.nan, -0.0], "d": None, "e": True})
    assert text == (
        '{\n "b": 0.333333,\n "c": [\n  null,\n  0.0\n ],\n "d": null,\n "e": true\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("<b>x</b>", "\\<b>x\\</b>"), ("a|b", "a\\|b"), ("1. x", "1\\. x"), ("# x", "\\# x"),
     ("0.78", "0.78"), ("<0.01", "<0.01"), ("a\n\nb", "a b"), ("[x](y)", "\\[x\\](y)"),
     ("&lt;", "\\&lt;"), ("- x", "\\- x")],
)  # fmt: skip
def test_markdown_in_names_stays_text(text, escaped):
    assert markdown(text) == escaped
