"""Sending, finding, reading and cancelling against a scripted API that loses replies and says odd things."""

from __future__ import annotations

import pytest

from platen.connectors.picanova import CONNECTOR
from platen.domain.job import VendorPhase
from platen.domain.verdicts import AlreadyThere, Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Access, Reply
from tests.connectors.picanova.fakes import data, reply
from tests.connectors.picanova.house import (
    GONE,
    X,
    a_job,
    a_request,
    details,
    scripted,
    their_item,
    their_order,
)


def test_the_connector_opens_it() -> None:
    at, http = scripted()
    http.on("GET /shipping/types", data([]))
    access = at.vendor()._access
    assert isinstance(access, Access)
    assert CONNECTOR.open_vendor(access).check()


# submit


def test_submit_posts_once_and_gives_the_order_with_its_lines() -> None:
    at, http = scripted()
    http.on("POST /orders", data(their_order()))
    made = at.vendor().submit(a_request())
    assert (made.ref, made.external_id, made.phase, made.lines) == (
        "PPO21694395",
        X,
        VendorPhase.WAITING,
        {"3399": "11"},
    )
    assert [(call.method, call.path) for call in http.calls] == [("POST", "/orders")]
    assert http.calls[0].json["external_id"] == X


@pytest.mark.parametrize(("account", "login"), [("eu", ("eu-user", "eu-key")), ("us", ("us-user", "us-key"))])
def test_each_store_is_spoken_to_with_its_own_credentials(account: str, login: tuple[str, str]) -> None:
    at, http = scripted()
    http.on("POST /orders", data(their_order()))
    at.vendor().submit(a_request(account=account))
    assert http.calls[0].auth == login


def test_an_answer_about_another_order_is_never_taken_for_ours() -> None:
    at, http = scripted()
    stranger = data(their_order(external_id="1002-zzzzzzzzzzzzzzzz-1"))
    http.on("POST /orders", stranger).on(f"GET /orders/@{X}", stranger).on("GET /orders/PPO9", data(their_order()))
    with pytest.raises(Unclear):
        at.vendor().submit(a_request())
    with pytest.raises(Later):
        at.vendor().find(a_request())
    with pytest.raises(Later):
        at.vendor().read(a_job())
    with pytest.raises(Later):
        at.vendor().read(a_job(vendor_ref="PPO9"))


def test_an_answer_that_leaves_our_id_out_is_taken() -> None:
    at, http = scripted()
    http.on("POST /orders", data(their_order(external_id=""))).on(
        f"GET /orders/@{X}", data(their_order(external_id=None))
    )
    assert at.vendor().submit(a_request()).external_id == X
    found = at.vendor().find(a_request())
    assert found is not None
    assert found.external_id == X


def test_a_refusal_names_our_line_and_hides_who_it_was_for() -> None:
    at, http = scripted()
    said = "Quellwasser at Lange Zeile 17 cannot have https://art.example/7f3a.jpg"
    http.on(
        "POST /orders",
        reply(422, {"message": said, "errors": {"items.0.file": [said], "shipping.city": ["Musterlingen?"]}}),
    )
    with pytest.raises(Refused) as refused:
        at.vendor().submit(a_request())
    assert [(one.line_id, one.field) for one in refused.value.problems] == [
        ("11", "print_url"),
        ("", "ship_to.city"),
    ]
    shown = " ".join([refused.value.words, *(one.what for one in refused.value.problems)])
    assert not any(word in shown for word in ("Quellwasser", "Lange Zeile", "art.example", "Musterlingen"))


def test_a_refusal_without_fields_is_still_one_problem_with_their_words() -> None:
    at, http = scripted()
    http.on("POST /orders", reply(400, {"message": "Shop is closed."}))
    with pytest.raises(Refused) as refused:
        at.vendor().submit(a_request())
    [problem] = refused.value.problems
    assert "Shop is closed." in problem.what


def test_an_order_for_a_store_that_is_not_set_up_is_refused_and_not_sent_elsewhere() -> None:
    at, http = scripted(regions=["eu"])
    with pytest.raises(Refused) as refused:
        at.vendor().submit(a_request(account="us"))
    assert refused.value.problems[0].field == "print_account"
    assert http.calls == []


def test_the_connections_test_mode_reaches_the_wire() -> None:
    at, http = scripted(mode="test")
    http.on("POST /orders", data(their_order(is_test=True, id="PPO21694395T")))
    made = at.vendor().submit(a_request())
    assert http.calls[0].json["is_test"] is True
    assert (made.test, made.phase) == (True, VendorPhase.WAITING)


def test_a_sandbox_store_is_caught_at_the_first_live_order() -> None:
    at, http = scripted()
    http.on("POST /orders", data(their_order(is_test=True)))
    made = at.vendor().submit(a_request())
    assert (made.phase, made.test) == (VendorPhase.FAILED, True)
    http.on("GET /orders/PPO21694395", data(their_order(is_test=True)))
    read = at.vendor().read(a_job(vendor_ref="PPO21694395"))
    assert read is not None
    assert read.phase is VendorPhase.FAILED


def test_items_that_cannot_be_told_apart_give_no_lines_and_still_the_order() -> None:
    at, http = scripted()
    http.on("POST /orders", data(their_order(items=[their_item(1), their_item(2)])))
    made = at.vendor().submit(a_request())
    assert (made.ref, made.lines) == ("PPO21694395", {})


# after a doubt


def test_a_lost_reply_is_found_by_our_id() -> None:
    at, http = scripted()
    http.on("POST /orders", Unclear("timed out")).on(f"GET /orders/@{X}", data(their_order()))
    with pytest.raises(Unclear):
        at.vendor().submit(a_request())
    found = at.vendor().find(a_request())
    assert found is not None
    assert (found.ref, found.lines) == ("PPO21694395", {"3399": "11"})
    assert http.asked("POST") == ["/orders"]


def test_what_is_not_there_is_none() -> None:
    at, http = scripted()
    http.on(f"GET /orders/@{X}", GONE)
    assert at.vendor().find(a_request()) is None


@pytest.mark.parametrize(
    "answer", [reply(500, b""), reply(200, b"<html>"), reply(200, {"data": []}), Unclear("timed out")]
)
def test_a_look_up_that_failed_is_never_taken_for_not_there(answer: Reply | Exception) -> None:
    at, http = scripted()
    http.on(f"GET /orders/@{X}", answer)
    with pytest.raises(Later):
        at.vendor().find(a_request())


def test_an_id_that_is_taken_is_said_so_that_it_can_be_adopted() -> None:
    at, http = scripted()
    http.on("POST /orders", reply(422, {"errors": {"external_id": ["The external_id has already been taken."]}}))
    with pytest.raises(AlreadyThere):
        at.vendor().submit(a_request())


# read and locate


def test_read_goes_by_their_id_and_by_ours_while_theirs_is_not_known() -> None:
    at, http = scripted()
    http.on("GET /orders/PPO21694395", data(their_order(status="GENERATED"))).on(
        f"GET /orders/@{X}", data(their_order())
    )
    known = at.vendor().read(a_job(vendor_ref="PPO21694395"))
    unknown = at.vendor().read(a_job())
    assert known is not None
    assert unknown is not None
    assert (known.phase, unknown.phase) == (VendorPhase.IN_PRODUCTION, VendorPhase.WAITING)


def test_an_order_they_do_not_have_any_more_is_none() -> None:
    at, http = scripted()
    http.on("GET /orders/PPO1", GONE)
    assert at.vendor().read(a_job(vendor_ref="PPO1")) is None


def test_locate_asks_the_store_that_is_named_and_else_each_in_turn() -> None:
    at, http = scripted()
    http.on("GET /orders/PPO1", GONE, data(their_order(id="PPO1")))
    assert at.vendor().locate("", "PPO1") == X
    assert [call.auth for call in http.calls] == [("eu-user", "eu-key"), ("us-user", "us-key")]
    http.calls.clear()
    http.on("GET /orders/PPO1", GONE)
    assert at.vendor().locate("us", "PPO1") is None, "and no other API of that store"
    assert [call.auth for call in http.calls] == [("us-user", "us-key")]


def test_an_order_made_by_hand_has_no_id_of_ours() -> None:
    at, http = scripted()
    http.on("GET /orders/PPO1", data(their_order(id="PPO1", external_id=None)))
    assert at.vendor().locate("", "PPO1") is None


def test_one_store_in_trouble_does_not_hide_what_the_other_has() -> None:
    at, http = scripted()
    http.on("GET /orders/PPO1", reply(500, b""), data(their_order(id="PPO1")))
    assert at.vendor().locate("", "PPO1") == X
    http.on("GET /orders/PPO1", reply(500, b""), GONE)
    with pytest.raises(Later):
        at.vendor().locate("", "PPO1")


# credentials and check


def test_a_connection_without_credentials_is_denied_and_says_what_is_missing() -> None:
    at, _ = scripted()
    for held, said in (
        (None, "no credentials yet"),
        ({"eu_user": "eu-user"}, "eu_key is missing"),
        ({"us_user": "us-user", "us_key": "opensesame"}, "eu_user and eu_key"),
        ({"eu_user": "eu-user", "eu_key": "opensesame", "asia_key": "opensesame"}, "cannot be used"),
    ):
        at.secrets.held = held
        with pytest.raises(Denied) as denied:
            at.vendor().submit(a_request())
        assert said in denied.value.words
        assert "opensesame" not in denied.value.words


def test_orders_of_a_store_that_left_the_settings_can_still_be_followed() -> None:
    at, http = scripted(regions=["eu"])
    http.on("GET /orders/PPO21694395", data(their_order(status="FULFILLED")))
    news = at.vendor().read(a_job("us", vendor_ref="PPO21694395"))
    assert news is not None
    assert http.calls[0].auth == ("us-user", "us-key")
    at.secrets.held = {"eu_user": "eu-user", "eu_key": "eu-key"}
    with pytest.raises(Refused):
        at.vendor().read(a_job("us", vendor_ref="PPO21694395"))


@pytest.mark.parametrize("account", ["", "mars", "EU"])
def test_no_account_leads_to_a_store_by_accident(account: str) -> None:
    at, http = scripted()
    for ask in (lambda: at.vendor().read(a_job(account)), lambda: at.vendor().submit(a_request(account=account))):
        with pytest.raises(Refused):
            ask()
    assert http.calls == []


def test_a_check_greets_each_store_and_tells_of_the_webhook() -> None:
    at, http = scripted(mode="test")
    http.on("GET /shipping/types", data([]))
    findings = at.vendor().check()
    assert all(finding.ok for finding in findings)
    assert len(http.calls) == 2
    said = " ".join(f"{finding.what} {finding.fix}" for finding in findings)
    assert "EU" in said
    assert "US" in said
    assert "Webhook" in said
    assert "nothing is produced" in said


@pytest.mark.parametrize(
    "answer", [reply(401, b""), reply(500, b""), GONE, Unreachable("no route"), reply(200, b"<html>")]
)
def test_a_check_says_which_store_does_not_work_and_goes_on(answer: Reply | Exception) -> None:
    at, http = scripted()
    http.on("GET /shipping/types", answer, data([]))
    wrong, right, *_ = at.vendor().check()
    assert (wrong.ok, right.ok) == (False, True)
    assert wrong.what.startswith("EU: ")
    assert wrong.fix


def test_no_words_of_any_verdict_hold_the_key() -> None:
    at, http = scripted()
    http.on("POST /orders", reply(401, {"message": "Unauthorized"}))
    with pytest.raises(Verdict) as verdict:
        at.vendor().submit(a_request(details()))
    assert "eu-key" not in verdict.value.words
