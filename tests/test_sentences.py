"""Sentences that are said in two languages: fields, plurals, and a Spanish one for each."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from dtoscore.inference.baselines import BASELINES
from dtoscore.inference.decide import MANDATORY
from dtoscore.inference.diagnose import SAMPLER
from dtoscore.inference.sentences import Sentence, down, plural, up
from dtoscore.reports.spanish import CATALOGUE

MADE_BY = {"Sentence": slice(0, 1), "plural": slice(1, 3)}
"""Where each of the two that make a sentence has its templates among its arguments."""
PASSED_ON_BY = ("plural", "check_title")
"""Functions that make Sentences of what is written out elsewhere: templates, names of checks."""
NAMES = (*MANDATORY, SAMPLER, BASELINES)
"""Of all checks."""
SPANISH = {"{a} of {b:.1f}": "{b:.1f}: {a}", "cats": "gatos"}


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of inference by name, without the functions that pass templates on."""
    for file in sorted((root / "inference").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        tree.body = [part for part in tree.body if getattr(part, "name", "") not in PASSED_ON_BY]
        yield file.name, tree


def calls(root: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call that makes a sentence, with the place where it is."""
    for name, tree in modules(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in MADE_BY:
                yield f"{name}:{node.lineno}", node


def called(call: ast.Call) -> str:
    """Name what is called, of a module or not."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def templates(call: ast.Call) -> list[ast.expr]:
    return call.args[MADE_BY[called(call)]]


def is_plain(call: ast.Call) -> bool:
    """Whether all its templates stand where ``templates`` looks, as they are."""
    place = MADE_BY[called(call)]
    by_name = isinstance(call.func, ast.Name) and not call.keywords
    written = [getattr(template, "value", None) for template in templates(call)]
    return by_name and len(call.args) >= place.stop and all(isinstance(w, str) for w in written)


def fields(template: str) -> set[tuple[str, str | None, str | None]]:
    """Return the fields with the formats in which they are said."""
    parts = string.Formatter().parse(template)
    return {(name, spec, conversion) for _, name, spec, conversion in parts if name is not None}


def test_templates_are_written_out_where_a_sentence_is_made(root: Path) -> None:
    """So that this test finds them all: what is put together elsewhere it could not read."""
    found = list(calls(root))
    assert len(found) > 40
    assert [at for at, call in found if not is_plain(call)] == []


def test_what_makes_a_sentence_goes_by_no_other_name(root: Path) -> None:
    nodes = [(name, node) for name, tree in modules(root) for node in ast.walk(tree)]
    renamed = [(name, n.name) for name, n in nodes if isinstance(n, ast.alias) and n.asname]
    assert [where for where in renamed if where[1] in MADE_BY] == []


@pytest.mark.parametrize(
    ("call", "plain"),
    [
        ('Sentence("a {b}", {"b": 1})', True),
        ('Sentence(template="a")', False),
        ('Sentence("a" + b)', False),
        ('Sentence(f"{b}")', False),
        ("Sentence(*parts)", False),
        ('sentences.Sentence("a")', False),
        ('plural(n, "one", "many")', True),
        ('plural(n, one="one", many="many")', False),
        ('plural(n, "one", several)', False),
    ],
)
def test_calls_that_the_tests_here_could_not_read_are_known(call: str, *, plain: bool) -> None:
    parsed = ast.parse(call, mode="eval").body
    assert isinstance(parsed, ast.Call)
    assert is_plain(parsed) == plain


def test_every_sentence_has_its_spanish_one_and_none_is_left_over(root: Path) -> None:
    """Every name of a check has one, too: it is the title of the check."""
    made = {ast.literal_eval(part) for _, call in calls(root) for part in templates(call)}
    assert made | set(NAMES) == CATALOGUE.keys()


@pytest.mark.parametrize("template", CATALOGUE)
def test_both_languages_have_the_same_fields_in_the_same_formats(template: str) -> None:
    assert fields(CATALOGUE[template]) == fields(template)


def test_a_sentence_is_english_and_translated_with_its_fields() -> None:
    said = Sentence("{a} of {b:.1f}", {"a": Sentence("cats"), "b": 2})
    assert str(said) == "cats of 2.0"
    assert said.translated(SPANISH) == "2.0: gatos"


def test_what_a_catalogue_lacks_is_not_said_in_part() -> None:
    assert Sentence("dogs").translated(SPANISH) is None
    assert Sentence("{a} of {b:.1f}", {"a": Sentence("dogs"), "b": 2}).translated(SPANISH) is None


def test_braces_in_a_value_are_no_field() -> None:
    assert str(Sentence("{a} of {b:.1f}", {"a": "{b}", "b": 2})) == "{b} of 2.0"


def test_what_falls_short_never_reads_as_enough() -> None:
    assert (down(399.99), down(225.6), down(0.2999, 2), down(0.29, 2)) == (
        "399",
        "225",
        "0.29",
        "0.29",
    )
    assert (up(1.0101, 3), up(1.01, 3), down(1234.5)) == ("1.011", "1.010", "1,234")


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [
        (1, " (1 more falls short)", " (1 más no cumple)"),
        (2, " (2 more fall short)", " (2 más no cumplen)"),
    ],
)
def test_one_and_several_differ_in_both_languages(number: int, english: str, spanish: str) -> None:
    more = plural(number, " ({number} more falls short)", " ({number} more fall short)")
    assert (str(more), more.translated(CATALOGUE)) == (english, spanish)
