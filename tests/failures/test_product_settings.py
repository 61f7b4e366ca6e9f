"""Product settings on a job's way: each vendor is told in its own codes, and the order stays as it was bought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.attention import Problem
from platen.domain.job import JobState
from platen.domain.order import Attribute
from platen.domain.record import OrderState
from platen.domain.verdicts import Unclear
from platen.ports import JobRequest
from tests.support.presses import PressesBench, a_line
from tests.support.stall import SEARCHABLE


def codes(requests: list[JobRequest]) -> dict[str, list[str]]:
    """vendor -> the product codes it was told."""
    told: dict[str, list[str]] = {}
    for request in requests:
        lines = request.job.lines
        told.setdefault(request.job.vendor, []).extend(request.details(line.line_id).sku for line in lines)
    return told


class TestProductCodeMatch:
    def test_each_vendor_is_told_its_own_code_and_what_is_kept_is_what_was_bought(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", code_match={"CANVAS": "C-1"})
        bench.rules("press-2", code_match={"CANVAS": "77"})
        lines = (a_line("a", 1, print_sku="CANVAS"), a_line("b", 2, print_sku="CANVAS"))
        order = bench.ordered(*lines)
        bench.run()
        assert codes(bench.told) == {"press": ["C-1"], "press-2": ["77"]}
        body = bench.orders.body(order.order_id, bench.now_of(order).head.body)
        assert {details.sku for details in body.printing.values()} == {"CANVAS"}
        assert body.order == order
        assert [request.order for request in bench.told] == [order, order], "the order itself is told as it is"

    def test_one_line_made_by_two_vendors_goes_under_two_codes(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", code_match={"CANVAS": "C-1"})
        bench.rules("press-2", code_match={"CANVAS": "77"})
        order = bench.ordered(a_line("a", 1, 2, print_sku="CANVAS"))
        bench.run()
        stall = bench.connections.get("stall")
        other = tuple(link.but(vendor="press-2") if link.vendor == "press" else link for link in stall.links)
        bench.connections.save(stall.but(links=other))
        bench.changed(order, lines=(a_line("a", 1, 5, print_sku="CANVAS"),))
        bench.run()
        assert codes(bench.told) == {"press": ["C-1"], "press-2": ["77"]}
        assert [made.lines for made in bench.vendors["press-2"].made] == [{"a": 3}]
        assert bench.causes() == []

    @pytest.mark.parametrize("policy", SEARCHABLE)
    def test_after_a_doubt_the_vendor_is_asked_in_its_own_codes(self, policy: Resend) -> None:
        bench = PressesBench(2, policy)
        bench.rules("press", code_match={"CANVAS": "C-1"})
        bench.switch.after("vendor.submit", Unclear("cut off"))
        bench.vendor.on_find = lambda request: asked.append(request.details("a").sku)
        asked: list[str] = []
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"))
        bench.run()
        assert set(asked) == {"C-1"}
        assert bench.jobs_of(order)["press"].state is JobState.SENT
        assert len(bench.vendor.made) == 1

    def test_a_code_that_is_mended_while_it_waits_is_used(self) -> None:
        bench = PressesBench(2)
        bench.vendor.problems = [Problem(what="There is no CANVAS.")]
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"))
        bench.run()
        assert bench.causes() == ["preflight"]
        bench.vendor.problems = []
        bench.rules("press", code_match={"CANVAS": "C-1"})
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        assert codes(bench.told) == {"press": ["C-1"]}

    def test_a_rule_that_changes_after_sending_is_no_change_of_the_order(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"))
        bench.run()
        bench.rules("press", code_match={"CANVAS": "C-1"})
        bench.changed(order, tags=("seen",))
        bench.run(at_least=timedelta(hours=1))
        assert bench.causes() == []
        assert codes(bench.told) == {"press": ["CANVAS"]}

    def test_a_reprint_goes_by_the_code_the_vendor_has_now(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"))
        bench.run()
        bench.rules("press", code_match={"CANVAS": "C-2"})
        assert bench.reprint(order)["ok"]
        bench.run()
        assert codes(bench.told) == {"press": ["CANVAS", "C-2"]}


class TestKeptAway:
    def test_what_is_skipped_is_left_to_the_store_and_the_rest_is_made(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", code_skip=["GIFTBOX"])
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"), a_line("b", 1, print_sku="GIFTBOX"))
        bench.run()
        assert [made.lines for made in bench.vendor.made] == [{"a": 1}]
        assert bench.causes() == []
        bench.ships(order)
        assert bench.now_of(order).head.state is OrderState.DONE
        assert list(bench.shown(order).values()) == [{"a": 1}]
        lines = bench.do("order", order=order.order_id)["order"]["lines"]
        why = {line["line_id"]: line["left_because"] for line in lines}
        assert why["a"] == ""
        assert "Product Code Skip" in why["b"]
        assert "GIFTBOX" in why["b"], "nothing is left out without a word"

    def test_an_order_of_nothing_else_says_why(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", code_skip=["GIFTBOX"])
        order = bench.ordered(a_line("b", 1, print_sku="GIFTBOX"))
        bench.run()
        head = bench.now_of(order).head
        assert (head.state, bench.told) == (OrderState.NOTHING_TO_MAKE, [])
        assert head.nothing_because

    def test_a_skip_that_comes_after_sending_changes_nothing_of_what_is_sent(self) -> None:
        bench = PressesBench(2)
        order = bench.ordered(a_line("a", 1, print_sku="CANVAS"))
        bench.run()
        bench.rules("press", code_skip=["CANVAS"])
        bench.changed(order, tags=("seen",))
        bench.run(at_least=timedelta(hours=1))
        assert (bench.causes(), len(bench.vendor.made)) == ([], 1)

    def test_only_items_of_the_vendors_own_location_go_there(self) -> None:
        bench = PressesBench(1)
        bench.rules("press", location_match="Berlin")
        lines = (a_line("a").but(location="berlin "), a_line("b").but(location="Annex"))
        order = bench.ordered(*lines)
        bench.run()
        assert bench.vendor.made == [], (
            "half an order is not sent while a person has to say what becomes of the rest"
        )
        assert bench.causes() == ["unrouted_line"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert [made.lines for made in bench.vendor.made] == [{"a": 1}]


class TestMessages:
    def test_each_vendor_is_told_what_its_own_fields_say(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", gift_field="gift_message", picklist_field="note")
        bench.rules("press-2", picklist_field="number")
        attributes = (Attribute(name="gift_message", value="Alles Gute"),)
        bench.ordered(a_line("a", 1), a_line("b", 2), attributes=attributes, note="Leave it at the gate")
        bench.run()
        told = {request.job.vendor: (request.gift_message, request.packing_message) for request in bench.told}
        assert told == {"press": ("Alles Gute", "Leave it at the gate"), "press-2": ("", "#1")}

    def test_a_message_that_changes_after_sending_is_shown_only_where_it_was_told(self) -> None:
        bench = PressesBench(2)
        bench.rules("press", picklist_field="note")
        order = bench.ordered(a_line("a", 1), a_line("b", 2), note="Leave it at the gate")
        bench.run()
        bench.changed(order, note="Ring twice")
        bench.run()
        (item,) = bench.attention()
        assert (item["cause"], item["place"]) == ("changed_after_sent", "job 1")
        assert "Ring twice" not in str(item), "it may be personal"
