"""What each answer means: above all, whether an order may have come of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors.picanova.answers import Rejected, read_words
from platen.connectors.picanova.client import Client
from platen.domain.verdicts import AlreadyThere, Busy, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply
from tests.connectors.picanova.fakes import FakeClock, ScriptedHttp, data, reply
from tests.connectors.picanova.house import their_order

BASE = "https://api.picanova.com/api/beta"
INVALID = {
    "message": "422 Unprocessable Entity",
    "errors": {"items.0.options": ["The options are wrong."], "shipping.city": ["The city is required."]},
    "status_code": 422,
}


def client(answer: Reply | Exception, *calls: str) -> tuple[Client, ScriptedHttp]:
    http = ScriptedHttp()
    for call in calls or ("POST /orders", "GET /orders/PPO1", "GET /products", "DELETE /orders/PPO1"):
        http.on(call, answer)
    return Client(http, FakeClock(), BASE, ("user", "key")), http


def after_create(answer: Reply | Exception) -> Verdict:
    api, http = client(answer)
    with pytest.raises(Verdict) as verdict:
        api.create({"external_id": "X-1"})
    assert len(http.calls) == 1, "a create is tried exactly once, whatever comes of it"
    return verdict.value


def after_read(answer: Reply | Exception) -> Verdict:
    api, _ = client(answer)
    with pytest.raises(Verdict) as verdict:
        api.order("PPO1")
    return verdict.value


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_with_an_order_in_it_is_a_success(status: int) -> None:
    api, http = client(data(their_order(id="PPO7"), status))
    assert api.create({"external_id": "X-1"}).id == "PPO7"
    assert http.calls[0].auth == ("user", "key")


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, {"message": "Server Error"}),
        reply(502, b"<html>Bad gateway</html>"),
        reply(504, b""),
        reply(408, b""),
        reply(302, b"", location="https://elsewhere.example"),
        reply(200, b"not json"),
        reply(200, b""),
        reply(200, {"data": {}}),
        reply(200, {"data": {"id": None, "status": "DRAFT"}}),
        reply(201, {"message": "ok"}),
        reply(200, b'{"data": {"id": "PPO1"'),
        Unclear("timed out"),
    ],
)
def test_a_create_that_may_have_worked_is_unclear(answer: Reply | Exception) -> None:
    assert isinstance(after_create(answer), Unclear)


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, {"message": "Server Error"}),
        reply(503, b"<html>"),
        reply(408, b""),
        reply(301, b""),
        reply(200, b"not json"),
        reply(200, {"data": {}}),
        Unclear("timed out"),
        Unreachable("no route"),
    ],
)
def test_a_read_that_failed_is_for_later_since_nothing_was_made(answer: Reply | Exception) -> None:
    assert isinstance(after_read(answer), Later)


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_are_denied_whatever_was_asked(status: int) -> None:
    answer = reply(status, {"message": f"{status} Unauthorized"})
    for verdict in (after_create(answer), after_read(answer)):
        assert isinstance(verdict, Denied)
        assert "API user and key" in verdict.words


def test_a_refusal_carries_their_words_for_each_field() -> None:
    verdict = after_create(reply(422, INVALID))
    assert isinstance(verdict, Rejected)
    assert verdict.errors["shipping.city"] == ("The city is required.",)
    assert "The options are wrong." in verdict.words


@pytest.mark.parametrize("status", [400, 402, 404, 405, 409, 413, 415, 422])
def test_any_other_no_is_refused_with_their_words(status: int) -> None:
    verdict = after_create(reply(status, {"message": "No such thing here."}))
    assert isinstance(verdict, Refused)
    assert "No such thing here." in verdict.words


@pytest.mark.parametrize(
    "body",
    [
        {"errors": {"external_id": ["The external_id has already been taken."]}},
        {"message": "The external id must be unique."},
        {"message": "422", "errors": ["An order with this external_id already exists."]},
        {"message": "Duplicate", "errors": {"order": {"external_id": ["external_id is a duplicate"]}}},
    ],
)
@pytest.mark.parametrize("status", [400, 409, 422])
def test_an_id_that_is_taken_means_it_was_made_before(body: dict[str, object], status: int) -> None:
    assert isinstance(after_create(reply(status, body)), AlreadyThere)


def test_only_a_create_can_find_its_id_taken() -> None:
    taken = reply(422, {"errors": {"external_id": ["The external_id has already been taken."]}})
    assert isinstance(after_read(taken), Refused)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("999999", 3600),
        ("Sat, 21 Nov 2026 09:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 1),
        ("soon", 60),
        ("-5", 60),
        ("", 60),
    ],
)
def test_busy_waits_as_long_as_they_ask(header: str, seconds: int) -> None:
    answer = reply(429, {"message": "Too Many Attempts."}, retry_after=header)
    for verdict in (after_create(answer), after_read(answer)):
        assert isinstance(verdict, Busy)
        assert verdict.after == timedelta(seconds=seconds)


def test_busy_without_a_word_waits_a_minute() -> None:
    verdict = after_create(reply(429, b""))
    assert isinstance(verdict, Busy)
    assert verdict.after == timedelta(seconds=60)


def test_what_was_never_sent_is_unreachable() -> None:
    assert isinstance(after_create(Unreachable("no route")), Unreachable)


def test_an_order_that_is_not_there_is_none() -> None:
    for body in ({"message": "404 Not Found"}, b"<html>", b""):
        api, _ = client(reply(404, body), "GET /orders/PPO1", "GET /orders/@X-1")
        assert api.order("PPO1") is None
        assert api.order_called("X-1") is None


def test_a_catalogue_that_is_not_there_is_never_an_empty_one() -> None:
    for answer in (reply(404, b""), reply(400, {"message": "no"}), reply(422, INVALID), data({"a": 1})):
        api, _ = client(answer)
        with pytest.raises(Later):
            api.products()


def test_a_product_that_went_away_since_it_was_listed_has_no_variants() -> None:
    api, _ = client(reply(404, b""), "GET /products/9")
    assert api.variants("9") == []


def test_a_list_is_read_to_its_last_page() -> None:
    pages = {"pagination": {"total_pages": 3}}
    http = ScriptedHttp()
    http.on("GET /products", reply(200, {"data": [{"id": 1}], "meta": pages}))
    http.on("GET /products?page=2", reply(200, {"data": [{"id": 2}], "meta": pages}))
    http.on("GET /products?page=3", reply(200, {"data": [{"id": 3}], "meta": pages}))
    found = Client(http, FakeClock(), BASE, ("user", "key")).products()
    assert [product.id for product in found] == ["1", "2", "3"]


def test_ids_cannot_lead_a_call_astray() -> None:
    http = ScriptedHttp().on("GET /orders/..%2F..%2Fproducts%3Fpage%3D2", reply(404, b""))
    http.on("GET /orders/@..%2FX", reply(404, b""))
    api = Client(http, FakeClock(), BASE, ("user", "key"))
    assert api.order("../../products?page=2") is None
    assert api.order_called("../X") is None


# words


@pytest.mark.parametrize(
    "errors",
    [
        {"items": {"0": {"file": ["The file is gone."]}}},
        {"items.0.file": "The file is gone."},
        {"items.0.file": [["The file is gone."]]},
    ],
)
def test_errors_in_any_nesting_lead_to_the_field(errors: object) -> None:
    _, found = read_words(reply(422, {"errors": errors}))
    assert found == {"items.0.file": ("The file is gone.",)}


def test_words_are_cut() -> None:
    words, errors = read_words(reply(422, {"message": "m" * 9000, "errors": {"city": ["x" * 9000]}}))
    assert len(words) <= 500
    assert len(errors["city"][0]) <= 500


@pytest.mark.parametrize("body", [b"<html><h1>Bad Gateway</h1>", b"[1,2]", b'"text"', b"[" * 9999, b"\xff"])
def test_odd_error_bodies_do_no_harm(body: bytes) -> None:
    words, errors = read_words(reply(502, body))
    assert "<h1>" not in words
    assert errors == {}


def test_a_flood_of_errors_is_bounded() -> None:
    _, errors = read_words(reply(422, {"errors": {f"items.{n}.file": ["no"] for n in range(20_000)}}))
    assert len(errors) <= 200


def test_who_and_where_never_shows() -> None:
    private = ("Ottilie", "Quellwasser", "Lange Zeile 17", "ottilie@kranich.example")
    said = "OTTILIE Quellwasser (ottilie@kranich.example) cannot be reached at lange zeile 17."
    for body in ({"message": said}, {"errors": {"shipping": [said]}}, said.encode()):
        words, errors = read_words(reply(422, body), private)
        for shown in (words, *(text for texts in errors.values() for text in texts)):
            assert not any(secret.casefold() in shown.casefold() for secret in private)
        assert "cannot be reached" in words
