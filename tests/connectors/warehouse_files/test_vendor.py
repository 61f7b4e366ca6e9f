"""A warehouse as a vendor: each order goes out once, comes back as it is told, and a cancel is asked for once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.connectors.warehouse_files import wire
from platen.connectors.warehouse_files.outbox import OUTBOX
from platen.domain.attention import Attention, Cause
from platen.domain.job import JobState, VendorParcel, VendorPhase
from platen.domain.products import Item
from platen.domain.verdicts import AlreadyThere, Busy, Refused
from platen.domain.warehouse import AtWarehouse, CancelStanding, WarehouseParcel
from tests.connectors.warehouse_files.depot import CANCEL, KEY, Depot, X, a_line, a_request
from tests.connectors.warehouse_files.files import settings
from tests.fakes import Lost
from tests.fakes.clock import START

SEEN = (Cause.CLOSED_SHORT,)
CLOSED = AtWarehouse.CLOSED
SECOND_CANCEL = CANCEL.replace(".csv", ".2.csv")
TRIED_AGAIN = a_request(
    job={
        "state": JobState.ATTENTION,
        "attention": Attention(cause=Cause.CANCEL_REFUSED, problems=(), since=START),
        "cancel_wanted": True,
    }
).job
"""Its cancel was refused, and a person has it tried again."""


def sent(*lines: Any, **fields: Any) -> Depot:
    depot = Depot(settings(**fields))
    depot.vendor().submit(a_request(*lines))
    return depot


def a_parcel(number: str = "S-1", tracking: str = "1Z1", **lines: int) -> WarehouseParcel:
    inside = {int(name.removeprefix("line")): count for name, count in lines.items()}
    return WarehouseParcel(number=number, carrier="UPS", method="Ground", tracking=tracking, lines=inside)


def items(parcels: tuple[VendorParcel, ...]) -> list[tuple[str, dict[str, int]]]:
    return [(one.tracking, dict(one.items)) for one in parcels]


class TestSending:
    def test_an_order_is_a_file_with_a_row_for_each_line(self) -> None:
        depot = sent(a_line("11", 2), a_line("12", 1, title="Cap", sku=" CAP-1 "))
        head, one, two, end = depot.file()
        assert head == ",".join(wire.ORDERS)
        assert end == ""
        assert one == (
            f'{X},2026-11-21T04:00:00-05:00,,,Renée Müller,Renée Müller,"Müller, ""Sohn"" & Co",1 Main Street,,'
            "Austin,TX,78701,US,+1 512 555 0100,renee@example.com,,UPS Ground,,MAIN,1,MUG-11,"
            '"Mug, blue",EA,2,Leave it at the door'
        )
        assert ",2,CAP-1,Cap,EA,1," in two

    def test_as_an_old_site_takes_it(self) -> None:
        depot = sent(delimiter="tab", header=False, quoting="strict", default_division="East")
        (row, end) = depot.file(KEY.replace(".csv", ".txt"))
        values = dict(zip(wire.ORDERS, row.split("\t"), strict=True))
        assert end == ""
        assert values["ShipToName"] == "Renee Muller"
        assert values["ShipToCompany"] == "Muller Sohn Co"
        assert (values["OrderDate"], values["Email"], values["Division"]) == ("2026-11-21", "", "East")
        assert values["Description"] == "Mug blue"
        assert values["Phone"] == "1 512 555 0100"

    def test_nothing_in_a_plain_file_breaks_its_rows(self) -> None:
        odd = 'a,b\t"c"\r\nd\x00=1'
        depot = Depot(settings(quoting="plain"))
        depot.vendor().submit(a_request(a_line(title=odd), note=odd, email="a,b@example.com"))
        for row in depot.file()[:-1]:
            assert len(row.split(",")) == len(wire.ORDERS)
            assert not set(row) & set('"\t\r\n\x00')

    def test_what_a_buyer_wrote_is_no_formula(self) -> None:
        depot = Depot()
        depot.vendor().submit(a_request(note="=HYPERLINK(1)"))
        assert depot.file()[1].endswith(",'=HYPERLINK(1)")

    def test_the_class_of_the_rules_names_carrier_and_method(self) -> None:
        depot = Depot()
        request = a_request()
        depot.vendor().submit(type(request)(request.job, request.body, mail_class="UPS/2nd Day"))
        assert ",UPS,2nd Day," in depot.file()[1]

    def test_by_calls_it_is_in_the_ledger_and_in_no_file(self) -> None:
        depot = sent(way="rest")
        assert depot.order().waits
        assert depot.files.all() == {}

    @pytest.mark.parametrize("way", ["files", "rest"])
    def test_a_second_one_is_refused(self, way: str) -> None:
        depot = sent(way=way)
        with pytest.raises(AlreadyThere):
            depot.vendor().submit(a_request())
        assert len(depot.files.all()) == (way == "files")

    @pytest.mark.parametrize("cut", ["ledger.save_order", "files.put"])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_cut_off_anywhere_it_goes_out_once(self, cut: str, when: str) -> None:
        depot = Depot()
        (depot.switch.before if when == "before" else depot.switch.after)(cut, Lost())
        with pytest.raises(Lost):
            depot.vendor().submit(a_request())
        found = depot.vendor().find(a_request())
        if found is None:
            depot.vendor().submit(a_request())
        assert depot.vendor().find(a_request())
        assert list(depot.files.all()) == [KEY]
        assert depot.switch.calls.count("files.put") <= 2

    @pytest.mark.parametrize("changed", [{}, {"delimiter": "tab"}])
    def test_what_the_warehouse_took_away_is_not_put_there_again(self, changed: dict[str, Any]) -> None:
        depot = sent()
        depot.files.taken_away(KEY)
        assert depot.vendor(**changed).find(a_request())
        assert depot.files.all() == {}

    @pytest.mark.parametrize(("way", "other"), [("files", "rest"), ("rest", "files")])
    def test_what_goes_out_the_one_way_goes_out_that_way_though_the_setting_changes(
        self, way: str, other: str
    ) -> None:
        depot = Depot(settings(way=way))
        depot.switch.after("ledger.save_order", Lost())
        with pytest.raises(Lost):
            depot.vendor().submit(a_request())
        assert depot.vendor(way=other).find(a_request())
        assert list(depot.files.all()) == ([KEY] if way == "files" else [])
        assert depot.order().filed is (way == "files")

    def test_nothing_goes_out_before_the_set_up_is_done_and_it_says_what_lacks(self) -> None:
        depot = Depot(is_set_up=False)
        with pytest.raises(Busy) as busy:
            depot.vendor().submit(a_request())
        assert "products" in busy.value.words
        assert "snapshot of site MAIN" in busy.value.words
        assert busy.value.after
        assert depot.vendor().find(a_request()) is None
        assert depot.files.all() == {}
        assert [one.ok for one in depot.vendor().check()] == [False, False, True]
        depot.set_up()
        assert depot.vendor().submit(a_request()).phase is VendorPhase.WAITING
        assert [one.ok for one in depot.vendor().check()] == [True]


class TestReading:
    @pytest.mark.parametrize(
        ("changes", "phase", "words"),
        [
            ({}, VendorPhase.WAITING, "waits for the warehouse"),
            ({"state": AtWarehouse.ACCEPTED}, VendorPhase.ACCEPTED, "accepted"),
            ({"state": AtWarehouse.REJECTED, "words": "no such item"}, VendorPhase.FAILED, "rejected"),
            ({"cancel": CancelStanding.DONE}, VendorPhase.CANCELLED, "cancelled"),
            (
                {"cancel": CancelStanding.DONE, "parcels": (a_parcel(line1=1),)},
                VendorPhase.SHIPPED,
                "cancelled, but some of it was shipped",
            ),
            (
                {"cancel": CancelStanding.WANTED},
                VendorPhase.WAITING,
                "waits for the warehouse; its cancel waits for an answer",
            ),
        ],
    )
    def test_how_it_stands(self, changes: dict[str, Any], phase: VendorPhase, words: str) -> None:
        depot = sent()
        depot.told(**changes)
        news = depot.vendor().read(a_request().job)
        assert news
        assert (news.phase, news.words, news.short) == (phase, words, False)
        assert news.lines == {"1": "11"}
        assert news.reason == changes.get("words", "")

    def test_what_is_not_there_is_nothing(self) -> None:
        assert Depot().vendor().read(a_request().job) is None
        assert Depot().vendor().cancel(a_request().job) is None
        assert Depot().vendor().locate("", X) is None
        assert sent().vendor().locate("", X) == X

    def test_picks_alone_begin_it_and_tell_nothing(self) -> None:
        depot = sent()
        depot.picked(1, state=AtWarehouse.ACCEPTED)
        news = depot.vendor().read(a_request().job)
        assert news
        assert (news.phase, news.words, news.parcels) == (
            VendorPhase.IN_PRODUCTION,
            "open, 1 of 2 picked",
            (),
        )


TABLE: list[tuple[str, dict[str, Any], tuple[int, int], tuple[WarehouseParcel, ...], list[Any]]] = [
    ("all in one parcel", {}, (2, 1), (a_parcel(line1=2, line2=1),), [("1Z1", {"1": 2, "2": 1})]),
    ("all, nothing told of parcels", {}, (2, 1), (), [("", {"1": 2, "2": 1})]),
    ("a part in a parcel", {}, (2, 1), (a_parcel(line1=1),), [("1Z1", {"1": 1}), ("", {"1": 1, "2": 1})]),
    (
        "in two parcels",
        {},
        (2, 1),
        (a_parcel(line1=2), a_parcel("S-2", "1Z2", line2=1)),
        [("1Z1", {"1": 2}), ("1Z2", {"2": 1})],
    ),
    ("no picks told, only parcels", {}, (0, 0), (a_parcel(line1=2, line2=1),), [("1Z1", {"1": 2, "2": 1})]),
    ("short: one of two lines", {}, (2, 0), (), [("", {"1": 2})]),
    ("short, and held", {"short_close": "hold"}, (2, 0), (a_parcel(line1=2),), []),
    ("short: nothing", {}, (0, 0), (), []),
    ("shipments as told", {"export_when": "shipped"}, (2, 1), (a_parcel(line1=2),), [("1Z1", {"1": 2})]),
]


class TestClosing:
    @pytest.mark.parametrize(("fields", "picked", "parcels", "told"), [one[1:] for one in TABLE], ids=lambda _: "")
    def test_what_is_told(
        self,
        fields: dict[str, Any],
        picked: tuple[int, int],
        parcels: tuple[WarehouseParcel, ...],
        told: list[Any],
    ) -> None:
        depot = sent(a_line("11", 2), a_line("12", 1), tracking_wait_minutes=0, **fields)
        job = a_request().job
        depot.picked(*picked, parcels=parcels)
        before = depot.vendor().read(job)
        assert before
        assert before.parcels == () or "export_when" in fields
        depot.told(state=CLOSED, closed_at=depot.clock.now())
        for _ in range(2):  # closed twice is closed once
            news = depot.vendor().read(job)
            assert news
            assert items(news.parcels) == told
            depot.told(state=CLOSED)

    def test_a_short_close_says_what_lacks(self) -> None:
        depot = sent(a_line("11", 2), a_line("12", 1), tracking_wait_minutes=0)
        depot.picked(1, 1, state=CLOSED)
        news = depot.vendor().read(a_request().job)
        assert news
        assert (news.short, news.phase, news.reason) == (True, VendorPhase.SHIPPED, "1 of 2 MUG-11")

    def test_nothing_picked_is_as_good_as_cancelled(self) -> None:
        depot = sent()
        depot.told(state=CLOSED)
        news = depot.vendor().read(a_request().job)
        assert news
        assert (news.short, news.phase) == (True, VendorPhase.CANCELLED)

    def test_what_is_held_is_told_once_a_person_has_seen_it(self) -> None:
        depot = sent(short_close="hold", tracking_wait_minutes=0)
        depot.picked(1, state=CLOSED)
        job = a_request().job
        held, seen = (depot.vendor().read(one) for one in (job, job.but(released=SEEN)))
        assert held
        assert seen
        assert (held.parcels, items(seen.parcels)) == ((), [("", {"1": 1})])

    def test_opened_again_it_goes_on_to_its_end(self) -> None:
        depot = sent(tracking_wait_minutes=0)
        depot.picked(1, state=CLOSED, parcels=(a_parcel(line1=1),))
        job = a_request().job
        depot.told(state=AtWarehouse.ACCEPTED, closed_at=None)
        news = depot.vendor().read(job)
        assert news
        assert (news.short, news.phase, news.parcels) == (False, VendorPhase.IN_PRODUCTION, ())
        depot.picked(2, state=CLOSED, parcels=(a_parcel(line1=1), a_parcel("S-2", "1Z2", line1=1)))
        news = depot.vendor().read(job)
        assert news
        assert items(news.parcels) == [("1Z1", {"1": 1}), ("1Z2", {"1": 1})]
        assert not news.short

    def test_tracking_that_may_still_come_is_waited_for(self) -> None:
        depot = sent(tracking_wait_minutes=10)
        depot.picked(2, state=CLOSED)
        job = a_request().job
        news = depot.vendor().read(job)
        assert news
        assert (news.parcels, news.again_at) == ((), depot.clock.now() + timedelta(minutes=10))
        depot.clock.passes(minutes=10)
        news = depot.vendor().read(job)
        assert news
        assert (items(news.parcels), news.again_at) == ([("", {"1": 2})], None)

    def test_tracking_that_came_is_not_waited_for(self) -> None:
        depot = sent(tracking_wait_minutes=10)
        depot.picked(2, state=CLOSED, parcels=(a_parcel(line1=2),))
        news = depot.vendor().read(a_request().job)
        assert news
        assert (items(news.parcels), news.again_at) == ([("1Z1", {"1": 2})], None)


class TestCancelling:
    @pytest.mark.parametrize("way", ["files", "rest"])
    def test_is_asked_for_once_and_is_over_when_the_warehouse_says_so(self, way: str) -> None:
        depot = sent(way=way)
        job = a_request().job
        for _ in range(2):
            news = depot.vendor().cancel(job)
            assert news
            assert news.phase is VendorPhase.WAITING
        assert (CANCEL in depot.files.all()) == (way == "files")
        if way == "files":
            assert depot.file(CANCEL) == ["OrderNumber,LineNumber,Quantity,Reason", f"{X},,,", ""]
            depot.files.taken_away(CANCEL)
            assert depot.vendor().cancel(job)
            assert CANCEL not in depot.files.all()
        depot.told(cancel=CancelStanding.DONE)
        done = depot.vendor().cancel(job)
        assert done
        assert done.phase is VendorPhase.CANCELLED

    @pytest.mark.parametrize("cut", ["ledger.save_order", "files.put"])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_cut_off_anywhere_it_is_asked_for_once(self, cut: str, when: str) -> None:
        depot = sent()
        (depot.switch.before if when == "before" else depot.switch.after)(cut, Lost())
        with pytest.raises(Lost):
            depot.vendor().cancel(a_request().job)
        assert depot.vendor().cancel(a_request().job)
        assert sorted(depot.files.all()) == [CANCEL, KEY]
        assert depot.order().cancel is CancelStanding.WANTED

    def test_a_no_is_told_in_the_warehouses_words(self) -> None:
        depot = sent()
        depot.told(cancel=CancelStanding.REFUSED, words="on the truck")
        with pytest.raises(Refused, match="on the truck"):
            depot.vendor().cancel(a_request().job)

    def test_a_refused_one_is_not_asked_for_again_by_itself(self) -> None:
        depot = sent()
        depot.vendor().cancel(a_request().job)
        depot.told(cancel=CancelStanding.REFUSED)
        for _ in range(2):
            with pytest.raises(Refused):
                depot.vendor().cancel(a_request().job)
        assert sorted(depot.files.all()) == [CANCEL, KEY]

    @pytest.mark.parametrize("way", ["files", "rest"])
    def test_a_person_may_have_it_asked_for_again(self, way: str) -> None:
        depot = sent(way=way)
        depot.vendor().cancel(a_request().job)
        for times in (2, 3):
            depot.told(cancel=CancelStanding.REFUSED, words="on the truck")
            for _ in range(2):
                news = depot.vendor().cancel(TRIED_AGAIN)
                assert news
                assert news.words == "waits for the warehouse; its cancel waits for an answer"
            order = depot.order()
            assert (order.cancel, order.words, order.cancels_asked) == (CancelStanding.WANTED, "", times)
        files = [KEY, *(f"out/depot/cancels/{X}{nth}.csv" for nth in ("", ".2", ".3"))]
        assert sorted(depot.files.all()) == (sorted(files) if way == "files" else [])

    @pytest.mark.parametrize("cut", ["ledger.save_order", "files.put"])
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_cut_off_anywhere_it_is_asked_for_once_more(self, cut: str, when: str) -> None:
        depot = sent()
        depot.vendor().cancel(a_request().job)
        depot.told(cancel=CancelStanding.REFUSED)
        (depot.switch.before if when == "before" else depot.switch.after)(cut, Lost())
        with pytest.raises(Lost):
            depot.vendor().cancel(TRIED_AGAIN)
        assert depot.vendor().cancel(TRIED_AGAIN)
        assert sorted(depot.files.all()) == sorted([CANCEL, SECOND_CANCEL, KEY])
        assert depot.order().cancels_asked == 2

    def test_what_is_closed_meanwhile_is_not_asked_for_again(self) -> None:
        depot = sent()
        depot.picked(1, state=CLOSED, cancel=CancelStanding.REFUSED)
        with pytest.raises(Refused, match="closed"):
            depot.vendor().cancel(TRIED_AGAIN)

    def test_what_is_closed_is_not_asked_for(self) -> None:
        depot = sent()
        depot.picked(1, state=CLOSED)
        with pytest.raises(Refused, match="closed"):
            depot.vendor().cancel(a_request().job)
        assert depot.order().cancel is CancelStanding.NONE

    def test_closed_with_nothing_picked_is_over(self) -> None:
        depot = sent()
        depot.told(state=CLOSED)
        news = depot.vendor().cancel(a_request().job)
        assert news
        assert news.phase is VendorPhase.CANCELLED

    def test_rows_that_come_at_the_same_moment_are_not_lost(self) -> None:
        depot = sent()
        depot.switch.before("ledger.save_order", lambda: depot.ledger._orders.update(_picked_meanwhile(depot)))
        assert depot.vendor().cancel(a_request().job)
        assert depot.order().lines[0].picked == 1
        assert depot.order().cancel is CancelStanding.WANTED

    def test_changes_are_not_taken(self) -> None:
        with pytest.raises(Refused):
            sent().vendor().amend(a_request())


def _picked_meanwhile(depot: Depot) -> dict[tuple[str, str], Any]:
    before = depot.ledger._orders["depot", X]
    lines = (before.lines[0].but(picked=1),)
    return {("depot", X): before.but(lines=lines, version=before.version + 1)}


class TestPreflight:
    @pytest.mark.parametrize(
        ("line", "fields", "says"),
        [
            ({}, {}, ""),
            ({}, {"sites": []}, "No site"),
            ({"sku": " "}, {}, "no SKU"),
            ({"sku": "X" * 26}, {"item_number_max": 25}, "26 characters"),
            ({"sku": "A,B"}, {}, ""),
            ({"sku": "A,B"}, {"quoting": "plain"}, "comma"),
            ({"sku": "A_B"}, {"quoting": "plain"}, ""),
            ({"sku": "A_B"}, {"quoting": "strict"}, "letters, digits"),
            ({"sku": "A\u200bB"}, {}, "cannot be seen"),
            ({"barcode": "4006381333931"}, {"create_item_using": "barcode"}, ""),
            ({}, {"create_item_using": "barcode"}, "no barcode"),
            ({"variant_id": "44123"}, {"create_item_using": "variant_id"}, ""),
            ({"also": ("44123",)}, {"create_item_using": "variant_id"}, "no variant id"),
            ({"unfulfilled": 1}, {}, "1 of 2 Mug, blue are fulfilled already"),
            ({"unfulfilled": 1}, {"partly_fulfilled": "take"}, ""),
            ({}, {"order_number_max": 20}, "Longest order number"),
        ],
    )
    def test_says_what_would_go_wrong(self, line: dict[str, Any], fields: dict[str, Any], says: str) -> None:
        found = Depot(settings(**fields)).vendor().preflight(a_request(a_line(**line)))
        if not says:
            assert list(found) == []
            return
        (problem,) = found
        assert says in problem.what

    @pytest.mark.parametrize(
        ("number", "fields", "says"),
        [
            ("MUG-1", {"quoting": "strict"}, ""),
            ("X" * 26, {"item_number_max": 25}, "has 26 characters, and the warehouse takes 25"),
            ("A,B", {"quoting": "plain"}, "has a comma or a quote"),
        ],
    )
    def test_says_the_same_of_a_product_before_anybody_orders_it(
        self, number: str, fields: dict[str, Any], says: str
    ) -> None:
        given = settings(**fields)
        why = OUTBOX.unfit(number, given)
        assert why.startswith(says)
        assert bool(why) is bool(says)
        told = list(OUTBOX.items_lines([Item(number=number)], given))[1:]
        assert bool(told) is not bool(why)

    @pytest.mark.parametrize("take", [False, True])
    def test_an_archived_order_is_a_persons_matter(self, take: bool) -> None:
        vendor = Depot(settings(partly_fulfilled="take" if take else "ask")).vendor()
        assert [one.field for one in vendor.preflight(a_request(archived=True))] == ([] if take else ["archived"])

    def test_a_reprint_is_of_what_was_fulfilled_and_nobody_is_asked_why(self) -> None:
        """A parcel that was lost: its order is fulfilled, and many a store has put it away by then."""
        request = a_request(a_line(unfulfilled=0), job={"reprint_of": "1"}, archived=True)
        assert list(Depot().vendor().preflight(request)) == []

    def test_every_problem_at_once(self) -> None:
        request = a_request(a_line("11", sku=""), a_line("12", sku=""), ship_to=None)
        assert len(Depot().vendor().preflight(request)) == 3


def test_no_key_for_calls_is_found_by_the_check() -> None:
    depot = Depot(settings(way="rest"))
    depot.secrets.put_credentials("depot", {"api_key": ""})
    assert [one.ok for one in depot.vendor().check()] == [False, True]
    depot.secrets.put_credentials("depot", {"api_key": "k" * 24})
    assert [one.ok for one in depot.vendor().check()] == [True]
