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
    Files,
    Http,
    Ledger,
    Orders,
    Products,
    Queues,
    Removed,
    Secrets,
    StockedStore,
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
    files: Files
    ledger: Ledger
    open_http: Callable[[Sequence[str]], Http]
    """hosts -> the door to them."""
    artwork: Artwork | None = None
    """None where print files are not looked at."""
    connector: Callable[[str], Connector] = connectors.load
    new_token: Callable[[], str] = _new_token
    _settings: dict[str, tuple[tuple[str, dict[str, Any]], Any]] = field(default_factory=dict)
    """Connection -> its system and settings as they are kept, and as they were read."""
    _doors: dict[tuple[str, ...], Http] = field(default_factory=dict)

    def store(self, connection: Connection) -> Store:
        connector = self.connector(connection.system)
        return connector.open_store(self.access(connection))

    def vendor(self, connection: Connection) -> Vendor:
        connector = self.connector(connection.system)
        return connector.open_vendor(self.access(connection))

    def stocked_store(self, connection: Connection) -> StockedStore | None:
        """The store as one that counts stock; None for one whose stock cannot be written."""
        return self.connector(connection.system).open_stock(self.access(connection))

    def settings(self, connection: Connection) -> Any:
        """The connection's settings, as its connector's model."""
        given, read = self._settings.get(connection.connection_id, (None, None))
        # Compared, for its version does not tell: one that was removed and made anew counts from the beginning.
        if given != (connection.system, connection.settings):
            given = connection.system, connection.settings
            read = self.connector(connection.system).settings.model_validate(connection.settings)
            self._settings[connection.connection_id] = given, read
        return read

    def access(self, connection: Connection) -> Access:
        """What the connection's connector gets to reach its account."""
        connector = self.connector(connection.system)
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
            files=self.files,
            ledger=self.ledger,
        )

    def still_there(self, connection_id: str) -> Connection | None:
        """The connection; None when a person has removed it: orders and messages outlive their connections.
        Raises NotFound for a name that never was one: whoever speaks of it is wrong."""
        try:
            return self.connections.get(connection_id)
        except Removed:
            return None

    def former(self) -> list[str]:
        """The names of connections that a person has removed, and that are not there again."""
        there = {one.connection_id for one in self.connections.all()}
        return [name for name in self.connections.removed() if name not in there]

    # what routing asks of the vendors; one that is gone has no rules any more, and what it had stays as it is

    def account_of(self, vendor: str, ship_to: Address | None, details: PrintDetails) -> str:
        connection = self.connections.get(vendor)
        settings = self.settings(connection)
        return self.connector(connection.system).account_of(settings, ship_to, details)

    def making_of(self, vendor: str) -> Making:
        connection = self.still_there(vendor)
        return connection.making if connection else Making()

    def lacking(self, vendor: str, details: PrintDetails) -> tuple[str, ...]:
        connector = self._connector_of(vendor)
        return connector.lacking(details) if connector else ()

    def most_prints(self, vendor: str) -> int:
        connector = self._connector_of(vendor)
        return connector.most_prints if connector else Connector.most_prints

    def amends(self, vendor: str) -> bool:
        connection = self.still_there(vendor)
        return connection is not None and self.connector(connection.system).amends(self.settings(connection))

    def takes_waiting(self, vendor: str) -> bool:
        connection = self.still_there(vendor)
        return connection is not None and self.connector(connection.system).takes_waiting(self.settings(connection))

    def takes_test_orders(self, vendor: str) -> bool:
        connector = self._connector_of(vendor)
        return connector is None or connector.test_orders

    def _connector_of(self, vendor: str) -> Connector | None:
        connection = self.still_there(vendor)
        return self.connector(connection.system) if connection else None
