"""Whether the connection works, and whether the shop's webhooks come to us. Both are safe to run daily."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from platen.connectors.shopify import Settings, documents, products, reading, wire
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.documents import API_VERSION, Document
from platen.domain.verdicts import Denied, Refused
from platen.ports import Finding

NEEDED_SCOPES = {
    "read_orders": "to read orders",
    "read_merchant_managed_fulfillment_orders": "to see what has to leave from the shop's own locations",
    "write_merchant_managed_fulfillment_orders": "to show parcels in the shop",
    "read_fulfillments": "to hear of parcels that others send",
}
USEFUL_SCOPES = {
    "read_all_orders": "orders older than 60 days cannot be read",
    "write_third_party_fulfillment_orders": (
        "parcels with goods that the shop has assigned to another fulfillment service cannot be shown"
    ),
    "read_locations": "locations are told apart by name only, and no warehouse can keep the stock of one",
    "read_products": (
        "packers see neither the options nor the barcode of an item, only the variant's title; and no warehouse can"
        " be told what the shop sells"
    ),
    "read_inventory": "no warehouse can keep the shop's stock: what is counted cannot be read",
    "write_inventory": "no warehouse can keep the shop's stock: what is counted cannot be written",
    "write_orders": "orders can be cancelled in Shopify only: cancelling from Platen needs write_orders",
}
STOCK_SCOPES = ("read_products", "read_inventory", "write_inventory", "read_locations")
"""What a warehouse needs that keeps the shop's stock; of no use to others, so that the lack of one is no fault."""

TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "REFUNDS_CREATE",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
    "FULFILLMENT_ORDERS_PLACED_ON_HOLD",
    "FULFILLMENT_ORDERS_HOLD_RELEASED",
    "FULFILLMENT_ORDERS_MOVED",
    "FULFILLMENT_ORDERS_SPLIT",
    "FULFILLMENT_ORDERS_MERGED",
    "FULFILLMENT_ORDERS_CANCELLED",
    "FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "APP_UNINSTALLED",
)
_ADD_SCOPES = (
    "Add {scopes} to the app (Dev Dashboard: a new version of the app; older apps: Settings > Apps > Develop"
    " apps > API scopes), then install it again."
)


def check(client: Client, settings: Settings) -> list[Finding]:
    """Raises Busy or Unreachable when Shopify cannot be asked; all else is a finding."""
    try:
        answer = client.run(documents.SHOP)
    except Denied as denied:
        return [Finding(ok=False, what=denied.words, fix="Mend the credentials, then run the check again.")]
    found = reading.parse(_ShopAnswer, dict(answer.data), documents.SHOP)
    granted = {scope.handle for scope in found.current_app_installation.access_scopes}
    return [
        _name(found.shop, settings),
        *_scopes(_with_implied(granted)),
        *_costs(client, _with_implied(granted)),
        *_version(client.served_version),
    ]


class _ShopAnswer(wire.Wire):
    shop: wire.Shop
    current_app_installation: wire.Installation


def _name(shop: wire.Shop, settings: Settings) -> Finding:
    if shop.myshopify_domain.lower() == settings.shop:
        return Finding(ok=True, what=f"Connected to {shop.name} ({shop.myshopify_domain}).")
    return Finding(
        ok=False,
        what=f"These credentials are of {shop.myshopify_domain}, not of {settings.shop}.",
        fix="Change the shop in the settings, or use that shop's credentials.",
    )


def _with_implied(scopes: set[str]) -> set[str]:
    """Who may write may read."""
    return scopes | {f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_")}


def _scopes(granted: set[str]) -> Iterable[Finding]:
    missing = {scope: why for scope, why in NEEDED_SCOPES.items() if scope not in granted}
    if missing:
        listed = ", ".join(f"{scope} ({why})" for scope, why in missing.items())
        fix = _ADD_SCOPES.format(scopes=", ".join(missing))
        yield Finding(ok=False, what=f"The app lacks scopes: {listed}.", fix=fix)
    else:
        yield Finding(ok=True, what="The app has all the scopes that are needed.")
    for scope, loss in USEFUL_SCOPES.items():
        if scope not in granted:
            fix = _ADD_SCOPES.format(scopes=scope)
            yield Finding(ok=True, what=f"Without the scope {scope} {loss}.", fix=fix)


def _costs(client: Client, granted: set[str]) -> Iterable[Finding]:
    """To be seen by a permission of its own: without it a warehouse is told no unit costs, and all else works."""
    if granted.issuperset(STOCK_SCOPES) and not products.sees_costs(client):
        yield Finding(
            ok=True,
            what="The app may not see what products cost, so a warehouse is told no unit costs.",
            fix="Have it installed by somebody with the permission 'View product costs' (Shopify admin: Settings >"
            " Users), then run the check again.",
        )


def _version(served: str) -> Iterable[Finding]:
    if served in ("", API_VERSION):
        return
    yield Finding(
        ok=False,
        what=f"Shopify answers with API version {served}; Platen was made for {API_VERSION}.",
        fix="Update Platen: the version it speaks has reached its end.",
    )


def listen(client: Client, url: str, connection_id: str) -> list[Finding]:
    """Make every topic come to ``url``: make what is missing, mend what points to an older address of ours."""
    subscriptions = _listed(client)
    wrong: list[Finding] = []
    done: dict[str, list[str]] = {"made": [], "mended": []}
    for topic in TOPICS:
        of_topic = [one for one in subscriptions if one.topic == topic]
        try:
            did = _bring_in_line(client, topic, of_topic, url, connection_id)
        except (Denied, Refused) as verdict:
            wrong.append(_refused(topic, verdict.words))
        else:
            done.setdefault(did, []).append(_spoken(topic))
    return [*wrong, *_summary(done)]


def _summary(done: dict[str, list[str]]) -> Iterable[Finding]:
    for did, topics in done.items():
        if topics and did:
            yield Finding(ok=True, what=f"Webhooks {did}: {', '.join(topics)}.")
    count = sum(map(len, done.values()))
    if count:
        yield Finding(ok=True, what=f"{count} of {len(TOPICS)} webhooks come to us.")


def _listed(client: Client) -> list[wire.Subscription]:
    """All subscriptions this app made through the API; those of its configuration file are not shown."""
    found: list[wire.Subscription] = []
    after: str | None = None
    for _ in range(reading.MOST_PAGES):
        answer = client.run(documents.WEBHOOKS, {"after": after})
        page = reading.parse(_WebhooksPage, dict(answer.data), documents.WEBHOOKS).webhook_subscriptions
        found += page.nodes
        after = page.next
        if not after:
            break
    return found


class _WebhooksPage(wire.Wire):
    webhook_subscriptions: wire.Nodes[wire.Subscription]


def _bring_in_line(
    client: Client, topic: str, of_topic: Sequence[wire.Subscription], url: str, connection_id: str
) -> str:
    """What had to be done for the topic: ``made``, ``mended`` or nothing. Raises Refused with their words."""
    wanted = {"uri": url, "format": "JSON", "filter": "", "includeFields": []}
    here = next((one for one in of_topic if one.uri == url), None)
    older = next((one for one in of_topic if _is_older_of_ours(one.uri, url, connection_id)), None)
    if here and here.format == "JSON" and not here.filter and not here.include_fields:
        return ""
    mend = here or older
    if mend:
        _mutate(client, documents.WEBHOOK_UPDATE, {"id": mend.id, "subscription": wanted})
        return "mended"
    _mutate(client, documents.WEBHOOK_CREATE, {"topic": topic, "subscription": wanted})
    return "made"


def _mutate(client: Client, document: Document, variables: dict[str, object]) -> None:
    answer = client.run(document, variables)
    payload = next(iter(answer.data.values()), None)
    errors = reading.parse(wire.MutationResult, payload, document).user_errors
    # Somebody else made it since we listed them: that is what was wanted.
    wrong = [error.message[:300] for error in errors if "already been taken" not in error.message]
    if wrong:
        raise Refused("; ".join(wrong))


def _is_older_of_ours(uri: str, url: str, connection_id: str) -> bool:
    """True for an address that differs from ours only in its host or in what comes after the connection."""
    prefix = _up_to(connection_id, urlsplit(url).path)
    return uri != url and uri.startswith(("https://", "http://")) and _starts(urlsplit(uri).path, prefix)


def _up_to(connection_id: str, path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return parts[: parts.index(connection_id) + 1] if connection_id in parts else parts[:-1]


def _starts(path: str, prefix: list[str]) -> bool:
    return bool(prefix) and path.strip("/").split("/")[: len(prefix)] == prefix


def _refused(topic: str, words: str) -> Finding:
    return Finding(
        ok=False,
        what=f"No webhook for {_spoken(topic)}: {words}",
        fix="Until that is mended, changes are found by the poll only. Check the scopes and the address.",
    )


def _spoken(topic: str) -> str:
    """The topic as webhooks spell it.

    >>> _spoken("FULFILLMENT_ORDERS_PLACED_ON_HOLD")
    'fulfillment_orders/placed_on_hold'
    """
    for family in ("fulfillment_orders", "fulfillments", "orders", "refunds", "app"):
        if topic.lower().startswith(f"{family}_"):
            return f"{family}/{topic.lower().removeprefix(f'{family}_')}"
    return topic.lower()
