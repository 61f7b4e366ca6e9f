"""A Shopify store to test and to play with: its Admin API, its webhooks, and the people in its admin."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal
from wsgiref.types import WSGIApplication

from twins import kit
from twins.shopify import admin, checkout, fulfilling
from twins.shopify.access import Context
from twins.shopify.app import call_name, make_app
from twins.shopify.bodies import Bodies
from twins.shopify.cost import Bucket
from twins.shopify.door import Door
from twins.shopify.graph import throttled
from twins.shopify.jobs import TickingOutbox
from twins.shopify.model import Cancellation, Fulfillment, Line, Order, Refund
from twins.shopify.notices import uninstalled
from twins.shopify.shop import Shop
from twins.shopify.stockroom import Stockroom
from twins.shopify.webhooks import RETRY_AFTER, Subscription, Webhooks, post_within_five_seconds

ALL_SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "read_locations",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "write_third_party_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "read_fulfillments",
    "write_fulfillments",
)
_FIRST_ID = 6_000_000_000_001
_LIVING_VERSIONS = 4


@dataclass(frozen=True)
class Rates:
    """The bucket of the shop's plan; the default is the cheapest plan's."""

    bucket: float = 2000
    restore: float = 100


class ShopifyTwin:
    """``app`` answers as ``https://{shop}``; everything else here is what happens behind its back.

    Times come from ``now`` alone and ids are counted, so the same inputs give the same answers.
    ``scopes``, ``hide_personal_data`` and ``hide_costs`` may be changed while it runs. ``stockroom`` has the
    goods and their counts, ``shop.bulk`` and ``shop.keys`` the switches of bulk operations and of keys.
    """

    def __init__(
        self,
        *,
        shop: str = "acme.myshopify.com",
        now: kit.Now = kit.wall,
        post: Callable[[str, Mapping[str, str], bytes], int] = post_within_five_seconds,
        client_id: str = "app",
        client_secret: str = "hush",
        static_token: str = "shpat_static",
        scopes: Sequence[str] = ALL_SCOPES,
        plain_http: bool = False,
        rates: Rates = Rates(),
        search_lag_seconds: float = 0.0,
        routing_delay_seconds: float = 0.0,
        cancel_delay_seconds: float = 0.0,
        webhook_retry_scale: float = 1.0,
        currency: str = "USD",
        time_zone: str = "America/New_York",
        latest_version: str = "2026-10",
        archives_when_fulfilled: bool = False,
        hide_personal_data: bool = False,
    ) -> None:
        self.lock = threading.RLock()
        ids = itertools.count(_FIRST_ID)
        secrets = [client_secret]
        self.latest_version = latest_version
        self.door = Door(client_id, secrets, static_token, frozenset(scopes), now)
        self.bucket = Bucket(rates.bucket, rates.restore, now)
        self.faults = kit.Faults()
        self.outbox = TickingOutbox(
            tick=self.settle,
            retry_after=tuple(seconds * webhook_retry_scale for seconds in RETRY_AFTER),
            post=post,
            now=now,
            on_failed=self._delivery_failed,
        )
        self.shop = Shop(
            domain=shop,
            now=now,
            currency=currency,
            time_zone=time_zone,
            bodies=Bodies(time_zone, shop),
            new_id=lambda: next(ids),
            search_lag_seconds=search_lag_seconds,
            routing_delay_seconds=routing_delay_seconds,
            cancel_delay_seconds=cancel_delay_seconds,
            archives_when_fulfilled=archives_when_fulfilled,
        )
        self.shop.webhooks = Webhooks(
            self.outbox, shop, secrets, latest_version, self.shop.moment, self.shop.new_id, plain_http
        )
        self.stockroom = Stockroom(self.shop, self.lock)
        self.hide_costs = False
        self.hide_personal_data = hide_personal_data
        self.app: WSGIApplication = kit.FaultyApp(make_app(self), self.faults, call_name)

    # What a caller of the API meets

    @property
    def versions(self) -> list[str]:
        """The living stable versions, oldest first: the latest and the three quarters before it."""
        return [_quarters_on(self.latest_version, -back) for back in reversed(range(_LIVING_VERSIONS))]

    def serves(self, version: str) -> str:
        """The version that answers a request for ``version``: the oldest living one for a dead one."""
        living = self.versions
        if version in (*living, "unstable", _quarters_on(self.latest_version, 1)):
            return version
        return living[0] if version < living[0] else ""

    def context(self, base_url: str = "") -> Context:
        return Context(
            shop=self.shop,
            scopes=self.door.scopes,
            versions=[(one, True) for one in self.versions] + [(_quarters_on(self.latest_version, 1), False)],
            webhook_version=self.shop.webhooks.version,
            hide_personal_data=self.hide_personal_data,
            hide_costs=self.hide_costs,
            base_url=base_url,
        )

    @property
    def scopes(self) -> frozenset[str]:
        return self.door.scopes

    @scopes.setter
    def scopes(self, scopes: Iterable[str]) -> None:
        self.door.scopes = frozenset(scopes)

    @property
    def hide_personal_data(self) -> bool:
        """The store did not approve the app for buyers' names and addresses."""
        return self.shop.bodies.hide_personal_data

    @hide_personal_data.setter
    def hide_personal_data(self, hide: bool) -> None:
        self.shop.bodies.hide_personal_data = hide

    def rotate_secret(self, new: str) -> None:
        """Both secrets live; the older one goes on signing until ``retire_secret``."""
        self.door.secrets.append(new)

    def retire_secret(self) -> None:
        del self.door.secrets[0]

    def uninstall(self) -> None:
        """The merchant removes the app: tokens die, subscriptions go, and the app is told once."""
        with self.lock:
            told = uninstalled(self.shop.id, self.shop.domain, self.shop.currency, self.shop.time_zone)
            self.shop.announce(self.shop.event(), "APP_UNINSTALLED", lambda: told)
            self.door.revoke()
            self.webhooks.clear()

    # What the buyer and the people in the admin do

    def place_order(self, lines: Sequence[Mapping[str, Any]], **details: Any) -> Order:
        """A buyer's order: see ``checkout.place_order`` for what a line and the details may hold."""
        with self.lock:
            return checkout.place_order(self.shop, lines, **details)

    def cancel_order(
        self,
        order_id: int,
        *,
        reason: str = "CUSTOMER",
        restock: bool = True,
        refund: bool | None = None,
        notify: bool = False,
        staff_note: str | None = None,
    ) -> None:
        """At once, by a person; paid back when restocked, unless told otherwise.

        Raises CannotCancel with the shop's words.
        """
        wish = Cancellation(staff_note, restock if refund is None else refund, restock, notify)
        with self.lock:
            admin.cancel_order(self.shop, self.shop.order(order_id), wish, reason=reason)

    def edit_order(self, order_id: int, line: int | Mapping[str, Any], quantity: int) -> Line:
        """Set a line's quantity; a mapping instead of a line id adds a line."""
        with self.lock:
            return admin.edit_order(self.shop, self.shop.order(order_id), line, quantity)

    def refund(self, order_id: int, line: int, quantity: int, *, restock: bool = True) -> Refund:
        with self.lock:
            order = self.shop.order(order_id)
            return admin.refund_line(self.shop, order, order.line(line), quantity, restock=restock)

    def change_address(
        self, order_id: int, changes: Mapping[str, Any] | None = MappingProxyType({}), **fields: Any
    ) -> None:
        """Changes to the ship-to, as a mapping or by name; None takes the whole address away."""
        with self.lock:
            asked = None if changes is None else {**changes, **fields}
            if asked == {}:
                raise ValueError("say what changes in the address")
            admin.change_address(self.shop, self.shop.order(order_id), asked)

    def hold(self, order_id: int, *, reason: str = "OTHER", notes: str | None = None) -> None:
        """Hold every open fulfillment order of an order."""
        with self.lock:
            for one in admin.find_hold_target(self.shop, self.shop.order(order_id)):
                admin.hold(self.shop, one, reason, notes)

    def release_hold(self, order_id: int) -> None:
        with self.lock:
            for one in self.shop.order(order_id).fulfillment_orders:
                admin.release_holds(self.shop, one)

    def scheduled_ready(self, order_id: int) -> None:
        with self.lock:
            admin.scheduled_ready(self.shop, self.shop.order(order_id))

    def fulfill_elsewhere(
        self,
        order_id: int,
        quantities: Mapping[int, int] | None = None,
        *,
        company: str | None = None,
        number: str | None = None,
        url: str | None = None,
    ) -> list[Fulfillment]:
        """A person ships it in the admin: all of it, or ``quantities`` of line ids."""
        with self.lock:
            tracking = fulfilling.read_tracking({"company": company, "number": number, "url": url}, ())
            wanted = {int(line): count for line, count in quantities.items()} if quantities else None
            return admin.fulfill_elsewhere(self.shop, self.shop.order(order_id), wanted, tracking)

    def move(self, order_id: int, place: str) -> None:
        """Have what is open of an order sent from the place of that name."""
        with self.lock:
            admin.move(self.shop, self.shop.order(order_id), self.shop.location(place))

    def mark_paid(self, order_id: int) -> None:
        with self.lock:
            admin.mark_paid(self.shop, self.shop.order(order_id))

    def settle(self) -> None:
        """Let the shop do what it accepted and is due by now; every request and every webhook does so first."""
        with self.lock:
            self.shop.jobs.settle()
            self.shop.bulk.settle()

    def throttle(self, call: str, *, times: int = 1, done: bool = False) -> None:
        """The next so many calls are told THROTTLED; ``done``: though they were done, as nobody rules out."""
        kind: Literal["status", "status_after"] = "status_after" if done else "status"
        body = json.dumps({"errors": [throttled()]})
        self.faults.add(on=call, kind=kind, times=times, status=200, body=body)

    # What a test looks at

    @property
    def orders(self) -> dict[int, Order]:
        return self.shop.orders

    @property
    def webhooks(self) -> dict[int, Subscription]:
        return self.shop.webhooks.subscriptions

    def fulfillments(self, order: Order | int) -> list[Fulfillment]:
        """An order's fulfillments, oldest first, cancelled ones too."""
        return (order if isinstance(order, Order) else self.shop.order(order)).fulfillments

    def describe(self, order: Order) -> dict[str, Any]:
        shipped = [
            {
                "id": made.id,
                "status": made.status,
                "tracking": [one.number for one in made.tracking],
                "quantities": {str(each.line.id): each.quantity for each in made.lines},
            }
            for made in order.fulfillments
        ]
        return {
            "id": order.id,
            "name": order.name,
            "status": order.fulfillment_status,
            "financial_status": order.financial_status,
            "cancelled": order.cancelled_at is not None,
            "cancellation": asdict(order.cancellation) if order.cancellation else None,
            "tags": order.tags,
            "note": order.note,
            "updated_at": order.updated_at.isoformat(),
            "lines": [{"id": each.id, "sku": each.sku, "quantity": each.current} for each in order.lines],
            "fulfillments": shipped,
        }

    def stats(self) -> dict[str, Any]:
        made = [each for each in self.shop.fulfillments.values() if each.status == "SUCCESS"]
        return {
            "orders": len(self.orders),
            "fulfillments": len(made),
            "webhooks": len(self.webhooks),
            "webhooks_deleted": [one.header for one in self.shop.webhooks.deleted],
            "deliveries_waiting": self.outbox.left,
            "deliveries_sent": len(self.outbox.sent),
            "faults_fired": len(self.faults.fired),
            "tokens_issued": self.door.issued,
            "bucket": self.bucket.status(),
        }

    def later(self, seconds: float) -> Any:
        """The moment so many seconds from now, by the twin's clock."""
        return self.shop.now() + timedelta(seconds=seconds)

    def _delivery_failed(self, delivery: kit.Delivery) -> None:
        with self.lock:
            self.shop.webhooks.failed(delivery)


def _quarters_on(version: str, count: int) -> str:
    year, month = map(int, version.split("-"))
    quarter = year * 4 + (month - 1) // 3 + count
    return f"{quarter // 4}-{quarter % 4 * 3 + 1:02d}"
