"""The vendor on a scripted API: accounts, the check, mail classes, the list of shipments."""

from __future__ import annotations

from typing import Any

import pytest

from platen.connectors.pov.preflight import problems
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import Denied, Later, Refused, Unclear
from tests.connectors.pov.house import (
    BASE,
    GONE,
    LOOK_UP,
    X,
    a_job,
    a_request,
    reply,
    scripted,
    their_order,
    their_shipment,
)

CLASSES = [{"code": "STD", "name": "Standard"}, {"code": "EXP", "name": "Express"}]
OTHER = "1002-k7x2m3qpl4tzabcd-1"


def test_an_answer_about_another_order_is_never_taken_for_ours() -> None:
    house, http = scripted()
    http.on("POST /orders", reply(201, their_order(reference=OTHER)))
    with pytest.raises(Unclear, match=OTHER):
        house.vendor().submit(a_request())
    http.on("GET /orders/POV-1", reply(200, their_order(pov_order_id="POV-2")))
    with pytest.raises(Later, match="POV-2"):
        house.vendor().read(a_job(vendor_ref="POV-1"))


def test_an_order_whose_number_we_do_not_know_is_read_by_our_reference() -> None:
    house, http = scripted()
    http.on(LOOK_UP, reply(200, their_order(status="accepted")))
    news = house.vendor().read(a_job())
    assert news is not None
    assert (news.ref, news.words) == ("POV-100001", "accepted")


def test_an_order_that_is_not_there_is_none() -> None:
    house, http = scripted()
    http.on(LOOK_UP, GONE).on("GET /orders/POV-1", GONE)
    vendor = house.vendor()
    assert vendor.find(a_request()) is None
    assert vendor.read(a_job(vendor_ref="POV-1")) is None
    assert vendor.cancel(a_job(vendor_ref="POV-1")) is None
    assert vendor.locate("", "POV-1") is None


# who we are there


@pytest.mark.parametrize("account", ["test", "live"])
def test_a_job_is_sent_under_its_own_account_whatever_the_mode_is_now(account: str) -> None:
    for mode in ("test", "live"):
        house, http = scripted(mode=mode)
        http.on("POST /orders", reply(201, their_order(test=account == "test")))
        house.vendor().submit(a_request(account=account))
        assert http.calls[0].headers["X-Customer-Id"] == f"{account}-customer"
        assert http.calls[0].json["customer_id"] == f"{account}-customer"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"test_customer_id": "t"}, "live_customer_id"),
        ({"live_key": "k"}, "live_customer_id is missing"),
        ({"live_customer_id": "x\ny"}, "cannot be used"),
    ],
)
def test_without_a_customer_id_of_the_mode_it_is_denied_and_the_check_says_what_to_put_in(
    held: dict[str, str], words: str
) -> None:
    house, http = scripted()
    house.secrets.put_credentials("pov", held)
    with pytest.raises(Denied, match=words):
        house.vendor().submit(a_request())
    finding = house.vendor().check()[0]
    assert not finding.ok
    assert words in finding.what
    assert "live_customer_id" in finding.fix
    assert http.calls == []


def test_without_any_credentials_it_is_denied() -> None:
    house, _ = scripted()
    house.secrets._kept.clear()
    with pytest.raises(Denied, match="no credentials yet"):
        house.vendor().read(a_job())


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"base_url_test": ""}, {"live_customer_id": "l", "test_customer_id": "t"}),
        ({}, {"live_customer_id": "l"}),
    ],
)
def test_what_the_mode_has_left_is_the_orders_trouble_and_not_the_connections(
    changes: dict[str, Any], held: dict[str, str]
) -> None:
    house, _ = scripted(**changes)
    house.secrets.put_credentials("pov", held)
    for job in (a_job("test"), a_job("")):
        with pytest.raises(Refused, match="Order Mode"):
            house.vendor().read(job)


def test_an_order_is_located_in_either_account() -> None:
    house, http = scripted()
    http.on("GET /orders/POV-1", GONE, reply(200, their_order(pov_order_id="POV-1")))
    assert house.vendor().locate("", "POV-1") == X
    assert [call.headers["X-Customer-Id"] for call in http.calls] == ["live-customer", "test-customer"]
    http.on("GET /orders/POV-1", reply(500), GONE)
    with pytest.raises(Later):
        house.vendor().locate("", "POV-1")


# the check


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        ({}, ["GET /mail-classes", "GET /orders?reference=platen-check"]),
        ({"paths": {"mail_classes": ""}}, ["GET /orders?reference=platen-check"]),
        ({"paths": {"mail_classes": "", "by_reference": ""}}, []),
    ],
)
def test_the_check_only_ever_reads(profile: dict[str, Any], asked: list[str]) -> None:
    house, http = scripted(profile=profile)
    http.on("GET /mail-classes", reply(200, CLASSES)).on("GET /orders?reference=platen-check", GONE)
    assert all(finding.ok for finding in house.vendor().check())
    assert [f"{call.method} {call.path}" for call in http.calls] == asked


@pytest.mark.parametrize(
    "answer", [reply(401, {}), reply(404, b"<html>"), reply(500), reply(200, {}), reply(429), Unclear("cut")]
)
def test_a_check_that_fails_says_what_to_look_at(answer: Any) -> None:
    house, http = scripted()
    http.on("GET /mail-classes", answer)
    finding = house.vendor().check()[0]
    assert not finding.ok
    assert finding.fix


@pytest.mark.parametrize(
    "answer", [reply(404, b"<html>"), reply(200, their_order(reference="platen-check")), reply(200, {}), reply(500)]
)
def test_a_look_up_that_would_mislead_is_found_before_it_matters(answer: Any) -> None:
    house, http = scripted()
    http.on("GET /mail-classes", reply(200, CLASSES)).on("GET /orders?reference=platen-check", answer)
    first, second, *_ = house.vendor().check()
    assert (first.ok, second.ok) == (True, False)
    assert second.fix


def test_test_mode_is_shown() -> None:
    house, http = scripted(mode="test")
    http.on("GET /mail-classes", reply(200, CLASSES)).on("GET /orders?reference=platen-check", GONE)
    assert any("Order Mode is test" in finding.what for finding in house.vendor().check())


# mail classes


def test_mail_classes_are_read_once_and_kept() -> None:
    house, http = scripted()
    http.on("GET /mail-classes", reply(200, CLASSES))
    read = house.vendor().classes()
    assert list(read) == [MailClass(code="STD", name="Standard"), MailClass(code="EXP", name="Express")]
    assert list(house.vendor().classes()) == list(read)
    assert len(http.calls) == 1
    house.clock.passes(hours=49)
    house.vendor().classes()
    assert len(http.calls) == 2
    assert house.vendor().refresh() == 2
    assert len(http.calls) == 3


def test_classes_that_cannot_be_read_put_the_order_off_and_are_never_none() -> None:
    house, http = scripted()
    http.on("GET /mail-classes", reply(422, {"message": "no"}))
    with pytest.raises(Later):
        house.vendor().classes()


def test_a_list_in_the_profile_is_not_asked_for() -> None:
    house, http = scripted(profile={"mail_classes": [{"code": " FC ", "name": "First Class"}]})
    assert list(house.vendor().classes()) == [MailClass(code="FC", name="First Class")]
    assert house.vendor().refresh() == 1
    none, _ = scripted(profile={"paths": {"mail_classes": ""}})
    assert list(none.vendor().classes()) == []
    assert http.calls == []


def test_another_address_has_another_list() -> None:
    house, http = scripted()
    http.on("GET /mail-classes", reply(200, CLASSES))
    house.vendor().classes()
    house.settings = house.settings.model_copy(update={"base_url_live": f"{BASE}/"})
    http.on("GET //mail-classes", reply(200, CLASSES[:1]))
    assert len(house.vendor().classes()) == 1


# the list of shipments


def test_news_of_a_profile_without_a_list_are_none() -> None:
    house, http = scripted(profile={"paths": {"shipments": ""}})
    assert house.vendor().news("") is None
    assert http.calls == []


def test_a_shipment_that_names_only_their_order_is_looked_up_once() -> None:
    house, http = scripted()
    bare = their_shipment(reference="")
    http.on("GET /shipments?since=", reply(200, {"shipments": [bare, bare], "next_cursor": "2"}))
    http.on("GET /orders/POV-100001", reply(200, their_order()))
    news = house.vendor().news("")
    assert news is not None
    assert (news.external_ids, news.cursor, news.more) == ((X,), "live=2", True)
    assert len(http.calls) == 2


@pytest.mark.parametrize(("cursor", "more"), [("7", False), (None, False), ("", False), ("8", True)])
def test_a_list_that_does_not_get_on_is_not_read_for_ever(cursor: str | None, more: bool) -> None:
    house, http = scripted()
    http.on("GET /shipments?since=7", reply(200, {"shipments": [their_shipment()], "next_cursor": cursor}))
    news = house.vendor().news("live=7")
    assert news is not None
    assert news.more is more
    assert news.cursor == ("live=8" if more else "live=7"), "and its place is never lost"


@pytest.mark.parametrize("cursor", ["a&b=c", "ü/%7B", "live=x"])
def test_a_cursor_of_theirs_may_be_anything(cursor: str) -> None:
    house, http = scripted()
    http.on("GET /shipments?since=", reply(200, {"shipments": [], "next_cursor": cursor}))
    kept = house.vendor().news("test=5")
    assert kept is not None
    asked = []
    http.send = lambda method, url, **_: asked.append(url) or reply(200, {"shipments": []})  # type: ignore[method-assign,func-returns-value]
    again = house.vendor().news(kept.cursor)
    assert again is not None
    assert again.cursor == kept.cursor
    assert asked[0].count("&") == 0


def test_preflight_and_artwork_ask_nobody() -> None:
    house, http = scripted()
    request = a_request()
    assert list(house.vendor().preflight(request)) == problems(request, house.settings.profile) == []
    assert house.vendor().artwork_needs(request) == {}
    assert http.calls == []
