"""The Custom Store's door: who comes, what it asks for, and what it posts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platen.connectors import feed_door
from platen.connectors.shipstation import CONNECTOR, Credentials, Settings
from platen.connectors.shipstation.feed import DOOR
from platen.connectors.shipstation.moments import read_moment
from platen.connectors.shipstation.xml import LARGEST_NOTICE
from platen.domain.feed import NoticeItem
from platen.ports import FeedRequest, Posted, Unreadable, Window
from tests.connectors.shipstation.house import (
    CREDENTIALS,
    ORDER_ID,
    PASSWORD,
    X,
    a_get,
    a_post,
    basic,
    notice,
    of_line,
    settings,
)

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "shipstation"


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]


def window(**query: str) -> Window:
    given_query = {"action": "export", "start_date": "01/23/2026 17:28", "end_date": "01/23/2026 17:33"} | query
    asked = DOOR.read(a_get(**given_query), Settings())
    assert isinstance(asked, Window)
    return asked


def posted(body: str | bytes = b"", **query: str) -> Posted:
    asked = DOOR.read(a_post(body, **query), Settings())
    assert isinstance(asked, Posted)
    return asked


def test_the_door_is_found_by_its_folder() -> None:
    assert feed_door("shipstation") is DOOR
    assert DOOR.content_type == "text/xml; charset=utf-8"
    assert DOOR.page_size == 100


class TestLogins:
    def test_are_the_one_that_is_stored(self) -> None:
        keys = CONNECTOR.webhook_keys(Credentials.model_validate(CREDENTIALS))
        assert keys == [f"packer:{PASSWORD}"]
        by_header = FeedRequest("GET", {}, {"authorization": basic("packer", PASSWORD)}, b"")
        by_query = FeedRequest("GET", {"SS-UserName": "packer", "SS-Password": PASSWORD}, {}, b"")
        by_named_header = FeedRequest("GET", {}, {"ss-username": "packer", "ss-password": PASSWORD}, b"")
        assert DOOR.logins(by_header) == DOOR.logins(by_query) == DOOR.logins(by_named_header) == keys

    def test_are_read_wherever_they_are(self) -> None:
        request = FeedRequest(
            "POST", {"ss-username": "a", "SS-PASSWORD": "b"}, {"authorization": basic("c", "d:e")}, b""
        )
        assert DOOR.logins(request) == ["c:d:e", "a:b"]

    @pytest.mark.parametrize(
        ("query", "header"),
        [
            ({}, ""),
            ({"SS-UserName": "packer"}, ""),
            ({"SS-Password": "x"}, ""),
            ({"SS-UserName": "packer"}, "Basic"),
            ({}, "Basic !!!"),
            ({}, "Basic cGFja2Vy"),
            ({}, "Basic /w=="),
            ({}, "Bearer abc"),
            ({}, "Basic " + "QQ" * 9999),
        ],
    )
    def test_are_none_where_there_is_half_of_one_or_rubbish(self, query: dict[str, str], header: str) -> None:
        assert DOOR.logins(FeedRequest("GET", query, {"authorization": header}, b"")) == []

    def test_are_never_put_together_from_two_places(self) -> None:
        request = FeedRequest("GET", {"SS-UserName": "packer"}, {"ss-password": PASSWORD}, b"")
        assert DOOR.logins(request) == []

    def test_take_case_and_accents(self) -> None:
        request = FeedRequest("GET", {}, {"authorization": "bAsIc  " + basic("zoë", "p")[6:]}, b"")
        assert DOOR.logins(request) == ["zoë:p"]


class TestWindows:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("01/23/2026 17:28", at(2026, 1, 23, 17, 28)),
            ("1/3/2026 7:05", at(2026, 1, 3, 7, 5)),
            ("01/23/2026 17:28:59", at(2026, 1, 23, 17, 28, 59)),
            ("1/23/2026 5:28 PM", at(2026, 1, 23, 17, 28)),
            ("1/23/2026 5:28:01 pm", at(2026, 1, 23, 17, 28, 1)),
            ("1/23/2026 12:05 AM", at(2026, 1, 23, 0, 5)),
            ("1/23/2026 12:05 PM", at(2026, 1, 23, 12, 5)),
            ("10/18/2026 21:56 PM", at(2026, 10, 18, 21, 56)),
            ("01/23/2026+17:28", at(2026, 1, 23, 17, 28)),
            ("01/23/2026", at(2026, 1, 23)),
            ("012320261728", at(2026, 1, 23, 17, 28)),
            ("01232026 1728", at(2026, 1, 23, 17, 28)),
            ("01232026T1728", at(2026, 1, 23, 17, 28)),
            ("2026-01-23T17:28:00Z", at(2026, 1, 23, 17, 28)),
            ("2026-01-23 17:28", at(2026, 1, 23, 17, 28)),
            ("2026-01-23T18:28:00+01:00", at(2026, 1, 23, 17, 28)),
            ("2026-01-23T18:28:00 01:00", at(2026, 1, 23, 17, 28)),
            ("13/01/2026 00:00", None),
            ("02/30/2026 00:00", None),
            ("01/23/2026 24:00", None),
            ("01/23/26 17:28", None),
            ("yesterday", None),
            ("0001-01-01T00:00:00+14:00", None),
            ("", None),
            ("1" * 9999, None),
        ],
    )
    def test_are_asked_for_in_many_forms(self, text: str, moment: datetime | None) -> None:
        assert read_moment(text) == moment

    @given(st.text(max_size=60))
    def test_are_never_more_than_unreadable(self, text: str) -> None:
        read_moment(text)

    def test_have_their_last_minute(self) -> None:
        asked = window()
        assert (asked.start, asked.end, asked.page) == (at(2026, 1, 23, 17, 28), at(2026, 1, 23, 17, 34), 1)

    def test_have_whole_minutes_whatever_the_seconds(self) -> None:
        asked = window(start_date="01/23/2026 17:28:59", end_date="01/23/2026 17:33:01")
        assert (asked.start, asked.end) == (at(2026, 1, 23, 17, 28), at(2026, 1, 23, 17, 34))

    def test_have_a_minute_at_least(self) -> None:
        asked = window(end_date="01/23/2026 17:28")
        assert asked.end - asked.start == timedelta(minutes=1)

    def test_leave_no_gap_to_the_next(self) -> None:
        first, second = window(), window(start_date="01/23/2026 17:33", end_date="01/23/2026 17:40")
        assert second.start < first.end

    def test_are_widened_where_that_is_set(self) -> None:
        request = a_get(action="export", start_date="01/23/2026 17:28", end_date="01/23/2026 17:33")
        asked = DOOR.read(request, settings(window_slack_hours=24))
        assert isinstance(asked, Window)
        assert (asked.start, asked.end) == (at(2026, 1, 22, 17, 28), at(2026, 1, 24, 17, 34))

    def test_may_reach_to_the_ends_of_the_calendar(self) -> None:
        request = a_get(action="export", start_date="01/01/0001 00:00", end_date="12/31/9999 23:59")
        asked = DOOR.read(request, settings(window_slack_hours=48))
        assert isinstance(asked, Window)
        assert asked.start.year == 1
        assert asked.end.year == 9999

    @pytest.mark.parametrize("action", ["export", "EXPORT", " Export "])
    def test_are_asked_for_in_any_case(self, action: str) -> None:
        asked = window(action=action, PAGE="7")
        assert asked.page == 7

    @pytest.mark.parametrize(("page", "number"), [("", 1), ("1", 1), (" 2 ", 2), ("32767", 32767)])
    def test_have_pages(self, page: str, number: int) -> None:
        assert window(page=page).page == number

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"action": ""}, "action=export or action=shipnotify"),
            ({"action": "delete"}, "action=export or action=shipnotify"),
            ({"start_date": ""}, "start_date is missing"),
            ({"end_date": "soon"}, "end_date is no date"),
            ({"end_date": "01/23/2026 17:27"}, "end_date is before start_date"),
            ({"page": "0"}, "page is no number"),
            ({"page": "-1"}, "page is no number"),
            ({"page": "two"}, "page is no number"),
            ({"page": "²"}, "page is no number"),
            ({"page": "9" * 40}, "page is no number"),
            ({"action": "shipnotify"}, "has to come by POST"),
        ],
    )
    def test_are_refused_with_words(self, query: dict[str, str], words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            window(**query)

    @pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
    def test_come_by_get(self, method: str) -> None:
        with pytest.raises(Unreadable, match="by GET"):
            DOOR.read(FeedRequest(method, {"action": "export"}, {}, b""), Settings())


class TestNotices:
    def test_tell_all_there_is_to_a_parcel(self) -> None:
        body = notice(
            of_line("L1", 2),
            TrackingNumber="9400 1",
            ShippingCost="4.95",
            NotesToCustomer="Enjoy &amp; come again",
            ShipDate="11/22/2026",
        )
        told = posted(body, order_number="other", carrier="3297", service="", tracking_number="other")
        assert (told.external_id, told.number) == (X, "#1001")
        parcel = told.notice
        assert (parcel.carrier, parcel.service, parcel.tracking) == ("USPS", "Priority Mail", "9400 1")
        assert (parcel.cost, parcel.note) == (Decimal("4.95"), "Enjoy & come again")
        assert parcel.shipped_at == at(2026, 11, 21, 10)
        assert parcel.items == (NoticeItem(line_id="L1", sku="TEE-L1", quantity=2),)

    @pytest.mark.parametrize("body", [b"", b" \r\n", b"\xef\xbb\xbf", b"\0"])
    def test_may_be_in_the_query_alone(self, body: bytes) -> None:
        told = posted(body, order_number="#1001", carrier="UPS", service="Ground", tracking_number="1Z9")
        assert (told.external_id, told.number) == ("", "#1001")
        assert (told.notice.carrier, told.notice.service, told.notice.tracking) == ("UPS", "Ground", "1Z9")
        assert told.notice.items == ()

    def test_fill_in_from_the_query_what_the_body_leaves_open(self) -> None:
        told = posted(notice(Carrier=""), CARRIER="UPS", Tracking_Number="1Z9", Action="shipNotify")
        assert (told.notice.carrier, told.notice.tracking) == ("UPS", "1Z9")

    @pytest.mark.parametrize(
        ("order_id", "number", "external_id"),
        [
            (X, "#1001", X),
            (f"{X}-R2", "#1001", f"{X}-R2"),
            (f"{X}-1", "#1001-1", X),
            ("", X, X),
            ("", f"{X}-2", X),
            ("4711", "100038-1", ""),
            (f" {X}\n", "", X),
        ],
    )
    def test_name_an_order_of_ours(self, order_id: str, number: str, external_id: str) -> None:
        assert posted(notice(order_id=order_id, number=number)).external_id == external_id

    def test_keep_the_number_as_it_came(self) -> None:
        assert posted(notice(order_id="", number="#1001-1")).number == "#1001-1"

    def test_are_the_same_however_often_they_come(self) -> None:
        first = notice(of_line("L1", 1), of_line("L2", 2), TrackingNumber="T1")
        again = notice(of_line("L2", 2), of_line("L1", 1), TrackingNumber="T1", CustomerNotes="edited")
        assert posted(first).notice.notice_id == posted(again).notice.notice_id

    @pytest.mark.parametrize(
        "other",
        [
            notice(of_line("L1", 1), TrackingNumber="T2"),
            notice(of_line("L1", 2), TrackingNumber="T1"),
            notice(of_line("L2", 1), TrackingNumber="T1"),
            notice(of_line("L1", 1), TrackingNumber="T1", LabelCreateDate="11/21/2026 10:01"),
            notice(of_line("L1", 1), TrackingNumber="T1", order_id=f"1001-{ORDER_ID}-2"),
            notice(TrackingNumber="T1"),
        ],
    )
    def test_are_others_when_anything_of_the_parcel_is(self, other: str) -> None:
        one = posted(notice(of_line("L1", 1), TrackingNumber="T1"))
        assert one.notice.notice_id != posted(other).notice.notice_id

    def test_have_ids_fit_for_a_key(self) -> None:
        for told in (posted(notice()), posted(order_number="<#1001> & more")):
            assert re.fullmatch(r"[A-Za-z0-9.-]{16,70}", told.notice.notice_id)

    @pytest.mark.parametrize(
        ("item", "quantity"),
        [({"SKU": "A"}, 1), ({"Quantity": ""}, 1), ({"Quantity": "3.0"}, 3), ({"Quantity": " 4 "}, 4)],
    )
    def test_say_how_many_in_several_ways(self, item: dict[str, object], quantity: int) -> None:
        assert posted(notice(item)).notice.items[0].quantity == quantity

    def test_may_have_none_of_an_item(self) -> None:
        assert posted(notice({"SKU": "A", "Quantity": 0})).notice.items == ()

    @pytest.mark.parametrize("cost", ["", "free", "-1", "NaN", "1E+99", "Infinity", "99999999"])
    def test_are_taken_without_a_cost_that_is_none(self, cost: str) -> None:
        assert posted(notice(ShippingCost=cost)).notice.cost is None

    def test_are_taken_without_a_date_that_is_none(self) -> None:
        assert posted(notice(LabelCreateDate="soon", ShipDate="")).notice.shipped_at is None
        assert posted(notice(LabelCreateDate="", ShipDate="11/22/2026")).notice.shipped_at == at(2026, 11, 22)
        assert posted(notice(LabelCreateDate="12/8/2026 1:56 PM")).notice.shipped_at == at(2026, 12, 8, 13, 56)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (notice({"Quantity": "some"}), "quantity of an item"),
            (notice({"Quantity": "-1"}), "quantity of an item"),
            (notice({"Quantity": "1.5"}), "quantity of an item"),
            (notice({"Quantity": "999999"}), "quantity of an item"),
            (notice(*[{"SKU": "A"}] * 1001), "more than 1000 items"),
            (notice(order_id="", number=""), "names no order"),
            ("<Orders/>", "no ShipNotice"),
            ("<!DOCTYPE x><ShipNotice/>", "document type"),
            ("x" * (LARGEST_NOTICE + 1), "larger than"),
        ],
    )
    def test_are_refused_with_words(self, body: str, words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            posted(body)

    def test_come_by_post(self) -> None:
        with pytest.raises(Unreadable, match="by POST"):
            DOOR.read(a_get(action="shipnotify", order_number="1"), Settings())

    @given(st.text(max_size=80), st.text(max_size=80), st.binary(max_size=80))
    def test_never_end_otherwise(self, number: str, tracking: str, body: bytes) -> None:
        request = a_post(body, order_number=number, tracking_number=tracking)
        try:
            told = DOOR.read(request, Settings())
        except Unreadable:
            return
        assert isinstance(told, Posted)
        assert len(told.notice.tracking) <= 100

    def test_and_refusals_never_have_the_password(self) -> None:
        query = {"SS-UserName": "packer", "SS-Password": PASSWORD}
        for body in ("<Orders/>", "", "<", f"<{PASSWORD}/>"):
            with pytest.raises(Unreadable) as refused:
                posted(body, **query)
            assert PASSWORD not in str(refused.value)
            assert PASSWORD not in DOOR.refuse(str(refused.value)).decode()
        assert PASSWORD not in repr(posted(notice(), **query))

    def test_of_the_guide_is_read(self) -> None:
        path = SAMPLES / "custom_store_shipnotify_guide_example.xml"
        if not path.is_file():
            pytest.skip("the published samples are not beside this checkout")
        told = posted(path.read_bytes())
        assert told.number == "ABC123"
        assert told.external_id == ""
        assert told.notice.items == (NoticeItem(line_id="25590", sku="FD88821", quantity=2),)
        assert told.notice.cost == Decimal("4.95")
