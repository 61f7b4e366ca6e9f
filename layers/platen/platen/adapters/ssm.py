"""Secrets in SSM SecureString parameters: ``/<stack>/<connection>/<webhook|credentials|token>``, as JSON."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from platen.ports import Clock, NotFound

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_AGE = timedelta(minutes=5)


class SSMSecrets:
    """``ports.Secrets``. Kept in memory for five minutes, tokens excepted."""

    def __init__(self, client: SSMClient, stack: str, clock: Clock) -> None:
        self._client = client
        self._stack = stack
        self._clock = clock
        self._kept: dict[str, tuple[datetime, str]] = {}

    def credentials(self, connection_id: str) -> dict[str, Any]:
        return self._remembered(self._name(connection_id, "credentials"))

    def webhook(self, connection_id: str) -> dict[str, Any]:
        return self._remembered(self._name(connection_id, "webhook"))

    def token(self, connection_id: str) -> dict[str, Any]:
        try:
            return _read(self._text(self._name(connection_id, "token")))
        except NotFound:
            return {}

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None:
        self._write(self._name(connection_id, "credentials"), value)

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None:
        self._write(self._name(connection_id, "webhook"), value)

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None:
        self._write(self._name(connection_id, "token"), value)

    def remove(self, connection_id: str) -> None:
        names = [self._name(connection_id, kind) for kind in ("webhook", "credentials", "token")]
        for name in names:
            self._kept.pop(name, None)
        self._client.delete_parameters(Names=names)  # those that are not there are no error, but named

    def _name(self, connection_id: str, kind: str) -> str:
        return f"/{self._stack}/{connection_id}/{kind}"

    def _remembered(self, name: str) -> dict[str, Any]:
        kept = self._kept.get(name)
        if kept and self._clock.now() - kept[0] < _AGE:
            return _read(kept[1])
        text = self._text(name)
        self._kept[name] = (self._clock.now(), text)
        return _read(text)

    def _text(self, name: str) -> str:
        try:
            answer = self._client.get_parameter(Name=name, WithDecryption=True)
        except self._client.exceptions.ParameterNotFound as missing:
            raise NotFound(f"there is no parameter {name}") from missing
        return answer["Parameter"]["Value"]

    def _write(self, name: str, value: dict[str, Any]) -> None:
        self._kept.pop(name, None)
        self._client.put_parameter(Name=name, Value=json.dumps(value), Type="SecureString", Overwrite=True)


def _read(text: str) -> dict[str, Any]:
    """Anew each time: what is remembered is not changed by who got it."""
    value: dict[str, Any] = json.loads(text)
    return value
