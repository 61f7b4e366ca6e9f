"""The fields of a connector's settings and credentials, read from their JSON schema. Pure: asks nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

type Kind = Literal["text", "integer", "number", "boolean", "choice", "list", "map", "json"]

_YES = {"yes", "y", "true", "on", "1"}
_NO = {"no", "n", "false", "off", "0"}


@dataclass(frozen=True)
class Field:
    """One thing to ask. ``path`` is where its value goes; nested models are dotted."""

    path: tuple[str, ...]
    kind: Kind
    title: str
    help: str = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    has_default: bool = False
    required: bool = False
    secret: bool = False
    advanced: bool = False
    pattern: str = ""

    @property
    def key(self) -> str:
        return ".".join(self.path)


def fields(schema: Mapping[str, Any]) -> list[Field]:
    """The fields of a model's schema, in the order the model has them."""
    return list(_fields(schema, schema.get("$defs", {}), (), required=True))


def _fields(
    schema: Mapping[str, Any], defs: Mapping[str, Any], path: tuple[str, ...], *, required: bool
) -> Iterator[Field]:
    wanted = schema.get("required", ())
    for name, said in schema.get("properties", {}).items():
        one, optional = _resolve(said, defs)
        here = (*path, name)
        needed = required and name in wanted and not optional
        if one.get("properties"):
            yield from _fields(one, defs, here, required=needed)
        else:
            yield _field(here, one, defs, required=needed)


def _resolve(said: Mapping[str, Any], defs: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema behind references and single choices, and whether null is allowed too."""
    found, optional = dict(said), False
    for _ in range(10):  # a schema may nest; an endless one may not hang us
        if "$ref" in found:
            found = {**defs.get(str(found.pop("$ref")).rpartition("/")[2], {}), **found}
            continue
        several = next((key for key in ("anyOf", "oneOf", "allOf") if key in found), None)
        if several is None:
            break
        options = found.pop(several)
        real = [one for one in options if one.get("type") != "null"]
        optional = optional or len(real) < len(options)
        if len(real) != 1:
            return {"type": "json", **found}, optional
        found = {**real[0], **found}
    return found, optional


def _field(path: tuple[str, ...], said: Mapping[str, Any], defs: Mapping[str, Any], *, required: bool) -> Field:
    items = _resolve(said.get("items", {}), defs)[0]
    enum = said.get("enum") or ([said["const"]] if "const" in said else items.get("enum", ()))
    return Field(
        path=path,
        kind=_kind(said, items),
        title=str(said.get("title") or path[-1].replace("_", " ").capitalize()),
        help=str(said.get("description", "")),
        choices=tuple(str(one) for one in enum),
        default=said.get("default"),
        has_default=said.get("default") is not None,
        required=required,
        secret=any(one.get("writeOnly") or one.get("format") == "password" for one in (said, items)),
        advanced=_is_advanced(said),
        pattern=str(said.get("pattern", "")),
    )


def _is_advanced(said: Mapping[str, Any]) -> bool:
    if said.get("x-advanced") or said.get("advanced"):
        return True
    return str(said.get("description", "")).startswith("Advanced") or "(advanced)" in str(said.get("title", ""))


def _kind(said: Mapping[str, Any], items: Mapping[str, Any]) -> Kind:  # noqa: PLR0911 - one for each kind
    if "enum" in said or "const" in said:
        return "choice"
    match said.get("type", "string"):
        case "boolean":
            return "boolean"
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "array":
            return "list" if items.get("type", "string") == "string" else "json"
        case "object":
            values = said.get("additionalProperties")
            return "map" if isinstance(values, dict) and values.get("type") == "string" else "json"
        case "json":
            return "json"
        case _:
            return "text"


def value_of(field: Field, text: str) -> Any:  # noqa: PLR0911 - one for each kind
    """What a person typed, as the field's value. Raises ValueError with a sentence that repeats no secret."""
    text = text.strip() if field.kind != "text" or not field.secret else text
    match field.kind:
        case "boolean":
            return _yes_or_no(field, text)
        case "integer" | "number":
            return _number(field, text)
        case "choice":
            return _choice(field, text)
        case "list":
            return [_choice(field, one) if field.choices else one for one in _parts(text)]
        case "map":
            return dict(_pair(field, one) for one in _parts(text))
        case "json":
            return _json(field, text)
        case _:
            return _text(field, text)


def _text(field: Field, text: str) -> str:
    if field.pattern and not field.secret and not re.search(field.pattern, text):
        raise ValueError(f"{field.title}: '{text}' has not the right form ({field.pattern}).")
    return text


def _yes_or_no(field: Field, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(f"{field.title} is yes or no.")


def _number(field: Field, text: str) -> int | float:
    try:
        return int(text) if field.kind == "integer" else float(text)
    except ValueError:
        raise ValueError(f"{field.title} is a {'whole ' if field.kind == 'integer' else ''}number.") from None


def _choice(field: Field, text: str) -> str:
    found = next((one for one in field.choices if one.lower() == text.lower()), None)
    if found is not None:
        return found
    near = get_close_matches(text.lower(), field.choices, 1)
    raise ValueError(
        f"{field.title} is one of {', '.join(field.choices)}{f' - did you mean {near[0]}?' if near else '.'}"
    )


def _parts(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _pair(field: Field, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{field.title}: write name=value, name=value.")
    return name.strip(), value.strip()


def _json(field: Field, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"{field.title}: that is not JSON.") from None


def shown_default(field: Field) -> str:
    """The default as a person would type it."""
    value = field.default
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    return "" if value is None else str(value)


def put(values: dict[str, Any], field: Field, value: Any) -> None:
    """Set the value in its (nested) place."""
    *outer, last = field.path
    for name in outer:
        values = values.setdefault(name, {})
    values[last] = value


def has(values: Mapping[str, Any], field: Field) -> bool:
    found: Any = values
    for name in field.path:
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True
