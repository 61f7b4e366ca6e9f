"""The packing house: InkSoft and Shopify as stores, ShipStation as the one who ships, all twins in fake time.

ShipStation comes to Platen's feed by itself, every quarter of an hour, and posts its notices there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from platen.domain.connection import Role
from platen.domain.order import order_id
from platen.domain.record import OrderRecord, OrderState
from platen.ports import FeedRequest
from platen.usecases.feed import serve
from platen.usecases.receive import receive
from tests.fakes import Crash, FakeClock
from tests.support.bench import Bench
from tests.support.world import Guarded
from tests.support.wsgi import WsgiHttp
from twins.inksoft import InkSoftTwin
from twins.inksoft.model import Order as InkOrder
from twins.shipstation import ShipStationTwin
from twins.shipstation.model import Order as PackedOrder
from twins.shipstation.store import Store as CustomStore
from twins.shipstation.wire import Answer
from twins.shopify import ShopifyTwin
from twins.shopify.model import Order as ShopOrder

INK, SHOP, PACKERS = "spirit", "acme", "packers"
"""Our names of the three connections."""
SHOP_HOST = "acme.myshopify.com"
USER, PASSWORD = "platen", "a password of length"
EVERY = timedelta(minutes=15)
BUYER = {
    "first_name": "Zoë",
    "last_name": "Ångström",
    "address1": "Rue de l'Église 7",
    "city": "Genève",
    "zip": "1201",
    "country": "Switzerland",
    "country_code": "CH",
}


class PackingHouse(Bench):
    def __init__(self, way: str = "custom_store", **shipstation: Any) -> None:
        clock = FakeClock()
        self.way = way
        self.inksoft = InkSoftTwin(now=clock)
        self.shopify = ShopifyTwin(shop=SHOP_HOST, now=clock, post=self._post)
        fast = {"v1_per_minute": 100_000, "v2_per_minute": 100_000}
        self.shipstation = ShipStationTwin(now=clock, send=self._call, post=self._post, **(fast | shipstation))
        self.http = WsgiHttp(
            {
                "stores.inksoft.com": self.inksoft.app,
                SHOP_HOST: self.shopify.app,
                "ssapi.shipstation.com": self.shipstation.app,
                "api.shipstation.com": self.shipstation.app,
                "api.shipengine.com": self.shipstation.app,
            }
        )
        super().__init__(open_http=lambda hosts: Guarded(self.http, hosts), clock=clock)
        self.store: CustomStore | None = None
        self.calls: list[tuple[str, int]] = []
        """ShipStation's calls to the feed, with what they were answered; 0: no answer."""
        self.lose_answers = 0
        """So many of the next calls are done, and ShipStation never hears of it."""

    # connecting

    def connect(self, **settings: Any) -> PackingHouse:
        """Both stores, ShipStation, and everything of both stores sent there."""
        self.do("connect", system="inksoft", connection_id=INK, settings={"store_uri": "acme"}, credentials=_KEY)
        self.do(
            "connect",
            system="shopify",
            connection_id=SHOP,
            settings={"shop": SHOP_HOST},
            credentials={"client_id": "app", "client_secret": "hush"},
        )
        made = self.connect_shipstation(**settings)
        for store in (INK, SHOP):
            self.do("link", store=store, vendor=PACKERS, lines="all")
        if self.way == "custom_store":
            self.store = self.shipstation.add_store(
                made["feed_url"], USER, PASSWORD, interval_seconds=EVERY.total_seconds()
            )
        return self

    def listen(self) -> None:
        """ShipStation's webhooks of both APIs go to Platen; without them the lists are read by and by."""
        url = self.do("webhook_url", connection=PACKERS)["webhook_url"]
        hooks = self.shipstation.hooks
        for event in ("ORDER_NOTIFY", "SHIP_NOTIFY", "FULFILLMENT_SHIPPED"):
            hooks.add(hooks.v1, event, url)
        for event in ("shipment_created_v2", "label_created_v2", "fulfillment_shipped_v2"):
            hooks.add(hooks.v2, event, url)

    def connect_shipstation(self, **settings: Any) -> dict[str, Any]:
        credentials = {
            "store_user": USER,
            "store_password": PASSWORD,
            "v1_key": "v1-key",
            "v1_secret": "v1-secret",
            "v2_key": "v2-key",
        }
        chosen = {"way": self.way, "fetch_minutes": 15, "warehouse_id": "se-524391"} | settings
        made: dict[str, Any] = self.do(
            "connect", system="shipstation", connection_id=PACKERS, settings=chosen, credentials=credentials
        )
        return made

    # what the outside does

    def ink_order(self, **fields: Any) -> InkOrder:
        return self.inksoft.place_order(**fields)

    def shop_order(self, **fields: Any) -> ShopOrder:
        lines = [{"sku": "MUG-1", "title": "Mug “Ärger” & Co", "quantity": 2, "price": "14.90"}]
        return self.shopify.place_order(lines, **({"ship_to": BUYER} | fields))

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """ShipStation calls the feed, through what the gateway makes of it."""
        parts = urlsplit(url)
        found = re.fullmatch(r"/feeds/([^/]+)/([^/]+)", parts.path)
        assert found, url
        self.calls.append((method, 0))
        request = FeedRequest(
            method=method,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        try:
            answer = serve(self.hub, connection_id=found[1], key=found[2], request=request)
        except Crash as crash:
            raise ConnectionError("the function is gone") from crash
        if self.lose_answers:
            self.lose_answers -= 1
            raise ConnectionError("the answer got lost")
        self.calls[-1] = (method, int(answer.status))
        return Answer(int(answer.status), answer.body)

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        found = re.fullmatch(r"https://hooks\.example/webhooks/(store|vendor)/([^/]+)/([^/]+)", url)
        assert found, url
        role, connection_id, key = Role(found[1]), found[2], found[3]
        try:
            return int(receive(self.hub, role, connection_id=connection_id, key=key, headers=headers, body=body))
        except Crash as crash:
            raise ConnectionError("the receiver is gone") from crash

    def pack_everything(self, **label: Any) -> None:
        """A label on every order that awaits shipment."""
        for order in self.waiting_for_labels():
            self.shipstation.packing.label(order.order_id, tracking=f"1Z{order.order_id}", **label)

    def waiting_for_labels(self) -> list[PackedOrder]:
        return [one for one in self.shipstation.orders if one.status == "awaiting_shipment" and one.left]

    # time

    def work(self) -> bool:
        pumped = self.shopify.outbox.pump() + self.shipstation.outbox.pump()
        calls = len(self.calls)
        self.shipstation.tick()
        busy = bool(pumped) or len(self.calls) > calls
        return super().work() or busy

    def next_moment(self) -> datetime:
        posts = [one.due for twin in (self.shopify, self.shipstation) for one in twin.outbox.waiting]
        posts += [one.due for one in self.shipstation.notifier.notices if one.state == "waiting"]
        if self.store and self.store.auto_import:
            posts.append((self.store.last_attempt or self.store.last_refresh) + EVERY)
        return min([super().next_moment(), *posts])

    def ship_all(self, at_least: float = 1, **label: Any) -> None:
        """Orders come to ShipStation, get their labels, and the stores are told; in so many hours each."""
        for step in (lambda: self.pack_everything(**label), lambda: None):
            self.run(timedelta(hours=at_least + 2), at_least=timedelta(hours=at_least))
            step()

    # looking

    def key(self, order: InkOrder | ShopOrder) -> str:
        return order_id(INK if isinstance(order, InkOrder) else SHOP, str(order.id))

    def of(self, order: InkOrder | ShopOrder) -> OrderRecord:
        return self.record(self.key(order))

    def of_known(self, order: InkOrder | ShopOrder) -> bool:
        return any(record.head.order_id == self.key(order) for record in self.orders.records())

    def packed(self, order: InkOrder | ShopOrder) -> list[PackedOrder]:
        """ShipStation's orders of it, parts of a split aside."""
        return [one for one in self.shipstation.orders if self.key(order) in one.key and one.parent_id is None]

    def tracking_shown(self, order: InkOrder | ShopOrder) -> list[str]:
        if isinstance(order, InkOrder):
            return sorted(one.tracking for one in self.inksoft.order(order.id).shipments)
        live = [one for one in self.shopify.fulfillments(order) if one.status == "SUCCESS"]
        return sorted(each.number or "" for one in live for each in one.tracking)

    def assert_shipped_once(self, *orders: InkOrder | ShopOrder) -> None:
        """At ShipStation once, and every parcel shown once at its store."""
        assert self.shipstation.duplicates == []
        assert self.inksoft.duplicates == []
        for order in orders:
            (there,) = self.packed(order)
            labels = sorted(one.tracking for one in there.parcels if one.voided_at is None)
            assert labels, f"{there.content.number} has no label"
            assert self.tracking_shown(order) == labels
            assert self.of(order).head.state is OrderState.DONE, self.of(order)
        shown = Counter(number for order in orders for number in self.tracking_shown(order))
        assert not [number for number, count in shown.items() if count > 1]
        assert self.queues.dead() == []

    def store_errors(self) -> list[str]:
        return [error.message for error in self.store.errors] if self.store else []


_KEY = {"api_key": "inksoft-key"}
