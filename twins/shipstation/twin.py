"""The ShipStation twin: one account with its stores, its orders, and the hands that pack them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from twins import kit
from twins.shipstation.app import build_app
from twins.shipstation.book import Book
from twins.shipstation.feed_reading import Schema
from twins.shipstation.hooks import Hooks
from twins.shipstation.limits import Limit
from twins.shipstation.model import AWAITING_PAYMENT, AWAITING_SHIPMENT, Order, Parcel
from twins.shipstation.notifier import RETRY_AFTER, Notifier
from twins.shipstation.packing import Packing
from twins.shipstation.poller import Poller
from twins.shipstation.store import Poll, Store
from twins.shipstation.wire import Send, send_over_http

MANUAL_STORE = 22766
"""The store of orders that name none."""
FIRST_CUSTOM_STORE = 25749
RETRY_MINUTES = (1, 5, 30)
"""Of webhooks; how often the real ones are repeated is not documented."""


class ShipStationTwin:
    """Fetches from Custom Stores and posts ship notices to them; serves API V1 at the root and V2 under ``/v2``.

    ``send``: how it calls a Custom Store; ``post``: how it posts webhooks. Nothing happens by itself: ``tick`` does
    what is due (polls of stores with an interval, refreshes that V1 promised, labels, notices), and the served twin
    ticks all the time. ``auto_label_after_seconds``: each order that awaits shipment gets a label when it is that
    old; None leaves it to ``packing``. ``schema`` checks fetched pages besides the twin's own rules.
    """

    def __init__(
        self,
        *,
        now: kit.Now = kit.wall,
        send: Send = send_over_http,
        post: Callable[[str, Mapping[str, str], bytes], int] = kit.post_over_http,
        v1_key: tuple[str, str] = ("v1-key", "v1-secret"),
        v2_key: str = "v2-key",
        v1_per_minute: int = 40,
        v2_per_minute: int = 200,
        notice_retry_after: Sequence[float] = RETRY_AFTER,
        webhook_retry_scale: float = 1.0,
        auto_label_after_seconds: float | None = None,
        schema: Schema | None = None,
    ) -> None:
        self.now = now
        self.v1_key = v1_key
        self.v2_key = v2_key
        self.v1_limit = Limit(v1_per_minute)
        self.v2_limit = Limit(v2_per_minute)
        self.auto_label_after_seconds = auto_label_after_seconds
        self.api_calls_counted: Counter[str] = Counter()
        """Call name -> how many arrived (those a fault cut off before did not)."""
        self.ignored: list[str] = []
        """Fields of V1 and V2 requests that mean nothing to the twin: slips of the hand, most likely."""
        self.manual_store_id = MANUAL_STORE
        self.warehouses = {524391: "Ship From"}
        """Number -> name of the Ship From locations; the first is the default."""
        self.opened_at = now()
        self.lock = threading.RLock()
        self.book = Book()
        self.stores: dict[int, Store] = {}
        self.faults = kit.Faults()
        self.outbox = kit.Outbox(
            retry_after=tuple(minutes * 60 * webhook_retry_scale for minutes in RETRY_MINUTES), post=post, now=now
        )
        self.hooks = Hooks(self.outbox)
        self.poller = Poller(self.book, self.lock, now, send, schema, self.announce_orders)
        self.notifier = Notifier(self.lock, now, send, tuple(notice_retry_after))
        self.packing = Packing(self)
        self._ticking = threading.Lock()
        self.app = build_app(self)

    # ── stores ──

    def add_store(self, url: str, user: str, password: str, *, name: str = "Custom Store", **rest: Any) -> Store:
        """Connect a Custom Store; it is fetched from this moment on, unless ``last_refresh`` says since when."""
        with self.lock:
            store_id = FIRST_CUSTOM_STORE + len(self.stores)
            rest.setdefault("last_refresh", self.now())
            store = Store(store_id, name, url, user, password, created_at=self.now(), **rest)
            self.stores[store_id] = store
            return store

    def store(self, store_id: int) -> Store:
        """Raises LookupError."""
        if store_id not in self.stores:
            raise LookupError(f"Custom Store {store_id}")
        return self.stores[store_id]

    def refresh(self, store: Store | None = None, *, since: datetime | None = None) -> Poll:
        """Fetch now; without a ``store``, from the only one there is."""
        if store is None:
            [store] = self.stores.values()
        return self.poller.refresh(store, since=since)

    # ── what is there ──

    @property
    def orders(self) -> list[Order]:
        with self.lock:
            return list(self.book)

    def numbered(self, number: str) -> Order:
        """The only order of that number. Raises LookupError."""
        found = [order for order in self.orders if order.content.number == number]
        if len(found) != 1:
            raise LookupError(f"one order numbered {number}; there are {len(found)}")
        return found[0]

    @property
    def labels(self) -> list[Parcel]:
        with self.lock:
            return [parcel for _, parcel in self.book.parcels() if parcel.label]

    @property
    def duplicates(self) -> list[str]:
        """Keys that more than one order has, splits left aside: what must never be."""
        with self.lock:
            counted = Counter((order.store_id, order.key) for order in self.book if order.parent_id is None)
        return [key for (_, key), count in counted.items() if count > 1]

    # ── what happens by itself ──

    def tick(self) -> None:
        """Do what is due, once; when somebody is already at it, nothing."""
        if not self._ticking.acquire(blocking=False):
            return
        try:
            for store in list(self.stores.values()):
                self._refresh_if_due(store)
            with self.lock:
                self.book.release_holds(self.now())
            if self.auto_label_after_seconds is not None:
                self._label_what_waits(timedelta(seconds=self.auto_label_after_seconds))
            self.notifier.pump()
        finally:
            self._ticking.release()

    def _refresh_if_due(self, store: Store) -> None:
        with self.lock:
            promised, store.asked_to_refresh = store.asked_to_refresh, []
            interval = store.interval_seconds
            waited = self.now() - (store.last_attempt or store.last_refresh)
        for since in promised:
            self.poller.refresh(store, since=since, by="refreshstore")
        if not promised and store.auto_import and interval is not None and waited >= timedelta(seconds=interval):
            self.poller.refresh(store, by="schedule")

    def _label_what_waits(self, age: timedelta) -> None:
        now = self.now()
        for order in self.orders:
            if order.status == AWAITING_SHIPMENT and order.left and order.created_at + age <= now:
                self.packing.label(order.order_id)

    def announce_orders(self, orders: Sequence[Order]) -> None:
        """One webhook for all orders of one import, when one of them is more than unpaid (documented)."""
        told = [order for order in orders if order.status != AWAITING_PAYMENT]
        if not told:
            return
        store_id, batch = told[0].store_id, told[0].import_batch
        if any(order.in_orders_tab for order in told):
            for event in ("ORDER_NOTIFY", "ITEM_ORDER_NOTIFY"):
                self.hooks.tell_v1(event, f"/orders?storeID={store_id}&importBatch={batch}", store_id)
        self.hooks.tell_v2("shipment_created_v2", f"/shipments?import_batch_id={batch}", store_id)
