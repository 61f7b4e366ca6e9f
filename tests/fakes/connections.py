"""Connections, products, cache and secrets in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from platen.domain.connection import Connection, Health
from platen.domain.printing import ProductMapping
from platen.ports import Clock, Conflict, NotFound, Removed
from tests.fakes.switch import Switch, Switched, aside


class FakeConnections(Switched, port="connections"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._connections: dict[str, str] = {}
        self._healths: dict[str, str] = {}
        self._folders: tuple[str, ...] = ()
        self._removed: set[str] = set()

    def get(self, connection_id: str) -> Connection:
        if connection_id not in self._connections:
            missing = Removed if connection_id in self._removed else NotFound
            raise missing(f"there is no connection {connection_id}")
        return Connection.model_validate_json(self._connections[connection_id])

    def all(self) -> list[Connection]:
        return [Connection.model_validate_json(self._connections[one]) for one in sorted(self._connections)]

    def save(self, connection: Connection) -> Connection:
        saved = connection.but(version=connection.version + 1)
        _write(self._connections, saved.connection_id, saved)
        return saved

    def remove(self, connection: Connection) -> None:
        name = connection.connection_id
        self._removed.add(name)
        self._healths.pop(name, None)
        stored = json.loads(self._connections[name])["version"] if name in self._connections else None
        if stored not in (None, connection.version):
            raise Conflict(name)
        self._connections.pop(name, None)

    def removed(self) -> list[str]:
        return sorted(self._removed)

    def folders(self) -> tuple[str, ...]:
        return self._folders

    def save_folders(self, names: Sequence[str]) -> None:
        self._folders = tuple(names)

    def health(self, connection_id: str) -> Health:
        text = self._healths.get(connection_id)
        return Health.model_validate_json(text) if text else Health(connection_id=connection_id)

    def save_health(self, health: Health) -> Health:
        saved = health.but(version=health.version + 1)
        _write(self._healths, saved.connection_id, saved)
        return saved

    @aside
    def everything(self) -> dict[str, object]:
        return {"connections": dict(self._connections), "healths": dict(self._healths), "folders": self._folders}


def _write(items: dict[str, str], key: str, value: Connection | Health) -> None:
    stored = json.loads(items[key])["version"] if key in items else 0
    if stored != value.version - 1:
        raise Conflict(key)
    items[key] = value.model_dump_json()


class FakeProducts(Switched, port="products"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._rows: dict[tuple[str, str], ProductMapping] = {}

    def get(self, store: str, skus: Iterable[str]) -> dict[str, ProductMapping]:
        return {sku: self._rows[store, sku] for sku in skus if (store, sku) in self._rows}

    def put(self, store: str, mappings: Iterable[ProductMapping]) -> int:
        unique = {one.sku: one for one in mappings}
        self._rows.update({(store, sku): one for sku, one in unique.items()})
        return len(unique)


class FakeCache(Switched, port="cache"):
    def __init__(self, clock: Clock, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[str, datetime]] = {}

    def get(self, namespace: str, keys: Iterable[str]) -> dict[str, str]:
        live = self._live(namespace)
        return {key: live[key] for key in keys if key in live}

    def put(self, namespace: str, entries: Mapping[str, str], keep: timedelta) -> None:
        until = self._clock.now() + keep
        self._kept.update({(namespace, key): (text, until) for key, text in entries.items()})

    def keys(self, namespace: str) -> list[str]:
        return sorted(self._live(namespace))

    def _live(self, namespace: str) -> dict[str, str]:
        now = self._clock.now()
        return {
            key: text for (space, key), (text, until) in self._kept.items() if space == namespace and until > now
        }


class FakeSecrets(Switched, port="secrets"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._kept: dict[tuple[str, str], str] = {}

    def credentials(self, connection_id: str) -> dict[str, Any]:
        return self._get(connection_id, "credentials")

    def webhook(self, connection_id: str) -> dict[str, Any]:
        return self._get(connection_id, "webhook")

    def token(self, connection_id: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._kept.get((connection_id, "token"), "{}"))
        return found

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None:
        self._kept[connection_id, "credentials"] = json.dumps(value)

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None:
        self._kept[connection_id, "webhook"] = json.dumps(value)

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None:
        self._kept[connection_id, "token"] = json.dumps(value)

    def remove(self, connection_id: str) -> None:
        self._kept = {key: value for key, value in self._kept.items() if key[0] != connection_id}

    @aside
    def names(self) -> list[str]:
        """Whose secrets are kept."""
        return sorted({connection_id for connection_id, _ in self._kept})

    def _get(self, connection_id: str, what: str) -> dict[str, Any]:
        if (connection_id, what) not in self._kept:
            raise NotFound(f"{connection_id} has no {what}")
        found: dict[str, Any] = json.loads(self._kept[connection_id, what])
        return found
