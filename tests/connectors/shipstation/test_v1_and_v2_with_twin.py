"""The ways by API with ShipStation's twin at the other end: told, packed, split, voided, lost and cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from platen.connectors.shipstation.v1 import V1Way
from platen.connectors.shipstation.v2 import V2Way
from platen.connectors.shipstation.webhook import receive
from platen.domain.job import Hold, Job, VendorOrder, VendorPhase
from platen.domain.verdicts import AlreadyThere, Busy, Refused, Unclear
from platen.messages import Message
from platen.ports import Forged, WebhookRequest
from tests.connectors.shipstation.api_house import SHIP_TO, URL, House, X, a_job, a_request, with_twin
from twins.shipstation import Order, ShipStationTwin

CREATE = {"v1": "POST /orders/createorder", "v2": "POST /v2/shipments"}
BOTH = pytest.mark.parametrize("name", ["v1", "v2"])


@dataclass
class World:
    name: str
    house: House
    twin: ShipStationTwin

    @property
    def way(self) -> V1Way | V2Way:
        """A fresh one, as every invocation opens it."""
        return self.house.v1() if self.name == "v1" else self.house.v2()

    @property
    def theirs(self) -> Order:
        return self.twin.orders[0]

    def sent(self) -> Job:
        """Checked and submitted, as dispatch does it."""
        assert list(self.way.preflight(a_request())) == []
        made = self.way.submit(a_request())
        return a_job(account=self.name, vendor_ref=made.ref, vendor_lines=made.lines)

    def read(self, job: Job) -> VendorOrder:
        news = self.way.read(job)
        assert news is not None
        return news


def world(name: str, **switches: Any) -> World:
    house, twin = with_twin({"way": name, "warehouse_id": "se-524391"}, **switches)
    return World(name, house, twin)


@BOTH
def test_an_order_arrives_whole_and_its_label_comes_back(name: str) -> None:
    at = world(name)
    job = at.sent()
    content = at.theirs.content
    assert (at.theirs.key, content.number, content.service_asked) == (X, "#1001", "Two Day")
    assert content.ship_to.city == "Springfield"
    assert [item.line_id for item in content.items][:2] == ["11", "12"]
    assert at.twin.ignored == []
    assert at.read(job).phase is VendorPhase.ACCEPTED

    at.twin.packing.label(at.theirs.order_id, tracking="9400")

    news = at.read(job)
    assert news.phase is VendorPhase.SHIPPED
    [parcel] = news.parcels
    assert (parcel.carrier, parcel.tracking, str(parcel.cost)) == ("USPS", "9400", "4.95")
    assert dict(parcel.items) == {"11": 2, "12": 1}


@BOTH
def test_an_answer_that_was_lost_makes_no_second_order(name: str) -> None:
    at = world(name)
    at.twin.faults.add(on=CREATE[name], kind="cut_reply")
    with pytest.raises(Unclear):
        at.way.submit(a_request())

    found = at.way.find(a_request())

    assert found is not None
    assert found.external_id == X
    assert len(at.twin.orders) == 1
    assert at.twin.duplicates == []


@BOTH
def test_an_error_makes_no_second_order_either(name: str) -> None:
    at = world(name)
    at.twin.faults.add(on=CREATE[name], kind="status", status=500)
    with pytest.raises(Unclear):
        at.way.submit(a_request())
    assert at.way.find(a_request()) is None

    at.sent()

    assert len(at.twin.orders) == 1


@BOTH
def test_what_shipstation_cancelled_is_not_revived_by_telling_it_again(name: str) -> None:
    at = world(name)
    job = at.sent()
    now = at.way.cancel(job)
    assert now is not None
    assert now.phase is VendorPhase.CANCELLED

    with pytest.raises(AlreadyThere):
        at.way.submit(a_request())

    found = at.way.find(a_request())
    assert found is not None
    assert found.phase is VendorPhase.CANCELLED
    assert at.theirs.status == "cancelled"


@BOTH
def test_told_twice_is_one_order(name: str) -> None:
    at = world(name)
    at.sent()
    if name == "v1":
        at.sent()
    else:
        with pytest.raises(AlreadyThere):
            at.way.submit(a_request())

    assert len(at.twin.orders) == 1


@BOTH
def test_a_change_of_address_arrives_until_a_label_is_there(name: str) -> None:
    at = world(name)
    job = at.sent()
    moved = {"ship_to": SHIP_TO.but(city="Chicago"), "job": {"vendor_ref": job.vendor_ref, "account": name}}

    at.way.amend(a_request(**moved))
    at.way.amend(a_request(**moved))
    assert at.theirs.content.ship_to.city == "Chicago"
    assert len(at.theirs.content.items) == (3 if name == "v1" else 2)
    at.twin.packing.label(at.theirs.order_id)
    with pytest.raises(Refused):
        at.way.amend(a_request(**(moved | {"ship_to": SHIP_TO.but(city="Boston")})))

    assert at.theirs.content.ship_to.city == "Chicago"
    with pytest.raises(Refused, match="void its label"):
        at.way.cancel(job)


def test_a_hold_and_its_end_arrive_by_v1() -> None:
    at = world("v1")
    made = at.way.submit(a_request(Hold.PAYMENT))
    assert at.theirs.status == "awaiting_payment"

    at.way.amend(a_request(Hold.STORE, job={"vendor_ref": made.ref}))
    assert at.theirs.status == "on_hold"
    at.way.amend(a_request(job={"vendor_ref": made.ref}))

    assert at.theirs.status == "awaiting_shipment"


@BOTH
def test_a_label_that_was_voided_gives_way_to_the_new_one(name: str) -> None:
    at = world(name)
    job = at.sent()
    old = at.twin.packing.label(at.theirs.order_id, tracking="OLD")
    at.twin.packing.void(old.parcel_id)
    assert at.read(job).parcels == ()
    at.house.clock.passes(minutes=1)

    at.twin.packing.label(at.theirs.order_id, tracking="NEW")

    assert [parcel.tracking for parcel in at.read(job).parcels] == ["NEW"]


@BOTH
def test_a_split_order_comes_back_part_by_part(name: str) -> None:
    at = world(name)
    job = at.sent()
    child = at.twin.packing.split(at.theirs.order_id, {"12": 1})
    at.twin.packing.label(child.order_id, {"12": 1}, tracking="TWO")

    news = at.read(job)

    assert news.phase is VendorPhase.IN_PRODUCTION
    assert [(parcel.tracking, parcel.items) for parcel in news.parcels] == [("TWO", (("12", 1),))]
    with pytest.raises(Refused):
        at.way.cancel(job)
    with pytest.raises(Refused):
        at.way.amend(a_request(job={"vendor_ref": job.vendor_ref, "account": name}))


def test_a_split_order_is_cancelled_with_all_its_parts_by_v2() -> None:
    at = world("v2")
    job = at.sent()
    at.twin.packing.split(at.theirs.order_id, {"12": 1})

    now = at.way.cancel(job)

    assert now is not None
    assert now.phase is VendorPhase.CANCELLED
    assert {order.status for order in at.twin.orders} == {"cancelled"}


def test_a_split_order_is_left_to_a_person_by_v1_and_seen_when_it_is_cancelled() -> None:
    at = world("v1")
    job = at.sent()
    at.twin.packing.split(at.theirs.order_id, {"12": 1})
    with pytest.raises(Refused, match="by hand"):
        at.way.cancel(job)
    assert [order.status for order in at.twin.orders] == ["awaiting_shipment", "awaiting_shipment"]

    for order in at.twin.orders:
        order.status = "cancelled"
    now = at.way.cancel(job)

    assert now is not None
    assert now.phase is VendorPhase.CANCELLED
    assert len(at.twin.orders) == 2


@BOTH
def test_a_mark_as_shipped_comes_back(name: str) -> None:
    at = world(name)
    job = at.sent()

    at.twin.packing.mark_as_shipped(at.theirs.order_id, carrier="UPS", tracking="1Z1")

    [parcel] = at.read(job).parcels
    assert (parcel.carrier, parcel.tracking, parcel.cost) == ("UPS", "1Z1", None)


@BOTH
def test_the_list_of_what_moved_tells_of_a_label_once(name: str) -> None:
    at = world(name)
    job = at.sent()
    cursor = ""
    for moved in (True, False, True):
        if moved:
            at.house.clock.passes(minutes=20)
            if cursor:
                at.twin.packing.label(at.theirs.order_id)
        else:
            at.house.clock.passes(minutes=60)
        news = at.way.news(cursor)
        assert news is not None
        assert (news.external_ids == (X,)) is moved, cursor
        cursor = news.cursor
    assert at.way.locate(name, job.vendor_ref) == X


@BOTH
def test_its_webhooks_are_a_reason_to_ask(name: str) -> None:
    heard: list[Message] = []
    refused: list[str] = []

    def hear(_url: str, headers: Any, body: bytes) -> int:
        request = WebhookRequest(headers={key.lower(): value for key, value in headers.items()}, body=body)
        try:
            heard.extend(receive(request, [], at.house.access))
        except Forged as forged:
            refused.append(str(forged))
            return 401
        return 200

    at = world(name, post=hear)
    at.twin.hooks.add(at.twin.hooks.v1, "SHIP_NOTIFY", URL)
    at.twin.hooks.add(at.twin.hooks.v2, "label_created_v2", URL)
    at.sent()
    at.twin.packing.label(at.theirs.order_id)
    at.twin.outbox.pump()
    assert len(heard) == 2
    assert refused == []

    at.twin.hooks.signed = False
    at.twin.packing._announce_label(at.theirs, at.theirs.parcels[0])
    at.twin.outbox.pump()

    assert len(refused) == 1


@BOTH
def test_the_check_is_pleased_with_the_twin(name: str) -> None:
    at = world(name)
    at.house.secrets.put_webhook("ship", {"url": URL})

    assert all(finding.ok for finding in at.way.check())


def test_the_calls_of_a_minute_are_not_exceeded() -> None:
    at = world("v1", v1_per_minute=5)
    job = at.sent()
    at.read(job)

    at.read(job)
    with pytest.raises(Busy) as busy:
        at.read(job)
    assert busy.value.after is not None
    at.house.clock.passes(seconds=busy.value.after.total_seconds())

    assert at.read(job).phase is VendorPhase.ACCEPTED
