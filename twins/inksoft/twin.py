"""The InkSoft twin: store paths with a key each, their orders, and the hand that moves them on."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict, Field

from twins import kit
from twins.inksoft import troubles
from twins.inksoft.api import build_app
from twins.inksoft.asked import Line, PlaceOrder
from twins.inksoft.goods import Product
from twins.inksoft.model import Item, Mail, Order, Shipment, Told
from twins.inksoft.people import Site, User
from twins.inksoft.shop import Shop
from twins.switches import Asked

STORES = {41001: "Spirit Store", 41002: "Club Store", 41003: "Designer Embed"}


class Switches(Asked):
    """What nobody published: the twin does either, and a caller has to live with both.

    ``lists_pending``: orders that wait for approval are listed too. ``demands_email``: GetOrder wants OrderEmail
    even with a key. ``email_is_proof``: and takes it in place of one. ``pre_salesdoc``: items by the older ids.
    ``mended_spelling``: names as they must be meant, not as they were transcribed. ``camel_case``: whatever Format
    says. ``takes_unique_ids`` and ``takes_carrier``: of CreateOrderShipments. ``takes_key_header``: x-api-key.
    ``reads_are_public``: products and store data need no key. ``listing_refused_with``: the status of a key that
    may not list. ``most_results``: of one page. ``zone_hours``: the list's ranges are compared by a clock so far
    from UTC. ``list_lag_seconds``: the list leaves an order out until its last change is so old.
    ``parcel_lag_seconds``: and GetOrder a parcel. ``package_as``: what GetOrderPackage's data is.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    lists_pending: bool = False
    demands_email: bool = False
    email_is_proof: bool = True
    pre_salesdoc: bool = False
    mended_spelling: bool = True
    camel_case: bool = False
    takes_unique_ids: bool = False
    takes_carrier: bool = False
    takes_key_header: bool = False
    reads_are_public: bool = False
    listing_refused_with: int = Field(default=400, ge=400, le=599)
    most_results: int = Field(default=100, ge=1)
    zone_hours: float = Field(default=0, ge=-14, le=14)
    list_lag_seconds: float = Field(default=0, ge=0)
    parcel_lag_seconds: float = Field(default=0, ge=0)
    package_as: Literal["packages", "orders", "object"] = "packages"


class InkSoftTwin:
    """One store path to begin with (``store``, with three stores on it); ``add_site`` makes more.

    ``switches``: see Switches. ``email`` and ``password`` are what SignIn takes.
    """

    def __init__(
        self,
        *,
        now: kit.Now = kit.wall,
        store: str = "acme",
        api_key: str = "inksoft-key",
        email: str = "shop@example.com",
        password: str = "secret",
        stores: Mapping[int, str] | None = None,
        **switches: Any,
    ) -> None:
        self.now = now
        self.lock = threading.RLock()
        self.switches = Switches(**switches)
        self.shop = Shop(now, {})
        self.add_site(store, api_key, stores or STORES, (email, password))
        self.faults = kit.Faults()
        self.outbox = kit.Outbox(retry_after=(), post=kit.post_over_http, now=now)
        """Stays empty: InkSoft has no webhooks."""
        self.after_page: deque[Callable[[], object]] = deque()
        """One is done after each page of GetOrderSummaries: see ``between_pages``."""
        self.told: list[Told] = []
        self.mails: list[Mail] = []
        self.api_calls_counted: Counter[str] = Counter()
        """Method -> how many arrived (those a fault cut off before did not)."""
        self.app = build_app(self)

    # ── what there is ──

    @property
    def orders(self) -> list[Order]:
        """The oldest first."""
        with self.lock:
            return list(self.shop.orders.values())

    def order(self, order_id: int) -> Order:
        """Raises KeyError."""
        with self.lock:
            return self.shop.orders[order_id]

    @property
    def duplicates(self) -> list[str]:
        """Order and tracking number that are in more than one parcel: somebody told it twice."""
        with self.lock:
            seen = Counter(f"{order.id} {one.tracking}" for order in self.orders for one in order.shipments)
        return sorted(key for key, count in seen.items() if count > 1)

    def site(self, uri: str = "") -> Site:
        """By its path, whatever the case; empty: the first. Raises KeyError."""
        return self.shop.sites[uri.lower()] if uri else next(iter(self.shop.sites.values()))

    def add_site(
        self, uri: str, api_key: str, stores: Mapping[int, str], login: tuple[str, str] | None = None
    ) -> Site:
        with self.lock:
            made = Site(uri, api_key, dict(stores), [User(*login)] if login else [])
            self.shop.sites[uri.lower()] = made
            return made

    # ── what goes wrong ──

    def trouble(
        self, kind: troubles.Trouble, on: str = "*", *, times: int = 1, skip: int = 0, seconds: float = 1.0
    ) -> None:
        self.faults.add(troubles.fault(kind, on, times=times, skip=skip, seconds=seconds))

    def between_pages(self, happens: Callable[[], object]) -> None:
        """After the next page that is listed (and each further one after the page that follows)."""
        self.after_page.append(happens)

    def expire_sessions(self) -> None:
        """Every token that was given out is worthless from now on."""
        with self.lock:
            for site in self.shop.sites.values():
                site.sessions.clear()

    # ── what a hand does ──

    def place_order(self, asked: PlaceOrder | None = None, /, **fields: Any) -> Order:
        """Raises ValueError (pydantic's too) for what cannot be ordered."""
        with self.lock:
            return self.shop.place(asked or PlaceOrder.model_validate(fields))

    def add_product(self, sku: str, name: str, price: Decimal | str = "20", **more: Any) -> Product:
        with self.lock:
            return self.shop.goods.add(sku, name, Decimal(price), **more)

    def remove_product(self, sku: str) -> None:
        """Orders keep their ids, and asking for the product finds nothing. Raises KeyError."""
        with self.lock:
            found = self.shop.goods.by_sku(sku)
            if found is None:
                raise KeyError(f"product {sku}")
            del self.shop.goods.products[found.id]

    def change_address(self, order_id: int, changes: Mapping[str, Any] | None) -> None:
        with self.lock:
            self.shop.change_address(self.order(order_id), changes)

    def edit_quantity(self, order_id: int, item: str | int, quantity: int) -> None:
        with self.lock:
            self.shop.edit_quantity(self.order(order_id), item, quantity)

    def add_item(self, order_id: int, **line: Any) -> Item:
        with self.lock:
            return self.shop.add_item(self.order(order_id), Line.model_validate(line))

    def write(self, order_id: int, **changes: Any) -> None:
        """Anything that placing an order takes and that is only shown: notes, gift_message, due, …"""
        with self.lock:
            self.shop.write(self.order(order_id), changes)

    def cancel(self, order_id: int) -> None:
        with self.lock:
            self.shop.cancel(self.order(order_id))

    def pay(self, order_id: int, amount: Decimal | None = None) -> None:
        with self.lock:
            self.shop.pay(self.order(order_id), amount)

    def refund(self, order_id: int) -> None:
        with self.lock:
            self.shop.refund(self.order(order_id))

    def approve(self, order_id: int) -> None:
        with self.lock:
            self.shop.approve(self.order(order_id))

    def set_status(self, order_id: int, *, status: str = "", production_status: str = "", **flags: bool) -> None:
        with self.lock:
            self.shop.set_words(self.order(order_id), status=status, production_status=production_status, **flags)

    def comment(self, order_id: int, text: str, by: str = "Shop") -> None:
        with self.lock:
            self.shop.comment(self.order(order_id), text, by)

    def ship_by_hand(
        self,
        order_id: int,
        tracking: str,
        items: Mapping[str, int] | None = None,
        *,
        completes: bool = True,
        carrier: str = "UPS",
        service: str = "Ground",
    ) -> Shipment:
        """Record Shipment in the admin. ``items``: item -> how many; None: all that is left."""
        with self.lock:
            order = self.order(order_id)
            packed = order.unpacked if items is None else [(order.item(key), n) for key, n in items.items()]
            return self.shop.pack(order, tracking, packed, completes=completes, carrier=carrier, service=service)

    def pick_up(self, order_id: int, by: str = "Given Family") -> Shipment:
        with self.lock:
            order = self.order(order_id)
            return self.shop.pack(order, "", order.unpacked, completes=True, pickup=True, picked_up_by=by)

    def touch(self, order_id: int, moment: datetime | None = None) -> None:
        """Something nobody sees changed: only DateModified moves."""
        with self.lock:
            self.shop.touch(self.order(order_id), moment)

    def remove(self, order_id: int) -> None:
        """As if it had never been. Raises KeyError."""
        with self.lock:
            del self.shop.orders[order_id]
