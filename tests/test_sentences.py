"""Sentences that are said in two languages: fields, plurals, and a Spanish one for each."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from dtoscore.inference.baselines import BASELINES
from dtoscore.inference.decide import MANDATORY
from dtoscore.inference.diagnose import SAMPLER
from dtoscore.inference.sentences import Sentence, counted
from dtoscore.reports.spanish import CATALOGUE

MADE_BY = {"Sentence": slice(0, 1), "counted": slice(1, 3)}
"""Where each of the two that make a sentence has its templates among its arguments."""
NOT_SENTENCES = ("sentences", "summary")
"""Modules that make Sentences of what is written out elsewhere: templates, names of checks."""
NAMES = (*MANDATORY, SAMPLER, BASELINES)
"""Of all checks."""
SPANISH = {"{a} of {b:.1f}": "{b:.1f}: {a}", "cats": "gatos"}


def made(root: Path) -> Iterator[tuple[str, ast.expr]]:
    """Yield every template that inference has, with the place where it is."""
    for file in sorted((root / "inference").glob("*.py")):
        if file.stem in NOT_SENTENCES:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for template in node.args[MADE_BY.get(node.func.id, slice(0))]:
                    yield f"{file.name}:{template.lineno}", template


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_templates_are_written_out_where_a_sentence_is_made(root: Path) -> None:
    """So that this test finds them all: what is put together elsewhere it could not read."""
    found = list(made(root))
    assert len(found) > 40
    assert [at for at, template in found if not isinstance(template, ast.Constant)] == []


def test_every_sentence_has_its_spanish_one_and_none_is_left_over(root: Path) -> None:
    """Every name of a check has one, too: it is the title of the check."""
    templates = {ast.literal_eval(template) for _, template in made(root)}
    assert templates | set(NAMES) == CATALOGUE.keys()


@pytest.mark.parametrize("template", CATALOGUE)
def test_both_languages_have_the_same_fields(template: str) -> None:
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


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [
        (1, " (1 more falls short)", " (1 más no cumple)"),
        (2, " (2 more fall short)", " (2 más no cumplen)"),
    ],
)
def test_one_and_several_differ_in_both_languages(number: int, english: str, spanish: str) -> None:
    more = counted(number, " ({number} more falls short)", " ({number} more fall short)")
    assert (str(more), more.translated(CATALOGUE)) == (english, spanish)
