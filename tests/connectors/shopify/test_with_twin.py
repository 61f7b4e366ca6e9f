"""The connector against a shop that checks every document, behaves as Shopify does, and breaks on demand."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from platen.connectors.shopify import Settings, webhook_keys
from platen.connectors.shopify.connecting import TOPICS
from platen.connectors.shopify.documents import DOCUMENTS, Document
from platen.connectors.shopify.webhook import receive
from platen.domain.order import Order
from platen.domain.shipment import Shipment, ShipmentLine
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable, Verdict
from platen.messages import OrderHint
from platen.ports import Forged, WebhookRequest
from tests.connectors.shopify.house import FakeClock, FakeSecrets, House, a_shipment
from tests.connectors.shopify.test_documents import CONTRACT, needs_contract, schema
from tests.support.wsgi import WsgiHttp
from twins.shopify import Rates, ShopifyTwin
from twins.shopify.cost import Price

HOOK = "https://hooks.example/webhooks/shop/key"
CANVAS = {"sku": "CANVAS-1", "title": "Canvas", "quantity": 2, "price": "39.90"}
MUG = {"sku": "MUG", "title": "Mug", "quantity": 1, "price": "12.00", "location": "Annex"}


class Live:
    """A shop with a connection to it, and the webhooks the shop has posted."""

    def __init__(self, *, static: bool = False, **shop: Any) -> None:
        self.clock = FakeClock()
        self.posted: list[WebhookRequest] = []
        self.twin = ShopifyTwin(shop="acme.myshopify.com", now=self.clock, post=self._post, **shop)
        self.secrets = FakeSecrets(
            {"access_token": "shpat_static", "api_secret_key": "hush"}
            if static
            else {"client_id": "app", "client_secret": "hush"}
        )
        http = WsgiHttp({"acme.myshopify.com": self.twin.app})
        self.house = House(http, Settings(shop="acme"), self.secrets, self.clock)
        self.http = http

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append(WebhookRequest({name.lower(): text for name, text in headers.items()}, body))
        return 200

    def fetch(self, order_id: int) -> Order:
        order = self.house.store().fetch(str(order_id))
        assert order is not None
        return order

    def tell(self, shipment: Shipment, *others: str) -> tuple[str, ...]:
        return self.house.store().tell(shipment, told_by_others=frozenset(others))

    def parcel_of(self, order_id: int, tracking: str = "1Z999", **changes: Any) -> Shipment:
        """Everything of the order that ships."""
        order = self.fetch(order_id)
        lines = tuple(
            ShipmentLine(line_id=line.line_id, quantity=line.quantity)
            for line in order.lines
            if line.ships and line.quantity
        )
        now = self.clock.now()
        return a_shipment(tracking, store_order_id=str(order_id), recorded_at=now).but(lines=lines, **changes)

    def shown(self, order_id: int) -> Counter[str]:
        total: Counter[str] = Counter()
        for one in self.twin.fulfillments(order_id):
            if one.status == "SUCCESS":
                total.update({str(each.line.id): each.quantity for each in one.lines})
        return total


@pytest.fixture
def live() -> Live:
    return Live()


# ---- reading -----------------------------------------------------------------------------------


def test_a_mixed_order_is_read_as_it_is(live: Live) -> None:
    placed = live.twin.place_order(
        [
            CANVAS | {"attributes": [("print_url", "https://art.example/1"), ("_note", None)], "discount": "10"},
            {"sku": "GIFT", "title": "Gift card", "quantity": 1, "price": "25", "gift_card": True},
            {"sku": "FETCH", "title": "Frame", "quantity": 1, "price": "5", "delivery_method": "PICK_UP"},
        ],
        presentment_currency="EUR",
        presentment_rate="0.5",
        test=True,
        financial_status="AUTHORIZED",
    )
    order = live.fetch(placed.id)
    assert [(line.sku, line.quantity, line.ships) for line in order.lines] == [
        ("CANVAS-1", 2, True),
        ("GIFT", 1, False),
        ("FETCH", 1, False),
    ]
    price = order.lines[0].unit_price
    assert price is not None
    assert (str(price.amount), price.currency) == ("17.45", "EUR")
    assert [(one.name, one.value) for one in order.lines[0].attributes][-1] == ("_note", "")
    assert (order.test, order.payment.value, order.hold) == (True, "authorized", "")
    assert order.shipping[0].title == "Standard"


def test_more_lines_than_a_page_and_more_fulfillment_orders_than_a_page(live: Live) -> None:
    lines = [CANVAS | {"sku": f"S{n}", "quantity": 1, "location": f"Shelf {n % 14}"} for n in range(160)]
    placed = live.twin.place_order(lines)
    order = live.fetch(placed.id)
    assert [line.sku for line in order.lines] == [f"S{n}" for n in range(160)]
    assert all(line.ships and line.unfulfilled == 1 for line in order.lines)
    ids = live.tell(live.parcel_of(placed.id))
    assert len(ids) == 14, "one for each place"
    assert live.shown(placed.id) == {line.line_id: 1 for line in order.lines}


def test_edits_refunds_and_cancellation_are_seen(live: Live) -> None:
    placed = live.twin.place_order([CANVAS | {"quantity": 5}])
    line = placed.lines[0].id
    live.twin.refund(placed.id, line, 1)
    live.twin.edit_order(placed.id, line, 3)
    assert (live.fetch(placed.id).lines[0].quantity, live.fetch(placed.id).lines[0].unfulfilled) == (3, 3)
    live.twin.fulfill_elsewhere(placed.id, {line: 1})
    assert (live.fetch(placed.id).lines[0].quantity, live.fetch(placed.id).lines[0].unfulfilled) == (3, 2)
    other = live.twin.place_order([CANVAS])
    live.twin.cancel_order(other.id, reason="FRAUD")
    assert live.fetch(other.id).cancelled_at is not None
    assert live.fetch(other.id).cancel_reason == "fraud"


def test_a_hold_and_its_release(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    live.twin.hold(placed.id, reason="HIGH_RISK_OF_FRAUD", notes="ask the buyer")
    assert "on hold in Shopify" in live.fetch(placed.id).hold
    assert "ask the buyer" not in live.fetch(placed.id).hold
    with pytest.raises(Refused, match="on hold in Shopify"):
        live.tell(live.parcel_of(placed.id))
    live.twin.release_hold(placed.id)
    assert live.fetch(placed.id).hold == ""
    assert live.tell(live.parcel_of(placed.id))


def test_before_it_is_routed_an_order_is_neither_made_nor_told() -> None:
    live = Live(routing_delay_seconds=30)
    placed = live.twin.place_order([CANVAS])
    assert "where it ships from" in live.fetch(placed.id).hold
    with pytest.raises(Busy):
        live.tell(live.parcel_of(placed.id))
    live.clock.passes(seconds=31)
    assert live.fetch(placed.id).hold == ""
    assert live.tell(live.parcel_of(placed.id))


def test_personal_data_we_may_not_see_is_said_to_be_hidden() -> None:
    live = Live(hide_personal_data=True)
    placed = live.twin.place_order([CANVAS])
    order = live.fetch(placed.id)
    assert order.ship_to is None
    assert {"ship_to", "email"} <= set(order.hidden)


def test_a_download_has_no_address_and_nothing_hidden(live: Live) -> None:
    placed = live.twin.place_order([CANVAS | {"requires_shipping": False}], ship_to=None)
    order = live.fetch(placed.id)
    assert (order.ship_to, order.hidden, order.hold) == (None, (), "")


def test_changes_are_found_in_the_order_they_came(live: Live) -> None:
    since = live.clock.now()
    first = live.twin.place_order([CANVAS])
    live.clock.passes(seconds=10)
    second = live.twin.place_order([CANVAS])
    live.clock.passes(seconds=10)
    live.twin.cancel_order(first.id)
    page = live.house.store().changed_since(since)
    assert [stub.store_order_id for stub in page.items] == [str(second.id), str(first.id)]
    live.clock.passes(seconds=1)
    assert live.house.store().changed_since(live.clock.now()).items == ()


# ---- telling -----------------------------------------------------------------------------------


def settle(live: Live, shipment: Shipment, *others: str) -> tuple[str, ...]:
    """Tell it again and again, as the queue would, until it is told."""
    for _ in range(6):
        try:
            return live.tell(shipment, *others)
        except Unclear:
            shipment = shipment.but(doubt=True)
        except (Busy, Unreachable):
            pass
        live.clock.passes(seconds=60)
    raise AssertionError("it is never told")


@pytest.mark.parametrize("tracking", ["1Z999", ""])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "cut_reply"},
        {"kind": "status_after", "status": 502},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "2.0"}},
        {"kind": "status_after", "status": 200, "body": "<html>"},
    ],
)
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("times", [1, 2])
def test_whatever_goes_wrong_with_making_it_the_shop_shows_it_once(
    live: Live, fault: dict[str, Any], skip: int, times: int, tracking: str
) -> None:
    placed = live.twin.place_order([CANVAS | {"quantity": 4}, MUG])
    whole = live.parcel_of(placed.id, tracking)
    canvas, mug = (line.line_id for line in whole.lines)
    parcel = whole.but(lines=(ShipmentLine(line_id=canvas, quantity=2), ShipmentLine(line_id=mug, quantity=1)))
    live.twin.faults.add(on="fulfillmentCreate", skip=skip, times=times, **fault)
    ids = settle(live, parcel)
    assert live.twin.faults.fired
    assert live.shown(placed.id) == {canvas: 2, mug: 1}
    assert sorted(ids) == sorted(str(one.id) for one in live.twin.fulfillments(placed.id))
    rest = parcel.but(shipment_id="2", lines=(ShipmentLine(line_id=canvas, quantity=2),))
    assert set(settle(live, rest, *ids)).isdisjoint(ids)
    assert live.shown(placed.id) == {canvas: 4, mug: 1}


@pytest.mark.parametrize("kind", ["drop", "cut_reply"])
def test_a_read_that_is_cut_is_no_doubt(live: Live, kind: str) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    live.twin.faults.add(on="order", kind=kind)
    with pytest.raises(Unreachable):
        live.tell(parcel)


def test_somebody_else_was_quicker(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    live.twin.fulfill_elsewhere(placed.id, company="DHL", number="JD-OTHER")
    with pytest.raises(Refused) as caught:
        live.tell(parcel)
    assert [problem.line_id for problem in caught.value.problems] == [str(placed.lines[0].id)]
    assert "JD-OTHER" not in caught.value.words


def test_somebody_else_told_of_the_same_parcel(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    [theirs] = live.twin.fulfill_elsewhere(placed.id, company="UPS", number="1Z999")
    assert live.tell(parcel) == (str(theirs.id),)
    assert len(live.twin.fulfillments(placed.id)) == 1


def test_tracking_that_comes_later_replaces_what_was_there(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    ids = live.tell(live.parcel_of(placed.id, ""))
    later = live.parcel_of(placed.id, "1Z777", fulfillments=ids)
    assert live.tell(later) == ids
    [made] = live.twin.fulfillments(placed.id)
    assert [(one.company, one.number) for one in made.tracking] == [("UPS", "1Z777")]


def test_a_cancelled_order_cannot_be_told(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    live.twin.cancel_order(placed.id)
    with pytest.raises(Refused, match="was cancelled in Shopify"):
        live.tell(parcel)


def test_goods_another_service_ships_need_another_scope() -> None:
    few = ("read_orders", "read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders")
    live = Live(scopes=few)
    live.twin.shop.location("Elsewhere").third_party = True
    placed = live.twin.place_order([CANVAS | {"location": "Elsewhere"}, MUG])
    with pytest.raises(Refused, match="third_party"):
        live.tell(live.parcel_of(placed.id))
    assert live.shown(placed.id) == {}, "not even the part that could have been shown"


def test_without_the_scope_to_see_places_parcels_are_told_all_the_same() -> None:
    few = ("read_orders", "write_merchant_managed_fulfillment_orders", "read_merchant_managed_fulfillment_orders")
    live = Live(scopes=few)
    placed = live.twin.place_order([CANVAS, MUG])
    assert len(live.tell(live.parcel_of(placed.id))) == 2


# ---- the budget and the token ------------------------------------------------------------------


def test_a_small_budget_slows_it_down_and_breaks_nothing() -> None:
    live = Live(rates=Rates(bucket=220, restore=100))
    orders = [live.twin.place_order([CANVAS]) for _ in range(4)]
    for placed in orders:
        settle(live, live.parcel_of(placed.id))
    assert all(live.shown(placed.id) == {str(placed.lines[0].id): 2} for placed in orders)
    assert live.clock.slept, "it waited instead of being thrown out"


def test_an_empty_bucket_is_told_with_how_long_it_takes() -> None:
    live = Live(rates=Rates(bucket=2000, restore=1))
    placed = live.twin.place_order([CANVAS])
    live.twin.bucket.take(1950)
    with pytest.raises(Busy) as caught:
        live.house.store().fetch(str(placed.id))
    assert caught.value.after is not None
    assert caught.value.after.total_seconds() > 5


def test_tokens_that_die_are_renewed_in_the_middle_of_things(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    live.twin.door.tokens.clear()
    assert live.tell(parcel)
    assert live.twin.door.issued == 2
    live.clock.passes(hours=25)
    live.fetch(placed.id)
    assert live.twin.door.issued == 3


def test_a_shop_of_another_organisation_says_so(live: Live) -> None:
    live.twin.door.shop_not_permitted = True
    with pytest.raises(Denied, match="same organisation"):
        live.house.store().fetch("1")


def test_removed_from_the_shop_the_check_says_so() -> None:
    live = Live(static=True)
    assert all(finding.ok for finding in live.house.store().check())
    live.house.store().listen(HOOK)
    live.twin.uninstall()
    live.twin.outbox.pump()
    topics = [hint.topic for one in live.posted for hint in receive(one, ["hush"]) if isinstance(hint, OrderHint)]
    assert "app/uninstalled" in topics
    assert not all(finding.ok for finding in live.house.store().check())


def test_another_version_is_seen_by_the_check() -> None:
    live = Live(latest_version="2027-10")
    assert any("2027-01" in finding.what for finding in live.house.store().check() if not finding.ok)


# ---- webhooks, there and back ------------------------------------------------------------------


def test_every_webhook_of_an_orders_life_leads_back_to_the_order(live: Live) -> None:
    assert all(finding.ok for finding in live.house.store().listen(HOOK))
    assert sorted(one.topic for one in live.twin.webhooks.values()) == sorted(TOPICS)
    placed = live.twin.place_order([CANVAS | {"quantity": 3}])
    line = placed.lines[0].id
    live.twin.edit_order(placed.id, line, 4)
    live.twin.refund(placed.id, line, 1)
    live.twin.hold(placed.id)
    live.twin.release_hold(placed.id)
    live.tell(live.parcel_of(placed.id))
    live.twin.outbox.pump()
    store = live.house.store()
    keys = webhook_keys(live.secrets.held)
    topics = set()
    for delivery in live.posted:
        [hint] = receive(delivery, keys)
        assert isinstance(hint, OrderHint)
        topics.add(hint.topic)
        assert (hint.store_order_id or store.resolve(hint.reference)) == str(placed.id)
    assert {"orders/create", "orders/edited", "refunds/create", "fulfillments/create"} <= topics
    assert "fulfillment_orders/placed_on_hold" in topics


def test_a_secret_may_be_changed_without_losing_a_webhook(live: Live) -> None:
    live.house.store().listen(HOOK)
    live.twin.rotate_secret("newer")
    live.twin.place_order([CANVAS])
    live.twin.outbox.pump()
    with pytest.raises(Forged):
        receive(live.posted[0], ["newer"])
    both = webhook_keys({"client_id": "app", "client_secret": "newer", "webhook_secrets": ["hush"]})
    assert receive(live.posted[0], both)


def test_webhooks_are_kept_day_by_day(live: Live) -> None:
    live.house.store().listen("https://hooks.example/webhooks/shop/older")
    live.twin.webhooks.pop(next(iter(live.twin.webhooks)))
    live.house.store().listen(HOOK)
    live.house.store().listen(HOOK)
    assert len(live.twin.webhooks) == len(TOPICS)
    assert {one.uri for one in live.twin.webhooks.values()} == {HOOK}


# ---- what it costs -----------------------------------------------------------------------------


@needs_contract
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_no_document_costs_more_than_it_says(document: Document) -> None:
    tree = parse(document.text)
    [operation] = [one for one in tree.definitions if isinstance(one, OperationDefinitionNode)]
    assert Price(schema(), tree, operation, {}).requested() <= document.cost
    assert json.loads(gzip.decompress(CONTRACT.read_bytes()))["data"], "priced by Shopify's own schema"


def test_only_verdicts_leave_the_connector_whatever_the_answer(live: Live) -> None:
    placed = live.twin.place_order([CANVAS])
    parcel = live.parcel_of(placed.id)
    for status in (200, 201, 301, 400, 402, 403, 404, 406, 409, 422, 423, 430, 500, 503, 520):
        for body in ("", "<html>", "[]", "{}", '{"data":{}}', '{"data":{"order":7}}', '{"errors":[7]}'):
            live.twin.faults.add(on="order", kind="status", status=status, body=body)
            try:
                live.tell(parcel)
            except Verdict:
                continue
            finally:
                live.twin.faults.clear()
    assert live.shown(placed.id) in ({}, {str(placed.lines[0].id): 2})
