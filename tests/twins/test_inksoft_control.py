"""The control plane and the command line: the InkSoft twin for those who do not live in its process."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.twins.inksoft_shop import Caller, inksoft
from twins.inksoft import InkSoftTwin
from twins.inksoft.__main__ import build


@pytest.fixture
def twin() -> InkSoftTwin:
    return inksoft()[0]


def tell(twin: InkSoftTwin, method: str, path: str, body: object | None = None) -> TestResponse:
    return Client(twin.app).open(f"/_twin{path}", method=method, json=body)


def heard(twin: InkSoftTwin, method: str, path: str, body: object | None = None, *, status: int = 200) -> Any:
    reply = tell(twin, method, path, body)
    assert reply.status_code == status, reply.text
    return reply.get_json()


def placed(twin: InkSoftTwin, **spec: Any) -> int:
    made: int = heard(twin, "POST", "/orders", spec, status=201)["ID"]
    return made


def test_an_order_is_placed_in_a_few_words(twin: InkSoftTwin) -> None:
    line = {"sku": "TEE-100", "size": "M", "colour": "White", "quantity": 2, "price": "12.50"}
    order_id = placed(twin, store_id=41002, items=[line], address={"city": "Elsewhere"}, paid=False)
    seen = heard(twin, "GET", f"/orders/{order_id}")
    assert (seen["StoreId"], seen["ShippingAddress"]["City"], seen["Paid"]) == (41002, "Elsewhere", False)
    assert (seen["Items"][0]["FullName"], seen["RetailAmount"]) == ("Heavy Tee, White, M", 25.0)
    assert seen["Twin"]["modified"] == "2026-11-21T09:00:00.000Z"
    assert [one["ID"] for one in heard(twin, "GET", "/orders")] == [order_id]
    assert "Twin" not in Caller(twin).order(order_id)


def test_an_order_is_led_from_outside(twin: InkSoftTwin) -> None:
    order_id = placed(twin, needs_approval=True, paid=False)

    def act(name: str, body: object | None = None) -> Any:
        return heard(twin, "POST", f"/orders/{order_id}/{name}", body)

    assert act("approve")["ApprovalDate"]
    assert act("pay", {"amount": "5"})["PaymentStatus"] == "PartiallyPaid"
    assert act("pay")["PaymentStatus"] == "Paid"
    assert act("address", {"street2": "Door 2"})["ShippingAddress"]["Street2"] == "Door 2"
    assert act("quantity", {"item": "0", "quantity": 4})["Items"][0]["Quantity"] == 4
    assert len(act("item", {"sku": "BAG-300"})["Items"]) == 2
    assert act("write", {"notes": "later"})["Notes"] == "later"
    assert act("comment", {"text": "hm"})["Timeline"][0]["Comment"] == "hm"
    assert act("status", {"production_status": "In Production", "flags": {"ordered": True}})["Ordered"] is True
    assert act("ship", {"tracking": "A", "items": {"0": 1}, "completes": False})["Shipped"] is False
    assert act("pickup")["Shipped"] is True
    assert act("refund")["PaymentStatus"] == "Refunded"
    assert act("touch")["ID"] == order_id
    assert act("cancel")["Status"] == "Canceled"
    heard(twin, "DELETE", f"/orders/{order_id}")
    assert twin.orders == []


def test_what_was_told_can_be_read(twin: InkSoftTwin) -> None:
    order_id = placed(twin)
    Caller(twin).ship(order_id, MarkOrderAsCompleted=True, NotifyCustomer=True, Carrier="UPS")
    known = heard(twin, "GET", "/told")
    [shipment], [mail] = known["shipments"], known["mails"]
    assert (shipment["order_id"], shipment["tracking"], shipment["completed"]) == (order_id, "1Z1", True)
    assert (shipment["extra"], shipment["at"]) == ({"carrier": "UPS"}, "2026-11-21T09:00:00.000Z")
    assert (mail["email"], mail["tracking"]) == ("buyer@example.com", "1Z1")
    Caller(twin).ship(order_id)
    stats = heard(twin, "GET", "/stats")
    assert (stats["told"], stats["mails"], stats["duplicates"]) == (2, 1, [f"{order_id} 1Z1"])
    assert stats["calls"] == {"CreateOrderShipments": 2}


def test_switches_faults_and_sessions_from_outside(twin: InkSoftTwin) -> None:
    order_id = placed(twin, needs_approval=True)
    call = Caller(twin)
    heard(twin, "POST", "/switches", {"lists_pending": True})
    assert call.ids() == [order_id]
    heard(twin, "POST", "/trouble", {"kind": "error", "on": "GetOrder"})
    assert call.get("GetOrder", OrderId=order_id).status == 500
    assert heard(twin, "GET", "/stats")["faults_fired"] == ["status GetOrder"]
    heard(twin, "POST", "/faults", {"on": "GetOrder", "kind": "status", "status": 503})
    heard(twin, "DELETE", "/faults")
    assert call.order(order_id)
    session = call.data("GetOrCreateSessionWithApiKey")["Token"]
    heard(twin, "POST", "/sessions/expire")
    assert Caller(twin, "").get("GetStoreData", SessionToken=session).status == 400
    heard(twin, "POST", "/sites/acme", {"may_list": False, "session_calls": 1})
    assert call.get("GetOrderSummaries").status == 400
    heard(twin, "POST", "/sites/acme", {"may_list": True, "api_off": "page"})
    assert call.get("GetStoreData").text.startswith("<!DOCTYPE")
    assert heard(twin, "GET", "/outbox") == {"waiting": 0, "sent": 0}


def test_something_happens_between_pages(twin: InkSoftTwin) -> None:
    first = placed(twin)
    call = Caller(twin)
    heard(twin, "POST", "/between-pages", {"place": {"notes": "new"}})
    heard(twin, "POST", "/between-pages", {"remove": first})
    assert call.ids() == [first]
    assert len(call.ids()) == 2
    [second] = call.ids()
    heard(twin, "POST", "/between-pages", {"touch": second})
    assert call.ids() == [second]
    assert not twin.after_page


def test_a_product_is_added_from_outside(twin: InkSoftTwin) -> None:
    spec = {"sku": "MUG", "name": "Mug", "price": "9", "colours": [["Red", "FF0000"]], "sizes": ["11oz", "15oz"]}
    made = heard(twin, "POST", "/products", spec, status=201)
    assert Caller(twin).data("GetProduct", ProductId=made["id"])["Styles"][0]["Sizes"][1]["Name"] == "15oz"
    assert placed(twin, items=[{"sku": "MUG", "colour": "Red", "size": "15oz"}])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/orders", {"item": []}, 422),
        ("/orders", {"items": [{"sku": "NO-SUCH"}]}, 422),
        ("/orders", {"store_id": 7}, 422),
        ("/orders/7/cancel", {}, 404),
        ("/orders/{id}/burn", {}, 404),
        ("/orders/{id}/quantity", {"item": "9", "quantity": 1}, 404),
        ("/orders/{id}/quantity", {"quantity": -1}, 422),
        ("/orders/{id}/address", {"town": "x"}, 422),
        ("/orders/{id}/address", [], 422),
        ("/orders/{id}/write", {"note": "x"}, 422),
        ("/orders/{id}/approve", {}, 422),
        ("/orders/{id}/pay", {"amount": "-1"}, 422),
        ("/orders/{id}/status", {"status": "Lost"}, 422),
        ("/orders/{id}/status", {"flags": {"lost": True}}, 422),
        ("/trouble", {"kind": "explode"}, 422),
        ("/switches", {"list_pending": True}, 422),
        ("/switches", {"most_results": 0}, 422),
        ("/sites/elsewhere", {"may_list": False}, 404),
        ("/sites/acme", {"api_off": "maybe"}, 422),
        ("/between-pages", {}, 422),
        ("/between-pages", {"remove": 7}, 404),
        ("/between-pages", {"place": {"store_id": 7}}, 422),
        ("/products", {"sku": "TEE-100", "name": "Again"}, 422),
    ],
)
def test_a_hand_that_slips_is_told_so(twin: InkSoftTwin, path: str, body: object, status: int) -> None:
    order_id = placed(twin)
    before = heard(twin, "GET", f"/orders/{order_id}")
    reply = tell(twin, "POST", path.replace("{id}", str(order_id)), body)
    assert reply.status_code == status, reply.text
    assert reply.get_json()["message"]
    assert heard(twin, "GET", f"/orders/{order_id}") == before
    assert len(twin.orders) == 1


def test_the_command_line_describes_a_twin() -> None:
    line = "--port 8091 --store Mine --api-key k --login me@example.com:pw --store-id 7:Seven --most-results 5"
    line += " --package-as orders --lists-pending --demands-email --pre-salesdoc --camel-case --no-listing"
    twin, port = build(line.split())
    site = twin.site("mine")
    assert (port, site.uri, site.api_key, site.stores, site.may_list) == (8091, "Mine", "k", {7: "Seven"}, False)
    assert (site.users[0].email, site.users[0].password) == ("me@example.com", "pw")
    asked = twin.switches
    assert (asked.most_results, asked.package_as, asked.lists_pending, asked.pre_salesdoc) == (
        5,
        "orders",
        True,
        True,
    )
    assert build([])[0].site().stores.keys() == {41001, 41002, 41003}
    for wrong in (["--login", "me"], ["--store-id", "seven"]):
        with pytest.raises(SystemExit):
            build(wrong)
