"""What a packer does: buys labels, voids them, marks orders as shipped, splits them; and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from twins.shipstation.book import Locked, new_import_batch
from twins.shipstation.model import AWAITING_SHIPMENT, SHIPPED, Order, Parcel

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

CARRIERS = {
    "usps": ("USPS", "stamps_com", {"Priority Mail": "usps_priority_mail"}),
    "ups": ("UPS", "ups_walleted", {"UPS® Ground": "ups_ground"}),
    "fedex": ("FedEx", "fedex", {"FedEx Ground®": "fedex_ground"}),
}
"""A ship notice's carrier -> how the APIs call it, and codes of some services."""


class Packing:
    """Belongs to a twin; each call takes its lock."""

    def __init__(self, twin: ShipStationTwin) -> None:
        self._twin = twin

    def label(
        self,
        order_id: int,
        items: Mapping[str, int] | None = None,
        *,
        carrier: str = "USPS",
        service: str = "Priority Mail",
        cost: str | Decimal = "4.95",
        tracking: str | None = None,
        notes: str = "",
        batch_id: int | None = None,
        is_return: bool = False,
        notify_customer: bool | None = None,
        tell: bool = True,
    ) -> Parcel:
        """A label for ``items`` (line id or SKU -> how many; None: all that is left); ``tracking`` None: any.

        Raises LookupError, and ValueError for more than is left, or for an order that cannot be shipped now.
        """
        twin = self._twin
        with twin.lock:
            order = twin.book.order(order_id)
            relabel = any(parcel.voided_at for parcel in order.parcels)
            parcel = self._parcel(
                order,
                items,
                carrier=carrier,
                service=service,
                cost=Decimal(cost),
                tracking=tracking,
                notes=notes,
                is_return=is_return,
                notify_customer=notify_customer,
                batch_id=batch_id or twin.book.next_batch(),
            )
            twin.book.put(order, parcel)
        if not is_return:
            self._announce_label(order, parcel)
        if tell and not is_return and (not relabel or twin.notifier.switches.on_relabel):
            self.notify_store(order, parcel)
        return parcel

    def label_together(self, order_ids: Sequence[int]) -> list[Parcel]:
        """Labels of several orders in one batch: one webhook, one list with all of them."""
        twin = self._twin
        batch = twin.book.next_batch()
        labelled = [self.label(order_id, batch_id=batch, tell=False) for order_id in order_ids]
        for order_id, parcel in zip(order_ids, labelled, strict=True):
            self.notify_store(twin.book.order(order_id), parcel)
        return labelled

    def mark_as_shipped(
        self,
        order_id: int,
        *,
        carrier: str = "Other",
        tracking: str = "",
        shipped_at: datetime | None = None,
        notify_customer: bool = False,
        notify_store: bool = False,
        notes: str = "",
    ) -> Parcel:
        """Shipped outside of ShipStation. Raises LookupError, and Locked when there is nothing left to ship."""
        twin = self._twin
        with twin.lock:
            order = twin.book.order(order_id)
            if order.status != AWAITING_SHIPMENT:
                raise Locked(order.status)
            name, code, _ = CARRIERS.get(carrier.lower(), (carrier, carrier, {}))
            parcel = Parcel(
                parcel_id=twin.book.next_parcel(),
                label=False,
                items=order.left,
                carrier=code,
                carrier_name=name,
                service="",
                service_code="",
                tracking=tracking,
                cost=Decimal(0),
                notes=notes,
                created_at=twin.now(),
                shipped_at=shipped_at or twin.now(),
                batch_id=twin.book.next_batch(),
                notify_customer=notify_customer,
            )
            order.parcels.append(parcel)
            order.status, order.modified_at = SHIPPED, parcel.created_at
        self._announce_fulfillment(order, parcel)
        if notify_store:
            self.notify_store(order, parcel)
        return parcel

    def void(self, parcel_id: int) -> Parcel:
        """The order waits for shipment again, and its store is told nothing. Raises LookupError and ValueError."""
        twin = self._twin
        with twin.lock:
            order, parcel = twin.book.parcel(parcel_id)
            if parcel.voided_at is not None:
                raise ValueError(f"parcel {parcel_id} was voided before")
            parcel.voided_at = order.modified_at = twin.now()
            if order.status == SHIPPED and order.left:
                order.status = AWAITING_SHIPMENT
            return parcel

    def split(self, order_id: int, items: Mapping[str, int]) -> Order:
        """``items`` go to a second order of the same number; gives that one. Raises LookupError and ValueError."""
        twin = self._twin
        with twin.lock:
            order = twin.book.order(order_id)
            part = order.item_ids(items)
            if order.status == SHIPPED or order.parcels or not _within(part, order.left) or part == order.left:
                raise ValueError(f"order {order_id} cannot be split so: {dict(items)}")
            child = twin.book.split(order, part, twin.now(), new_import_batch())
        twin.announce_orders([order, child])
        return child

    def notify_store(self, order: Order, parcel: Parcel) -> None:
        """By a ship notice, when its store is one that takes them."""
        store = self._twin.stores.get(order.store_id)
        if store is not None and order.store_order_id:
            self._twin.notifier.tell(store, order, parcel)

    def _parcel(
        self,
        order: Order,
        items: Mapping[str, int] | None,
        *,
        carrier: str,
        service: str,
        cost: Decimal,
        tracking: str | None,
        notes: str,
        is_return: bool,
        notify_customer: bool | None,
        batch_id: int,
    ) -> Parcel:
        """Raises ValueError."""
        packed = order.left if items is None else order.item_ids(items)
        if not is_return and (order.status != AWAITING_SHIPMENT or not _within(packed, order.left)):
            raise ValueError(f"order {order.order_id} is {order.status} with {order.left} left, not {packed}")
        name, code, services = CARRIERS.get(carrier.lower(), (carrier, carrier.lower(), {}))
        parcel_id, now = self._twin.book.next_parcel(), self._twin.now()
        return Parcel(
            parcel_id=parcel_id,
            label=True,
            items=packed,
            carrier=code,
            carrier_name=name,
            service=service,
            service_code=services.get(service, service.lower().replace(" ", "_")),
            tracking=f"9400{parcel_id:018}" if tracking is None else tracking,
            cost=cost,
            notes=notes,
            created_at=now,
            shipped_at=now,
            batch_id=batch_id,
            is_return=is_return,
            notify_customer=notify_customer,
        )

    def _announce_label(self, order: Order, parcel: Parcel) -> None:
        hooks, batch = self._twin.hooks, parcel.batch_id
        for event in ("SHIP_NOTIFY", "ITEM_SHIP_NOTIFY"):
            with_items = event.startswith("ITEM")
            hooks.tell_v1(event, f"/shipments?batchId={batch}&includeShipmentItems={with_items}", order.store_id)
        hooks.tell_v2("label_created_v2", f"/labels?batch_id=se-{batch}", order.store_id)

    def _announce_fulfillment(self, order: Order, parcel: Parcel) -> None:
        """SHIP_NOTIFY is not sent for these: V1's /shipments has none of them (inferred)."""
        hooks = self._twin.hooks
        hooks.tell_v1("FULFILLMENT_SHIPPED", f"/fulfillments?orderId={order.order_id}", order.store_id)
        query = f"fulfillment_id=se-{parcel.parcel_id}&shipment_id=se-{order.order_id}"
        hooks.tell_v2("fulfillment_shipped_v2", f"/fulfillments?{query}", order.store_id)


def _within(part: Mapping[int, int], left: Mapping[int, int]) -> bool:
    return bool(part) and all(0 < count <= left.get(item_id, 0) for item_id, count in part.items())
