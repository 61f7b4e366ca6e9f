"""Configure: connections are made, linked, paused; their secrets go to one place and stay there."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, SecretStr

from platen.connectors import Connector
from platen.domain.connection import Connection, Intake, Link, Role
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import Message, PollHint, Queue
from platen.ports import Finding, NotFound, Schedules
from platen.usecases.health import well_again


@dataclass(frozen=True)
class Desk:
    """What only the operator's function has: schedules, and the address the outside reaches us at."""

    stack: str
    schedules: Schedules
    public_url: str


class NotAllowed(Exception):
    """What was asked for cannot be configured so; the text says why and what can."""


def connect(
    hub: Hub,
    desk: Desk,
    *,
    connection_id: str,
    connector: Connector,
    settings: BaseModel,
    credentials: BaseModel,
    rules: dict[str, Any],
) -> tuple[Connection, list[Finding], str]:
    """Make a connection, or change one; gives it, what a check found, and its webhook URL.

    Secrets are stored before the connection that needs them, schedules after it: broken off anywhere,
    it can simply be done again.
    """
    old = _known(hub, connection_id)
    if old and old.system != connector.system:
        raise NotAllowed(f"{connection_id} is a {old.system} connection; choose another name.")
    now = hub.clock.now()
    url = _store_secrets(hub, desk, connection_id, connector, credentials)
    connection = hub.connections.save(
        Connection(
            connection_id=connection_id,
            system=connector.system,
            roles=tuple(sorted(connector.roles)),
            settings=settings.model_dump(mode="json"),
            links=old.links if old else (),
            intake=_intake(connector, old, rules, now),
            paused=old.paused if old else False,
            created_at=old.created_at if old else now,
            version=old.version if old else 0,
        )
    )
    hub.connections.save_health(well_again(hub.connections.health(connection_id)))
    findings = check(hub, connection, url)
    schedule_polls(hub, desk, connection)
    return connection, findings, url


def _known(hub: Hub, connection_id: str) -> Connection | None:
    try:
        return hub.connections.get(connection_id)
    except NotFound:
        return None


def _intake(connector: Connector, old: Connection | None, rules: dict[str, Any], now: datetime) -> Intake | None:
    if Role.STORE not in connector.roles:
        return None
    # Stores tell times in whole seconds: an order of this very second must not seem older.
    fresh = {"orders_since": now.replace(microsecond=0)}
    kept = old.intake.model_dump() if old and old.intake else fresh
    return Intake.model_validate(kept | rules)


def _store_secrets(hub: Hub, desk: Desk, connection_id: str, connector: Connector, credentials: BaseModel) -> str:
    """Old path keys stay good: a vendor may have frozen the old address into its orders."""
    try:
        path_keys = hub.secrets.webhook(connection_id)["path_keys"]
    except NotFound:
        path_keys = [random.token_urlsafe(24)]
    role = Role.STORE if Role.STORE in connector.roles else Role.VENDOR
    url = f"{desk.public_url}/webhooks/{role.value}/{connection_id}/{path_keys[0]}"
    hub.secrets.put_credentials(connection_id, revealed(credentials))
    keys = connector.webhook_keys(credentials)
    hub.secrets.put_webhook(connection_id, {"path_keys": path_keys, "keys": keys, "url": url})
    # A token minted from older credentials must not outlive them.
    hub.secrets.put_token(connection_id, {})
    return url


def revealed(credentials: BaseModel) -> dict[str, Any]:
    """The credentials with their secrets readable: for the parameter store only."""
    return {name: _reveal(value) for name, value in credentials.model_dump().items()}


def _reveal(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list | tuple):
        return [_reveal(one) for one in value]
    return value


def check(hub: Hub, connection: Connection, url: str = "") -> list[Finding]:
    """Whether the connection works, and what a person still has to do; mends webhooks where it can."""
    findings: list[Finding] = []
    try:
        if Role.STORE in connection.roles:
            store = hub.store(connection)
            findings += store.check()
            if url and all(finding.ok for finding in findings):
                findings += store.listen(url)
        if Role.VENDOR in connection.roles:
            findings += hub.vendor(connection).check()
    except Verdict as verdict:
        findings.append(Finding(ok=False, what=verdict.words, fix="Mend this, then connect again."))
    return findings


def webhook_url(hub: Hub, connection_id: str) -> str:
    url: str = hub.secrets.webhook(connection_id)["url"]
    return url


def schedule_polls(hub: Hub, desk: Desk, connection: Connection) -> None:
    """One schedule for each connection that is polled; none while it is paused."""
    connector = hub.connector(connection.system)
    minutes = connector.poll_minutes(hub.settings(connection))
    name = f"{connection.connection_id}-poll"  # in the stack's own group
    if not minutes or connection.paused:
        desk.schedules.remove(name)
        return
    queue, message = poll_of(connection)
    desk.schedules.every(name, minutes, queue, message)


def poll_of(connection: Connection) -> tuple[Queue, Message]:
    queue = Queue.STORE_POLLS if Role.STORE in connection.roles else Queue.VENDOR_POLLS
    return queue, PollHint(connection=connection.connection_id)


def link(hub: Hub, store_id: str, new: Link) -> Connection:
    """Send a store's lines to a vendor; one link a vendor, the newest wins its place."""
    store = hub.connections.get(store_id)
    vendor = hub.connections.get(new.vendor)
    if Role.STORE not in store.roles:
        raise NotAllowed(f"{store_id} is no store.")
    if Role.VENDOR not in vendor.roles:
        raise NotAllowed(f"{new.vendor} is no vendor.")
    others = tuple(one for one in store.links if one.vendor != new.vendor)
    return hub.connections.save(store.but(links=(*others, new)))


def unlink(hub: Hub, store_id: str, vendor_id: str) -> Connection:
    store = hub.connections.get(store_id)
    links = tuple(one for one in store.links if one.vendor != vendor_id)
    if links == store.links:
        raise NotAllowed(f"{store_id} has no link to {vendor_id}.")
    return hub.connections.save(store.but(links=links))


def pause(hub: Hub, desk: Desk, connection_id: str, *, paused: bool) -> Connection:
    """Paused work waits where it stands; resumed, it goes on, and its failures are forgotten."""
    connection = hub.connections.get(connection_id)
    if connection.paused is not paused:
        connection = hub.connections.save(connection.but(paused=paused))
    if not paused:
        hub.connections.save_health(well_again(hub.connections.health(connection_id)))
    schedule_polls(hub, desk, connection)
    return connection
