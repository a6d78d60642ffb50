"""Records that compiled loops pass as one pointer.

A NamedTuple of arrays reaches a compiled function as seven numbers an array: compiling a
hundred small functions that hand on a record of seventy arrays took five minutes, as pointers
(numba's structref) half a minute. A record is made in Python as a NamedTuple, and packed once.
"""

from typing import TYPE_CHECKING, Any

from numba import types
from numba.experimental import structref


class Struct(types.StructRef):
    """A structref whose fields forget literal values, so that all designs share one type."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Give each field the type without its value."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Pointer(structref.StructRefProxy):
    """Base of the class by which compiled code, and Python, know a struct.

    Only compiled code sees the fields.
    """

    if TYPE_CHECKING:

        def __init__(self, *fields: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...


register = structref.register


def define(pointer: type, kind: type, record: Any) -> None:
    """Give a pointer the fields of a NamedTuple class."""
    structref.define_proxy(pointer, kind, list(record._fields))
