"""Routing: who makes which line, and a reason that helps for each line that nobody makes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.domain.attention import Cause
from platen.domain.connection import Goods, Lines, Link, ReleaseWhen, TestOrders, Unrouted
from platen.domain.order import Attribute, Payment
from platen.domain.printing import PrintDetails, ProductMapping
from platen.domain.routing import Plan, still_wanted
from tests.domain.making import ADDRESS, INTAKE, NOW, PRINTED, Vendors, a_line, a_plan, an_order

BLANK: tuple[Attribute, ...] = ()
EVERYTHING = (Link(vendor="press", lines=Lines.ALL),)


def made(plan: Plan) -> dict[str, tuple[str, int]]:
    return {line.line_id: (line.vendor, line.quantity) for line in plan.lines}


class TestStillWanted:
    @pytest.mark.parametrize(
        ("quantity", "unfulfilled", "in_our_parcels", "wanted"),
        [
            (3, 3, 0, 3),  # nothing happened yet
            (3, 0, 0, 0),  # others did it all
            (3, 1, 0, 1),  # others did two
            (3, 3, 3, 3),  # ours are on their way, and the store was not told yet
            (3, 0, 3, 3),  # ours, and the store was told
            (3, 0, 2, 2),  # two were ours, one was others'
            (3, 2, 3, 3),  # the store was told of one of our three
            (1, 0, 2, 1),  # one was refunded after we had shipped two
            (0, 0, 0, 0),  # removed
            (2, 5, 0, 2),  # a store that counts more unfulfilled than wanted
        ],
    )
    def test_takes_off_what_others_did_and_never_what_we_did(
        self, quantity: int, unfulfilled: int, in_our_parcels: int, wanted: int
    ) -> None:
        line = a_line("1", quantity, unfulfilled=unfulfilled)
        assert still_wanted(line, {"1": in_our_parcels}) == wanted

    @given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
    def test_is_never_negative_nor_more_than_the_buyer_wants(self, quantity: int, left: int, ours: int) -> None:
        line = a_line("1", quantity, unfulfilled=left)
        assert 0 <= still_wanted(line, {"1": ours}) <= quantity

    @given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
    def test_is_the_same_before_and_after_the_store_hears_of_our_parcel(
        self, others: int, ours: int, rest: int
    ) -> None:
        quantity = others + ours + rest
        before = a_line("1", quantity, unfulfilled=ours + rest)
        after = a_line("1", quantity, unfulfilled=rest)
        assert still_wanted(before, {}) == still_wanted(after, {"1": ours}) == ours + rest


class TestLinks:
    @pytest.mark.parametrize(
        ("link", "sku", "printed", "country", "takes"),
        [
            ({}, "A", True, "DE", True),
            ({}, "A", False, "DE", False),
            ({"lines": Lines.ALL}, "A", False, "DE", True),
            ({"skus": ("CANVAS-*",)}, "CANVAS-1", True, "DE", True),
            ({"skus": ("CANVAS-*",)}, "canvas-1", True, "DE", False),
            ({"skus": ("CANVAS-*",)}, "X-CANVAS-1", True, "DE", False),
            ({"skus": ("MUG-?", "*-XL")}, "TEE-XL", True, "DE", True),
            ({"skus": ("*",)}, "", True, "DE", True),
            ({"skus": ("A",)}, "", True, "DE", False),
            ({"countries": ("US", "CA")}, "A", True, "CA", True),
            ({"countries": ("US", "CA")}, "A", True, "DE", False),
            ({"countries": ("US",), "skus": ("B*",)}, "A", True, "US", False),
        ],
    )
    def test_take_what_they_say(
        self, link: dict[str, Any], sku: str, printed: bool, country: str, takes: bool
    ) -> None:
        goods = Goods(sku=sku, printed=printed, country=country)
        assert (Link(vendor="press", **link).why_not(goods) == "") is takes

    def test_are_asked_in_their_order(self) -> None:
        links = (Link(vendor="mill", skus=("CANVAS-2",)), Link(vendor="press"))
        plan = a_plan(an_order(a_line("1"), a_line("2")), links=links)
        assert made(plan) == {"1": ("press", 1), "2": ("mill", 1)}

    def test_see_a_line_as_printed_by_the_product_map(self) -> None:
        mapping = ProductMapping(sku="CANVAS-1", details=PrintDetails(design_id="D1"))
        plan = a_plan(an_order(a_line("1", attributes=BLANK)), products={"CANVAS-1": mapping})
        assert made(plan) == {"1": ("press", 1)}
        assert plan.printing["1"].design_id == "D1"

    def test_see_a_line_with_contradictory_details_as_printed(self) -> None:
        unpaired = (Attribute(name="print_option_name_1", value="Frame"),)
        plan = a_plan(an_order(a_line("1", attributes=unpaired)))
        assert made(plan) == {"1": ("press", 1)}
        assert plan.details_wrong


class TestALineNobodyTakes:
    def test_goes_to_a_person_with_the_whole_order(self) -> None:
        plan = a_plan(an_order(a_line("1"), a_line("2", 3, attributes=BLANK, title="Poster", sku="P-2")))
        assert (plan.cause, plan.lines) == (Cause.UNROUTED_LINE, ())
        (problem,) = plan.problems
        assert problem.line_id == "2"
        assert "3 x Poster (SKU P-2)" in problem.what

    @pytest.mark.parametrize(
        ("links", "attributes", "helps"),
        [
            ((), PRINTED, "no link to a vendor yet"),
            ((Link(vendor="press"),), BLANK, "no print details"),
            ((Link(vendor="press", skus=("MUG-*",)),), PRINTED, "no link takes it"),
            ((Link(vendor="press", lines=Lines.ALL, skus=("MUG-*",)),), BLANK, "no link takes it"),
        ],
    )
    def test_is_told_what_would_help(
        self, links: tuple[Link, ...], attributes: tuple[Attribute, ...], helps: str
    ) -> None:
        plan = a_plan(an_order(a_line("1", attributes=attributes)), links=links)
        assert helps in plan.problems[0].what

    def test_may_be_left_to_the_store(self) -> None:
        intake = INTAKE.but(unrouted=Unrouted.LEAVE)
        plan = a_plan(an_order(a_line("1"), a_line("2", attributes=BLANK)), intake=intake)
        assert made(plan) == {"1": ("press", 1)}
        alone = a_plan(an_order(a_line("2", attributes=BLANK)), intake=intake)
        assert (alone.cause, bool(alone.nothing_because)) == (None, True)

    def test_that_a_person_released_is_no_trouble_any_more(self) -> None:
        order = an_order(a_line("1"), a_line("2", attributes=BLANK))
        assert made(a_plan(order, accepted=["2"])) == {"1": ("press", 1)}


class TestOrdersThatAreNotMade:
    @pytest.mark.parametrize(
        ("changes", "because"),
        [
            ({"cancelled_at": NOW, "cancel_reason": "fraud"}, "fraud"),
            ({"payment": Payment.REFUNDED}, "refunded"),
            ({"payment": Payment.VOIDED}, "voided"),
            ({"test": True}, "test order"),
            ({"lines": (a_line(ships=False),)}, "no line"),
            ({"lines": (a_line("1", 2, unfulfilled=0),)}, "no line"),
        ],
    )
    def test_say_why(self, changes: dict[str, Any], because: str) -> None:
        plan = a_plan(an_order(**changes))
        assert because in plan.nothing_because
        assert plan.lines == ()

    def test_test_orders_are_sent_as_such_when_the_store_says_so(self) -> None:
        intake = INTAKE.but(test_orders=TestOrders.SEND_AS_TEST)
        assert made(a_plan(an_order(test=True), intake=intake)) == {"1": ("press", 1)}

    def test_but_only_if_every_vendor_of_it_knows_test_orders(self) -> None:
        """A vendor without them would make it for real."""
        intake = INTAKE.but(test_orders=TestOrders.SEND_AS_TEST)
        links = (Link(vendor="mill", skus=("CANVAS-2",)), Link(vendor="press"))
        plan = a_plan(
            an_order(a_line("1"), a_line("2"), test=True), intake=intake, links=links, vendors=Vendors(["press"])
        )
        assert (plan.lines, "no test orders" in plan.nothing_because) == ((), True)


class TestPayment:
    RELEASED = {
        ReleaseWhen.PAID: {Payment.PAID},
        ReleaseWhen.AUTHORIZED: {Payment.PAID, Payment.AUTHORIZED, Payment.PARTLY_PAID},
        ReleaseWhen.ALWAYS: set(Payment) - {Payment.REFUNDED, Payment.VOIDED},
    }

    @pytest.mark.parametrize("when", list(ReleaseWhen))
    @pytest.mark.parametrize("payment", list(Payment))
    def test_decides_when_an_order_is_made(self, when: ReleaseWhen, payment: Payment) -> None:
        plan = a_plan(an_order(payment=payment), intake=INTAKE.but(release_when=when))
        goes = bool(plan.lines) and not plan.waiting_for
        assert goes is (payment in self.RELEASED[when])
        assert goes or plan.waiting_for or plan.nothing_because, "an order that is not made says why"

    def test_that_came_does_not_end_a_hold(self) -> None:
        assert a_plan(an_order(hold="it is on hold at the store")).waiting_for == "it is on hold at the store"

    def test_is_what_an_order_waits_for_first(self) -> None:
        assert "payment" in a_plan(an_order(hold="on hold", payment=Payment.PENDING)).waiting_for


class TestTheAddress:
    def test_that_is_missing_is_asked_of_the_store(self) -> None:
        assert a_plan(an_order(ship_to=None)).cause is Cause.SHIP_TO_MISSING

    def test_that_is_hidden_is_a_matter_of_permissions(self) -> None:
        plan = a_plan(an_order(ship_to=None, hidden=("ship_to",)))
        assert plan.cause is Cause.SHIP_TO_HIDDEN
        assert "protected" in plan.problems[0].what

    def test_that_is_missing_is_what_is_wrong_even_if_links_go_by_country(self) -> None:
        """Not that "no link takes it": no link can tell."""
        links = (Link(vendor="press", countries=("DE",)),)
        assert a_plan(an_order(ship_to=None, hidden=("ship_to",)), links=links).cause is Cause.SHIP_TO_HIDDEN

    def test_is_not_needed_where_nothing_is_sent(self) -> None:
        assert a_plan(an_order(a_line(ships=False), ship_to=None)).cause is None

    def test_leads_to_the_account(self) -> None:
        (line,) = a_plan(an_order(ship_to=ADDRESS.but(country_code="US"))).lines
        assert line.account == "us"


class TestAPlan:
    ORDERS = st.builds(
        lambda lines, payment, hold, test: an_order(
            *(a_line(str(number), *line) for number, line in enumerate(lines)),
            payment=payment,
            hold=hold,
            test=test,
        ),
        st.lists(st.tuples(st.integers(0, 4)), min_size=1, max_size=5),
        st.sampled_from(Payment),
        st.sampled_from(["", "on hold"]),
        st.booleans(),
    )

    @given(ORDERS, st.sampled_from(ReleaseWhen), st.sampled_from([(), EVERYTHING, (Link(vendor="press"),)]))
    def test_leaves_no_line_without_a_vendor_or_a_word(
        self, order: Any, when: ReleaseWhen, links: tuple[Link, ...]
    ) -> None:
        plan = a_plan(order, intake=INTAKE.but(release_when=when), links=links)
        wanted = {line.line_id for line in order.lines if still_wanted(line, {})}
        explained = {problem.line_id for problem in plan.problems} | {line.line_id for line in plan.lines}
        assert plan.nothing_because or wanted <= explained or plan.cause
        assert not (plan.nothing_because and plan.lines)
        assert all(line.quantity > 0 for line in plan.lines)

    @given(ORDERS)
    def test_is_the_same_every_time(self, order: Any) -> None:
        assert a_plan(order) == a_plan(order)
