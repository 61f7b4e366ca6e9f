"""What a machine sees of the packing house from outside: what was bought, what is wanted, and what was packed."""

from __future__ import annotations

from collections import Counter

from platen.domain.record import OrderRecord
from tests.support.packing import PackingHouse
from twins.inksoft.model import Order as InkOrder
from twins.shipstation.model import Item, Parcel
from twins.shipstation.model import Order as PackedOrder
from twins.shopify.model import Order as ShopOrder

type Bought = InkOrder | ShopOrder


class Witness:
    """``by_hand``: store order id -> line -> how many a person shipped at the store."""

    way = "custom_store"
    house: PackingHouse
    bought: list[Bought]
    by_hand: dict[int, Counter[str]]

    def family(self, order: Bought) -> list[PackedOrder]:
        """ShipStation's orders of it, with the parts they were split into."""
        heads = self.house.packed(order)
        ids = {one.order_id for one in heads}
        return heads + [one for one in self.house.shipstation.orders if one.parent_id in ids]

    def order_of(self, packed: PackedOrder) -> Bought | None:
        return next((one for one in self.bought if packed in self.family(one)), None)

    def packed(self, order: Bought) -> Counter[str]:
        packed = Counter[str]()
        for one in self.family(order):
            for item in one.content.items:
                packed[item.line_id] += sum(
                    parcel.items.get(item.item_id, 0) for parcel in one.parcels if parcel.counts
                )
        return packed

    def told_of(self, order: Bought) -> list[Parcel]:
        """The labels that are good, and that ShipStation said something of: a label anew it may keep to itself."""
        live = [parcel for one in self.family(order) for parcel in one.parcels if parcel.counts]
        if not self.house.store:
            return live
        noticed = [notice.parcel for notice in self.house.shipstation.notifier.notices]
        return [parcel for parcel in live if parcel in noticed]

    def known(self, order: Bought) -> Counter[str]:
        """Line -> how many Platen has heard are wanted. What a buyer gives back later looks just the same."""
        head = self.house.of(order).head
        if head.cancelled_at:
            return Counter()
        body = self.house.orders.body(head.order_id, head.body)
        assert body
        return Counter({line.line_id: line.quantity for line in body.order.lines})

    def wanted(self, order: Bought) -> Counter[str]:
        """Line -> how many are to be packed in all."""
        by_hand = self.by_hand.get(order.id, Counter())
        if isinstance(order, InkOrder):
            if order.cancelled or order.asked.pickup:
                return Counter()
            goods = Counter({item.unique_id: item.quantity for item in order.items})
            goods.update({f"custom-{one.unique_id}": one.asked.quantity or 1 for one in order.custom_items})
            return goods - by_hand
        if order.cancelled_at:
            return Counter()
        return Counter({str(row.id): row.quantity - row.removed for row in order.lines}) - by_hand

    def is_to_be_packed(self, order: Bought) -> bool:
        if isinstance(order, InkOrder):
            return order.paid and not order.pending and not order.shipped
        held = any(one.status in ("ON_HOLD", "SCHEDULED") for one in order.fulfillment_orders)
        return order.financial_status in ("PAID", "PARTIALLY_REFUNDED") and not held


def is_shown(record: OrderRecord) -> bool:
    """A person is told of it, in words."""
    found = [record.head.attention]
    found += [job.attention for job in record.jobs.values()]
    found += [shipment.attention for shipment in record.shipments.values()]
    return any(one and str(one) for one in found)


def goods_of(order: PackedOrder) -> list[Item]:
    return [item for item in order.content.items if not item.adjustment]


def street_of(order: Bought) -> str:
    if isinstance(order, InkOrder):
        return order.address.street1 if order.address else ""
    return str((order.ship_to or {}).get("address1", ""))
