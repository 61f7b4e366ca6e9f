"""The way of the Custom Store: told once, told anew, cancelled, fetched late, shipped in whatever pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors.shipstation import CONNECTOR
from platen.domain.feed import FeedStatus
from platen.domain.job import VendorOrder, VendorPhase
from platen.domain.verdicts import AlreadyThere, Later, Refused, Unreachable
from platen.ports import Conflict, JobRequest, Reply
from tests.connectors.shipstation.house import (
    CREDENTIALS,
    PASSWORD,
    V1,
    House,
    X,
    a_line,
    a_request,
    notice,
    of_line,
    settings,
)
from tests.fakes.switch import Lost


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def request_() -> JobRequest:
    return a_request(a_line("L1", 2), a_line("L2", 1))


def newer(request: JobRequest, version: int = 9, **changes: Any) -> JobRequest:
    made = a_request(*request.order.lines, **changes)
    return JobRequest(job=made.job.but(version=version), body=made.body, gift_message=made.gift_message)


def read(house: House, request: JobRequest) -> VendorOrder:
    found = house.vendor().read(request.job)
    assert found is not None
    return found


def items(order: VendorOrder) -> list[dict[str, int]]:
    return [dict(parcel.items) for parcel in order.parcels]


def trackings(order: VendorOrder) -> list[str]:
    return [parcel.tracking for parcel in order.parcels]


class TestSubmit:
    def test_writes_what_shipstation_will_fetch(self, house: House, request_: JobRequest) -> None:
        made = house.vendor().submit(request_)
        assert (made.ref, made.external_id, made.phase) == (X, X, VendorPhase.WAITING)
        assert made.words == "waits for ShipStation to fetch it"
        assert made.lines == {"L1": "L1", "L2": "L2"}
        entry = house.entry
        assert (entry.status, entry.number, entry.job) == (FeedStatus.PAID, "#1001", request_.job)
        assert entry.modified == house.clock.now()
        assert entry.skus == {"L1": "TEE-L1", "L2": "TEE-L2"}

    @pytest.mark.parametrize(("hold", "status"), [("payment", "unpaid"), ("store", "on_hold"), ("", "paid")])
    def test_says_what_it_waits_for(self, house: House, hold: str, status: str) -> None:
        house.vendor().submit(a_request(job={"hold": hold}))
        assert house.entry.status == status

    def test_is_done_once(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        with pytest.raises(AlreadyThere):
            house.vendor().submit(request_)
        assert house.entry.version == 1

    def test_is_done_once_though_two_do_it(self, house: House, request_: JobRequest) -> None:
        house.switch.before("feed.save", lambda: house.vendor().submit(request_) and None)
        with pytest.raises(AlreadyThere):
            house.vendor().submit(request_)
        assert house.entry.version == 1

    def test_is_found_after_its_answer_was_lost(self, house: House, request_: JobRequest) -> None:
        assert house.vendor().find(request_) is None
        house.switch.after("feed.save")
        with pytest.raises(Lost):
            house.vendor().submit(request_)
        found = house.vendor().find(request_)
        assert found is not None
        assert found.ref == X

    def test_under_a_new_id_takes_the_old_ones_place(self, house: House, request_: JobRequest) -> None:
        """A person had it sent anew: what ShipStation made of the old id is none of the new one's."""
        house.vendor().submit(request_)
        house.comes()
        house.posts(notice(of_line("L1", 2), TrackingNumber="OLD"))
        house.vendor().cancel(request_.job)
        anew = JobRequest(job=request_.job.but(external_id=f"{X}-R1", reprint=1), body=request_.body)
        assert house.vendor().find(anew) is None
        made = house.vendor().submit(anew)
        assert (made.ref, made.phase) == (f"{X}-R1", VendorPhase.WAITING)
        assert house.vendor().read(request_.job) is None
        assert read(house, anew).phase is VendorPhase.WAITING
        assert items(read(house, anew)) == []
        assert "under an earlier id" in read(house, anew).words
        assert house.entry.number == "#1001-R1"

    def test_is_preceded_by_what_would_be_refused(self, house: House) -> None:
        assert [one.field for one in house.vendor().preflight(a_request(ship_to=None))] == ["ship_to"]


class TestRead:
    def test_knows_only_its_own(self, house: House, request_: JobRequest) -> None:
        assert house.vendor().read(request_.job) is None
        house.vendor().submit(request_)
        assert house.vendor().read(request_.job.but(job_id="2")) is None
        assert house.vendor().read(request_.job.but(external_id="other")) is None

    @pytest.mark.parametrize(
        ("hold", "words"), [("payment", "awaiting payment"), ("store", "on hold"), ("", "awaiting shipment")]
    )
    def test_tells_when_it_was_fetched(self, house: House, hold: str, words: str) -> None:
        request = a_request(job={"hold": hold})
        house.vendor().submit(request)
        assert house.comes() == [X]
        assert (read(house, request).phase, read(house, request).words) == (VendorPhase.ACCEPTED, words)

    def test_locates_by_our_own_id(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        assert house.vendor().locate("custom_store", X) == X
        assert house.vendor().locate("custom_store", X + "-R1") is None
        assert house.vendor().locate("custom_store", "4711") is None
        assert house.vendor().locate("", "1001-aaaaaaaaaaaaaaaa-1") is None


class TestWhatFellBetweenTwoWindows:
    def test_is_modified_anew_until_it_is_fetched(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        written = house.entry.modified
        house.clock.passes(minutes=120)
        assert read(house, request_).phase is VendorPhase.WAITING
        assert house.entry.modified == written
        house.clock.passes(minutes=1)
        read(house, request_)
        assert house.entry.modified == house.clock.now()
        house.clock.passes(minutes=30)
        read(house, request_)
        assert house.entry.version == 2
        assert house.comes() == [X]
        fetched = house.entry
        house.clock.passes(days=9)
        assert read(house, request_).phase is VendorPhase.ACCEPTED
        assert house.entry == fetched

    def test_is_a_change_or_a_cancel_as_well(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.vendor().cancel(request_.job)
        house.clock.passes(hours=3)
        after = house.vendor().cancel(request_.job)
        assert after is not None
        assert after.phase is VendorPhase.ACCEPTED
        assert house.entry.modified == house.clock.now()

    def test_is_left_to_whoever_writes_meanwhile(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.clock.passes(hours=3)
        house.switch.before("feed.save", Conflict())
        assert read(house, request_).phase is VendorPhase.WAITING


class TestAmend:
    def test_tells_it_anew(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.clock.passes(minutes=5)
        told = house.vendor().amend(newer(request_, note="changed"))
        assert (told.phase, told.words) == (
            VendorPhase.ACCEPTED,
            "awaiting shipment; a change waits for ShipStation to fetch it",
        )
        assert house.entry.modified == house.clock.now()
        assert house.comes() == [X]
        assert read(house, request_).words == "awaiting shipment"

    def test_lets_go_of_what_was_held(self, house: House) -> None:
        house.vendor().submit(a_request(job={"hold": "payment"}))
        house.comes()
        house.vendor().amend(a_request(job={"version": 4}))
        assert house.entry.status is FeedStatus.PAID

    def test_changes_nothing_where_nothing_changed(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        before = house.entry
        house.clock.passes(minutes=5)
        told = house.vendor().amend(newer(request_, version=9))
        assert (house.entry.modified, house.entry.is_fetched) == (before.modified, True)
        assert told.words == "awaiting shipment"

    def test_is_not_undone_by_an_older_one(self, house: House, request_: JobRequest) -> None:
        """A worker that was slow must not bring back what the order was before."""
        house.vendor().submit(request_)
        house.vendor().amend(newer(request_, 7, note="second"))
        house.vendor().amend(newer(request_, 6, note="first"))
        assert house.entry.job.version == 7
        assert house.entry.job.body == newer(request_, note="second").job.body

    def test_is_not_undone_by_an_older_one_where_the_newer_changed_nothing(
        self, house: House, request_: JobRequest
    ) -> None:
        house.vendor().submit(request_)
        house.vendor().amend(newer(request_, 7))
        house.vendor().amend(newer(request_, 6, note="first"))
        assert house.entry.job.body == request_.job.body

    def test_decides_anew_when_somebody_else_wrote(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.switch.before("feed.save", lambda: house.vendor().cancel(request_.job) and None)
        with pytest.raises(Refused, match="cancelled"):
            house.vendor().amend(newer(request_, note="changed"))
        assert house.entry.status is FeedStatus.CANCELLED

    def test_gives_up_when_others_write_all_the_time(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.switch.before("feed.save", Conflict(), times=99)
        with pytest.raises(Later):
            house.vendor().amend(newer(request_, note="changed"))

    @pytest.mark.parametrize("end", ["shipped", "cancelled", "gone"])
    def test_can_be_too_late(self, house: House, request_: JobRequest, end: str) -> None:
        if end != "gone":
            house.vendor().submit(request_)
            house.comes()
        if end == "shipped":
            house.posts(notice())
        if end == "cancelled":
            house.vendor().cancel(request_.job)
        with pytest.raises(Refused, match="feed" if end == "gone" else end):
            house.vendor().amend(newer(request_, note="changed"))

    def test_is_not_too_late_while_a_part_is_left(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.posts(notice(of_line("L1", 1)))
        told = house.vendor().amend(newer(request_, note="changed"))
        assert (told.phase, told.words) == (
            VendorPhase.IN_PRODUCTION,
            "partly shipped; a change waits for ShipStation to fetch it",
        )


class TestCancel:
    def cancel(self, house: House, request: JobRequest) -> VendorOrder:
        after = house.vendor().cancel(request.job)
        assert after is not None
        return after

    def test_is_done_at_once_where_shipstation_never_had_it(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        assert self.cancel(house, request_).phase is VendorPhase.CANCELLED
        assert house.entry.status is FeedStatus.CANCELLED
        assert house.comes() == [X]
        assert read(house, request_).phase is VendorPhase.CANCELLED

    def test_is_done_when_shipstation_has_fetched_it(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.clock.passes(minutes=2)
        after = self.cancel(house, request_)
        assert (after.phase, after.words) == (
            VendorPhase.ACCEPTED,
            "cancelled here; ShipStation has not fetched that yet",
        )
        once = house.entry
        assert self.cancel(house, request_) == after
        assert house.entry == once
        house.comes()
        assert self.cancel(house, request_).phase is VendorPhase.CANCELLED

    def test_is_no_use_when_all_is_shipped(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        house.posts(notice())
        with pytest.raises(Refused, match="shipped already"):
            house.vendor().cancel(request_.job)
        assert house.entry.status is not FeedStatus.CANCELLED

    def test_shows_the_label_that_was_made_all_the_same(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.comes()
        self.cancel(house, request_)
        house.posts(notice(TrackingNumber="T1"))
        after = read(house, request_)
        assert (after.phase, trackings(after)) == (VendorPhase.SHIPPED, ["T1"])
        assert after.words == "cancelled, but ShipStation shipped it"
        assert house.entry.status is FeedStatus.CANCELLED

    def test_of_what_is_not_there_says_so(self, house: House, request_: JobRequest) -> None:
        assert house.vendor().cancel(request_.job) is None


@dataclass
class Parcels:
    """An order of two L1 and one L2 that ShipStation has, and what is posted of it."""

    house: House = field(default_factory=House)
    request: JobRequest = field(default_factory=lambda: a_request(a_line("L1", 2), a_line("L2", 1)))

    def __post_init__(self) -> None:
        self.house.vendor().submit(self.request)
        self.house.comes()

    def post(self, *given_items: dict[str, object], **fields: str) -> VendorOrder:
        self.house.clock.passes(minutes=1)
        self.house.posts(notice(*given_items, **fields))
        return read(self.house, self.request)


@pytest.fixture
def parcels() -> Parcels:
    return Parcels()


class TestParcels:
    def test_come_one_by_one(self, parcels: Parcels) -> None:
        first = parcels.post(of_line("L1", 1), TrackingNumber="T1")
        assert (first.phase, items(first)) == (VendorPhase.IN_PRODUCTION, [{"L1": 1}])
        second = parcels.post(of_line("L1", 1), TrackingNumber="T2")
        assert (second.phase, items(second)) == (VendorPhase.IN_PRODUCTION, [{"L1": 1}, {"L1": 1}])
        third = parcels.post(of_line("L2", 1), TrackingNumber="T3")
        assert (third.phase, trackings(third)) == (VendorPhase.SHIPPED, ["T1", "T2", "T3"])
        assert third.words == "shipped"

    def test_tell_how_they_go(self, parcels: Parcels) -> None:
        (parcel,) = parcels.post(TrackingNumber="T1", ShippingCost="4.95", NotesToCustomer="Hi").parcels
        assert (parcel.carrier, parcel.service, str(parcel.cost), parcel.note) == (
            "USPS", "Priority Mail", "4.95", "Hi",
        )  # fmt: skip
        assert parcel.shipped_at is not None

    def test_left_when_they_were_told_of_where_no_date_is_given(self, parcels: Parcels) -> None:
        (parcel,) = parcels.post(LabelCreateDate="").parcels
        assert parcel.shipped_at == parcels.house.clock.now()

    def test_without_items_have_all_that_is_left(self, parcels: Parcels) -> None:
        assert items(parcels.post()) == [{"L1": 2, "L2": 1}]

    def test_without_items_have_no_more_than_is_left(self, parcels: Parcels) -> None:
        parcels.post(of_line("L1", 1), TrackingNumber="T1")
        last = parcels.post(TrackingNumber="T2")
        assert (last.phase, items(last)) == (VendorPhase.SHIPPED, [{"L1": 1}, {"L1": 1, "L2": 1}])

    def test_come_once_though_they_are_told_twice(self, parcels: Parcels) -> None:
        body = notice(of_line("L1", 1), TrackingNumber="T1")
        assert parcels.house.posts(body)
        assert not parcels.house.posts(body)
        assert items(read(parcels.house, parcels.request)) == [{"L1": 1}]

    def test_come_once_though_they_are_told_again_with_another_date(self, parcels: Parcels) -> None:
        parcels.post(of_line("L1", 1), TrackingNumber="T1")
        assert items(parcels.post(of_line("L1", 1), TrackingNumber="T1", LabelCreateDate="")) == [{"L1": 1}]

    def test_come_once_though_the_second_telling_has_no_body(self, parcels: Parcels) -> None:
        parcels.post(of_line("L1", 1), TrackingNumber="T1")
        parcels.house.posts(b"", order_number="#1001", tracking_number="T1")
        assert items(read(parcels.house, parcels.request)) == [{"L1": 1}]

    def test_with_an_empty_body_are_parcels_too(self, parcels: Parcels) -> None:
        parcels.house.posts(b"", order_number="#1001", carrier="UPS", tracking_number="T1")
        told = read(parcels.house, parcels.request)
        assert (told.phase, trackings(told)) == (VendorPhase.SHIPPED, ["T1"])

    def test_are_replaced_by_the_label_made_after_a_void(self, parcels: Parcels) -> None:
        parcels.post(of_line("L1", 2), of_line("L2", 1), TrackingNumber="VOID")
        after = parcels.post(of_line("L1", 2), of_line("L2", 1), TrackingNumber="NEW")
        assert (after.phase, trackings(after)) == (VendorPhase.SHIPPED, ["NEW"])

    def test_are_replaced_by_it_without_items_as_well(self, parcels: Parcels) -> None:
        parcels.post(TrackingNumber="VOID")
        after = parcels.post(TrackingNumber="NEW")
        assert (trackings(after), items(after)) == (["NEW"], [{"L1": 2, "L2": 1}])

    def test_are_replaced_by_it_one_of_several(self, parcels: Parcels) -> None:
        parcels.post(of_line("L2", 1), TrackingNumber="T1")
        parcels.post(of_line("L1", 2), TrackingNumber="VOID")
        after = parcels.post(of_line("L1", 2), TrackingNumber="NEW")
        assert trackings(after) == ["T1", "NEW"]

    def test_are_not_replaced_while_there_is_more_to_ship(self, parcels: Parcels) -> None:
        parcels.post(of_line("L1", 1), TrackingNumber="T1")
        assert trackings(parcels.post(of_line("L1", 1), TrackingNumber="T2")) == ["T1", "T2"]

    def test_beyond_the_order_are_shown_as_they_came(self, parcels: Parcels) -> None:
        """For a person to see: the core makes attention of what there is no room for."""
        parcels.post(of_line("L1", 2), TrackingNumber="T1")
        after = parcels.post(of_line("L1", 1), TrackingNumber="T2")
        assert items(after) == [{"L1": 2}, {"L1": 1}]
        assert after.phase is VendorPhase.IN_PRODUCTION

    def test_go_by_sku_where_no_line_is_named(self, parcels: Parcels) -> None:
        told = parcels.post({"SKU": "TEE-L1", "Quantity": 2}, TrackingNumber="T1")
        assert items(told) == [{"L1": 2}]

    def test_with_a_line_nobody_knows_go_by_sku(self, parcels: Parcels) -> None:
        assert items(parcels.post({"SKU": "TEE-L2", "Quantity": 1, "LineItemID": "4711"})) == [{"L2": 1}]

    def test_of_nothing_known_have_all_that_is_left_and_say_so(self, parcels: Parcels) -> None:
        told = parcels.post({"SKU": "BUNDLE", "Quantity": 1, "LineItemID": "4711"})
        assert items(told) == [{"L1": 2, "L2": 1}]
        assert told.words == "shipped; a notice did not say which items it is about"

    def test_of_something_known_have_only_that(self, parcels: Parcels) -> None:
        """Packed together with another order: that one's items are not of this."""
        assert items(parcels.post(of_line("L2", 1), {"SKU": "OTHER", "Quantity": 5})) == [{"L2": 1}]

    def test_count_no_discount_as_goods(self, parcels: Parcels) -> None:
        discount: dict[str, object] = {"SKU": "TEN", "Quantity": 1, "LineItemID": "discount-1"}
        assert items(parcels.post(of_line("L1", 1), discount)) == [{"L1": 1}]

    def test_of_lines_with_one_sku_fill_one_after_the_other(self) -> None:
        parcels = Parcels(request=a_request(a_line("L1", 2, sku="TEE"), a_line("L2", 2, sku="TEE")))
        tee = {"SKU": "TEE", "Quantity": 3}
        assert items(parcels.post(tee, TrackingNumber="T1")) == [{"L1": 2, "L2": 1}]
        after = parcels.post({"SKU": "TEE", "Quantity": 1}, TrackingNumber="T2")
        assert (after.phase, items(after)) == (VendorPhase.SHIPPED, [{"L1": 2, "L2": 1}, {"L2": 1}])

    def test_name_a_line_twice(self, parcels: Parcels) -> None:
        assert items(parcels.post(of_line("L1", 1), of_line("L1", 1))) == [{"L1": 2}]

    def test_of_a_split_order_have_its_suffix(self, parcels: Parcels) -> None:
        told = parcels.post(of_line("L1", 1), order_id=f"{X}-1", number="#1001-1")
        assert items(told) == [{"L1": 1}]

    def test_lead_back_to_lines_with_ids_that_could_not_go_out(self) -> None:
        parcels = Parcels(request=a_request(a_line("x" * 80, 1)))
        (item_id,) = read(parcels.house, parcels.request).lines
        told = parcels.post({"SKU": "", "Quantity": 1, "LineItemID": item_id})
        assert told.lines[told.parcels[0].items[0][0]] == "x" * 80

    def test_that_are_all_make_it_shown_as_shipped(self, parcels: Parcels) -> None:
        """A wide window must not bring it up for packing again; but nothing of that has to be fetched."""
        before = parcels.house.entry
        parcels.post()
        entry = parcels.house.entry
        assert (entry.status, entry.modified, entry.is_fetched) == (FeedStatus.SHIPPED, before.modified, True)
        assert not parcels.house.feed.waiting("packers", 100)
        read(parcels.house, parcels.request)
        assert parcels.house.entry == entry

    @pytest.mark.parametrize("call", ["feed.save", "feed.mark_fetched"])
    @pytest.mark.parametrize("side", ["before", "after"])
    def test_that_are_all_do_so_after_a_crash_too(self, parcels: Parcels, call: str, side: str) -> None:
        parcels.house.posts(notice())
        getattr(parcels.house.switch, side)(call)
        with pytest.raises(Lost):
            read(parcels.house, parcels.request)
        assert read(parcels.house, parcels.request).phase is VendorPhase.SHIPPED
        assert parcels.house.entry.is_fetched
        assert parcels.house.entry.status is FeedStatus.SHIPPED

    def test_are_told_of_before_it_was_marked_as_fetched(self, house: House, request_: JobRequest) -> None:
        house.vendor().submit(request_)
        house.posts(notice())
        assert read(house, request_).phase is VendorPhase.SHIPPED
        assert house.entry.is_fetched

    @given(
        st.lists(
            st.tuples(
                st.lists(st.tuples(st.sampled_from(["L1", "L2", "L3", "?"]), st.integers(1, 4)), max_size=3),
                st.sampled_from(["", "T1", "T2", "T3"]),
                st.booleans(),
            ),
            max_size=8,
        )
    )
    def test_only_ever_grow_in_what_they_cover(self, posts: list[tuple[list[tuple[str, int]], str, bool]]) -> None:
        """Whatever is posted, what is shipped stays shipped, and the first parcels stay where they are."""
        parcels = Parcels(request=a_request(a_line("L1", 2), a_line("L2", 1), a_line("L3", 3)))
        covered: Counter[str] = Counter()
        for inside, tracking, by_line in posts:
            told_items = [
                of_line(line, count) if by_line else {"SKU": f"TEE-{line}", "Quantity": count}
                for line, count in inside
            ]
            told = parcels.post(*told_items, TrackingNumber=tracking)
            now: Counter[str] = Counter()
            for parcel in told.parcels:
                assert parcel.items
                now.update(dict(parcel.items))
            assert all(now[line] >= count for line, count in covered.items())
            covered = now
            whole = all(now[line.line_id] >= line.quantity for line in parcels.request.job.lines)
            assert (told.phase is VendorPhase.SHIPPED) == whole


class RefreshHttp:
    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []

    def send(self, method: str, url: str, **_: Any) -> Reply:
        self.urls.append(f"{method} {url}")
        answer = self.answers.pop(0) if self.answers else Reply(200, {}, b'{"success":true}')
        if isinstance(answer, Exception):
            raise answer
        return answer


def nudging(*answers: Reply | Exception, **changes: Any) -> tuple[House, RefreshHttp]:
    http = RefreshHttp(*answers)
    given_settings = settings(**({"v1_store_id": 77} | changes))
    return House(http=http, settings=given_settings, credentials=CREDENTIALS | V1), http


class TestTheNudge:
    def test_is_given_when_orders_wait(self) -> None:
        house, http = nudging()
        house.vendor().submit(a_request())
        assert house.vendor().news("") is None
        (url,) = http.urls
        assert url.startswith("POST https://ssapi.shipstation.com/stores/refreshstore")
        assert "77" in url

    def test_is_not_given_when_none_does(self) -> None:
        house, http = nudging()
        assert house.vendor().news("") is None
        house.vendor().submit(a_request())
        house.comes()
        assert house.vendor().news("") is None
        assert http.urls == []

    @pytest.mark.parametrize("lacking", ["store", "key"])
    def test_needs_a_key_and_a_store(self, lacking: str) -> None:
        house, http = nudging(v1_store_id=None if lacking == "store" else 77)
        if lacking == "key":
            house.secrets.put_credentials("packers", dict(CREDENTIALS))
        house.vendor().submit(a_request())
        assert house.vendor().news("") is None
        assert http.urls == []

    @pytest.mark.parametrize(
        "answer", [Unreachable("no"), Reply(401, {}, b""), Reply(429, {}, b"{}"), Reply(500, {}, b"<html>")]
    )
    def test_never_stops_the_poll(self, answer: Reply | Exception) -> None:
        house, http = nudging(answer)
        house.vendor().submit(a_request())
        assert house.vendor().news("") is None
        assert len(http.urls) == 1


class TestCheck:
    def test_says_what_to_type_into_shipstation(self, house: House) -> None:
        found = house.vendor().check()
        assert all(one.ok for one in found)
        words = " ".join(one.what for one in found)
        for status in ("Unpaid unpaid", "Paid paid", "Shipped shipped", "Cancelled cancelled", "On-Hold on-hold"):
            assert status in words
        assert PASSWORD not in words

    def test_says_when_shipstation_cannot_log_in(self) -> None:
        house = House(credentials=V1)
        assert [one.ok for one in house.vendor().check()] == [False]

    @pytest.mark.parametrize(
        ("credentials", "store", "words"),
        [(CREDENTIALS | V1, 77, "is nudged"), (CREDENTIALS, 77, "V1 key"), (CREDENTIALS | V1, None, "store ID")],
    )
    def test_says_whether_it_nudges(self, credentials: dict[str, str], store: int | None, words: str) -> None:
        house = House(credentials=credentials, settings=settings(v1_store_id=store))
        assert words in house.vendor().check()[-1].what


class TestTheConnection:
    @pytest.mark.parametrize(
        ("changes", "takes", "fetches"),
        [
            ({}, True, 60),
            ({"export_waiting": False}, False, 60),
            ({"fetch_minutes": 30}, True, 30),
            ({"way": "v1"}, True, 0),
            ({"way": "v2", "warehouse_id": "se-1"}, False, 0),
        ],
    )
    def test_says_what_the_way_can_do(self, changes: dict[str, Any], takes: bool, fetches: int) -> None:
        given_settings = settings(**changes)
        assert CONNECTOR.takes_waiting(given_settings) is takes
        assert CONNECTOR.fetch_minutes(given_settings) == fetches
        assert CONNECTOR.amends(given_settings)

    @pytest.mark.parametrize(
        ("given_credentials", "words"),
        [
            ({}, "give the Custom Store"),
            ({"store_user": "a:b", "store_password": PASSWORD}, "colon"),
            ({"store_user": "a", "store_password": "fifteen-chars-x"}, "at least 16"),
            ({"store_user": "a"}, "store_password is missing"),
            ({"v1_secret": "a"}, "v1_key is missing"),
            ({"v2_key": "é"}, "plain text"),
        ],
    )
    def test_takes_no_half_credentials(self, given_credentials: dict[str, str], words: str) -> None:
        with pytest.raises(ValueError, match=words) as refused:
            CONNECTOR.credentials.model_validate(given_credentials)
        assert "fifteen-chars-x" not in str(refused.value)

    def test_needs_a_warehouse_for_v2(self) -> None:
        with pytest.raises(ValueError, match="warehouse_id is needed"):
            settings(way="v2")

    @pytest.mark.parametrize(
        "url", ["http://example.com", "ftp://x", "https://u:p@x", "https://x?y=1", "https://x:port", "x", ""]
    )
    @pytest.mark.parametrize("name", ["base_url_v1", "base_url_v2", "jwks_url"])
    def test_sends_no_key_in_the_clear(self, name: str, url: str) -> None:
        with pytest.raises(ValueError, match=name):
            settings(**{name: url})

    @pytest.mark.parametrize("call", ["read", "cancel"])
    def test_keeps_an_order_with_its_way(self, house: House, request_: JobRequest, call: str) -> None:
        house.vendor().submit(request_)
        house.settings = settings(way="v1")
        asked: Callable[[Any], VendorOrder | None] = getattr(house.vendor(), call)
        assert asked(request_.job) is not None

    def test_knows_no_other_ways(self, house: House) -> None:
        with pytest.raises(Refused, match="no way to ShipStation"):
            house.vendor().submit(a_request(job={"account": "pigeon"}))
