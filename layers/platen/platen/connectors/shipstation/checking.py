"""The check of a connection, by the way it goes: everything that can be asked without sending an order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from platen.connectors.shipstation import Settings
from platen.connectors.shipstation.client import Client
from platen.connectors.shipstation.client_v1 import ClientV1
from platen.domain.verdicts import Denied, Verdict
from platen.ports import Access, Finding, NotFound

V1_EVENTS = frozenset({"SHIP_NOTIFY"})
V2_EVENTS = frozenset({"label_created_v2", "fulfillment_shipped_v2"})
"""A label that was bought, and a mark as shipped: neither tells of the other (documented)."""
_MOST_NAMED = 20


def check_v1(client: Callable[[], ClientV1], settings: Settings, access: Access) -> list[Finding]:
    def ask(v1: ClientV1) -> Iterator[Finding]:
        stores = {one.store_id: one for one in v1.stores()}
        left = "" if v1.calls_left is None else f" It has {v1.calls_left} calls left of the 40 it has each minute."
        yield Finding(ok=True, what=f"ShipStation takes the V1 API key.{left}")
        names = _named(f"{one.store_id} ({one.store_name})" for one in stores.values() if one.active)
        chosen = stores.get(str(settings.v1_store_id or ""))
        if settings.v1_store_id is None:
            yield Finding(
                ok=True,
                what="No store ID is set, so orders go into ShipStation's first manual store.",
                fix=f"Set v1_store_id to choose one of {names}.",
            )
        elif chosen is None:
            what = f"ShipStation has no store {settings.v1_store_id}."
            yield Finding(ok=False, what=what, fix=f"Set v1_store_id to one of {names}.")
        elif not chosen.active:
            what = f"The store {settings.v1_store_id} ({chosen.store_name}) is not active in ShipStation."
            yield Finding(ok=False, what=what, fix=f"Activate it there, or set v1_store_id to one of {names}.")
        else:
            yield Finding(ok=True, what=f"Orders go into the store {chosen.store_name} ({chosen.store_id}).")
        hooks = {one.event for one in v1.webhooks() if one.active and one.url == webhook_url(access)}
        yield _webhooks(hooks, V1_EVENTS, settings)

    return list(_tried(client, ask, "V1 API key and secret"))


def check_v2(client: Callable[[], Client], settings: Settings, access: Access) -> list[Finding]:
    def ask(v2: Client) -> Iterator[Finding]:
        warehouses = {one.warehouse_id: one for one in v2.warehouses()}
        yield Finding(ok=True, what="ShipStation takes the V2 API key.")
        names = _named(f"{one.warehouse_id} ({one.name})" for one in warehouses.values())
        chosen = warehouses.get(settings.warehouse_id)
        if chosen:
            yield Finding(ok=True, what=f"Parcels leave from {chosen.name} ({chosen.warehouse_id}).")
        else:
            what = f"ShipStation has no warehouse {settings.warehouse_id or 'that is set'}."
            yield Finding(ok=False, what=what, fix=f"Set warehouse_id to one of {names}.")
        hooks = {one.event for one in v2.webhooks() if one.url == webhook_url(access)}
        yield _webhooks(hooks, V2_EVENTS, settings)

    return list(_tried(client, ask, "V2 API key"))


def webhook_url(access: Access) -> str:
    """Where this connection's webhooks come in; empty while it has no address."""
    try:
        return str(access.secrets.webhook(access.connection_id).get("url", ""))
    except NotFound:
        return ""


def _tried[C](client: Callable[[], C], ask: Callable[[C], Iterator[Finding]], key: str) -> Iterator[Finding]:
    """What was found until something went wrong, and what that was."""
    try:
        yield from ask(client())
    except Denied as no:
        yield Finding(ok=False, what=no.words, fix=f"Put in the {key} as ShipStation shows it, under API settings.")
    except Verdict as no:
        yield Finding(ok=False, what=no.words, fix="Try again in a few minutes.")


def _webhooks(there: Collection[str], wanted: frozenset[str], settings: Settings) -> Finding:
    missing = sorted(wanted - set(there))
    if not missing:
        return Finding(ok=True, what=f"ShipStation tells Platen at once: {', '.join(sorted(wanted))}.")
    return Finding(
        ok=True,
        what=f"ShipStation does not tell Platen by itself ({', '.join(missing)}), so parcels are seen when it is "
        f"asked, every {settings.poll_minutes} minutes.",
        fix="To hear at once: in ShipStation, Settings > Integrations > Webhooks, add one for each of these events "
        "with this connection's webhook URL.",
    )


def _named(names: Iterator[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return (", ".join(listed[:_MOST_NAMED]) or "none") + more
