"""Jinja2 as both documents use it: escaped by default, strict about names."""

import re
import unicodedata
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from . import words

_MARKUP = re.compile(r"[\\`*_\[\]|~]|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])")
_START = re.compile(r"^[>#+=-]|(?<=^\d)[.)](?= )|(?<=^\d\d)[.)](?= )")


@cache
def environment() -> Environment:
    """Make the one environment; HTML is escaped, Markdown goes through the ``md`` filter."""
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "md": markdown,
        "probability": words.probability,
        "quantity": words.quantity,
        "count": words.count,
        "percent": words.percent,
        "day": words.day,
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
    }
    return made


def markdown(text: str) -> str:
    """Escape what Markdown would read as markup, and keep the text on one line."""
    kept = "".join(c for c in text if unicodedata.category(c) != "Cc" or c.isspace())
    return _START.sub(r"\\\g<0>", _MARKUP.sub(r"\\\g<0>", " ".join(kept.split())))
