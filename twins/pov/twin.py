"""The POV twin: two customers on one host, and the hand that moves their orders on."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from twins import kit
from twins.pov.account import Account, Window
from twins.pov.api import build_app
from twins.pov.checks import SKUS, read_order
from twins.pov.orders import CANCELLABLE, FLOW, STATUSES, Book, Order, Shipment, Taken, TooLate, corrected

RETRY_MINUTES = (1, 5, 30)


@dataclass
class TickingOutbox(kit.Outbox):
    """An outbox whose pump first lets POV do what is due."""

    tick: Callable[[], None] = lambda: None

    def pump(self) -> int:
        self.tick()
        return super().pump()


class PovTwin:
    """Serves the ``pov-v0`` contract under ``/v0`` for both customers, told apart by ``X-Customer-Id``.

    ``search_lag_seconds``: how long a new order is missing from the look-up by reference. ``unique_references``
    False: a repeated reference makes a second order, as at a vendor that does not know the rule. ``skus`` None: any
    product is known. ``art_check``: asked for each file ``art_check_after_seconds`` after an order is made; when it
    says no, the order is rejected (the slow no). ``test_minutes``: a test order walks to shipped in that time, with
    a tracking number that begins with TEST. ``auto_ship_after_seconds``: the same for live orders; None leaves it
    to ``advance`` and ``ship``. ``can_cancel``: DELETE works. Without a ``webhook_url`` nothing is posted.

    ``wrong_mode``: so many of the next orders are taken in the other mode. ``replay``: so many of the next readings
    of the list of shipments ignore the cursor and begin anew.
    """

    def __init__(
        self,
        *,
        now: kit.Now = kit.wall,
        post: Callable[[str, Mapping[str, str], bytes], int] = kit.post_over_http,
        test: tuple[str, str] = ("test-customer", ""),
        live: tuple[str, str] = ("live-customer", ""),
        rate_per_minute: int = 60,
        search_lag_seconds: float = 0.0,
        unique_references: bool = True,
        skus: Collection[str] | None = SKUS,
        art_check: Callable[[str], bool] = lambda _url: True,
        art_check_after_seconds: float = 0.0,
        test_minutes: float = 5.0,
        auto_ship_after_seconds: float | None = None,
        can_cancel: bool = False,
        page_size: int = 50,
        webhook_url: str = "",
        webhook_secret: str = "",
        webhook_retry_scale: float = 1.0,
    ) -> None:
        self.now = now
        self.accounts = {name: Account(name, *who) for name, who in (("test", test), ("live", live))}
        for account in self.accounts.values():
            account.window = Window(rate_per_minute)
        self.unique_references = unique_references
        self.skus = skus
        self.art_check = art_check
        self.art_check_after_seconds = art_check_after_seconds
        self.test_minutes = test_minutes
        self.auto_ship_after_seconds = auto_ship_after_seconds
        self.can_cancel = can_cancel
        self.page_size = page_size
        self.webhook_url = webhook_url
        self.webhook_secret = webhook_secret
        self.wrong_mode = 0
        self.replay = 0
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
        self._events = 0
        self.app = build_app(self)

    # ── what the API does ──

    @property
    def orders(self) -> list[Order]:
        """Every order, the oldest first."""
        with self.lock:
            return list(self.book.orders.values())

    @property
    def duplicates(self) -> list[str]:
        """References held by more than one order: what must never be."""
        with self.lock:
            return self.book.duplicates()

    def order(self, order_id: str) -> Order:
        """By the vendor's id. Raises KeyError."""
        with self.lock:
            return self.book.orders[order_id]

    def create(self, account: Account, body: dict[str, Any]) -> tuple[Order, bool]:
        """The order, and whether it is a new one. Raises Invalid and Taken, and makes nothing then."""
        with self.lock:
            draft = read_order(body, account.customer_id, self.skus)
            before = self.book.called(account.name, draft.reference) if self.unique_references else None
            if before and before.sent != body:
                raise Taken(draft.reference)
            if before:
                return before, False
            test = draft.test or account.name == "test"
            if self.wrong_mode:
                self.wrong_mode -= 1
                test = not test
            order = self.book.add(draft, account=account.name, test=test, now=self.now())
            self._plan(order)
            return order, True

    def cancel(self, order: Order) -> None:
        """As the API does it. Raises TooLate."""
        with self.lock:
            if order.status not in CANCELLABLE:
                raise TooLate(order.status)
            order.status = "cancelled"

    def shipments(self, account: Account, since: int) -> tuple[list[dict[str, Any]], int]:
        """One page of the list, and where the next begins."""
        with self.lock:
            if self.replay:
                self.replay -= 1
                since = 0
            entries = self.book.since(account.name, since, self.page_size)
            return [one.shown for one in entries], entries[-1].number if entries else since

    # ── what happens by itself ──

    def tick(self) -> None:
        """Do what is due: look at files, walk orders on. Called by the outbox's pump and by every call."""
        while True:
            with self.lock:
                if not self._due or self._due[0][0] > self.now():
                    return
                _, _, order_id, step = heapq.heappop(self._due)
                order = self.book.orders[order_id]
            if step == "art":
                self._look_at_art(order)
            else:
                self._walk(order, step)

    def _plan(self, order: Order) -> None:
        self._at(order, self.art_check_after_seconds, "art")
        seconds = self.test_minutes * 60 if order.test else self.auto_ship_after_seconds
        steps = ("accepted", "shipped") if order.test else FLOW[1:]
        if seconds is not None:
            for number, step in enumerate(steps, start=1):
                self._at(order, seconds * number / len(steps), step)

    def _at(self, order: Order, seconds: float, step: str) -> None:
        self._planned += 1
        due = order.created_at + timedelta(seconds=seconds)
        heapq.heappush(self._due, (due, self._planned, order.pov_order_id, step))

    def _look_at_art(self, order: Order) -> None:
        for item in order.items:
            if order.status in FLOW and not self._usable(item.art_url):
                self.reject(order.pov_order_id, f"art_unreachable: the file of line {item.line_id} cannot be used")
                return

    def _usable(self, url: str) -> bool:
        try:
            return self.art_check(url)
        except Exception:  # noqa: BLE001 - a file that cannot even be looked at is one that cannot be printed
            return False

    def _walk(self, order: Order, step: str) -> None:
        with self.lock:
            if order.status not in FLOW or FLOW.index(order.status) >= FLOW.index(step):
                return
            if step == "shipped":
                self.ship(
                    order.pov_order_id, tracking=f"{'TEST' if order.test else 'TWIN'}{order.pov_order_id[4:]}"
                )
            else:
                self.advance(order.pov_order_id, step)

    # ── what a hand does ──

    def advance(self, order_id: str, status: str) -> None:
        """Set a status. Raises KeyError, and ValueError for an unknown status."""
        if status not in STATUSES:
            raise ValueError(f"{status} is no status; use one of {', '.join(STATUSES)}")
        with self.lock:
            order = self.book.orders[order_id]
            order.status = status
            if status == "accepted":
                self._tell(order, "order.accepted")

    def reject(self, order_id: str, reason: str = "art_format: the file cannot be printed") -> None:
        """The slow no: told by a webhook, and to whoever asks; the list of shipments says nothing of it."""
        with self.lock:
            order = self.book.orders[order_id]
            order.status, order.reason = "rejected", reason
            self._tell(order, "order.rejected")

    def cancel_by_vendor(self, order_id: str, reason: str = "") -> None:
        """POV's own cancel, or the one that a person asked for by telephone."""
        with self.lock:
            order = self.book.orders[order_id]
            order.status, order.reason = "cancelled", reason

    def ship(
        self,
        order_id: str,
        items: Mapping[str, int] | None = None,
        *,
        tracking: str = "1Z0001",
        carrier: str = "UPS",
        service: str = "Ground",
        url: str | None = None,
    ) -> int:
        """A parcel with ``items`` (line id -> how many; None: all that is left); gives its index in the order.

        Raises KeyError, and ValueError for more than is left.
        """
        with self.lock:
            order = self.book.orders[order_id]
            left = order.remaining
            parcel = dict(left if items is None else items)
            if not parcel or any(not 0 < count <= left.get(line_id, 0) for line_id, count in parcel.items()):
                raise ValueError(f"{order_id} has {left} left to ship, not {parcel}")
            if url is None:
                url = f"https://track.example/{tracking}" if tracking else ""
            shipment_id = self.book.next_shipment_id()
            shipment = Shipment(shipment_id, carrier, service, tracking, url, self.now(), tuple(parcel.items()))
            self.book.put(order, shipment)
            if order.status in FLOW:
                order.status = "in_production" if order.remaining else "shipped"
            self._tell(order, "shipment.created")
            return len(order.shipments) - 1

    def correct_tracking(self, order_id: str, index: int, tracking: str, url: str = "") -> None:
        """Put a shipment's tracking right: it is in the list once more, under the same id."""
        with self.lock:
            order = self.book.orders[order_id]
            self.book.put(order, corrected(order.shipments[index], tracking, url), index)

    def duplicate_shipment(self, order_id: str, index: int = 0, *, new_id: bool = False) -> None:
        """Tell a shipment a second time, under its own id or under a new one."""
        with self.lock:
            order = self.book.orders[order_id]
            shipment = order.shipments[index]
            again = replace(shipment, shipment_id=self.book.next_shipment_id()) if new_id else shipment
            self.book.put(order, again)

    def stray_shipment(self, account: str = "live", reference: str = "SOMEBODY-ELSES-7") -> None:
        """A shipment of no order that came through this API. Raises KeyError for an unknown account."""
        with self.lock:
            name, shipment_id = self.accounts[account].name, self.book.next_shipment_id()
            parcel = Shipment(shipment_id, "UPS", "Ground", "1Z9999", "", self.now(), (("1", 1),))
            self.book.tell(name, "POV-000007", reference, parcel)

    def revoke(self, account: str, *, revoked: bool = True) -> None:
        """The customer ID is not known any more. Raises KeyError for an unknown account."""
        with self.lock:
            self.accounts[account].revoked = revoked

    def _tell(self, order: Order, kind: str) -> None:
        if not self.webhook_url:
            return
        self._events += 1
        body = json.dumps(
            {
                "event_id": f"EV-{self._events:05d}",
                "type": kind,
                "pov_order_id": order.pov_order_id,
                "reference": order.reference,
                "created_at": self.now().isoformat(),
            }
        ).encode()
        headers = {"Content-Type": "application/json"}
        if self.webhook_secret:
            signature = hmac.new(self.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Signature"] = f"sha256={signature}"
        self.outbox.send(self.webhook_url, headers, body)
