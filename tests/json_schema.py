"""The part of JSON Schema that release.schema.json uses, checked in a few lines."""

import re
from collections.abc import Iterator
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,),
    "number": (int, float), "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "type", "required", "properties", "items",
    "minItems", "maxItems", "additionalProperties", "enum", "const", "minimum", "maximum",
    "pattern",
}  # fmt: skip


def errors(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """List where a value breaks a schema."""
    assert set(schema) <= KNOWN, f"{at}: keywords this check does not know: {set(schema) - KNOWN}"
    if "$ref" in schema:
        return errors(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    return [*_scalar(value, schema, at), *_nested(value, schema, root, at)]


def _scalar(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"
    if value < schema.get("minimum", value) if isinstance(value, int | float) else False:
        yield f"{at}: {value} is below {schema['minimum']}"
    if value > schema.get("maximum", value) if isinstance(value, int | float) else False:
        yield f"{at}: {value} is above {schema['maximum']}"


def _nested(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (
            f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value
        )
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        for key, item in value.items():
            yield from errors(item, known.get(key, rest), root, f"{at}.{key}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{at}: {len(value)} items"
        for i, item in enumerate(value):
            yield from errors(item, schema.get("items", {}), root, f"{at}[{i}]")


def _is(value: Any, names: str | list[str]) -> bool:
    wanted = [names] if isinstance(names, str) else names
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, TYPES[name]) for name in wanted)
