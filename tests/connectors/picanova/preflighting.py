"""Asks the connector's preflight of a request, against a scripted catalogue."""

from __future__ import annotations

from typing import Any

from platen.domain.attention import Problem
from platen.ports import JobRequest
from tests.connectors.picanova.fakes import ScriptedHttp
from tests.connectors.picanova.house import House, settings, shelves


def house(*variants: dict[str, Any], **changes: Any) -> House:
    return House(shelves(ScriptedHttp(), *variants), settings(**changes))


def told(request: JobRequest, at: House | None = None) -> list[Problem]:
    return list((at or house()).vendor().preflight(request))


def fields(found: list[Problem]) -> list[tuple[str, str]]:
    return [(one.line_id, one.field) for one in found]


def one(found: list[Problem]) -> Problem:
    assert len(found) == 1, found
    assert found[0].what.endswith((".", "?"))
    return found[0]
