"""The vendor's way of saying no to a request: field -> sentences; and the fields every check reads."""

from __future__ import annotations

from typing import Any


class Invalid(Exception):
    """The request is refused, field by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(sorted(errors)))
        self.errors = errors


class Errors(dict[str, list[str]]):
    def add(self, field: str, sentence: str) -> None:
        self.setdefault(field, []).append(sentence)

    def missing(self, field: str) -> None:
        self.add(field, f"The {field} field is required.")


def text(source: dict[str, Any], name: str, path: str, errors: Errors, *, required: bool = False) -> str:
    value = source.get(name)
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        if required:
            errors.missing(path)
        return ""
    if not isinstance(value, str):
        errors.add(path, f"The {path} must be a string.")
        return ""
    if len(value) > 255:
        errors.add(path, f"The {path} may not be greater than 255 characters.")
    return value


def amount(source: dict[str, Any], name: str, path: str, errors: Errors) -> int:
    """Cents of an amount that may be left out."""
    value = source.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1_000_000:
        errors.add(path, f"The {path} must be a number.")
        return 0
    return round(value * 100)


def given_in(source: dict[str, Any], name: str) -> bool:
    return source.get(name) not in (None, "")
