"""Mail classes: the two types, the methods, and what becomes of the one that was chosen."""

from __future__ import annotations

import pytest

from platen.connectors.picanova import CONNECTOR
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import Later, Refused
from tests.connectors.picanova.fakes import ScriptedHttp, data, reply
from tests.connectors.picanova.house import (
    METHODS,
    House,
    a_request,
    details,
    scripted,
    settings,
    shelves,
    their_order,
    their_variant,
)
from tests.connectors.picanova.preflighting import house, one, told
from tests.connectors.picanova.test_preflight_v1 import DESIGN


def codes(at: House) -> list[str]:
    return [found.code for found in at.vendor().classes()]


def test_the_types_come_first_and_then_each_method_once() -> None:
    assert codes(house()) == ["TRACKED", "UNTRACKED", "DHL", "GEL", "UPS", "UPS MIEXP"]
    assert house().vendor().classes()[2] == MailClass(code="DHL", name="DHL")


def test_the_methods_of_both_stores_are_offered() -> None:
    at, http = scripted()
    http.on("GET /shipping/methods", data(METHODS), data([{"code": "USPS", "name": ""}, {"code": "UPS"}]))
    assert codes(at) == ["TRACKED", "UNTRACKED", "DHL", "GEL", "UPS", "UPS MIEXP", "USPS"]
    assert [call.auth for call in http.calls] == [("eu-user", "eu-key"), ("us-user", "us-key")]
    assert at.vendor().classes()[-1].name == "USPS", "a method without a name goes by its code"


def test_methods_are_read_once_a_day_and_after_a_refresh() -> None:
    at = house(regions=["eu"])
    assert isinstance(at.http, ScriptedHttp)
    for _ in range(3):
        codes(at)
    assert at.http.asked("GET") == ["/shipping/methods"]
    at.clock.passes(hours=25)
    codes(at)
    assert len(at.http.asked("GET")) == 2
    at.vendor().refresh()
    at.http.on("GET /shipping/methods", data([{"code": "PIGEON", "name": "By pigeon"}]))
    assert codes(at) == ["TRACKED", "UNTRACKED", "PIGEON"]


@pytest.mark.parametrize("answer", [reply(500, b""), reply(404, b""), reply(422, b""), data("DHL"), data(["DHL"])])
def test_a_list_of_methods_that_cannot_be_read_is_never_an_empty_one(answer: object) -> None:
    at = house()
    assert isinstance(at.http, ScriptedHttp)
    at.http.on("GET /shipping/methods", answer)  # type: ignore[arg-type]
    with pytest.raises(Later):
        codes(at)


def test_tracked_is_the_class_of_connections_that_name_none() -> None:
    assert CONNECTOR.default_class(settings()) == "TRACKED"


# what was chosen


@pytest.mark.parametrize("mail_class", ["", "TRACKED", "UNTRACKED", "tracked", "DHL", "UPS MIEXP", " DHL "])
def test_a_class_of_the_store_has_no_problem(mail_class: str) -> None:
    assert told(a_request(mail_class=mail_class)) == []


@pytest.mark.parametrize(
    ("mail_class", "suggestion"),
    [("dhl", "DHL"), ("UPS-MIEXP", "UPS MIEXP"), ("TRACKT", "TRACKED"), ("PIGEON", "")],
)
def test_a_class_that_the_store_does_not_have_is_named_with_the_nearest(mail_class: str, suggestion: str) -> None:
    problem = one(told(a_request(mail_class=mail_class)))
    assert (problem.line_id, problem.field, problem.suggestion) == ("", "mail_class", suggestion)
    assert mail_class in problem.what
    assert '"TRACKED", "UNTRACKED", "DHL", "GEL", "UPS", "UPS MIEXP"' in problem.what
    assert (f'Did you mean "{suggestion}"?' in problem.what) == bool(suggestion)


def test_a_method_of_the_one_store_is_none_of_the_other() -> None:
    http = shelves(ScriptedHttp())
    http.on("GET /shipping/methods", data(METHODS), data([{"code": "USPS", "name": "USPS"}]))
    at = House(http, settings())
    at.vendor().refresh()
    assert "USPS" in codes(at)
    problem = one(told(a_request(mail_class="USPS"), at))
    assert (problem.field, "GEL" in problem.what) == ("mail_class", True)
    assert told(a_request(mail_class="USPS", account="us"), at) == []


@pytest.mark.parametrize("mail_class", ["DHL", "UPS MIEXP", "PIGEON"])
def test_a_method_for_a_v1_order_is_refused_in_words(mail_class: str) -> None:
    problem = one(told(a_request(DESIGN, account="eu-v1", mail_class=mail_class)))
    assert (problem.field, problem.suggestion) == ("mail_class", "TRACKED")
    assert mail_class in problem.what
    assert "only TRACKED or UNTRACKED" in problem.what
    at, http = scripted()
    with pytest.raises(Refused):
        at.vendor().submit(a_request(DESIGN, account="eu-v1", mail_class=mail_class))
    assert http.calls == []


@pytest.mark.parametrize(("v1_method", "word"), [("TRACKED", "tracked"), ("UNTRACKED", "untracked")])
def test_a_connection_may_say_by_what_v1_orders_go_instead_of_a_method(v1_method: str, word: str) -> None:
    """A buyer's method that is called like one of Picanova's is chosen before any rule of the connection's."""
    at = house(v1_method=v1_method)
    request = a_request(DESIGN, account="eu-v1", mail_class="DHL")
    assert told(request, at) == []
    assert isinstance(at.http, ScriptedHttp)
    at.http.on("POST v1/orders", data({"order_id": "PPO7", "items": []}))
    at.vendor().submit(request)
    assert at.http.calls[-1].json["shipping_type"] == word
    at.http.on("POST /orders", data(their_order()))
    at.vendor().submit(a_request(mail_class="DHL"))
    assert at.http.calls[-1].json["shipping_method"] == "DHL", "beta still takes it"


@pytest.mark.parametrize(
    ("mail_class", "word"), [("", "tracked"), ("UNTRACKED", "untracked"), ("Tracked", "tracked")]
)
def test_a_type_for_a_v1_order_goes_out_in_its_spelling(mail_class: str, word: str) -> None:
    at, http = scripted()
    http.on("POST v1/orders", data({"order_id": "PPO7", "items": []}))
    at.vendor().submit(a_request(DESIGN, account="eu-v1", mail_class=mail_class))
    assert http.calls[0].json["shipping_type"] == word


# what it costs


@pytest.mark.parametrize("regions", [["eu"], ["eu", "us"]])
def test_from_the_classes_to_the_sending_the_cache_is_read_twice_and_no_more(regions: list[str]) -> None:
    """Once for what is known of the catalogues as a whole, once for the variants; nothing a second time."""
    at = house(their_variant(), regions=regions)
    assert isinstance(at.http, ScriptedHttp)
    at.http.on("POST /orders", data(their_order()))
    request = a_request(details(), mail_class="DHL")
    warm = at.vendor()
    warm.classes()
    warm.preflight(request)
    at.cache.asked.clear()
    at.http.calls.clear()

    vendor = at.vendor()
    assert vendor.classes()
    assert vendor.preflight(request) == []
    assert vendor.artwork_needs(request)
    vendor.submit(request)
    assert at.cache.asked == ["picanova/catalogue/book", "picanova/eu/catalogue"]
    assert [call.method for call in at.http.calls] == ["POST"]


def test_a_v1_order_reads_the_book_and_nothing_else() -> None:
    at = house(regions=["eu"])
    request = a_request(DESIGN, account="eu-v1")
    at.vendor().classes()
    at.vendor().preflight(request)
    at.cache.asked.clear()
    vendor = at.vendor()
    vendor.classes()
    assert vendor.preflight(request) == []
    assert vendor.artwork_needs(request) == {}
    assert at.cache.asked == ["picanova/catalogue/book"]
