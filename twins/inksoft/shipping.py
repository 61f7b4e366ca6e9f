"""CreateOrderShipments: the one thing that can be told. It is not idempotent: told twice, it packs twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twins.inksoft.given import Given
from twins.inksoft.model import Mail, Order, Told
from twins.inksoft.paper import Refused, not_found
from twins.inksoft.people import Site

if TYPE_CHECKING:
    from twins.inksoft.twin import InkSoftTwin

NAMES = ("OrderIds", "TrackingNumber", "MarkOrderAsCompleted", "NotifyCustomer")

KEPT = {"carrier": "carriername", "service": "shippingservicetype", "url": "trackingurl"}


def create_order_shipments(twin: InkSoftTwin, site: Site, given: Given) -> bool:
    """All of the orders, or none (inferred). Raises Refused."""
    keys = given.listed("OrderIds")
    if not keys:
        raise Refused("OrderIds is required")
    if not given.has("TrackingNumber"):
        raise Refused("TrackingNumber is required")
    tracking = given.text("TrackingNumber")
    completes, notifies = given.flag("MarkOrderAsCompleted"), given.flag("NotifyCustomer")
    for order in [_order(twin, site, key) for key in keys]:
        extra = given.others(*NAMES)
        _pack(twin, order, tracking, completes, extra)
        twin.told.append(Told(order.id, tracking, completes, notifies, twin.now(), extra))
        if notifies:
            twin.mails.append(Mail(order.id, order.asked.email, tracking, twin.now()))
    return True


def _pack(twin: InkSoftTwin, order: Order, tracking: str, completes: bool, extra: dict[str, Any]) -> None:
    """No list of items comes with it: what is left goes into the last parcel, and nothing into one before it
    (inferred). What the read side has beside the number is kept only by a switch: nobody published that it is."""
    kept = {name: str(extra.get(wire) or "") for name, wire in KEPT.items() if twin.switches.takes_carrier}
    twin.shop.pack(order, tracking, order.unpacked if completes else [], completes=completes, **kept)


def _order(twin: InkSoftTwin, site: Site, key: Any) -> Order:
    """By its number; by its UniqueId only when the switch says so. Raises Refused, for a cancelled one too
    (inferred)."""
    for order in twin.shop.orders.values():
        by_unique_id = twin.switches.takes_unique_ids and str(key) == order.unique_id
        if order.site != site.uri or not (by_unique_id or str(key) == str(order.id)):
            continue
        if order.cancelled:
            raise Refused(f"Order {order.id} is canceled")
        return order
    raise not_found(f"Order {key}")
