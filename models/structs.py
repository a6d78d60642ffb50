"""Records that compiled loops pass as one pointer.

A NamedTuple of arrays reaches a compiled function as seven numbers an array: compiling a
hundred small functions that hand on a record of seventy arrays took five minutes, as pointers
(numba's structref) half a minute. A record is made in Python as a NamedTuple, and packed once.
"""

from typing import Any

from numba import types
from numba.experimental import structref


class Struct(types.StructRef):  # type: ignore[misc]
    """A structref whose fields forget literal values, so that all designs share one type."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Give each field the type without its value."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


Pointer = structref.StructRefProxy
"""Base of the class by which compiled code, and Python, know a struct."""
register = structref.register


def define(pointer: type, kind: type, record: Any) -> None:
    """Give a pointer the fields of a NamedTuple class."""
    structref.define_proxy(pointer, kind, list(record._fields))
