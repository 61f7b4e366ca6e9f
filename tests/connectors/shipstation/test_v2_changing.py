"""The way by API V2: changes and cancels of what ShipStation has, and the check of the connection."""

from __future__ import annotations

from typing import Any

import pytest

from platen.domain.job import Hold, VendorPhase
from platen.domain.verdicts import Later, Refused, Unclear, Verdict
from platen.ports import Reply
from tests.connectors.shipstation.api_house import (
    URL,
    ScriptedHttp,
    X,
    a_job,
    a_request,
    reply,
    scripted,
    v2_errors,
    v2_label,
    v2_page,
    v2_shipment,
)
from tests.connectors.shipstation.contracts import check_v2_shipment

REF = "se-394496923"
ONE = f"GET /v2/shipments/{REF}"
CANCEL = f"PUT /v2/shipments/{REF}/cancel"
SENT = a_job(vendor_ref=REF, account="v2")
AMENDED = {"vendor_ref": REF, "account": "v2"}


def nothing_packed(http: ScriptedHttp) -> None:
    http.on("GET /v2/shipments", v2_page("shipments"))
    http.on("GET /v2/labels", v2_page("labels"))
    http.on("GET /v2/fulfillments", v2_page("fulfillments"))


def test_a_change_is_the_whole_shipment() -> None:
    house, http = scripted()
    http.on(ONE, reply(body=v2_shipment()))
    nothing_packed(http)
    http.on(f"PUT /v2/shipments/{REF}", reply(body=v2_shipment()))

    made = house.v2().amend(a_request(job=AMENDED))

    [body] = http.told("PUT")
    check_v2_shipment(body)
    assert body["external_shipment_id"] == X
    assert made.ref == REF


def test_a_change_leaves_what_the_packers_have_set() -> None:
    house, http = scripted()
    dimensions = {"unit": "inch", "length": 10.0, "width": 10.0, "height": 2.0}
    package = {"package_code": "package", "dimensions": dimensions, "weight": {"value": 2.0, "unit": "ounce"}}
    packed = {
        "warehouse_id": "se-99",
        "carrier_id": "se-2077423",
        "service_code": "fedex_ground",
        "hold_until_date": "2026-12-01T00:00:00Z",
        "packages": [package],
    }
    http.on(ONE, reply(body=v2_shipment(**packed)))
    nothing_packed(http)
    http.on(f"PUT /v2/shipments/{REF}", reply(body=v2_shipment()))

    house.v2().amend(a_request(job=AMENDED))

    [body] = http.told("PUT")
    check_v2_shipment(body)
    assert (body["warehouse_id"], body["carrier_id"], body["service_code"]) == (
        "se-99",
        "se-2077423",
        "fedex_ground",
    )
    assert body["hold_until_date"] == "2026-12-01T00:00:00Z"
    weight = {"value": 540.0, "unit": "gram"}
    assert body["packages"] == [{"package_code": "package", "dimensions": dimensions, "weight": weight}]


@pytest.mark.parametrize(
    "there",
    [
        v2_shipment(shipment_status="label_purchased"),
        v2_shipment(shipment_status="processing"),
        v2_shipment(shipment_status="cancelled"),
        v2_shipment(external_shipment_id="put-in-by-hand"),
        None,
    ],
)
def test_what_has_a_label_or_is_not_ours_is_not_changed(there: dict[str, Any] | None) -> None:
    house, http = scripted()
    nothing_packed(http)
    http.on(ONE, reply(body=there) if there else v2_errors(404))

    with pytest.raises(Refused):
        house.v2().amend(a_request(job=AMENDED))
    assert http.told("PUT") == []


def test_a_split_order_and_one_that_has_left_are_not_changed() -> None:
    house, http = scripted()
    nothing_packed(http)
    http.on(ONE, reply(body=v2_shipment()))
    http.on("GET /v2/shipments", v2_page("shipments", v2_shipment(shipment_id="se-2", external_shipment_id=None)))
    with pytest.raises(Refused, match="split"):
        house.v2().amend(a_request(job=AMENDED))
    nothing_packed(http)
    http.on("GET /v2/labels", v2_page("labels", v2_label()))
    with pytest.raises(Refused, match="too late"):
        house.v2().amend(a_request(job=AMENDED))

    assert http.told("PUT") == []


@pytest.mark.parametrize("hold", [Hold.PAYMENT, Hold.STORE])
def test_an_order_that_waits_cannot_be_told_as_such(hold: Hold) -> None:
    house, http = scripted()

    with pytest.raises(Refused, match="by hand"):
        house.v2().amend(a_request(hold, job=AMENDED))
    assert [problem.what for problem in house.v2().preflight(a_request(hold))]
    assert list(house.v2().preflight(a_request())) == []
    assert http.calls == []


# cancelling


def test_a_cancel_is_believed_when_it_is_read() -> None:
    house, http = scripted()
    nothing_packed(http)
    http.on(ONE, reply(body=v2_shipment()), reply(body=v2_shipment(shipment_status="cancelled")))
    http.on(CANCEL, reply(204, b""))

    now = house.v2().cancel(SENT)

    assert now is not None
    assert now.phase is VendorPhase.CANCELLED


@pytest.mark.parametrize(
    ("answer", "after", "verdict"),
    [
        (Unclear("no answer"), "pending", Later),
        (v2_errors(400, "invalid_status", "Void its label first"), "label_purchased", Refused),
        (v2_errors(404), "pending", Refused),
        (reply(204, b""), "pending", Refused),
        (Unclear("no answer"), "cancelled", None),
        (v2_errors(400, "invalid_status", "It is cancelled"), "cancelled", None),
    ],
)
def test_what_comes_of_a_cancel(answer: Reply | Exception, after: str, verdict: type[Verdict] | None) -> None:
    house, http = scripted()
    nothing_packed(http)
    http.on(ONE, reply(body=v2_shipment()), reply(body=v2_shipment(shipment_status=after)))
    http.on(CANCEL, answer)

    if verdict is None:
        now = house.v2().cancel(SENT)
        assert now is not None
        assert now.phase is VendorPhase.CANCELLED
    else:
        with pytest.raises(verdict):
            house.v2().cancel(SENT)


@pytest.mark.parametrize("marked", [False, True])
def test_what_has_left_is_not_cancelled(marked: bool) -> None:
    house, http = scripted()
    nothing_packed(http)
    http.on(ONE, reply(body=v2_shipment(shipment_status="pending" if marked else "label_purchased")))
    if marked:
        mark = {"fulfillment_id": "se-1", "shipment_id": REF, "tracking_number": "T"}
        http.on("GET /v2/fulfillments", v2_page("fulfillments", mark))

    with pytest.raises(Refused, match="void its label"):
        house.v2().cancel(SENT)
    assert http.told("PUT") == []


# the check


def test_the_check_names_the_warehouses_to_choose_from() -> None:
    house, http = scripted()
    http.on("GET /v2/warehouses", reply(body={"warehouses": [{"warehouse_id": "se-1", "name": "Barn"}]}))
    http.on("GET /v2/environment/webhooks", reply(body=[{"url": URL, "event": "label_created_v2"}]))
    house.secrets.put_webhook("ship", {"url": URL})

    takes, warehouse, hooks = house.v2().check()

    assert takes.ok
    assert not warehouse.ok
    assert "se-1 (Barn)" in warehouse.fix
    assert hooks.ok
    assert "(fulfillment_shipped_v2)" in hooks.what


def test_the_check_is_pleased_with_what_is_there() -> None:
    house, http = scripted()
    http.on("GET /v2/warehouses", reply(body={"warehouses": [{"warehouse_id": "se-14265", "name": "Barn"}]}))
    events = ("label_created_v2", "fulfillment_shipped_v2")
    http.on("GET /v2/environment/webhooks", reply(body=[{"url": URL, "event": event} for event in events]))
    house.secrets.put_webhook("ship", {"url": URL})

    assert all(finding.ok and not finding.fix for finding in house.v2().check())


@pytest.mark.parametrize(
    "answer", [v2_errors(401), v2_errors(403), reply(500, b""), reply(404, b""), reply(200, [])]
)
def test_the_check_says_what_is_wrong(answer: Reply) -> None:
    house, http = scripted()
    http.on("GET /v2/warehouses", answer)

    [finding] = house.v2().check()

    assert not finding.ok
    assert finding.fix
