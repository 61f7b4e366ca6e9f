"""What the POV twin refuses: all of it at once, with a code for each, and nothing left behind."""

from __future__ import annotations

import json

import pytest

from tests.twins.pov_shop import Customer, an_address, an_item, pov


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"reference": ...}, ["invalid"]),
        ({"reference": "x" * 65}, ["invalid"]),
        ({"customer_id": "test-customer"}, ["unknown_customer"]),
        ({"test": "yes"}, ["invalid"]),
        ({"test": ...}, ["invalid"]),
        ({"order_date": "yesterday"}, ["invalid"]),
        ({"order_date": "2026-11-21T09:00:00"}, ["invalid"]),
        ({"mail_class": "PIGEON"}, ["bad_mail_class"]),
        ({"mail_class": ""}, ["bad_mail_class"]),
        ({"gift_message": 7}, ["invalid"]),
        ({"ship_to": ...}, ["bad_address"]),
        ({"ship_to": an_address(name="")}, ["bad_address"]),
        ({"ship_to": an_address(city=...)}, ["bad_address"]),
        ({"ship_to": an_address(country="usa")}, ["bad_address"]),
        ({"return_to": {}}, ["bad_address"] * 4),
        ({"items": []}, ["invalid"]),
        ({"items": "one"}, ["invalid"]),
        ({"items": [7]}, ["invalid"]),
        ({"items": [an_item(line_id=str(number)) for number in range(101)]}, ["invalid"]),
        ({"items": [an_item(), an_item()]}, ["invalid"]),
        ({"items": [an_item(sku=...)]}, ["missing_print_details"]),
        ({"items": [an_item(art_url="")]}, ["missing_print_details"]),
        ({"items": [an_item(sku="NO-SUCH")]}, ["unknown_sku"]),
        ({"items": [an_item(art_url="art.example/1.png")]}, ["art_unreachable"]),
        ({"items": [an_item(quantity=0)]}, ["invalid"]),
        ({"items": [an_item(quantity=True)]}, ["invalid"]),
        ({"items": [an_item(price=39.9)]}, ["invalid"]),
        (
            {"mail_class": "X", "items": [an_item(sku="NO", art_url="no")]},
            ["bad_mail_class", "unknown_sku", "art_unreachable"],
        ),
    ],
)
def test_what_is_wrong_with_an_order_is_said_by_code(changes: dict[str, object], codes: list[str]) -> None:
    live = Customer(pov()[0])
    assert live.codes("POST", "/orders", live.an_order(**changes)) == codes


def test_an_error_of_an_item_names_its_line() -> None:
    live = Customer(pov()[0])
    body = live.an_order(items=[an_item(), an_item(line_id="12", sku="NO-SUCH")])
    [said] = json.loads(live.ask("POST", "/orders", body).body)["errors"]
    assert (said["field"], said["item"], said["code"]) == ("sku", "12", "unknown_sku")


def test_any_product_is_known_where_none_is_asked_for() -> None:
    assert Customer(pov(skus=None)[0]).order(items=[an_item(sku="ANYTHING")])


@pytest.mark.parametrize("headers", [{}, {"X-Customer-Id": "stranger"}, {"X-Customer-Id": ""}])
def test_strangers_are_turned_away(headers: dict[str, str]) -> None:
    live = Customer(pov()[0])
    live.headers = headers
    for method, path in (
        ("POST", "/orders"),
        ("GET", "/orders/POV-1"),
        ("GET", "/shipments"),
        ("GET", "/mail-classes"),
    ):
        assert live.codes(method, path, {}, status=401) == ["unknown_customer"]


def test_a_key_is_asked_for_where_there_is_one() -> None:
    twin, _ = pov(live=("live-customer", "s3cret"))
    live = Customer(twin)
    assert live.order()
    live.headers["Authorization"] = "Bearer guess"
    assert live.codes("GET", "/mail-classes", status=401) == ["unknown_customer"]


def test_a_customer_can_be_revoked_and_taken_back() -> None:
    twin, _ = pov()
    live = Customer(twin)
    ref = live.order()["pov_order_id"]
    twin.revoke("live")
    assert live.codes("GET", f"/orders/{ref}", status=401) == ["unknown_customer"]
    assert Customer(twin, "test").data("GET", "/mail-classes")
    twin.revoke("live", revoked=False)
    assert live.data("GET", f"/orders/{ref}")


def test_too_many_calls_are_told_how_long_to_wait() -> None:
    twin, clock = pov(rate_per_minute=2)
    live = Customer(twin)
    live.order()
    clock.passes(seconds=15)
    live.data("GET", "/mail-classes")
    reply = live.ask("GET", "/mail-classes")
    assert (reply.status, reply.headers["retry-after"]) == (429, "45")
    assert Customer(twin, "test").data("GET", "/mail-classes"), "each customer has its own"
    clock.passes(seconds=45)
    assert live.data("GET", "/mail-classes")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/orders", 422, "invalid"),
        ("GET", "/orders/POV-1", 404, "not_found"),
        ("GET", "/shipments?since=abc", 422, "bad_cursor"),
        ("GET", "/shipments?since=99999999999", 422, "bad_cursor"),
        ("POST", "/orders", 400, "http"),
        ("GET", "/stock", 404, "no_such_path"),
        ("PUT", "/orders/POV-1", 405, "http"),
    ],
)
def test_what_cannot_be_asked(method: str, path: str, status: int, code: str) -> None:
    assert Customer(pov()[0]).codes(method, path, "not an object", status=status) == [code]


def test_the_made_up_mail_classes() -> None:
    codes = [one["code"] for one in Customer(pov()[0]).data("GET", "/mail-classes")]
    assert codes == ["STANDARD", "EXPEDITED", "EXPRESS", "INTL_STANDARD"]
