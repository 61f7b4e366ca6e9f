"""Orders and what waits: what is shown, what to type next, and what is never done without a yes."""

from __future__ import annotations

import json
import re
import shlex
import time
from typing import Any

import pytest

from platen.domain.attention import Cause
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator, attention, head, order

LOST = {"what": "The answer was lost on the way."}


def waiting(number: str, order_id: str, place: str = "job 1", **more: object) -> dict[str, object]:
    return {
        "order_id": order_id,
        "number": number,
        "connection": "shop",
        "place": place,
        "where": "printer",
        **attention(Cause.UNCONFIRMED, LOST),
        **more,
    }


def commands(text: str) -> list[str]:
    return re.findall(r"platen (?:retry|resend|release|cancel|mark-sent) .*?(?=  |$)", text, re.MULTILINE)


def test_the_list_shows_where_each_order_is_and_the_next_page(run: Run, operator: FakeOperator) -> None:
    operator.results["orders"] = {
        "orders": [
            head("#1001", "waiting", waiting_for="the buyer has not paid"),
            head("#1002", "attention", attention=attention(Cause.PREFLIGHT)),
        ],
        "next": "p 2",
    }
    result = run("orders", "list", "--state", "waiting", "--limit", "2")
    shown = result.stdout
    assert "the buyer has not paid" in shown
    assert "The vendor would refuse it" in shown
    assert "platen orders list --state waiting --limit 2 --after 'p 2'" in result.stderr
    assert operator.last("orders") == {"action": "orders", "state": "waiting", "limit": 2}


def test_a_state_may_be_typed_as_it_is_shown(run: Run, operator: FakeOperator) -> None:
    operator.results["orders"] = {"orders": []}
    assert run("orders", "list", "--state", "nothing to make").exit_code == 0
    assert operator.last("orders")["state"] == "nothing_to_make"


def test_an_order_is_told_as_a_story(run: Run) -> None:
    shown = run("orders", "show", "1001").stdout
    for words in (
        "2 \u00d7 ",
        "Canvas 40 x 30",
        "PPO10000001",
        "DHL JD014600003",
        "in it              1 \u00d7 Mug",
        "service            Parcel Connect",
        "fee                7.35",
        "note to the buyer  Left with the porter",
        "the shop knows",
        "Did you mean Folded?",
    ):
        assert words in shown
    assert re.search(r"Fri 20 Nov 2026, 1[02]:00:0\d UTC", shown)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hold": "payment"}, "for its payment: shown there as unpaid"),
        ({"hold": "store"}, "because the shop holds it: shown there as on hold"),
        ({"amend_wanted": True}, "a change of the order"),
        ({"cancel_wanted": True, "amend_wanted": True}, "that it is cancelled"),
    ],
)
def test_an_order_says_what_its_vendor_waits_for_or_has_still_to_hear(
    run: Run, operator: FakeOperator, changes: dict[str, object], says: str
) -> None:
    shown: Any = order()
    shown["jobs"][0] |= {"state": "sent", **changes}
    operator.results["order"] = {"order": shown}
    assert says in run("orders", "show", "1001").stdout
    shown["jobs"][0] |= {"state": "shipped"}
    assert says not in run("orders", "show", "1001").stdout


def test_times_are_local(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert "Fri 20 Nov 2026, 05:00:00 EST" in run("orders", "show", "1001").stdout
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


def test_an_order_shows_the_commands_that_help_and_they_work(run: Run, operator: FakeOperator) -> None:
    found = commands(run("orders", "show", "1001").stdout)
    assert found == ["platen retry 1001 --place job-2", "platen cancel 1001 --place job-2"]
    for command in found:
        assert run(*shlex.split(command)[1:], "--yes" if "cancel" in command else "--quiet").exit_code == 0
    assert operator.last("cancel")["place"] == "job 2"
    assert operator.last("retry")["order"] == "1001"


def test_an_orders_own_trouble_needs_no_place(run: Run, operator: FakeOperator) -> None:
    own = order(head=head("#1001", "attention", attention=attention(Cause.UNROUTED_LINE, LOST)), jobs=[])
    operator.results["order"] = {"order": own}
    assert "platen release 1001" in commands(run("orders", "show", "1001").stdout)


@pytest.mark.parametrize("number", ["# 10 01", "--yes", "$(reboot)", "10;01", "", "-1"])
def test_a_number_that_is_unsafe_to_type_is_replaced_by_the_id(
    run: Run, operator: FakeOperator, number: str
) -> None:
    operator.results["attention"] = {"items": [waiting(number, "k7x2m3qpl4tzabcd")], "connections": []}
    for command in commands(run("attention").stdout):
        assert shlex.split(command)[2] == "k7x2m3qpl4tzabcd"


def test_the_same_number_in_two_stores_is_told_apart(run: Run, operator: FakeOperator) -> None:
    operator.results["attention"] = {
        "items": [
            waiting("#1001", "aaaaaaaaaaaaaaaa"),
            waiting("#1001", "aaaaaaaaaaaaaaaa", place="job 2"),
            waiting("#1001", "bbbbbbbbbbbbbbbb", connection="shop2"),
            waiting("#1002", "cccccccccccccccc"),
        ]
    }
    typed = {shlex.split(command)[2] for command in commands(run("attention").stdout)}
    assert typed == {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "1002"}


def test_attention_shows_each_cause_and_connection(run: Run, operator: FakeOperator) -> None:
    operator.results["attention"] = {
        "items": [waiting("#1001", "aaaaaaaaaaaaaaaa")],
        "connections": [{"connection_id": "pov", "words": "401 Unauthorized", "denied": True}],
    }
    shown = run("attention").stdout
    assert "Nobody can say whether the vendor has it" in shown
    assert LOST["what"] in shown
    assert "401 Unauthorized" in shown
    assert "platen check pov" in shown


def test_attention_shows_who_fell_silent_and_what_to_do(run: Run, operator: FakeOperator) -> None:
    silence = {"sign": "fetch", "since": "2026-11-20T08:00:00.000Z", "words": "It last came on Friday: look there."}
    entry = {"connection_id": "packer", "silences": [silence]}
    operator.results["attention"] = {"items": [], "connections": [entry]}
    shown = run("attention").stdout
    assert "packer has been silent for" in shown
    assert silence["words"] in shown
    assert "platen check packer" in shown
    assert "does not answer" not in shown
    entry |= {"words": "503 try later", "failing_since": "2026-11-20T09:00:00.000Z"}
    shown = run("attention").stdout
    assert "does not answer" in shown
    assert silence["words"] in shown


@pytest.mark.parametrize("sign", ["sync", "push"])
def test_attention_shows_whose_stock_is_not_right_and_where_to_look(
    run: Run, operator: FakeOperator, sign: str
) -> None:
    silence = {"sign": sign, "since": "2026-11-20T08:00:00.000Z", "words": "EAST has no whole count yet."}
    entry = {"connection_id": "depot", "silences": [silence]}
    operator.results["attention"] = {"items": [], "connections": [entry]}
    shown = run("attention").stdout
    assert "depot has been out of sync for" in shown
    assert silence["words"] in shown
    assert "platen sync status --connection depot" in shown
    assert "silent" not in shown


def test_nothing_waiting_is_said(run: Run, operator: FakeOperator) -> None:
    operator.results["attention"] = {"items": [], "connections": []}
    result = run("attention", "--exit-code")
    assert result.exit_code == 0
    assert "Nothing waits for you." in result.stdout


def test_exit_code_4_only_where_asked_for(run: Run, operator: FakeOperator) -> None:
    operator.results["attention"] = {"items": [waiting("#1001", "aaaaaaaaaaaaaaaa")]}
    assert run("attention").exit_code == 0
    assert run("attention", "--exit-code").exit_code == 4
    assert run("attention", "--exit-code", "--json").exit_code == 4


@pytest.mark.parametrize("action", ["resend", "cancel"])
@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\n", 1), ("", 2)])
def test_the_dangerous_is_not_done_without_a_yes(
    run: Run, operator: FakeOperator, action: str, answer: str, code: int
) -> None:
    result = run(action, "1001", input=answer)
    assert result.exit_code == code
    assert not operator.did(action)


def test_resend_says_what_can_go_wrong_before_it_is_done(run: Run, operator: FakeOperator) -> None:
    result = run("resend", "1001", "--place", "job-2", input="y\n")
    assert result.exit_code == 0
    assert "Only go on if you have looked at the vendor and it is not there" in result.stderr
    assert "job 2 of order 1001" in result.stderr
    assert operator.last("resend")["who"]


def test_marking_as_sent_needs_the_vendors_number(run: Run, operator: FakeOperator) -> None:
    assert run("mark-sent", "1001").exit_code == 2
    result = run("mark-sent", "1001", "--vendor-ref", "PPO1", "--place", "job 1", "--who", "kim")
    assert result.exit_code == 0
    asked = operator.last("mark_sent")
    assert asked == {"action": "mark_sent", "order": "1001", "place": "job 1", "who": "kim", "vendor_ref": "PPO1"}


@pytest.mark.parametrize("place", ["box 1", "job", "job 1; rm", "1"])
def test_a_place_that_is_none_is_wrong_usage(run: Run, operator: FakeOperator, place: str) -> None:
    assert run("retry", "1001", "--place", place).exit_code == 2
    assert operator.asked == []


def test_hostile_titles_are_shown_harmless(run: Run, operator: FakeOperator) -> None:
    hostile = order()
    hostile["jobs"][0]["lines"][0]["title"] = "Mug\x1b[2J\x9b5A[bold]x[/nonsense]\u202e"
    operator.results["order"] = {"order": hostile}
    shown = run("orders", "show", "1001").stdout
    assert "[bold]x[/nonsense]" in shown
    assert not set(shown) & {"\x1b", "\x9b", "\u202e"}


def test_json_is_the_operators_result_as_it_is(run: Run) -> None:
    assert json.loads(run("orders", "show", "1001", "--json").stdout) == {"order": order()}
