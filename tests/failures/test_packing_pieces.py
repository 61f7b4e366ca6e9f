"""What is packed although nobody wants it any more: a person is told, whichever parcel is heard of first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.domain.attention import Cause
from tests.support.packing import PackingHouse


def soon(house: PackingHouse) -> None:
    house.run(timedelta(hours=2), at_least=timedelta(minutes=50))


@pytest.mark.parametrize("first", [1, 2])
def test_a_parcel_with_more_than_is_left_is_shown_to_a_person(first: int) -> None:
    house = PackingHouse().connect()
    order = house.ink_order(items=[{"quantity": 3}])
    soon(house)
    (there,) = house.packed(order)
    line = order.items[0].unique_id
    house.shipstation.packing.label(there.order_id, {line: first}, tracking="FIRST")
    soon(house)
    house.inksoft.edit_quantity(order.id, line, 2)
    soon(house)
    house.shipstation.packing.label(there.order_id, tracking="SECOND")  # it no longer takes changes
    soon(house)
    soon(house)
    shown = house.attention()
    assert shown, "three pieces were packed, and two are wanted"
    assert {one["cause"] for one in shown} <= {Cause.CHANGED_AFTER_SHIPPED, Cause.SHIPMENT_UNREADABLE}
    assert house.queues.dead() == []


def test_parcels_of_just_what_is_wanted_are_no_trouble() -> None:
    house = PackingHouse().connect()
    order = house.ink_order(items=[{"quantity": 3}])
    soon(house)
    (there,) = house.packed(order)
    line = order.items[0].unique_id
    for number in ("ONE", "TWO", "THREE"):
        house.shipstation.packing.label(there.order_id, {line: 1}, tracking=number)
        soon(house)
    assert house.attention() == []
    house.assert_shipped_once(order)
