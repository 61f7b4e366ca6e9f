"""A call's parameters: names in any case, values as text or as JSON, and whatever cannot be read is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from twins.inksoft.paper import Refused

KEY_NAMES = ("apikey", "sessiontoken", "format")


@dataclass(frozen=True)
class Range:
    begin: datetime | None
    end: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Both ends belong to it (inferred)."""
        return (self.begin is None or moment >= self.begin) and (self.end is None or moment <= self.end)


class Given:
    """From the query, and over it the body: a JSON object, or a form whose values may be JSON."""

    def __init__(self, query: Iterable[tuple[str, str]], body: Mapping[str, Any]) -> None:
        self._values: dict[str, Any] = {}
        for name, value in query:
            known = self._values.get(name.lower())
            # ASP.NET joins what is given twice.
            self._values[name.lower()] = value if known is None else f"{known},{value}"
        self._values |= {name.lower(): value for name, value in body.items()}

    def has(self, name: str) -> bool:
        return self._values.get(name.lower()) is not None

    def others(self, *names: str) -> dict[str, Any]:
        """What came beside these and the credentials."""
        known = {*KEY_NAMES, *(name.lower() for name in names)}
        return {name: value for name, value in self._values.items() if name not in known}

    def text(self, name: str) -> str:
        value = self._values.get(name.lower())
        if isinstance(value, str) and value.startswith('"'):
            value = _json(name, value)
        if isinstance(value, dict | list | bool):
            raise Refused(f"The value is not valid for {name}")
        return "" if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        value = self._values.get(name.lower(), default)
        if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,12}", str(value)):
            raise Refused(f"The value is not valid for {name}")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._values.get(name.lower())
        if value is None or isinstance(value, bool):
            return bool(value)
        if str(value).lower() not in ("true", "false"):
            raise Refused(f"The value is not valid for {name}")
        return str(value).lower() == "true"

    def listed(self, *names: str) -> list[Any] | None:
        """A JSON array in one parameter; None when it is not given. ``names``: spellings of one parameter."""
        for name in names:
            value = self._values.get(name.lower())
            if value is None:
                continue
            value = _json(name, value) if isinstance(value, str) else value
            if not isinstance(value, list) or any(isinstance(one, dict | list | bool) for one in value):
                raise Refused(f"The value is not valid for {name}")
            return value
        return None

    def range(self, name: str) -> Range | None:
        """{UtcOffsetHours, Begin, End} as JSON; the times carry their zone. The offset changes nothing
        (inferred)."""
        value = self._values.get(name.lower())
        if value is None:
            return None
        value = _json(name, value) if isinstance(value, str) else value
        if not isinstance(value, dict):
            raise Refused(f"The value is not valid for {name}")
        told = {str(key).lower(): one for key, one in value.items()}
        offset = told.get("utcoffsethours")
        if offset is not None and not isinstance(offset, int | float):
            raise Refused(f"The value is not valid for {name}.UtcOffsetHours")
        return Range(_moment(f"{name}.Begin", told.get("begin")), _moment(f"{name}.End", told.get("end")))


def read(request: Request) -> Given:
    """The body of a GET is not looked at. Raises Refused for one that is no JSON object."""
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return Given(request.args.items(multi=True), request.form.to_dict())
    raw = request.get_data().strip() if request.method == "POST" else b""
    body = _json("the body", raw) if raw else {}
    if not isinstance(body, dict):
        raise Refused("The request body is not a JSON object")
    return Given(request.args.items(multi=True), body)


def _json(name: str, value: str | bytes) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as wrong:
        raise Refused(f"The value is not valid JSON for {name}") from wrong


def _moment(name: str, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise Refused(f"The value is not valid for {name}") from wrong
    if moment.tzinfo is None:
        raise Refused(f"The value has no time zone: {name}")
    return moment
