"""The hub: every port in one hand, and connectors opened on it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from platen import connectors
from platen.connectors import Connector
from platen.domain.connection import Connection
from platen.domain.making import Making
from platen.domain.order import Address
from platen.domain.printing import PrintDetails
from platen.ports import (
    Access,
    Artwork,
    Cache,
    Clock,
    Connections,
    Feed,
    Http,
    Orders,
    Products,
    Queues,
    Secrets,
    Store,
    Vendor,
)


def _new_token() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Hub:
    """What the use cases work with. Tests build one of fakes; ``compose`` builds the real one."""

    clock: Clock
    orders: Orders
    connections: Connections
    products: Products
    cache: Cache
    secrets: Secrets
    queues: Queues
    feed: Feed
    open_http: Callable[[Sequence[str]], Http]
    """hosts -> the door to them."""
    artwork: Artwork | None = None
    """None where print files are not looked at."""
    connector: Callable[[str], Connector] = connectors.load
    new_token: Callable[[], str] = _new_token
    _settings: dict[tuple[str, int], Any] = field(default_factory=dict)
    _doors: dict[tuple[str, ...], Http] = field(default_factory=dict)

    def store(self, connection: Connection) -> Store:
        connector = self.connector(connection.system)
        return connector.open_store(self._access(connector, connection))

    def vendor(self, connection: Connection) -> Vendor:
        connector = self.connector(connection.system)
        return connector.open_vendor(self._access(connector, connection))

    def settings(self, connection: Connection) -> Any:
        """The connection's settings, as its connector's model."""
        key = connection.connection_id, connection.version
        if key not in self._settings:
            self._settings[key] = self.connector(connection.system).settings.model_validate(connection.settings)
        return self._settings[key]

    def _access(self, connector: Connector, connection: Connection) -> Access:
        settings = self.settings(connection)
        hosts = connector.hosts(settings)
        if hosts not in self._doors:
            self._doors[hosts] = self.open_http(hosts)
        return Access(
            connection=connection,
            settings=settings,
            http=self._doors[hosts],
            clock=self.clock,
            secrets=self.secrets,
            cache=self.cache,
            feed=self.feed,
        )

    # what routing asks of the vendors

    def account_of(self, vendor: str, ship_to: Address | None, details: PrintDetails) -> str:
        connection = self.connections.get(vendor)
        settings = self.settings(connection)
        return self.connector(connection.system).account_of(settings, ship_to, details)

    def making_of(self, vendor: str) -> Making:
        return self.connections.get(vendor).making

    def lacking(self, vendor: str, details: PrintDetails) -> tuple[str, ...]:
        return self._connector_of(vendor).lacking(details)

    def most_prints(self, vendor: str) -> int:
        return self._connector_of(vendor).most_prints

    def amends(self, vendor: str) -> bool:
        connection = self.connections.get(vendor)
        return self.connector(connection.system).amends(self.settings(connection))

    def takes_waiting(self, vendor: str) -> bool:
        connection = self.connections.get(vendor)
        return self.connector(connection.system).takes_waiting(self.settings(connection))

    def _connector_of(self, vendor: str) -> Connector:
        return self.connector(self.connections.get(vendor).system)

    def takes_test_orders(self, vendor: str) -> bool:
        return self._connector_of(vendor).test_orders
