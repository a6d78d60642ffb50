"""What is said in words, kept apart from the words: templates with the values of their fields.

A release is read in several languages. Reasons and checks are therefore passed on as a template
and what fills it, as gettext does: the English template is the key under which a catalogue holds
the one of another language (``reports.spanish``). Templates are written out where a sentence is
made, so that a test finds them all there and asks every catalogue for each.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """A sentence, or words that are a field of one; ``str`` of it is English.

    Parameters
    ----------
    template
        English, with the fields in braces as ``str.format`` has them.
    fields
        Their values; one that is itself a Sentence is said in the language of the whole.
    """

    template: str
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.template.format_map(self.fields)

    def translated(self, catalogue: Mapping[str, str]) -> str | None:
        """Say it by a catalogue of templates; None where it or a field of it is not held."""
        template = catalogue.get(self.template)
        fields = {
            name: value.translated(catalogue) if isinstance(value, Sentence) else value
            for name, value in self.fields.items()
        }
        if template is None or None in fields.values():
            return None
        return template.format_map(fields)


def plural(number: int, one: str, many: str) -> Sentence:
    """Choose the template for one or for several; its field is ``number``."""
    return Sentence(one if number == 1 else many, {"number": number})


def down(value: float, digits: int = 0) -> str:
    """Round down what must reach a limit, so that what falls short never reads as enough."""
    # The small term keeps 0.29 from reading 0.28 because of its binary digits.
    return f"{math.floor(value * 10**digits + 1e-9) / 10**digits:,.{digits}f}"


def up(value: float, digits: int = 0) -> str:
    """Round up what must stay below a limit."""
    return f"{math.ceil(value * 10**digits - 1e-9) / 10**digits:,.{digits}f}"


def english(sentences: Iterable[Sentence]) -> str:
    """Say sentences one after the other."""
    return " ".join(map(str, sentences))
