"""Reprints, cancelling a whole order, and what the story tells of making: nothing costs money without a yes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen.domain.attention import Cause
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator, attention, head, order

REPRINT = ("reprint", "1001", "--reason", "came scratched")
CANCEL = ("cancel", "1001", "--whole", "--reason", "changed her mind")


def job(number: str, state: str = "shipped", **more: Any) -> dict[str, Any]:
    first = order()["jobs"][0]
    return {**first, "job_id": number, "state": state, **more}


def with_jobs(operator: FakeOperator, *jobs: dict[str, Any], **more: Any) -> None:
    operator.results["order"] = {"order": order(jobs=list(jobs), **more)}


def test_the_only_job_that_was_made_is_made_again_after_a_yes(run: Run, operator: FakeOperator) -> None:
    result = run(*REPRINT, "--who", "kim", input="y\n")
    assert result.exit_code == 0, result.output
    assert "Job 1 of order #1001 is made once more at printer" in result.stderr
    assert "  1 \u00d7 Mug\n" in result.stderr
    assert "made and billed again" in result.stderr
    assert operator.last("reprint") == {
        "action": "reprint",
        "order": "1001",
        "place": "job 1",
        "lines": {},
        "reason": "came scratched",
        "who": "kim",
    }


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\n", 1), ("", 2)])
@pytest.mark.parametrize("command", [REPRINT, CANCEL])
def test_nothing_is_done_without_a_yes(
    run: Run, operator: FakeOperator, command: tuple[str, ...], answer: str, code: int
) -> None:
    assert run(*command, input=answer).exit_code == code
    assert not operator.did("reprint")
    assert not operator.did("cancel_order")


def test_some_of_a_job_are_named_by_sku_or_id(run: Run, operator: FakeOperator) -> None:
    for name in ("CANVAS-40X30", "11"):
        result = run(*REPRINT, "--place", "job-2", "--line", f"{name}=1", input="y\n")
        assert result.exit_code == 0, result.output
        assert "  1 \u00d7 Canvas 40 x 30\n" in result.stderr
        assert operator.last("reprint")["lines"] == {"11": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--line", "MUG"), "--line wants ID=QTY"),
        (("--line", "MUG=0"), "--line wants ID=QTY"),
        (("--line", "MUG=-1"), "--line wants ID=QTY"),
        (("--line", "MUG=\u00b2"), "--line wants ID=QTY"),
        (("--line", "MUG=2"), "Only 1 of MUG are in job 1, not 2."),
        (("--line", "MUG=1", "--line", "12=1"), "names 12 twice"),
        (("--line", "CUP=1"), "'CUP' is no line of it. Its lines: 12 (MUG)"),
        (("--line", "=1"), "'' is no line of it"),
        (("--place", "job-7"), "Order #1001 has no job 7."),
        (("--place", "shipment-ab12"), "A shipment cannot be made again"),
        (("--place", "box"), "is no part of an order"),
        (("--reason", " "), "Say why, with --reason"),
        (("--reason", "x" * 201), "longer than 200 characters"),
    ],
)
def test_a_reprint_that_cannot_be(run: Run, operator: FakeOperator, arguments: tuple[str, ...], words: str) -> None:
    result = run(*REPRINT, *arguments, "--yes")
    assert result.exit_code in (1, 2)
    assert words in " ".join(result.stderr.split())
    assert not operator.did("reprint")


def test_which_of_several_jobs_is_never_guessed(run: Run, operator: FakeOperator) -> None:
    with_jobs(operator, job("1"), job("2", "sent"), job("3", "shipped", reprint_of="1"), job("4", "cancelled"))
    result = run(*REPRINT, "--yes")
    assert result.exit_code == 1
    assert "There are several jobs: say which." in result.stderr
    assert "--place job-2" in result.stderr
    assert "job-3" not in result.stderr
    assert not operator.did("reprint")


def test_of_what_was_not_made_nothing_is_made_again(run: Run, operator: FakeOperator) -> None:
    for jobs in ([], [job("1", "ready")], [job("1", "cancelled")]):
        with_jobs(operator, *jobs)
        result = run(*REPRINT, "--yes")
        assert result.exit_code == 1
        assert "there is nothing to make again" in result.stderr


def test_a_line_id_wins_over_a_sku_and_a_sku_of_two_lines_is_not_guessed(run: Run, operator: FakeOperator) -> None:
    lines = [
        {"line_id": "12", "title": "Mug", "sku": "MUG", "quantity": 1},
        {"line_id": "13", "title": "Mug, blue", "sku": "MUG", "quantity": 1},
    ]
    with_jobs(operator, job("1", lines=lines))
    result = run(*REPRINT, "--line", "MUG=1", "--yes")
    assert "'MUG' is the SKU of several lines: name one by its id" in result.stderr
    assert run(*REPRINT, "--line", "13=1", "--yes").exit_code == 0
    assert operator.last("reprint")["lines"] == {"13": 1}


def test_cancelling_a_whole_order_says_each_step_first(run: Run, operator: FakeOperator) -> None:
    with_jobs(operator, job("1"), job("2", "in_production", vendor="pov"), job("3", "ready"), job("4", "unknown"))
    result = run(*CANCEL, "--at-store", "--refund", "--restock", "--notify", "--who", "kim", input="y\n")
    assert result.exit_code == 0, result.output
    for number, words in enumerate(
        (
            "Job 1 has shipped: that cannot be taken back.",
            "Job 2 is being made at pov: pov is asked to cancel it, and will likely say no.",
            "Job 3 is never sent to printer.",
            "Job 4 may be at printer: once that is known, printer is asked to cancel it.",
            "Only if nothing of it is made or shipped, it is cancelled in shop too.",
            "The buyer is paid back by the store.",
            "Its items go back into the store's stock.",
            "The store writes to the buyer.",
        ),
        1,
    ):
        assert f"  {number}. {words}\n" in result.stderr
    assert operator.last("cancel_order") == {
        "action": "cancel_order",
        "order": "1001",
        "who": "kim",
        "reason": "changed her mind",
        "at_store": True,
        "refund": True,
        "restock": True,
        "notify": True,
    }
    assert not operator.did("cancel")


def test_what_is_not_asked_of_the_store_is_said_too(run: Run, operator: FakeOperator) -> None:
    with_jobs(operator, job("1", "sent"))
    said = run(*CANCEL, input="y\n").stderr
    assert "The order in shop is not touched" in said
    said = run(*CANCEL, "--at-store", input="y\n").stderr
    assert "Once no vendor makes anything of it, it is cancelled in shop too." in said
    assert "The buyer is NOT paid back (no --refund)." in said
    assert "The store does not write to the buyer." in said
    with_jobs(operator)
    assert "Nothing of it is sent to anybody" in run(*CANCEL, input="y\n").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--refund",), "--refund goes only with --whole."),
        (("--at-store",), "--at-store goes only with --whole."),
        (("--reason", "x"), "--reason goes only with --whole."),
        (("--whole", "--reason", "x", "--notify"), "--notify goes only with --at-store."),
        (("--whole", "--reason", "x", "--place", "job-1"), "it goes without --place"),
        (("--whole",), "Say why, with --reason"),
    ],
)
def test_a_cancel_that_contradicts_itself(
    run: Run, operator: FakeOperator, arguments: tuple[str, ...], words: str
) -> None:
    result = run("cancel", "1001", *arguments, "--yes")
    assert result.exit_code == 2
    assert words in result.stderr
    assert operator.asked == []


def test_without_whole_cancel_is_what_it_was(run: Run, operator: FakeOperator) -> None:
    assert run("cancel", "1001", "--place", "job-2", "--yes", "--who", "kim").exit_code == 0
    assert operator.asked == [{"action": "cancel", "order": "1001", "place": "job 2", "who": "kim"}]


def test_marking_as_cancelled(run: Run, operator: FakeOperator) -> None:
    with_jobs(operator, job("1", "attention", attention=attention(Cause.CANCEL_REFUSED, {"what": "Too late."})))
    assert "platen mark-cancelled 1001 --place job-1" in run("orders", "show", "1001").stdout
    assert run("mark-cancelled", "1001", "--place", "job-1", "--who", "kim").exit_code == 0
    assert operator.last("mark_cancelled") == {
        "action": "mark_cancelled",
        "order": "1001",
        "place": "job 1",
        "who": "kim",
    }


@pytest.mark.parametrize("command", [REPRINT, CANCEL, ("mark-cancelled", "1001")])
def test_the_answer_is_json_alone_when_asked(run: Run, command: tuple[str, ...]) -> None:
    yes = () if command[0] == "mark-cancelled" else ("--yes",)
    assert json.loads(run(*command, *yes, "--json").stdout) == {"order": order()}


# the story


def test_the_story_tells_the_mail_class_and_how_it_was_decided(run: Run, operator: FakeOperator) -> None:
    with_jobs(
        operator,
        job("1", mail_class="STD", mail_class_by="default"),
        job("2", mail_class="AIR", mail_class_by="country"),
        job("3", mail_class="FAST", mail_class_by="pattern"),
        job("4", mail_class="FAST", mail_class_by="none"),
        shipping_method="Express",
    )
    shown = run("orders", "show", "1001").stdout
    assert "STD (Default Mail Class, nothing matched 'Express')" in shown
    assert "AIR (Default Mail Class by country, nothing matched 'Express')" in shown
    assert "FAST (Shipping Class Match, a pattern)" in shown
    assert "to be shipped by Express" in shown
    assert "FAST\n" in "\n".join(row.rstrip() for row in shown.splitlines())


def test_an_order_whose_details_are_gone_still_shows_a_default_as_one(run: Run, operator: FakeOperator) -> None:
    with_jobs(operator, job("1", mail_class="STD", mail_class_by="default"), lines=[])
    assert "STD (Default Mail Class, nothing else matched)" in run("orders", "show", "1001").stdout


def test_the_story_tells_warnings_and_each_jobs_share(run: Run, operator: FakeOperator) -> None:
    shares = {"currency": "EUR", "shipping": "3.00", "tax": "0", "discount": "2.50", "handling": "0"}
    with_jobs(operator, job("1", shares=shares, warnings=["900 x 600 pixels are few."]), job("2", shares=shares))
    shown = run("orders", "show", "1001").stdout
    assert "shipping 3.00, discount -2.50 EUR" in shown
    assert "Warning: 900 x 600 pixels are few." in shown
    with_jobs(operator, job("1", shares=shares))
    assert "discount" not in run("orders", "show", "1001").stdout


def test_the_story_tells_folder_reprint_and_where_it_was_moved_in_from(run: Run, operator: FakeOperator) -> None:
    own = head("#1001", "nothing_to_make", folder="Rush", imported_from="Order Desk")
    with_jobs(operator, job("1"), job("2", "ready", reprint_of="1", reason="came scratched"), head=own)
    shown = run("orders", "show", "1001").stdout
    assert "in Rush" in shown
    assert "Job 1 once more: came scratched" in shown
    assert "Moved in from Order Desk, which handled it: Platen makes nothing of it." in shown


def test_the_story_tells_why_a_line_is_in_no_job(run: Run, operator: FakeOperator) -> None:
    box = {"line_id": "14", "title": "Box", "sku": "BOX", "quantity": 1, "left_because": "mugs: its SKU is skipped"}
    with_jobs(operator, job("1"), lines=[*order()["lines"], box])
    shown = run("orders", "show", "1001").stdout
    assert "in no job (mugs: its SKU is skipped)" in " ".join(shown.split())


def test_the_story_tells_of_a_link_that_holds(run: Run, operator: FakeOperator) -> None:
    held = attention(Cause.HELD, {"what": "The link Mugs holds it."})
    with_jobs(operator, job("1", "attention", attention=held, vendor_ref=""))
    shown = run("orders", "show", "1001").stdout
    assert "Its link holds it for you" in shown
    assert "platen release 1001 --place job-1" in shown


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        ("cancelled", {}, "\u2713 Job 1 at printer is cancelled"),
        ("sent", {}, "\u2026 Job 1 at printer: the vendor is asked and has not said yes yet"),
        ("shipped", {}, "! Job 1 at printer had shipped"),
        ("attention", {"attention": attention(Cause.CANCEL_REFUSED)}, "! Job 1 at printer waits for you"),
        ("ready", {}, "\u2713 Job 1 at printer is not sent any more"),
    ],
)
def test_the_story_tells_how_far_a_cancel_has_come(
    run: Run, operator: FakeOperator, state: str, more: dict[str, Any], words: str
) -> None:
    wish = {"who": "kim", "reason": "changed her mind", "at": "2026-11-21T09:00:00.000Z", "at_store": True}
    own = head("#1001", "open", cancel=wish | {"refund": True})
    with_jobs(operator, job("1", state, **more), head=own)
    shown = run("orders", "show", "1001").stdout
    assert "kim wants it cancelled" in shown
    assert "changed her mind" in shown
    assert words in shown
    assert "Then it is cancelled in shop, once nobody makes anything of it, the buyer is paid back" in shown


def test_a_cancel_that_the_store_knows_is_done(run: Run, operator: FakeOperator) -> None:
    at = "2026-11-21T09:00:00.000Z"
    wish = {"who": "kim", "at": at, "at_store": True, "told_at": at}
    with_jobs(operator, job("1", "cancelled"), head=head("#1001", "cancelled", cancel=wish))
    assert "\u2713 It is cancelled in shop, since Sat 21 Nov 2026" in run("orders", "show", "1001").stdout


def test_print_details_are_one_message_that_names_every_item_and_field(run: Run, operator: FakeOperator) -> None:
    lacking = [
        {"what": "Canvas has no print_url.", "line_id": "1", "field": "print_url"},
        {"what": "Mug has no print_sku.", "line_id": "2", "field": "print_sku"},
        {"what": "Canvas has two values.", "line_id": "1", "field": "print_account", "suggestion": "eu"},
        {"what": "Canvas has no print_url.", "line_id": "1", "field": "print_url"},
    ]
    item = {"order_id": "k7x2m3qpl4tzabcd", "number": "#1001", "connection": "shop", "place": "job 1"}
    operator.results["attention"] = {"items": [{**item, **attention(Cause.PRINT_DETAILS, *lacking)}]}
    shown = " ".join(run("attention").stdout.split())
    words = "Canvas has no print_url. Canvas has two values. (print_account) Did you mean eu? Mug has no print_sku."
    assert words in shown
    assert shown.count("Canvas has no print_url.") == 1


@pytest.mark.parametrize(
    ("cause", "place", "command"),
    [
        (Cause.UNROUTED_LINE, "order", "platen links try shop --order 1001"),
        (Cause.MAIL_CLASS, "job 1", "platen rules printer"),
    ],
)
def test_what_waits_shows_where_to_look(
    run: Run, operator: FakeOperator, cause: Cause, place: str, command: str
) -> None:
    why = attention(cause, {"what": "It rains."})
    item = {"order_id": "k7x2m3qpl4tzabcd", "number": "#1001", "connection": "shop", "place": place}
    operator.results["attention"] = {"items": [{**item, "where": "printer", **why}]}
    assert command in run("attention").stdout
    if place == "order":
        with_jobs(operator, head=head("#1001", "attention", attention=why))
    else:
        with_jobs(operator, job("1", "attention", attention=why))
    assert command in run("orders", "show", "1001").stdout


def test_an_answer_of_a_version_before_is_still_understood(run: Run, operator: FakeOperator) -> None:
    """The orders of these tests have none of the new fields."""
    assert not {"folder", "cancel", "imported_from"} & order()["head"].keys()
    assert run("orders", "show", "1001").exit_code == 0
