"""The way by API V2: what ShipStation is told, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from platen.connectors.shipstation.body_v2 import shipment_body
from platen.connectors.shipstation.telling import told_as
from platen.domain.job import VendorPhase
from platen.domain.order import Line
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.shipstation.api_house import (
    SHIP_TO,
    ScriptedHttp,
    X,
    a_line,
    a_request,
    reply,
    scripted,
    v2_errors,
    v2_page,
    v2_shipment,
)
from tests.connectors.shipstation.contracts import check_v2_shipment, check_v2_shipments

CREATE = "POST /v2/shipments"
REF = "se-394496923"
CALLED = f"GET /v2/shipments/external_shipment_id/{X}"


def created(*shipments: dict[str, Any], has_errors: bool = False) -> Reply:
    return reply(body={"has_errors": has_errors, "shipments": list(shipments)})


def refused(*errors: str) -> Reply:
    return created({"errors": list(errors)}, has_errors=True)


def nothing_packed(http: ScriptedHttp) -> None:
    http.on("GET /v2/shipments", v2_page("shipments"))
    http.on("GET /v2/labels", v2_page("labels"))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))


def test_an_order_is_told_as_a_shipment_of_a_sales_order() -> None:
    house, http = scripted()
    http.on(CREATE, created(v2_shipment()))

    made = house.v2().submit(a_request())

    [body] = http.told()
    check_v2_shipments(body)
    [told] = body["shipments"]
    assert (made.ref, made.external_id, made.phase) == (REF, X, VendorPhase.ACCEPTED)
    assert told["create_sales_order"] is True
    assert (told["external_shipment_id"], told["shipment_number"]) == (X, "#1001")
    assert told["warehouse_id"] == "se-14265"
    assert "ship_from" not in told
    assert told["requested_shipment_service"] == "Two Day"
    assert told["ship_to"]["email"] == "ottilie@kranich.example"
    assert (told["is_gift"], told["notes_for_gift"], told["notes_from_buyer"]) == (
        True,
        "Well played",
        "Please hurry",
    )
    assert told["packages"] == [{"package_code": "package", "weight": {"value": 540.0, "unit": "gram"}}]
    assert told["amount_paid"] == {"currency": "usd", "amount": 65.0}
    assert told["tax_paid"] == {"currency": "usd", "amount": 4.0}
    assert http.calls[0].headers["api-key"] == "v2-key"


def test_what_v2_has_no_place_for_is_in_the_notes_of_the_packers() -> None:
    body = shipment_body(told_as(a_request()), "se-1")

    assert body["internal_notes"] == "Paid by: Card\nDiscount: TEAM10: -6.00 USD\nRegular"
    assert [item["external_order_item_id"] for item in body["items"]] == ["11", "12"]
    assert {item["external_order_id"] for item in body["items"]} == {X}
    assert all(item["unit_price"] >= 0 for item in body["items"])
    assert body["advanced_options"]["custom_field1"] == "TEAM10"


def test_an_order_with_little_to_tell_is_still_as_published() -> None:
    bare = Line(line_id="11", title="Tee", quantity=1, unfulfilled=1)
    ship_to = SHIP_TO.but(company="", address2="", phone="", region_code="")
    request = a_request(lines=(bare, a_line("12")), ship_to=ship_to, email="", note="", charges=None, discounts=())

    body = shipment_body(told_as(request), "se-1")

    check_v2_shipment(body, may_lack={"phone", "state_province"})
    assert "weight" in body["items"][0], "the shelf knows it, though the store does not"


def test_a_parcel_without_a_phone_has_the_phone_of_who_pays() -> None:
    request = a_request(ship_to=SHIP_TO.but(phone=""), billing=SHIP_TO.but(phone="+1 217 5550199"))

    body = shipment_body(told_as(request), "se-1")

    check_v2_shipment(body)
    assert body["ship_to"]["phone"] == "+1 217 5550199"


def test_an_order_whose_weight_nobody_knows_has_no_package_yet() -> None:
    request = a_request()
    unweighed = replace(request, body=request.body.but(shelf={}))

    body = shipment_body(told_as(unweighed), "se-1")

    check_v2_shipment(body)
    assert "packages" not in body


def test_an_order_without_any_price_tells_no_money() -> None:
    lines = (
        Line(line_id="11", title="Tee", quantity=1, unfulfilled=1),
        Line(line_id="12", title="Tee", quantity=1, unfulfilled=1),
    )
    body = shipment_body(told_as(a_request(lines=lines, charges=None, discounts=())), "se-1")

    check_v2_shipment(body)
    assert "amount_paid" not in body


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (v2_errors(401, "unauthorized", "The API key is invalid", "security"), Denied),
        (v2_errors(403), Denied),
        (v2_errors(400, "subscription_inactive", "Upgrade your plan", "account_status"), Denied),
        (reply(429, {}, retry_after="12"), Busy),
        (reply(500, b""), Unclear),
        (reply(200, b"{"), Unclear),
        (created(), Unclear),
        (created({"external_shipment_id": X}), Unclear),
        (created(v2_shipment(external_shipment_id="somebody-elses")), Unclear),
        (Unclear("no answer"), Unclear),
        (Unreachable("no connection"), Unreachable),
        (v2_errors(400, "field_value_required", "ship_to.name is required"), Refused),
        (v2_errors(409, "identifier_conflict", "external_shipment_id is in use"), AlreadyThere),
        (v2_errors(400, "identifier_conflict", "external_shipment_id is in use"), AlreadyThere),
        (refused("Parameter value is out of range."), Refused),
        (created(v2_shipment(errors=["No such warehouse"])), Refused),
    ],
)
def test_what_comes_of_telling(answer: Reply | Exception, verdict: type[Verdict]) -> None:
    house, http = scripted()
    http.on(CREATE, answer)
    http.on(CALLED, v2_errors(404, "invalid_identifier", "Not found"))

    with pytest.raises(verdict):
        house.v2().submit(a_request())


def test_too_many_calls_say_for_how_long() -> None:
    house, http = scripted()
    http.on(CREATE, reply(429, {}, retry_after="12"))

    with pytest.raises(Busy) as busy:
        house.v2().submit(a_request())

    assert busy.value.after == timedelta(seconds=12)


def test_whatever_the_words_an_id_that_is_there_was_taken_before() -> None:
    house, http = scripted()
    http.on(CREATE, refused("Diese Kennung ist vergeben."))
    http.on(CALLED, reply(body=v2_shipment()))

    with pytest.raises(AlreadyThere):
        house.v2().submit(a_request())


def test_a_refusal_names_what_is_wrong_and_nothing_of_the_buyer() -> None:
    house, http = scripted()
    http.on(CREATE, refused("address_line1 'Lange Zeile 17' is not deliverable"))
    http.on(CALLED, v2_errors(404))

    with pytest.raises(Refused) as no:
        house.v2().submit(a_request())

    assert "address_line1" in no.value.words
    assert "Lange Zeile" not in no.value.words


def test_what_was_made_though_its_answer_was_lost_is_found_by_our_id() -> None:
    house, http = scripted()
    http.on(CREATE, Unclear("no answer"))
    http.on(CALLED, reply(body=v2_shipment()))
    nothing_packed(http)

    with pytest.raises(Unclear):
        house.v2().submit(a_request())
    found = house.v2().find(a_request())

    assert found is not None
    assert found.ref == REF


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(404, b"<html>not here</html>"), Unclear),
        (reply(404, b""), Unclear),
        (v2_errors(400), Unclear),
        (reply(200, []), Unclear),
        (reply(500, b""), Later),
        (Unclear("no answer"), Later),
        (reply(200, v2_shipment(external_shipment_id="x")), Unclear),
    ],
)
def test_a_look_up_that_failed_is_never_taken_for_nothing_there(
    answer: Reply | Exception, verdict: type[Verdict]
) -> None:
    house, http = scripted()
    http.on(CALLED, answer)

    with pytest.raises(verdict):
        house.v2().find(a_request())


def test_only_its_own_word_says_that_there_is_none() -> None:
    house, http = scripted()
    http.on(CALLED, v2_errors(404, "invalid_identifier", "There is no such shipment"))

    assert house.v2().find(a_request()) is None


def test_an_id_is_escaped_on_its_way() -> None:
    house, http = scripted()
    http.on("GET /v2/shipments/se-1%2F..%2Fx%3Fy", v2_errors(404))

    assert house.v2().locate("v2", "se-1/../x?y") is None


def test_money_is_told_exactly() -> None:
    order = told_as(a_request())

    assert order.total == Decimal("65.00")
    assert shipment_body(order, "se-1")["amount_paid"]["amount"] == 65.0
