"""Fakes of the ports that the Picanova connector works with, and an API that says what it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from platen.ports import NotFound, Reply

HOST = "api.picanova.com"
V1_HOST = "api.merchone.com"
CREDENTIALS = {"eu_user": "eu-user", "eu_key": "eu-key", "us_user": "us-user", "us_key": "us-key"}
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class FakeClock:
    """Stands still, but for sleeping. Callable, as the twins want it."""

    def __init__(self) -> None:
        self.moment = NOW
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    __call__ = now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds=seconds)

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


class FakeCache:
    """Keeps text until its time is over, by the clock."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._held: dict[str, dict[str, tuple[str, datetime]]] = {}
        self.asked: list[str] = []
        """The namespace of every get: each is a batch read of its own."""

    def get(self, namespace: str, keys: Iterable[str]) -> dict[str, str]:
        self.asked.append(namespace)
        held = self._live(namespace)
        return {key: held[key] for key in keys if key in held}

    def put(self, namespace: str, entries: Mapping[str, str], keep: timedelta) -> None:
        until = self._clock.now() + keep
        self._held.setdefault(namespace, {}).update({key: (text, until) for key, text in entries.items()})

    def keys(self, namespace: str) -> list[str]:
        return sorted(self._live(namespace))

    def _live(self, namespace: str) -> dict[str, str]:
        now = self._clock.now()
        return {key: text for key, (text, until) in self._held.get(namespace, {}).items() if until > now}


@dataclass
class FakeSecrets:
    """Credentials of one connection; None: nothing is stored."""

    held: dict[str, Any] | None = field(default_factory=lambda: dict(CREDENTIALS))

    def credentials(self, connection_id: str) -> dict[str, Any]:
        if self.held is None:
            raise NotFound(connection_id)
        return self.held

    def webhook(self, connection_id: str) -> dict[str, Any]:
        raise NotFound(connection_id)

    def token(self, connection_id: str) -> dict[str, Any]:
        return {}

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None:
        self.held = value

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None:
        raise NotFound(connection_id)

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None:
        raise NotFound(connection_id)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    json: Any
    auth: tuple[str, str] | None


type Answer = Reply | Exception


class ScriptedHttp:
    """Answers by ``METHOD /path`` (below the beta API's base; ``METHOD v1/path`` below v1's), each answer once, the
    last one for ever."""

    def __init__(self, **script: Answer) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.calls: list[Call] = []

    def on(self, call: str, *answers: Answer) -> ScriptedHttp:
        self.script[call] = list(answers)
        return self

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        path = url.removeprefix(f"https://{HOST}/api/beta").replace(f"https://{V1_HOST}/api/v1", "v1")
        self.calls.append(Call(method, path, json, auth))
        answers = self.script.get(f"{method} {path}")
        assert answers, f"nobody expected {method} {path}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked(self, method: str) -> list[str]:
        return [call.path for call in self.calls if call.method == method]


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """``body`` as bytes goes out as it is, anything else as JSON; header names have ``_`` for ``-``."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


def data(found: object, status: int = 200) -> Reply:
    return reply(status, {"data": found})
