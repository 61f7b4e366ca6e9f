"""The world: Platen between the Shopify twin and the Picanova twin, all in one process and in fake time.

Requests reach the twins through ``WsgiHttp``; the twins' webhooks reach ``receive``; a person works
through ``Operator``, as the console and the command do. ``assert_promises`` holds the promises against what
both twins and Platen's own memory say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from platen.domain.connection import Role
from platen.domain.job import Job, JobState
from platen.domain.order import order_id
from platen.domain.record import OrderRecord, OrderState
from platen.domain.verdicts import Unreachable
from platen.ports import Http, Reply
from platen.usecases.receive import receive
from tests.fakes import Crash, FakeClock
from tests.support.bench import Bench
from tests.support.wsgi import WsgiHttp
from twins.picanova import PicanovaTwin
from twins.picanova.orders import Order as VendorSide
from twins.shopify import ShopifyTwin
from twins.shopify.model import Fulfillment
from twins.shopify.model import Order as StoreSide

SHOP_HOST = "acme.myshopify.com"
PRINT_HOST = "api.picanova.com"
PRINT_V1_HOST = "api.merchone.com"
STORE, VENDOR = "acme", "prints"
CREATE, FULFIL = "POST /orders", "fulfillmentCreate"
"""The twins' own names of the two calls that must never be carried out twice."""
CANVAS = {
    "sku": "CANVAS-1",
    "print_sku": "DIGI-40X30-1",
    "print_url": "https://art.example/7f3a.jpg",
    "options": [
        {"name": "Canvas border", "value": "Mirrored"},
        {"name": "Stretcher frame", "value": "2 cm"},
    ],
}
BUYER = {
    "first_name": "Ottilie",
    "last_name": "Quellwasser",
    "address1": "Lange Zeile 17",
    "city": "Musterlingen",
    "zip": "10115",
    "country": "Germany",
    "country_code": "DE",
    "phone": "+49 30 5550123",
}
_GONE_AT_VENDOR = ("CANCELLED", "ERROR", "REFUNDED")


class Guarded:
    """The door with the hosts of one connector, as the real one refuses all others."""

    def __init__(self, http: WsgiHttp, hosts: Sequence[str]) -> None:
        self._http = http
        self._hosts = tuple(hosts)

    def send(self, method: str, url: str, **rest: Any) -> Reply:
        host = urlsplit(url).hostname or ""
        if not any(fnmatchcase(host, one) for one in self._hosts):
            raise Unreachable(f"{host} is not a host of this connector")
        return self._http.send(method, url, **rest)

    def lines(self, url: str, **rest: Any) -> Iterator[bytes]:
        host = urlsplit(url).hostname or ""
        if not any(fnmatchcase(host, one) for one in self._hosts):
            raise Unreachable(f"{host} is not a host of this connector")
        return self._http.lines(url, **rest)


class World(Bench):
    def __init__(
        self, *, shopify: Mapping[str, Any] | None = None, picanova: Mapping[str, Any] | None = None
    ) -> None:
        clock = FakeClock()
        self.shopify = ShopifyTwin(shop=SHOP_HOST, now=clock, post=self.post, **(shopify or {}))
        self.picanova = PicanovaTwin(now=clock, post=self.post, **({"rate_per_minute": 0} | dict(picanova or {})))
        self.http = WsgiHttp(
            {SHOP_HOST: self.shopify.app, PRINT_HOST: self.picanova.app, PRINT_V1_HOST: self.picanova.app}
        )
        super().__init__(open_http=self._open, clock=clock)
        self.statuses: list[int] = []
        """What webhooks were answered; 0: no answer."""
        self.lose_replies = 0
        """So many of the next webhooks are taken in, and their senders never hear of it."""

    def _open(self, hosts: Sequence[str]) -> Http:
        return Guarded(self.http, hosts)

    # connecting, by the operator's entrance

    def connect(self) -> World:
        """Both connections, the link between them, and one product."""
        self.connect_shopify()
        self.connect_picanova()
        self.link()
        self.map_products(CANVAS)
        self.picanova.set_webhook_url("eu", self.do("webhook_url", connection=VENDOR)["webhook_url"])
        self.picanova.set_webhook_url("us", self.do("webhook_url", connection=VENDOR)["webhook_url"])
        return self

    def connect_shopify(self, connection_id: str = STORE, **changes: Any) -> dict[str, Any]:
        fields = {
            "settings": {"shop": SHOP_HOST},
            "credentials": {"client_id": "app", "client_secret": "hush"},
            "intake": {},
        } | changes
        answer: dict[str, Any] = self.do("connect", system="shopify", connection_id=connection_id, **fields)
        return answer

    def connect_picanova(self, connection_id: str = VENDOR, **changes: Any) -> dict[str, Any]:
        fields = {
            "settings": {"mode": "live", "regions": ["eu", "us"]},
            "credentials": {"eu_user": "eu-user", "eu_key": "eu-key", "us_user": "us-user", "us_key": "us-key"},
        } | changes
        answer: dict[str, Any] = self.do("connect", system="picanova", connection_id=connection_id, **fields)
        return answer

    def link(self, store: str = STORE, vendor: str = VENDOR, **changes: Any) -> None:
        self.do("link", store=store, vendor=vendor, **changes)

    def map_products(self, *rows: Mapping[str, Any], store: str = STORE) -> None:
        self.do("products_import", store=store, rows=[dict(row) for row in rows])

    # what the outside does

    def place_order(self, *lines: Mapping[str, Any], **details: Any) -> StoreSide:
        """A buyer's order; one canvas to Germany unless told otherwise."""
        wanted = lines or ({"sku": "CANVAS-1", "title": "Canvas", "quantity": 1, "price": "39.90"},)
        return self.shopify.place_order(wanted, **({"ship_to": BUYER} | details))

    def vendor_order(self, order: StoreSide) -> VendorSide:
        """The one order the vendor has for it."""
        (found,) = self.vendor_orders(order)
        return found

    def vendor_orders(self, order: StoreSide) -> list[VendorSide]:
        key = self.key(order)
        return [one for one in self.picanova.orders if key in (one.external_id or "")]

    def ships(self, *orders: StoreSide, tracking: str = "T") -> None:
        """The vendor ships each of them in one parcel, and the news go their way."""
        for order in orders:
            for one in self.vendor_orders(order):
                self.picanova.ship(one.id, tracking=f"{tracking}-{one.id}")
        self.run()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """A webhook comes in, by its secret path."""
        found = re.fullmatch(r"https://hooks\.example/webhooks/(store|vendor)/([^/]+)/([^/]+)", url)
        assert found, url
        self.statuses.append(0)
        role, connection_id, key = Role(found[1]), found[2], found[3]
        try:
            status = receive(self.hub, role, connection_id=connection_id, key=key, headers=headers, body=body)
        except Crash as crash:
            raise ConnectionError("the receiver is gone") from crash
        if self.lose_replies:
            self.lose_replies -= 1
            raise ConnectionError("the answer got lost")
        self.statuses[-1] = int(status)
        return int(status)

    # time

    def work(self) -> bool:
        pumped = self.shopify.outbox.pump() + self.picanova.outbox.pump()
        return super().work() or bool(pumped)

    def quiet(self) -> bool:
        return not self._deliveries() and super().quiet()

    def next_moment(self) -> datetime:
        return min([super().next_moment(), *self._deliveries()])

    def _deliveries(self) -> list[datetime]:
        return [one.due for twin in (self.shopify, self.picanova) for one in twin.outbox.waiting]

    # looking

    def key(self, order: StoreSide) -> str:
        return order_id(STORE, str(order.id))

    def of(self, order: StoreSide) -> OrderRecord:
        return self.record(self.key(order))

    def job(self, order: StoreSide, job_id: str = "1") -> Job:
        return self.of(order).jobs[job_id]

    def state(self, order: StoreSide) -> OrderState:
        return self.of(order).head.state

    def attention_of(self, order: StoreSide) -> list[dict[str, Any]]:
        return [one for one in self.attention() if one["order_id"] == self.key(order)]

    def causes(self, order: StoreSide) -> list[str]:
        return [one["cause"] for one in self.attention_of(order)]

    def tell_all(self, order: StoreSide, action: str, place: str = "", **fields: Any) -> dict[str, Any]:
        """A person's click that is sure to be right."""
        answer = self.click(action, self.key(order), place, **fields)
        assert answer["ok"], answer["error"]
        return answer

    def fulfillments(self, order: StoreSide) -> list[Fulfillment]:
        """What the store shows of it now."""
        return [one for one in self.shopify.fulfillments(order) if one.status == "SUCCESS"]

    def tracking_shown(self, order: StoreSide) -> list[str]:
        return sorted(each.number or "" for one in self.fulfillments(order) for each in one.tracking)

    # the promises

    def assert_promises(self, *, dead_letters: int = 0, reprints: int = 0, unheard: int = 0) -> None:
        """Hold everything that can be seen against what is promised.

        ``dead_letters``: how many there are, where a test made some on purpose. ``reprints``: pieces that
        a person had made anew. ``unheard``: orders that Platen cannot know of yet.
        """
        assert len(self.queues.dead()) == dead_letters, self.queues.dead()
        assert self.picanova.duplicates == []
        known = {record.head.order_id for record in self.orders.records()}
        missing = [one.name for one in self.shopify.orders.values() if self.key(one) not in known]
        assert len(missing) == unheard, missing
        for order in self.shopify.orders.values():
            if self.key(order) in known:
                self._assert_in_one_place(order)
                self._assert_shown_once(order)
        too_many = sum(self._pieces_too_many(order) for order in self.shopify.orders.values())
        assert too_many <= reprints, "the vendor makes more than was ordered"
        self._assert_jobs_are_somewhere()

    def _assert_in_one_place(self, order: StoreSide) -> None:
        record = self.of(order)
        head = record.head
        if head.state is OrderState.WAITING:
            assert head.waiting_for
        elif head.state is OrderState.NOTHING_TO_MAKE:
            assert head.nothing_because
        elif head.state is OrderState.ATTENTION:
            assert self.causes(order), "in attention, and nobody is shown why"
            for item in self.attention_of(order):
                assert item["problems"]
                assert all(one["what"] for one in item["problems"])
                assert item["actions"]
        elif head.state is OrderState.CANCELLED:
            assert head.cancelled_at or head.cancel or any(job.dropped for job in record.jobs.values())
        else:
            assert any(job.state is not JobState.CANCELLED for job in record.jobs.values())

    def _assert_jobs_are_somewhere(self) -> None:
        for record in self.orders.records():
            for job in record.jobs.values():
                there = [one for one in self.picanova.orders if one.external_id == job.external_id]
                if job.state in (JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED):
                    assert [one.id for one in there] == [job.vendor_ref]
                elif job.state in (JobState.READY, JobState.CLAIMED, JobState.UNKNOWN):
                    assert job.due_at, f"nothing will ever look at job {job.external_id} again"
                elif job.state is JobState.CANCELLED:
                    live = [one.id for one in there if one.status not in _GONE_AT_VENDOR]
                    assert live == [], f"job {job.external_id} is cancelled here and made there"
                else:
                    assert job.attention

    def _assert_shown_once(self, order: StoreSide) -> None:
        record = self.of(order)
        told = [one for one in record.shipments.values() if one.told_at]
        ids = Counter(number for one in told for number in one.fulfillments)
        assert all(count == 1 for count in ids.values()), "two parcels share one fulfillment"
        shown = Counter(self.tracking_shown(order))
        for one in told:
            assert one.fulfillments
            if one.parcel.tracking:
                assert shown[one.parcel.tracking] == len(one.fulfillments)
        sent = Counter(
            tracking.tracking_number for made in self.vendor_orders(order) for tracking in made.shipments
        )
        for number, count in sent.items():
            assert not number or shown[number] <= count * max(1, len(order.fulfillment_orders))

    def _pieces_too_many(self, order: StoreSide) -> int:
        """How many pieces the vendor makes beyond what was ordered."""
        making = sum(
            item.quantity
            for one in self.vendor_orders(order)
            if one.status not in _GONE_AT_VENDOR
            for item in one.items
        )
        return max(0, making - sum(line.quantity for line in order.lines))

    def assert_done(self, *orders: StoreSide) -> None:
        """Made once, shipped, and every parcel shown at the store with its tracking."""
        for order in orders:
            assert self.state(order) is OrderState.DONE, self.of(order)
            vendors = [one for one in self.vendor_orders(order) if one.status not in _GONE_AT_VENDOR]
            parcels = sorted(parcel.tracking_number for one in vendors for parcel in one.shipments)
            assert [one for one in self.tracking_shown(order) if one] == [one for one in parcels if one]
            assert len(self.fulfillments(order)) == len(parcels)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
