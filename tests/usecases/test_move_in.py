"""Moving in: history that is never made again, whatever comes later, twice, or at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platen.connectors import Resend
from platen.domain.connection import Lines, Link
from platen.domain.order import Payment, order_id
from platen.domain.record import OrderRecord, OrderState
from platen.messages import OrderHint, Queue
from platen.ports import Conflict, NotFound
from platen.usecases.move_in import ImportOrders, import_orders
from tests.fakes import Crash
from tests.support.stall import StallBench

SHOPIFY_ID = "8887505649970"


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def theirs(number: str = "1001", **changes: Any) -> dict[str, Any]:
    """An order as the command sends it."""
    own_id = changes.get("own_id", "orderdesk-26211")
    return {
        "store_order_id": own_id,
        "own_id": own_id,
        "number": number,
        "folder": "Closed",
        "placed_at": "2026-10-08T12:10:00Z",
        "updated_at": "2026-10-09T23:13:47Z",
        "ship_to": {"last_name": "Family", "address1": "Long Street 1", "city": "Town", "country_code": "DE"},
        "email": "buyer@shop.example",
        "lines": [{"line_id": "42286", "title": "Canvas", "sku": "CANVAS-1", "quantity": 2}],
        **changes,
    }


def bring(bench: StallBench, *orders: dict[str, Any], store: str = "stall") -> list[dict[str, Any]]:
    request = ImportOrders.model_validate({"store": store, "orders": orders, "source": "Order Desk"})
    results: list[dict[str, Any]] = import_orders(bench.hub, request)["results"]
    return results


def would(bench: StallBench, *orders: dict[str, Any]) -> list[str]:
    request = {"store": "stall", "orders": orders, "source": "Order Desk", "dry_run": True}
    return [one["result"] for one in import_orders(bench.hub, ImportOrders.model_validate(request))["results"]]


def results(bench: StallBench, *orders: dict[str, Any]) -> list[str]:
    return [one["result"] for one in bring(bench, *orders)]


def imported(bench: StallBench, store_order_id: str = "orderdesk-26211") -> OrderRecord:
    return bench.record(order_id("stall", store_order_id))


class TestImported:
    def test_it_is_history(self, bench: StallBench) -> None:
        assert bring(bench, theirs()) == [{"number": "1001", "result": "imported", "why": ""}]
        record = imported(bench)
        head = record.head
        assert (head.state, head.imported_from, head.folder) == (
            OrderState.NOTHING_TO_MAKE,
            "Order Desk",
            "Closed",
        )
        assert "Order Desk" in head.nothing_because
        assert head.accepted == ("42286",)
        assert record.jobs == {}
        assert not bench.queues.waiting()
        assert bench.working() == []

    def test_the_body_tells_what_was_ordered_and_where_it_went(self, bench: StallBench) -> None:
        bring(bench, theirs())
        head = imported(bench).head
        order = bench.orders.body(head.order_id, head.body).order
        assert (order.ship_to.city if order.ship_to else "", order.email) == ("Town", "buyer@shop.example")
        assert [(one.sku, one.quantity, one.unfulfilled) for one in order.lines] == [("CANVAS-1", 2, 0)]

    def test_what_is_kept_for_ever_names_no_person(self, bench: StallBench) -> None:
        bring(bench, theirs())
        bench.orders.forget_bodies()
        assert "buyer@shop.example" not in str(bench.everything())
        assert "Long Street" not in str(bench.everything())

    def test_a_second_run_changes_nothing(self, bench: StallBench) -> None:
        bring(bench, theirs(), theirs("1002", own_id="orderdesk-2"))
        before = bench.everything()
        assert results(bench, theirs(), theirs("1002", own_id="orderdesk-2")) == ["there", "there"]
        assert bench.everything() == before

    def test_a_second_run_follows_the_folder_and_nothing_else(self, bench: StallBench) -> None:
        bring(bench, theirs())
        before = imported(bench)
        (result,) = bring(bench, theirs(folder="Canceled", email="other@shop.example"))
        assert result == {"number": "1001", "result": "moved", "why": "from Closed to Canceled"}
        after = imported(bench)
        assert after.head.folder == "Canceled"
        assert after.head.body == before.head.body
        assert after.head.state is OrderState.NOTHING_TO_MAKE
        assert results(bench, theirs(folder="Canceled")) == ["there"]

    def test_an_order_without_lines_or_address_is_history_too(self, bench: StallBench) -> None:
        bare = theirs(lines=[], ship_to=None, folder="")
        assert results(bench, bare, bare) == ["imported", "there"]


class TestADryRun:
    def test_says_what_would_be_and_writes_nothing(self, bench: StallBench) -> None:
        order = bench.order_placed(1)
        bench.run()
        bring(bench, theirs("901", own_id="orderdesk-1"), theirs("902", own_id="orderdesk-2"))
        before = bench.everything()
        wanted = [
            theirs("901", own_id="orderdesk-1"),
            theirs("902", own_id="orderdesk-2", folder="Canceled"),
            theirs("903", own_id="orderdesk-3"),
            theirs("A-77", own_id="orderdesk-4", store_order_id=order.store_order_id),
            theirs("", own_id="orderdesk-5"),
        ]
        assert would(bench, *wanted) == ["there", "moved", "imported", "there", "refused"]
        assert bench.everything() == before
        assert results(bench, *wanted) == ["there", "moved", "imported", "there", "refused"]


class TestNeverMadeAgain:
    def hint(self, bench: StallBench, replan: bool = False) -> None:
        hint = OrderHint(connection="stall", store_order_id=SHOPIFY_ID, topic="orders", replan=replan)
        bench.queues.put_raw(Queue.INTAKE, hint.model_dump_json())
        bench.run()

    @pytest.mark.parametrize("replan", [False, True])
    def test_the_stores_own_webhook_for_it_sends_nothing(self, bench: StallBench, replan: bool) -> None:
        """The store calls its lines by ids that Order Desk does not know: accepted lines alone would not do."""
        bring(bench, theirs(store_order_id=SHOPIFY_ID))
        placed = bench.order_placed(1, 2).but(store_order_id=SHOPIFY_ID, number="#1001")
        bench.store.orders = {SHOPIFY_ID: placed}
        self.hint(bench, replan)
        assert bench.vendor.made == []
        head = imported(bench, SHOPIFY_ID).head
        assert (head.imported_from, head.state) == ("Order Desk", OrderState.NOTHING_TO_MAKE)

    def test_nor_does_an_order_that_changed_at_the_store(self, bench: StallBench) -> None:
        bring(bench, theirs(store_order_id=SHOPIFY_ID))
        placed = bench.order_placed(1).but(store_order_id=SHOPIFY_ID, number="#1001")
        bench.store.orders = {SHOPIFY_ID: placed}
        self.hint(bench)
        bench.store.orders = {SHOPIFY_ID: placed.but(email="new@shop.example")}
        self.hint(bench)
        assert bench.vendor.made == []
        assert results(bench, theirs(store_order_id=SHOPIFY_ID)) == ["there"]


class TestOwnOrders:
    def test_one_that_platen_has_by_its_id_stays_as_it_is(self, bench: StallBench) -> None:
        order = bench.order_placed(1)
        bench.run()
        before = bench.everything()
        (result,) = bring(bench, theirs("A-77", store_order_id=order.store_order_id))
        assert result["result"] == "there"
        assert result["why"]
        assert bench.everything() == before
        assert len(bench.vendor.made) == 1

    @pytest.mark.parametrize("number", ["1", "#1", " #1 "])
    def test_one_that_platen_has_by_its_number_stays_as_it_is(self, bench: StallBench, number: str) -> None:
        bench.order_placed(1)
        bench.run()
        before = bench.everything()
        assert results(bench, theirs(number)) == ["there"]
        assert bench.everything() == before

    def test_imported_orders_may_share_a_number(self, bench: StallBench) -> None:
        """Two carts in one Order Desk store count from 1 both."""
        assert results(bench, theirs("7"), theirs("7", own_id="orderdesk-9")) == ["imported", "imported"]


class TestPartsOfASplitOrder:
    PARTS = (
        theirs(store_order_id=SHOPIFY_ID, own_id="orderdesk-1", lines=[{"line_id": "11"}]),
        theirs(store_order_id=SHOPIFY_ID, own_id="orderdesk-2", lines=[{"line_id": "12"}], folder="Canceled"),
    )

    def test_are_all_kept_and_do_not_fight_over_the_folder(self, bench: StallBench) -> None:
        assert results(bench, *self.PARTS) == ["imported", "imported"]
        before = bench.everything()
        assert results(bench, *self.PARTS) == ["there", "there"]
        assert results(bench, *reversed(self.PARTS)) == ["there", "there"]
        assert bench.everything() == before
        assert imported(bench, SHOPIFY_ID).head.folder == "Closed"
        assert imported(bench, "orderdesk-2").head.folder == "Canceled"

    def test_move_each_for_itself(self, bench: StallBench) -> None:
        bring(bench, *self.PARTS)
        assert results(bench, self.PARTS[0], self.PARTS[1] | {"folder": "Shipped"}) == ["there", "moved"]
        assert imported(bench, SHOPIFY_ID).head.folder == "Closed"


class TestAtTheSameMoment:
    def test_somebody_else_wrote_it(self, bench: StallBench) -> None:
        bench.switch.before("orders.save", Conflict("x"))
        assert results(bench, theirs(), theirs("1002", own_id="orderdesk-2")) == ["there", "imported"]

    def test_the_store_tells_of_it_between_look_and_write(self, bench: StallBench) -> None:
        """The webhook wins: the order is Platen's then, and is made."""
        order = bench.order_placed(1)

        def webhook() -> None:
            bench.work_one(Queue.INTAKE)

        bench.switch.before("orders.save", webhook)
        assert results(bench, theirs("A-77", store_order_id=order.store_order_id)) == ["there"]
        bench.run()
        assert len(bench.vendor.made) == 1
        assert bench.record(order.order_id).head.imported_from == ""

    @pytest.mark.parametrize("side", ["before", "after"])
    @pytest.mark.parametrize("nth", [1, 2, 3])
    def test_broken_off_anywhere_it_can_be_done_again(self, bench: StallBench, side: str, nth: int) -> None:
        orders = [theirs(str(n), own_id=f"orderdesk-{n}") for n in (901, 902, 903)]
        fails: Callable[..., None] = getattr(bench.switch, side)
        fails("orders.save", Crash(), nth=nth)
        with pytest.raises(Crash):
            bring(bench, *orders)
        done = nth if side == "after" else nth - 1
        assert results(bench, *orders) == ["there"] * done + ["imported"] * (3 - done)


class TestWhatIsNotRight:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"placed_at": "2014-10-08 12:10:00"},
            {"placed_at": None},
            {"store_order_id": "a/b"},
            {"own_id": ""},
            {"number": ""},
            {"folder": "F" * 51},
            {"nosuch": 1},
            {"lines": [{"line_id": "1", "quantity": -1}]},
            {"lines": [{"line_id": str(n)} for n in range(301)]},
            {"ship_to": {"country_code": "Germany"}},
            {"email": "a" * 321},
            {"email": "\ud800"},
            {"attributes": [{"name": "x", "value": "é" * 1999}] * 300},
        ],
        ids=str,
    )
    def test_is_refused_alone_and_never_shown(self, bench: StallBench, wrong: dict[str, Any]) -> None:
        answers = bring(bench, theirs() | wrong, theirs("1002", own_id="orderdesk-2"))
        assert [one["result"] for one in answers] == ["refused", "imported"]
        assert answers[0]["why"]
        for shown in ("Long Street", "buyer@", "Germany", "aaaa"):
            assert shown not in answers[0]["why"]

    @given(
        st.dictionaries(
            st.sampled_from([*theirs(), "nosuch"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
                max_leaves=6,
            ),
        )
    )
    def test_whatever_it_is_it_has_an_answer(self, wrong: dict[str, Any]) -> None:
        bench = StallBench(Resend.LOOKUP)
        (answer,) = bring(bench, theirs() | wrong)
        assert answer["result"] in ("imported", "refused")
        assert isinstance(answer["number"], str)

    def test_goes_to_a_store_that_is_there(self, bench: StallBench) -> None:
        for store in ("press", "nosuch"):
            with pytest.raises(NotFound):
                bring(bench, theirs(), store=store)

    def test_comes_in_no_more_than_25(self) -> None:
        for many in (0, 26):
            with pytest.raises(ValidationError):
                ImportOrders.model_validate({"store": "stall", "orders": [theirs()] * many, "source": "x"})


class TestNamesakes:
    """What was moved in may be known by its number alone, and its shop may tell of it again."""

    def test_are_a_persons_matter_and_not_made_a_second_time(self, bench: StallBench) -> None:
        assert results(bench, theirs("1")) == ["imported"]
        order = bench.order_placed(1)
        bench.run()
        assert [(item["cause"], item["number"]) for item in bench.attention()] == [("moved_in", order.number)]
        assert not bench.vendor.made

    @pytest.mark.parametrize(
        "at_first",
        [{"hold": "not routed yet"}, {"payment": Payment.PENDING}, {"test": True}, {"lines": ()}],
        ids=["held without a place", "unpaid", "a test", "nothing to ship"],
    )
    def test_are_asked_about_whatever_they_were_at_first(self, bench: StallBench, at_first: dict[str, Any]) -> None:
        assert results(bench, theirs("1")) == ["imported"]
        stall = bench.connections.get("stall")
        by_place = Link(vendor="press", lines=Lines.ALL, locations=("Hall",))
        bench.connections.save(stall.but(links=(by_place,)))
        whole = bench.order_placed(1)
        placed = whole.but(lines=(whole.lines[0].but(location="Hall"),))
        first = placed.but(lines=whole.lines) if "hold" in at_first else placed
        bench.changed(first, **at_first)
        bench.run()
        assert not bench.vendor.made
        bench.changed(placed)
        bench.run()
        assert [item["cause"] for item in bench.attention()] == ["moved_in"]
        assert not bench.vendor.made

    def test_that_a_person_has_released_are_not_asked_about_again(self, bench: StallBench) -> None:
        assert results(bench, theirs("1")) == ["imported"]
        order = bench.changed(bench.order_placed(1), payment=Payment.PENDING)
        bench.run()
        assert bench.click("release", order.order_id, "order")["ok"]
        bench.run()
        assert bench.attention() == []
        bench.changed(order, payment=Payment.PAID)
        bench.run()
        assert bench.attention() == []
        assert len(bench.vendor.made) == 1

    def test_of_another_number_are_new_orders(self, bench: StallBench) -> None:
        assert results(bench, theirs("900")) == ["imported"]
        bench.order_placed(1)
        bench.run()
        assert len(bench.vendor.made) == 1

    def test_are_not_looked_for_where_nothing_was_moved_in(self, bench: StallBench) -> None:
        bench.order_placed(1)
        bench.run()
        assert "orders.by_number" not in bench.switch.calls
