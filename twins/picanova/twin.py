"""The Picanova twin: two store accounts on one host, and the hand that moves their orders on."""

from __future__ import annotations

import heapq
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from twins import kit
from twins.picanova import catalogue, places
from twins.picanova.account import Account, Window
from twins.picanova.api import build_app
from twins.picanova.checks import ReadOrder, read_order
from twins.picanova.orders import CANCELLABLE, FLOW, STATUSES, Book, Order, Shipment, TooLate
from twins.picanova.render import Style, time_object
from twins.picanova.render_v1 import StyleV1

RETRY_MINUTES = (1, 5, 10, 20, 30)
_WALK = ("ACCEPTED", "GENERATED", "IN_PROGRESS", "FULFILLED")


@dataclass
class TickingOutbox(kit.Outbox):
    """An outbox whose pump first lets the vendor do what is due."""

    tick: Callable[[], None] = lambda: None

    def pump(self) -> int:
        self.tick()
        return super().pump()


class PicanovaTwin:
    """Serves the beta API for both accounts under ``/api/beta``, told apart by their Basic credentials, and v1
    under ``/api/v1``: external ids and order ids are of one store, and each API shows the orders made by it.

    ``search_lag_seconds``: how long a new order is missing from ``/orders/@id``. ``rate_per_minute``: calls
    for each account, 0 for no limit. ``auto_ship_after_seconds``: orders that are no tests walk from DRAFT to
    FULFILLED in that time; None leaves it to ``advance`` and ``ship``. ``file_check``: asked for each file
    ``file_check_after_seconds`` after an order is made; when it says no, or raises, the order turns to ERROR.
    ``late_cancel_status``: the answer to a cancel that comes too late (inferred). ``v1_tells_pages``: v1's list
    says how many pages it has (the published sample does not). The rest are spellings (see ``Style``) and
    switches that say what they do.
    """

    def __init__(
        self,
        *,
        now: kit.Now = kit.wall,
        post: Callable[[str, Mapping[str, str], bytes], int] = kit.post_over_http,
        eu: tuple[str, str] = ("eu-user", "eu-key"),
        us: tuple[str, str] = ("us-user", "us-key"),
        sandbox_eu: bool = False,
        sandbox_us: bool = False,
        rate_per_minute: int = 60,
        search_lag_seconds: float = 0.0,
        refuse_duplicates: bool = True,
        webhook_url_eu: str = "",
        webhook_url_us: str = "",
        times_as_objects: bool = False,
        money_as_text: bool = False,
        options_as_list: bool = False,
        cancelled_as: str = "CANCELLED",
        auto_ship_after_seconds: float | None = None,
        webhook_retry_scale: float = 1.0,
        file_check: Callable[[str], bool] = lambda _url: True,
        file_check_after_seconds: float = 0.0,
        page_size: int = 20,
        late_cancel_status: int = 422,
        v1_tells_pages: bool = False,
        v1_oldest_first: bool = False,
        v1_ignores_page: bool = False,
        v1_packages_list_items: bool = True,
    ) -> None:
        self.now = now
        self.accounts: dict[str, Account] = {
            "eu": Account("eu", eu, catalogue.EU, places.EU_CARRIERS, sandbox_eu, webhook_url_eu),
            "us": Account("us", us, catalogue.US, places.US_CARRIERS, sandbox_us, webhook_url_us),
        }
        for account in self.accounts.values():
            account.window = Window(rate_per_minute)
        self.refuse_duplicates = refuse_duplicates
        self.style = Style(times_as_objects, money_as_text, options_as_list, cancelled_as)
        self.auto_ship_after_seconds = auto_ship_after_seconds
        self.file_check = file_check
        self.file_check_after_seconds = file_check_after_seconds
        self.page_size = page_size
        self.late_cancel_status = late_cancel_status
        self.v1_style = StyleV1(v1_packages_list_items)
        self.v1_tells_pages = v1_tells_pages
        self.v1_oldest_first = v1_oldest_first
        self.v1_ignores_page = v1_ignores_page
        self.api_calls_counted: Counter[str] = Counter()
        """Call name -> how many arrived (those a fault cut off before did not)."""
        self.lock = threading.RLock()
        self.book = Book(timedelta(seconds=search_lag_seconds))
        self.faults = kit.Faults()
        self.outbox = TickingOutbox(
            retry_after=tuple(minutes * 60 * webhook_retry_scale for minutes in RETRY_MINUTES),
            post=post,
            now=now,
            tick=self.tick,
        )
        self._due: list[tuple[datetime, int, str, str]] = []
        self._planned = 0
        self.app = build_app(self)

    # ── what the API does ──

    @property
    def orders(self) -> list[Order]:
        """Every order, the oldest first."""
        with self.lock:
            return list(self.book.orders.values())

    @property
    def duplicates(self) -> list[str]:
        """External ids held by more than one order: what must never be."""
        with self.lock:
            return self.book.duplicates()

    def order(self, order_id: str) -> Order:
        """By the vendor's id. Raises KeyError."""
        with self.lock:
            return self.book.orders[order_id]

    def create(self, account: Account, body: dict[str, Any], read: ReadOrder = read_order) -> Order:
        """``read`` is the API's way of reading it. Raises Invalid, and makes nothing then."""
        with self.lock:
            draft = read(
                body, account, lambda given: self.refuse_duplicates and self.book.taken(account.name, given)
            )
            order = self.book.add(
                draft,
                account=account.name,
                currency=account.catalogue.currency,
                is_test=draft.is_test or account.sandbox,
                webhook_url=account.webhook_url,
                now=self.now(),
            )
            self._plan(order)
            return order

    def cancel(self, order: Order) -> None:
        """As the API does it. Raises TooLate."""
        with self.lock:
            if order.status not in CANCELLABLE:
                raise TooLate(order.status)
            self._cancel(order, "API")

    # ── what happens by itself ──

    def tick(self) -> None:
        """Do what is due: look at files, walk orders on. Called by the outbox's pump and by every call."""
        while True:
            with self.lock:
                if not self._due or self._due[0][0] > self.now():
                    return
                _, _, order_id, step = heapq.heappop(self._due)
                order = self.book.orders[order_id]
            if step == "files":
                self._look_at_files(order)
            else:
                self._walk(order, step)

    def _plan(self, order: Order) -> None:
        self._at(order, self.file_check_after_seconds, "files")
        if self.auto_ship_after_seconds is not None and not order.is_test:
            for number, step in enumerate(_WALK, start=1):
                self._at(order, self.auto_ship_after_seconds * number / len(_WALK), step)

    def _at(self, order: Order, seconds: float, step: str) -> None:
        self._planned += 1
        heapq.heappush(self._due, (order.created_at + timedelta(seconds=seconds), self._planned, order.id, step))

    def _look_at_files(self, order: Order) -> None:
        for item in order.items:
            if order.status in FLOW and not self._usable(item.file):
                self.fail(order.id, f"The file of item {item.id} cannot be used.")
                return

    def _usable(self, url: str) -> bool:
        try:
            return self.file_check(url)
        except Exception:  # noqa: BLE001 - a file that cannot even be looked at is one that cannot be printed
            return False

    def _walk(self, order: Order, step: str) -> None:
        with self.lock:
            if order.status not in FLOW or FLOW.index(order.status) >= FLOW.index(step):
                return
            if step == "FULFILLED":
                self.ship(order.id, tracking=f"TWIN{order.id.removeprefix('PPO')}")
            else:
                self.advance(order.id, step)

    # ── what a hand does ──

    def advance(self, order_id: str, status: str) -> None:
        """Set a status, without a word to anybody. Raises KeyError, and ValueError for an unknown status."""
        if status not in STATUSES:
            raise ValueError(f"{status} is no status; use one of {', '.join(STATUSES)}")
        with self.lock:
            self._set(self.book.orders[order_id], status)

    def ship(
        self,
        order_id: str,
        items: Mapping[int, int] | None = None,
        *,
        tracking: str = "JD014600003",
        carrier: str = "DHL",
        url: str | None = None,
    ) -> int:
        """A parcel with ``items`` (item id -> how many; None: all that is left); gives its index in the order.

        Both ``tracking`` and ``url`` may be empty. Raises KeyError, and ValueError for more than is left.
        """
        with self.lock:
            order = self.book.orders[order_id]
            parcel = dict(order.remaining if items is None else items)
            left = order.remaining
            if not parcel or any(not 0 < count <= left.get(item_id, 0) for item_id, count in parcel.items()):
                raise ValueError(f"{order_id} has {left} left to ship, not {parcel}")
            if url is None:
                url = f"https://track.example/{carrier}/{tracking}".replace(" ", "%20") if tracking else ""
            shipment = Shipment(carrier, tracking, url, self.now(), parcel)
            order.shipments.append(shipment)
            if order.status in FLOW:
                self._set(order, "IN_PROGRESS" if order.remaining else "FULFILLED")
            self._tell(order, "shipment_sent", shipment=self.style.for_webhooks().shipment(shipment, order))
            return len(order.shipments) - 1

    def fill_tracking(self, order_id: str, index: int, tracking: str, url: str = "") -> None:
        """Write a shipment's tracking later on. No webhook tells of it: only asking again finds it."""
        with self.lock:
            order = self.book.orders[order_id]
            order.shipments[index].tracking_number = tracking
            order.shipments[index].tracking_url = url or f"https://track.example/{tracking}"
            order.updated_at = self.now()

    def tracking_event(self, order_id: str, status: str, *, location: str = "", details: str = "") -> None:
        """A carrier's scan (``shipment_tracking_event``; its fields are documented, a sample is not)."""
        with self.lock:
            event = {"status": status, "location": location, "details": details, "date": time_object(self.now())}
            self._tell(self.book.orders[order_id], "shipment_tracking_event", event=event)

    def fail(self, order_id: str, reason: str) -> None:
        """ERROR, told by ``order_failed``."""
        with self.lock:
            order = self.book.orders[order_id]
            self._set(order, "ERROR")
            self._tell(order, "order_failed", reason=reason)

    def cancel_by_vendor(self, order_id: str, author: str = "System") -> None:
        """CANCELLED, told by ``order_canceled``; ``author`` is System or somebody's name."""
        with self.lock:
            self._cancel(self.book.orders[order_id], author)

    def comment(self, order_id: str, comment: str = "Please check the print file.") -> None:
        """``order_commented``: nothing else changes."""
        with self.lock:
            self._tell(self.book.orders[order_id], "order_commented", comment=comment)

    def set_up(self, account: Literal["eu", "us"], sku: str, url: str = "https://art.example/set-up.jpg") -> str:
        """A product in v1's sense: a blueprint's SKU with artwork; gives its own SKU. Raises ValueError."""
        with self.lock:
            held = self.accounts[account]
            if held.catalogue.blueprint(sku) is None:
                raise ValueError(f"{account} has no blueprint {sku}")
            image = held.library.upload(f"{sku}.jpg", url, self.now())
            return held.library.set_up(sku, image).sku

    def set_webhook_url(self, account: Literal["eu", "us"], url: str) -> None:
        """For orders made from now on."""
        with self.lock:
            self.accounts[account].webhook_url = url

    def _cancel(self, order: Order, author: str) -> None:
        self._set(order, "CANCELLED")
        self._tell(order, "order_canceled", author=author)

    def _set(self, order: Order, status: str) -> None:
        order.status = status
        order.updated_at = self.now()

    def _tell(self, order: Order, kind: str, **extra: Any) -> None:
        """Queue a webhook, with the order as it is at this moment. They are unsigned and carry no event id."""
        if not order.webhook_url:
            return
        body = {
            "type": kind,
            "created": time_object(self.now()),
            "data": {**extra, "order": self.style.for_webhooks().order(order)},
        }
        self.outbox.send(order.webhook_url, {"Content-Type": "application/json"}, json.dumps(body).encode())
