"""Configure: connections are made, linked, paused; their secrets go to one place and stay there."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, SecretStr

from platen.connectors import Connector
from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection, Health, Intake, Link, Role
from platen.domain.making import Making
from platen.domain.model import Value
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import Message, PollHint, Queue, SyncHint
from platen.ports import Finding, NotFound, Schedules
from platen.usecases.health import begun_anew


@dataclass(frozen=True)
class Desk:
    """What only the operator's function has: schedules, and the address the outside reaches us at."""

    stack: str
    schedules: Schedules
    public_url: str
    files_bucket: str = ""


LARGEST = 350_000


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
    making: dict[str, Any] | None = None,
) -> tuple[Connection, list[Finding], str]:
    """Make a connection, or change one; gives it, what a check found, and its webhook URL.

    Secrets are stored before the connection that needs them, schedules after it: broken off anywhere,
    it can simply be done again.
    """
    old = _known(hub, connection_id)
    if old and old.system != connector.system:
        raise NotAllowed(f"{connection_id} is a {old.system} connection; choose another name.")
    now = hub.clock.now()
    _rules_fit(connector, connection_id, rules, making or {})
    connection = _not_too_long(
        Connection(
            connection_id=connection_id,
            system=connector.system,
            roles=tuple(sorted(connector.roles)),
            settings=settings.model_dump(mode="json"),
            links=old.links if old else (),
            intake=_intake(connector, old, rules, now),
            making=changed_making(old, making or {}),
            moved_in=old.moved_in if old else False,
            paused=old.paused if old else False,
            created_at=old.created_at if old else now,
            version=old.version if old else 0,
        ),
    )
    # What is refused is refused by now: credentials are kept only with the connection they are for.
    url = _store_secrets(hub, desk, connection_id, connector, credentials)
    connection = _save(hub, connection)
    health = hub.connections.health(connection_id)
    # Of one that had this name before, nothing may be left: how far its news were read is of another account.
    known = health if old else Health(connection_id=connection_id, version=health.version)
    hub.connections.save_health(begun_anew(known, now))
    findings = check(hub, connection, url)
    schedule_polls(hub, desk, connection)
    return connection, findings, url


def _save(hub: Hub, connection: Connection) -> Connection:
    return hub.connections.save(_not_too_long(connection))


def _not_too_long(connection: Connection) -> Connection:
    """Raises NotAllowed for rules that no longer fit into one item of the table (400 KB)."""
    if len(connection.model_dump_json().encode()) > LARGEST:
        raise NotAllowed(f"The rules of {connection.connection_id} are too long to be kept: shorten its tables.")
    return connection


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
    return _changed(Intake, old.intake if old and old.intake else Intake(**fresh), rules)


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


def feed_url(hub: Hub, desk: Desk, connection: Connection) -> str:
    """Where a vendor fetches its jobs; empty for one that does not."""
    if not hub.connector(connection.system).fetch_minutes(hub.settings(connection)):
        return ""
    path_keys = hub.secrets.webhook(connection.connection_id)["path_keys"]
    return f"{desk.public_url}/feeds/{connection.connection_id}/{path_keys[0]}"


def depot(desk: Desk, connection: Connection) -> dict[str, Any]:
    """Where a warehouse finds and puts its files, and where its program calls; empty for what is no warehouse."""
    if Role.WAREHOUSE not in connection.roles:
        return {}
    name = connection.connection_id
    return {
        "bucket": desk.files_bucket,
        "folders": [f"out/{name}/", f"in/{name}/", f"ack/{name}/"],
        "api_url": f"{desk.public_url}/v1/wh/{name}",
    }


def schedule_polls(hub: Hub, desk: Desk, connection: Connection) -> None:
    """One schedule for each connection that is polled; none while it is paused."""
    _schedule_syncs(hub, desk, connection)
    name = f"{connection.connection_id}-poll"  # in the stack's own group
    if connection.paused:
        desk.schedules.remove(name)
        return
    minutes = hub.connector(connection.system).poll_minutes(hub.settings(connection))
    if not minutes:
        desk.schedules.remove(name)
        return
    queue, message = poll_of(connection)
    desk.schedules.every(name, minutes, queue, message)


def _schedule_syncs(hub: Hub, desk: Desk, connection: Connection) -> None:
    """Of a warehouse: the interval, and End of Day by the site's clock. Either message only says that time has
    passed; what is due is found out then, so one that comes twice, late or not at all changes nothing."""
    if Role.WAREHOUSE not in connection.roles:
        return
    settings: Warehousing = hub.settings(connection)
    interval, end_of_day = f"{connection.connection_id}-sync", f"{connection.connection_id}-end-of-day"
    hint = SyncHint(connection=connection.connection_id)
    if settings.sync_minutes and not connection.paused:
        desk.schedules.every(interval, settings.sync_minutes, Queue.SYNCS, hint)
    else:
        desk.schedules.remove(interval)
    if settings.end_of_day_time and not connection.paused:
        desk.schedules.daily(end_of_day, settings.end_of_day_time, settings.time_zone, Queue.SYNCS, hint)
    else:
        desk.schedules.remove(end_of_day)


def poll_of(connection: Connection) -> tuple[Queue, Message]:
    queue = Queue.STORE_POLLS if Role.STORE in connection.roles else Queue.VENDOR_POLLS
    return queue, PollHint(connection=connection.connection_id)


def link(hub: Hub, store_id: str, new: Link, *, before: str = "") -> Connection:
    """Send a store's lines to a vendor. A link of that name is replaced where it stands; a new one is the last,
    unless it is to come ``before`` another."""
    store = hub.connections.get(store_id)
    vendor = hub.connections.get(new.vendor)
    if Role.STORE not in store.roles:
        raise NotAllowed(f"{store_id} is no store.")
    if Role.VENDOR not in vendor.roles:
        raise NotAllowed(f"{new.vendor} is no vendor.")
    links = list(store.links)
    names = [one.called for one in links]
    place = names.index(new.called) if new.called in names else len(links)
    if new.called in names:
        links.pop(place)
    if before:
        left = [one.called for one in links]
        if before not in left:
            raise NotAllowed(f"{store_id} has no other link {before}.")
        place = left.index(before)
    links.insert(place, new)
    return _save(hub, store.but(links=tuple(links)))


def unlink(hub: Hub, store_id: str, *, name: str = "", vendor_id: str | None = None) -> Connection:
    """Take away the link of that name, or every link to a vendor."""
    store = hub.connections.get(store_id)
    links = tuple(one for one in store.links if not (one.called == name if name else one.vendor == vendor_id))
    if links == store.links:
        raise NotAllowed(
            f"{store_id} has no link to {vendor_id}." if vendor_id else f"{store_id} has no link {name}."
        )
    return _save(hub, store.but(links=links))


def change_rules(hub: Hub, connection_id: str, *, intake: dict[str, Any], making: dict[str, Any]) -> Connection:
    """Change some of a connection's rules; the others, its settings and its credentials stay."""
    connection = hub.connections.get(connection_id)
    _rules_fit(hub.connector(connection.system), connection_id, intake, making)
    return _save(
        hub,
        connection.but(
            intake=_changed(Intake, connection.intake, intake), making=changed_making(connection, making)
        ),
    )


def _rules_fit(connector: Connector, connection_id: str, intake: dict[str, Any], making: dict[str, Any]) -> None:
    if intake and Role.STORE not in connector.roles:
        raise NotAllowed(f"{connection_id} is no store: it has no rules for taking orders in.")
    if making and Role.VENDOR not in connector.roles:
        raise NotAllowed(f"{connection_id} is no vendor: it has no rules for making orders.")


def changed_making(old: Connection | None, rules: dict[str, Any]) -> Making:
    """Its rules with some of them changed. Raises as :func:`change_rules` does."""
    return _changed(Making, old.making if old else Making(), rules) or Making()


def _changed[T: Value](model: type[T], old: T | None, changes: dict[str, Any]) -> T | None:
    """Raises NotAllowed for a rule there is none of; pydantic's ValidationError for a wrong value."""
    unknown = sorted(changes.keys() - model.model_fields.keys())
    if unknown:
        known = ", ".join(model.model_fields)
        raise NotAllowed(f"There is no rule {', '.join(unknown)}; there are: {known}.")
    if old is None:
        return None
    return model.model_validate(old.model_dump() | changes) if changes else old


def pause(hub: Hub, desk: Desk, connection_id: str, *, paused: bool) -> Connection:
    """Paused work waits where it stands; resumed, it goes on, and its failures are forgotten."""
    connection = hub.connections.get(connection_id)
    if connection.paused is not paused:
        connection = _save(hub, connection.but(paused=paused))
    health = hub.connections.health(connection_id)
    if not paused:
        hub.connections.save_health(begun_anew(health, hub.clock.now()))
    elif health.silences:
        hub.connections.save_health(health.but(silences=()))  # now it is silent because it was told to be
    schedule_polls(hub, desk, connection)
    return connection
