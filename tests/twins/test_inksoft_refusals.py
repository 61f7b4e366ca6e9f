"""Whom the InkSoft twin lets in, by key or by session, and what it says to everybody else."""

from __future__ import annotations

import json

import pytest

from tests.twins.inksoft_shop import Caller, inksoft, said_no, told
from twins.inksoft import InkSoftTwin

NEEDING_A_KEY = ("GetOrderSummaries", "GetOrderPackage", "GetStoreData", "GetProduct", "GetProductBaseList")


def token(twin: InkSoftTwin, email: str = "shop@example.com", password: str = "secret") -> str:
    reply = Caller(twin, "")._http.send("POST", Caller(twin).url("SignIn", Email=email, Password=password))
    found: str = told(reply)["Data"]["Token"]
    return found


@pytest.mark.parametrize("method", NEEDING_A_KEY)
@pytest.mark.parametrize(("key", "words"), [("", "required"), ("wrong", "invalid"), ("inksoft-key ", "invalid")])
def test_without_the_right_key_nobody_comes_in(method: str, key: str, words: str) -> None:
    status, code, said = said_no(Caller(inksoft()[0], key).get(method))
    assert (status, code) == (400, "BadRequest")
    assert words in said


@pytest.mark.parametrize("name", ["APIKey", "ApiKey", "apikey"])
def test_names_may_be_in_any_case(name: str) -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin, "")
    call.store = "ACME"
    [listed] = told(call.get("getordersummaries", **{name: "inksoft-key", "MAXRESULTS": 1}))["Data"]
    assert listed["ID"] == order.id
    assert told(call.get("GETORDER", orderid=order.id, **{name: "inksoft-key"}))["Data"]["ID"] == order.id
    assert twin.api_calls_counted == {"GetOrderSummaries": 1, "GetOrder": 1}


@pytest.mark.parametrize(
    "path", ["/elsewhere/Api2/GetOrder", "/acme/Api3/GetOrder", "/acme/Api2/GetOrders", "/", "/a"]
)
def test_a_path_that_is_not_there_is_answered_with_a_page(path: str) -> None:
    reply = Caller(inksoft()[0])._http.send("GET", f"https://inksoft.twin{path}")
    assert (reply.status, "html" in reply.headers["content-type"]) == (404, True)
    assert reply.text.startswith("<!DOCTYPE html>")


def test_a_verb_that_is_not_taken_does_nothing() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    call = Caller(twin)
    assert call.get("CreateOrderShipments", OrderIds=[order.id], TrackingNumber="A").status == 405
    assert call.post("GetOrderSummaries").status == 405
    assert call.get("SignIn", Email="shop@example.com", Password="secret").status == 405
    assert order.shipments == []


@pytest.mark.parametrize(("how", "status", "is_page"), [("page", 200, True), ("refusal", 400, False)])
def test_a_plan_without_the_api(how: str, status: int, is_page: bool) -> None:
    twin, _ = inksoft()
    twin.site().api_off = how
    reply = Caller(twin).get("GetStoreData")
    assert (reply.status, "html" in reply.headers["content-type"]) == (status, is_page)
    if not is_page:
        assert said_no(reply)[2] == "The API is not enabled for this store"


def test_a_key_that_may_not_list_reads_single_orders() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    twin.site().may_list = False
    call = Caller(twin)
    assert said_no(call.get("GetOrderSummaries"))[2] == "You do not have permission to list orders"
    assert call.order(order.id)["ID"] == order.id
    twin.switches.listing_refused_with = 403
    assert said_no(call.get("GetOrderSummaries"))[0] == 403


def test_an_order_is_found_by_key_or_by_the_buyers_email() -> None:
    twin, _ = inksoft()
    order = twin.place_order(email="Her@example.com")
    stranger, shop = Caller(twin, ""), Caller(twin)
    assert stranger.order(order.id, OrderEmail="her@EXAMPLE.com")["ID"] == order.id
    for call in (stranger, shop):
        assert said_no(call.get("GetOrder", OrderId=order.id, OrderEmail="him@example.com"))[:2] == (
            404,
            "NotFound",
        )
    assert said_no(stranger.get("GetOrder", OrderId=order.id))[2] == "An API key is required"
    twin.switches.email_is_proof = False
    reply = stranger.get("GetOrder", OrderId=order.id, OrderEmail="her@example.com")
    assert said_no(reply)[2] == "An API key is required"


def test_an_email_may_be_demanded_beside_the_key() -> None:
    twin, _ = inksoft(demands_email=True)
    order = twin.place_order()
    call = Caller(twin)
    assert said_no(call.get("GetOrder", OrderId=order.id))[2] == "OrderEmail is required"
    assert call.order(order.id, OrderEmail="buyer@example.com")["ID"] == order.id


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"OrderId": "abc"}, 400),
        ({"OrderId": "--5"}, 400),
        ({"OrderId": "9" * 5000}, 400),
        ({"OrderId": 7}, 404),
        ({"OrderId": -7}, 404),
    ],
)
def test_an_order_that_is_not_there(parameters: dict[str, object], status: int) -> None:
    assert said_no(Caller(inksoft()[0]).get("GetOrder", **parameters))[0] == status


def test_products_may_be_public_and_a_wrong_key_is_still_wrong() -> None:
    twin, _ = inksoft(reads_are_public=True)
    assert Caller(twin, "").data("GetStoreData")["StoreId"] == 41001
    assert len(Caller(twin, "").data("GetProductBaseList")) == 3
    assert Caller(twin, "").data("GetProductCategories")[0]["ParentID"] is None
    assert said_no(Caller(twin, "wrong").get("GetStoreData"))[0] == 400
    assert said_no(Caller(twin, "").get("GetOrderSummaries"))[0] == 400


def test_the_header_is_no_key_unless_it_is() -> None:
    twin, _ = inksoft()
    call = Caller(twin, "")
    headers = {"x-api-key": "inksoft-key"}
    assert said_no(call._http.send("GET", call.url("GetStoreData"), headers=headers))[0] == 400
    twin.switches.takes_key_header = True
    assert told(call._http.send("GET", call.url("GetStoreData"), headers=headers))["Data"]


def test_a_session_comes_from_signing_in_or_from_the_key() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    stranger = Caller(twin, "")
    mine = token(twin)
    assert stranger.ids(SessionToken=mine) == [order.id]
    assert stranger.data("GetSession", SessionToken=mine)["Token"] == mine
    by_key = Caller(twin).data("GetOrCreateSessionWithApiKey")["Token"]
    assert by_key == Caller(twin).data("GetOrCreateSessionWithApiKey")["Token"] != mine
    reply = stranger.post(
        "CreateOrderShipments", {"OrderIds": [order.id], "TrackingNumber": "A", "SessionToken": by_key}
    )
    assert told(reply)["Data"] is True


@pytest.mark.parametrize(
    ("email", "password"), [("shop@example.com", "guess"), ("who@example.com", "secret"), ("", "")]
)
def test_a_wrong_login_opens_nothing(email: str, password: str) -> None:
    twin, _ = inksoft()
    reply = Caller(twin, "")._http.send("POST", Caller(twin).url("SignIn", Email=email, Password=password))
    assert said_no(reply)[2] == "The email or password is incorrect"
    assert said_no(Caller(twin, "").get("GetOrCreateSessionWithApiKey"))[2] == "An API key is required"
    assert twin.site().sessions == {}


def test_a_session_ends_with_time_or_when_it_is_ended() -> None:
    twin, clock = inksoft()
    mine, call = token(twin), Caller(twin, "")
    clock.passes(hours=23, minutes=59)
    assert call.data("GetStoreData", SessionToken=mine)
    clock.passes(minutes=1)
    assert said_no(call.get("GetStoreData", SessionToken=mine))[2] == "The session is invalid or has expired"
    again = token(twin)
    assert call.data("GetStoreData", SessionToken=again)
    twin.expire_sessions()
    assert said_no(call.get("GetSession", SessionToken=again))[0] == 400
    assert said_no(Caller(twin).get("GetStoreData", SessionToken="made-up"))[0] == 400, "the key does not help then"


def test_a_session_can_end_in_the_middle_of_the_pages() -> None:
    twin, _ = inksoft()
    twin.site().session_calls = 2
    mine, call = token(twin), Caller(twin, "")
    assert [call.get("GetOrderSummaries", SessionToken=mine).status for _ in range(3)] == [200, 200, 400]
    by_key = Caller(twin).data("GetOrCreateSessionWithApiKey")["Token"]
    assert [call.get("GetOrderSummaries", SessionToken=by_key).status for _ in range(3)] == [200, 200, 400]
    assert Caller(twin).data("GetOrCreateSessionWithApiKey")["Token"] != by_key


def test_a_user_who_may_not_list() -> None:
    twin, _ = inksoft()
    order = twin.place_order()
    twin.site().users[0].may_list = False
    mine = token(twin)
    call = Caller(twin, "")
    assert said_no(call.get("GetOrderSummaries", SessionToken=mine))[2].endswith("list orders")
    assert call.order(order.id, SessionToken=mine)["ID"] == order.id
    assert Caller(twin).ids() == [order.id]


def test_a_session_of_one_path_is_none_of_another() -> None:
    twin, _ = inksoft()
    twin.add_site("other", "other-key", {52001: "Other Store"})
    mine = token(twin)
    assert said_no(Caller(twin, "", "other").get("GetStoreData", SessionToken=mine))[0] == 400


def test_the_old_session_id_is_no_longer_accepted() -> None:
    assert said_no(Caller(inksoft()[0], "").get("GetStoreData", SessionId=12345))[2] == "An API key is required"


def test_a_format_and_its_names() -> None:
    twin, _ = inksoft()
    order = twin.place_order(items=[{"sku": "TEE-100"}])
    call = Caller(twin)
    assert call.data("GetOrder", OrderId=order.id, Format="json")["UniqueId"] == order.unique_id
    camel = json.loads(call.get("GetOrder", OrderId=order.id, Format="JSONCamelCase").body)
    assert (camel["ok"], camel["statusCode"], camel["data"]["id"]) == (True, "OK", order.id)
    assert camel["data"]["shippingAddress"]["poBox"] is False
    assert said_no(call.get("GetOrder", OrderId=order.id, Format="XML"))[0] == 400
    twin.switches.camel_case = True
    told_anyway = json.loads(call.get("GetOrder", OrderId=1, Format="JSON").body)
    assert (told_anyway["ok"], told_anyway["data"]) == (False, False)
