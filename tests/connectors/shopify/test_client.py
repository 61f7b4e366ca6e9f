"""Talking to Shopify: which answer means what, how long to wait, and whose token it is."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.shopify import Settings, documents
from platen.connectors.shopify.client import PATIENCE, Client, _warn_of_version
from platen.connectors.shopify.documents import Document
from platen.connectors.shopify.throttle import Bucket
from platen.domain.verdicts import Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from tests.connectors.shopify.house import (
    CLIENT,
    NOW,
    SHOP,
    FakeClock,
    FakeSecrets,
    House,
    ScriptedHttp,
    data,
    error,
    errors,
    reply,
)

READ, SET, MAKE = documents.SHOP, documents.TRACKING_UPDATE, documents.FULFILLMENT_CREATE
GOOD = {"shop": {"name": "Kranich"}}


def client(http: ScriptedHttp, **changes: Any) -> Client:
    return Client(House(http, **changes).access())


def verdict_of(document: Document, *answers: Any) -> Verdict:
    with pytest.raises(Verdict) as caught:
        client(ScriptedHttp().on(document.name, *answers)).run(document)
    return caught.value


# ---- what an answer means ----------------------------------------------------------------------


def test_a_document_goes_to_its_shop_in_its_version() -> None:
    http = ScriptedHttp().on(READ.name, data(GOOD))
    assert client(http).run(READ, {"a": 1}).data == GOOD
    [call] = http.calls
    assert call.url == f"https://{SHOP}/admin/api/2026-10/graphql.json"
    assert (call.token, call.variables) == ("shpat_static", {"a": 1})


def test_another_address_is_used_when_it_is_set() -> None:
    http = ScriptedHttp().on(READ.name, data(GOOD))
    client(http, settings=Settings(shop=SHOP, api_url="http://127.0.0.1:9")).run(READ)
    assert http.calls[0].url == "http://127.0.0.1:9/admin/api/2026-10/graphql.json"


UNREADABLE = [
    reply(500, {"errors": "Internal Server Error"}),
    reply(502, b"<html>Bad gateway</html>"),
    reply(504, b""),
    reply(408, b""),
    reply(200, b"<html>maintenance</html>"),
    reply(200, b""),
    reply(200, b'{"data": {"shop": {"na'),
    reply(200, b"[" * 100_000),
    reply(200, []),
    reply(200, {}),
    reply(200, {"data": None}),
    errors(error("INTERNAL_SERVER_ERROR")),
    errors(error("SOMETHING_NEW")),
    errors({"message": "Timeout"}),
    Unclear("cut"),
]


@pytest.mark.parametrize("answer", UNREADABLE)
@pytest.mark.parametrize("document", [SET, MAKE])
def test_a_mutation_without_a_clear_answer_may_have_been_done(document: Document, answer: Any) -> None:
    assert type(verdict_of(document, answer)) is Unclear


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_read_without_a_clear_answer_is_only_late(answer: Any) -> None:
    assert isinstance(verdict_of(READ, answer), Later)


@pytest.mark.parametrize("document", [READ, SET, MAKE])
@pytest.mark.parametrize("status", [301, 302, 401, 402, 403, 404, 423])
def test_what_a_person_has_to_mend_is_denied_with_words(document: Document, status: int) -> None:
    denied = verdict_of(document, reply(status, {"errors": "no"}))
    assert isinstance(denied, Denied)
    assert len(denied.words) > 40


@pytest.mark.parametrize(
    "answer",
    [
        reply(400, {"errors": "Bad Request"}),
        reply(422, {"errors": "no"}),
        errors(error("MAX_COST_EXCEEDED")),
        errors(error("undefinedField", "query PlatenShop", "shop", "nmae")),
        errors(error("INVALID_VARIABLE")),
    ],
)
@pytest.mark.parametrize("document", [READ, SET, MAKE])
def test_a_document_that_is_wrong_is_refused_and_visible(document: Document, answer: Any) -> None:
    assert type(verdict_of(document, answer)) is Refused


def test_a_refusal_beside_a_failure_is_no_proof_that_nothing_was_made() -> None:
    both = errors(error("INTERNAL_SERVER_ERROR"), error("undefinedField"))
    assert type(verdict_of(MAKE, both)) is Unclear


@pytest.mark.parametrize("document", [READ, MAKE])
def test_access_denied_to_the_whole_is_denied(document: Document) -> None:
    assert isinstance(verdict_of(document, errors(error("ACCESS_DENIED", "root"), data={"root": None})), Denied)
    assert isinstance(verdict_of(document, errors(error("ACCESS_DENIED"))), Denied)


def test_access_denied_that_swallowed_the_whole_is_not_taken_for_no_such_order() -> None:
    swallowed = errors(error("ACCESS_DENIED", "order", "fulfillmentOrders"), data={"order": None})
    assert isinstance(verdict_of(READ, swallowed), Denied)


def test_access_denied_deep_in_a_mutation_came_after_it_was_done() -> None:
    deep = errors(error("ACCESS_DENIED", "fulfillmentCreate", "fulfillment"), data={"fulfillmentCreate": None})
    assert type(verdict_of(MAKE, deep)) is Unclear


def test_access_denied_to_a_field_is_noted_and_the_rest_is_good() -> None:
    partial = errors(
        error("ACCESS_DENIED", "order", "email"),
        error("ACCESS_DENIED", "order", "lineItems", "nodes", 0, "sku"),
        data={"order": {"email": None, "name": "#1"}},
    )
    answer = client(ScriptedHttp().on(READ.name, partial)).run(READ)
    assert answer.refused == (("order", "email"), ("order", "lineItems", "sku"))
    assert answer.data["order"]["name"] == "#1"


def test_a_null_that_is_the_servers_trouble_is_not_the_truth() -> None:
    broken = errors(error("INTERNAL_SERVER_ERROR", "order", "shippingAddress"), data={"order": {"name": "#1"}})
    assert isinstance(verdict_of(READ, broken), Unreachable)


def test_trouble_beside_the_result_of_a_mutation_does_not_unmake_it() -> None:
    made = {"fulfillmentCreate": {"fulfillment": {"legacyResourceId": "1"}, "userErrors": []}}
    late = errors(error("INTERNAL_SERVER_ERROR", "fulfillmentCreate", "fulfillment", "x"), data=made)
    assert client(ScriptedHttp().on(MAKE.name, late)).run(MAKE).data == made


def test_an_id_of_nothing_is_an_empty_answer_to_a_read() -> None:
    answer = client(ScriptedHttp().on(READ.name, errors(error("RESOURCE_NOT_FOUND")))).run(READ)
    assert answer.data == {}


@pytest.mark.parametrize(
    "block", [None, 7, [], {}, {"cost": None}, {"cost": {"throttleStatus": {"restoreRate": 0}}}]
)
def test_a_cost_block_that_cannot_be_read_does_not_spoil_the_answer(block: object) -> None:
    http = ScriptedHttp().on(MAKE.name, reply(200, {"data": GOOD, "extensions": block}))
    assert client(http).run(MAKE).data == GOOD


# ---- the budget --------------------------------------------------------------------------------


def test_it_waits_for_points_before_it_asks() -> None:
    clock = FakeClock()
    http = ScriptedHttp().on(documents.PARCELS.name, data(GOOD, left=documents.PARCELS.cost - 50))
    talk = client(http, clock=clock)
    talk.run(documents.PARCELS)
    talk.run(documents.PARCELS)
    assert clock.slept == [0.5], "50 points at 100 a second"


def test_points_that_came_back_by_themselves_are_not_waited_for() -> None:
    clock = FakeClock()
    http = ScriptedHttp().on(documents.PARCELS.name, data(GOOD, left=0))
    talk = client(http, clock=clock)
    talk.run(documents.PARCELS)
    clock.passes(seconds=60)
    talk.run(documents.PARCELS)
    assert clock.slept == []


def test_throttled_it_waits_as_the_cost_says_and_asks_again() -> None:
    clock = FakeClock()
    throttled = errors(error("THROTTLED"), left=100, cost=400)
    http = ScriptedHttp().on(READ.name, throttled, data(GOOD))
    assert client(http, clock=clock).run(READ).data == GOOD
    assert clock.slept == [3.0], "300 points at 100 a second, though the document was thought to be cheap"


@pytest.mark.parametrize("answer", [reply(429, b"", retry_after="2.0"), reply(429, b"Too many"), reply(430, b"")])
def test_too_many_requests_is_the_same_in_another_dress(answer: Any) -> None:
    clock = FakeClock()
    assert client(ScriptedHttp().on(READ.name, answer, data(GOOD)), clock=clock).run(READ).data == GOOD
    assert sum(clock.slept) >= 1


def test_what_takes_long_waits_elsewhere() -> None:
    clock = FakeClock()
    http = ScriptedHttp().on(READ.name, reply(429, b"", retry_after="90"))
    with pytest.raises(Busy) as caught:
        client(http, clock=clock).run(READ)
    assert caught.value.after == timedelta(seconds=90)
    assert clock.slept == []


@pytest.mark.parametrize("retry_after", ["nan", "inf", "-5", "soon", "1e999"])
def test_a_senseless_time_to_wait_ends_in_a_sensible_one(retry_after: str) -> None:
    clock = FakeClock()
    with pytest.raises(Busy) as caught:
        client(ScriptedHttp().on(READ.name, reply(429, b"", retry_after=retry_after)), clock=clock).run(READ)
    assert caught.value.after is not None
    assert timedelta(0) < caught.value.after <= timedelta(hours=1)


def test_its_patience_ends() -> None:
    clock = FakeClock()
    with pytest.raises(Busy):
        client(ScriptedHttp().on(READ.name, errors(error("THROTTLED"), left=1990)), clock=clock).run(READ)
    assert sum(clock.slept) <= PATIENCE


@pytest.mark.parametrize("answer", [errors(error("THROTTLED"), left=1990), reply(429, b"", retry_after="1")])
def test_a_throttled_mutation_that_must_not_be_repeated_is_in_doubt(answer: Any) -> None:
    http = ScriptedHttp().on(MAKE.name, answer, data(GOOD))
    with pytest.raises(Unclear):
        client(http).run(MAKE)
    assert len(http.calls) == 1


def test_a_throttled_mutation_that_may_be_repeated_is() -> None:
    http = ScriptedHttp().on(SET.name, errors(error("THROTTLED"), left=1990), data(GOOD))
    assert client(http).run(SET).data == GOOD


@given(st.floats(0, 2000), st.floats(1, 20_000), st.floats(1, 2000), st.floats(0, 2000), st.floats(0, 100))
def test_after_the_wait_the_points_are_there(
    available: float, maximum: float, restore: float, cost: float, passed: float
) -> None:
    bucket = Bucket(min(available, maximum), maximum, restore, NOW)
    now = NOW + timedelta(seconds=passed)
    wait = bucket.seconds_until(cost, now)
    assert wait >= 0
    later = now + timedelta(seconds=wait + 0.01)
    assert bucket.holds(later) >= min(cost, maximum) - 0.01
    if wait > 0.1:
        assert bucket.holds(now) < cost, "nobody waits for what is there"


def test_a_clock_that_steps_back_gives_no_points() -> None:
    assert Bucket(10, 2000, 100, NOW).holds(NOW - timedelta(hours=1)) == 10


# ---- the version -------------------------------------------------------------------------------


def test_another_version_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    _warn_of_version.cache_clear()
    http = ScriptedHttp().on(READ.name, data(GOOD, x_shopify_api_version="2027-07"))
    talk = client(http)
    with caplog.at_level(logging.WARNING, "platen.shopify"):
        talk.run(READ)
        talk.run(READ)
        client(http).run(READ)
    assert [record.__dict__["served"] for record in caplog.records] == ["2027-07"]
    assert talk.served_version == "2027-07"


# ---- tokens ------------------------------------------------------------------------------------


def minted(token: str, expires_in: int = 86399) -> Any:
    return reply(200, {"access_token": token, "scope": "read_orders", "expires_in": expires_in})


def minting(*tokens: Any) -> tuple[ScriptedHttp, FakeSecrets, FakeClock]:
    http = ScriptedHttp().on("token", *tokens).on(READ.name, data(GOOD))
    return http, FakeSecrets(dict(CLIENT)), FakeClock()


def test_a_token_is_minted_once_and_shared_by_all_workers() -> None:
    http, secrets, clock = minting(minted("one"), minted("two"))
    for _ in range(3):
        client(http, secrets=secrets, clock=clock).run(READ)
    assert [call.token for call in http.named(READ.name)] == ["one"] * 3
    [asked] = http.named("token")
    assert asked.url == f"https://{SHOP}/admin/oauth/access_token"
    assert asked.form == {"grant_type": "client_credentials", **CLIENT}


def test_a_token_is_renewed_before_it_ends() -> None:
    http, secrets, clock = minting(minted("one", 1000), minted("two", 1000))
    talk = client(http, secrets=secrets, clock=clock)
    talk.run(READ)
    clock.passes(seconds=799)
    talk.run(READ)
    clock.passes(seconds=2)
    talk.run(READ)
    assert [call.token for call in http.named(READ.name)] == ["one", "one", "two"]


def test_a_token_that_cannot_be_renewed_yet_is_used_to_its_end() -> None:
    http, secrets, clock = minting(minted("one", 1000), reply(503, b""))
    talk = client(http, secrets=secrets, clock=clock)
    talk.run(READ)
    clock.passes(seconds=900)
    talk.run(READ)
    clock.passes(seconds=200)
    with pytest.raises(Busy):
        talk.run(READ)


def test_a_refused_token_somebody_else_has_renewed_is_taken_from_them() -> None:
    http, secrets, clock = minting(minted("one"), minted("three"))
    talk = client(http, secrets=secrets, clock=clock)
    talk.run(READ)

    def renewed(_call: object) -> Any:
        secrets.shared = secrets.shared | {"access_token": "two"}
        return reply(401, {"errors": "[API] Invalid API key or access token"})

    http.on(READ.name, renewed, data(GOOD))
    talk.run(READ)
    assert [call.token for call in http.named(READ.name)] == ["one", "one", "two"]
    assert len(http.named("token")) == 1


def test_a_refused_token_nobody_renewed_is_minted_anew_once() -> None:
    http, secrets, clock = minting(minted("one"), minted("two"))
    http.on(READ.name, reply(401, b""))
    with pytest.raises(Denied):
        client(http, secrets=secrets, clock=clock).run(READ)
    assert [call.token for call in http.named(READ.name)] == ["one", "two"]


def test_a_refused_token_does_not_put_a_mutation_in_doubt() -> None:
    http, secrets, clock = minting(minted("one"), minted("two"))
    http.on(MAKE.name, reply(401, b""), data(GOOD))
    assert client(http, secrets=secrets, clock=clock).run(MAKE).data == GOOD


def test_a_refused_static_token_is_for_a_person() -> None:
    http = ScriptedHttp().on(READ.name, reply(401, b""))
    with pytest.raises(Denied, match="platen connect"):
        client(http).run(READ)
    assert len(http.calls) == 1


@pytest.mark.parametrize("shared", [{"access_token": ""}, {"access_token": "x"}, {"nonsense": 1}])
def test_a_shared_token_that_cannot_be_read_is_minted_anew(shared: dict[str, Any]) -> None:
    http, secrets, clock = minting(minted("one"))
    secrets.shared = shared
    client(http, secrets=secrets, clock=clock).run(READ)
    assert http.named(READ.name)[0].token == "one"


def test_the_token_of_another_app_is_not_used() -> None:
    http, secrets, clock = minting(minted("one"), minted("two"))
    client(http, secrets=secrets, clock=clock).run(READ)
    assert secrets.held is not None
    secrets.held["client_id"] = "another"
    client(http, secrets=secrets, clock=clock).run(READ)
    assert [call.token for call in http.named(READ.name)] == ["one", "two"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(400, {"error": "shop_not_permitted", "error_description": "no"}), "same organisation"),
        (reply(400, b"<html>Oauth error application_cannot_be_found: no</html>"), "no app of that client ID"),
        (reply(400, {"error": "invalid_client"}), "do not fit together"),
        (reply(404, b"<html>shpss_hush</html>"), "check the shop's name"),
    ],
)
def test_no_token_says_why_in_words_that_help(answer: Any, words: str) -> None:
    http, secrets, clock = minting(answer)
    with pytest.raises(Denied, match=words) as caught:
        client(http, secrets=secrets, clock=clock).run(READ)
    assert "shpss_hush" not in caught.value.words


@pytest.mark.parametrize("answer", [reply(500, b""), reply(200, b"{}"), reply(200, b"<html>"), Unclear("cut")])
def test_no_token_for_now_is_late_even_for_a_mutation(answer: Any) -> None:
    http, secrets, clock = minting(answer)
    with pytest.raises(Unreachable):
        client(http, secrets=secrets, clock=clock).run(MAKE)


@pytest.mark.parametrize("held", [None, {}, {"client_id": "only"}, {"surprise": "x"}])
def test_credentials_that_cannot_be_used_are_for_a_person(held: dict[str, Any] | None) -> None:
    with pytest.raises(Denied, match="stored credentials cannot be used"):
        client(ScriptedHttp(), secrets=FakeSecrets(held)).run(READ)
